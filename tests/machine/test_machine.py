"""The machine holds what tests rely on."""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from .cgroups import remove_groups
from .conftest import CHECKOUT, refuse
from .debian import CHECKOUT as INSIDE
from .debian import PATIENCE, Machine, end
from .errors import MachineError
from .recipe import HOSTNAME, USERS

if TYPE_CHECKING:
    from .build import System
    from .conftest import Boot

ALLOW_ALICE = """
polkit.addRule(function(action, subject) {
    if (subject.user == "alice") return polkit.Result.YES;
});
"""


def control_groups(pid: int) -> set[str]:
    """Where systemd keeps units, of this init, as the host sees it."""
    lines = [line.split(":") for line in Path(f"/proc/{pid}/cgroup").read_text().splitlines()]
    return {path for _, names, path in lines if names in ("", "name=systemd")}


def listening(table: str) -> dict[int, str]:
    """Ports that listen, with their sockets' inodes, from the text of a /proc/net/tcp."""
    fields = [line.split() for line in table.splitlines()[1:]]
    return {int(row[1].rpartition(":")[2], 16): row[9] for row in fields if row[3] == "0A"}


def test_systemd_runs_and_nothing_has_failed(machine: Machine) -> None:
    assert machine.run(["systemctl", "is-system-running"]).stdout == "running\n"
    assert machine.output(["systemctl", "--failed", "--plain", "--no-legend"]) == ""
    assert machine.read("/proc/1/comm") == "systemd\n"


def test_it_is_the_release_asked_for(machine: Machine, release: str) -> None:
    assert f"VERSION_CODENAME={release}\n" in machine.read("/etc/os-release")
    assert machine.release == release
    assert machine.output(["hostname"]) == f"{HOSTNAME}\n"


@pytest.mark.parametrize("user", USERS)
def test_users_are_at_home(machine: Machine, user: str) -> None:
    told = machine.output(["sh", "-c", "id -un; cd; pwd; echo $USER $LANG"], user=user)
    assert told.split() == [user, f"/home/{user}", user, "C.UTF-8"]
    groups = machine.output(["id", "-Gn"], user=user).split()
    assert not {"root", "sudo", "adm", "systemd-journal"} & set(groups)


def test_an_ordinary_user_may_not_read_shadow(machine: Machine) -> None:
    assert "alice:" in machine.read("/etc/shadow")
    refused = machine.run(["cat", "/etc/shadow"], user="alice")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Permission denied" in refused.stderr


def test_the_network_is_private(machine: Machine) -> None:
    links = machine.output(["ip", "-brief", "link"]).splitlines()
    assert [link.split()[0] for link in links] == ["lo"]
    inside = machine.output(["readlink", "/proc/self/ns/net"]).strip()
    assert inside != str(Path("/proc/self/ns/net").readlink())


@pytest.mark.parametrize("port", [22, 80])
def test_services_listen_inside_only(machine: Machine, port: int) -> None:
    inside = listening(machine.read("/proc/net/tcp"))
    assert port in inside
    assert inside[port] not in listening(Path("/proc/net/tcp").read_text()).values()


@pytest.mark.parametrize("unit", ["systemd-journald", "dbus", "ssh", "nginx", "cron"])
def test_services_are_active(machine: Machine, unit: str) -> None:
    assert machine.run(["systemctl", "is-active", unit]).stdout == "active\n"


def test_the_journal_keeps_what_is_logged(machine: Machine) -> None:
    machine.output(["systemd-cat", "-t", "probe", "echo", "seen by the journal"])
    machine.output(["journalctl", "--sync"])
    assert "seen by the journal" in machine.output(["journalctl", "-t", "probe", "-o", "cat"])


def test_polkit_answers_an_ordinary_user(machine: Machine) -> None:
    actions = machine.output(["pkaction"], user="alice").split()
    assert "org.freedesktop.policykit.exec" in actions
    assert machine.run(["systemctl", "is-active", "polkit"]).stdout == "active\n"


def test_pkexec_obeys_a_rule(machine: Machine) -> None:
    rule = "/etc/polkit-1/rules.d/10-test.rules"
    assert machine.run(["pkexec", "id", "-u"], user="alice").returncode == 127
    machine.write(rule, ALLOW_ALICE)
    try:
        machine.output(["systemctl", "restart", "polkit"])  # So that it need not notice by itself.
        assert machine.output(["pkexec", "id", "-u"], user="alice") == "0\n"
        assert machine.run(["pkexec", "id", "-u"], user="bob").returncode == 127
    finally:
        machine.output(["rm", rule])
        machine.output(["systemctl", "restart", "polkit"])


def test_the_checkout_is_seen_and_read_only(machine: Machine) -> None:
    here = (CHECKOUT / "pyproject.toml").read_text(encoding="utf-8")
    assert machine.output(["cat", f"{INSIDE}/pyproject.toml"], user="alice") == here
    refused = machine.run(["touch", f"{INSIDE}/written"])
    assert refused.returncode == 1
    assert "Read-only file system" in refused.stderr


def test_its_python_has_what_probes_import(machine: Machine) -> None:
    script = "import msgspec, psutil, sysgui; print(psutil.Process(1).name(), sysgui.__file__)"
    paths = {"PYTHONPATH": f"{INSIDE}:/opt/deps"}
    told = machine.output(["/usr/bin/python3", "-c", script], user="alice", env=paths)
    assert told.split() == ["systemd", f"{INSIDE}/sysgui/__init__.py"]


def test_sysgui_runs_in_it(machine: Machine) -> None:
    assert machine.sysgui("--help", user="alice").returncode == 0


def test_streams_and_codes_come_back(machine: Machine) -> None:
    script = "cat; echo err >&2; exit 7"
    done = machine.run(["sh", "-c", script], user="bob", input="žluťoučký\n")
    assert (done.returncode, done.stdout, done.stderr) == (7, "žluťoučký\n", "err\n")


def test_what_is_written_is_read(machine: Machine) -> None:
    machine.write("/var/tmp/deep/er/file", "text\n", mode=0o640, owner="alice")
    try:
        assert machine.read("/var/tmp/deep/er/file") == "text\n"
        seen = machine.output(["stat", "-c", "%a %U", "/var/tmp/deep/er/file"])
        assert seen == "640 alice\n"
        assert machine.run(["cat", "/var/tmp/deep/er/file"], user="bob").returncode == 1
    finally:
        machine.output(["rm", "-r", "/var/tmp/deep"])


@pytest.mark.parametrize("user", ["root", "alice"])
def test_a_command_out_of_time_is_killed_with_its_children(machine: Machine, user: str) -> None:
    # The lock is free again only when the last of the processes that share it is gone.
    lock = f"/run/lock/held-by-{user}"
    hold = ["flock", lock, "sh", "-c", "sleep 1000 & sleep 1000"]
    with pytest.raises(subprocess.TimeoutExpired):
        machine.run(hold, user=user, timeout=0.5)
    assert machine.run(["flock", lock, "true"], user=user).returncode == 0


def test_a_stream_can_be_followed_and_ended(machine: Machine) -> None:
    with machine.spawn(["sh", "-c", "echo ready; exec sleep 1000"], user="alice") as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == "ready\n"
        finally:
            end(process)
    assert process.returncode == -9


def test_a_user_that_is_not_there_is_told(machine: Machine) -> None:
    assert machine.output(["id", "-gn"], user="nobody") == "nogroup\n"
    with pytest.raises(MachineError, match="no user carol"):
        machine.run(["true"], user="carol")


def test_processes_can_be_hidden(machine: Machine) -> None:
    seen = ["sh", "-c", "test -e /proc/1/stat"]
    with machine.remount_proc("hidepid=2"):
        assert machine.run(seen, user="alice").returncode == 1
        assert machine.run(seen).returncode == 0
    assert machine.run(seen, user="alice").returncode == 0


def test_machines_are_strangers_and_start_clean(
    machine: Machine, debian: System, boot_machine: Boot
) -> None:
    other = boot_machine("--setenv=MADE_FOR=this-test")
    other.write("/etc/only-there", "x")
    other.output(["systemctl", "stop", "nginx"])
    assert machine.run(["test", "-e", "/etc/only-there"]).returncode == 1
    assert machine.run(["systemctl", "is-active", "nginx"]).stdout == "active\n"
    assert not (debian.root / "etc/only-there").exists()
    assert "MADE_FOR=this-test" in other.read("/proc/1/environ")
    assert control_groups(machine.pid).isdisjoint(control_groups(other.pid))


def test_the_host_sees_none_of_its_mounts(machine: Machine, debian: System) -> None:
    assert Path(f"/proc/{machine.pid}/comm").read_text() == "systemd\n"
    mounts = Path("/proc/self/mountinfo").read_text().splitlines()
    assert not [line for line in mounts if str(debian.root) in line]
    assert not [line for line in mounts if line.split()[4].startswith("/run/systemd/nspawn")]


_KILLED = """
import sys, time
from pathlib import Path
from {package}.boot import boot
from {package}.build import System
with boot(System("", Path(sys.argv[1]), Path(sys.argv[2])), Path(sys.argv[3])) as machine:
    print(machine.pid, flush=True)
    sys.stdin.read()
"""


def test_it_dies_with_the_tests_however_they_end(debian: System) -> None:
    package = str(__package__)
    above = Path(__file__).parents[package.count(".") + 1]
    directories = [str(path) for path in (debian.root, debian.dependencies, CHECKOUT)]
    with subprocess.Popen(
        [sys.executable, "-c", _KILLED.format(package=package), *directories],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        cwd=above,
        text=True,
    ) as tests:
        assert tests.stdout is not None
        pid = int(tests.stdout.readline())
        own = {path.split("/")[1] for path in control_groups(pid)}
        words = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        # Its init, and the program that has started that.
        both = [os.pidfd_open(pid), os.pidfd_open(int(words[1]))]
        try:
            tests.kill()
            for each in both:
                assert select.select([each], [], [], PATIENCE)[0] == [each]
        finally:
            for each in both:
                os.close(each)
    for name in own:
        if name.startswith("sysgui-"):  # Otherwise the host's systemd has made, and removes them.
            remove_groups(name)


def test_no_machine_is_a_skip_but_a_failure_where_nobody_looks(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="no test machine: too small"):
        refuse("too small")
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="no test machine: too small"):
        refuse("too small")
