"""Only what was made here is removed from here, with what was made with it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import pytest
from roots.hosts import write_machine

from sysgui.panels.services.make.forms import ServiceForm, texts_of
from sysgui.panels.services.make.made import MadeProbe, may_be_made
from sysgui.panels.services.make.writing import order
from sysgui.panels.services.units import SYSTEM, USER, Unit
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem

TIMED = texts_of(
    ServiceForm(name="copies", description="Copies it", command="/usr/bin/true", calendar="daily")
)
FOLDER = "/etc/systemd/system"


class Enabled(Host):
    """A machine that says of some units that they are enabled."""

    enabled: Sequence[str] = ()

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        assert argv[-3] == "is-enabled"
        return Output(0 if argv[-1] in self.enabled else 1, b"", b"")


@pytest.fixture
def host(tmp_path: Path) -> Enabled:
    others = {f"{FOLDER}/others.service": "[Service]\nExecStart=/bin/true\n"}
    write_machine(tmp_path, {f"{FOLDER}/{name}": text for name, text in TIMED.items()} | others)
    return Enabled(str(tmp_path))


@pytest.mark.parametrize("name", ["copies.service", "copies.timer"])
def test_a_timer_and_its_service_go_together_the_timer_first(host: Enabled, name: str) -> None:
    host.enabled = ("copies.timer",)
    made = MadeProbe(host).read(SYSTEM, name)
    assert list(made.texts) == ["copies.timer", "copies.service"]
    assert made.texts == TIMED
    asked = order(made.removal)
    assert asked.secret == {"texts": ["", ""]}
    assert asked.arguments["start"] == "no"
    assert set(asked.expected) == set(TIMED)
    # Whoever takes it back has it started again.
    assert made.removal.start


def test_what_was_made_alone_goes_alone(host: Enabled, tmp_path: Path) -> None:
    (tmp_path / FOLDER[1:] / "copies.timer").write_text("[Timer]\nOnCalendar=daily\n")
    made = MadeProbe(host).read(SYSTEM, "copies.service")
    assert (list(made.texts), made.starts) == (["copies.service"], False)


@pytest.mark.parametrize("name", ["others.service", "nowhere.service", "copies.socket"])
def test_what_was_not_made_here_is_left(host: Enabled, name: str) -> None:
    with pytest.raises(Problem, match="was not made here"):
        MadeProbe(host).read(SYSTEM, name)


def test_ones_own_are_where_ones_own_are(
    host: Enabled, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    folder = tmp_path / "config/systemd/user"
    folder.mkdir(parents=True)
    (folder / "mine.service").write_text(TIMED["copies.service"])
    assert list(MadeProbe(host).read(USER, "mine.service").texts) == ["mine.service"]
    assert may_be_made(Unit(USER, "mine.service", file=str(folder / "mine.service")))
    assert may_be_made(Unit(SYSTEM, "a.service", file=f"{FOLDER}/a.service"))
    assert not may_be_made(Unit(SYSTEM, "a.service", file="/lib/systemd/system/a.service"))
    assert not may_be_made(Unit(SYSTEM, "b.service", file=f"{FOLDER}/a.service"))
