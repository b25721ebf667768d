"""A clock that is set, and a machine that sleeps, start nothing, tell nothing and hide nothing.

No container can do either: this boots a machine that is emulated, which takes some minutes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from .conftest import CHECKOUT
from .errors import Unavailable
from .virtual import Virtual, boot_virtual, require_virtual
from .watched import NTH, Service, crash, install, service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import System

pytestmark = pytest.mark.long

# Seconds for which it sleeps: more than all that waits for something then.
ASLEEP = 200

# An emulated machine takes its time to start anything; no probe waits for this one.
LONG = "TimeoutStartSec=infinity"

JUMPS = ["1 day", "-1 day"]


def available() -> str:
    try:
        require_virtual()
    except Unavailable as error:
        return str(error)
    return ""


@pytest.fixture(scope="module")
def machine(debian: System) -> Iterator[Virtual]:
    if reason := available():
        pytest.skip(f"no machine with a clock of its own: {reason}")
    with boot_virtual(debian, CHECKOUT) as booted:
        install(booted)
        yield booted


@pytest.fixture(autouse=True)
def _the_clock_is_as_before(machine: Virtual) -> Iterator[None]:
    """Puts the clock back: the next test wants a journal in which nothing is of tomorrow."""
    yield
    machine.output(["hwclock", "--hctosys", "--utc"])


def jump(machine: Virtual, by: str) -> None:
    machine.output(["date", "--set", by])


def wait(machine: Virtual, condition: str) -> None:
    """Waits until a command of the shell's is content; it is asked now and then, without haste."""
    script = f"until {condition}; do sleep 0.2; done"
    machine.output(["sh", "-c", script], timeout=300)


def probe(watched: Service) -> str:
    """Has it tried whether it answers, and returns with which status that ended."""
    unit = f"sysgui-probe@{watched.name}.service"
    watched.machine.run(["systemctl", "start", unit])
    return watched.machine.output(["systemctl", "show", "-P", "ExecMainStatus", unit]).strip()


@pytest.mark.parametrize("by", JUMPS)
def test_what_fails_before_and_after_the_clock_is_set_is_told_and_nothing_else(
    machine: Virtual, by: str
) -> None:
    # It fails the first and the third time that it is started.
    script = NTH + "[ $n != 1 ] && [ $n != 3 ] || exit 4; exec sleep 1000"
    with service(machine, f"jump{JUMPS.index(by)}.service", script) as watched:
        watched.systemctl("start")
        watched.await_event("failed")
        jump(machine, by)
        watched.await_running()
        watched.sweep()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        first = watched.show("InvocationID")
        jump(machine, by)
        watched.sweep()
        assert (watched.show("InvocationID"), watched.show("ActiveState")) == (first, "active")
        assert watched.told() == ["failed", "recovered"]
        watched.systemctl("kill", "--signal=KILL")
        watched.await_event("failed", 2)
        wait(machine, f"test $(cat /run/jump{JUMPS.index(by)}.flag) = 4")
        watched.await_running()
        watched.sweep()
        # It was ended by the test, and then failed by itself: one state, and so one message.
        assert watched.told() == ["failed", "recovered", "failed"]
        assert [event.kind for event in watched.events()].count("restarted") == 0


def test_a_clock_that_is_kept_right_by_small_steps_is_nobodys_concern(machine: Virtual) -> None:
    with service(machine, "steps.service", crash("exit 5")) as watched:
        for number in range(3):
            jump(machine, "2 seconds" if number % 2 else "-2 seconds")
            watched.sweep()
        assert watched.events() == []
        watched.systemctl("start")
        watched.await_event("failed")
        for number in range(3):
            jump(machine, "-3 seconds" if number % 2 else "3 seconds")
            watched.sweep()
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]


@pytest.mark.parametrize("by", JUMPS)
def test_what_has_just_started_need_not_answer_whatever_the_clock_says(
    machine: Virtual, by: str
) -> None:
    name = f"starts{JUMPS.index(by)}.service"
    asked = {"probe": "tcp", "port": 9, "tries": 1, "every": 3600}
    with service(machine, name, settings="TimeoutStartSec=1h", **asked) as watched:
        watched.systemctl("start")
        watched.sweep()  # It notes how the clocks stand, as it does once a minute.
        jump(machine, by)
        assert probe(watched) == "75"
        watched.sweep()
        assert probe(watched) == "75"
        watched.sweep()
        assert watched.events() == []


@pytest.mark.parametrize("by", JUMPS)
def test_what_does_not_answer_is_found_whatever_the_clock_says(machine: Virtual, by: str) -> None:
    name = f"silent{JUMPS.index(by)}.service"
    asked = {"probe": "tcp", "port": 9, "tries": 1, "every": 3600}
    settings = LONG
    with service(machine, name, settings=settings, restart="no", **asked) as watched:
        watched.systemctl("start")
        watched.sweep()
        jump(machine, by)
        watched.sweep()
        wait(machine, f"systemctl start sysgui-probe@{name}.service; "
                      f"systemctl -q is-failed sysgui-probe@{name}.service")  # fmt: skip
        assert "takes no connection" in watched.await_event("failed").cause
        assert watched.told() == ["failed"]


@pytest.mark.parametrize("by", JUMPS)
def test_a_file_is_as_old_as_it_is_whatever_the_clock_says(machine: Virtual, by: str) -> None:
    name = f"writes{JUMPS.index(by)}.service"
    asked = {"probe": "file", "path": "/run/written", "age": 20, "tries": 1, "every": 3600}
    settings = LONG
    with service(machine, name, settings=settings, restart="no", **asked) as watched:
        watched.systemctl("start")
        watched.sweep()
        machine.write("/run/written", "")
        jump(machine, by)
        assert probe(watched) == "0"
        watched.sweep()
        assert watched.events() == []
        # And old it becomes.
        wait(machine, f"! systemctl start sysgui-probe@{name}.service")
        assert "not been written" in watched.await_event("failed").cause


def test_who_sleeps_finds_all_as_it_was_and_goes_on(machine: Virtual) -> None:
    # More than it takes to fall asleep, and less than the sleep.
    quick = "[Service]\nRestartSec=150s\nRestartSteps=0\n"
    pings = "systemd-notify --ready; while :; do systemd-notify WATCHDOG=1; sleep 1; done"
    dog = "NotifyAccess=all\nWatchdogSec=60s\nType=notify"
    file = {"probe": "file", "path": "/run/beat", "age": 60, "tries": 1, "every": 5}
    beats = "while :; do touch /run/beat; sleep 10; done"
    with (
        service(machine, "delayed.service", crash("exit 6"), quick=quick) as delayed,
        service(machine, "dog.service", pings, settings=dog) as guarded,
        service(machine, "beats.service", beats, settings=LONG, **file) as beating,
    ):
        for each in (guarded, beating):
            each.systemctl("start")
            each.await_running()
        delayed.systemctl("start")
        delayed.await_event("failed")
        assert delayed.show("SubState").startswith("auto-restart")
        before = sleeps(machine, ASLEEP)
        assert delayed.show("SubState").startswith("auto-restart")
        delayed.await_running()
        for each in (delayed, guarded, beating):
            each.sweep()
        assert delayed.told() == ["failed", "recovered"]
        assert machine.read("/run/delayed.flag") == "2\n"
        # Each of them would have been late, had the time asleep counted.
        wait(machine, f"test $(cut -d. -f1 /proc/uptime) -gt {before + ASLEEP + 80}")
        for each in (guarded, beating):
            each.sweep()
            assert (each.events(), each.show("ActiveState")) == ([], "active")
            assert each.show("NRestarts") == "0"


def test_a_timer_of_ours_waits_out_a_sleep_and_starts_it_once(machine: Virtual) -> None:
    if machine.release != "bookworm":
        pytest.skip("systemd waits by itself here")
    script = NTH + "[ $n -gt 4 ] || exit 8; exec sleep 1000"
    slow = "[Timer]\nOnActiveSec=\nOnActiveSec=150s\n"
    timer = "sysgui-again-10@again.service.timer"
    machine.write(f"/run/systemd/system/{timer}.d/slow.conf", slow)
    with service(machine, "again.service", script) as watched:
        watched.systemctl("start")
        watched.await_event("later")
        wait(machine, f"systemctl -q is-active {timer}")
        sleeps(machine, ASLEEP)
        assert machine.run(["systemctl", "is-active", timer]).stdout == "active\n"
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        assert machine.read("/run/again.flag") == "5\n"


def test_what_fails_while_all_else_wakes_up_is_told(machine: Virtual) -> None:
    with service(machine, "wakes.service", "sleep 150; exit 9", restart="no", quick="") as watched:
        watched.systemctl("start")
        sleeps(machine, ASLEEP)
        assert "status 9" in watched.await_event("given-up").cause
        watched.sweep()
        assert watched.told() == ["given-up"]


def sleeps(machine: Virtual, seconds: int) -> int:
    """Has it sleep until its own clock wakes it, and returns for how long it was up before."""
    before = int(machine.read("/proc/uptime").partition(".")[0])
    machine.output(["rtcwake", "--mode", "no", "--seconds", str(seconds)])
    machine.run(["systemctl", "start", "--no-block", "suspend.target"])
    machine.monitor.await_event("SUSPEND")
    machine.monitor.await_event("WAKEUP")
    return before
