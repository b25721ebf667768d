r"""What can be asked of any line besides its text and level: by address, and by login.

ip=192.0.2.7                  it holds that address, of IPv6 however it is written
ip=10.0.0.0/8                 it holds an address of that network
login=failed                  it says that a login failed; login=accepted: that one did not
account=root from=192.0.2.7   whose login it was, and from which machine or network
"""

from collections.abc import Callable, Iterator

import numpy as np

from sysgui.panels.logs.text.blocks import Starts
from sysgui.panels.logs.text.networks import is_of, network_of
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
        holds: What each of their lines holds, if that is known.
    """

    placed = False

    def __init__(self, test: Callable[[Login], bool], *holds: Pattern) -> None:
        self._test = test
        self._patterns = [CANDIDATES, *holds]

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
    """Returns what selects the lines that hold an address, or one of a network."""
    network = network_of(value.text)
    if network is None:
        expected = _("an address such as 192.0.2.7 or 2001:db8::7, or a network such as 10.0.0.0/8")
        refuse(value.column, expected, value.text or '""')
    return Matching(holding(network))


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
    return AboutLogin(lambda login: login.account == text, *_holding(text))


def by_source(_sign: str, value: Value) -> Condition:
    """Returns what selects the lines about logins from a machine, or from a network."""
    text = _named(value)
    network = network_of(text) if "/" in text else None
    if network is not None:
        return AboutLogin(lambda login: is_of(login.source, network), holding(network))
    return AboutLogin(lambda login: login.source == text, *_holding(text))


def _holding(text: str) -> list[Pattern]:
    """Returns the search for a text; none for what was not valid, which may have been anything."""
    return [] if "\N{REPLACEMENT CHARACTER}" in text else [literal(text, case=True)]


def _named(value: Value) -> str:
    if value.source is not None or not value.text:
        refuse(value.column, _("a name"), value.text or '""')
    return value.text
