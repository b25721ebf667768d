"""How units get to where systemd reads them: through the helper, or into the user's own folder."""

import contextlib
import hashlib
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from sysgui.panels.services.control.verbs import RELOAD_ALL
from sysgui.panels.services.systemctl import systemctl
from sysgui.panels.services.units import SYSTEM, USER
from sysgui.system.elevation import Frame, Item, Order, Plan, Result
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.system.replace import replace

from .forms import HEAD

# As the helper calls it (sysgui/helper/operations/unit_file.py).
UNITS = "/etc/systemd/system"
DROP_IN = "60-sysgui.conf"

# What systemd makes of a file that it cannot use.
_BAD = ("bad-setting", "error")


class Writing(msgspec.Struct, frozen=True):
    """Units, or drop-ins of theirs, that are to be written.

    Attributes:
        texts: Texts by the names of their units; an empty one takes the file away.
        scope: Whose manager they are for.
        drop_in: Whether they are drop-ins, and not whole units.
        start: Whether the last of them is one to be started, now and with the machine.
        before: The texts that have to stand there now, for otherwise nothing is done; of units that
            are not named there, any.
    """

    texts: Mapping[str, str] = {}
    scope: str = SYSTEM
    drop_in: bool = False
    start: bool = False
    before: Mapping[str, str] = {}

    @property
    def starts(self) -> bool:
        """Whether the last of them is started, which it cannot be if its file goes."""
        return self.start and all(self.texts.values())


def order(writing: Writing) -> Order:
    """Returns what the helper is asked for."""
    found = list(writing.texts.values())
    return Order(
        "unit-write",
        list(writing.texts),
        {
            "place": "drop-in" if writing.drop_in else "unit",
            "start": "yes" if writing.starts else "no",
            "digest": digest("\0".join(found).encode()),
        },
        {"texts": found},
        {name: {"before": digest(text.encode())} for name, text in writing.before.items()},
    )


def digest(data: bytes) -> str:
    """Returns what stands for a text in the helper's words."""
    return hashlib.sha256(data).hexdigest()


def undo_of(writing: Writing, frames: Sequence[Frame]) -> Writing | None:
    """Returns what puts back what was written; None if nothing was, or what was there is not known.

    It is refused if somebody has changed any of it since.
    """
    plans = [frame for frame in frames if isinstance(frame, Plan)]
    facts = {str(its["target"]): its for plan in plans for its in plan.items}
    done = [frame.target for frame in frames if isinstance(frame, Item) and frame.code == "done"]
    # A timer goes before its service, and comes after it.
    texts = {name: str(facts[name]["text"]) for name in reversed(done)}
    # Of a long text the helper tells the beginning only, and what is no text cannot be written.
    known = all(digest(text.encode()) == facts[name]["before"] for name, text in texts.items())
    if not (texts and known):
        return None
    before = {name: writing.texts[name] for name in done}
    return msgspec.structs.replace(writing, texts=texts, before=before)


def own_folder() -> Path:
    """Returns where the user's own units stand (systemd.unit(5))."""
    configured = os.environ.get("XDG_CONFIG_HOME", "")
    base = Path(configured) if configured.startswith("/") else Path.home() / ".config"
    return base / "systemd" / "user"


class OwnUnitFiles:
    """Writes units of the user's own manager, which needs no root; answers as the helper does.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, **writing: Any) -> list[Frame]:
        """Writes all of them, or leaves everything as it was.

        Args:
            writing: The fields of a `Writing`.

        Raises:
            Problem: `not-ours` if a unit of that name is there that was not made here; `changed` if
                it is not as it has to be; or why it was put back.
        """
        wanted = Writing(**writing)
        paths = {name: self._path(name, drop_in=wanted.drop_in) for name in wanted.texts}
        before = {name: held(path) for name, path in paths.items()}
        for name, text in wanted.before.items():
            _require_same(paths[name], before[name], text)
        if not wanted.drop_in:
            for name, path in paths.items():
                _require_ours(path, before[name])
        try:
            self._put_all(wanted, paths)
            self._take_up(list(wanted.texts), start=wanted.starts)
        except (OSError, Problem) as error:
            for name, path in paths.items():
                _put(path, before[name])
            systemctl(self._host, USER, RELOAD_ALL)
            if isinstance(error, Problem):
                raise
            raise Problem("not-written", error.strerror or str(error)) from error
        facts = [_facts(name, data) for name, data in before.items()]
        return [Plan("", facts), *(Item(name, "done") for name in paths), Result("done")]

    def _put_all(self, wanted: Writing, paths: Mapping[str, Path]) -> None:
        for name, text in wanted.texts.items():
            if not (text or wanted.drop_in):
                systemctl(self._host, USER, "disable", "--now", "--", name)
            _put(paths[name], text.encode() or None)

    def _path(self, name: str, *, drop_in: bool) -> Path:
        folder = own_folder()
        return folder / f"{name}.d" / DROP_IN if drop_in else folder / name

    def _take_up(self, names: list[str], *, start: bool) -> None:
        systemctl(self._host, USER, RELOAD_ALL)
        for name in names:
            said = systemctl(
                self._host, USER, "show", "--property=LoadState", "--value", "--", name
            )
            if said.stdout.strip().decode("ascii", "replace") in _BAD:
                raise Problem(
                    "bad-unit",
                    _("systemd cannot use {name}: all is as it was before.").format(name=name),
                )
        if start and systemctl(self._host, USER, "enable", "--now", "--", names[-1]).status:
            systemctl(self._host, USER, "disable", "--now", "--", names[-1])
            raise Problem(
                "not-started",
                _("{name} did not start: all is as it was before.").format(name=names[-1]),
                _("Its journal says why: journalctl --user -u {name}").format(name=names[-1]),
            )


def _require_ours(path: Path, data: bytes | None) -> None:
    if data is not None and not data.startswith(HEAD.encode()):
        raise Problem(
            "not-ours",
            _("There is a unit of that name, which was not made here: {path}").format(path=path),
            _("Choose another name."),
        )


def _require_same(path: Path, data: bytes | None, text: str) -> None:
    if (data or b"") != text.encode():
        raise Problem(
            "changed",
            _("{path} was changed by somebody meanwhile. Nothing was done.").format(path=path),
            _("Look at it first."),
        )


def _facts(name: str, data: bytes | None) -> dict[str, Any]:
    """Returns what the helper would tell of a file."""
    data = data or b""
    return {"target": name, "before": digest(data), "text": data.decode(errors="backslashreplace")}


def held(path: Path) -> bytes | None:
    """Returns what a file of one's own holds; None if it is not there."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None


def _put(path: Path, data: bytes | None) -> None:
    if data is not None:
        replace(path, data)
        return
    path.unlink(missing_ok=True)
    if path.name == DROP_IN:
        with contextlib.suppress(OSError):  # There are others in it, or it never was.
            path.parent.rmdir()
