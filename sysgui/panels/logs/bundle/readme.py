"""What a bundle says of itself: what it holds, how it was asked for, and what is not to be seen."""

import textwrap

from sysgui import __version__
from sysgui.panels.logs.timeline import TimeCounts
from sysgui.system.i18n import _, ngettext

from .archive import SUMS
from .asked import TITLES
from .figures import moment
from .redaction import Redaction

README, LINES, CSV, SVG = "README.txt", "lines.log", "histogram.csv", "histogram.svg"


def readme(
    command: str, lines: int, counts: TimeCounts, troubles: list[str], redaction: Redaction
) -> str:
    """Returns the text.

    Args:
        command: How the same lines are asked for.
        lines: How many there are.
        counts: When they came.
        troubles: Why some may be missing, in sentences.
        redaction: What was done to them.
    """
    parts = [
        _("Lines of a log, put together by Sysgui {version}.").format(version=__version__),
        _("Asked for by:") + f"\n\n    {command}",
        "\n".join(_what_it_holds(lines, counts)),
        *troubles,
        *_what_is_hidden(redaction),
        _("Everything is as it was written if this command, in this folder, finds nothing wrong:")
        + f"\n\n    sha256sum -c {SUMS}",
    ]
    return "\n\n".join(part if "\n" in part else textwrap.fill(part, 88) for part in parts) + "\n"


def _what_it_holds(lines: int, counts: TimeCounts) -> list[str]:
    said = ngettext("{n} line", "{n} lines", lines).format(n=lines)
    if counts.bins:
        end = counts.begin + len(counts.bins) * counts.width
        # So much is sure: the bars begin before the first line and end behind the last.
        said = _("{lines}, written between {begin} and {end} (UTC)").format(
            lines=said, begin=moment(counts.begin), end=moment(end)
        )
        if counts.outside:
            said += _(", but for {n} that are dated far away").format(n=counts.outside)
    return [
        f"{LINES:14} {said}",
        f"{CSV:14} " + _("how many of each level came when, in UTC"),
        f"{SVG:14} " + _("the same as a picture"),
        f"{SUMS:14} " + _("what tells whether these are as they were"),
    ]


def _what_is_hidden(redaction: Redaction) -> list[str]:
    if not redaction.kinds:
        return [_("Nothing was redacted: the lines are as they stand in the log.")]
    counts = redaction.counts
    names = [
        f"    {_(title)}: {_names(kind, counts[kind])}"
        for kind, title in TITLES.items()
        if kind in redaction.kinds
    ]
    told = [
        _("Redacted, here and in the lines; the same name stands for the same thing:"),
        "\n".join(names + _what_stays(redaction)),
        _(
            "It was recognised by its form and by what stands around it; root and localhost stay."
            " Such rules can miss something: a password in the middle of a sentence, the name of a"
            " network or of a project. Look through the lines before you give them away."
        ),
    ]
    if not redaction.learnt_all:
        told.append(
            _(
                "There were too many names to look for each of them everywhere: some may still"
                " stand where nothing says that they are names."
            )
        )
    return told


def _what_stays(redaction: Redaction) -> list[str]:
    stays = [_(title) for kind, title in TITLES.items() if kind not in redaction.kinds]
    return [f"    {title}: " + _("not redacted") for title in stays]


def _names(kind: str, count: int) -> str:
    if not count:
        return _("none")
    return f"{kind}-1" if count == 1 else f"{kind}-1 … {kind}-{count}"
