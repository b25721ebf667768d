"""What several logs as one are held to, beside the tools that decompress their files.

Ten million lines: twelve rotated files of four compressions and the one that is written to, and the
journal of a machine, of two million entries.
"""

import bz2
import gzip
import lzma
import os
import random
import resource
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
import zstandard

from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.panels.logs.page import Page, PageProbe
from sysgui.system.host import Host

from .conftest import Table
from .test_logs import MESSAGES
from .test_logs_journal import EACH, UNITS, journal

__all__ = ["journal"]

LINES = 10_000_000 - UNITS * EACH
FILES = 13
SCREEN = 100

# How each is packed, and what unpacks it.
PACKED: Mapping[str, tuple[Callable[[bytes], bytes], str]] = {
    ".gz": (gzip.compress, "zcat"),
    ".bz2": (bz2.compress, "bzcat"),
    ".xz": (lambda data: lzma.compress(data, preset=1), "xzcat"),
    ".zst": (lambda data: zstandard.ZstdCompressor().compress(data), "zstdcat"),
}


@pytest.fixture(scope="module")
def rotated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A log, beside what was rotated away from it."""
    log = tmp_path_factory.mktemp("rotated") / "app.log"
    chance, clock = random.Random(7), 1.79e9
    for age in reversed(range(FILES)):
        lines = []
        for said in chance.choices(list(MESSAGES), list(MESSAGES.values()), k=LINES // FILES):
            clock += chance.random() * 0.2
            stamp = time.strftime("%Y-%m-%dT%H:%M:%S+00:00", time.gmtime(clock))
            numbers = (chance.randrange(1, 255) for _each in range(said.count("{}")))
            lines.append(f"{stamp} vm app[{chance.randrange(9999)}]: {said.format(*numbers)}\n")
        data, path = "".join(lines).encode(), log
        if age:
            ending = list(PACKED)[age % len(PACKED)]
            data, path = PACKED[ending][0](data), log.with_name(f"{log.name}.{age}{ending}")
        path.write_bytes(data)
        os.utime(path, (clock, clock))
    yield log
    for path in log.parent.iterdir():
        path.unlink()


def stock(log: Path) -> tuple[float, float]:
    """Returns what the tools take to unpack the files: seconds, and those of CPU."""
    before, begin = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    for path in sorted(log.parent.iterdir()):
        if path.suffix in PACKED:
            argv = [PACKED[path.suffix][1], str(path)]
            subprocess.run(argv, stdout=subprocess.DEVNULL, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return time.perf_counter() - begin, cpu


def lines_in(log: Path) -> int:
    """Returns how many lines the tools find."""
    found = 0
    for path in log.parent.iterdir():
        tool = PACKED[path.suffix][1] if path.suffix in PACKED else "cat"
        with subprocess.Popen([tool, str(path)], stdout=subprocess.PIPE) as process:
            counted = subprocess.run(
                ["wc", "-l"], stdin=process.stdout, capture_output=True, check=True
            )
        found += int(counted.stdout)
    return found


def merged(probe: PageProbe, sources: list[Source], seconds: float) -> Page:
    return probe.read(source=name_of(sources), older=True, count=SCREEN, seconds=seconds)


def test_twelve_rotated_files_and_the_journal(rotated: Path, journal: Path, table: Table) -> None:
    sources = [Source(f"journal:{journal}"), Source(str(rotated))]
    theirs, their_cpu = stock(rotated)
    probe = PageProbe(Host())
    begin, cpu = time.perf_counter(), time.process_time()
    page = merged(probe, sources, 0.03)
    first = time.perf_counter() - begin
    assert len(page.shown) == SCREEN
    while not page.settled:
        page = merged(probe, sources, 0.5)
    ours, our_cpu = time.perf_counter() - begin, time.process_time() - cpu
    probe.close()
    assert page.rows == page.lines >= lines_in(rotated) + UNITS * EACH
    assert page.trouble == ""
    met = ours <= 2 * theirs
    table.row(
        f"{page.rows:,} lines of 12 rotated files and the journal, merged",
        f"{ours:.1f} s, {our_cpu:.1f} s of CPU",
        f"zcat, bzcat, xzcat, zstdcat {theirs:.1f} s, {their_cpu:.1f} s of CPU",
        f"{ours / theirs:.2f}x",
        "2x",
        met=met,
    )
    quick = first <= 0.5
    table.row("the same: the end of all is shown", f"{1000 * first:.0f} ms", "", "", "500 ms",
              met=quick)  # fmt: skip
    assert met
    assert quick
