"""Snapshots as lines of JSON, for scripts and for the pipe to another machine."""

import json
import sys
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def write_line(snapshot: Any) -> None:
    """Writes one snapshot as one line on standard output, at once."""
    line = _encoder.encode(snapshot)
    if sys.stdout.isatty():
        line = _harmless(line.decode()).encode()
    sys.stdout.buffer.write(line + b"\n")
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
