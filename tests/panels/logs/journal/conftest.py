"""Journals that a Debian machine wrote, and what journalctl says of them."""

import json
import lzma
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

RECORDED = Path(__file__).parent / "recorded"

# Regular is what systemd wrote before 252: wide places, another hash.
KINDS = ("compact", "regular")

Entries = list[dict[str, Any]]
Tell = Callable[..., Entries]


def unpacked(kind: str) -> bytes:
    return lzma.decompress((RECORDED / f"{kind}.journal.xz").read_bytes())


@pytest.fixture(params=KINDS)
def kind(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def journal(tmp_path: Path, kind: str) -> Path:
    """One file, alone in a folder."""
    path = tmp_path / "journal" / f"{kind}.journal"
    path.parent.mkdir()
    path.write_bytes(unpacked(kind))
    return path


def tell(path: Path, *options: str) -> Entries:
    """Asks journalctl for the entries of a file or a folder, in another form than we read."""
    where = "directory" if path.is_dir() else "file"
    argv = ["journalctl", "--quiet", "--no-pager", "--all", "--output=json", f"--{where}={path}"]
    done = subprocess.run([*argv, *options], capture_output=True, check=False)
    return [json.loads(line) for line in done.stdout.splitlines()]


def level(entry: dict[str, Any]) -> int:
    """Returns the level of an entry, of two the more severe; 8 is none."""
    told = entry.get("PRIORITY", [])
    values = told if isinstance(told, list) else [told]
    return min((int(value) for value in values if value in list("01234567")), default=8)


def time(entry: dict[str, Any]) -> int:
    return int(entry["__REALTIME_TIMESTAMP"])


def levels(entries: Entries) -> list[int]:
    """Counts the entries of each level, and of none."""
    return [sum(level(entry) == wanted for entry in entries) for wanted in range(9)]
