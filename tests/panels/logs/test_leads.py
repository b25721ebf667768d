"""Where a line leads outside of its log."""

import os
import time

import psutil
import pytest

from sysgui.panels.logs.leads import overview_lead, process_lead, unit_lead
from sysgui.panels.logs.line import Line
from sysgui.system.history import KEPT
from sysgui.system.host import Host

HERE = os.uname().nodename


def line(message: str, *, host: str = HERE, pid: str = "", at: float = -1e-6, **more: str) -> Line:
    head = f"{host} app[{pid}]: "
    text = head + message
    parts = {"host": (0, len(host)), "message": (len(head), len(text))}
    if pid:
        begin = len(f"{host} app[")
        parts["pid"] = (begin, begin + len(pid))
    return Line(0, text, len(text), time=round(at * 1_000_000), parts=parts, **more)


@pytest.mark.parametrize(
    ("unit", "message", "expected"),
    [
        ("nginx.service", "it says so of cron.service", "nginx.service"),
        ("init.scope", "Started nginx.service - A high performance web server.", "nginx.service"),
        ("user@1000.service", r"Stopped app-a\x2db@7.scope.", r"app-a\x2db@7.scope"),
        ("", "cron.service: Deactivated successfully.", "cron.service"),
        ("", "wrote a.service.bak and x.servicemen", None),
        ("init.scope", "Reached no unit at all.", None),
    ],
)
def test_a_line_leads_to_its_unit_or_to_the_one_it_is_about(
    unit: str, message: str, expected: str | None
) -> None:
    assert unit_lead(line(message, unit=unit)).to == expected


def test_a_line_leads_to_the_process_that_wrote_it() -> None:
    me = psutil.Process()
    pid, start = process_lead(line("x", pid=str(me.pid), at=time.time()), Host()).to
    assert pid == me.pid
    ticks = os.sysconf("SC_CLK_TCK")
    assert psutil.boot_time() + start / ticks == pytest.approx(me.create_time(), abs=2)


def test_a_line_from_before_a_process_is_not_its_own() -> None:
    before = psutil.Process().create_time() - 60
    lead = process_lead(line("x", pid=str(os.getpid()), at=before), Host())
    assert lead.to is None
    assert "another has the number" in lead.why


@pytest.mark.parametrize(
    ("told", "why"),
    [
        ({"pid": str((1 << 22) + 1), "at": 1.0}, "has ended"),
        ({"pid": "1", "at": 1.0, "host": f"not-{HERE}"}, "another machine"),
        ({"pid": "1"}, "does not say when"),
        ({}, ""),
        ({"pid": "x" * 9, "at": 1.0}, ""),
    ],
)
def test_where_there_is_no_process_it_is_said_why(told: dict[str, str], why: str) -> None:
    lead = process_lead(line("x", **told), Host())
    assert lead.to is None
    assert (why in lead.why) if why else not lead.why


def test_a_line_leads_to_what_the_overview_keeps() -> None:
    now = time.time()
    assert overview_lead(line("x", at=now - 30), Host()).to == pytest.approx(now - 30)
    assert (
        "last 15\N{NARROW NO-BREAK SPACE}min"
        in overview_lead(line("x", at=now - KEPT - 60), Host()).why
    )
    assert "yet to come" in overview_lead(line("x", at=now + 60), Host()).why
    assert "another machine" in overview_lead(line("x", host="y", at=now), Host()).why
    assert overview_lead(line("x"), Host()) == (None, "")
