"""What `sysgui logs --json` tells of lines, against what was written in them."""

import argparse
import gzip
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.formats.table import FORMS
from sysgui.system.host import Host

Row = dict[str, Any]

# When the log of `SYSLOG` was last written to: its year is 2026, that of its first lines 2025.
LAST = datetime(2026, 1, 2, 8, tzinfo=UTC)

# As date -ud "2025-12-31 23:59:59" +%s%6N tells the first, and so on.
SYSLOG = (
    ("Dec 31 23:59:59 vm sshd[9]: error: no more", 1767225599000000, "err",
     {"host": "vm", "identifier": "sshd", "pid": 9, "message": "error: no more"}),
    ("Jan  1 00:00:00 vm cron: INFO run", 1767225600000000, "info",
     {"host": "vm", "identifier": "cron", "message": "INFO run"}),
    ("  goes on", None, None, {"message": "  goes on"}),  # No record begins there.
    ("Jan  2 08:00:00 vm app[1]: caf\u00e9", 1767340800000000, None,
     {"host": "vm", "identifier": "app", "pid": 1, "message": "caf\u00e9"}),
)  # fmt: skip

ACCESS = (
    '192.0.2.7 - ann [02/Jan/2026:09:00:00 +0100] "GET /a?b=1 HTTP/1.1" 503 12 "-" "curl/8"',
    '2001:db8::1 - - [02/Jan/2026:08:00:01 +0000] "POST /c HTTP/1.1" 200 7 "-" "curl/8"',
)


@pytest.fixture(autouse=True)
def zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")


@pytest.fixture
def log(tmp_path: Path) -> Path:
    return written(tmp_path / "app.log", "".join(f"{line}\n" for line, *_told in SYSLOG).encode())


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    os.utime(path, (LAST.timestamp(),) * 2)
    return path


def rows(capfdbinary: pytest.CaptureFixture[bytes], *argv: str) -> list[Row]:
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    command.run(parser.parse_args([*argv, "--json"]), Host())
    sys.stdout.flush()
    return [json.loads(line) for line in capfdbinary.readouterr().out.splitlines()]


def expected(*wanted: int) -> list[Row]:
    found = []
    for number in wanted:
        line, time, level, parts = SYSLOG[number]
        before = "".join(f"{line}\n" for line, *_told in SYSLOG[:number])
        row: Row = {"offset": len(before.encode()), "text": line, **parts}
        row |= {"time": time} if time is not None else {}
        found.append(row | ({"level": level} if level is not None else {}))
    return found


def test_a_line_tells_its_time_its_level_and_its_parts(
    log: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert rows(capfdbinary, str(log)) == expected(0, 1, 2, 3)
    assert rows(capfdbinary, str(log), "level<=err") == expected(0)
    assert rows(capfdbinary, str(log), "goes", "-C1") == expected(1, 2, 3)
    assert rows(capfdbinary, str(log), "absent") == []


def test_what_is_compressed_tells_the_same(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes], log: Path
) -> None:
    # So many lines that they are printed while it is unpacked, but for the year.
    more = "".join(f"2026-01-02T08:00:00Z vm app[{n}]: error: n\n" for n in range(9999)).encode()
    plain, packed = written(tmp_path / "more", more), tmp_path / "more.gz"
    written(packed, gzip.compress(more))
    assert rows(capfdbinary, str(packed)) == rows(capfdbinary, str(plain))
    many = b"".join(line.encode() + b"\n" for line, *_told in SYSLOG[:1]) * 9999 + log.read_bytes()
    written(packed, gzip.compress(many))
    assert rows(capfdbinary, str(packed))[-4]["time"] == SYSLOG[0][1]


def test_what_comes_through_a_pipe_tells_the_same(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    lines = [f"2026-01-02T08:00:0{n}.5+01:00 vm app[{n}]: error: {n}" for n in range(9)]
    plain = written(tmp_path / "app.log", "\n".join(lines).encode())
    argv = [sys.executable, "-m", "sysgui", "logs", "-", "--json"]
    with plain.open() as piped:
        done = subprocess.run(argv, stdin=piped, capture_output=True, check=True)
    found = [json.loads(line) for line in done.stdout.splitlines()]
    assert found == rows(capfdbinary, str(plain))
    assert [row["pid"] for row in found] == [*range(9)]
    assert found[0]["time"] == 1767337200_500_000  # date -ud "2026-01-02 07:00:00.5" +%s%6N


def test_requests_tell_their_own_parts(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = written(tmp_path / "access.log", "".join(f"{line}\n" for line in ACCESS).encode())
    first, second = rows(capfdbinary, str(path))
    told = (first["client"], first["user"], first["method"], first["path"], first["status"])
    assert told == ("192.0.2.7", "ann", "GET", "/a?b=1", 503)
    assert (first["time"], first["level"]) == (1767340800000000, "err")
    assert (second["client"], second["time"]) == ("2001:db8::1", 1767340801000000)
    assert not {"user", "level"} & set(second)


def test_of_json_the_fields_stay_in_the_text(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    line = '{"ts":"2026-01-02T08:00:00Z","level":"error","pid":7,"host":"a","msg":"b\\"c"}'
    path = written(tmp_path / "json.log", f"{line}\n{line}\n".encode())
    assert rows(capfdbinary, str(path)) == [
        {"offset": offset, "text": line, "time": 1767340800000000, "level": "err"}
        for offset in (0, len(line) + 1)
    ]


def test_a_text_tells_nothing_but_itself(
    tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = written(tmp_path / "text", "one\r\nzwölf\n".encode("latin-1"))
    found = rows(capfdbinary, str(path))
    assert found == [{"offset": 0, "text": "one"}, {"offset": 5, "text": "zwölf"}]


def test_among_others_a_line_tells_the_same(
    log: Path, tmp_path: Path, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    other = written(tmp_path / "access.log", "".join(f"{line}\n" for line in ACCESS).encode())
    alone = {
        str(path): {row["offset"]: row for row in rows(capfdbinary, str(path))}
        for path in (log, other)
    }
    found = rows(capfdbinary, str(log), str(other))
    assert [row["time"] for row in found] == sorted(row["time"] for row in found)
    assert len(found) == 6
    for row in found:
        # What says no time stays with the line before it, and has that one's.
        own = alone[row.pop("source")][row["offset"]]
        assert row == {"time": SYSLOG[1][1], **own}


def test_the_names_of_parts_are_no_others(log: Path) -> None:
    names = {name for form in FORMS for name in form.parts}
    assert "pid" in names
    assert not names & {"source", "offset", "text"}
