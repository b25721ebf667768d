"""Lines made ready for painting: their text, its colours, and how much room it takes."""

from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFont, QFontMetrics, QTextCharFormat, QTextLayout, QTextOption

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.rules import Rule
from sysgui.system.i18n import _
from sysgui.system.units import count
from sysgui.ui import theme

from .highlight import USUAL, Highlighter, Span
from .line_columns import LineColumns
from .shown import Shown, printable_line

# So many are kept.
KEPT = 400

# A wrapped line takes at most so many rows of the screen.
MOST_WRAPPED = 12

# Of the colour of a whole line there is so much: its parts keep theirs.
GROUND = 0.2

# Wider than any line that is shown.
ENDLESS = 1e6

# What a line means by black, red, green, yellow, blue, magenta, cyan and white: in colours that can
# be read in each theme.
OWN_TOKENS = ("muted", "wrong", "good", "attention", "cpu", "memory", "disk", "text")


class Laid(NamedTuple):
    """A line made ready for painting.

    Attributes:
        layout: Its text, without what stands in columns before it.
        height: Of the room it takes, in device-independent pixels.
        width: The same, with the columns.
        marks: What the search has found: from which character on, and up to which.
        own: What the user's rules make stand out: the same, and in which colour.
        ground: The colour of the whole line by the user's rules; "" if it has none.
    """

    layout: QTextLayout
    height: int
    width: int
    marks: Sequence[tuple[int, int]] = ()
    own: Sequence[tuple[int, int, str]] = ()
    ground: str = ""


class Layouts:
    """Lays lines out, and keeps the last ones.

    Args:
        font: Of equal widths.
        columns: In which parts of the lines stand; None if there are none.

    Attributes:
        font: The same.
    """

    def __init__(self, font: QFont, columns: LineColumns | None = None) -> None:
        self.font = font
        self._columns = columns
        self.wrap = False
        self.coloured = False
        self.room = 100
        self._highlighter = Highlighter()
        self._marked: Callable[[str], Sequence[tuple[int, int]]] = lambda _text: ()
        self._kept: OrderedDict[tuple[int, str, bool, bool, int], Laid] = OrderedDict()

    @property
    def step(self) -> int:
        """The height of one row of the screen."""
        return QFontMetrics(self.font).height() + 1

    def forget(self) -> None:
        """Lays every line out anew."""
        self._kept.clear()

    def follow(self, own: Sequence[Rule], *, usual: bool) -> None:
        """Sets by which rules parts of lines stand out.

        Args:
            own: Those of the user, the most important first.
            usual: Whether what stands out usually does so besides.
        """
        self._highlighter = Highlighter(USUAL if usual else (), own)
        self.forget()

    @property
    def slow(self) -> list[str]:
        """The patterns of the user's that take too long, and are followed no more."""
        return self._highlighter.slow

    def mark(self, places: Callable[[str], Sequence[tuple[int, int]]]) -> None:
        """Sets what tells of a text what the search has found: start and length of each."""
        self._marked = places
        self.forget()

    def set_coloured(self, *, coloured: bool) -> None:
        """Sets whether lines with colours of their own are shown in these."""
        self.coloured = coloured
        self.forget()

    def set_room(self, room: int, *, wrap: bool) -> None:
        """Sets the width that wrapped lines have."""
        if wrap != self.wrap or (wrap and room != self.room):
            self.forget()
        self.room, self.wrap = room, wrap

    def of(self, line: Line) -> Laid:
        """Returns a line, laid out."""
        key = (line.offset, line.text, line.hit, line.near, len(line.parts))
        laid = self._kept.get(key)
        if laid is None:
            laid = self._kept[key] = self._lay(line)
            while len(self._kept) > KEPT:
                self._kept.popitem(last=False)
        else:
            self._kept.move_to_end(key)
        return laid

    def _lay(self, line: Line) -> Laid:
        body = self._columns.body(line) if self._columns else (0, len(line.text))
        left = self._columns.begin if self._columns else 0
        shown = Shown(line.text, *body)
        marks = [(start, start + length) for start, length in self._found(line)]
        layout = QTextLayout(shown.text + _missing(line), self.font)
        option = QTextOption()
        modes = QTextOption.WrapMode
        option.setWrapMode(modes.WrapAnywhere if self.wrap else modes.NoWrap)
        layout.setTextOption(option)
        own = self._highlighter.own_spans(line.text, line.level) if not line.near else []
        layout.setFormats(self._formats(shown, line, marks, own))
        layout.beginLayout()
        rows, width = 0, 0.0
        while rows < MOST_WRAPPED and (one := layout.createLine()).isValid():
            one.setLineWidth(max(100, self.room - left) if self.wrap else ENDLESS)
            one.setPosition(QPointF(0, rows * self.step))
            width = max(width, one.naturalTextWidth())
            rows += 1
        layout.endLayout()
        return Laid(
            layout,
            max(1, rows) * self.step,
            left + round(width),
            marks,
            [(span.start, span.start + span.length, span.rule.token) for span in own],
            "" if line.near else self._highlighter.ground(line.text, line.level),
        )

    def _found(self, line: Line) -> Sequence[tuple[int, int]]:
        return self._marked(line.text) if line.hit else ()

    def _formats(
        self, shown: Shown, line: Line, marks: Sequence[tuple[int, int]], own: Sequence[Span]
    ) -> list[QTextLayout.FormatRange]:
        if line.near:
            return []
        tokens = theme.tokens()
        ranges: list[QTextLayout.FormatRange] = []
        parts = {name: shown.place(*span) for name, span in line.parts.items()}
        taken = []
        for start, length, rule in own:
            first, last = shown.place(start, start + length)
            taken.append(Span(first, last - first, rule))
        spans = self._highlighter.spans(shown.text, parts, taken)
        if self.coloured and line.colours:
            ranges += _own_formats(shown, line)
            spans = taken
        for start, length, rule in spans:
            style = QTextCharFormat()
            style.setForeground(tokens.color(rule.token))
            if rule.strong:
                style.setFontWeight(QFont.Weight.Bold)
            ranges.append(_range(shown.units(start, start + length), style))
        for mark in marks:
            style = QTextCharFormat()
            style.setBackground(translucent(tokens.color("attention")))
            style.setFontUnderline(True)
            ranges.append(_range(shown.units(*shown.place(*mark)), style))
        return [one for one in ranges if one.length > 0]


def shown_text(line: Line) -> str:
    """Returns a line as it is painted: nothing in it can act, and what is missing is said."""
    return printable_line(line.text) + _missing(line)


def _missing(line: Line) -> str:
    told = _(" … {size} bytes in all, Ctrl+Enter shows them")
    return told.format(size=count(line.length)) if line.cut else ""


def _own_formats(shown: Shown, line: Line) -> Iterator[QTextLayout.FormatRange]:
    """Yields what the line itself colours."""
    for start, end, colour, bold in line.colours:
        style = QTextCharFormat()
        if colour >= 0:
            style.setForeground(theme.tokens().color(OWN_TOKENS[colour % len(OWN_TOKENS)]))
        if bold:
            style.setFontWeight(QFont.Weight.Bold)
        yield _range(shown.units(*shown.place(start, end)), style)


def _range(place: tuple[int, int], style: QTextCharFormat) -> QTextLayout.FormatRange:
    one = QTextLayout.FormatRange()
    one.start, end = place
    one.length = end - one.start
    one.format = style
    return one


def translucent(color: QColor, share: float = 0.35) -> QColor:
    """Returns so much of a colour for the ground of a text that can be read on it."""
    color.setAlphaF(share)
    return color
