"""One of several, as buttons beside each other of which one is down."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QWidget


class Option(NamedTuple):
    """One of the options.

    Attributes:
        text: What its button says, translated.
        tip: What it does, and its key, translated.
    """

    text: str
    tip: str


class Choice(QWidget):
    """Buttons of which exactly one is down; to assistive technologies they are radio buttons.

    Args:
        options: From left to right.
        chosen: The place of the one that is down at first.
        parent: Owns it.

    Signals:
        changed: The place of the option that was chosen.
    """

    changed = Signal(int)

    def __init__(self, options: Sequence[Option], chosen: int, parent: QWidget) -> None:
        super().__init__(parent)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        self._group = QButtonGroup(self)
        for place, option in enumerate(options):
            button = QPushButton(option.text)
            button.setCheckable(True)
            button.setAutoExclusive(True)
            button.setToolTip(option.tip)
            button.setChecked(place == chosen)
            self._group.addButton(button, place)
            row.addWidget(button)
        # Toggled, not clicked: an assistive technology may toggle a button as well as press it.
        self._group.idToggled.connect(self._toggled)

    @property
    def chosen(self) -> int:
        """The place of the option that is down."""
        return self._group.checkedId()

    def choose(self, place: int) -> None:
        """Puts another button down, as if it had been pressed."""
        self._group.button(place).setChecked(True)

    @Slot(int, bool)
    def _toggled(self, place: int, checked: bool) -> None:
        if checked:
            self.changed.emit(place)
