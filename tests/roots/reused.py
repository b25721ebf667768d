"""Pids that the kernel gives to another process, in a namespace in which nobody else takes them."""

import os
import subprocess
import sys
from collections.abc import Sequence

import pytest


def run_among_own_pids(script: str) -> str:
    """Runs a script that may import what tests do as the first process of a namespace of pids.

    Skips the test where that cannot be.

    Returns:
        What it printed.
    """
    if os.geteuid():
        pytest.skip("only root can have a pid reused")
    unshare = ["unshare", "--pid", "--fork", "--mount-proc", sys.executable, "-c"]
    begin = "import sys; sys.path[:0] = sys.argv[1:]\n"
    done = subprocess.run([*unshare, begin + script, *sys.path], capture_output=True, text=True)
    if "unshare" in done.stderr and "Traceback" not in done.stderr:
        pytest.skip(f"no namespaces here: {done.stderr}")
    assert done.stderr == ""
    return done.stdout


def successor(ended: int, argv: Sequence[str]) -> "subprocess.Popen[bytes]":
    """Starts a program that gets the pid of a process that has ended."""
    while True:
        with open("/proc/sys/kernel/ns_last_pid", "w") as file:
            file.write(str(ended - 1))
        process = subprocess.Popen(argv)
        if process.pid == ended:
            return process
        process.kill()
        process.wait()
