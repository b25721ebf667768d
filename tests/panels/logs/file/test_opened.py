"""A log at every moment of being looked through, while it grows and is asked for other things."""

import functools
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.file import opened
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.sought import HITS
from sysgui.panels.logs.text.follow import Followed
from sysgui.system.host import Host

LINES = ["fine", "", "bad", "needle", "bad needle " + "x" * 30, "a longer one " + "y" * 40]

# A query, a search and how many lines around; the words are as the lines have them.
Asked = tuple[str, str, int]
asked = st.tuples(st.sampled_from(["", "bad"]), st.sampled_from(["", "needle"]), st.integers(0, 2))
grown = st.lists(st.sampled_from(LINES), min_size=1, max_size=12).map("\n".join)
ended = grown.map(lambda text: text + "\n")
steps = st.lists(st.one_of(st.integers(1, 4), grown, ended, asked), min_size=3, max_size=14)


def rows_of(text: str, query: str, context: int) -> list[int]:
    """Returns the numbers of the lines that are rows, from 0 on, as grep -C has them."""
    lines = text.split("\n")[: None if text[-1:] not in ("", "\n") else -1]
    near = [
        range(max(0, n - context), n + context + 1) for n, line in enumerate(lines) if query in line
    ]
    return sorted({n for some in near for n in some if n < len(lines)})


def check(log: OpenLog, text: str, wish: Asked) -> None:
    query, search, context = wish
    lines = text.split("\n")
    expected = [lines[n] for n in rows_of(text, query, context if query else 0)]
    _first, shown = log.rows(0, 500, 1000)
    assert log.matched == len(shown)
    # The last known line may have been cut where the file ended then.
    assert [line.text for line in shown] == expected[: len(shown)]
    # What only stands near others is to be read, not found.
    found = [
        row for row, line in enumerate(expected) if search and search in line and query in line
    ]
    assert log.hits <= len(found)
    if log.settled:
        assert len(shown) == len(expected)
        assert log.hits == (len(found) if search else -1)
        assert sum(log.levels()) == len(rows_of(text, query, 0))
    for row, line in enumerate(shown if search else []):
        sought = log.seek(HITS, line.offset, back=False)
        ahead = [place for place, at in enumerate(found) if at > row]
        if sought is not None and (log.settled or sought[0] > row):
            place = (ahead or [0])[0]
            assert sought == (found[place], place)


def settle(log: OpenLog, text: str, wish: Asked) -> None:
    while not log.settled:
        log.go_on(0.0)
        check(log, text, wish)


@settings(max_examples=40)
@given(steps, st.sampled_from([128, 512]))
def test_what_is_known_is_right_however_far_it_was_looked_through(
    steps: Sequence[int | str | Asked], block: int
) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(opened, "Followed", functools.partial(Followed, block=block))
        path = Path(folder, "log")
        path.write_text("fine\n")
        log = OpenLog(Host(), str(path))
        wish: Asked = ("", "", 0)
        for step in steps:
            # Of lines that are longer than two blocks, pieces are looked through.
            assume(max(map(len, path.read_text().split("\n"))) < block)
            if isinstance(step, int):
                for _each in range(step):
                    log.go_on(0.0)
            elif isinstance(step, str):
                with path.open("a") as file:
                    file.write(step)
                log.refresh()
            else:
                wish = step
                log.ask(*wish)
            check(log, path.read_text(), wish)
        settle(log, path.read_text(), wish)
