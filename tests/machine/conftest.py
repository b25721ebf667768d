"""Fixtures: the machine that a session shares, and fresh ones for tests that need their own."""

from __future__ import annotations

import os
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn, Protocol

import pytest

from .boot import boot
from .build import System, system
from .commands import require_host
from .errors import Unavailable
from .supplies import Supplies, package, supplies

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .debian import Machine

CHECKOUT = Path(__file__).resolve().parents[2]


class Boot(Protocol):
    """Boots one more machine, with more options for systemd-nspawn."""

    def __call__(self, *arguments: str) -> Machine: ...


def refuse(reason: str) -> NoReturn:
    """Skip the test; but where nobody reads the reasons for skipping, fail it."""
    message = f"no test machine: {reason}"
    if os.environ.get("CI", "").lower() not in {"", "0", "false"}:
        pytest.fail(message, pytrace=False)
    pytest.skip(message)


@pytest.fixture(scope="session")
def release(pytestconfig: pytest.Config) -> str:
    """Debian's name for the machine, from ``--machine``."""
    return str(pytestconfig.getoption("--machine", default="bookworm"))


@pytest.fixture(scope="session")
def debian(release: str) -> Iterator[System]:
    """What machines are booted from."""
    reason = ""
    with ExitStack() as held:
        try:
            require_host()
            built = held.enter_context(system(release, CHECKOUT))
        except Unavailable as error:
            reason = str(error)
        if reason:
            refuse(reason)  # Here, so that no traceback tells how we came to know.
        yield built


@pytest.fixture(scope="session")
def machine(debian: System) -> Iterator[Machine]:
    """A machine that all tests share: what a test changes in it, it puts back."""
    with boot(debian, CHECKOUT) as booted:
        yield booted


@pytest.fixture
def boot_machine(debian: System) -> Iterator[Boot]:
    """Boots machines of the test's own, in less than a second each, that end with the test."""
    with ExitStack() as machines:
        yield lambda *arguments: machines.enter_context(boot(debian, CHECKOUT, *arguments))


@pytest.fixture(scope="session")
def given(debian: System) -> Iterator[Supplies]:
    """What machines install from."""
    with supplies(debian, CHECKOUT) as found:
        yield found


@pytest.fixture(scope="session")
def made(debian: System, given: Supplies) -> Iterator[Path]:
    """The package, made for the machine's release."""
    with package(debian, given, CHECKOUT) as path:
        yield path
