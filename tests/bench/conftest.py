"""A display of its own for the benchmarks, and the table that they fill."""

import datetime as dt
import faulthandler
import os
import platform
import re
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

PEERS = "htop", "gnome-system-monitor", "ripgrep", "lnav"


HEADINGS = "| what | Sysgui | peer | figure | target | met | measured |"
RULE = "| --- | --- | --- | --- | --- | --- | --- |"


@dataclass
class Table:
    """The rows that the benchmarks measured."""

    rows: list[tuple[str, str, str, str, str, bool]] = field(default_factory=list)

    def row(self, what: str, ours: str, peer: str, figure: str, target: str, *, met: bool) -> None:
        """Adds a row; the caller asserts `met` afterwards, so that the table is always whole."""
        self.rows.append((what, ours, peer, figure, target, met))

    def text(self, before: str, measured: str) -> str:
        """Returns the table with what was measured now in the place of the same of before.

        Args:
            before: The table as it was; what was not measured now stays.
            measured: When, at which commit, on what.
        """
        now = {
            _about(what): f"| {what} | {ours} | {peer} | {figure} | {target} | {met} | {measured} |"
            for what, ours, peer, figure, target, is_met in self.rows
            for met in ("yes" if is_met else "NO",)
        }
        rows = [row for row in before.splitlines() if row.startswith("| ")]
        kept = [row for row in rows if row not in (HEADINGS, RULE)]
        lines = [now.pop(_about(row.split(" | ")[0].removeprefix("| ")), row) for row in kept]
        return "\n".join([HEADINGS, RULE, *lines, *now.values()])


def _about(what: str) -> str:
    """Returns what a row is about, however many lines or units there were this time."""
    return re.sub(r"\d{4,}|\d[\d,]*,\d{3}|\d+ units", "#", what)


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
    before = RESULTS.read_text() if RESULTS.exists() else ""
    heading = f"{_machine()}\n\n{_table.text(before, _measured())}\n"
    RESULTS.write_text(heading)
    terminalreporter.section("Sysgui beside its peers")
    terminalreporter.write_line(heading)


def _measured() -> str:
    """Returns when, at which commit, and on which processor it is measured."""
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
    return f"{dt.datetime.now(tz=dt.UTC):%Y-%m-%d}, {commit}, {model}"


def _machine() -> str:
    peers = []
    for package in PEERS:
        if shutil.which("dpkg-query"):
            version = subprocess.run(
                ["dpkg-query", "-W", "-f=${Version}", package],
                capture_output=True,
                text=True,
                check=False,
            ).stdout
            peers += [f"{package} {version}"] if version else []
    return (
        f"{os.cpu_count()} cores, Linux {platform.release().split('-')[0]}, "
        f"Python {platform.python_version()}, Xvfb 1600x1000 and openbox; {', '.join(peers)}."
    )
