"""What is written can be put back as it was, unless somebody has changed it since."""

from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path

import msgspec
import pytest

from sysgui.panels.services.make.writing import OwnUnitFiles, Writing, order, undo_of
from sysgui.system.elevation import Frame, Item, Order, Plan, Result
from sysgui.system.host import Host, Output
from sysgui.system.problem import Problem

UNIT = "# Made by Sysgui\n[Service]\nExecStart=/bin/true\n"
TIMER = "# Made by Sysgui\n[Timer]\nOnCalendar=daily\n"
BOTH = {"a.service": UNIT, "a.timer": TIMER}


def digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()


def frames(before: dict[str, str], **codes: str) -> list[Frame]:
    """What the helper says; a code's name has a `_` for the dot."""
    plan = Plan(
        "abc",
        [{"target": n, "before": digest(text), "text": text[:99]} for n, text in before.items()],
    )
    items = [Item(n, codes.get(n.replace(".", "_"), "done")) for n in before]
    return [plan, *items, Result("done")]


def test_the_helper_is_told_what_has_to_stand_there() -> None:
    writing = Writing({"a.service": ""}, drop_in=True, start=True, before={"a.service": UNIT})
    assert order(writing) == Order(
        "unit-write", ["a.service"], {"place": "drop-in", "start": "no", "digest": digest("")},
        {"texts": [""]}, {"a.service": {"before": digest(UNIT)}},
    )  # fmt: skip
    assert order(Writing(BOTH, start=True)).arguments == {
        "place": "unit", "start": "yes", "digest": digest(f"{UNIT}\0{TIMER}"),
    }  # fmt: skip


def test_what_was_not_there_goes_again_the_timer_before_its_service() -> None:
    made = Writing(BOTH, start=True)
    back = undo_of(made, frames({"a.service": "", "a.timer": ""}))
    assert back == Writing({"a.timer": "", "a.service": ""}, start=True, before=BOTH)
    assert list(back.texts) == ["a.timer", "a.service"]
    assert not back.starts
    # And forth again.
    again = undo_of(back, frames({"a.timer": TIMER, "a.service": UNIT}))
    assert again is not None
    assert (list(again.texts.items()), again.starts) == (list(BOTH.items()), True)
    assert again.before == dict.fromkeys(BOTH, "")


def test_only_what_was_written_is_put_back() -> None:
    made = Writing(BOTH, start=True)
    back = undo_of(made, frames({"a.service": "x", "a.timer": ""}, a_timer="failed"))
    assert back is not None
    assert (back.texts, back.before) == ({"a.service": "x"}, {"a.service": UNIT})
    failed = frames({"a.service": "x", "a.timer": ""}, a_timer="failed", a_service="cancelled")
    assert undo_of(made, failed) is None


def test_what_is_not_known_whole_is_not_put_back() -> None:
    made = Writing({"a.service": UNIT})
    assert undo_of(made, frames({"a.service": "x" * 100})) is None


# One's own


class Content(Host):
    """A systemd that has nothing against anything."""

    def __init__(self) -> None:
        super().__init__("/")
        self.told: list[Sequence[str]] = []

    def run(self, argv: Sequence[str], timeout: float = 10.0) -> Output:
        self.told.append(argv[4:])
        return Output(0, b"loaded\n", b"")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    return tmp_path / "systemd" / "user"


def write(writing: Writing) -> Writing:
    """Writes it, and returns what puts it back."""
    said = OwnUnitFiles(Content()).read(**msgspec.structs.asdict(writing))
    back = undo_of(writing, said)
    assert back is not None
    return back


def test_an_earlier_drop_in_is_put_back_byte_by_byte(folder: Path) -> None:
    place = folder / "a.service.d" / "60-sysgui.conf"
    first = write(Writing({"a.service": "[Unit]\n# é\n"}, "user", drop_in=True))
    second = write(Writing({"a.service": "[Service]\n"}, "user", drop_in=True))
    assert place.read_text() == "[Service]\n"
    write(second)
    assert place.read_text() == "[Unit]\n# é\n"
    write(first)
    assert list(folder.iterdir()) == []


def test_what_somebody_has_changed_since_is_left_to_him(folder: Path) -> None:
    place = folder / "a.service"
    back = write(Writing(BOTH, "user", start=True))
    place.write_text(UNIT + "# mine\n")
    host = Content()
    with pytest.raises(Problem) as caught:
        OwnUnitFiles(host).read(**msgspec.structs.asdict(back))
    assert (caught.value.code, str(place) in caught.value.message) == ("changed", True)
    assert place.read_text() == UNIT + "# mine\n"
    assert (folder / "a.timer").read_text() == TIMER
    assert host.told == []


def test_what_is_no_text_is_not_put_back(folder: Path) -> None:
    place = folder / "a.service.d" / "60-sysgui.conf"
    place.parent.mkdir(parents=True)
    place.write_bytes(b"# \xff\n")
    writing = Writing({"a.service": "[Unit]\n"}, "user", drop_in=True)
    said = OwnUnitFiles(Content()).read(**msgspec.structs.asdict(writing))
    assert undo_of(writing, said) is None
