"""argv -> window or command."""

import sys


def main() -> int:
    """Starts what the arguments ask for and returns the exit status."""
    from sysgui import cli

    return cli.main(sys.argv[1:])


if __name__ == "__main__":
    sys.exit(main())
