"""`sysgui services stop NAME`: looked at, asked, done, and told; or a query of that word."""

from __future__ import annotations

import argparse
import os
import pty
from collections.abc import Iterator
from pathlib import Path

import pytest

from sysgui import cli
from sysgui.panels.services import command
from sysgui.panels.services.control.verbs import DIFFERENCE
from sysgui.system.problem import Problem
from tests.panels.services.told import Helped

UP = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled", "CanReload": "no"}
DOWN = {**UP, "ActiveState": "inactive", "UnitFileState": "disabled"}
BROKEN = {**UP, "ActiveState": "failed", "Result": "exit-code", "ExecMainCode": "1",
          "ExecMainStatus": "3", "InvocationID": "0" * 32}  # fmt: skip


@pytest.fixture
def host(tmp_path: Path) -> Helped:
    host = Helped(
        tmp_path,
        {
            "web.service": {**UP, "RequiredBy": ["app.service"], "TriggeredBy": ["web.socket"]},
            "app.service": UP,
            "web.socket": UP,
            "idle.service": DOWN,
            "t@.service": {"UnitFileState": "disabled"},
        },
    )

    def after(verb: str, name: str) -> None:
        if name in host.units:
            becomes = {"start": "active", "stop": "inactive", "restart": "active"}
            about = host.units[name]
            about["ActiveState"] = becomes.get(verb, about.get("ActiveState", ""))

    host.after = after
    return host


@pytest.fixture
def no_terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with open(os.devnull) as nowhere:
        monkeypatch.setattr("sys.stdin", nowhere)
        yield


def run(host: Helped, *argv: str) -> int:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return command.run(parser.parse_args(argv), host)


def refused(host: Helped, *argv: str) -> Problem:
    with pytest.raises(Problem) as caught:
        run(host, *argv)
    assert host.orders == host.told == []
    return caught.value


# A verb or a query


def test_a_verb_with_units_is_done_and_the_word_after_two_dashes_is_searched_for(
    host: Helped,
) -> None:
    assert run(host, "start", "idle") == 0
    assert host.orders == [["unit-control", "verb=start", "idle.service"]]
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    for argv, verb in (
        (["start", "a"], True),
        (["--user", "start", "a"], True),
        (["start", "--", "a"], True),
        (["--", "start", "a"], False),
        (["--json", "--", "start"], False),
        (["web", "start"], False),
        ([], False),
    ):
        assert command.is_verb(parser.parse_args(argv)) is verb, argv


def test_through_the_whole_command_line_too(monkeypatch: pytest.MonkeyPatch) -> None:
    panels, _broken = cli.find_panels(cli.sysgui.panels)
    parser = cli.make_parser(panels, chosen=["services"])
    assert not parser.parse_args(["services", "start", "x"]).searched
    assert parser.parse_args(["services", "--", "start"]).searched
    assert parser.parse_args(["services", "--", "start"]).query == ["start"]


def test_the_help_says_what_each_verb_does_and_how_they_differ(
    capsys: pytest.CaptureFixture[str],
) -> None:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(SystemExit):
        parser.parse_args(["--help"])
    text = " ".join(capsys.readouterr().out.split())
    assert DIFFERENCE in text
    assert "mask Lets nothing start it any more" in text
    assert "daemon-reload Has systemd read" in text
    assert "sysgui services -- start" in text


# What ends more than itself


@pytest.fixture
def mortal(host: Helped) -> Helped:
    host.units["poweroff.target"] = {**DOWN, "UnitFileState": "static"}
    host.units["new.service"] = {**DOWN, "Conflicts": ["web.service"]}
    host.units["dbus.socket"] = {**UP, "RequiredBy": ["dbus.service"]}
    host.units["dbus.service"] = {**UP, "UnitFileState": "static"}
    return host


def test_what_turns_the_machine_off_asks(
    mortal: Helped, capsys: pytest.CaptureFixture[str], no_terminal: None
) -> None:
    assert refused(mortal, "start", "poweroff.target").code == "not-agreed"
    assert "poweroff.target turns the machine off" in capsys.readouterr().out
    assert run(mortal, "start", "poweroff.target", "--yes") == 0
    assert mortal.orders == [["unit-control", "verb=start", "poweroff.target"]]


def test_what_something_has_to_make_room_for_asks(
    mortal: Helped, capsys: pytest.CaptureFixture[str], no_terminal: None
) -> None:
    assert refused(mortal, "start", "new").code == "not-agreed"
    assert "web.service stops: it cannot run beside" in capsys.readouterr().out


def test_what_the_helper_would_refuse_is_not_begun(mortal: Helped, no_terminal: None) -> None:
    found = refused(mortal, "stop", "dbus.socket", "--yes")
    assert (found.code, "dbus.service" in found.message) == ("protected", True)
    assert refused(mortal, "stop", "dbus.service", "--yes").code == "no-sense"


# Before anything is asked


def test_more_than_go_with_one_password_are_not_asked_about(
    host: Helped, capsys: pytest.CaptureFixture[str]
) -> None:
    names = [f"n{number}.service" for number in range(33)]
    host.units |= {name: dict(UP) for name in names}
    assert refused(host, "stop", *names).code == "too-many"
    assert capsys.readouterr().out == ""
    assert run(host, "stop", *names[:32], "--yes") == 0
    # One's own need no password.
    assert run(host, "restart", *names, "--user", "--yes") == 0


def test_what_is_unknown_is_refused(host: Helped) -> None:
    found = refused(host, "stop", "web", "nowhere", "--yes")
    assert (found.code, "nowhere.service" in found.message) == ("no-such-unit", True)
    assert refused(host, "stop", "../web").code == "bad-name"
    assert refused(host, "stop").code == "no-name"
    assert "-- stop" in refused(host, "stop").hint
    assert refused(host, "daemon-reload", "web").code == "too-many-words"


def test_what_makes_no_sense_is_refused_or_need_not_be_done(
    host: Helped, capsys: pytest.CaptureFixture[str]
) -> None:
    found = refused(host, "reload", "web")
    assert found.code == "no-sense"
    assert "restart it" in found.message
    assert refused(host, "start", "t@").code == "no-sense"
    assert run(host, "start", "web") == 0
    assert capsys.readouterr().out == "web.service: It runs already.\n"
    assert host.orders == []
    assert run(host, "start", "web", "idle") == 0
    assert host.orders == [["unit-control", "verb=start", "idle.service"]]


def test_without_a_terminal_nothing_is_stopped_unasked(
    host: Helped, no_terminal: None, capsys: pytest.CaptureFixture[str]
) -> None:
    for argv in (["stop", "web"], ["restart", "web"], ["disable", "web"], ["mask", "--now", "web"]):
        found = refused(host, *argv)
        assert (found.code, "--yes" in found.hint) == ("not-agreed", True)
    assert "app.service stops as well." in capsys.readouterr().out
    assert run(host, "stop", "web", "--yes") == 0
    assert run(host, "enable", "idle") == 0


# On a terminal


@pytest.mark.parametrize(("typed", "agreed"), [("y\n", True), ("YES\n", True), ("n\n", False),
                                               ("\n", False), ("\x04", False)])  # fmt: skip
def test_on_a_terminal_it_says_what_follows_and_asks(
    host: Helped, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str],
    typed: str, agreed: bool,
) -> None:  # fmt: skip
    ours, theirs = pty.openpty()
    os.write(ours, typed.encode())
    with open(theirs) as terminal:
        monkeypatch.setattr("sys.stdin", terminal)
        if agreed:
            assert run(host, "stop", "web") == 0
            assert host.orders == [["unit-control", "verb=stop", "web.service"]]
        else:
            assert refused(host, "stop", "web").message == "Nothing was done."
    os.close(ours)
    text = capsys.readouterr().out
    assert text.index("app.service stops as well.") < text.index("Stop web.service? [y/N]")
    assert "web.socket will start web.service again at the next connection." in text


# Done, and how it went


def test_what_was_done_is_said_and_what_it_does_not_mean(
    host: Helped, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(host, "enable", "idle") == 0
    assert capsys.readouterr().out.splitlines() == [
        "idle.service is started at each boot from now on.",
        "It does not run now: “sysgui services start idle.service” starts it.",
    ]
    assert run(host, "disable", "web", "--yes", "--user") == 0
    assert "It still runs: “sysgui services stop --user web.service” stops it." in (
        capsys.readouterr().out
    )
    assert run(host, "enable", "t@") == 0
    assert capsys.readouterr().out == "t@.service is started at each boot from now on.\n"


def test_with_now_both_are_done_by_one_password(host: Helped) -> None:
    host.units["b.service"] = dict(DOWN)
    assert run(host, "enable", "--now", "idle", "b") == 0
    assert host.orders == [["unit-control", "verb=enable-now", "idle.service", "b.service"]]
    assert run(host, "start", "--now", "b") == 0  # It starts now as it is.
    assert host.orders[-1][1] == "verb=start"


def test_what_failed_says_why_and_ends_with_one(
    host: Helped, capsys: pytest.CaptureFixture[str]
) -> None:
    host.units["bad.service"] = dict(BROKEN)
    host.codes = {"bad.service": "failed"}
    host.entries = [
        {"__CURSOR": "c", "__REALTIME_TIMESTAMP": "1", "MESSAGE": "\x1b[2Jno port",
         "SYSLOG_IDENTIFIER": "bad"}
    ]  # fmt: skip
    assert run(host, "start", "bad", "idle") == 1
    said = capsys.readouterr()
    assert said.out == "idle.service was started.\n"
    assert said.err.splitlines() == [
        "Failed: Start bad.service",
        "It ended with an error. Its main process ended with status 3.",
        "Result: exit-code",
        "The last lines of its journal:",
        r"  bad: \x1b[2Jno port",
    ]


def test_a_no_of_the_helpers_is_the_commands(host: Helped, no_terminal: None) -> None:
    host.codes = {"*": "protected"}
    with pytest.raises(Problem) as caught:
        run(host, "stop", "web", "--yes")
    assert caught.value.code == "protected"


def test_the_users_own_need_no_helper(host: Helped) -> None:
    assert run(host, "start", "idle", "--user") == 0
    assert host.orders == []
    assert host.told == [["--user", "start", "--", "idle.service"]]


def test_all_files_are_read_anew(host: Helped, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(host, "daemon-reload") == 0
    assert host.orders == [["manager-reload", "systemd"]]
    assert run(host, "daemon-reload", "--user") == 0
    assert host.told == [["--user", "daemon-reload"]]
    assert capsys.readouterr().out == "systemd has read all unit files anew.\n" * 2
    host.codes = {"systemd": "failed"}
    with pytest.raises(Problem) as caught:
        run(host, "daemon-reload")
    assert caught.value.code == "failed"


def test_more_than_go_with_one_password_are_refused(host: Helped) -> None:
    names = [f"n{n}.service" for n in range(33)]
    host.units.update({name: dict(DOWN) for name in names})
    assert refused(host, "start", *names).code == "too-many"
