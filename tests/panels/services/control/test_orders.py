"""What is told to units is asked for of the helper, or told to the user's own manager."""

import subprocess
import threading
from collections.abc import Sequence
from pathlib import Path

import pytest

from sysgui.panels.services.control.orders import OwnUnits, order
from sysgui.system.elevation import Item, Order, Plan, Result
from sysgui.system.problem import Problem
from tests.panels.services.told import Told


def test_many_are_one_order_up_to_what_the_helper_takes() -> None:
    names = [f"{n}.service" for n in range(33)]
    assert order("stop", names[:32]) == Order("unit-control", names[:32], {"verb": "stop"})
    with pytest.raises(Problem) as caught:
        order("stop", names)
    assert caught.value.code == "too-many"
    assert order("daemon-reload", []) == Order("manager-reload", ["systemd"])


def test_the_users_own_are_told_without_root(tmp_path: Path) -> None:
    host = Told(tmp_path, {"a.service": {"InvocationID": "77"}})
    host.ends = {"b.service": 1}
    own = OwnUnits(host)
    before = {"target": "a.service", "InvocationID": "77"}
    assert own.read("enable-now", ["a.service"]) == [
        Plan("", [before]), Item("a.service", "done"), Result("done"),
    ]  # fmt: skip
    assert own.read("stop", ["a.service", "b.service"]) == [
        Plan("", [before, {"target": "b.service"}]),
        Item("a.service", "done"), Item("b.service", "failed"), Result("partly"),
    ]  # fmt: skip
    assert own.read("daemon-reload") == [Result("done")]
    assert host.told == [
        ["--user", "enable", "--now", "--", "a.service"],
        ["--user", "stop", "--", "a.service"],
        ["--user", "stop", "--", "b.service"],
        ["--user", "daemon-reload"],
    ]
    host.fails = b"no"
    assert own.read("daemon-reload") == [Result("failed")]


class Hanging(Told):
    """Its units hang; whoever has seen the first one started may end that."""

    def __init__(self, root: Path) -> None:
        super().__init__(root, {"a.service": {"Job": "77"}, "b.service": {"Job": "78"}})
        self.hangs = {"a.service", "b.service"}
        self.own = OwnUnits(self)
        self.end = self.own.leave

    def start(self, argv: Sequence[str], *, errors: bool) -> "subprocess.Popen[bytes]":
        # The lock is held while it is started: it is ended as soon as that is free.
        threading.Thread(target=self.end).start()
        return super().start(argv, errors=errors)


def test_a_mask_is_taken_away_whether_for_good_or_until_the_next_boot(tmp_path: Path) -> None:
    host = Told(tmp_path)
    own = OwnUnits(host)
    assert own.read("unmask", ["a.service"])[1] == Item("a.service", "done")
    expected = [["unmask"], ["unmask", "--runtime"]]
    assert host.told == [["--user", *words, "--", "a.service"] for words in expected]
    host.ends = {"a.service": 1}
    assert own.read("unmask", ["a.service"])[1] == Item("a.service", "failed")
    assert host.told[2:] == [["--user", "unmask", "--", "a.service"]]


def test_one_that_takes_very_long_can_be_left_to_go_on(tmp_path: Path) -> None:
    host = Hanging(tmp_path)
    assert host.own.read("start", ["a.service", "b.service"])[1:] == [
        Item("a.service", "cancelled"), Item("b.service", "not-begun"), Result("partly"),
    ]  # fmt: skip
    assert host.told == [["--user", "start", "--", "a.service"]]


def test_its_job_can_be_taken_back(tmp_path: Path) -> None:
    host = Hanging(tmp_path)
    host.end = host.own.withdraw
    assert host.own.read("stop", ["a.service"])[1:] == [
        Item("a.service", "withdrawn"), Result("withdrawn"),
    ]  # fmt: skip
    assert host.told == [["--user", "stop", "--", "a.service"], ["--user", "cancel", "--", "77"]]


def test_what_was_ended_before_it_began_is_not_begun_and_the_next_one_is(tmp_path: Path) -> None:
    host = Told(tmp_path)
    own = OwnUnits(host)
    own.leave()
    assert own.read("start", ["a.service"])[1] == Item("a.service", "not-begun")
    assert host.told == []
    own.begin()
    assert own.read("start", ["a.service"])[1] == Item("a.service", "done")


def test_what_is_done_by_then_is_done(tmp_path: Path) -> None:
    host = Hanging(tmp_path)
    host.hangs.clear()
    host.end = lambda: None
    host.after = lambda _verb, _name: setattr(host.own, "_end", "withdrawn")
    assert host.own.read("start", ["a.service"])[1] == Item("a.service", "done")
    assert len(host.told) == 1
