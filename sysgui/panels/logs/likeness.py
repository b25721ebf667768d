"""What lines of one kind have in common: all but the figures, and what stands at their begin."""

import re

# When, where and by whom: what stands before the message in most logs.
_HEAD = re.compile(
    r"(?:<\d{1,3}>)?(?:\w{3} [ \d]\d \d\d:\d\d:\d\d|\d{4}[-/]\d\d[-/]\d\d[T ][\d:.,+Z-]+)\s+"
    r"(?:\S+\s+\S+?(?:\[\d+\])?:\s+)?"
)
_FIGURES = re.compile(r"(?:0x)?[0-9a-fA-F]*\d[0-9a-fA-F]*")

# So much of a line tells its kind, in characters.
_MOST = 160


def query_for_lines_like(text: str) -> str:
    """Returns a query that lets through the lines that differ from one in figures only."""
    message = _HEAD.sub("", text, count=1).strip()[:_MOST]
    parts, place = [], 0
    for figures in _FIGURES.finditer(message):
        parts += [re.escape(message[place : figures.start()]), "(?:0x)?[0-9a-fA-F]+"]
        place = figures.end()
    parts.append(re.escape(message[place:]))
    # In a query an escaped quote is, to the pattern too, a quote.
    return 're:"{}"'.format("".join(parts).replace('"', '\\"'))
