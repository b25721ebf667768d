"""What stands out in a line: by rule, where, and in which order."""

import pytest
from PySide6.QtGui import QFont

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.window.highlight import Highlighter, Rule
from sysgui.panels.logs.window.layouts import Layouts
from sysgui.ui import theme


def found(text: str) -> dict[str, list[str]]:
    named: dict[str, list[str]] = {}
    for span in Highlighter().spans(text):
        named.setdefault(span.rule.name, []).append(text[span.start : span.start + span.length])
    return named


def test_the_parts_of_a_line_of_syslog_stand_out() -> None:
    line = (
        'Nov 27 08:00:01 vm sshd[912]: error: "no key" for ssh.service at /etc/ssh/key, '
        "from 192.0.2.7 port 22"
    )
    assert found(line) == {
        "time": ["Nov 27 08:00:01"],
        "wrong": ["error"],
        "quoted": ['"no key"'],
        "unit": ["ssh.service"],
        "path": ["/etc/ssh/key"],
        "address": ["192.0.2.7"],
        "number": ["912", "22"],
    }


@pytest.mark.parametrize(
    ("text", "addresses"),
    [
        ("from 10.0.0.1:443", ["10.0.0.1"]),
        ("version 999.999.999.999", []),
        ("version 1.2.3.4.5", []),
        ("at 2001:db8::8a2e:370:7334 and ::1", ["2001:db8::8a2e:370:7334", "::1"]),
        ("fe80::1%eth0", ["fe80::1"]),
        ("at 08:00:01 sharp", []),
    ],
)
def test_addresses_are_told_from_what_looks_like_them(text: str, addresses: list[str]) -> None:
    assert found(text).get("address", []) == addresses


@pytest.mark.parametrize("text", ["terror mirrors", "errors=0 errored", "warnings: 0"])
def test_a_part_of_a_word_is_no_level(text: str) -> None:
    named = found(text)
    assert "wrong" not in named and "attention" not in named  # noqa: PT018


def test_of_two_that_overlap_the_earlier_rule_stands() -> None:
    rules = [Rule("first", "bc", "wrong"), Rule("second", "abc|d", "good")]
    assert [(s.start, s.length, s.rule.name) for s in Highlighter(rules).spans("abcd")] == [
        (1, 2, "first"),
        (3, 1, "second"),
    ]


def test_a_rule_that_takes_too_long_colours_nothing_and_ends() -> None:
    rules = [Rule("slow", "(a|a)+$", "wrong"), Rule("quick", "!", "good")]
    spans = Highlighter(rules).spans("a" * 60 + "!")
    assert [span.rule.name for span in spans] == ["quick"]


def test_the_head_is_coloured_by_what_the_form_tells() -> None:
    text = "2026-11-27 08:00:01 [pool-1] app.Main 10.0.0.7 took 12 s"
    parts = {"time": (0, 19), "identifier": (29, 37), "pid": (21, 27), "client": (38, 46)}
    spans = Highlighter().spans(text, {**parts, "message": (47, 56)})
    assert [(text[s.start : s.start + s.length], s.rule.token) for s in spans] == [
        ("2026-11-27 08:00:01", "muted"),
        ("pool-1", "cpu"),
        ("app.Main", "memory"),
        ("10.0.0.7", "network"),
        ("12", "cpu"),
    ]


@pytest.mark.parametrize("text", ["vm\tsshd: x", "\x1b[1mvm sshd: x", "vm sshd: x"])
def test_a_part_is_coloured_where_it_is_painted(look, text: str) -> None:
    place = text.index("sshd")
    line = Line(offset=0, text=text, length=len(text), parts={"identifier": (place, place + 4)})
    layout = Layouts(QFont()).of(line).layout
    color = theme.tokens().color("memory")
    painted = [
        layout.text()[one.start : one.start + one.length]
        for one in layout.formats()
        if one.format.foreground().color() == color
    ]
    assert painted == ["sshd"]
