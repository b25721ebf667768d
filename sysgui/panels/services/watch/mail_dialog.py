"""The dialogs of mail: which server messages go out by, and which one is to be tried."""

from PySide6.QtCore import Qt, Slot
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.system.i18n import _
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.geometry import resize_dialog

from .fields import Fields, line
from .mail_form import PLAIN, STARTTLS, TLS, MailForm, faults, server_fault
from .watches import Mail

# What the dialog ended with, besides the usual two.
FORGET = 2

_TYPED = ("server", "user", "password", "sender", "receivers")


class MailDialog(QDialog):
    """Asks for a mail server.

    Args:
        last: What was answered last: what is set now only root can read.
        mail: How mail stands.
        parent: What it belongs to.
    """

    def __init__(self, last: MailForm, mail: Mail, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Mail settings"))
        resize_dialog(self, 130 * theme.STEP, 90 * theme.STEP)
        self._touched: set[str] = set()
        self._server = line(
            _("mail.example.org:587"), _("The port is 587 for STARTTLS, 465 for TLS")
        )
        self._security = QComboBox()
        for value, text in (
            (STARTTLS, _("STARTTLS: encrypted after the greeting")),
            (TLS, _("TLS: encrypted from the start")),
            (PLAIN, _("none: all of it can be read on the way")),
        ):
            self._security.addItem(text, value)
        self._user = line(_("if the server asks for one"))
        self._password = line("")
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._sender = line(_("sysgui@example.org"))
        self._receivers = line(_("you@example.org"))
        self._fields = Fields()
        put = self._fields.put
        put("server", _("Server"), self._server)
        put("security", _("Encryption"), self._security)
        put("user", _("User"), self._user)
        put("password", _("Password"), self._password,
            _("It is told to the helper alone, and kept where only root reads it."))  # fmt: skip
        put("sender", _("From"), self._sender)
        put("receivers", _("To"), self._receivers)
        column = QVBoxLayout(self)
        if mail.known:
            what = _("A server is set, and only root can read which: this is what you wrote last.")
            if not last.server:
                what = _("A server is set, and only root can read which: this takes its place.")
            known = Muted(what)
            known.setWordWrap(True)
            column.addWidget(known)
        column.addLayout(self._fields)
        column.addStretch()
        column.addWidget(self._buttons(mail))
        self._fill(last)
        self._connect()
        self._changed()
        # Not before it has its place in the dialog: until then there is no focus to be had.
        self._server.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self, last: MailForm) -> None:
        self._server.setText(last.server)
        self._security.setCurrentIndex(max(0, self._security.findData(last.security)))
        self._user.setText(last.user)
        self._sender.setText(last.sender)
        self._receivers.setText(last.receivers)

    def _connect(self) -> None:
        edits = (self._server, self._user, self._password, self._sender, self._receivers)
        for name, edit in zip(_TYPED, edits, strict=True):
            edit.textEdited.connect(lambda _text, name=name: self._touched.add(name))
            edit.textChanged.connect(self._changed)
        self._security.currentIndexChanged.connect(self._changed)

    def _buttons(self, mail: Mail) -> QWidget:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        act = QPushButton(_("Set the mail server"))
        act.setAutoDefault(False)
        buttons.addButton(act, QDialogButtonBox.ButtonRole.AcceptRole)
        if mail.known:
            forget = QPushButton(_("Forget the mail server"))
            forget.setToolTip(_("No mail is sent any more, and the password is gone"))
            forget.setAutoDefault(False)
            forget.clicked.connect(lambda: self.done(FORGET))
            buttons.addButton(forget, QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        return buttons

    def form(self) -> MailForm:
        """Returns what has been answered so far, without the password."""
        return MailForm(
            server=self._server.text().strip(),
            security=self._security.currentData(),
            user=self._user.text().strip(),
            sender=self._sender.text().strip(),
            receivers=self._receivers.text().strip(),
        )

    @property
    def password(self) -> str:
        """What was written as the password."""
        return self._password.text()

    @Slot()
    def _changed(self) -> None:
        wrong = list(faults(self.form(), self.password))
        self._fields.show_faults(wrong, silent=set(_TYPED) - self._touched)

    def accept(self) -> None:
        """Ends it, unless something is wrong: then one is led to that."""
        wrong = list(faults(self.form(), self.password))
        if not wrong:
            super().accept()
            return
        self._touched.update(fault.field for fault in wrong)
        self._fields.show_faults(wrong)
        first = self._fields.first_of(wrong)
        if first is not None:
            first.setFocus(Qt.FocusReason.OtherFocusReason)


class ServerDialog(QDialog):
    """Asks which server is set, where that is not remembered.

    Args:
        parent: What it belongs to.
    """

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(_("Send a test message"))
        self.setMinimumWidth(110 * theme.STEP)
        self._server = line(_("mail.example.org:587"))
        self._fields = Fields()
        self._fields.put(
            "server", _("Server"), self._server,
            _("The one that is set: only root can read which, and no other is tried."),
        )  # fmt: skip
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._act = QPushButton(_("Send a test message"))
        buttons.addButton(self._act, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        column.addLayout(self._fields)
        column.addStretch()
        column.addWidget(buttons)
        self._server.textChanged.connect(self._changed)
        self._changed()
        self._server.setFocus(Qt.FocusReason.OtherFocusReason)

    @property
    def server(self) -> str:
        """What was written."""
        return self._server.text().strip()

    @Slot()
    def _changed(self) -> None:
        self._act.setEnabled(not server_fault(self.server))
