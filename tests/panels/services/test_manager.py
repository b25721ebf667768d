r"""What is asked of systemd and when, and what its signals make of the list; never a loop."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from roots.hosts import write_machine

from sysgui.panels.services.manager import Manager
from sysgui.panels.services.stale import Suspect
from sysgui.panels.services.units import Unit
from sysgui.system.bus import MOST_PENDING
from sysgui.system.problem import Problem

from .fakes import NOW, Door, FakeBus, path_of


@pytest.fixture
def host() -> Door:
    door = Door()
    systemd = door.systemd
    systemd.add("ssh.service", MainPID=77, NRestarts=2, ControlGroup="/system.slice/ssh.service")
    systemd.add("cron.service")
    systemd.add("apt.timer", "active", "waiting")
    systemd.add("syslog.service", "inactive", "dead", load="not-found")
    systemd.add("getty@tty1.service")
    for name in ("ssh.service", "cron.service", "apt.timer", "getty@.service", "rsync.service"):
        systemd.file(name, "disabled" if name == "rsync.service" else "enabled")
    return door


@pytest.fixture
def manager(host: Door) -> Iterator[Manager]:
    made = Manager(host, "system")
    made.open()
    yield made
    made.close()


def bus_of(manager: Manager) -> FakeBus:
    assert isinstance(manager.bus, FakeBus)
    return manager.bus


def drive(manager: Manager, host: Door, seconds: float = 1.0) -> None:
    """Lets time go by, and the manager do what it does meanwhile."""
    end = host.clock + seconds
    while host.clock < end:
        later = manager.work()
        left = end - host.clock
        manager.take(manager.bus.wait(left if later is None else min(left, later)))
    manager.work()


def unit(manager: Manager, name: str) -> Unit:
    found = manager.find(name)
    assert found is not None
    return found


def names(manager: Manager) -> set[str]:
    return {unit.name for unit in manager.units}


# Opening.


def test_two_calls_make_the_first_list(host: Door, manager: Manager) -> None:
    assert [call.member for call in host.systemd.calls] == ["Subscribe", "ListUnits"]
    assert names(manager) == set(host.systemd.units)
    assert unit(manager, "ssh.service").description == "The ssh.service"


def test_files_come_later_and_are_asked_for_once(host: Door, manager: Manager) -> None:
    drive(manager, host, 60.0)
    assert len(host.systemd.asked("ListUnitFiles")) == 1
    assert unit(manager, "ssh.service").enabled == "enabled"
    assert unit(manager, "rsync.service").enabled == "disabled"
    assert not unit(manager, "rsync.service").loaded
    assert unit(manager, "getty@.service").active == ""
    assert manager.places == ["/etc/systemd/system", "/lib/systemd/system"]
    assert manager.loaded_at == NOW - 5000.0


def test_nothing_is_asked_while_nothing_happens(host: Door, manager: Manager) -> None:
    drive(manager, host, 5.0)
    before = len(host.systemd.calls)
    drive(manager, host, 3600.0)
    assert len(host.systemd.calls) == before
    assert manager.work() is None


def test_files_are_asked_for_again_when_they_changed_but_not_without_end(
    host: Door, manager: Manager
) -> None:
    drive(manager, host, 10.0)
    for _ in range(100):
        host.systemd.tell("UnitFilesChanged")
        drive(manager, host, 0.1)
    assert 2 <= len(host.systemd.asked("ListUnitFiles")) <= 4
    host.systemd.files["/lib/systemd/system/rsync.service"] = "enabled"
    del host.systemd.files["/lib/systemd/system/getty@.service"]
    host.systemd.tell("UnitFilesChanged")
    drive(manager, host, 10.0)
    assert unit(manager, "rsync.service").enabled == "enabled"
    assert manager.find("getty@.service") is None


def test_whoever_cannot_be_asked_yet_is_named_and_asked_later(host: Door, manager: Manager) -> None:
    drive(manager, host)
    before = len(host.systemd.asked("Get"))
    left = suspects = {Suspect("ssh.service", float(n)) for n in range(MOST_PENDING * 3)}
    rounds = 0
    while left:
        left = manager.check(left)
        drive(manager, host, 0.1)
        rounds += 1
    assert rounds > 1
    assert len(host.systemd.asked("Get")) - before == len(suspects)


# Signals.


def test_a_crash_is_told_by_the_signal_alone(host: Door, manager: Manager) -> None:
    drive(manager, host)
    manager.tell()
    before = len(host.systemd.calls)
    host.systemd.change(
        "cron.service", "failed", "failed", InactiveEnterTimestamp=int((NOW - 3) * 1e6)
    )
    drive(manager, host, 0.1)
    (changed,), gone = manager.tell()
    assert (changed.name, changed.active, changed.sub) == ("cron.service", "failed", "failed")
    assert changed.since == NOW - 3
    assert gone == []
    assert len(host.systemd.calls) == before


def test_signals_that_change_nothing_make_no_row_dirty(host: Door, manager: Manager) -> None:
    drive(manager, host)
    manager.tell()
    host.systemd.change("cron.service", "active", "running")
    drive(manager, host)
    assert not manager.dirty


def test_a_new_unit_is_listed_without_reading_any_property(host: Door, manager: Manager) -> None:
    drive(manager, host)
    before = len(host.systemd.asked("Get"))
    host.systemd.new("new-\\x2d@1.service", description="Came later")
    drive(manager, host)
    assert unit(manager, "new-\\x2d@1.service").description == "Came later"
    (listed,) = host.systemd.asked("ListUnitsByPatterns")
    assert listed.body == ([], ["new-\\x2d@1.service"])
    assert len(host.systemd.asked("Get")) == before


def test_what_a_new_unit_tells_of_itself_before_it_is_listed_is_kept(
    host: Door, manager: Manager
) -> None:
    drive(manager, host)
    asked = len(host.systemd.asked("Get"))
    host.systemd.new("new.service", "activating", "start")
    host.systemd.change(
        "new.service", "active", "running", MainPID=9, ActiveEnterTimestamp=int((NOW - 1) * 1e6)
    )
    drive(manager, host)
    found = unit(manager, "new.service")
    assert (found.active, found.pid, found.since) == ("active", 9, NOW - 1)
    assert len(host.systemd.asked("Get")) == asked


def test_a_burst_of_new_units_is_one_question(host: Door, manager: Manager) -> None:
    drive(manager, host)
    for number in range(1000):
        host.systemd.new(f"n{number}.service")
    drive(manager, host, 2.0)
    assert len(names(manager)) == 6 + 1000 + 1
    assert len(host.systemd.asked("ListUnits")) == 2
    assert not host.systemd.asked("ListUnitsByPatterns")


def test_a_unit_that_is_removed_leaves_its_file(host: Door, manager: Manager) -> None:
    drive(manager, host)
    manager.tell()
    host.systemd.remove("cron.service")
    host.systemd.remove("syslog.service")
    drive(manager, host, 0.1)
    changed, gone = manager.tell()
    assert [(each.name, each.active, each.loaded) for each in changed] == [
        ("cron.service", "inactive", False)
    ]
    assert gone == ["syslog.service"]


def test_a_unit_that_has_a_file_only_as_long_as_it_is_loaded_is_gone_with_it(
    host: Door, manager: Manager
) -> None:
    host.systemd.new("brief.service")
    host.systemd.file("brief.service", "transient", "/run/systemd/transient")
    drive(manager, host)
    assert unit(manager, "brief.service").enabled == "transient"
    manager.tell()
    host.systemd.remove("brief.service")
    drive(manager, host, 0.1)
    assert manager.tell() == ([], ["brief.service"])
    assert "brief.service" not in names(manager)


def test_a_unit_that_came_and_went_meanwhile_is_no_row(host: Door, manager: Manager) -> None:
    drive(manager, host)
    manager.tell()
    host.systemd.new("brief.service")
    host.systemd.remove("brief.service")
    drive(manager, host)
    assert manager.find("brief.service") is None
    assert manager.tell()[0] == []


def test_jobs_are_shown_while_they_are_queued(host: Door, manager: Manager) -> None:
    host.systemd.tell("JobNew", 7, "/job/7", "cron.service")
    drive(manager, host, 0.1)
    assert unit(manager, "cron.service").job == "queued"
    host.systemd.tell("JobRemoved", 7, "/job/7", "cron.service", "done")
    drive(manager, host, 0.1)
    assert unit(manager, "cron.service").job == ""


def test_a_job_is_called_by_what_it_has_begun(host: Door, manager: Manager) -> None:
    host.systemd.tell("JobNew", 8, "/job/8", "cron.service")
    host.systemd.change("cron.service", "deactivating", "stop-sigterm")
    drive(manager, host, 0.1)
    assert unit(manager, "cron.service").job == "stop"
    host.systemd.tell("JobRemoved", 8, "/job/8", "cron.service", "done")
    host.systemd.change("cron.service", "inactive", "dead")
    drive(manager, host, 0.1)
    assert unit(manager, "cron.service").job == ""


def test_a_reload_is_one_new_list_and_no_row_goes(host: Door, manager: Manager) -> None:
    drive(manager, host, 10.0)
    manager.tell()
    before = len(host.systemd.calls)
    host.systemd.units["cron.service"][1] = "Another description"
    host.systemd.files["/lib/systemd/system/rsync.service"] = "static"
    host.systemd.reload()
    drive(manager, host, 5.0)
    changed, gone = manager.tell()
    assert {each.name for each in changed} == {"cron.service", "rsync.service"}
    assert gone == []
    asked = [call.member for call in host.systemd.calls[before:]]
    assert sorted(asked) == ["Get"] * 3 + ["ListUnitFiles", "ListUnits"]


def test_a_unit_that_is_gone_after_a_reload_is_gone(host: Door, manager: Manager) -> None:
    drive(manager, host)
    del host.systemd.units["getty@tty1.service"]
    host.systemd.reload()
    drive(manager, host)
    assert manager.find("getty@tty1.service") is None


def test_a_manager_that_executes_itself_anew_is_subscribed_to_again(
    host: Door, manager: Manager
) -> None:
    drive(manager, host)
    manager.tell()
    host.systemd.leave()
    host.systemd.units["cron.service"][3:5] = ["failed", "failed"]
    drive(manager, host, 1.0)
    assert manager.find("ssh.service") is not None
    host.systemd.come_back()
    drive(manager, host, 1.0)
    assert len(host.systemd.asked("Subscribe")) == 2
    assert unit(manager, "cron.service").active == "failed"
    changed, gone = manager.tell()
    assert [each.name for each in changed] == ["cron.service"]
    assert gone == []


def test_a_manager_that_stays_away_is_a_problem(host: Door, manager: Manager) -> None:
    host.systemd.leave()
    with pytest.raises(Problem) as problem:
        drive(manager, host, 60.0)
    assert problem.value.code == "no-systemd"


def test_no_manager_of_the_users_own_is_said_in_other_words(host: Door) -> None:
    host.managers["user"].away = True
    manager = Manager(host, "user")
    with pytest.raises(Problem) as problem:
        manager.open()
    manager.close()
    assert problem.value.code == "no-user-manager"
    assert "enable-linger" in problem.value.hint


@pytest.mark.parametrize(
    ("files", "code"), [({}, "no-systemd"), ({"/run/systemd/system/.there": ""}, "no-bus")]
)
def test_no_bus_is_told_from_no_systemd_as_sd_booted_does(
    tmp_path: Path, files: dict[str, str], code: str
) -> None:
    host = Door(write_machine(tmp_path, files))
    del host.managers["system"]
    with pytest.raises(Problem) as problem:
        Manager(host, "system")
    assert problem.value.code == code


# Details.


def asked_of(host: Door) -> dict[str, list[Any]]:
    found: dict[str, list[Any]] = {}
    for call in host.systemd.asked("Get"):
        found.setdefault(call.path, []).append(call.body[1])
    del found["/org/freedesktop/systemd1"]
    return found


def test_details_are_asked_only_of_units_that_are_looked_at_and_only_once(
    host: Door, manager: Manager
) -> None:
    host.systemd.properties["ssh.service", "ActiveEnterTimestamp"] = int((NOW - 9) * 1e6)
    for _ in range(20):
        manager.look(["ssh.service"])
        drive(manager, host, 2.0)
    found = unit(manager, "ssh.service")
    assert (found.pid, found.restarts, found.since) == (77, 2, NOW - 9)
    assert found.control_group == "/system.slice/ssh.service"
    assert asked_of(host) == {
        path_of("ssh.service"): ["ActiveEnterTimestamp", "NRestarts", "MainPID", "ControlGroup"]
    }


def test_only_an_instance_is_asked_for_the_state_of_its_file(host: Door, manager: Manager) -> None:
    host.systemd.properties["getty@tty1.service", "UnitFileState"] = "enabled-runtime"
    manager.look(["ssh.service", "getty@tty1.service"])
    drive(manager, host)
    assert "UnitFileState" in asked_of(host)[path_of("getty@tty1.service")]
    assert "UnitFileState" not in asked_of(host)[path_of("ssh.service")]
    found = unit(manager, "getty@tty1.service")
    assert (found.enabled, found.file) == ("enabled-runtime", "/lib/systemd/system/getty@.service")


def test_a_timer_tells_when_it_elapses_by_whichever_clock_comes_first(
    host: Door, manager: Manager
) -> None:
    host.systemd.properties.update({
        ("apt.timer", "NextElapseUSecRealtime"): int((NOW + 500) * 1e6),
        ("apt.timer", "NextElapseUSecMonotonic"): int((host.clock + 90) * 1e6),
        ("apt.timer", "LastTriggerUSec"): int((NOW - 60) * 1e6),
    })  # fmt: skip
    manager.look(["apt.timer"])
    drive(manager, host)
    found = unit(manager, "apt.timer")
    assert found.next_run == pytest.approx(NOW + 90, abs=1.5)
    assert found.last_run == NOW - 60
    host.systemd.change("apt.timer", "active", "elapsed", NextElapseUSecMonotonic=2**64 - 1)
    drive(manager, host)
    assert unit(manager, "apt.timer").next_run == NOW + 500


def test_what_is_not_loaded_is_never_asked_for_properties(host: Door, manager: Manager) -> None:
    drive(manager, host)
    for _ in range(20):
        manager.look([each.name for each in manager.units])
        drive(manager, host, 2.0)
    paths = set(asked_of(host))
    assert path_of("rsync.service") not in paths
    assert path_of("getty@.service") not in paths
    assert path_of("syslog.service") not in paths
    assert host.systemd.loaded == []


def test_a_unit_that_flaps_in_and_out_of_memory_makes_no_loop(host: Door, manager: Manager) -> None:
    """As the real trap: it is looked at, and each time it is asked it would be loaded again."""
    drive(manager, host)
    for _ in range(50):
        host.systemd.new("flap.service", "inactive", "dead")
        manager.look(["flap.service"])
        drive(manager, host, 0.5)
        host.systemd.remove("flap.service")
        drive(manager, host, 0.5)
    assert host.systemd.loaded == []
    assert path_of("flap.service") not in asked_of(host)


def test_a_unit_that_goes_just_as_it_is_asked_is_never_asked_again(
    host: Door, manager: Manager
) -> None:
    drive(manager, host)
    host.systemd.new("race.service", "inactive", "dead")
    drive(manager, host, 0.5)
    manager.look(["race.service"])
    # systemd drops it; its signal is still under way when we ask.
    del host.systemd.units["race.service"]
    drive(manager, host, 60.0)
    assert len(host.systemd.loaded) <= 2, "once, for both of its details"
    for _ in range(20):
        manager.look(["race.service"])
        host.systemd.new("race.service", "inactive", "dead")
        drive(manager, host, 5.0)
        host.systemd.remove("race.service")
        drive(manager, host, 5.0)
    assert len(host.systemd.loaded) <= 2


def test_a_unit_that_comes_up_is_asked_again_for_its_group(host: Door, manager: Manager) -> None:
    host.systemd.new("job.service", "inactive", "dead")
    drive(manager, host)
    manager.look(["job.service"])
    drive(manager, host, 2.0)
    assert unit(manager, "job.service").control_group is None
    host.systemd.properties["job.service", "ControlGroup"] = "/system.slice/job.service"
    host.systemd.change("job.service", "active", "running")
    drive(manager, host, 0.5)
    assert unit(manager, "job.service").control_group is None, "it may be gone the next moment"
    drive(manager, host, 2.0)
    assert unit(manager, "job.service").control_group == "/system.slice/job.service"


def test_thousands_of_details_never_wait_for_more_answers_than_a_bus_allows(
    host: Door, manager: Manager
) -> None:
    for number in range(2000):
        host.systemd.add(f"n{number}.service", NRestarts=number)
    host.systemd.reload()
    drive(manager, host)
    most = 0
    manager.look([each.name for each in manager.units])
    for _ in range(200):
        manager.work()
        most = max(most, len(bus_of(manager)._came))
        manager.take(manager.bus.wait(0.01))
    assert unit(manager, "n1999.service").restarts == 1999
    assert 64 <= most <= 128


def test_units_are_asked_whether_their_files_changed(host: Door, manager: Manager) -> None:
    drive(manager, host)
    host.systemd.properties["ssh.service", "NeedDaemonReload"] = True
    names = ["ssh.service", "cron.service", "rsync.service", "nosuch.service"]
    manager.check([Suspect(name, 1.0) for name in names])
    drive(manager, host, 0.1)
    assert unit(manager, "ssh.service").changed
    assert not unit(manager, "cron.service").changed
    assert host.systemd.loaded == []
    host.systemd.properties["ssh.service", "NeedDaemonReload"] = False
    host.systemd.reload()
    drive(manager, host)
    assert not unit(manager, "ssh.service").changed


def test_a_unit_that_is_just_ending_is_not_asked_for_its_files(
    host: Door, manager: Manager
) -> None:
    drive(manager, host)
    host.systemd.change("cron.service", "inactive", "dead", DropInPaths=[])
    drive(manager, host, 0.1)
    # systemd drops it; its signal is still under way when we would ask.
    row = host.systemd.units.pop("cron.service")
    suspect = Suspect("cron.service", 1.0, ("new.conf",))
    assert manager.check([suspect]) == {suspect}
    assert host.systemd.loaded == []
    host.systemd.units["cron.service"] = row
    drive(manager, host, 2.0)
    assert manager.check([suspect]) == set()
    drive(manager, host, 0.1)
    assert unit(manager, "cron.service").changed


def test_a_drop_in_that_systemd_does_not_know_yet_is_a_change_of_its_unit(
    host: Door, manager: Manager
) -> None:
    host.systemd.properties["ssh.service", "DropInPaths"] = ["/lib/systemd/x.d/old.conf"]
    host.systemd.properties["cron.service", "DropInPaths"] = []
    manager.check([Suspect("ssh.service", 1.0, ("old.conf",))])
    manager.check([Suspect("cron.service", 1.0, ("new.conf",))])
    drive(manager, host, 0.1)
    assert not unit(manager, "ssh.service").changed
    assert unit(manager, "cron.service").changed


def test_what_the_kernel_or_systemd_does_not_count_is_not_known(
    host: Door, manager: Manager
) -> None:
    host.systemd.properties["cron.service", "ActiveEnterTimestamp"] = 2**64 - 1
    host.systemd.properties["cron.service", "NRestarts"] = 2**32 - 1
    manager.look(["cron.service"])
    drive(manager, host)
    found = unit(manager, "cron.service")
    assert (found.since, found.restarts) == (None, None)
