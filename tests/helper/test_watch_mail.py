"""The settings of mail are root's alone; the password of it is seen by nobody on its way there."""

from __future__ import annotations

import json
import os
import threading
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.helper.operation import Request
from sysgui.helper.operations import watch_mail
from sysgui.helper.operations.watch_mail import SET, TEST, password, server
from sysgui.helper.plan import Plan

from .rig import Caller, Journal, agreed, argv, asked, code_of
from .watched import World, played


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return played(tmp_path, monkeypatch)


SECRET = "tR0ub4dor&3 ä"
FULL: dict[str, Any] = {
    "security": "starttls", "user": "me@example.org", "from": "root@example.org",
    "to": "a@b.org,c@d.org", "password": SECRET,
}  # fmt: skip
PLACE = "mail.example.org:587"


def planned(target: str = PLACE, **arguments: Any) -> dict[str, Any]:
    plan = Plan(SET, Request("r1", [target], arguments))
    plan.close()
    return dict(plan.facts[0])


def set_to(caller: Caller, target: str = PLACE, **arguments: Any) -> list[dict[str, Any]]:
    """Sets it with a caller that agrees to what he is shown."""
    return asked_for(caller, asked([target], **arguments))


def asked_for(caller: Caller, given: Any, operation: Any = SET) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = []

    def answer() -> None:
        with open(caller.ours_out, "rb", closefd=False) as output:
            for line in output:
                said.append(json.loads(line))
                if said[-1]["frame"] == "plan":
                    caller.say({"apply": said[-1]["digest"]})

    caller.say(given)
    thread = threading.Thread(target=answer)
    thread.start()
    try:
        caller.session().run(operation, argv(operation, given))
    finally:
        caller.end(caller.theirs_out)
        thread.join()
    return said


def test_settings_are_written_for_root_alone(
    world: World, journal: Journal, caller: Caller
) -> None:
    set_to(caller, **FULL)
    path = world.etc / "sysgui/mail.json"
    assert os.stat(path).st_mode & 0o7777 == 0o600
    assert json.loads(path.read_text()) == {
        "host": "mail.example.org", "port": 587, "security": "starttls", "user": "me@example.org",
        "from": "root@example.org", "to": ["a@b.org", "c@d.org"], "password": SECRET,
    }  # fmt: skip


def test_the_password_is_in_no_word_no_frame_and_no_journal(
    world: World, journal: Journal, caller: Caller
) -> None:
    frames = set_to(caller, **FULL)
    other = Caller()
    frames += set_to(other, **FULL)  # Now it stands in what was there before.
    other.close()
    assert [frame["frame"] for frame in frames] == ["plan", "item"] * 2
    told = json.dumps([frames, journal.entries(), argv(SET, asked([PLACE], **FULL))])
    assert "tR0ub4dor" not in told
    assert "password" not in told


def test_the_digest_in_the_journal_tells_nothing_of_the_password(
    world: World,
) -> None:
    # The same request, the same facts: who could make the digest anew could try passwords.
    plans = [Plan(SET, Request("r1", [PLACE], FULL)) for _each in range(2)]
    assert plans[0].digest != plans[1].digest
    for plan in plans:
        plan.still_holds()
        plan.close()


@pytest.mark.parametrize(
    ("target", "arguments"),
    [
        ("off", {"security": "tls"}),
        (PLACE, {}),
        (PLACE, {**FULL, "security": "none"}),
        (PLACE, {"security": "none", "from": "a@b", "to": "a@b"}),
        ("localhost:25", {**FULL, "security": "none"}),
        (PLACE, {key: value for key, value in FULL.items() if key != "password"}),
        (PLACE, {key: value for key, value in FULL.items() if key != "user"}),
        (PLACE, {key: value for key, value in FULL.items() if key != "to"}),
    ],
)
def test_what_would_be_half_set_or_overheard_is_refused(
    world: World, target: str, arguments: dict[str, Any]
) -> None:
    assert code_of(lambda: planned(target, **arguments)) == "grammar"


def test_a_server_of_this_machine_needs_no_secret(
    world: World, journal: Journal, caller: Caller
) -> None:
    set_to(caller, "[::1]:25", **{"security": "none", "from": "a@b.org", "to": "a@b.org"})
    found = json.loads((world.etc / "sysgui/mail.json").read_text())
    assert (found["host"], found["port"]) == ("::1", 25)
    assert "password" not in found


@pytest.mark.parametrize("written", ["", "{", "[]", '{"host": 1}', "\xff", "null"])
def test_what_somebody_has_broken_by_hand_can_be_set_anew(
    world: World, journal: Journal, caller: Caller, written: str
) -> None:
    path = Path(watch_mail.SETTINGS.path)
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written, encoding="latin-1")
    assert code_of(Plan, TEST, Request("r1", [PLACE], {})) == "changed"
    assert set_to(caller, **FULL)[-1]["code"] == "done"
    assert json.loads(path.read_text())["host"] == "mail.example.org"


def test_mail_can_be_switched_off(world: World, journal: Journal, caller: Caller) -> None:
    assert code_of(lambda: planned("off")) == "gone"
    set_to(caller, **FULL)
    other = Caller()
    set_to(other, "off")
    other.close()
    assert not (world.etc / "sysgui").exists()


@pytest.mark.parametrize(
    "value", ["off", "a:1", "a.b:65535", "[::1]:25", "127.0.0.1:587", "x-y:25"]
)
def test_these_are_servers(value: str) -> None:
    assert server(value) == value


@pytest.mark.parametrize(
    "value",
    ["", "a", "a:", "a:0", "a:65536", "a:01", "-a:1", "a b:1", "::1:25", "[::1", "off:", "a:1\n",
     "ä:1", None, 25, ["a:1"]],
)  # fmt: skip
def test_these_are_none(value: Any) -> None:
    assert code_of(server, value) == "grammar"


@given(st.text(max_size=300) | st.none() | st.integers())
def test_a_password_controls_nothing(value: Any) -> None:
    good = isinstance(value, str) and 1 <= len(value) <= 256 and value.isprintable()
    assert (code_of(password, value) == "") == good


# A test message

SENDS = """
import os
for name in os.listdir("{spool}"):
    about = open("{spool}/" + name).read()
    open("{place}/sent", "a").write(about + "\\n")
    os.unlink("{spool}/" + name)
"""


def sender(world: World, *, works_from: int) -> None:
    """Has the start of the program that sends take what waits, from some start on."""
    code = SENDS.format(spool=world.state / "spool", place=world.place)
    count = f'open("{world.place}/told").read().count("sysgui-mail") >= {works_from}'
    lines = "\n".join(f"        {line}" for line in code.strip().splitlines())
    text = world.program.read_text()
    world.program.write_text(f'{text}if words[0] == "start":\n    if {count}:\n{lines}\n')


@pytest.mark.parametrize("works_from", [1, 2])
def test_a_test_message_goes_the_way_of_all(
    world: World, journal: Journal, caller: Caller, works_from: int
) -> None:
    set_to(caller, **FULL)
    sender(world, works_from=works_from)
    other = Caller()
    assert agreed(other, TEST, asked([PLACE])) == "done"
    plan = other.frames()[0]
    other.close()
    assert plan["items"][0]["to"] == ["a@b.org", "c@d.org"]
    (sent,) = (world.place / "sent").read_text().splitlines()
    assert "test" in json.loads(sent)["subject"]
    assert world.told == [["start", "sysgui-mail.service"]] * works_from


def test_a_test_message_that_no_server_takes_is_not_tried_again(
    world: World, journal: Journal, caller: Caller
) -> None:
    set_to(caller, "[::1]:25", **{"security": "none", "from": "a@b.org", "to": "a@b.org"})
    other = Caller()
    assert agreed(other, TEST, asked(["[::1]:25"])) == "failed"
    other.close()
    assert list((world.state / "spool").iterdir()) == []
    assert os.stat(world.state / "spool").st_mode & 0o7777 == 0o700


def test_a_server_that_is_not_the_one_that_is_set_is_told_apart(
    world: World, journal: Journal, caller: Caller
) -> None:
    wanted = Request("r1", ["other.example.org:25"], {})
    assert code_of(lambda: Plan(TEST, wanted)) == "gone"
    set_to(caller, **FULL)
    assert code_of(lambda: Plan(TEST, wanted)) == "changed"


def test_the_name_of_the_setting_is_what_systemd_hands_to_the_sender() -> None:
    unit = (Path(__file__).parents[2] / "resources/systemd/system/sysgui-mail.service").read_text()
    assert f"LoadCredential=mail.json:{watch_mail.SETTINGS.path}\n" in unit
