"""Names that a process gave itself, on one line and without effect on any terminal."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.system.printable import printable, printable_text, width


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        (b"firefox", "firefox"),
        ("Schrödinger 日本 🐈".encode(), "Schrödinger 日本 🐈"),
        (b"two\nlines\ttab", r"two\nlines\ttab"),
        (b"\x1b[2J\x1b]0;title\x07", r"\x1b[2J\x1b]0;title\x07"),
        (b"\xff\xfe", r"\xff\xfe"),
        ("a\N{RIGHT-TO-LEFT OVERRIDE}b".encode(), r"a\u202eb"),
        ("a\N{LINE SEPARATOR}b\N{NEXT LINE}".encode(), r"a\u2028b\x85"),
        ("\N{TAG LATIN SMALL LETTER A}".encode(), r"\U000e0061"),
        (b"\xed\xa0\x80", r"\xed\xa0\x80"),  # A surrogate that somebody encoded.
        (b"", ""),
    ],
)
def test_what_would_act_is_escaped(raw: bytes, shown: str) -> None:
    assert printable(raw) == shown


@given(st.binary())
def test_any_bytes_become_one_line_that_does_nothing(raw: bytes) -> None:
    text = printable(raw)
    assert not any(unicodedata.category(c)[0] in "C" for c in text)
    assert len(text.splitlines()) <= 1
    text.encode("utf-8")


@given(st.text(st.characters(categories=("L", "N", "P", "S", "M"))))
def test_ordinary_text_stays_as_it_is(text: str) -> None:
    assert printable(text.encode()) == text


@given(st.binary())
def test_a_file_name_is_shown_like_its_bytes(raw: bytes) -> None:
    assert printable_text(raw.decode("utf-8", "surrogateescape")) == printable(raw)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        ("ab c", 4),
        ("日本", 4),
        ("한글 x", 6),
        ("e\N{COMBINING ACUTE ACCENT}", 1),
        ("🐈", 2),
        ("", 0),
    ],
)
def test_the_width_is_that_on_a_terminal(text: str, cells: int) -> None:
    assert width(text) == cells


@given(st.text(st.characters(categories=["L", "Cc", "Cs", "Cf"])))
def test_any_text_can_be_shown_and_written(text: str) -> None:
    shown = printable_text(text)
    assert shown.isprintable()
    shown.encode()
