"""Many patterns, looked for in one go through a block."""

import functools
import time
from collections.abc import Callable, Sequence
from typing import Any

import hyperscan
import numpy as np
import regex

from sysgui.system.i18n import _

from .blocks import NEWLINE, Block, Readable, Starts
from .fragment import SAMPLE, Fragment, rare_fragment
from .patterns import PATIENCE, Pattern, PatternError, escaped
from .places import NONE, common, once, union, without

# Of so few matches in a block each line is looked for by itself; of up to so many all at once, by
# what stands before each; of more, all lines of the block are found.
FEW = 100
MANY = 4000

# So many bytes before a match are looked at together, and as far back at most: most lines begin
# within the first, nearly all within the last.
WINDOW, FAR = 64, 256

# What hyperscan has not found is asked about so long, in seconds of CPU, and so much longer for
# each line, which is ten times what one takes. What needs more is left to hyperscan.
ASKED, EACH = 0.05, 20e-6

# So many sets of patterns are kept ready.
COMPILED = 16

_RETURN = 0x0D

# What goes on with a character in UTF-8.
_CONTINUING = bytes(range(0x80, 0xC0))


_FLAGS = hyperscan.HS_FLAG_MULTILINE | hyperscan.HS_FLAG_ALLOWEMPTY


class Needles:
    """Patterns made ready for searching.

    Args:
        patterns: At least one.

    Attributes:
        undecided: How many lines took longer than can be waited for; they count as no match.

    Raises:
        PatternError: If a pattern is of a kind that cannot be searched for.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        # What hyperscan takes only as an approximation is confirmed; what it does not take at all
        # is asked of every line.
        self._rough = [pattern.confirm for pattern in patterns]
        self._alone = [False] * len(patterns)
        self.undecided = 0
        # How much more CPU than lines usually take what hyperscan has not found took, in seconds.
        self._spent = 0.0
        # Behind the patterns come the texts that some need.
        needing = [number for number, pattern in enumerate(patterns) if pattern.needed]
        self._needed = {number: place for place, number in enumerate(needing, len(patterns))}
        self._ends: list[list[int]] = [[] for _each in range(len(patterns) + len(needing))]
        self._database = self._made()
        if self._database is not None:
            self._scratch = hyperscan.Scratch(self._database)
        self._note = _noting(self._ends)
        # One text alone may be found by a part of it, once it is known what is rare in the log.
        self._text = patterns[0].text if len(patterns) == 1 else b""
        self._fragment: Fragment | None = None

    def _made(self) -> hyperscan.Database | None:
        needing = [self._patterns[number] for number in self._needed]
        expressions = [pattern.expression for pattern in self._patterns]
        expressions += [_any_of(pattern.needed or ()) for pattern in needing]
        flags = [_flags(pattern) for pattern in (*self._patterns, *needing)]
        numbers = list(range(len(expressions)))
        try:
            return _compiled(tuple(expressions), tuple(numbers), tuple(flags))
        except PatternError:
            flags[: len(self._patterns)] = map(self._flags_alone, range(len(self._patterns)))
        alone = {number for number, is_alone in enumerate(self._alone) if is_alone}
        alone |= {self._needed[number] for number in alone if number in self._needed}
        numbers = [number for number in numbers if number not in alone]
        if not numbers:
            return None
        return _compiled(
            tuple(expressions[number] for number in numbers),
            tuple(numbers),
            tuple(flags[number] for number in numbers),
        )

    def _flags_alone(self, number: int) -> int:
        """Finds out how far hyperscan takes a pattern."""
        pattern = self._patterns[number]
        for rough in (0, hyperscan.HS_FLAG_PREFILTER):
            flags = _flags(pattern) | rough
            try:
                _compiled((pattern.expression,), (0,), (flags,))
            except PatternError:
                continue
            self._rough[number] = self._rough[number] or bool(rough)
            return flags
        if pattern.decides is None:
            raise PatternError(_("It is too long to be searched for."), 0)
        self._alone[number] = True
        return 0

    def find(self, text: Readable, block: Block) -> list[Starts]:
        """Returns for each pattern where in the block's `data` the lines start that it matches.

        Raises:
            OSError: As pread(2) says, where a long line is read to its end.
        """
        if not len(block.data):
            return [NONE for _pattern in self._patterns]
        self._scan(block)
        if sum(map(len, self._ends)) > MANY:
            block.starts  # noqa: B018 - found once, quicker for all
        found = [self._found(number, block) for number in range(len(self._patterns))]
        if not block.whole:
            self._search_rest(text, block, found)
        return found

    def _scan(self, block: Block) -> None:
        data = block.data
        if self._text and len(data) >= SAMPLE:
            self._look_for_less(bytes(data[:SAMPLE]))
        for ends in self._ends:
            ends.clear()
        if self._database is not None:
            # The stubs know of bytes only; a memoryview is taken as it is, without a copy.
            view: Any = data
            self._database.scan(view, match_event_handler=self._note, scratch=self._scratch)
        if self._fragment is not None:
            (ends,) = self._ends
            ends[:] = self._fragment.ends(block, ends)

    def _look_for_less(self, sample: bytes) -> None:
        """Has a part of the text looked for from now on, if that is quicker."""
        (pattern,) = self._patterns
        self._fragment = rare_fragment(self._text, sample, caseless=pattern.caseless)
        self._text = b""
        if self._fragment is not None:
            expression = escaped(self._fragment.part)
            self._database = _compiled((expression,), (0,), (_flags(pattern),))
            self._scratch = hyperscan.Scratch(self._database)

    def _found(self, number: int, block: Block) -> Starts:
        pattern = self._patterns[number]
        ends = self._ends[number]
        while ends and ends[-1] == len(block.data) and block.data[-1] == NEWLINE:
            ends.pop()  # Nothing is found behind the last newline: no line starts there.
        found = _lines_of(ends, block, pattern.within)
        if pattern.decides is None:
            return found
        if self._alone[number]:
            return self._decided(pattern.decides, block, block.starts)
        found = union([found, self._lost(number, block, found)])
        others = _doubtful(block)
        if self._rough[number]:
            return self._decided(pattern.decides, block, union([found, others]))
        if not len(others):
            return found
        certain = without(found, common(found, others))
        return union([certain, self._decided(pattern.decides, block, others)])

    def _lost(self, number: int, block: Block, found: Starts) -> Starts:
        """Returns the lines that a pattern matches, though hyperscan has not found them."""
        decides = self._patterns[number].decides
        if decides is None or not self._may_lose(number):
            return NONE
        asked = block.starts
        if number in self._needed:
            asked = _lines_of(self._ends[self._needed[number]], block, within=0)
        lost = []
        begun = time.thread_time() - max(0.0, self._spent)
        for start in without(asked, found).tolist():
            if _tried(decides, str(block.line_at(start), "utf-8", "replace"), ASKED):
                lost.append(start)
            begun += EACH
            self._spent = time.thread_time() - begun
            if self._spent > ASKED:
                break
        return np.array(lost, np.int64)

    def _may_lose(self, number: int) -> bool:
        return self._patterns[number].needed is not None and self._spent <= ASKED

    def _decided(self, decides: "regex.Pattern[str]", block: Block, starts: Starts) -> Starts:
        """Returns those of the lines that the pattern truly matches."""
        return np.array(
            [
                start
                for start in starts.tolist()
                if self._matches(decides, str(block.line_at(start), "utf-8", "replace"))
            ],
            np.int64,
        )

    def _matches(self, decides: "regex.Pattern[str]", line: str, begin: int = 0) -> bool:
        tried = _tried(decides, line, PATIENCE, begin)
        self.undecided += tried is None
        return bool(tried)

    def _search_rest(self, text: Readable, block: Block, found: list[Starts]) -> None:
        """Looks into what the block lacks of its last line."""
        last = int(block.starts[-1])
        for piece in text.rest(block):
            self._scan(Block(0, 0, piece, (0, 0, len(piece)), len(piece)))
            for number, pattern in enumerate(self._patterns):
                if pattern.within:
                    continue
                decides = pattern.decides
                hit = bool(self._ends[number]) or self._may_lose(number)
                if decides is not None and (hit or not piece.isascii() or self._alone[number]):
                    # Behind a whole character, which another piece has as well: no line begins.
                    whole = piece.lstrip(_CONTINUING).decode("utf-8", "replace")
                    hit = self._matches(decides, whole, begin=1)
                if hit and last not in found[number][-1:]:
                    found[number] = np.append(found[number], last)


def _tried(decides: "regex.Pattern[str]", line: str, seconds: float, begin: int = 0) -> bool | None:
    """Tells whether a pattern matches a line; None if that takes too long to find out."""
    try:
        line = line.removesuffix("\n").removesuffix("\r")
        return decides.search(line, begin, timeout=seconds) is not None
    except TimeoutError:
        return None


def _noting(ends: Sequence[list[int]]) -> Callable[[int, int, int, int, object], None]:
    """Returns what is called for each match: with the pattern, and where the match ends."""
    appends = [each.append for each in ends]
    append = appends[0]

    def note(number: int, _from: int, end: int, _flags: int, _context: object) -> None:
        appends[number](end)

    def note_of_one(_number: int, _from: int, end: int, _flags: int, _context: object) -> None:
        append(end)

    # A call for each of millions.
    return note if len(appends) > 1 else note_of_one


def _any_of(texts: Sequence[bytes]) -> bytes:
    """Returns the expression for any of some texts."""
    return b"|".join(map(escaped, texts))


def _flags(pattern: Pattern) -> int:
    return _FLAGS | (hyperscan.HS_FLAG_CASELESS if pattern.caseless else 0)


# A tenth of a second for the levels alone; logs that are read together ask for the same.
@functools.lru_cache(COMPILED)
def _compiled(
    expressions: tuple[bytes, ...], numbers: tuple[int, ...], flags: tuple[int, ...]
) -> hyperscan.Database:
    database = hyperscan.Database()
    try:
        database.compile(expressions=list(expressions), ids=list(numbers), flags=list(flags))
    except hyperscan.error as error:
        raise PatternError(str(error), 0) from error
    return database


def _lines_of(ends: Sequence[int], block: Block, within: int) -> Starts:
    """Returns where the lines start in which something ends, each once, ascending.

    Args:
        ends: Where in the block's data.
        block: The block.
        within: At most so far from the start of the line; 0: anywhere.
    """
    if not ends:
        return NONE
    if len(ends) <= FEW and not block.split:
        # To look back from each is quicker than to find all lines.
        found = block.starts_of(ends)
        if within:
            pairs = zip(found, ends, strict=True)
            found = [start for start, end in pairs if end - start <= within]
        return np.array(sorted({*found}), np.int64)
    all_ends = np.array(ends, np.int64)
    if block.split or len(ends) > MANY:
        starts = block.starts[np.searchsorted(block.starts, all_ends, side="right") - 1]
    else:
        starts = _starts_before(all_ends, block)
    return once(starts[all_ends - starts <= within] if within else starts)


def _starts_before(ends: Starts, block: Block) -> Starts:
    """Returns where the line starts in which each match ends, looking at what stands before it."""
    starts = np.full(len(ends), -1, np.int64)
    count = max(0, len(block.data) - WINDOW + 1)
    windows = np.ndarray((count, WINDOW), np.uint8, block.data, strides=(1, 1))
    for back in range(WINDOW, FAR + 1, WINDOW):
        open_ones = np.flatnonzero((starts < 0) & (ends >= back))
        if not len(open_ones):
            break
        places = ends[open_ones] - back
        newlines = np.packbits(windows[places] == NEWLINE, axis=1, bitorder="little")
        bits = newlines.view("<u8")[:, 0]
        # The exponent is the number of the highest bit, as long as rounding does not carry.
        last = np.frexp((bits & ~(bits >> np.uint64(1))).astype(np.float64))[1]
        found = last > 0
        starts[open_ones[found]] = places[found] + last[found]
    others = starts < 0
    starts[others] = block.starts_of(ends[others].tolist())
    return starts


def _doubtful(block: Block) -> Starts:
    r"""Returns where the lines start of which hyperscan cannot tell.

    They hold what is not ASCII, or a lone carriage return; or it is the last one: behind some
    thirty bytes hyperscan 5.4.12 does not find "0\r?$" in front of the newline that ends its data.
    """
    data = np.frombuffer(block.data, np.uint8)
    places = np.flatnonzero(data >= 0x80) if data.max() >= 0x80 else NONE
    returning = data == _RETURN
    if returning.any():
        returns = np.flatnonzero(returning)
        followers = data[np.minimum(returns + 1, len(data) - 1)]
        places = np.concatenate((places, returns[followers != NEWLINE]))
    last = np.array(block.starts_of([len(data) - 1]) if block.whole else [], np.int64)
    if not len(places):
        return last
    found = block.starts[once(np.searchsorted(block.starts, places, side="right") - 1)]
    return union([found, last])
