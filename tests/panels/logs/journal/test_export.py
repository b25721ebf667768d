"""Entries in the form of journalctl's export, as its description has it, cut anywhere."""

import io
import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.journal import export
from sysgui.panels.logs.journal.export import Exported, Fields, level_of, text_of, time_of
from sysgui.system.host import Host

from .conftest import tell

NAMES = st.from_regex(rb"_{0,2}[A-Z][A-Z0-9_]{0,10}", fullmatch=True)
LISTS = st.lists(
    st.dictionaries(NAMES, st.lists(st.binary(max_size=40), min_size=1, max_size=3), min_size=1),
    max_size=4,
)


def written(entries: list[Fields]) -> bytes:
    """Writes entries: plain where that is possible."""
    out = b""
    for entry in entries:
        for name, values in entry.items():
            for value in values:
                if b"\n" in value or value[:1] < b" ":
                    out += name + b"\n" + struct.pack("<Q", len(value)) + value + b"\n"
                else:
                    out += name + b"=" + value + b"\n"
        out += b"\n"
    return out


def read(data: bytes) -> list[Fields]:
    return list(Exported(io.BytesIO(data)))


@given(LISTS)
def test_what_was_written_is_read(entries: list[Fields]) -> None:
    assert read(written(entries)) == entries


@given(LISTS, st.data())
def test_a_stream_that_is_cut_off_gives_the_whole_entries(
    entries: list[Fields], data: st.DataObject
) -> None:
    whole = written(entries)
    length = data.draw(st.integers(0, len(whole)))
    exported = Exported(io.BytesIO(whole[:length]))
    found = list(exported)
    assert found == entries[: len(found)]
    ends = [len(written(entries[:count])) for count in range(len(entries) + 1)]
    assert len(found) == sum(end <= length for end in ends) - 1
    assert exported.is_over
    assert exported.is_cut == (length not in ends)


@given(st.binary(max_size=300))
def test_any_other_stream_ends(data: bytes) -> None:
    for entry in Exported(io.BytesIO(data)):
        assert all(entry.values())


def test_a_field_that_is_said_to_be_endless() -> None:
    assert read(b"A=1\n\nB\n" + b"\xff" * 8 + b"x") == [{b"A": [b"1"]}]


@pytest.mark.parametrize("binary", [False, True])
def test_of_a_long_field_a_part_is_kept(monkeypatch: pytest.MonkeyPatch, *, binary: bool) -> None:
    monkeypatch.setattr(export, "MOST", 16)
    value = b"0123456789" * 10
    head = b"M\n" + struct.pack("<Q", len(value)) if binary else b"M="
    exported = Exported(io.BytesIO(head + value + b"\nN=2\n\n"))
    (entry,) = exported
    assert value.startswith(entry[b"M"][0])
    assert entry[b"N"] == [b"2"]
    assert exported.lengths == {b"M": len(value)}


def test_of_an_entry_with_very_many_fields_a_part_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export, "MOST_OF_ENTRY", 100)
    (first, second) = read(b"A=123456789\n" * 1000 + b"\nB=1\n\n")
    assert 1 <= len(first[b"A"]) <= 10
    assert second == {b"B": [b"1"]}


def test_what_an_entry_says() -> None:
    entry = {
        b"__REALTIME_TIMESTAMP": [b"1760000000000001"],
        b"PRIORITY": [b"6", b"2", b"9"],
        b"_COMM": [b"a\x1bb\xff"],
    }
    assert time_of(entry) == 1760000000000001
    assert level_of(entry) == 2
    assert text_of(entry, b"NONE", b"_COMM") == r"a\x1bb\xff"
    assert (time_of({}), level_of({}), text_of({}, b"A")) == (0, 8, "")
    for odd in (b"", b"-1", b"1" * 30, "²".encode()):
        assert time_of({b"__REALTIME_TIMESTAMP": [odd]}) == 0


def test_a_real_journal(journal: Path) -> None:
    output = Host().run(["journalctl", "--all", "-o", "export", f"--file={journal}"])
    told = tell(journal)
    found = read(output.stdout)
    assert len(found) == len(told)
    for entry, expected in zip(found, told, strict=True):
        assert {name.decode() for name in entry} == expected.keys()
        for name, values in entry.items():
            value = expected[name.decode()]
            # Bytes that are no text come as numbers, several values as a list.
            several = isinstance(value, list) and not isinstance(value[0], int)
            texts = value if several else [value]
            assert values == [
                text.encode() if isinstance(text, str) else bytes(text) for text in texts
            ]
