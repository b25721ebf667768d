"""One entry in the journal when an operation begins and one when it ends; without them, no act.

The journal's native protocol has a length before each value, so that no value can pose as another
field. journald itself adds who we are (`_UID`, `_EXE`), which nobody can forge.
"""

from __future__ import annotations

import socket
import struct

from .refusal import Refusal

# journalctl MESSAGE_ID=… shows all that was done as root from here.
MESSAGE_ID = "5c1f2d83a7f34e1c9d0b6a4e8f7b2c91"

SOCKET = "/run/systemd/journal/socket"
NOTICE, WARNING = "5", "4"


def write(message: str, priority: str, fields: dict[str, str]) -> None:
    """Writes an entry.

    Raises:
        Refusal: `no-audit`.
    """
    entry = {
        "MESSAGE": message,
        "MESSAGE_ID": MESSAGE_ID,
        "PRIORITY": priority,
        "SYSLOG_IDENTIFIER": "sysgui-helper",
        **{f"SYSGUI_{name}": value for name, value in fields.items()},
    }
    datagram = b"".join(_field(name, value) for name, value in entry.items())
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as journal:
            journal.settimeout(5.0)
            journal.connect(SOCKET)
            journal.send(datagram)
    except OSError as error:
        raise Refusal("no-audit") from error


def _field(name: str, value: str) -> bytes:
    raw = value.encode("utf-8", "backslashreplace")
    return name.encode("ascii") + b"\n" + struct.pack("<Q", len(raw)) + raw + b"\n"
