"""What systemctl says of units is read as it writes it, and cannot act on a terminal."""

from pathlib import Path

from sysgui.panels.services.systemctl import listed, show
from tests.panels.services.told import Told


def test_lists_of_units_are_read_as_systemctl_writes_them() -> None:
    assert listed(r'a.service "dev-disk-by\\x2dlabel.swap" "b\\x5cx.mount"') == [
        "a.service", r"dev-disk-by\x2dlabel.swap", r"b\x5cx.mount",
    ]  # fmt: skip
    assert listed("") == []


def test_what_is_read_cannot_act_on_a_terminal(tmp_path: Path) -> None:
    host = Told(
        tmp_path, {"a.service": {"Description": "\x1b[2Jb", "ExecStart": ("{ 1 }", "{ 2 }")}}
    )
    found = show(host, "system", ["a.service"], ["Description", "ExecStart"])
    assert found == {"a.service": {"Description": r"\x1b[2Jb", "ExecStart": "{ 1 }\n{ 2 }"}}
    assert show(host, "system", [], ["Id"]) == {}
