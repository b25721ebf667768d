"""One manager of units: what it is asked, and when, over one connection; a register keeps the rest.

Two calls make the first list. All that follows comes by signals, or is asked later and does not
wait. A unit's properties are asked for only if somebody looks at it, only once, and only while it
is certainly loaded: the question would load it, which is told to all, and so on without end.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sysgui.system.bus import MOST_PENDING, SYSTEMD, BusError, Call, Pending, Signal
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .properties import UNIT, questions
from .register import CALM, Register
from .stale import Suspect
from .units import SYSTEM, USER, Unit, UnitFile, files_of

PATH = "/org/freedesktop/systemd1"
MANAGER = f"{SYSTEMD}.Manager"
PROPERTIES = "org.freedesktop.DBus.Properties"

# What comes within so many seconds is one change.
COALESCED = 0.2

# As many new units are asked for by name; more by the whole list, and that not more often than so.
MOST_NAMED = 64
LIST_AGAIN = 1.0

# The list of files takes systemd half a second of its time: what one sees at once comes before it.
FILES_AFTER = 0.25
FILES_AGAIN = 5.0

# So long a manager may be away, such as when it executes itself anew.
AWAY = 5.0

Body = tuple[Any, ...]


class Manager:
    """Knows all units of one manager, as far as it has told.

    Args:
        host: The machine.
        scope: `system`, or `user` for the user's own.

    Attributes:
        scope: The same.
        bus: The connection.
        loaded_at: When it loaded its files last, in seconds since 1970; 0 is not known.
        places: The directories that it takes units' files from.

    Raises:
        Problem: `no-bus`, `no-systemd`.
    """

    def __init__(self, host: Host, scope: str) -> None:
        self.scope = scope
        self._host = host
        try:
            self.bus = host.bus(scope)
        except Problem as problem:
            raise self._own(problem) from problem
        self.loaded_at = 0.0
        self.places: list[str] = []
        self._register = Register(host, scope)
        self._handlers: dict[Pending, Callable[[Body], None]] = {}
        self._news: set[str] = set()
        self._relist = False
        self._list_at = 0.0
        self._files_due = self._own_due = True
        self._files_at = 0.0
        self._reloading = False
        self._away_since: float | None = None
        self._wanted: Sequence[str] = ()

    def open(self) -> None:
        """Subscribes, and lists what is loaded: two calls.

        Raises:
            Problem: `no-systemd`, `no-user-manager`, or as the bus says.
        """
        try:
            self.bus.match(SYSTEMD)
            self._send("Subscribe", lambda _body: None)
            listed = self.bus.call(Call(SYSTEMD, PATH, MANAGER, "ListUnits"))
        except Problem as problem:
            raise self._own(problem) from problem
        now = self._host.monotonic()
        self._list_at = now + COALESCED
        self._files_at = now + FILES_AFTER if self._host.live else now
        self._take_all(listed)

    def close(self) -> None:
        """Ends the connection, and with it the subscription."""
        self.bus.close()

    # What is known.

    @property
    def units(self) -> Iterable[Unit]:
        """All units, and all files of which no unit is loaded."""
        return self._register.units

    def find(self, name: str) -> Unit | None:
        """Returns a unit by its name."""
        return self._register.find(name)

    @property
    def busy(self) -> bool:
        """Whether answers are still to come, or questions to be asked."""
        now = self._host.monotonic()
        return bool(self._handlers or self._news or self._relist or self._files_due) or any(
            self._register.askable(name, now + CALM) for name in self._wanted
        )

    @property
    def dirty(self) -> bool:
        """Whether anything has changed since it was last told."""
        return self._register.dirty

    def tell(self) -> tuple[list[Unit], list[str]]:
        """Returns the units that have changed since it last told, and the names of the gone."""
        return self._register.tell()

    # What is asked.

    def look(self, names: Sequence[str]) -> None:
        """Says at which units somebody looks: their details are asked for, if that may be done."""
        self._wanted = names

    def work(self) -> float | None:
        """Asks what is to be asked now; returns in how many seconds there is more, if ever.

        Raises:
            Problem: `no-systemd` if the manager stays away; as the bus says.
        """
        now = self._host.monotonic()
        if self._away_since is not None:
            left = self._away_since + AWAY - now
            if left <= 0:
                raise self._own(Problem("no-systemd", _("systemd has left D-Bus.")))
            return left
        if self._reloading:
            return None
        dues = [self._ask_list(now), self._ask_files(now), self._ask_details(now)]
        return min((due for due in dues if due is not None), default=None)

    def _ask_list(self, now: float) -> float | None:
        if not (self._relist or self._news):
            return None
        if now < self._list_at:
            return self._list_at - now
        names, self._news = sorted(self._news), set()
        if self._relist or len(names) > MOST_NAMED:
            self._relist = False
            self._list_at = now + LIST_AGAIN
            self._send("ListUnits", self._take_all)
        else:
            self._list_at = now + COALESCED
            # Of units by pattern only those that are loaded are listed; by name, they are loaded.
            self._send("ListUnitsByPatterns", self._take_some, "asas", ([], names))
        return None

    def _ask_files(self, now: float) -> float | None:
        if self._own_due:
            self._own_due = False
            for name in ("UnitPath", "UnitsLoadTimestamp", "UnitsLoadFinishTimestamp"):
                self._get(PATH, MANAGER, name, partial(self._take_own, name))
        if not self._files_due or self._own_pending():
            return None  # Whoever watches the files begins when it is told where they are.
        if now < self._files_at:
            return self._files_at - now
        self._files_due = False
        self._files_at = now + FILES_AGAIN
        self._send("ListUnitFiles", self._take_files)
        return None

    def _own_pending(self) -> bool:
        calls = (pending.call for pending in self._handlers)
        return any((call.path, call.member) == (PATH, "Get") for call in calls)

    @property
    def files(self) -> Mapping[str, UnitFile] | None:
        """The list of files, if it is as systemd has it now."""
        listing = any(pending.call.member == "ListUnitFiles" for pending in self._handlers)
        return None if self._files_due or listing else self._register.files

    def adopt_files(self, files: Mapping[str, UnitFile]) -> None:
        """Takes a list of files that is known to be as it would be told now."""
        self._files_due = False
        self._register.take_files(dict(files))

    def list_files_again(self) -> None:
        """Has the files listed anew, as somebody may have changed them without telling systemd."""
        self._files_due = True

    def _ask_details(self, now: float) -> float | None:
        later: float | None = None
        for name in self._wanted:
            unit = self._register.askable(name, now)
            if unit is None:
                if self._register.askable(name, now + CALM):
                    later = CALM
                continue
            if len(self._handlers) + 8 > MOST_PENDING:
                return later  # The answers wake us.
            self._register.note_asked(unit)
            for face, asked in questions(unit):
                self._get(unit.path, face, asked, partial(self._take_detail, name, asked))
        return later

    def check(self, suspects: Iterable[Suspect]) -> set[Suspect]:
        """Asks of loaded units whether their files have changed on disk since.

        Returns:
            Those that are to be asked later: they have just changed, or too many answers are still
            to come.
        """
        now = self._host.monotonic()
        left = set()
        for suspect in suspects:
            name, _stamp, drop_ins = suspect
            unit = self._register.find(name)
            if unit is None or not unit.loaded:
                continue
            if len(self._handlers) + 2 > MOST_PENDING or not self._register.calm(name, now):
                left.add(suspect)
                continue
            asked = "NeedDaemonReload"
            self._get(unit.path, UNIT, asked, partial(self._take_detail, name, asked))
            if drop_ins:
                asked = "DropInPaths"
                self._get(unit.path, UNIT, asked, partial(self._take_drop_ins, name, drop_ins))
        return left

    def _take_drop_ins(self, name: str, newer: Sequence[str], loaded: Sequence[str]) -> None:
        known = {path.rpartition("/")[2] for path in loaded}
        if not known.issuperset(newer):
            self._register.take_values(name, {"NeedDaemonReload": True})

    def _send(
        self, member: str, then: Callable[[Body], None], signature: str = "", body: Body = ()
    ) -> None:
        self._dispatch(Call(SYSTEMD, PATH, MANAGER, member, signature, body), then)

    def _get(self, path: str, face: str, name: str, then: Callable[[Any], None]) -> None:
        call = Call(SYSTEMD, path, PROPERTIES, "Get", "ss", (face, name))
        self._dispatch(call, lambda body: then(body[0][1]))

    def _dispatch(self, call: Call, then: Callable[[Body], None]) -> None:
        try:
            self._handlers[self.bus.send(call)] = then
        except Problem as problem:
            # A recorded machine was asked less than this one is; what is not known is shown so.
            if problem.code != "not-recorded":
                raise

    # What is told.

    def take(self, came: Iterable[Signal | Pending]) -> None:
        """Takes signals and answers in the order in which they came.

        Raises:
            Problem: `access-denied`.
        """
        for each in came:
            if isinstance(each, Pending):
                self._take_answer(each)
            else:
                self._take_signal(each)

    def _take_answer(self, pending: Pending) -> None:
        then = self._handlers.pop(pending, None)
        if then is None:
            return  # Asked of a manager that has executed itself anew since.
        try:
            body = pending.result()
        except BusError:
            return  # Subscribed already, or a unit that has just gone: signals say what is so.
        except Problem as problem:
            if problem.code != "no-systemd":
                raise
            return  # It has gone away while it was asked: that is told, too.
        then(body)

    def _take_signal(self, signal: Signal) -> None:
        if signal.interface == PROPERTIES:
            self._take_properties(signal.path, signal.body)
            return
        taken: dict[str, Callable[..., None]] = {
            "UnitNew": self._take_new,
            "UnitRemoved": self._take_removed,
            "JobNew": self._take_job,
            "JobRemoved": self._take_job_removed,
            "UnitFilesChanged": self._take_files_changed,
            "Reloading": self._take_reloading,
            "NameOwnerChanged": self._take_owner,
        }
        if signal.member in taken:
            taken[signal.member](*signal.body)

    def _take_new(self, name: str, path: str) -> None:
        if not self._reloading:
            self._news.add(name)
            self._register.announce(name, path)

    def _take_removed(self, name: str, path: str) -> None:
        if not self._reloading:
            self._news.discard(name)
            self._register.remove(name, path)

    def _take_job(self, _number: int, _path: str, name: str) -> None:
        self._register.take_values(name, {"Job": (1, "")})

    def _take_job_removed(self, _number: int, _path: str, name: str, _result: str) -> None:
        self._register.take_values(name, {"Job": (0, "/")})

    def _take_files_changed(self) -> None:
        self._files_due = True

    def _take_reloading(self, active: bool) -> None:  # noqa: FBT001 - as the signal has it
        # Meanwhile all units are told to go and to come.
        self._reloading = active
        if not active:
            self._start_anew()

    def _take_owner(self, _name: str, _old: str, new: str) -> None:
        self._handlers.clear()
        self._reloading = False
        if not new:
            self._away_since = self._host.monotonic()
            return
        self._away_since = None
        self._send("Subscribe", lambda _body: None)
        self._start_anew()

    def _start_anew(self) -> None:
        self._relist = self._files_due = self._own_due = True
        self._news.clear()
        self._register.start_anew()
        self._list_at = self._host.monotonic() + COALESCED
        self._files_at = 0.0

    def _take_properties(self, path: str, body: Body) -> None:
        values = {key: value for key, (_type, value) in body[1].items()}
        self._register.take_values_at(path, values)

    def _take_detail(self, name: str, asked: str, value: Any) -> None:
        self._register.take_values(name, {asked: value})

    def _take_own(self, name: str, value: Any) -> None:
        if name == "UnitPath":
            self.places = value
        else:
            self.loaded_at = max(self.loaded_at, value / 1e6)

    def _take_all(self, body: Body) -> None:
        self._register.take_all(body[0])

    def _take_some(self, body: Body) -> None:
        self._register.take_some(body[0])

    def _take_files(self, body: Body) -> None:
        self._register.take_files(files_of(body[0]))

    def _own(self, problem: Problem) -> Problem:
        if problem.code == "no-systemd" and self.scope == USER:
            return Problem(
                "no-user-manager",
                _("Your own services cannot be shown: systemd did not open this session."),
                _("Log in on the desktop or by ssh; “loginctl enable-linger” keeps them running."),
            )
        # As sd_booted(3) tells.
        absent = problem.code == "no-bus" and not self._host.exists("/run/systemd/system")
        if absent and self.scope == SYSTEM:
            return Problem(
                "no-systemd",
                _("systemd does not run here: there are no services of its to show."),
                _("Another program is the first process, as in most containers."),
            )
        if problem.code == "no-systemd":
            return Problem(
                problem.code,
                _("systemd does not answer on D-Bus."),
                _("Where another program is the first process, systemd runs no services."),
            )
        return problem
