"""The dialog that makes a service, or one with a timer: the answers, and beside them the unit."""

import getpass
from collections.abc import Iterator

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QFormLayout,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.services.unit.pages import TextPage
from sysgui.panels.services.units import SYSTEM, USER
from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.geometry import resize_dialog
from sysgui.ui.poller import Poller

from .forms import HARDENING, ServiceForm, faults, texts_of
from .opinion import Opinion

ALWAYS, CALENDAR, INTERVAL, BY_HAND = range(4)


class NewUnitDialog(QDialog):
    """Asks for a service, shows the unit that it makes, and what systemd says of it.

    Args:
        verifier: Reads a `VerifyProbe`; the panel's, which outlives the dialog.
        parent: The panel.
    """

    def __init__(self, verifier: Poller, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("New service"))
        resize_dialog(self, 230 * theme.STEP, 150 * theme.STEP)
        self._preview = TextPage(_("The unit as it will be installed"))
        self._says = Opinion(verifier)
        self._says.told.connect(self._allow)
        right = QVBoxLayout()
        right.addWidget(self._preview, 1)
        right.addWidget(self._says)
        both = QHBoxLayout()
        both.addWidget(self._questions(), 1)
        both.addLayout(right, 1)
        column = QVBoxLayout(self)
        column.addLayout(both, 1)
        column.addWidget(self._buttons())
        self._changed()
        # The preview would have it: it was made before.
        self._name.setFocus()

    # The answers.

    def _questions(self) -> QWidget:
        holder = QWidget()
        form = QFormLayout(holder)
        form.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        form.setRowWrapPolicy(QFormLayout.RowWrapPolicy.WrapLongRows)
        self._name = _line("backup-photos", _("Of the unit, without “.service”"))
        self._description = _line(_("Copies the photos"), _("What it does, in a few words"))
        self._command = _line("/usr/bin/rsync -a /home/me/photos /mnt", _("ExecStart= of the unit"))
        self._scope = QComboBox()
        self._scope.addItem(
            _("this machine, whoever is logged in (needs an administrator)"), SYSTEM
        )
        self._scope.addItem(_("you, while you are logged in"), USER)
        self._user = QComboBox()
        self._user.setEditable(True)
        self._user.addItem(getpass.getuser())
        self._user.addItem("root")
        self._user.addItem(_("a user made up for it"))
        self._directory = _line("/srv", _("WorkingDirectory=; / if it is empty"))
        self._when = QComboBox()
        for text in (
            _("all the time, from the start of the machine on"),
            _("at times of the calendar"),
            _("again and again"),
            _("only when it is started by hand"),
        ):
            self._when.addItem(text)
        self._calendar = _line("Mon..Fri *-*-* 03:00", _("OnCalendar=: daily, weekly, Sat 12:00 …"))
        self._every = _line("15min", _("OnUnitActiveSec=: 15min, 2h, 1d …"))
        self._restart = QCheckBox(_("Start it again when it fails"))
        self._catch_up = QCheckBox(_("Make up for runs that the machine slept through"))
        self._catch_up.setChecked(True)
        self._writable = _line(
            "/srv/photos /mnt", _("ReadWritePaths=, where all else is read-only")
        )
        for name, widget in (
            (_("Name"), self._name), (_("Description"), self._description),
            (_("Command"), self._command), (_("Runs for"), self._scope), (_("As"), self._user),
            (_("In"), self._directory), (_("When"), self._when), (_("Times"), self._calendar),
            (_("Every"), self._every),
        ):  # fmt: skip
            widget.setAccessibleName(name)
            form.addRow(name, widget)
        for box in (self._restart, self._catch_up):
            form.addRow("", box)
        self._options: dict[str, QCheckBox] = {}
        form.addRow(Muted(_("What it may not do:")))
        usual = ServiceForm().hardening
        for key, option in HARDENING.items():
            box = QCheckBox(_(option.title))
            box.setChecked(key in usual)
            box.setToolTip("\n".join(option.lines))
            sentence = Muted(_(option.sentence))
            sentence.setWordWrap(True)
            self._options[key] = box
            form.addRow(box)
            form.addRow(sentence)
        self._writable.setAccessibleName(_("It may write to"))
        form.addRow(_("It may write to"), self._writable)
        self._connect()
        room = QScrollArea()
        room.setWidget(holder)
        room.setWidgetResizable(True)
        room.setFrameShape(QScrollArea.Shape.NoFrame)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return room

    def _connect(self) -> None:
        for line in (self._name, self._description, self._command, self._directory,
                     self._calendar, self._every, self._writable):  # fmt: skip
            line.textChanged.connect(self._changed)
        for box in (self._restart, self._catch_up, *self._options.values()):
            box.toggled.connect(self._changed)
        for choice in (self._scope, self._user, self._when):
            choice.currentTextChanged.connect(self._changed)

    def _buttons(self) -> QWidget:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._install = QPushButton()
        self._install.setAutoDefault(False)
        buttons.addButton(self._install, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def choose_scope(self, scope: str) -> None:
        """Answers for whom it runs: `system` or `user`."""
        self._scope.setCurrentIndex(self._scope.findData(scope))

    def form(self) -> ServiceForm:
        """Returns what has been answered so far."""
        when = self._when.currentIndex()
        user = self._user.currentText().strip()
        made_up = user == self._user.itemText(2)
        return ServiceForm(
            name=self._name.text().strip(),
            description=self._description.text().strip(),
            command=self._command.text().strip(),
            scope=self._scope.currentData(),
            user="" if made_up or user == "root" else user,
            dynamic=made_up,
            directory=self._directory.text().strip(),
            restart=self._restart.isChecked(),
            at_boot=when == ALWAYS,
            writable=tuple(self._writable.text().split()),
            hardening=tuple(key for key, box in self._options.items() if box.isChecked()),
            calendar=self._calendar.text().strip() if when == CALENDAR else "",
            every=self._every.text().strip() if when == INTERVAL else "",
            catch_up=self._catch_up.isChecked(),
        )

    def texts(self) -> dict[str, str]:
        """Returns the units by their names."""
        return texts_of(self.form())

    # What comes of them.

    @Slot()
    def _changed(self) -> None:
        form = self.form()
        when = self._when.currentIndex()
        self._calendar.setEnabled(when == CALENDAR)
        self._catch_up.setEnabled(when == CALENDAR)
        self._every.setEnabled(when == INTERVAL)
        self._restart.setEnabled(not form.timed)
        self._user.setEnabled(form.scope == SYSTEM)
        self._writable.setEnabled("system" in form.hardening)
        self._write(form)
        self._install.setText(_install(form))
        question = {"texts": texts_of(form), "scope": form.scope, "calendar": form.calendar}
        self._says.consider(question, list(self._faults(form)))

    def _write(self, form: ServiceForm) -> None:
        self._preview.erase()
        for number, (name, text) in enumerate(texts_of(form).items()):
            if number:
                self._preview.write("")
            self._preview.write(name, "cpu", strong=True)
            for line in text.rstrip("\n").split("\n"):
                self._preview.write(line, "muted" if line.startswith("#") else "text")

    def _faults(self, form: ServiceForm) -> Iterator[str]:
        names = {
            "name": _("Name"), "description": _("Description"), "command": _("Command"),
            "user": _("As"), "directory": _("In"), "writable": _("It may write to"),
            "calendar": _("Times"), "every": _("Every"),
        }  # fmt: skip
        for fault in faults(form):
            yield f"{names.get(fault.field, fault.field)}: {fault.message}"
        if self._when.currentIndex() == CALENDAR and not form.calendar:
            yield f"{names['calendar']}: {_('Say when, such as daily, or Sat 12:00.')}"
        if self._when.currentIndex() == INTERVAL and not form.every:
            yield f"{names['every']}: {_('Say how often, such as 15min.')}"

    @Slot()
    def _allow(self) -> None:
        self._install.setEnabled(self._says.good)


def _install(form: ServiceForm) -> str:
    if not form.name:
        return _("Install the service…")
    if form.timed:
        return _("Install {name}.service and its timer…").format(name=form.name)
    return _("Install {name}.service…").format(name=form.name)


def _line(example: str, tip: str) -> QLineEdit:
    line = QLineEdit()
    line.setPlaceholderText(example)
    line.setToolTip(tip)
    return line


def outcome(form: ServiceForm) -> str:
    """Returns what will be so when the units are installed, in a sentence."""
    if form.timed:
        return _("{name}.timer starts now, and with the machine.").format(name=form.name)
    if form.at_boot:
        return _("{name}.service starts now, and with the machine.").format(name=form.name)
    return _("{name}.service is there to be started by hand.").format(name=form.name)
