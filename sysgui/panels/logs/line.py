"""One line of a log, as it is shown."""

import msgspec


class Line(msgspec.Struct, frozen=True):
    r"""One line of a log.

    Attributes:
        offset: Where in the log it starts, in bytes; its identity as long as the log is the same.
        text: As far as it is shown, without its newline; invalid bytes as `\xff`.
        length: Of all of it, in bytes.
        number: Its number in the log from 1 on; 0 as long as that is not known.
        level: 0 (emerg) to 7 (debug); -1 if it says nothing of that.
        hit: Whether the search matches it.
        cut: Whether `text` is not all of it.
        time: When it was written, in microseconds since 1970; -1 if it does not say so.
        parts: From which character of `text` on, and up to which, each part stands that the log's
            form has: time, host, identifier, pid, message and others.
        colours: What of `text` the line itself colours: from which character on, up to which, in
            which of sixteen colours (-1: none), and whether bold; see `text/colours.py`.
        unit: The unit that wrote it, of systemd, where the log knows that; "" if not.
        source: Which of several logs it is of, from 0 on.
        near: Whether it is only shown because it stands near a line that was asked for.
        gap: Whether lines between it and the row before are left out, among rows that are near.
    """

    offset: int
    text: str
    length: int
    number: int = 0
    level: int = -1
    hit: bool = False
    cut: bool = False
    time: int = -1
    parts: dict[str, tuple[int, int]] = {}
    colours: list[tuple[int, int, int, bool]] = []
    unit: str = ""
    source: int = 0
    near: bool = False
    gap: bool = False
