"""What systemd's words mean, for somebody who does not know them."""

import datetime as dt

from sysgui.system.i18n import N_, _

# By the property of org.freedesktop.systemd1(5); what systemd.unit(5) says of the setting.
RELATION_WORDS = {
    "Triggers": N_("Starts"),
    "TriggeredBy": N_("Is started by"),
    "OnFailure": N_("When it fails, starts"),
    "OnSuccess": N_("When it has ended well, starts"),
    "Requires": N_("Needs"),
    "Requisite": N_("Needs to be running already"),
    "BindsTo": N_("Ends with"),
    "PartOf": N_("Is restarted and stopped with"),
    "Upholds": N_("Keeps running"),
    "Wants": N_("Would like"),
    "Conflicts": N_("Cannot run beside"),
    "RequiredBy": N_("Is needed by"),
    "RequisiteOf": N_("Must be running for"),
    "BoundBy": N_("Takes with it when it ends"),
    "ConsistsOf": N_("Restarts and stops with it"),
    "UpheldBy": N_("Is kept running by"),
    "WantedBy": N_("Is wanted by"),
    "After": N_("Is started after"),
    "Before": N_("Is started before"),
}

_ORIGINS = {
    "distribution": N_("from the distribution's package"),
    "administrator": N_("by the administrator of this machine"),
    "user": N_("by you"),
    "runtime": N_("until the next boot only"),
    "generated": N_("made at boot by a generator, from another file such as /etc/fstab"),
    "transient": N_("made by a program for this one time"),
}

# Of systemd.exec(5), "Process exit codes": $SERVICE_RESULT.
_RESULTS = {
    "success": N_("ended well"),
    "protocol": N_("did not do what its type promises, such as telling that it is ready"),
    "timeout": N_("took longer than it may"),
    "exit-code": N_("ended with an error"),
    "signal": N_("was ended by a signal"),
    "core-dump": N_("crashed"),
    "watchdog": N_("gave no sign of life in time"),
    "exec-condition": N_("was not meant to run now: its condition said so"),
    "oom-kill": N_("was ended because memory ran out"),
    "start-limit-hit": N_("failed too often in a row: it is not started again by itself"),
    "resources": N_("could not be started: something was lacking"),
}


def origin_word(origin: str) -> str:
    """Returns whose a file is, in a few words."""
    return _(_ORIGINS[origin]) if origin in _ORIGINS else ""


def result_word(result: str) -> str:
    """Returns what a service's `Result` means; systemd's own word where it is a new one."""
    return _(_RESULTS[result]) if result in _RESULTS else result


def clock(time: float) -> str:
    """Writes a time of day on the user's clock, with its date unless that is today's."""
    then = dt.datetime.fromtimestamp(time).astimezone()
    today = dt.datetime.now().astimezone().date()
    return then.strftime("%H:%M:%S" if then.date() == today else "%Y-%m-%d %H:%M:%S")
