"""The installer, from a checkout, as root; and whatever ends it in between."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from .boot import boot
from .conftest import CHECKOUT as HOST_CHECKOUT
from .debian import CHECKOUT
from .supplies import PIP, supplies, use_mirror

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from .build import System
    from .debian import Machine

INSTALL = f"{CHECKOUT}/installer/install"
UNINSTALL = f"{CHECKOUT}/installer/uninstall"

# Stands before the real programs on PATH: the run, with all that it has started, is killed before
# its KILL-th change of a file.
KILLER = """#!/bin/sh
number=$(($(cat /root/kills/number) + 1))
echo $number >/root/kills/number
[ $number != "$KILL" ] || kill -KILL 0
exec /usr/bin/NAME "$@"
"""
CHANGES = ("mv", "cp", "rm", "mkdir", "rmdir", "touch")


@pytest.fixture(scope="module")
def machine(debian: System) -> Iterator[Machine]:
    with supplies(debian, HOST_CHECKOUT) as given, boot(
        debian, HOST_CHECKOUT, *given.binds
    ) as booted:  # fmt: skip
        use_mirror(booted)
        for name in CHANGES:
            script = KILLER.replace("NAME", name)
            booted.write(f"/root/kills/bin/{name}", script, mode=0o755)
        # What it needs of the system is there: what follows compares only its own.
        script = f". {CHECKOUT}/installer/setup.sh; need_packages venv window font polkit"
        booted.output(["sh", "-c", script], timeout=600)
        yield booted


def install(machine: Machine) -> str:
    done = machine.run([INSTALL], timeout=600, env=PIP)
    assert done.returncode == 0, done.stderr
    return done.stderr


def state(machine: Machine) -> Sequence[str]:
    """All files of the machine's own disk, with their modes and what is in them."""
    script = (
        "find / -xdev ( -path /var/log -o -path /run -o -path /tmp -o -path /root ) -prune"
        " -o -path '*sysgui*' -printf '%M %u %p %l ' -exec sh -c '"
        '[ ! -f "$1" ] || [ -L "$1" ] || cksum <"$1"; echo\' sh {} ;'
    )
    script = script.replace("( -path", r"\( -path").replace("/root )", r"/root \)")
    script = script.replace("{} ;", r"{} \;")
    return sorted(line for line in machine.output(["sh", "-c", script]).splitlines() if line)


def test_it_installs_again_and_again_and_leaves_nothing_when_it_goes(machine: Machine) -> None:
    before = state(machine)
    install(machine)
    first = state(machine)
    assert machine.run(["sysgui", "--version"], user="alice").returncode == 0
    told = machine.output(["sysgui", "doctor", "--json"], user="alice").splitlines()
    states = {each["name"]: each["state"] for each in map(json.loads, told)}
    assert "missing" not in states.values()
    assert states["Acting as root"] == "ok"
    install(machine)
    second = state(machine)
    # Compiled modules name the time of their sources, which is that of the copy.
    assert [line.split()[2] for line in first] == [line.split()[2] for line in second]
    assert [line for line in first if ".pyc " not in line] == [
        line for line in second if ".pyc " not in line
    ]
    machine.write("/home/alice/.config/sysgui/settings.json", "{}", owner="alice")
    done = machine.run([UNINSTALL])
    assert done.returncode == 0
    assert "/home/alice/.config/sysgui" in done.stderr
    assert machine.read("/home/alice/.config/sysgui/settings.json") == "{}"
    machine.output(["rm", "-r", "/home/alice/.config"])
    assert state(machine) == before
    assert "nothing was done" in machine.run([UNINSTALL]).stderr


def test_a_place_that_others_may_write_to_is_refused(machine: Machine) -> None:
    before = state(machine)
    for path, wrong, right in (
        ("/usr/libexec", ["chmod", "o+w"], ["chmod", "o-w"]),
        ("/usr", ["chmod", "g+w"], ["chmod", "g-w"]),
        ("/usr/lib", ["chown", "bob"], ["chown", "root"]),
        ("/usr/share/polkit-1/actions", ["chown", "bob"], ["chown", "root"]),
    ):
        machine.output([*wrong, path])
        done = machine.run([INSTALL], env=PIP)
        machine.output([*right, path])
        assert done.returncode == 1
        assert f"{path} can be changed by others than root" in done.stderr
    assert state(machine) == before


def test_only_root_installs(machine: Machine) -> None:
    for script in (INSTALL, UNINSTALL):
        done = machine.run([script], user="alice")
        assert done.returncode == 1
        assert "Only root can" in done.stderr


def test_an_installation_that_fails_or_is_ended_while_it_is_laid_out_leaves_nothing(
    machine: Machine,
) -> None:
    before = state(machine)
    done = machine.run([INSTALL], env={"PIP_NO_INDEX": "1"})  # No wheels anywhere.
    assert done.returncode == 1
    assert "could not be downloaded or checked" in done.stderr
    assert state(machine) == before
    # Killed, it can tidy nothing up: that is left to the next run, here the one that takes it away.
    pip = 'until [ -e /usr/lib/sysgui.new/usr/lib/sysgui/bin ]; do :; done; kill -KILL -- -"$1"'
    script = f'setsid {INSTALL} & sh -c \'{pip}\' sh "$!"; wait "$!"'
    machine.run(["sh", "-c", script], env=PIP)
    assert state(machine) != before
    machine.output([UNINSTALL])
    assert state(machine) == before


# A tree as small as one can be, old and new: the steps from one to the other are the same.
TREES = """
. /opt/checkout/installer/setup.sh
. /opt/checkout/installer/installed.sh
lay_out() { # WHERE VERSION
    mkdir -p "$1$application/app" "$1$helper/lib" "$1/usr/share/sysgui-test/deep" "$1/usr/bin"
    for file in "$application/app/code" "$helper/helper" "$helper/lib/$2" /usr/bin/sysgui \\
        "/usr/share/sysgui-test/only $2" /usr/share/sysgui-test/deep/file; do
        echo "$2" >"$1$file"
    done
    printf '%s\\n' /usr/bin/sysgui "/usr/share/sysgui-test/only $2" \\
        /usr/share/sysgui-test/deep/file >"$1$manifest"
}
all() {
    find /usr/bin/sysgui /usr/lib/sysgui* /usr/libexec/sysgui* /usr/share/sysgui-test* \\
        -exec sh -c 'printf "%s " "$1"; [ -d "$1" ] || cat "$1"; echo' sh {} \\; 2>/dev/null | sort
}
clear() {
    rm -rf /usr/bin/sysgui* /usr/lib/sysgui* /usr/libexec/sysgui* /usr/share/sysgui-test*
}
killed() { # NUMBER COMMAND…
    echo 0 >/root/kills/number
    KILL=$1 PATH=/root/kills/bin:$PATH setsid -w sh -euc '
        . /opt/checkout/installer/setup.sh
        . /opt/checkout/installer/installed.sh
        eval "$1"' /opt/checkout/installer/x "$2" 2>/dev/null
    [ "$(cat /root/kills/number)" -ge "$1" ]
}
"""


def test_wherever_the_switch_is_killed_the_next_run_completes_it(machine: Machine) -> None:
    script = f"""{TREES}
        clear; lay_out "" new; wanted=$(all)
        number=0; steps=0
        while :; do
            number=$((number + 1))
            clear; lay_out "" old; lay_out "$new" new; touch "$new/ready"
            killed $number settle || break
            steps=$((steps + 1))
            killed 999 settle
            [ "$(all)" = "$wanted" ] || {{ echo "killed at $number:"; all; }}
        done
        clear; echo "steps $steps"
    """
    told = machine.output(["sh", "-c", script], timeout=600).splitlines()
    assert told[:-1] == []
    assert int(told[-1].split()[1]) > 15


def test_before_it_is_ready_nothing_is_touched(machine: Machine) -> None:
    script = f"""{TREES}
        clear; lay_out "" old; wanted=$(all)
        lay_out "$new" new
        killed 999 settle; all >/root/kills/all; clear
        [ "$(cat /root/kills/all)" = "$wanted" ] && echo same
    """
    assert machine.output(["sh", "-c", script]) == "same\n"


def test_wherever_the_removal_is_killed_the_next_run_completes_it(machine: Machine) -> None:
    script = f"""{TREES}
        number=0; steps=0
        while :; do
            number=$((number + 1))
            clear; lay_out "" old
            killed $number "{UNINSTALL}" || break
            steps=$((steps + 1))
            killed 999 "{UNINSTALL}"
            all
        done
        clear; echo "steps $steps"
    """
    told = machine.output(["sh", "-c", script], timeout=600).splitlines()
    assert told[:-1] == []
    assert int(told[-1].split()[1]) > 5
