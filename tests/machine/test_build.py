"""What is kept between runs, and what it is made from."""

from __future__ import annotations

from importlib.metadata import version
from typing import TYPE_CHECKING

import pytest

from .build import DEPENDENCIES, requirements
from .cache import cached
from .errors import MachineError
from .mirror import candidates

if TYPE_CHECKING:
    from pathlib import Path


def fill(at: Path) -> None:
    (at / "file").write_text("whole")


def fail(at: Path) -> None:
    (at / "file").write_text("ha")
    raise MachineError("no space")


def names(directory: Path) -> set[str]:
    return {entry.name for entry in directory.iterdir() if entry.is_dir()}


def test_built_once(tmp_path: Path) -> None:
    for build in (fill, fail):
        with cached(tmp_path, "name", "aa", build) as built:
            assert (built / "file").read_text() == "whole"


def test_an_interrupted_build_never_counts(tmp_path: Path) -> None:
    with pytest.raises(MachineError), cached(tmp_path, "name", "aa", fail):
        pytest.fail("half a build was given out")
    with cached(tmp_path, "name", "aa", fill) as built:
        assert (built / "file").read_text() == "whole"
    assert names(tmp_path) == {"name-aa"}


def test_another_recipe_replaces_the_old_and_nothing_else(tmp_path: Path) -> None:
    for name, digest in (("name", "aa"), ("other-name", "aa"), ("name", "bb")):
        with cached(tmp_path, name, digest, fill):
            pass
    assert names(tmp_path) == {"name-bb", "other-name-aa"}


def test_what_is_in_use_stays(tmp_path: Path) -> None:
    with cached(tmp_path, "name", "aa", fill) as used, cached(tmp_path, "name", "bb", fill):
        assert (used / "file").read_text() == "whole"
    with cached(tmp_path, "name", "bb", fail):
        assert names(tmp_path) == {"name-bb"}


def test_only_the_owner_may_enter_the_cache(tmp_path: Path) -> None:
    with cached(tmp_path / "machines", "name", "aa", fill) as built:
        assert (tmp_path / "machines").stat().st_mode & 0o777 == 0o700
        assert built.stat().st_mode & 0o777 == 0o755


def test_mirrors_are_those_of_main(tmp_path: Path) -> None:
    listed = tmp_path / "mirrors.list"
    listed.write_text("# ours\nhttp://one.test/debian\nhttp://two.test/debian priority:2\n")
    sources = (
        "http://zero.test/debian/ main\nhttp://zero.test/debian/ main\n"
        "https://other.test/ stable\ncdrom:[Debian]/ main\n"
        f"mirror+file:{listed}/ main\nmirror+file:/nowhere main\n"
    )
    assert candidates(sources) == [
        "http://zero.test/debian/",
        "http://one.test/debian",
        "http://two.test/debian",
    ]


def test_pins_come_with_their_hashes(tmp_path: Path) -> None:
    pinned = tmp_path / "requirements.txt"
    pinned.write_text(
        "# made by a tool\njeepney==0.9 --hash=sha256:ee\n"
        "msgspec==1.0 \\\n    --hash=sha256:aa \\\n    --hash=sha256:bb\n"
        "numpy==2.3 \\\n    --hash=sha256:cc\npsutil==7.1 --hash=sha256:dd\n"
    )
    assert requirements(pinned) == (
        "jeepney==0.9 --hash=sha256:ee\n"
        "msgspec==1.0 --hash=sha256:aa --hash=sha256:bb\npsutil==7.1 --hash=sha256:dd\n"
    )
    pinned.write_text("msgspec==1.0\n")
    with pytest.raises(MachineError, match="does not pin"):
        requirements(pinned)


def test_without_pins_the_versions_in_use(tmp_path: Path) -> None:
    expected = "".join(f"{name}=={version(name)}\n" for name in DEPENDENCIES)
    assert requirements(tmp_path / "requirements.txt") == expected
