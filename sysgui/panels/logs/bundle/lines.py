"""Lines made ready to be looked at, many of them at once."""

from collections.abc import Sequence
from functools import cached_property

from sysgui.system.i18n import _

from .spans import compiled
from .triggers import Numbers, starts_of

# As much of a line is looked at; what is behind that is left out.
LONGEST = 1 << 20

# What acts on a terminal may stand within what is private, and so hide it.
_ESCAPE = compiled(rb"\x1b(?:\[[0-?]*+[ -/]*+[@-~]|\][^\x07\x1b]*+(?:\x07|\x1b\\)?|[@-Z\\-_])")
_HIDING = bytes(code for code in (*range(32), 127) if code != ord("\t"))


class Lines:
    """Some lines in their order, without what hides what they say.

    Args:
        lines: Without newlines.

    Attributes:
        each: What is looked at of each of them.
        behind: What comes behind each of them, instead of what is left out; None: nothing.
        text: All of them, with a newline between any two.
    """

    def __init__(self, lines: Sequence[bytes]) -> None:
        self.each = lines
        self.behind: Sequence[bytes] | None = None
        self.text = b"\n".join(lines)
        shown = len(self.text.translate(None, _HIDING))
        if shown + len(lines) - 1 != len(self.text) or max(map(len, lines)) > LONGEST:
            cleaned = [_cleaned(line) for line in lines]
            self.each = [line for line, _behind in cleaned]
            self.behind = [behind for _line, behind in cleaned]
            self.text = b"\n".join(self.each)

    @cached_property
    def starts(self) -> Numbers:
        """Where in the text each line starts."""
        return starts_of(self.text)

    def with_ends(self, text: bytes) -> list[bytes]:
        """Returns the lines of a text of as many, with what comes behind each of these."""
        lines = text.split(b"\n")
        if self.behind is None:
            return lines
        return [line + behind for line, behind in zip(lines, self.behind, strict=True)]


def _cleaned(line: bytes) -> tuple[bytes, bytes]:
    """Returns what is looked at of a line, and what comes behind it instead of the rest."""
    bare = line.removesuffix(b"\r")
    behind = line[len(bare) :]
    if len(bare) > LONGEST:
        # Cut where no word is: half of one might not be recognised.
        end = max(bare.rfind(b" ", 0, LONGEST), bare.rfind(b"\t", 0, LONGEST), 0)
        said = _("… the rest is left out here: the line is too long to be redacted")
        bare, behind = bare[:end], b" " + said.encode() + behind
    if len(bare.translate(None, _HIDING)) < len(bare):
        bare = _ESCAPE.sub(b"", bare).translate(None, _HIDING)
    return bare, behind
