"""Why a unit did not do what it was told: what systemd knows of it, in words, and its journal."""

import contextlib
import os
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from sysgui.panels.services.systemctl import listed, show
from sysgui.panels.services.unit.journal import Line, lines_of
from sysgui.panels.services.units import USER, is_template
from sysgui.system.elevation import Frame, Item, Plan
from sysgui.system.host import Host
from sysgui.system.i18n import N_, _
from sysgui.system.journal import JOURNALCTL, SYSTEM_FILE, JournalFiles, user_file
from sysgui.system.problem import Problem

from .conditions import show_tried, was_skipped
from .explained import COMMANDS, explained
from .verbs import STARTING, VERBS

LINES = 20  # Of its last run so many are shown.

# The journal may have what a run says so much before systemd notes its begin, in seconds.
EARLY = 0.5

# So long what a run has said may take to the journal, in seconds.
SYNC = 2.0

_ABOUT = (
    "LoadState", "LoadError", "ActiveState", "Result", "ExecMainCode", "ExecMainStatus",
    "InvocationID", "InactiveExitTimestamp", "ConditionResult", "UnitFileState",
    "Job", "CanReload", "Requires", "BindsTo", "Requisite", *COMMANDS,
)  # fmt: skip

# The run that an entry is of, or is about.
_RUNS = ("_SYSTEMD_INVOCATION_ID", "INVOCATION_ID", "USER_INVOCATION_ID")
_SAID = ("INVOCATION_ID", "USER_INVOCATION_ID")
_UNIT = ("_SYSTEMD_UNIT", "_SYSTEMD_USER_UNIT")


class Failure(msgspec.Struct, frozen=True):
    """One unit that did not do what it was told.

    Attributes:
        name: The unit.
        scope: Whose manager runs it.
        verb: What it was told.
        result: In systemd's words: `exit-code`, `timeout`, `dependency`, …; "" is not known.
        cause: What that means, in sentences; translated.
        hint: What to do next; translated.
        lines: The last that its last run left in the journal, the oldest first.
        hidden: Whether this user may not read the journal.
    """

    name: str
    scope: str
    verb: str
    result: str
    cause: str
    hint: str = ""
    lines: Sequence[Line] = ()
    hidden: bool = False


class FailureProbe:
    """Looks at units after they were told something.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(
        self, scope: str = "system", verb: str = "", frames: Sequence[Frame] = ()
    ) -> list[Failure]:
        """Returns those that have failed, also if systemd took the order well.

        Args:
            scope: Whose manager.
            verb: What they were told.
            frames: What they were and what became of each, as the helper says.

        Raises:
            Problem: As `show` says.
        """
        items = [frame for frame in frames if isinstance(frame, Item)]
        runs = _runs_before(frames)
        names = [item.target for item in items if not is_template(item.target)]
        ask = show_tried if verb in STARTING else show
        found = ask(self._host, scope, names, _ABOUT)
        failures = []
        for item in items:
            about = found.get(item.target, {})
            # systemd does not say so: it is in the same run as before.
            tried = about.get("InvocationID") != runs.get(item.target)
            if item.code == "failed" and _came_after_all(verb, about, tried=tried):
                continue
            if item.code != "done" or _has_failed(verb, about):
                failures.append(self._failure(scope, verb, item, about, tried=tried))
        return failures

    def _failure(
        self, scope: str, verb: str, item: Item, about: Mapping[str, str], *, tried: bool
    ) -> Failure:
        result, cause, hint = self._told(scope, verb, item, about, tried=tried)
        lines, hidden = self._lines(scope, item.target, about)
        if item.code not in ("failed", "done") or _goes_on(about):
            lines, hidden = [], False  # Nothing was done: what it said before is not about that.
        return Failure(item.target, scope, verb, result, cause, hint, lines, hidden)

    def _told(
        self, scope: str, verb: str, item: Item, about: Mapping[str, str], *, tried: bool
    ) -> tuple[str, str, str]:
        refused = _refused(item.code)
        if refused:
            return item.code, *refused
        if item.code == "done" and was_skipped(verb, about):
            cause = _("A condition in its file (Condition…=) does not hold, so it was not started.")
            return "condition", cause, ""
        if item.code == "failed" and _goes_on(about):
            text = _("It could not be waited for to its end: systemd is still at it ({state}).")
            hint = _(
                "That happens when systemd executes itself anew. Its row says when it is done."
            )
            return "", text.format(state=about.get("ActiveState", "")), hint
        found = None
        again = verb in STARTING and about.get("ActiveState") == "failed" and not tried
        if again:
            found = self._dependency(scope, about)
            about = {**about, "Result": "start-limit-hit"}
        found = found or explained(verb, about)
        if found is None and verb in STARTING:
            found = self._dependency(scope, about)
        return found or (
            "",
            _("systemd refused it, and does not say why."),
            _("“journalctl -b” has what it said at that time."),
        )

    def _dependency(self, scope: str, about: Mapping[str, str]) -> tuple[str, str, str] | None:
        """Returns which of the units that it needs did not start."""
        needed = [
            name
            for relation in ("Requires", "BindsTo", "Requisite")
            for name in listed(about.get(relation, ""))
        ]
        found = show(self._host, scope, needed, ("ActiveState", "LoadState"))
        missing = [name for name, its in found.items() if its.get("ActiveState") != "active"]
        if not missing:
            return None
        return (
            "dependency",
            _("It needs {names}, and that did not start.").format(names=", ".join(missing)),
            _("Look at that one first."),
        )

    def _lines(self, scope: str, name: str, about: Mapping[str, str]) -> tuple[list[Line], bool]:
        run, since = about.get("InvocationID", ""), about.get("InactiveExitTimestamp", "")
        if not re.fullmatch("[0-9a-f]{32}", run):
            return [], False
        own = (user_file(self._host.uid()),) if scope == USER else ()
        hidden = JournalFiles(self._host, (SYSTEM_FILE, *own)).stamp() is None
        # What systemd says of a run stands under another name than what the run itself says.
        matches = [f"_SYSTEMD_INVOCATION_ID={run}", "+", f"{_SAID[scope == USER]}={run}"]
        if since := _a_little_before(since):
            # Of one that ends at once, the journal may know the unit by then, and not the run.
            matches = [f"--since={since}", *matches, "+", f"{_UNIT[scope == USER]}={name}"]
        if self._host.uid() == 0:
            # What it said last may be on its way to the journal: only root may wait for that.
            with contextlib.suppress(Problem):
                self._host.run([JOURNALCTL, "--sync"], SYNC)
        output = self._host.run(
            [
                JOURNALCTL, "--no-pager", "--quiet", "--all", "--output=json", f"--lines={LINES}",
                f"--output-fields=MESSAGE,PRIORITY,_PID,SYSLOG_IDENTIFIER,_COMM,{','.join(_RUNS)}",
                *matches,
            ]
        )  # fmt: skip
        lines = list(lines_of(raw for raw in output.stdout.splitlines() if _is_of(run, raw)))
        return lines, hidden and not lines


def _a_little_before(time: str) -> str:
    """Returns a time as journalctl takes it: systemd notes when it has begun after it has begun."""
    try:
        found = datetime.strptime(time, "%a %Y-%m-%d %H:%M:%S.%f UTC").replace(tzinfo=UTC)
    except ValueError:
        return ""
    return f"@{found.timestamp() - EARLY:.6f}"


def _is_of(run: str, raw: bytes) -> bool:
    """Tells whether an entry is not one of another run of the unit."""
    try:
        entry = msgspec.json.decode(raw, type=dict[str, Any])
    except msgspec.DecodeError:
        return False
    named = [entry[name] for name in _RUNS if name in entry]
    return run in named or not named


def _runs_before(frames: Sequence[Frame]) -> dict[str, str]:
    """Returns in which run each unit was when the plan was made; none if it was in none."""
    return {
        str(facts.get("target")): str(facts["InvocationID"])
        for frame in frames
        if isinstance(frame, Plan)
        for facts in frame.items
        if facts.get("InvocationID")
    }


def _has_failed(verb: str, about: Mapping[str, str]) -> bool:
    """Tells whether a unit is not what it should be, though systemd carried the order out."""
    if was_skipped(verb, about):
        return True
    return about.get("ActiveState") == "failed" and verb not in ("enable", "disable", "mask")


def _goes_on(about: Mapping[str, str]) -> bool:
    """Tells whether systemd still has a job for it: who waited for that has lost it, no more.

    That happens when systemd executes itself anew.
    """
    return about.get("Job", "0").isdigit() and about.get("Job", "0") != "0"


def _came_after_all(verb: str, about: Mapping[str, str], *, tried: bool) -> bool:
    """Tells whether it is as it should be, though nobody could wait for that."""
    if verb == "stop":
        return about.get("ActiveState") == "inactive"
    return verb in STARTING and about.get("ActiveState") == "active" and tried


def _refused(code: str) -> tuple[str, str] | None:
    """Returns what the helper means by a code, and a hint; None if it is systemd that refused."""
    words = {
        "cancelled": N_("Nobody waits for it any more; what systemd has begun with it goes on."),
        "withdrawn": N_(
            "It was withdrawn: what had not begun does not begin; what had, goes on until it is "
            "stopped."
        ),
        "not-begun": N_("It was not come to any more. Nothing was done."),
        "changed": N_("It is no longer what it was when you chose it. Nothing was done."),
        "gone": N_("It is not there any more. Nothing was done."),
        "protected": N_("Nobody could log in without it. Nothing was done."),
    }
    return (_(words[code]), "") if code in words else None


def not_read() -> Problem:
    """Returns what is said when a manager could not read its files anew."""
    return Problem(
        "failed",
        _("systemd could not read its unit files anew."),
        _("“journalctl -b” has what it said at that time."),
    )


def told(failure: Failure) -> str:
    """Returns all of it as text, to be printed, or copied from the window."""
    verb = VERBS[failure.verb].title if failure.verb in VERBS else "{name}"
    head = _("Failed: {what}").format(what=_(verb).format(name=failure.name))
    result = _("Result: {result}").format(result=failure.result) if failure.result else ""
    hidden = ""
    if failure.hidden:
        hidden = _("Its journal may be read by root and by members of adm or systemd-journal only.")
    journal = [f"  {line.identifier}: {line.text}" for line in failure.lines]
    if journal:
        journal.insert(0, _("The last lines of its journal:"))
    parts = (head, failure.cause, failure.hint, result, hidden, *journal)
    return os.linesep.join(part for part in parts if part)
