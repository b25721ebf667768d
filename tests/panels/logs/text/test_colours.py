"""What a line colours, against the tables of ECMA-48 and of xterm."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.text.colours import NONE, runs_of


@pytest.mark.parametrize(
    ("line", "runs"),
    [
        ("plain", []),
        ("\x1b[31mred\x1b[0m not", [(0, 3, 1, False)]),
        ("\x1b[1;33mwarn\x1b[m", [(0, 4, 3, True)]),
        ("a \x1b[32mb\x1b[39m \x1b[1mc\x1b[22md", [(2, 3, 2, False), (4, 5, NONE, True)]),
        ("\x1b[2mdim\x1b[0m", [(0, 3, 8, False)]),
        ("\x1b[94mbright", [(0, 6, 12, False)]),
        ("\x1b[38;5;9mr\x1b[38;5;46mg", [(0, 1, 9, False), (1, 2, 2, False)]),
        ("\x1b[38;5;16mb", [(0, 1, 0, False)]),
        ("\x1b[38;2;250;200;10my\x1b[38:2:0:0:255mb", [(0, 1, 3, False), (1, 2, 4, False)]),
        ("\x1b[38;5;250mgrey", [(0, 4, 7, False)]),
        ("\x1b[48;5;1;31mred on red\x1b[K", [(0, 10, 1, False)]),
        ("\x1b[31;7;4;99mx\x1b[1;0my", [(0, 1, 1, False)]),
        ("\x1b[31m\x1b[0m\x1b[38mx\x1b[", []),
        ("\x1b[99999999999mx", []),
    ],
)  # fmt: skip
def test_what_is_coloured_is_told(line: str, runs: list[tuple[int, int, int, bool]]) -> None:
    assert runs_of(line) == runs


PART = st.one_of(
    st.text("aé \x1b[m;", max_size=5),
    st.lists(st.integers(0, 120), max_size=4).map(
        lambda codes: f"\x1b[{';'.join(map(str, codes))}m"
    ),
)


@given(st.lists(PART, max_size=12).map("".join))
def test_runs_lie_in_the_line_one_behind_the_other(line: str) -> None:
    shown = re.sub(r"\x1b\[[0-9;:]*[mK]", "", line)
    place = 0
    for start, end, colour, _bold in runs_of(line):
        assert place <= start < end <= len(shown)
        assert NONE <= colour < 16
        place = end
