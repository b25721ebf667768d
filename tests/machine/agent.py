"""An authentication agent as a desktop has one, but answered by a test. It runs in the machine.

    agent.py SESSION

It registers for a session of logind's, in which it must be, says with a line of JSON that it is
`ready`, and then writes one for each `prompt` that polkit asks for, and when polkit `withdrew` one.
It reads a line of JSON for each answer, which belongs to the last prompt: {"password": …},
{"dismiss": true}, or {"give up": true}: no more tries. Whether a password was `right` is decided by
PAM, through polkit's own program, as with any agent.
"""

from __future__ import annotations

import json
import os
import pwd
import subprocess
import sys
import threading
from typing import Any

from jeepney import (
    DBusAddress,
    HeaderFields,
    Message,
    MessageType,
    new_error,
    new_method_call,
    new_method_return,
)
from jeepney.io.blocking import DBusConnection, open_dbus_connection

AUTHORITY = DBusAddress(
    "/org/freedesktop/PolicyKit1/Authority",
    "org.freedesktop.PolicyKit1",
    "org.freedesktop.PolicyKit1.Authority",
)
OURS = "/org/sysgui/test/Agent"
CANCELLED = "org.freedesktop.PolicyKit1.Error.Cancelled"

# setuid root: it asks PAM for the password, and tells polkit who has proved to be whom.
HELPER = "/usr/lib/polkit-1/polkit-agent-helper-1"


class Agent:
    """What polkit calls, and what the test answers."""

    def __init__(self, bus: DBusConnection) -> None:
        self._bus = bus
        self._open: Message | None = None
        self._cookie = ""
        self._user = ""

    def register(self, session: str) -> None:
        """Becomes the agent of the session that we are in."""
        subject = ("unix-session", {"session-id": ("s", session)})
        call = new_method_call(
            AUTHORITY, "RegisterAuthenticationAgent", "(sa{sv})ss", (subject, "C.UTF-8", OURS)
        )
        reply = self._bus.send_and_get_reply(call)
        assert reply.header.message_type is MessageType.method_return, reply.body
        say(ready=True)

    def serve(self) -> None:
        """Takes polkit's calls for ever."""
        while True:
            call = self._bus.receive()
            member = call.header.fields.get(HeaderFields.member)
            if member == "BeginAuthentication":
                self._begin(call)
            elif member == "CancelAuthentication":
                (cookie,) = call.body
                say(withdrew=cookie == self._cookie)
                self._bus.send(new_method_return(call))
                self._close(new_error, CANCELLED)

    def _begin(self, call: Message) -> None:
        action, message, _icon, details, self._cookie, identities = call.body
        users = [pwd.getpwuid(about["uid"][1]).pw_name for _kind, about in identities]
        self._open, self._user = call, users[0]
        say(prompt={"action": action, "message": message, "details": details, "users": users})

    def answer(self, given: dict[str, Any]) -> None:
        """Does what the test says about the last prompt, be it open or not."""
        if "password" in given:
            right = self._try(given["password"])
            if right:
                self._close(new_method_return)
            say(right=right)
        elif "give up" in given:
            self._close(new_method_return)  # That nobody was authenticated polkit knows itself.
        else:
            self._close(new_error, CANCELLED)

    def _try(self, password: str) -> bool:
        done = subprocess.run(
            [HELPER, self._user],
            input=f"{self._cookie}\n{password}\n",
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode == 0 and "SUCCESS" in done.stdout

    def _close(self, how: Any, *arguments: str) -> None:
        call, self._open = self._open, None
        if call is not None:
            self._bus.send(how(call, *arguments))


def say(**what: Any) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def main(session: str) -> None:
    agent = Agent(open_dbus_connection("SYSTEM"))
    agent.register(session)
    threading.Thread(target=agent.serve, daemon=True).start()
    for line in sys.stdin:
        agent.answer(json.loads(line))
    os._exit(0)  # The other thread waits for polkit.


if __name__ == "__main__":
    main(sys.argv[1])
