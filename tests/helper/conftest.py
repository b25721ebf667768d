"""A caller and a journal for each test that asks for one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sysgui.helper import audit

from .rig import Caller, Journal


@pytest.fixture
def journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Journal]:
    opened = Journal(tmp_path / "journal")
    monkeypatch.setattr(audit, "SOCKET", opened.path)
    yield opened
    opened.close()


@pytest.fixture
def caller() -> Iterator[Caller]:
    opened = Caller()
    yield opened
    opened.close()


@pytest.fixture
def files(tmp_path: Path) -> Path:
    """A directory of three boxes, with their names in them."""
    directory = tmp_path / "files"
    directory.mkdir()
    for name in ("a", "b", "c"):
        (directory / name).write_text(name)
    return directory


@pytest.fixture
def log() -> list[str]:
    """What has become of boxes."""
    return []
