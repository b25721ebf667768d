"""Snapshots as lines of JSON, for scripts and for the pipe to another machine."""

import json
import sys
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def write_line(snapshot: Any, *, at_once: bool = True) -> None:
    """Writes one snapshot as one line on standard output.

    Args:
        snapshot: The snapshot.
        at_once: Whether whoever reads has it before the next one; on a terminal always.
    """
    line = _encoder.encode(snapshot)
    is_terminal = sys.stdout.isatty()
    if is_terminal:
        line = _harmless(line.decode()).encode()
    sys.stdout.buffer.write(line + b"\n")
    if at_once or is_terminal:
        sys.stdout.buffer.flush()


def _harmless(line: str) -> str:
    """Returns the same JSON without the signs that act on a terminal, which JSON leaves as is."""
    if line.isprintable():
        return line
    return "".join(sign if sign.isprintable() else json.dumps(sign)[1:-1] for sign in line)


def schema_of(kind: type) -> bytes:
    """Returns the JSON schema of a snapshot type, indented."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(kind)), indent=2)


def indented(snapshot: Any) -> str:
    """Returns a snapshot as JSON over several lines, for people."""
    return msgspec.json.format(_encoder.encode(snapshot), indent=2).decode()
