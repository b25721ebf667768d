"""An X display of a test's own, with a window manager, and hands for it."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager


@contextmanager
def screen(*options: str) -> Iterator[str]:
    """Gives a display, such as `:7`, until the context ends.

    Args:
        options: Of the X server, such as `-ac` to let other users in.
    """
    reading, writing = os.pipe()
    server = subprocess.Popen(
        [
            *("Xvfb", "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-noreset"),
            *("-nolisten", "tcp", *options),
        ],
        pass_fds=[writing],
        stderr=subprocess.DEVNULL,
    )
    os.close(writing)
    with os.fdopen(reading) as told:
        number = told.readline().strip()
    assert number, f"Xvfb did not start: status {server.wait()}"
    env = {**os.environ, "DISPLAY": f":{number}"}
    manager = subprocess.Popen(["openbox"], env=env, stderr=subprocess.DEVNULL)
    try:
        yield f":{number}"
    finally:
        for program in (manager, server):
            program.terminate()
            program.wait()


def x(env: Mapping[str, str], *arguments: str) -> str:
    """Has xdotool do something on the display that the environment names; returns its answer."""
    done = subprocess.run(
        ["xdotool", *arguments], env=env, capture_output=True, text=True, check=False, timeout=20
    )
    return done.stdout.strip()


def window(env: Mapping[str, str], title: str) -> str:
    """Waits for a window and returns its id."""
    return x(env, "search", "--sync", "--onlyvisible", "--name", title).split("\n")[-1]
