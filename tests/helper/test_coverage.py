"""Every branch of the program that runs as root is taken by a test of it."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from .rig import CHECKOUT, COUNTED, as_root

HERE = Path(__file__).parent

# The program's last lines have no branches: test_main.py runs them as they are installed.
SETTINGS = f"""
[run]
branch = true
parallel = true
source = {CHECKOUT}/sysgui/helper
omit = */__main__.py
data_file = counted
[report]
fail_under = 100
show_missing = true
skip_covered = true
"""


@pytest.mark.long
@pytest.mark.skipif(bool(COUNTED), reason="this is the count")
@as_root
def test_every_branch_is_taken() -> None:
    pytest.importorskip("coverage")
    with tempfile.TemporaryDirectory() as place:
        os.chmod(place, 0o777)  # Some children are not root any more when they have counted.
        settings = Path(place) / "settings"
        settings.write_text(SETTINGS.replace("= counted", f"= {place}/counted"))
        count = [sys.executable, "-m", "coverage"]
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", "--without-qt", str(HERE)]
        ignored = f"--ignore={HERE / 'test_classes.py'}"  # It runs mistakes.
        for words in (["run", *tests, ignored], ["combine", "-q"], ["report"]):
            command = [*count, words[0], f"--rcfile={settings}", *words[1:]]
            done = subprocess.run(
                command,
                cwd=CHECKOUT,
                env=os.environ | {"SYSGUI_COVERAGE_RC": str(settings)},
                capture_output=True,
                text=True,
                check=False,
            )
            assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-1000:]
