"""What an operation is: a row of the table that everything else follows from."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Callable, Iterator, Mapping, NamedTuple, Sequence

from .grammar import Grammar, written
from .refusal import Refusal

if TYPE_CHECKING:
    from .session import Session

MOST_TARGETS = 32


class Request(NamedTuple):
    """What is asked for, checked.

    Attributes:
        identity: The caller's name for this request, for the audit.
        targets: The objects, as they stand on the command line.
        arguments: The rest, by name; optional ones that were not given are missing.
        wanted: Tells whether the caller is still there.
    """

    identity: str
    targets: Sequence[str]
    arguments: Mapping[str, Any]
    wanted: Callable[[], bool] = lambda: True


class Target:
    """One object of an operation that changes something, held fast from the plan to the end."""

    def facts(self) -> Mapping[str, Any]:
        """Returns what the plan rests on, read anew: if any of it differs later, nothing is done.

        Raises:
            Refusal: `gone`, `changed` or `protected`.
        """
        raise NotImplementedError

    def act(self) -> None:
        """Does it.

        Raises:
            Refusal: As in `facts`.
            OSError: As the kernel says.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Lets go of the object."""


class Operation(NamedTuple):
    """One thing that the helper does.

    Attributes:
        name: On the command line, and the last part of the polkit action.
        description: What it does, for the policy's description.
        message: What the user reads in the prompt; the command line is added to it.
        target: The grammar of a target; None if there are none.
        arguments: The grammar of each argument, in their order on the command line.
        required: The names of those that must be given.
        secret: The names of those that come by standard input only.
        some: Whether at least one must be given: without any there is nothing to do.
        bind: Holds a target fast, to be previewed and changed. Only for what changes something.
        read: Yields facts, frame by frame. Only for what changes nothing.
        stream: Whether what it reads may be of any length.
        finish: Whether it goes on when the caller has gone: half of it would be worse.
        keep: Whether one authentication lasts for some minutes. Only for what changes nothing.
    """

    name: str
    description: str
    message: str
    target: Grammar | None
    arguments: Mapping[str, Grammar]
    required: Sequence[str] = ()
    secret: Sequence[str] = ()
    some: bool = False
    bind: Callable[[str, Request], Target] | None = None
    read: Callable[[Session, Request], Iterator[Mapping[str, Any]]] | None = None
    stream: bool = False
    finish: bool = False
    keep: bool = False

    def check(self, given: Any, argv: Sequence[str]) -> Request:
        """Returns the request if it is of the grammar, and is the one that was authenticated.

        Args:
            given: The request as JSON.
            argv: What stands behind the operation's name on the command line.

        Raises:
            Refusal: `input`, `grammar` or `mismatch`.
        """
        if not isinstance(given, dict) or given.keys() != {"request", "targets", "arguments"}:
            raise Refusal("input")
        identity = _accept(_identity, given["request"], "request")
        targets = self._targets(given["targets"])
        arguments = self._arguments(given["arguments"])
        words = [
            f"{name}={written(arguments[name])}"
            for name in self.arguments
            if name in arguments and name not in self.secret
        ]
        if list(argv) != words + targets:
            raise Refusal("mismatch")
        return Request(identity, targets, arguments)

    def _targets(self, given: Any) -> list[str]:
        if not isinstance(given, list):
            raise Refusal("grammar", "targets")
        if self.target is None:
            if given:
                raise Refusal("grammar", "targets")
            return []
        if not 1 <= len(given) <= MOST_TARGETS:
            raise Refusal("grammar", "targets")
        targets = [_accept(self.target, each, "targets") for each in given]
        if len(set(targets)) != len(targets):
            raise Refusal("grammar", "targets")
        return targets

    def _arguments(self, given: Any) -> dict[str, Any]:
        if not isinstance(given, dict) or not set(given) <= set(self.arguments):
            raise Refusal("grammar", "arguments")
        if self.some and not given:
            raise Refusal("grammar", "arguments")
        for name in self.required:
            if name not in given:
                raise Refusal("grammar", name)
        return {name: _accept(self.arguments[name], value, name) for name, value in given.items()}


def _accept(grammar: Grammar, value: Any, field: str) -> Any:
    try:
        return grammar(value)
    except Refusal as refusal:
        raise Refusal(refusal.code, field) from refusal


def _identity(value: Any) -> str:
    if not isinstance(value, str) or not (value.isascii() and value.isalnum() and len(value) <= 36):
        raise Refusal("grammar")
    return value
