"""Lines asked for by their parts: by host, identifier, unit, pid, and what else a form has."""

import functools
import operator
import re
from collections.abc import Callable, Iterator, Mapping
from ipaddress import IPv4Network

from sysgui.panels.logs.expressions import matching, remembering
from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.networks import mapped, network_of, written
from sysgui.panels.logs.text.patterns import Pattern, literal
from sysgui.panels.logs.text.wanted import All, Condition, Matching, Not, Nothing, Sight
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

from .form import Form, Part

# Returns the lines whose part compares with a value: equal (=), other (!=), or holding it (~); of a
# number, also less (<, <=) or more.
Select = Callable[[str, Value], Condition]

# No program writes a longer one.
_NUMBER = re.compile(r"[0-9]{1,20}")

# How numbers compare.
_ORDER: Mapping[str, Callable[[int, int], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}

# What may be an address, or the name of a machine.
_MACHINES = ("client", "host")

# systemd calls a program's unit by its name with this; a text log has the program's own name only.
_SERVICE = ".service"


def selects(form: Form) -> Mapping[str, Select]:
    """Returns what can be asked of the lines of a form besides text, level and time, by name."""
    found: dict[str, Select] = {
        name: functools.partial(_of_machine if name in _MACHINES else _compared, part)
        for name, part in form.parts.items()
        if part.asked
    }
    if "identifier" in found and "unit" not in found:
        found["unit"] = functools.partial(_of_unit, found["identifier"])
    return found


def _of_machine(part: Part, sign: str, value: Value) -> Condition:
    """Selects by an address, too: it may be one of a network, and of IPv6 be written otherwise."""
    network = network_of(value.text) if sign in ("=", "!=") and value.source is None else None
    if network is None:
        return _compared(part, sign, value)
    ways = written(network)
    if isinstance(network, IPv4Network):
        ways += f"|{written(mapped(network))}"
    # Apache's error log has the port behind it.
    wanted = Matching(_pattern(part, f"(?i:{ways})(?::[0-9]{{1,5}})?"))
    return All([_known(part), Not(wanted)]) if sign == "!=" else wanted


def _of_unit(select: Select, sign: str, value: Value) -> Condition:
    if value.source is None and value.text.endswith(_SERVICE):
        text = value.text.removesuffix(_SERVICE)
        value = Value(value.column, text, inside=value.inside, unknown=False)
    return select(sign, value)


def _compared(part: Part, sign: str, value: Value) -> Condition:
    if sign in _ORDER:
        return _Searched(part, _in_order(sign, value))
    if value.unknown:
        return _known(part) if sign == "!=" else Not(_known(part))
    wanted = _holding(part, sign, value)
    return All([_known(part), Not(wanted)]) if sign == "!=" else wanted


def _known(part: Part) -> Condition:
    """Selects the lines that have the part."""
    there = Matching(_pattern(part, f"{part.inside}+"))
    if not part.nil:
        return there
    return All([there, Not(Matching(_pattern(part, re.escape(part.nil))))])


def _holding(part: Part, sign: str, value: Value) -> Condition:
    """Selects the lines whose part is a value, or holds it."""
    if value.source is not None:
        return All([_known(part), _Searched(part, matching(value, value.source))])
    contained = sign not in ("=", "!=")
    if not value.text and contained:
        return _known(part)
    ways = {value.text, value.text.lower(), value.text.upper()}
    fitting = [_fits(part, way) for way in ways]
    if not any(fitting) or (value.text == part.nil and not contained):
        return Nothing()
    found = Matching(_pattern(part, _written(part, value.text, contained=contained)))
    # What may be found where there is no part: in other letters than it can have, or in its nil.
    if all(fitting) and not (contained and value.text in part.nil):
        return found
    return All([_known(part), found])


def _written(part: Part, text: str, *, contained: bool) -> str:
    """Returns an expression for a text, in small letters or capitals."""
    either = literal(text)
    written = either.expression.decode("ascii")
    if either.caseless:
        written = f"(?i:{written})"
    return f"{part.inside}*{written}{part.inside}*" if contained else written


def _fits(part: Part, text: str) -> bool:
    """Tells whether a part can hold a text."""
    try:
        encoded = text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False
    return re.fullmatch(f"{part.inside}+".encode("ascii"), encoded) is not None


def _pattern(part: Part, inside: str) -> Pattern:
    return Pattern(f"^{part.before}{inside}{part.behind}".encode("ascii"), caseless=False)


def _in_order(sign: str, value: Value) -> Callable[[str], bool]:
    """Returns the test of a number against another.

    Raises:
        QueryError: If the value is none.
    """
    if not _NUMBER.fullmatch(value.text):
        refuse(value.column, _("a number"), value.text or '""')
    compare, bound = _ORDER[sign], int(value.text)
    return lambda text: _NUMBER.fullmatch(text) is not None and compare(int(text), bound)


class _Searched:
    """Selects the lines of whose part a test holds: that an expression matches something in it.

    Hyperscan finds the part, and each of its values is tried once only: hosts and programs are few.
    """

    placed = False

    def __init__(self, part: Part, decides: Callable[[str], bool]) -> None:
        self._there = Matching(_pattern(part, f"{part.inside}+"))
        shape = f"{part.before}({part.inside}+){part.behind}"
        self._shape = re.compile(shape.encode("ascii"), re.MULTILINE)
        self._decides = decides
        self._matches = remembering(self._try)

    def patterns(self) -> Iterator[Pattern]:
        """Yields what has the part."""
        return self._there.patterns()

    def select(self, sight: Sight) -> Starts:
        """Returns the lines with a match."""
        lines = sight.select(self._there)
        data = sight.block.data
        chosen = [self._holds(data, start) for start in lines.tolist()]
        return lines[chosen]

    def _holds(self, data: memoryview, start: int) -> bool:
        found = self._shape.match(data, start)
        return found is not None and self._matches(bytes(found[1]))

    def _try(self, value: bytes) -> bool:
        return self._decides(value.decode("utf-8", "backslashreplace"))
