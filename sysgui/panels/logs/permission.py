"""Who may read a log that this user may not, and what leads to it."""

import os
import stat

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

from .journal.source import active_file, is_journal
from .names import path_of

# The code of the problem.
NOT_PERMITTED = "not-permitted"

# What lies beneath it the helper reads.
_ROOT = "/var/log/"


def place_as_root(host: Host, name: str) -> str:
    """Returns the file that an administrator may have the helper read for a log; "" if none.

    Of a journal that is the one to which is written now: what it was before has been archived.
    """
    if not is_journal(name):
        path = path_of(name)
    else:
        path = active_file(host, name)
        if host.may_read(path):
            return ""  # Something else is the matter.
    return path if path.startswith(_ROOT) else ""


def not_permitted(host: Host, path: str, log: str = "") -> Problem:
    """Returns the problem that this user may not read a file: who may, and how to come to it.

    Args:
        host: The machine.
        path: The file's.
        log: From which it was rotated away, if it is read as the begin of that.
    """
    closed, about = _closed(host, path)
    may = stat.S_IRGRP if closed == path else stat.S_IXGRP
    names = {
        "path": printable_text(path),
        "log": f"--older {printable_text(log)}" if log else printable_text(path),
        "owner": host.user(about.st_uid),
    }
    if about.st_gid and about.st_mode & may:
        group = host.group(about.st_gid)
        message = _("Only {owner} and the group {group} may read {path}.")
        hint = _(
            "An administrator can add you (usermod -aG {group} …, from the next login on), "
            "or read it: sudo sysgui logs {log}"
        )
    else:
        group = ""
        message = _("Only {owner} may read {path}.")
        hint = _("An administrator can read it: sudo sysgui logs {log}")
    return Problem(
        NOT_PERMITTED,
        message.format(group=group, **names),
        hint.format(group=group, **names),
    )


def _closed(host: Host, path: str) -> tuple[str, os.stat_result]:
    """Returns what keeps others out: the file, or the folder behind which nothing is seen."""
    while True:
        try:
            return path, host.stat(path)
        except OSError:
            path = os.path.dirname(path)  # noqa: PTH120 - the door works on strings
