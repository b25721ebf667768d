"""A display of its own for the benchmarks, and the table that they fill."""

import datetime as dt
import faulthandler
import os
import platform
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from screen import screen

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
RESULTS = HERE / "results.md"


@dataclass
class Table:
    """The rows that the benchmarks measured."""

    rows: list[tuple[str, str, str, str, str, bool]] = field(default_factory=list)

    def row(self, what: str, ours: str, peer: str, figure: str, target: str, *, met: bool) -> None:
        """Adds a row; the caller asserts `met` afterwards, so that the table is always whole."""
        self.rows.append((what, ours, peer, figure, target, met))

    def text(self) -> str:
        lines = [
            "| what | Sysgui | peer | figure | target | met |",
            "| --- | --- | --- | --- | --- | --- |",
        ]
        lines += [
            f"| {what} | {ours} | {peer} | {figure} | {target} | {'yes' if met else 'NO'} |"
            for what, ours, peer, figure, target, met in self.rows
        ]
        return "\n".join(lines)


_table = Table()


@pytest.fixture(autouse=True)
def patience() -> None:
    """Ten minutes of a benchmark are no hang."""
    faulthandler.cancel_dump_traceback_later()


@pytest.fixture(scope="session")
def table() -> Table:
    return _table


@pytest.fixture(scope="session")
def env(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """The environment of all measured programs: an X display, and settings of its own."""
    home = tmp_path_factory.mktemp("home")
    runtime = home / "runtime"
    runtime.mkdir(mode=0o700)
    found = {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_RUNTIME_DIR": str(runtime),
        "QT_QPA_PLATFORM": "xcb",
        "GSETTINGS_BACKEND": "keyfile",
        "PYTHONPATH": str(ROOT),
    }
    settings = home / "config" / "glib-2.0" / "settings"
    settings.mkdir(parents=True)
    (settings / "keyfile").write_text(
        "[org/gnome/gnome-system-monitor]\n"
        "update-interval=1000\nshow-whose-processes='all'\ncurrent-tab='processes'\n"
    )
    with screen() as display:
        yield {**found, "DISPLAY": display}


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    if not _table.rows:
        return
    heading = f"{_machine()}\n\n{_table.text()}\n"
    RESULTS.write_text(heading)
    terminalreporter.section("Sysgui beside its peers")
    terminalreporter.write_line(heading)


def _machine() -> str:
    model = next(
        line.split(":")[1].strip()
        for line in Path("/proc/cpuinfo").read_text().splitlines()
        if line.startswith("model name")
    )
    commit = subprocess.run(
        ["git", "rev-parse", "--short", "HEAD"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    ).stdout.strip()
    peers = []
    for package in ("htop", "gnome-system-monitor"):
        if shutil.which("dpkg-query"):
            version = subprocess.run(
                ["dpkg-query", "-W", "-f=${Version}", package],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            peers.append(f"{package} {version}")
    return (
        f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, commit {commit}, "
        f"{os.cpu_count()} cores of {model}, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}; "
        f"{', '.join(peers)}; all under Xvfb 1600x1000 and openbox."
    )
