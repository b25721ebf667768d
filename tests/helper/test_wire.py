"""What goes in and out: one strict JSON request a line, frames that are bounded."""

from __future__ import annotations

import json
import os
import socket
import time
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.helper import wire

from .rig import PATIENCE, Caller, code_of, dribbling

SOON = PATIENCE


# Lines


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20))
def test_lines_come_whole_in_whatever_pieces_they_were_sent(pieces: list[bytes]) -> None:
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with ours, theirs:
        for piece in pieces:
            ours.send(piece)
        ours.shutdown(socket.SHUT_WR)
        given_ = wire.Input(theirs.fileno())
        *whole, _broken = b"".join(pieces).split(b"\n")
        assert [given_.line(SOON) for _line in whole] == whole
        assert given_.line(SOON) == b""
        assert given_.line(0.0) == b""


def test_a_line_may_be_as_long_as_it_says_and_not_longer(caller: Caller) -> None:
    given_ = wire.Input(caller.theirs_in)
    os.write(caller.ours_in, b"x" * (wire.MOST_INPUT - 1) + b"\n")
    assert given_.line(SOON) == b"x" * (wire.MOST_INPUT - 1)
    for end in (b"", b"\n"):
        ours, theirs = socket.socketpair()
        ours.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, 4 * wire.MOST_INPUT)
        with ours, theirs:
            ours.sendall(b"x" * wire.MOST_INPUT + end + b"more")
            assert code_of(wire.Input(theirs.fileno()).line, SOON) == "input"


def test_a_socket_without_another_end_is_at_its_end() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as nobody:
        given_ = wire.Input(nobody.fileno())
        assert given_.line(SOON) == b""
        assert given_.closed()


def test_a_line_that_does_not_come_in_time_is_refused(caller: Caller) -> None:
    given_ = wire.Input(caller.theirs_in)
    assert code_of(given_.line, 0.0) == "timeout"
    os.write(caller.ours_in, b"half of a ")
    assert code_of(given_.line, 0.01) == "timeout"


def test_the_time_is_that_of_the_line_not_of_a_byte(caller: Caller) -> None:
    with dribbling(caller.ours_in, b"x", every=0.002):
        before = time.monotonic()
        assert code_of(wire.Input(caller.theirs_in).line, 0.1) == "timeout"
        assert time.monotonic() - before >= 0.1


def test_that_the_caller_has_gone_is_seen_and_what_he_said_before_is_kept(caller: Caller) -> None:
    given_ = wire.Input(caller.theirs_in)
    assert not given_.closed()
    caller.say(b"first", b"second")
    assert not given_.closed()
    assert given_.line(SOON) == b"first"
    caller.end(caller.ours_in)
    assert given_.closed()
    assert given_.closed()
    assert given_.line(SOON) == b"second"
    assert given_.line(SOON) == b""


def test_a_flood_is_refused_also_where_nobody_asks_for_a_line(caller: Caller) -> None:
    given_ = wire.Input(caller.theirs_in)
    os.write(caller.ours_in, b"\n" * wire.MOST_INPUT)
    assert not given_.closed()
    os.write(caller.ours_in, b"\n")
    assert code_of(given_.closed) == "input"


@pytest.mark.parametrize("how", ["line", "closed"])
def test_a_caller_that_goes_without_reading_has_gone(how: str) -> None:
    caller = Caller(joined=True)
    try:
        os.write(caller.theirs_out, b"a frame that is never read\n")
        caller.end(caller.ours_in)
        given_ = wire.Input(caller.theirs_in)
        assert given_.closed() if how == "closed" else given_.line(SOON) == b""
    finally:
        caller.close()


# JSON


@pytest.mark.parametrize(
    ("line", "value"),
    [
        (b"{}", {}),
        (b' [1, -2, "x", true, null] \r', [1, -2, "x", True, None]),
        (b"-0", 0),
        (b"12345678901234567890", 12345678901234567890),
        (b"[[[[[[]]]]]]", [[[[[[]]]]]]),
        (b'"\\ud83d\\ude00 \\u0000"', "\U0001f600 \0"),
        ('"é"'.encode(), "é"),
    ],
)
def test_strict_json_is_read(line: bytes, value: Any) -> None:
    read = wire.parse(line)
    assert (read, type(read)) == (value, type(value))


@pytest.mark.parametrize(
    "line",
    [
        b"",
        b" ",
        b"{",
        b"{}{}",
        b"{'a': 1}",
        b"{a: 1}",
        b"[1,]",
        b"// note\n{}",
        b"1.0",
        b"1e3",
        b"-1E-3",
        b"NaN",
        b"Infinity",
        b"-Infinity",
        b"01",
        b"+1",
        b"0x10",
        b"123456789012345678901",
        b"-12345678901234567890",
        b"[" + b"9" * 5000 + b"]",
        b'{"a": 1, "a": 1}',
        b'{"a": 1, "\\u0061": 2}',
        b'[{"b": {"a": 1, "a": 1}}]',
        b'"\\ud800"',
        b'{"\\udc00": 1}',
        b'[{"a": ["\\ude00\\ud83d"]}]',
        b'"\xff"',
        b'"\xed\xa0\x80"',
        b'"\xc0\xaf"',
        b"\xef\xbb\xbf{}",
        b"{\0}",
        '"x"'.encode("utf-16"),
        b'"a\tb"',
        b'"\x1b"',
        b'"\\x41"',
        b"[[[[[[[]]]]]]]",
        b"[" * 30_000,
        b'{"a":' * 10_000,
    ],
)
def test_what_is_not_strict_json_is_refused(line: bytes) -> None:
    assert code_of(wire.parse, line) == "input"


@pytest.mark.parametrize(
    "line",
    [
        b'["]]]]]]]]]]",[[[[[[[[[[]]]]]]]]]]]',
        b'["\\"]]]]]]]]",[[[[[[[[[[]]]]]]]]]]]',
        b'["\\\\",[[[[[[[[[["]]]]]]]]]]"]]]]]]]]]]]',
    ],
)
def test_what_is_deep_is_refused_whatever_stands_in_strings(line: bytes) -> None:
    assert code_of(wire.parse, line) == "input"


def test_many_beside_one_another_are_not_deep() -> None:
    assert wire.parse(b'{"a":[1],"b":[2],"c":[[3],[4],[5],[6],[7]],"d":{}}')["d"] == {}


def test_brackets_in_a_string_are_not_deep() -> None:
    assert wire.parse(b'["[[[[[[[[[[{{{{{{", "\\"[[[[[[[["]') == ["[[[[[[[[[[{{{{{{", '"[[[[[[[[']


@given(st.binary(max_size=200))
@example(b'["' + b"]" * 20_000 + b'"' + b",[" * 15_000)
@example(b'["' + b"]" * 900 + b'",' + b"[" * 900 + b"]" * 901)
@example(b'{"a":' * 6)
def test_no_bytes_whatever_do_anything_but_parse_or_be_refused(line: bytes) -> None:
    assert code_of(wire.parse, line) in ("", "input")


JSON_PIECES = st.sampled_from(
    [
        *(piece.encode() for piece in (*'[]{}",:\\1-.eaé', "\\u", "d800", "null", "true", "NaN")),
        b" ",
        b"\n",
        b"\xff",
        b"\0",
    ]
)


@given(st.lists(JSON_PIECES, max_size=40).map(b"".join))
def test_nothing_that_looks_like_json_does_either(line: bytes) -> None:
    assert code_of(wire.parse, line) in ("", "input")


PLAIN = st.text(st.characters(exclude_categories=["Cs"]), max_size=10)
NUMBERS = st.integers(-(10**19) + 1, 10**20 - 1)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | PLAIN,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(PLAIN, inner, max_size=3),
    max_leaves=6,
)


@given(VALUES, st.booleans())
def test_what_is_read_is_what_was_written(value: Any, ascii_only: bool) -> None:
    line = json.dumps(value, ensure_ascii=ascii_only).encode()
    if depth(value) > wire.DEEPEST:
        assert code_of(wire.parse, line) == "input"
    else:
        assert wire.parse(line) == value


def depth(value: Any) -> int:
    if isinstance(value, dict):
        return 1 + max(map(depth, value.values()), default=0)
    return 1 + max(map(depth, value), default=0) if isinstance(value, list) else 0


# Frames


def written_by(path: Path, *frames: tuple[str, dict[str, Any]]) -> list[str]:
    """Returns, for each frame, the code with which it was refused."""
    with path.open("wb") as file:
        output = wire.Output(file.fileno())
        return [code_of(lambda f=frame: output.frame(f[0], **f[1])) for frame in frames]


@given(st.dictionaries(st.text(max_size=5).filter(lambda key: key != "kind"), VALUES, max_size=3))
def test_a_frame_is_one_line_of_printable_ascii(content: dict[str, Any]) -> None:
    reading, writing = os.pipe()
    try:
        content.pop("frame", None)
        content.pop("self", None)
        wire.Output(writing).frame("data", **content)
        line = os.read(reading, wire.MOST_FRAME)
    finally:
        os.close(reading)
        os.close(writing)
    assert line.endswith(b"\n")
    assert all(0x20 <= byte < 0x7F for byte in line[:-1])
    assert json.loads(line) == {"frame": "data", **content}


def test_a_frame_has_a_longest_length(tmp_path: Path) -> None:
    path = tmp_path / "output"
    around = len('{"frame":"item","x":""}\n')
    fits = ("item", {"x": "x" * (wire.MOST_FRAME - around)})
    assert written_by(path, fits) == [""]
    assert path.stat().st_size == wire.MOST_FRAME
    assert written_by(path, ("item", {"x": fits[1]["x"] + "x"})) == ["too-much"]
    assert path.stat().st_size == 0


def test_all_data_together_is_bounded_and_leaves_room_to_say_so(tmp_path: Path) -> None:
    path = tmp_path / "output"
    much = ("data", {"x": "x" * 60_000})
    codes = written_by(path, *[much] * 150, ("error", {"code": "too-much"}))
    assert codes[-1] == ""
    first = codes.index("too-much")
    assert codes[:-1] == [""] * first + ["too-much"] * (150 - first)
    assert wire.MOST_OUTPUT - 2 * wire.MOST_FRAME < path.stat().st_size <= wire.MOST_OUTPUT


def test_a_write_that_takes_a_part_only_is_gone_on_with(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = os.write
    path = tmp_path / "output"
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, data[:7]))
    assert written_by(path, ("item", {"target": "x" * 100})) == [""]
    assert json.loads(path.read_text()) == {"frame": "item", "target": "x" * 100}


def test_writing_to_somebody_who_has_gone_is_refused(caller: Caller) -> None:
    caller.end(caller.ours_out)
    assert code_of(lambda: wire.Output(caller.theirs_out).frame("result")) == "cancelled"
