"""A column of a table, described once: for the window, the query language and the terminal."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sysgui.system.printable import width
from sysgui.system.query import Field, Kind, Language

Row = TypeVar("Row")


@dataclass(frozen=True)
class Column(Generic[Row]):
    """One figure or text of a row.

    Attributes:
        name: What the query, the settings and `--sort` call it.
        title: Its header, marked for translation.
        kind: What it holds: figures are aligned right and sorted descending at first.
        value: Reads it for sorting and querying; None is not known.
        text: Writes it for the reader.
        source: Where the figure comes from and how it is made, marked for translation.
        plain: Whether plain words of a query look into it.
        width: How many characters to make room for.
        choices: The values that a choice may have.
    """

    name: str
    title: str
    kind: Kind
    value: Callable[[Row], Any]
    text: Callable[[Row], str]
    source: str = ""
    plain: bool = False
    width: int = 10
    choices: tuple[str, ...] = ()

    @property
    def figures(self) -> bool:
        """Whether it holds numbers."""
        return self.kind not in (Kind.TEXT, Kind.CHOICE)


def language_of(columns: Iterable[Column[Row]]) -> Language[Row]:
    """Returns the query language whose fields are the columns."""
    return Language(
        [
            Field(
                name=column.name,
                kind=column.kind,
                get=column.value,
                plain=column.plain,
                choices=column.choices,
            )
            for column in columns
        ]
    )


def write_table(
    columns: Sequence[Column[Row]], rows: Iterable[Row], title: Callable[[str], str]
) -> Iterable[str]:
    """Yields the lines of a plain-text table: a header, then a line a row; the last column open."""
    texts = [[title(column.title) for column in columns]]
    texts += [[column.text(row) for column in columns] for row in rows]
    widths = [max(width(line[i]) for line in texts) for i in range(len(columns))]
    for line in texts:
        cells = []
        for column, text, room in zip(columns, line, widths, strict=True):
            padding = " " * (room - width(text))
            cells.append(padding + text if column.figures else text + padding)
        yield "  ".join(cells).rstrip()
