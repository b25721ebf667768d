r"""What is said again and again, with what varies in it left open.

Lines of one shape differ in figures only. What else varies shows itself: a path, a text in quotes,
and whatever takes many values while all around it stays the same. A word that takes few does not:
"session opened" and "session closed" are two messages.

A template is a pattern, and its figure the number of lines that the pattern matches: it is counted
over all shapes, not over those that it was made from. So the query, which is the same pattern, lets
through exactly as many lines.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple, Protocol

import regex

from .shapes import First, Shapes, shape_of

# What stands in a pattern for anything without a space, and for what is quoted.
ANYTHING, _IN_DOUBLE, _IN_SINGLE = "\x02", "\x03", "\x04"
FIGURE = "\x00"

# A word that takes more values than these is one that varies.
_FEW = 4

# So many messages that begin alike may differ in several words that vary at once.
CROWD = 4 * _FEW

# A query has no room for more.
LONGEST = 900

_SPACES = re.compile(r"(\s+)")
_QUOTES = re.compile(r"\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)")
# An address or an identity: hexadecimal, of one piece or of several; and what stands around it.
_PARTED = r"(?=[^\x00]*\x00)[0-9a-fA-F\x00]*(?:[-:.][0-9a-fA-F\x00]*)+"
IDENTITY = re.compile(rf"((?:.*[=(\[<@,])?)(?:[0-9a-fA-F]{{8,}}|{_PARTED}?)([\])>,;:.]*)")
_PATH = re.compile(r"((?:[^/]*[=(\[<:,])?)(?:[a-z][a-z0-9+.-]*:/)?/.")
_NAME = re.compile(r".*[\x00\x02._@:/=-].")
# What the signs of a pattern are in an expression for lines, and in one for shapes.
_IN_BOTH = {ANYTHING: r"\S+", _IN_DOUBLE: r"[^\"\r\n]*", _IN_SINGLE: r"[^'\r\n]*"}
_IN_BOTH |= {sign: f"\\{sign}" for sign in r'\.^$*+?{}[]|()"'}
_IN_LINES = str.maketrans({**_IN_BOTH, FIGURE: r"\w*\d\w*", "\x01": r"[\x00-\x04]"})
_IN_SHAPES = str.maketrans({**_IN_BOTH, FIGURE: r"\w*(?:\x00\w*)+"})
# No sign becomes longer than this, none that is no letter longer than that.
_LONGEST_SIGN, _LONGEST_OTHER = 12, 2
SHOWN = {ord(FIGURE): "#", 0x01: "?", **dict.fromkeys(range(2, 5), "*")}

# The pieces of a pattern: words, and between each two of them what separates them.
Pieces = tuple[str, ...]


# Whether words that stand at a place, while all around it stays the same, are values that vary.
Varies = Callable[[int, Sequence[str]], bool]


class Common(Protocol):
    """What lines have in common."""

    @property
    def text(self) -> str:
        """What is shown of it."""
        ...

    @property
    def words(self) -> set[str]:
        """Its words that do not vary."""
        ...

    @property
    def query(self) -> str:
        """What asks for its lines in the language of logs."""
        ...

    @property
    def cut(self) -> bool:
        """Whether lines go on behind it."""
        ...

    @property
    def is_open(self) -> bool:
        """Whether anything may stand somewhere in it, of any length."""
        ...

    def shapes(self) -> "re.Pattern[str] | regex.Pattern[str]":
        """Returns what finds the shapes of its lines."""
        ...


class Template(NamedTuple):
    """What messages have in common.

    Attributes:
        head: So many words before it say when and where.
        pieces: Its words, and what separates them.
        cut: Whether lines go on behind it.
    """

    head: int
    pieces: Pieces
    cut: bool

    @property
    def text(self) -> str:
        """What is shown of it: `#` is a word with a digit, `*` anything."""
        return "".join(self.pieces).translate(SHOWN) + ("…" if self.cut else "")

    @property
    def words(self) -> set[str]:
        """Its words that do not vary."""
        return set(re.findall(r"[^\W\d_]{3,}", "".join(self.pieces).lower()))

    @property
    def is_open(self) -> bool:
        """Whether anything may stand somewhere in it, of any length: not known of a message."""
        return False

    @property
    def query(self) -> str:
        """What asks for its lines in the language of logs."""
        return f'case:re:"{self._expression(_IN_LINES)}"'

    def shapes(self) -> "re.Pattern[str]":
        """Returns what finds the shapes of its lines."""
        return re.compile(self._expression(_IN_SHAPES))

    def _expression(self, signs: dict[int, str]) -> str:
        head = rf"(?:\S+ +){{{self.head}}}" if self.head else ""
        return f"^{head}{''.join(self.pieces).translate(signs)}{'' if self.cut else '$'}"


class Found(NamedTuple):
    """A template, and its lines.

    Attributes:
        template: The template.
        lines: How many there are.
        first: The first of them in the log.
        level: The most severe of the first lines of its shapes, 0 to 7; 8 is none.
        is_old: Whether one of them is from before what counts as new.
        least: Whether there may be more, of which only the begin is known.
    """

    template: Common
    lines: int
    first: First
    level: int
    is_old: bool
    least: bool


def templates_of(shapes: Shapes) -> dict[Common, list[bytes]]:
    """Returns the templates of all lines, and of which shapes each was made."""
    made: dict[Template, list[bytes]] = defaultdict(list)
    for shape, first in shapes.firsts.items():
        made[_template(shape, first)].append(shape)
    groups: dict[tuple[int, int, bool], dict[Pieces, list[bytes]]] = defaultdict(dict)
    for template, of in made.items():
        groups[template.head, len(template.pieces), template.cut][template.pieces] = of
    return {
        Template(head, pieces, cut): of
        for (head, _length, cut), group in groups.items()
        for pieces, of in merged(group, _varies).items()
    }


def counted(templates: Iterable[Common], shapes: Shapes, new_from: int) -> Iterator[Found]:
    """Counts the lines of templates; of two that have the same lines, only the first.

    Args:
        templates: Those that are wanted.
        shapes: The lines.
        new_from: What was never seen before this moment is new, in microseconds since 1970.
    """
    texts = {shape: shape.decode("utf-8", "replace") for shape in shapes.firsts}
    cut = frozenset(shape for shape, first in shapes.firsts.items() if first.cut)
    before: list[frozenset[bytes]] = []
    for template in templates:
        finds = template.shapes().search
        # Whether the rest of what is cut fits into a place that is open cannot be known.
        unsure = cut if template.is_open else frozenset()
        matched = frozenset(s for s, text in texts.items() if s not in unsure and finds(text))
        if not matched or any(matched <= other for other in before):
            continue
        before.append(matched)
        # They were taken note of in the order of the log.
        firsts = [first for shape, first in shapes.firsts.items() if shape in matched]
        yield Found(
            template,
            sum(shapes.counts[shape] for shape in matched),
            firsts[0],
            min(first.level for first in firsts),
            any(first.time < new_from for first in firsts),
            bool(unsure),
        )


def _template(shape: bytes, first: First) -> Template:
    """Returns what is open in a shape by how it is written."""
    head = shape_of(first.line[: first.head])
    words = 0
    body = shape
    if head and not head[:1].isspace() and shape.startswith(head):
        words, body = len(head.split()), shape[len(head) :]
    text = _QUOTES.sub(_emptied, body.decode("utf-8", "replace"))
    pieces = _SPACES.split(text)
    begin, *more = pieces
    opened = [begin, *(_open(piece) if place % 2 else piece for place, piece in enumerate(more))]
    return _fitting(Template(words, tuple(opened), first.cut))


def _emptied(quoted: re.Match[str]) -> str:
    """Returns what stands for a text in quotes."""
    sign = quoted[0][0]
    return sign + (_IN_DOUBLE if sign == '"' else _IN_SINGLE) + sign


def _open(word: str) -> str:
    """Returns a word of a shape, with what varies by its nature left open."""
    if identity := IDENTITY.fullmatch(word):
        return identity[1] + ANYTHING + identity[2]
    if path := _PATH.match(word):
        return path[1] + ANYTHING
    return word


def _fitting(template: Template) -> Template:
    """Returns a template, or as much of its begin as a query has room for."""
    head, pieces, cut = template
    if cut:
        pieces = pieces[: max(1, len(pieces) - 2)]
    body = "".join(pieces)
    signs = sum(map(body.count, "\x00\x01\x02\x03\x04"))
    if signs * _LONGEST_SIGN + len(body) * _LONGEST_OTHER <= LONGEST:
        return Template(head, pieces, cut)
    while len(Template(head, pieces, cut).query) > LONGEST and len(pieces) > 2:
        pieces, cut = pieces[:-2], True
    return Template(head, pieces, cut)


def merged(group: dict[Pieces, list[bytes]], varies: Varies) -> dict[Pieces, list[bytes]]:
    """Merges templates of the same number of words that differ in what varies only.

    Args:
        group: The templates, each with its shapes; it is changed.
        varies: Tells whether the words at a place vary.
    """
    changed = len(group) > 1
    while changed:
        changed = False
        for place in range(2, len(next(iter(group))), 2):
            changed |= _vary(group, place, varies)
    _vary_together(group)
    _swallow(group)
    return group


def _vary(group: dict[Pieces, list[bytes]], place: int, varies: Varies) -> bool:
    """Leaves a word open that takes many values while all around it stays the same."""
    around: dict[Pieces, list[Pieces]] = defaultdict(list)
    for pieces in group:
        around[pieces[:place] + pieces[place + 1 :]].append(pieces)
    changed = False
    for alike in around.values():
        if len(alike) > 1 and varies(place, [pieces[place] for pieces in alike]):
            _merge(group, alike, [place])
            changed = True
    return changed


def _varies(place: int, words: Sequence[str]) -> bool:
    # The first word of what is said is hardly one that varies, unless it is a name.
    return (len(words) > _FEW and place > 2) or all(map(_NAME.match, words))


def _vary_together(group: dict[Pieces, list[bytes]]) -> None:
    """Leaves words open that vary at the same time, such as a user and a host."""
    begins: dict[Pieces, list[Pieces]] = defaultdict(list)
    for pieces in group:
        begins[pieces[:3] + pieces[1::2]].append(pieces)
    for alike in begins.values():
        if len(alike) < CROWD:
            continue
        values = [len(set(words)) for words in zip(*alike, strict=True)]
        varied = [place for place in range(4, len(values), 2) if values[place] > 1]
        fixed = [place for place in range(4, len(values), 2) if values[place] == 1]
        # What has little in common is not one message.
        if len(fixed) >= len(varied) and all(values[place] >= CROWD for place in varied):
            _merge(group, alike, varied)


def _merge(group: dict[Pieces, list[bytes]], alike: Sequence[Pieces], places: list[int]) -> None:
    pieces = list(alike[0])
    for place in places:
        pieces[place] = ANYTHING
    shapes = [shape for each in alike for shape in group.pop(each)]
    group.setdefault(tuple(pieces), []).extend(shapes)


def _swallow(group: dict[Pieces, list[bytes]]) -> None:
    """Takes what a template with more words left open matches as well into it."""
    open_first = sorted(group, key=lambda pieces: -pieces.count(ANYTHING))
    for wide in open_first:
        if ANYTHING not in wide or wide not in group:
            continue
        places = [place for place, piece in enumerate(wide) if piece != ANYTHING]
        fixed = [wide[place] for place in places]
        inside = [
            pieces
            for pieces in group
            if pieces != wide and [pieces[place] for place in places] == fixed
        ]
        for pieces in inside:
            group[wide] += group.pop(pieces)
