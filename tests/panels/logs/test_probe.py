"""The list of the logs that a machine has."""

import os
from pathlib import Path

import pytest

from sysgui.panels.logs.probe import LogFile, LogsProbe
from sysgui.system.host import Host

MACHINE = "0123456789abcdef" * 2
NAMES = ("system.journal", "system@1.journal", "user-{uid}.journal", "user-4242.journal")


@pytest.fixture
def host(tmp_path: Path) -> Host:
    """A machine that answers as if it were this one."""
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/machine-id").write_text(f"{MACHINE}\n")
    host = Host(str(tmp_path))
    host.live = True
    folder = tmp_path / f"var/log/journal/{MACHINE}"
    folder.mkdir(parents=True)
    for size, name in enumerate(NAMES, 1):
        path = folder / name.format(uid=host.uid())
        path.write_text("x" * size)
        os.utime(path, (size, size))
    (tmp_path / "var/log/syslog").write_text("x")
    return host


def listed(host: Host) -> list[tuple[str, int, float, bool]]:
    files = LogsProbe(host).read().files
    return [(file.path, file.size, file.changed, file.readable) for file in files[:-1]]


def test_the_journals_come_first(host: Host) -> None:
    assert listed(host) == [("journal:system", 3, 2.0, True), ("journal:user", 3, 3.0, True)]
    assert LogsProbe(host).read().files[-1].name == "syslog"


def test_a_journal_that_is_closed_is_there(host: Host, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Host, "may_read", lambda _host, path: "system" not in path)
    assert listed(host)[0] == ("journal:system", 0, 0.0, False)


def test_a_machine_without_a_journal_has_files_only(host: Host, tmp_path: Path) -> None:
    (tmp_path / "etc/machine-id").unlink()
    assert listed(host) == []


def test_of_a_recorded_machine_the_files_are_listed(host: Host) -> None:
    host.live = False
    files = LogsProbe(host).read().files
    assert [type(file) for file in files] == [LogFile]


def test_any_folder_is_listed_with_the_journal_in_it(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "srv/logs"
    (folder / "deep").mkdir(parents=True)
    for name in ("app.log", "app.log.1.gz", "deep/b.txt", "remote-a.journal"):
        (folder / name).write_text("x")
    found = {(file.path, file.name, file.kind) for file in LogsProbe(host).read("/srv/logs/").files}
    assert found == {
        ("/srv/logs/app.log", "app.log", "text"),
        ("/srv/logs/app.log.1.gz", "app.log.1.gz", "gz"),
        ("/srv/logs/deep/b.txt", "deep/b.txt", "text"),
        ("journal:/srv/logs", "/srv/logs/", "journal"),
    }


def test_what_other_machines_sent_is_a_journal_of_its_own(host: Host, tmp_path: Path) -> None:
    folder = tmp_path / "var/log/journal/remote"
    folder.mkdir()
    (folder / "remote-elsewhere.journal").write_text("xy")
    assert ("journal:/var/log/journal/remote", 2) in [file[:2] for file in listed(host)]
