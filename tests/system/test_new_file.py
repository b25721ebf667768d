"""Files that are there complete, or not at all."""

import errno
import os
from pathlib import Path

import pytest

from sysgui.system.new_file import NewFile
from sysgui.system.problem import Problem


@pytest.fixture(params=["nameless", "named"])
def kind(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> str:
    """On a file system that has files without a name, and on one that has none."""
    if request.param == "named":
        opened = os.open

        def refuse(path: str, flags: int, *more: int, **named: int) -> int:
            if flags & os.O_TMPFILE == os.O_TMPFILE:
                raise OSError(errno.EOPNOTSUPP, "not here")
            return opened(path, flags, *more, **named)

        monkeypatch.setattr(os, "open", refuse)
    return str(request.param)


@pytest.mark.usefixtures("kind")
@pytest.mark.parametrize("replaces", [False, True])
def test_it_is_there_when_it_is_finished(tmp_path: Path, replaces: bool) -> None:
    path = tmp_path / "new"
    if replaces:
        path.write_text("old")
        path.chmod(0o640)
    with NewFile(str(path), replaces=replaces) as new:
        new.file.write(b"all of it")
        assert [p.read_text() for p in tmp_path.glob("new")] == ["old"] * replaces
        new.finish()
    assert path.read_bytes() == b"all of it"
    assert path.stat().st_mode & 0o777 == (0o640 if replaces else 0o600)
    assert os.listdir(tmp_path) == ["new"]


@pytest.mark.usefixtures("kind")
def test_it_may_be_read_by_whom_the_one_before_was_for(tmp_path: Path) -> None:
    path = tmp_path / "report"
    path.touch()
    path.chmod(0o664)
    for name, mode in (("report", 0o664), ("another", 0o600)):
        with NewFile(str(tmp_path / name), replaces=True) as new:
            new.finish()
        assert (tmp_path / name).stat().st_mode & 0o7777 == mode


def test_without_that_nothing_is_left(tmp_path: Path) -> None:
    with NewFile(str(tmp_path / "new")) as new:
        new.file.write(b"half")
    assert os.listdir(tmp_path) == []


@pytest.mark.usefixtures("kind")
def test_what_came_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    path = tmp_path / "new"
    with NewFile(str(path)) as new:
        new.file.write(b"mine")
        path.write_text("theirs")
        with pytest.raises(Problem) as refused:
            new.finish()
    assert refused.value.code == "exists"
    assert path.read_text() == "theirs"
    assert os.listdir(tmp_path) == ["new"]


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(Problem) as refused:
        NewFile(str(tmp_path / "absent/new"))
    assert refused.value.code == "unwritable"
    assert "absent/new" in refused.value.message


@pytest.mark.usefixtures("kind")
def test_a_link_stays_one_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    (tmp_path / "there/file").write_text("old")
    (tmp_path / "link").symlink_to("there/file")
    with NewFile(str(tmp_path / "link"), replaces=True) as new:
        new.file.write(b"new")
        new.finish()
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "there/file").read_text() == "new"
    assert os.listdir(tmp_path / "there") == ["file"]


@pytest.mark.usefixtures("kind")
def test_what_is_no_file_is_not_replaced(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (str(tmp_path), str(tmp_path / "pipe"), "/dev/null"):
        with pytest.raises(Problem) as refused:
            NewFile(path, replaces=True)
        assert refused.value.code == "not-a-file"


@pytest.mark.usefixtures("kind")
def test_where_there_is_no_room_what_was_there_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    (tmp_path / "new").write_text("old")
    with NewFile(str(tmp_path / "new"), replaces=True) as new, pytest.raises(Problem) as refused:
        new.finish()
    assert refused.value.code == "unwritable"
    assert "as it was" in refused.value.hint
    assert (tmp_path / "new").read_text() == "old"
    assert os.listdir(tmp_path) == ["new"]
