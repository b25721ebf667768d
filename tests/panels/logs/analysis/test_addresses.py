"""Addresses in lines, against what looking at every part of every line says."""

import ipaddress
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.logs.analysis.addresses import addresses, kind_of
from sysgui.panels.logs.query import QueryError, condition_of

from .asking import HEAD, batch, lines_among


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
        ("2001:DB8:0:0:0:0:0:2: hello", ["2001:db8::2"]),
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
    ("query", "line", "held"),
    [
        ("ip=10.0.0.1", "from 10.0.0.1", True), ("ip=10.0.0.1", "from 110.0.0.1", False),
        ("ip=10.0.0.1", "from 10.0.0.11", False), ("ip=10.0.0.1", "from 10.0.0.1.", True),
        ("ip=10.0.0.0/8", "10.255.0.9:80", True), ("ip=10.0.0.0/8", "v10.255.0.9", False),
        ("ip=10.0.0.0/8", "10.255.0.9.1", False), ("ip=10.0.0.0/8", "10.255.0.256", False),
        ("ip=10.9.9.9/8", "10.1.1.1", True), ("ip=10.0.0.0/8", "::ffff:10.1.2.3", True),
        ("ip=192.0.2.128/25", "é 192.0.2.127", False), ("ip=192.0.2.128/25", "é192.0.2.200", True),
        ("ip=2001:db8::/32", "[2001:DB8:1::9]:443", True), ("ip=2001:db8::/32", "2001:db::", False),
        ("ip=2001:db8::/32", "2001:db8::1: x", True), ("ip=2001:db8::/32", "2001:db8::1::", False),
        ("ip=2001:db8::7", "2001:0db8:0:0:0:0:0:0007", True), ("ip=::/0", "at 12:30:05", False),
        ("ip=::/0", "std::string", False), ("ip=::ffff:0:0/96", "::ffff:10.1.2.3", True),
        ("ip=fe80::/10", "fe80::1%eth0", True), ("ip=0.0.0.0/0", "1.2.3", False),
    ],
)  # fmt: skip
def test_addresses_of_a_network_are_found(query: str, line: str, held: bool) -> None:
    assert lines_among(["before", line, "behind"], query) == held


LOGINS = [
    f"{HEAD}sshd[9]: Accepted password for {account} from {source} port 4 ssh2"
    for account, source in [
        ("ann", "10.1.2.3"), ("bob", "110.1.2.3"), ("10.1.2.3", "192.0.2.1"),
        ("eve", "2001:db8::5"), ("joe", "fe80::1%eth0"), ("kim", "::ffff:10.9.9.9"),
    ]
]  # fmt: skip


@pytest.mark.parametrize(
    ("network", "accounts"),
    [("10.0.0.0/8", ["ann", "kim"]), ("2001:db8::/32", ["eve"]), ("fe80::/10", ["joe"])],
)
def test_logins_are_asked_for_by_the_network_that_they_came_from(
    network: str, accounts: list[str]
) -> None:
    found = [line for line in LOGINS if lines_among([line], f"from={network}")]
    assert [line.split()[8] for line in found] == accounts


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
