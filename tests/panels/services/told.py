"""A machine whose systemctl and journalctl are a test's."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from roots.doors import SAFE

from sysgui.system.elevation import HELPER
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem
from sysgui.system.transport import PKEXEC

# What systemd says of a unit whose file it has not found.
NOWHERE = {"LoadState": "not-found", "ActiveState": "inactive"}


def quoted(names: Sequence[str]) -> str:
    """Writes a list of units as systemctl does."""
    return " ".join(f'"{n}"'.replace("\\", "\\\\") if "\\" in n else n for n in names)


class Told(Host):
    """A machine of which all that is known is in a test's hand.

    Args:
        root: Beneath which its files lie.
        units: Properties by unit; a list is one of units.

    Attributes:
        runs: All that was run, without what every systemctl is told.
        ends: What a changing verb comes to, by unit: a status, or a problem.
        hangs: The units whose jobs do not end, until they are cancelled.
        entries: What the journal says.
        version: Of systemd.
        after: Called when something was changed.
        fails: What systemctl has against being asked anything; b"" is nothing.
    """

    def __init__(self, root: Path, units: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__(str(root))
        self.units = {name: dict(about) for name, about in (units or {}).items()}
        self.runs: list[list[str]] = []
        self.ends: dict[str, int | Problem] = {}
        self.hangs: set[str] = set()
        self.fails = b""
        self.entries: list[dict[str, Any]] = []
        self.version = "257.9-1~deb13u1"
        self.after: Callable[[str, str], None] = lambda verb, name: None

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        if argv[0] == "/usr/bin/journalctl":
            self.runs.append(list(argv))
            lines = [json.dumps(entry).encode() for entry in self.entries]
            return Output(0, b"\n".join(lines), b"")
        program, manager, *rest = argv
        assert program == "/usr/bin/systemctl"
        assert rest[:2] == ["--no-pager", "--no-ask-password"]
        words = rest[2:]
        self.runs.append([manager, *words])
        if self.fails:
            return Output(1, b"", self.fails)
        if words[0] == "show":
            return self._show(words)
        if words[0] == "is-enabled":
            state = self.units.get(words[2], {}).get("UnitFileState", "not-found")
            return Output(0 if state == "enabled" else 1, f"{state}\n".encode(), b"")
        name = words[-1] if "--" in words else ""
        if words[0] == "cancel":
            self.hangs.clear()
            return Output(0, b"", b"")
        end = self.ends.get(name, 0)
        if isinstance(end, Problem):
            raise end
        self.after(words[0], name)
        return Output(end, b"", b"")

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> "subprocess.Popen[bytes]":
        """Starts a systemctl that comes to its end as `run` does, or to none."""
        name, status = argv[-1], self.run(argv).status
        says = (
            ["/bin/sleep", "infinity"]
            if name in self.hangs
            else ["/bin/sh", "-c", f"exit {status}"]
        )
        return self.start(says, errors=errors)

    def start(self, argv: Sequence[str], *, errors: bool) -> "subprocess.Popen[bytes]":
        """Starts a program of the test's own."""
        return Host("/").spawn(argv, errors=errors)

    def _show(self, words: Sequence[str]) -> Output:
        wanted = words[1].partition("=")[2].split(",")
        if "--" not in words:
            assert wanted == ["Version"]
            return Output(0, f"{self.version}\n".encode(), b"")
        names = words[words.index("--") + 1 :]
        assert names, "systemctl would show the manager's own"
        if any("@." in name for name in names):
            return Output(1, b"", b"Unit name is neither a valid invocation ID nor unit name.")
        return Output(0, "\n".join(self._block(name, wanted) for name in names).encode(), b"")

    def _block(self, name: str, wanted: Sequence[str]) -> str:
        about = {"Id": name, "Names": name, **self.units.get(name, NOWHERE)}
        lines = []
        for key, value in about.items():
            if key in wanted:
                values = value if isinstance(value, tuple) else (value,)
                for each in values:
                    lines.append(f"{key}={quoted(each) if isinstance(each, list) else each}")
        return "".join(f"{line}\n" for line in lines)

    @property
    def told(self) -> list[list[str]]:
        """What systemctl was told to change."""
        asking = ("show", "is-enabled")
        return [run for run in self.runs if run[0].startswith("--") and run[1] not in asking]


# Reads the request, previews, and says of each target what the test wants to be said.
HELPER_SAYS = """
import json, sys
codes = json.loads(sys.argv[1])
targets = json.loads(sys.stdin.readline())["targets"]
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
sys.stdin.readline()
if "*" in codes:
    print(json.dumps({"frame": "error", "code": codes["*"], "field": targets[0]}))
    sys.exit(14)
became = [codes.get(target, "done") for target in targets]
for target, code in zip(targets, became):
    print(json.dumps({"frame": "item", "target": target, "code": code}), flush=True)
whole = became[0] if len(set(became)) == 1 else "partly"
print(json.dumps({"frame": "result", "code": whole}))
"""


class Helped(Told):
    """Such a machine with a helper.

    Attributes:
        codes: What the helper says of each target; "*" is its no to all of them.
        orders: What it was started with.
    """

    def __init__(self, root: Path, units: Mapping[str, Mapping[str, Any]] | None = None) -> None:
        super().__init__(root, units)
        self.live = True
        self.codes: dict[str, str] = {}
        self.orders: list[list[str]] = []

    def uid(self) -> int:
        return 1000

    def exists(self, path: str) -> bool:
        return path in (HELPER, PKEXEC) or super().exists(path)

    def stat(self, path: str) -> os.stat_result:
        return SAFE if HELPER.startswith(path) else super().stat(path)

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> "subprocess.Popen[bytes]":
        if argv[0] != PKEXEC:
            return super().spawn(argv, errors=errors)
        pkexec, quiet, helper, *words = argv
        assert (pkexec, quiet, helper) == (PKEXEC, "--disable-internal-agent", HELPER)
        self.orders.append(words)
        for word in words[2:]:
            if self.codes.get("*", self.codes.get(word, "done")) == "done":
                self.after(words[1].partition("=")[2], word)
        play = [sys.executable, "-c", HELPER_SAYS, json.dumps(self.codes)]
        return self.start(play, errors=errors)
