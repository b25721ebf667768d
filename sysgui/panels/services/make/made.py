"""What was made here and is to go: the unit that is chosen, and what was made with it."""

from collections.abc import Sequence

import msgspec

from sysgui.panels.services.systemctl import systemctl
from sysgui.panels.services.units import SYSTEM, USER, Unit, readable
from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.problem import Problem

from .forms import HEAD
from .writing import UNITS, Writing, held, own_folder


class Made(msgspec.Struct, frozen=True):
    """Units that were made together.

    Attributes:
        scope: Whose manager they are for.
        texts: What stands in their files; what starts another comes first.
        starts: Whether the first of them is started with the machine, or with the session.
    """

    scope: str
    texts: dict[str, str]
    starts: bool

    @property
    def removal(self) -> Writing:
        """What takes them away, if they still are what they were."""
        gone = dict.fromkeys(self.texts, "")
        return Writing(gone, self.scope, start=self.starts, before=self.texts)


class MadeProbe:
    """Reads what was made here.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, scope: str = SYSTEM, name: str = "") -> Made:
        """Returns a unit, with its timer or service if that was made with it.

        Raises:
            Problem: `not-ours` if it was not made here; as `Host.run` says.
        """
        stem = name.rpartition(".")[0]
        both = [f"{stem}.timer", f"{stem}.service"]
        names = both if name in both else [name]
        found = {each: text for each in names if (text := self._text(scope, each))}
        if name not in found:
            raise Problem(
                "not-ours",
                _("{name} was not made here, and is not removed from here.").format(
                    name=readable(name)
                ),
                _("It can be disabled, or masked."),
            )
        starts = systemctl(self._host, scope, "is-enabled", "--", next(iter(found))).status == 0
        return Made(scope, found, starts)

    def _text(self, scope: str, name: str) -> str:
        try:
            data = (
                held(own_folder() / name) if scope == USER else self._host.read(f"{UNITS}/{name}")
            )
        except OSError:
            return ""
        text = (data or b"").decode("utf-8", "replace")
        return text if text.startswith(HEAD) else ""


def may_be_made(unit: Unit) -> bool:
    """Tells whether a unit lies where those are that are made here."""
    place = str(own_folder()) if unit.scope == USER else UNITS
    return unit.file == f"{place}/{unit.name}"


def title(names: Sequence[str]) -> str:
    """Returns what is done, with its objects in it."""
    return _("Remove {names}").format(names=", ".join(map(readable, names)))


def follows(names: Sequence[str]) -> str:
    """Returns what will be so, in a sentence."""
    return ngettext(
        "It is stopped, no more started by itself, and its file is removed. "
        "One click puts it back, until you do something else.",
        "They are stopped, no more started by themselves, and their files are removed. "
        "One click puts them back, until you do something else.",
        len(names),
    )
