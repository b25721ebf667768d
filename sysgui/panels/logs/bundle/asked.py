"""What a bundle is made of: a log, a query, and what is not to be seen."""

import re
import shlex

import msgspec

from sysgui.panels.logs.merged.sources import Source, is_merged, offset_text, sources_of
from sysgui.system.i18n import N_, _

from .redaction import Redaction
from .spans import EMAIL, HOST, IP, TOKEN, USER

# What is redacted, as it is called.
TITLES = {
    IP: N_("IP addresses"),
    USER: N_("Names of users"),
    EMAIL: N_("E-mail addresses"),
    TOKEN: N_("Passwords, tokens, keys and cookies"),
    HOST: N_("Names of machines, MAC addresses"),
}

# A part of an address, in a query: `client~192.0.2`.
_PART = re.compile(r"(?<![\w.-])\d{1,3}(?:\.\d{1,3}){1,3}\.?")


class Asked(msgspec.Struct, frozen=True):
    """What a bundle is made of.

    Attributes:
        source: By which the log is opened, as `PageProbe.read` has it.
        older: Whether what was rotated away from it is its begin.
        query: Which lines.
        context: So many lines before and after each as well.
        redacted: What is replaced in them, of `KINDS`.
        named: What the log is called, where it is opened by another name; "" where it is not.
    """

    source: str
    older: bool = False
    query: str = ""
    context: int = 0
    redacted: tuple[str, ...] = ()
    named: str = ""

    def command(self, redaction: Redaction) -> str:
        """Returns how the same lines are asked for, without what is redacted."""
        several = is_merged(self.source)
        alone = Source(self.named or self.source)
        sources = sources_of(self.source) if several else [alone]
        paths = [self.without(source.path, redaction) for source in sources]
        words = ["sysgui", "logs", *paths]
        for source, path in zip(sources, paths, strict=True):
            if source.offset:
                words.append(f"--offset={path}={offset_text(source.offset)}")
        if self.older:
            words.append("--older")
        if self.context:
            words.append(f"--context={self.context}")
        if self.query:
            query = self.without(self.query, redaction)
            words += ["--query", query] if several else [query]
        return shlex.join(words)

    @staticmethod
    def without(text: str, redaction: Redaction) -> str:
        """Returns what was typed without what is redacted, however it is spelt."""
        if not redaction.kinds:
            return text
        told = _told(text, redaction)
        if "\\" in text:
            bare = text.replace("\\", "")
            without = _told(bare, redaction)
            if without != bare:
                told = without
        return _PART.sub(_("(part of an address)"), told) if IP in redaction.kinds else told


def _told(text: str, redaction: Redaction) -> str:
    lines = text.encode("utf-8", "surrogateescape").split(b"\n")
    return b"\n".join(redaction.redacted(lines)).decode("utf-8", "surrogateescape")
