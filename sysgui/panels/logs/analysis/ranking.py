"""Tables of the things that come most often, made of what was counted of them."""

import heapq
from collections.abc import Callable, Mapping

from .asked import Asked
from .report import Figure, Row, Table
from .tally import Tally

# So many rows a table has.
TOP = 10

# What asks for the lines of a column; of "lines", nothing but the row does.
CONDITIONS: Mapping[str, str] = {
    "errors": "level<=err",
    "warnings": "level=warning",
    "failed": "login=failed",
    "accepted": "login=accepted",
    "lines": "",
}


def ranking(
    name: str,
    columns: Mapping[str, Tally],
    asked: Asked,
    condition: Callable[[str], str],
    note: Callable[[str], str] = lambda _label: "",
) -> Table:
    """Returns a table of the things that come most often, by the first column, then the next.

    Args:
        name: The table's.
        columns: What was counted, by one of `CONDITIONS`.
        asked: How lines are asked for.
        condition: Returns what asks for the lines of a thing.
        note: Returns what else is known of it.
    """
    counted = {column: tally.values() for column, tally in columns.items()}
    things = dict.fromkeys(thing for values in counted.values() for thing in values)

    def rank(thing: str) -> tuple[list[int], str]:
        every = counted.values()
        return [-values[thing].lines if thing in values else 0 for values in every], thing

    rows = []
    for thing in heapq.nsmallest(TOP, things, key=rank):
        label = next(values[thing].shown for values in counted.values() if thing in values)
        figures = []
        for column, values in counted.items():
            query = asked.all_of(*filter(None, (CONDITIONS[column], condition(label))))
            least = not columns[column].is_exact
            there = thing in values
            figures.append(Figure(values[thing].lines, query, least) if there else None)
        rows.append(Row(label, figures, note(label)))
    return Table(name, list(columns), rows, max(0, len(things) - TOP))
