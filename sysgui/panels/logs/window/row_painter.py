"""One row of the log as it is painted: number, level, bookmark, and the text of its line."""

from collections.abc import Set as AbstractSet
from typing import NamedTuple

from PySide6.QtCore import QPoint, QPointF, QRect, QRectF, Qt
from PySide6.QtGui import QFont, QPainter, QPen

from sysgui.panels.logs.line import Line
from sysgui.ui import theme

from .layouts import GROUND, Laid, translucent
from .line_columns import LEVEL_TOKENS, LineColumns
from .origins import Origins, hue_of

# Where the name of a log begins, behind the bar of its hue.
ORIGIN = 2 * theme.STEP + 2


class Seen(NamedTuple):
    """A row of the log that can be seen: where, and its line if that is at hand."""

    row: int
    top: int
    height: int
    line: Line | None
    laid: Laid | None


class Look(NamedTuple):
    """What all rows that are painted have in common.

    Attributes:
        font: Of the numbers.
        width: Of a row.
        step: The height of one row of the screen.
        gutter: The width of the line numbers.
        across: How far lines are scrolled to the left.
        selected: The rows that are.
        framed: The current row if it is to be seen as such; -1 if not.
        bookmarks: Where in the log the marked lines start.
        columns: In which parts of the lines stand.
        origins: Of which logs the lines are.
    """

    font: QFont
    width: int
    step: int
    gutter: int
    across: int
    selected: range
    framed: int
    bookmarks: AbstractSet[int]
    columns: LineColumns
    origins: Origins


def paint_row(painter: QPainter, seen: Seen, look: Look) -> None:
    """Paints a row, as far as its line is at hand."""
    tokens = theme.tokens()
    area = QRect(0, seen.top, look.width, seen.height)
    if seen.row in look.selected:
        painter.fillRect(area, tokens.color("selection"))
    if seen.line is None or seen.laid is None:
        return
    if seen.laid.ground:
        ground = area.adjusted(look.gutter, 0, 0, 0)
        painter.fillRect(ground, translucent(tokens.color(seen.laid.ground), GROUND))
    _paint_gutter(painter, area, seen.line, look)
    text = area.adjusted(look.gutter, 0, 0, 0)
    painter.setClipRect(text)
    left = look.gutter + theme.STEP - look.across
    _paint_cells(painter, QPoint(left, area.top()), seen.line, seen.laid, look)
    painter.setPen(tokens.color("muted" if seen.line.near else "text"))
    place = QPointF(left + look.columns.begin, area.top())
    seen.laid.layout.draw(painter, place, [], QRectF(text))
    painter.setClipping(False)
    if seen.line.gap:
        painter.setPen(QPen(tokens.color("muted"), 1, Qt.PenStyle.DashLine))
        painter.drawLine(look.gutter, area.top(), area.right(), area.top())
    if seen.row == look.framed:
        painter.setPen(tokens.color("cpu"))
        painter.drawRect(area.adjusted(0, 0, -1, -1))


def _paint_gutter(painter: QPainter, area: QRect, line: Line, look: Look) -> None:
    """Paints what stands before the text of a line."""
    tokens, gutter = theme.tokens(), look.gutter
    token = LEVEL_TOKENS[line.level] if line.level >= 0 and not line.near else "text"
    if token != "text":  # What is of no more weight than a line without a level has no bar.
        painter.fillRect(gutter - theme.STEP, area.top(), 3, area.height(), tokens.color(token))
    if line.offset in look.bookmarks:
        painter.fillRect(0, area.top(), 3, area.height(), tokens.color("memory"))
    painter.setFont(look.font)
    if look.origins.are_several:
        hue = tokens.color(hue_of(line.source))
        painter.fillRect(theme.STEP, area.top(), 3, area.height(), hue)
        painter.setPen(hue)
        name = QRect(ORIGIN, area.top(), look.origins.width, look.step)
        painter.drawText(name, Qt.AlignmentFlag.AlignLeft, look.origins.names[line.source])
    painter.setPen(tokens.color("muted"))
    if line.number:
        numbers = QRect(0, area.top(), gutter - 2 * theme.STEP, look.step)
        painter.drawText(numbers, Qt.AlignmentFlag.AlignRight, str(line.number))


def _paint_cells(painter: QPainter, place: QPoint, line: Line, laid: Laid, look: Look) -> None:
    """Paints what stands in the columns of a line."""
    tokens = theme.tokens()
    painter.setFont(look.font)
    for cell in look.columns.cells(line):
        area = QRect(place.x() + cell.column.left, place.y(), cell.column.width, look.step)
        start, end = line.parts.get(cell.column.name, (0, 0))
        if any(start < last and first < end for first, last in laid.marks):
            painter.fillRect(area, translucent(tokens.color("attention")))
        own = (color for first, last, color in laid.own if start < last and first < end)
        painter.setPen(tokens.color("muted" if line.near else next(own, cell.token)))
        painter.drawText(area, Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextSingleLine, cell.text)
