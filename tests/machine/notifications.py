"""A desktop that shows messages, as far as others see. In the machine a user's systemd starts it.

    notifications.py OUTPUT

It owns org.freedesktop.Notifications on the session's bus, and writes each message that it is asked
to show as a line of JSON.
"""

from __future__ import annotations

import json
import sys

from jeepney import DBusAddress, HeaderFields, new_method_call, new_method_return
from jeepney.io.blocking import open_dbus_connection

NAME = "org.freedesktop.Notifications"
BUS = DBusAddress("/org/freedesktop/DBus", "org.freedesktop.DBus", "org.freedesktop.DBus")


def main(path: str) -> None:
    bus = open_dbus_connection("SESSION")
    reply = bus.send_and_get_reply(new_method_call(BUS, "RequestName", "su", (NAME, 0)))
    assert reply.body == (1,), "somebody else is the desktop"
    shown = 0
    while True:
        call = bus.receive()
        if call.header.fields.get(HeaderFields.member) != "Notify":
            continue
        application, _replaces, icon, summary, body, _actions, hints, _expires = call.body
        about = {"application": application, "icon": icon, "summary": summary, "body": body,
                 "urgency": hints["urgency"][1]}  # fmt: skip
        with open(path, "a", encoding="utf-8") as output:
            output.write(json.dumps(about) + "\n")
        shown += 1
        bus.send(new_method_return(call, "u", (shown,)))


if __name__ == "__main__":
    main(sys.argv[1])
