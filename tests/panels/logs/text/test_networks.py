"""Expressions for addresses of a network, against Python's ipaddress."""

import ipaddress
import re

import hyperscan
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from sysgui.panels.logs.text.networks import mapped, network_of, written

GROUP = st.one_of(st.sampled_from([0, 0, 0, 1, 0xDB8, 0xFFFF]), st.integers(0, 0xFFFF))
V6 = st.lists(GROUP, min_size=8, max_size=8).map(
    lambda groups: ipaddress.IPv6Address(b"".join(group.to_bytes(2) for group in groups))
)
V4 = st.ip_addresses(v=4)
NETWORKS_6 = st.tuples(V6, st.integers(0, 128)).map(
    lambda pair: ipaddress.IPv6Network(pair, strict=False)
)
NETWORKS_4 = st.tuples(V4, st.integers(0, 32)).map(
    lambda pair: ipaddress.IPv4Network(pair, strict=False)
)


@st.composite
def notations(draw: st.DrawFn, address: ipaddress.IPv6Address) -> str:
    """Returns one of the ways of RFC 4291, 2.2, to write an address."""
    groups = [int(group, 16) for group in address.exploded.split(":")]
    pieces = [f"{group:0{draw(st.integers(1, 4))}x}" for group in groups]
    if draw(st.booleans()):
        pieces[6:] = [str(ipaddress.IPv4Address(address.packed[12:]))]
    places = range(len(pieces) - (len(pieces) < 8))
    rows = [
        (first, last)
        for first in places
        for last in places[first:]
        if not any(groups[first : last + 1])
    ]
    text = ":".join(pieces)
    if rows and draw(st.booleans()):
        first, last = draw(st.sampled_from(rows))
        text = f"{':'.join(pieces[:first])}::{':'.join(pieces[last + 1 :])}"
    return text.upper() if draw(st.booleans()) else text


@given(st.data(), NETWORKS_6)
@example(None, ipaddress.IPv6Network("::/0"))
def test_an_address_of_ipv6_is_found_in_any_notation(
    data: st.DataObject | None, network: ipaddress.IPv6Network
) -> None:
    expression = re.compile(written(network), re.IGNORECASE)
    near = [network[0], network[-1]]
    near += [each + step for each in near for step in (-1, 1) if 0 <= int(each) + step < 1 << 128]
    for address in [*near, data.draw(V6)] if data else near:
        text = data.draw(notations(address)) if data else address.exploded
        assert ipaddress.ip_address(text) == address
        assert bool(expression.fullmatch(text)) == (address in network), text


PIECES = st.sampled_from(
    ["0", "1", "00", ":", "::", "db8", "ffff", "a", "1.2.3.4", "fffff", ".", "g"]
)


@given(st.lists(PIECES, max_size=16).map("".join), NETWORKS_6)
@example("1::2::3", ipaddress.IPv6Network("::/0"))
def test_what_is_no_address_is_not_found(text: str, network: ipaddress.IPv6Network) -> None:
    try:
        expected = ipaddress.IPv6Address(text) in network
    except ValueError:
        expected = False
    assert bool(re.fullmatch(written(network), text, re.IGNORECASE)) == expected


@given(NETWORKS_4, V4)
def test_an_address_of_ipv4_is_found(
    network: ipaddress.IPv4Network, other: ipaddress.IPv4Address
) -> None:
    expression = re.compile(written(network))
    near = [network[0], network[-1], other]
    near += [each + step for each in near for step in (-1, 1) if 0 <= int(each) + step < 1 << 32]
    for address in near:
        assert bool(expression.fullmatch(str(address))) == (address in network), address
        standing_for_it = ipaddress.IPv6Address(f"::ffff:{address}")
        assert (standing_for_it in mapped(network)) == (address in network)


@pytest.mark.parametrize("text", ["::/0", "8000::/1", "::/127", "fe80::/10", "0.0.0.0/1", "::"])
def test_no_expression_is_too_long_for_hyperscan(text: str) -> None:
    network = network_of(text)
    assert network is not None
    database = hyperscan.Database()
    database.compile(expressions=[written(network).encode()], ids=[0], flags=[0])


@pytest.mark.parametrize("text", ["", "10.0.0", "10.0.0.0/33", "::/129", "1.2.3.4.5", "x/8", "/8"])
def test_what_names_no_network(text: str) -> None:
    assert network_of(text) is None
