"""The child that reads the machine: asked, killed, stopped, and mistaken."""

import io
import os
import select
import signal
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import psutil
import pytest
from roots.hosts import DEBIAN

from sysgui.panels.processes.detail import Detail
from sysgui.panels.processes.probe import Changes
from sysgui.system import reader as subject
from sysgui.system.i18n import PSEUDO_VARIABLE
from sysgui.system.problem import Problem
from sysgui.system.reader import ChildBugError, Question, Reader, Reply, answer


@pytest.fixture
def reader() -> Iterator[Reader]:
    found = Reader()
    yield found
    found.stop()


def await_end(pid: int) -> None:
    fd = os.pidfd_open(pid)
    try:
        assert select.select([fd], [], [], 60)[0]
    finally:
        os.close(fd)


def test_a_probe_is_read_in_a_child_that_stays(reader: Reader) -> None:
    assert reader.pid is None
    probe = reader.probe("processes.changes", Changes)
    first = probe.read()
    pid = reader.pid
    assert pid in {process.pid for process in first.changed}
    assert psutil.Process(pid).ppid() == os.getpid()
    second = probe.read()
    assert (first.whole, second.whole, reader.pid) == (True, False, pid)


def test_arguments_reach_the_probe_and_problems_come_back(reader: Reader) -> None:
    probe = reader.probe("processes.detail", Detail)
    assert probe.read(pid=os.getpid()).pid == os.getpid()
    with pytest.raises(Problem) as caught:
        probe.read(pid=os.getpid(), start=1)
    assert caught.value.code == "process-gone"
    assert probe.read(pid=os.getpid()).descriptors


def test_problems_come_back_in_the_readers_language(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PSEUDO_VARIABLE, "1")
    with pytest.raises(Problem, match="⟦Pröçéss"):
        reader.probe("processes.detail", Detail).read(pid=os.getpid(), start=1)


def test_the_child_looks_where_this_process_looks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", "/one:/two")
    assert subject._python_path().split(":")[1:] == ["/one", "/two"]
    monkeypatch.delenv("PYTHONPATH")
    assert ":" not in subject._python_path()


def test_a_recorded_machine_is_read_in_the_child() -> None:
    reader = Reader(str(DEBIAN))
    try:
        names = {each.name for each in reader.probe("processes.changes", Changes).read().changed}
    finally:
        reader.stop()
    assert {"systemd", "dbus-daemon", "nginx"} <= names


def test_a_child_that_dies_is_a_problem_and_the_next_question_starts_another(
    reader: Reader,
) -> None:
    probe = reader.probe("processes.changes", Changes)
    probe.read()
    first = reader.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    await_end(first)
    with pytest.raises(Problem) as caught:
        probe.read()
    assert caught.value.code == "reader-gone"
    assert probe.read().whole
    assert reader.pid != first


def test_a_child_that_dies_while_it_answers_is_a_problem_too(reader: Reader) -> None:
    probe = reader.probe("processes.changes", Changes)
    probe.read()
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    caught: list[Exception] = []

    def ask() -> None:
        try:
            probe.read()
        except Problem as problem:
            caught.append(problem)

    asker = threading.Thread(target=ask)
    asker.start()
    os.kill(pid, signal.SIGKILL)
    asker.join()
    assert [problem.code for problem in caught] == ["reader-gone"]
    assert probe.read().whole


def test_stopping_ends_a_child_that_somebody_waits_for(reader: Reader) -> None:
    probe = reader.probe("processes.changes", Changes)
    probe.read()
    pid = reader.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    caught: list[str] = []

    def ask() -> None:
        try:
            probe.read()
        except Problem as problem:
            caught.append(problem.code)

    asker = threading.Thread(target=ask)
    asker.start()
    while not reader._lock.locked():
        os.sched_yield()
    reader.stop()
    asker.join()
    assert caught == ["reader-gone"]
    assert not psutil.pid_exists(pid)
    with pytest.raises(Problem):
        probe.read()
    assert reader.pid is None


def test_stopping_what_never_started_or_twice_is_nothing() -> None:
    reader = Reader()
    reader.stop()
    reader.stop()


def test_the_child_ends_when_its_input_does(reader: Reader) -> None:
    reader.probe("processes.changes", Changes).read()
    pid, child = reader.pid, reader._child
    assert pid is not None
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    await_end(pid)
    assert child.wait() == 0


def test_a_bug_in_the_child_is_told_with_its_traceback(reader: Reader) -> None:
    for name, arguments, sign in (
        ("no.such.probe", {}, "KeyError"),
        ("processes.detail", {"pid": "one"}, "Traceback"),
        ("processes.detail", {"unknown": 1}, "TypeError"),
    ):
        with pytest.raises((ChildBugError, Problem)) as caught:
            reader.ask(Question(name, arguments))
        assert sign in str(caught.value) or isinstance(caught.value, Problem)
    assert reader.probe("processes.changes", Changes).read().whole


def test_a_machine_that_is_not_there_is_a_problem(tmp_path: Path) -> None:
    reader = Reader(str(tmp_path / "missing"))
    with pytest.raises(Problem) as caught:
        reader.probe("processes.changes", Changes).read()
    assert caught.value.code == "reader-gone"
    reader.stop()


def test_many_threads_share_one_child(reader: Reader) -> None:
    found: list[int] = []

    def ask() -> None:
        for _ in range(5):
            found.append(reader.probe("processes.detail", Detail).read(pid=os.getpid()).pid)

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [os.getpid()] * 20
    assert len(psutil.Process().children()) == 1


# The child's end


class Echo:
    def __init__(self) -> None:
        self.asked = 0

    def read(self, what: str = "") -> dict[str, Any]:
        self.asked += 1
        if what == "problem":
            raise Problem("code", "message", "hint")
        if what == "bug":
            raise ZeroDivisionError("whatever")
        return {"what": what, "asked": self.asked}


def answered(*lines: bytes) -> list[Reply]:
    replies = io.BytesIO()
    made = {"echo": Echo}
    answer(io.BytesIO(b"".join(line + b"\n" for line in lines)), replies, lambda name: made[name]())
    return [msgspec.json.decode(line, type=Reply) for line in replies.getvalue().splitlines()]


def test_each_line_has_one_answer_and_a_probe_is_made_once() -> None:
    replies = answered(
        *(
            msgspec.json.encode(Question("echo", {"what": what}))
            for what in ("a\nb", "problem", "bug")
        ),
        b'{"probe": "echo"}',
    )
    assert msgspec.json.decode(replies[0].reading) == {"what": "a\nb", "asked": 1}
    assert replies[1].trouble == subject.Trouble("code", "message", "hint")
    assert "ZeroDivisionError: whatever" in replies[2].bug
    assert msgspec.json.decode(replies[3].reading) == {"what": "", "asked": 4}


@pytest.mark.parametrize("line", [b"", b"{", b"\xff", b"[]", b'{"probe": "other"}', b"null"])
def test_a_question_that_is_none_is_a_bug_and_the_next_is_answered(line: bytes) -> None:
    replies = answered(line, b'{"probe": "echo"}')
    assert replies[0].bug
    assert replies[1].reading
