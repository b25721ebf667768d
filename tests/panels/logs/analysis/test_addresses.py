"""Addresses in lines, against what looking at every part of every line says."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.analysis.addresses import addresses, kind_of
from sysgui.panels.logs.query import QueryError, condition_of

from .asking import batch, lines_among


def found(*lines: str) -> list[str]:
    return list(addresses(batch(lines)))


@pytest.mark.parametrize(
    "line",
    [
        "", "1.2.3", "1.2.3.4.5", "1.2.3.256", "01.2.3.4", "1.2.3.04", "v1.2.3.4", "1.2.3.4b",
        "1.2.3.4_", "1..2.3.4", "1.2.3.4.x", "12:30:05", "08:00:27:1e:2f:30", "std::string", "::",
        "a::b", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1::2::3", "g::1", "::1g", "12345::1", "....",
    ],
)  # fmt: skip
def test_what_only_looks_like_an_address_is_none(line: str) -> None:
    assert found(line) == []


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("1.2.3.4", ["1.2.3.4"]),
        ("from 10.0.0.1.", ["10.0.0.1"]),
        ("10.0.0.1... and", ["10.0.0.1"]),
        ("[::ffff:192.0.2.1]:80", ["192.0.2.1"]),
        ("(255.255.255.255),0.0.0.0;", ["0.0.0.0", "255.255.255.255"]),
        ("1.1.1.1 1.1.1.1", ["1.1.1.1"]),
        ("[2001:db8::1]:443", ["2001:db8::1"]),
        ("at fe80::1%eth0: gone", ["fe80::1"]),
        ("2001:DB8:0:0:0:0:0:2: hello", ["2001:db8:0:0:0:0:0:2"]),
        ("::1 and 127.0.0.1", ["127.0.0.1", "::1"]),
        ("é1.2.3.4ß", ["1.2.3.4"]),
    ],
)
def test_addresses_are_found_once_in_a_line(line: str, expected: list[str]) -> None:
    assert sorted(found(line)) == sorted(expected)


PIECES = st.sampled_from(
    [*"0123456789abf.:. :", "1.2.3.4", "10.0.0.25", "::1", "fe80::a:1", "255", "%", "x", "é", "\t"]
)


@given(st.lists(PIECES, max_size=14).map("".join))
def test_whatever_is_found_is_an_address_and_is_asked_for_by_its_query(line: str) -> None:
    told = found("before", line, "behind 9.9.9.9")
    assert "9.9.9.9" in told
    for address in {*told, "1.2.3.4", "::1", "10.0.0.25"}:
        ipaddress.ip_address(address)
        lines = ["before", line, "behind 9.9.9.9"]
        assert lines_among(lines, f'ip="{address}"') == told.count(address)


@given(st.lists(st.ip_addresses().map(str), min_size=1, max_size=5))
def test_every_address_is_found(several: list[str]) -> None:
    line = "from " + " to ".join(several) + ", done"
    expected = {each for each in several if each != "::"}
    assert set(found(line)) >= {each for each in expected if re.search("[0-9]", each)}


def test_a_query_for_an_address_takes_one_only() -> None:
    with pytest.raises(QueryError, match=r"192\.0\.2\.7"):
        condition_of("ip=1.2.3")


@pytest.mark.parametrize(
    ("address", "kind"),
    [
        ("10.1.2.3", "private"), ("172.31.0.1", "private"), ("172.32.0.1", "public"),
        ("192.168.0.1", "private"), ("8.8.8.8", "public"), ("127.0.0.1", "this machine"),
        ("169.254.1.1", "link-local"), ("fd00::1", "private"), ("2606:4700::1", "public"),
        ("fe80::1", "link-local"), ("::1", "this machine"), ("203.0.113.5", "reserved"),
        ("224.0.0.1", "multicast"), ("0.0.0.0", "any"),
    ],
)  # fmt: skip
def test_kinds_are_told_apart(address: str, kind: str) -> None:
    assert kind_of(address) == kind
