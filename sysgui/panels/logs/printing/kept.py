"""Files that the command line names to be written: new ones, unless --force is given."""

import argparse
import contextlib
from collections.abc import Iterator

from sysgui.system.i18n import _
from sysgui.system.problem import Problem


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the option."""
    parser.add_argument(
        "--force", action="store_true", help=_("replace the file that is to be written")
    )


@contextlib.contextmanager
def naming_force() -> Iterator[None]:
    """Has it said of a file that is there already by which option it is replaced.

    Raises:
        Problem: What is raised within.
    """
    try:
        yield
    except Problem as problem:
        if problem.code != "exists":
            raise
        raise Problem(
            "exists", problem.message, _("Choose another name; --force replaces it.")
        ) from problem
