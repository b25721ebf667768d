"""Snapshots as lines of JSON, for scripts and for the pipe to another machine."""

import sys
from typing import Any

import msgspec

_encoder = msgspec.json.Encoder()


def write_line(snapshot: Any) -> None:
    """Writes one snapshot as one line on standard output, at once."""
    sys.stdout.buffer.write(_encoder.encode(snapshot) + b"\n")
    sys.stdout.buffer.flush()


def schema_of(kind: type) -> bytes:
    """Returns the JSON schema of a snapshot type, indented."""
    return msgspec.json.format(msgspec.json.encode(msgspec.json.schema(kind)), indent=2)


def indented(snapshot: Any) -> str:
    """Returns a snapshot as JSON over several lines, for people."""
    return msgspec.json.format(_encoder.encode(snapshot), indent=2).decode()
