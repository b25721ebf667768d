"""The table, the state, the words and the probe, each on its own."""

from __future__ import annotations

import json
import os
import socket
import ssl
import subprocess
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.watch import alert, clock, journal, notify, probe, programs, state, table
from sysgui.watch.judge import Memory
from sysgui.watch.printable import printable
from sysgui.watch.words import HEADS, PROBES, Cause, Told, body, explained, status_of

from .servers import serving

# The table


@pytest.fixture
def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(table, "SYSTEM", str(tmp_path))
    return tmp_path


def watched(system: Path, unit: str, text: str) -> None:
    folder = system / f"{unit}.d"
    folder.mkdir()
    (folder / table.DROP_IN).write_text(f"[X-Sysgui]\nWatch={text}\n")


def test_what_the_helper_has_written_is_read(system: Path) -> None:
    watched(system, "web.service", '{"restart":"yes","mail":"no","notify":"yes","grace":5}')
    watched(system, r"a\x2db@c.service", '{"restart":"no","probe":{"kind":"tcp","port":1}}')
    odd, web = table.watches()
    assert web == table.Watch("web.service", True, False, True, 5, None)
    assert (odd.unit, odd.restart, odd.grace) == (r"a\x2db@c.service", False, 60)
    assert odd.probe == {"kind": "tcp", "port": 1}


@pytest.mark.parametrize("text", ["", "[]", "{", "null", "[" * 100_000])
def test_what_is_no_watch_is_none(system: Path, text: str) -> None:
    watched(system, "web.service", text)
    assert table.watches() == []


def test_no_link_is_followed_and_no_odd_name_is_looked_at(system: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").write_text('Watch={"restart":"yes"}')
    (system / "web.service.d").mkdir()
    (system / "web.service.d" / table.DROP_IN).symlink_to(tmp_path / "elsewhere")
    assert table.find("web.service") is None
    for name in ("../web.service", "-x.service", "a b.service", "web.socket", "x" * 300):
        assert table.find(name) is None


# The state


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(state, "ROOT", str(tmp_path / "state"))
    monkeypatch.setattr(state, "SENDER", str(tmp_path / "sender"))
    return tmp_path / "state"


def test_a_memory_is_kept_whole_and_read_by_everybody(kept: Path) -> None:
    memory = Memory(state="failing", failures=3, messages=(1.0, 2.5), key="a b")
    with state.locked():
        state.keep("web.service", memory)
    assert state.recall("web.service") == memory
    assert state.recall("other.service") == Memory()
    path = kept / "watches/web.service.json"
    assert os.stat(path).st_mode & 0o777 == 0o644
    path.write_text('{"state": "fai')
    assert state.recall("web.service") == Memory()


def test_what_waits_is_roots_alone_and_bounded(kept: Path) -> None:
    with state.locked():
        for number in range(state.MOST_WAITING + 5):
            state.post({"subject": f"{number}", "body": "ä\0" * 100_000})
    assert os.stat(kept / "spool").st_mode & 0o777 == 0o700
    waiting = state.waiting()
    assert len(waiting) == state.MOST_WAITING
    sizes = [os.stat(kept / "spool" / name).st_size for name in waiting]
    assert sum(sizes) < 1 << 20
    # The newest are kept.
    subjects = [json.loads((kept / "spool" / name).read_text())["subject"] for name in waiting]
    assert subjects == [str(number) for number in range(5, state.MOST_WAITING + 5)]
    assert json.loads((kept / "mail.json").read_text())["waiting"] == state.MOST_WAITING


def test_the_next_message_tells_of_those_that_made_way_for_it(kept: Path) -> None:
    def messages() -> list[dict[str, Any]]:
        return [json.loads((kept / "spool" / name).read_text()) for name in state.waiting()]

    def post(number: int) -> list[str]:
        return [*state.post({"unit": f"{number}", "subject": "", "body": ""})]

    with state.locked():
        made_way = [unit for number in range(state.MOST_WAITING) for unit in post(number)]
        assert made_way == []
        first = state.waiting()[0]
        assert [unit for number in (1, 2, 3) for unit in post(100 + number)] == ["0", "1", "2"]
    told = messages()
    assert [message["unit"] for message in told[:2]] == ["3", "4"]
    assert [message.get("dropped", 0) for message in told] == [3] + [0] * (state.MOST_WAITING - 1)
    # Who is being sent the one before it has not been told: this one is another one.
    with state.locked():
        before = state.waiting()[1]
        post(104)
    assert {first, before}.isdisjoint(state.waiting())
    assert messages()[0]["dropped"] == 4


def test_messages_wait_in_their_order_though_the_clock_is_set_back(
    kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for now in (5_000, 9_000, 1_000, 1_001):
        monkeypatch.setattr(time, "time_ns", lambda now=now: now)
        with state.locked():
            state.post({"subject": f"{now}", "body": ""})
    subjects = [json.loads((kept / "spool" / name).read_text()) for name in state.waiting()]
    assert [each["subject"] for each in subjects] == ["5000", "9000", "1000", "1001"]


def test_what_was_sent_leaves_the_spool_and_nothing_else_does(kept: Path, tmp_path: Path) -> None:
    with state.locked():
        state.post({"subject": "1", "body": ""})
        state.post({"subject": "2", "body": ""})
        first, second = state.waiting()
        (tmp_path / "sender/sent").mkdir(parents=True)
        for name in (first, "..", "x"):
            if name != "..":
                (tmp_path / "sender/sent" / name).touch()
        result = {"error": "evil\x1b[2J", "tried": 5}
        (tmp_path / "sender/result.json").write_text(json.dumps(result))
        state.tidy()
    assert state.waiting() == [second]
    # The sender is not root: what it says is not passed on if it does more than say.
    status = json.loads((kept / "mail.json").read_text())
    assert status == {"waiting": 1, "error": "", "tried": 5.0}


def test_no_more_is_kept_of_what_was_told_than_a_desktop_shows(kept: Path) -> None:
    with state.locked():
        for number in range(state.MOST_TOLD + 3):
            state.tell({"when": number})
    told = json.loads((kept / "told.json").read_text())
    assert [each["when"] for each in told] == list(range(3, state.MOST_TOLD + 3))


# Words


@given(st.text())
def test_what_others_say_acts_on_nothing(text: str) -> None:
    shown = printable(text)
    assert shown.isprintable()
    assert "\u202e" not in shown
    shown.encode()  # No halves of pairs.


def test_plain_text_is_shown_as_it_is() -> None:
    assert printable("Grüße, 1 €\tx") == "Grüße, 1 € x"
    assert printable("a\nb\x1b[2J\u202e") == r"a\nb\x1b[2J\u202e"


@pytest.mark.parametrize(
    ("cause", "words"),
    [
        (Cause("exit-code", "3"), "status 3"),
        (Cause("exit-code", "203"), "program is not there"),
        (Cause("exit-code", "0"), "a command around its main process"),
        (Cause("signal", "11"), "11 (SIGSEGV)"),
        (Cause("core-dump", "6"), "6 (SIGABRT), and left a core dump"),
        (Cause("signal", "ABRT"), "ABRT"),
        (Cause("signal", "99"), "99"),
        (Cause("watchdog"), "no sign of life"),
        (Cause("oom-kill"), "no memory"),
        (Cause("probe", probe="refused"), "takes no connection"),
        (Cause(""), "not known"),
        (Cause("something-new"), "something-new"),
    ],
)
def test_why_it_failed_is_said_in_words(cause: Cause, words: str) -> None:
    assert words in explained(cause)


@pytest.mark.parametrize("kind", sorted(set(HEADS) - {"test"}))
def test_a_message_has_all_that_one_wants_to_know(kind: str) -> None:
    told = Told("web.service", kind, "host", 1.7e9, Cause("exit-code", "3"), 4, 3,
                lines=["web: last words"])  # fmt: skip
    text = body(told)
    assert "web.service" in text
    assert "host" in text
    assert "2023-11-1" in text
    assert "    web: last words" in text.splitlines()
    if kind != "missing":
        assert "status 3" in text
        assert "4 since it last was well" in text


# The journal


class Journal:
    """journalctl, which says what a test wants."""

    def __init__(self, *lines: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
        self.asked: list[list[str]] = []
        self.lines = lines
        monkeypatch.setattr(journal, "run", self.run)

    def run(self, argv: list[str], **_how: Any) -> tuple[int, bytes]:
        self.asked.append([*argv])
        return 0, b"\n".join(self.lines)


def test_the_last_lines_are_read_and_what_systemd_says_of_the_end(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    its = "0" * 32
    said = Journal(
        b'{"MESSAGE":"hello","SYSLOG_IDENTIFIER":"web","INVOCATION_ID":"' + its.encode() + b'"}',
        b'{"MESSAGE":[27,91,50,74,255],"SYSLOG_IDENTIFIER":"web"}',
        b'{"MESSAGE":null}',
        b"nonsense",
        b'{"MESSAGE":"' + b"x" * 5000 + b'","EXIT_CODE":"killed","EXIT_STATUS":"9"}',
        b'{"MESSAGE":"Failed","UNIT_RESULT":"signal"}',
        monkeypatch=monkeypatch,
    )
    found = journal.last("web.service", its)
    assert found.lines[0] == "web: hello"
    assert all(line.isprintable() and len(line) <= journal.LONGEST + 2 for line in found.lines)
    assert found.cause == Cause("signal", "9")
    assert f"_SYSTEMD_INVOCATION_ID={its}" in said.asked[-1]
    journal.last("web.service", "; rm -rf")
    assert said.asked[-1][-3:] == ["_SYSTEMD_UNIT=web.service", "+", "UNIT=web.service"]


@pytest.mark.parametrize(
    ("said", "its"),
    [
        ("a1 a2 a3", "a1 a2 a3"),
        ("a1 b2 a3 b4", "a1 a3"),
        ("b1 -2 a3", "-2 a3"),  # What it said itself came to the journal before systemd's word.
        ("a1 -2 a3 -4", "a1 -2 a3 -4"),
        ("a1 a2 -3 b4", "a1 a2"),
        ("b1 -2 b3 a4 b5 -6", "a4"),
        ("-1 -2", ""),
    ],
)
def test_what_names_no_invocation_belongs_to_the_next_that_is_named(
    said: str, its: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    def entry(word: str) -> bytes:
        known = {} if word[0] == "-" else {"_SYSTEMD_INVOCATION_ID": word[0] * 32}
        return json.dumps({"MESSAGE": word, "SYSLOG_IDENTIFIER": "w", **known}).encode()

    Journal(*map(entry, said.split()), monkeypatch=monkeypatch)
    found = journal.last("web.service", "a" * 32)
    assert [line.removeprefix("w: ") for line in found.lines] == its.split()


def test_the_steps_of_systemd_are_known_by_its_own_messages(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stopping, failed = "de5b426a63be47a7b6ac3eaac82e2f6f", "d9b373ed55a64feb8242e02dbe79a49c"
    said = Journal(
        *(
            json.dumps({"MESSAGE_ID": step, "INVOCATION_ID": its, **more}).encode()
            for step, its, more in (
                (stopping, "a", {"JOB_TYPE": "restart"}),  # It is there again at once.
                (failed, "a", {}),
                ("5eb03494b6584870a536b337290809b3", "a", {}),
                ("0" * 32, "b", {}),
                ("7ad2d189f7e94e70a38c781354912448", "b", {}),
                (stopping, "b", {"JOB_TYPE": "stop"}),
            )
        ),
        b"nonsense",
        monkeypatch=monkeypatch,
    )
    steps = journal.steps("web.service")
    assert steps == [("a", "failed"), ("a", "scheduled"), ("b", "ended"), ("b", "stopping")]
    # Others may claim to be systemd.
    assert said.asked[-1][-2:] == ["UNIT=web.service", "_PID=1"]


def test_a_command_before_the_main_process_is_not_taken_for_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for command, cause in (("ExecStartPre", "around its main process"), ("ExecStart", "status 3")):
        ended = {"COMMAND": command, "EXIT_STATUS": "3", "UNIT_RESULT": "exit-code"}
        Journal(json.dumps(ended).encode(), monkeypatch=monkeypatch)
        assert cause in explained(journal.last("web.service", "").cause)


def test_a_journal_that_does_not_answer_is_no_hindrance(monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_argv: Any, **_how: Any) -> Any:
        raise programs.Failed

    monkeypatch.setattr(journal, "run", fails)
    assert journal.last("web.service", "") == journal.Said()
    assert journal.steps("web.service") == []
    monkeypatch.setattr(journal, "SOCKET", "/nonexistent")
    journal.write("x", journal.NOTICE, {})


def test_an_entry_has_the_length_of_each_value_before_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    from helper.rig import fields

    monkeypatch.setattr(journal, "SOCKET", str(tmp_path / "j"))
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as taken:
        taken.bind(str(tmp_path / "j"))
        journal.write("m", journal.NOTICE, {"UNIT": "x\n_UID=0"})
        entry = fields(taken.recv(1 << 16))
    assert entry["SYSGUI_UNIT"] == "x\n_UID=0"
    assert entry["MESSAGE_ID"] == journal.MESSAGE_ID


# Programs


@pytest.mark.parametrize("words", [["/bin/sleep", "1000"], ["/bin/cat", "/dev/zero"]])
def test_a_program_without_an_end_is_ended(words: list[str]) -> None:
    with pytest.raises(programs.Failed):
        programs.run(words, within=0.2, most=1 << 16)


def test_a_program_gets_nothing_of_ours(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LD_PRELOAD", "")
    monkeypatch.setenv("XDG_RUNTIME_DIR", "/run/x")
    status, said = programs.run(["/usr/bin/env"])
    assert status == 0
    names = {line.partition(b"=")[0] for line in said.splitlines()}
    assert names <= {b"PATH", b"LC_ALL", b"XDG_RUNTIME_DIR", b"DBUS_SESSION_BUS_ADDRESS"}
    assert programs.run(["/bin/false"]) == (1, b"")
    with pytest.raises(programs.Failed):
        programs.run(["/nonexistent"])


# The probe


@contextmanager
def answering(answer: bytes, *, end: bool = True) -> Iterator[int]:
    """A server that says the same to everybody; without an end, a byte at a time."""

    def does(client: socket.socket, ended: threading.Event) -> None:
        client.recv(1000)
        if end:
            client.sendall(answer)
            return
        for place in range(len(answer)):
            client.sendall(answer[place : place + 1])
            if ended.wait(0.05):
                return

    with serving(does) as port:
        yield port


OK = b"HTTP/1.0 200 OK\r\n\r\nall is well"


@pytest.mark.parametrize(
    ("answer", "more", "wrong"),
    [
        (OK, {}, ""),
        (OK, {"text": "is well", "status": 200}, ""),
        (OK, {"text": "is bad"}, "text"),
        (OK, {"status": 204}, "status"),
        (b"HTTP/1.0 503 No\r\n\r\n", {}, "status"),
        (b"HTTP/1.0 302 There\r\nLocation: http://localhost:1/\r\n\r\n", {}, ""),
        (b"SSH-2.0-x\r\n", {}, "nonsense"),
        (b"", {}, "nonsense"),
    ],
)
def test_an_http_server_is_judged_by_its_answer(
    answer: bytes, more: dict[str, Any], wrong: str
) -> None:
    with answering(answer) as port:
        found = probe.tried({"kind": "http", "address": "127.0.0.1", "port": port, **more})
        assert found == wrong or (not answer and found in ("nonsense", "refused"))


def openssl(*words: str, at: Path) -> None:
    subprocess.run(["openssl", *words], cwd=at, check=True, capture_output=True)


@pytest.fixture(scope="module")
def certificates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Those of an authority, of itself, and of the authority's for www.example."""
    at = tmp_path_factory.mktemp("certificates")
    new = ("-newkey", "rsa:2048", "-nodes")
    names = ("-addext", "subjectAltName=DNS:www.example")
    openssl(
        "req", "-x509", *new, "-subj", "/CN=authority", "-keyout", "ca.key", "-out", "ca", at=at
    )
    openssl("req", "-x509", *new, "-subj", "/CN=www.example", *names, "-keyout", "own.key",
            "-out", "own", at=at)  # fmt: skip
    openssl(
        "req", *new, "-subj", "/CN=www.example", "-keyout", "signed.key", "-out", "asked", at=at
    )
    (at / "names").write_text("subjectAltName=DNS:www.example\n")
    for name, days in (("signed", "2"), ("expired", "-1")):
        openssl("x509", "-req", "-in", "asked", "-CA", "ca", "-CAkey", "ca.key", "-days", days,
                "-CAcreateserial", "-extfile", "names", "-out", name, at=at)  # fmt: skip
    return at


@contextmanager
def answering_by_tls(certificate: Path, key: Path, heard: list[bytes]) -> Iterator[int]:
    """A server that answers one who trusts it."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            client, _address = listening.accept()
            client.settimeout(5.0)
            try:
                with context.wrap_socket(client, server_side=True) as secure:
                    heard.append(secure.recv(1000))
                    secure.sendall(OK)
            except OSError:
                client.close()  # He does not.

        thread = threading.Thread(target=serve)
        thread.start()
        yield listening.getsockname()[1]
        thread.join()


@pytest.mark.parametrize(
    ("certificate", "trusted", "name", "wrong"),
    [
        ("signed", "ca", "www.example", ""),
        ("own", "own", "www.example", ""),
        ("own", "ca", "www.example", "self-signed"),
        ("signed", "own", "www.example", "untrusted"),
        ("signed", "ca", "other.example", "name"),
        ("signed", "ca", "127.0.0.1", "name"),
        ("expired", "ca", "www.example", "expired"),
    ],
)
def test_a_certificate_must_be_trusted_and_for_the_name(
    certificates: Path, monkeypatch: pytest.MonkeyPatch,
    certificate: str, trusted: str, name: str, wrong: str,
) -> None:  # fmt: skip
    monkeypatch.setenv("SSL_CERT_FILE", str(certificates / trusted))
    monkeypatch.setenv("SSL_CERT_DIR", str(certificates / "none"))
    key = "own.key" if certificate == "own" else "signed.key"
    heard: list[bytes] = []
    with answering_by_tls(certificates / certificate, certificates / key, heard) as port:
        asked = {
            "kind": "https",
            "address": "127.0.0.1",
            "name": name,
            "port": port,
            "text": "well",
        }
        assert probe.tried(asked) == wrong
    if wrong:
        assert heard == []  # Nothing is said to whom nobody knows.
        assert "certificate" in explained(Cause("probe", probe=wrong))
    else:
        assert f"Host: {name}".encode() in heard[0]


def test_what_speaks_no_tls_is_told_so() -> None:
    with answering(OK) as port:
        asked = {"kind": "https", "address": "127.0.0.1", "port": port}
        assert probe.tried(asked) == "tls"
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        asked["port"] = free.getsockname()[1]
        assert probe.tried(asked) == "refused"


def test_an_answer_a_byte_at_a_time_is_late() -> None:
    with answering(OK * 100, end=False) as port:
        asked = {"kind": "http", "address": "127.0.0.1", "port": port, "timeout": 1, "text": "no"}
        assert probe.tried(asked) == "timeout"


def test_a_port_takes_connections_or_not() -> None:
    with answering(b"") as port:
        assert probe.tried({"kind": "tcp", "address": "localhost", "port": port}) == ""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        assert probe.tried({"kind": "tcp", "address": "127.0.0.1", "port": port}) == "refused"


def test_a_file_has_an_age(tmp_path: Path) -> None:
    path = tmp_path / "backup"
    asked = {"kind": "file", "path": str(path), "age": 60}
    assert probe.tried(asked) == "absent"
    path.touch()
    assert probe.tried(asked) == ""
    os.utime(path, (0, time.time() - 61))
    assert probe.tried(asked) == "old"
    assert probe.tried({**asked, "path": f"{path}/x"}) == "hidden"
    assert probe.tried({"kind": "something new"}) == ""


class Clocks:
    """Those of a machine that is up for a day, and of which nothing was noted but that."""

    def __init__(self, kept: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.ahead = time.time() - 86400
        self.up = 86400.0
        self.slept = 0.0
        kept.mkdir(exist_ok=True)
        monkeypatch.setattr(clock, "read", self.read)
        state.note_clock()

    def read(self) -> clock.Reading:
        return clock.Reading("b", self.wall, self.up, self.up - self.slept)

    @property
    def wall(self) -> float:
        return self.ahead + self.up


@pytest.fixture
def clocks(kept: Path, monkeypatch: pytest.MonkeyPatch) -> Clocks:
    return Clocks(kept, monkeypatch)


@pytest.mark.parametrize("by", [86400, -86400])
def test_a_file_is_not_old_because_a_clock_was_set(
    tmp_path: Path, clocks: Clocks, by: float
) -> None:
    path = tmp_path / "backup"
    path.touch()
    asked = {"kind": "file", "path": str(path), "age": 3600}
    assert probe.tried(asked) == ""
    clocks.ahead += by
    assert probe.tried(asked) == ""
    state.note_clock()
    clocks.up += 3599
    assert probe.tried(asked) == ""
    clocks.up += 3
    assert probe.tried(asked) == "old"


def test_who_has_slept_has_the_time_to_write_it(tmp_path: Path, clocks: Clocks) -> None:
    path = tmp_path / "backup"
    path.touch()
    asked = {"kind": "file", "path": str(path), "age": 3600}
    clocks.up += 10 * 3600
    clocks.slept += 10 * 3600
    assert probe.tried(asked) == ""
    state.note_clock()
    clocks.up += probe.REST - 1
    assert probe.tried(asked) == ""
    clocks.up += 2
    assert probe.tried(asked) == "old"


@pytest.mark.parametrize("by", [86400, -86400])
def test_what_starts_has_its_time_whatever_becomes_of_the_clock(
    system: Path, tmp_path: Path, clocks: Clocks, monkeypatch: pytest.MonkeyPatch, by: float
) -> None:
    monkeypatch.setattr(probe, "STARTED", f"{tmp_path}/started:")
    asked = {"kind": "file", "path": f"{tmp_path}/missing", "age": 60, "tries": 1, "wait": 90}
    watched(system, "web.service", json.dumps({"restart": "no", "probe": asked}))
    link = tmp_path / "started:web.service"
    link.symlink_to("an invocation")
    os.utime(link, (0, clocks.wall), follow_symlinks=False)
    clocks.up += 10
    clocks.ahead += by
    assert probe.main(["web.service"]) == probe.SKIPPED
    state.note_clock()
    clocks.up += 79
    assert probe.main(["web.service"]) == probe.SKIPPED
    clocks.up += 12
    assert probe.main(["web.service"]) > 10
    clocks.slept += 3600
    clocks.up += 3600
    assert probe.main(["web.service"]) == probe.SKIPPED  # It wakes up as well.


def test_its_status_says_what_was_found(
    system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probe, "PAUSE", 0.0)
    monkeypatch.setattr(probe, "STARTED", f"{tmp_path}/started:")
    missing = str(tmp_path / "missing")
    asked = {"kind": "file", "path": missing, "age": 60, "tries": 2, "wait": 10}
    watched(system, "web.service", json.dumps({"restart": "no", "probe": asked}))
    assert probe.main([]) == probe.main(["other.service"]) == probe.SKIPPED
    assert probe.main(["web.service"]) == probe.SKIPPED  # It does not run.
    link = tmp_path / "started:web.service"
    link.symlink_to("an invocation")
    assert probe.main(["web.service"]) == probe.SKIPPED  # Not for long enough.
    os.utime(link, (0, time.time() - 11), follow_symlinks=False)
    status = probe.main(["web.service"])
    found = {"ActiveState": "failed", "ExecMainStatus": str(status)}
    assert alert._probe(found) == "absent"
    Path(missing).touch()
    assert probe.main(["web.service"]) == 0


class Tried:
    """A service that has run for long and writes no file, and what becomes of it between tries."""

    def __init__(self, system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(probe, "STARTED", f"{tmp_path}/started:")
        self.file = tmp_path / "missing"
        self.link = tmp_path / "started:web.service"
        asked = {"kind": "file", "path": str(self.file), "age": 60, "tries": 3, "wait": 10}
        watched(system, "web.service", json.dumps({"restart": "no", "probe": asked}))
        self.start()
        self.pauses = 0
        self.happens: Callable[[], object] = lambda: None
        monkeypatch.setattr(time, "sleep", self.sleep)

    def start(self) -> None:
        self.link.unlink(missing_ok=True)
        self.link.symlink_to("an invocation")
        began = time.time() - 1000
        os.utime(self.link, (0, began), follow_symlinks=False)

    def sleep(self, _seconds: float) -> None:
        self.pauses += 1
        if self.pauses == 2:
            self.happens()


@pytest.fixture
def service(system: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Tried:
    return Tried(system, tmp_path, monkeypatch)


def test_all_of_its_tries_must_fail(service: Tried) -> None:
    assert probe.main(["web.service"]) == status_of("absent")
    assert service.pauses == 2
    service.pauses, service.happens = 0, service.file.touch
    assert probe.main(["web.service"]) == 0


def test_what_was_stopped_or_restarted_meanwhile_is_not_judged(service: Tried) -> None:
    service.happens = lambda: os.utime(service.link, (0, time.time()), follow_symlinks=False)
    assert probe.main(["web.service"]) == probe.SKIPPED
    service.start()
    service.pauses, service.happens = 0, service.link.unlink
    assert probe.main(["web.service"]) == probe.SKIPPED


@pytest.mark.parametrize(
    ("found", "means"),
    [
        ({}, ""),
        ({"ActiveState": "inactive", "ExecMainStatus": "0", "Result": "success",
          "ExecMainExitTimestampMonotonic": "5"}, "ok"),
        ({"ActiveState": "inactive", "ExecMainStatus": "75", "Result": "success",
          "ExecMainExitTimestampMonotonic": "5"}, ""),
        ({"ActiveState": "inactive", "ExecMainStatus": "10", "Result": "success",
          "ExecMainExitTimestampMonotonic": "5"}, ""),
        ({"ActiveState": "failed", "ExecMainStatus": "10"}, next(iter(PROBES))),
        ({"ActiveState": "failed", "ExecMainStatus": "9"}, "timeout"),
        ({"ActiveState": "failed", "ExecMainStatus": "[not set]"}, "timeout"),
    ],
)  # fmt: skip
def test_what_a_probe_found_is_what_systemd_knows_of_it(found: dict[str, str], means: str) -> None:
    assert alert._probe(found) == means


# The desktop


def test_what_is_new_is_shown_once_and_as_plain_text(
    kept: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notify, "ROOT", str(kept))
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path))
    shown: list[list[str]] = []
    works = [0]

    def run(argv: list[str], **_how: Any) -> tuple[int, bytes]:
        shown.append([*argv])
        return works[0], b""

    monkeypatch.setattr(notify, "run", run)
    with state.locked():
        state.tell({"when": 1.0, "kind": "failed", "text": "old"})
        state.tell({"when": "never"})
    assert notify.main([]) == 0
    assert shown == []  # What was told before one asked for it is nothing new.
    with state.locked():
        state.tell({"when": 2.0, "kind": "failed", "text": "<b>x\x1b[2J & y"})
        state.tell({"when": 3.0, "kind": "recovered", "text": "-1"})
    works[0] = 1
    assert notify.main([]) == 1  # No desktop is there: it stays new.
    works[0] = 0
    assert notify.main([]) == notify.main([]) == 0
    assert len(shown) == 3
    # A clock that was set back makes nothing old.
    with state.locked():
        state.tell({"when": 1.5, "kind": "failed", "text": "later"})
    assert notify.main([]) == notify.main([]) == 0
    assert "later" in shown.pop()
    assert len(shown) == 3
    assert r"&lt;b&gt;x\x1b[2J &amp; y" in shown[1]
    assert shown[1][:2] == ["/usr/bin/busctl", "--no-pager"]
    assert shown[1].index("--") < shown[1].index("Notify")
