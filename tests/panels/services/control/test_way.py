"""How one has come to the machine is found in control groups and in what logind writes down."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from sysgui.panels.services.control.way import Way, read_way
from sysgui.system.host import Host


def write(root: Path, files: Mapping[str, str]) -> Host:
    for path, text in files.items():
        place = root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text)
    return Host(str(root))


def process(parent: int, group: str) -> tuple[str, str]:
    return f"7 (a) b) S {parent} 1 1", f"0::{group}\n"


SSH = {
    "proc/self/stat": process(40, "")[0],
    "proc/self/cgroup": process(0, "/user.slice/user-1000.slice/session-3.scope")[1],
    "proc/40/stat": process(30, "")[0],
    "proc/40/cgroup": process(0, "/user.slice/user-1000.slice/session-3.scope")[1],
    "proc/30/stat": process(1, "")[0],
    "proc/30/cgroup": process(0, "/system.slice/ssh.service")[1],
    "run/systemd/sessions/3": "LEADER=40\nREMOTE=1\nSERVICE=sshd\nTYPE=tty\nCLASS=user\n",
}


def test_who_has_come_by_ssh_sits_in_a_session_that_sshd_let_in(tmp_path: Path) -> None:
    way = read_way(write(tmp_path, SSH))
    assert way.units == {
        "session-3.scope": "session", "user-1000.slice": "session", "user.slice": "session",
        "ssh.service": "login",
    }  # fmt: skip
    assert (way.remote, way.service) == (True, "sshd")


def test_a_program_of_the_desktop_finds_its_session_through_the_user(tmp_path: Path) -> None:
    desktop = "/user.slice/user-1000.slice/user@1000.service/app.slice/app-x.scope"
    host = write(
        tmp_path,
        {
            "proc/self/stat": process(20, "")[0],
            "proc/self/cgroup": f"12:cpu:/a.service\n1:name=systemd:{desktop}\n0::/\n",
            "proc/20/stat": process(1, "")[0],
            "proc/20/cgroup": process(0, "/user.slice/user-1000.slice/user@1000.service")[1],
            "proc/50/stat": process(9, "")[0],
            "proc/50/cgroup": process(0, "/user.slice/user-1000.slice/session-2.scope")[1],
            "proc/9/stat": process(1, "")[0],
            "proc/9/cgroup": process(0, "/system.slice/lightdm.service")[1],
            "run/systemd/users/1000": "DISPLAY=2\n",
            "run/systemd/sessions/2": "LEADER=50\nTYPE=x11\nCLASS=user\nREMOTE=0\n",
            "recorded.json": '{"uid": 1000}',
        },
    )
    way = read_way(host)
    assert way.units["user@1000.service"] == "session"
    assert way.units["app-x.scope"] == "session"
    assert "a.service" not in way.units
    assert {name for name, reason in way.units.items() if reason == "login"} == {
        "session-2.scope", "lightdm.service", "display-manager.service",
    }  # fmt: skip
    assert not way.remote


def test_of_the_users_own_units_only_the_own_matter(tmp_path: Path) -> None:
    way = read_way(write(tmp_path, SSH), "user")
    assert way.units["session-3.scope"] == "session"
    assert way.units["dbus.service"] == "bus"
    assert set(way.units.values()) == {"session", "bus"}
    assert not way.remote


@pytest.mark.parametrize("gone", list(SSH))
def test_whatever_cannot_be_read_there_is_an_answer(tmp_path: Path, gone: str) -> None:
    write(tmp_path, {path: text for path, text in SSH.items() if path != gone})
    assert isinstance(read_way(Host(str(tmp_path))), Way)
