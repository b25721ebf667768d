"""What is understood of the lines of a log: their form, their times, what can be asked of them."""

import os
from collections.abc import Iterator, Sequence
from typing import NamedTuple, Protocol

from sysgui.panels.logs.formats.field_names import fields_of
from sysgui.panels.logs.formats.form import NO_TIME, Form
from sysgui.panels.logs.formats.moments import Span as Moment
from sysgui.panels.logs.formats.moments import moment, time_selects
from sysgui.panels.logs.formats.parts import Select, selects
from sysgui.panels.logs.formats.recognise import form_of
from sysgui.panels.logs.formats.spans import Span, parts_of
from sysgui.panels.logs.formats.times import Surroundings, Times
from sysgui.panels.logs.formats.zones import SECOND, Zone, zone_of
from sysgui.panels.logs.query import NUMBERS, OF_ANY_LOG, LogLanguage
from sysgui.panels.logs.text.joined import Joined
from sysgui.panels.logs.text.levels import Levels
from sysgui.panels.logs.text.wanted import Nothing
from sysgui.system.host import Host

# A log that is no longer than this is looked at again as it grows: it has said little so far.
SHORT = 1 << 17

# A clock may be ahead of the machine's by so much: two days, in microseconds.
AHEAD = 2 * 86_400 * SECOND

# Of so many lines it is remembered when they were written: of some screens.
REMEMBERED = 2000


class Raw(NamedTuple):
    """The bytes of a line.

    Attributes:
        offset: Where in the log it starts.
        data: The first of them, or all, without what ends the line.
        length: How many there are, the CR of a CRLF counted, the newline not.
    """

    offset: int
    data: bytes
    length: int

    @property
    def whole(self) -> bool:
        """Whether `data` is all of it."""
        return self.length <= len(self.data) + 1

    @property
    def ended(self) -> bytes:
        """What is at hand of it, and what ends it."""
        return self.data + (b"\r\n" if len(self.data) + 1 == self.length else b"\n")

    @property
    def end(self) -> int:
        """Where in the log the next line starts."""
        return self.offset + self.length + 1


class Source(Protocol):
    """Where a log comes from."""

    @property
    def text(self) -> Joined:
        """All of it, as one text."""
        ...

    @property
    def written(self) -> int:
        """When the last of it was written, in microseconds since 1970."""
        ...


class Understood:
    """Understands one log.

    Args:
        host: The machine.
        followed: The log.

    Attributes:
        form: Of its lines.
        zone: Of the times that name none.
        rules: How the levels of its lines are told.
        times: When its lines were written.
        language: What can be asked of its lines; another one as soon as the form is another.

    Raises:
        OSError: As pread(2) says.
    """

    def __init__(self, host: Host, followed: Source) -> None:
        self._host = host
        self._followed = followed
        self._known: dict[Raw, int] = {}
        self.zone = Zone(zone_of(host, os.environ.get("TZ", "")))
        self._take(form_of(followed.text))

    def _take(self, form: Form) -> None:
        self._known.clear()
        self._looked_at = self._followed.text.size
        boot = round((self._host.now() - self._host.since_boot()) * SECOND)
        about = Surroundings(self.zone, self._followed.written, boot)
        self.form = form
        self.times = Times(form, self._followed.text, about)
        asks = dict(selects(form))
        if form.written != NO_TIME:
            asks |= time_selects(self.times, self.zone, self._host.now)
        self.rules = Levels(form.begins, form.levels, _level_of(form))
        self._fields = fields_of(self._followed.text, form)
        if self._fields is None:
            further = _of_no_line if self.is_empty else None
            self.language = LogLanguage(asks, self.rules, further=further)
            return
        taken = {name.casefold() for name in (*OF_ANY_LOG, *asks)}
        own = {
            name: ask for name, ask in self._fields.named.items() if name.casefold() not in taken
        }
        self.language = LogLanguage(
            {**asks, **own}, self.rules, {*NUMBERS, *own}, self._fields.behind_dot
        )

    @property
    def is_empty(self) -> bool:
        """Whether nothing is in it yet: then it may come to have anything that is asked for."""
        return not self._followed.text.size

    def change(self, block: int) -> None:
        """Takes note that the log has changed from a block on.

        Raises:
            OSError: As pread(2) says.
        """
        self._known.clear()
        self.times.change(block, self._followed.written)
        if self._looked_at <= SHORT:
            was_empty = not self._looked_at
            form = form_of(self._followed.text)
            self._looked_at = self._followed.text.size
            same = form == self.form and fields_of(self._followed.text, form) == self._fields
            if was_empty or not same:
                self._take(form)

    @property
    def latest(self) -> int:
        """The last time that a line may be of, in microseconds since 1970: see `Clock`."""
        return max(self._followed.written, round(self._host.now() * SECOND)) + AHEAD

    def moment(self, typed: str) -> Moment | None:
        """Returns what a typed moment names in the zone of the log; None if it names none."""
        return moment(typed, self.zone, self._host.now())

    def parts(self, text: str) -> dict[str, Span]:
        """Returns from which character on, and up to which, each part of a line stands."""
        return dict(parts_of(text, self.form))

    def times_of(self, lines: Sequence[Raw]) -> list[int]:
        """Returns when lines were written, in microseconds since 1970; -1 if one does not say so.

        Args:
            lines: In the order of the log.

        Raises:
            OSError: As pread(2) says.
        """
        unknown = [line for line in lines if line not in self._known]
        for run in _runs(unknown):
            held = b"".join(line.ended for line in run)
            times = self.times.times_within(run[0].offset, held)
            self._known.update(zip(run, times, strict=True))
        found = [self._known[line] for line in lines]
        if len(self._known) > REMEMBERED:
            self._known = dict([*self._known.items()][-REMEMBERED:])
        return found


def _of_no_line(_name: str) -> Select:
    return lambda _sign, _value: Nothing()


def _level_of(form: Form) -> str:
    """Returns where lines of a form say their level; "" if in no place of its own."""
    part = form.parts.get("level")
    return f"{part.before}(?P<value>{part.inside}+){part.behind}" if part else ""


def _runs(lines: Sequence[Raw]) -> Iterator[list[Raw]]:
    """Yields lines that follow one another without a gap, together: so they are read at once."""
    run: list[Raw] = []
    for line in lines:
        if run and not (run[-1].whole and run[-1].end == line.offset):
            yield run
            run = []
        run.append(line)
    if run:
        yield run
