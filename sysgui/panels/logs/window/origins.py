"""Which of several logs a line is of, as it stands before the line: a hue, and a name."""

from collections.abc import Sequence
from typing import NamedTuple

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontMetrics

from sysgui.panels.logs.merged.sources import SourceState

# Hues that stay apart for eyes of any kind; they begin again, and the names tell which is which.
HUES = ("cpu", "network", "disk", "memory")

# No more of a name is shown: as wide as so many digits.
_LONGEST = 14


class Origins(NamedTuple):
    """The logs that are read as one.

    Attributes:
        names: What each is called, as much as is shown.
        whole: What each is called.
        width: Of what is shown, in device-independent pixels; 0 if there is one log only.
    """

    names: list[str]
    whole: list[str]
    width: int

    @property
    def are_several(self) -> bool:
        """Whether there is more than one log."""
        return self.width > 0


def origins_of(sources: Sequence[SourceState], font: QFont) -> Origins:
    """Returns how lines of some logs are told apart; of no source, that there is one only."""
    metrics = QFontMetrics(font)
    longest = metrics.horizontalAdvance("0") * _LONGEST
    whole = [source.name for source in sources]
    names = [metrics.elidedText(name, Qt.TextElideMode.ElideMiddle, longest) for name in whole]
    return Origins(names, whole, max(map(metrics.horizontalAdvance, names), default=0))


def hue_of(source: int) -> str:
    """Returns the token of the colour of one of the logs."""
    return HUES[source % len(HUES)]
