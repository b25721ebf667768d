r"""Names and lists as systemd has them: templates, instances, `\x2d`, files without a unit."""

from __future__ import annotations

import pytest

from sysgui.panels.services.units import (
    SYSTEM,
    UnitFile,
    files_of,
    is_template,
    of_file,
    readable,
    template_of,
    type_of,
    units_of,
    with_file,
)

# As `busctl call … ListUnits` of a booted Debian 12 told them.
LISTED = [
    (
        "ssh.service", "OpenBSD Secure Shell server", "loaded", "active", "running", "",
        "/org/freedesktop/systemd1/unit/ssh_2eservice", 0, "", "/",
    ),
    (
        "cron.service", "Regular background program processing daemon", "loaded", "inactive",
        "dead", "", "/org/freedesktop/systemd1/unit/cron_2eservice", 61, "start",
        "/org/freedesktop/systemd1/job/61",
    ),
    (
        "syslog.service", "syslog.service", "not-found", "inactive", "dead", "",
        "/org/freedesktop/systemd1/unit/syslog_2eservice", 0, "", "/",
    ),
]  # fmt: skip


def test_a_list_of_units_is_read() -> None:
    found = units_of(SYSTEM, LISTED)
    assert list(found) == ["ssh.service", "cron.service", "syslog.service"]
    ssh = found["ssh.service"]
    assert ssh.key == ("system", "ssh.service")
    assert (ssh.type, ssh.load, ssh.active, ssh.sub) == ("service", "loaded", "active", "running")
    assert ssh.description == "OpenBSD Secure Shell server"
    assert ssh.loaded
    assert found["cron.service"].job == "start"
    assert found["syslog.service"].load == "not-found"
    assert ssh.memory is None
    assert ssh.enabled == ""


def test_a_list_of_unit_files_is_read() -> None:
    found = files_of([
        ("/lib/systemd/system/ssh.service", "enabled"),
        ("/lib/systemd/system/getty@.service", "enabled"),
    ])  # fmt: skip
    assert found["ssh.service"] == UnitFile("/lib/systemd/system/ssh.service", "enabled")
    assert found["getty@.service"].state == "enabled"


def test_a_unit_takes_what_its_file_says_and_loses_it_with_the_file() -> None:
    unit = units_of(SYSTEM, LISTED)["ssh.service"]
    with_it = with_file(unit, UnitFile("/etc/systemd/system/ssh.service", "masked"))
    assert (with_it.enabled, with_it.file) == ("masked", "/etc/systemd/system/ssh.service")
    assert with_file(with_it, None).enabled == ""
    assert with_file(unit, None) is unit


def test_what_only_has_a_file_is_inactive_and_not_loaded() -> None:
    unit = of_file(SYSTEM, "rsync.service", UnitFile("/lib/systemd/system/rsync.service", "static"))
    assert (unit.active, unit.load, unit.enabled) == ("inactive", "", "static")
    assert not unit.loaded


@pytest.mark.parametrize(
    ("name", "state"), [("getty@.service", "enabled"), ("dbus-org.x.service", "alias")]
)
def test_templates_and_aliases_have_no_state_of_their_own(name: str, state: str) -> None:
    assert of_file(SYSTEM, name, UnitFile("/lib/systemd/system/" + name, state)).active == ""


@pytest.mark.parametrize(
    ("name", "template"),
    [
        ("getty@tty1.service", "getty@.service"),
        ("systemd-fsck@dev-disk-by\\x2duuid-1.service", "systemd-fsck@.service"),
        ("a@b@c.service", "a@.service"),
        ("user@1000.service", "user@.service"),
        ("getty@.service", ""),
        ("ssh.service", ""),
        ("-.mount", ""),
    ],
)
def test_an_instance_knows_its_template(name: str, template: str) -> None:
    assert template_of(name) == template


def test_templates_and_types_are_told_by_their_names() -> None:
    assert is_template("getty@.service")
    assert not is_template("getty@tty1.service")
    assert not is_template("ssh.service")
    assert type_of("dev-disk-by\\x2duuid-1.2.device") == "device"
    assert type_of("-.mount") == "mount"


# What `systemd-escape --unescape` makes of the parts, but for the hyphens, which are slashes there.
@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("ssh.service", "ssh.service"),
        ("dev-disk-by\\x2duuid-1.device", "dev-disk-by-uuid-1.device"),
        ("home-\\xc3\\xa9t\\xc3\\xa9.mount", "home-été.mount"),
        ("a\\x0ab.service", "a\\nb.service"),
        ("a\\x1b[31m.service", "a\\x1b[31m.service"),
        ("a\\xff.service", "a\\xff.service"),
        ("a\\x.service", "a\\x.service"),
    ],
)
def test_escapes_are_shown_as_what_they_stand_for_if_that_can_be_shown(
    name: str, shown: str
) -> None:
    assert readable(name) == shown
