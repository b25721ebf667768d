"""Why a unit did not do what it was told stands in systemd's properties; here it is in words."""

from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.services.control.explained import explained
from sysgui.panels.services.control.failure import Failure, FailureProbe, told
from sysgui.panels.services.unit.journal import Line
from sysgui.system.elevation import Item, Plan
from sysgui.system.problem import Problem
from tests.panels.services.told import Told

RUN = "0123456789abcdef0123456789abcdef"


def failed(result: str, code: str = "0", status: str = "0", **more: Any) -> dict[str, Any]:
    return {
        "LoadState": "loaded", "ActiveState": "failed", "Result": result, "ExecMainCode": code,
        "ExecMainStatus": status, "ConditionResult": "yes", "InvocationID": RUN, **more,
    }  # fmt: skip


def cause(verb: str = "start", **about: Any) -> str:
    found = explained(verb, about)
    return "" if found is None else found[1]


# In words. What the numbers mean is said in waitid(2), signal(7) and systemd.exec(5).


@pytest.mark.parametrize(
    ("about", "said"),
    [
        (failed("exit-code", "1", "3"), "error. Its main process ended with status 3."),
        (failed("exit-code", "1", "203"), "status 203: its program (ExecStart=) is not there"),
        (failed("exit-code", "1", "217"), "status 217: its user (User=) does not exist"),
        (failed("exit-code", "1", "127"), "status 127: a program in its script was not found"),
        (failed("signal", "2", "9"), "a signal. Its main process was ended by SIGKILL (9)."),
        (failed("core-dump", "3", "11"), "SIGSEGV (11)"),
        (failed("signal", "2", "200"), "signal 200"),
        (failed("timeout", "2", "15"), "in the time that it has for that, and was killed."),
        (failed("start-limit-hit"), "too often in a row"),
        (failed("oom-kill", "2", "9"), "memory ran out"),
        (failed("new-in-258"), "systemd calls it “new-in-258”."),
    ],
)  # fmt: skip
def test_results_and_exit_codes_are_explained(about: dict[str, Any], said: str) -> None:
    assert said in cause(**about)


# As systemd 252 and 257 write it.
PRE = (
    "{ path=/bin/false ; argv[]=/bin/false ; ignore_errors=no ; start_time=[Fri 2026-11-27 "
    "02:07:21 UTC] ; stop_time=[Fri 2026-11-27 02:07:21 UTC] ; pid=87 ; code=exited ; status=1 }"
)
FINE = PRE.replace("status=1", "status=0").replace("false", "true")
KILLED = PRE.replace("code=exited ; status=1", "code=killed ; status=9/KILL")
NEVER = PRE.replace("code=exited ; status=1", "code=(null) ; status=0/0")


def test_what_failed_beside_the_main_process_is_named() -> None:
    both = f"{FINE}\n{PRE}"
    assert "/bin/false (ExecStartPre=) ended with status 1." in cause(
        **failed("exit-code", ExecStartPre=both, ExecStart=NEVER)
    )
    # Asked to end, the main process did; the command that was to see to that did not.
    assert "/bin/false (ExecStop=) was ended by SIGKILL (9)." in cause(
        **failed("signal", "2", "15", ExecStop=KILLED)
    )
    assert cause(**failed("exit-code", ExecStop=FINE, ExecReload="nonsense")) == (
        "It ended with an error."
    )


def test_a_file_that_cannot_be_read_and_a_mask_are_reasons_as_well() -> None:
    bad = 'org.freedesktop.systemd1.BadUnitSetting "Unit v.service has a bad unit file setting."'
    assert cause(LoadState="bad-setting", LoadError=bad) == (
        "systemd cannot read its file: Unit v.service has a bad unit file setting."
    )
    assert "masked" in cause(LoadState="masked")
    assert explained("stop", {"LoadState": "masked", "ActiveState": "active"}) is None
    assert "read its settings" in cause("reload", LoadState="loaded", CanReload="no")
    assert explained("stop", {"LoadState": "loaded", "ActiveState": "active"}) is None


def test_after_too_many_starts_the_way_out_is_told() -> None:
    found = explained("start", failed("start-limit-hit"))
    assert found is not None
    assert "forget the failure" in found[2]


def test_one_that_systemd_does_not_even_try_is_told_apart(tmp_path: Path) -> None:
    # Its result is that of the run before: systemd keeps that, and says no otherwise.
    host = Told(tmp_path, {"web.service": failed("exit-code", "1", "1")})
    again = [
        Plan("", [{"target": "web.service", "InvocationID": RUN}]),
        Item("web.service", "failed"),
    ]
    (found,) = FailureProbe(host).read("system", "start", again)
    assert found.result == "start-limit-hit"
    (found,) = FailureProbe(host).read("system", "stop", again)
    assert found.result == "exit-code"
    host.units["web.service"]["Requires"] = ["db.service"]
    (found,) = FailureProbe(host).read("system", "start", again)
    assert found.result == "dependency"
    new = [Plan("", [{"target": "web.service", "InvocationID": "f" * 32}]), again[1]]
    (found,) = FailureProbe(host).read("system", "start", new)
    assert found.result == "exit-code"


# What is read


def entry(text: Any) -> dict[str, Any]:
    return {"__CURSOR": "c", "__REALTIME_TIMESTAMP": "1000000", "MESSAGE": text,
            "SYSLOG_IDENTIFIER": "web", "PRIORITY": "3", "_PID": "9"}  # fmt: skip


def test_the_last_lines_of_the_last_run_stand_beside_it(tmp_path: Path) -> None:
    host = Told(tmp_path, {"web.service": failed("exit-code", "1", "1")})
    host.entries = [entry("\x1b[31mno port"), entry([104, 105, 255])]
    (found,) = FailureProbe(host).read("system", "start", [Item("web.service", "failed")])
    assert (found.name, found.result, found.verb) == ("web.service", "exit-code", "start")
    assert [line.text for line in found.lines] == [r"\x1b[31mno port", r"hi\xff"]
    (journal,) = [run for run in host.runs if "--output=json" in run]
    assert journal[-3:] == [f"_SYSTEMD_INVOCATION_ID={RUN}", "+", f"INVOCATION_ID={RUN}"]
    assert "--lines=20" in journal
    FailureProbe(host).read("user", "start", [Item("web.service", "failed")])
    assert host.runs[-1][-1] == f"USER_INVOCATION_ID={RUN}"


def test_a_line_of_which_the_journal_knows_the_unit_only_is_of_this_run(tmp_path: Path) -> None:
    began = "Fri 2026-11-27 02:07:21.123456 UTC"
    about = failed("exit-code", "1", "1", InactiveExitTimestamp=began)
    host = Told(tmp_path, {"web.service": about})
    host.entries = [
        {**entry("of this run"), "_SYSTEMD_INVOCATION_ID": RUN},
        {**entry("of another"), "_SYSTEMD_INVOCATION_ID": "f" * 32},
        {**entry("systemd of another"), "INVOCATION_ID": "f" * 32},
        {**entry("systemd of this"), "INVOCATION_ID": RUN, "_SYSTEMD_INVOCATION_ID": "e" * 32},
        entry("of a process that had gone"),
    ]
    (found,) = FailureProbe(host).read("system", "start", [Item("web.service", "failed")])
    assert [line.text for line in found.lines] == [
        "of this run", "systemd of this", "of a process that had gone",
    ]  # fmt: skip
    journal = host.runs[-1]
    # Half a second before: date --date="2026-11-27 02:07:20.623456 UTC" +%s.%6N
    assert "--since=@1795745240.623456" in journal
    assert journal[-2:] == ["+", "_SYSTEMD_UNIT=web.service"]
    FailureProbe(host).read("user", "start", [Item("web.service", "failed")])
    assert host.runs[-1][-1] == "_SYSTEMD_USER_UNIT=web.service"


def test_what_never_ran_has_no_lines(tmp_path: Path) -> None:
    host = Told(tmp_path, {"web.service": failed("resources", InvocationID="")})
    host.entries = [entry("another's")]
    (found,) = FailureProbe(host).read("system", "start", [Item("web.service", "failed")])
    assert (found.lines, found.hidden) == ([], False)


def test_who_may_not_read_the_journal_is_told_so(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_text("0123\n")
    host = Told(tmp_path, {"web.service": failed("exit-code", "1", "1")})

    def refuse(path: str) -> Any:
        raise PermissionError(13, "no", path)

    host.stat = refuse  # type: ignore[method-assign]
    (found,) = FailureProbe(host).read("system", "start", [Item("web.service", "failed")])
    assert found.hidden
    assert "systemd-journal" in told(found)
    # Of his own processes he may: then nothing is missing.
    host.entries = [entry("no port")]
    (found,) = FailureProbe(host).read("system", "start", [Item("web.service", "failed")])
    assert ([line.text for line in found.lines], found.hidden) == (["no port"], False)


def test_what_systemd_took_well_may_have_failed_all_the_same(tmp_path: Path) -> None:
    host = Told(
        tmp_path,
        {
            "slow.service": failed("timeout", "2", "9"),
            "fine.service": {"LoadState": "loaded", "ActiveState": "inactive"},
            "cond.service": {"LoadState": "loaded", "ActiveState": "inactive",
                             "ConditionResult": "no"},
        },
    )  # fmt: skip
    items = [Item(name, "done") for name in host.units]
    assert [each.name for each in FailureProbe(host).read("system", "stop", items)] == [
        "slow.service"
    ]
    assert [each.result for each in FailureProbe(host).read("system", "start", items)] == [
        "timeout", "condition",
    ]  # fmt: skip
    assert FailureProbe(host).read("system", "disable", items[:1]) == []


def test_what_it_needs_and_did_not_start_is_named(tmp_path: Path) -> None:
    # The condition was not even looked at, which systemd writes as if it did not hold.
    about = {"LoadState": "loaded", "ActiveState": "inactive", "Result": "success",
             "ConditionResult": "no"}  # fmt: skip
    host = Told(
        tmp_path,
        {
            "z.service": {**about, "Requires": [r"x\x2dy.service", "up.service"]},
            r"x\x2dy.service": failed("exit-code"),
            "up.service": {"LoadState": "loaded", "ActiveState": "active"},
        },
    )
    (found,) = FailureProbe(host).read("system", "start", [Item("z.service", "failed")])
    assert found.result == "dependency"
    assert r"needs x\x2dy.service, and" in found.cause
    # If that is not it, nobody knows.
    host.units["z.service"]["Requires"] = ["up.service"]
    (found,) = FailureProbe(host).read("system", "start", [Item("z.service", "failed")])
    assert (found.result, "does not say why" in found.cause) == ("", True)


@pytest.mark.parametrize(
    ("code", "said"),
    [("cancelled", "Nobody waits"), ("changed", "no longer what it was"), ("gone", "not there"),
     ("protected", "Nobody could log in")],
)  # fmt: skip
def test_what_the_helper_refused_has_nothing_to_do_with_its_journal(
    tmp_path: Path, code: str, said: str
) -> None:
    host = Told(tmp_path, {"web.service": failed("exit-code", "1", "1")})
    host.entries = [entry("of yesterday")]
    (found,) = FailureProbe(host).read("system", "restart", [Item("web.service", code)])
    assert said in found.cause
    assert (found.result, found.lines) == (code, [])


def test_what_goes_on_without_anybody_waiting_is_no_refusal(tmp_path: Path) -> None:
    about = {"LoadState": "loaded", "ActiveState": "activating", "Job": "77", "InvocationID": RUN}
    host = Told(tmp_path, {"a.service": about})
    (failure,) = FailureProbe(host).read(verb="start", frames=[Item("a.service", "failed")])
    assert failure.cause.endswith("systemd is still at it (activating).")
    assert (failure.result, failure.lines) == ("", [])


@pytest.mark.parametrize(
    ("verb", "active", "before", "well"),
    [
        ("start", "active", "", True), ("restart", "active", "0" * 32, True),
        ("restart", "active", RUN, False), ("start", "activating", "", False),
        ("stop", "inactive", RUN, True), ("stop", "active", RUN, False),
        ("enable", "active", "", False),
    ],
)  # fmt: skip
def test_what_is_as_it_should_be_has_not_failed_though_nobody_saw_it_come(
    tmp_path: Path, verb: str, active: str, before: str, well: bool
) -> None:
    about = {"LoadState": "loaded", "ActiveState": active, "Job": "0", "InvocationID": RUN}
    plan = Plan("", [{"target": "a.service", "InvocationID": before}])
    frames = [plan, Item("a.service", "failed")]
    found = FailureProbe(Told(tmp_path, {"a.service": about})).read("system", verb, frames)
    assert [each.name for each in found] == ([] if well else ["a.service"])


def test_a_template_has_no_state_to_look_at(tmp_path: Path) -> None:
    host = Told(tmp_path)
    (found,) = FailureProbe(host).read("system", "mask", [Item("a@.service", "failed")])
    assert "does not say why" in found.cause
    assert FailureProbe(host).read("system", "mask", [Item("a@.service", "done")]) == []


def test_without_systemd_that_is_the_problem(tmp_path: Path) -> None:
    host = Told(tmp_path)
    host.fails = b"no bus"
    with pytest.raises(Problem) as caught:
        FailureProbe(host).read("system", "start", [Item("a.service", "failed")])
    assert caught.value.code == "no-systemd"


def test_all_of_it_can_be_told_as_text() -> None:
    line = Line("c", 1.0, 3, "web", 9, "no port")
    text = told(Failure("web.service", "system", "start", "exit-code", "It ended.", "Hm.", [line]))
    assert text.splitlines() == [
        "Failed: Start web.service", "It ended.", "Hm.", "Result: exit-code",
        "The last lines of its journal:", "  web: no port",
    ]  # fmt: skip
