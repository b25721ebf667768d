"""In which lines something was found, however many there are and however long they are."""

import random

import pytest

from sysgui.panels.logs.text.blocks import BLOCK
from sysgui.panels.logs.text.needles import FEW, MANY, WINDOWS, Needles
from sysgui.panels.logs.text.patterns import literal

from .test_blocks import opened


@pytest.mark.parametrize("matches", [1, FEW, FEW + 1, MANY // 2, MANY + 1])
@pytest.mark.parametrize(
    "longest", [8, *(window + more for window in WINDOWS for more in (-1, 0, 200))]
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


def test_texts_of_which_any_will_do_are_looked_for_as_one() -> None:
    from sysgui.panels.logs.query import condition_of

    condition = condition_of("error or case:Timeout or re:a+ or warning or level=err")
    of_texts = [p.expression for p in condition.patterns() if p.is_text and b"|" in p.expression]
    # Those in which capitals do not matter, and none of the others.
    together = b"|".join(
        b"".join(b"\\x%02x" % byte for byte in word) for word in (b"error", b"warning")
    )
    assert together in of_texts
