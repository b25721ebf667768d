"""How many lines came when, by level: as numbers for a spreadsheet, and as a picture."""

import datetime as dt
from xml.sax.saxutils import escape

from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.timeline import TimeCounts
from sysgui.system.i18n import _, ngettext

# So many bars at most.
MOST_BINS = 200

_WIDTH, _HEIGHT = 960, 320
_LEFT, _RIGHT, _TOP, _BOTTOM = 64, 16, 40, 48
_SIZE = 13

# From the ground up, as in the window: up to which level, and in which colour.
_STACK = ((3, "#b3261e"), (4, "#b26a00"), (8, "#6b7280"))


def moment(seconds: int) -> str:
    """Returns a time since 1970, in UTC: the same on any machine."""
    try:
        return f"{dt.datetime.fromtimestamp(seconds, dt.UTC):%Y-%m-%dT%H:%M:%SZ}"
    except (ValueError, OverflowError, OSError):
        return f"@{seconds}"


def as_csv(counts: TimeCounts) -> str:
    """Returns a line for each bin: when it begins, its length in seconds, and how many came."""
    lines = [",".join(("begin", "seconds", *NAMES, "none"))]
    for place, numbers in enumerate(counts.bins):
        begin = moment(counts.begin + place * counts.width)
        lines.append(",".join((begin, str(counts.width), *map(str, numbers))))
    return "\n".join(lines) + "\n"


def as_svg(counts: TimeCounts) -> str:
    """Returns a picture with a bar for each bin, of errors, warnings and other lines."""
    drawn = [*_frame(counts), *_bars(counts), *_legend()]
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{_WIDTH}" height="{_HEIGHT}"'
        f' viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="{_SIZE}">\n'
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>\n'
        + "\n".join(drawn)
        + "\n</svg>\n"
    )


def _frame(counts: TimeCounts) -> list[str]:
    ground, right = _HEIGHT - _BOTTOM, _WIDTH - _RIGHT
    drawn = [f'<line x1="{_LEFT}" y1="{ground}" x2="{right}" y2="{ground}" stroke="#9ca3af"/>']
    if not counts.bins:
        middle = (_LEFT + right) // 2
        said = _("In the lines of this log no time is recognised.")
        return [*drawn, _text(middle, _HEIGHT // 2, said, "middle")]
    end = counts.begin + len(counts.bins) * counts.width
    width = ngettext("{n} second a bar", "{n} seconds a bar", counts.width)
    return [
        *drawn,
        _text(_LEFT, ground + 20, moment(counts.begin), "start"),
        _text((_LEFT + right) // 2, ground + 20, width.format(n=counts.width), "middle"),
        _text(right, ground + 20, moment(end), "end"),
        _text(_LEFT - 8, _TOP + _SIZE, str(max(map(sum, counts.bins))), "end"),
        _text(_LEFT - 8, ground, "0", "end"),
    ]


def _bars(counts: TimeCounts) -> list[str]:
    if not counts.bins:
        return []
    most = max(map(sum, counts.bins)) or 1
    height, wide = _HEIGHT - _TOP - _BOTTOM, (_WIDTH - _LEFT - _RIGHT) / len(counts.bins)
    drawn = []
    for place, numbers in enumerate(counts.bins):
        below, first = 0, 0
        for last, colour in _STACK:
            number = sum(numbers[first : last + 1])
            first = last + 1
            if number:
                top = _TOP + height - (below + number) * height / most
                drawn.append(
                    f'<rect x="{_LEFT + place * wide:.2f}" y="{top:.2f}" width="{wide:.2f}"'
                    f' height="{number * height / most:.2f}" fill="{colour}"/>'
                )
            below += number
    return drawn


def _legend() -> list[str]:
    drawn, x = [], _LEFT
    names = (_("errors"), _("warnings"), _("other lines"))
    for name, (_last, colour) in zip(names, _STACK, strict=True):
        drawn.append(f'<rect x="{x}" y="14" width="12" height="12" fill="{colour}"/>')
        drawn.append(_text(x + 18, 25, name, "start"))
        x += 140
    return drawn


def _text(x: int, y: int, text: str, anchor: str) -> str:
    return f'<text x="{x}" y="{y}" text-anchor="{anchor}" fill="#1f2937">{escape(text)}</text>'
