"""How the user has come to the machine: what units carry the session in which this runs."""

import re
from collections.abc import Mapping

import msgspec

from sysgui.panels.services.units import SYSTEM, USER
from sysgui.system.host import Host

_UNIT = re.compile(r"[A-Za-z0-9:_.\\@-]+\.(?:service|scope|slice)")

_BUS = ("dbus.service", "dbus-broker.service")


class Way(msgspec.Struct, frozen=True):
    """How the user came to the machine.

    Attributes:
        units: What carries the session, by the reason: `session` is its own unit, `login` what let
            it in, such as sshd or a display manager, `bus` that by which its programs talk.
        remote: Whether it came through the network.
        service: What let it in, such as `sshd` or `gdm-password`; "" is not known.
    """

    units: dict[str, str] = {}
    remote: bool = False
    service: str = ""


def read_way(host: Host, scope: str = SYSTEM) -> Way:
    """Finds what the user's session stands on: its control group, and who started it."""
    own = units_of_process(host, "self")
    if scope == USER:
        return Way({**dict.fromkeys(_BUS, "bus"), **dict.fromkeys(own, "session")})
    found = dict.fromkeys(own, "session")
    session = _session(host)
    for pid in _ancestors(host, session.get("LEADER", "")):
        for name in units_of_process(host, pid):
            if not name.endswith(".slice"):
                found.setdefault(name, "login")
    if session.get("CLASS") == "user" and session.get("TYPE") in ("x11", "wayland", "mir"):
        found.setdefault("display-manager.service", "login")
    return Way(found, remote=session.get("REMOTE") == "1", service=session.get("SERVICE", ""))


def _session(host: Host) -> Mapping[str, str]:
    """Returns what logind has written down of the session in which this runs."""
    for name in units_of_process(host, "self"):
        matched = re.fullmatch(r"session-(\w+)\.scope", name)
        if matched:
            return _fields(host, f"/run/systemd/sessions/{matched[1]}")
    # A desktop's programs run beneath the user's manager, beside all sessions.
    user = _fields(host, f"/run/systemd/users/{host.uid()}")
    display = user.get("DISPLAY", "")
    return _fields(host, f"/run/systemd/sessions/{display}") if display.isalnum() else {}


def _fields(host: Host, path: str) -> Mapping[str, str]:
    try:
        lines = host.read(path).decode("utf-8", "replace").splitlines()
    except OSError:
        return {}
    return dict(line.split("=", 1) for line in lines if "=" in line)


def _ancestors(host: Host, leader: str) -> list[str]:
    """Returns the processes from the session's leader upwards, and from this one."""
    found: list[str] = []
    for start in ("self", leader):
        pid = start
        while pid and pid not in ("0", "1") and pid not in found:
            found.append(pid)
            try:
                stat = host.read(f"/proc/{pid}/stat")
            except OSError:
                break
            pid = stat[stat.rindex(b")") + 2 :].split()[1].decode("ascii")
    return found


def units_of_process(host: Host, pid: str) -> list[str]:
    """Returns the units in whose control groups a process is, the innermost first."""
    try:
        lines = host.read(f"/proc/{pid}/cgroup").decode("utf-8", "replace").splitlines()
    except OSError:
        return []
    # systemd's own hierarchy: the only one, or that which has its name.
    paths = [line.split(":", 2)[2] for line in lines if line.startswith("0::/")]
    paths += [line.split(":", 2)[2] for line in lines if ":name=systemd:" in line]
    names = [name for path in paths for name in reversed(path.split("/"))]
    return [name for name in dict.fromkeys(names) if _UNIT.fullmatch(name) and name != "-.slice"]
