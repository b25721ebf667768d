"""One rule for what stands out, to be changed; and lines as it makes them look."""

from collections.abc import Sequence

import msgspec
from PySide6.QtCore import QPointF, QRectF, QSize, Signal, Slot
from PySide6.QtGui import QColor, QIcon, QPainter, QPaintEvent, QPixmap
from PySide6.QtWidgets import QCheckBox, QComboBox, QFormLayout, QLineEdit, QWidget

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.rules import COLORS, KINDS, LONGEST, Rule, RuleError, checked
from sysgui.panels.logs.text.levels import NAMES
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted

from .layouts import GROUND, Layouts, translucent

# So many lines are shown as an example.
EXAMPLES = 9


class RuleForm(QWidget):
    """Shows a rule, and tells what becomes of it.

    Args:
        parent: Owns it.

    Signals:
        changed: The rule, after each change by hand.
    """

    changed = Signal(object)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._rule = Rule()
        self._pattern = QLineEdit()
        self._pattern.setMaxLength(LONGEST)
        self._pattern.setPlaceholderText(_("What stands out: a text, a word, an expression"))
        self._kind = _choice([(_(name), kind) for kind, name in KINDS.items()])
        self._case = QCheckBox(_("Capitals matter"))
        self._color = _choice([(_(name), token) for token, name in COLORS.items()])
        for place, token in enumerate(COLORS):
            self._color.setItemIcon(place, colored(theme.tokens().color(token)))
        self._whole = QCheckBox(_("The whole line"))
        self._level = _choice(
            [
                (_("Lines of any level"), -1),
                *((_("{level} or worse").format(level=name), n) for n, name in enumerate(NAMES)),
            ]
        )
        self._wrong = Muted()
        self._wrong.setWordWrap(True)
        self._wrong.setMinimumHeight(2 * self._wrong.fontMetrics().height())
        rows = QFormLayout(self)
        rows.setContentsMargins(0, 0, 0, 0)
        for name, widget in (
            (_("Pattern"), self._pattern),
            (_("It is a"), self._kind),
            ("", self._case),
            (_("Colour"), self._color),
            ("", self._whole),
            (_("In"), self._level),
        ):
            rows.addRow(name, widget)
            if name:
                widget.setAccessibleName(name)
        rows.addRow(self._wrong)
        self._pattern.textEdited.connect(self._edited)
        for box in (self._kind, self._color, self._level):
            box.activated.connect(self._edited)
        for check in (self._case, self._whole):
            check.clicked.connect(self._edited)

    def show_rule(self, rule: Rule) -> None:
        """Shows a rule."""
        self._rule = rule
        if self._pattern.text() != rule.pattern:
            self._pattern.setText(rule.pattern)
        self._kind.setCurrentIndex(self._kind.findData(rule.kind))
        self._case.setChecked(rule.case)
        self._color.setCurrentIndex(self._color.findData(rule.color))
        self._whole.setChecked(rule.whole)
        self._level.setCurrentIndex(self._level.findData(rule.level))
        self._look()

    def begin(self) -> None:
        """Puts the cursor where the pattern is typed."""
        self._pattern.setFocus()
        self._pattern.selectAll()

    def complain(self, why: str) -> None:
        """Says why something cannot be; "" takes it back."""
        self._wrong.setText(why)

    @Slot()
    def _edited(self) -> None:
        self._rule = msgspec.structs.replace(
            self._rule,
            pattern=self._pattern.text(),
            kind=self._kind.currentData(),
            case=self._case.isChecked(),
            color=self._color.currentData(),
            whole=self._whole.isChecked(),
            level=self._level.currentData(),
        )
        self._look()
        self.changed.emit(self._rule)

    def _look(self) -> None:
        try:
            checked(self._rule)
        except RuleError as error:
            self.complain(str(error))
        else:
            self.complain("")


class Examples(QWidget):
    """Shows lines as rules make them look.

    Args:
        lines: The lines.
        parent: Owns it.
    """

    def __init__(self, lines: Sequence[Line], parent: QWidget) -> None:
        super().__init__(parent)
        self._lines = list(lines[:EXAMPLES])
        self._layouts = Layouts(theme.report_font())
        self.setAccessibleName(_("Lines as these rules make them look"))

    def follow(self, own: Sequence[Rule], *, usual: bool) -> None:
        """Sets the rules."""
        self._layouts.follow(own, usual=usual)
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(100 * theme.STEP, EXAMPLES * self._layouts.step)

    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, tokens = QPainter(self), theme.tokens()
        painter.fillRect(self.rect(), tokens.color("card"))
        top, step = 0, self._layouts.step
        for line in self._lines:
            laid = self._layouts.of(line)
            if laid.ground:
                ground = translucent(tokens.color(laid.ground), GROUND)
                painter.fillRect(0, top, self.width(), step, ground)
            painter.setPen(tokens.color("text"))
            laid.layout.draw(painter, QPointF(theme.STEP, top), [], QRectF(self.rect()))
            top += step


def colored(color: QColor) -> QIcon:
    """Returns a square of a colour."""
    square = QPixmap(4 * theme.STEP, 4 * theme.STEP)
    square.fill(color)
    return QIcon(square)


def _choice(options: Sequence[tuple[str, object]]) -> QComboBox:
    box = QComboBox()
    for text, data in options:
        box.addItem(text, data)
    return box
