"""Where logs are looked for: a folder, a file that is chosen or dropped."""

from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Qt, Signal, Slot
from PySide6.QtGui import QDropEvent
from PySide6.QtWidgets import QFileDialog, QMenu, QPushButton

from sysgui.panels.logs.probe import FOLDER
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.ui.panel import PanelView
from sysgui.ui.plain import tip

_DROPS = (QEvent.Type.DragEnter, QEvent.Type.Drop)


class Places(QPushButton):
    """Says which folder is listed, and offers others.

    Args:
        view: Owns it. What is dropped on it is opened.
        folder: That is listed at first.

    Attributes:
        folder: That is listed.

    Signals:
        listed: Another folder is to be listed.
        opened: A file is to be read; its folder is listed.
    """

    listed = Signal()
    opened = Signal(str)

    def __init__(self, view: PanelView, folder: str) -> None:
        super().__init__(view)
        self.folder = folder
        menu = QMenu(self)
        menu.addAction(_("Logs of this machine"), self._list_usual)
        menu.addSeparator()
        others = (
            view.action(_("Open a log…"), self._ask_for_file, "Ctrl+O"),
            view.action(_("List a folder…"), self._ask_for_folder, "Ctrl+Shift+O"),
        )
        menu.addActions(others)
        for action in others:
            # What can be chosen are files of this machine, not of a recorded one.
            action.setEnabled(view.context.host.live)
        self.setMenu(menu)
        self.setAccessibleName(_("Which folder is listed"))
        view.setAcceptDrops(view.context.host.live)
        view.installEventFilter(self)
        self._show()

    def _show(self) -> None:
        # An ampersand would underline the next character.
        name = printable_text(Path(self.folder).name or "/").replace("&", "&&")
        self.setText(_("Logs of this machine") if self.folder == FOLDER else name)
        text = _("Lists the logs in {folder}; others can be dropped on this panel.")
        self.setToolTip(tip(text.format(folder=printable_text(self.folder))))

    def list(self, folder: str) -> None:
        """Has another folder listed."""
        if folder != self.folder:
            self.folder = folder
            self._show()
            self.listed.emit()

    @Slot()
    def _list_usual(self) -> None:
        self.list(FOLDER)

    @Slot()
    def _ask_for_file(self) -> None:
        self._ask(_("Open a log"), QFileDialog.FileMode.ExistingFile)

    @Slot()
    def _ask_for_folder(self) -> None:
        self._ask(_("List a folder"), QFileDialog.FileMode.Directory)

    def _ask(self, title: str, mode: QFileDialog.FileMode) -> None:
        asked = QFileDialog(self, title, self.folder)
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setFileMode(mode)
        asked.fileSelected.connect(self._take)
        asked.open()

    @Slot(str)
    def _take(self, path: str) -> None:
        if Path(path).is_dir():
            self.list(str(Path(path)))
            return
        self.opened.emit(path)
        self.list(str(Path(path).parent))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Takes what is dropped on the panel."""
        # Whoever enters with something is asked what it is, as one who drops it.
        if isinstance(event, QDropEvent) and event.type() in _DROPS:
            paths = [url.toLocalFile() for url in event.mimeData().urls() if url.isLocalFile()]
            if paths:
                event.acceptProposedAction()
                if event.type() == QEvent.Type.Drop:
                    self._take(paths[0])
                return True
        return super().eventFilter(watched, event)
