"""The tabs at the left: icon and word, icons alone where there is little room."""

from PySide6.QtCore import QRect, QSize, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QButtonGroup, QSizePolicy, QVBoxLayout, QWidget

from sysgui.ui import icons, theme
from sysgui.ui.hover_button import HoverButton

WIDE = 42 * theme.STEP
NARROW = 13 * theme.STEP
ICON = 5 * theme.STEP


class _Tab(HoverButton):
    def __init__(self, title: str, icon: str, tip: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setText(title)
        self.setToolTip(tip)
        self.setAccessibleName(title)
        self.setAccessibleDescription(tip)
        self.setCheckable(True)
        # One of several: a radio button, not a check box, to assistive technologies.
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._icon = icon

    def sizeHint(self) -> QSize:
        return QSize(NARROW, max(8 * theme.STEP, self.fontMetrics().height() + 3 * theme.STEP))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        tokens = theme.tokens()
        area = self.rect().adjusted(2 * theme.STEP, 1, -2 * theme.STEP, -1)
        if self.isChecked() or self.hovered:
            ground = tokens.color("selection")
            if not self.isChecked():
                ground.setAlphaF(0.5)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(ground)
            painter.drawRoundedRect(area, theme.STEP, theme.STEP)
        if self.hasFocus():
            painter.setPen(tokens.color("muted"))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(area, theme.STEP, theme.STEP)
        wide = self.width() > 2 * NARROW
        left = area.left() + 3 * theme.STEP if wide else (self.width() - ICON) // 2
        place = QRect(left, (self.height() - ICON) // 2, ICON, ICON)
        icons.paint(
            painter, place, self._icon, tokens.color("cpu" if self.isChecked() else "muted")
        )
        if wide:
            painter.setFont(theme.strong_font() if self.isChecked() else theme.data_font())
            painter.setPen(tokens.color("text" if self.isChecked() else "muted"))
            area.setLeft(place.right() + 2 * theme.STEP)
            painter.drawText(area, Qt.AlignmentFlag.AlignVCenter, self.text())


class Rail(QWidget):
    """One tab for each panel, from top to bottom.

    Signals:
        chosen: The place of the tab that the user chose.
    """

    chosen = Signal(int)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._group = QButtonGroup(self)
        # Toggled, not clicked: an assistive technology may toggle a tab as well as press it.
        self._group.idToggled.connect(self._toggled)
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 3 * theme.STEP, 0, 3 * theme.STEP)
        self._column.setSpacing(0)
        self._column.addStretch()
        self.set_wide(wide=True)

    def add_tab(self, title: str, icon: str, tip: str) -> None:
        """Adds a tab beneath the others."""
        place = len(self._group.buttons())
        tab = _Tab(title, icon, tip, self)
        self._group.addButton(tab, place)
        self._column.insertWidget(place, tab)

    def show_chosen(self, place: int) -> None:
        """Marks a tab as the one that is shown."""
        self._group.blockSignals(True)
        self._group.button(place).setChecked(True)
        self._group.blockSignals(False)

    def set_wide(self, *, wide: bool) -> None:
        """Shows words beside the icons, or icons alone."""
        self.setFixedWidth(WIDE if wide else NARROW)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Up: -1, Qt.Key.Key_Down: 1}.get(Qt.Key(event.key()), 0)
        place = self._group.checkedId() + step
        if step and self._group.button(place):
            self._group.button(place).setFocus()
            self._group.button(place).setChecked(True)
        else:
            super().keyPressEvent(event)

    @Slot(int, bool)
    def _toggled(self, place: int, checked: bool) -> None:
        if checked:
            self.chosen.emit(place)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        tokens = theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        painter.setPen(tokens.color("line"))
        painter.drawLine(self.rect().topRight(), self.rect().bottomRight())
