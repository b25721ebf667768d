"""The composition root of the window: hooks, theme, instance, panels, and the way out."""

import argparse
import gc
import logging
import os
import signal
import socket
import sys
import threading
import time
import traceback
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from PySide6.QtCore import (
    QMessageLogContext,
    QObject,
    QSize,
    QSocketNotifier,
    Qt,
    QTimer,
    QtMsgType,
    Slot,
    qInstallMessageHandler,
)
from PySide6.QtGui import QIcon, QImageWriter
from PySide6.QtWidgets import QApplication

from sysgui import __version__
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.panel import BrokenPanel, Panel
from sysgui.system.problem import Problem
from sysgui.system.settings import Settings, settings_directory
from sysgui.ui import theme
from sysgui.ui.frames import FrameTrace
from sysgui.ui.instance import Instance, Wish, runtime_directory
from sysgui.ui.poller import Bug
from sysgui.ui.problems import BugChannel
from sysgui.ui.shell import Shell

ICON = Path(__file__).parents[1] / "resources" / "icons" / "sysgui-64.png"

# What the theme plugin says where no portal answers; colours are then the light ones.
NO_PORTAL = (
    "Call to org.freedesktop.portal.Settings.ReadAll failed",
    "Call for getting org.freedesktop.portal.FileChooser version failed",
)

# A worker in pure Python lets the window's thread run after this many seconds, not after 5 ms.
SWITCH_INTERVAL = 0.0005

# Rubbish is collected in the window's thread and between events, never inside a worker.
COLLECT_EVERY_MS = 10_000

# Most rubbish is young. What outlived a collection is looked through once in so many of them: that
# takes 13 ms, half of what a minimised window costs in all if it were done every time.
COLLECT_ALL_EVERY = 30

# A picture without rates would be no picture of the machine.
SCREENSHOT_WITHIN_MS = 15_000

PICTURE_SIZE = (1280, 800)

# From the first rates until the picture: bars have found their lengths, the cost is known.
SETTLE_MS = 1_500


def run(
    arguments: argparse.Namespace, panels: Sequence[Panel], broken: Sequence[BrokenPanel]
) -> int:
    """Opens the window, or takes a picture of it, and returns the exit status.

    Raises:
        Problem: `no-display`, or `no-panel` for a name that no panel has.
    """
    names = [panel.name for panel in panels] + [panel.name for panel in broken]
    if arguments.panel and arguments.panel not in names:
        raise Problem(
            "no-panel",
            _("There is no panel “{name}”.").format(name=arguments.panel),
            _("There are: {names}.").format(names=", ".join(names)),
        )
    host = Host(arguments.root)
    if arguments.screenshot:
        require_writable(Path(arguments.screenshot))
        os.environ["QT_QPA_PLATFORM"] = "offscreen"
        # There is no desktop to ask for its looks: Qt would complain where there is no bus.
        os.environ.setdefault("QT_QPA_PLATFORMTHEME", "none")
    else:
        require_display()
    # The theme plugin that hears from the desktop's portal, live, of dark, light and high contrast;
    # those that Qt would choose by itself miss one or the other outside GNOME and KDE.
    os.environ.setdefault("QT_QPA_PLATFORMTHEME", "xdgdesktopportal")
    if not has_session_bus():
        # Without one, libdbus would start one on X11, which nobody would ever end.
        os.environ["DBUS_SESSION_BUS_ADDRESS"] = "disabled:"
    if arguments.trace_frames:
        # Qt's own event loop says when it wakes; glib's would have to be asked at every event.
        os.environ["QT_NO_GLIB"] = "1"
    sys.setswitchinterval(SWITCH_INTERVAL)
    application = Application()
    try:
        return application.run(arguments, host, panels, broken)
    finally:
        application.close()


def _say_when(what: str) -> None:
    """Tells a benchmark, once painting is done, on the clock that all processes share."""
    QTimer.singleShot(0, lambda: sys.stderr.write(f"{what} {time.monotonic():.3f}\n"))


def has_session_bus() -> bool:
    """Tells whether the desktop has a session bus (systemd's place for it, or the variable)."""
    runtime = os.environ.get("XDG_RUNTIME_DIR", "")
    return bool(os.environ.get("DBUS_SESSION_BUS_ADDRESS")) or Path(runtime, "bus").exists()


def _take_message(_kind: QtMsgType, _context: QMessageLogContext, text: str) -> None:
    """Passes on what Qt has to say, but for the news that a desktop has no portal."""
    if not text.startswith(NO_PORTAL):
        sys.stderr.write(f"{text}\n")


def require_writable(picture: Path) -> None:
    """Makes sure that a picture can be saved before the data for it are waited for.

    Raises:
        Problem: `no-picture`.
    """
    known = [bytes(kind.data()).decode() for kind in QImageWriter.supportedImageFormats()]
    message = _("No picture can be saved in {path}.").format(path=picture)
    if picture.suffix[1:].lower() not in known:
        named = ", ".join(f".{kind}" for kind in ("png", "jpg", "bmp") if kind in known)
        raise Problem("no-picture", message, _("Give it a name that ends in: {}").format(named))
    folder = picture.absolute().parent
    if not folder.is_dir():
        raise Problem("no-picture", message, _("There is no directory {}.").format(folder))
    if picture.is_dir() or not os.access(picture if picture.exists() else folder, os.W_OK):
        raise Problem("no-picture", message, _("You may not write there, or it is no file."))


def require_display() -> None:
    """Makes sure that there is a display before Qt aborts the program for want of one.

    Raises:
        Problem: `no-display`.
    """
    if os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_SOCKET"):
        return
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY", ""), os.environ.get("DISPLAY", "")
    if (wayland and _wayland_answers(wayland)) or (x11 and _x11_answers(x11)):
        return
    hint = _(
        "“sysgui --screenshot FILE” draws the window without one, and the commands of "
        "“sysgui --help” (overview, processes, probe…) show the same on a terminal."
    )
    if not wayland and not x11:
        raise Problem("no-display", _("There is no display to open a window on."), hint)
    message = _("The display {display} does not answer.").format(display=x11 or wayland)
    raise Problem("no-display", message, hint)


def _wayland_answers(display: str) -> bool:
    return _answers(os.path.join(os.environ.get("XDG_RUNTIME_DIR", ""), display))  # noqa: PTH118


def _x11_answers(display: str) -> bool:
    if not display.startswith(":"):
        return True  # Another machine's: Qt will see.
    path = f"/tmp/.X11-unix/X{display[1:].partition('.')[0]}"  # noqa: S108 - where X listens
    return _answers(path) or _answers("\0" + path)


def _answers(path: str) -> bool:
    with socket.socket(socket.AF_UNIX) as display:
        try:
            display.connect(path)
        except OSError:
            return False
    return True


class Application(QObject):
    """The running program: what must be set up before the window, and taken down after it."""

    def __init__(self) -> None:
        qInstallMessageHandler(_take_message)
        self._qt = QApplication(["sysgui"])
        super().__init__()
        self._qt.setApplicationName("sysgui")
        self._qt.setApplicationVersion(__version__)
        self._qt.setDesktopFileName("sysgui")
        # The PNG: an SVG would load one more Qt library to draw one small picture.
        self._qt.setWindowIcon(QIcon(str(ICON)))
        self._bugs = BugChannel(self)
        self._instance: Instance | None = None
        self._shell: Shell | None = None
        self._frames: FrameTrace | None = None
        self._theme = theme.install(self._qt)
        self._install_hooks()
        self._listen_to_signals()
        self._collect_garbage_here()

    def run(
        self,
        arguments: argparse.Namespace,
        host: Host,
        panels: Sequence[Panel],
        broken: Sequence[BrokenPanel],
    ) -> int:
        """Shows the window until it is closed."""
        picture = bool(arguments.screenshot)
        if arguments.theme:
            self._theme.fix(arguments.theme)
        if not picture and host.live and not self._first(arguments.panel or ""):
            return 0
        settings = Settings(None if picture else settings_directory())
        host.name_program("sysgui")
        shell = self._shell = Shell(host, settings, panels, broken, arguments.tempo)
        self._bugs.happened.connect(shell.show_bug)
        self._qt.aboutToQuit.connect(shell.stop)
        self._qt.commitDataRequest.connect(self._session_ends)
        if arguments.trace_frames:
            logging.basicConfig(format="%(name)s: %(message)s")
            self._frames = FrameTrace(self)
            # Start and end are measured by others; between them nothing may stand still.
            shell.ready.connect(self._frames.begin, Qt.ConnectionType.SingleShotConnection)
            shell.closing.connect(self._frames.stop)
        size = arguments.size or (PICTURE_SIZE if picture else None)
        shell.restore_geometry(QSize(*size) if size else None)
        names = [panel.name for panel in panels]
        start = arguments.panel or (settings.panel if settings.panel in names else names[0])
        once = Qt.ConnectionType.SingleShotConnection
        if arguments.timings:
            shell.figured.connect(lambda: _say_when("figures"), once)
            shell.ready.connect(lambda: _say_when("rates"), once)
        if picture:
            shell.ready.connect(lambda: QTimer.singleShot(SETTLE_MS, shell, take), once)
        shell.open(start)
        shell.show()

        def take() -> None:
            self._take_picture(shell, Path(arguments.screenshot))

        if picture:
            QTimer.singleShot(SCREENSHOT_WITHIN_MS, self._qt, self._give_up_picture)
        return self._qt.exec()

    def _take_picture(self, shell: Shell, path: Path) -> None:
        writer = QImageWriter(str(path))
        saved = writer.write(shell.grab().toImage())
        if not saved:
            said = _("sysgui: the picture could not be saved in {path}: {error}.\n")
            sys.stderr.write(said.format(path=path, error=writer.errorString()))
        self._qt.exit(0 if saved else 1)

    @Slot()
    def _give_up_picture(self) -> None:
        sys.stderr.write(_("sysgui: there was nothing to see in time: no picture was taken.\n"))
        self._qt.exit(1)

    # One instance.

    def _first(self, panel: str) -> bool:
        """Claims to be the one instance, or hands over to the one there is."""
        instance = Instance(runtime_directory())
        token = os.environ.pop("XDG_ACTIVATION_TOKEN", "")
        deadline = time.monotonic() + 2.0
        while not instance.claim():
            # The first one may be just starting, or just ending.
            if instance.hand_over(Wish(panel, token)) or time.monotonic() > deadline:
                instance.close()
                return False
            time.sleep(0.05)
        self._instance = instance
        instance.wished.connect(self._fulfil)
        if token:
            os.environ["XDG_ACTIVATION_TOKEN"] = token
        return True

    @Slot(object)
    def _fulfil(self, wish: Wish) -> None:
        shell = self._shell
        if shell is None:
            return
        if wish.token:
            # Where Qt's Wayland plugin looks for the right to raise a window.
            os.environ["XDG_ACTIVATION_TOKEN"] = wish.token
        shell.come_to_front()
        if wish.panel:
            try:
                shell.open(wish.panel)
            except KeyError:
                return  # Another version of the program knows other panels.

    # Hooks.

    def _install_hooks(self) -> None:
        sys.excepthook = self._take_exception
        threading.excepthook = lambda args: self._take_exception(
            args.exc_type, args.exc_value or args.exc_type(), args.exc_traceback
        )

    def _take_exception(
        self,
        kind: type[BaseException],
        error: BaseException,
        trace: TracebackType | None,
    ) -> None:
        """Shows an exception that nobody expected as a bug; the application lives on."""
        if issubclass(kind, KeyboardInterrupt):
            self._qt.quit()
            return
        report = "".join(traceback.format_exception(kind, error, trace))
        sys.stderr.write(report)
        self._bugs.happened.emit(Bug(f"{kind.__name__}: {error}", report))

    def _listen_to_signals(self) -> None:
        """Lets SIGTERM and SIGINT end the event loop as the window's close button does."""
        self._wake, writing = socket.socketpair()
        for end in (self._wake, writing):
            end.setblocking(False)
        self._writing = writing
        signal.set_wakeup_fd(writing.fileno(), warn_on_full_buffer=False)
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, lambda *_: None)
        self._notifier = QSocketNotifier(self._wake.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._signalled)

    @Slot()
    def _signalled(self) -> None:
        self._wake.recv(64)
        QApplication.closeAllWindows()
        self._qt.quit()

    @Slot()
    def _session_ends(self) -> None:
        if self._shell is not None:
            self._shell.stop()

    def _collect_garbage_here(self) -> None:
        gc.collect()
        gc.freeze()
        gc.disable()
        self._collector = QTimer(self)
        self._collections = 0
        self._collector.timeout.connect(self._collect)
        self._collector.start(COLLECT_EVERY_MS)

    @Slot()
    def _collect(self) -> None:
        self._collections += 1
        gc.collect(2 if self._collections % COLLECT_ALL_EVERY == 0 else 1)

    def close(self) -> None:
        """Takes down what was set up, in the opposite order."""
        if self._frames is not None:
            self._frames.stop()
        stopped = self._shell is None or self._shell.stop()
        if self._instance is not None:
            self._instance.close()
        signal.set_wakeup_fd(-1)
        self._notifier.setEnabled(False)
        self._wake.close()
        self._writing.close()
        qInstallMessageHandler(None)
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        if not stopped:
            # A thread hangs in the kernel (a dead network share): leaving the interpreter with it
            # would abort. Everything is saved.
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)
