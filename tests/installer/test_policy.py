"""The polkit policy is that of the helper's table, and asks as little of polkit as it can."""

import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as ET

from sysgui.helper.table import TABLE

ROOT = Path(__file__).parents[2]
POLICY = ROOT / "resources/polkit/org.sysgui.policy"
EXEC = "org.freedesktop.policykit.exec."


def test_the_committed_policy_is_the_one_that_the_table_makes() -> None:
    made = subprocess.run(
        [sys.executable, str(ROOT / "installer/policy.py")], capture_output=True, check=True
    )
    assert made.stdout == POLICY.read_bytes()


def test_each_operation_has_one_action_and_each_action_one_operation() -> None:
    actions = {}
    for action in ET.parse(POLICY).getroot().iter("action"):
        notes = {note.get("key"): note.text for note in action.iter("annotate")}
        assert notes.keys() == {f"{EXEC}path", f"{EXEC}argv1"}
        assert notes[f"{EXEC}path"] == "/usr/libexec/sysgui/helper"
        assert action.get("id") == f"org.sysgui.{notes[f'{EXEC}argv1']}"
        actions[notes[f"{EXEC}argv1"]] = action
    assert actions.keys() == TABLE.keys()


def test_nobody_gets_anything_without_an_administrator() -> None:
    for action in ET.parse(POLICY).getroot().iter("action"):
        defaults = {each.tag: each.text for each in next(action.iter("defaults"))}
        operation = TABLE[action.get("id", "").removeprefix("org.sysgui.")]
        assert defaults["allow_any"] == defaults["allow_inactive"] == "no"
        # Kept authentication is for reading only: it would last for whatever arguments follow.
        changes = operation.bind is not None
        assert defaults["allow_active"] in {"auth_admin"} | (
            set() if changes else {"auth_admin_keep"}
        )
