"""The window while a log is followed that is written to fast, and rotated all the time."""

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from panels.logs import flood
from screen import window

from sysgui.panels.logs.settings import LogsSettings
from sysgui.system.settings import Settings

from .conftest import Table
from .measure import running

SYSGUI = [sys.executable, "-m", "sysgui"]
RATE = 5_000
ROTATIONS = 20
APART = 3.0


@contextmanager
def flooded(path: Path) -> Iterator["subprocess.Popen[str]"]:
    argv = [
        *(sys.executable, flood.__file__, str(path), str(RATE), str(ROTATIONS), str(APART)),
        *(way for way in flood.WAYS if way != "truncate"),
    ]
    with subprocess.Popen(
        argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as program:
        yield program
        program.kill()


def until_written(program: "subprocess.Popen[str]") -> None:
    """Lets all be written, without waiting for who reads it."""
    assert program.stdin is not None
    assert program.stdout is not None
    for _said in program.stdout:
        program.stdin.write("\n")
        program.stdin.flush()


def test_frames_while_a_rotated_log_is_followed(
    env: dict[str, str], table: Table, tmp_path: Path
) -> None:
    path = tmp_path / "app.log"
    path.write_bytes(flood.line(0))
    config = tmp_path / "config"
    settings = Settings(config / "sysgui")
    settings.put_section("logs", LogsSettings(path=str(path)))
    settings.save()
    argv = [*SYSGUI, "--panel", "logs", "--trace-frames"]
    with (
        flooded(path) as writer,
        running(argv, {**env, "XDG_CONFIG_HOME": str(config)}) as program,
    ):
        window(env, "Sysgui$")
        until_written(writer)
        program.terminate()
        assert program.stderr is not None
        told = program.stderr.read()
    found = re.search(r"(\d+) frames, ([\d.]+) % within 16 ms, worst ([\d.]+) ms", told)
    assert found, told
    within, worst = float(found[2]), float(found[3])
    met = worst <= 50.0
    table.row(
        f"frames, a log followed, {RATE} lines/s, {ROTATIONS} rotations within a minute",
        f"{within:.1f} % of {found[1]} within 16 ms, worst {worst:.0f} ms",
        "",
        "",
        "none over 50 ms",
        met=met,
    )
    assert met, told
