"""Which fields the objects have that a log's lines are, and what values: by a sample of them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sysgui.system.query_values import quote

from .fields import Field, Keys, decoded, keys_of, values
from .form import Form
from .keyed import JSON
from .log import Log, read_lines
from .parts import Select

# So many bytes are looked at at each end of a log, and at so many places between, as many.
_END, _PLACES, _BETWEEN = 1 << 17, 14, 1 << 14

# More names are not learned, nor those of objects that lie deeper.
_MOST, _DEEPEST = 500, 4

# Of a list so many are looked at.
_OF_LIST = 5

# No longer names and values are offered, in characters.
_LONGEST = 200


class Fields:
    """The fields that were seen in a log.

    Args:
        ways: By name, the keys that lead to each.

    Attributes:
        named: What asks for each.
    """

    def __init__(self, ways: Mapping[str, list[Keys]]) -> None:
        self._ways = ways
        self._by_name = {name.casefold(): keys for name, keys in ways.items()}
        self.named: Mapping[str, Select] = {name: Field(keys) for name, keys in ways.items()}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Fields) and self._ways == other._ways

    __hash__ = None  # type: ignore[assignment]

    def behind_dot(self, name: str) -> Select | None:
        """Returns what asks for a field, seen or not, by its name behind a dot; else None."""
        if not name.startswith(".") or len(name) == 1:
            return None
        known = self._by_name.get(name[1:].casefold(), [])
        return Field(list(dict.fromkeys([*known, *keys_of(name[1:])])))


def fields_of(log: Log, form: Form) -> Fields | None:
    """Returns the fields that some lines of a log have; None if they are no objects.

    Raises:
        OSError: As pread(2) says.
    """
    return Fields(fields(sample(log))) if form.name == JSON else None


def sample(log: Log) -> list[Mapping[str, Any]]:
    """Returns some of the objects of a log, from its begin to its end.

    Raises:
        OSError: As pread(2) says.
    """
    spans = [(0, _END)]
    if log.size > _END:
        step = max(1, (log.size - _END) // (_PLACES + 1))
        spans += [(place * step, _BETWEEN) for place in range(1, _PLACES + 1)]
        spans.append((max(_END, log.size - _END), _END))
    rows = (decoded(line) for span in spans for line in read_lines(log, *span).split(b"\n"))
    # What is cut where a span begins or ends is no object.
    return [row for row in rows if row]


def fields(rows: Sequence[Mapping[str, Any]]) -> Mapping[str, list[Keys]]:
    """Returns the fields of objects by name: the keys that lead to each.

    Those of a name that differs in capitals only are one, for that is how a name is asked for.
    """
    found: dict[str, list[Keys]] = {}
    spelt: dict[str, str] = {}
    for keys in dict.fromkeys(keys for row in rows for keys in _keys(row, ())):
        name = ".".join(keys)
        if not name or name.startswith(".") or quote(name) != name or name.casefold() == "re":
            continue  # There is no way to ask for it.
        if not _is_offered(name):
            continue
        if len(spelt) < _MOST or name.casefold() in spelt:
            found.setdefault(spelt.setdefault(name.casefold(), name), []).append(keys)
    return found


def counted(rows: Sequence[Mapping[str, Any]], ways: Sequence[Keys]) -> Counter[str]:
    """Counts the values of a field in some objects, but for what nobody could type."""
    found: Counter[str] = Counter()
    for row in rows:
        for value in (value for keys in ways for value in values(row, keys)):
            if isinstance(value, bool):
                found[str(value).lower()] += 1
            elif isinstance(value, str | int | float) and (text := str(value)):
                found[text] += _is_offered(text)
    return +found


def _is_offered(text: str) -> bool:
    """Tells whether a text of a log may be shown to be typed: it acts on no terminal, either."""
    return len(text) <= _LONGEST and text.isprintable()


def _keys(row: Mapping[str, Any], before: Keys) -> Iterator[Keys]:
    for key, value in row.items():
        keys = (*before, key)
        yield keys
        if len(keys) < _DEEPEST:
            for each in value[:_OF_LIST] if isinstance(value, list) else (value,):
                if isinstance(each, dict):
                    yield from _keys(each, keys)
