"""What an installed Sysgui costs beside one that is started from its checkout."""

import shutil
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path

from .conftest import Table
from .measure import median, running
from .test_figures import ROOT, SYSGUI, lines

# What is laid out in a directory stands where it will be installed, for this program alone.
IN_PLACE = 'mount -t overlay -o "lowerdir=$1/usr/lib:/usr/lib" none /usr/lib; shift; exec "$@"'


def test_installed_it_starts_as_soon_as_from_the_checkout(
    env: Mapping[str, str], table: Table, tmp_path: Path
) -> None:
    python = str(Path("/usr/bin/python3").resolve())
    stage = str(ROOT / "installer" / "stage-application")
    subprocess.run([stage, str(tmp_path), python], check=True, stderr=subprocess.DEVNULL)
    prefix = tmp_path / "usr/lib/sysgui"
    compiling = [python, "-m", "compileall", "-q", "-s", str(tmp_path), "-p", "/"]
    subprocess.run([*compiling, str(prefix / "app"), str(prefix / "lib")], check=True)
    ours = ["unshare", "--mount", "sh", "-euc", IN_PLACE, "sh", str(tmp_path)]
    starts = {
        "checkout": SYSGUI,
        "installed": [*ours, str(tmp_path / "usr/bin/sysgui")],
    }
    assert shutil.which("unshare")
    took: dict[str, list[float]] = {name: [] for name in starts}
    for _ in range(8):
        for name, argv in starts.items():
            started = time.monotonic()
            with running([*argv, "--panel", "overview", "--timings"], env) as program:
                took[name].append(lines(program, "figures")["figures"] - started)
    checkout, installed = (median(took[name][1:]) for name in starts)
    late = installed - checkout
    table.row(
        "installed start: first gauges",
        f"{installed:.2f} s",
        f"from the checkout {checkout:.2f} s",
        f"{late:+.3f} s",
        "+0.1 s",
        met=late <= 0.1,
    )
    assert late <= 0.1
