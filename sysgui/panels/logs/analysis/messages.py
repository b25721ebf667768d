"""The messages that come most often, and those that never came before."""

from collections.abc import Iterable

from sysgui.panels.logs.text.levels import NAMES

from .asked import Asked
from .batch import Batch
from .ranking import TOP
from .report import Figure, Row, Table
from .shapes import Shapes
from .templates import Found, Template, counted, templates_of

# Of so many templates that may be new, those that are listed are chosen.
_CANDIDATES = 200


class Messages:
    """Counts messages."""

    def __init__(self) -> None:
        self._shapes = Shapes()

    @property
    def untold(self) -> int:
        """How many lines have messages that could not be told apart."""
        return self._shapes.others

    def count(self, batch: Batch) -> None:
        """Counts the lines of a batch."""
        self._shapes.count(batch)

    def tables(self, asked: Asked, first: int, boot: int, yesterday: int) -> list[Table]:
        """Returns the most frequent messages, and those that are new.

        Args:
            asked: How lines are asked for.
            first: When the log begins, in microseconds since 1970; -1: its lines have no times.
            boot: When the machine was started.
            yesterday: When the day before the last one began.
        """
        made = templates_of(self._shapes)
        counts = self._shapes.counts
        frequent = sorted(made, key=lambda each: (-sum(counts[s] for s in made[each]), each.text))
        top = self._rows(counted(frequent[: 2 * TOP], self._shapes, -1), asked)
        moments = {"new since boot": boot, "new since yesterday": yesterday}
        new = [
            self._new(name, made, asked, first, moment)
            for name, moment in moments.items()
            if moment > 0
        ]
        return [*new, Table("messages", ["lines"], top[:TOP], max(0, len(made) - TOP))]

    def _new(
        self,
        name: str,
        made: dict[Template, list[bytes]],
        asked: Asked,
        first: int,
        moment: int,
    ) -> Table:
        if first < 0:
            return Table(name, ["lines"], why="no times", since=moment)
        if first >= moment:
            return Table(name, ["lines"], why="nothing before", since=moment)
        firsts = self._shapes.firsts
        old: list[Template] = []
        new: list[Template] = []
        for template, shapes in made.items():
            is_old = any(firsts[shape].time < moment for shape in shapes)
            (old if is_old else new).append(template)
        known = {word for template in old for word in template.words}
        new.sort(key=lambda template: _strangeness(template, known))
        found = counted(new[:_CANDIDATES], self._shapes, moment)
        rows = self._rows((each for each in found if not each.is_old), asked)
        return Table(name, ["lines"], rows[:TOP], max(0, len(rows) - TOP), since=moment)

    def _rows(self, found: Iterable[Found], asked: Asked) -> list[Row]:
        return [
            Row(
                each.template.text,
                [Figure(each.lines, asked.all_of(each.template.query), self.untold > 0)],
                note=NAMES[each.level] if each.level < len(NAMES) else "",
                example=each.first.line.decode("utf-8", "backslashreplace"),
                time=each.first.time,
            )
            for each in found
        ]


def _strangeness(template: Template, known: set[str]) -> tuple[float, str]:
    """Returns what sorts templates: those first that speak of what was never spoken of."""
    words = template.words
    strange = len(words - known) / max(1, len(words))
    return -round(strange, 1), template.text
