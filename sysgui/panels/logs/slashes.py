"""Regular expressions between slashes, as less, vim and lnav take them: here they are text.

`/var/log/` is a path, and paths are what logs are full of. So what stands between slashes is looked
for as it stands, and whoever meant an expression is told how one is written. So is who writes one
with spaces and no quotes, which ends at the first of them.
"""

import re

from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.query_grammar import MAX_QUERY

from .text.patterns import PatternError, expression

_QUOTED = re.compile(r'"(?:[^"\\]|\\.)*"', re.DOTALL)
# Capitals never matter, so that the flag for that says nothing.
_BETWEEN = re.compile(r"(?<![^\s(!])/(?P<source>[^\s/](?:.*?[^\s])??)/i?(?=[\s)]|\Z)", re.DOTALL)
# What a path hardly ever has.
_SIGNS = re.compile(r"[\\^$*+?|\[\]{}()]")
_SLASH = re.compile(r"(?<!\\)/")
_QUOTE = re.compile(r'(?<!\\)"')
# An expression, and words behind it that are no part of it.
_SPACED = re.compile(
    r"(?<![^\s(!])re:(?P<source>[^\s\"()]+"
    r"(?:[ \t]+(?!(?:and|or|not)\b)(?=(?P<word>[^\s\"()=<>~:!]+))(?P=word)(?!\S))+)",
    re.IGNORECASE,
)
_BARE = re.compile(r'[^\s"()]+')


def hint(typed: str, *, found: bool) -> str:
    """Returns how an expression is written that stands between slashes or has spaces, translated.

    Args:
        typed: A query.
        found: Whether anything was found by it: then only what is no path is spoken of.

    Returns:
        "" if there is nothing to say.
    """
    if len(typed) > MAX_QUERY:
        return ""  # It is refused, and would take the square of its length.
    # Of the same length, so that places stay the same.
    bare = _QUOTED.sub(lambda quoted: '"' * len(quoted[0]), typed)
    for between in _BETWEEN.finditer(bare):
        source = typed[between.start("source") : between.end("source")].replace(r"\/", "/")
        signs = _SIGNS.search(source)
        if (found or _SLASH.search(between["source"])) and not signs:
            continue
        try:
            expression(source)
        except PatternError:
            continue
        text = _("“{typed}” is no regular expression here: one is written {written}")
        as_typed = typed[slice(*between.span())]
        return text.format(typed=printable_text(as_typed), written=printable_text(_written(source)))
    return "" if found else _hint_of_spaces(bare)


def _hint_of_spaces(typed: str) -> str:
    for spaced in _SPACED.finditer(typed):
        source = spaced["source"]
        first, *others = source.split()
        if not any(_SIGNS.search(word) for word in others):
            continue
        try:
            expression(source)
        except PatternError:
            continue
        text = _(
            "In “{typed}” only {first} is a regular expression: all of it is written {written}"
        )
        return text.format(
            typed=printable_text(spaced[0]),
            first=printable_text(f"re:{first}"),
            written=printable_text(_written(source)),
        )
    return ""


def _written(source: str) -> str:
    if _BARE.fullmatch(source):
        return f"re:{source}"
    quoted = _QUOTE.sub(lambda _quote: '\\"', source)
    return f're:"{quoted}"'
