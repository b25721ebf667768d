"""What the doctor says of machines that lack something."""

import os
import sys
from importlib import metadata
from pathlib import Path

import msgspec
import pytest
from roots.doors import Door
from roots.hosts import DEBIAN, process_files, write_machine

from sysgui.system import doctor
from sysgui.system.doctor import Finding, examine
from sysgui.system.elevation import HELPER
from sysgui.system.host import Host
from sysgui.system.panel import BrokenPanel
from sysgui.system.transport import PKEXEC


def findings(root: Path, *broken: BrokenPanel) -> dict[str, Finding]:
    return {finding.name: finding for finding in examine(Host(str(root)), broken)}


def test_each_finding_that_is_not_good_says_what_to_do() -> None:
    for finding in findings(Path("/")).values():
        assert finding.name
        assert finding.detail
        assert finding.state == "ok" or finding.remedy


def test_a_recorded_machine_that_keeps_pressure_is_well() -> None:
    found = findings(DEBIAN)
    assert found["Pressure (PSI)"].state == "ok"
    assert found["Others' processes"].state == "ok"


def test_what_a_machine_lacks_is_found(tmp_path: Path) -> None:
    found = findings(write_machine(tmp_path, process_files(7), uid=1000))
    assert found["Pressure (PSI)"].state == "limited"
    assert "psi=1" in found["Pressure (PSI)"].remedy
    assert found["Others' processes"].detail == "hidden (hidepid)"
    assert found["Acting as root"].state == "limited"
    assert "installer/install" in found["Acting as root"].remedy


def test_who_may_not_read_logs_is_told_the_group_that_may(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = {
        "/etc/machine-id": "0a" * 16,
        f"/var/log/journal/{'0a' * 16}/system.journal": "x",
        "/var/log/auth.log": "x",
        "/var/log/dpkg.log": "x",
    }
    host = Host(str(write_machine(tmp_path, files, uid=1000)))
    found = {each.name: each for each in examine(host, [])}
    assert found["Journal"].state == found["Logs in /var/log"].state == "ok"
    closed = ("system.journal", "auth.log")
    monkeypatch.setattr(host, "may_read", lambda path: not path.endswith(closed))
    found = {each.name: each for each in examine(host, [])}
    assert "systemd-journal" in found["Journal"].remedy
    assert found["Logs in /var/log"].detail == "may not be read by you: auth.log"
    assert "-aG adm" in found["Logs in /var/log"].remedy


def test_a_machine_without_logs_is_told_so(tmp_path: Path) -> None:
    found = findings(write_machine(tmp_path, {"/proc/x": ""}))
    assert found["Journal"].detail == "there is none"
    assert found["Logs in /var/log"].state == "limited"


JOURNAL = "/run/systemd/journal/socket"


def acting(host: Host) -> Finding:
    (found,) = [each for each in examine(host, []) if each.name == "Acting as root"]
    return found


def test_a_helper_that_others_could_have_changed_is_told() -> None:
    host = Door("", there=(HELPER, PKEXEC, JOURNAL))
    assert (acting(host).state, acting(host).detail) == ("ok", f"asks through {PKEXEC}")
    host.stats["/usr"] = os.stat_result((0o040777, 0, 0, 1, 0, 0, 0, 0, 0, 0))
    assert acting(host).state == "limited"
    assert "chmod go-w" in acting(host).remedy


@pytest.mark.parametrize("uid", [0, 1000])
def test_what_keeps_root_itself_from_acting_is_told(uid: int) -> None:
    for there, told in (
        ((HELPER, PKEXEC), "systemd-journald"),
        ((PKEXEC, JOURNAL), "installer/install"),
    ):
        host = Door("", there=there)
        host.user = uid
        assert acting(host).state == "limited"
        assert told in acting(host).remedy


def test_root_needs_to_ask_nobody() -> None:
    host = Door("", there=(HELPER, JOURNAL))
    host.user = 0
    assert (acting(host).state, acting(host).detail) == ("ok", "you are root")


def test_a_broken_panel_is_named_with_its_last_line() -> None:
    found = findings(DEBIAN, BrokenPanel("logs", "Traceback\n  File\nKeyError: 'x'\n"))
    assert found["Panel logs"].detail == "KeyError: 'x'"
    assert found["Panel logs"].state == "missing"


def test_a_package_that_is_missing_is_named_with_what_it_is_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def version(name: str) -> str:
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", version)
    found = findings(DEBIAN)
    assert found["pyqtgraph"].state == "missing"
    assert "graphs" in found["pyqtgraph"].remedy


def test_the_version_of_qt_that_crashes_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metadata, "version", lambda name: "6.12.0")
    crashes = sys.version_info < (3, 12)
    assert findings(DEBIAN)["PySide6_Essentials"].state == ("missing" if crashes else "ok")


def test_no_display_is_said_with_what_works_without(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("WAYLAND_DISPLAY", "DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    assert findings(DEBIAN)["Display"].state == "limited"
    monkeypatch.setenv("DISPLAY", ":7")
    assert findings(DEBIAN)["Display"].detail == "X11 :7"
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-0")
    assert findings(DEBIAN)["Display"].detail == "Wayland wayland-0"


def test_the_status_tells_whether_something_is_missing_and_not_only_limited(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    bad = Host(str(write_machine(tmp_path, {"/proc/x": ""})))
    monkeypatch.setattr(metadata, "version", lambda name: "1.0")
    monkeypatch.setattr(doctor, "_LIBRARIES", {})
    assert doctor.run(bad, [], json=False) == 0
    assert doctor.run(bad, [BrokenPanel("logs", "KeyError")], json=False) == 1
    capfdbinary.readouterr()
    doctor.run(bad, [], json=True)
    sys.stdout.flush()
    lines = capfdbinary.readouterr().out.splitlines()
    decoded = [msgspec.json.decode(line, type=Finding) for line in lines]
    assert [each.name for each in decoded] == list(findings(tmp_path))


def test_it_is_written_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    doctor.run(Host(str(write_machine(tmp_path, {"/proc/x": ""}))), [], json=False)
    out = capsys.readouterr().out
    assert "limited  Pressure (PSI): " in out
    assert "\n         The overview has no pressure graph" in out
