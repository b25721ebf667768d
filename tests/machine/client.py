"""The application's way to root, driven by a test. It runs in the machine, as an ordinary user.

It reads what to do, a line of JSON each:

    {"order": …, "agree": true, false or null}   start an errand; null lets the preview wait
    {"agree": true or false}                     what the preview waits for
    {"cancel": true}                             cancel the errand
    {"agent": true or false}                     start or end the authentication agent
    {"answer": …}                                what the agent is to answer (see agent.py)

It writes a line for each `frame`, for the end (the `problem`, or null), when it has `cancelled`,
and each line of the agent.
"""

from __future__ import annotations

import json
import os
import queue
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import msgspec

from sysgui.system.elevation import Errand, Order
from sysgui.system.host import Host
from sysgui.system.problem import Problem

AGENT = [sys.executable, str(Path(__file__).with_name("agent.py"))]

_writing = threading.Lock()


class Agent:
    """The program that answers polkit, in the same session."""

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [*AGENT, os.environ["XDG_SESSION_ID"]],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self._relay = threading.Thread(target=self._tell)
        self._relay.start()

    def _tell(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            say(**json.loads(line))

    def answer(self, given: Any) -> None:
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(given) + "\n")
        self._process.stdin.flush()

    def end(self) -> None:
        self._process.communicate()
        self._relay.join()
        say(left=True)


class Client:
    """Runs errands, one after the other, each in a thread of its own."""

    def __init__(self) -> None:
        self._agent: Agent | None = None
        self._errand: Errand | None = None
        self._agreed: queue.Queue[bool] = queue.Queue()

    def do(self, given: dict[str, Any]) -> None:
        """Does one thing that the test says, without waiting for its end."""
        if "order" in given:
            self._start(msgspec.convert(given["order"], Order), given["agree"])
        elif "agree" in given:
            self._agreed.put(given["agree"])
        elif "cancel" in given and self._errand is not None:
            self._errand.cancel()
            say(cancelled=True)
        elif "answer" in given and self._agent is not None:
            self._agent.answer(given["answer"])
        elif "agent" in given:
            self.set_agent(wanted=given["agent"])

    def set_agent(self, *, wanted: bool) -> None:
        """Starts the agent or ends it."""
        if wanted and self._agent is None:
            self._agent = Agent()
        elif not wanted and self._agent is not None:
            self._agent.end()
            self._agent = None

    def _start(self, order: Order, agree: bool | None) -> None:
        self._agreed = queue.Queue()
        if agree is not None:
            self._agreed.put(agree)
        try:
            self._errand = Errand(Host(), order)
        except Problem as problem:
            _fail(problem)
        else:
            arguments = [self._errand, self._agreed]
            threading.Thread(target=_run, args=arguments, daemon=True).start()


def _run(errand: Errand, agreed: queue.Queue[bool]) -> None:
    try:
        for frame in errand.stream(lambda _plan: agreed.get()):
            say(frame=msgspec.to_builtins(frame))
    except Problem as problem:
        _fail(problem)
    else:
        say(problem=None)


def _fail(problem: Problem) -> None:
    say(problem=problem.code, text=f"{problem.message} {problem.hint}".strip())


def say(**what: Any) -> None:
    with _writing:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def main() -> None:
    client = Client()
    say(started=True)
    for line in sys.stdin:
        client.do(json.loads(line))
    client.set_agent(wanted=False)


if __name__ == "__main__":
    main()
