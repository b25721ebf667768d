"""The dialog that changes a unit by a drop-in: the text, what differs, and systemd's word on it."""

import difflib
from collections.abc import Mapping
from typing import Any

import msgspec
from PySide6.QtCore import Slot
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import (
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QPlainTextEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.services.unit.pages import TextPage
from sysgui.panels.services.units import SYSTEM, USER, readable, type_of
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import unreadable
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.geometry import resize_dialog
from sysgui.ui.poller import Poller

from .opinion import Opinion
from .writing import DROP_IN, own_folder

# Where the administrator's drop-ins stand, the helper's among them.
_SYSTEM_FOLDER = "/etc/systemd/system"


class DropIn(msgspec.Struct, frozen=True):
    """A drop-in of ours as it is.

    Attributes:
        scope: Whose manager runs the unit.
        name: The unit that it changes.
        file: The unit's own file; "" is not known.
        path: Where it stands, or would.
        text: What is in it; "" if it is not there.
    """

    scope: str
    name: str
    file: str
    path: str
    text: str


class DropInProbe:
    """Reads what would be edited.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, scope: str = SYSTEM, name: str = "", file: str = "") -> DropIn:
        """Returns the drop-in of a unit, of which `file` is its own file.

        Raises:
            Problem: `unreadable` if it is there, and only root may read it.
        """
        folder = str(own_folder()) if scope == USER else _SYSTEM_FOLDER
        path = f"{folder}/{name}.d/{DROP_IN}"
        try:
            text = self._host.read(path).decode("utf-8", "backslashreplace")
        except (FileNotFoundError, NotADirectoryError):
            text = ""
        except OSError as error:
            raise unreadable(path, error) from error
        return DropIn(scope, name, file, path, text)


class EditUnitDialog(QDialog):
    """Edits the drop-in of one unit.

    Args:
        verifier: Reads a `VerifyProbe`; the panel's, which outlives the dialog.
        drop_in: What is edited, as it is now.
        parent: The panel.
        draft: What was written into it before, of which nothing came.
    """

    def __init__(self, verifier: Poller, drop_in: DropIn, parent: QWidget, draft: str = "") -> None:
        super().__init__(parent)
        name = readable(drop_in.name)
        self.setWindowTitle(_("Change {name}").format(name=name))
        resize_dialog(self, 230 * theme.STEP, 140 * theme.STEP)
        self._drop_in = drop_in
        told = Muted(
            _(
                "What stands here is added to the unit's own file, which stays as it is. A list, "
                "such as ExecStart=, is emptied by a line with nothing behind the sign.\n{path}"
            ).format(path=drop_in.path)
        )
        told.setWordWrap(True)
        self._edit = QPlainTextEdit(draft or drop_in.text or _example(drop_in.name))
        self._edit.setFont(theme.report_font())
        self._edit.setAccessibleName(_("The drop-in of {name}").format(name=name))
        self._edit.setTabChangesFocus(True)
        self._edit.textChanged.connect(self._changed)
        self._difference = TextPage(_("What differs from what is there now"))
        self._says = Opinion(verifier)
        self._says.told.connect(self._allow)
        both = QHBoxLayout()
        both.addWidget(self._edit, 1)
        both.addWidget(self._difference, 1)
        column = QVBoxLayout(self)
        column.addWidget(told)
        column.addLayout(both, 1)
        column.addWidget(self._says)
        column.addWidget(self._buttons(name))
        self._changed()
        # Behind what stands there: there one goes on.
        self._edit.moveCursor(QTextCursor.MoveOperation.End)
        self._edit.setFocus()

    def _buttons(self, name: str) -> QWidget:
        buttons = QDialogButtonBox(QDialogButtonBox.StandardButton.Cancel)
        self._install = QPushButton(_("Change {name}…").format(name=name))
        self._revert = QPushButton(_("Take the drop-in away…"))
        self._revert.setToolTip(_("{name} is then as its own file says").format(name=name))
        self._revert.setEnabled(bool(self._drop_in.text))
        for button in (self._install, self._revert):
            button.setAutoDefault(False)
        buttons.addButton(self._install, QDialogButtonBox.ButtonRole.AcceptRole)
        buttons.addButton(self._revert, QDialogButtonBox.ButtonRole.DestructiveRole)
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        self._revert.clicked.connect(self._take_away)
        return buttons

    def text(self) -> str:
        """Returns what is to stand there: lines with an end each; "" takes the drop-in away."""
        text = self._edit.toPlainText()
        return text if not text or text.endswith("\n") else text + "\n"

    @Slot()
    def _take_away(self) -> None:
        self._edit.setPlainText("")
        self.accept()

    @Slot()
    def _changed(self) -> None:
        before, after = self._drop_in.text.splitlines(), self.text().splitlines()
        self._difference.erase()
        self._difference.setPlaceholderText(_("Nothing differs from what is there now."))
        for line in list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]:
            color = {"+": "good", "-": "wrong", "@": "muted"}.get(line[:1], "text")
            self._difference.write(line, color)
        self._says.consider(self._question())

    def _question(self) -> Mapping[str, Any]:
        text, about = self.text(), self._drop_in
        if not text.strip():
            return {}
        return {
            "texts": {f"{about.name}.d/{DROP_IN}": text},
            "scope": about.scope,
            "base": (about.name, about.file),
        }

    @Slot()
    def _allow(self) -> None:
        self._install.setEnabled(self._says.good and self.text() != self._drop_in.text)


def _example(name: str) -> str:
    sections = {"service": "Service", "timer": "Timer", "socket": "Socket"}
    section = sections.get(type_of(name), "Unit")
    return f"[{section}]\n"
