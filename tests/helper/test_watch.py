"""A watch is the files that were previewed and nothing else; whatever goes wrong leaves none."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operation import Request
from sysgui.helper.operations import watch_files
from sysgui.helper.operations.watch import SET
from sysgui.helper.operations.watch_end import REMOVE
from sysgui.helper.operations.watch_files import Change, Place, changed, read
from sysgui.helper.plan import Plan

from .rig import Caller, Journal, agreed, asked, code_of
from .watched import World, played


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    return played(tmp_path, monkeypatch)


WANTED: dict[str, Any] = {"restart": "yes", "mail": "yes", "notify": "no"}


def planned(target: str = "web.service", **arguments: Any) -> dict[str, Any]:
    plan = Plan(SET, Request("r1", [target], {**WANTED, **arguments}))
    plan.close()
    return dict(plan.facts[0])


def refused(target: str = "web.service", **arguments: Any) -> str:
    return code_of(lambda: planned(target, **arguments))


def sections(text: str) -> dict[str, list[str]]:
    """Reads a unit file: what stands in each section."""
    found: dict[str, list[str]] = {}
    for line in text.splitlines():
        if line.startswith("["):
            found[line.strip("[]")] = lines = []
        elif line and not line.startswith("#"):
            lines.append(line)
    return found


MAIN = "web.service.d/50-sysgui-watch.conf"
TIMER = "sysgui-probe@web.service.timer.d/50-sysgui-watch.conf"
SERVICE = "sysgui-probe@web.service.service.d/50-sysgui-watch.conf"


# What is written


def test_what_was_previewed_is_what_is_written(
    world: World, journal: Journal, caller: Caller
) -> None:
    previewed = planned()["writes"]
    assert agreed(caller, SET, asked(["web.service"], **WANTED)) == "done"
    assert {f"{world.system}/{name}": text for name, text in world.files().items() if text} == (
        previewed
    )
    assert os.stat(world.system / MAIN).st_mode & 0o7777 == 0o644
    assert os.stat((world.system / MAIN).parent).st_mode & 0o7777 == 0o755
    assert world.told == [["daemon-reload"], ["restart", "--", "sysgui-watch.timer"],
                          ["stop", "--", "sysgui-probe@web.service.timer"],
                          ["reset-failed", "--", "sysgui-probe@web.service.timer"],
                          ["stop", "--", "sysgui-probe@web.service.service"],
                          ["reset-failed", "--", "sysgui-probe@web.service.service"],
                          ["start", "--", "sysgui-look@web.service.service"]]  # fmt: skip


@pytest.mark.parametrize("version", [252, 253, 254, 255, 257])
def test_each_version_of_systemd_gets_what_it_knows(world: World, version: int) -> None:
    world.put(version=f"systemd {version} (anything)")
    (text,) = planned()["writes"].values()
    found = sections(text)
    assert "OnFailure=sysgui-alert@%n.service" in found["Unit"]
    assert "Restart=on-failure" in found["Service"]
    # From 254 on it waits longer and longer; from 255 on OnFailure= tells of every failure.
    assert ("RestartSteps=5" in found["Service"]) == (version >= 254)
    assert ("PropagatesStopTo=sysgui-again-300@%n.timer" in found["Unit"]) == (version < 254)
    assert any("sysgui-look@" in line for line in found["Service"]) == (version < 255)


def test_systemd_of_a_version_that_nobody_knows_gets_nothing(world: World) -> None:
    world.put(version="something else")
    assert refused() == "failed"


@pytest.mark.parametrize(
    ("own", "line"),
    [("no", True), ("on-abnormal", True), ("on-failure", False), ("always", False)],
)
def test_what_restarts_by_itself_goes_on_as_it_did(world: World, own: str, line: bool) -> None:
    world.put(units={"web.service": {"Restart": own}})
    (text,) = planned()["writes"].values()
    assert ("Restart=on-failure" in text.splitlines()) == line


def test_it_is_still_known_how_it_was_when_the_watch_is_set_anew(
    world: World, journal: Journal, caller: Caller
) -> None:
    agreed(caller, SET, asked(["web.service"], **WANTED))
    world.put(units={"web.service": {"Restart": "on-failure"}})  # That is ours by now.
    found = planned(restart="no")
    assert found["own"] == "no"
    assert "Restart=on-failure" in planned()["writes"][f"{world.system}/{MAIN}"].splitlines()


def test_without_restarts_nothing_of_the_service_is_changed(world: World) -> None:
    (text,) = planned(restart="no")["writes"].values()
    assert sections(text)["Service"] == []
    assert not any(line.startswith("StartLimit") for line in text.splitlines())


def test_what_is_kept_running_is_started_again_whatever_ends_it(world: World) -> None:
    for own in ("no", "on-failure", "always"):
        world.put(units={"web.service": {"Restart": own}})
        (text,) = planned(always="yes")["writes"].values()
        found = sections(text)
        assert "Restart=always" in found["Service"]
        assert json.loads(found["X-Sysgui"][0].removeprefix("Watch="))["always"] == "yes"
        (text,) = planned(always="no")["writes"].values()
        assert "Restart=always" not in sections(text)["Service"]
    assert refused(always="yes", restart="no") == "grammar"
    world.put(units={"web.service": {"Type": "oneshot"}})
    assert refused(always="yes") == "grammar"
    assert planned(always="no")


def test_a_probe_has_a_timer_and_one_of_a_file_may_look_at_all_of_them(world: World) -> None:
    http = planned(probe="http", port=80, path="/a%20b".replace("%20", "%3F"), every=7)["writes"]
    assert http.keys() == {f"{world.system}/{MAIN}", f"{world.system}/{TIMER}"}
    assert "OnUnitInactiveSec=7s" in http[f"{world.system}/{TIMER}"].splitlines()
    line = http[f"{world.system}/{MAIN}"].splitlines()[-1].removeprefix("Watch=")
    assert json.loads(line)["probe"] == {
        "kind": "http", "path": "/a?b", "port": 80, "wait": 90,
    }  # fmt: skip
    file = planned(probe="file", path="/var/b%C3%A4ckup%20x", age=60)["writes"]
    assert file.keys() == http.keys() | {f"{world.system}/{SERVICE}"}
    assert "PrivateNetwork=yes" in file[f"{world.system}/{SERVICE}"]
    line = file[f"{world.system}/{MAIN}"].splitlines()[-1].removeprefix("Watch=")
    assert json.loads(line)["probe"] == {
        "kind": "file", "path": "/var/bäckup x", "age": 60, "wait": 90,
    }  # fmt: skip


def test_a_probe_by_tls_may_name_whom_the_certificate_is_for(world: World) -> None:
    (main, _timer) = planned(probe="https", port=443, name="www.example.org")["writes"].values()
    line = main.splitlines()[-1].removeprefix("Watch=")
    assert json.loads(line)["probe"] == {
        "kind": "https", "name": "www.example.org", "port": 443, "wait": 90,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("timeout", "wait"),
    [("1min 30s", 90), ("2.5s", 60), ("1h 1ms", 3601), ("infinity", 60), ("1month", 60)],
)
def test_a_probe_waits_until_it_must_have_started(world: World, timeout: str, wait: int) -> None:
    world.put(units={"web.service": {"TimeoutStartUSec": timeout}})
    main = planned(probe="tcp", port=80)["writes"][f"{world.system}/{MAIN}"]
    line = main.splitlines()[-1].removeprefix("Watch=")
    assert json.loads(line)["probe"]["wait"] == wait


def test_what_runs_once_tells_of_its_end(world: World) -> None:
    assert "OnSuccess=" not in next(iter(planned()["writes"].values()))
    world.put(units={"web.service": {"Type": "oneshot"}})
    (text,) = planned()["writes"].values()
    assert "OnSuccess=sysgui-look@%n.service" in sections(text)["Unit"]


def test_nothing_of_the_callers_begins_a_line(world: World) -> None:
    hostile = "%0A%5BService%5D%0AExecStartPre=".replace("=", "%3D")
    assert refused(probe="http", port=80, text=hostile) == "grammar"
    (main, _timer) = planned(probe="http", port=80, text="a%22%2C%5Cn%25n")["writes"].values()
    assert len(sections(main)["X-Sysgui"]) == 1


@pytest.mark.parametrize(
    "arguments",
    [
        {"probe": "tcp"},
        {"probe": "http", "path": "/"},
        {"probe": "file", "path": "/a"},
        {"probe": "file", "age": 1},
        {"probe": "file", "path": "/a/../b", "age": 1},
        {"probe": "file", "path": "/a//b", "age": 1},
        {"probe": "file", "path": "/a", "age": 1, "port": 1},
        {"probe": "tcp", "port": 1, "path": "/"},
        {"probe": "http", "port": 1, "name": "a"},
        {"probe": "https", "name": "a"},
        {"probe": "https", "port": 1, "path": "/a%20b"},
        {"probe": "http", "port": 1, "path": "/a%20b"},
        {"probe": "http", "port": 1, "path": "/%C3%A4"},
        {"probe": "http", "port": 1, "text": "%61"},
        {"probe": "http", "port": 1, "text": "%FF"},
        {"probe": "http", "port": 1, "text": "%E2%80%AE"},
        {"port": 1},
        {"every": 5},
        {"tries": 1},
    ],
    ids=str,
)
def test_what_does_not_belong_together_is_refused(world: World, arguments: dict[str, Any]) -> None:
    assert refused(**arguments) == "grammar"


@pytest.mark.parametrize(
    ("target", "properties", "code"),
    [
        ("sysgui-watch.service", {}, "grammar"),
        ("sysgui-alert@x.service.service", {}, "grammar"),
        ("getty@.service", {}, "grammar"),
        ("web.service", {"LoadState": "not-found"}, "gone"),
        ("web.service", {"LoadState": "masked"}, "gone"),
        ("web.service", {"Id": "nginx.service"}, "changed"),
        ("dbus.service", {}, "protected"),
    ],
)
def test_what_cannot_or_must_not_be_watched_is_refused(
    world: World, target: str, properties: dict[str, str], code: str
) -> None:
    world.put(units={target: properties})
    assert refused(target) == code


def test_of_what_lets_one_log_in_one_may_be_told(world: World) -> None:
    assert planned("dbus.service", restart="no")["own"] == "no"


# Whatever goes wrong


@pytest.mark.parametrize("fails", ["daemon-reload", "restart"])
def test_if_systemd_does_not_take_it_everything_is_as_before(
    world: World, journal: Journal, caller: Caller, fails: str
) -> None:
    (world.system / "web.service.d").mkdir()
    (world.system / "web.service.d/10-own.conf").write_text("[Service]\n")
    before = world.files()
    world.put(fails=[fails])
    given = asked(["web.service"], **WANTED, probe="tcp", port=80)
    assert agreed(caller, SET, given) == "failed"
    assert world.files() == before
    assert world.told[-1] == ["daemon-reload"]


def test_what_is_changed_meanwhile_is_not_what_was_previewed(
    world: World, journal: Journal, caller: Caller
) -> None:
    plan = Plan(SET, Request("r1", ["web.service"], WANTED))
    (world.system / "web.service.d").mkdir()
    (world.system / MAIN).write_text("[Service]\n")
    assert code_of(plan.still_holds) == "changed"
    plan.close()


@pytest.mark.parametrize("what", ["folder", "file", "pipe", "endless"])
def test_nothing_is_read_or_written_through_a_link(world: World, tmp_path: Path, what: str) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    folder = world.system / "web.service.d"
    if what == "folder":
        folder.symlink_to(elsewhere)
    else:
        folder.mkdir()
    if what == "file":
        (world.system / MAIN).symlink_to(tmp_path / "world")
    elif what == "pipe":
        os.mkfifo(world.system / MAIN)
    elif what == "endless":
        (world.system / MAIN).write_bytes(b"#" * (watch_files.MOST + 1))
    assert refused() == ("too-much" if what == "endless" else "not-a-file")
    assert list(elsewhere.iterdir()) == []


def test_a_link_that_is_put_in_its_place_is_replaced_and_not_followed(
    world: World, tmp_path: Path
) -> None:
    victim = tmp_path / "victim"
    victim.write_text("own")
    place = Place(str(world.system), "web.service.d", "file")
    with changed([Change(place, b"one")]):
        (world.system / "web.service.d/file").unlink()
        (world.system / "web.service.d/file").symlink_to(victim)
        watch_files._put(Change(place, b"two"))
    assert victim.read_text() == "own"
    assert read(place) == b"two"


def test_what_cannot_be_written_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_names: Any, **_how: Any) -> None:
        raise OSError(28, "full")

    place = Place(str(world.system), "web.service.d", "file")
    other = Place(str(world.system), "other.service.d", "file")
    with changed([Change(place, b"before")]):
        pass
    real = os.rename
    calls = iter([real, full, real, real])
    monkeypatch.setattr(watch_files.os, "rename", lambda *n, **h: next(calls)(*n, **h))
    with pytest.raises(OSError, match="full"), changed(
        [Change(place, b"after"), Change(other, b"x")]
    ):  # fmt: skip
        pass
    assert world.files() == {"web.service.d": "", "web.service.d/file": "before"}


# The end


def test_the_end_of_a_watch_leaves_nothing_of_it(
    world: World, journal: Journal, caller: Caller
) -> None:
    (world.system / "web.service.d").mkdir()
    (world.system / "web.service.d/10-own.conf").write_text("[Service]\n")
    before = world.files()
    agreed(caller, SET, asked(["web.service"], **WANTED, probe="file", path="/a", age=60))
    assert {MAIN, TIMER, SERVICE} < world.files().keys()
    memory = world.state / "watches/web.service.json"
    memory.parent.mkdir(parents=True)
    memory.write_text("{}")
    (world.state / "spool").mkdir()
    (world.state / "spool/1").touch()
    other = Caller()
    assert agreed(other, REMOVE, asked(["web.service"])) == "done"
    (plan, *_rest) = other.frames()
    assert plan["items"][0]["unsent"] == 1
    other.close()
    assert world.files() == before
    assert not memory.exists()
    stopped = [words[2] for words in world.told if words[0] == "stop"]
    for unit in ("sysgui-probe@web.service.timer", "sysgui-alert@web.service.service",
                 "sysgui-again-60@web.service.timer", "sysgui-watch.timer"):  # fmt: skip
        assert unit in stopped
    # systemd takes away the folders of state, which are its own to make.
    clean = ["clean", "--what=state", "sysgui-watch.service", "sysgui-mail.service"]
    assert world.told[-1] == clean


def test_the_last_watch_alone_takes_what_belongs_to_all(
    world: World, journal: Journal, caller: Caller
) -> None:
    agreed(caller, SET, asked(["one.service", "web.service"], **WANTED))
    world.put(fails=["clean"])
    for target, code in (("one.service", "done"), ("web.service", "failed")):
        other = Caller()
        assert agreed(other, REMOVE, asked([target])) == code
        assert other.frames()[0]["items"][0]["unsent"] == 0
        other.close()
    assert world.files() == {}


def test_mail_that_is_lost_with_the_last_of_several_watches_is_told_before(
    world: World, journal: Journal, caller: Caller
) -> None:
    units = ["a.service", "b.service", "c.service"]
    agreed(caller, SET, asked(units, **WANTED))
    (world.state / "spool").mkdir(parents=True)
    for name in ("1", "2"):
        (world.state / "spool" / name).touch()
    for targets, told in ((["a.service"], [0]), (["c.service", "b.service"], [0, 2])):
        other = Caller()
        assert agreed(other, REMOVE, asked(targets)) == "done"
        assert [item["unsent"] for item in other.frames()[0]["items"]] == told
        other.close()
    assert world.told[-1][0] == "clean"


def test_what_is_not_watched_cannot_be_ended(world: World) -> None:
    plan = Request("r1", ["web.service"], {})
    assert code_of(lambda: Plan(REMOVE, plan)) == "gone"


def test_a_watch_that_systemd_does_not_let_go_of_stays(
    world: World, journal: Journal, caller: Caller
) -> None:
    agreed(caller, SET, asked(["web.service"], **WANTED))
    before = world.files()
    world.put(fails=["daemon-reload"])
    other = Caller()
    assert agreed(other, REMOVE, asked(["web.service"])) == "failed"
    other.close()
    assert world.files() == before


def test_a_caller_that_goes_takes_what_was_begun_with_him(world: World, journal: Journal) -> None:
    plan = Plan(SET, Request("r1", ["web.service"], WANTED, lambda: False))
    world.put(hangs=["daemon-reload"])
    assert code_of(plan.targets[0].act) == "cancelled"
    plan.close()
    assert world.files() == {}
