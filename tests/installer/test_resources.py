"""What is installed beside the program: its menu entry, icons, manual, and bash's completion."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from PySide6.QtGui import QImage

import sysgui.panels
from sysgui import __version__
from sysgui.system.panel import find_panels

ROOT = Path(__file__).parents[2]
RESOURCES = ROOT / "resources"
ICONS = RESOURCES / "icons"
MANUAL = RESOURCES / "man" / "sysgui.1"
COMPLETION = RESOURCES / "completions" / "sysgui"

COMMANDS = ("", *(panel.name for panel in find_panels(sysgui.panels)[0]), "probe", "doctor")


def run(*argv: str, **env: str) -> str:
    done = subprocess.run(
        argv,
        cwd=ROOT,
        env={**os.environ, "LC_ALL": "C.UTF-8", "PYTHONPATH": str(ROOT), **env},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def helped(command: str) -> set[str]:
    """The long options that a command's own help names."""
    text = run(sys.executable, "-m", "sysgui", *command.split(), "--help")
    return set(re.findall(r"--[a-z][a-z-]+", text))


def test_the_menu_entry_is_valid() -> None:
    assert run("desktop-file-validate", "resources/applications/sysgui.desktop") == ""


def test_its_actions_open_tabs_that_there_are() -> None:
    text = (RESOURCES / "applications" / "sysgui.desktop").read_text()
    opened = re.findall(r"^Exec=sysgui --panel (\w+)$", text, re.MULTILINE)
    assert opened
    assert set(opened) <= set(COMMANDS)


def test_the_metadata_are_valid() -> None:
    (metadata,) = (RESOURCES / "metainfo").iterdir()
    said = run("appstreamcli", "validate", "--no-net", str(metadata))
    assert "Validation was successful" in said
    assert f'<release version="{__version__}"' in metadata.read_text()


@pytest.mark.parametrize("size", [16, 22, 24, 32, 48, 64, 128, 256, 512])
def test_each_icon_is_the_drawing_in_its_size(size: int) -> None:
    picture = QImage(str(ICONS / f"sysgui-{size}.png")).convertToFormat(QImage.Format.Format_ARGB32)
    drawing = QImage(str(ICONS / "sysgui.svg")).scaled(size, size)
    assert (picture.width(), picture.height()) == (size, size)
    # Its corner is clear, its ground is what the drawing has there.
    assert picture.pixelColor(0, 0).alpha() == 0
    for place in ((size // 2, size // 8), (size // 4, size // 4), (size * 3 // 4, size * 7 // 8)):
        ours, theirs = picture.pixelColor(*place), drawing.pixelColor(*place)
        for channel in ("red", "green", "blue"):
            assert abs(getattr(ours, channel)() - getattr(theirs, channel)()) < 40, place


@pytest.mark.parametrize("command", COMMANDS)
def test_the_manual_tells_of_each_option(command: str) -> None:
    text = MANUAL.read_text().replace("\\-", "-")
    assert not helped(command) - set(re.findall(r"--[a-z][a-z-]+", text))
    assert not command or f"\n.B {command} " in text


def test_the_manual_is_of_this_version_and_without_faults() -> None:
    assert f'"Sysgui {__version__}"' in MANUAL.read_text()
    assert "sysgui - watch" in run("man", "--warnings", "--local-file", str(MANUAL), MANPAGER="cat")
    said = subprocess.run(
        ["man", "--warnings", "-Tutf8", "--local-file", str(MANUAL)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert said.stderr == ""


def completed(*words: str) -> list[str]:
    """What bash proposes for the last of some words."""
    script = f"""
        source {COMPLETION}
        compopt() {{ :; }}  # Only while bash itself completes.
        COMP_WORDS=(sysgui "$@"); COMP_CWORD=$#; _sysgui
        printf '%s\\n' "${{COMPREPLY[@]}}"
    """
    return run("bash", "-euc", script, "bash", *words).split()


def test_the_completion_is_the_one_that_the_parser_makes() -> None:
    assert run(sys.executable, "installer/completion.py") == COMPLETION.read_text()


@pytest.mark.parametrize("command", COMMANDS)
def test_each_option_is_completed(command: str) -> None:
    assert set(completed(*command.split(), "--")) == helped(command)


def test_what_can_be_chosen_from_is_completed() -> None:
    assert completed("proc") == ["processes"]
    assert completed("probe", "o") == ["overview"]
    assert completed("--panel", "pro") == ["processes"]
    assert completed("--panel", "processes", "--theme", "") == ["light", "dark"]
    assert completed("processes", "--sort", "c") == ["cpu", "command"]
    assert completed("processes", "--limit", "") == []
