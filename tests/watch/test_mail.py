"""Mail goes out once, by servers that are real and by such as hang, lie and hang up."""

from __future__ import annotations

import json
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from helper.rig import PATIENCE

from sysgui.watch import mail

from .servers import Does, serving

PASSWORD = "correct horse"  # of nobody


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificate")
    openssl = shutil.which("openssl")
    assert openssl is not None
    subprocess.run(
        [openssl, "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", f"{made}/key", "-out", f"{made}/certificate"],
        check=True, capture_output=True,
    )  # fmt: skip
    return made


class Box:
    """Takes messages, or says what it is told to say."""

    def __init__(self) -> None:
        self.taken: list[tuple[list[str], bytes]] = []
        self.answers: list[str] = []

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("250"):
            self.taken.append((envelope.rcpt_tos, envelope.content))
        return answer


@contextmanager
def server(certificate: Path, box: Box, *, tls: bool = False) -> Iterator[int]:
    """A mail server that wants a secret, and to be spoken to in secret."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate / "certificate", certificate / "key")

    def known(_server: Any, _session: Any, _envelope: Any, _how: str, data: Any) -> AuthResult:
        good = (data.login, data.password) == (b"me", PASSWORD.encode())
        return AuthResult(success=good, handled=False)

    how: dict[str, Any] = (
        {"ssl_context": context, "auth_require_tls": False}
        if tls
        else {"tls_context": context, "require_starttls": True}
    )
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port: int = free.getsockname()[1]
    controller = Controller(
        box, hostname="127.0.0.1", port=port, auth_required=True, authenticator=known,
        server_hostname="localhost", ready_timeout=PATIENCE, **how,
    )  # fmt: skip
    controller.start()
    try:
        yield port
    finally:
        controller.stop()


class Sender:
    """The program, with what systemd would hand to it.

    Args:
        place: A directory.
    """

    def __init__(self, place: Path) -> None:
        self.given = place / "given"
        self.own = place / "own"
        for directory in (self.given, self.own):
            directory.mkdir()

    def set(self, port: int, **more: Any) -> None:
        settings = {
            "host": "localhost", "port": port, "security": "starttls", "user": "me",
            "password": PASSWORD, "from": "root@machine.example", "to": ["a@b.org", "c@d.org"],
            **more,
        }  # fmt: skip
        (self.given / "mail.json").write_text(json.dumps(settings))

    def post(self, number: int, body: str = "It failed.\n") -> str:
        name = f"{number:020d}-0123abcd"
        text = json.dumps({"unit": "x", "subject": f"[host] message {number}", "body": body})
        (self.given / f"spool_{name}").write_text(text)
        return name

    @property
    def error(self) -> str:
        return str(json.loads((self.own / "result.json").read_text())["error"])

    @property
    def sent(self) -> list[str]:
        return sorted(path.name for path in (self.own / "sent").iterdir())


@pytest.fixture
def sender(tmp_path: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Sender:
    made = Sender(tmp_path)
    monkeypatch.setenv("CREDENTIALS_DIRECTORY", str(made.given))
    monkeypatch.setenv("STATE_DIRECTORY", str(made.own))
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate / "certificate"))
    monkeypatch.setattr(mail, "WITHIN", PATIENCE)
    return made


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("tls", [False, True])
def test_what_waits_is_sent_in_secret_and_once(
    sender: Sender, certificate: Path, tls: bool
) -> None:
    box = Box()
    names = [sender.post(number, "Zeile mit ä\n.\nund Punkt\n") for number in (3, 1, 2)]
    with server(certificate, box, tls=tls) as port:
        sender.set(port, security="tls" if tls else "starttls")
        assert mail.main([]) == 0
        assert mail.main([]) == 0
    assert sender.sent == sorted(names)
    assert sender.error == ""
    assert [message_from_bytes(text)["Subject"] for _to, text in box.taken] == [
        "[host] message 1", "[host] message 2", "[host] message 3",
    ]  # fmt: skip
    to, text = box.taken[0]
    assert to == ["a@b.org", "c@d.org"]
    message = message_from_bytes(text)
    payload = message.get_payload(decode=True)
    assert isinstance(payload, bytes)
    charset = message.get_content_charset() or ""
    assert payload.decode(charset).splitlines() == ["Zeile mit ä", ".", "und Punkt"]
    assert len({message_from_bytes(text)["Message-ID"] for _to, text in box.taken}) == 3


def test_a_message_tells_of_those_that_made_way_for_it() -> None:
    settings = {"from": "a@b.org", "to": ["c@d.org"]}
    given = {"subject": "s", "body": "all of it\n"}
    name = f"{1_700_000_000_000_000_000:020d}-00000000"
    assert mail.composed(settings, name, given).get_content() == "all of it\n"
    text = mail.composed(settings, name, {**given, "dropped": 3}).get_content()
    assert text.startswith("all of it\n\n3 older messages were never sent")


def test_what_was_taken_out_of_the_spool_is_forgotten(sender: Sender, certificate: Path) -> None:
    first = sender.post(1)
    box = Box()
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 0
        assert sender.sent == [first]
        (sender.given / f"spool_{first}").unlink()
        assert mail.main([]) == 0
    assert sender.sent == []
    assert len(box.taken) == 1


def test_where_one_is_not_taken_the_others_are_not_sent_twice(
    sender: Sender, certificate: Path
) -> None:
    names = [sender.post(number) for number in (1, 2, 3)]
    box = Box()
    box.answers = ["250 OK", "451 come again\x1b[2J"]
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 1
        assert sender.sent == names[:1]
        assert "451 come again" in sender.error
        assert "\x1b" not in sender.error
        assert mail.main([]) == 0
    assert sender.sent == names
    assert len(box.taken) == 3


def test_one_that_no_server_will_ever_take_is_in_nobodys_way(
    sender: Sender, certificate: Path
) -> None:
    names = [sender.post(number) for number in (1, 2, 3)]
    box = Box()
    box.answers = ["554 it looks like spam"]
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 1
        assert sender.sent == names[1:]
        assert "554 it looks like spam" in sender.error


class NoReceivers(Box):
    """Takes no message for anybody."""

    def __init__(self, *answers: str) -> None:
        super().__init__()
        self.refusals = [*answers]

    async def handle_RCPT(self, _server: Any, _session: Any, _envelope: Any, *_more: Any) -> str:
        return self.refusals.pop(0)


def test_receivers_that_are_refused_are_told_as_the_server_says(
    sender: Sender, certificate: Path
) -> None:
    for number in (1, 2):
        sender.post(number)
    # For good the first, and for now the second: after that nothing more is tried.
    box = NoReceivers("550 no such box", "550 no such box", "450 busy", "550 no such box")
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 1
    assert sender.sent == []
    assert "450 busy" in sender.error


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"password": "wrong"}, "does not take this user and password"),
        ({"host": "127.0.0.1"}, "certificate is not to be trusted"),
        ({"to": []}, ""),
    ],
)
def test_what_keeps_it_from_being_sent_is_said_and_the_password_is_not(
    sender: Sender, certificate: Path, more: dict[str, Any], error: str
) -> None:
    sender.post(1)
    with server(certificate, Box()) as port:
        sender.set(port, **more)
        assert mail.main([]) == 1
    assert error in sender.error
    assert sender.error
    assert PASSWORD not in sender.error
    assert sender.sent == []


def test_a_server_of_another_name_gets_nothing(
    sender: Sender, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    sender.post(1)
    box = Box()
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 1
    assert "certificate is not to be trusted" in sender.error
    assert box.taken == []


# Servers that are none


def hangs(_client: socket.socket, ended: threading.Event) -> None:
    ended.wait()


def hangs_up(client: socket.socket, _ended: threading.Event) -> None:
    client.sendall(b"220 here\r\n")


def talks_nonsense(client: socket.socket, _ended: threading.Event) -> None:
    client.sendall(b"\0\xff HTTP/1.1 200 OK\r\n" * 10)


def talks_without_a_line(client: socket.socket, _ended: threading.Event) -> None:
    client.sendall(b"2" * 100_000)


def offers_no_secrecy(client: socket.socket, _ended: threading.Event) -> None:
    client.sendall(b"220 here\r\n")
    client.recv(1000)
    client.sendall(b"250 HELP\r\n")
    client.recv(1000)


def hangs_up_after_the_message(client: socket.socket, _ended: threading.Event) -> None:
    client.sendall(b"220 here\r\n")
    for answer in (b"250 HELP\r\n", b"250 OK\r\n", b"250 OK\r\n", b"250 OK\r\n", b"354 go on\r\n"):
        client.recv(1000)
        client.sendall(answer)
    client.recv(10_000)


@pytest.mark.parametrize(
    ("does", "security", "error"),
    [
        (hangs, "starttls", "does not answer"),
        (hangs, "tls", "does not answer"),
        (hangs_up, "starttls", "hung up"),
        (talks_nonsense, "starttls", ""),
        (talks_without_a_line, "starttls", ""),
        (offers_no_secrecy, "starttls", ""),
        (hangs_up_after_the_message, "none", "hung up"),
    ],
)
def test_a_server_that_is_none_takes_nothing_and_holds_nobody_up(
    sender: Sender,
    certificate: Path,
    does: Does,
    security: str,
    error: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    name = sender.post(1)
    known = {} if security != "none" else {"user": "", "password": ""}
    with serving(does) as port, monkeypatch.context() as hasty:
        if does is hangs:
            hasty.setattr(mail, "WITHIN", 0.5)
        sender.set(port, security=security, **known)
        assert mail.main([]) == 1
    assert error in sender.error
    assert sender.error.isprintable()
    assert sender.sent == []
    # Nothing is lost: as soon as there is a server it is sent, once.
    box = Box()
    with server(certificate, box) as port:
        sender.set(port)
        assert mail.main([]) == 0
    assert sender.sent == [name]
    assert len(box.taken) == 1


def test_where_nobody_listens_that_is_said(sender: Sender) -> None:
    sender.post(1)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        sender.set(free.getsockname()[1])
        assert mail.main([]) == 1
    assert "refused" in sender.error


def test_settings_that_are_none_are_an_error_and_nothing_worse(sender: Sender) -> None:
    sender.post(1)
    (sender.given / "mail.json").write_text("{")
    assert mail.main([]) == 1
    assert sender.error


def test_without_anything_to_send_no_server_is_asked(sender: Sender) -> None:
    assert mail.main([]) == 0
    assert sender.error == ""
