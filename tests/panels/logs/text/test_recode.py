"""Logs of other encodings, and with colours, against Python's codecs and the lines of the file."""

import gzip
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.page import Page, PageProbe
from sysgui.panels.logs.text import recode
from sysgui.panels.logs.text.follow import Followed
from sysgui.panels.logs.text.recode import LATIN, UTF_16_BE, UTF_16_LE, WITH_MARK, Kind, kind_of
from sysgui.system.host import Host

LINES = [
    f"Nov 27 08:00:{number % 60:02} vm app[{number}]: {text}"
    for number, text in enumerate(
        ["Grüße von Müller", "ERROR: zu groß", "plain", "a \u2013 b €"] * 20
    )
]
TEXT = "".join(f"{line}\n" for line in LINES)

WRITE: dict[str, tuple[str, Callable[[str], bytes]]] = {
    "latin": (LATIN, lambda text: text.encode("cp1252")),
    "le": (UTF_16_LE, lambda text: text.encode("utf-16-le")),
    "be": (UTF_16_BE, lambda text: text.encode("utf-16-be")),
    "le-mark": (UTF_16_LE, lambda text: b"\xff\xfe" + text.encode("utf-16-le")),
    "be-mark": (UTF_16_BE, lambda text: b"\xfe\xff" + text.encode("utf-16-be")),
    "mark": (WITH_MARK, lambda text: text.encode("utf-8-sig")),
    "utf-8": ("", str.encode),
}
KINDS = pytest.mark.parametrize("kind", WRITE)


def settled(probe: PageProbe, path: Path, **arguments: object) -> Page:
    while True:
        page = probe.read(source=str(path), count=400, row=0, **arguments)  # type: ignore[arg-type]
        if page.settled:
            return page


def sysgui(*arguments: str) -> bytes:
    argv = [sys.executable, "-m", "sysgui", "logs", *arguments]
    return subprocess.run(argv, stdout=subprocess.PIPE).stdout


@KINDS
def test_a_log_is_shown_and_searched_as_what_it_says(tmp_path: Path, kind: str) -> None:
    encoding, write = WRITE[kind]
    path = tmp_path / "app.log"
    path.write_bytes(write(TEXT))
    page = settled(PageProbe(Host()), path)
    assert [line.text for line in page.shown] == LINES
    assert (page.encoding, page.form) == (encoding, "syslog")
    for query in ("müller", "re:gro.$", "case:ERROR", "\u2013"):
        pattern = query.removeprefix("re:").removeprefix("case:")
        expected = [line for line in LINES if re.search(pattern, line, re.IGNORECASE)]
        found = settled(PageProbe(Host()), path, query=query)
        assert [line.text for line in found.shown] == expected
    assert settled(PageProbe(Host()), path, query="level=err").rows == 20


@KINDS
def test_it_is_printed_as_it_stands_but_for_utf_16(tmp_path: Path, kind: str) -> None:
    encoding, write = WRITE[kind]
    path = tmp_path / "app.log"
    path.write_bytes(write(TEXT))
    wide = encoding in (UTF_16_LE, UTF_16_BE)
    assert sysgui(str(path)) == (TEXT.encode() if wide else write(TEXT))
    found = [line for line in LINES if "Müller" in line]
    latin = encoding == LATIN
    printed = sysgui(str(path), "müller").removeprefix(b"\xef\xbb\xbf")
    assert printed == "".join(f"{line}\n" for line in found).encode("cp1252" if latin else "utf-8")


def test_a_line_of_json_says_what_the_line_says_and_where_it_stands(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    data = TEXT.encode("cp1252")
    path.write_bytes(data)
    told = [json.loads(line) for line in sysgui(str(path), "müller", "--json").splitlines()]
    assert [each["text"] for each in told] == [line for line in LINES if "Müller" in line]
    for each in told:
        written = each["text"].encode("cp1252")
        assert data[each["offset"] :][: len(written)] == written


@KINDS
def test_what_is_written_meanwhile_is_read_the_same_way(tmp_path: Path, kind: str) -> None:
    _encoding, write = WRITE[kind]
    path = tmp_path / "app.log"
    path.write_bytes(write(TEXT))
    probe = PageProbe(Host())
    settled(probe, path)
    more = write("mehr für Müller\n").removeprefix(write(""))
    with path.open("ab") as file:
        # A sign may come in two parts.
        file.write(more[:11])
        file.flush()
        settled(probe, path)
        file.write(more[11:])
    page = settled(probe, path)
    assert (page.shown[-1].text, page.lines) == ("mehr für Müller", len(LINES) + 1)
    assert page.epoch == 0


@pytest.mark.parametrize("kind", ["latin", "le-mark"])
def test_it_is_rotated_and_cut(tmp_path: Path, kind: str) -> None:
    _encoding, write = WRITE[kind]
    path = tmp_path / "app.log"
    path.write_bytes(write(TEXT))
    probe = PageProbe(Host())
    settled(probe, path)
    path.rename(tmp_path / "app.log.1")
    path.write_bytes(write("nächste\n"))
    page = settled(probe, path)
    assert [line.text for line in page.shown] == [*LINES, "nächste"]
    path.write_bytes(write("ö\n"))
    page = settled(probe, path)
    assert (page.shown[-1].text, page.epoch) == ("ö", 1)


@pytest.mark.parametrize("kind", ["latin", "le", "be-mark"])
def test_it_may_be_compressed_too(tmp_path: Path, kind: str) -> None:
    encoding, write = WRITE[kind]
    path = tmp_path / "app.log.gz"
    path.write_bytes(gzip.compress(write(TEXT)))
    page = settled(PageProbe(Host()), path)
    assert [line.text for line in page.shown] == LINES
    assert page.encoding == encoding
    if encoding == LATIN:
        assert sysgui(str(path)) == write(TEXT)


@settings(max_examples=100)
@given(
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=200),
    kind=st.sampled_from(["le-mark", "be-mark", "mark"]),
    piece=st.integers(2, 40),
)
def test_any_text_is_copied_whole(
    tmp_path_factory: pytest.TempPathFactory, text: str, kind: str, piece: int
) -> None:
    path = tmp_path_factory.mktemp("any") / "any"
    path.write_bytes(WRITE[kind][1](text))
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recode, "PIECE", piece)
        followed = Followed(Host(), str(path))
        followed.unpack_all()
    if "\x1b" not in text:
        assert followed.text.read(0, 1000) == text.encode()
    followed.text.close()


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"caf\xc3\xa9 and latin \xe9\n", Kind()),
        (b"caf\xe9 \0\n", Kind()),
        (b"\x7fELF\x02\x01\x01\0\0\0\0\0\0\0\0\0\x03\0\x3e\0\x01\0\0\0", Kind()),
        (b"", Kind()),
        (b"a\0", Kind()),
        (b"caf\xe9\n", Kind(LATIN)),
        ("naïve \u2013 “quoted”\n".encode("cp1252"), Kind(LATIN)),
        ("日本語\n".encode(), Kind()),
        (b"\x1b[1;31mred\x1b[0m\n", Kind(coloured=True)),
        (b"\x1b]0;title\x07\n", Kind()),
    ],
)
def test_how_a_text_is_written_is_told_by_its_bytes(data: bytes, kind: Kind) -> None:
    assert kind_of(data) == kind


def test_what_utf_16_does_not_allow_stays_visible(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    path.write_bytes("one\n".encode("utf-16") + b"\x00\xd8" + "two\n".encode("utf-16-le") + b"x")
    page = settled(PageProbe(Host()), path)
    assert [line.text for line in page.shown] == ["one", r"\x00\xd8two"]


def test_a_disk_without_room_for_the_copy_is_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int, _data: bytes, _offset: int) -> int:
        raise OSError(28, os.strerror(28))

    path = tmp_path / "app.log"
    path.write_bytes(TEXT.encode("utf-16"))
    monkeypatch.setattr(recode, "write_at", full)
    assert "No space left" in settled(PageProbe(Host()), path).trouble


# Colours

COLOURED = (
    "\x1b[2m2026-11-27T08:00:00.000000Z\x1b[0m \x1b[31mERROR\x1b[0m \x1b[2mapp\x1b[0m: gone",
    "\x1b[2m2026-11-27T08:00:01.000000Z\x1b[0m \x1b[32m INFO\x1b[0m app: \x1b[1mgo\x1b[Kne\x1b[m",
)


def test_a_log_with_colours_is_understood_as_one_without(tmp_path: Path) -> None:
    coloured, bare = tmp_path / "coloured", tmp_path / "bare"
    plain = [re.sub(r"\x1b\[[0-9;]*[mK]", "", line) for line in COLOURED]
    coloured.write_text("".join(f"{line}\n" for line in COLOURED))
    bare.write_text("".join(f"{line}\n" for line in plain))
    for query in ("", "level<=err", "app: gone"):
        found = settled(PageProbe(Host()), coloured, query=query, times=10)
        expected = settled(PageProbe(Host()), bare, query=query, times=10)
        bare_of = [msgspec.structs.replace(line, colours=[]) for line in found.shown]
        assert bare_of == expected.shown
        assert (found.form, found.timeline) == (expected.form, expected.timeline)
    assert found.shown[0].time > 0


PART = st.sampled_from(["a", "é", "\x1b[31m", "\x1b[0m", "\n", "\r\n", "word ", "\x1b[K", "\x1b["])


@settings(max_examples=100)
@given(parts=st.lists(PART, max_size=80), piece=st.integers(8, 60))
def test_each_line_is_found_again_as_it_stands(
    tmp_path_factory: pytest.TempPathFactory, parts: list[str], piece: int
) -> None:
    data = "".join(["\x1b[1mbegin\n", *parts, "end\n"]).encode()
    path = tmp_path_factory.mktemp("any") / "any"
    path.write_bytes(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(recode, "PIECE", piece)
        followed = Followed(Host(), str(path))
        followed.unpack_all()
    text = followed.text
    block = text.block(0)
    found = [text.original(block, start) for start in block.starts.tolist()]
    assert b"".join(b"".join(line.pieces) for line in found) == data
    assert [line.offset for line in found] == [
        0, *(match.end() for match in re.finditer(rb"\n", data[:-1])),
    ]  # fmt: skip
    text.close()


def test_colours_beyond_what_was_looked_at_are_not_shown(tmp_path: Path) -> None:
    path = tmp_path / "app.log"
    line = b"plain line of no special form\n"
    place = recode.SAMPLE // len(line) * len(line) + 10 * len(line)
    data = line * (5 * recode.SAMPLE // len(line))
    path.write_bytes(data[:place] + b"\x1b[31mred\x1b[0m\n" + data)
    page = settled(PageProbe(Host()), path, query="red")
    assert [shown.text for shown in page.shown] == ["red"]


@pytest.mark.parametrize(("kind", "copied"), [("latin", ""), ("le-mark", UTF_16_LE)])
def test_what_is_long_is_not_copied_if_it_can_be_read_otherwise(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, copied: str
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(WRITE[kind][1](TEXT))
    monkeypatch.setattr(recode, "LONG", 1000)
    page = settled(PageProbe(Host()), path, query="ERROR")
    assert (page.encoding, page.rows) == (copied, 20)
    assert page.shown[0].text == (LINES[1] if copied else LINES[1].replace("ß", r"\xdf"))
