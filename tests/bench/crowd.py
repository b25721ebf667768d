"""Fills the machine with sleeping processes: crowd.py TOTAL [BIRTHS_PER_SECOND]."""

import os
import signal
import sys
import time


def sleeper() -> int:
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    while True:
        signal.pause()


def main() -> None:
    total, births = int(sys.argv[1]), float(sys.argv[2]) if len(sys.argv) > 2 else 0.0
    signal.signal(signal.SIGTERM, lambda *_: sys.exit())
    present = sum(name.isdigit() for name in os.listdir("/proc"))
    children = [sleeper() for _ in range(max(0, total - present))]
    sys.stderr.write("ready\n")
    try:
        while True:
            time.sleep(1.0 / births if births else 3600.0)
            oldest = children.pop(0)
            os.kill(oldest, signal.SIGKILL)
            os.waitpid(oldest, 0)
            children.append(sleeper())
    finally:
        for child in children:
            os.kill(child, signal.SIGKILL)


main()
