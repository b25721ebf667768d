"""What is asked of a journal: in the language of logs, split into what the index knows and a rest.

    unit=nginx                    what the unit said, and systemd of it, as `journalctl -u` has it
    identifier=sshd pid=1         likewise of SYSLOG_IDENTIFIER and _PID; with = capitals matter
    host=web1 boot=0f3a…          a machine; a boot, by its 32 digits
    level<=err                    the level that the entry was given, not what its text says
    since:today until:08:30       when journald took it

Within "or" and "not" a unit is the one that said it: only the index knows what is about a unit.
"""

import functools
from collections.abc import Callable, Iterator, Mapping, Sequence

import msgspec
import numpy as np

from sysgui.panels.logs.expressions import matching, remembering
from sysgui.panels.logs.formats.moments import moment
from sysgui.panels.logs.formats.zones import Zone
from sysgui.panels.logs.query import LogLanguage, Select
from sysgui.panels.logs.text.blocks import Block, Starts
from sysgui.panels.logs.text.levels import Levels
from sysgui.panels.logs.text.patterns import Pattern
from sysgui.panels.logs.text.wanted import All, Any, AtLevel, Condition, Everything, Sight
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

from .entries import Entry
from .wanted import Wanted

# No entry comes later.
LAST = (1 << 63) - 1

_SERVICE = ".service"
_DIGITS = 10

_PARTS: Mapping[str, Callable[[Entry], str]] = {
    "unit": lambda entry: entry.unit,
    "identifier": lambda entry: entry.identifier,
    "pid": lambda entry: str(entry.pid) if entry.pid else "",
    "host": lambda entry: entry.host,
    "boot": lambda entry: entry.boot,
}


class EntrySight(Sight):
    """Entries, and what was found in their text.

    Args:
        block: A line for each.
        found: For each pattern that was searched for, where the lines start that it matches.
        entries: The entries.
    """

    def __init__(
        self, block: Block, found: Mapping[Pattern, Starts], entries: Sequence[Entry]
    ) -> None:
        super().__init__(block, found)
        self.entries = entries

    def at_level(self, level: int, _rules: Levels) -> Starts:
        """Returns where the lines start of the entries that were given a level."""
        return self.having(lambda entry: entry.level == level)

    def having(self, test: Callable[[Entry], bool]) -> Starts:
        """Returns where the lines start of the entries that a test lets through."""
        wanted = np.fromiter(map(test, self.entries), bool, len(self.entries))
        return np.asarray(self.block.starts[wanted])


class Having:
    """Selects entries by what their fields say.

    Args:
        test: Tells whether an entry is wanted.
        part: The part that must be equal to `text`, if the index is able to tell; else "".
        text: As typed.
    """

    placed = False

    def __init__(self, test: Callable[[Entry], bool], part: str = "", text: str = "") -> None:
        self.part, self.text = part, text
        self._test = test

    def patterns(self) -> Iterator[Pattern]:
        """Yields nothing."""
        return iter(())

    def select(self, sight: Sight) -> Starts:
        """Returns where the lines of these entries start."""
        assert isinstance(sight, EntrySight)  # noqa: S101 - for the type checker
        return sight.having(self._test)


class Came(Having):
    """Selects the entries of some time.

    Args:
        since: The first moment that is wanted, in microseconds since 1970.
        until: The last.
    """

    def __init__(self, since: int, until: int) -> None:
        super().__init__(lambda entry: since <= entry.time <= until)
        self.since, self.until = since, until

    def shifted(self, by: int) -> "Came":
        """Returns what selects the entries that came so much later, in microseconds."""
        return Came(
            max(0, self.since + by) if self.since else 0,
            self.until + by if self.until != LAST else LAST,
        )


def language(zone: Zone, now: Callable[[], float]) -> LogLanguage:
    """Returns what can be asked of a journal.

    Args:
        zone: In which moments are meant.
        now: Returns seconds since 1970.
    """
    asks: dict[str, Select] = {name: functools.partial(_of, name) for name in _PARTS}
    for name in ("since", "until"):
        asks[name] = functools.partial(_came, name, zone, now)
    return LogLanguage(asks)


def _came(name: str, zone: Zone, now: Callable[[], float], sign: str, value: Value) -> Condition:
    named = None if value.unknown or value.source else moment(value.text, zone, now())
    if named is None or sign not in ("=", "~"):
        expected = _("a time such as 2026-11-27T08:00, 08:30, today or -2h")
        refuse(value.column, expected, value.text or '""')
    return Came(named.begin, LAST) if name == "since" else Came(0, named.end - 1)


def _of(name: str, sign: str, value: Value) -> Condition:
    part, text = _PARTS[name], value.text
    if value.unknown:
        return Having(lambda entry: bool(part(entry)) == (sign == "!="))
    if value.source is not None:
        found = remembering(matching(value, value.source))
        return Having(lambda entry: bool(part(entry)) and found(part(entry)) != (sign == "!="))
    if sign == "~":
        held = text.casefold()
        return Having(lambda entry: bool(part(entry)) and held in part(entry).casefold())
    same = {text, text + _SERVICE} if name == "unit" else {text}
    if sign == "!=":
        return Having(lambda entry: part(entry) not in (*same, ""))
    known = bool(text) and (name != "pid" or (text.isascii() and text.isdigit()))
    known = known and (name != "pid" or len(text) < _DIGITS)
    return Having(lambda entry: part(entry) in same, name if known else "", text)


class Question(msgspec.Struct, frozen=True):
    """A query, in two.

    Attributes:
        wanted: What the index, and journalctl, are asked for.
        rest: What each of these entries is tried with; None if that is all.
    """

    wanted: Wanted
    rest: Condition | None = None


def split(query: Condition | None) -> Question:
    """Returns what of a query the index is able to tell, and the rest."""
    known: dict[str, object] = {}
    rest: list[Condition] = []
    for condition in _all_of(query):
        found = _wanted(condition, known)
        if found:
            known |= found
        elif not isinstance(condition, Everything):
            rest.append(condition)
    whole = rest[0] if len(rest) == 1 else All(rest) if rest else None
    return Question(msgspec.convert(known, Wanted), whole)


def around(query: Condition) -> Question:
    """Returns a query whose entries are wanted with those near them: these the index cannot tell.

    It is asked for the time only; what is near beyond that is not wanted.
    """
    known = split(query).wanted
    return Question(Wanted(since=known.since, until=known.until), query)


def _all_of(query: Condition | None) -> Iterator[Condition]:
    if isinstance(query, All):
        for condition in query.conditions:
            yield from _all_of(condition)
    elif query is not None:
        yield query


def _wanted(condition: Condition, known: Mapping[str, object]) -> dict[str, object]:
    """Returns what a condition is to the index; nothing if it is not able to tell."""
    found: dict[str, object] = {}
    if isinstance(condition, Came):
        # Of several times, all are meant.
        since, until = known.get("since"), known.get("until")
        if condition.since:
            found["since"] = max(condition.since, since if isinstance(since, int) else 0)
        if condition.until != LAST:
            found["until"] = min(condition.until, until if isinstance(until, int) else LAST)
        return found
    if isinstance(condition, AtLevel):
        levels = list(condition.levels)
        # All of them: also then an entry must have one.
        if levels and levels == list(range(len(levels))):
            found["worst"] = levels[-1]
    elif named := _named(condition):
        texts = [one.text for one in named]
        part = named[0].part
        found[f"{part}s"] = tuple(map(int, texts)) if part == "pid" else tuple(texts)
    return {} if found.keys() & known.keys() else found


def _named(condition: Condition) -> list[Having]:
    """Returns the conditions on one part of which one must hold, if the index knows it."""
    any_of = condition.conditions if isinstance(condition, Any) else [condition]
    named = [one for one in any_of if isinstance(one, Having) and one.part]
    same = len({one.part for one in named}) == 1 and len(named) == len(any_of)
    return named if same else []
