"""Counts by the index of a journal's files, against the entries that journalctl prints."""

import shutil
import struct
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from sysgui.panels.logs.journal.index import Counted, JournalIndex
from sysgui.panels.logs.journal.source import JournalSource
from sysgui.panels.logs.journal.wanted import Wanted
from sysgui.system.host import Host

from .conftest import level, levels, tell, time, unpacked

STATE, ONLINE = 16, 1
ENTRIES = 152
FIRST = 184


def index(path: Path) -> JournalIndex:
    folder = path.is_dir()
    source = JournalSource(directory=str(path)) if folder else JournalSource(files=(str(path),))
    return JournalIndex(UnaskedHost(), source)


class UnaskedHost(Host):
    """A machine whose journalctl nobody may need."""

    def spawn(self, *arguments: Any, **options: Any) -> Any:
        raise AssertionError("journalctl was asked")


def asking(path: Path) -> JournalIndex:
    return JournalIndex(Host(), JournalSource(directory=str(path)))


def test_levels(journal: Path) -> None:
    counted = index(journal.parent).count()
    told = tell(journal)
    assert counted.tally.levels == levels(told)
    assert all(counted.tally.levels)  # The recorded journal has every kind.
    assert (counted.tally.entries, counted.hidden, counted.doubtful) == (len(told), 0, [])
    times = [time(entry) for entry in told]
    assert (counted.tally.first, counted.tally.last) == (min(times), max(times))


@pytest.mark.parametrize("bins", [1, 7, 300])
def test_bins(journal: Path, bins: int) -> None:
    tally = index(journal).count(bins=bins).tally
    told = tell(journal)
    assert len(tally.bins) == 9
    assert [sum(row) for row in tally.bins] == levels(told)
    for number in range(len(tally.bins[0])):
        start = tally.start + number * tally.width
        within = [entry for entry in told if start <= time(entry) < start + tally.width]
        assert [row[number] for row in tally.bins] == levels(within)


def test_bins_of_a_part_of_the_time(journal: Path) -> None:
    told = tell(journal)
    start, end = time(told[50]), time(told[200])
    tally = index(journal).count(bins=10, span=(start, end)).tally
    inside = [entry for entry in told if start <= time(entry) < start + 10 * tally.width]
    assert 0 <= start + 10 * tally.width - end < 10
    assert [sum(row) for row in tally.bins] == levels(inside)
    assert tally.levels == levels(told)


def test_bins_of_a_machine_whose_clock_was_set(journal: Path) -> None:
    """The first and the last entry of a file are not its earliest and its latest then."""
    told = tell(journal)
    data = bytearray(journal.read_bytes())
    struct.pack_into("<QQ", data, FIRST, time(told[100]), time(told[200]))
    journal.write_bytes(data)
    tally = index(journal).count(bins=7).tally
    assert [sum(row) for row in tally.bins] == levels(told)
    assert tally.start == time(told[0])


@pytest.mark.parametrize(
    ("wanted", "options"),
    [
        (Wanted(worst=3), ["-p", "err"]),
        # For journalctl, "-p debug" is all, with what has no level at all.
        (Wanted(worst=7), [f"PRIORITY={level}" for level in range(8)]),
        (Wanted(units=("nginx.service",)), ["-u", "nginx.service"]),
        (Wanted(units=("nginx",)), ["-u", "nginx"]),
        (Wanted(units=("nginx", "cron")), ["-u", "nginx", "-u", "cron"]),
        (Wanted(units=("nginx", "cron"), worst=4), ["-u", "nginx", "-u", "cron", "-p", "4"]),
        (Wanted(units=("system.slice",)), ["-u", "system.slice"]),
        (Wanted(identifiers=("native", "cat")), ["-t", "native", "-t", "cat"]),
        (Wanted(identifiers=("native",), worst=2), ["-t", "native", "-p", "crit"]),
        (Wanted(pids=(1,)), ["_PID=1"]),
        (Wanted(pids=(1,), units=("nginx",)), ["-u", "nginx", "_PID=1"]),
        (Wanted(hosts=("debian",)), ["_HOSTNAME=debian"]),
        (Wanted(hosts=("another",)), ["_HOSTNAME=another"]),
    ],
)
def test_only_what_is_wanted(journal: Path, wanted: Wanted, options: list[str]) -> None:
    told = tell(journal, *options)
    assert index(journal).count(wanted).tally.levels == levels(told)
    # The very same is what journalctl is told when it is asked instead.
    assert tell(journal, *wanted.options()) == told


def test_what_is_wanted_is_there(journal: Path) -> None:
    """What systemd itself says of a unit belongs to it: else the test above would say little."""
    about = tell(journal, "-u", "nginx", "_PID=1")
    assert about
    assert all(entry["_SYSTEMD_UNIT"] == "init.scope" for entry in about)


def test_only_some_time_is_wanted(journal: Path) -> None:
    told = tell(journal)
    since, until = time(told[10]), time(told[290])
    some = [entry for entry in told if since <= time(entry) <= until]
    counted = index(journal).count(Wanted(since=since, until=until))
    assert counted.tally.levels == levels(some)
    assert (counted.tally.first, counted.tally.last) == (since, until)


def columns(made: JournalIndex, wanted: Wanted = Wanted()) -> list[tuple[int, int]]:  # noqa: B008
    found = made.columns(wanted).columns
    return list(zip(found.times.tolist(), found.levels.tolist(), strict=True))


def test_columns_by_time(tmp_path: Path) -> None:
    """Of one file, of two, and of a file and its copy, which journalctl is asked about."""
    for kind in ("compact", "regular"):
        (tmp_path / f"{kind}.journal").write_bytes(unpacked(kind))
    told = sorted((time(entry), level(entry)) for entry in tell(tmp_path))
    assert sorted(columns(index(tmp_path))) == told
    times = [at for at, _level in columns(index(tmp_path))]
    assert times == sorted(times)
    shutil.copy(tmp_path / "compact.journal", tmp_path / "copy.journal")
    assert sorted(columns(asking(tmp_path))) == told
    errors = [(time(entry), level(entry)) for entry in tell(tmp_path, "-p", "err")]
    assert sorted(columns(asking(tmp_path), Wanted(worst=3))) == sorted(errors)


@pytest.mark.parametrize(
    "field",
    ["_SYSTEMD_UNIT", "SYSLOG_IDENTIFIER", "_BOOT_ID", "_HOSTNAME", "PRIORITY", "_PID", "NUMBER"],
)
def test_values(journal: Path, field: str) -> None:
    expected: Counter[str] = Counter()
    for entry in tell(journal):
        told = entry.get(field, [])
        expected.update(told if isinstance(told, list) else [told])
    found = index(journal).values(field)
    assert expected
    assert {value.text: value.entries for value in found.values} == expected
    ordered = [value.entries for value in found.values]
    assert ordered == sorted(ordered, reverse=True)
    assert (found.cut, found.doubtful) == (False, [])


def test_values_of_a_field_that_nobody_uses(journal: Path) -> None:
    assert index(journal).values("NOBODY").values == []


def test_a_packed_value_is_asked_of_journalctl(journal: Path) -> None:
    long = next(entry for entry in tell(journal) if entry["SYSLOG_IDENTIFIER"] == "long")
    found = asking(journal.parent).values("MESSAGE")
    assert long["MESSAGE"] in {value.text for value in found.values}
    assert [doubtful.name for doubtful in found.doubtful] == [journal.name]


def test_boots(journal: Path) -> None:
    (boot,) = index(journal).boots().boots
    told = tell(journal)
    assert boot.name == told[0]["_BOOT_ID"]
    assert (boot.first, boot.last, boot.entries) == (time(told[0]), time(told[-1]), len(told))


def both(folder: Path) -> Path:
    for kind in ("compact", "regular"):
        (folder / f"{kind}.journal").write_bytes(unpacked(kind))
    return folder


def test_several_files(tmp_path: Path) -> None:
    told = tell(both(tmp_path))
    assert len(told) == len(tell(tmp_path / "compact.journal")) + len(
        tell(tmp_path / "regular.journal")
    )
    assert index(tmp_path).count(bins=5).tally.levels == levels(told)
    (boot,) = index(tmp_path).boots().boots
    assert boot.entries == len(told)


def test_a_file_and_its_copy_count_once(journal: Path) -> None:
    told = tell(journal)
    shutil.copy(journal, journal.with_name("copy.journal"))
    counted = asking(journal.parent).count()
    assert counted.tally.levels == levels(told)
    assert [doubtful.name for doubtful in counted.doubtful] == [""]


def test_entries_written_twice_by_another_writer_count_once(journal: Path) -> None:
    other = bytearray(journal.read_bytes())
    for place in (24, 72):  # Its own name, and that of its counter.
        other[place] ^= 1
    journal.with_name("other.journal").write_bytes(other)
    told = tell(journal.parent)
    assert len(told) == len(tell(journal))
    assert asking(journal.parent).count().tally.levels == levels(told)


def test_an_empty_folder(tmp_path: Path) -> None:
    assert index(tmp_path).count(bins=3).tally.entries == 0
    assert index(tmp_path).values("PRIORITY").values == []
    assert index(tmp_path).boots().boots == []
    assert columns(index(tmp_path)) == []


# A file that is written to.


def arrays(data: bytes, place: int, width: int) -> list[int]:
    """Returns where the items of a chain of arrays stand, as the format's description has it."""
    found = []
    while place:
        size, following = struct.unpack_from("<QQ", data, place + 8)
        found += list(range(place + 24, place + size, width))
        place = following
    return found


def in_use(journal: Path, entries: int) -> bytearray:
    data = bytearray(journal.read_bytes())
    data[STATE] = ONLINE
    struct.pack_into("<Q", data, ENTRIES, entries)
    return data


def test_what_came_after_the_file_was_opened_is_not_there_yet(journal: Path) -> None:
    """As if the beginning of the file had been read before the last seven entries came."""
    told = tell(journal)[:-7]
    journal.write_bytes(in_use(journal, len(told)))
    assert index(journal).count().tally.levels == levels(told)
    assert index(journal).boots().boots[0].entries == len(told)


def test_an_entry_that_its_writer_has_not_listed_everywhere_counts(journal: Path) -> None:
    """journald adds an entry to the list of all, and then to that of each of its values."""
    told = tell(journal)
    data = in_use(journal, len(told))
    width, code = (4, "<I") if journal.name.startswith("compact") else (8, "<Q")
    every = arrays(data, *struct.unpack_from("<Q", data, 176), width)
    last = struct.unpack_from(code, data, every[len(told) - 1])[0]
    for place in range(8 + data[88] + 256 * data[89], len(data) - width, width):
        if struct.unpack_from(code, data, place)[0] == last and place not in every:
            struct.pack_into(code, data, place, 0)
    shorten_lists(data, last)
    journal.write_bytes(data)
    assert index(journal).count().tally.levels == levels(told)


def shorten_lists(data: bytearray, entry: int) -> None:
    """Takes one off the number of entries of each value of an entry that has more than one."""
    compact = bool(struct.unpack_from("<I", data, 12)[0] & 16)
    size = struct.unpack_from("<Q", data, entry + 8)[0]
    step, code = (4, "<I") if compact else (16, "<Q")
    for item in range(entry + 64, entry + size, step):
        value = struct.unpack_from(code, data, item)[0]
        entries = struct.unpack_from("<Q", data, value + 56)[0]
        struct.pack_into("<Q", data, value + 56, entries - 1)
        if entries == 1:
            struct.pack_into("<Q", data, value + 40, 0)


class MovingHost(Host):
    """A machine on which a file comes whenever one is opened."""

    def __init__(self, folder: Path, times: int) -> None:
        super().__init__()
        self.folder, self.times = folder, times

    def open(self, path: str, flags: int = 0) -> int:
        if path.endswith(".journal") and self.times:
            self.times -= 1
            # As journald does: what was written to gets another name.
            old = self.folder / "system.journal"
            old.rename(self.folder / f"system@{self.times}.journal")
            shutil.copy(self.folder / f"system@{self.times}.journal", old)
            other = bytearray(old.read_bytes())
            other[24] ^= self.times + 1
            old.write_bytes(other)
        return super().open(path, flags)


@pytest.mark.parametrize(("times", "asked"), [(1, []), (9, [""])])
def test_files_that_come_and_go(journal: Path, times: int, asked: list[str]) -> None:
    folder = journal.parent
    journal.rename(folder / "system.journal")
    host = MovingHost(folder, times)
    counted: Counted = JournalIndex(host, JournalSource(directory=str(folder))).count()
    assert [doubtful.name for doubtful in counted.doubtful] == asked


def test_it_is_told_what_journalctl_could_not_read_either(journal: Path) -> None:
    journal.write_bytes(journal.read_bytes()[:3000])
    counted = asking(journal.parent).count()
    assert counted.tally.entries == 0
    (doubtful,) = counted.doubtful
    assert doubtful.name == journal.name
    done = subprocess.run(
        ["journalctl", f"--file={journal}", "-o", "json"], capture_output=True, check=False
    )
    assert bool(doubtful.lost) == bool(done.returncode)
