"""Lines of one kind: what differs in figures only is alike, what differs in words is not."""

import pytest

from sysgui.panels.logs.likeness import query_for_lines_like
from sysgui.panels.logs.query import condition_of
from sysgui.panels.logs.text.blocks import BLOCK
from sysgui.panels.logs.text.scan import Scan

from .text.test_blocks import opened


def alike(line: str, other: str) -> bool:
    """Tells whether the query for lines like `line` lets `other` through."""
    condition = condition_of(query_for_lines_like(line))
    with opened(other.encode() + b"\n", BLOCK) as text:
        scan = Scan(text, {"rows": condition})
        scan.go_on(1.0)
        return scan.counts["rows"].total == 1


LINE = 'Nov 27 08:00:01 vm app[91]: got "a (b)" from 10.0.0.7 in 31 ms, id 0x7ffe11 [x*y]'


@pytest.mark.parametrize(
    "other",
    [
        LINE,
        'Nov 28 11:22:33 vm app[7]: got "a (b)" from 192.168.1.200 in 4 ms, id 0xdeadbeef [x*y]',
        '2026-11-27T08:00:01+01:00 web-2 app[91]: got "a (b)" from 10.0.0.7 in 31 ms, id 12 [x*y]',
    ],
)
def test_lines_that_differ_in_figures_are_alike(other: str) -> None:
    assert alike(LINE, other)


@pytest.mark.parametrize(
    "other", ["", "in 31 ms", LINE.replace("got", "lost"), LINE.replace("*", "")]
)
def test_lines_that_differ_in_words_are_not(other: str) -> None:
    assert not alike(LINE, other)


def test_what_a_line_ends_in_does_not_tell_its_kind() -> None:
    begin = "Nov 27 08:00:01 vm app[91]: " + "a word " * 30
    assert alike(f"{begin} and then one", f"{begin} and then another")


@pytest.mark.parametrize("line", ["plain", '\\ back " quote', "(((", "trailing \\", "ä 1 ö 2"])
def test_every_line_is_like_itself(line: str) -> None:
    assert alike(line, line)
