"""What a watch will try is tried before it is watched, by the program that will try it."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.services.watch import command
from sysgui.panels.services.watch.attempt import HIDDEN, PROGRAM, WRONG, AttemptProbe, question
from sysgui.system.host import Output
from sysgui.system.problem import Problem
from sysgui.watch import probe
from sysgui.watch.words import PROBES, status_of
from tests.panels.services.told import Told
from tests.panels.services.watch.test_watches import parsed

TCP = {"kind": "tcp", "port": 1, "address": "127.0.0.1", "timeout": 5}


class Tried(Told):
    """A machine on which the program itself runs, in the test's own process.

    Attributes:
        answer: What it answers instead, if anything.
    """

    def __init__(self, root: Path, capsys: pytest.CaptureFixture[str]) -> None:
        super().__init__(root, {"web.service": {"ActiveState": "active", "LoadState": "loaded"}})
        self._capsys = capsys
        self.answer: Output | Problem | None = None
        self.tries: list[dict[str, Any]] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        if argv[0] != PROGRAM:
            if argv[3] == "show":  # As `names_of` asks.
                return Output(0, b"Id=web.service\nLoadState=loaded\n", b"")
            return super().run(argv, timeout)
        self.tries.append(json.loads(argv[2]))
        assert timeout > self.tries[-1].get("timeout", 10)
        if isinstance(self.answer, Problem):
            raise self.answer
        if self.answer is not None:
            return self.answer
        self._capsys.readouterr()
        status = probe.main(argv[1:])
        return Output(status, self._capsys.readouterr().out.encode(), b"")


@pytest.fixture
def host(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Tried:
    return Tried(tmp_path, capsys)


def test_every_status_of_the_program_is_known_here() -> None:
    assert all(status_of(wrong) in WRONG for wrong in PROBES)
    assert HIDDEN in PROBES


def test_what_does_not_hold_is_said_in_the_words_of_the_watch(host: Tried, tmp_path: Path) -> None:
    found = AttemptProbe(host).read(TCP, ["web.service"])
    assert found.wrong == PROBES["refused"]
    new = tmp_path / "new"
    new.touch()
    file = {"kind": "file", "path": str(new), "age": 60, "timeout": 5}
    assert AttemptProbe(host).read(file, ["web.service"]) == AttemptProbe(host).read({}, [])
    new.unlink()
    assert AttemptProbe(host).read(file, ["web.service"]).wrong == PROBES["absent"]


@pytest.mark.parametrize(
    ("answer", "why"),
    [
        (Output(status_of(HIDDEN), f"{HIDDEN} as it says".encode(), b""), "only root"),
        (Output(75, b"", b""), "another version"),
        (Output(1, b"", b"Traceback"), "another version"),
        (Problem("no-program", "It is not installed."), "not installed"),
    ],
)
def test_what_cannot_be_told_is_not_taken_for_wrong(
    host: Tried, answer: Output | Problem, why: str
) -> None:
    host.answer = answer
    found = AttemptProbe(host).read(TCP, ["web.service"])
    assert (found.wrong, why in found.untried) == ("", True)


def test_of_what_does_not_run_nothing_can_be_tried(host: Tried) -> None:
    host.units["web.service"]["ActiveState"] = "failed"
    assert "does not run" in AttemptProbe(host).read(TCP, ["web.service"]).untried
    assert host.tries == []


def test_all_that_belongs_to_a_try_is_handed_on_and_nothing_else() -> None:
    asked = {
        "restart": "yes", "grace": 5, "probe": "http", "port": 80, "text": "a&b", "every": 9,
        "tries": 2, "timeout": 3, "path": "/ä", "name": None,
    }  # fmt: skip
    tried = {"kind": "http", "port": 80, "path": "/ä", "text": "a&b", "timeout": 3}
    assert question(asked) == tried
    assert question({"probe": None, "timeout": 3}) == {}


def test_the_command_line_watches_only_what_holds_now(
    host: Tried, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    ordered: list[Any] = []
    monkeypatch.setattr(
        command, "_carry_out", lambda _host, order, *_more: ordered.append(order) or 0
    )
    host.answer = Output(status_of("refused"), b"refused its port takes no connection\n", b"")
    with pytest.raises(Problem) as caught:
        command.run(parsed("add", "web", "--tcp", "81"), host)
    assert "its port takes no connection. Nothing was done." in caught.value.message
    assert "--no-try" in caught.value.hint
    assert ordered == []
    for words in (("--no-try",), ("--preview",)):
        command.run(parsed("add", "web", "--tcp", "81", *words), host)
    assert (len(ordered), len(host.tries)) == (2, 1)
    host.answer = Problem("program-timeout", "It has no end.")
    assert command.run(parsed("add", "web", "--tcp", "81"), host) == 0
    assert "It has no end." in capsys.readouterr().err
