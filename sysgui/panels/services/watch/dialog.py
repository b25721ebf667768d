"""The dialog that asks how services are to be watched, and says what will be written for that."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.services.unit.pages import TextPage
from sysgui.system.i18n import _, ngettext
from sysgui.system.problem import Problem
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.geometry import resize_dialog
from sysgui.ui.poller import Bug, Poller

from .attempt import Attempt, question
from .fields import Fields, SpanEdit, line
from .form import (
    FILE,
    HTTP,
    HTTPS,
    MOST_AGE,
    MOST_EVERY,
    MOST_GRACE,
    MOST_TIMEOUT,
    MOST_TRIES,
    NOTHING,
    TCP,
    TYPED,
    USUAL_PORT,
    WatchForm,
    explained,
    faults,
    form_of,
    wanted_of,
    written,
)
from .watches import Watches

_ALWAYS = ("restart", "always", "mail", "notify", "grace", "probe")
_PROBED = ("every", "tries", "timeout")

# Which answers belong to what is tried.
_OF_KIND: Mapping[str, Sequence[str]] = {
    NOTHING: (),
    TCP: ("port", "address", *_PROBED),
    HTTP: ("port", "path", "status", "text", "address", *_PROBED),
    HTTPS: ("port", "path", "status", "text", "address", "name", *_PROBED),
    FILE: ("path", "age", *_PROBED),
}

# Another try is under way still: when that has ended, it is this one's turn.
_ANOTHER: Mapping[str, Any] = {"kind": NOTHING}

# So many services are named above the answers; all stand in the preview.
MOST_NAMED = 4


def title_of(units: Sequence[str]) -> str:
    """Returns what is done, with its object in it."""
    text = ngettext("Watch {unit}", "Watch {n} services", len(units))
    return text.format(unit=units[0], n=len(units))


class WatchDialog(QDialog):
    """Asks it; what is watched already is shown as it is.

    Args:
        units: The services.
        known: What is watched now.
        attempts: Reads an `AttemptProbe`; the panel's, which outlives the dialog.
        parent: The panel.
    """

    def __init__(
        self, units: Sequence[str], known: Watches, attempts: Poller, parent: QWidget
    ) -> None:
        super().__init__(parent)
        self._attempts = attempts
        # What is being tried, and what was; and whether it is to be watched after that.
        self._trying: Mapping[str, Any] = {}
        self._tried: Mapping[str, Any] = {}
        self._goes_on = False
        self._units = units
        self._known = known
        self._touched: set[str] = set()
        before = [watch for watch in known.watches if watch.unit in units]
        self.setWindowTitle(title_of(units))
        resize_dialog(self, 220 * theme.STEP, 150 * theme.STEP)
        self._fields = Fields()
        self._answers(form_of(before[0]) if before else WatchForm())
        self._preview = TextPage(_("What will be written"))
        self._preview.setLineWrapMode(TextPage.LineWrapMode.WidgetWidth)
        self._preview.setFont(theme.data_font())
        both = QHBoxLayout()
        both.setSpacing(4 * theme.STEP)
        both.addWidget(self._questions(), 1)
        both.addWidget(self._preview, 1)
        column = QVBoxLayout(self)
        if len(units) > 1:
            column.addWidget(_note(_about_many(units, len({form_of(watch) for watch in before}))))
        column.addLayout(both, 1)
        # Beneath all answers: it is to be seen, however far they are scrolled.
        self._found = _note("")
        self._found.setForegroundRole(QPalette.ColorRole.WindowText)
        self._found.hide()
        column.addWidget(self._found)
        column.addWidget(self._buttons(changed=bool(before)))
        self._connect()
        self._changed()
        # Not before it has its place in the dialog: until then there is no focus to be had.
        self._restart.setFocus(Qt.FocusReason.OtherFocusReason)

    # The answers.

    def _answers(self, form: WatchForm) -> None:
        self._restart = _box(_("Start it again when it fails"), form.restart)
        self._always = _box(_("Also when it ends without an error"), form.always)
        self._mail = _box(_("By mail"), form.mail)
        self._notify = _box(_("On my desktop"), form.notify)
        self._grace = _number(form.grace, 0, MOST_GRACE, seconds=True)
        self._every = SpanEdit(form.every, MOST_EVERY)
        self._tries = _number(form.tries, 1, MOST_TRIES)
        self._timeout = _number(form.timeout, 1, MOST_TIMEOUT, seconds=True)
        self._age = SpanEdit(form.age, MOST_AGE)
        self._probe = QComboBox()
        for kind, text in (
            (NOTHING, _("nothing: that it runs is enough")),
            (TCP, _("a port takes connections (TCP)")),
            (HTTP, _("a web server answers (HTTP)")),
            (HTTPS, _("a web server answers by TLS (HTTPS)")),
            (FILE, _("a file is written again and again")),
        ):
            self._probe.addItem(text, kind)
        self._probe.setCurrentIndex(self._probe.findData(form.probe))
        self._lines = {
            "port": line(""), "path": line("/"), "status": line(_("any that is no error")),
            "text": line(_("any")), "address": line(_("this machine")),
            "name": line(_("that of the address")),
        }  # fmt: skip
        for name, edit in self._lines.items():
            edit.setText(getattr(form, name))

    def _questions(self) -> QWidget:
        put = self._fields.put
        put("restart", "", self._restart,
            _("systemd then waits longer each time: from a second to minutes."))  # fmt: skip
        put("always", "", self._always, _("Not what is there to end: Type=oneshot."))
        put("mail", _("Tell me"), self._mail, self._about_mail())
        self._mail.setAccessibleName(_("By mail"))
        put("notify", "", self._notify)
        put("grace", _("Well after"), self._grace,
            _("So long it must run before it counts as well again."))  # fmt: skip
        put("probe", _("Besides, try whether"), self._probe)
        put("port", _("Port"), self._lines["port"])
        put("path", _("Path"), self._lines["path"])
        put("age", _("Not older than"), self._age)
        put("status", _("Status"), self._lines["status"])
        put("text", _("It must contain"), self._lines["text"])
        put("address", _("Address"), self._lines["address"])
        put("name", _("Certificate of"), self._lines["name"])
        put("every", _("Every"), self._every)
        put("tries", _("Tries"), self._tries, _("So many in a row must fail."))
        put("timeout", _("Each may take"), self._timeout)
        holder = QWidget()
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 2 * theme.STEP, 0)
        column.addLayout(self._fields)
        column.addStretch()
        room = QScrollArea()
        room.setWidget(holder)
        room.setWidgetResizable(True)
        room.setFrameShape(QScrollArea.Shape.NoFrame)
        room.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        room.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._room, self._inside = room, holder
        return room

    def _about_mail(self) -> str:
        if self._known.mail.known:
            return ""
        return _("No mail server is set yet: “Watched services” has the mail settings.")

    def _connect(self) -> None:
        for box in (self._restart, self._always, self._mail, self._notify):
            box.toggled.connect(self._changed)
        for number in (self._grace, self._tries, self._timeout):
            number.valueChanged.connect(self._changed)
        for span in (self._every, self._age):
            span.changed.connect(self._changed)
        for name, edit in self._lines.items():
            edit.textEdited.connect(lambda _text, name=name: self._touched.add(name))
            edit.textChanged.connect(self._changed)
        self._probe.currentIndexChanged.connect(self._changed)
        self._attempts.reading.connect(self._take_attempt)
        self._attempts.problem.connect(self._cannot_try)
        self._attempts.bug.connect(self._cannot_try)

    def _buttons(self, *, changed: bool) -> QWidget:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        text = _("Change the watch of {unit}") if changed else _("Watch {unit}")
        if len(self._units) > 1:
            text = title_of(self._units)
        self._title = text.format(unit=self._units[0]).replace("&", "&&")
        self._act = QPushButton(self._title)
        self._act.setAutoDefault(False)
        buttons.addButton(self._act, QDialogButtonBox.ButtonRole.AcceptRole)
        self._try = QPushButton(_("Try it now"))
        self._try.setAutoDefault(False)
        self._try.clicked.connect(self._try_now)
        buttons.addButton(self._try, QDialogButtonBox.ButtonRole.ResetRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def form(self) -> WatchForm:
        """Returns what has been answered so far."""
        return WatchForm(
            restart=self._restart.isChecked(),
            always=self._always.isChecked(),
            mail=self._mail.isChecked(),
            notify=self._notify.isChecked(),
            grace=self._grace.value(),
            probe=self._probe.currentData(),
            every=self._every.value(),
            timeout=self._timeout.value(),
            tries=self._tries.value(),
            age=self._age.value(),
            **{name: edit.text().strip() for name, edit in self._lines.items()},
        )

    # What comes of them.

    @Slot()
    def _changed(self) -> None:
        form = self.form()
        self._always.setEnabled(form.restart)
        example = _("/var/backups/last") if form.probe == FILE else "/"
        self._lines["path"].setPlaceholderText(example)
        self._lines["port"].setPlaceholderText(USUAL_PORT.get(form.probe, ""))
        self._fields.show_only((*_ALWAYS, *_OF_KIND[form.probe]))
        self._try.setVisible(form.probe != NOTHING)
        # On a small screen the preview makes way for the answers.
        needed = self._inside.minimumSizeHint().width()
        self._room.setMinimumWidth(needed + self._room.verticalScrollBar().sizeHint().width())
        wrong = list(faults(form, self._units))
        # Of what nobody has written yet it is only said when it is wanted to be done.
        empty = [name for name in TYPED if not getattr(form, name) and name not in self._touched]
        self._fields.show_faults(wrong, silent=empty)
        if wrong or question(wanted_of(form)) != self._tried:
            self._say("")
        self._write(form)

    def _write(self, form: WatchForm) -> None:
        self._preview.erase()
        for sentence in explained(form):
            self._preview.write(sentence)
        self._preview.write("")
        self._preview.write(_("These files will be written:"), strong=True)
        for path, what in written(self._units, form):
            self._preview.write(path, "cpu")
            self._preview.write(what, "muted")
        self._preview.write("")
        self._preview.write(_("Nothing of the service itself is changed, and it goes on running."))
        self._preview.write(_("An administrator's password is asked for."))

    def accept(self) -> None:
        """Ends it, unless something is wrong: then one is led to that.

        What a watch tries is tried first. If it does not hold one is told, and may go on.
        """
        if self._is_answered():
            asked = question(wanted_of(self.form()))
            if asked == self._tried:
                super().accept()
            else:
                self._goes_on = True
                self._ask(asked)

    @Slot()
    def _try_now(self) -> None:
        if self._is_answered():
            self._ask(question(wanted_of(self.form())))

    def _ask(self, asked: Mapping[str, Any]) -> None:
        self._say(_("It is being tried …"))
        is_asked = self._attempts.ask_once(tried=asked, units=list(self._units))
        self._trying = asked if is_asked else _ANOTHER

    @Slot(object)
    def _take_attempt(self, attempt: Attempt) -> None:
        if not self._trying:
            return  # It is another dialog's.
        tried, self._trying = self._trying, {}
        form = self.form()
        asked = {} if any(faults(form, self._units)) else question(wanted_of(form))
        if asked != tried:  # It was changed meanwhile.
            if asked and (self._goes_on or tried is _ANOTHER):
                self._ask(asked)
            self._goes_on = self._goes_on and bool(asked)
            return
        goes_on, self._goes_on, self._tried = self._goes_on, False, tried
        if attempt.wrong:
            self._say(f"✗ {_('It was tried, and {wrong}.').format(wrong=attempt.wrong)}")
            self._act.setText(_("{what} all the same").format(what=self._title))
        elif attempt.untried:
            self._say(_("It was not tried: {why}.").format(why=attempt.untried))
        else:
            self._say(f"✓ {_('It holds now.')}")
        if goes_on and not attempt.wrong:
            super().accept()

    @Slot(object)
    def _cannot_try(self, why: Problem | Bug) -> None:
        self._take_attempt(Attempt(untried=why.summary if isinstance(why, Bug) else why.message))

    def _say(self, text: str) -> None:
        self._found.setText(text)
        self._found.setVisible(bool(text))
        self._try.setAccessibleDescription(text)
        self._act.setText(self._title)

    def _is_answered(self) -> bool:
        """Tells whether nothing is wrong with the answers; leads to what is."""
        wrong = list(faults(self.form(), self._units))
        if not wrong:
            return True
        self._fields.show_faults(wrong)
        self._touched.update(fault.field for fault in wrong)
        first = self._fields.first_of(wrong)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)
        return False


def _about_many(units: Sequence[str], ways: int) -> str:
    text = ", ".join(units[:MOST_NAMED])
    if len(units) > MOST_NAMED:
        more = len(units) - MOST_NAMED
        text = ngettext("{names} and {n} more", "{names} and {n} more", more).format(
            names=text, n=more
        )
    if ways > 1:
        differ = _("They are watched in different ways now; all will be watched as it says here.")
        text = f"{text}\n{differ}"
    return text


def _note(text: str) -> Muted:
    label = Muted(text)
    label.setWordWrap(True)
    return label


def _box(text: str, checked: bool) -> QCheckBox:  # noqa: FBT001 - as Qt has it
    box = QCheckBox(text)
    box.setChecked(checked)
    return box


def _number(value: int, least: int, most: int, *, seconds: bool = False) -> QSpinBox:
    number = QSpinBox()
    number.setRange(least, most)
    number.setValue(value)
    if seconds:
        number.setSuffix(f" {_('s')}")
    return number
