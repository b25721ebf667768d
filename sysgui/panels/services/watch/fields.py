"""Answers of a dialog, each with a line beneath it that says what is wrong with it."""

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QComboBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted

from .form import Fault


class Fields(QFormLayout):
    """Puts answers beneath each other, and what is wrong with one beneath it."""

    def __init__(self) -> None:
        super().__init__()
        self.setContentsMargins(0, 0, 0, 0)
        self.setVerticalSpacing(theme.STEP)
        self.setHorizontalSpacing(3 * theme.STEP)
        self.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.ExpandingFieldsGrow)
        self.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._faults: dict[str, QLabel] = {}
        self._holders: dict[str, QWidget] = {}
        self._widgets: dict[str, QWidget] = {}

    def put(self, field: str, title: str, widget: QWidget, note: str = "") -> None:
        """Adds an answer.

        Args:
            field: What it is called in the form.
            title: What it is called in the dialog, translated; "" if the widget says it itself.
            widget: Takes it.
            note: What stands beneath it in any case, translated.
        """
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, theme.STEP)
        column.setSpacing(0)
        if isinstance(widget, QSpinBox | QComboBox):
            # These are as wide as what they can hold.
            column.addWidget(widget, 0, Qt.AlignmentFlag.AlignLeft)
        else:
            column.addWidget(widget)
        holder.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        if note:
            column.addWidget(_small(Muted(note)))
        fault = _small(Muted())
        fault.setForegroundRole(QPalette.ColorRole.BrightText)
        fault.hide()
        column.addWidget(fault)
        if title:
            widget.setAccessibleName(title)
        self._faults[field], self._holders[field], self._widgets[field] = fault, holder, widget
        self.addRow(title, holder)
        label = self.labelForField(holder)
        if isinstance(label, QLabel):
            label.setBuddy(widget)

    def show_only(self, fields: Iterable[str]) -> None:
        """Shows these of all answers."""
        wanted = set(fields)
        for field, holder in self._holders.items():
            self.setRowVisible(holder, field in wanted)

    def show_faults(self, faults: Sequence[Fault], *, silent: Iterable[str] = ()) -> None:
        """Says what is wrong, at the answers that it is about.

        Args:
            faults: One an answer.
            silent: Answers that were not given yet: of those nothing is said.
        """
        texts = {fault.field: fault.message for fault in faults}
        quiet = set(silent)
        for field, label in self._faults.items():
            text = texts.get(field, "") if field not in quiet else ""
            label.setText(f"✗ {text}" if text else "")
            label.setVisible(bool(text))
            self._widgets[field].setAccessibleDescription(text)

    def first_of(self, faults: Sequence[Fault]) -> QWidget | None:
        """Returns the answer that the first of these is about."""
        return next((self._widgets[each.field] for each in faults if each.field in self._widgets),
                    None)  # fmt: skip


class SpanEdit(QWidget):
    """Takes a span of time as a number and its unit.

    Args:
        seconds: What stands in it at first.
        most: So many seconds at most.

    Signals:
        changed: Another span stands in it.
    """

    changed = Signal()

    def __init__(self, seconds: int, most: int) -> None:
        super().__init__()
        self._most = most
        self._unit = QComboBox()
        for text, length in (
            (_("seconds"), 1), (_("minutes"), 60), (_("hours"), 3600), (_("days"), 86400),
        ):  # fmt: skip
            if length <= most:
                self._unit.addItem(text, length)
        place = max(n for n in range(self._unit.count()) if seconds % self._unit.itemData(n) == 0)
        self._unit.setCurrentIndex(place)
        self._number = QSpinBox()
        self._limit()
        self._number.setValue(seconds // self._unit.currentData())
        self._number.valueChanged.connect(self.changed)
        self._unit.currentIndexChanged.connect(self._limit)
        self._unit.currentIndexChanged.connect(self.changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self._number)
        row.addWidget(self._unit)
        row.addStretch()
        self.setFocusProxy(self._number)

    @Slot()
    def _limit(self) -> None:
        self._number.setRange(1, self._most // self._unit.currentData())

    def value(self) -> int:
        """Returns the span in seconds."""
        return int(self._number.value() * self._unit.currentData())

    def setAccessibleName(self, name: str) -> None:
        """Has both parts of it say what they are."""
        super().setAccessibleName(name)
        self._number.setAccessibleName(name)
        self._unit.setAccessibleName(_("{name}, unit").format(name=name))


def line(example: str, tip: str = "") -> QLineEdit:
    """Returns a line to be written into, with an example in it."""
    made = QLineEdit()
    made.setPlaceholderText(example)
    made.setToolTip(tip)
    return made


def _small(label: Muted) -> Muted:
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignTop)
    # As wide as there is room, and as high as that makes it.
    policy = QSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    policy.setHeightForWidth(True)
    label.setSizePolicy(policy)
    return label
