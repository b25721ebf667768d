"""By which server messages about services go out, and whether it takes one.

A target is HOST:PORT, or `off`: no mail. The password comes by standard input alone. It is written
to a file that only root reads, and systemd hands it to the one program that sends mail.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import time
from typing import Any, Mapping

from ..grammar import choice, text
from ..operation import Operation, Request, Target
from ..refusal import Refusal
from . import watch, watch_end
from .systemctl import change
from .watch_end import STATE
from .watch_files import Change, Place, changed, read

SETTINGS = Place("/etc", "sysgui", "mail.json", 0o600)

SERVER = re.compile(r"(?:\[([0-9a-f:]{2,45})\]|([A-Za-z0-9.-]{1,253})):([1-9][0-9]{0,4})")

_ADDRESS = r"[A-Za-z0-9._+=-]{1,64}@[A-Za-z0-9.-]{1,190}"

# Nobody listens on the way to these.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


def server(value: Any) -> str:
    """Accepts a server as HOST:PORT or [ADDRESS]:PORT, or `off`."""
    found = SERVER.fullmatch(value) if isinstance(value, str) and value.isascii() else None
    if value == "off" or (found and int(found[3]) < 1 << 16 and not value.startswith("-")):
        return str(value)
    raise Refusal("grammar")


def password(value: Any) -> str:
    """Accepts 1 to 256 characters, none of which controls anything."""
    if not isinstance(value, str) or not 1 <= len(value) <= 256 or not value.isprintable():
        raise Refusal("grammar")
    return value


class _Settings(Target):
    def __init__(self, target: str, request: Request) -> None:
        self._data = None
        # The digest stands in the journal: without this, a password could be guessed from it.
        self._salt = os.urandom(16).hex()
        if target == "off":
            if request.arguments:
                raise Refusal("grammar")
        else:
            self._data = json.dumps(_settings(target, request.arguments)).encode("ascii")

    def facts(self) -> Mapping[str, Any]:
        before = read(SETTINGS)
        if before is None and self._data is None:
            raise Refusal("gone")
        known = _known(before)
        known.pop("password", None)
        about = os.lstat(SETTINGS.path).st_mtime_ns if before else 0
        return {"before": known, "written": about, "salt": self._salt}

    def act(self) -> None:
        with changed([Change(SETTINGS, self._data)]):
            pass


def _known(data: bytes | None) -> dict[str, Any]:
    """Returns what is set; nothing of what somebody has broken by hand."""
    try:
        found = json.loads(data or b"{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


def _settings(target: str, asked: Mapping[str, Any]) -> Mapping[str, Any]:
    found = SERVER.fullmatch(target)
    assert found is not None
    host = found[1] or found[2]
    security = asked.get("security")
    named = ("user" in asked, "password" in asked)
    plain = security == "none" and (host not in LOOPBACK or any(named))
    if named[0] != named[1] or plain or not {"security", "from", "to"} <= asked.keys():
        raise Refusal("grammar")
    return {
        "host": host,
        "port": int(found[3]),
        **{name: asked[name] for name in ("security", "from")},
        "to": asked["to"].split(","),
        **{name: asked[name] for name in ("user", "password") if name in asked},
    }


SET = Operation(
    name="watch-mail",
    description="Set by which mail server one is told of services that fail",
    message="Authentication is required to set the mail server that messages about services go to",
    target=server,
    arguments={
        "security": choice(("starttls", "tls", "none")),
        "user": text(r"[A-Za-z0-9._+=@-]+", 200),
        "from": text(_ADDRESS, 255),
        "to": text(rf"{_ADDRESS}(?:,{_ADDRESS}){{0,7}}", 2000),
        "password": password,
    },
    secret=("password",),
    bind=_Settings,
)


# Test

SUBJECT = "[{}] A test of Sysgui"
BODY = "This is a test: messages about the services of {} will come like this one.\n"


class _Tested(Target):
    def __init__(self, target: str, request: Request) -> None:
        self._target = target
        self._wanted = request.wanted

    def facts(self) -> Mapping[str, Any]:
        before = read(SETTINGS)
        if before is None:
            raise Refusal("gone")
        known = _known(before)
        if not {"host", "port", "from", "to"} <= known.keys():
            raise Refusal("changed")
        host = str(known["host"])
        host = f"[{host}]" if ":" in host else host
        if self._target != f"{host}:{known['port']}":
            raise Refusal("changed")
        return {"from": known["from"], "to": known["to"]}

    def act(self) -> None:
        place = f"{STATE}/spool/{time.time_ns():020d}-{os.urandom(4).hex()}"
        _write(place, {"unit": "", "subject": SUBJECT.format(os.uname().nodename),
                       "body": BODY.format(os.uname().nodename)})  # fmt: skip
        try:
            # One that was under way already has not seen it.
            change(["start", "sysgui-mail.service"], self._wanted)
            if os.path.exists(place):
                change(["start", "sysgui-mail.service"], self._wanted)
            if os.path.exists(place):
                raise Refusal("failed")
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(place)


def _write(place: str, message: Mapping[str, str]) -> None:
    for folder, mode in ((STATE, 0o755), (f"{STATE}/spool", 0o700)):
        with contextlib.suppress(FileExistsError):
            os.mkdir(folder, mode)
            os.chmod(folder, mode)
    descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with open(descriptor, "w", encoding="ascii") as file:
        json.dump(message, file)


TEST = Operation(
    name="watch-test",
    description="Send a test message about services",
    message="Authentication is required to send a test message",
    target=server,
    arguments={},
    bind=_Tested,
)

# All that has to do with watches.
ALL = (watch.SET, watch_end.REMOVE, SET, TEST)
