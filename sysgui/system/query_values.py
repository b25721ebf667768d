"""What a query's values mean: kinds of fields, units, quantities, choices, patterns.

The grammar around them stands in `query_grammar.py`, what a user may type in `query.py`.
"""

import enum
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from functools import partial
from typing import Any, Generic, NoReturn, TypeVar

from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text

MAX_PATTERN = 200
MAX_SEARCHED = 4_096

Row = TypeVar("Row")

KEYWORDS = ("and", "or", "not")
UNKNOWN = "-"
WORD = re.compile(r'(?:[^\s"()!=:<>~]|!(?!=))+')
# No number has more digits than a 64-bit counter, so that none overflows a float.
_QUANTITY = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,9})?|\.[0-9]{1,9})\s*([a-z%]*)")
_BARE_NUMBER = re.compile(r"[-+]?[0-9.]+")
_UNIT_APART = re.compile(r"\s+([a-z%]+)(?![^\s()])", re.IGNORECASE)

EQUALITY = ("=", ":", "!=")
_PART = (":", "~")
# The value asked for stands first, as functools.partial binds it; hence lt for ">".
_ORDER: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    ":": operator.eq,
    "!=": operator.ne,
    "<": operator.gt,
    "<=": operator.ge,
    ">": operator.lt,
    ">=": operator.le,
}


class Kind(enum.Enum):
    """What a field holds, and so which operators and values suit it."""

    TEXT = "text"
    NUMBER = "number"
    PERCENT = "percent"
    SIZE = "size"
    DURATION = "duration"
    CHOICE = "choice"


_UNITS: Mapping[Kind, Mapping[str, Fraction]] = {
    Kind.NUMBER: {"": Fraction(1)},
    Kind.PERCENT: {"": Fraction(1), "%": Fraction(1)},
    Kind.SIZE: {"": Fraction(1), "b": Fraction(1)}
    | {letter: Fraction(1024**power) for power, letter in enumerate("kmgtpe", 1)}
    | {f"{letter}ib": Fraction(1024**power) for power, letter in enumerate("kmgtpe", 1)}
    | {f"{letter}b": Fraction(1000**power) for power, letter in enumerate("kmgtpe", 1)},
    Kind.DURATION: {
        "": Fraction(1),
        "ms": Fraction(1, 1000),
        "s": Fraction(1),
        "m": Fraction(60),
        "min": Fraction(60),
        "h": Fraction(3600),
        "d": Fraction(86_400),
        "w": Fraction(604_800),
    },
}
_EXAMPLES: Mapping[Kind, str] = {
    Kind.NUMBER: N_("a number such as 5 or 0.5"),
    Kind.PERCENT: N_("a percentage such as 5 or 12.5%"),
    Kind.SIZE: N_("a size such as 200M"),
    Kind.DURATION: N_("a duration such as 90s or 1h30m"),
}


@dataclass(frozen=True)
class Askable:
    """One thing that can be asked, as far as the grammar is concerned.

    Attributes:
        name: What the user types, such as "cpu".
        kind: What it holds.
        choices: The values of a CHOICE.
        aliases: Other names that are understood, but not offered.
        help: One line for the completer.
    """

    name: str
    kind: Kind
    choices: tuple[str, ...] = field(default=(), kw_only=True)
    aliases: tuple[str, ...] = field(default=(), kw_only=True)
    help: str = field(default="", kw_only=True)

    def __post_init__(self) -> None:
        for name in (self.name, *self.aliases):
            if quote(name) != name or name.casefold() == "re":
                raise ValueError(f"a field cannot be called {name!r}")
        if bool(self.choices) != (self.kind is Kind.CHOICE):
            raise ValueError(f"{self.name}: choices belong to a CHOICE, and it needs them")

    @property
    def operators(self) -> tuple[str, ...]:
        """The operators that suit it."""
        return operators(self.kind)


@dataclass(frozen=True)  # No slots: below Python 3.13 they break Field[Row](...).
class Field(Askable, Generic[Row]):
    """One thing that can be asked of a row.

    Attributes:
        get: Reads the value from a row: str for TEXT and CHOICE (spelt as in `choices`), a number
            for the others (SIZE in bytes, DURATION in seconds), or None when it is not known.
        plain: Whether plain words look into this field; for TEXT and CHOICE.
    """

    get: Callable[[Row], Any]
    plain: bool = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.plain and self.kind not in (Kind.TEXT, Kind.CHOICE):
            raise ValueError(f"{self.name}: plain words look into texts only")


class QueryError(ValueError):
    """A query that cannot be understood.

    Attributes:
        column: Where, counted in characters from 1; one past the end for something that is missing.
        message: What is wrong, without the column; `str()` has both.
        expected: What could stand there; may be empty.
    """

    def __init__(self, column: int, message: str, expected: str = "") -> None:
        super().__init__(column, message, expected)
        self.column = column
        self.message = message
        self.expected = expected

    def __str__(self) -> str:
        return _("column {column}: {message}").format(column=self.column, message=self.message)


@dataclass(frozen=True, slots=True)
class Value:
    """What a condition looks for, as read.

    Attributes:
        column: Where it stands, from 1.
        text: What it is, without quotes; a pattern with its "re:".
        source: A pattern as it was typed, not looked into yet; None if it is none.
        inside: The column of its first character.
        unknown: Whether it is the sign for what is not known.
    """

    column: int
    text: str
    source: str | None = None
    inside: int = 0
    unknown: bool = False


def quote(text: str) -> str:
    """Returns `text` as a query writes it: as it is where that is safe, else in quotes."""
    if WORD.fullmatch(text) and text.casefold() not in (*KEYWORDS, UNKNOWN) and text[0] != "!":
        return text
    escaped = re.sub(r'(["\\])', r"\\\1", text)
    return f'"{escaped}"'


def unescape(inside: str) -> str:
    """Returns the text that a quoted one stands for, given without its quotes."""
    return re.sub(r'\\(["\\])', r"\1", inside)


def refuse(column: int, expected: str, got: str) -> NoReturn:
    """Raises the error for `got`, or for the end where that is empty."""
    message = _("expected {expected}, got the end")
    if got:
        message = _("expected {expected}, got '{got}'")
    raise QueryError(column, message.format(expected=expected, got=shortened(got)), expected)


def refuse_expression(column: int, source: str, error: Exception) -> NoReturn:
    """Raises the error for a regular expression that is none, for the reason that `error` says."""
    expected = _("a regular expression")
    message = _("expected {expected}, got '{got}' ({reason})")
    message = message.format(expected=expected, got=shortened(source), reason=error)
    raise QueryError(column, message, expected) from error


def shortened(text: str) -> str:
    """Returns `text` as an error message quotes it: on one line, and acting on no terminal."""
    shown = printable_text(text[:40])
    return shown if len(text) <= 40 and len(shown) <= 40 else shown[:39] + "…"


def operators(kind: Kind) -> tuple[str, ...]:
    """Returns the operators that suit a field."""
    if kind is Kind.TEXT:
        return (*EQUALITY, "~")
    return EQUALITY if kind is Kind.CHOICE else tuple(_ORDER)


def accepts(field: Askable, sign: str, value: Value) -> Callable[[Any], bool]:
    """Returns the test of a known value of `field`.

    Raises:
        QueryError: If the field has no such value.
    """
    if field.kind is Kind.TEXT:
        return accepts_text(sign, value)
    wanted = _choice(field.choices, value) if field.choices else _quantity(field.kind, value)
    return partial(_ORDER[sign], wanted)


def accepts_text(sign: str, value: Value) -> Callable[[str], bool]:
    """Returns the test of a text."""
    if value.source is not None:
        pattern = compile_pattern(value.source, value.column + len("re:"))
        search, wanted = pattern.search, sign != "!="
        return lambda text: (search(text[:MAX_SEARCHED]) is not None) is wanted
    needle = value.text.casefold()
    if sign in _PART:
        return lambda text: needle in text.casefold()
    compare = _ORDER[sign]
    return lambda text: compare(needle, text.casefold())


def _choice(choices: tuple[str, ...], value: Value) -> str:
    if value.text in choices:
        return value.text  # Two may differ in nothing but capitals, such as T and t.
    for choice in choices:
        if choice.casefold() == value.text.casefold():
            return choice
    expected = _("one of {choices}").format(choices=", ".join(choices))
    refuse(value.column, expected, value.text or '""')


def _quantity(kind: Kind, value: Value) -> int | float:
    """Reads a number with its unit; a duration may be a sum of several."""
    units = _UNITS[kind]
    unsigned = re.sub(r"\A[-+]", "", value.text.casefold())
    parts = _QUANTITY.findall(unsigned)
    good = parts and not _QUANTITY.sub("", unsigned).strip()
    if len(parts) > 1:
        good = good and kind is Kind.DURATION and all(unit for _count, unit in parts)
    if not good or any(unit not in units for _count, unit in parts):
        refuse(value.column, _(_EXAMPLES[kind]), value.text or '""')
    total = sum((Fraction(count) * units[unit] for count, unit in parts), Fraction(0))
    if value.text.startswith("-"):
        total = -total
    return int(total) if total.denominator == 1 else float(total)


def unit_apart(kind: Kind, number: str, rest: str) -> str:
    """Returns the spaces and the unit at the begin of `rest` that belong to a number, or ""."""
    apart = _UNIT_APART.match(rest)
    if apart and apart[1].casefold() in _UNITS.get(kind, ()) and _BARE_NUMBER.fullmatch(number):
        return apart[0]
    return ""


def compile_pattern(source: str, column: int) -> re.Pattern[str]:
    """Compiles a bounded regular expression that stands at `column`."""
    if len(source) > MAX_PATTERN:
        expected = _("a pattern of at most {count} characters").format(count=MAX_PATTERN)
        refuse(column, expected, source)
    if _repeats_within_repeat(source):
        expected = _("a pattern whose repeated groups hold no '*', '+', '?', '{' or '|'")
        refuse(column, expected, source)
    try:
        with warnings.catch_warnings():
            # re warns of what it may read otherwise one day; that is nothing to a user.
            warnings.simplefilter("ignore")
            return re.compile(source, re.IGNORECASE)
    except (re.error, ValueError, OverflowError, RecursionError) as error:
        refuse_expression(column, source, error)


def _repeats_within_repeat(source: str) -> bool:
    """Tells whether a repeated group holds a repeat or an alternative, which may take forever."""
    flat = re.sub(r"\\.|\[\^?\]?(?:\\.|[^]\\])*\]", "x", source, flags=re.DOTALL)
    innermost = re.compile(r"\((?:\?(?:P<\w*>|<?[=!]|>|[a-z-]*:))?([^()]*)\)([*+{]?)")
    while group := innermost.search(flat):
        ambiguous = re.search(r"[*+?{|]", group[1])
        if ambiguous and group[2]:
            return True
        flat = flat[: group.start()] + ("x*" if ambiguous else "x") + group[2] + flat[group.end() :]
    return False
