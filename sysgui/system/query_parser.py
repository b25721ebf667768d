"""What a query means: its text read by recursive descent, a construct at a time."""

import difflib
import re
from collections.abc import Callable, Mapping
from typing import Generic, NoReturn, Protocol, TypeVar

from sysgui.system.i18n import _
from sysgui.system.query_values import (
    KEYWORDS,
    UNKNOWN,
    WORD,
    Askable,
    Kind,
    QueryError,
    Value,
    refuse,
    shortened,
    unescape,
    unit_apart,
)

MAX_DEPTH = 50

# More fields are not listed where one is unknown.
MOST_NAMES = 40

Asked = TypeVar("Asked", bound=Askable)
Asked_contra = TypeVar("Asked_contra", bound=Askable, contravariant=True)
Made = TypeVar("Made")

_SPACE = re.compile(r"\s*")
OPERATOR = re.compile(r"!=|<=|>=|[=:<>~]")
_NOT = re.compile(r"!(?!=)")
_VALUE = re.compile(r'[^\s"()]+')
QUOTED = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PATTERN = re.compile(r"re:", re.IGNORECASE)


class Meaning(Protocol[Asked_contra, Made]):
    """Makes something of each construct of a query.

    All but `any_of`, `all_of` and `negation` may refuse what they are given with a `QueryError`.
    """

    def any_of(self, made: list[Made]) -> Made:
        """Returns what holds if one of two or more does."""
        ...

    def all_of(self, made: list[Made]) -> Made:
        """Returns what holds if all of two or more do."""
        ...

    def negation(self, made: Made) -> Made:
        """Returns what holds if the other does not."""
        ...

    def contains(self, value: Value) -> Made:
        """Returns what a word, a phrase or a pattern means that stands alone."""
        ...

    def compares(self, field: Asked_contra, sign: str, value: Value) -> Made:
        """Returns what a comparison means; `sign` is one of the field's operators."""
        ...


class UnknownField(QueryError):
    """A query that asks for what there is not."""


class Parser(Generic[Asked, Made]):
    """Recursive descent over the text itself; a method reads a construct, returns its meaning.

    There are no tokens: what a character means depends on where it stands (a value may hold a
    colon, a pattern may hold parentheses).

    Args:
        text: The query.
        fields: What can be asked, by names in small letters.
        further: Returns a field that is none of those, if there is one of a name.
        meaning: What is made of each construct.

    Attributes:
        terms: The conditions of the highest level, as far as they were read: how each is written,
            and what it means.
    """

    def __init__(
        self,
        text: str,
        fields: Mapping[str, Asked],
        further: Callable[[str], Asked | None],
        meaning: Meaning[Asked, Made],
    ) -> None:
        self._text = text
        self._fields = fields
        self._further = further
        self._meaning = meaning
        self._at = 0
        self._depth = 0
        self.terms: list[tuple[str, Made]] = []

    def parse(self) -> Made:
        """Returns what the query means.

        Raises:
            QueryError: If it is not of the language.
        """
        made = self._alternatives()
        if self._at < len(self._text):
            self._expected(_("a condition or the end"))
        return made

    def _alternatives(self) -> Made:
        made = [self._conditions()]
        while self._take_keyword("or"):
            made.append(self._conditions())
        return self._meaning.any_of(made) if len(made) > 1 else made[0]

    def _conditions(self) -> Made:
        made = [self._condition()]
        while self._take_keyword("and") or not self._ends():
            made.append(self._condition())
        return self._meaning.all_of(made) if len(made) > 1 else made[0]

    def _ends(self) -> bool:
        """Tells whether a row of conditions ends here."""
        return self._peek() in ("", ")") or self._keyword() == "or"

    def _condition(self) -> Made:
        self._peek()
        start, is_term = self._at, not self._depth
        made = self._one_condition()
        if is_term:
            self.terms.append((self._text[start : self._at].strip(), made))
        return made

    def _one_condition(self) -> Made:
        if self._take(_NOT) or self._take_keyword("not"):
            self._go_deeper()
            made = self._condition()
            self._depth -= 1
            return self._meaning.negation(made)
        if self._peek() == "(":
            return self._group()
        return self._term()

    def _group(self) -> Made:
        opened = self._at + 1
        self._go_deeper()
        self._at += 1
        made = self._alternatives()
        self._depth -= 1
        if self._peek() != ")":
            self._expected(_("a ')' for the '(' at column {column}").format(column=opened))
        self._at += 1
        return made

    def _go_deeper(self) -> None:
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._expected(_("at most {count} nested conditions").format(count=MAX_DEPTH))

    def _term(self) -> Made:
        start = self._at
        literal = self._read_literal()
        if literal:
            return self._meaning.contains(literal)
        word = self._take(WORD)
        if not word or word.casefold() in KEYWORDS:
            self._at = start
            self._expected(_("a condition"))
        self._peek()
        sign_at = self._at
        sign = self._take(OPERATOR)
        if not sign:
            return self._meaning.contains(Value(start + 1, word))
        return self._comparison(self._field(word, start), sign, sign_at)

    def _field(self, name: str, start: int) -> Asked:
        field = self._fields.get(name.casefold()) or self._further(name)
        if field:
            return field
        nearest = difflib.get_close_matches(name.casefold(), self._fields, n=1)
        names = self._fields[nearest[0]].name if nearest else self._field_names()
        message = _("unknown field '{name}', expected {fields}; quote it to search for the text")
        raise UnknownField(start + 1, message.format(name=shortened(name), fields=names), names)

    def _field_names(self) -> str:
        names = list(dict.fromkeys(field.name for field in self._fields.values()))
        return ", ".join([*names[:MOST_NAMES], *(["…"] if len(names) > MOST_NAMES else [])])

    def _comparison(self, field: Asked, sign: str, sign_at: int) -> Made:
        if sign not in field.operators:
            expected = _("{operators} after {field}")
            expected = expected.format(operators=" ".join(field.operators), field=field.name)
            refuse(sign_at + 1, expected, sign)
        return self._meaning.compares(field, sign, self._read_value(sign, field.kind))

    def _read_value(self, sign: str, kind: Kind) -> Value:
        self._peek()
        start = self._at
        literal = self._read_literal()
        if literal:
            return literal
        # An operator here is one too many, but for what an address such as ::1 begins with.
        is_sign = OPERATOR.match(self._text, start) and not self._text.startswith("::", start)
        meant = not self._keyword() and not is_sign
        text = self._take(_VALUE) if meant else ""
        if not text:
            self._expected(_("a value after '{operator}'").format(operator=sign))
        # "rss > 200 MB" must not quietly mean 200 bytes and the word MB.
        apart = unit_apart(kind, text, self._text[self._at :])
        self._at += len(apart)
        text += apart.strip()
        return Value(start + 1, text, unknown=text == UNKNOWN)

    def _read_literal(self) -> Value | None:
        """Reads a pattern or a quoted text, if one stands here."""
        column = self._at + 1
        if not self._take(_PATTERN):
            phrase = self._read_quoted()
            return None if phrase is None else Value(column, unescape(phrase))
        start = self._at
        source = self._read_quoted()
        inside = start + 1 + (source is not None)
        if source is None:
            source = self._read_bare_pattern()
        if not source:
            self._at = start
            self._expected(_("a regular expression"))
        # An escaped quote stays as it is: to the pattern, too, it is a quote.
        return Value(column, f"re:{source}", source, inside)

    def _read_bare_pattern(self) -> str:
        """Reads up to a space, or to a parenthesis that closes one outside of the pattern."""
        start, depth = self._at, 0
        while self._at < len(self._text) and not self._text[self._at].isspace():
            character = self._text[self._at]
            depth += (character == "(") - (character == ")")
            if depth < 0:
                break
            self._at += 2 if character == "\\" else 1
        self._at = min(self._at, len(self._text))
        return self._text[start : self._at]

    def _read_quoted(self) -> str | None:
        """Reads a quoted text and returns its inside, escapes and all; None if there is none."""
        if not self._text.startswith('"', self._at):
            return None
        start = self._at
        quoted = self._take(QUOTED)
        if not quoted:
            self._at = len(self._text)
            self._expected(_("a '\"' for the one at column {column}").format(column=start + 1))
        return quoted[1:-1]

    def _peek(self) -> str:
        """Skips spaces and returns the next character, or nothing at the end."""
        self._take(_SPACE)
        return self._text[self._at : self._at + 1]

    def _take(self, shape: re.Pattern[str]) -> str:
        found = shape.match(self._text, self._at)
        if not found:
            return ""
        self._at = found.end()
        return found[0]

    def _keyword(self) -> str:
        """Returns the keyword that stands here, if one does."""
        word = WORD.match(self._text, self._at)
        return word[0].casefold() if word and word[0].casefold() in KEYWORDS else ""

    def _take_keyword(self, keyword: str) -> bool:
        self._peek()
        found = self._keyword() == keyword
        self._at += len(keyword) if found else 0
        return found

    def _expected(self, expected: str) -> NoReturn:
        """Refuses what stands here."""
        self._peek()
        got = _VALUE.match(self._text, self._at)
        refuse(self._at + 1, expected, got[0] if got else self._text[self._at : self._at + 1])
