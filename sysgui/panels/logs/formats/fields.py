r"""Lines of JSON asked for by the fields of their objects, whatever these are called.

    request_id=x                  the field is that text, number, true or false
    ctx.tenant=4                  a field of an object in the object
    duration>1.5                  as a number; a text that is one counts as such
    tags=new                      of a list, one is enough
    client=10.0.0.0/8             an address of that network
    user=-                        lacks the field, or it is null
    user=null                     it is null, or that text
    .level=error                  a field, if something else has its name or it was not seen yet

hyperscan picks out the lines that may be wanted, with all ways to escape a character; only these
are decoded, and their objects decide: of two fields of a name the last counts, and a line that is
no JSON has none.
"""

import itertools
import json
import operator
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
import numpy as np

from sysgui.panels.logs.expressions import matching, remembering
from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.networks import is_of, network_of
from sysgui.panels.logs.text.patterns import Pattern, either_case, ways_of
from sysgui.panels.logs.text.wanted import All, Condition, Not, Sight
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

# The keys that lead to a field.
Keys = tuple[str, ...]

Test = Callable[[Any], bool]

_ORDER: Mapping[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
_NUMBER = re.compile(r"-?[0-9]{1,20}(?:\.[0-9]{1,20})?(?:[eE][+-]?[0-9]{1,3})?")
_WHOLE = re.compile(r"-?[0-9]{1,20}")
_OF_NUMBER = re.compile(r"[-+.0-9eE]+")

# hyperscan takes expressions of up to 16,000 bytes.
_LONGEST = 12_000
# Where a longer one would be needed: the name of a field stands in quotes.
_ANY_NAME = b'"'

# A name with more dots than that is taken as it is.
_MOST_DOTS = 6

_SPACE = rb"[ \t\r]*"
_INSIDE = rb"(?:[^\"\\\r\n]|\\[^\r\n])*"
_SHORT = {'"': '"', "\\": "\\", "/": "/", "\b": "b", "\f": "f", "\n": "n", "\r": "r", "\t": "t"}
_HIGHEST = 0xFFFF

_decode = msgspec.json.Decoder().decode


def keys_of(name: str) -> list[Keys]:
    """Returns the ways to read a name: a dot may lead into an object, or belong to a key."""
    parts = name.split(".")
    if len(parts) > _MOST_DOTS:
        return [(name,), tuple(parts)]
    return [
        tuple(".".join(parts[a:b]) for a, b in itertools.pairwise((0, *cuts, len(parts))))
        for number in range(len(parts))
        for cuts in itertools.combinations(range(1, len(parts)), number)
    ]


def decoded(line: bytes) -> Mapping[str, Any]:
    """Returns the object that a line is; an empty one if it is none."""
    try:
        row = _decode(line)
    except (msgspec.DecodeError, RecursionError):
        try:
            # Half of a surrogate pair, as is left where a text was cut, is no UTF-8.
            row = json.loads(line)
        except (ValueError, RecursionError):
            return {}
    return row if isinstance(row, dict) else {}


def values(row: Any, keys: Keys) -> Iterator[Any]:
    """Yields what a field of an object is; of a list, each of it."""
    found = [row]
    for key in keys:
        objects = itertools.chain.from_iterable(map(_each, found))
        found = [one[key] for one in objects if isinstance(one, dict) and key in one]
    for value in found:
        yield from _each(value)


def _each(value: Any) -> Iterable[Any]:
    return value if isinstance(value, list) else (value,)


class Field:
    """A field of the objects that a log's lines are.

    Args:
        ways: The keys that lead to it, in all ways that are meant by its name.

    Attributes:
        ways: The same.
    """

    def __init__(self, ways: Sequence[Keys]) -> None:
        self.ways = ways

    def __call__(self, sign: str, value: Value) -> Condition:
        """Returns the lines whose field compares with a value.

        Raises:
            QueryError: If the value is none that can be compared with.
        """
        if sign in _ORDER:
            return self._holding(_in_order(sign, value), rb"[-0-9\"\[]")
        known = self._holding(lambda found: found is not None, b"")
        if value.unknown:
            return known if sign == "!=" else Not(known)
        if value.source is not None:
            wanted = self._holding(_matching(value, value.source), b"")
        elif sign in ("=", "!="):
            wanted = self._holding(_equal(value.text), _may_equal(value.text))
        else:
            wanted = self._holding(_containing(value.text), _may_contain(value.text))
        return All([known, Not(wanted)]) if sign == "!=" else wanted

    def _holding(self, test: Test, begins: bytes) -> Condition:
        keys = b"|".join(sorted({_written(keys[-1], str) for keys in self.ways}))
        expression = b'"(?:' + keys + b')"' + _SPACE + b":" + _SPACE
        if len(expression) + len(begins) <= _LONGEST:
            expression += begins
        elif len(expression) > _LONGEST:
            expression = _ANY_NAME
        return InObject(self.ways, Pattern(expression, caseless=False), test)


class InObject:
    """Selects the lines whose object has a value that a test lets through.

    Args:
        ways: The keys that lead to it.
        candidates: What such lines hold.
        test: Tells whether a value is wanted.
    """

    placed = False

    def __init__(self, ways: Sequence[Keys], candidates: Pattern, test: Test) -> None:
        self._ways = ways
        self._candidates = candidates
        self._test = test

    def patterns(self) -> Iterator[Pattern]:
        """Yields what such lines hold."""
        yield self._candidates

    def select(self, sight: Sight) -> Starts:
        """Returns where the wanted lines start."""
        block = sight.block
        lines = sight.found[self._candidates].tolist()
        return np.array([at for at in lines if self._holds(bytes(block.line_at(at)))], np.int64)

    def _holds(self, line: bytes) -> bool:
        row = decoded(line)
        return any(self._test(value) for keys in self._ways for value in values(row, keys))


def _text(value: Any) -> str | None:
    """Returns a value as it is written; None for what is an object, or not known."""
    if isinstance(value, str):
        return value
    return None if value is None or isinstance(value, dict | list) else json.dumps(value)


def _number(value: Any) -> float | None:
    if isinstance(value, str):
        return _read(value)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return value if is_number else None


def _read(text: str) -> float | None:
    """Returns the number that a text is; a whole one is exact."""
    if _WHOLE.fullmatch(text):
        return int(text)
    return float(text) if _NUMBER.fullmatch(text) else None


def _in_order(sign: str, value: Value) -> Test:
    bound = None if value.source is not None else _read(value.text)
    if bound is None:
        refuse(value.column, _("a number such as 5 or 0.5"), value.text or '""')
    compare = _ORDER[sign]

    def test(found: Any) -> bool:
        number = _number(found)
        return number is not None and compare(number, bound)

    return test


def _matching(value: Value, source: str) -> Test:
    matches = remembering(matching(value, source))

    def test(found: Any) -> bool:
        text = _text(found)
        return text is not None and matches(text)

    return test


def _equal(wanted: str) -> Test:
    ways, number = re.compile(either_case(wanted)), _read(wanted)
    network = network_of(wanted) if "/" in wanted else None

    def test(found: Any) -> bool:
        if isinstance(found, str):
            return bool(ways.fullmatch(found)) or (network is not None and is_of(found, network))
        if found is None or isinstance(found, bool):
            return ways.fullmatch(json.dumps(found)) is not None
        return number is not None and isinstance(found, int | float) and found == number

    return test


def _containing(wanted: str) -> Test:
    ways = re.compile(either_case(wanted))

    def test(found: Any) -> bool:
        text = _text(found)
        return text is not None and ways.search(text) is not None

    return test


# What the value begins with in the lines that may be wanted.


def _may_equal(text: str) -> bytes:
    if "/" in text and network_of(text):
        return b""
    ways = [b'"' + _written(text, ways_of) + b'"', rb"\[", *_literals(text, str.__eq__)]
    if _WHOLE.fullmatch(text):
        ways += [b"-?%d[^0-9]" % abs(int(text)), b"-?[0-9]+[.eE]"]
    elif _NUMBER.fullmatch(text):
        ways.append(b"-?[0-9]")
    return b"(?:" + b"|".join(ways) + b")"


def _may_contain(text: str) -> bytes:
    ways = [b'"' + _INSIDE + _written(text, ways_of), rb"\[", *_literals(text, str.__contains__)]
    if not text or _OF_NUMBER.fullmatch(text):
        ways.append(b"-?[0-9]")
    return b"(?:" + b"|".join(ways) + b")"


def _literals(text: str, compare: Callable[[str, str], bool]) -> list[bytes]:
    small = text.lower()
    return [word.encode() for word in ("true", "false", "null") if compare(word, small)]


def _written(text: str, ways: Callable[[str], Iterable[str]]) -> bytes:
    """Returns an expression for a text as JSON writes it.

    Args:
        text: The text.
        ways: Returns for a character those that may stand for it.
    """
    return b"".join(
        b"(?:" + b"|".join(each for way in ways(letter) for each in _escapes(way)) + b")"
        for letter in text
    )


def _escapes(letter: str) -> Iterator[bytes]:
    """Yields the ways in which JSON writes a character."""
    if letter in _SHORT:
        yield rb"\\" + _plain(_SHORT[letter].encode())
    if letter not in '"\\' and letter >= " ":
        yield _plain(letter.encode("utf-8", "surrogateescape" if "\udc80" <= letter <= "\udcff"
                                   else "surrogatepass"))  # fmt: skip
    units = letter.encode("utf-16-be", "surrogatepass")
    for_unit = (f"{units[at]:02x}{units[at + 1]:02x}" for at in range(0, len(units), 2))
    yield b"".join(rb"\\u" + b"".join(map(_digit, unit)) for unit in for_unit)


def _digit(digit: str) -> bytes:
    return f"[{digit}{digit.upper()}]".encode() if digit.isalpha() else digit.encode()


def _plain(data: bytes) -> bytes:
    return b"".join(b"\\x%02x" % byte for byte in data)
