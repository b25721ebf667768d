"""In which lines something was found, however many there are and however long they are."""

import random
import re

import pytest

from sysgui.panels.logs.text.blocks import BLOCK
from sysgui.panels.logs.text.fragment import SAMPLE, rare_fragment
from sysgui.panels.logs.text.needles import FAR, FEW, MANY, WINDOW, Needles
from sysgui.panels.logs.text.patterns import expression, literal

from .test_blocks import opened


@pytest.mark.parametrize("matches", [1, FEW, FEW + 1, MANY // 2, MANY + 1])
@pytest.mark.parametrize(
    "longest", [8, *(window + more for window in (WINDOW, FAR) for more in (-1, 0, 200))]
)
def test_the_lines_are_those_that_hold_it(matches: int, longest: int) -> None:
    chance = random.Random(matches * longest)
    lines = ["x" * chance.randrange(longest) for _line in range(BLOCK // 2 // (longest + 8))]
    for place in chance.choices(range(len(lines)), k=matches):
        at = chance.randrange(len(lines[place]) + 1)
        lines[place] = f"{lines[place][:at]}needle{lines[place][at:]}"
    with opened("\n".join(lines).encode(), BLOCK) as text:
        block = text.block(0)
        (found,) = Needles([literal("needle")]).find(text, block)
        held = [bytes(block.line_at(start)).decode() for start in found.tolist()]
    assert [line.rstrip("\n") for line in held] == [line for line in lines if "needle" in line]


@pytest.mark.parametrize("empty", [1, 53, 54, 55, WINDOW, 3 * WINDOW, 2 * FAR])
def test_lines_after_many_empty_ones_are_found(empty: int) -> None:
    lines = ([""] * empty + ["a needle"] + ["x" * 40] * 5) * (FEW + 1)
    with opened("\n".join(lines).encode(), BLOCK) as text:
        block = text.block(0)
        (found,) = Needles([literal("needle")]).find(text, block)
        assert {bytes(block.line_at(start)) for start in found.tolist()} == {b"a needle\n"}
        assert len(found) == FEW + 1


@pytest.mark.parametrize("case", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_a_text_is_found_by_its_rarest_part(seed: int, case: bool) -> None:
    # Few letters, so that parts of the text stand everywhere, and some that begin or end a block.
    chance = random.Random(seed)
    letters = "ab \t.AB"[: chance.randrange(3, 8)]
    sought = "".join(chance.choices(letters, k=chance.randrange(1, 14)))
    sought = sought.strip() or "a"
    rare = f"{sought[: len(sought) // 2]}{chance.choice('xyzé')}{sought[len(sought) // 2 :]}"
    sought = chance.choice((sought, rare, rare))
    lines = [
        "".join(chance.choices(letters, k=chance.randrange(60)))
        for _line in range(3 * SAMPLE // 30)
    ]
    for place in [0, len(lines) - 1, *chance.choices(range(len(lines)), k=50)]:
        lines[place] = chance.choice((f"{sought}{lines[place]}", f"{lines[place]}{sought}"))
    for place in chance.choices(range(1, len(lines) - 1), k=50):
        lines[place] += chance.choice((sought[:-1], sought[1:], sought.swapcase(), sought.upper()))
    with opened("\n".join(lines).encode(), BLOCK) as text:
        needles = Needles([literal(sought, case=case)])
        held = []
        for number in range(len(text)):
            block = text.block(number)
            (found,) = needles.find(text, block)
            held += [bytes(block.line_at(start)).decode() for start in found.tolist()]
    wanted = [line for line in lines if sought in line]
    if not case:
        wanted = [line for line in lines if sought.lower() in line.lower()]
    assert [line.rstrip("\n") for line in held] == wanted


def test_what_is_rare_is_told_from_what_stands_everywhere() -> None:
    sample = b"Nov 27 08:00:00 vm app[1]: session opened for port 22\n" * 1000
    fragment = rare_fragment(b"killed process", sample, caseless=False)
    assert fragment is not None
    assert sample.count(fragment.part[:2]) == 0
    # Nothing is better than what is found anyway; no two neighbours differ.
    assert rare_fragment(b"xyz", sample, caseless=False) is None
    assert rare_fragment(b"aaaa", sample, caseless=False) is None


def test_texts_of_which_any_will_do_are_looked_for_as_one() -> None:
    from sysgui.panels.logs.query import condition_of

    condition = condition_of("error or case:Timeout or re:a+ or warning or level=err")
    of_texts = [p.expression for p in condition.patterns() if p.is_text and b"|" in p.expression]
    # Those in which capitals do not matter, and none of the others.
    together = b"|".join(
        b"".join(b"\\x%02x" % byte for byte in word) for word in (b"error", b"warning")
    )
    assert together in of_texts


@pytest.mark.parametrize(
    "source", ["^b", "^ab", r"\Ab", "^.b", "^é", "(?:^|;)b", r"(?<!a)b", r"\bb", "^[^a]", "^x|ab"]
)
@pytest.mark.parametrize("line", ["ab" * 9999, "b" + "a" * 9999, "a;b" + "ab" * 8000, "éb" * 7000])
def test_a_line_begins_where_it_begins_however_long_it_is(source: str, line: str) -> None:
    """And not where a piece of it does that is looked at by itself: `re` knows of none."""
    lines = ["x", line, "y"]
    with opened("\n".join(lines).encode(), 1024) as text:
        needles = Needles([expression(source)])
        found = []
        for number in range(len(text)):
            block = text.block(number)
            for start in needles.find(text, block)[0].tolist():
                found.append(bytes(block.line_at(start)).decode("utf-8", "replace")[:1])
        assert not text.block(0).whole
    assert found == [each[0] for each in lines if re.search(source, each, re.IGNORECASE)]
