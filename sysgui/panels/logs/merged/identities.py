"""By what a line of several logs is known: when it was written, which log it is of, and which line.

The time comes first. So identities grow with it, whatever the offsets of the logs are.
"""

from sysgui.panels.logs.line import Line

# So many bits are for the line, and for log and line.
_LINE, _LOG_AND_LINE = 64, 72


def identity_of(key: int, number: int, line: int) -> int:
    """Returns the identity of a line.

    Args:
        key: Where its log has it on the axis of time, in microseconds since 1970.
        number: Which of the logs it is of.
        line: Its identity in that log.
    """
    return key << _LOG_AND_LINE | number << _LINE | line


def parts_of(identity: int) -> tuple[int, int, int]:
    """Returns what `identity_of` made an identity of."""
    number = identity >> _LINE & (1 << _LOG_AND_LINE - _LINE) - 1
    return identity >> _LOG_AND_LINE, number, identity & (1 << _LINE) - 1


def own_identity(line: Line) -> int:
    """Returns the identity that a line has in the log of its own."""
    return parts_of(line.offset)[-1]
