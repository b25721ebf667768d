"""Where a window stands and how large it is, from one time to the next."""

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from sysgui.system.settings import Geometry

DEFAULT_SIZE = QSize(1280, 800)

# What a window manager puts around a window, at most, in pixels.
_FRAME = 40


def restore(window: QWidget, saved: Geometry | None, size: QSize | None = None) -> None:
    """Gives a window the size and place of the last time, as far as a screen of now has them.

    Args:
        window: Not shown yet.
        saved: Of the last time; None lets the window have its default size.
        size: Instead of the saved one.
    """
    if size is not None or saved is None:
        window.resize(size or _default_size())
        return
    wanted = QSize(saved.width, saved.height)
    place, room = QPoint(), QRect()
    if saved.x is not None and saved.y is not None:
        place = QPoint(saved.x, saved.y)
        room = _room(QRect(place, wanted))
    # Another screen than the last time, or larger letters, may have less room.
    most = room if room.isValid() else QGuiApplication.primaryScreen().availableGeometry()
    fits = wanted.boundedTo(most.size()) == wanted
    window.resize(wanted if fits else wanted.boundedTo(most.size() - QSize(_FRAME, _FRAME)))
    if room.isValid():
        window.move(place if fits else room.topLeft())
    if saved.maximized:
        window.setWindowState(window.windowState() | Qt.WindowState.WindowMaximized)


def taken(window: QWidget) -> Geometry:
    """Returns what is to be remembered of a window."""
    frame = window.normalGeometry() if window.isMaximized() else window.geometry()
    # A Wayland compositor tells nobody where a window stands.
    told = QGuiApplication.platformName() != "wayland"
    place = window.pos()
    return Geometry(
        width=frame.width(),
        height=frame.height(),
        x=place.x() if told else None,
        y=place.y() if told else None,
        maximized=window.isMaximized(),
    )


def resize_dialog(dialog: QWidget, width: int, height: int) -> None:
    """Gives a dialog a size, as far as its screen has room for that."""
    room = dialog.screen().availableSize() - QSize(_FRAME, _FRAME)
    dialog.resize(QSize(width, height).boundedTo(room))


def _room(place: QRect) -> QRect:
    """Returns what is seen of the screens at which a place is, together; none if it is at none."""
    found = QRect()
    for screen in QGuiApplication.screens():
        if screen.availableGeometry().intersects(place):
            found = found.united(screen.availableGeometry())
    return found


def _default_size() -> QSize:
    return DEFAULT_SIZE.boundedTo(QGuiApplication.primaryScreen().availableSize())
