"""The language of queries as the window takes it, before it is known what a log's lines have."""

from sysgui.panels.logs.formats.table import FORMS
from sysgui.panels.logs.query import LogLanguage
from sysgui.panels.logs.text.wanted import Condition, Everything
from sysgui.system.query_values import Value

# What most logs have comes first among the completions.
_USUAL = ("identifier", "unit", "host", "pid", "since", "until", "boot", "source")


def language_of_any_log() -> LogLanguage:
    """Returns a language with all that can be asked of lines of any form.

    What it makes of a query is of use only to show what was searched for: which lines are meant by
    their parts, the log itself tells.
    """
    others = {name: None for form in FORMS for name, part in form.parts.items() if part.asked}
    return LogLanguage(dict.fromkeys([*_USUAL, *others], _unknown))


def _unknown(_sign: str, _value: Value) -> Condition:
    return Everything()
