"""Times of many lines at once, each read from fixed columns that begin at a place of its own.

The columns of all lines are gathered into one array, and each column is looked at for all lines
together. Nothing is done line by line, so that a million lines take a tenth of a second.
"""

from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from .calendar import NO_DAY, days_since_1970, month_of
from .zones import SECOND

Bytes = npt.NDArray[np.uint8]
Flags = npt.NDArray[np.bool_]
Numbers = npt.NDArray[np.int64]

DAY = 86_400 * SECOND

# Where a line has no time, or none that is known.
UNKNOWN = -1

# What the fraction of a second and the zone may take behind the columns: ".123456789 +01:00".
TAIL = 24

_ZERO, _SPACE = ord("0"), ord(" ")
_DIGITS = 9

# A number of nanoseconds has so many digits.
_LONGEST = 19


class Read(NamedTuple):
    """What stands in the columns of some lines.

    Attributes:
        valid: Whether the columns hold a time.
        year: 0 where none is written.
        month: From 1 on.
        day: Of the month, from 1 on.
        clock: Microseconds since midnight.
    """

    valid: Flags
    year: Numbers
    month: Numbers
    day: Numbers
    clock: Numbers

    def moment(self) -> Numbers:
        """Returns what the clocks showed, in microseconds since 1970; UNKNOWN for no day."""
        days = days_since_1970(self.year, self.month, self.day)
        moments = days * DAY + self.clock
        moments[~self.valid | (days == NO_DAY)] = UNKNOWN
        return moments


def gathered(data: Bytes, places: Numbers, width: int) -> Bytes:
    """Returns `width` columns from each place on, shape (width, places); 0 beyond the end."""
    if len(data) < width:
        data = np.concatenate((data, np.zeros(width - len(data), np.uint8)))
    last = len(data) - width
    windows = np.ndarray((last + 1,), f"V{width}", np.ascontiguousarray(data).data, 0, (1,))
    kept = np.clip(places, 0, last)
    columns = np.ascontiguousarray(windows[kept].view(np.uint8).reshape(-1, width).T)
    for line in np.flatnonzero(places > last).tolist():
        columns[:, line] = 0
        held = data[places[line] :]
        columns[: len(held), line] = held
    return columns


def differing(data: Bytes, places: Numbers, width: int) -> npt.NDArray[np.bool_]:
    """Tells of each place whether what stands there differs from what stands at the one before.

    Args:
        data: The lines.
        places: Ascending.
        width: So many bytes from each place on, 8 to 16.
    """
    differs = np.ones(len(places), np.bool_)
    last = len(data) - 16
    if last < 0:
        return differs
    windows = np.ndarray((last + 1,), "V16", np.ascontiguousarray(data).data, 0, (1,))
    words = windows[np.minimum(places, last)].view("<u8")
    first, second = words[::2], words[1::2] & np.uint64((1 << 8 * (width - 8)) - 1)
    differs[1:] = (first[1:] != first[:-1]) | (second[1:] != second[:-1]) | (places[1:] > last)
    return differs


def read(columns: Bytes, template: str) -> Read:
    """Reads what a template says, from columns of the same width.

    Args:
        columns: Shape (width, lines).
        template: `YYYY` year, `mm` month, `bbb` its name, `dd` day, `HH` `MM` `SS` clock, `ffffff`
            fraction, `A` one of "AP" of a clock of twelve hours, `w` any letter, `-` one of "-/",
            `T` one of "T ", else the character itself. Spaces may stand for the first digits of day
            and hour.
    """
    valid = np.ones(columns.shape[1], np.bool_)
    for place, sign in enumerate(template):
        if sign not in "YmbdHMSfA":
            valid &= _stands(columns[place], sign)
    numbers = {
        sign: _number(columns[template.index(sign) : template.rindex(sign) + 1], valid, sign)
        for sign in "YmdHMSf"
        if sign in template
    }
    none = np.zeros(columns.shape[1], np.int64)
    month = numbers.get("m", none)
    if "b" in template:
        first = template.index("b")
        month = month_of(*columns[first : first + 3]).astype(np.int64)
        valid &= month > 0
    hour, minute, second = (numbers[sign] for sign in "HMS")
    if "A" in template:
        hour = _hour_of_day(hour, columns[template.index("A")], valid)
    # A leap second is a second of the next minute.
    valid &= (hour < 24) & (minute < 60) & (second <= 60)
    clock = ((hour * 60 + minute) * 60 + second) * SECOND + numbers.get("f", none)
    return Read(valid, numbers.get("Y", none), month, numbers["d"], clock)


def _hour_of_day(hour: Numbers, half: Bytes, valid: Flags) -> Numbers:
    """Returns the hour from midnight on for one of a clock of twelve hours."""
    afternoon = half == ord("P")
    valid &= (afternoon | (half == ord("A"))) & (hour >= 1) & (hour <= 12)
    return np.asarray(hour % 12 + 12 * afternoon)


def _stands(column: Bytes, sign: str) -> Flags:
    """Tells for each line whether a column holds what the template has there."""
    if sign == "w":
        return np.asarray(((column | 0x20) - ord("a")).astype(np.uint8) < 26)
    if sign in "-T":
        return np.asarray((column == ord(sign)) | (column == ord({"-": "/", "T": " "}[sign])))
    return np.asarray(column == ord(sign))


def _number(columns: Bytes, valid: Flags, sign: str) -> Numbers:
    """Returns the number in some columns, and notes where there is none."""
    digits = columns - _ZERO
    if sign in "dH":
        digits[0][columns[0] == _SPACE] = 0
    valid &= (digits <= _DIGITS).all(axis=0)
    # Two digits fit into a byte, whatever they are.
    kind = np.uint8 if len(digits) <= 2 else np.int32
    number = digits[0].astype(kind)
    for digit in digits[1:]:
        number = number * kind(10) + digit
    return np.where(valid, number, 0).astype(np.int64)


class Tail(NamedTuple):
    """What stands behind the columns.

    Attributes:
        fraction: Of a second, in microseconds.
        east: How far east of Greenwich, in seconds; 0 where not said.
        zoned: Whether that is said.
        rest: At which column the rest begins.
    """

    fraction: Numbers
    east: Numbers
    zoned: Flags
    rest: Numbers


def read_tail(columns: Bytes, named: Callable[[str], int | None]) -> Tail:
    """Reads the fraction of a second and the zone, where lines have them.

    Args:
        columns: What stands behind the seconds, shape (TAIL, lines).
        named: Returns how far east a zone is; None if there is none of that name.
    """
    fraction, width = _fraction(columns)
    offset = _Offset(columns, width)
    east, length = offset.read()
    words = offset.spaced_words()
    for word in np.unique(words[length == 0]).tolist():
        name = word.to_bytes(4, "big").rstrip(b" \0").decode("ascii")
        found = named(name) if name else None
        if found is not None:
            here = (words == word) & (length == 0)
            east[here], length[here] = found, 1 + len(name)
    return Tail(fraction, east, length > 0, width + length)


def _fraction(columns: Bytes) -> tuple[Numbers, Numbers]:
    """Returns microseconds, and how many columns they take with their sign."""
    lines = columns.shape[1]
    micros = np.zeros(lines, np.int32)
    width = np.zeros(lines, np.int32)
    marked = (columns[0] == ord(".")) | (columns[0] == ord(","))
    alive = marked & (columns[1] - _ZERO <= _DIGITS)
    power = 100_000
    for place in range(1, 10):
        if not alive.any():
            break
        digit = columns[place] - _ZERO
        alive = alive & (digit <= _DIGITS)
        micros += np.where(alive, digit, 0) * np.int32(power)
        width += alive
        power //= 10
    width += width > 0
    return micros.astype(np.int64), width.astype(np.int64)


class _Offset:
    """How far east of Greenwich, as it stands from a column of each line on."""

    def __init__(self, columns: Bytes, first: Numbers) -> None:
        self._columns = columns
        self._lines = np.arange(columns.shape[1])
        self._first = first
        self._same = int(first[0]) if len(first) and (first == first[0]).all() else -1
        self._spaced = self._at(0) == _SPACE

    def _at(self, place: int) -> Bytes:
        """Returns the column so far behind the first, of each line its own."""
        if self._same >= 0:
            return np.asarray(self._columns[min(self._same + place, len(self._columns) - 1)])
        wanted = np.minimum(self._first + place, len(self._columns) - 1)
        return np.asarray(self._columns[wanted, self._lines])

    def read(self) -> tuple[Numbers, Numbers]:
        """Returns seconds, and how many columns they take; 0 where there are none."""
        east = np.zeros(len(self._lines), np.int64)
        length = np.zeros(len(self._lines), np.int64)
        length[(self._at(0) | 0x20) == ord("z")] = 1
        signed = (self._at(0) == ord("+")) | (self._at(0) == ord("-"))
        spaced = self._spaced & ((self._at(1) == ord("+")) | (self._at(1) == ord("-")))
        for here, skipped in ((signed, 0), (spaced, 1)):
            if here.any():
                self._read_signed(here, skipped, east, length)
        return east, length

    def _read_signed(self, here: Flags, skipped: int, east: Numbers, length: Numbers) -> None:
        """Reads +01, +0100 or +01:00; the first only where nothing stands before the sign."""
        sign = self._at(skipped)
        hours, two = self._pair(skipped + 1)
        colon = self._at(skipped + 3) == ord(":")
        short, four = self._pair(skipped + 3)
        long, five = self._pair(skipped + 4)
        minutes = np.where(colon, long, short)
        full = here & two & np.where(colon, five, four)
        brief = here & two & ~full & (skipped == 0)
        seconds = hours * 3600 + np.where(full, minutes, 0) * 60
        seconds = np.where(sign == ord("-"), -seconds, seconds)
        east[full | brief] = seconds[full | brief]
        length[full] = (skipped + 5 + colon)[full]
        length[brief] = 3

    def _pair(self, place: int) -> tuple[Numbers, Flags]:
        tens, units = self._at(place) - _ZERO, self._at(place + 1) - _ZERO
        number = tens.astype(np.int64) * 10 + units
        return number, (tens <= _DIGITS) & (units <= _DIGITS)

    def spaced_words(self) -> Numbers:
        """Returns words of up to four capitals behind a space, as numbers; 0 where none stands."""
        words = np.zeros(len(self._lines), np.int64)
        going = self._spaced.copy()
        if not (going & (self._at(1) - ord("A") < 26)).any():
            return words
        for place in range(1, 5):
            letter = self._at(place)
            going &= (letter - ord("A")).astype(np.uint8) < 26
            words = words << 8 | np.where(going, letter, 0)
        # A longer word is another.
        words[going & ((self._at(5) - ord("A")).astype(np.uint8) < 26)] = 0
        return words


def read_seconds(columns: Bytes) -> tuple[Numbers, Flags]:
    """Reads a number of seconds with or without a fraction, as `[    1.234567]` has it.

    A number of 12 digits or more counts milliseconds, of 15 or more microseconds, of 18 or more
    nanoseconds: as seconds they would lie beyond the year 5000.

    Args:
        columns: From the first digit, or a space before it, on; shape (width, lines).

    Returns:
        Microseconds, and whether there was a number.
    """
    whole, count, point = _whole(columns)
    unit = _UNIT[count]
    moments = np.where(unit > 0, whole * unit, whole // 1000)
    lines = np.arange(columns.shape[1])
    last = len(columns) - 1
    going = (unit == SECOND) & (columns[np.minimum(point, last), lines] == ord("."))
    for place in range(6):
        digit = columns[np.minimum(point + 1 + place, last), lines] - _ZERO
        going &= (digit <= _DIGITS) & (point + 1 + place <= last)
        moments += np.where(going, digit, 0) * np.int64(10 ** (5 - place))
    return moments, (count > 0) & (whole >= 0)


def _whole(columns: Bytes) -> tuple[Numbers, Numbers, Numbers]:
    """Returns the numbers before the point, of how many digits each is, and where it ends."""
    lines = columns.shape[1]
    whole, count, end = (np.zeros(lines, np.int64) for _each in range(3))
    going = np.ones(lines, np.bool_)
    for column in columns[:_LONGEST]:
        digit = column - _ZERO
        is_digit = digit <= _DIGITS
        going &= is_digit | ((column == _SPACE) & (count == 0))
        if not going.any():
            break
        taken = going & is_digit
        whole = np.where(taken, whole * 10 + digit, whole)
        count += taken
        end += going
    return whole, count, end


# How many microseconds one is, by the number of digits; 0: a thousandth of one.
_UNIT = np.array([SECOND] * 12 + [1000] * 3 + [1] * 3 + [0] * 2)
