"""The journal gets each value whole, in its own field; where it gets nothing, we hear of it."""

from __future__ import annotations

import re
import socket
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from sysgui.helper import audit

from .rig import Journal, code_of

NAMES = st.from_regex(re.compile(r"[A-Z][A-Z_]{0,10}", re.ASCII), fullmatch=True)
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
HOSTILE = [
    "x\n_UID=0",
    "x\nSYSGUI_RESULT=done\n",
    "\nMESSAGE\n\x04\0\0\0\0\0\0\0done\n",
    "\n",
    "",
    "=",
    "\0",
    "\n\n\n",
    "\x1b[2J\u202e",
]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@example("begin\nPRIORITY=0", {"TARGETS": "x\nSYSGUI_RESULT=done"})
@given(TEXTS | st.sampled_from(HOSTILE), st.dictionaries(NAMES, TEXTS | st.sampled_from(HOSTILE)))
def test_a_value_is_a_value_whatever_is_in_it(
    journal: Journal, message: str, values: dict[str, str]
) -> None:
    audit.write(message, audit.WARNING, values)
    assert journal.entries() == [
        {
            "MESSAGE": message,
            "MESSAGE_ID": audit.MESSAGE_ID,
            "PRIORITY": "4",
            "SYSLOG_IDENTIFIER": "sysgui-helper",
            **{f"SYSGUI_{name}": value for name, value in values.items()},
        }
    ]


@pytest.mark.parametrize("value", HOSTILE)
def test_a_value_has_its_length_before_it(journal: Journal, value: str) -> None:
    audit.write(value, audit.NOTICE, {"TARGETS": value})
    (entry,) = journal.raw()
    raw = value.encode()
    prefixed = len(raw).to_bytes(8, "little") + raw + b"\n"
    assert entry.startswith(b"MESSAGE\n" + prefixed + b"MESSAGE_ID\n")
    assert entry.endswith(b"\nSYSGUI_TARGETS\n" + prefixed)


def test_what_is_no_text_is_written_all_the_same(journal: Journal) -> None:
    audit.write("m", audit.NOTICE, {"TARGETS": "a\udcffb"})
    assert journal.entries()[0]["SYSGUI_TARGETS"] == "a\\udcffb"


def test_the_entries_can_be_found_by_their_kind(journal: Journal) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", audit.MESSAGE_ID)
    audit.write("m", audit.NOTICE, {})
    assert journal.entries()[0]["PRIORITY"] == "5"


def test_a_very_long_value_comes_whole(journal: Journal) -> None:
    # More than 32 targets of the longest grammar, a path, are together.
    value = "x\n" * 70_000
    audit.write("m", audit.NOTICE, {"TARGETS": value})
    assert journal.entries()[0]["SYSGUI_TARGETS"] == value


def nothing(path: Path) -> None:
    """There is no journal at all."""


def a_file(path: Path) -> None:
    path.touch()


def a_directory(path: Path) -> None:
    path.mkdir()


def a_dead_end(path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as closed:
        closed.bind(str(path))


@pytest.mark.parametrize("make", [nothing, a_file, a_directory, a_dead_end])
def test_where_no_journal_is_we_hear_of_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    make(tmp_path / "socket")
    monkeypatch.setattr(audit, "SOCKET", str(tmp_path / "socket"))
    assert code_of(audit.write, "m", audit.NOTICE, {}) == "no-audit"


def test_a_journal_of_another_kind_is_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as stream:
        stream.bind(str(tmp_path / "socket"))
        stream.listen()
        monkeypatch.setattr(audit, "SOCKET", str(tmp_path / "socket"))
        assert code_of(audit.write, "m", audit.NOTICE, {}) == "no-audit"


def test_an_entry_that_the_kernel_does_not_take_is_none(journal: Journal) -> None:
    assert code_of(audit.write, "m", audit.NOTICE, {"TARGETS": "x" * (16 << 20)}) == "no-audit"
    assert journal.raw() == []


def test_a_journal_that_takes_nothing_is_not_waited_for_without_end(
    journal: Journal, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as other:
        other.setblocking(False)
        with suppress(BlockingIOError):
            while True:
                other.sendto(b"MESSAGE=x\n", journal.path)
    waited = []
    set_timeout = socket.socket.settimeout

    def hasten(self: socket.socket, seconds: float) -> None:
        waited.append(seconds)
        set_timeout(self, seconds / 1000)

    monkeypatch.setattr(socket.socket, "settimeout", hasten)
    assert code_of(audit.write, "m", audit.NOTICE, {}) == "no-audit"
    assert waited == [5.0]
