"""What is remembered of the panel."""

import msgspec

from .probe import FOLDER
from .rules import RuleSet
from .times_shown import WRITTEN


class DisplaySettings(msgspec.Struct, frozen=True):
    """How lines are shown.

    Attributes:
        columns: Whether their parts stand in columns, where their form is known.
        times: How times are told, one of `times_shown.MODES`.
        context: So many lines before and after each that is asked for are shown.
        coloured: Whether lines with colours of their own are shown in these.
        shown: Which columns are shown or not, where that was chosen.
        widths: Of columns, where they were drawn, in device-independent pixels.
    """

    columns: bool = True
    times: str = WRITTEN
    context: int = 0
    coloured: bool = False
    shown: dict[str, bool] = {}
    widths: dict[str, int] = {}


class SavedView(msgspec.Struct, frozen=True):
    """A view of a log that is kept under a name.

    Attributes:
        name: Its name.
        query: Which lines are rows.
        source: The log; "" if it is of any.
        columns: Whether parts stand in columns.
        times: How times are told.
        context: So many lines before and after each that is asked for are shown.
    """

    name: str
    query: str = ""
    source: str = ""
    columns: bool = True
    times: str = WRITTEN
    context: int = 0


class LogsSettings(msgspec.Struct, frozen=True):
    """What is remembered of this panel.

    Attributes:
        path: The log that was read last.
        wrap: Whether long lines are wrapped.
        splitter: The widths of the list and the log.
        display: How lines are shown.
        rules: What stands out besides, by the form of logs; see `rules.py`.
        bookmarks: By what tells a log from others, where its marked lines start.
        views: Those that are kept under a name.
        offsets: How much the clocks of logs are behind, by their paths, in microseconds.
        folder: The one that is listed.
    """

    path: str = ""
    wrap: bool = False
    splitter: list[int] = []
    display: DisplaySettings = DisplaySettings()
    views: list[SavedView] = []
    rules: dict[str, RuleSet] = {}
    bookmarks: dict[str, list[int]] = {}
    offsets: dict[str, int] = {}
    folder: str = FOLDER
