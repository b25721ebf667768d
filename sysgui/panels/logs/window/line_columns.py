"""The columns in which the parts of lines stand, and what stands in them."""

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.text.levels import NAMES
from sysgui.panels.logs.times_shown import WRITTEN, TimesShown
from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text
from sysgui.ui import theme
from sysgui.ui.table_header import PADDING

TIME, LEVEL, HOST, MESSAGE = "time", "level", "host", "message"

JOURNAL, MERGED = "journal", "merged"

# What they are called; a field of a log's own, as the log has it.
TITLES: Mapping[str, str] = {
    TIME: N_("Time"),
    HOST: N_("Host"),
    "unit": N_("Unit"),
    "identifier": N_("Program"),
    "pid": N_("PID"),
    LEVEL: N_("Level"),
    MESSAGE: N_("Message"),
    "client": N_("Client"),
    "user": N_("User"),
    "method": N_("Method"),
    "path": N_("Path"),
    "status": N_("Status"),
    "database": N_("Database"),
    "facility": N_("Facility"),
    "action": N_("Action"),
    "type": N_("Type"),
}

# Those of most logs stand in this order; others behind them, as the form has them.
ORDER = (TIME, HOST, "unit", "identifier", "pid", LEVEL)

# In which colours, as the theme names them.
TOKENS: Mapping[str, str] = {
    TIME: "muted", HOST: "muted", "unit": "memory", "identifier": "memory", "pid": "cpu",
    "client": "network",
}  # fmt: skip
LEVEL_TOKENS = ("wrong", "wrong", "wrong", "wrong", "attention", "cpu", "text", "muted")

# A column is as wide as what stands in it, but no wider than so many characters, and no narrower:
# what is read later may be longer, and nothing is to move then.
MOST = 28
# The longest that RFC 5424 knows, and nanoseconds: "2026-11-27T08:00:01.800000000+00:00".
MOST_TIME = 35
LEAST: Mapping[str, int] = {"pid": 5, LEVEL: 7, "identifier": 9}

# Of several logs some tell parts of seconds: "2026-11-27 08:00:01.250".
FULL_TIME = 23

GAP = 3 * theme.STEP


class Column(NamedTuple):
    """A column.

    Attributes:
        name: Of the part.
        left: Where it begins, in device-independent pixels from where lines do.
        width: Of it, the gap to the next included.
    """

    name: str
    left: int
    width: int

    @property
    def title(self) -> str:
        """What it is called, translated."""
        return title_of(self.name)


def title_of(name: str) -> str:
    """Returns what the column of a part is called, translated."""
    return _(TITLES[name]) if name in TITLES else name


class Cell(NamedTuple):
    """What stands in one column of a line, made fit for its width."""

    column: Column
    text: str
    token: str


class LineColumns:
    """Arranges the parts of lines in columns.

    Args:
        font: Of equal widths.
        times: How times are told.

    Attributes:
        used: Whether parts stand in columns; else a line is shown as it is written, behind its
            time if that is told in another way.
        shown: Which parts are shown or not, where the user has said so.
        widths: Of the columns whose widths the user has set, in device-independent pixels.
        columns: Those that there are now, without that of the message.
    """

    def __init__(self, font: QFont, times: TimesShown) -> None:
        self.used = False
        self.shown: dict[str, bool] = {}
        self.widths: dict[str, int] = {}
        self.columns: list[Column] = []
        self.times = times
        self._metrics = QFontMetrics(font)
        bold = QFont()
        bold.setBold(True)
        self._of_titles = QFontMetrics(bold)
        self._form = ""
        # Of each part that was seen: how wide it is.
        self._fitting: dict[str, int] = {}
        self._hosts: set[str] = set()

    @property
    def begin(self) -> int:
        """Where the text of a line begins that follows the columns."""
        return self.columns[-1].left + self.columns[-1].width if self.columns else 0

    @property
    def names(self) -> list[str]:
        """The parts for which there could be columns, in order."""
        known = [name for name in self._fitting if name not in ORDER]
        return [*(name for name in ORDER if name in self._fitting), *known]

    def is_shown(self, name: str) -> bool:
        """Tells whether a part is shown, by itself or because the user has said so.

        A host is if there are several; what only some of several logs have would be mostly empty.
        """
        by_itself = len(self._hosts) > 1 if name == HOST else self._form != MERGED or name in ORDER
        return self.shown.get(name, by_itself)

    def forget(self) -> None:
        """Forgets which parts there were: other lines come."""
        self._fitting.clear()
        self._hosts.clear()
        self.arrange()

    def take(self, form: str, lines: Iterable[Line]) -> bool:
        """Makes room for the parts of some lines; tells whether that has changed anything.

        A column keeps its width once it has one: nothing moves while one reads.
        """
        if form != self._form:
            self._form = form
            # Of several logs it is that by which they are in order: their clocks may differ.
            self.times.written = form not in (JOURNAL, MERGED)
            self._fitting.clear()
            self._hosts.clear()
        widest: dict[str, int] = {}
        for line in lines:
            for name, text in self._texts(line):
                widest[name] = max(widest.get(name, 0), len(text))
                if name == HOST and len(self._hosts) <= 1:
                    self._hosts.add(text)
        for name, most in widest.items():
            least = FULL_TIME if name == TIME and form == MERGED else LEAST.get(name, 3)
            limit = MOST_TIME if name == TIME else MOST
            self._fitting.setdefault(name, min(limit, max(least, most)))
        return self.arrange()

    def arrange(self) -> bool:
        """Gives the columns their places; tells whether they are others now."""
        before, left = self.columns, 0
        wanted = self.names if self.used else []
        if not self.used and self.times.mode != WRITTEN and TIME in self._fitting:
            wanted = [TIME]
        self.columns = []
        for name in wanted:
            if self.is_shown(name) or not self.used:
                self.columns.append(Column(name, left, self._width(name)))
                left += self.columns[-1].width
        return self.columns != before

    def fit(self, lines: Iterable[Line]) -> None:
        """Makes all columns as wide as what stands in them in some lines, whoever had set them."""
        self.widths.clear()
        self._fitting.clear()
        self.take(self._form, lines)

    def retime(self, lines: Iterable[Line]) -> None:
        """Makes room for times that are told in another way."""
        self._fitting.pop(TIME, None)
        self.widths.pop(TIME, None)
        self.take(self._form, lines)

    def cells(self, line: Line) -> Iterator[Cell]:
        """Yields what stands in the columns of a line."""
        if not self.columns:
            return
        texts = dict(self._texts(line))
        for column in self.columns:
            text = texts.get(column.name, "")
            if not text:
                continue
            token = TOKENS.get(column.name, "text")
            if column.name == LEVEL and line.level >= 0:
                token = LEVEL_TOKENS[line.level]
            room = column.width - GAP
            if self._metrics.horizontalAdvance(text) > room:
                text = self._metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            yield Cell(column, text, token)

    def body(self, line: Line) -> tuple[int, int]:
        """Returns from which character of a line on, and up to which, it follows the columns."""
        # What has no message, such as a line of a stack trace, is shown as it is.
        begin = len(line.text) if self._form == JOURNAL else 0
        as_it_is = (0, len(line.text))
        if not self.used or (self._form == MERGED and line.parts.keys() - {*ORDER, MESSAGE}):
            return as_it_is
        return line.parts.get(MESSAGE, (begin, len(line.text)))

    def _texts(self, line: Line) -> Iterator[tuple[str, str]]:
        if time := self.times.text(line):
            yield TIME, time
        if line.level >= 0:
            yield LEVEL, NAMES[line.level]
        for name, (start, end) in line.parts.items():
            if name not in (TIME, LEVEL, MESSAGE):
                # More than any column holds is not worth making fit.
                yield name, printable_text(line.text[start : min(end, start + 200)])

    def _width(self, name: str) -> int:
        needed = self._metrics.horizontalAdvance("0" * self._fitting[name]) + GAP
        title = self._of_titles.horizontalAdvance(title_of(name)) + 2 * PADDING
        return self.widths.get(name, max(needed, title))
