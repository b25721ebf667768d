"""What is asked of several logs at once: of each in its own language.

Each language knows the parts that any of them has. A log whose lines do not have a part has none
that compares with a value; `source` is a part that all lines of a log have, its name.
"""

import functools
from collections.abc import Iterable, Mapping, Sequence

from sysgui.panels.logs.asked import REMEMBERED
from sysgui.panels.logs.expressions import matching
from sysgui.panels.logs.formats.moments import Written
from sysgui.panels.logs.journal.question import Came
from sysgui.panels.logs.query import Compiled, LogLanguage, Select
from sysgui.panels.logs.text.wanted import All, Any, Condition, Everything, Not, Nothing
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

_TIMES = ("since", "until")


class Name:
    """What one of several logs is asked for by.

    Args:
        path: By which it is opened alone.
        names: What each of them is called here, by its path.
    """

    def __init__(self, path: str, names: Mapping[str, str]) -> None:
        self._short = names[path]
        self._ways = {path, self._short}
        self._names = names

    def select(self, sign: str, value: Value) -> Condition:
        """Returns all lines of the log, or none."""
        if value.unknown:
            return _all_if(sign == "!=")
        if value.source is not None:
            return _all_if(matching(value, value.source)(self._short) != (sign == "!="))
        if sign == "~":
            return _all_if(value.text.casefold() in self._short.casefold())
        if value.text not in (*self._names, *self._names.values()):
            choices = ", ".join(sorted(self._names.values()))
            expected = _("one of {choices}").format(choices=choices)
            refuse(value.column, expected, value.text or '""')
        return _all_if((value.text in self._ways) != (sign == "!="))


class Dialect:
    """The language of one of several logs.

    Args:
        own: Its own language.
        others: What can be asked of any of them.
        name: By what it is asked for.

    Attributes:
        offset: How much its clock is behind, in microseconds: times are asked for as they are told.
    """

    def __init__(self, own: LogLanguage, others: Iterable[str], name: Name) -> None:
        self._own = own
        self._others = tuple(others)
        self.offset = 0
        parts: dict[str, Select] = {**dict.fromkeys(self._others, _lacking), **own.parts}
        for moment in _TIMES:
            if moment in own.parts:
                parts[moment] = functools.partial(self._at, own.parts[moment])
        lacking = set(self._others).difference(own.parts)
        self._language = LogLanguage(
            {**parts, "source": name.select},
            own.rules,
            {*own.ordered, *lacking},
            own.further or _of_no_field,
        )
        self._is_timed = False
        # With the offset that it was made for, if that matters.
        self._known: dict[str, tuple[Compiled, int | None]] = {}

    def speaks(self, own: LogLanguage, others: Iterable[str]) -> bool:
        """Tells whether it is made of these."""
        return own is self._own and tuple(others) == self._others

    def compiled(self, text: str) -> Compiled:
        """Returns which lines a text asks for, and its conditions; the same for the same text.

        Raises:
            QueryError: If `text` is not of the language.
        """
        known = self._known.get(text)
        if known is None or known[1] not in (None, self.offset):
            if len(self._known) >= REMEMBERED:
                self._known.clear()
            self._is_timed = False
            made = self._language.compile_terms(text)
            terms = [(written, simplified(term)) for written, term in made.terms]
            compiled = Compiled(simplified(made.condition), terms)
            known = self._known[text] = compiled, self.offset if self._is_timed else None
        return known[0]

    def _at(self, select: Select, sign: str, value: Value) -> Condition:
        self._is_timed = True
        condition = select(sign, value)
        assert isinstance(condition, Written | Came)  # noqa: S101 - for the type checker
        return condition.shifted(-self.offset)


def simplified(condition: Condition) -> Condition:
    """Returns what selects the same lines, `Everything` or `Nothing` if it is one of these."""
    if isinstance(condition, Not):
        inner = simplified(condition.condition)
        if isinstance(inner, Everything | Nothing):
            return _all_if(isinstance(inner, Nothing))
        return Not(inner)
    if isinstance(condition, All):
        return _joined(condition.conditions, All, Everything, Nothing)
    if isinstance(condition, Any):
        return _joined(condition.conditions, Any, Nothing, Everything)
    return condition


def _joined(
    conditions: Sequence[Condition],
    joint: type[All] | type[Any],
    idle: type[Condition],
    decisive: type[Condition],
) -> Condition:
    parts = [simplified(each) for each in conditions]
    if any(isinstance(each, decisive) for each in parts):
        return decisive()
    parts = [each for each in parts if not isinstance(each, idle)]
    if len(parts) > 1:
        return joint(parts)
    return parts[0] if parts else idle()


def _of_no_field(name: str) -> Select | None:
    """Returns what asks for a field of JSON where there is none."""
    return _lacking if name.startswith(".") else None


def _lacking(sign: str, value: Value) -> Condition:
    """Selects among lines that do not have a part."""
    return _all_if(value.unknown and sign != "!=")


def _all_if(wanted: bool) -> Condition:  # noqa: FBT001
    return Everything() if wanted else Nothing()
