"""How an entry reads: as a line that begins with when, where, and by whom."""

import datetime as dt
from typing import NamedTuple

from sysgui.panels.logs.line import Line

from .entries import Entry
from .header import LATEST

_SECOND = 1_000_000

# Of entries of the same microsecond so many are told apart.
_STEP = 1000

Parts = dict[str, tuple[int, int]]


def identity(entry: Entry) -> int:
    """Returns a number that is the entry's as long as it is there, and grows with the time."""
    # The cursor has the number that its writer gave it.
    number = next((part[2:] for part in entry.cursor.split(";") if part.startswith("i=")), "0")
    return entry.time * _STEP + int(number, 16) % _STEP


def time_of(of: int) -> int:
    """Returns when the entry of an identity came."""
    return of // _STEP


def text_of(entry: Entry, zone: dt.tzinfo) -> tuple[str, Parts]:
    """Returns the entry as `journalctl -o short-iso-precise` has it, and where its parts stand.

    A message of several lines stays one of several lines.
    """
    seconds, rest = divmod(min(entry.time, LATEST), _SECOND)
    moment = dt.datetime.fromtimestamp(seconds, zone).replace(microsecond=rest)
    text, parts = "", {}
    said = (
        ("time", "", moment.isoformat(timespec="microseconds"), ""),
        ("host", " ", entry.host, ""),
        ("identifier", " ", entry.identifier or "unknown", ""),
        ("pid", "[", str(entry.pid) if entry.pid else "", "]"),
        ("message", ": ", entry.text, ""),
    )
    for name, before, value, behind in said:
        if value:
            start = len(text) + len(before)
            parts[name] = (start, start + len(value))
            text += before + value + behind
    return text, parts


class Place(NamedTuple):
    """What an entry is among the rows.

    Attributes:
        number: Its number in the journal from 1 on; 0 is not known.
        hit: Whether the search matches it.
        near: Whether it was not asked for, but stands near others.
        gap: Whether entries between it and the row before are left out.
    """

    number: int = 0
    hit: bool = False
    near: bool = False
    gap: bool = False


def written(entry: Entry, zone: dt.tzinfo) -> str:
    """Returns the entry as it is printed: further lines of a message stand below its first."""
    text, parts = text_of(entry, zone)
    begin, _end = parts.get("message", (len(text), 0))
    first, *more = text.split("\n")
    return "\n".join([first, *(" " * begin + line for line in more)])


def line_of(entry: Entry, cut: int, zone: dt.tzinfo, place: Place) -> Line:
    """Returns what is shown of an entry.

    Args:
        entry: The entry.
        cut: As much of its message is shown, in bytes.
        zone: In which its time is told.
        place: What it is among the rows.
    """
    text, parts = text_of(entry, zone)
    head = len(text) - len(entry.text)
    return Line(
        offset=identity(entry),
        text=text,
        length=len(text[:head].encode()) + entry.length,
        number=place.number,
        level=entry.level,
        hit=place.hit,
        near=place.near,
        gap=place.gap,
        cut=entry.length > cut,
        time=entry.time,
        parts=parts,
        unit=entry.unit,
    )
