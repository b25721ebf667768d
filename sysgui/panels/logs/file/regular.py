"""What can be read as a log: files, and nothing that waits for a writer or never ends."""

import os
import stat
from collections.abc import Callable

from sysgui.system.host import Host
from sysgui.system.i18n import N_, _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

# What else may have a name, and what to do with it.
_OTHERS: tuple[tuple[Callable[[int], bool], str, str], ...] = (
    (stat.S_ISDIR, N_("{path} is a folder."), N_("Choose a file in it, or a rotated set of them.")),
    (
        stat.S_ISFIFO,
        N_("{path} is a named pipe, and no file."),
        N_("“sysgui logs PIPE” prints what comes through it."),
    ),
    (stat.S_ISSOCK, N_("{path} is a socket, and no file."), N_("Only files can be read as logs.")),
    (
        lambda mode: stat.S_ISCHR(mode) or stat.S_ISBLK(mode),
        N_("{path} is a device, and no file."),
        N_("Only files can be read as logs."),
    ),
)


def open_file(host: Host, path: str) -> int:
    """Opens a file, and nothing else, and returns its descriptor, which the caller closes.

    A device is not even opened: it would notice. What takes the file's place just then (a pipe)
    keeps nobody waiting.

    Raises:
        OSError: As stat(2) and open(2) say.
        Problem: `not-a-file`.
    """
    _require_file(path, host.stat(path).st_mode)
    descriptor = host.open(path, os.O_NONBLOCK)
    try:
        _require_file(path, os.fstat(descriptor).st_mode)
    except Problem:
        os.close(descriptor)
        raise
    return descriptor


def _require_file(path: str, mode: int) -> None:
    for is_such, message, hint in _OTHERS:
        if is_such(mode):
            said = _(message).format(path=printable_text(path))
            raise Problem("not-a-file", said, _(hint))
