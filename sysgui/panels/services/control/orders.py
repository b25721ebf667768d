"""The way of what is told to units: through the helper, or to the user's own manager."""

import subprocess
import threading
from collections.abc import Sequence

from sysgui.panels.services.systemctl import command, show, systemctl
from sysgui.panels.services.units import USER, is_template
from sysgui.system.elevation import MOST_TARGETS, Frame, Item, Order, Plan, Result
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .verbs import RELOAD_ALL, VERBS, Verb

# To read its files anew takes a manager seconds at most.
WAIT = 100.0

# What becomes of a unit that nobody waits for any more: what has begun with it goes on; its job was
# taken back; it was not come to.
LEFT, WITHDRAWN, NOT_BEGUN = "cancelled", "withdrawn", "not-begun"


def order(verb: str, names: Sequence[str]) -> Order:
    """Returns what the helper is asked for.

    Raises:
        Problem: `too-many`.
    """
    if verb == RELOAD_ALL:
        return Order("manager-reload", ["systemd"])
    if len(names) > MOST_TARGETS:
        raise Problem(
            "too-many",
            _("At most {most} units go with one password.").format(most=MOST_TARGETS),
            _("Select fewer."),
        )
    return Order("unit-control", list(names), {"verb": verb})


class OwnUnits:
    """Tells the user's own manager, which needs no root; answers as the helper does.

    It waits as long as systemd takes, unless somebody ends that.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host
        self._turn = threading.Lock()
        self._process: subprocess.Popen[bytes] | None = None
        self._end = ""

    # In any thread.

    def begin(self) -> None:
        """Forgets that somebody has ended an order before: the next one is another."""
        self._end = ""

    def leave(self) -> None:
        """Ends the waiting; what systemd has begun goes on, and no other unit is begun."""
        self._give_up(LEFT)

    def withdraw(self) -> None:
        """Ends the waiting, and takes back the job for which it is waited (`systemctl cancel`)."""
        self._give_up(WITHDRAWN)

    def _give_up(self, how: str) -> None:
        with self._turn:
            self._end = how
            if self._process is not None:
                self._process.terminate()

    # In the thread that reads.

    def read(self, verb: str = RELOAD_ALL, names: Sequence[str] = ()) -> list[Frame]:
        """Does it, and waits for systemd to say how it went.

        Raises:
            Problem: As `Host.run` says.
        """
        if verb == RELOAD_ALL:
            output = systemctl(self._host, USER, RELOAD_ALL, timeout=WAIT)
            return [Result("failed" if output.status else "done")]
        there = [name for name in names if not is_template(name)]
        about = show(self._host, USER, there, ("InvocationID",))
        plan = Plan("", [{"target": name, **its} for name, its in about.items()])
        items = [Item(name, self._tell(VERBS[verb], name)) for name in names]
        codes = {item.code for item in items}
        return [plan, *items, Result(codes.pop() if len(codes) == 1 else "partly")]

    def _tell(self, verb: Verb, name: str) -> str:
        """Tells one unit, waits for it, and returns what became of it."""
        code = self._run(verb.words or (verb.name,), name)
        return self._run(verb.also, name) if verb.also and code == "done" else code

    def _run(self, words: Sequence[str], name: str) -> str:
        with self._turn:
            if self._end:
                return NOT_BEGUN
            argv = command(USER, *words, "--", name)
            process = self._process = self._host.spawn(argv, errors=True)
        try:
            process.communicate()
        finally:
            with self._turn:
                self._process = None
            if process.poll() is None:  # Somebody interrupts all of the program.
                process.kill()
                process.wait()
        if process.returncode == 0:
            return "done"
        if self._end == WITHDRAWN:
            self._take_back(name)
        return self._end or "failed"

    def _take_back(self, name: str) -> None:
        job = show(self._host, USER, [name], ("Job",))[name].get("Job", "")
        if job.isdigit():
            systemctl(self._host, USER, "cancel", "--", job)
