"""The one family of errors that reaches a user."""

from sysgui.system.i18n import _
from sysgui.system.printable import printable_text


class Problem(Exception):
    """Something that the user should know, and what to do about it.

    Attributes:
        code: A stable word for programs, such as `not-recorded`.
        message: What is wrong, in the user's words (translated).
        hint: What to do next (translated), or "".
    """

    def __init__(self, code: str, message: str, hint: str = "") -> None:
        super().__init__(code, message, hint)
        self.code = code
        self.message = message
        self.hint = hint

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


def unreadable(path: str, error: OSError) -> Problem:
    """Returns the problem that a file which every machine has cannot be read on this one."""
    if isinstance(error.filename, str):
        path = error.filename  # With the root of a recorded machine before it.
    return Problem(
        "unreadable",
        _("{path} cannot be read: {error}.").format(
            path=printable_text(path), error=error.strerror or error
        ),
    )
