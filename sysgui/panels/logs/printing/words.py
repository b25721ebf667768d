"""Which words of a command line are logs, and which are the query."""

import argparse
import os
import re
import stat
from collections.abc import Sequence
from typing import Any

from sysgui.panels.logs.journal.header import MAGIC
from sysgui.panels.logs.journal.source import ENDINGS, PREFIX, is_journal
from sysgui.panels.logs.merged.sources import MOST, Source, offset_of, short_names
from sysgui.panels.logs.names import path_of
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem, unreadable

from .pipe_lines import STANDARD_INPUT, is_pipe

# What can only be a place.
_PLACES = ("/", "./", "../", "file://")

# What is called as only files are; with a sign of the query language in it, it is a query.
_FILE = re.compile(r"[^\s:=~<>!()\"]+\.(?:log(?:\.\d+)?|journal|gz|xz|zst|bz2)")

# What has a slash, and no sign of the query language.
_PATH = re.compile(r"[^\s:=~<>!()\"]*/[^\s:=~<>!()\"]*")

# What argparse takes for an option, and is how long ago.
_AGO = re.compile(r"-[0-9]+[a-z]")


def let_words_stand_anywhere(parser: argparse.ArgumentParser) -> None:
    """Has the parser take words on both sides of an option, and `-2h` as what an option is given.

    As in `sysgui logs app.log --since -2h failed`: argparse itself takes the words of one side.
    What stands behind `--` are words, whatever they look like.
    """
    parse = parser.parse_known_args

    def parse_all(
        args: Sequence[str] | None = None, namespace: Any = None
    ) -> tuple[Any, list[str]]:
        given = list(args or ())
        end = given.index("--") if "--" in given else len(given)
        found, left = parse(_with_times_joined(given[:end]), namespace)
        later = [word for word in left if _is_word(word)]
        found.words = [*found.words, *later, *given[end + 1 :]]
        return found, [word for word in left if not _is_word(word)]

    parser.parse_known_args = parse_all  # type: ignore[assignment, method-assign]


def _is_word(given: str) -> bool:
    return given == STANDARD_INPUT or not given.startswith("-")


def _with_times_joined(given: list[str]) -> list[str]:
    joined: list[str] = []
    for each in given:
        if joined and joined[-1] in ("--since", "--until") and _AGO.match(each):
            joined[-1] += f"={each}"
        else:
            joined.append(each)
    return joined


def take_words(arguments: argparse.Namespace, host: Host) -> list[Source]:
    """Returns the logs that are named, and leaves the words of the query in `arguments.query`.

    The first word is a log; so is each word behind it, up to the first that neither begins with
    `journal:` nor is a file that is there; if that is called as only files are, it was misspelt.
    With `--unit` or `--boot` the system's journal is meant if the first word is no log by that
    rule, nor looks like a path. With `--query` all words are.

    Raises:
        Problem: `bad-offset`, `no-such-log`, `not-alone`, `unreadable`.
    """
    words: list[str] = arguments.words
    number = _logs_among(words, host)
    of_journal = bool(arguments.unit) or arguments.boot is not None
    if arguments.query is not None:
        number = len(words)
    elif words and not number and not (of_journal and not words[0].startswith(_PLACES)):
        number = 1 + _logs_among(words[1:], host)
    logs, rest = words[:number], words[number:]
    if rest and _FILE.fullmatch(rest[0]):
        raise Problem(
            "no-such-log",
            _("There is no log “{name}”.").format(name=printable_text(rest[0])),
            _("To look for these words in the lines, write them behind --query."),
        )
    arguments.query = rest if arguments.query is None else [arguments.query]
    if not logs and of_journal:
        logs = [f"{PREFIX}system"]
    paths = list(dict.fromkeys(_opened_by(log, host) for log in logs))[:MOST]
    for path in paths:
        _check_there(path, host)
    among_others = len(paths) > 1 or arguments.with_source
    if among_others and any(is_pipe(host, path) for path in paths):
        raise Problem(
            "not-alone",
            _("What comes through a pipe is printed as it comes: it has no place among others."),
            _("Read it alone, or write it to a file first."),
        )
    offsets = _offsets(arguments.offset or (), paths, host)
    return [Source(path, offsets.get(path, 0)) for path in paths]


def taken_for_text(query: Sequence[str], host: Host, *, found: bool) -> str:
    """Returns that words were searched for which look like logs, translated; "" if there are none.

    Args:
        query: The words.
        host: The machine.
        found: Whether any line has them: then a path that leads nowhere was meant as text.
    """
    words = [word for word in query if _may_be_meant_as_log(word, host, found=found)]
    if not words:
        return ""
    named = ", ".join(f"“{printable_text(word)}”" for word in words)
    return _("Taken as text to search for, not as a log: {words}").format(words=named)


def _may_be_meant_as_log(word: str, host: Host, *, found: bool) -> bool:
    if _FILE.fullmatch(word) or not _PATH.fullmatch(word):
        return _FILE.fullmatch(word) is not None
    try:
        host.stat(_absolute(path_of(word)))
    except (OSError, ValueError):  # ValueError: no path can be like that.
        return not found
    return True


def _logs_among(words: list[str], host: Host) -> int:
    """Returns how many of the first words are journals, or files that are there."""
    return next((at for at, word in enumerate(words) if not _is_log(word, host)), len(words))


def _is_log(word: str, host: Host) -> bool:
    if is_journal(word) or word == STANDARD_INPUT:
        return True
    try:
        return not stat.S_ISDIR(host.stat(_absolute(path_of(word))).st_mode)
    except (OSError, ValueError):  # ValueError: no path can be like that.
        return False


def _opened_by(word: str, host: Host) -> str:
    """Returns by what a log is opened: a journal's file by its own name too."""
    if is_journal(word):
        place = word.removeprefix(PREFIX)
        return PREFIX + _absolute(place) if "/" in place else word
    if word == STANDARD_INPUT:
        return word
    path = _absolute(path_of(word))
    return PREFIX + path if path.endswith(ENDINGS) and _is_of_journal(path, host) else path


def _absolute(path: str) -> str:
    return os.path.abspath(path)  # noqa: PTH100


def _is_of_journal(path: str, host: Host) -> bool:
    try:
        file = host.open(path, os.O_NONBLOCK)
    except (OSError, ValueError):  # ValueError: no path can be like that.
        return False
    try:
        return os.pread(file, len(MAGIC), 0) == MAGIC
    except OSError:
        return False
    finally:
        os.close(file)


def _check_there(path: str, host: Host) -> None:
    """Sees whether the place of a journal is there: journalctl finds nothing in one that is not.

    Raises:
        Problem: `unreadable`.
    """
    place = path.removeprefix(PREFIX)
    if is_journal(path) and place.startswith("/"):
        try:
            host.stat(place)
        except OSError as error:
            raise unreadable(place, error) from error


def _offsets(typed: list[str] | tuple[()], paths: list[str], host: Host) -> dict[str, int]:
    """Returns how much the clock of each log is behind, in microseconds.

    Raises:
        Problem: `bad-offset`.
    """
    named = {**dict(zip(short_names(paths), paths, strict=True)), **{path: path for path in paths}}
    offsets = {}
    for each in typed:
        name, _sign, written = each.rpartition("=")
        path, offset = named.get(name) or named.get(_opened_by(name, host)), offset_of(written)
        if path is None or offset is None:
            raise Problem(
                "bad-offset",
                _("--offset takes one of the logs and a time, not '{got}'.").format(
                    got=printable_text(each)
                ),
                _("Such as {name}=+1.5s or {name}=-2h: added to its times.").format(
                    name=printable_text(next(iter(named), "app.log"))
                ),
            )
        offsets[path] = offset
    return offsets
