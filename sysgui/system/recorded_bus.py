"""The bus of a recorded machine: what busctl was told there stands for all that can be asked."""

import math
import select
from collections.abc import Callable, Sequence
from typing import Any

import msgspec

from sysgui.system.bell import Bell
from sysgui.system.bus import TIMEOUT, Call, Pending, Signal


class RecordedBus:
    """The bus of a recorded machine: it says what busctl was told there, and nothing happens.

    Args:
        kind: `system` or `user`.
        answers: Returns what a program had printed there; a `Problem` if it was not run.
    """

    def __init__(self, kind: str, answers: Callable[[Sequence[str]], bytes]) -> None:
        self._kind = kind
        self._answers = answers
        self._came: list[Signal | Pending] = []
        self._bell = Bell()

    def send(self, call: Call) -> Pending:
        """Answers at once.

        Raises:
            Problem: `not-recorded`.
        """
        pending = Pending(call)
        printed = self._answers(busctl(self._kind, call))
        answer = msgspec.json.decode(printed) if printed.strip() else {"data": []}
        pending.answer(tuple(map(_from_json, answer["data"])))
        self._came.append(pending)
        return pending

    def call(self, call: Call, timeout: float = TIMEOUT) -> tuple[Any, ...]:
        """Answers at once."""
        del timeout
        pending = self.send(call)
        self._came.remove(pending)
        return pending.result()

    def match(self, sender: str) -> None:
        """Nobody tells anything."""

    def wait(self, seconds: float | None) -> list[Signal | Pending]:
        """Waits for `interrupt`, if nobody has asked: nothing else ever happens."""
        if not self._came:
            poll = select.poll()
            poll.register(self._bell, select.POLLIN)
            poll.poll(None if seconds is None else math.ceil(seconds * 1000))
            self._bell.hush()
        came, self._came = self._came, []
        return came

    def interrupt(self) -> None:
        """Makes `wait` return."""
        self._bell.ring()

    def close(self) -> None:
        """Nothing is open but the bell."""
        self._bell.close()


def busctl(kind: str, call: Call) -> list[str]:
    """Returns the command line by which busctl asks the same: what a recording is made with.

    For arguments that are texts, and lists of texts.
    """
    arguments: list[str] = []
    for each in call.body:
        arguments += [str(len(each)), *each] if isinstance(each, list) else [str(each)]
    words = ["busctl", f"--{kind}", "--json=short", "call", *call[:4]]
    return [*words, call.signature, *arguments] if call.signature else words


def _from_json(value: Any) -> Any:
    """Returns what busctl printed as jeepney has it: structs as tuples, variants as pairs."""
    if isinstance(value, dict):
        if value.keys() == {"type", "data"}:
            return value["type"], _from_json(value["data"])
        return {key: _from_json(each) for key, each in value.items()}
    if isinstance(value, list):
        return [tuple(each) if isinstance(each, list) else _from_json(each) for each in value]
    return value
