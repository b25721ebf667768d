"""What a user wants to stand out in lines: rules, in sets for forms of logs, kept and exchanged."""

from collections.abc import Mapping
from pathlib import Path
from typing import Literal

import msgspec
import regex

from sysgui.system.i18n import N_, _
from sysgui.system.problem import Problem

# By which names of the theme rules are coloured, and what these are called: each of them can be
# read on the ground of lines in every theme.
COLORS: Mapping[str, str] = {
    "wrong": N_("Red"),
    "network": N_("Orange"),
    "attention": N_("Amber"),
    "good": N_("Green"),
    "disk": N_("Teal"),
    "cpu": N_("Blue"),
    "memory": N_("Violet"),
    "muted": N_("Grey"),
}
Color = Literal["wrong", "network", "attention", "good", "disk", "cpu", "memory", "muted"]

TEXT, WORD, EXPRESSION = "text", "word", "expression"
KINDS: Mapping[str, str] = {
    TEXT: N_("Text"),
    WORD: N_("Whole word"),
    EXPRESSION: N_("Regular expression"),
}
Kind = Literal["text", "word", "expression"]

# The set for logs of all forms.
ANY_FORM = ""

# A file of rules is no longer than this, in bytes, and a set has no more rules.
LARGEST = 1 << 20
MOST = 200
LONGEST = 1000

Pattern = regex.Pattern[str]


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Something that is to stand out.

    Attributes:
        pattern: What is looked for; empty: any line, if it is of the level.
        kind: Whether that is a text, a word, or a regular expression.
        case: Whether capitals matter.
        color: As the theme names it.
        whole: Whether the whole line stands out, not only what is found in it.
        level: Only in lines of this level, 0 to 7, or of a worse one; -1: in all.
        enabled: Whether it is followed.
    """

    pattern: str = ""
    kind: Kind = "text"
    case: bool = False
    color: Color = "attention"
    whole: bool = False
    level: int = -1
    enabled: bool = True


class RuleSet(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Rules for logs of one form.

    Attributes:
        rules: The most important first.
        usual: Whether what stands out usually does so besides.
    """

    rules: list[Rule] = []
    usual: bool = True


class _File(msgspec.Struct, forbid_unknown_fields=True):
    """What is exchanged: sets by the form of logs."""

    sysgui_log_rules: Literal[1]
    sets: dict[str, RuleSet]


class RuleError(Exception):
    """A rule that cannot be followed; the message says why, translated."""


def compiled(rule: Rule) -> Pattern | None:
    """Returns what finds a rule's pattern; None if it has none.

    Raises:
        RuleError: If the pattern is none.
    """
    if not rule.pattern:
        return None
    if len(rule.pattern) > LONGEST:
        raise RuleError(_("The pattern has more than {n} characters.").format(n=LONGEST))
    source = rule.pattern if rule.kind == EXPRESSION else regex.escape(rule.pattern)
    if rule.kind == WORD:
        source = rf"(?<!\w){source}(?!\w)"
    try:
        return regex.compile(source, 0 if rule.case else regex.IGNORECASE)
    except (regex.error, RecursionError, OverflowError, ValueError) as error:
        reason = getattr(error, "msg", "") or str(error)
        told = _("“{pattern}” is no regular expression: {reason}.")
        raise RuleError(told.format(pattern=rule.pattern[:80], reason=reason)) from error


def checked(rule: Rule) -> None:
    """Raises a `RuleError` if a rule cannot be followed."""
    if not -1 <= rule.level <= 7:
        raise RuleError(_("A level is a number from 0 to 7, or -1 for all lines."))
    if not rule.pattern and rule.level < 0:
        raise RuleError(_("A rule needs a pattern, or a level."))
    compiled(rule)


def written(sets: Mapping[str, RuleSet]) -> bytes:
    """Returns sets as they are exchanged."""
    return msgspec.json.format(msgspec.json.encode(_File(1, dict(sets))), indent=2) + b"\n"


def read(data: bytes) -> dict[str, RuleSet]:
    """Returns the sets that were exchanged.

    Raises:
        Problem: `bad-rules`, which says what is wrong, and where.
    """
    try:
        sets = msgspec.json.decode(data, type=_File).sets
        for form, each in sets.items():
            _check_set(each, form)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError, RuleError) as error:
        raise Problem(
            "bad-rules",
            _("These are no rules that can be followed: {reason}").format(reason=error),
            _("Nothing was changed."),
        ) from error
    return sets


def _check_set(each: RuleSet, form: str) -> None:
    if len(each.rules) > MOST:
        raise RuleError(_("A set has no more than {n} rules.").format(n=MOST))
    for number, rule in enumerate(each.rules, 1):
        try:
            checked(rule)
        except RuleError as error:
            where = _("rule {number} for {form}: {reason}")
            form = form or _("all logs")
            raise RuleError(where.format(number=number, form=form, reason=error)) from error


def read_file(path: Path) -> dict[str, RuleSet]:
    """Returns the sets that a file of the user's holds.

    Raises:
        Problem: `bad-rules`.
    """
    try:
        if path.stat().st_size > LARGEST:
            raise Problem(
                "bad-rules", _("{path} is too large for a file of rules.").format(path=path)
            )
        return read(path.read_bytes())
    except OSError as error:
        raise Problem(
            "bad-rules",
            _("{path} cannot be read: {error}.").format(path=path, error=error.strerror),
        ) from error
