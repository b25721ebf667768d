"""Entries of the journal become one row for each thing that was done, whatever they hold."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.helper import audit
from sysgui.helper.operations import journal
from sysgui.helper.refusal import STATUS
from sysgui.panels.audit import entries
from sysgui.panels.audit.columns import COLUMNS, LANGUAGE, lasted, order
from sysgui.panels.audit.entries import Done, Ledger, readable
from sysgui.panels.audit.results import explained

from . import RECORDED, entry, line, pair


def user(uid: int) -> str:
    return {1000: "alice", 1001: "bob"}.get(uid, str(uid))


def rows(*lines: bytes) -> list[Done]:
    ledger = Ledger(user)
    ledger.take(lines)
    return ledger.rows()


def only(*lines: bytes) -> Done:
    (row,) = rows(*lines)
    return row


# What was recorded


@pytest.mark.parametrize("release", RECORDED)
def test_what_was_done_on_a_real_machine_is_told_as_it_was(release: str) -> None:
    found = rows(*RECORDED[release])
    assert [(row.operation, row.user, row.result) for row in found] == [
        ("process-adjust", "alice", "done"),
        ("process-signal", "alice", "done"),
        ("process-signal", "alice", "gone"),
        ("process-signal", "alice", "cancelled"),
        ("process-signal", "bob", "cancelled"),
        ("file-read", "alice", ""),
    ]
    adjusted, ended, gone, _alice, _bob, killed = found
    assert adjusted.targets[:2] == ("nice=5", "io=idle")
    assert adjusted.targets[2].startswith("sleep (")
    assert ended.targets[0] == "signal=TERM"
    assert gone.targets == ("signal=KILL", r"gone \x1b[31m (4000000)")
    assert killed.targets == ("follow=yes", "/var/log/a b.log")
    assert (killed.ended, killed.duration, killed.plan) == (None, None, "")
    assert len(adjusted.plan) == len(ended.plan) == 64
    assert gone.plan == ""
    for row in found[:-1]:
        assert row.began is not None
        assert row.ended is not None
        assert 0 <= row.ended - row.began < 1
        assert row.duration is not None
        assert row.duration == pytest.approx(row.ended - row.began, abs=0.02)
    assert [row.time for row in found] == sorted(row.time for row in found)


def test_the_time_is_journalds() -> None:
    first = json.loads(RECORDED["debian12"][0])
    assert rows(*RECORDED["debian12"])[0].began == int(first["__REALTIME_TIMESTAMP"]) / 1e6


# Which entries belong together


def test_a_beginning_and_its_end_are_one_row_named_after_the_beginning() -> None:
    begin, end = entry(), entry(SYSGUI_RESULT="failed", SYSGUI_DURATION_MS="61500")
    row = only(json.dumps(begin).encode(), json.dumps(end).encode())
    assert row.cursor == begin["__CURSOR"]
    assert (row.began, row.ended) == (
        int(begin["__REALTIME_TIMESTAMP"]) / 1e6,
        int(end["__REALTIME_TIMESTAMP"]) / 1e6,
    )
    assert (row.result, row.duration) == ("failed", 61.5)


def test_what_has_begun_is_shown_before_it_ends() -> None:
    ledger = Ledger(user)
    begin, end = pair()
    ledger.take([begin])
    (row,) = ledger.rows()
    assert (row.result, row.ended, row.duration) == ("", None, None)
    ledger.take([end])
    (ended,) = ledger.rows()
    assert (ended.cursor, ended.result) == (row.cursor, "done")


@pytest.mark.parametrize(
    "other",
    [
        {"SYSGUI_CALLER_UID": "1001"},
        {"_PID": "101"},
        {"_BOOT_ID": "b2"},
        {"SYSGUI_REQUEST": "r2"},
    ],
)
def test_two_that_go_on_at_once_are_told_apart_whatever_else_they_have_in_common(
    other: dict[str, str],
) -> None:
    begin, end = pair("done")
    other_begin, other_end = pair("failed", **other)
    one, two = rows(begin, other_begin, end, other_end)
    assert (one.result, two.result) == ("done", "failed")
    one, two = rows(begin, other_begin, other_end, end)
    assert (one.result, two.result) == ("done", "failed")


def test_a_name_that_is_used_again_does_not_change_what_was() -> None:
    one, two, three = rows(*pair("done"), *pair("cancelled"), line())
    assert [row.result for row in (one, two, three)] == ["done", "cancelled", ""]
    assert len({row.cursor for row in (one, two, three)}) == 3


def test_one_that_was_killed_gets_no_end_of_another_with_its_name() -> None:
    killed, again = rows(line(), *pair("done"))
    assert (killed.result, again.result) == ("", "done")


def test_an_end_whose_beginning_is_gone_from_the_journal_is_a_row() -> None:
    _begin, end = pair("partly")
    row = only(end)
    assert (row.began, row.result) == (None, "partly")
    assert row.time == row.ended


# What entries may hold


@pytest.mark.parametrize(
    ("field", "value", "told"),
    [
        ("SYSGUI_OPERATION", "a\nb\x1b[2J", r"a\nb\x1b[2J"),
        ("SYSGUI_OPERATION", list(b"a\x00\xff"), r"a\x00\xff"),
        ("SYSGUI_OPERATION", "\u202eevil", r"\u202eevil"),
        ("SYSGUI_OPERATION", None, ""),
        ("SYSGUI_OPERATION", ["two", "values"], ""),
        ("SYSGUI_OPERATION", [300, -1], ""),
        ("SYSGUI_OPERATION", [True], ""),
        ("SYSGUI_OPERATION", {"a": 1}, ""),
        ("SYSGUI_OPERATION", 5, ""),
    ],
)
def test_nothing_of_what_a_field_holds_acts(field: str, value: Any, told: str) -> None:
    assert only(line(**{field: value})).operation == told


@pytest.mark.parametrize("value", ["", "x", "-1", "1e9", "9" * 18, "9" * 5000, "٣", " 1"])
def test_what_is_no_number_is_not_known(value: str) -> None:
    begin, end = pair(SYSGUI_CALLER_UID=value)
    assert only(begin, end).user == value
    row = only(*pair(duration=value))
    assert row.duration is None
    row = only(line(__REALTIME_TIMESTAMP=value))
    assert row.time == 0.0
    assert row.local_time.startswith(("1970-01-01", "1969-12-31"))


def test_the_largest_numbers_can_be_shown() -> None:
    row = only(*pair(duration="9" * 15, __REALTIME_TIMESTAMP="9" * 17))
    assert row.local_time.startswith("513")
    assert lasted(row.duration)


def test_a_caller_who_is_nobody_here_is_a_number() -> None:
    assert only(line(SYSGUI_CALLER_UID="4294967294")).user == "4294967294"


@pytest.mark.parametrize(
    "bad",
    [b"", b"\xff\xfe", b"{", b"[]", b"null", b'"text"', b"-- No entries --", b"{}", b"[" * 100_000],
)
def test_what_is_no_entry_is_passed_over(bad: bytes) -> None:
    begin, end = pair()
    assert only(begin, bad, end).result == "done"


def test_an_entry_without_a_name_in_the_journal_is_none() -> None:
    assert rows(line(__CURSOR=None), line(__CURSOR=7)) == []


def test_an_entry_of_another_version_is_shown_as_far_as_it_is_understood() -> None:
    row = only(
        line(
            SYSGUI_OPERATION="disk-wipe", SYSGUI_TARGETS=None, SYSGUI_RESULT="later", SYSGUI_NEW="x"
        )
    )
    assert (row.operation, row.objects, row.result) == ("disk-wipe", "", "later")


@given(
    st.lists(
        st.dictionaries(
            st.sampled_from(sorted(entry(SYSGUI_RESULT="", SYSGUI_DURATION_MS=""))),
            st.one_of(
                st.text(max_size=20),
                st.lists(st.integers(-5, 300), max_size=5),
                st.integers(),
                st.none(),
                st.sampled_from(["1", "r1", "done"]),
            ),
        ),
        max_size=6,
    )
)
def test_whatever_entries_hold_they_can_be_shown_on_one_line_each(
    given_: list[dict[str, Any]],
) -> None:
    found = rows(*(line(**fields) for fields in given_))
    assert len(found) <= len(given_)
    assert len({row.cursor for row in found}) == len(found)
    for row in found:
        for column in COLUMNS:
            assert column.text(row).isprintable() or "\N{NARROW NO-BREAK SPACE}" in column.text(row)


@given(st.binary(max_size=200))
def test_whatever_a_line_holds_is_taken_or_passed_over(given_: bytes) -> None:
    assert len(rows(given_)) <= 1


# For a human to read


@pytest.mark.parametrize(
    ("word", "told"),
    [
        ("4711:812:sleep", "sleep (4711)"),
        ("4711:812:", " (4711)"),
        ("4711:812:a%20b%0A%1B", r"a b\n\x1b (4711)"),
        ("4711:812:%C3%A9%FF", r"é\xff (4711)"),
        ("signal=TERM", "signal=TERM"),
        ("affinity=0-3,8", "affinity=0-3,8"),
        ("/var/log/a%20b", "/var/log/a b"),
        ("/var/log/%2525", "/var/log/%25"),
        ("50%25", "50%25"),
    ],
)
def test_words_are_written_for_humans(word: str, told: str) -> None:
    assert readable(word) == told


def test_every_result_that_the_helper_may_write_is_explained() -> None:
    # These come before the first entry, or say that there can be none.
    never = {
        "not-root", "not-piped", "unknown-operation", "grammar", "mismatch", "no-audit",
        "audit-lost",
    }  # fmt: skip
    told = {code: explained(code) for code in [*(STATUS.keys() - never), ""]}
    unknown = explained("of-a-later-version")
    assert unknown not in told.values()
    assert len(set(told.values())) == len(told)


@pytest.mark.parametrize(
    ("seconds", "told"),
    [(None, "–"), (0.0, "0.00 s"), (0.0049, "0.00 s"), (59.99, "59.99 s"), (3600.0, "1 h")],  # noqa: RUF001
)
def test_how_long_it_took(seconds: float | None, told: str) -> None:
    assert lasted(seconds).replace("\N{NARROW NO-BREAK SPACE}", " ") == told


# Columns


def test_columns_have_names_titles_and_sources() -> None:
    assert len({column.name for column in COLUMNS}) == len(COLUMNS)
    assert all(column.title and column.source for column in COLUMNS)
    with pytest.raises(KeyError):
        order("no-such-column")


def test_the_order_of_time_is_not_that_of_the_clock_on_the_wall() -> None:
    early, late = rows(line(), line(_PID="2"))
    assert order("time")(early) < order("time")(late)
    assert order("result")(early) == ""


def test_queries_find_by_what_is_shown() -> None:
    found = rows(*RECORDED["debian12"])

    def matching(query: str) -> list[int]:
        compiled = LANGUAGE.compile(query)
        return [place for place, row in enumerate(found) if compiled.matches(row)]

    assert matching("user=bob") == [4]
    assert matching("operation=process-signal and not result=done") == [2, 3, 4]
    assert matching("objects~sleep") == [0, 1, 3, 4]
    assert matching("2026-11") == [0, 1, 2, 3, 4, 5]
    assert matching("b.log") == [5]


# As the helper has it


def test_the_journal_is_asked_as_the_helper_asks_it() -> None:
    assert entries.MESSAGE_ID == audit.MESSAGE_ID
    assert (entries.JOURNALCTL, *journal.ARGUMENTS) == entries.ARGV
