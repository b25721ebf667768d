"""The logs that are read as one: which are shown, and how much the clock of each is behind."""

import functools
from collections.abc import Sequence
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QSize, Signal, Slot
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import QCheckBox, QGridLayout, QLineEdit, QScrollArea, QVBoxLayout, QWidget

from sysgui.panels.logs.merged.sources import Source, SourceState, offset_of, offset_text
from sysgui.system.i18n import _
from sysgui.ui import plain, theme
from sysgui.ui.card import Muted

from .origins import hue_of

# So many logs are seen without scrolling.
_SEEN = 6


class _Row(NamedTuple):
    """One of the logs."""

    shown: QCheckBox
    offset: QLineEdit


class SourceList(QWidget):
    """Lists the logs that are read as one; hidden while there is one only.

    Args:
        parent: Owns it.

    Signals:
        changed: Other offsets are wanted, or others shown: a list of `Source`.
        said: Something for the user, translated.
    """

    changed = Signal(object)
    said = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._sources: list[Source] = []
        self._rows: list[_Row] = []
        title = Muted()
        title.setText(_("Read together, each with its clock set right by"))
        title.setWordWrap(True)
        self._area = QScrollArea(self)
        self._area.setWidgetResizable(True)
        self._area.setFrameShape(QScrollArea.Shape.NoFrame)
        self._area.setAccessibleName(_("Logs that are read together"))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, theme.STEP, 0, 0)
        column.addWidget(title)
        column.addWidget(self._area)
        theme.current().changed.connect(self._colour)
        self.hide()

    def show_sources(self, states: Sequence[SourceState]) -> None:
        """Shows what is known of the logs; of none, nothing."""
        sources = [Source(each.path, each.offset, each.hidden) for each in states]
        if [each.path for each in sources] != [each.path for each in self._sources]:
            self._build(states)
        self._sources = sources
        for row, state in zip(self._rows, states, strict=True):
            blocked = row.shown.blockSignals(True)
            row.shown.setChecked(not state.hidden)
            row.shown.blockSignals(blocked)
            row.shown.setToolTip(plain.tip(state.trouble or state.path))
            if not row.offset.hasFocus():
                row.offset.setText(offset_text(state.offset))
        self.setVisible(bool(states))

    def _build(self, states: Sequence[SourceState]) -> None:
        held = QWidget()
        grid = QGridLayout(held)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setColumnStretch(0, 1)
        self._rows = []
        for number, state in enumerate(states):
            shown = QCheckBox(state.name.replace("&", "&&"), held)
            shown.setAccessibleName(_("Show lines of {name}").format(name=state.name))
            shown.setMinimumWidth(theme.STEP)
            offset = QLineEdit(held)
            offset.setPlaceholderText("+0s")
            offset.setMaximumWidth(17 * theme.STEP)
            offset.setAccessibleName(_("Clock of {name}").format(name=state.name))
            offset.setToolTip(
                plain.tip(_("Added to the times of this log: +1.5s, -2h. Enter sets it."))
            )
            shown.toggled.connect(functools.partial(self._set_shown, number))
            offset.editingFinished.connect(functools.partial(self._set_offset, number))
            grid.addWidget(shown, number, 0)
            grid.addWidget(offset, number, 1)
            self._rows.append(_Row(shown, offset))
        self._area.setWidget(held)
        height = held.sizeHint().height() * min(len(states), _SEEN) // max(1, len(states))
        self._area.setFixedHeight(height)
        self._colour()

    @Slot()
    def _colour(self) -> None:
        """Gives each log its hue, which its lines have as well."""
        side = 3 * theme.STEP
        for number, row in enumerate(self._rows):
            square = QPixmap(QSize(theme.STEP, side))
            square.fill(theme.tokens().color(hue_of(number)))
            row.shown.setIcon(QIcon(square))

    def _set_shown(self, number: int, shown: bool) -> None:
        self._change(number, msgspec.structs.replace(self._sources[number], hidden=not shown))

    def _set_offset(self, number: int) -> None:
        typed, before = self._rows[number].offset.text(), self._sources[number]
        offset = offset_of(typed) if typed.strip() else 0
        if offset is None:
            self.said.emit(_("A clock is set right by a time such as +1.5s or -2h."))
        elif offset != before.offset:
            self._change(number, msgspec.structs.replace(before, offset=offset))

    def _change(self, number: int, source: Source) -> None:
        self._sources[number] = source
        self.changed.emit(list(self._sources))
