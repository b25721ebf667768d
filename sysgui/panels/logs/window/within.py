"""Queries as they are written for whoever has chosen by hand what they ask for."""

import datetime as dt
import re

_WITHIN = re.compile(r"\s*\bsince:\S+ until:\S+$")
_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"')
_OR = re.compile(r"(?<!\S)or(?!\S)", re.IGNORECASE)


def query_within(query: str, begin: int, end: int, zone: dt.tzinfo) -> str:
    """Returns a query for those lines of another that were written within some time.

    Args:
        query: The other, perhaps of some other time already.
        begin: The first second that is meant, since 1970.
        end: The first that is not meant any more.
        zone: In which the log's times are meant.
    """
    others = _closed(query_at_any_time(query))
    return f"{others} since:{_typed(begin, zone)} until:{_typed(end - 1, zone)}".strip()


def query_with(term: str, query: str) -> str:
    """Returns a query for those lines of another that a term lets through, of the same time."""
    others = query_at_any_time(query)
    within = query.strip().removeprefix(others)
    return f"{_closed(others)} {term}{within and ' '}{within.strip()}".strip()


def query_at_any_time(query: str) -> str:
    """Returns a query without the time that `query_within` has added."""
    return _WITHIN.sub("", query.strip())


def _closed(query: str) -> str:
    """Returns a query to which another condition can be added."""
    return f"({query})" if _is_open(query) else query


def _is_open(query: str) -> bool:
    """Tells whether a query asks for one thing or another, so that a condition holds for one."""
    bare = _QUOTED.sub("", query)
    while (shorter := re.sub(r"\([^()]*\)", "", bare)) != bare:
        bare = shorter
    return _OR.search(bare) is not None


def _typed(second: int, zone: dt.tzinfo) -> str:
    local = dt.datetime.fromtimestamp(second, zone)
    # Of an hour that comes twice, the first is meant by what the clocks show.
    if local.fold:
        return f"@{second}"
    return f"{local:%Y-%m-%dT%H:%M:%S}"
