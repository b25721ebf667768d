"""Views of logs that are kept under a name: what is asked, of which log, and how it is shown."""

import functools
from typing import NamedTuple

import msgspec
from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QMenu,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.logs.merged.sources import title_of
from sysgui.panels.logs.settings import SavedView
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.ui import theme
from sysgui.ui.card import Muted
from sysgui.ui.panel import PanelView

from .asking import Asking
from .display import Display
from .log_pane import LogPane
from .saved_views_dialog import SavedViewsDialog


class Parts(NamedTuple):
    """What shows a log.

    Attributes:
        pane: Holds the query.
        asking: Holds the log.
        display: Says how it is shown.
    """

    pane: LogPane
    asking: Asking
    display: Display


class SavedViews(QObject):
    """Keeps views under their names, and shows them again.

    Args:
        view: Owns it; its actions are the panel's.
        parts: What shows the log.
        saved: Those that were kept.

    Attributes:
        saved: Those that are kept, in the order in which they were.

    Signals:
        changed: Others are kept now: they are to be written down.
        opened: A view was shown, and with it a log: its name.
    """

    changed = Signal()
    opened = Signal(str)

    def __init__(self, view: PanelView, parts: Parts, saved: list[SavedView]) -> None:
        super().__init__(view)
        self.saved = list(saved)
        self._view = view
        self._parts = parts
        self._save = view.action(
            _("Save this view…"), self.ask_for_name, "Ctrl+S",
            _("Keeps the query, the log, and how lines are shown, under a name"),
        )  # fmt: skip
        self._manage = view.action(_("Saved views…"), self.show_all, "Ctrl+Shift+S")
        menu = parts.pane.display.menu()
        menu.addSeparator()
        self._menu: QMenu = menu.addMenu(_("Saved views"))
        self._menu.aboutToShow.connect(self._fill)
        self._fill()

    @Slot()
    def _fill(self) -> None:
        self._menu.clear()
        for one in self.saved:
            # A menu takes what follows an ampersand for a key.
            name = printable_text(one.name).replace("&", "&&")
            self._menu.addAction(name, functools.partial(self.show_view, one.name))
        self._menu.addSeparator()
        self._menu.addAction(self._save)
        self._menu.addAction(self._manage)

    @Slot(str)
    def show_view(self, name: str) -> None:
        """Shows a view that is kept."""
        found = next((one for one in self.saved if one.name == name), None)
        if found is None:
            return
        if found.source and found.source != self._parts.asking.path:
            self._parts.asking.open(found.source)
            self.opened.emit(found.source)
        self._parts.pane.show_edit.setText(found.query)
        self._parts.display.show_as(found.columns, found.times, found.context)

    @Slot()
    def ask_for_name(self) -> None:
        """Asks under which name the view is to be kept that is seen now."""
        dialog = NameDialog([one.name for one in self.saved], self._parts.asking.path, self._view)
        dialog.given.connect(self._keep)
        dialog.open()

    @Slot(str, bool)
    def _keep(self, name: str, with_source: bool) -> None:
        shown = self._parts.display.settings
        kept = SavedView(
            name=name,
            query=self._parts.pane.show_edit.text(),
            source=self._parts.asking.path if with_source else "",
            columns=shown.columns,
            times=shown.times,
            context=shown.context,
        )
        self.saved = [*(one for one in self.saved if one.name != name), kept]
        self.changed.emit()

    @Slot()
    def show_all(self) -> None:
        """Lists the views, to be shown, renamed or forgotten."""
        dialog = SavedViewsDialog(self.saved, self._view)
        dialog.chosen.connect(self.show_view)
        dialog.renamed.connect(self._rename)
        dialog.forgotten.connect(self._forget)
        dialog.open()

    @Slot(str, str)
    def _rename(self, before: str, after: str) -> None:
        self.saved = [
            msgspec.structs.replace(one, name=after) if one.name == before else one
            for one in self.saved
        ]
        self.changed.emit()

    @Slot(str)
    def _forget(self, name: str) -> None:
        self.saved = [one for one in self.saved if one.name != name]
        self.changed.emit()


class NameDialog(QDialog):
    """Asks for a name.

    Args:
        names: Those that are taken.
        source: The log that is read.
        parent: The panel.

    Signals:
        given: The name, and whether the view is one of this log.
    """

    given = Signal(str, bool)

    def __init__(self, names: list[str], source: str, parent: QWidget) -> None:
        super().__init__(parent)
        self._names = names
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Save this view"))
        self._edit = QLineEdit(self)
        self._edit.setAccessibleName(_("Name of the view"))
        self._edit.setPlaceholderText(_("Name of the view"))
        self._edit.setMinimumWidth(90 * theme.STEP)
        self._edit.setMaxLength(80)
        self._of_this = QCheckBox(_("Open this log with it"))
        self._of_this.setToolTip(title_of(source))
        self._of_this.setChecked(True)
        self._note = Muted()
        self._note.setMinimumHeight(self._note.fontMetrics().height())
        buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._save = buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._save.setText(_("Save"))
        buttons.accepted.connect(self.accept)
        buttons.rejected.connect(self.reject)
        column = QVBoxLayout(self)
        for widget in (self._edit, self._of_this, self._note, buttons):
            column.addWidget(widget)
        self._edit.textChanged.connect(self._look)
        self._look("")

    @Slot(str)
    def _look(self, typed: str) -> None:
        taken = typed.strip() in self._names
        self._save.setEnabled(bool(typed.strip()))
        self._save.setText(_("Replace") if taken else _("Save"))
        self._note.setText(_("The view of that name is replaced.") if taken else "")

    def accept(self) -> None:
        """Gives the name, if there is one."""
        name = self._edit.text().strip()
        if name:
            super().accept()
            self.given.emit(name, self._of_this.isChecked())
