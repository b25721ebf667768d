"""A log that only root may read, in the window: what is said, and what the helper's answers do."""

import gzip
import json
import os
import stat
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel
from roots.doors import NO_AGENT, Door

from sysgui.panels.logs import permission
from sysgui.panels.logs.analysis.report import Report
from sysgui.panels.logs.as_root import Opened
from sysgui.panels.logs.permission import not_permitted
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.bundle_dialog import BundleDialog
from sysgui.system.elevation import HELPER
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .journal.conftest import tell, unpacked
from .shown import open_view, seen

PATH = "/var/log/only root.log"
TARGET = "/var/log/only%20root.log"

# Answers as the helper does: what is there, then what comes, until nobody reads it any more.
FOLLOWS = """
import json, os, sys
(target,) = json.loads(sys.stdin.readline())["targets"]
def say(**facts):
    print(json.dumps({"frame": "piece", "facts": {"target": target, **facts}}), flush=True)
say(event="opened", size=13)
say(offset=0, data="one\\ncaf\\xc3\\xa9 two\\n")
fifo = open(%r)
for line in fifo:
    say(event="replaced")
    say(offset=0, data=line)
print('{"frame":"error","code":"cancelled"}')
"""


class Closed(Door):
    """A machine with a helper, and with logs of its own that may be read."""

    def exists(self, path: str) -> bool:
        return super().exists(path) or Host.exists(self, path)

    def stat(self, path: str) -> os.stat_result:
        return Host.stat(self, path) if path.startswith(("/var", "/proc")) else super().stat(path)


Make = Callable[..., LogsView]


@pytest.fixture
def make(qtbot, panel_context) -> Make:
    def make(host: Host, path: str = PATH) -> LogsView:
        context = panel_context(host)
        view = open_view(context)
        qtbot.waitUntil(lambda: bool(view._files.empty_text))
        # Whoever runs the tests may read all: that he may not is said as the child would say it.
        view._asking.path = path
        view._asking._take_problem(not_permitted(Host(), path))
        return view

    return make


def said(view: LogsView) -> str:
    return " ".join(label.text() for label in view.findChildren(QLabel) if label.isVisible())


@pytest.fixture
def fifo(tmp_path: Path) -> Path:
    os.mkfifo(tmp_path / "comes")
    return tmp_path / "comes"


def test_it_is_said_who_may_and_offered(qtbot, make: Make) -> None:
    view = make(Closed(""))
    assert "Only root" in view.lines.empty_text
    assert view._root.button.isVisible()
    view._asking.open("/var/log/another")
    assert not view._root.isVisible()
    view._root.ask()
    assert "No administrator is needed" in said(view)


def test_its_lines_come_and_are_followed_until_another_log_is_chosen(
    qtbot, make: Make, fifo: Path
) -> None:
    host = Closed(FOLLOWS % str(fifo))
    view = make(host)
    view._root.button.click()
    assert "waiting for an administrator's password" in said(view)
    with fifo.open("w") as comes:
        qtbot.waitUntil(lambda: seen(view) == ["one", "café two"])
        assert "read as root" in said(view)
        comes.write("three\n")
        comes.flush()
        qtbot.waitUntil(lambda: seen(view) == ["one", "café two", "three"])
        (argv,) = host.started
        assert argv[-4:] == [HELPER, "file-read", "follow=yes", "/var/log/only%20root.log"]
        view._asking.open("/var/log/another")
    assert not view._root.isVisible()
    qtbot.waitUntil(lambda: view._root._reading._errand is None)
    assert "Cancelled" not in said(view)


class Rotated(Closed):
    """The same, with what was rotated away: files of a folder stand where the logs would be."""

    def __init__(self, script: str, folder: Path) -> None:
        super().__init__(script)
        self.folder = folder

    def each_name(self, path: str) -> Iterator[str]:
        assert path == "/var/log"
        return iter(os.listdir(self.folder))

    def stat(self, path: str) -> os.stat_result:
        there = self.folder / path.removeprefix("/var/log/")
        return Host.stat(self, str(there)) if there.exists() else super().stat(path)


# Answers as the helper does for some files, the names of which tell where they are; then it says
# what comes through a pipe.
SET = """
import json, sys
from pathlib import Path
from urllib.parse import unquote
asked = json.loads(sys.stdin.readline())
def say(target, **facts):
    print(json.dumps({"frame": "piece", "facts": {"target": target, **facts}}), flush=True)
for target in asked["targets"]:
    data = Path(%r, unquote(target).rpartition("/")[2]).read_bytes()
    say(target, event="opened", size=len(data))
    for offset in range(0, len(data), 100):
        say(target, offset=offset, data=data[offset:offset + 100].decode("latin-1"))
if "follow" in asked["arguments"]:
    for line in open(%r):
        say(**json.loads(line))
print('{"frame":"error","code":"cancelled"}')
"""


@pytest.fixture
def rotated(tmp_path: Path, fifo: Path) -> Rotated:
    """A log that has been rotated twice; the middle one does not end with its last line."""
    folder = tmp_path / "log"
    folder.mkdir()
    name = PATH.removeprefix("/var/log/")
    (folder / f"{name}.2.gz").write_bytes(gzip.compress(b"one\ntwo\n"))
    (folder / f"{name}.1").write_text("three")
    (folder / name).write_text("four\n")
    os.utime(folder / f"{name}.2.gz", (1, 1))
    os.utime(folder / f"{name}.1", (2, 2))
    return Rotated(SET % (str(folder), str(fifo)), folder)


SET_OF_IT = [f"{TARGET}.2.gz", f"{TARGET}.1", TARGET]


def test_all_that_was_rotated_away_comes_with_one_password(
    qtbot, make: Make, rotated: Rotated, fifo: Path, tmp_path: Path
) -> None:
    view = make(rotated)
    view._pane.older.click()
    view._root.button.click()
    with fifo.open("w") as comes:
        qtbot.waitUntil(lambda: seen(view) == ["one", "two", "three", "four"])
        assert "2 files that were rotated away come before it" in said(view)
        # Rotated once more: what has the older name now is there already.
        for event in (
            {"target": f"{TARGET}.1", "event": "replaced"},
            {"target": f"{TARGET}.1", "offset": 0, "data": "four\n"},
            {"target": TARGET, "event": "replaced"},
            {"target": TARGET, "offset": 0, "data": "five\n"},
        ):
            comes.write(json.dumps(event) + "\n")
        comes.flush()
        qtbot.waitUntil(lambda: seen(view) == ["one", "two", "three", "four", "five"])
        (argv,) = rotated.started
        assert argv[-5:] == ["file-read", "follow=yes", *SET_OF_IT]
        lines, told = bundled(qtbot, view, tmp_path / "out.zip")
        assert lines == ["one", "two", "three", "four", "five"]
        assert f"sysgui logs '{PATH}' --older" in told
        view._asking.open("/var/log/another")
    qtbot.waitUntil(lambda: view._root._reading._errand is None)


def kept_open(fifo: Path) -> IO[bytes]:
    """Opens the pipe without waiting for somebody who reads from it."""
    return open(os.open(fifo, os.O_RDWR), "wb")


def test_older_is_asked_for_anew_while_it_is_read_as_root(
    qtbot, make: Make, rotated: Rotated, fifo: Path
) -> None:
    view = make(rotated)
    view._root.button.click()
    with kept_open(fifo):
        qtbot.waitUntil(lambda: seen(view) == ["four"])
        view._pane.older.click()
    with kept_open(fifo):
        qtbot.waitUntil(lambda: seen(view) == ["one", "two", "three", "four"])
    assert [argv[-1] for argv in rotated.started] == [TARGET, TARGET]
    # Also when nothing is read any more.
    qtbot.waitUntil(lambda: "not followed any more" in said(view))
    view._pane.older.click()
    with kept_open(fifo):
        qtbot.waitUntil(lambda: seen(view) == ["four"])
        view._root.withdraw()
    qtbot.waitUntil(lambda: view._root._reading._errand is None)
    view._pane.older.click()
    assert len(rotated.started) == 3


def test_without_the_older_ones_a_log_that_may_be_read_is_read_as_such(
    qtbot, make: Make, rotated: Rotated, fifo: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    view = make(rotated)
    monkeypatch.setattr(Rotated, "may_read", lambda _host, path: path == PATH)
    view._pane.older.click()
    view._root.button.click()
    with kept_open(fifo):
        qtbot.waitUntil(lambda: seen(view) == ["one", "two", "three", "four"])
        view._pane.older.click()
    assert (view._asking.path, view._asking.source) == (PATH, "")
    assert not view._root.isVisible()
    qtbot.waitUntil(lambda: view._root._reading._errand is None)
    assert len(rotated.started) == 1


def test_of_a_damaged_older_one_it_is_said_and_the_rest_shown(
    qtbot, make: Make, rotated: Rotated, fifo: Path
) -> None:
    packed = rotated.folder / SET_OF_IT[0].rpartition("/")[2].replace("%20", " ")
    packed.write_bytes(packed.read_bytes()[:-9])
    os.utime(packed, (1, 1))
    view = make(rotated)
    view._pane.older.click()
    view._root.button.click()
    with fifo.open("w"):
        qtbot.waitUntil(lambda: bool(seen(view)) and seen(view)[-2:] == ["three", "four"])
        qtbot.waitUntil(lambda: "it ends too early" in said(view))
        assert "read as root, and followed" in said(view)
        view._root.withdraw()
    qtbot.waitUntil(lambda: view._root._reading._errand is None)


def test_of_more_than_go_with_one_password_the_youngest_are_read(
    qtbot, make: Make, rotated: Rotated, fifo: Path
) -> None:
    for number in range(3, 41):
        path = rotated.folder / f"{PATH.removeprefix('/var/log/')}.{number}.gz"
        path.write_bytes(gzip.compress(b"old\n"))
        os.utime(path, (1, 1))
    view = make(rotated)
    view._pane.older.click()
    view._root.button.click()
    with fifo.open("w"):
        qtbot.waitUntil(lambda: bool(seen(view)) and seen(view)[-1] == "four")
        assert "9 older files are left out" in said(view)
        (argv,) = rotated.started
        asked = [f"{TARGET}.{number}.gz" for number in range(31, 1, -1)]
        assert argv[-33:] == ["follow=yes", *asked, *SET_OF_IT[1:]]
        view._root.withdraw()
    qtbot.waitUntil(lambda: view._root._reading._errand is None)


def bundled(qtbot, view: LogsView, path: Path) -> tuple[list[str], str]:
    """Saves what is shown as a bundle; returns the lines in it, and what it says of itself."""
    view._bundles.action.trigger()
    dialog = view.findChild(BundleDialog)
    assert dialog is not None
    for box in dialog.findChildren(QCheckBox):
        box.setChecked(False)
    dialog._path.setText(str(path))
    dialog._save.click()
    qtbot.waitUntil(lambda: dialog._made, timeout=60_000)
    dialog.close()
    with zipfile.ZipFile(path) as bundle:
        lines = bundle.read("incident/lines.log").decode().splitlines()
        return lines, bundle.read("incident/README.txt").decode()


def analysed(qtbot, view: LogsView) -> Report:
    view._pane.analyse.click()
    page = view._analysing.page
    qtbot.waitUntil(lambda: page.report.settled and bool(page.report.source), timeout=60_000)
    return page.report


def test_it_is_analysed_and_goes_into_a_bundle(qtbot, make: Make, tmp_path: Path) -> None:
    lines = [f"Nov 27 08:00:{number:02} vm app[1]: error {number}" for number in range(50)]
    (tmp_path / "plain").write_text("\n".join(lines))
    view = make(Closed(WHOLE % str(tmp_path / "plain")))
    view._root.button.click()
    qtbot.waitUntil(lambda: bool(seen(view)) and seen(view)[-1] == lines[-1])
    found, told = bundled(qtbot, view, tmp_path / "out.zip")
    assert found == lines
    assert f"sysgui logs '{PATH}'" in told
    assert "/proc/" not in told
    assert analysed(qtbot, view).lines == len(lines)


def test_what_came_stays_when_it_is_stopped(qtbot, make: Make, fifo: Path) -> None:
    view = make(Closed(FOLLOWS % str(fifo)))
    view._root.button.click()
    with fifo.open("w"):
        qtbot.waitUntil(lambda: len(seen(view)) == 2)
        view._root.stop.click()
    qtbot.waitUntil(lambda: "not followed any more" in said(view))
    assert seen(view) == ["one", "café two"]
    assert view._root.button.isVisible()


@pytest.mark.parametrize(
    ("script", "there", "text"),
    [
        ("raise SystemExit(126)", True, "dismissed"),
        ("raise SystemExit(127)", True, "polkit does not allow this"),
        (NO_AGENT, True, "Nobody could be asked"),
        ('print(\'{"frame":"error","code":"not-a-file"}\')', True, "those are not read as root"),
        ("", False, "needs the installed Sysgui"),
    ],
    ids=["dismissed", "refused", "no agent", "link", "missing"],
)
def test_why_it_did_not_work_is_said_and_it_is_offered_again(
    qtbot, make: Make, script: str, there: bool, text: str
) -> None:
    host = Closed(script) if there else Closed(script, there=())
    view = make(host)
    view._root.button.click()
    qtbot.waitUntil(lambda: text in said(view))
    assert view._root.button.isVisible()


def test_the_question_can_be_cancelled_and_the_window_closed(qtbot, make: Make) -> None:
    view = make(Closed("import time; time.sleep(1000)"))
    view._root.button.click()
    qtbot.waitUntil(lambda: view._root._reading._errand is not None)
    view._root.stop.click()
    qtbot.waitUntil(lambda: "Cancelled" in said(view))
    view._root.button.click()
    qtbot.waitUntil(lambda: view._root._reading._errand is not None)
    view._root._poller.quit()
    assert view._root._poller.wait(2000)


def test_what_is_no_log_of_the_system_is_not_offered(qtbot, make: Make) -> None:
    view = make(Closed(""))
    view._asking.open("/home/me/private.log")
    view._asking._take_problem(not_permitted(Host(), "/home/me/private.log"))
    assert not view._root.isVisible()


# Answers with all of a file, in pieces.
WHOLE = """
import json, sys
(target,) = json.loads(sys.stdin.readline())["targets"]
data = open(%r, "rb").read()
print(json.dumps({"frame": "piece", "facts": {"event": "opened", "size": len(data)}}))
for offset in range(0, len(data), 100):
    piece = data[offset:offset + 100].decode("latin-1")
    print(json.dumps({"frame": "piece", "facts": {"offset": offset, "data": piece}}))
print('{"frame":"result","code":"done"}')
"""


@pytest.mark.parametrize("whole", [True, False])
def test_what_is_compressed_is_unpacked_on_its_way(
    qtbot, make: Make, tmp_path: Path, whole: bool
) -> None:
    lines = [f"line {number * 7919}" for number in range(2000)]
    packed = gzip.compress("".join(f"{line}\n" for line in lines).encode())
    (tmp_path / "packed").write_bytes(packed if whole else packed[: len(packed) // 2])
    host = Closed(WHOLE % str(tmp_path / "packed"))
    view = make(host, f"{PATH}.2.gz")
    view._root.button.click()
    qtbot.waitUntil(lambda: view._root._reading._errand is None and bool(seen(view)))
    (argv,) = host.started
    assert argv[-2:] == ["file-read", "/var/log/only%20root.log.2.gz"]
    if whole:
        qtbot.waitUntil(lambda: seen(view)[-1] == lines[-1])
        qtbot.waitUntil(lambda: "was read as root" in said(view))
    else:
        qtbot.waitUntil(lambda: "it ends too early" in said(view))
        assert seen(view)[0] in lines


# Answers as the helper does for a file that nothing comes to any more, until nobody reads it.
LASTS = """
import json, sys
(target,) = json.loads(sys.stdin.readline())["targets"]
data = open(%r, "rb").read()
def say(**facts):
    print(json.dumps({"frame": "piece", "facts": {"target": target, **facts}}), flush=True)
say(event="opened", size=len(data))
for offset in range(0, len(data), 100):
    say(offset=offset, data=data[offset:offset + 100].decode("latin-1"))
sys.stdin.read()
print('{"frame":"error","code":"cancelled"}')
"""


def test_what_is_compressed_without_being_called_so_is_unpacked_and_not_followed(
    qtbot, make: Make, tmp_path: Path
) -> None:
    lines = [f"line {number * 7919}" for number in range(2000)]
    (tmp_path / "packed").write_bytes(gzip.compress("\n".join(lines).encode()))
    view = make(Closed(LASTS % str(tmp_path / "packed")))
    view._root.button.click()
    qtbot.waitUntil(lambda: "was read as root" in said(view))
    qtbot.waitUntil(lambda: bool(seen(view)) and seen(view)[-1] == lines[-1])
    assert view._root._reading._errand is None


def test_what_is_only_called_compressed_is_shown(qtbot, make: Make, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("one\ntwo\n")
    view = make(Closed(WHOLE % str(tmp_path / "plain")), f"{PATH}.gz")
    view._root.button.click()
    qtbot.waitUntil(lambda: seen(view) == ["one", "two"])


def test_what_comes_of_one_log_is_not_shown_for_another(qtbot, make: Make, fifo: Path) -> None:
    view = make(Closed(FOLLOWS % str(fifo)))
    view._root.button.click()
    # The answer for the one comes when the other is chosen.
    other = "/var/log/another.log"
    view._asking.open(other)
    view._asking._take_problem(not_permitted(Host(), other))
    view._root._came.emit(Opened(PATH, "/proc/self/fd/0"))
    assert (view._asking.path, view._asking.source) == (other, "")
    qtbot.waitUntil(lambda: view._root._reading._errand is None)
    assert view._root.button.isVisible()


def test_the_journal_is_read_as_it_is_now(
    qtbot, panel_context, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    place = f"/var/log/journal/{'0a' * 16}/system.journal"
    monkeypatch.setattr(permission, "active_file", lambda _host, _name: place)
    monkeypatch.setattr(Closed, "may_read", lambda _host, path: path != place)
    recorded = tmp_path / "recorded.journal"
    recorded.write_bytes(unpacked("compact"))
    host = Closed(WHOLE % str(recorded))
    context = panel_context(host)
    view = open_view(context)
    qtbot.waitUntil(lambda: bool(view._files.empty_text))
    view._asking.path = "journal:system"
    view._asking._take_problem(Problem("journal-unreadable", "closed", "hint"))
    view._root.button.click()
    said_last = tell(recorded)[-1]["MESSAGE"]
    qtbot.waitUntil(lambda: bool(seen(view)) and seen(view)[-1].endswith(said_last))
    assert "not followed" in said(view)
    kept = Path(view._asking.source.removeprefix("journal:"))
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    (argv,) = host.started
    assert argv[-2:] == ["file-read", place]
    total = len(tell(recorded))
    found, about = bundled(qtbot, view, tmp_path / "out.zip")
    assert found[-1].endswith(said_last)
    assert sum(said_last in each for each in found) == 1
    assert "sysgui logs journal:system" in about
    assert kept.name not in about
    assert analysed(qtbot, view).lines == total
    view._root._reading.close()
    assert not kept.exists()
