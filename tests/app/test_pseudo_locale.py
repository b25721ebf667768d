"""Whatever a user reads has gone through gettext: in the pseudo-locale the rest stands out."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from kit import CHECKOUT, Program

from sysgui.panels.logs.probe import FOLDER
from sysgui.panels.processes.detail import DetailProbe
from sysgui.panels.processes.probe import ProcessesProbe
from sysgui.panels.services.probe import ServicesProbe
from sysgui.system.filesystems import FilesystemsProbe
from sysgui.system.host import Host
from sysgui.system.i18n import pseudo
from sysgui.system.totals import TotalsProbe

DEBIAN = CHECKOUT / "tests/roots/debian12"
WALK = Path(__file__).with_name("walk.py")
PSEUDO = {"SYSGUI_PSEUDO_LOCALE": "1"}

_BRACKETED = re.compile(r"⟦[^⟦⟧]*⟧")
_WORD = re.compile(r"[^\W\d_]{2,}")
_UNITS = {"KiB", "MiB", "GiB", "TiB", "kB", "MB", "GB", "TB"}
_KEYS = {
    "Ctrl",
    "Alt",
    "Shift",
    "Del",
    "Tab",
    "Backtab",
    "Esc",
    "Return",
    "Enter",
    "Space",
    "Home",
    "End",
}
# What is nobody's language: the program's name, and what Qt and argparse say in theirs.
_NAMES = {"Sysgui", "sysgui"}
_OF_QT = {"Cancel", "Close", "OK", "Scroll", "Left", "Right"}
_OF_ARGPARSE = re.compile(
    r"usage:|options:|positional arguments:|show this help message and exit|"
    r"show program's version number and exit|--?[\w-]+|\{[\w,-]+\}|invalid choice: .*|error:|"
    r"argument \S+|the following arguments are required: .*"
)


def plain(text: str) -> str:
    """Returns what of a text was never translated."""
    text = text.removeprefix("<qt>").removesuffix("</qt>")
    while (left := _BRACKETED.sub(" ", text)) != text:
        text = left
    return text


def words(text: str) -> set[str]:
    return set(_WORD.findall(plain(text)))


@pytest.fixture(scope="module")
def data() -> set[str]:
    """Returns every word that the recorded machine itself says."""
    host = Host(str(DEBIAN))
    texts = [host.hostname(), host.kernel(), host.read("/etc/os-release").decode(), str(DEBIAN)]
    texts.append(FOLDER)
    for process in ProcessesProbe(host).read().processes:
        texts += [process.name, process.user, process.command, process.state]
    for filesystem in FilesystemsProbe(host).read():
        texts += [filesystem.mount_point, filesystem.device, filesystem.type]
    for unit in ServicesProbe(host).read(["system"]).units:
        texts += [unit.name, unit.description, unit.load, unit.active, unit.sub, unit.enabled]
    totals = TotalsProbe(host).read()
    cgroup = DetailProbe(host).read(min(int(n) for n in host.names("/proc") if n.isdigit()))
    texts.append(cgroup.control_group)
    texts += [disk.name for disk in totals.disks] + [i.name for i in totals.interfaces]
    return {word for text in texts for word in _WORD.findall(text)} | _UNITS


def test_the_pseudo_locale_is_told_from_plain_text() -> None:
    assert words(pseudo("Some text")) == set()
    assert words("Some text") == {"Some", "text"}
    assert words(pseudo("Show {panel} now").format(panel=pseudo("Disk"))) == set()


def test_every_text_of_the_window_is_translated(
    start: Callable[..., Program], data: set[str]
) -> None:
    program = start("--root", str(DEBIAN), "--tempo", "5", script=WALK, **PSEUDO)
    said = program.stdout  # Before its end is waited for: it is more than a pipe holds.
    assert program.wait(60) == 0, program.stderr
    assert program.stderr == ""
    texts: list[Any] = json.loads(said)
    assert len(texts) > 150
    allowed = data | _KEYS | _NAMES | _OF_QT
    # Open files and sockets are the machine's words, what was searched for is the user's.
    of_others = ("QListWidget.item", "QListWidget.itemTip", "QueryEdit.text")
    left = {
        (where, text): words(text) - allowed
        for where, text in texts
        if where not in of_others or "⟦" in text
    }
    assert {key: value for key, value in left.items() if value} == {}


@pytest.mark.parametrize(
    "arguments",
    [
        ["--help"],
        ["processes", "--help"],
        ["audit", "--help"],
        ["services", "--help"],
        ["logs", "--help"],
        ["watch", "--help"],
        ["overview", "--help"],
        ["probe", "--help"],
        ["doctor", "--help"],
        ["--panel", "none"],
        ["--root", "/no/such/machine"],
        ["--size", "1"],
    ],
    ids=" ".join,
)
def test_every_text_of_the_command_line_is_translated(
    start: Callable[..., Program], arguments: list[str], data: set[str]
) -> None:
    program = start(*arguments, **PSEUDO)
    program.wait()
    text = program.stdout + program.stderr
    assert "⟦" in text
    # The lines are wrapped, within brackets too.
    left = words(_OF_ARGPARSE.sub(" ", plain(" ".join(text.split()))))
    assert (
        left
        - _NAMES
        - {"DIR", "WxH", "QUERY", "doctor", "probe"}
        - {"overview", "processes", "services", "watch", "logs", "audit"}
        - {"start", "stop", "restart", "reload", "enable", "disable", "mask", "unmask"}
        - {"reset", "failed", "daemon"}
        - {"list", "add", "remove", "mail", "test", "history"}
        == set()
    )


@pytest.mark.parametrize("command", ["overview", "processes", "services"])
def test_every_heading_of_the_commands_is_translated(
    start: Callable[..., Program], command: str, data: set[str]
) -> None:
    program = start(command, "--root", str(DEBIAN), **PSEUDO)
    assert program.wait() == 0
    assert words(program.stdout) - data == set()


def test_every_text_of_the_doctor_is_translated(start: Callable[..., Program]) -> None:
    program = start("doctor", **PSEUDO)
    program.wait()
    findings = [line for line in program.stdout.splitlines() if line.strip()]
    assert len(findings) > 5
    assert all("⟦" in line for line in findings)
