"""The folder of the state: what is kept of each unit, what is to be mailed, and what was told.

All of it is root's. What holds lines of logs is for root alone; the rest may be read by everybody.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import secrets
import time
from typing import Any, Iterator, Mapping, Sequence

from . import clock, judge
from .files import fitting, read_json, write

ROOT = "/var/lib/sysgui"

# What the program that sends mail keeps for itself; systemd gives it a user of its own.
SENDER = "/var/lib/private/sysgui-mail"

# Of what a mail server has not taken yet; the sender gets a megabyte at most.
MOST_WAITING = 40
MOST_BYTES = 16 << 10

# Of what was told, for desktops.
MOST_TOLD = 50

_MESSAGE = re.compile(r"[0-9]{20}-[0-9a-f]{8}")


@contextlib.contextmanager
def locked() -> Iterator[None]:
    """Lets nobody else change the state as long as the context is open."""
    for name, mode in (("", 0o755), ("watches", 0o755), ("spool", 0o700)):
        os.makedirs(f"{ROOT}/{name}", mode, exist_ok=True)
    descriptor = os.open(f"{ROOT}/lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def recall(unit: str) -> judge.Memory:
    """Returns what is kept of a unit."""
    return judge.from_json(read_json(f"{ROOT}/watches/{unit}.json"))


def keep(unit: str, memory: judge.Memory) -> None:
    """Keeps it."""
    write(f"{ROOT}/watches/{unit}.json", json.dumps(memory._asdict()))


def noted_clock() -> clock.Noted:
    """Returns what was noted of the clocks last."""
    found: clock.Noted = fitting(read_json(f"{ROOT}/clock.json"), clock.Noted())
    return found


def note_clock() -> None:
    """Notes how the clocks stand, for those who ask how long ago something was."""
    before = noted_clock()
    now = clock.noted(before, clock.read())
    if now != before:
        write(f"{ROOT}/clock.json", json.dumps(now._asdict()))


def waiting() -> Sequence[str]:
    """Returns the ids of messages that no server has taken yet, the oldest first."""
    with contextlib.suppress(FileNotFoundError):
        return sorted(name for name in os.listdir(f"{ROOT}/spool") if _MESSAGE.fullmatch(name))
    return []


def post(message: Mapping[str, str]) -> Sequence[str]:
    """Puts a message where the sender finds it; the oldest make way if there are too many.

    The next one that goes out tells how many did.

    Returns:
        Of which units those were.
    """
    raw = json.dumps(message)
    if len(raw) > MOST_BYTES:
        room = MOST_BYTES - len(json.dumps({**message, "body": ""}))
        # A character may take twelve in JSON.
        raw = json.dumps({**message, "body": f"{message['body'][: room // 12]}\n[…]\n"})
    names = waiting()
    # By their order, and not by their times: a clock may be set back.
    stamp = max([time.time_ns(), *(int(name[:20]) + 1 for name in names)])
    write(f"{ROOT}/spool/{stamp:020d}-{secrets.token_hex(4)}", raw, 0o600)
    dropped = [_drop(name) for name in names[: max(0, len(names) + 1 - MOST_WAITING)]]
    if dropped:
        _say_dropped(sum(number for _unit, number in dropped))
    _say_waiting({})
    return [unit for unit, _number in dropped]


def _drop(name: str) -> tuple[str, int]:
    """Removes a message, and returns its unit, and how many there are of which nobody is told."""
    message = read_json(f"{ROOT}/spool/{name}")
    os.unlink(f"{ROOT}/spool/{name}")
    if not isinstance(message, dict):
        return "", 1
    return str(message.get("unit", "")), 1 + message.get("dropped", 0)


def _say_dropped(number: int) -> None:
    """Has the oldest message tell of those before it.

    It is another one then: who is being sent it as it was has not been told.
    """
    name = waiting()[0]
    message = read_json(f"{ROOT}/spool/{name}")
    if isinstance(message, dict):
        message["dropped"] = number + message.get("dropped", 0)
        path = f"{ROOT}/spool/{name[:20]}-{secrets.token_hex(4)}"
        write(path, json.dumps(message), 0o600)
        os.unlink(f"{ROOT}/spool/{name}")


def tidy() -> None:
    """Takes what was sent out of the spool, and says for everybody how it stands."""
    sent = set()
    with contextlib.suppress(FileNotFoundError):
        sent = {name for name in os.listdir(f"{SENDER}/sent") if _MESSAGE.fullmatch(name)}
    for name in set(waiting()) & sent:
        os.unlink(f"{ROOT}/spool/{name}")
    _say_waiting(read_json(f"{SENDER}/result.json"))


def _say_waiting(result: Any) -> None:
    """Writes down what the sender said last; it is not root, so nothing else of it is believed."""
    path = f"{ROOT}/mail.json"
    before = read_json(path)
    known = result if isinstance(result, dict) and result else before
    known = known if isinstance(known, dict) else {}
    error, tried = known.get("error"), known.get("tried")
    status = {
        "waiting": len(waiting()),
        "error": error[:300] if isinstance(error, str) and error.isprintable() else "",
        "tried": float(tried) if isinstance(tried, (int, float)) else 0.0,
    }
    write(path, json.dumps(status))


def tell(event: Mapping[str, Any]) -> None:
    """Appends to what was told, which desktops show; the oldest make way."""
    path = f"{ROOT}/told.json"
    known = read_json(path)
    events = known if isinstance(known, list) else []
    write(path, json.dumps([*events[-MOST_TOLD + 1 :], event]))
