"""What is watched, as the files and the journal of a recorded machine tell it."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operations import watch as helper
from sysgui.helper.operations import watch_mail
from sysgui.helper.refusal import Refusal
from sysgui.panels.services.watch import command, watches, words
from sysgui.panels.services.watch.watches import (
    HISTORY,
    HistoryProbe,
    WatchesProbe,
    mail_order,
    names_of,
    set_order,
)
from sysgui.system.elevation import Item, Order, Plan
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.watch import journal, judge, state, table

UNIT = r"odd\x2dname@a:b.service"
SHOW = "/usr/bin/systemctl --system --no-pager show --property=Id,ActiveState --"

WATCH = {"restart": "yes", "mail": "no", "notify": "yes", "grace": 30, "own": "no",
         "probe": {"kind": "tcp", "port": 80, "wait": 90}}  # fmt: skip


def entry(**fields: str) -> str:
    about = {"SYSGUI_UNIT": "web.service", "SYSGUI_EVENT": "failed", "SYSGUI_TOLD": "yes",
             "SYSGUI_FAILURES": "2", "SYSGUI_CAUSE": "it ended", **fields}  # fmt: skip
    return json.dumps({"__REALTIME_TIMESTAMP": "1700000000123456", **about})


@pytest.fixture
def root(tmp_path: Path) -> Path:
    runs: dict[str, Any] = {
        f"{SHOW} {UNIT} web.service": f"Id={UNIT}\nActiveState=active\n\n"
        "Id=web.service\nActiveState=failed\n",
        " ".join(HISTORY): "\n".join(
            [entry(), "nonsense", '{"SYSGUI_UNIT":"x"}', entry(SYSGUI_CAUSE="\x1b[2Jred")]
        ),
    }
    recorded = {
        argv: {"status": 0, "stdout": _base64(text), "stderr": ""} for argv, text in runs.items()
    }
    (tmp_path / "recorded.json").write_text(json.dumps({"runs": recorded}))
    for unit, text in ((UNIT, json.dumps(WATCH)), ("web.service", '{"restart":"no","mail":"yes"}'),
                       ("other.service", ""), ("broken.service", "[1]")):  # fmt: skip
        folder = tmp_path / f"etc/systemd/system/{unit}.d"
        folder.mkdir(parents=True)
        line = f"[X-Sysgui]\nWatch={text}\n" if text else "[Service]\n"
        (folder / "50-sysgui-watch.conf").write_text(f"[Unit]\n{line}")
    timer = tmp_path / f"etc/systemd/system/sysgui-probe@{UNIT}.timer.d/50-sysgui-watch.conf"
    timer.parent.mkdir()
    timer.write_text("[Timer]\nOnActiveSec=\nOnActiveSec=45s\nOnUnitInactiveSec=45s\n")
    kept = tmp_path / "var/lib/sysgui/watches/web.service.json"
    kept.parent.mkdir(parents=True)
    kept.write_text('{"state": "given-up", "since": 17.5, "failures": 4}')
    (tmp_path / "var/lib/sysgui/mail.json").write_text(
        '{"waiting": 2, "error": "nobody \\u001b[2J", "tried": 5.0}'
    )
    return tmp_path


def _base64(text: str) -> str:
    import base64

    return base64.b64encode(text.encode()).decode()


def test_the_table_is_what_systemd_acts_by(root: Path) -> None:
    found = WatchesProbe(Host(str(root))).read()
    odd, web = found.watches
    assert (odd.unit, odd.restart, odd.mail, odd.notify, odd.grace) == (UNIT, True, False, True, 30)
    assert (odd.probe["port"], odd.every) == (80, 45)
    assert (odd.active, odd.state) == ("active", "")
    assert (web.restart, web.mail, web.active) == (False, True, "failed")
    assert (web.state, web.since, web.failures) == ("given-up", 17.0, 4)
    assert (found.mail.known, found.mail.waiting) == (False, 2)
    assert found.mail.error.startswith("nobody ")
    assert "\x1b" not in found.mail.error


def test_where_there_is_nothing_there_are_no_watches(tmp_path: Path) -> None:
    found = WatchesProbe(Host(str(tmp_path))).read()
    assert found == watches.Watches([], watches.Mail())


def test_what_became_of_them_is_what_the_journal_says(root: Path) -> None:
    first, last = HistoryProbe(Host(str(root))).read()
    assert (first.unit, first.kind, first.told, first.failures) == (
        "web.service",
        "failed",
        True,
        2,
    )
    assert first.time == pytest.approx(1700000000.123456)
    assert "\x1b" not in last.cause


def test_both_sides_mean_the_same() -> None:
    assert watches.SYSTEM == table.SYSTEM == helper.SYSTEM
    assert watches.DROP_IN == table.DROP_IN == helper.NAME
    assert watches.MESSAGE_ID == journal.MESSAGE_ID
    assert watches.STATE == state.ROOT
    assert watches.MOST_NAME == helper.MOST_NAME
    assert watch_mail.SETTINGS.path == watches.SETTINGS
    assert tuple(helper.ARGUMENTS) == watches._ORDER
    assert set(words.STATES) == {"", *judge.TOLD, "stopped"}


def test_what_is_asked_for_is_what_the_helper_takes() -> None:
    order = set_order(["web.service"], {
        "restart": "yes", "mail": "no", "notify": "no", "probe": "http", "port": 80,
        "path": "/a?b=c", "text": "all / well", "grace": None,
    })  # fmt: skip
    given = {"request": "r1", "targets": list(order.targets), "arguments": dict(order.arguments)}
    words = [f"{name}={value}" for name, value in order.arguments.items()]
    taken = helper.SET.check(given, [*words, "web.service"])
    assert helper.watch_probe.asked_for(taken.arguments) == {
        "kind": "http", "path": "/a?b=c", "port": 80, "text": "all / well",
    }  # fmt: skip


def test_the_password_is_no_argument() -> None:
    order = mail_order("a:25", security="tls", sender="a@b.org", receivers=["c@d.org", "e@f.org"],
                       user="me", password="secret")  # fmt: skip
    assert "secret" not in str(order.arguments)
    given = {"request": "r1", "targets": ["a:25"], "arguments": {**order.arguments, **order.secret}}
    words = [f"{name}={value}" for name, value in order.arguments.items()]
    assert watch_mail.SET.check(given, [*words, "a:25"]).arguments["password"] == "secret"
    plain = mail_order("localhost:25", security="none", sender="a@b.org", receivers=["c@d.org"],
                       user="", password="")  # fmt: skip
    assert plain.secret == {}


def test_services_are_watched_by_their_own_name(tmp_path: Path) -> None:
    ask = "/usr/bin/systemctl --system --no-pager show --property=Id,LoadState -- sshd.service"
    said = {
        ask: "Id=ssh.service\nLoadState=loaded\n",
        ask.replace("sshd", "none"): "Id=none.service\nLoadState=not-found\n",
        ask.replace("sshd", "off"): "Id=off.service\nLoadState=masked\n",
    }
    recorded = {a: {"status": 0, "stdout": _base64(t), "stderr": ""} for a, t in said.items()}
    # What systemctl says in a container.
    no_systemd = "System has not been booted with systemd as init system (PID 1). Can't operate.\n"
    recorded[ask.replace("sshd", "unknown")] = {
        "status": 1, "stdout": "", "stderr": _base64(no_systemd),
    }  # fmt: skip
    (tmp_path / "recorded.json").write_text(json.dumps({"runs": recorded}))
    host = Host(str(tmp_path))
    assert names_of(host, ["sshd"]) == ["ssh.service"]
    with pytest.raises(Problem) as caught:
        names_of(host, ["none"])
    assert caught.value.code == "no-such-unit"
    for name, why in (
        ("none", "There is no service none.service"),
        ("unknown", "systemd cannot be asked about these units"),
        ("off", "off.service cannot be run: masked"),
        ("a@", "a@.service is a template"),
        ("a" * 171, "has too long a name"),
        ("a.timer", "a.timer is no service"),
        ("sysgui-watch", "is a part of the watch itself"),
    ):
        with pytest.raises(Problem) as caught:
            names_of(host, [name])
        assert why in caught.value.message


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    return parser.parse_args(words)


def test_the_list_says_how_each_is(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(parsed("list"), Host(str(root))) == 0
    said = capsys.readouterr()
    odd, web = said.out.splitlines()
    assert UNIT in odd
    assert "tcp 80" in odd
    assert "failed for good" in web
    assert "2 messages wait" in said.err
    assert command.run(parsed("list", "--json"), Host(str(root))) == 0


def test_the_history_says_what_was(root: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command.run(parsed("history"), Host(str(root))) == 0
    first, *_rest = capsys.readouterr().out.splitlines()
    assert first.endswith("web.service  failed: it ended  (told)")


def test_what_is_added_is_what_was_written_on_the_command_line(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    orders: list[Order] = []
    plan = Plan("d", [{"target": "web.service", "writes": {"/etc/x": "[Unit]\nA=b\n"}}])

    class Helper:
        def __init__(self, _host: Host, order: Order) -> None:
            orders.append(order)

        def run(self, agree: Any) -> list[Any]:
            if not agree(plan):
                raise Problem("cancelled", "")
            return []

    monkeypatch.setattr(command, "Errand", Helper)
    monkeypatch.setattr(command, "names_of", lambda _host, names: [*names])
    words = ("add", "web.service", "--http", "80", "--path", "/x", "--no-mail", "--grace", "5")
    assert command.run(parsed(*words), Host()) == 0
    assert command.run(parsed(*words, "--preview"), Host()) == 0
    assert "    A=b" in capsys.readouterr().out.splitlines()
    assert command.run(parsed("remove", "web"), Host()) == 0
    assert capsys.readouterr().err == ""
    plan.items[0]["unsent"] = 2
    assert command.run(parsed("remove", "web"), Host()) == 0
    assert "2 messages that no mail server has taken" in capsys.readouterr().err
    assert command.run(parsed("mail", "off"), Host()) == 0
    with pytest.raises(Problem, match="From whom") as caught:
        command.run(parsed("mail", "a:25", "--to", "a@example.org"), Host())
    assert "--from" in caught.value.hint
    add, _preview, remove, _again, mail = orders
    assert dict(add.arguments) == {
        "restart": "yes", "mail": "no", "notify": "no", "grace": 5, "probe": "http", "port": 80,
        "path": "/x",
    }  # fmt: skip
    assert (remove.operation, remove.targets) == ("watch-remove", ["web.service"])
    assert (mail.operation, mail.targets) == ("watch-mail", ["off"])


@pytest.fixture
def unasked(monkeypatch: pytest.MonkeyPatch) -> list[Order]:
    """What the helper was asked for: nothing, in most of these."""
    orders: list[Order] = []

    class Helper:
        def __init__(self, _host: Host, order: Order) -> None:
            orders.append(order)

        def run(self, _agree: Any) -> list[Any]:
            return [Item(target, "done") for target in orders[-1].targets]

    monkeypatch.setattr(command, "Errand", Helper)
    monkeypatch.setattr(command, "names_of", lambda _host, names: [*names])
    return orders


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--http 80 --path health", "--path: It begins with “/”"),
        ("--http 80 --text -no", "--text"),
        ("--file last", "--file: The whole path of a file"),
        ("--file /a/../b", "--file: Without “..”"),
        ("--path /x", "--path says nothing without one of these: --http, --https."),
        ("--tcp 80 --status 200", "--status says nothing without one of these: --http, --https."),
        ("--http 80 --name a.org", "--name says nothing without one of these: --https."),
        ("--http 80 --age 60", "--age says nothing without one of these: --file."),
        ("--file /a --address b", "--address says nothing without"),
        ("--every 60", "--every says nothing without one of these: --tcp, --http"),
        ("--tcp 80 --address a_b", "--address: A name or an address"),
    ],
)
def test_what_will_not_do_is_told_by_the_name_of_its_option(
    unasked: list[Order], words: str, said: str
) -> None:
    words = words.replace("--text -no", "--text=-no")
    with pytest.raises(Problem) as caught:
        command.run(parsed("add", "web.service", *words.split()), Host())
    assert caught.value.code == "bad-arguments"
    assert caught.value.message.startswith(said)
    assert unasked == []


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("--tcp 0", "argument --tcp: expected a number from 1 to 65535"),
        ("--http 65536", "argument --http: expected a number from 1 to 65535"),
        ("--grace=-1", "argument --grace: expected a number from 0 to 3600"),
        ("--tcp 1 --every ٣", "argument --every: expected a number from 1 to 86400"),
        ("--tcp 1 --tries 11", "argument --tries: expected a number from 1 to 10"),
        ("--tcp 1 --timeout 61", "argument --timeout: expected a number from 1 to 60"),
        ("--http 1 --status 99", "argument --status: expected a number from 100 to 599"),
        ("--no-restart --always", "argument --always: not allowed with argument --no-restart"),
    ],
)
def test_numbers_say_how_far_they_go(
    capsys: pytest.CaptureFixture[str], words: str, said: str
) -> None:
    with pytest.raises(SystemExit):
        parsed("add", "web", *words.split())
    assert said in capsys.readouterr().err


@pytest.mark.parametrize(
    ("name", "least", "most"),
    [("grace", 0, 3600), ("every", 1, 86400), ("tries", 1, 10), ("timeout", 1, 60),
     ("status", 100, 599), ("age", 1, 366 * 86400), ("http", 1, 65535)],
)  # fmt: skip
def test_the_helper_takes_all_numbers_that_can_be_written(name: str, least: int, most: int) -> None:
    of_helper = helper.ARGUMENTS["port" if name == "http" else name]
    for number in (least, most):
        assert getattr(parsed("add", "web", f"--{name}", str(number)), name) == number
        assert of_helper(number) == number
    for number in (least - 1, most + 1):
        with pytest.raises(Refusal):
            of_helper(number)


def test_what_lets_one_log_in_is_not_asked_to_be_restarted(unasked: list[Order]) -> None:
    with pytest.raises(Problem, match="Nobody could log in") as caught:
        command.run(parsed("add", "dbus.service"), Host())
    assert "--no-restart" in caught.value.hint
    assert command.run(parsed("add", "dbus.service", "--no-restart"), Host()) == 0
    assert [order.targets for order in unasked] == [["dbus.service"]]


def test_a_file_may_be_a_day_old_if_nothing_is_said(unasked: list[Order]) -> None:
    command.run(parsed("add", "web.service", "--file", "/a"), Host())
    command.run(parsed("add", "web.service", "--file", "/a", "--age", "60"), Host())
    command.run(parsed("add", "web.service", "--http", "80", "--text", "", "--path", ""), Host())
    asked = [dict(order.arguments) for order in unasked]
    assert [each.get("age") for each in asked] == [86400, 60, None]
    assert not {"text", "path"} & set(asked[2])


def test_it_says_what_was_done(unasked: list[Order], capsys: pytest.CaptureFixture[str]) -> None:
    command.run(parsed("add", "a.service", "b.service"), Host())
    command.run(parsed("remove", "a"), Host())
    assert capsys.readouterr().out.splitlines() == [
        "a.service is watched.", "b.service is watched.", "a.service is not watched any more.",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "code", "said"),
    [
        ("remove web", "gone", "Not all of these are watched: web.service."),
        ("test a:25", "gone", "a:25 is not the mail server that is set."),
        ("test a:25", "changed", "a:25 is not the mail server that is set."),
        ("mail off", "gone", "No mail server is set."),
        ("remove web", "refused", "as it was said"),
    ],
)
def test_what_is_not_there_is_told_in_words_of_the_watch(
    monkeypatch: pytest.MonkeyPatch, words: str, code: str, said: str
) -> None:
    class Helper:
        def __init__(self, _host: Host, _order: Order) -> None: ...

        def run(self, _agree: Any) -> list[Any]:
            raise Problem(code, "as it was said")

    monkeypatch.setattr(command, "Errand", Helper)
    with pytest.raises(Problem) as caught:
        command.run(parsed(*words.split()), Host())
    assert caught.value.message.startswith(said)
