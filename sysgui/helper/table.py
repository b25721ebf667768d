"""All operations: the single source of what can be done as root, and of the polkit policy."""

from __future__ import annotations

from .operations import file, inspect, journal, process, self_check, unit, unit_file, watch_mail

TABLE = {
    operation.name: operation
    for operation in (
        self_check.SELF_CHECK, process.SIGNAL, process.ADJUST, inspect.INSPECT, file.READ,
        journal.READ, unit.CONTROL, unit.RELOAD, unit_file.WRITE, *watch_mail.ALL,
    )
}  # fmt: skip
