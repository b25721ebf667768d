r"""The language in which lines of a log are asked for: that of `system/query.py`, for lines.

    timeout                       the line contains it; capitals do not matter
    "out of memory"               a phrase; \" and \\ stand for a quote and a backslash
    re:^\S+.sshd\[\d+\]           a regular expression as Python writes them; re:"a b" with spaces
    case:Error                    capitals matter; case:"a phrase", case:re:^E
    word:cat                      a word of its own: not the one in "concatenate"
    level<=err                    err or worse; =, !=, <, >, >= likewise
    level=-                       says no level; level!=- says one
    status>=500                   as a number: =, !=, <, <=, >, >= of how a request was answered
    unit~nginx pid!=1             parts of a line, where its format is known
    request_id=x ctx.tenant>4     of JSON, the fields, see `formats/fields.py`
    ip=192.0.2.7                  it holds that address, of IPv4 or IPv6
    ip=10.0.0.0/8                 it holds an address of that network; client= and from= likewise
    login=failed                  it says that a login failed; login=accepted: that one did not
    account=root from=192.0.2.7   whose login it was, and from which machine
    since:08:30 until:today       by its time, see `formats/moments.py`
    failed and not (root or sudo) and, or, not (or !); not binds first, then and, then or

Levels are those of syslog: emerg, alert, crit, err, warning, notice, info, debug, or 0 to 7; error,
warn, critical and other names of them are understood. A request to a web server that was answered
by 5xx is of err, by 4xx of warning. A line that says no level is neither above, nor below, nor
unlike one: `level!=err` does not show it, `not level=err` does.

In a word or a phrase a letter of ASCII stands for itself and its capital, any other letter for all
that Unicode takes for it (é, É; ß, ẞ). For both at once, capitals and a word: `case:re:\bCat\b`.

A regular expression is not bounded as in the tables' language: a line that takes it too long counts
as no match, and is counted.
"""

import functools
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from sysgui.system.i18n import N_, _
from sysgui.system.query import Kind, QueryError
from sysgui.system.query_grammar import Grammar
from sysgui.system.query_parser import UnknownField
from sysgui.system.query_values import EQUALITY, Askable, Value, operators, refuse

from . import slashes
from .analysis.asks import OUTCOMES, by_account, by_address, by_outcome, by_source
from .expressions import asked
from .text.levels import NAMES, Levels
from .text.patterns import literal
from .text.wanted import All, Any, AtLevel, Condition, Everything, Matching, Not

__all__ = ["LogLanguage", "QueryError", "Select", "condition_of"]

# Returns the lines whose part compares with a value: equal (=), other (!=), or holding it (~). The
# value may be a pattern, or unknown: then = asks for the lines that lack the part.
Select = Callable[[str, Value], Condition]

_LEVELS: Mapping[str, int] = {
    **{name: level for level, name in enumerate(NAMES)},
    **{str(level): level for level in range(len(NAMES))},
    "emergency": 0,
    "panic": 0,
    "critical": 2,
    "fatal": 2,
    "error": 3,
    "warn": 4,
    "information": 6,
    "trace": 7,
}
_COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "=": int.__eq__,
    ":": int.__eq__,
    "!=": int.__ne__,
    "<": int.__lt__,
    "<=": int.__le__,
    ">": int.__gt__,
    ">=": int.__ge__,
}
_SAME = ("=", ":")
# Of which parts one may ask for more or less than a number, such as status>=500.
NUMBERS = ("status",)
_ALL_SIGNS = (
    *operators(Kind.TEXT),
    *(sign for sign in _COMPARED if sign not in operators(Kind.TEXT)),
)
# What can be asked of any line.
OF_ANY_LOG = (
    "level", "priority", "severity", "case", "word", "ip", "login", "account", "from",
)  # fmt: skip
_HELP: Mapping[str, str] = {
    "unit": N_("the unit that wrote the line"),
    "host": N_("the machine that wrote the line"),
    "pid": N_("the process that wrote the line"),
    "identifier": N_("the name that its program gave itself"),
    "since": N_("a time: lines from then on"),
    "until": N_("a time: lines up to then"),
    "client": N_("the address that asked"),
    "user": N_("who asked"),
    "method": N_("how it was asked: GET, POST"),
    "path": N_("what was asked for"),
    "status": N_("how it was answered: 404, >=500"),
    "database": N_("of which database"),
    "facility": N_("what wrote the line: kern, daemon"),
    "action": N_("what was done"),
    "type": N_("of which kind"),
    "source": N_("from which of several logs the line is"),
}


@dataclass(frozen=True)
class _Field(Askable):
    """What can be asked of a line."""

    select: Select
    signs: tuple[str, ...] = ()

    @property
    def operators(self) -> tuple[str, ...]:
        return self.signs or super().operators


class LogLanguage(Grammar[_Field, Condition]):
    """The queries of one log.

    Args:
        parts: What can be asked of its lines besides text and level, by name.
        rules: How levels are told, if not as in any log.
        ordered: Of which of these one may ask for more or less than a number.
        further: Returns what can be asked by a name that is none of these; None if nothing can.

    Attributes:
        parts: The same.
        rules: How levels are told.
        ordered: The same.
        further: The same.
    """

    def __init__(
        self,
        parts: Mapping[str, Select] | None = None,
        rules: Levels | None = None,
        ordered: Collection[str] = NUMBERS,
        further: Callable[[str], Select | None] | None = None,
    ) -> None:
        self.parts: Mapping[str, Select] = parts or {}
        self.ordered = ordered
        self.further = further
        self.rules = rules or Levels()
        super().__init__(
            [
                _Field(
                    "level",
                    Kind.CHOICE,
                    functools.partial(_at_level, self.rules),
                    tuple(_COMPARED),
                    choices=NAMES,
                    aliases=("priority", "severity"),
                    help=_("how severe: level<=err is err or worse"),
                ),
                _Field("case", Kind.TEXT, _exactly, (":",), help=_("capitals matter")),
                _Field("word", Kind.TEXT, _as_word, (":",), help=_("a word of its own")),
                _Field(
                    "ip",
                    Kind.TEXT,
                    by_address,
                    _SAME,
                    help=_("it holds that address, or one of that network: 10.0.0.0/8"),
                ),
                _Field(
                    "login",
                    Kind.CHOICE,
                    by_outcome,
                    _SAME,
                    choices=OUTCOMES,
                    help=_("a login that failed, or one that was accepted"),
                ),
                _Field("account", Kind.TEXT, by_account, _SAME, help=_("whose login it was")),
                _Field(
                    "from", Kind.TEXT, by_source, _SAME, help=_("from which machine the login was")
                ),
                *(
                    _Field(
                        name,
                        Kind.TEXT,
                        _part(select),
                        _ALL_SIGNS if name in ordered else (),
                        help=_described(name),
                    )
                    for name, select in self.parts.items()
                ),
            ],
            _Conditions(),
        )

    def further_field(self, name: str) -> _Field | None:
        """Returns what can be asked by a name that is not offered."""
        select = self.further(name) if self.further else None
        return None if select is None else _Field(name, Kind.TEXT, _part(select), _ALL_SIGNS)

    def compile(self, text: str) -> Condition:
        """Returns which lines a query asks for.

        Raises:
            QueryError: If `text` is not of this language.
        """
        return self.compile_terms(text).condition

    def compile_terms(self, text: str) -> "Compiled":
        """Returns the same, and the conditions of which a query consists.

        Raises:
            QueryError: If `text` is not of this language.
        """
        try:
            reading = self.read_terms(text)
        except QueryError as error:
            hint = slashes.hint(text, found=True)
            if not hint and isinstance(error, UnknownField) and self.further:
                hint = _("A field that was not seen yet is asked for with a dot before its name")
            if not hint:
                raise
            message = f"{error.message}. {hint}"
            raise QueryError(error.column, message, error.expected) from error
        if reading is None:
            return Compiled(Everything(), [])
        # A single condition is all there is: it needs no count of its own.
        return Compiled(reading.made, reading.terms if len(reading.terms) > 1 else [])


class Compiled(NamedTuple):
    """A query that was understood.

    Attributes:
        condition: Which lines it asks for.
        terms: The conditions of which it consists, if there are several: how each is written, and
            which lines it asks for.
    """

    condition: Condition
    terms: list[tuple[str, Condition]]


class _Conditions:
    """Makes conditions on lines."""

    def any_of(self, made: list[Condition]) -> Condition:
        return Any(made)

    def all_of(self, made: list[Condition]) -> Condition:
        return All(made)

    def negation(self, made: Condition) -> Condition:
        return Not(made)

    def contains(self, value: Value) -> Condition:
        return _containing(value, case=False)

    def compares(self, field: _Field, sign: str, value: Value) -> Condition:
        return field.select(sign, value)


def _containing(value: Value, *, case: bool) -> Condition:
    if value.source is not None:
        return Matching(asked(value, _encodable(value, value.source), case=case))
    if not value.text:
        return Everything()
    return Matching(literal(_in_one_line(value), case=case))


def _exactly(_sign: str, value: Value) -> Condition:
    return _containing(value, case=True)


def _as_word(_sign: str, value: Value) -> Condition:
    if value.source is not None or not value.text:
        refuse(value.column, _("a word"), value.text or '""')
    return Matching(literal(_in_one_line(value), word=True))


def _at_level(rules: Levels, sign: str, value: Value) -> Condition:
    if value.unknown and sign in EQUALITY:
        says_one = AtLevel(range(len(NAMES)), rules)
        return says_one if sign == "!=" else Not(says_one)
    wanted = _LEVELS.get(value.text.casefold())
    if wanted is None:
        expected = _("one of {choices}").format(choices=", ".join(NAMES))
        refuse(value.column, expected, value.text or '""')
    compared = _COMPARED[sign]
    return AtLevel([level for level in range(len(NAMES)) if compared(level, wanted)], rules)


def _described(name: str) -> str:
    """Returns a part's help; gettext makes something of an empty text."""
    return _(_HELP[name]) if name in _HELP else ""


def _part(select: Select) -> Select:
    return lambda sign, value: select("~" if sign == ":" else sign, value)


def _in_one_line(value: Value) -> str:
    """Returns the text that is looked for, which no line could hold if it had two."""
    if "\n" in value.text or "\r" in value.text:
        refuse(value.column, _("a text of one line"), value.text)
    return _encodable(value, value.text)


def _encodable(value: Value, text: str) -> str:
    try:
        text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        refuse(value.column, _("a text that UTF-8 can hold"), ascii(value.text)[1:-1])
    return text


_ANY_LOG = LogLanguage()


def condition_of(text: str) -> Condition:
    """Returns which lines of a log of no known format a query asks for.

    Raises:
        QueryError: If `text` is not of the language.
    """
    return _ANY_LOG.compile(text)
