"""Addresses of a network of IPv4 or IPv6, as an expression that finds them in any notation.

The expression says the whole truth, so that no line is looked at a second time: each octet and each
group is one of the values that the network leaves it. It knows the ways to write an address of RFC
4291, 2.2: groups with zeros before them, a row of zeros left out, the last two groups as IPv4.
"""

import ipaddress
from collections.abc import Iterator, Sequence

Network = ipaddress.IPv4Network | ipaddress.IPv6Network

_OCTET = "(?:25[0-5]|2[0-4][0-9]|1[0-9][0-9]|[1-9]?[0-9])"
_HEX = "0123456789abcdef"
_GROUPS = 8

# ::ffff:192.0.2.1 is that address of IPv4, RFC 4291, 2.5.5.2.
_MAPPED, _MAPPED_BITS = 0xFFFF << 32, 96


def network_of(text: str) -> Network | None:
    """Returns the network that a text names, a single address as the network of it alone.

    Args:
        text: Such as 192.0.2.7, 10.0.0.0/8 or 2001:db8::/32; what is behind the prefix may be
            anything.
    """
    try:
        return ipaddress.ip_network(text, strict=False)
    except ValueError:
        return None


def mapped(network: ipaddress.IPv4Network) -> ipaddress.IPv6Network:
    """Returns the addresses of IPv6 that stand for those of a network of IPv4."""
    base = _MAPPED | int(network.network_address)
    return ipaddress.IPv6Network((base, _MAPPED_BITS + network.prefixlen))


def is_of(text: str, network: Network) -> bool:
    """Tells whether a text is an address of a network, or stands for one."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        return False
    stands_for = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return address in network or (stands_for is not None and stands_for in network)


def written(network: Network) -> str:
    """Returns an expression for the addresses of a network; capitals must not matter.

    What may stand beside an address is left to others.
    """
    if isinstance(network, ipaddress.IPv4Network):
        return _quad(network.network_address.packed, network.netmask.packed)
    return f"(?:{'|'.join(_ways(network))})"


def _ways(network: ipaddress.IPv6Network) -> Iterator[str]:
    """Yields the ways to write addresses of IPv6: with all groups, or with some left out."""
    base, mask = network.network_address.packed, network.netmask.packed
    places = range(_GROUPS)
    groups = [_group(_number(base, place), _number(mask, place)) for place in places]
    # How far groups that may be zero go on from each place.
    ends = [
        next((end for end in range(place, _GROUPS) if _number(base, end)), _GROUPS)
        for place in places
    ]
    quad = _quad(base[-4:], mask[-4:])
    for pieces, most in ((groups, _GROUPS), ([*groups[:-2], quad], _GROUPS - 2)):
        yield ":".join(pieces)
        for left in range(most):
            end = min(ends[left], most)
            if end > left:
                before = ":".join(pieces[:left])
                yield f"{before}::{_behind(pieces, left + 1, end)}"


def _behind(pieces: Sequence[str], first: int, last: int) -> str:
    """Returns an expression for some of the last pieces: those from one between two places on."""
    expression = ""
    for place in range(first, len(pieces)):
        if expression and place <= last:
            expression = f"(?:{expression})?"
        expression += pieces[place] + (":" if place < len(pieces) - 1 else "")
    return f"(?:{expression})?" if expression and last == len(pieces) else expression


def _number(packed: bytes, place: int) -> int:
    return int.from_bytes(packed[2 * place : 2 * place + 2])


def _quad(base: bytes, mask: bytes) -> str:
    return r"\.".join(_octet(low, bits) for low, bits in zip(base, mask, strict=True))


def _octet(base: int, mask: int) -> str:
    if not mask:
        return _OCTET
    values = [str(value) for value in range(256) if value & mask == base]
    return values[0] if len(values) == 1 else f"(?:{'|'.join(values)})"


def _group(base: int, mask: int) -> str:
    """Returns an expression for the groups that a network leaves: up to four digits."""
    digits = [
        [digit for digit in range(16) if digit & (mask >> shift) == (base >> shift) & 15]
        for shift in (12, 8, 4, 0)
    ]
    if all(these == digits[0] for these in digits) and 0 in digits[0]:
        return f"{_class(digits[0])}{{1,4}}"
    expression = ""
    for place, these in enumerate(digits):
        is_needless = place and all(0 in before for before in digits[:place])
        expression = f"(?:{expression})?" if is_needless else expression
        expression += _class(these)
    return expression


def _class(digits: Sequence[int]) -> str:
    if len(digits) == 16:
        return "[0-9a-f]"
    written_ones = "".join(_HEX[digit] for digit in digits)
    return written_ones if len(digits) == 1 else f"[{written_ones}]"
