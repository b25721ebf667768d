"""Kinds of requests in logs of JSON, and in several logs, against those of access logs."""

import json
import random
from collections import Counter
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.analysis.analysis import Analysis
from sysgui.panels.logs.formats.zones import Zone, zone_of
from sysgui.panels.logs.merged.log import MergedLog
from sysgui.panels.logs.merged.sources import Source, name_of
from sysgui.system.host import Host

from .asking import HEAD, analysed, counts, figures, rows, written, wrong
from .test_merged_analysis import rows_of
from .test_request_kinds import KINDS, SLUGS, line

TIME = "2026-11-27T08:00:01Z"

Write = Callable[[str, str, int], dict[str, Any]]

# As programs write them by default, or as their documentation has it.
WAYS: Mapping[str, Write] = {
    "nginx": lambda method, path, status: {
        "time": TIME, "remote_addr": "10.0.0.1", "request_method": method, "request_uri": path,
        "status": str(status), "http_user_agent": "x",
    },
    "nginx, whole": lambda method, path, status: {
        "time": TIME, "request": f"{method} {path} HTTP/1.1", "status": status, "bytes": 7,
    },
    "caddy": lambda method, path, status: {
        "level": "info", "ts": 1764230401.5, "logger": "http.log.access", "msg": "handled request",
        "request": {"remote_ip": "10.0.0.1", "method": method, "host": "x", "uri": path,
                    "headers": {"Accept": ["*/*"]}},
        "duration": 0.001, "status": status,
    },
    "traefik": lambda method, path, status: {
        "time": TIME, "DownstreamStatus": status, "RequestMethod": method, "RequestPath": path,
    },
    "elastic": lambda method, path, status: {
        "@timestamp": TIME, "http.request.method": method.lower(), "url.path": path,
        "http.response.status_code": status,
    },
}  # fmt: skip


def requests(number: int) -> list[tuple[str, str, int]]:
    chance = random.Random(number)
    found = []
    for place in range(number):
        method, status = chance.choice([("GET", 200), ("GET", 404), ("POST", 200)])
        path = chance.choice(list(KINDS)).format(
            n=chance.randrange(10**6),
            uuid="-".join(f"{chance.getrandbits(bits):x}" for bits in (32, 16, 16, 16, 48)),
            slug=SLUGS[place % len(SLUGS)],
        )
        found.append((method, path, status))
    return found


@pytest.mark.parametrize("way", WAYS)
def test_they_are_those_of_an_access_log_of_the_same_requests(tmp_path: Path, way: str) -> None:
    told = requests(600)
    access = written(tmp_path, [line(f"{how} {what} HTTP/1.1", code) for how, what, code in told])
    expected = counts(analysed(access), "requests")
    assert len(expected) == 10
    path = written(tmp_path, [json.dumps(WAYS[way](*each)) for each in told])
    report = analysed(path)
    assert counts(report, "requests") == expected
    assert not any(table.name == "messages" for table in report.tables)
    assert wrong(path, report) == []


def test_what_an_application_says_beside_them_is_a_message(tmp_path: Path) -> None:
    lines = [json.dumps(WAYS["caddy"](*each)) for each in requests(60)]
    lines += [
        json.dumps({"level": "info", "ts": 1764230401.5 + n, "logger": "tls", "msg": f"done {n}"})
        for n in range(20)
    ]
    # As many texts in quotes as a request's line has, and others with nothing in common.
    lines.append(lines[0].replace('"method"', '"manner"'))
    lines += ["no object", "{}", '{"request": 7}', '{"request": "GET /x", "status": 200}']
    path = written(tmp_path, lines)
    report = analysed(path)
    assert sum(n for (n,) in counts(report, "requests").values()) >= 30
    assert 20 in [n for (n,) in counts(report, "messages").values()]
    assert wrong(path, report) == []


VALUES = st.one_of(
    st.sampled_from(["GET", "get", "/a", "/a?b=1", "/a/7", "200", "404", "", "-", "?", " ", "é"]),
    st.sampled_from(["GET /a", "GET /a HTTP/1.1", "get /b/7?x", "/a\nb", "/é", "/a b", "a" * 200]),
    st.sampled_from([None, True, 200, 404, 200.0, 200.5, -1, 10**30, {}, {"a": 1}, "\ud800"]),
)
KEYS = ["status", "method", "uri", "request", "x"]


@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.dictionaries(st.sampled_from(KEYS), VALUES), min_size=1, max_size=20))
def test_whatever_stands_there_a_figure_is_what_its_query_finds(
    tmp_path: Path, objects: list[dict[str, Any]]
) -> None:
    sure = {"status": 200, "uri": "/z", "x": 1}
    for names in ({**sure, "method": "GET"}, {**sure, "request": "GET /z HTTP/1.1"}):
        path = written(tmp_path, [json.dumps(each) for each in (*[names] * 40, *objects)])
        report = analysed(path)
        assert "method" not in names or rows(report, "requests")
        assert wrong(path, report) == []


def test_of_several_logs_they_are_counted_together(tmp_path: Path) -> None:
    plain, other, app = tmp_path / "access.log", tmp_path / "caddy.log", tmp_path / "app.log"
    told = [("GET", f"/users/{n}", 200) for n in range(30)] + [("POST", "/login", 403)] * 7
    access = [line(f"{how} {what} HTTP/1.1", code) for how, what, code in told]
    plain.write_text("\n".join([*access, "worker 1 was restarted", ""]))
    other.write_text("".join(json.dumps(WAYS["caddy"](*each)) + "\n" for each in told))
    app.write_text("".join(f"{HEAD}app[7]: job {n} done\n" for n in range(50)))
    expected = Counter({"GET /users/# → 200": 30, "POST /login → 403": 7})
    for logs, found in (
        ([plain, app], sorted(expected.items())),
        ([app, other], sorted(expected.items())),
        # Each is asked for by the names that its own lines have.
        ([plain, other, app], sorted([*expected.items()] * 2)),
    ):
        name = name_of([Source(str(path)) for path in logs])
        log = MergedLog(Host(), name)
        log.ask("", "")
        analysis = Analysis(Host(), log, "", Zone(zone_of(Host(), "UTC")))
        analysis.go_on(float("inf"))
        report = analysis.report()
        log.close()
        labels = [(row.label, row.figures[0]) for row in rows(report, "requests")]
        assert sorted((label, figure.count) for label, figure in labels if figure) == found
        assert "job # done" in " ".join(counts(report, "messages"))
        for what, figure in figures(report):
            if what.startswith(("requests", "messages")):
                assert rows_of(name, figure.query) == figure.count, (what, figure.query)
