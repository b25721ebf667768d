"""Writes numbered lines to a log, fast, and rotates it all the time: `flood.py --help`.

The first line is there already. What nobody could read any more waits until it is read: before a
log is truncated without a copy all of it, before one is deleted its first line. It says `until N`
then, or `end N` before the last line, and goes on when it is told anything.
"""

import argparse
import gzip
import os
import random
import shutil
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path

LINE = "2026-11-27T08:{:02}:{:02} vm flood[{}]: {} line {:07}\n"
LEVELS = "INFO", "WARNING", "ERROR"


def line(number: int) -> bytes:
    """Returns a line."""
    minute, second = number // 60_000 % 60, number // 1000 % 60
    return LINE.format(minute, second, os.getppid(), LEVELS[number % 3], number).encode()


def say(what: str, number: int) -> None:
    """Says something, and waits for an answer."""
    sys.stdout.write(f"{what} {number}\n")
    sys.stdout.flush()
    sys.stdin.readline()


class Writer:
    """Writes a log.

    Args:
        path: The log.
        chance: Decides.
    """

    def __init__(self, path: Path, chance: random.Random) -> None:
        self._path, self._chance = path, chance
        self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._first, self.number = 0, 1

    def write(self, count: int) -> None:
        """Writes lines, in two pieces that end anywhere."""
        data = b"".join(map(line, range(self.number, self.number + count)))
        middle = self._chance.randrange(len(data) + 1)
        os.write(self._file, data[:middle])
        os.write(self._file, data[middle:])
        self.number += count

    def wait_until(self, number: int) -> None:
        """Waits until so many lines have been read."""
        say("until", number)

    def end(self) -> None:
        """Says how many lines there are in all before it writes the last."""
        say("end", self.number + 1)
        self.write(1)

    def _shift(self) -> Path:
        """Makes room for what is rotated away; returns its name."""
        for place in range(200, 0, -1):
            for ending in ("", ".gz"):
                old = self._path.with_name(f"{self._path.name}.{place}{ending}")
                if old.exists():
                    old.rename(old.with_name(f"{self._path.name}.{place + 1}{ending}"))
        return self._path.with_name(f"{self._path.name}.1")

    def rename(self) -> Path:
        """Rotates as logrotate does with `create`: the old file is written to for a while."""
        old = self._shift()
        self._path.rename(old)
        self._path.touch()
        self.write(self._chance.randrange(1, 9))
        self._open()
        return old

    def copytruncate(self) -> Path:
        """Rotates as logrotate does with `copytruncate`."""
        old = self._shift()
        shutil.copyfile(self._path, old)
        os.ftruncate(self._file, 0)
        self._first = self.number
        return old

    def recreate(self) -> None:
        """Deletes the log, which is still written to for a while, and begins another."""
        if self.number == self._first:
            self.write(1)
        self.wait_until(self._first + 1)
        self._path.unlink()
        self.write(self._chance.randrange(1, 9))
        self._open()

    def truncate(self) -> None:
        """Throws away what is there."""
        self.wait_until(self.number)
        os.ftruncate(self._file, 0)
        self._first = self.number

    def compress(self, old: Path) -> None:
        """Compresses what was rotated away, as gzip(1) does."""
        about = old.stat()
        packed = old.with_name(f"{old.name}.gz")
        packed.write_bytes(gzip.compress(old.read_bytes(), 1))
        os.utime(packed, ns=(about.st_atime_ns, about.st_mtime_ns))
        old.unlink()

    def _open(self) -> None:
        os.close(self._file)
        self._file = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
        self._first = self.number


WAYS: Mapping[str, Callable[[Writer], object]] = {
    "rename": Writer.rename,
    "rename+gzip": lambda writer: writer.compress(writer.rename()),
    "copytruncate": Writer.copytruncate,
    "copytruncate+gzip": lambda writer: writer.compress(writer.copytruncate()),
    "recreate": Writer.recreate,
    "truncate": Writer.truncate,
}

if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    parser.add_argument("path", type=Path)
    parser.add_argument("rate", type=int, help="lines a second")
    parser.add_argument("rotations", type=int)
    parser.add_argument("apart", type=float, help="seconds from one to the next, on average")
    parser.add_argument("ways", nargs="+")
    parser.add_argument("--seed", type=int, default=1)
    arguments = parser.parse_args()
    chance = random.Random(arguments.seed)
    writer = Writer(arguments.path, chance)
    step = arguments.rate // 100
    writer.wait_until(1)
    at = time.monotonic()
    for turn in range(arguments.rotations):
        batches = int(chance.uniform(0.0, 200.0) * arguments.apart)
        for _batch in range(batches):
            writer.write(step)
            at += 0.01
            time.sleep(max(0.0, at - time.monotonic()))
        way = arguments.ways[turn % len(arguments.ways)]
        WAYS[way](writer)
    writer.write(step)
    writer.end()
