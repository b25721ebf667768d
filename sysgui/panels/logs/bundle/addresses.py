"""IP addresses in a line: of both versions, with a port or a zone behind them, and mapped ones.

What only looks like one stays: times (10:31:07), versions of five numbers or with a v before them,
scopes (std::add). What might be one or not is taken for one.
"""

import functools
import ipaddress
from collections.abc import Iterator

from .spans import (
    IP,
    LONGEST_REMEMBERED,
    MOST_REMEMBERED,
    Rule,
    Said,
    Span,
    Values,
    compiled,
    compiled_for_re,
    lines_of,
)

_FOUR = compiled(
    rb"(?<![0-9])(?<![0-9]\.)(?<!(?<![A-Za-z])[vV])"
    rb"(?P<v>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?![0-9])(?!\.[0-9])"
)
# 192.0.2.7.443 > 10.0.0.1.53, as tcpdump has ports.
_FOUR_AND_PORT = compiled(
    rb"(?<![0-9])(?<![0-9]\.)(?P<v>[0-9]{1,3}(?:\.[0-9]{1,3}){3})\.[0-9]{1,5}(?= >|: )"
    rb"|(?<=> )(?P<v>[0-9]{1,3}(?:\.[0-9]{1,3}){3})(?=\.[0-9]{1,5}(?![0-9.]))"
)
# host-192-0-2-7.example, as names are made of addresses.
_WITH_DASHES = compiled(
    rb"(?<![0-9])(?<![0-9]-)(?P<v>[0-9]{1,3}(?:-[0-9]{1,3}){3})(?![0-9]|-[0-9])"
)
# The family, in the machine's order of bytes, and the port stand before; of version 6 a label too.
_SOCKET = compiled(
    rb"\bsaddr=(?:0200[0-9A-Fa-f]{4}(?P<v>[0-9A-Fa-f]{8})|0A00[0-9A-Fa-f]{12}(?P<v>[0-9A-Fa-f]{32}))",
    caseless=True,
)
# Two colons, or as many as an address has that leaves nothing out.
_CORE = compiled_for_re(rb"(?::|%3[Aa]){2}|(?:[0-9A-Fa-f]{1,4}(?::|%3[Aa])){7}")
_TWO_COLONS = compiled_for_re(rb"::")
# What stands around them without a gap.
_BEHIND = compiled(rb"(?:[0-9A-Za-z.:]|%3[Aa])++")
_BEFORE = frozenset(b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz.:")
_COLON = compiled(rb":|%3[Aa]")
_COLONS = (b"%3A", b"%3a")
_GROUP = compiled(rb"[0-9A-Fa-f]{0,4}")
# As tcpdump has it: the last group, and the port.
_GROUP_AND_PORT = compiled(rb"([0-9A-Fa-f]{1,4})\.[0-9]{1,5}")

# An address has so many groups where none are left out.
_ALL_GROUPS = 8
_MOST = 255  # Of a number with a point behind it.


def _four(text: bytes) -> Said | None:
    values = [int(number) for number in text.replace(b"-", b".").split(b".")]
    if max(values) > _MOST:
        return None
    return len(text), b".".join(b"%d" % value for value in values), False


_and_port = Values(_FOUR_AND_PORT, _four)


def _four_and_port(text: bytes) -> Iterator[Span]:
    for at, line in lines_of(text):
        if b">" in line:
            for start, end, key, _spreads in _and_port(line):
                yield at + start, at + end, key, False


def _socket(text: bytes) -> Said | None:
    """Says which address a socket's is, as the audit writes it: sockaddr, in hexadecimal."""
    try:
        return (
            len(text),
            str(ipaddress.ip_address(bytes.fromhex(text.decode("ascii")))).encode(),
            False,
        )
    except ValueError:
        return None


def _with_colons(text: bytes) -> Iterator[Span]:
    for at, line in lines_of(text):
        for start, end, key, _spreads in _with_colons_in(line):
            yield at + start, at + end, key, False


def _with_colons_in(line: bytes) -> Iterator[Span]:
    # Most lines have few, and what asks for less is quicker.
    is_plain = b"%3" not in line and line.count(b":") < _ALL_GROUPS - 1
    core, at = _TWO_COLONS if is_plain else _CORE, 0
    while match := core.search(line, at):
        start, behind = match.start(), _BEHIND.match(line, match.start())
        while start > at and (line[start - 1] in _BEFORE or line[start - 1 : start + 2] in _COLONS):
            start -= 1
        at = behind.end() if behind else match.end()
        run = line[start:at]
        found = _in_run(run) if len(run) <= LONGEST_REMEMBERED else _addresses_in(run)
        for first, last, key, _spreads in found:
            yield start + first, start + last, key, False


@functools.lru_cache(MOST_REMEMBERED)
def _in_run(line: bytes) -> tuple[Span, ...]:
    """Returns the addresses in what has colons: `client:2001:db8::1:443`."""
    return tuple(_addresses_in(line))


def _addresses_in(line: bytes) -> Iterator[Span]:
    end = len(line.rstrip(b"."))
    colons = [colon.span() for colon in _COLON.finditer(line, 0, end)]
    begins, ends = [0, *(each[1] for each in colons)], [*(each[0] for each in colons), end]
    groups = [(at, to, line[at:to]) for at, to in zip(begins, ends, strict=True)]
    first = 0
    while first < len(groups):
        last = first
        while last < len(groups) and _GROUP.fullmatch(groups[last][2]):
            last += 1
        if last < len(groups) and last - first > 1:
            at, _to, tail = groups[last]
            with_port = _GROUP_AND_PORT.fullmatch(tail)
            if with_port:
                groups[last] = (at, at + len(with_port[1]), with_port[1])
            last += bool(with_port or _is_four(tail))
        yield from _in_groups(groups[first:last], is_behind=first > 0)
        first = max(last, first + 1)


def _is_four(text: bytes) -> bool:
    numbers = text.split(b".")
    return len(numbers) == 4 and all(each.isdigit() and int(each) <= _MOST for each in numbers)


def _in_groups(groups: list[tuple[int, int, bytes]], *, is_behind: bool) -> Iterator[Span]:
    """Yields the address that groups of digits are, perhaps with a port behind it."""
    filled = [place for place, (_start, _end, text) in enumerate(groups) if text]
    if not filled:
        return
    # A colon before or behind it is none of its own; two are.
    first, last = filled[0], filled[-1]
    if first == last and first > 2 and not is_behind:
        return  # All addresses, and a port: ":::80".
    groups = groups[first - 2 if first > 1 else first : last + (3 if len(groups) - last > 2 else 1)]
    if len(groups) < 3:
        return
    texts = [text for _start, _end, text in groups]
    key = _key(texts)
    if not key and len(groups) >= _ALL_GROUPS:
        # Where in it the address is, only who wrote it knows; behind it stands a port, mostly.
        key = _key(texts[:_ALL_GROUPS]) or b":".join(texts).lower()
    if key:
        yield groups[0][0], groups[-1][1], key, False


def _key(groups: list[bytes]) -> bytes:
    try:
        address = ipaddress.IPv6Address(b":".join(groups).decode("ascii"))
    except ValueError:
        return b""
    return str(address.ipv4_mapped or address).encode()


# Four numbers with points between them, of which the last is begun.
_NUMBERS = rb"[0-9]\.[0-9]{1,3}\.[0-9]{1,3}\.[0-9]"

RULES = (
    Rule(IP, _NUMBERS, Values(_FOUR, _four, is_short=True)),
    Rule(IP, _NUMBERS + rb"{1,3}\.[0-9]", _four_and_port),
    Rule(IP, rb"[0-9]-[0-9]{1,3}-[0-9]{1,3}-[0-9]", Values(_WITH_DASHES, _four)),
    Rule(IP, rb"saddr=0[2a]00", Values(_SOCKET, _socket)),
    Rule(IP, rb"(?::|%3a)(?::|%3a)|(?:[0-9a-f]{1,4}(?::|%3a)){7}", _with_colons),
)
