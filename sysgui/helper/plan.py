"""Preview is what runs: a digest over all that a change rests on binds the one to the other."""

from __future__ import annotations

import contextlib
import importlib
import json
from typing import Any, Mapping, Sequence

from .operation import Operation, Request, Target
from .refusal import Refusal


def sha256(data: bytes) -> str:
    """Returns it as Python itself has it: hashlib would load OpenSSL, which takes 4 MB."""
    for name in ("_sha2", "_sha256"):  # From Python 3.12 on, and before; not all have them.
        with contextlib.suppress(ImportError):
            return str(importlib.import_module(name).sha256(data).hexdigest())
    return str(importlib.import_module("hashlib").sha256(data).hexdigest())


class Plan:
    """The targets of a change, held fast, and what is true of them.

    Args:
        operation: What is to be done.
        request: To which targets.

    Raises:
        Refusal: As binding a target says.
    """

    def __init__(self, operation: Operation, request: Request) -> None:
        self._operation = operation
        self._request = request
        self.targets: list[Target] = []
        assert operation.bind is not None
        with contextlib.ExitStack() as held:
            for name in request.targets:
                target = _named(name, operation.bind, name, request)
                held.callback(target.close)
                self.targets.append(target)
            self.facts = self._facts()
            self.digest = self._digest(self.facts)
            self._held = held.pop_all()

    def still_holds(self) -> None:
        """Reads all facts anew.

        Raises:
            Refusal: `changed`, `gone` or `protected`, with the target.
        """
        facts = self._facts()
        for name, before, now in zip(self._request.targets, self.facts, facts):
            if before != now:
                raise Refusal("changed", name)

    def close(self) -> None:
        """Lets go of all targets."""
        self._held.close()

    def _facts(self) -> Sequence[Mapping[str, Any]]:
        return [
            _named(name, target.facts) for name, target in zip(self._request.targets, self.targets)
        ]

    def _digest(self, facts: Sequence[Mapping[str, Any]]) -> str:
        request = self._request
        whole = [self._operation.name, request.arguments, request.targets, facts]
        canonical = json.dumps(whole, sort_keys=True, separators=(",", ":"))
        return sha256(canonical.encode("ascii"))


def _named(target: str, act: Any, *arguments: Any) -> Any:
    """Calls, and says in a refusal which target it is about."""
    try:
        return act(*arguments)
    except Refusal as refusal:
        raise Refusal(refusal.code, target) from refusal
