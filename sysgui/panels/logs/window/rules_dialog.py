"""The user's rules for what stands out in lines: listed, ordered, changed, exchanged."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.logs.line import Line
from sysgui.panels.logs.rules import (
    ANY_FORM,
    MOST,
    Rule,
    RuleError,
    RuleSet,
    checked,
    read_file,
    written,
)
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.replace import replace
from sysgui.ui import theme

from .rule_form import Examples, RuleForm, colored


class RulesDialog(QDialog):
    """Lets sets of rules be changed; nothing is, before they are saved.

    Args:
        sets: The rules, by the form of logs.
        form: Of the log that is read.
        lines: Of that log, as examples.
        parent: The panel.

    Signals:
        given: The sets as they are to be.
    """

    given = Signal(object)

    def __init__(
        self, sets: Mapping[str, RuleSet], form: str, lines: Sequence[Line], parent: QWidget
    ) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Highlighting"))
        self._sets = dict(sets)
        self._forms = QComboBox()
        self._forms.setAccessibleName(_("For which logs"))
        for name in dict.fromkeys((ANY_FORM, form, *sets)):
            self._forms.addItem(_form_title(name), name)
        self._list = QListWidget()
        self._list.setAccessibleName(_("Rules, the most important first"))
        self._usual = QCheckBox(_("What stands out usually"))
        self._usual.setToolTip(_("Levels, addresses, paths, units, quoted texts, numbers, times"))
        self._form = RuleForm(self)
        self._examples = Examples(lines, self)
        self._add = self._button(_("Add"), self._add_rule)
        self._remove = self._button(_("Remove"), self._remove_rule)
        self._up = self._button(_("Up"), lambda: self._move(-1), "Alt+Up")
        self._down = self._button(_("Down"), lambda: self._move(1), "Alt+Down")
        self._import = self._button(_("Import…"), self._ask_what_to_import)
        self._export = self._button(_("Export…"), self._ask_where_to_export)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._buttons.button(QDialogButtonBox.StandardButton.Ok).setText(_("Save"))
        self._buttons.accepted.connect(self.accept)
        self._buttons.rejected.connect(self.reject)
        self._arrange()
        self._forms.currentIndexChanged.connect(self._show_set)
        self._list.currentRowChanged.connect(self._show_rule)
        self._list.itemChanged.connect(self._enable)
        self._usual.clicked.connect(self._set_usual)
        self._form.changed.connect(self._take_rule)
        self._show_set()

    def _button(self, text: str, act: Callable[[], None], key: str = "") -> QPushButton:
        button = QPushButton(text, self)
        button.setAutoDefault(False)
        button.clicked.connect(act)
        if key:
            button.setToolTip(key)
            QShortcut(QKeySequence(key), self, act)
        return button

    def _arrange(self) -> None:
        left, orders, below = QVBoxLayout(), QGridLayout(), QHBoxLayout()
        left.addWidget(self._forms)
        left.addWidget(self._list, 1)
        left.addWidget(self._usual)
        for place, button in enumerate((self._add, self._remove, self._up, self._down)):
            orders.addWidget(button, place // 2, place % 2)
        left.addLayout(orders)
        above = QHBoxLayout()
        above.addLayout(left, 1)
        above.addSpacing(2 * theme.STEP)
        above.addWidget(self._form, 1)
        for button in (self._import, self._export):
            below.addWidget(button)
        below.addStretch(1)
        below.addWidget(self._buttons)
        column = QVBoxLayout(self)
        column.addLayout(above, 1)
        column.addWidget(self._examples)
        column.addLayout(below)
        self.resize(200 * theme.STEP, 130 * theme.STEP)

    # Sets.

    @property
    def _name(self) -> str:
        return str(self._forms.currentData())

    @property
    def _set(self) -> RuleSet:
        return self._sets.get(self._name, RuleSet())

    @Slot()
    def _show_set(self) -> None:
        with_signals = self._list.blockSignals(True)
        self._list.clear()
        for rule in self._set.rules:
            self._list.addItem(_item(rule))
        self._list.blockSignals(with_signals)
        self._usual.setChecked(self._set.usual)
        self._list.setCurrentRow(0)
        self._show_rule()

    def _change(self, rules: Sequence[Rule]) -> None:
        self._sets[self._name] = msgspec.structs.replace(self._set, rules=list(rules))
        self._show_examples()

    @Slot()
    def _set_usual(self) -> None:
        usual = self._usual.isChecked()
        self._sets[self._name] = msgspec.structs.replace(self._set, usual=usual)
        self._show_examples()

    def _show_examples(self) -> None:
        rules = [rule for rule in self._set.rules if not _why_not(rule)]
        self._examples.follow(rules, usual=self._set.usual)

    # Rules.

    @Slot()
    def _show_rule(self) -> None:
        row, number = self._list.currentRow(), len(self._set.rules)
        self._form.setEnabled(row >= 0)
        self._form.show_rule(self._set.rules[row] if row >= 0 else Rule(pattern=""))
        if row < 0:
            self._form.complain(_("“Add” makes a rule."))
        self._add.setEnabled(number < MOST)
        self._remove.setEnabled(row >= 0)
        self._up.setEnabled(row > 0)
        self._down.setEnabled(0 <= row < number - 1)
        self._show_examples()

    @Slot(object)
    def _take_rule(self, rule: Rule) -> None:
        row = self._list.currentRow()
        rules = list(self._set.rules)
        rules[row] = rule
        self._change(rules)
        self._describe(row)

    def _describe(self, row: int) -> None:
        with_signals = self._list.blockSignals(True)
        _describe(self._list.item(row), self._set.rules[row])
        self._list.blockSignals(with_signals)

    @Slot(QListWidgetItem)
    def _enable(self, item: QListWidgetItem) -> None:
        row, rules = self._list.row(item), list(self._set.rules)
        enabled = item.checkState() == Qt.CheckState.Checked
        rules[row] = msgspec.structs.replace(rules[row], enabled=enabled)
        self._change(rules)

    @Slot()
    def _add_rule(self) -> None:
        row = self._list.currentRow() + 1
        rules = list(self._set.rules)
        rules.insert(row, Rule())
        self._change(rules)
        self._show_set()
        self._list.setCurrentRow(row)
        self._form.begin()

    @Slot()
    def _remove_rule(self) -> None:
        row, rules = self._list.currentRow(), list(self._set.rules)
        if row >= 0:
            del rules[row]
            self._change(rules)
            self._show_set()
            self._list.setCurrentRow(min(row, len(rules) - 1))

    def _move(self, step: int) -> None:
        row, rules = self._list.currentRow(), list(self._set.rules)
        if row >= 0 and 0 <= row + step < len(rules):
            rules.insert(row + step, rules.pop(row))
            self._change(rules)
            self._show_set()
            self._list.setCurrentRow(row + step)

    # Exchange.

    @Slot()
    def _ask_what_to_import(self) -> None:
        asked = QFileDialog(self, _("Import rules"), "", _("Rules (*.json)"))
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setFileMode(QFileDialog.FileMode.ExistingFile)
        asked.fileSelected.connect(self._import_from)
        asked.open()

    @Slot(str)
    def _import_from(self, path: str) -> None:
        try:
            sets = read_file(Path(path))
        except Problem as problem:
            self._form.complain("\n".join(filter(None, (problem.message, problem.hint))))
            return
        self._sets |= sets
        for name in sets:
            if self._forms.findData(name) < 0:
                self._forms.addItem(_form_title(name), name)
        self._forms.setCurrentIndex(self._forms.findData(next(iter(sets), self._name)))
        self._show_set()

    @Slot()
    def _ask_where_to_export(self) -> None:
        asked = QFileDialog(self, _("Export rules"), "", _("Rules (*.json)"))
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        asked.setDefaultSuffix("json")
        asked.fileSelected.connect(self._export_to)
        asked.open()

    @Slot(str)
    def _export_to(self, path: str) -> None:
        try:
            replace(Path(path), written(self._sets))
        except OSError as error:
            told = _("{path} cannot be written: {error}.")
            self._form.complain(told.format(path=path, error=error.strerror))

    def accept(self) -> None:
        """Gives the rules, if each of them can be followed; goes to the one that cannot."""
        for name, each in self._sets.items():
            for row, rule in enumerate(each.rules):
                if _why_not(rule):
                    self._forms.setCurrentIndex(self._forms.findData(name))
                    self._list.setCurrentRow(row)
                    self._form.begin()
                    return
        super().accept()
        self.given.emit({name: each for name, each in self._sets.items() if each != RuleSet()})


def _form_title(form: str) -> str:
    return _("Logs of the form {form}").format(form=form) if form else _("All logs")


def _item(rule: Rule) -> QListWidgetItem:
    item = QListWidgetItem()
    item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
    _describe(item, rule)
    return item


def _describe(item: QListWidgetItem, rule: Rule) -> None:
    item.setText(rule.pattern or (_("any line") if rule.level >= 0 else _("a new rule")))
    item.setIcon(colored(theme.tokens().color(rule.color)))
    item.setCheckState(Qt.CheckState.Checked if rule.enabled else Qt.CheckState.Unchecked)
    item.setToolTip(_why_not(rule))


def _why_not(rule: Rule) -> str:
    """Returns why a rule cannot be followed; "" if it can."""
    try:
        checked(rule)
    except RuleError as error:
        return str(error)
    return ""
