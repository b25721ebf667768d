"""One instance a user: who is first, what later ones hand over, and what a killed one leaves."""

import os
import socket
import stat
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sysgui.ui import instance
from sysgui.ui.instance import Instance, Wish, runtime_directory

Make = Callable[[], Instance]


@pytest.fixture
def make(qtbot, tmp_path: Path) -> Iterator[Make]:
    made: list[Instance] = []

    def make() -> Instance:
        made.append(Instance(tmp_path))
        return made[-1]

    yield make
    for each in made:
        each.close()
        each.close()  # A second time is nothing.


def test_only_the_first_becomes_the_one_instance_until_it_gives_up(make: Make) -> None:
    first, second = make(), make()
    assert first.claim()
    assert not second.claim()
    first.close()
    assert second.claim()


def test_a_later_start_hands_its_wish_to_the_first(qtbot, make: Make) -> None:
    first, second = make(), make()
    first.claim()
    heard: list[object] = []
    first.wished.connect(lambda wish: heard.extend([wish, later.is_alive()]))
    told: list[bool] = []
    later = threading.Thread(
        target=lambda: told.append(second.hand_over(Wish("processes", "token")))
    )
    later.start()
    qtbot.waitUntil(lambda: not later.is_alive())
    # It ends only when what it wished has been seen to.
    assert heard == [Wish("processes", "token"), True]
    assert told == [True]


def test_a_first_that_is_busy_has_got_the_wish_all_the_same(make: Make, monkeypatch) -> None:
    monkeypatch.setattr(instance, "PATIENCE", 0.01)
    first, second = make(), make()
    first.claim()
    assert second.hand_over(Wish("processes"))


def test_nobody_hears_a_wish_when_there_is_no_first(make: Make) -> None:
    assert not make().hand_over(Wish("processes"))


def test_what_is_no_wish_is_not_heard_and_what_follows_is(qtbot, make: Make, tmp_path) -> None:
    first = make()
    first.claim()
    with (
        qtbot.waitSignal(first.wished) as wished,
        socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as ear,
    ):
        for data in (b"", b"nonsense", b'{"panel": 7}', b"\xff" * 5000, b'{"panel": "overview"}'):
            ear.sendto(data, str(tmp_path / "instance.socket"))
    assert wished.args == [Wish("overview")]


def test_a_socket_left_by_a_killed_instance_is_in_nobodys_way(make: Make, tmp_path: Path) -> None:
    left = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
    left.bind(str(tmp_path / "instance.socket"))
    left.close()
    assert make().claim()


def test_the_socket_is_for_this_user_alone_and_goes_with_the_instance(
    make: Make, tmp_path: Path
) -> None:
    first = make()
    first.claim()
    path = tmp_path / "instance.socket"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    first.close()
    assert not path.exists()


def test_the_directory_lies_in_the_runtime_directory_and_is_this_users_alone(
    tmp_path: Path, monkeypatch
) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    assert runtime_directory() == tmp_path / "sysgui"
    assert stat.S_IMODE((tmp_path / "sysgui").stat().st_mode) == 0o700
    assert runtime_directory() == tmp_path / "sysgui"


def test_a_directory_that_is_a_link_is_refused(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    os.symlink("/tmp", tmp_path / "sysgui")
    with pytest.raises(PermissionError):
        runtime_directory()
