"""Sends what waits to be sent, by SMTP, and says what came of it.

It runs as a user of its own. systemd hands it, as secrets to be read, the settings and all that
waits; what was sent it marks in a folder of its own, at once when the server has taken it. Whoever
hangs up right then, before it is marked, is sent the same message again, with the same Message-ID.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import smtplib
import ssl
import time
from email.message import EmailMessage
from email.utils import formatdate
from typing import Any, Mapping, Sequence

from .files import write

# Of each answer of the server. All together must end before systemd ends it (TimeoutStartSec=).
WITHIN = 15.0

# Too many were waiting: the oldest have made way.
DROPPED = "\n{} older messages were never sent: no mail server took them for too long.\n"

_WAITING = re.compile(r"spool_([0-9]{20}-[0-9a-f]{8})")


def main(_argv: Sequence[str]) -> int:
    """Sends, and returns the exit status: 1 if something is left."""
    given, own = os.environ["CREDENTIALS_DIRECTORY"], os.environ["STATE_DIRECTORY"]
    os.makedirs(f"{own}/sent", exist_ok=True)
    names = sorted(filter(None, map(_WAITING.fullmatch, os.listdir(given))), key=lambda m: m[1])
    waiting = {matched[1]: f"{given}/{matched[0]}" for matched in names}
    for name in set(os.listdir(f"{own}/sent")) - set(waiting):
        os.unlink(f"{own}/sent/{name}")  # Nobody asks for it any more.
    left = {
        name: path for name, path in waiting.items() if not os.path.exists(f"{own}/sent/{name}")
    }
    error = ""
    if left:
        try:
            with open(f"{given}/mail.json", encoding="utf-8") as file:
                error = send(json.load(file), left, f"{own}/sent")
        except (OSError, ValueError, smtplib.SMTPException) as failure:
            error = explained(failure)
    write(f"{own}/result.json", json.dumps({"error": error, "tried": time.time()}))
    return 1 if error else 0


def send(settings: Mapping[str, Any], waiting: Mapping[str, str], sent: str) -> str:
    """Sends messages and marks each; returns what is to be said of those that were not taken.

    Args:
        settings: As the helper has written them.
        waiting: The file of each message, by its id.
        sent: Where they are marked.

    Raises:
        OSError: As the network says.
        smtplib.SMTPException: As the server says.
    """
    error = ""
    with connected(settings) as server:
        for name, path in waiting.items():
            with open(path, encoding="utf-8") as file:
                message = composed(settings, name, json.load(file))
            try:
                refused = server.send_message(message)
            except (smtplib.SMTPResponseException, smtplib.SMTPRecipientsRefused) as failure:
                if answer_of(failure)[0] < 500:
                    raise  # For now it takes nothing, whatever it is.
                error = explained(failure)
                continue
            if refused:
                error = f"not taken for {', '.join(sorted(refused))}"
            write(f"{sent}/{name}", "")
    return error


def answer_of(failure: Exception) -> tuple[int, Any]:
    """Returns the server's answer, its number and text; (0, "") if it has given none."""
    refused = getattr(failure, "recipients", {})  # Of all the same, or one may be taken later.
    number = getattr(failure, "smtp_code", 0), getattr(failure, "smtp_error", "")
    return min(refused.values(), default=number)


@contextlib.contextmanager
def connected(settings: Mapping[str, Any]) -> Any:
    """Gives a server that knows who we are, over a connection that nobody else reads."""
    place = settings["host"], settings["port"]
    security = settings["security"]
    context = ssl.create_default_context()
    server: smtplib.SMTP
    if security == "tls":
        server = smtplib.SMTP_SSL(*place, timeout=WITHIN, context=context)
    else:
        server = smtplib.SMTP(*place, timeout=WITHIN)
    try:
        if security == "starttls":
            server.starttls(context=context)
        if settings.get("user"):
            server.login(settings["user"], settings["password"])
        yield server
        with contextlib.suppress(OSError, smtplib.SMTPException):
            server.quit()  # It has them all by now.
    finally:
        server.close()


def composed(settings: Mapping[str, Any], name: str, waiting: Mapping[str, Any]) -> EmailMessage:
    """Returns a message as it goes out."""
    message = EmailMessage()
    message["Subject"] = waiting["subject"]
    message["From"] = settings["from"]
    message["To"] = ", ".join(settings["to"])
    message["Date"] = formatdate(int(name[:20]) / 1e9, localtime=True)
    message["Message-ID"] = f"<{name}@sysgui.{settings['from'].rpartition('@')[2]}>"
    message["Auto-Submitted"] = "auto-generated"
    dropped = waiting.get("dropped", 0)
    message.set_content(waiting["body"] + (DROPPED.format(dropped) if dropped else ""))
    return message


def explained(failure: Exception) -> str:
    """Returns in a line why nothing was sent: printable, and nothing of what we said ourselves."""
    number, said = answer_of(failure)
    if isinstance(failure, smtplib.SMTPAuthenticationError):
        text = f"the server does not take this user and password ({failure.smtp_code})"
    elif isinstance(failure, ssl.SSLCertVerificationError):
        text = f"the server's certificate is not to be trusted: {failure.verify_message}"
    elif number:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        text = f"the server said {number} {text}"
    elif isinstance(failure, TimeoutError) or "timed out" in str(failure):
        text = "the server does not answer"
    elif isinstance(failure, smtplib.SMTPServerDisconnected):
        text = "the server has hung up"
    elif isinstance(failure, OSError) and failure.strerror:
        text = failure.strerror
    else:
        text = type(failure).__name__
    return "".join(each if each.isprintable() else " " for each in text)[:300]
