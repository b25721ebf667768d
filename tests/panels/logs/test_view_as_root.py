"""A log that only root may read, in the window: what is said, and what the helper's answers do."""

import gzip
import os
import stat
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtWidgets import QCheckBox, QLabel
from roots.doors import NO_AGENT, Door

from sysgui.panels.logs import permission
from sysgui.panels.logs.analysis.report import Report
from sysgui.panels.logs.permission import not_permitted
from sysgui.panels.logs.view import LogsView
from sysgui.panels.logs.window.bundle_dialog import BundleDialog
from sysgui.system.elevation import HELPER
from sysgui.system.host import Host
from sysgui.system.problem import Problem

from .journal.conftest import tell, unpacked
from .test_view import seen

PATH = "/var/log/only root.log"

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
        view = LogsView(context)
        context.shell.views.append(view)
        view.resize(1000, 600)
        view.show()
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


def test_older_is_not_offered_for_it_and_why(qtbot, make: Make, tmp_path: Path) -> None:
    (tmp_path / "plain").write_text("one\ntwo\n")
    view = make(Closed(WHOLE % str(tmp_path / "plain")))
    older = view._pane.older
    older.click()
    assert older.isChecked()
    view._root.button.click()
    qtbot.waitUntil(lambda: seen(view) == ["one", "two"])
    assert not older.isEnabled()
    assert "one file" in older.toolTip()
    assert not view._asking.older
    older.click()
    assert older.isChecked()
    view._asking.open("/var/log/another")
    assert older.isEnabled()
    assert "Alt+O" in older.toolTip()
    assert view._asking.older


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
    view._root._came.emit(PATH, "/proc/self/fd/0")
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
    view = LogsView(context)
    context.shell.views.append(view)
    view.resize(1000, 600)
    view.show()
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
