"""What makes no sense is said before anything is asked."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.helper.operations.unit import GRAMMAR, KINDS
from sysgui.helper.operations.unit import PROTECTED as HELPERS
from sysgui.helper.refusal import Refusal
from sysgui.panels.services.control.state import (
    NAME,
    PROTECTED,
    State,
    impossible,
    senseless,
    settled,
    states,
    whole_name,
)
from sysgui.system.problem import Problem
from tests.panels.services.told import Told

RUNNING = State("a.service", "active", "enabled")

STOPPED = State("a.service", "inactive", "disabled")

FAILED = State("a.service", "failed", "enabled")

MASKED = State("a.service", "inactive", "masked", "masked")

WORDS = st.text("ab.@-\\x2d:%/ é\n*", max_size=12) | st.from_regex(
    rf"[a-b@.\\-]{{0,6}}\.({KINDS})", fullmatch=True
)


@given(WORDS)
def test_what_is_taken_for_a_unit_is_what_the_helper_takes(word: str) -> None:
    try:
        accepted = bool(GRAMMAR(word))
    except Refusal:
        accepted = False
    assert accepted == bool(NAME.fullmatch(word))


@pytest.mark.parametrize(
    ("word", "name"),
    [("nginx", "nginx.service"), ("a.timer", "a.timer"), ("a.b", "a.b.service"),
     (r"a\x2db@c", r"a\x2db@c.service"), ("getty@", "getty@.service")],
)  # fmt: skip
def test_a_service_need_not_say_that_it_is_one(word: str, name: str) -> None:
    assert whole_name(word) == name


@pytest.mark.parametrize("word", ["", "-a", "--now", "a b", "/etc/a", "a*", "é", "x" * 250, "\x1b"])
def test_what_is_no_name_is_refused_in_words_that_do_nothing(word: str) -> None:
    with pytest.raises(Problem) as caught:
        whole_name(word)
    assert caught.value.code == "bad-name"
    assert caught.value.message.isprintable()


@pytest.mark.parametrize(
    ("verb", "state", "said"),
    [
        ("start", RUNNING, "runs already"),
        ("stop", STOPPED, "does not run"),
        ("stop", FAILED, "does not run"),
        ("enable", RUNNING, "at boot already"),
        ("enable-now", RUNNING, "runs, and is started at boot already"),
        ("disable", STOPPED, "not started at boot"),
        ("disable-now", STOPPED, "neither"),
        ("mask", MASKED, "masked already"),
        ("mask-now", MASKED, "masked already"),
        ("unmask", RUNNING, "not masked"),
        ("reset-failed", RUNNING, "not failed"),
    ],
)
def test_what_is_so_already_is_said(verb: str, state: State, said: str) -> None:
    assert said in settled(verb, state)
    assert said in senseless(verb, [state])


@pytest.mark.parametrize(
    ("verb", "state"),
    [
        ("start", STOPPED), ("start", FAILED), ("stop", RUNNING), ("restart", STOPPED),
        ("restart", RUNNING), ("reload", RUNNING), ("enable", STOPPED), ("disable", RUNNING),
        ("enable-now", FAILED), ("disable-now", FAILED), ("mask", RUNNING), ("unmask", MASKED),
        ("mask-now", MASKED._replace(active="active")), ("reset-failed", FAILED),
        ("stop", RUNNING._replace(active="activating")), ("mask", STOPPED),
        ("enable", State("a.service", "inactive", "generated",
                         file="/run/systemd/generator.late/a.service")),
        ("disable", State("a@.service", "", "enabled")),
        ("reset-failed", FAILED._replace(load="not-found")),
        ("restart", State("systemd-journald.service", "active", "static")),
        ("stop", State("dbus.service", "active", "static", scope="user")),
    ],
)  # fmt: skip
def test_what_makes_sense_is_offered(verb: str, state: State) -> None:
    assert settled(verb, state) == impossible(verb, state) == senseless(verb, [state]) == ""


@pytest.mark.parametrize(
    ("verb", "state", "said"),
    [
        ("start", MASKED, "unmasked first"),
        ("enable-now", MASKED, "unmasked first"),
        ("enable", RUNNING._replace(enabled="static"), "does not say what would start it"),
        ("disable-now", RUNNING._replace(enabled="generated"), "made anew at each boot"),
        ("enable", State("a.scope", "active", "transient"), "made by a program"),
        ("disable", State("a.slice", "active", ""), "no file"),
        ("reload", STOPPED, "does not run"),
        ("reload", RUNNING._replace(reloads=False), "restart it"),
        ("reload", State("a.timer", "active", "enabled"), "restart it"),
        ("start", State("a@.service", "", "enabled"), "template"),
        ("reset-failed", State("a@.service", "", "enabled"), "template"),
        ("mask", RUNNING._replace(file="/etc/systemd/system/a.service"), "where the mask would be"),
        ("start", FAILED._replace(load="not-found"), "no file any more"),
        ("stop", State("dev-sda.device", "active", ""), "by itself"),
        ("stop", State("-.mount", "active", "generated"), "root of all files"),
        ("stop", State("-.slice", "active", "static"), "within it"),
        ("restart", State("init.scope", "active", "transient"), "systemd itself"),
        ("stop", State("init.scope", "active", "transient", scope="user"), "systemd itself"),
        ("stop", State("dbus.service", "active", "static"), "Nobody could log in"),
        ("mask-now", State("systemd-journald.service", "active", "static"), "Nobody could log in"),
        ("stop", State("x" * 250 + ".service", "active", ""), "by itself"),
    ],
)
def test_what_cannot_be_done_is_said(verb: str, state: State, said: str) -> None:
    assert said in impossible(verb, state)


def test_what_the_helper_keeps_from_harm_need_not_be_asked_for() -> None:
    assert PROTECTED == HELPERS


def test_of_several_one_is_enough_to_make_sense_and_one_to_forbid() -> None:
    assert senseless("start", [RUNNING, STOPPED]) == ""
    assert "runs already" in senseless("start", [RUNNING, RUNNING])
    assert senseless("start", [STOPPED, MASKED._replace(name="b.service")]).startswith("b.service:")
    assert senseless("start", []) == ""


def test_the_states_of_units_and_templates_are_read_together(tmp_path: Path) -> None:
    about = {"LoadState": "loaded", "ActiveState": "active", "UnitFileState": "enabled"}
    host = Told(
        tmp_path,
        {
            "a.service": {**about, "FragmentPath": "/x", "CanReload": "yes"},
            "ghost.service": {"LoadState": "not-found", "ActiveState": "failed"},
            "t@.service": {"UnitFileState": "disabled"},
        },
    )
    names = ["t@.service", "a.service", "ghost.service", "nowhere.service", "n@.service"]
    template, found, ghost, nowhere, none = states(host, "user", names)
    assert template == State("t@.service", "", "disabled", "loaded", scope="user")
    assert found == State(
        "a.service", "active", "enabled", "loaded", "/x", reloads=True, scope="user"
    )
    assert [each.name for each in (template, found, ghost, nowhere, none) if each.nowhere] == [
        "nowhere.service", "n@.service",
    ]  # fmt: skip
    assert all(run[0] == "--user" for run in host.runs)
