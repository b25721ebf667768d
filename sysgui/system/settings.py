"""What the user chose, remembered: one typed file, replaced whole or not at all.

A file that cannot be understood is set aside under a name of its own, and defaults are used: it is
neither overwritten nor in the way.
"""

import os
from pathlib import Path
from typing import TypeVar

import msgspec

from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.replace import replace

Section = TypeVar("Section", bound=msgspec.Struct)

FILE = "settings.json"

_MISUNDERSTOOD = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)


class Geometry(msgspec.Struct, frozen=True):
    """Where the window stood, in device-independent pixels; x and y where the platform tells."""

    width: int
    height: int
    x: int | None = None
    y: int | None = None
    maximized: bool = False


class _Stored(msgspec.Struct, forbid_unknown_fields=False):
    """The file: the window's own settings, and a section for each panel, in that panel's type."""

    panel: str = ""
    geometry: Geometry | None = None
    panels: dict[str, msgspec.Raw] = {}


def settings_directory() -> Path:
    """Returns the application's directory under XDG_CONFIG_HOME (Base Directory Specification)."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    # The specification wants a relative path ignored.
    base = Path(configured) if configured.startswith("/") else Path.home() / ".config"
    return base / "sysgui"


class Settings:
    """The settings in memory and on disk.

    Args:
        directory: Where the file lies; None keeps everything in memory (screenshots, tests).

    Attributes:
        trouble: What was wrong with the file when it was read, for the user; or None.
    """

    def __init__(self, directory: Path | None) -> None:
        self._path = directory / FILE if directory else None
        self._saved = b""
        self.trouble: Problem | None = None
        self._stored = self._load()

    @property
    def panel(self) -> str:
        """The tab that was shown last."""
        return self._stored.panel

    @panel.setter
    def panel(self, name: str) -> None:
        self._stored.panel = name

    @property
    def geometry(self) -> Geometry | None:
        """Where the window stood."""
        return self._stored.geometry

    @geometry.setter
    def geometry(self, geometry: Geometry) -> None:
        self._stored.geometry = geometry

    def section(self, name: str, kind: type[Section]) -> Section:
        """Returns a panel's settings; its defaults if there are none or they do not fit."""
        raw = self._stored.panels.get(name)
        if raw is None:
            return kind()
        try:
            return msgspec.json.decode(raw, type=kind)
        except _MISUNDERSTOOD as error:
            self.trouble = self._set_aside(str(error), self._saved)
            del self._stored.panels[name]
            return kind()

    def put_section(self, name: str, section: msgspec.Struct) -> None:
        """Sets a panel's settings; `save` writes them."""
        self._stored.panels[name] = msgspec.Raw(msgspec.json.encode(section))

    def save(self) -> None:
        """Replaces the file if anything changed: at every moment it is the old or the new one.

        Raises:
            Problem: `settings-not-saved`; the file is as it was.
        """
        if self._path is None:
            return
        data = msgspec.json.format(msgspec.json.encode(self._stored), indent=2) + b"\n"
        if data == self._saved:
            return
        try:
            replace(self._path, data)
        except OSError as error:
            raise Problem(
                "settings-not-saved",
                _("Your settings could not be saved in {path}: {error}.").format(
                    path=self._path, error=error.strerror
                ),
                _("Those saved before are untouched."),
            ) from error
        self._saved = data

    def _load(self) -> _Stored:
        if self._path is None:
            return _Stored()
        try:
            data = self._path.read_bytes()
        except FileNotFoundError:
            return _Stored()
        except OSError as error:
            self.trouble = Problem(
                "settings-not-read",
                _("Your settings in {path} could not be read: {error}.").format(
                    path=self._path, error=error.strerror
                ),
                _("Defaults are used."),
            )
            return _Stored()
        try:
            stored = msgspec.json.decode(data, type=_Stored)
        except _MISUNDERSTOOD as error:
            self.trouble = self._set_aside(str(error), data)
            return _Stored()
        self._saved = data
        return stored

    def _set_aside(self, reason: str, data: bytes) -> Problem:
        """Keeps a copy of what the file held under another name, and says so."""
        message = _("Your settings could not be understood ({reason}). Defaults are used.")
        hint = ""
        if self._path is not None:
            try:
                aside = _copy(data, self._path)
            except OSError:
                hint = _("The file stays as it is until settings are saved.")
            else:
                hint = _("The file was set aside as {path}.").format(path=aside)
        return Problem("settings-broken", message.format(reason=reason), hint)


def _copy(data: bytes, path: Path) -> Path:
    """Writes what `path` held beside it, once, and returns where."""
    number = 1
    while True:
        aside = path.with_name(f"{path.name}.broken" + (f"-{number}" if number > 1 else ""))
        try:
            with aside.open("xb") as file:
                file.write(data)
        except FileExistsError:
            if aside.is_file() and aside.read_bytes() == data:
                return aside
            number += 1
        else:
            return aside
