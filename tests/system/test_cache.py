"""What is kept for the next time: bounded, and no loss."""

import os
from pathlib import Path

import pytest

from sysgui.system.cache import Cache, cache_directory


def test_what_was_kept_is_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path / "a", most=2, largest=1000)
    assert cache.get("one") is None
    cache.put("one", b"1")
    assert Cache(tmp_path / "a", most=2, largest=1000).get("one") == b"1"


def test_what_was_used_longest_ago_makes_room(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=2, largest=1000)
    for moment, name in enumerate(("one", "two")):
        cache.put(name, name.encode())
        os.utime(tmp_path / name, (moment, moment))
    cache.get("one")
    cache.put("three", b"3")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "three"]


def test_large_ones_make_room_sooner(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=10, largest=1000)
    for moment in range(5):
        cache.put(str(moment), b"x" * 300)
        os.utime(tmp_path / str(moment), (moment, moment))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["2", "3", "4"]
    cache.put("too large", b"x" * 1000)
    assert cache.get("too large") is None
    assert cache.get("4") is not None


def test_what_is_damaged_is_not_there(tmp_path: Path) -> None:
    cache = Cache(tmp_path, most=2, largest=1000)
    cache.put("one", b"12345")
    whole = (tmp_path / "one").read_bytes()
    for damaged in (b"", whole[:-1], whole + b"6", whole[:-1] + b"x"):
        (tmp_path / "one").write_bytes(damaged)
        assert cache.get("one") is None


def test_without_room_nobody_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    cache = Cache(tmp_path / "file" / "below", most=2, largest=1000)
    cache.put("one", b"1")
    assert cache.get("one") is None


@pytest.mark.parametrize(("set_to", "found"), [("/a", "/a/sysgui"), ("b", "~/.cache/sysgui")])
def test_where_it_lies(set_to: str, found: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", set_to)
    assert cache_directory() == Path(found).expanduser()
