"""Whichever Python has the digest, it is the same; and OpenSSL is not loaded for it."""

from __future__ import annotations

import subprocess
import sys

import pytest

from sysgui.helper.plan import sha256

from .rig import CHECKOUT


@pytest.mark.parametrize("missing", [[], ["_sha2"], ["_sha256"], ["_sha2", "_sha256"]])
def test_whichever_python_has_the_digest_is_sha_256(
    monkeypatch: pytest.MonkeyPatch, missing: list[str]
) -> None:
    for name in missing:
        monkeypatch.setitem(sys.modules, name, None)
    assert sha256(b"abc") == (
        # The example of FIPS 180-2, appendix B.1.
        "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
    )


def test_no_operation_loads_openssl() -> None:
    code = "import sys; import sysgui.helper.table; print(*sys.modules)"
    loaded = subprocess.run(
        [sys.executable, "-c", code], cwd=CHECKOUT, capture_output=True, text=True, check=True
    ).stdout.split()
    assert "sysgui.helper.table" in loaded
    assert not {"hashlib", "_hashlib", "ssl", "_ssl"} & set(loaded)
