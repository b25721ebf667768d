"""The package, as a new user gets it: on a machine that reaches nothing but Debian's packages."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .commands import program
from .conftest import CHECKOUT
from .supplies import INSIDE, Supplies, apt, bare

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .build import System
    from .debian import Machine


@pytest.fixture(scope="module")
def installed(debian: System, given: Supplies, made: Path) -> Iterator[Machine]:
    """A machine on which it has been installed."""
    with bare(debian, given, made, CHECKOUT) as machine:
        apt(machine, "install", f"{INSIDE}/{made.name}")
        yield machine


def field(made: Path, name: str) -> str:
    return subprocess.run(
        [program("dpkg-deb"), "--field", str(made), name],
        capture_output=True, text=True, check=True,
    ).stdout.strip()  # fmt: skip


def found(machine: Machine, *options: str) -> Sequence[str]:
    """Paths of the machine's own disk, but for what apt and dpkg keep of all packages."""
    text = machine.output(["find", "/", "-xdev", *options])
    kept = re.compile(r"/var/(log|cache/apt|lib/apt|lib/dpkg/(status|available|triggers))")
    return [line for line in text.splitlines() if not kept.match(line)]


def test_it_is_named_after_what_it_is(made: Path, release: str) -> None:
    version, architecture = field(made, "Version"), field(made, "Architecture")
    assert made.name == f"sysgui_{version}_{architecture}.deb"
    assert version.endswith({"bookworm": "debian12", "trixie": "debian13"}[release])


def test_lintian_finds_no_error(made: Path) -> None:
    done = subprocess.run(
        [program("lintian"), "--fail-on", "error", "--allow-root", str(made)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_each_override_of_lintian_has_its_reason() -> None:
    text = (CHECKOUT / "installer/debian/lintian-overrides").read_text()
    before = ""
    for line in text.splitlines():
        assert line.startswith(("# ", "sysgui: "))
        assert line.startswith("#") or before.startswith(("#", "sysgui: "))
        before = line


def test_all_that_it_brings_of_others_has_its_licence_named(made: Path) -> None:
    listed = subprocess.run(
        [program("dpkg-deb"), "--contents", str(made)], capture_output=True, text=True, check=True
    ).stdout
    brought = set(re.findall(r"/site-packages/([^/.-]+)(?:\.libs)?/", listed))
    text = (CHECKOUT / "installer/debian/copyright").read_text()
    assert brought - {"__pycache__"} == set(re.findall(r"site-packages/([^/.-]+)/\*$", text, re.M))


def test_it_is_within_its_size(installed: Machine) -> None:
    told = int(installed.output(["dpkg-query", "-W", "-f=${Installed-Size}", "sysgui"]))
    used = installed.output(["du", "-sk", "/usr/lib/sysgui", "/usr/libexec/sysgui"])
    assert told < 400 << 10
    # With what was compiled when it was installed.
    assert sum(int(line.split()[0]) for line in used.splitlines()) < 400 << 10


def test_it_is_roots_alone(installed: Machine) -> None:
    text = installed.output(["dpkg-query", "--listfiles", "sysgui"])
    paths = [line for line in text.splitlines() if line != "/."]
    states = installed.output(["stat", "--format=%U %A %n", *paths]).splitlines()
    assert len(states) == len(paths) > 500
    for state in states:
        assert state.startswith(("root l", "root -", "root d"))
        assert state[5] == "l" or (state[10], state[13]) == ("-", "-"), state


def test_a_user_runs_it(installed: Machine) -> None:
    (version,) = re.findall(r'__version__ = "(.*)"', (CHECKOUT / "sysgui/__init__.py").read_text())
    run = ["/usr/bin/sysgui"]
    assert installed.output([*run, "--version"], user="alice") == f"sysgui {version}\n"
    lines = installed.output([*run, "processes", "pid=1", "--json"], user="alice").splitlines()
    assert [json.loads(line)["name"] for line in lines] == ["systemd"]
    told = installed.output([*run, "doctor", "--json"], user="alice").splitlines()
    states = {each["name"]: each["state"] for each in map(json.loads, told)}
    assert "missing" not in states.values()
    assert states["Acting as root"] == "ok"


def test_every_tab_draws_itself(installed: Machine) -> None:
    for panel in ("overview", "processes", "services", "audit"):
        words = ["--panel", panel, "--screenshot", f"/tmp/{panel}.png"]
        done = installed.run(["/usr/bin/sysgui", *words], user="alice")
        assert (done.returncode, done.stderr) == (0, "")
        assert installed.output(["head", "-c", "8", f"/tmp/{panel}.png"]).startswith("\udc89PNG")


def test_what_a_user_has_said_of_python_does_not_reach_it(installed: Machine) -> None:
    installed.write("/home/alice/psutil.py", "raise SystemExit('hijacked')\n")
    installed.write("/home/alice/msgspec.py", "raise SystemExit('hijacked')\n")
    script = "cd /home/alice; sysgui probe processes --json; sysgui --screenshot /tmp/own.png"
    done = installed.run(["sh", "-c", script], user="alice", env={"PYTHONPATH": "/home/alice"})
    assert (done.returncode, done.stderr) == (0, "")
    installed.output(["rm", "/home/alice/psutil.py", "/home/alice/msgspec.py"])


def test_every_library_finds_what_it_needs(installed: Machine) -> None:
    script = "find /usr/lib/sysgui -name '*.so*' -type f | xargs ldd 2>&1 | grep 'not found'"
    assert installed.run(["sh", "-c", script]).stdout == ""


def test_settings_outlive_an_upgrade_and_all_else_goes_with_it(
    debian: System, given: Supplies, made: Path
) -> None:
    with bare(debian, given, made, CHECKOUT) as machine:
        # All that it brings by its dependencies is there before, so that only its own is compared.
        apt(machine, "install", f"{INSIDE}/{made.name}")
        apt(machine, "purge", "sysgui")
        before = found(machine)
        apt(machine, "install", f"{INSIDE}/{made.name}")
        settings = "/home/alice/.config/sysgui/settings.json"
        machine.write(settings, '{"version": 1}', owner="alice")
        newer = repacked(machine, made)
        apt(machine, "install", newer)
        version = machine.output(["dpkg-query", "-W", "-f=${Version}", "sysgui"])
        assert version == f"{field(made, 'Version')}.1"
        assert machine.read(settings) == '{"version": 1}'
        assert machine.run(["/usr/bin/sysgui", "--version"], user="alice").returncode == 0
        machine.output(["rm", "-r", newer, "/home/alice/.config"])
        apt(machine, "purge", "sysgui")
        assert machine.run(["dpkg-query", "-W", "sysgui"]).returncode != 0
        assert found(machine) == before


def test_what_it_watches_is_let_go_when_it_is_removed(
    debian: System, given: Supplies, made: Path
) -> None:
    with bare(debian, given, made, CHECKOUT) as machine:
        apt(machine, "install", f"{INSIDE}/{made.name}")
        # Read without the package's own: it is the same before and after.
        cat = machine.output(["systemctl", "cat", "nginx.service"])
        words = ["/usr/bin/sysgui", "watch", "add", "nginx", "--tcp", "80"]
        machine.output(words)
        settings = ["watch", "mail", "localhost:25", "--security", "none", "--from", "a@b.org"]
        machine.output(["/usr/bin/sysgui", *settings, "--to", "a@b.org"])
        assert "sysgui-alert" in machine.output(["systemctl", "cat", "nginx.service"])
        timers = ["sysgui-watch.timer", "sysgui-probe@nginx.service.timer"]
        assert machine.output(["systemctl", "is-active", *timers]) == "active\nactive\n"
        env = {"DEBIAN_FRONTEND": "noninteractive"}
        done = machine.run(["apt-get", "--yes", "remove", "sysgui"], timeout=600, env=env)
        assert "no longer: nginx.service" in done.stdout + done.stderr
        assert machine.output(["systemctl", "cat", "nginx.service"]) == cat
        units = ["systemctl", "list-units", "--all", "--plain", "--no-legend", "sysgui-*"]
        assert machine.output(units) == ""
        # The settings stay until it is purged, as with every package.
        assert machine.run(["ls", "/etc/sysgui/mail.json"]).returncode == 0
        apt(machine, "purge", "sysgui")
        assert machine.run(["ls", "/etc/sysgui"]).returncode != 0
        assert machine.run(["ls", "/var/lib/sysgui"]).returncode != 0


def repacked(machine: Machine, made: Path) -> str:
    """Makes the package anew with a later version."""
    newer = "/root/newer.deb"
    script = (
        f"dpkg-deb -R {INSIDE}/{made.name} /root/tree"
        " && sed -i '/^Version:/s/$/.1/' /root/tree/DEBIAN/control"
        f" && dpkg-deb -Znone -b /root/tree {newer} && rm -r /root/tree"
    )
    machine.output(["sh", "-c", script])
    return newer
