"""Asks what of some lines is to be redacted, and where they go, and shows how far that is."""

from pathlib import Path

import msgspec
from PySide6.QtCore import QFileInfo, QStandardPaths, Qt, Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from sysgui.panels.logs.bundle.asked import TITLES, Asked
from sysgui.panels.logs.bundle.probe import BundleState
from sysgui.panels.logs.bundle.spans import HOST
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.ui import theme
from sysgui.ui.card import Muted

_NAME = "incident"


class BundleDialog(QDialog):
    """Makes a bundle of the lines that are shown.

    Args:
        asked: Which these are.
        parent: The panel.

    Signals:
        previewed: The first lines are wanted of what is asked.
        wanted: The bundle is: what is asked, the file, whether it may take the place of another.
        stopped: It is not any more.
    """

    previewed = Signal(object)
    wanted = Signal(object, str, bool)
    stopped = Signal()

    def __init__(self, asked: Asked, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(_("Save as a bundle"))
        self._asked = asked
        self._making = self._made = False
        self._replaced = ""
        self._kinds = {kind: QCheckBox(_(title)) for kind, title in TITLES.items()}
        for kind, box in self._kinds.items():
            box.setChecked(kind != HOST)
            box.toggled.connect(self.look)
        self._preview = QPlainTextEdit()
        self._preview.setReadOnly(True)
        self._preview.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self._preview.setFont(theme.report_font())
        self._preview.setAccessibleName(_("The first lines of the bundle"))
        self._path = QLineEdit(_free_path())
        self._path.setAccessibleName(_("File"))
        self._browse = QPushButton(_("Choose…"))
        self._browse.clicked.connect(self._choose)
        self._progress = QProgressBar()
        self._progress.setRange(0, 1000)
        self._progress.setTextVisible(False)
        # It has its place from the beginning: what comes moves nothing.
        policy = self._progress.sizePolicy()
        policy.setRetainSizeWhenHidden(True)
        self._progress.setSizePolicy(policy)
        self._progress.hide()
        self._told = Muted()
        self._told.setWordWrap(True)
        self._save = QPushButton(_("Save"))
        self._save.setDefault(True)
        self._save.clicked.connect(self._begin)
        self._cancel = QPushButton(_("Cancel"))
        self._cancel.clicked.connect(self.reject)
        self._lay_out()
        self.resize(190 * theme.STEP, 110 * theme.STEP)

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        about = Muted(
            _(
                "The lines that are shown, how many came when, the command that asks for them,"
                " and the SHA-256 of each part, in one .zip."
            )
        )
        about.setWordWrap(True)
        column.addWidget(about)
        column.addWidget(QLabel(_("Replace, the same thing by the same name:")))
        grid = QGridLayout()
        for place, box in enumerate(self._kinds.values()):
            grid.addWidget(box, place // 3, place % 3)
        column.addLayout(grid)
        column.addWidget(QLabel(_("The first lines then are:")))
        column.addWidget(self._preview, 1)
        row = QHBoxLayout()
        label = QLabel(_("&File:"))
        label.setBuddy(self._path)
        row.addWidget(label)
        row.addWidget(self._path, 1)
        row.addWidget(self._browse)
        column.addLayout(row)
        column.addWidget(self._progress)
        below = QHBoxLayout()
        below.addWidget(self._told, 1)
        for button in (self._cancel, self._save):
            below.addWidget(button)
        column.addLayout(below)

    @property
    def asked(self) -> Asked:
        """What is to be made, as it stands in the dialog."""
        kinds = tuple(kind for kind, box in self._kinds.items() if box.isChecked())
        return msgspec.structs.replace(self._asked, redacted=kinds)

    @Slot()
    def look(self) -> None:
        """Shows the first lines as they will be."""
        self._preview.setPlainText("")
        self._told.setText(_("The first lines are being looked for…"))
        self.previewed.emit(self.asked)

    @Slot()
    def _choose(self) -> None:
        asked = QFileDialog(self, _("Save as a bundle"), self._path.text(), _("Bundles (*.zip)"))
        asked.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        asked.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        asked.setDefaultSuffix("zip")
        asked.fileSelected.connect(self._take_path)
        asked.open()

    @Slot(str)
    def _take_path(self, path: str) -> None:
        # That another may be replaced was asked where it was chosen.
        self._replaced = path
        self._path.setText(path)

    @Slot()
    def _begin(self) -> None:
        path = str(Path(self._path.text()).expanduser())
        if not QFileInfo(path).isAbsolute():
            self._told.setText(_("Give the file with its folder."))
            return
        self._making = True
        self._show_busy(busy=True)
        self._told.setText(_("The lines are being put together…"))
        self.wanted.emit(self.asked, path, path == self._replaced)

    def _show_busy(self, *, busy: bool) -> None:
        for widget in (*self._kinds.values(), self._path, self._browse, self._save):
            widget.setEnabled(not busy)
        self._progress.setVisible(busy)
        self._progress.setValue(0)

    def show_state(self, state: BundleState) -> None:
        """Shows how far it is."""
        if not self._making:
            if state.finished:
                self._preview.setPlainText("\n".join(state.shown))
                self._told.setText("" if state.shown else _("No line is shown: nothing is there."))
            return
        self._progress.setValue(round(1000 * state.done))
        if state.finished:
            self._made, self._making = True, False
            path = printable_text(self._path.text())
            self._told.setText(_("{path} is there.").format(path=path))
            self._cancel.setText(_("Close"))
            self._cancel.setDefault(True)
            self._cancel.setFocus()

    def show_problem(self, problem: Problem) -> None:
        """Says why it is not there."""
        self._making = False
        self._show_busy(busy=False)
        self._told.setText(" ".join(filter(None, (problem.message, problem.hint))))

    def reject(self) -> None:
        """Ends what is being made; closes the dialog where nothing is."""
        if not self._making:
            super().reject()
            return
        self._making = False
        self.stopped.emit()
        self._show_busy(busy=False)
        self._told.setText(_("Nothing was kept of it."))


def _free_path() -> str:
    """Returns the name of a file that is not there yet."""
    place = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    folder = Path(place) if Path(place).is_dir() else Path.home()
    names = (f"{_NAME}{number}.zip" for number in ("", *(f"-{n}" for n in range(2, 1000))))
    return str(folder / next((name for name in names if not (folder / name).exists()), _NAME))
