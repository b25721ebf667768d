"""Reads what was done as root from the system's journal, as far as this user may."""

from collections.abc import Sequence

import msgspec

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.journal import JournalFiles, Stamp
from sysgui.system.problem import Problem

from .entries import ARGV, MOST_ENTRIES, Done, Ledger, argv_from, cursor_of, entry_of


class Audit(msgspec.Struct, frozen=True):
    """What was done.

    Attributes:
        done: The oldest first.
        hidden: Whether this user may not read the system's journal: then there is nothing in it.
        cut: Whether there may be older ones, which were not read.
    """

    done: list[Done]
    hidden: bool = False
    cut: bool = False


class AuditProbe:
    """Asks journalctl, and later only for what is new.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._audit: Audit | None = None
        self._ledger = Ledger(host.user)
        self._files = JournalFiles(host)
        self._stamp: Stamp | None = None

    def read(self) -> Audit:
        """Returns all that this user may see: the same as before if nothing has come since.

        Raises:
            Problem: `no-journal` without journalctl, `journal-unreadable` if it fails.
        """
        # Before the reading: what comes while that goes on is seen by the next.
        stamp = self._files.stamp()
        if stamp is None:
            self._audit, self._stamp, self._ledger = None, None, Ledger(self._host.user)
            return Audit([], hidden=True)
        audit = self._audit
        if audit is None or stamp != self._stamp:
            audit = self._read_on(audit)
            self._audit, self._stamp = audit, stamp
        return audit

    def _read_on(self, before: Audit | None) -> Audit:
        last = self._ledger.last
        if before is not None and last:
            first, *new = self._entries(argv_from(last)) or [b""]
            if cursor_of(entry_of(first)) == last:
                self._ledger.take(new)
                return Audit(self._ledger.rows(), cut=before.cut) if new else before
            # The journal does not go back that far any more.
        self._ledger = Ledger(self._host.user)
        self._ledger.take(self._entries(ARGV))
        return _audit(self._ledger)

    def _entries(self, argv: Sequence[str]) -> list[bytes]:
        try:
            output = self._host.run(argv)
        except Problem as problem:
            if problem.code != "no-program":
                raise
            raise Problem(
                "no-journal",
                _("What was done as root stands in systemd's journal, and there is none here."),
                _("Without one nothing is done as root from here: each time an entry is written."),
            ) from problem
        if output.status:
            error = output.stderr.decode("utf-8", "replace").strip()
            raise Problem(
                "journal-unreadable", _("The journal cannot be read: {error}").format(error=error)
            )
        return output.stdout.splitlines()


class TellingProbe:
    """Makes rows of what journalctl told root; a probe, because so many take their time.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self, told: bytes = b"") -> Audit:
        """Returns what was told."""
        ledger = Ledger(self._host.user)
        ledger.take(told.splitlines())
        return _audit(ledger)


def _audit(ledger: Ledger) -> Audit:
    return Audit(ledger.rows(), cut=ledger.count >= MOST_ENTRIES)


def older() -> str:
    """Returns what there is to say where the audit is cut, translated."""
    text = _("There may be older ones: only the last {n} entries of the journal were read.")
    return text.format(n=MOST_ENTRIES)
