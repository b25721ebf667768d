"""Kinds of requests, against what the lines were made of, and against their own queries."""

import datetime as dt
import random
from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from .asking import analysed, counts, rows, written, wrong
from .test_analysis import NOW, LateHost

SLUGS = [f"{first}-{last}" for first in ("old", "new", "big", "odd") for last in ("car", "cat",
         "cow", "cup", "day")]  # fmt: skip

# A request, and the kind that it is of.
KINDS = {
    "/": "/",
    "/about": "/about",
    "/About?from=mail": "/about",
    "/users/{n}": "/users/#",
    "/users/{n}/edit?tab={n}": "/users/#/edit",
    "/users/{n}/edit": "/users/#/edit",
    "/files/{uuid}/raw": "/files/*/raw",
    "/static/app.{n}.js": "/static/app.#.js",
    "/blog/{slug}": "/blog/*",
    "/search?q={slug}": "/search",
}


def line(asked: str, status: int, when: dt.datetime = NOW) -> str:
    begin = f"10.0.0.1 - - [{when:%d/%b/%Y:%H:%M:%S} +0000]"
    return f'{begin} "{asked}" {status} 512 "-" "Mozilla/5.0 (X)"'


def test_requests_that_differ_in_what_varies_are_of_one_kind(tmp_path: Path) -> None:
    chance = random.Random(7)
    lines, expected = [], Counter[str]()
    for place in range(600):
        path, kind = chance.choice(list(KINDS.items()))
        method, status = chance.choice([("GET", 200), ("GET", 404), ("POST", 200)])
        path = path.format(
            n=chance.randrange(10**6),
            uuid="-".join(f"{chance.getrandbits(bits):x}" for bits in (32, 16, 16, 16, 48)),
            slug=SLUGS[place % len(SLUGS)],
        )
        lines.append(line(f"{method} {path} HTTP/1.1", status))
        expected[f"{method} {kind} → {status}"] += 1
    path_of_log = written(tmp_path, lines)
    report = analysed(path_of_log)
    told = {label.lower(): count for label, (count,) in counts(report, "requests").items()}
    best = sorted(expected.values(), reverse=True)
    assert sorted(told.values(), reverse=True) == best[: len(told)]
    assert len(told) == 10
    assert all(expected[kind.replace("get", "GET").replace("post", "POST")] == count
               for kind, count in told.items())  # fmt: skip
    assert not any(table.name == "messages" for table in report.tables)
    assert wrong(path_of_log, report) == []


def test_few_pages_beside_one_another_stay_apart(tmp_path: Path) -> None:
    pages = ["/about", "/news", "/style.css", "/app.js", "/login", "/logout", "/robots.txt"]
    path = written(tmp_path, [line(f"GET {page} HTTP/2.0", 200) for page in pages])
    assert counts(analysed(path), "requests") == {f"GET {page} → 200": (1,) for page in pages}


def test_what_was_never_asked_for_or_answered_so_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", "UTC")
    before, after = NOW - dt.timedelta(days=3), NOW - dt.timedelta(hours=1)
    path = written(tmp_path, [
        *(line(f"GET /users/{n} HTTP/1.1", 200, before) for n in range(9)),
        line("GET /users/77?x=1 HTTP/1.1", 200, after),
        line("GET /users/8 HTTP/1.1", 500, after),
        line("POST /up/shell.php HTTP/1.1", 200, after),
        line("\\x16\\x03\\x01", 400, after),
    ])  # fmt: skip
    report = analysed(path, host=LateHost())
    for table in ("new requests since boot", "new requests since yesterday"):
        assert counts(report, table) == {
            "POST /up/shell.php → 200": (1,), "GET /users/# → 500": (1,), "- → 400": (1,),
        }  # fmt: skip
    assert {row.note for row in rows(report, "new requests since boot")} == {"", "err", "warning"}
    assert wrong(path, report) == []


def test_lines_that_are_no_requests_are_messages(tmp_path: Path) -> None:
    asked = [line(f"GET /{n} HTTP/1.1", 200) for n in range(20)]
    path = written(tmp_path, [*asked, "worker 1 was restarted", "worker 2 was restarted"])
    report = analysed(path)
    assert counts(report, "requests") == {"GET /# → 200": (20,)}
    assert counts(report, "messages") == {"worker # was restarted": (2,)}
    assert wrong(path, report) == []


@pytest.mark.parametrize(
    "asked",
    [
        "", "-", "GET", "GET /", "get /x HTTP/1.1", " /x", "GETx /y HTTP/1.1", "GET  HTTP/1.1",
        "GET http://a.b/c?d HTTP/1.1", "OPTIONS * HTTP/1.1", "CONNECT a.b:443 HTTP/1.1",
        r"GET /a\x22b HTTP/1.1", "GET /a(b)[c]{d}^e$f|g+h.i HTTP/1.1", "GET //a//b/ HTTP/1.1",
        "GET /é/ü1 HTTP/1.1", "GET /\u0663 HTTP/1.1", "GET /\u017f1/\u212a HTTP/1.1",
        "GET /?a=/b/1 HTTP/1.1", f"GET /{'x' * 700} HTTP/1.1", f"GET {'/word' * 200} HTTP/1.1",
        f"GET {'/1' * 200} HTTP/1.1", f"GET /{'7' * 700}/x HTTP/1.1", f"GET /é{'é' * 300} HTTP/1.1",
        "GET /\x00\x01\x02/\x04a HTTP/1.1", "GET /tab\there HTTP/1.1", "GET /a%20b HTTP/1.1",
    ],
)  # fmt: skip
def test_every_request_is_found_by_the_query_for_its_kind(tmp_path: Path, asked: str) -> None:
    others = [line(f"GET /{n}/x HTTP/1.1", 200) for n in range(3)]
    path = written(tmp_path, [*others, line(asked, 200)])
    report = analysed(path)
    assert sum(count for (count,) in counts(report, "requests").values()) >= 4
    assert wrong(path, report) == []


SEGMENTS = st.lists(
    st.sampled_from([b"a", b"A", b"7", b"b7", b"\xff", b"\xe2\x82", "é".encode(), b"a.b", b"",
                     b"deadbeef", b"c-1-d", *(slug.encode() for slug in SLUGS)])
)  # fmt: skip


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(SEGMENTS, min_size=1, max_size=40))
def test_each_request_is_counted_once_at_least(
    tmp_path: Path, requests: Sequence[Sequence[bytes]]
) -> None:
    begin, end = line("GET \0 HTTP/1.1", 200).encode().split(b"\0")
    path = written(tmp_path, [begin + b"/" + b"/".join(each) + end for each in requests])
    report = analysed(path)
    table = next(table for table in report.tables if table.name == "requests")
    told = sum(row.figures[0].count for row in table.rows if row.figures[0])
    assert told >= len(requests) or table.more
    assert wrong(path, report) == []


def test_of_a_path_that_is_too_long_a_kind_says_at_least(tmp_path: Path) -> None:
    slugs = [line(f"GET /blog/{slug} HTTP/1.1", 200) for slug in SLUGS]
    path = written(tmp_path, [*slugs, line(f"GET /blog/{'x' * 700} HTTP/1.1", 200)])
    found = [row for row in rows(analysed(path), "requests") if row.label == "GET /blog/* → 200"]
    ((figure,),) = [row.figures for row in found]
    assert figure is not None
    assert (figure.count, figure.least) == (len(SLUGS), True)
