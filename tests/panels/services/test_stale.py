"""Which units are asked whether their files changed: few, and none is missed (systemd.unit(5))."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from roots.hosts import SteppedHost, write_machine

from sysgui.panels.services.stale import Files
from sysgui.panels.services.units import Unit

ETC, LIB = "/etc/systemd/system", "/lib/systemd/system"
PLACES = [ETC, LIB, "/run/systemd/transient"]


def unit(name: str, file: str = "", load: str = "loaded") -> Unit:
    return Unit("system", name, load=load, active="active", path="/x", file=file)


UNITS = [
    unit("ssh.service", f"{LIB}/ssh.service"),
    unit("cron.service", f"{LIB}/cron.service"),
    unit("foo-bar-baz.service", f"{LIB}/foo-bar-baz.service"),
    unit("getty@tty1.service", f"{LIB}/getty@.service"),
    unit("getty@tty2.service", f"{LIB}/getty@.service"),
    unit("apt.timer", f"{LIB}/apt.timer"),
    unit("init.scope"),
    unit("-.slice"),
    unit("gone.service", f"{LIB}/gone.service", load="not-found"),
]
FILES = {
    unit.file: "[Unit]\n" for unit in UNITS if unit.file and unit.load == "loaded"
}  # fmt: skip


class Machine:
    """A machine whose files were all there before its units were loaded."""

    def __init__(self, root: Path) -> None:
        self.root = root
        write_machine(root, FILES)
        self.host = SteppedHost(root)
        # The last file's own time of change, as nobody can set one.
        self.loaded_at = max(path.stat().st_ctime for path in root.rglob("*"))

    def write(self, path: str) -> None:
        """Writes a file so much later that its time of change shows it."""
        target = self.root / path.lstrip("/")
        write_machine(self.root, {path: "[Unit]\n"})
        while target.stat().st_ctime <= self.loaded_at:
            target.chmod(0o640)
            target.chmod(0o644)

    def suspects(self) -> set[str]:
        found = Files(self.host).suspects(UNITS, PLACES, self.loaded_at)
        return {suspect.name for suspect in found}


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


def test_nobody_is_asked_while_no_file_has_changed(machine: Machine) -> None:
    assert machine.suspects() == set()


@pytest.mark.parametrize(
    ("path", "asked"),
    [
        (f"{LIB}/ssh.service", {"ssh.service"}),
        (f"{ETC}/ssh.service", {"ssh.service"}),
        (f"{ETC}/ssh.service.d/10-more.conf", {"ssh.service"}),
        (f"{LIB}/getty@.service", {"getty@tty1.service", "getty@tty2.service"}),
        (f"{ETC}/getty@.service.d/x.conf", {"getty@tty1.service", "getty@tty2.service"}),
        (f"{ETC}/getty@tty1.service.d/x.conf", {"getty@tty1.service"}),
        (f"{ETC}/foo-.service.d/x.conf", {"foo-bar-baz.service"}),
        (f"{ETC}/foo-bar-.service.d/x.conf", {"foo-bar-baz.service"}),
        (f"{ETC}/timer.d/x.conf", {"apt.timer"}),
        (f"{ETC}/multi-user.target.wants/ssh.service", set()),
        (f"{ETC}/other.service", set()),
        ("/run/systemd/transient/ssh.service", set()),
    ],
)
def test_a_file_that_is_newer_makes_those_suspect_whose_file_it_is(
    machine: Machine, path: str, asked: set[str]
) -> None:
    machine.write(path)
    assert machine.suspects() == asked


def test_a_drop_in_that_is_taken_away_is_seen(machine: Machine) -> None:
    machine.write(f"{ETC}/cron.service.d/x.conf")
    directory = machine.root / f"{ETC}/cron.service.d".lstrip("/")
    machine.loaded_at = max(path.stat().st_ctime for path in (directory, *directory.iterdir()))
    assert machine.suspects() == set()
    while directory.stat().st_ctime <= machine.loaded_at:
        (directory / "x.conf").unlink(missing_ok=True)
        directory.chmod(0o750)
        directory.chmod(0o755)
    assert machine.suspects() == {"cron.service"}


def test_what_an_editor_leaves_beside_a_drop_in_is_none(machine: Machine) -> None:
    machine.write(f"{ETC}/cron.service.d/x.conf~")
    (suspect,) = Files(machine.host).suspects(UNITS, PLACES, machine.loaded_at)
    # It is asked for, as its directory is another one, but not whether systemd knows that file.
    assert (suspect.name, suspect.drop_ins) == ("cron.service", ())


def test_a_file_that_is_gone_makes_its_unit_suspect(machine: Machine) -> None:
    (machine.root / f"{LIB}/cron.service".lstrip("/")).unlink()
    assert machine.suspects() == {"cron.service"}


def test_whatever_speaks_against_a_unit_it_is_suspect_once(machine: Machine) -> None:
    machine.write(f"{ETC}/cron.service.d/x.conf")
    (machine.root / f"{LIB}/cron.service".lstrip("/")).unlink()
    (suspect,) = Files(machine.host).suspects(UNITS, PLACES, machine.loaded_at)
    assert (suspect.name, suspect.drop_ins) == ("cron.service", ("x.conf",))


def test_an_older_file_put_in_its_place_is_seen(machine: Machine) -> None:
    machine.write(f"{LIB}/cron.service")
    os.utime(machine.root / f"{LIB}/cron.service".lstrip("/"), (1.0, 1.0))
    assert machine.suspects() == {"cron.service"}


def test_the_stamp_is_another_when_anything_is(machine: Machine) -> None:
    files = Files(machine.host)
    stamps = [files.stamp(PLACES)]
    for path in (f"{ETC}/x.wants/ssh.service", f"{ETC}/ssh.service.d/x.conf", f"{LIB}/new.service"):
        machine.write(path)
        stamps += [files.stamp(PLACES), files.stamp(PLACES)]
    assert stamps[1::2] == stamps[2::2]
    assert len(set(stamps)) == 4


def test_where_it_is_not_known_when_units_were_loaded_nobody_is_asked(machine: Machine) -> None:
    machine.write(f"{LIB}/cron.service")
    assert Files(machine.host).suspects(UNITS, PLACES, 0.0) == set()
    assert Files(machine.host).suspects(UNITS, [], 1.0) == set()
