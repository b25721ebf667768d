"""Signals arrive, and processes are adjusted, as the kernel and other programs see it."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operation import Request, Target
from sysgui.helper.operations import process
from sysgui.helper.operations.process import ADJUST, SIGNAL

from .rig import (
    HEADLESS,
    HURRIED,
    PATIENCE,
    THREADED,
    Caller,
    Journal,
    agreed,
    as_root,
    asked,
    code_of,
    python,
    run,
    sleeping,
    target_of,
)

# One on which we may run: in a container, not all are.
CPU = max(os.sched_getaffinity(0))

# A process that takes signals as they come, whatever its parent ignores.
TIDY = """
import os, signal, sys
for name in ("INT", "HUP", "TERM"):
    signal.signal(getattr(signal, "SIG" + name), signal.SIG_DFL)
print("up", flush=True)
sys.stdin.read()
"""


def said(*words: str) -> str:
    """Returns what another program says."""
    done = run(words, env={"PATH": os.environ["PATH"], "LC_ALL": "C"})
    assert done.returncode == 0, done.stderr
    return done.stdout.decode()


# Signals


@pytest.mark.parametrize("name", ["TERM", "KILL", "INT", "HUP"])
def test_a_signal_that_ends_a_process_arrives(caller: Caller, journal: Journal, name: str) -> None:
    with sleeping(*python(TIDY)) as child:
        assert agreed(caller, SIGNAL, asked([target_of(child.pid)], signal=name)) == "done"
        assert child.wait(PATIENCE) == -signal.Signals[f"SIG{name}"]


def test_one_whose_first_thread_has_ended_cannot_hide(caller: Caller, journal: Journal) -> None:
    with sleeping(*python(HEADLESS)) as child:
        assert state(child.pid) == "Z"
        assert agreed(caller, SIGNAL, asked([target_of(child.pid)], signal="TERM")) == "done"
        assert child.wait(PATIENCE) == -signal.SIGTERM


def state(pid: int) -> str:
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def test_a_process_is_stopped_and_goes_on(journal: Journal) -> None:
    with sleeping() as child:
        for name, flag in (("STOP", os.WSTOPPED), ("CONT", os.WCONTINUED)):
            other = Caller()
            assert agreed(other, SIGNAL, asked([target_of(child.pid)], signal=name)) == "done"
            other.close()
            # The kernel tells the parent when it has happened.
            assert os.waitid(os.P_PID, child.pid, flag) is not None
            assert (state(child.pid) == "T") is (name == "STOP")


def test_the_prompt_and_the_preview_name_who_is_meant(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        target = target_of(child.pid)
        agreed(caller, SIGNAL, asked([target], signal="TERM"))
        child.wait(PATIENCE)
    (plan, _item) = caller.frames()
    (item,) = plan["items"]
    assert (item["target"], item["pid"], item["name"]) == (target, child.pid, "sh")
    assert journal.entries()[0]["SYSGUI_TARGETS"] == f"signal=TERM {target}"


def test_every_signal_that_can_be_asked_for_is_one() -> None:
    assert set(process.SIGNALS) == {"TERM", "KILL", "INT", "HUP", "STOP", "CONT"}


def bound(target: str, **arguments: Any) -> Target:
    operation = SIGNAL if "signal" in arguments else ADJUST
    assert operation.bind is not None
    return operation.bind(target, Request("r1", [target], arguments))


@pytest.mark.parametrize("arguments", [{"signal": "KILL"}, {"nice": 3}, {"io": "idle"}])
def test_a_process_that_ended_before_it_was_acted_on_is_gone(arguments: dict[str, Any]) -> None:
    with sleeping() as child:
        held = bound(target_of(child.pid), **arguments)
        held.facts()
        child.kill()
        child.wait()
        assert code_of(held.facts) == code_of(held.act) == "gone"
        held.close()


def test_what_cannot_be_held_is_let_go_of() -> None:
    # A thread has a directory, but is no process to be held.
    with sleeping(*python(THREADED)) as child:
        thread = max(map(int, os.listdir(f"/proc/{child.pid}/task")))
        before = os.listdir("/proc/self/fd")
        assert code_of(lambda: bound(target_of(thread), signal="KILL")) == "gone"
        assert os.listdir("/proc/self/fd") == before


def test_what_was_held_is_let_go_of() -> None:
    with sleeping() as child:
        before = os.listdir("/proc/self/fd")
        for arguments in ({"signal": "CONT"}, {"nice": 3}):
            held = bound(target_of(child.pid), **arguments)
            held.act()
            held.close()
        assert os.listdir("/proc/self/fd") == before


# Adjustments


def tasks(child: subprocess.Popen[bytes]) -> list[str]:
    """Returns the ids of all threads of a process."""
    found = os.listdir(f"/proc/{child.pid}/task")
    assert len(found) == 4
    return found


def adjusted(caller: Caller, child: subprocess.Popen[bytes], **arguments: Any) -> list[Any]:
    """Adjusts a process, and returns what was said of it."""
    code = agreed(caller, ADJUST, asked([target_of(child.pid)], **arguments))
    (_plan, item) = caller.frames()
    assert item["code"] == code
    return [code, item.get("errno")]


def test_all_threads_are_nicer(caller: Caller, journal: Journal) -> None:
    with sleeping(*python(THREADED)) as child:
        assert adjusted(caller, child, nice=7)[0] == "done"
        assert said("ps", "-L", "-o", "ni=", "-p", str(child.pid)).split() == ["7"] * 4


@as_root
def test_all_threads_are_less_nice(caller: Caller, journal: Journal) -> None:
    with sleeping(*python(THREADED)) as child:
        assert adjusted(caller, child, nice=-20)[0] == "done"
        assert said("ps", "-L", "-o", "ni=", "-p", str(child.pid)).split() == ["-20"] * 4


def test_all_threads_run_where_they_should(caller: Caller, journal: Journal) -> None:
    with sleeping(*python(THREADED)) as child:
        assert adjusted(caller, child, affinity=[CPU])[0] == "done"
        lines = said("taskset", "--all-tasks", "--cpu-list", "--pid", str(child.pid)).splitlines()
        assert sorted(line.rpartition(": ")[2] for line in lines) == [str(CPU)] * 4


@pytest.mark.parametrize(
    ("asked_for", "told"),
    [
        ("idle", "idle"),
        ("best-effort:0", "best-effort: prio 0"),
        ("best-effort:7", "best-effort: prio 7"),
        pytest.param("realtime:3", "realtime: prio 3", marks=as_root),
    ],
)
def test_all_threads_are_served_by_the_disk_as_they_should(
    caller: Caller, journal: Journal, asked_for: str, told: str
) -> None:
    with sleeping(*python(THREADED)) as child:
        assert adjusted(caller, child, io=asked_for)[0] == "done"
        assert said("ionice", "-p", *tasks(child)).splitlines() == [told] * 4


def test_every_way_to_be_served_can_be_asked_for() -> None:
    levels = [f"{name}:{level}" for name in ("realtime", "best-effort") for level in range(8)]
    assert sorted(process.IO) == sorted(["idle", *levels])


def test_it_is_chosen_sooner_when_memory_is_short(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        assert adjusted(caller, child, oom=1000)[0] == "done"
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "1000\n"


def test_all_can_be_asked_for_at_once(caller: Caller, journal: Journal) -> None:
    with sleeping(*python(THREADED)) as child:
        code = adjusted(caller, child, nice=5, io="best-effort:6", affinity=[CPU], oom=900)[0]
        assert code == "done"
        assert said("ps", "-o", "ni=", "-p", str(child.pid)).split() == ["5"]
        assert said("ionice", "-p", str(child.pid)) == "best-effort: prio 6\n"
        assert os.sched_getaffinity(child.pid) == {CPU}
        assert Path(f"/proc/{child.pid}/oom_score_adj").read_text() == "900\n"


def test_what_is_not_asked_for_stays(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        before = said("ps", "-o", "ni=,psr=,policy=", "-p", str(child.pid)).split()[0]
        affinity = os.sched_getaffinity(child.pid)
        io = said("ionice", "-p", str(child.pid))
        assert adjusted(caller, child, oom=500)[0] == "done"
        assert said("ps", "-o", "ni=", "-p", str(child.pid)).split() == [before]
        assert os.sched_getaffinity(child.pid) == affinity
        assert said("ionice", "-p", str(child.pid)) == io


def test_the_preview_has_what_it_is_now(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        os.setpriority(os.PRIO_PROCESS, child.pid, 4)
        Path(f"/proc/{child.pid}/oom_score_adj").write_text("321")
        agreed(caller, ADJUST, asked([target_of(child.pid)], nice=5))
        (plan, _item) = caller.frames()
        assert (plan["items"][0]["nice"], plan["items"][0]["oom"]) == (4, 321)


@pytest.mark.parametrize(
    "change",
    [
        lambda pid: os.setpriority(os.PRIO_PROCESS, pid, 9),
        lambda pid: Path(f"/proc/{pid}/oom_score_adj").write_text("99"),
    ],
)
def test_what_is_adjusted_meanwhile_is_not_what_was_previewed(
    change: Callable[[int], object],
) -> None:
    with sleeping() as child:
        held = bound(target_of(child.pid), nice=5)
        before = held.facts()
        change(child.pid)
        assert held.facts() != before
        held.close()


@pytest.mark.parametrize(
    ("name", "least", "most"), [("nice", -20, 19), ("oom", -1000, 1000), ("affinity", 0, 8191)]
)
def test_what_can_be_asked_for_is_what_the_kernel_knows(name: str, least: int, most: int) -> None:
    accept = ADJUST.arguments[name]
    for value in (least, most, least - 1, most + 1):
        given = [value] if name == "affinity" else value
        assert code_of(accept, given) == ("" if least <= value <= most else "grammar")


def test_as_many_processors_can_be_asked_for_as_a_line_has_room() -> None:
    accept = ADJUST.arguments["affinity"]
    assert code_of(accept, list(range(1024))) == ""
    assert code_of(accept, list(range(1025))) == "grammar"


# What the kernel does not do


def test_the_kernels_no_is_told_with_its_number(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        assert adjusted(caller, child, affinity=[8191]) == ["failed", 22]
        assert journal.results() == ["", "failed"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may")
def test_who_may_not_is_told_so(caller: Caller, journal: Journal) -> None:
    with sleeping() as child:
        assert adjusted(caller, child, nice=-20) == ["failed", 13]


@pytest.mark.parametrize(
    ("program", "told"), [("/nonexistent/ionice", ["failed", 2]), ("/bin/false", ["failed", None])]
)
def test_without_its_program_it_fails(
    caller: Caller,
    journal: Journal,
    monkeypatch: pytest.MonkeyPatch,
    program: str,
    told: list[Any],
) -> None:
    monkeypatch.setattr(process, "IONICE", program)
    with sleeping() as child:
        assert adjusted(caller, child, io="idle") == told


def test_its_program_gets_what_was_asked_for_and_nothing_else(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    program = tmp_path / "ionice"
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" >> {tmp_path}/words\n')
    program.chmod(0o755)
    monkeypatch.setattr(process, "IONICE", str(program))
    with sleeping() as child:
        for io, words in (("idle", ["-c", "3"]), ("best-effort:4", ["-c", "2", "-n", "4"])):
            held = bound(target_of(child.pid), io=io)
            held.act()
            held.close()
            found = (tmp_path / "words").read_text().split()
            pid = str(child.pid)
            assert found == [*words, "-p", pid, *words, "-t", "-p", pid]
            (tmp_path / "words").unlink()


def test_threads_that_come_and_go_do_not_stop_it() -> None:
    with sleeping(*python(HURRIED)) as child:
        held = bound(target_of(child.pid), nice=3, affinity=[CPU], io="idle")
        assert [code_of(held.act) for _round in range(40)] == [""] * 40
        held.close()
        assert set(said("ps", "-L", "-o", "ni=", "-p", str(child.pid)).split()) == {"3"}


def test_threads_that_have_gone_since_are_no_reason_to_fail(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    listed = os.listdir
    with sleeping() as gone:
        pass
    with sleeping() as child:
        held = bound(target_of(child.pid), nice=3, affinity=[CPU], io="idle")
        monkeypatch.setattr(os, "listdir", lambda place: [str(gone.pid), *listed(place)])
        assert code_of(held.act) == ""
        monkeypatch.undo()
        held.close()
        assert said("ps", "-o", "ni=", "-p", str(child.pid)).split() == ["3"]
        assert said("ionice", "-p", str(child.pid)) == "idle\n"
