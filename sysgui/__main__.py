"""argv -> window or command."""

import os
import signal
import sys


def main() -> int:
    """Starts what the arguments ask for and returns the exit status."""
    # Ctrl+C while libraries are being imported ends at once; from then on who runs takes it over.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    _fill_streams()
    from sysgui import cli

    return cli.main(sys.argv[1:])


def _fill_streams() -> None:
    """Opens the streams that whoever started us has closed (`>&-`).

    Otherwise the next file that is opened would be written to as standard output. The first two are
    opened the wrong way round: whoever reads or writes there is told, as by other programs.
    """
    # In this order each becomes the lowest number that is free.
    if sys.stdin is None:
        sys.stdin = os.fdopen(os.open(os.devnull, os.O_WRONLY), "r", encoding="utf-8")
    if sys.stdout is None:
        sys.stdout = os.fdopen(os.open(os.devnull, os.O_RDONLY), "w", encoding="utf-8")
    if sys.stderr is None:
        sys.stderr = os.fdopen(os.open(os.devnull, os.O_WRONLY), "w", encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
