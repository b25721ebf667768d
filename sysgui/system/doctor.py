"""`sysgui doctor`: what this machine lacks for which feature, and how to get it."""

import ctypes.util
import locale
import os
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib import metadata
from typing import Literal

import msgspec

from sysgui.system.elevation import require_helper
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.journal import JOURNALCTL, JournalFiles
from sysgui.system.json_lines import write_line
from sysgui.system.panel import BrokenPanel
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem
from sysgui.system.transport import transport

# Libraries that Qt loads from the system, and what does not work without them.
_LIBRARIES = {
    "EGL": ("libegl1", "mesa-libEGL"),
    "xkbcommon": ("libxkbcommon0", "libxkbcommon"),
    "fontconfig": ("libfontconfig1", "fontconfig"),
    "dbus-1": ("libdbus-1-3", "dbus-libs"),
    "xcb-cursor": ("libxcb-cursor0", "xcb-util-cursor"),
}

# Where the helper tells the journal what it does.
_JOURNAL = "/run/systemd/journal/socket"

State = Literal["ok", "limited", "missing"]


class Finding(msgspec.Struct, frozen=True):
    """One thing that was looked at.

    Attributes:
        name: What it is.
        state: `ok`; `limited` where a feature shows or does less; `missing` where the program, or
            its window, does not work as it should.
        detail: What was found.
        remedy: What is missing without it, and how to get it; "" if all is well.
    """

    name: str
    state: State
    detail: str
    remedy: str = ""


def examine(host: Host, broken: Sequence[BrokenPanel]) -> Iterator[Finding]:
    """Looks at everything that a feature depends on."""
    yield _python()
    yield from _packages()
    yield from _libraries()
    yield _display()
    yield _locale()
    yield _pressure(host)
    yield _visibility(host)
    yield _journal(host)
    yield _log_files(host)
    yield _root(host)
    for panel in broken:
        yield Finding(
            _("Panel {name}").format(name=panel.name),
            "missing",
            detail=panel.report.strip().splitlines()[-1],
            remedy=_("This is a bug or a broken installation; the other panels work."),
        )


def run(host: Host, broken: Sequence[BrokenPanel], *, json: bool) -> int:
    """Prints the findings; status 1 if something is missing, not if something is limited."""
    missing = False
    for finding in examine(host, broken):
        missing |= finding.state == "missing"
        if json:
            write_line(finding)
        else:
            sys.stdout.write(_written(finding))
    return int(missing)


def _written(finding: Finding) -> str:
    mark = {"ok": _("ok     "), "limited": _("limited"), "missing": _("missing")}[finding.state]
    lines = f"{mark}  {finding.name}: {finding.detail}\n"
    return lines + (f"         {finding.remedy}\n" if finding.remedy else "")


def _missing_unless(good: object) -> State:
    return "ok" if good else "missing"


def _limited_unless(good: object) -> State:
    return "ok" if good else "limited"


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding(
        "Python",
        _missing_unless(good),
        detail=platform.python_version(),
        remedy="" if good else _("Sysgui needs Python 3.11 or newer."),
    )


def _packages() -> Iterator[Finding]:
    for name, feature in (
        ("PySide6_Essentials", _("the window")),
        ("pyqtgraph", _("graphs")),
        ("numpy", _("graphs")),
        ("QtAwesome", _("icons")),
        ("psutil", _("sensors")),
        ("hyperscan", _("search in logs")),
        ("regex", _("search in logs")),
        ("zstandard", _("logs in .zst")),
    ):
        try:
            version = metadata.version(name)
        except metadata.PackageNotFoundError:
            yield Finding(
                name,
                "missing",
                detail=_("not installed"),
                remedy=_("Without it: no {feature}. “installer/run” installs it.").format(
                    feature=feature
                ),
            )
            continue
        yield _version(name, version)


def _version(name: str, version: str) -> Finding:
    broken = (
        name.startswith("PySide6") and version.startswith("6.12.") and sys.version_info < (3, 12)
    )
    return Finding(
        name,
        _missing_unless(not broken),
        detail=version,
        remedy=_("6.12 crashes below Python 3.12: install 6.11.3.") if broken else "",
    )


def _libraries() -> Iterator[Finding]:
    for name, (debian, fedora) in _LIBRARIES.items():
        found = ctypes.util.find_library(name)
        yield Finding(
            f"lib{name}",
            _missing_unless(found is not None),
            detail=found or _("not found"),
            remedy=""
            if found
            else _("The window needs it: install {debian} (Debian) or {fedora} (Fedora).").format(
                debian=debian, fedora=fedora
            ),
        )


def _display() -> Finding:
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if wayland or x11:
        return Finding(
            _("Display"),
            "ok",
            detail=f"Wayland {wayland}" if wayland else f"X11 {x11}",
        )
    return Finding(
        _("Display"),
        "limited",
        detail=_("none"),
        remedy=_(
            "No window can be opened here. “sysgui --screenshot FILE” and the commands of "
            "“sysgui --help” need none."
        ),
    )


def _locale() -> Finding:
    encoding = locale.getpreferredencoding(do_setlocale=False)
    good = encoding.casefold().replace("-", "") == "utf8"
    return Finding(
        _("Character set"),
        _limited_unless(good),
        detail=encoding,
        remedy="" if good else _("Names may not be readable: set LANG=C.UTF-8 or your language's."),
    )


def _pressure(host: Host) -> Finding:
    try:
        host.read("/proc/pressure/cpu")
    except OSError as error:
        return Finding(
            _("Pressure (PSI)"),
            "limited",
            detail=error.strerror or str(error),
            remedy=_("The overview has no pressure graph: boot the kernel with psi=1."),
        )
    return Finding(_("Pressure (PSI)"), "ok", detail=_("kept by this kernel"))


def _visibility(host: Host) -> Finding:
    hidden = host.uid() != 0 and not host.exists("/proc/1/stat")
    return Finding(
        _("Others' processes"),
        _limited_unless(not hidden),
        detail=_("hidden (hidepid)") if hidden else _("visible"),
        remedy=_("An administrator can mount /proc without hidepid, or with your group in gid=.")
        if hidden
        else "",
    )


def _journal(host: Host) -> Finding:
    name = _("Journal")
    if host.live and not host.exists(JOURNALCTL):
        return Finding(
            name,
            "limited",
            detail=_("{program} is not installed").format(program=JOURNALCTL),
            remedy=_("Without it Logs and Services show no journal: it comes with systemd."),
        )
    stamp = JournalFiles(host).stamp()
    if stamp is None:
        return Finding(
            name,
            "limited",
            detail=_("may not be read by you"),
            remedy=_(
                "Logs shows what your own programs say only. An administrator can add you: "
                "usermod -aG systemd-journal {user}"
            ).format(user=host.user(host.uid())),
        )
    if not stamp:
        return Finding(
            name,
            "limited",
            detail=_("there is none"),
            remedy=_("Logs shows files only, unless systemd-journald runs on this machine."),
        )
    return Finding(name, "ok", detail=_("can be read"))


def _log_files(host: Host) -> Finding:
    name = _("Logs in /var/log")
    try:
        paths = [f"/var/log/{each}" for each in sorted(host.names("/var/log"))]
    except OSError as error:
        return Finding(
            name, "limited", detail=error.strerror or str(error), remedy=_("Logs lists no files.")
        )
    hidden = [path.rsplit("/", 1)[1] for path in paths if not host.may_read(path)]
    if not hidden:
        return Finding(name, "ok", detail=_("can be read"))
    shown = ", ".join(map(printable_text, hidden[:4])) + (" …" if len(hidden) > 4 else "")
    return Finding(
        name,
        "limited",
        detail=_("may not be read by you: {names}").format(names=shown),
        remedy=_(
            "An administrator can add you: usermod -aG adm {user}. Where the group of a file is "
            "another, Logs reads it with an administrator's password."
        ).format(user=host.user(host.uid())),
    )


def _root(host: Host) -> Finding:
    name = _("Acting as root")
    try:
        require_helper(host)
        way = transport(host)
    except Problem as problem:
        remedy = problem.hint
        if problem.code == "helper-missing":
            remedy = _(
                "Without it: no signals to others' processes, no look into them, no control of the "
                "system's services. Run “sudo installer/install”, or install the package that "
                "“installer/build-deb” makes."
            )
        return Finding(name, "limited", detail=problem.message, remedy=remedy)
    if not host.exists(_JOURNAL):
        remedy = _(
            "What cannot be told to the journal is not done as root: start systemd-journald."
        )
        return Finding(name, "limited", detail=_("systemd's journal does not run"), remedy=remedy)
    if not way:
        return Finding(name, "ok", detail=_("you are root"))
    return Finding(name, "ok", detail=_("asks through {program}").format(program=way[0]))
