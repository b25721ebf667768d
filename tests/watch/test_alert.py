"""What a look at a unit asks of systemd, has it do, writes down and tells."""

from __future__ import annotations

import json
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sysgui.watch import alert, journal, programs, state, table
from sysgui.watch.words import RESULTS

UNIT = "web.service"
PROBE = f"sysgui-probe@{UNIT}.service"
ITS = "a" * 32

UP = {"LoadState": "loaded", "ActiveState": "active", "SubState": "running", "Type": "simple",
      "Result": "success", "Restart": "on-failure", "NRestarts": "0",
      "InvocationID": ITS}  # fmt: skip
CRASHED = {**UP, "ActiveState": "activating", "SubState": "auto-restart", "Result": "exit-code",
           "ExecMainCode": "1", "ExecMainStatus": "3"}  # fmt: skip
FAILED = {**CRASHED, "ActiveState": "failed", "SubState": "failed"}


class Systemd:
    """systemctl and journalctl, as programs that say what a test wants, and what they were told."""

    def __init__(self) -> None:
        self.units: dict[str, dict[str, str]] = {UNIT: dict(UP)}
        self.version = 255
        self.orders: list[list[str]] = []
        self.lines = b""

    def run(self, argv: Sequence[str], **_how: Any) -> tuple[int, bytes]:
        if argv[0] == programs.JOURNALCTL[0]:
            return 0, self.lines
        words = list(argv[len(programs.SYSTEMCTL) :])
        if words[0] != "show":
            self.orders.append(words)
            if words[0] == "reset-failed" and words[-1] == PROBE:
                self.units.pop(PROBE, None)
            elif words[0] == "reset-failed":
                self.units[UNIT] = {**self.units[UNIT], "NRestarts": "0"}
            return 0, b""
        units = words[words.index("--") + 1 :]
        # A property that it does not know is left out.
        known = {"RestartSteps": "5"} if self.version >= 254 else {}
        blocks = [{"LoadState": "not-found", **known, **self.units.get(unit, {})} for unit in units]
        return 0, "\n\n".join("\n".join(f"{k}={v}" for k, v in b.items()) for b in blocks).encode()

    def is_up_for(self, seconds: float) -> None:
        entered = str(round((time.monotonic() - seconds) * 1e6))
        self.units[UNIT] = {**UP, "ActiveEnterTimestampMonotonic": entered}


@pytest.fixture
def written(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """Returns what becomes of the unit, and why, as the journal is told."""
    found: list[tuple[str, str]] = []
    monkeypatch.setattr(
        journal,
        "write",
        lambda _text, _priority, fields: found.append((fields["EVENT"], fields["CAUSE"])),
    )
    return found


@pytest.fixture
def systemd(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: list[tuple[str, str]]
) -> Systemd:
    made = Systemd()
    for module in (alert, journal, programs):
        monkeypatch.setattr(module, "run", made.run)
    monkeypatch.setattr(table, "SYSTEM", str(tmp_path / "units"))
    monkeypatch.setattr(state, "ROOT", str(tmp_path / "state"))
    monkeypatch.setattr(alert, "MAIL_SETTINGS", str(tmp_path / "mail.json"))
    for name in ("MONITOR_UNIT", "MONITOR_SERVICE_RESULT", "MONITOR_INVOCATION_ID"):
        monkeypatch.delenv(name, raising=False)
    (tmp_path / "mail.json").touch()
    (tmp_path / "units" / f"{UNIT}.d").mkdir(parents=True)
    watch(tmp_path, {"restart": "yes", "mail": "yes"})
    return made


def watch(tmp_path: Path, wanted: dict[str, Any]) -> None:
    line = f"[X-Sysgui]\nWatch={json.dumps(wanted)}\n"
    (tmp_path / "units" / f"{UNIT}.d" / table.DROP_IN).write_text(line)


def mails(tmp_path: Path) -> list[dict[str, Any]]:
    with state.locked():
        return [
            json.loads((tmp_path / "state/spool" / name).read_text()) for name in state.waiting()
        ]


def test_a_crash_is_mailed_with_its_cause_and_what_was_done_since(
    systemd: Systemd, tmp_path: Path, written: list[tuple[str, str]]
) -> None:
    systemd.units[UNIT] = CRASHED
    assert alert.main(["failed", UNIT]) == 0
    (mail,) = mails(tmp_path)
    assert mail["subject"].endswith(f"] {UNIT} has failed")
    lines = mail["body"].splitlines()
    assert "Cause:     its main process ended with status 3" in lines
    assert "Failures:  1 since it last was well" in lines
    assert "Restarts:  0 since then" in lines
    assert written == [("failed", "its main process ended with status 3")]
    assert systemd.orders == [["--no-block", "start", "sysgui-mail.service"]]


def test_what_fails_for_good_has_been_restarted_once_less_than_it_failed(
    systemd: Systemd, tmp_path: Path
) -> None:
    for number in range(3):
        systemd.units[UNIT] = {
            **CRASHED,
            "InvocationID": f"{number}" * 32,
            "NRestarts": f"{number}",
        }
        alert.main(["look", UNIT])
    systemd.units[UNIT] = {**FAILED, "InvocationID": "2" * 32, "NRestarts": "3"}
    alert.main(["failed", UNIT])
    lines = mails(tmp_path)[-1]["body"].splitlines()
    assert "Failures:  3 since it last was well" in lines
    assert "Restarts:  2 since then" in lines


@pytest.mark.parametrize(("seconds", "kinds"), [(30, ["failed"]), (90, ["failed", "recovered"])])
def test_it_is_well_when_it_has_run_for_the_seconds_that_are_wanted(
    systemd: Systemd, written: list[tuple[str, str]], seconds: float, kinds: list[str]
) -> None:
    systemd.units[UNIT] = CRASHED
    alert.main(["failed", UNIT])
    systemd.is_up_for(seconds)
    systemd.units[UNIT] |= {"InvocationID": "b" * 32, "NRestarts": "1"}
    alert.main(["sweep"])
    assert [kind for kind, _cause in written] == kinds


def test_nothing_failed_of_what_could_not_start_because_of_another(
    systemd: Systemd, written: list[tuple[str, str]]
) -> None:
    systemd.units[UNIT] = {**UP, "ActiveState": "inactive", "SubState": "dead", "InvocationID": ""}
    alert.main(["failed", UNIT])
    assert written == [("given-up", RESULTS["dependency"])]


def test_what_failed_by_itself_is_said_to_have_done_so(
    systemd: Systemd, written: list[tuple[str, str]]
) -> None:
    systemd.units[UNIT] = FAILED
    alert.main(["failed", UNIT])
    assert written == [("given-up", "its main process ended with status 3")]


def entry(step: str, **more: str) -> bytes:
    """Returns what systemd writes of a step, as journalctl tells it."""
    (its,) = (name for name, known in journal.STEPS.items() if known == step)
    return json.dumps({"MESSAGE_ID": its, "INVOCATION_ID": ITS, **more}).encode()


@pytest.mark.parametrize("version", [252, 255])
def test_nothing_failed_of_what_somebody_has_stopped(
    systemd: Systemd, written: list[tuple[str, str]], version: int
) -> None:
    systemd.version = version
    systemd.lines = b"\n".join([entry("stopping", JOB_TYPE="stop"), entry("failed")])
    systemd.units[UNIT] = {**FAILED, "ActiveState": "deactivating", "SubState": "stop-post"}
    alert.main(["look", UNIT])
    systemd.units[UNIT] = FAILED
    alert.main(["failed", UNIT])
    alert.main(["sweep"])
    assert (written, systemd.orders) == ([], [])


def test_where_systemd_has_given_up_is_not_where_it_did_not_want_to_start_it(
    systemd: Systemd, written: list[tuple[str, str]]
) -> None:
    systemd.version = 252
    systemd.units[UNIT] = FAILED
    systemd.lines = entry("failed")
    alert.main(["failed", UNIT])
    assert [kind for kind, _cause in written] == ["given-up"]
    state.keep(UNIT, state.recall("another"))
    written.clear()
    systemd.lines = b"\n".join([entry("failed"), entry("scheduled")])
    alert.main(["failed", UNIT])
    assert "later" in [kind for kind, _cause in written]


def test_who_starts_it_again_counts_its_restarts_anew_as_systemd_does(systemd: Systemd) -> None:
    alert.main(["sweep"])
    for number in range(2):
        # It is looked at only when systemd has given up, after so many restarts each time.
        systemd.units[UNIT] = {**FAILED, "InvocationID": f"{number}" * 32, "NRestarts": "4"}
        alert.main(["failed", UNIT])
        assert state.recall(UNIT).failures == 4 * (number + 1)
        systemd.orders.clear()
        alert.main(["again", UNIT])
        acts = [["reset-failed", "--", UNIT], ["--no-block", "start", "--", UNIT]]
        assert systemd.orders[:2] == acts


def test_what_ran_again_before_anybody_looked_had_its_own_failure(
    systemd: Systemd, written: list[tuple[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    alert.main(["sweep"])
    # It was started again, is a oneshot, and has ended well since.
    systemd.units[UNIT] = {**UP, "ActiveState": "inactive", "SubState": "dead", "Type": "oneshot",
                           "InvocationID": "", "NRestarts": "1"}  # fmt: skip
    systemd.lines = b"\n".join([entry("failed", UNIT_RESULT="exit-code", EXIT_STATUS="3"),
                                entry("ended", INVOCATION_ID="c" * 32)])  # fmt: skip
    monkeypatch.setenv("MONITOR_SERVICE_RESULT", "exit-code")
    monkeypatch.setenv("MONITOR_INVOCATION_ID", ITS)
    alert.main(["failed", UNIT])
    assert written == [("failed", "its main process ended with status 3"), ("recovered", "")]


def test_what_does_not_answer_is_restarted_and_its_probe_begins_anew(
    systemd: Systemd, tmp_path: Path, written: list[tuple[str, str]]
) -> None:
    watch(tmp_path, {"restart": "yes", "probe": {"kind": "tcp", "port": 80}})
    systemd.is_up_for(1000)
    systemd.units[PROBE] = {"ActiveState": "failed", "ExecMainStatus": "10"}
    alert.main(["sweep"])
    assert systemd.orders == [
        ["reset-failed", "--", PROBE],
        ["--no-block", "try-restart", "--", UNIT],
    ]
    assert [kind for kind, _cause in written] == ["failed", "restarted"]
    assert written[0][1].startswith("it runs, but ")


@pytest.mark.parametrize(
    ("state", "status", "step", "is_started"),
    [
        ("active", "3", "failed", False),  # It runs already.
        ("inactive", "3", "ended", True),
        ("deactivating", "11", "ended", True),
        ("inactive", "", "ended", False),  # It has ended well,
        ("inactive", "15", "ended", False),  # or was stopped.
        ("inactive", "143", "stopping", False),
    ],
)
def test_what_failed_while_its_failures_were_forgotten_is_started_again(
    systemd: Systemd, state: str, status: str, step: str, is_started: bool
) -> None:
    # systemd knows nothing more of what has ended well; the journal has what it said.
    systemd.units[UNIT] = {"ActiveState": state}
    said = {"EXIT_STATUS": status, "COMMAND": "ExecStart"} if status else {}
    systemd.lines = entry(step, JOB_TYPE="stop", **said)
    alert._act(UNIT, "reset", ITS)
    begin = [["reset-failed", "--", PROBE], ["reset-failed", "--", UNIT]]
    start = ["--no-block", "--job-mode=fail", "start", "--", UNIT]
    assert systemd.orders == [*begin, *([start] if is_started else [])]


@pytest.mark.parametrize(
    ("found", "is_started"),
    [
        (FAILED, True),
        ({**FAILED, "LoadState": "masked"}, False),
        ({**FAILED, "LoadState": "not-found"}, False),
        (UP, False),
        ({**UP, "ActiveState": "inactive"}, False),
    ],
)
def test_what_was_to_be_started_later_is_if_it_still_is_wanted(
    systemd: Systemd, found: dict[str, str], is_started: bool
) -> None:
    systemd.units[UNIT] = found
    alert.main(["again", UNIT])
    start = [["reset-failed", "--", UNIT], ["--no-block", "start", "--", UNIT]]
    assert systemd.orders == (start if is_started else [])


def test_where_systemd_does_not_wait_longer_a_timer_starts_it(systemd: Systemd) -> None:
    systemd.version = 252
    systemd.units[UNIT] = FAILED
    alert.main(["failed", UNIT])
    timer = f"sysgui-again-10@{UNIT}.timer"
    assert ["--no-block", "restart", "--", timer] in systemd.orders


def test_a_sweep_waits_for_a_probe_that_is_at_it(
    systemd: Systemd, tmp_path: Path, written: list[tuple[str, str]], monkeypatch: Any
) -> None:
    watch(tmp_path, {"restart": "yes", "probe": {"kind": "tcp", "port": 80}})
    systemd.units[UNIT] = CRASHED
    alert.main(["failed", UNIT])
    systemd.is_up_for(1000)
    # While it runs, systemd does not say any more what came of it the time before.
    systemd.units[PROBE] = {"ActiveState": "activating", "Result": "success"}
    run = systemd.run

    def ends(argv: Sequence[str], **how: Any) -> tuple[int, bytes]:
        if argv[-3:] == ["start", "--", PROBE]:
            systemd.units[PROBE] = {"ActiveState": "inactive", "Result": "success",
                                    "ExecMainStatus": "0",
                                    "ExecMainExitTimestampMonotonic": "1"}  # fmt: skip
        return run(argv, **how)

    monkeypatch.setattr(alert, "run", ends)
    alert.main(["sweep"])
    assert [kind for kind, _cause in written] == ["failed", "recovered"]


def test_mail_that_waits_is_tried_again_with_each_sweep(systemd: Systemd) -> None:
    systemd.is_up_for(1000)
    alert.main(["sweep"])
    assert systemd.orders == []
    with state.locked():
        state.post({"subject": "", "body": ""})
    alert.main(["sweep"])
    assert systemd.orders == [["--no-block", "start", "sysgui-mail.service"]]


def test_of_a_watch_that_has_ended_nothing_is_looked_at(systemd: Systemd, tmp_path: Path) -> None:
    (tmp_path / "units" / f"{UNIT}.d" / table.DROP_IN).unlink()
    systemd.units[UNIT] = FAILED
    for what in ("failed", "look", "again"):
        assert alert.main([what, UNIT]) == 0
    assert systemd.orders == []
    assert not (tmp_path / "state").exists()
