"""Every way in which the helper says no: a code from this list, never a traceback.

The exit status of the program goes with the code. 126 and 127 belong to pkexec and are not used.
"""

from __future__ import annotations

STATUS = {
    "done": 0,
    "not-root": 10,  # Not started as root, or not on behalf of a user that exists.
    "not-piped": 10,  # Standard input or output is neither a pipe nor a socket.
    "input": 11,  # A request that is too long, or not the JSON that is expected.
    "timeout": 11,  # No request, or no answer to the preview, within the time.
    "unknown-operation": 12,
    "grammar": 12,  # An argument or a target is not of its grammar.
    "mismatch": 12,  # What was authenticated (argv) is not what is asked for (the request).
    "no-audit": 13,  # The journal did not take the entry: nothing was done.
    "audit-lost": 13,  # It took the entry of the beginning, but not that of the end.
    "changed": 14,  # It is no longer what was previewed.
    "gone": 14,  # It is not there any more.
    "not-a-file": 15,  # A link, a device, a second name: nothing of that is opened.
    "protected": 15,  # Nobody does this from here, not even an administrator.
    "cancelled": 16,
    "failed": 17,  # The kernel refused; `errno` says why.
    "too-much": 17,  # More than the helper is ready to read or to answer.
    "partly": 17,  # Some targets were done, others not: each has said what became of it.
    "internal": 19,  # A bug in the helper.
}


class Refusal(Exception):
    """Something that the helper will not, or cannot, do.

    Attributes:
        code: A key of `STATUS`.
        field: What it is about: the name of an argument, or a target; "" for the request itself.
    """

    def __init__(self, code: str, field: str = "") -> None:
        super().__init__(code, field)
        self.code = code
        self.field = field

    @property
    def status(self) -> int:
        """The exit status of the program."""
        return STATUS[self.code]
