"""Room: everything can be read in a small window, on a large screen and with large type."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from kit import Program
from PySide6.QtGui import QImage

FITS = Path(__file__).with_name("fits.py")


@pytest.mark.parametrize("size", ["1024x700", "1280x800", "1920x1080"])
@pytest.mark.parametrize("scale", ["1", "1.5", "2"])
def test_nothing_is_cut_and_nothing_lies_upon_another(
    start: Callable[..., Program], size: str, scale: str
) -> None:
    program = start("--size", size, "--tempo", "3", script=FITS, QT_SCALE_FACTOR=scale)
    assert program.wait(60) == 0, program.stderr
    assert program.stderr == ""
    shown, found = json.loads(program.stdout)
    assert shown == [int(side) for side in size.split("x")]
    assert found == {
        "overview": [],
        "processes": [],
        "services": [],
        "watch": [],
        "log dialogs": [],
        "logs": [],
        "audit": [],
    }


@pytest.mark.parametrize("panel", ["overview", "processes", "services", "logs", "audit"])
def test_a_picture_at_twice_the_scale_has_twice_the_pixels(
    start: Callable[..., Program], tmp_path: Path, panel: str
) -> None:
    program = start(
        "--screenshot", "out.png", "--panel", panel, "--size", "1024x700", QT_SCALE_FACTOR="2"
    )
    assert program.wait() == 0
    assert program.stderr == ""
    picture = QImage(str(tmp_path / "out.png"))
    assert (picture.width(), picture.height()) == (2048, 1400)
