"""The real program, started by a test and ended with it."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from kit import Program


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[..., Program]]:
    """Starts the program; whatever the test does, it is gone afterwards."""
    started: list[Program] = []

    def start(*arguments: str, home: Path = tmp_path, **more: Any) -> Program:
        started.append(Program(home, *arguments, **more))
        return started[-1]

    yield start
    for program in started:
        program.close()
