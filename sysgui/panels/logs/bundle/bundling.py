"""Makes a bundle, step by step: whoever wants to see how far it is, or to end it, can."""

from collections.abc import Callable, Generator, Iterator

from sysgui.panels.logs.file.opened import OpenLog
from sysgui.panels.logs.page import open_log
from sysgui.panels.logs.query import QueryError
from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.new_file import NewFile
from sysgui.system.printable import printable
from sysgui.system.problem import Problem, unreadable

from .archive import Archive
from .asked import Asked
from .figures import MOST_BINS, as_csv, as_svg
from .readme import CSV, LINES, README, SVG, readme
from .redaction import Redaction
from .spans import HOST, USER

# How long a step takes, about: in seconds, and in pieces of lines.
STEP = 0.05
BATCH = 4000

# The names of those accounts are of people, but for that which is nobody's.
_FIRST_PERSON, _NOBODY = 1000, 65534


class Bundling:
    """Makes bundles of some lines of a log, of the moment at which it is made.

    Args:
        host: The machine.
        asked: Which lines.

    Raises:
        Problem: As `open_log` says.
    """

    def __init__(self, host: Host, asked: Asked) -> None:
        self._asked = asked
        self._is_long = False
        self._redaction = Redaction(asked.redacted, _known(host))
        self._log = open_log(host, asked.source, older=asked.older)

    @property
    def trouble(self) -> str:
        """Why not all of the log could be read; "" if nothing is wrong."""
        return self._log.trouble

    @property
    def complete(self) -> bool:
        """Whether all of the log could be read that this user may read."""
        return self._log.complete

    def close(self) -> None:
        """Ends what goes on for it."""
        if not isinstance(self._log, OpenLog):
            self._log.close()

    def steps(self, path: str, *, replaces: bool = False) -> Generator[float, None, None]:
        """Makes the bundle; yields which part is done, 0 to 1, again and again.

        Whoever takes no more closes it, and nothing is left of the file.

        Args:
            path: The file's.
            replaces: Whether it may take the place of another.

        Raises:
            Problem: `unreadable`, `unwritable`, `exists`, `changed`, `no-lines`, `bad-query`,
                `not-in-time`; of a journal, what `JournalLog` says.
        """
        with NewFile(path, replaces=replaces) as file, Archive(file) as archive:
            try:
                yield from self._steps(archive)
            except TimeoutError as error:
                raise Problem(
                    "not-in-time",
                    _("What is to be redacted could not be found in time."),
                    _("Ask for fewer lines, or without those of many kilobytes."),
                ) from error
            except OSError as error:
                raise unreadable(self._asked.named or self._asked.source, error) from error

    def _steps(self, archive: Archive) -> Iterator[float]:
        parts = 3 if self._redaction.learns else 2
        for done in self._settle():
            yield done / parts
        if not self._log.matched:
            raise Problem(
                "no-lines",
                _("No line is let through: there is nothing to make a bundle of."),
                _("Ask for other lines."),
            )
        if self._redaction.learns:
            for done in self._learn():
                yield (1 + done) / parts
        with archive.part(LINES) as write:
            for done in self._write(write):
                yield (parts - 1 + done) / parts
        counts = self._log.timeline(MOST_BINS)
        command = self._asked.command(self._redaction)
        archive.add(CSV, as_csv(counts))
        archive.add(SVG, as_svg(counts))
        archive.add(
            README,
            readme(command, self._log.matched, counts, self._troubles(), self._redaction),
        )
        archive.finish()

    def preview(self, count: int) -> Iterator[list[str]]:
        """Looks for the first lines, and yields those that are known by now, again and again.

        Args:
            count: So many are enough.

        Raises:
            Problem: As `steps` says.
        """
        found: list[bytes] = []
        for _done in self._settle():
            if self._log.matched >= count:
                break
            yield []
        for pieces in self._log.written(original=not self._redaction.kinds):
            for lines in self._lines(pieces):
                found += lines
            if len(found) >= count:
                break
            yield []
        self._redaction.learn(found[:count])
        shown = self._redaction.redacted(found[:count]) if self._redaction.kinds else found[:count]
        yield [printable(line.removesuffix(b"\r")) for line in shown]

    def _learn(self) -> Iterator[float]:
        for done, pieces in self._written():
            for lines in self._lines(pieces):
                self._redaction.learn(lines)
            yield done
            if not self._redaction.learns:
                return

    def _write(self, write: Callable[[bytes], None]) -> Iterator[float]:
        for done, pieces in self._written():
            if not self._redaction.kinds:
                write(b"".join(pieces))
            else:
                for lines in self._lines(pieces):
                    write(b"".join(line + b"\n" for line in self._redaction.redacted(lines)))
            yield done

    def _settle(self) -> Iterator[float]:
        """Looks the log through."""
        refused = self._ask()
        while not self._log.settled:
            self._log.go_on(STEP)
            # What is still being unpacked may turn out to have other parts.
            refused = self._ask()
            yield self._log.scanned
        if refused is not None:
            raise Problem("bad-query", str(refused)) from refused

    def _ask(self) -> QueryError | None:
        try:
            self._log.ask(self._asked.query, "", self._asked.context)
        except QueryError as error:
            return error
        return None

    def _written(self) -> Iterator[tuple[float, list[bytes]]]:
        """Yields all rows, some at a time, and which part of them this is the end of.

        Raises:
            Problem: `changed`: they are not those that were counted.
        """
        total, rows = self._log.matched, 0
        self._is_long = False
        for pieces in self._log.written(original=not self._redaction.kinds):
            rows += sum(piece.endswith(b"\n") for piece in pieces)
            yield min(1.0, rows / total), pieces
        if rows != total:
            raise Problem(
                "changed",
                _("The log was cut or replaced while it was read."),
                _("Try again: nothing is left of this one."),
            )

    def _lines(self, pieces: list[bytes]) -> Iterator[list[bytes]]:
        """Yields what is to be redacted of some pieces, as lines without what ends them."""
        lines: list[bytes] = []
        for piece in pieces:
            # Of a line that comes in pieces, the first is more than can be redacted.
            if not self._is_long:
                lines += piece.removesuffix(b"\n").split(b"\n")
            self._is_long = not piece.endswith(b"\n")
        for first in range(0, len(lines), BATCH):
            yield lines[first : first + BATCH]

    def _troubles(self) -> list[str]:
        told = [each for each in self._log.trouble.split("\n") if each]
        if self._log.undecided:
            said = ngettext(
                "Of {n} line it could not be decided in time whether it is wanted.",
                "Of {n} lines it could not be decided in time whether they are wanted.",
                self._log.undecided,
            )
            told.append(said.format(n=self._log.undecided))
        return [self._asked.without(each, self._redaction) for each in told]


def _known(host: Host) -> dict[str, list[str]]:
    """Returns what people and this machine are called here."""
    name = host.hostname()
    return {USER: list(_people(host)), HOST: list(dict.fromkeys((name, name.split(".")[0])))}


def _people(host: Host) -> Iterator[str]:
    try:
        lines = host.read("/etc/passwd").decode("utf-8", "surrogateescape").splitlines()
    except OSError:
        return
    for line in lines:
        name, *rest = line.split(":")
        number = rest[1] if len(rest) > 1 else ""
        if name and number.isdigit() and _FIRST_PERSON <= int(number) != _NOBODY:
            yield name
