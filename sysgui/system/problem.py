"""The one family of errors that reaches a user."""


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
