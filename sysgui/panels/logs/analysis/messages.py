"""The messages or requests that come most often, and those that never came before."""

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from sysgui.panels.logs.text.levels import NAMES

from .asked import Asked
from .batch import Batch
from .ranking import TOP
from .report import Figure, Row, Table
from .request_kinds import RequestShapes, request_templates_of
from .request_readers import Reader
from .shapes import Shapes
from .templates import Common, Found, counted, templates_of

# Of so many templates that may be new, those that are listed are chosen.
_CANDIDATES = 200


class Messages:
    """Counts messages, of a web server's log kinds of requests.

    Args:
        readers: What reads what was asked for, of each log that tells that, by its number.
    """

    def __init__(self, readers: Mapping[int, Reader]) -> None:
        self._shapes = Shapes()
        self._requests = Shapes()
        self._reads = RequestShapes(readers) if readers else None

    @property
    def untold(self) -> int:
        """How many lines have messages that could not be told apart."""
        return self._shapes.others + self._requests.others

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        if self._reads is None:
            self._shapes.count(batch)
        else:
            self._reads.count(batch, self._requests, self._shapes)

    def tables(self, asked: Asked, first: int, boot: int, yesterday: int) -> list[Table]:
        """Returns the most frequent messages, and those that are new.

        Args:
            asked: How lines are asked for.
            first: When the log begins, in microseconds since 1970; -1: its lines have no times.
            boot: When the machine was started.
            yesterday: When the day before the last one began.
        """
        moments = {"boot": boot, "yesterday": yesterday}
        names, others = (self._reads.names, self._reads.others) if self._reads else ({}, [])
        kinds = {
            "requests": _Made(self._requests, request_templates_of(self._requests, names)),
            "messages": _Made(self._shapes, templates_of(self._shapes), others),
        }
        return [
            table
            for name, made in kinds.items()
            if made.templates
            for table in _tables(name, made, asked, first, moments)
        ]


class _Made(NamedTuple):
    """Templates.

    Attributes:
        shapes: Of all lines that they are of.
        templates: The templates, and of which shapes each was made.
        among: What asks for the lines that they are of, among which alone these are counted.
    """

    shapes: Shapes
    templates: Mapping[Common, list[bytes]]
    among: Sequence[str] = ()


def _tables(
    name: str, made: _Made, asked: Asked, first: int, moments: Mapping[str, int]
) -> list[Table]:
    """Returns which templates are new, and which are the most frequent."""
    new = "new since" if name == "messages" else f"new {name} since"
    counts = made.shapes.counts

    def rank(template: Common) -> tuple[int, str]:
        return -sum(counts[shape] for shape in made.templates[template]), template.text

    frequent = sorted(made.templates, key=rank)
    top = _rows(counted(frequent[: 2 * TOP], made.shapes, -1), made, asked)
    return [
        *(
            _new(f"{new} {since}", made, asked, first, moment)
            for since, moment in moments.items()
            if moment > 0
        ),
        Table(name, ["lines"], top[:TOP], max(0, len(frequent) - TOP)),
    ]


def _new(name: str, made: _Made, asked: Asked, first: int, moment: int) -> Table:
    if first < 0:
        return Table(name, ["lines"], why="no times", since=moment)
    if first >= moment:
        return Table(name, ["lines"], why="nothing before", since=moment)
    firsts = made.shapes.firsts
    old: list[Common] = []
    new: list[Common] = []
    for template, shapes in made.templates.items():
        is_old = any(firsts[shape].time < moment for shape in shapes)
        (old if is_old else new).append(template)
    known = {word for template in old for word in template.words}
    new.sort(key=lambda template: _strangeness(template, known))
    found = counted(new[:_CANDIDATES], made.shapes, moment)
    rows = _rows((each for each in found if not each.is_old), made, asked)
    return Table(name, ["lines"], rows[:TOP], max(0, len(rows) - TOP), since=moment)


def _rows(found: Iterable[Found], made: _Made, asked: Asked) -> list[Row]:
    return [
        Row(
            each.template.text,
            [
                Figure(
                    each.lines,
                    asked.all_of(each.template.query, *made.among),
                    made.shapes.others > 0 or each.least,
                )
            ],
            note=NAMES[each.level] if each.level < len(NAMES) else "",
            example=each.first.line.decode("utf-8", "backslashreplace"),
            time=each.first.time,
        )
        for each in found
    ]


def _strangeness(template: Common, known: set[str]) -> tuple[float, str]:
    """Returns what sorts templates: those first that speak of what was never spoken of."""
    words = template.words
    strange = len(words - known) / max(1, len(words))
    return -round(strange, 1), template.text
