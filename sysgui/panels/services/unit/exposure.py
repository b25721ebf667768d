"""How much of the machine a service could reach if it were taken over: systemd's own estimate."""

import msgspec

from sysgui.panels.services.units import USER
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

# All that it looks at is loaded: nothing is loaded by asking.
_ARGV = ("systemd-analyze", "security", "--no-pager", "--json=short")


class Check(msgspec.Struct, frozen=True, rename={"met": "set"}):
    """One way in which a service can be confined.

    Attributes:
        name: The setting, such as `ProtectHome=`.
        description: What is so, in systemd's words.
        met: Whether the service is confined so; None if that makes no difference.
        exposure: How much it adds to the whole, in tenths written as text such as `0.3`; or None.
    """

    name: str
    description: str
    met: bool | None = None
    exposure: str | None = None


class Exposure(msgspec.Struct, frozen=True):
    """What systemd-analyze(1) says of a service.

    Attributes:
        scope: Whose manager runs it.
        name: The service; "" is none.
        level: From 0.0, confined, to 10.0, not at all; None if systemd gives none.
        word: The level in systemd's word, such as `MEDIUM` or `UNSAFE`; "" if there is none.
        checks: What the service is not confined in first, and there what weighs most.
    """

    scope: str
    name: str
    level: float | None = None
    word: str = ""
    checks: list[Check] = []


class _Overall(msgspec.Struct, frozen=True):
    unit: str
    exposure: str = ""
    predicate: str = ""


class ExposureProbe:
    """Asks systemd-analyze about one service.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, scope: str = "system", name: str = "") -> Exposure:
        """Returns what it says.

        Raises:
            Problem: `no-program`, `program-timeout`, or `no-exposure` where it says nothing.
        """
        if not name:
            return Exposure(scope, name)
        checks = self._ask(scope, name)
        overall = self._ask(scope)
        try:
            found = msgspec.json.decode(checks, type=list[Check])
            levels = msgspec.json.decode(overall, type=list[_Overall])
        except msgspec.DecodeError as error:
            raise Problem(
                "no-exposure",
                _("systemd-analyze says nothing of {name} that can be read.").format(name=name),
                _("It knows services only, and needs systemd 250 or newer."),
            ) from error
        mine = next((each for each in levels if each.unit == name), _Overall(name))
        level = float(mine.exposure) if mine.exposure else None
        return Exposure(scope, name, level, mine.predicate, sorted(found, key=_weight))

    def _ask(self, scope: str, *names: str) -> bytes:
        whose = ("--user",) if scope == USER else ()
        return self._host.run([*_ARGV, *whose, *(("--", *names) if names else ())], 30.0).stdout


def _weight(check: Check) -> tuple[bool, float, str]:
    return check.met is not False, -float(check.exposure or 0), check.name
