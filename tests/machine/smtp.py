"""A mail server that asks for STARTTLS and a password. In the machine systemd starts it.

    smtp.py PORT CERTIFICATE KEY USER FILE-OF-PASSWORD OUTPUT

It says to systemd when it is up, and writes each message that it takes as a line of JSON.
"""

from __future__ import annotations

import json
import os
import signal
import socket
import ssl
import sys
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

# A busy machine takes its time: so long it is waited for, in seconds.
PATIENCE = 180.0


class Taken:
    """Takes all messages."""

    def __init__(self, path: str) -> None:
        self._path = path

    async def handle_DATA(self, _server: Any, session: Any, envelope: Any) -> str:
        about = {
            "from": envelope.mail_from,
            "to": envelope.rcpt_tos,
            "text": envelope.content.decode("utf-8", "replace"),
            "secure": session.ssl is not None,
            "known": bool(session.authenticated),
        }
        with open(self._path, "a", encoding="utf-8") as output:
            output.write(json.dumps(about) + "\n")
        return "250 OK"


def main() -> None:
    port, certificate, key, user, secret, path = sys.argv[1:]
    with open(secret, encoding="utf-8") as file:
        password = file.read()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def known(_server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> Any:
        good = (data.login, data.password) == (user.encode(), password.encode())
        return AuthResult(success=good, handled=False)

    controller = Controller(
        Taken(path),
        hostname="127.0.0.1",
        port=int(port),
        tls_context=context,
        require_starttls=True,
        auth_required=True,
        authenticator=known,
        ready_timeout=PATIENCE,
    )
    controller.start()
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.sendto(b"READY=1", os.environ["NOTIFY_SOCKET"])
    signal.sigwait([signal.SIGTERM])
    controller.stop()


if __name__ == "__main__":
    main()
