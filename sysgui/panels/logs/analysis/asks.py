r"""What can be asked of any line besides its text and level: by address, and by login.

ip=192.0.2.7                  it holds that address
login=failed                  it says that a login failed; login=accepted: that one did not
account=root from=192.0.2.7   whose login it was, and from which machine
"""

from collections.abc import Callable, Iterator

import numpy as np

from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.patterns import Pattern, literal
from sysgui.panels.logs.text.places import common
from sysgui.panels.logs.text.wanted import Condition, Matching, Sight
from sysgui.system.i18n import _
from sysgui.system.query_values import Value, refuse

from .addresses import holding
from .logins import ACCEPTED, CANDIDATES, FAILED, Login, login_of

OUTCOMES = (FAILED, ACCEPTED)


class AboutLogin:
    """Selects the lines about logins that a test lets through.

    Args:
        test: Tells whether a login is wanted.
        text: What each of them holds; "" if that is not known.
    """

    placed = False

    def __init__(self, test: Callable[[Login], bool], text: str = "") -> None:
        self._test = test
        # What was not valid may have been written in several ways.
        known = text and "\N{REPLACEMENT CHARACTER}" not in text
        self._patterns = [CANDIDATES, *([literal(text, case=True)] if known else [])]

    def patterns(self) -> Iterator[Pattern]:
        """Yields what such lines hold."""
        yield from self._patterns

    def select(self, sight: Sight) -> Starts:
        """Returns where the wanted lines start."""
        found = sight.found[self._patterns[0]]
        for pattern in self._patterns[1:]:
            found = common(found, sight.found[pattern])
        block = sight.block
        return np.array(
            [at for at in found.tolist() if self._is_wanted(bytes(block.line_at(at)))], np.int64
        )

    def _is_wanted(self, line: bytes) -> bool:
        login = login_of(line.removesuffix(b"\n").removesuffix(b"\r"))
        return login is not None and self._test(login)


def by_address(_sign: str, value: Value) -> Condition:
    """Returns what selects the lines that hold an address."""
    try:
        return Matching(holding(value.text))
    except ValueError:
        refuse(value.column, _("an address such as 192.0.2.7 or 2001:db8::7"), value.text or '""')


def by_outcome(_sign: str, value: Value) -> Condition:
    """Returns what selects the lines about logins that ended in one way."""
    wanted = value.text.casefold()
    if wanted not in OUTCOMES:
        expected = _("one of {choices}").format(choices=", ".join(OUTCOMES))
        refuse(value.column, expected, value.text or '""')
    return AboutLogin(lambda login: login.form.outcome == wanted)


def by_account(_sign: str, value: Value) -> Condition:
    """Returns what selects the lines about logins of an account."""
    text = _named(value)
    return AboutLogin(lambda login: login.account == text, text)


def by_source(_sign: str, value: Value) -> Condition:
    """Returns what selects the lines about logins from a machine."""
    text = _named(value)
    return AboutLogin(lambda login: login.source == text, text)


def _named(value: Value) -> str:
    if value.source is not None or not value.text:
        refuse(value.column, _("a name"), value.text or '""')
    return value.text
