"""What systemd says of units while they are being written; asked when the hand rests."""

from collections.abc import Mapping, Sequence
from typing import Any

from PySide6.QtCore import Qt, QTimer, Signal, Slot

from sysgui.system.i18n import _
from sysgui.system.problem import Problem
from sysgui.ui.card import Muted
from sysgui.ui.poller import Bug, Poller

from .verify import Verdict

# While somebody types systemd is not asked at each letter.
REST_MS = 400

# So many lines have room, so that nothing around them moves.
LINES = 4


class Opinion(Muted):
    """A few lines that say it.

    Args:
        verifier: Reads a `VerifyProbe`; the panel's, which outlives any dialog.

    Attributes:
        good: Whether systemd has nothing against what was last put to it.

    Signals:
        told: It says something else now.
    """

    told = Signal()

    def __init__(self, verifier: Poller) -> None:
        super().__init__()
        self.good = False
        self._poller = verifier
        self._question: Mapping[str, Any] = {}
        self._asked: Mapping[str, Any] = {}
        self.setWordWrap(True)
        self.setMinimumHeight(LINES * self.fontMetrics().lineSpacing())
        self.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.setAccessibleName(_("What systemd says of it"))
        self._resting = QTimer(self)
        self._resting.setSingleShot(True)
        self._resting.setInterval(REST_MS)
        self._resting.timeout.connect(self._ask)
        verifier.reading.connect(self._take)
        verifier.problem.connect(self._cannot_tell)
        verifier.bug.connect(self._cannot_tell)

    def consider(self, question: Mapping[str, Any], wrong: Sequence[str] = ()) -> None:
        """Puts something else to systemd.

        Args:
            question: What `VerifyProbe.read` is asked; nothing is asked if it is empty.
            wrong: What is known to be wrong without asking, translated: then nobody is asked.
        """
        self._question = {} if wrong else question
        if self._question:
            self._say(_("Asking systemd …"))
            self._resting.start()
        else:
            self._say("\n".join(wrong))
            self._resting.stop()

    def _say(self, text: str, *, good: bool = False) -> None:
        self.good = good
        self.setText(text)
        self.told.emit()

    @Slot()
    def _ask(self) -> None:
        if self._poller.ask_once(**self._question):
            self._asked = self._question
        else:
            self._resting.start()  # The one before is still under way.

    @Slot(object)
    def _take(self, verdict: Verdict) -> None:
        if not self._question or self._asked != self._question:
            return  # An answer to what does not stand there any more.
        if verdict.complaints:
            self._say("\n".join(f"✗ {line}" for line in verdict.complaints))
        else:
            lines = (_("✓ systemd has nothing against it."), *verdict.times)
            self._say("\n".join(lines), good=True)

    @Slot(object)
    def _cannot_tell(self, why: Problem | Bug) -> None:
        if self._question:
            self._say(f"✗ {why.summary if isinstance(why, Bug) else why}")
