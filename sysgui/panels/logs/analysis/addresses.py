"""Addresses of IPv4 and IPv6 in lines, and what finds the lines that hold one of them.

An address is one only if all of its numbers are such: 999.1.1.1 is none, nor are 1.2.3.4.5, the
time 12:30:05, and 08:00:27:1e:2f:30. Those of IPv4 are found for all lines of a batch at once,
those of IPv6 in the lines that hold two colons in a row, or seven of them close together.
"""

import ipaddress
import re
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import regex

from sysgui.panels.logs.text.networks import Network, written
from sysgui.panels.logs.text.patterns import Pattern
from sysgui.system.i18n import N_

from .batch import Batch, Numbers

# RFC 1918, RFC 4193.
_PRIVATE = [
    ipaddress.ip_network(text)
    for text in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7")
]

_DOT, _COLON, _ZERO = ord("."), ord(":"), ord("0")
_PAD = 6
_WORD = np.zeros(256, np.bool_)
_WORD[[ord(sign) for sign in "_0123456789abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"]] = 1

# Seven colons, and at most four digits between each two.
_COLONS, _FAR = 7, 6 * 5

_V6 = re.compile(rb"(?<![0-9A-Za-z_.:])[0-9A-Fa-f:]{2,40}(?![0-9A-Za-z_:]|\.[0-9A-Za-z_])")
_DIGIT = re.compile(rb"[0-9]")

_Bytes = npt.NDArray[np.uint8]
_Flags = npt.NDArray[np.bool_]


def addresses(batch: Batch) -> Iterator[str]:
    """Yields each address of each line, once for a line."""
    yield from _once(batch, *_of_v4(batch.data))
    rows = batch.rows_at(_of_v6(batch.data))
    for row in sorted(set(rows.tolist())):
        found = {_v6(match[0]) for match in _V6.finditer(batch.line(row))}
        yield from sorted(found - {""})


def kind_of(address: str) -> str:
    """Returns what kind of address one is, untranslated.

    Raises:
        ValueError: If it is none.
    """
    there = ipaddress.ip_address(address)
    kinds = (
        (there.is_loopback, N_("this machine")),
        (there.is_unspecified, N_("any")),
        (there.is_link_local, N_("link-local")),
        (any(there in network for network in _PRIVATE), N_("private")),
        (there.is_multicast, N_("multicast")),
        (there.is_global, N_("public")),
    )
    return next((kind for is_so, kind in kinds if is_so), N_("reserved"))


def holding(network: Network) -> Pattern:
    """Returns the search for the addresses of a network in lines."""
    # A sentence, or what is said of it, may end behind it.
    around, colon = ("0-9A-Za-z_.", "") if network.version == 4 else ("0-9A-Za-z_.:", ":?")
    ends = rf"{colon}(?:[^{around}\n]|\.[^0-9A-Za-z_\n]|\.?$)"
    expression = rf"(?:^|[^{around}\n]){written(network)}{ends}"
    decides = regex.compile(expression, regex.IGNORECASE)
    return Pattern(expression.encode(), caseless=True, decides=decides)


def _once(batch: Batch, begins: Numbers, ends: Numbers) -> Iterator[str]:
    """Yields the texts between places, of equal ones in a line only one."""
    data = batch.data
    rows = batch.rows_at(begins).tolist()
    pairs = zip(begins.tolist(), ends.tolist(), strict=True)
    texts = [data[begin:end].decode("ascii") for begin, end in pairs]
    if len(set(rows)) == len(rows):
        yield from texts
    else:
        yield from (text for _row, text in sorted(set(zip(rows, texts, strict=True))))


def _of_v4(data: bytes) -> tuple[Numbers, Numbers]:
    """Returns where the addresses of IPv4 begin and end."""
    padded = np.frombuffer(b"\n" * _PAD + data + b"\n" * _PAD, np.uint8)
    dots = np.flatnonzero(padded == _DOT)
    gaps = np.diff(dots)
    near = (gaps >= 2) & (gaps <= 4)
    first = dots[: max(0, len(dots) - 2)][near[:-1] & near[1:]]
    place = np.searchsorted(dots, first)
    second, third = dots[place + 1], dots[place + 2]
    before, behind = _run(padded, first, -1), _run(padded, third, 1)
    begins, ends = first - before, third + 1 + behind
    # There are so many newlines at either end that this goes beyond neither.
    left, right, beyond = padded[begins - 1], padded[ends], padded[ends + 1]
    valid = ~_WORD[left] & (left != _DOT)
    valid &= ~_WORD[right] & ((right != _DOT) | ~_WORD[beyond])
    for begin, length in (
        (begins, before), (first + 1, second - first - 1), (second + 1, third - second - 1),
        (third + 1, behind),
    ):  # fmt: skip
        valid &= _is_octet(padded, begin, length)
    return begins[valid] - _PAD, ends[valid] - _PAD


def _run(data: _Bytes, places: Numbers, step: int) -> Numbers:
    """Returns how many digits stand beside places, up to four."""
    length = np.zeros(len(places), np.int64)
    going = np.ones(len(places), np.bool_)
    for count in range(1, 5):
        going &= (data[places + step * count] - _ZERO) <= 9
        length += going
    return length


def _is_octet(data: _Bytes, begins: Numbers, lengths: Numbers) -> _Flags:
    """Tells which numbers are from 0 to 255, without a needless zero."""
    valid = (lengths >= 1) & (lengths <= 3)
    number = np.zeros(len(begins), np.int64)
    for place in range(3):
        inside = place < lengths
        digit = data[np.where(inside, begins + place, begins)] - _ZERO
        valid &= (digit <= 9) | ~inside
        number = np.where(inside, number * 10 + digit, number)
    needless = (lengths > 1) & (data[begins] == _ZERO)
    return np.asarray(valid & ~needless & (number <= 255))


def _of_v6(data: bytes) -> Numbers:
    """Returns places near which there may be addresses of IPv6."""
    colons = np.flatnonzero(np.frombuffer(data, np.uint8) == _COLON)
    double = colons[:-1][np.diff(colons) == 1]
    far = colons[_COLONS - 1 :] - colons[: max(0, len(colons) - _COLONS + 1)]
    return np.concatenate((double, colons[: len(far)][far <= _FAR]))


def _v6(found: bytes) -> str:
    """Returns the address that colons and digits are, at its shortest; "" if they are none."""
    text = found.decode("ascii")
    for each in (text, text.removesuffix(":")):
        try:
            address = ipaddress.IPv6Address(each)
        except ValueError:
            continue
        return str(address) if _DIGIT.search(found) else ""
    return ""
