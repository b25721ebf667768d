"""What is private is gone, wherever it stands, and the same thing is told by the same name."""

import random
import re
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sysgui.panels.logs.bundle.lines import LONGEST
from sysgui.panels.logs.bundle.redaction import MOST_LEARNT, Redaction
from sysgui.panels.logs.bundle.rules import RULES
from sysgui.panels.logs.bundle.spans import KINDS, Rule, Values
from sysgui.panels.logs.bundle.triggers import Triggers, starts_of

from .planted import Planted, planted, survives

RECORDED = Path(__file__).parent / "recorded"

HOSTILE = (
    b"a", b"1", b"/", b":", b".", b"-", b"@", b"=", b" ", b"\\", b"'", b'"', b"%3A", b"a@", b"a.",
    b"1.", b"::", b"a:", b"://", b"://a:", b"user ", b"user=", b"for ", b"invalid user ", b"auth ",
    b"password=", b"--password ", b'password="', b"Bearer ", b"Cookie: ", b"/home/", b"(to a) ",
    b"-----BEGIN PRIVATE KEY-----", b"session opened for user ", b"uid=1(", b"a-", b"sk-", b"A1",
    b"su for a by ", b"new user ", b"%40", b"host=",
    b'"user":{', b'"user":{}', b'"user":{"name":"a ', b'"user":"a ', b"{", b"}",
)  # fmt: skip


def redacted(*lines: bytes, kinds: tuple[str, ...] = KINDS, users: tuple[str, ...] = ()) -> bytes:
    redaction = Redaction(kinds, {"user": users})
    redaction.learn(lines)
    return b"\n".join(redaction.redacted(lines))


@settings(max_examples=100)
@given(st.lists(planted(), min_size=1, max_size=6))
def test_nothing_that_was_planted_survives(plants: list[Planted]) -> None:
    out = redacted(*(plant.line for plant in plants))
    for plant in plants:
        assert not survives(plant, out), out


@settings(max_examples=100)
@given(planted())
def test_what_is_not_private_stays(plant: Planted) -> None:
    out = redacted(plant.line, kinds=(plant.kind,)).decode()
    fixed = [part for part in re.split(r"\{\{|\}\}|\{\}|\\\\|\x1b\[\d+m", plant.form) if part]
    for part in fixed:
        words = [
            word for word in re.findall(r"[A-Za-z]{3,}", part) if word not in ("session", "ffff")
        ]
        assert all(word in out for word in words), out
    assert f"{plant.kind}-1" in out


@settings(max_examples=60)
@given(
    st.lists(
        st.one_of(
            planted().map(lambda plant: plant.line),
            st.lists(st.sampled_from(HOSTILE), max_size=12).map(b"".join),
        ),
        max_size=8,
    )
)
def test_lines_that_are_looked_at_together_say_nothing_of_one_another(lines: list[bytes]) -> None:
    together, alone = Redaction(KINDS, {}), Redaction(KINDS, {})
    together.learn(lines)
    for line in lines:
        alone.learn([line])
    assert together.redacted(lines) == [alone.redacted([line])[0] for line in lines]


def test_what_was_recorded_one_line_at_a_time_is_the_same() -> None:
    lines = (RECORDED / "lines.txt").read_bytes().splitlines()
    redaction = Redaction(KINDS, {"user": ["mkunz"], "host": ["web01"]})
    redaction.learn(lines)
    assert redaction.redacted(lines) == (RECORDED / "redacted.txt").read_bytes().splitlines()


@settings(max_examples=60)
@given(planted(), planted())
def test_the_same_thing_has_the_same_name(first: Planted, second: Planted) -> None:
    again = second._replace(kind=first.kind, value=first.value, form=first.form)
    lines = redacted(first.line, second.line, again.line).split(b"\n")
    assert lines[0] == lines[2]


@settings(max_examples=100)
@given(planted())
def test_no_rule_finds_anything_where_its_trigger_does_not(plant: Planted) -> None:
    for rule in RULES:
        if list(rule.find(plant.line)):
            text = b"before\n" + plant.line + b"\nbehind"
            assert 1 in Triggers([rule.trigger]).lines(text, starts_of(text))[0], rule


def for_hypothesis(rule: Rule) -> "re.Pattern[bytes] | None":
    """Returns the expression of a rule as hypothesis takes it; it may match what that does not."""
    if not isinstance(rule.find, Values):
        return None
    unnamed = re.sub(rb"\(\?P<\w+>", b"(?:", rule.find.pattern.pattern)
    flags = re.MULTILINE | (rule.find.pattern.flags & re.IGNORECASE)
    return re.compile(re.sub(rb"(?<!\\)([*+?}])\+", rb"\1", unnamed), flags)


EXPRESSIONS = [(rule, made) for rule in RULES if (made := for_hypothesis(rule)) is not None]


@settings(max_examples=600)
@given(st.sampled_from(EXPRESSIONS), st.data())
def test_what_a_rule_may_find_its_trigger_does(
    rule_and_expression: "tuple[Rule, re.Pattern[bytes]]", data: st.DataObject
) -> None:
    rule, expression = rule_and_expression
    for line in data.draw(st.from_regex(expression)).split(b"\n"):
        if list(rule.find(line)):
            assert Triggers([rule.trigger]).lines(line, starts_of(line))[0], rule


@pytest.mark.parametrize(
    "line",
    [
        b"version 1.2.3.4.5 and v1.2.3.4 at 10:31:07",
        b"2026-11-27T10:31:07.123456+01:00 999.999.999.999 and 1.2.3",
        b"std::add(a::operator) in Foo::bar::baz()",
        b"a link/ether 52:54:00:12:34:56 brd ff:ff:ff:ff:ff:ff",
        b'#012 exited, code=exited, status=1 "code=200" and the signature=good',
        b"listening on :::80 and [::]:22",
        b"Started user@1000.service, getty@tty1.service and sshd@3-x.service.",
        b"user not found; the user is unknown, for user authentication see below",
        b"USER=root logname= uid=0 user=root user unknown",
        b"PWD=/srv/data; TTY=pts/0",
        b"the password is wrong: failed password check",
        b"/usr/lib/x86_64-linux-gnu/libfoo/plugins/platforms/something/quite/long/indeed",
        b"compass north, tests passed",
    ],
)
def test_what_only_looks_like_it_stays(line: bytes) -> None:
    assert redacted(line, kinds=("ip", "email", "user", "token")) == line


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"[::1]:80", b"[ip-1]:80"),
        (b"::1", b"ip-1"),
        (b"host:::1 ok", b"host:ip-1 ok"),
        (b"1.2.3.4 ::ffff:1.2.3.4 [::ffff:1.2.3.4]:5", b"ip-1 ip-1 [ip-1]:5"),
        (b"2001:db8::1 2001:0DB8:0:0::1", b"ip-1 ip-1"),
        (b"2001:db8::1: refused", b"ip-1: refused"),
        (b"fe80::1%eth0", b"ip-1%eth0"),
        (b"1:2:3:4:5:6:7:8:443", b"ip-1"),
        (b"?a=2001%3Adb8%3A%3A1&b", b"?a=ip-1&b"),
        (b"ip-192-0-2-7.example 192.0.2.7", b"ip-ip-1.example ip-1"),
        (b"IP 192.0.2.7.443 > 192.0.2.8.5353: x", b"IP ip-1.443 > ip-2.5353: x"),
        (b"010.001.002.003 10.1.2.3", b"ip-1 ip-1"),
        (b"2001:db8::1.443 > x", b"ip-1.443 > x"),
        (b"1\x009\x002\x00.\x000\x00.\x002\x00.\x007\x00", b"ip-1"),
        (b"192.0.\x1b[1m2.7\x1b[0m\r", b"ip-1\r"),
    ],
)
def test_addresses_in_all_their_forms(line: bytes, expected: bytes) -> None:
    assert redacted(line, kinds=("ip",)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        # sockaddr as the kernel's audit writes it: AF_INET is 2, AF_INET6 is 10.
        (b"saddr=02000016C0A80107 192.168.1.7", b"saddr=02000016ip-1 ip-1"),
        (
            b"saddr=0A0001BB0000000020010DB800000000000000000000000700000000 2001:db8::7",
            b"saddr=0A0001BB00000000ip-100000000 ip-1",
        ),
    ],
)
def test_addresses_of_sockets(line: bytes, expected: bytes) -> None:
    assert redacted(line, kinds=("ip",)) == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"curl -u joe:pa55 x", b"curl -u user-1:token-1 x"),
        (b"docker run --user 1000:1000 x", None),
        (b"mysqldump --host=x -u root -pHunter2 db", b"mysqldump --host=x -u root -ptoken-1 db"),
        (b"mysql -P 3306 -p db", None),
        (b"htpasswd -b file joe Hunter2", b"htpasswd -b file joe token-1"),
        (b"redis-cli -h x -a Hunter2", b"redis-cli -h x -a token-1"),
        (b"openssl rsa -passin pass:Hunter2", b"openssl rsa -passin pass:token-1"),
        (b"GET /x?sig=ab12cd34%3D&se=1", b"GET /x?sig=token-1&se=1"),
        (b"GET /x?code=200", None),
        (b"AccountKey=ab+/12==;End=x", b"AccountKey=token-1;End=x"),
        (b"hvs.CAESIabcdefghijk", b"token-1"),
        (rb"logon of CORP\joe by CORP\tim", rb"logon of CORP\user-1 by CORP\user-2"),
        (rb"ERROR\nnext C:\\USERS\\JOE HKLM\Software", None),
        (b"cn=Joe Doe,ou=x uid=joe,ou=x", b"cn=user-1,ou=x uid=user-2,ou=x"),
        (b"User Id=joe7;User Name: joe7", b"User Id=user-1;User Name: user-1"),
        (b'{"user":"Joe Doe","n":1}', b'{"user":"user-1","n":1}'),
        (rb'{"user":"J\u00f6rg D\u00f6"}', b'{"user":"user-1"}'),
        (b'{"user":"Doe, Joe (ops)"}', b'{"user":"user-1"}'),
        (
            b'{"owner":{"id":7,"full_name":"Joe Doe","group":{"name":"ops"}},"name":"api"}',
            b'{"owner":{"id":7,"full_name":"user-1","group":{"name":"ops"}},"name":"api"}',
        ),
        (b'{"account":{"user":{"name":"joe7"}}}', b'{"account":{"user":{"name":"user-1"}}}'),
        (b'{"user":{"id":"root"},"service":{"name":"api"}}', None),
    ],
)
def test_who_enters_with_what(line: bytes, expected: bytes | None) -> None:
    assert redacted(line, kinds=("user", "token")) == (line if expected is None else expected)


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        (b"52:54:00:12:34:56 52-54-00-12-34-56 5254.0012.3456", b"host-1 host-1 host-1"),
        (b"ff:ff:ff:ff:ff:ff 00:00:00:00:00:00", None),
        (b"MD5:d4:1d:8c:d9:8f:00:b2:04:e9:80:09:98:ec:f8:42:7e", None),
        (
            b"DHCPACK on x to 52:54:00:12:34:56 (joes-phone) via eth0",
            b"DHCPACK on x to host-1 (host-2) via eth0",
        ),
        (
            b"dnsmasq-dhcp: DHCPACK(eth0) x 52:54:00:12:34:56 phone",
            b"dnsmasq-dhcp: DHCPACK(eth0) x host-1 host-2",
        ),
        (b"key joe@laptop added", b"key joe@host-1 added"),
        (b"getty@tty1.service user@1000.service left-pad@1.3.0", None),
    ],
)
def test_what_machines_are_called(line: bytes, expected: bytes | None) -> None:
    assert redacted(line, kinds=("host",)) == (line if expected is None else expected)


NOISE = st.sampled_from(
    [b"", b"\xff", b"\xc3", b"\x1b[31m", b"\x1b[0m", b"\xe2\x80\xa6 ", b"\t", b" "]
)


@settings(max_examples=60)
@given(planted(), NOISE, NOISE, st.sampled_from([b"", b"\r"]))
def test_nothing_hides_behind_noise(
    plant: Planted, before: bytes, behind: bytes, end: bytes
) -> None:
    hidden = plant.line[:1] + b"\x00\x1b[1m" + plant.line[1:] + b" " + behind + end
    out = redacted(b"first" + before, hidden, b"last")
    assert not survives(plant, out), out


def test_nothing_hides_far_in_a_line() -> None:
    far = b" lorem ipsum" * 40_000
    line = (
        b"user=dora9" + far + b" from 192.0.2.7, password=s3cret!x9" + far + b" 52:54:00:12:34:56"
    )
    assert len(line) < LONGEST
    out = redacted(line, b"dora9 s3cret!x9")
    assert out.replace(far, b"") == (
        b"user=user-1 from ip-1, password=token-1 host-1\nuser-1 token-1"
    )


def test_long_things_are_not_kept_in_memory() -> None:
    """Neither by what gives them names, nor beyond the end of a bundle."""
    chance = random.Random(7)
    redaction, size, number = Redaction(KINDS, {}), 1 << 13, 50
    redaction.redacted([b"password=s3cret!x9 token: s3cret!x9 2001:db8::1"])
    tracemalloc.start()
    for _each in range(number):
        digits = f"{chance.getrandbits(size * 4):x}"
        run = ":".join(digits[at : at + 4] for at in range(0, 1024, 4))
        line = f"password={digits} token: {digits[::-1]} {run}".encode()
        (out,) = redaction.redacted([line])
        assert digits.encode() not in out
    kept, _most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert redaction.counts["token"] > number
    assert kept < 2 * number * size


def test_who_was_told_once_is_known_before_and_after() -> None:
    told = redacted(
        b"Carol7 was here",
        b"sshd[1]: Accepted publickey for carol7 from there port 22",
        b"file carol7.txt of carol7_2, not of carol77",
        kinds=("user",),
    )
    assert told.split(b"\n") == [
        b"user-1 was here",
        b"sshd[1]: Accepted publickey for user-1 from there port 22",
        b"file user-1.txt of user-1_2, not of carol77",
    ]


def test_a_word_is_found_that_begins_in_a_part_of_another() -> None:
    """The first is none, for a letter stands before it."""
    assert redacted(b"password=s3cret-s3cret", b"of xs3cret-s3cret-s3cret here") == (
        b"password=token-1\nof xs3cret-token-1 here"
    )


def test_accounts_of_the_machine_are_known() -> None:
    assert redacted(b"bob's, not bobby's", kinds=("user",), users=("bob",)) == (
        b"user-1's, not bobby's"
    )


def test_who_only_tries_to_come_in_takes_no_word_from_others() -> None:
    lines = (b"sshd[1]: Invalid user nginx from there port 22", b"nginx[7]: started")
    assert redacted(*lines, kinds=("user",)) == (
        b"sshd[1]: Invalid user user-1 from there port 22\nnginx[7]: started"
    )


def test_the_machine_stands_between_the_time_and_the_program() -> None:
    lines = (
        b"Oct 11 22:14:15 mymachine su: 'su root' failed for lonvick on /dev/pts/8",
        b"<165>1 2003-10-11T22:14:15.003Z mymachine app 8710 - - it began on mymachine",
        b"2026-11-27T08:50:03.318677+00:00 other sshd[7]: new session",
        b"2026-11-27T08:50:03,318677+00:00 new mount options do not match",
    )
    assert redacted(*lines, kinds=("host", "user")).split(b"\n") == [
        b"Oct 11 22:14:15 host-1 su: 'su root' failed for user-1 on /dev/pts/8",
        b"<165>1 2003-10-11T22:14:15.003Z host-1 app 8710 - - it began on host-1",
        b"2026-11-27T08:50:03.318677+00:00 host-2 sshd[7]: new session",
        lines[3],
    ]


def test_a_private_key_goes_with_all_its_lines() -> None:
    lines = (
        b"app[1]: -----BEGIN RSA PRIVATE KEY-----",
        b"app[1]: MIIEpAIBAAKCAQEA7bq",
        b"app[1]: Zm9v=",
        b"app[1]: -----END RSA PRIVATE KEY-----",
        b"app[1]: done",
        b"k -----BEGIN EC PRIVATE KEY-----\\nMHcCAQEEIF0\\n-----END EC PRIVATE KEY----- k",
    )
    assert redacted(*lines, kinds=("token",)).split(b"\n") == [
        b"app[1]: -----BEGIN RSA PRIVATE KEY-----",
        b"app[1]: token-1",
        b"app[1]: token-1",
        b"app[1]: -----END RSA PRIVATE KEY-----",
        b"app[1]: done",
        b"k -----BEGIN EC PRIVATE KEY-----token-2-----END EC PRIVATE KEY----- k",
    ]


def test_a_line_too_long_to_be_looked_at_is_cut_between_words() -> None:
    line = b"x" * (LONGEST - 20) + b" seen, and 192.0.2.7 " + b"y " * LONGEST
    out = redacted(line, kinds=("ip",))
    assert out.startswith(line[: LONGEST - 20] + b" seen, and \xe2\x80\xa6 the rest is left out")
    assert len(out) < LONGEST + 200
    assert redacted(b"x" * (LONGEST + 1), kinds=("ip",)).startswith(b" \xe2\x80\xa6 the rest")


def test_more_names_than_are_looked_for_everywhere_are_still_replaced_where_they_are_told() -> None:
    lines = [b"user=name%05dx" % number for number in range(MOST_LEARNT + 10)]
    redaction = Redaction(("user",), {})
    redaction.learn(lines)
    out = redaction.redacted(lines)
    assert not redaction.learnt_all
    assert out[-1] == b"user=user-%d" % len(lines)


@pytest.mark.parametrize("piece", HOSTILE)
def test_no_line_takes_longer_than_its_length_asks_for(piece: bytes) -> None:
    # What looked at each part of it once for each other part would be given up after seconds.
    line = piece * (15_000 // len(piece))
    redacted(line)
    redacted(b"b" + line + b"\xff b")
