"""The first thing that happens: whatever the caller left lying around is put away.

pkexec clears the environment and closes descriptors, but not umask, limits, signals or working
directory (its source says so); run0 and root itself clear less. So all is set here, whoever called.
"""

from __future__ import annotations

import contextlib
import os
import pwd
import re
import resource
import signal
import stat

from .refusal import Refusal

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"

# Who is asking, as the one who made us root says: pkexec, or run0 and sudo. Audit only.
CALLERS = ("PKEXEC_UID", "SUDO_UID")

# Soft and hard. No core: it would hold what only root may read. The rest bounds a mistake of ours.
LIMITS = {
    resource.RLIMIT_CORE: 0,
    resource.RLIMIT_FSIZE: 64 << 20,
    resource.RLIMIT_NOFILE: 1024,
    resource.RLIMIT_AS: 1 << 30,
    resource.RLIMIT_DATA: 1 << 30,
    resource.RLIMIT_STACK: 8 << 20,
    resource.RLIMIT_CPU: resource.RLIM_INFINITY,  # What is followed may be followed for days.
}

# A caller's terminal sends these: what was begun is not torn off. SIGTERM can come from root alone.
IGNORED = (signal.SIGHUP, signal.SIGINT, signal.SIGQUIT, signal.SIGTSTP)

TIMERS = (signal.ITIMER_REAL, signal.ITIMER_VIRTUAL, signal.ITIMER_PROF)


def prepare() -> int:
    """Checks by whom and how the helper was started, and sets everything that is inherited.

    Returns:
        The uid of the user on whose behalf it acts.

    Raises:
        Refusal: `not-root` or `not-piped`.
    """
    if os.geteuid() != 0:
        raise Refusal("not-root")
    caller = _caller()
    _check_streams()
    _close_others()
    os.environ.clear()
    os.environ.update({"PATH": PATH, "LC_ALL": "C.UTF-8"})
    os.umask(0o077)
    os.chdir("/")
    _reset_signals()
    for kind, limit in LIMITS.items():
        resource.setrlimit(kind, (limit, limit))
    os.setpriority(os.PRIO_PROCESS, 0, 0)
    return caller


def _caller() -> int:
    for name in CALLERS:
        told = os.environ.get(name)
        if told is None:
            continue
        if not re.fullmatch(r"[0-9]{1,10}", told):
            raise Refusal("not-root", name)
        try:
            return pwd.getpwuid(int(told)).pw_uid
        except (KeyError, OverflowError) as error:
            raise Refusal("not-root", name) from error
    return os.getuid()


def _check_streams() -> None:
    """A terminal could be written to by others, and a file could be anybody's."""
    for descriptor in (0, 1):
        try:
            mode = os.fstat(descriptor).st_mode
        except OSError as error:
            raise Refusal("not-piped") from error
        if not (stat.S_ISFIFO(mode) or stat.S_ISSOCK(mode)):
            raise Refusal("not-piped")


def _close_others() -> None:
    """Leaves nothing open but the two streams; what Python may say on the third goes nowhere."""
    nowhere = os.open("/dev/null", os.O_WRONLY)
    # It may be 2 itself, if that was closed. Of a copy, 2 is always one that programs inherit.
    os.dup2(os.dup(nowhere), 2)
    # Not up to the limit: what was opened before that was lowered stands above it.
    for name in os.listdir("/proc/self/fd"):
        if int(name) > 2:
            with contextlib.suppress(OSError):  # The one that listed them.
                os.close(int(name))


def _reset_signals() -> None:
    for timer in TIMERS:
        signal.setitimer(timer, 0)
    for number in signal.valid_signals():
        # Two cannot be set; Python's own for a closed pipe is wanted: an error, not an end.
        if number in (signal.SIGKILL, signal.SIGSTOP, signal.SIGPIPE):
            continue
        with contextlib.suppress(OSError, ValueError):  # Those that the C library keeps.
            signal.signal(number, signal.SIG_IGN if number in IGNORED else signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_SETMASK, [])
