"""What systemd's properties say of why a unit has failed, in words."""

import re
import signal
from collections.abc import Mapping

from sysgui.system.i18n import N_, _

from .verbs import STARTING

# The properties with the commands of a unit, and how each ended.
COMMANDS = (
    "ExecCondition", "ExecStartPre", "ExecStart", "ExecStartPost", "ExecReload", "ExecStop",
    "ExecStopPost",
)  # fmt: skip

# systemd.service(5) and others of its pages: what the last run of a unit came to.
_RESULTS = {
    "exit-code": N_("It ended with an error."),
    "signal": N_("It was killed by a signal."),
    "core-dump": N_("It crashed, and left a memory image (core dump)."),
    "timeout": N_("It did not start or stop in the time that it has for that, and was killed."),
    "watchdog": N_("It gave no sign of life in time (WatchdogSec=), and was killed."),
    "start-limit-hit": N_("It was started too often in a row, and systemd does not try any more."),
    "oom-kill": N_("It was killed because memory ran out."),
    "resources": N_("systemd could not get what it needs to start it: memory, a file, a mount."),
    "protocol": N_("It did not tell systemd that it is ready, as its file promises."),
    "exec-condition": N_("It found that it need not run (ExecCondition=)."),
    "mount-not-mounted": N_("What is to be mounted was not mounted."),
    "service-start-limit-hit": N_("Its service was started too often in a row."),
    "trigger-limit-hit": N_("It was triggered too often in a row."),
    "unit-start-limit-hit": N_("The unit that it starts was started too often in a row."),
    "assert": N_("What it asserts before it starts (Assert…=) does not hold."),
}

# systemd.exec(5), “Process Exit Codes”: what went wrong before the program itself was run.
_BEFORE = {
    200: N_("its working directory (WorkingDirectory=) cannot be entered"),
    202: N_("its files could not be passed on"),
    203: N_("its program (ExecStart=) is not there, or cannot be run"),
    205: N_("its limits (Limit…=) could not be set"),
    208: N_("its standard input could not be set up"),
    209: N_("its standard output could not be set up"),
    210: N_("its root directory (RootDirectory=) cannot be entered"),
    216: N_("its group (Group=) does not exist, or cannot be taken on"),
    217: N_("its user (User=) does not exist, or cannot be taken on"),
    218: N_("its capabilities could not be set"),
    219: N_("it could not be put into its control group"),
    222: N_("standard error could not be set up"),
    224: N_("PAM (PAMName=) refused it"),
    226: N_("its view of the file system (such as ProtectSystem=, ReadWritePaths=) failed"),
    228: N_("its filter of system calls could not be set"),
    233: N_("its directory beneath /run (RuntimeDirectory=) could not be made"),
    238: N_("its directory beneath /var/lib (StateDirectory=) could not be made"),
    239: N_("its directory beneath /var/cache (CacheDirectory=) could not be made"),
    240: N_("its directory beneath /var/log (LogsDirectory=) could not be made"),
    241: N_("its directory beneath /etc (ConfigurationDirectory=) could not be made"),
    243: N_("its credentials could not be set up"),
    126: N_("a program in its script cannot be run"),
    127: N_("a program in its script was not found"),
}

# CLD_EXITED, CLD_KILLED and CLD_DUMPED of waitid(2).
_EXITED, _KILLED, _DUMPED = "1", "2", "3"

# Those ask a process to end, which it then does.
_CLEAN = {signal.SIGHUP, signal.SIGINT, signal.SIGTERM, signal.SIGPIPE}

_COMMAND = re.compile(r"path=(?P<path>\S+) ;.* code=(?P<code>\w+) ; status=(?P<status>[0-9]+)")


def explained(verb: str, about: Mapping[str, str]) -> tuple[str, str, str] | None:
    """Returns systemd's result, what it means, and what to do; None if that does not say.

    Args:
        verb: What the unit was told.
        about: Properties of it, as `systemctl show` writes them.
    """
    load, result = about.get("LoadState", ""), about.get("Result", "")
    if load in ("error", "bad-setting"):
        said = about.get("LoadError", "").partition(" ")[2].strip('"')
        return load, _("systemd cannot read its file: {why}").format(why=said), _verify()
    if load == "masked" and verb in STARTING:
        return load, _("It is masked: nothing can start it."), _("Unmask it first.")
    if verb == "reload" and about.get("CanReload") == "no":
        return "", _("It does not know how to read its settings again."), _("Restart it.")
    if about.get("ActiveState") != "failed" or result in ("", "success"):
        return None
    words = _RESULTS.get(result)
    said = _(words) if words else _("systemd calls it “{result}”.").format(result=result)
    ending = ended(about)
    hint = ""
    if "limit-hit" in result:
        hint = _("Mend what stands in its journal, forget the failure, and start it again.")
    return result, f"{said} {ending}".rstrip(), hint


def ended(about: Mapping[str, str]) -> str:
    """Returns in a sentence how its main process ended, or a command beside it; or ""."""
    code, status = about.get("ExecMainCode", "0"), about.get("ExecMainStatus", "0")
    number = int(status) if status.isdigit() else 0
    if code in (_KILLED, _DUMPED) and number not in _CLEAN:
        return _("Its main process was ended by {signal}.").format(signal=_signal(number))
    if code == _EXITED and number:
        return _status(_("Its main process"), number)
    return _beside(about)


def _beside(about: Mapping[str, str]) -> str:
    """Returns how a command before, beside or after the main process ended, if not well."""
    for name in COMMANDS:
        for found in _COMMAND.finditer(about.get(name, "")):
            who, number = f"{found['path']} ({name}=)", int(found["status"])
            if found["code"] in ("killed", "dumped"):
                return _("{who} was ended by {signal}.").format(who=who, signal=_signal(number))
            if found["code"] == "exited" and number:
                return _status(who, number)
    return ""


def _status(who: str, number: int) -> str:
    if number in _BEFORE:
        return _("{who} ended with status {number}: {why}.").format(
            who=who, number=number, why=_(_BEFORE[number])
        )
    return _("{who} ended with status {number}.").format(who=who, number=number)


def _signal(number: int) -> str:
    try:
        return f"{signal.Signals(number).name} ({number})"
    except ValueError:
        return _("signal {number}").format(number=number)


def _verify() -> str:
    return _("“systemd-analyze verify” says where.")
