"""What a log says as a whole, told in steps for as long as it is asked."""

import os

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.journal.source import is_journal
from sysgui.panels.logs.page import Log, open_log
from sysgui.panels.logs.query import QueryError
from sysgui.system.host import Host
from sysgui.system.problem import unreadable

from .analysis import Analysis
from .report import Report

# So long it goes on with each question, in seconds.
SECONDS = 0.2


class AnalysisProbe:
    """Analyses one log after the other.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._asked: tuple[object, ...] = ()
        self._log: Log | None = None
        self._analysis: Analysis | None = None

    def read(
        self,
        *,
        source: str = "",
        query: str = "",
        older: bool = False,
        turn: int = 0,
        seconds: float = SECONDS,
    ) -> Report:
        """Returns what is known of a log, after some more of it has been looked through.

        Args:
            source: The log, as `PageProbe.read` has it.
            query: Which lines are looked at; "" is all.
            older: Whether with what was rotated away from it.
            turn: Another number begins anew, with the log as it is then.
            seconds: About so long it is looked at.

        Raises:
            Problem: As `PageProbe.read` says.
        """
        if not source:
            return Report(done=1.0, settled=True)
        older = older and not is_journal(source)
        try:
            analysis = self._begun(source, query, older=older, turn=turn)
            analysis.go_on(seconds)
        except QueryError as error:
            return Report(source, older, query, done=1.0, settled=True, refused=str(error))
        except OSError as error:
            raise unreadable(source, error) from error
        return analysis.report()

    def _begun(self, source: str, query: str, *, older: bool, turn: int) -> Analysis:
        """Returns the analysis that goes on, another if something else is asked."""
        asked = (source, query, older, turn)
        if self._analysis is None or asked != self._asked:
            self.close()
            self._log = open_log(self._host, source, older=older)
            self._log.ask(query, "")
            zone = Zone(zone_of(self._host, os.environ.get("TZ", "")))
            self._analysis = Analysis(self._host, self._log, query, zone)
            self._asked = asked
        return self._analysis

    def close(self) -> None:
        """Ends what goes on for the log."""
        if self._log is not None and not isinstance(self._log, OpenLog):
            self._log.close()
        self._log = self._analysis = None
