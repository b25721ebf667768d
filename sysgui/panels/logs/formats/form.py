r"""What is known of one form of log lines: where the time stands, and the other parts.

The expressions here are of the syntax that Python's `re` and hyperscan share, see ASCII only, and
hold to two rules, so that both find the same. None takes a newline: so `\s`, `\S` and `.` stand
nowhere. And what stands behind a part begins with what the part cannot hold: so there is one way
only to read a line.
"""

from collections.abc import Mapping
from typing import NamedTuple

# How the time is written.
NO_TIME, ISO, APT, ACCESS, TOMCAT, SYSLOG, APACHE, JAVA, SINCE_BOOT, SECONDS, REDIS = range(11)

WORD = r"[^ \t\r\n]"
REST = r"[^\r\n]"


class Place(NamedTuple):
    """What stands before the time, from the start of the line on.

    Attributes:
        literal: These characters.
        priority: Whether a priority such as `<13>` may stand before these.
        mark: All up to the first of this character instead.
        expression: An expression instead, of which each way to match it ends at the same place.
        into: So many characters of the time belong to the expression.
    """

    literal: str = ""
    priority: bool = False
    mark: str = ""
    expression: str = ""
    into: int = 0


class Part(NamedTuple):
    """One part of a line.

    Attributes:
        before: What stands before it, from the start of the line on.
        inside: What it is one or more of: a class of characters.
        behind: What stands behind it; empty where anything may.
        nil: What is written where it is not known; empty if it is left out then.
        asked: Whether lines can be asked for by it. A part that is only shown may be read in
            several ways, of which the first counts.
    """

    before: str
    inside: str
    behind: str = ""
    nil: str = ""
    asked: bool = True


class Form(NamedTuple):
    """One form of log lines.

    Attributes:
        name: What it is called, such as "syslog".
        begins: What a record begins with, from the start of the line on.
        written: How the time is: one of the constants above.
        place: Where it is.
        parts: The parts by name: time, host, identifier, pid, level, message, or others of a form.
        levels: By level, what matches records of it, if they tell it otherwise than by its name.
        share: At least so large a part of the lines begins a record; the others belong to one.
    """

    name: str
    begins: str
    written: int = NO_TIME
    place: Place = Place()
    parts: Mapping[str, Part] = {}
    levels: Mapping[int, str] = {}
    share: float = 0.02


# A text of no form that is known.
TEXT = Form("text", "")


class Step(NamedTuple):
    """A piece of a line whose pieces stand in order.

    Attributes:
        name: Of the part; empty if it is what stands between two.
        inside: What a part is one or more of; all of what stands between.
        opens: What stands before it only where it is there.
        closes: What stands behind it only where it is there.
        behind: What must follow.
        optional: Whether it may be missing.
        nil: See `Part`.
        asked: See `Part`.
    """

    name: str
    inside: str
    opens: str = ""
    closes: str = ""
    behind: str = ""
    optional: bool = False
    nil: str = ""
    asked: bool = True

    @property
    def whole(self) -> str:
        """All of it as one expression."""
        if not self.name:
            return self.inside
        whole = f"{self.opens}{self.inside}+{self.closes}"
        return f"(?:{whole})?" if self.optional else whole

    @property
    def shown(self) -> str:
        """The same, and looking ahead to what must follow, as only Python can."""
        if not self.name or not self.behind:
            return self.whole
        whole = f"{self.opens}{self.inside}+{self.closes}(?={self.behind})"
        return f"(?:{whole})?" if self.optional else whole


def gap(expression: str) -> Step:
    """Returns what stands between two parts."""
    return Step("", expression)


def time(expression: str) -> Step:
    """Returns the time."""
    return Step("time", f"(?:{expression})", asked=False)


def level(inside: str, behind: str) -> Step:
    """Returns the level: it is asked for by the rules that tell it in any log."""
    return Step("level", inside, behind=behind, asked=False)


MESSAGE = Step("message", REST, asked=False)


def parts_of_steps(*steps: Step) -> Mapping[str, Part]:
    """Returns the parts of lines whose pieces stand in order, with what is left as the message.

    Args:
        steps: The pieces; one of them may be MESSAGE, then the message begins there already.
    """
    parts: dict[str, Part] = {}
    before = shown = ""
    for step in steps:
        if step == MESSAGE:
            parts["message"] = Part(shown, REST, asked=False)
            continue
        if step.name:
            stands = (before if step.asked else shown) + step.opens
            behind = step.closes + step.behind
            parts[step.name] = Part(stands, step.inside, behind, step.nil, step.asked)
        before += step.whole
        shown += step.shown
    # Once it has gone so far it does not give anything back for there to be a message.
    parts.setdefault("message", Part(f"(?>{_as_far_as_it_goes(steps)})", REST, asked=False))
    return parts


def _as_far_as_it_goes(steps: tuple[Step, ...]) -> str:
    """Returns what matches as many of the first steps as there are in a line."""
    expression = ""
    for step in reversed(steps):
        expression = f"(?:{step.shown}{expression})?"
    return expression
