"""A machine with a helper, of which a program of the test's takes the place behind the door."""

import os
import subprocess
import sys
from collections.abc import Mapping, Sequence

from sysgui.system.elevation import HELPER
from sysgui.system.host import Host
from sysgui.system.transport import PKEXEC

SAFE = os.stat_result((0o100755, 0, 0, 1, 0, 0, 0, 0, 0, 0))

PLAN = '{"frame":"plan","digest":"abc","items":[{"pid":7}]}'
ITEM = '{"frame":"item","target":"7:8:x","code":"done"}'
DONE = '{"frame":"result","code":"done"}'

# Reads the request, previews, applies what is agreed to, and says so.
OBEDIENT = f"""
import json, sys
request = json.loads(sys.stdin.readline())
print('{PLAN}', flush=True)
answer = sys.stdin.readline()
if not answer:
    print('{{"frame":"error","code":"cancelled","field":""}}')
    sys.exit(16)
assert json.loads(answer) == {{"apply": "abc"}}
print('{ITEM}')
print('{DONE}')
"""

PARTLY = f"""
import json, sys
(target,) = json.loads(sys.stdin.readline())["targets"]
print('{PLAN}', flush=True)
sys.stdin.readline()
print(json.dumps({{"frame": "item", "target": target, "code": "gone"}}))
print('{{"frame":"result","code":"gone"}}')
"""

# Says of the process that is asked for that it has one file open, as `process-inspect` would.
INSIDE = """
import json, sys
(target,) = json.loads(sys.stdin.readline())["targets"]
pid, start, name = target.split(":")
stat = open(f"/proc/{pid}/stat", encoding="latin-1").read()
for fact in (
    {"path": "stat", "data": stat},
    {"path": "fd", "names": ["3"]},
    {"path": "fd/3", "link": "/var/lib/secret"},
):
    print(json.dumps({"frame": "data", "facts": {"target": target, **fact}}))
print('{"frame":"result","code":"done"}')
"""

NO_AGENT = """
import sys
sys.stderr.write("Error executing command as another user: No authentication agent found.")
sys.exit(127)
"""


class Door(Host):
    """A machine with a helper, of which a program of the test's takes the place."""

    def __init__(self, script: str, *, there: Sequence[str] = (HELPER, PKEXEC)) -> None:
        super().__init__()
        self._script = script
        self._there = there
        self.stats: dict[str, os.stat_result] = {}
        self.started: list[Sequence[str]] = []
        self.user = 1000

    def uid(self) -> int:
        return self.user

    def exists(self, path: str) -> bool:
        return path in self._there

    def stat(self, path: str) -> os.stat_result:
        return self.stats.get(path, SAFE)

    def spawn(
        self,
        argv: Sequence[str],
        extra_environment: Mapping[str, str] | None = None,
        *,
        errors: bool = False,
    ) -> "subprocess.Popen[bytes]":
        self.started.append(argv)
        return super().spawn([sys.executable, "-c", self._script], errors=errors)
