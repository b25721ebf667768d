"""A systemd, and folders beneath /etc and /var, of a test's own."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from sysgui.helper.operations import systemctl, watch, watch_end, watch_files, watch_mail

# It answers from a file, fails where that says so, and notes what it was told.
FAKE = """
import json, sys, time
world = json.load(open(f"{place}/world"))
words = sys.argv[4:]
with open(f"{place}/told", "a") as told:
    print(json.dumps(words), file=told)
if words == ["--version"]:
    print(world["version"])
elif words[0] == "show":
    for name in words[3:]:
        unit = {"Id": name, "LoadState": "loaded", "Type": "simple", "Restart": "no",
                "TimeoutStartUSec": "1min 30s"}
        unit.update(world["units"].get(name, {}))
        print("\\n".join(f"{k}={v}" for k, v in unit.items()) + "\\n")
elif words[0] in world["fails"]:
    sys.exit(1)
elif words == world["hangs"] and open(f"{place}/told").read().count(json.dumps(words)) == 1:
    time.sleep(1000)
"""


class World:
    """A place with a systemd of its own.

    Args:
        place: A directory.
    """

    def __init__(self, place: Path) -> None:
        self.place = place
        self.system = place / "system"
        self.state = place / "state"
        self.etc = place / "etc"
        for directory in (self.system, self.etc):
            directory.mkdir()
        self.known: dict[str, Any] = {
            "units": {},
            "version": "systemd 257 (257)",
            "fails": [],
            "hangs": [],
        }
        self.program = place / "systemctl"
        self.program.write_text(f"#!{sys.executable} -IS\n{FAKE.replace('{place}', str(place))}")
        self.program.chmod(0o755)
        self.put()

    def put(self, **changes: Any) -> None:
        self.known.update(changes)
        (self.place / "world").write_text(json.dumps(self.known))

    @property
    def told(self) -> list[list[str]]:
        told = self.place / "told"
        lines = told.read_text().splitlines() if told.exists() else []
        found = [json.loads(line) for line in lines]
        return [words for words in found if words[0] not in ("show", "--version")]

    def files(self) -> dict[str, str]:
        """Every file and folder beneath what systemd reads, and what is in it."""
        return {
            str(path.relative_to(self.system)): path.read_text() if path.is_file() else ""
            for path in self.system.rglob("*")
        }


def played(place: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Has the operations work in a place, with a systemd of its own."""
    made = World(place)
    monkeypatch.setattr(systemctl, "SYSTEMCTL", str(made.program))
    for module in (watch, watch_end, watch_files):
        monkeypatch.setattr(module, "SYSTEM", str(made.system))
    for module in (watch_end, watch_mail):
        monkeypatch.setattr(module, "STATE", str(made.state))
    settings = watch_mail.SETTINGS._replace(root=str(made.etc))
    monkeypatch.setattr(watch_mail, "SETTINGS", settings)
    return made
