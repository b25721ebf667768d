"""What is told of a log as a whole. Each figure has the query for the lines that it counts."""

import msgspec


class Figure(msgspec.Struct, frozen=True):
    """A number of lines.

    Attributes:
        count: How many there are.
        query: What asks for them.
        least: Whether there may be more: not all could be told apart.
    """

    count: int
    query: str
    least: bool = False


class Row(msgspec.Struct, frozen=True):
    """Some figures about one thing.

    Attributes:
        label: What it is: an address, a program, a message.
        figures: One for each column of the table; None where it has none.
        note: What else is known of it, untranslated: "public", "err"; "" is nothing.
        example: A line of it; "" if the label says enough.
        time: When it was seen first, in microseconds since 1970; -1 if that is not told.
    """

    label: str
    figures: list[Figure | None]
    note: str = ""
    example: str = ""
    time: int = -1


class Table(msgspec.Struct, frozen=True):
    """Figures of one kind.

    Attributes:
        name: Of which kind; see `titles.py`.
        columns: What the figures are, untranslated.
        rows: The largest first, or in the order of time.
        more: How many further ones there are; not listed.
        why: Why it is empty, untranslated; "" if it is not, or for no more reason than that there
            is nothing.
        since: From when on it counts, in microseconds since 1970; -1 if that is not told.
    """

    name: str
    columns: list[str]
    rows: list[Row] = []
    more: int = 0
    why: str = ""
    since: int = -1


class Spot(msgspec.Struct, frozen=True):
    """One line that stands out.

    Attributes:
        text: The line, or its begin.
        query: What asks for it.
        offset: By what the log knows it.
        time: When it was written, in microseconds since 1970; -1: not known.
        level: 0 to 7; 8 is none.
        seconds: How long what it tells of took; -1 if it does not say.
    """

    text: str
    query: str
    offset: int
    time: int
    level: int
    seconds: float = -1.0


class Spots(msgspec.Struct, frozen=True):
    """Lines that stand out in one way.

    Attributes:
        name: In which way; see `titles.py`.
        spots: The lines.
    """

    name: str
    spots: list[Spot]


# What is counted of each part of the time.
BY_TIME = ("errors", "warnings", "lines")


class Hours(msgspec.Struct, frozen=True):
    """Lines by time.

    Attributes:
        begin: When the first bin begins, in seconds since 1970.
        width: Of each bin, in seconds.
        bins: For each of them the figures that are named by `BY_TIME`.
        outside: How many lines are in none of them: they are dated far away from nearly all.
    """

    begin: int
    width: int
    bins: list[list[Figure]]
    outside: int = 0


class Report(msgspec.Struct, frozen=True):
    """What is told of a log.

    Attributes:
        source: The log.
        older: Whether with what was rotated away from it.
        query: Which lines were looked at; "" is all.
        done: Which part of the log they are of, 0 to 1.
        settled: Whether that is all, and nothing is missing.
        lines: How many there are.
        first: When the earliest was written, in microseconds since 1970; -1: not known.
        last: When the latest was.
        tables: The figures.
        hours: The lines by time.
        spots: Lines that stand out.
        untold: How many lines have messages that could not be told apart: there are too many.
        trouble: Why not all of it could be read; "" if nothing is wrong.
        refused: Why the query cannot be asked of this log, translated; "" if it can.
        context: So many lines before and after each that is asked for are wanted besides, and not
            counted.
    """

    source: str = ""
    older: bool = False
    query: str = ""
    done: float = 0.0
    settled: bool = False
    lines: int = 0
    first: int = -1
    last: int = -1
    tables: list[Table] = []
    hours: Hours = Hours(0, 3600, [])
    spots: list[Spots] = []
    untold: int = 0
    trouble: str = ""
    refused: str = ""
    context: int = 0
