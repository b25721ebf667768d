"""Where a window stands and how large it is, from one time to the next."""

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QWidget

from sysgui.system.settings import Geometry

DEFAULT_SIZE = QSize(1280, 800)


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
    window.resize(saved.width, saved.height)
    if saved.x is not None and saved.y is not None:
        place = QRect(saved.x, saved.y, saved.width, saved.height)
        if any(s.availableGeometry().intersects(place) for s in QGuiApplication.screens()):
            window.move(saved.x, saved.y)
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


def _default_size() -> QSize:
    return DEFAULT_SIZE.boundedTo(QGuiApplication.primaryScreen().availableSize())
