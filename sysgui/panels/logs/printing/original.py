"""Lines of logs on standard output: as they stand in the source, but for a terminal."""

import sys

from sysgui.panels.logs.text.joined import Original
from sysgui.panels.logs.text.recode import text_of, without_colours
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text

# The status where not all could be done or read, as grep has it: 1 says that nothing was found.
FAILED = 2

# What stands between lines that do not follow one another, as grep has it.
APART = b"--\n"


def say_trouble(trouble: str, *, complete: bool) -> bool:
    """Says behind all else why not all could be read, if there is anything to say.

    Args:
        trouble: Why, translated; "" if nothing is wrong.
        complete: Whether all could be read nevertheless that this user may read.

    Returns:
        The same.
    """
    if trouble:
        sys.stdout.flush()
        print(trouble, file=sys.stderr)
    return complete


def write_original(line: Original, *, json: bool, **more: str | int) -> None:
    """Prints a line.

    Args:
        line: The line.
        json: Whether as a line of JSON, with its place in the log and what the log tells of it.
        **more: What that line of JSON tells first, whatever the log tells by the same names.
    """
    if json:
        data = b"".join(line.pieces).removesuffix(b"\n").removesuffix(b"\r")
        row = {**more, "offset": line.offset, "text": text_of(data, line.encoding)}
        write_line({**row, **line.told, **more}, at_once=False)
    elif sys.stdout.isatty():
        # What stands in a log is not to act on a terminal; colours would be no more than noise.
        data = without_colours(b"".join(line.pieces).rstrip(b"\r\n"))
        text = text_of(data.expandtabs(), line.encoding)
        sys.stdout.write(printable_text(text) + "\n")
    else:
        last = b""
        for piece in line.pieces:
            sys.stdout.buffer.write(piece)
            last = piece
        if not last.endswith(b"\n"):
            sys.stdout.buffer.write(b"\n")
