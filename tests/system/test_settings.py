"""Settings on disk: the old file or the new one, and no surprise in between."""

import contextlib
import errno
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from sysgui.system.problem import Problem
from sysgui.system.settings import FILE, Geometry, Settings, settings_directory


class Taste(msgspec.Struct, frozen=True):
    colour: str = "blue"
    size: int = 3
    tags: list[str] = []


def saved(directory: Path, panel: str = "logs", **taste: object) -> Settings:
    settings = Settings(directory)
    settings.panel = panel
    settings.put_section("taste", Taste(**taste))
    settings.save()
    return settings


def beside(directory: Path) -> list[str]:
    return sorted(os.listdir(directory))


def test_what_was_saved_is_there_again(tmp_path: Path) -> None:
    settings = saved(tmp_path / "deep" / "er", colour="grün", tags=["a"])
    settings.geometry = Geometry(800, 600, x=-5, maximized=True)
    settings.save()
    again = Settings(tmp_path / "deep" / "er")
    assert again.trouble is None
    assert again.panel == "logs"
    assert again.geometry == Geometry(800, 600, x=-5, maximized=True)
    assert again.section("taste", Taste) == Taste(colour="grün", tags=["a"])
    assert again.section("other", Taste) == Taste()
    assert beside(tmp_path / "deep" / "er") == [FILE]


@examples(max_examples=30)
@given(st.text(), st.builds(Taste, st.text(), st.integers(-(2**60), 2**60), st.lists(st.text())))
def test_anything_that_can_be_set_comes_back(tmp_path_factory, panel: str, taste: Taste) -> None:
    directory = tmp_path_factory.mktemp("settings")
    settings = Settings(directory)
    with contextlib.suppress(UnicodeEncodeError):
        settings.panel = panel
        settings.put_section("taste", taste)
        settings.save()
        again = Settings(directory)
        assert (again.panel, again.section("taste", Taste)) == (panel, taste)


def test_the_file_can_be_read_by_people(tmp_path: Path) -> None:
    saved(tmp_path)
    assert len((tmp_path / FILE).read_text().splitlines()) > 5


def test_nothing_is_written_if_nothing_changed(tmp_path: Path) -> None:
    settings = saved(tmp_path)
    # As long as it is open, no other file gets its inode.
    with (tmp_path / FILE).open() as written:
        settings.save()
        again = Settings(tmp_path)
        assert again.section("taste", Taste)
        again.save()
        assert os.path.samestat((tmp_path / FILE).stat(), os.fstat(written.fileno()))


def test_without_a_directory_nothing_is_written(tmp_path: Path) -> None:
    settings = Settings(None)
    settings.put_section("taste", Taste(colour="red"))
    settings.save()
    assert settings.section("taste", Taste).colour == "red"


BROKEN = [
    b"",
    b"{",
    b"null",
    b"[]",
    b"\xff\xfe",
    b'{"panel": 5}',
    b'{"panel": "\xff"}',
    b'{"panels": {"taste": {"colour": "\\ud800"}}}',
    b'{"geometry": {"width": "wide", "height": 1}}',
    b'{"panels": []}',
    b"[" * 100_000,
    b'{"panel": "a"} trailing',
]


@pytest.mark.parametrize("data", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_file_is_set_aside_under_a_name_that_is_told(tmp_path: Path, data: bytes) -> None:
    (tmp_path / FILE).write_bytes(data)
    settings = Settings(tmp_path)
    assert settings.panel == ""
    assert settings.trouble is not None
    assert settings.trouble.code == "settings-broken"
    aside = tmp_path / f"{FILE}.broken"
    assert str(aside) in settings.trouble.hint
    assert aside.read_bytes() == data
    settings.panel = "logs"
    settings.save()
    assert Settings(tmp_path).panel == "logs"
    assert aside.read_bytes() == data


def test_looking_again_does_not_set_it_aside_again_and_another_break_does(tmp_path: Path) -> None:
    for data in (b"{", b"{", b"[", b"{"):
        (tmp_path / FILE).write_bytes(data)
        assert Settings(tmp_path).trouble is not None
    assert beside(tmp_path) == [FILE, f"{FILE}.broken", f"{FILE}.broken-2"]


@pytest.mark.parametrize("section", [b'{"size": "big"}', b"[]", b"5", b'{"size": 1e999}'])
def test_a_broken_section_takes_defaults_and_leaves_the_others(
    tmp_path: Path, section: bytes
) -> None:
    data = b'{"panel": "logs", "panels": {"taste": %b, "other": {"size": 9}}}' % section
    (tmp_path / FILE).write_bytes(data)
    settings = Settings(tmp_path)
    assert settings.section("taste", Taste) == Taste()
    assert settings.trouble is not None
    assert (tmp_path / f"{FILE}.broken").read_bytes() == data
    assert settings.section("other", Taste).size == 9
    settings.save()
    again = Settings(tmp_path)
    assert again.section("taste", Taste) == Taste()
    assert (again.trouble, again.panel) == (None, "logs")


@examples(max_examples=30)
@given(st.binary(max_size=60))
def test_no_file_whatever_it_holds_stops_the_application(tmp_path_factory, data: bytes) -> None:
    directory = tmp_path_factory.mktemp("settings")
    (directory / FILE).write_bytes(b'{"panels": {"taste": ' + data + b"}}")
    settings = Settings(directory)
    settings.section("taste", Taste)
    settings.panel = "logs"
    settings.save()
    assert Settings(directory).panel == "logs"


def test_unknown_keys_are_passed_over(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text(
        '{"panel": "logs", "later": 1, "panels": {"taste": {"size": 4, "new": []}}}'
    )
    settings = Settings(tmp_path)
    assert (settings.panel, settings.section("taste", Taste).size) == ("logs", 4)
    assert settings.trouble is None


def test_sections_that_nobody_asked_for_are_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text('{"panels": {"from-elsewhere": {"a": [1, {"b": null}]}}}')
    settings = Settings(tmp_path)
    settings.panel = "logs"
    settings.save()
    stored = msgspec.json.decode((tmp_path / FILE).read_bytes())
    assert stored["panels"] == {"from-elsewhere": {"a": [1, {"b": None}]}}


def test_a_linked_file_stays_a_link_and_what_it_leads_to_is_replaced(tmp_path: Path) -> None:
    target = tmp_path / "dotfiles" / "sysgui.json"
    target.parent.mkdir()
    target.write_text('{"panel": "old"}')
    home = tmp_path / "home"
    home.mkdir()
    (home / FILE).symlink_to(target)
    saved(home)
    assert (home / FILE).is_symlink()
    assert msgspec.json.decode(target.read_bytes())["panel"] == "logs"
    assert beside(home) == [FILE]
    assert beside(target.parent) == [target.name]


def test_what_a_link_leads_to_is_set_aside_too(tmp_path: Path) -> None:
    target = tmp_path / "target"
    target.write_bytes(b"{")
    home = tmp_path / "home"
    home.mkdir()
    (home / FILE).symlink_to(target)
    settings = Settings(home)
    settings.panel = "logs"
    settings.save()
    assert (home / f"{FILE}.broken").read_bytes() == b"{"


@contextlib.contextmanager
def tmpfs(directory: Path, options: str) -> Iterator[Path]:
    """A small file system of its own, for root."""
    if os.geteuid():
        pytest.skip("only root can mount")
    directory.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", options, "none", str(directory)]
    done = subprocess.run(mount, capture_output=True, text=True)
    if done.returncode:
        pytest.skip(f"nobody can mount here: {done.stderr.strip()}")
    try:
        yield directory
    finally:
        subprocess.run(["umount", str(directory)], check=True)


def assert_not_saved(settings: Settings, reason: int) -> None:
    with pytest.raises(Problem) as caught:
        settings.save()
    assert caught.value.code == "settings-not-saved"
    assert os.strerror(reason) in caught.value.message


def test_a_full_disk_leaves_the_old_file_and_nothing_else(tmp_path: Path) -> None:
    with tmpfs(tmp_path / "small", "size=64k") as directory:
        settings = saved(directory)
        before = (directory / FILE).read_bytes()
        with contextlib.suppress(OSError):
            (directory / "ballast").write_bytes(bytes(1 << 20))
        settings.put_section("taste", Taste(colour="x" * 20_000))
        assert_not_saved(settings, errno.ENOSPC)
        assert (directory / FILE).read_bytes() == before
        assert beside(directory) == ["ballast", FILE]
        (directory / "ballast").unlink()
        settings.save()
        assert Settings(directory).section("taste", Taste).colour == "x" * 20_000


def test_a_read_only_directory_is_said_and_the_old_file_stays(tmp_path: Path) -> None:
    with tmpfs(tmp_path / "small", "size=1m") as directory:
        settings = saved(directory)
        subprocess.run(["mount", "-o", "remount,ro", str(directory)], check=True)
        settings.panel = "backup"
        assert_not_saved(settings, errno.EROFS)
        assert Settings(directory).panel == "logs"


def test_a_broken_file_in_a_read_only_directory_says_that_it_stays(tmp_path: Path) -> None:
    with tmpfs(tmp_path / "small", "size=1m") as directory:
        (directory / FILE).write_bytes(b"{")
        subprocess.run(["mount", "-o", "remount,ro", str(directory)], check=True)
        trouble = Settings(directory).trouble
        assert trouble is not None
        assert "stays as it is" in trouble.hint


def test_a_write_that_fails_at_the_last_moment_leaves_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = saved(tmp_path)

    def fail(fd: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr(os, "fsync", fail)
    settings.panel = "backup"
    assert_not_saved(settings, errno.EIO)
    assert beside(tmp_path) == [FILE]
    assert Settings(tmp_path).panel == "logs"


def test_a_file_that_is_a_directory_is_said_and_left_alone(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    settings = Settings(tmp_path)
    assert settings.trouble is not None
    assert settings.trouble.code == "settings-not-read"
    settings.panel = "logs"
    with pytest.raises(Problem):
        settings.save()


def test_many_that_write_at_once_leave_one_whole_file(tmp_path: Path) -> None:
    def write(number: int) -> None:
        for size in range(20):
            saved(tmp_path, panel=f"panel-{number}", colour="x" * size * 500)

    writers = [threading.Thread(target=write, args=(number,)) for number in range(4)]
    for writer in writers:
        writer.start()
    while any(writer.is_alive() for writer in writers):
        assert Settings(tmp_path).trouble is None
    for writer in writers:
        writer.join()
    assert Settings(tmp_path).panel.startswith("panel-")
    assert beside(tmp_path) == [FILE]


KILLED = """
import sys
sys.path[:0] = sys.argv[2:]
import os, pathlib
from sysgui.system.settings import Settings
settings = Settings(pathlib.Path(sys.argv[1]))
settings.panel = "half"
os.fsync = lambda fd: os._exit(9)
settings.save()
"""


def test_a_writer_that_is_killed_leaves_the_old_file(tmp_path: Path) -> None:
    saved(tmp_path)
    done = subprocess.run([sys.executable, "-c", KILLED, str(tmp_path), *sys.path])
    assert done.returncode == 9
    assert Settings(tmp_path).panel == "logs"


@pytest.mark.parametrize(
    ("configured", "expected"),
    [("/x/y", "/x/y/sysgui"), ("relative", "~/.config/sysgui"), ("", "~/.config/sysgui")],
)
def test_the_directory_is_that_of_the_specification(
    monkeypatch: pytest.MonkeyPatch, configured: str, expected: str
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", configured)
    assert settings_directory() == Path(expected).expanduser()
    monkeypatch.delenv("XDG_CONFIG_HOME")
    assert settings_directory() == Path("~/.config/sysgui").expanduser()
