"""argv -> window or command."""

import signal
import sys


def main() -> int:
    """Starts what the arguments ask for and returns the exit status."""
    # Ctrl+C while libraries are being imported ends at once; from then on who runs takes it over.
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    from sysgui import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
