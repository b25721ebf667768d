"""What makes the helper run as root, pkexec or run0, and why it did not."""

from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.printable import printable
from sysgui.system.problem import Problem

# The status of pkexec when the user closed the prompt, and when polkit said no or was not asked.
DISMISSED = 126
REFUSED = 127

PKEXEC = "/usr/bin/pkexec"

# Of systemd 256 and newer. Its prompt does not say what for, and systemd waits 25 s for the answer.
RUN0 = "/usr/bin/run0"

# Why it did not start, where no status tells: pkexec's words (polkit 122 and 126), then run0's
# (systemd 257), whose status is always 1, and to whom dismissed and refused are the same.
SAID = {
    b"No authentication agent": "no-agent",
    b"Not authorized": "refused",
    b"Interactive authentication required": "no-agent",
    b"Access denied": "refused",
    b"timed out": "timeout",
}


def transport(host: Host) -> list[str]:
    """Returns what is put before the helper to make it run as root.

    Raises:
        Problem: `no-transport`.
    """
    if host.uid() == 0:
        return []
    if host.exists(PKEXEC):
        return [PKEXEC, "--disable-internal-agent"]
    if host.exists(RUN0):
        return [RUN0, "--pipe", "--background=", "--"]
    raise Problem(
        "no-transport",
        _("Neither pkexec nor run0 is there to ask for an administrator's password."),
        _("Install the package pkexec (Debian) or polkit (others)."),
    )


def not_started(status: int, errors: bytes) -> Problem:
    """Returns why there was no helper.

    Args:
        status: Of pkexec or run0.
        errors: Their words, which are looked at only where the status is silent.
    """
    code = "not-asked" if errors else "refused"
    if status == DISMISSED:
        code = "dismissed"
    else:
        code = next((SAID[words] for words in SAID if words in errors), code)
    if code == "no-agent":
        return Problem(
            code,
            _("Nobody could be asked for a password here. Nothing was done."),
            _("A desktop starts an authentication agent; on a terminal, run sysgui by sudo."),
        )
    if code == "not-asked":
        said = printable(errors.strip().split(b"\n")[0])
        return Problem(
            code, _("An administrator's password could not be asked for. Nothing was done."), said
        )
    messages = {
        "dismissed": _("The authentication was dismissed."),
        "refused": _("The administrator's password was not given, or polkit does not allow this."),
        "timeout": _("The question for a password was not answered in time."),
    }
    hint = _("Nothing was done.")
    if code == "refused":
        # The policy says no to all but an active session at the machine, and pkexec not why.
        hint = _("Nothing was done. Away from the machine, as over ssh, run sysgui by sudo.")
    return Problem(code, messages[code], hint)
