"""Which files are a journal's, and which of them a user may read."""

from pathlib import Path
from typing import Any

import pytest
from roots.hosts import write_machine

from sysgui.panels.logs.journal.source import EVERYTHING, SYSTEM, USER, JournalSource, listing
from sysgui.system.host import Host

MACHINE = "0066bacec2534d79a9ab907ea95686da"
DISK, MEMORY = f"/var/log/journal/{MACHINE}", f"/run/log/journal/{MACHINE}"

FILES = (
    f"{DISK}/system.journal",
    f"{DISK}/system@785b-0003-0006.journal",
    f"{DISK}/system@785b-0001-0002.journal~",
    f"{DISK}/user-1000.journal",
    f"{DISK}/user-1000@785b-0003-0006.journal",
    f"{DISK}/user-10001.journal",
    f"{MEMORY}/system.journal",
)
OTHERS = (
    f"{DISK}/notes.txt",
    f"{DISK}/fss",
    f"{DISK}.other/system.journal",
    "/var/log/journal/stray.journal",
    "/var/log/journal/remote/remote-host.journal",
    "/var/log/journal/ffffffffffffffffffffffffffffffff/system.journal",
)


class ReaderHost(Host):
    """A machine on which somebody may read some files only."""

    def __init__(self, root: Path, hidden: tuple[str, ...] = ()) -> None:
        super().__init__(str(root))
        self.hidden = hidden

    def may_read(self, path: str) -> bool:
        return not path.startswith(self.hidden) if self.hidden else True


@pytest.fixture
def root(tmp_path: Path) -> Path:
    files: dict[str, Any] = dict.fromkeys((*FILES, *OTHERS), "")
    return write_machine(tmp_path, {**files, "/etc/machine-id": f"{MACHINE}\n"}, uid=1000)


def names(root: Path, source: JournalSource) -> set[str]:
    return set(listing(ReaderHost(root), source).paths)


def test_those_of_this_machine(root: Path) -> None:
    assert names(root, JournalSource(EVERYTHING)) == set(FILES)


def test_those_of_the_system(root: Path) -> None:
    assert names(root, JournalSource(SYSTEM)) == {path for path in FILES if "/system" in path}


def test_those_of_the_user(root: Path) -> None:
    assert names(root, JournalSource(USER)) == {path for path in FILES if "user-1000." in path} | {
        f"{DISK}/user-1000@785b-0003-0006.journal"
    }


def test_a_folder(root: Path) -> None:
    """As journalctl has it: with what lies in folders that are named like machines."""
    found = names(root, JournalSource(directory="/var/log/journal"))
    on_disk = {path for path in FILES if path.startswith(DISK)}
    assert found == on_disk | {OTHERS[3], OTHERS[5]}
    found = names(root, JournalSource(directory="/var/log/journal/remote/"))
    assert found == {OTHERS[4]}


def test_single_files(root: Path) -> None:
    source = JournalSource(files=(FILES[0], FILES[3], "/nowhere.journal"))
    assert names(root, source) == {FILES[0], FILES[3]}


def test_a_file_of_two_names_is_one(root: Path) -> None:
    link = root / "var/log/journal" / MACHINE / "link.journal"
    link.symlink_to("system.journal")
    assert len(names(root, JournalSource())) == len(FILES)


def test_an_ordinary_user_sees_a_part(root: Path) -> None:
    host = ReaderHost(root, tuple(path for path in FILES if "user-1000." not in path))
    found = listing(host, JournalSource())
    assert found.paths == [f"{DISK}/user-1000.journal"]
    assert found.hidden == len(FILES) - 1


def test_a_folder_that_may_not_be_listed_hides_files(root: Path) -> None:
    found = listing(ReaderHost(root, (DISK,)), JournalSource(directory=DISK))
    assert found.paths == []
    assert found.hidden > 0


def test_a_machine_without_a_journal(tmp_path: Path) -> None:
    found = listing(ReaderHost(write_machine(tmp_path, {})), JournalSource())
    assert (found.paths, found.hidden) == ([], 0)


def test_journalctl_is_told_the_same() -> None:
    assert JournalSource().options() == []
    assert JournalSource(SYSTEM).options() == ["--system"]
    assert JournalSource(USER).options() == ["--user"]
    assert JournalSource(directory="/a b").options() == ["--directory=/a b"]
    assert JournalSource(files=("/a*[b", "/c")).options() == [r"--file=/a\*\[b", "--file=/c"]
