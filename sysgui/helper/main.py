"""The helper's way through one start: prepare, find the operation, do it, say how it went."""

from __future__ import annotations

import contextlib
from typing import Mapping, Sequence

from . import start, wire
from .operation import MOST_TARGETS, Operation
from .refusal import STATUS, Refusal
from .session import Session

MOST_WORDS = MOST_TARGETS + 8
LONGEST_WORD = 6 << 10  # A list of every other CPU.


def main(argv: Sequence[str], table: Mapping[str, Operation]) -> int:
    """Does one operation and returns the exit status.

    Args:
        argv: The operation's name, its arguments and its targets.
        table: All operations by name.
    """
    output = wire.Output()
    try:
        caller = start.prepare()
        operation = _find(argv, table)
        code = Session(caller, wire.Input(), output).run(operation, argv[1:])
    except Refusal as refusal:
        # What stands where a pipe should may be anything.
        if refusal.code != "not-piped":
            _say(output, "error", code=refusal.code, field=refusal.field)
        return refusal.status
    except Exception:  # noqa: BLE001 - the outermost frame: nothing of what went wrong goes out
        _say(output, "error", code="internal", field="")
        return STATUS["internal"]
    _say(output, "result", code=code)
    return STATUS[code]


def _find(argv: Sequence[str], table: Mapping[str, Operation]) -> Operation:
    if not 1 <= len(argv) <= MOST_WORDS or argv[0] not in table:
        raise Refusal("unknown-operation")
    if not all(len(word) <= LONGEST_WORD and word.isascii() for word in argv):
        raise Refusal("grammar")
    return table[argv[0]]


def _say(output: wire.Output, kind: str, **content: str) -> None:
    with contextlib.suppress(Refusal):  # Nobody is there to be told; the journal has it.
        output.frame(kind, **content)
