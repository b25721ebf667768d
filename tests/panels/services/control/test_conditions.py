"""Whether a condition kept a unit from being started, beside what systemd 257 said of real ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest

from sysgui.panels.services.control.conditions import show_tried
from sysgui.panels.services.control.failure import FailureProbe
from sysgui.system.elevation import Item
from sysgui.system.host import Output
from tests.panels.services.told import Told

# As systemd has what it has just loaded, and had unloaded before: none of it has been looked at.
FRESH = {"LoadState": "loaded", "ActiveState": "inactive", "Result": "success",
         "ConditionResult": "no", "ConditionTimestampMonotonic": "0"}  # fmt: skip
LOOKED = {**FRESH, "ConditionTimestampMonotonic": "6579159549"}


class Machine(Told):
    """systemd-analyze says that the conditions of `cond.service` do not hold."""

    def __init__(self, root: Path) -> None:
        super().__init__(
            root,
            {"over.service": FRESH, "cond.service": FRESH, "kept.service": LOOKED,
             "up.service": {**LOOKED, "ActiveState": "active", "ConditionResult": "yes"}},
        )  # fmt: skip
        self.analyzed: list[Sequence[str]] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        if argv[0] != "/usr/bin/systemd-analyze":
            return super().run(argv, timeout)
        self.analyzed.append(argv[1:])
        return Output(1 if argv[-1] == "--unit=cond.service" else 0, b"", b"")


@pytest.mark.parametrize("verb", ["start", "restart", "enable-now"])
def test_what_did_its_work_and_was_unloaded_has_not_failed(tmp_path: Path, verb: str) -> None:
    host = Machine(tmp_path)
    items = [Item(name, "done") for name in host.units]
    failures = FailureProbe(host).read("system", verb, items)
    assert [(each.name, each.result) for each in failures] == [
        ("cond.service", "condition"), ("kept.service", "condition"),
    ]  # fmt: skip


def test_only_what_was_unloaded_is_looked_at_again(tmp_path: Path) -> None:
    host = Machine(tmp_path)
    show_tried(host, "user", list(host.units), ("ActiveState", "ConditionResult"))
    assert host.analyzed == [
        ["--user", "condition", "--unit=over.service"],
        ["--user", "condition", "--unit=cond.service"],
    ]
    host.analyzed.clear()
    FailureProbe(host).read("system", "stop", [Item("over.service", "done")])
    assert host.analyzed == []
