"""Lines and those near them, against what `grep -C` prints of the same file."""

import os
import re
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.asked import Wish
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.query import condition_of
from sysgui.panels.logs.text.around import Around
from sysgui.panels.logs.text.blocks import Text
from sysgui.panels.logs.text.scan import Scan
from sysgui.system.host import Host


def near(path: Path, context: int, block: int) -> list[int]:
    """Returns where the lines with an x start and those near them, read in blocks of that size."""
    text = Text(os.open(path, os.O_RDONLY), path.stat().st_size, block)
    around = Around(condition_of("x"), context, text)
    scan = Scan(text, {"rows": around})
    sights = map(scan.sight, range(len(text)))
    return [one.block.offset + start for one in sights for start in one.select(around).tolist()]


def grep(path: Path, context: int) -> list[int]:
    argv = ["grep", "-b", f"-C{context}", "x", str(path)]
    done = subprocess.run(argv, capture_output=True, text=True)
    numbered = (re.match(r"\d+", line) for line in done.stdout.splitlines())
    return [int(number[0]) for number in numbered if number]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=150)
@given(
    st.lists(st.sampled_from(["x", "a", "", "b" * 30, "xb" + "c" * 90]), max_size=40),
    st.integers(1, 4),
    st.sampled_from([8, 32, 1 << 20]),
)
def test_they_are_those_of_grep_wherever_blocks_end(
    tmp_path: Path, lines: list[str], context: int, block: int
) -> None:
    path = tmp_path / "log"
    path.write_text("".join(f"{line}{n}\n" for n, line in enumerate(lines)))
    assert near(path, context, block) == grep(path, context)


LINES = [f"{'hit' if n % 97 == 0 else 'line'} {n} {'.' * 200}" for n in range(20_000)]


def settled(probe: PageProbe, path: Path, **arguments: object) -> Page:
    while True:
        page = probe.read(source=str(path), **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def grepped(path: Path, context: int) -> list[tuple[int, bool, bool]]:
    """Returns what grep prints: number, whether it is only near, whether some are left out."""
    done = subprocess.run(
        ["grep", "-n", f"-C{context}", "hit", str(path)], capture_output=True, text=True
    )
    found, gap = [], False
    for line in done.stdout.splitlines():
        numbered = re.match(r"(\d+)([:-])", line)
        if numbered is None:
            gap = True
            continue
        found.append((int(numbered[1]), numbered[2] == "-", gap))
        gap = False
    return found


@pytest.mark.parametrize("row", [0, 500, 1400])
def test_a_page_tells_which_are_near_and_where_some_are_left_out(tmp_path: Path, row: int) -> None:
    path = tmp_path / "log"
    path.write_text("\n".join(LINES) + "\n")
    page = settled(PageProbe(Host()), path, query="hit", context=3, row=row, count=50)
    expected = grepped(path, 3)
    assert (page.rows, page.rows - page.near) == (len(expected), len(grep_only(path)))
    shown = [(line.number, line.near, line.gap) for line in page.shown]
    assert shown[1:] == expected[row + 1 : row + 50]
    assert page.levels[-1] == len(grep_only(path))


def grep_only(path: Path) -> list[str]:
    return subprocess.run(
        ["grep", "hit", str(path)], capture_output=True, text=True
    ).stdout.splitlines()


def test_what_comes_later_makes_lines_near_that_were_not(tmp_path: Path) -> None:
    path = tmp_path / "log"
    path.write_text("one\ntwo\nthree\n")
    log = OpenLog(Host(), str(path))
    log.want(Wish(condition_of("x"), context=2))

    def texts() -> list[str]:
        log.refresh()
        while not log.settled:
            log.go_on(1.0)
        return [line.text for line in log.rows(0, 100, 4096)[1]]

    assert texts() == []
    with path.open("a") as file:
        file.write("x\n")
    assert texts() == ["two", "three", "x"]
    with path.open("a") as file:
        file.write("a\nb\nc\n")
    assert texts() == ["two", "three", "x", "a", "b"]
