"""The marks of a timeline: a shape and a colour for each kind of event, and what they stand for."""

from collections.abc import Callable, Mapping
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from sysgui.system.i18n import N_, _
from sysgui.ui import theme

from .words import kind_word

# Half of a mark's width, in device-independent pixels.
HALF = 5.0

TOLD = "told"

Shape = Callable[[QPainter, QPointF], None]


def _cross(painter: QPainter, at: QPointF) -> None:
    for way in (1, -1):
        off = QPointF(HALF - 1, way * (HALF - 1))
        painter.drawLine(at - off, at + off)


def _square(painter: QPainter, at: QPointF) -> None:
    painter.drawRect(QRectF(at.x() - HALF + 1, at.y() - HALF + 1, 2 * HALF - 2, 2 * HALF - 2))


def _circle(painter: QPainter, at: QPointF) -> None:
    painter.drawEllipse(at, HALF - 0.5, HALF - 0.5)


def _polygon(painter: QPainter, at: QPointF, *corners: tuple[float, float]) -> None:
    painter.drawPolygon(QPolygonF([at + QPointF(x * HALF, y * HALF) for x, y in corners]))


def _diamond(painter: QPainter, at: QPointF) -> None:
    _polygon(painter, at, (0, -1.2), (1.2, 0), (0, 1.2), (-1.2, 0))


def _triangle(painter: QPainter, at: QPointF) -> None:
    _polygon(painter, at, (0, -1.1), (1.1, 0.9), (-1.1, 0.9))


def _flag(painter: QPainter, at: QPointF) -> None:
    _polygon(painter, at, (-0.8, -0.6), (0.8, -0.6), (0, 0.6))


class Mark(NamedTuple):
    """How a kind of event looks.

    Attributes:
        color: The theme's colour.
        shape: Draws it.
        filled: Whether it is more than its outline.
    """

    color: str
    shape: Shape
    filled: bool = True


MARKS: Mapping[str, Mark] = {
    "failed": Mark("wrong", _cross),
    "given-up": Mark("wrong", _square),
    "missing": Mark("wrong", _diamond, filled=False),
    "restarted": Mark("attention", _triangle),
    "later": Mark("attention", _triangle, filled=False),
    "recovered": Mark("good", _circle),
    "stopped": Mark("muted", _square, filled=False),
    "dropped": Mark("wrong", _flag, filled=False),
    TOLD: Mark("cpu", _flag),
}

_UNKNOWN = Mark("muted", _circle, filled=False)

_TOLD_WORD = N_("you were told")


def name_of(kind: str) -> str:
    """Returns what a mark stands for, translated."""
    return _(_TOLD_WORD) if kind == TOLD else kind_word(kind)


def draw(painter: QPainter, kind: str, at: QPointF) -> None:
    """Draws the mark of a kind of event around a point."""
    mark = MARKS.get(kind, _UNKNOWN)
    color = theme.tokens().color(mark.color)
    painter.setPen(QPen(color, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.setBrush(color if mark.filled else QColor(theme.tokens().color("card")))
    mark.shape(painter, at)
