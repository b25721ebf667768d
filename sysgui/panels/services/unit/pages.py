"""What the pane of a unit can show, a page each; all take what was read, and none reads."""

from collections.abc import Sequence

from PySide6.QtCore import QEvent, Qt, Signal, Slot
from PySide6.QtGui import QFont, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import (
    QHeaderView,
    QLabel,
    QListWidget,
    QListWidgetItem,
    QPlainTextEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted

from .detail import NEEDED_BY, NEEDS, ORDER, STARTS, Member, UnitDetail, UnitText
from .exposure import Exposure
from .journal import MOST_LINES, Line, UnitJournal
from .words import RELATION_WORDS, clock, origin_word


class TextPage(QPlainTextEdit):
    """Text that is read and copied, and does not scroll away while it is.

    Args:
        name: What it holds, for assistive technologies, translated.
    """

    def __init__(self, name: str) -> None:
        super().__init__()
        self._written: list[tuple[str, str, bool]] = []
        self.setReadOnly(True)
        self.setFont(theme.report_font())
        self.setAccessibleName(name)
        self.setTabChangesFocus(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )

    def write(self, text: str, color: str = "text", *, strong: bool = False) -> None:
        """Adds a line in one of the theme's colours."""
        self._written.append((text, color, strong))
        self._put(text, color, strong=strong)

    def erase(self) -> None:
        """Takes all lines away."""
        self._written.clear()
        self.clear()

    def _put(self, text: str, color: str, *, strong: bool) -> None:
        look = QTextCharFormat()
        look.setForeground(theme.tokens().color(color))
        if strong:
            look.setFontWeight(QFont.Weight.Bold)
        cursor = QTextCursor(self.document())
        cursor.movePosition(QTextCursor.MoveOperation.End)
        if not self.document().isEmpty():
            cursor.insertBlock()
        cursor.insertText(text, look)

    def changeEvent(self, event: QEvent) -> None:
        """Writes all anew in the colours of another theme."""
        super().changeEvent(event)
        if theme.is_palette_change(event):
            place = self.verticalScrollBar().value()
            self.clear()
            for text, color, strong in self._written:
                self._put(text, color, strong=strong)
            self.verticalScrollBar().setValue(place)


class JournalPage(TextPage):
    """The end of a unit's journal, which goes on below while one is at its end."""

    def __init__(self) -> None:
        super().__init__(_("Journal"))
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.WidgetWidth)
        self.setMaximumBlockCount(MOST_LINES)
        self._last: Line | None = None

    def clear_lines(self) -> None:
        """Forgets all: another unit was chosen."""
        self._last = None
        self.erase()
        self.setPlaceholderText("")

    def take(self, journal: UnitJournal) -> None:
        """Shows what has come."""
        self.setPlaceholderText(_why_empty(journal))
        known = self._last is not None and journal.fresh < len(journal.lines)
        lines = journal.lines[-journal.fresh :] if known and journal.fresh else journal.lines
        if known and not journal.fresh:
            return
        bar = self.verticalScrollBar()
        at_end = bar.value() >= bar.maximum() - 1
        if not known:
            self.erase()
        for line in lines:
            self.write(_line_of(line), _color_of(line.priority))
        self._last = journal.lines[-1] if journal.lines else None
        if at_end or not known:
            bar.setValue(bar.maximum())


def _why_empty(journal: UnitJournal) -> str:
    if journal.hidden:
        return _(
            "Only root and the groups adm and systemd-journal may read the system's journal. "
            "An administrator can add you: usermod -aG systemd-journal …"
        )
    return _("It has said nothing since the journal begins.")


def _line_of(line: Line) -> str:
    # Not by colour alone: a sign stands before what is wrong.
    sign = "✗ " if line.priority <= 3 else "! " if line.priority == 4 else "  "
    who = f"{line.identifier}[{line.pid}]" if line.pid else line.identifier
    return f"{sign}{clock(line.time)}  {who}: {line.text}"


def _color_of(priority: int) -> str:
    if priority <= 3:
        return "wrong"
    if priority == 4:
        return "attention"
    return "muted" if priority == 7 else "text"


class FilesPage(TextPage):
    """The files that a unit is made of, each with its path and whose it is; its environment."""

    def __init__(self) -> None:
        super().__init__(_("Unit files and environment"))
        self._shown: object = None

    def take(self, detail: UnitDetail) -> None:
        """Shows them; nothing moves if they are the same."""
        told = (detail.texts, detail.environment, detail.environment_files)
        if told == self._shown:
            return
        self._shown = told
        self.erase()
        self.setPlaceholderText(_("It has no file: something made it while the machine runs."))
        for each in detail.texts:
            self._write_file(each)
        if detail.environment or detail.environment_files:
            self._write_environment(detail)
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _write_file(self, each: UnitText) -> None:
        self.write(each.path, "cpu", strong=True)
        self.write(origin_word(each.origin), "muted")
        for line in each.text.rstrip("\n").split("\n"):
            comment = line.lstrip().startswith(("#", ";"))
            self.write(line, "muted" if comment else "text", strong=line.startswith("["))
        if not each.whole:
            self.write(_("… The file is longer; only its beginning is shown."), "muted")
        self.write("")

    def _write_environment(self, detail: UnitDetail) -> None:
        self.write(_("Environment"), "cpu", strong=True)
        self.write(_("what it is started with, secrets masked"), "muted")
        for name, value in detail.environment:
            self.write(f"{name}={value}")
        for path in detail.environment_files:
            text = _("and what {path} sets (not read: such files hold secrets)")
            self.write(text.format(path=path), "muted")


class RelationsPage(QTreeWidget):
    """Other units that a unit hangs together with, both ways.

    Signals:
        unit_asked: The name of a unit that the user wants to see.
    """

    unit_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setHeaderHidden(True)
        self.setAccessibleName(_("Dependencies"))
        self.setUniformRowHeights(True)
        self._shown: object = None
        self.itemActivated.connect(self._open)

    def take(self, detail: UnitDetail) -> None:
        """Shows them; nothing moves if they are the same."""
        if detail.relations == self._shown:
            return
        self._shown = detail.relations
        self.clear()
        for name in (*STARTS, *NEEDS, *NEEDED_BY, *ORDER):
            others = detail.relations.get(name)
            if not others:
                continue
            heading = QTreeWidgetItem([f"{_(RELATION_WORDS[name])} ({len(others)})"])
            heading.setFont(0, theme.strong_font())
            heading.setToolTip(0, plain.tip(name))
            heading.setFlags(Qt.ItemFlag.ItemIsEnabled)
            for other in sorted(others):
                heading.addChild(QTreeWidgetItem([other]))
            self.addTopLevelItem(heading)
            # What comes before and after is long, and rarely what one looks for.
            heading.setExpanded(name not in ORDER)
        if not detail.relations:
            nothing = QTreeWidgetItem(
                [_("It is not loaded: systemd has not looked what it needs.")]
            )
            nothing.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addTopLevelItem(nothing)

    @Slot(QTreeWidgetItem, int)
    def _open(self, item: QTreeWidgetItem, _column: int) -> None:
        if item.parent() is not None:
            self.unit_asked.emit(item.text(0))


class MembersPage(QListWidget):
    """The processes of a unit.

    Signals:
        process_asked: The `Member` that the user wants to see.
    """

    process_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(_("Processes"))
        self.setFont(theme.data_font())
        self.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._members: Sequence[Member] | None = None
        self.itemActivated.connect(self._open)

    def take(self, members: Sequence[Member]) -> None:
        """Shows them; the line that is chosen stays."""
        if members == self._members:
            return
        place = self.currentRow()
        self._members = members
        self.clear()
        for member in members:
            item = QListWidgetItem(f"{member.pid}  {member.command}")
            item.setToolTip(plain.tip(member.command))
            self.addItem(item)
        if not members:
            item = QListWidgetItem(_("None that can be seen here."))
            item.setToolTip(_("cgroup.procs of its control group beneath /sys/fs/cgroup"))
            item.setFlags(Qt.ItemFlag.NoItemFlags)
            self.addItem(item)
        self.setCurrentRow(min(place, len(members) - 1))

    @Slot(QListWidgetItem)
    def _open(self, item: QListWidgetItem) -> None:
        if self._members:
            self.process_asked.emit(self._members[self.row(item)])


class ExposurePage(QWidget):
    """What systemd-analyze(1) says of how a service is confined."""

    def __init__(self) -> None:
        super().__init__()
        self._level = QLabel()
        self._level.setFont(theme.strong_font())
        self._level.setTextFormat(Qt.TextFormat.PlainText)
        self._note = Muted(
            _("From 0, confined, to 10, not at all: an estimate of systemd's, not a fault.")
        )
        self._note.setWordWrap(True)
        self._checks = QTreeWidget()
        self._checks.setAccessibleName(_("How it is confined"))
        self._checks.setHeaderLabels([_("Adds"), _("What is so"), _("Setting")])
        self._checks.setRootIsDecorated(False)
        self._checks.setUniformRowHeights(True)
        self._checks.header().setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * theme.STEP, 0, 0)
        for widget in (self._level, self._note):
            column.addWidget(widget)
        column.addWidget(self._checks, 1)
        self.setFocusProxy(self._checks)

    def clear_level(self) -> None:
        """Forgets all: another unit was chosen."""
        self._level.setText(_("Asking systemd-analyze …"))
        self._checks.clear()

    def say_none(self) -> None:
        """Says that there is nothing to be said of a unit that is no service."""
        self._level.setText(_("Only services are confined; this is none."))

    def take(self, exposure: Exposure) -> None:
        """Shows what it says."""
        if exposure.level is None:
            self._level.setText(_("systemd gives no level for this unit."))
        else:
            text = _("Exposure {level:.1f} of 10: {word}")
            self._level.setText(text.format(level=exposure.level, word=exposure.word.lower()))
        self._checks.clear()
        for check in exposure.checks:
            sign = {True: "✓", False: "✗", None: "–"}[check.met]  # noqa: RUF001 - a dash
            adds = check.exposure if check.met is False else ""
            row = QTreeWidgetItem([f"{sign} {adds or ''}", check.description, check.name])
            if check.met is False:
                row.setForeground(0, theme.tokens().color("attention"))
            self._checks.addTopLevelItem(row)
        for section in (0, 1):
            self._checks.resizeColumnToContents(section)
