"""What the command line has written to a file: what is there already stays, unless it may go."""

import resource
import subprocess
import sys
from pathlib import Path

import pytest

LINES = b"".join(
    b"2026-11-27T08:00:%02dZ vm app[%d]: error %d\n" % (n % 60, n, n) for n in range(60)
)

WAYS = pytest.mark.parametrize("option", ["--html", "--bundle"])


def run(*argv: str, limit: int = 1 << 30) -> "subprocess.CompletedProcess[str]":
    def no_room() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))

    return subprocess.run(
        [sys.executable, "-m", "sysgui", "logs", *argv],
        capture_output=True,
        text=True,
        preexec_fn=no_room,
        check=False,
    )


@pytest.fixture
def log(tmp_path: Path) -> Path:
    path = tmp_path / "app.log"
    path.write_bytes(LINES)
    return path


@WAYS
def test_what_is_there_is_replaced_only_by_force(tmp_path: Path, log: Path, option: str) -> None:
    out = tmp_path / "out"
    out.write_text("old")
    refused = run(str(log), option, str(out))
    assert refused.returncode == 2
    assert f"{out} exists already" in refused.stderr
    assert "--force" in refused.stderr
    assert out.read_text() == "old"
    full = run(str(log), option, str(out), "--force", limit=300)
    assert full.returncode == 2
    assert "cannot be written" in full.stderr
    assert out.read_text() == "old"
    assert run(str(log), option, str(out), "--force").returncode == 0
    assert len(out.read_bytes()) > 300
    assert sorted(path.name for path in tmp_path.iterdir()) == ["app.log", "out"]


def test_it_is_refused_before_the_log_is_read(tmp_path: Path) -> None:
    (tmp_path / "out").write_text("old")
    done = run(str(tmp_path / "absent.log"), "--html", str(tmp_path / "out"))
    assert "exists already" in done.stderr


def test_there_must_be_something_to_replace(log: Path) -> None:
    done = run(str(log), "--force")
    assert done.returncode == 2
    assert "--bundle FILE" in done.stderr
