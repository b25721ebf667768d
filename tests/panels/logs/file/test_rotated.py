"""Which files belong to a log, in the order in which logrotate has made them."""

import os
from pathlib import Path

import pytest

from sysgui.panels.logs.file.rotated import older_files
from sysgui.system.host import Host


def make(folder: Path, *names: str) -> None:
    """Makes files, the first the longest ago."""
    for age, name in enumerate(names):
        (folder / name).write_text(name)
        os.utime(folder / name, (1.7e9 + age, 1.7e9 + age))


@pytest.mark.parametrize(
    "names",
    [
        ["syslog.10.gz", "syslog.9.gz", "syslog.2.gz", "syslog.1"],
        ["syslog-20261101.zst", "syslog-20261108", "syslog-20261115.xz"],
        ["syslog-2026-11-01.bz2", "syslog-2026-11-02"],
    ],
)
def test_the_oldest_comes_first(tmp_path: Path, names: list[str]) -> None:
    make(tmp_path, *names, "syslog")
    make(tmp_path, "syslogger.1", "syslog.old", "syslog.conf", "my-syslog.1", "syslog.1.2.3")
    (tmp_path / "syslog.77").mkdir()
    found = older_files(Host(), f"{tmp_path}/syslog")
    assert found == [f"{tmp_path}/{name}" for name in names]


def test_of_those_written_at_the_same_time_the_higher_number_is_older(tmp_path: Path) -> None:
    for name in ("a.1", "a.2.gz", "a.3"):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1.7e9, 1.7e9))
    names = [Path(path).name for path in older_files(Host(), f"{tmp_path}/a")]
    assert names == ["a.3", "a.2.gz", "a.1"]


@pytest.mark.parametrize(
    "names",
    [
        ["a.10.gz", "a.9.xz", "a.2", "a.1"],
        ["a-20261101-0005.zst", "a-20261108-0005", "a-20261108-0010"],
    ],
)
def test_a_copy_that_lost_its_times_is_in_the_order_of_the_names(
    tmp_path: Path, names: list[str]
) -> None:
    make(tmp_path, *sorted(names, reverse=names[0].endswith("zst")))  # As cp and tar go about it.
    found = [Path(path).name for path in older_files(Host(), f"{tmp_path}/a")]
    assert found == names


@pytest.mark.parametrize(
    "names",
    [
        ["a.1", "a.2", "a.3"],
        ["a.1.gz", "a.2.gz", "a.3", "a.4"],
        ["a.4", "a.3", "a.2.gz", "a.1.gz"],  # logrotate, told to compress only since then
        ["a.1", "a.2", "a.3.gz"],
    ],
)
def test_what_no_name_tells_is_in_the_order_of_its_times(tmp_path: Path, names: list[str]) -> None:
    for age, name in enumerate(names):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1.7e9 + 3600 * age, 1.7e9 + 3600 * age))
    found = [Path(path).name for path in older_files(Host(), f"{tmp_path}/a")]
    assert found == names


@pytest.mark.parametrize(
    "names",
    [
        ["a.3.gz", "a.2.gz", "a.1"],
        ["a.4.gz", "a.3.gz", "a.2", "a.1"],
        ["a.20261126-101112.gz", "a.20261127-090000.gz", "a.20261127-101112"],
        ["a-2026-11-25.gz", "a-20261126.gz", "a-20261127"],
    ],
)
def test_what_was_compressed_later_is_as_old_as_its_name_says(
    tmp_path: Path, names: list[str]
) -> None:
    plain = [name for name in names if not name.endswith(".gz")]
    written = plain + [name for name in names if name.endswith(".gz")]
    for age, name in enumerate(written):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1.7e9 + 3600 * age, 1.7e9 + 3600 * age))
    found = [Path(path).name for path in older_files(Host(), f"{tmp_path}/a")]
    assert found == names


def test_what_looks_like_a_date_and_is_none_tells_no_order(tmp_path: Path) -> None:
    names = ["a-27102026", "a-26112026"]  # %d%m%Y
    for age, name in enumerate(names):
        (tmp_path / name).touch()
        os.utime(tmp_path / name, (1.7e9 + 86400 * age, 1.7e9 + 86400 * age))
    found = [Path(path).name for path in older_files(Host(), f"{tmp_path}/a")]
    assert found == names


def test_what_lies_there_twice_is_read_once(tmp_path: Path) -> None:
    make(tmp_path, "a.1.gz", "a.1")
    assert older_files(Host(), f"{tmp_path}/a") == [f"{tmp_path}/a.1"]


@pytest.mark.parametrize(
    "names",
    [
        ["app-20261125.log.gz", "app-20261126.log"],
        ["app.10.log.gz", "app.2.log.xz", "app.1.log"],
        ["app.log-20261125-1764056600.zst", "app.log-20261126-1764143000"],
    ],
)
def test_logrotate_may_keep_the_extension_and_add_the_second(
    tmp_path: Path, names: list[str]
) -> None:
    make(tmp_path, *names, "app.log")
    make(
        tmp_path, "app-1.log", "app-2026.log", "app.log.conf", "app.x.log", "app.1.txt", "app2.log"
    )
    found = [Path(path).name for path in older_files(Host(), f"{tmp_path}/app.log")]
    assert found == names
