"""`sysgui services start|stop|… NAME…`: what the window does with units, on a terminal."""

import argparse
import sys
import textwrap
from collections.abc import Sequence
from typing import Any

from sysgui.panels.services.units import SYSTEM, USER, is_template
from sysgui.system.elevation import Errand, Frame, Item
from sysgui.system.host import Host
from sysgui.system.i18n import N_, _
from sysgui.system.problem import Problem

from .failure import FailureProbe, not_read, told
from .impact import ImpactProbe
from .orders import OwnUnits, order
from .sentences import refusal, sentences
from .state import State, impossible, settled, states, whole_name
from .verbs import DIFFERENCE, RELOAD_ALL, STARTING, VERBS, WITH_NOW, title

# As first words; what also does the other half is asked for by --now.
WORDS = (*(name for name in VERBS if name not in WITH_NOW.values()), RELOAD_ALL)

RELOADING = N_("Has systemd read all unit files anew, after some were changed by hand.")

# How wide the explanation is that --help ends with.
_WIDTH = 78


def add_verbs(parser: argparse.ArgumentParser, query: argparse.Action) -> None:
    """Declares what the verbs need besides the list's own options.

    Args:
        parser: Of `sysgui services`.
        query: Its words, of which the first may be a verb.
    """
    parser.add_argument(
        "--now", action="store_true", help=_("with enable, disable and mask: start or stop it too")
    )
    parser.add_argument(
        "--yes",
        action="store_true",
        help=_("with what stops something, or ends the whole machine: do not ask first"),
    )
    query.words = WORDS  # type: ignore[attr-defined] # For the completion.
    parser.formatter_class = argparse.RawDescriptionHelpFormatter
    parser.epilog = _explanation()
    _note_dashes(parser)


def _note_dashes(parser: argparse.ArgumentParser) -> None:
    """Has the parser tell whether a `--` came before the words: argparse itself drops it.

    And has it take words on both sides of an option, as in `enable --now nginx`.
    """
    parse = parser.parse_known_args

    def parse_noting(
        args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        found, left = parse(args, namespace)
        words = list(args or ())
        found.searched = "--" in words and not set(words[: words.index("--")]) & set(WORDS)
        found.query = [*found.query, *(word for word in left if not word.startswith("-"))]
        return found, [word for word in left if word.startswith("-")]

    parser.parse_known_args = parse_noting  # type: ignore[assignment, method-assign]


def _explanation() -> str:
    lines = [_("units are also told what to do: sysgui services VERB NAME…")]
    for word in WORDS:
        meaning = _(VERBS[word].meaning if word in VERBS else RELOADING)
        lines.append(textwrap.fill(meaning, _WIDTH, initial_indent=f"  {word:14} ",
                                   subsequent_indent=" " * 17))  # fmt: skip
    lines.append("")
    lines.append(textwrap.fill(_(DIFFERENCE), _WIDTH))
    lines.append(textwrap.fill(_("To search for one of these words: sysgui services -- start")))
    return "\n".join(lines)


def is_verb(arguments: argparse.Namespace) -> bool:
    """Tells whether the words are a verb with its units, rather than a query."""
    return bool(arguments.query) and arguments.query[0] in WORDS and not arguments.searched


def run_verb(arguments: argparse.Namespace, host: Host) -> int:
    """Does it, after asking where something would stop; status 1 if not all of it was done.

    Raises:
        Problem: `bad-name`, `no-name`, `no-such-unit`, `no-sense`, `too-many`, `protected`,
            `not-agreed`; as the helper says.
    """
    word, *words = arguments.query
    scope = USER if arguments.user else SYSTEM
    if word == RELOAD_ALL:
        if words:
            raise Problem("too-many-words", _("“daemon-reload” is for all units, and names none."))
        _carry_out(host, scope, RELOAD_ALL, [])
        print(_("systemd has read all unit files anew."))
        return 0
    verb = WITH_NOW.get(word, word) if arguments.now else word
    found = _known(host, scope, word, words)
    left = _sensible(verb, found)
    if not left:
        return 0
    if scope == SYSTEM:
        order(verb, left)  # Too many are too many before anything is asked.
    _agree(host, scope, verb, left, yes=arguments.yes)
    return _tell(host, scope, verb, _carry_out(host, scope, verb, left))


def _known(host: Host, scope: str, word: str, words: Sequence[str]) -> list[State]:
    """Returns the units that are meant, if all of them are there."""
    names = list(dict.fromkeys(whole_name(each) for each in words))
    if not names:
        raise Problem(
            "no-name",
            _("Which unit? “sysgui services {word} nginx” names one.").format(word=word),
            _("To search for that word: sysgui services -- {word}").format(word=word),
        )
    found = states(host, scope, names)
    unknown = [state.name for state in found if state.nowhere]
    if unknown:
        raise Problem(
            "no-such-unit",
            _("There is no unit {names}. Nothing was done.").format(names=", ".join(unknown)),
            _("“sysgui services --all NAME” searches; --user is for your own units."),
        )
    return found


def _sensible(verb: str, found: Sequence[State]) -> list[str]:
    """Returns the names of those for which there is something to do; says of the others why."""
    for state in found:
        why = impossible(verb, state)
        if why:
            raise Problem("no-sense", f"{title(verb, [state.name])}: {why}", _("Nothing was done."))
    left = []
    for state in found:
        why = settled(verb, state)
        if why:
            print(f"{state.name}: {why}")
        else:
            left.append(state.name)
    return left


def _agree(host: Host, scope: str, verb: str, names: Sequence[str], *, yes: bool) -> None:
    """Says what follows, and asks on a terminal whether it is to be done.

    Raises:
        Problem: `protected`, `not-agreed`.
    """
    if not (VERBS[verb].asks or verb in STARTING):
        return
    impact = ImpactProbe(host).read(verb, names, scope)
    if why := refusal(impact):
        raise Problem("protected", why, _("Nothing was done."))
    if not (VERBS[verb].asks or impact.asks):
        return
    for sentence in sentences(impact):
        print(sentence)
    if not yes:
        _ask(title(verb, names))


def _ask(what: str) -> None:
    """Asks on the terminal.

    Raises:
        Problem: `not-agreed`.
    """
    if not sys.stdin.isatty():
        raise Problem(
            "not-agreed",
            _("There is no terminal to ask on. Nothing was done."),
            _("--yes does it without asking."),
        )
    sys.stdout.flush()
    try:
        answer = input(_("{what}? [y/N] ").format(what=what))
    except EOFError:
        answer = ""
    if answer.strip().casefold() not in (_("y"), _("yes")):
        raise Problem("not-agreed", _("Nothing was done."))


def _carry_out(host: Host, scope: str, verb: str, names: Sequence[str]) -> list[Frame]:
    if scope == USER:
        frames = OwnUnits(host).read(verb, names)
    else:
        frames = Errand(host, order(verb, names)).run()
    if verb == RELOAD_ALL and getattr(frames[-1], "code", "") != "done":
        raise not_read()
    return frames


def _tell(host: Host, scope: str, verb: str, frames: Sequence[Frame]) -> int:
    """Says of each unit what became of it."""
    failures = FailureProbe(host).read(scope, verb, frames)
    failed = {failure.name for failure in failures}
    names = [frame.target for frame in frames if isinstance(frame, Item)]
    for name in names:
        if name not in failed:
            print(_(VERBS[verb].done).format(name=name))
            for hint in _next(host, scope, verb, name):
                print(hint)
    for failure in failures:
        print(told(failure), file=sys.stderr)
    return 1 if failures else 0


def _next(host: Host, scope: str, verb: str, name: str) -> Sequence[str]:
    """Returns what one may want to do next, where it is easily taken for done."""
    if is_template(name) or verb not in ("enable", "disable", "mask", "unmask"):
        return ()
    (state,) = states(host, scope, [name])
    user = " --user" if scope == USER else ""
    runs = state.active not in ("inactive", "failed")
    if verb in ("enable", "unmask") and not runs:
        text = _("It does not run now: “sysgui services start{user} {name}” starts it.")
    elif verb in ("disable", "mask") and runs:
        text = _("It still runs: “sysgui services stop{user} {name}” stops it.")
    else:
        return ()
    return (text.format(user=user, name=name),)
