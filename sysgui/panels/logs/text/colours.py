"""What sequences in a line colour (SGR, ECMA-48): of sixteen colours, whatever it asks for."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from .joined import Joined
from .recode import text_of

# No colour in particular.
NONE = -1

_SEQUENCE = re.compile(r"\x1b\[([0-9;:]*)([mK])")

_COLOURS = {
    **{30 + colour: colour for colour in range(8)},
    **{90 + colour: 8 + colour for colour in range(8)},
    39: NONE,
    2: 8,  # Faint.
}


# Of a line that is cut, so many times as much is looked at.
_MORE = 8


class Style(NamedTuple):
    """How a text is written.

    Attributes:
        colour: 0 to 7 (black, red, green, yellow, blue, magenta, cyan, white), 8 to 15 the bright
            ones; `NONE`: that of all others.
        bold: Whether it is.
    """

    colour: int = NONE
    bold: bool = False


PLAIN = Style()

# From which character on, and up to which, a style reaches: start, end, colour, whether bold.
Run = tuple[int, int, int, bool]


def colours_at(text: Joined, offset: int, data: bytes, length: int) -> list[Run]:
    """Returns what a line of a text colours.

    Args:
        text: May have been made of one with colours.
        offset: Where the line starts.
        data: As much of it as is shown.
        length: So many characters that is.

    Raises:
        OSError: As pread(2) says.
    """
    original = text.original_at(offset)
    encoding = ""
    if original is not None:
        whole = b"".join(original.pieces).rstrip(b"\r\n")
        data, encoding = whole[: _MORE * (len(data) + 1)], original.encoding
    if b"\x1b" not in data:
        return []
    runs = runs_of(text_of(data, encoding))
    return [(run[0], min(run[1], length), *run[2:]) for run in runs if run[0] < length]


def runs_of(text: str) -> list[Run]:
    """Returns what of a line is coloured, by its places in the line without the sequences."""
    runs: list[Run] = []
    style, place, begin = PLAIN, 0, 0
    for found in _SEQUENCE.finditer(text):
        place = _ended(runs, style, place, found.start() - begin)
        begin = found.end()
        if found[2] == "m":
            style = _styled(style, re.split("[;:]", found[1]))
    _ended(runs, style, place, len(text) - begin)
    return runs


def _ended(runs: list[Run], style: Style, place: int, length: int) -> int:
    if length and style != PLAIN:
        runs.append((place, place + length, *style))
    return place + length


def _styled(style: Style, words: list[str]) -> Style:
    codes = iter(int(word[-4:] or 0) for word in words)
    for code in codes:
        if code == 38:
            style = style._replace(colour=_of_many(codes))
        elif code == 48:
            _of_many(codes)  # Grounds are left as they are.
        elif code == 0:
            style = PLAIN
        elif code in (1, 22):
            style = style._replace(bold=code == 1)
        else:
            style = style._replace(colour=_COLOURS.get(code, style.colour))
    return style


def _of_many(codes: Iterator[int]) -> int:
    """Returns the nearest colour to one of 256, or of all."""
    kind = next(codes, 0)
    if kind == 2:
        return _nearest([next(codes, 0) for _component in range(3)])
    number = next(codes, 0) if kind == 5 else NONE
    if number < 16:
        return number
    if number >= 232:
        return _nearest([8 + 10 * (number - 232)] * 3)
    cube = number - 16
    return _nearest([cube // 36 * 51, cube // 6 % 6 * 51, cube % 6 * 51])


def _nearest(components: list[int]) -> int:
    most = max(components)
    if most < 64:
        return 0
    return sum(1 << place for place, one in enumerate(components) if one > most / 2)
