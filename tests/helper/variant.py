"""The helper's sources with faults sown into them: a test is worth what it finds."""

from __future__ import annotations

import importlib
import importlib.util
import itertools
import json
import os
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, NamedTuple

from .rig import CHECKOUT, PATIENCE, Journal

SOURCES = CHECKOUT / "sysgui" / "helper"
POLICY = CHECKOUT / "installer" / "policy.py"
SHEBANG = "#!/usr/bin/python3 -IS\n"

_numbers = itertools.count()


class Fault(NamedTuple):
    """A piece of source and what stands there instead.

    Attributes:
        file: Beneath the helper's sources; "helper" is the program itself, "policy" its policy.
        sound: The text, which stands there once.
        faulty: What a careless hand would have written.
    """

    file: str
    sound: str
    faulty: str


class Variant:
    """A helper of its own, laid out as an installed one, whose journal is a test's.

    Args:
        directory: Where it is laid out.
        journal: Where it writes to.
        faults: What is sown.
    """

    def __init__(self, directory: Path, journal: Journal, faults: Sequence[Fault]) -> None:
        self.journal = journal
        self.library = directory / "lib" / "sysgui_helper"
        self.program = directory / "helper"
        texts = {str(path.relative_to(SOURCES)): path.read_text() for path in SOURCES.rglob("*.py")}
        texts["helper"] = SHEBANG + texts.pop("__main__.py")
        texts["policy"] = POLICY.read_text()
        for fault in (Fault("audit.py", "/run/systemd/journal/socket", journal.path), *faults):
            assert texts[fault.file].count(fault.sound) == 1, fault
            texts[fault.file] = texts[fault.file].replace(fault.sound, fault.faulty)
        self.policy = texts.pop("policy")
        for name, text in texts.items():
            path = self.program if name == "helper" else self.library / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        self.program.chmod(0o755)
        self._package = f"variant_{next(_numbers)}"

    def module(self, name: str) -> ModuleType:
        """Imports one of its modules, from a package that no other variant shares."""
        if self._package not in sys.modules:
            spec = importlib.util.spec_from_file_location(
                self._package,
                self.library / "__init__.py",
                submodule_search_locations=[str(self.library)],
            )
            assert spec is not None
            assert spec.loader is not None
            sys.modules[self._package] = importlib.util.module_from_spec(spec)
            spec.loader.exec_module(sys.modules[self._package])
        return importlib.import_module(f"{self._package}.{name}")

    def forget(self) -> None:
        """Takes its modules out of the interpreter."""
        for name in [name for name in sys.modules if name.split(".")[0] == self._package]:
            del sys.modules[name]

    def refuses(self, call: Any, *arguments: Any) -> str:
        """Returns the code with which a call into one of its modules is refused, or ""."""
        try:
            call(*arguments)
        except self.module("refusal").Refusal as refusal:
            return str(refusal.code)
        return ""

    def start(
        self, words: Sequence[str], *, env: Mapping[str, str] | None = None, **options: Any
    ) -> subprocess.Popen[bytes]:
        """Starts the program as root does."""
        return subprocess.Popen(
            [str(self.program), *words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env={"PATH": os.environ["PATH"], **(env or {})},
            **options,
        )

    def ask(
        self,
        operation: str,
        targets: Sequence[str] = (),
        arguments: Mapping[str, Any] | None = None,
        *,
        answer: Any = None,
        more: Mapping[str, Any] | None = None,
        **options: Any,
    ) -> list[dict[str, Any]]:
        """Has an operation carried out, and returns the frames.

        Args:
            operation: Its name.
            targets: The objects.
            arguments: The rest.
            answer: To the preview; the digest that it names, if None.
            more: Keys that a request has not.
            options: Of the start.
        """
        given = dict(arguments or {})
        words = [f"{name}={value}" for name, value in given.items()]
        request = {"request": "r1", "targets": list(targets), "arguments": given, **(more or {})}
        frames = []
        with self.start([operation, *words, *targets], **options) as process:
            try:
                assert process.stdin is not None
                assert process.stdout is not None
                process.stdin.write(json.dumps(request).encode() + b"\n")
                process.stdin.flush()
                for line in process.stdout:
                    assert all(0x20 <= byte < 0x7F for byte in line[:-1]), line
                    frames.append(json.loads(line))
                    if frames[-1]["frame"] == "plan":
                        reply = {"apply": frames[-1]["digest"] if answer is None else answer}
                        process.stdin.write(json.dumps(reply).encode() + b"\n")
                        process.stdin.flush()
                assert process.stderr is not None
                assert process.stderr.read() == b""
                process.wait(PATIENCE)
            finally:
                process.kill()
        return frames
