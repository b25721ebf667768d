"""Lines of logs with something private planted in them, and what stays of them without it."""

import ipaddress
import string
from typing import NamedTuple

from hypothesis import strategies as st

LETTERS = string.ascii_letters
# A letter first and a digit last: no ordinary word looks so.
NAMES = st.builds(
    lambda head, rest, tail: f"{head}{rest}{tail}",
    st.sampled_from(string.ascii_lowercase),
    st.text(string.ascii_lowercase + "_-", min_size=2, max_size=12),
    st.sampled_from(string.digits),
)
SECRETS = st.builds(
    lambda head, rest, tail: f"{head}{rest}{tail}",
    st.sampled_from(LETTERS),
    st.text(LETTERS + string.digits + "!$%^*-_+~./", min_size=6, max_size=24),
    st.sampled_from(string.digits),
)
KEYS = st.text(LETTERS + string.digits, min_size=38, max_size=60).map(lambda text: f"k{text}7")
FOURS = st.ip_addresses(v=4).map(str)
SIXES = st.ip_addresses(v=6, network="2001:db8::/32").map(str)
EMAILS = st.builds(
    lambda name, host: f"{name}@{host}.example.org",
    st.text(string.ascii_lowercase + "._+", min_size=1, max_size=10).map(lambda t: f"a{t}z"),
    st.text(string.ascii_lowercase + string.digits, min_size=1, max_size=10),
)
HOSTS = st.builds(
    lambda name, domain: f"h{name}.{domain}.example.org",
    st.text(string.ascii_lowercase + string.digits, min_size=2, max_size=8),
    st.text(string.ascii_lowercase, min_size=2, max_size=8),
)
MACS = st.lists(st.integers(0, 255), min_size=6, max_size=6, unique=True).map(
    lambda pairs: ":".join(f"{pair:02x}" for pair in pairs)
)

# How each is written: whatever is not in braces stays.
FORMS = {
    "ip": (
        "client {} closed the connection",
        "from {}: gone",
        "({}).",
        "src={} dst=x",
        '"client": "{}", "status": 200',
        "\x1b[31m{}\x1b[0m is red",
    ),
    "four": ("{}:443 answered", "::ffff:{} mapped", "{}/32", "IP {}.443 > there: ack"),
    "six": ("[{}]:443 answered", "client:{} closed", "IPv6:{}", "{}%eth0", "{}/128"),
    "user": (
        "sshd[9]: Accepted password for {} from there port 22 ssh2",
        "sshd[9]: Failed password for invalid user {} from there port 22",
        "sshd[9]: Invalid user {} from there",
        "sshd[9]: Failed publickey for {} from there port 22",
        "pam_unix(sshd:session): session opened for user {}(uid=1001) by (uid=0)",
        "sudo[3]:   {} : TTY=pts/0 ; PWD=/ ; USER=root ; COMMAND=/bin/ls",
        "su[3]: (to root) {} on pts/0",
        "CRON[7]: ({}) CMD (run)",
        "useradd[2]: new user: name={}, UID=1001, GID=1001",
        'user="{}" did it',
        '{{"user":"{}","ok":true}}',
        r"{{\"username\":\"{}\"}}",
        '{{"user.name":"{}","ok":true}}',
        '{{"user": {{"roles": ["ops"], "name": "{}"}}, "ok": true}}',
        r"{{\"ctx\":{{\"user\":{{\"group\":{{\"name\":\"ops\"}},\"name\":\"{}\"}}}}}}",
        "opened /home/{}/.ssh/config",
        '10.0.0.1 - {} [27/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5',
        "systemd-logind[1]: New session 3 of user {}.",
        "Access denied for user '{}'@'localhost'",
        "uid=1001({}) gid=1001",
        "login=user%3D{}%26x",
        r"smbd: auth of [CORP]\[{}] failed",
        r"logon of CORP\\{} failed",
        "bind dn: uid={},ou=people,dc=x",
        "Disconnected from invalid user {} from there port 22 [preauth]",
        "krb5kdc: ISSUE: {}@REALM for krbtgt",
    ),
    "secret": (
        "password={} was wrong",
        "DB_PASSWORD: {}",
        '{{"password": "{}", "n": 1}}',
        r"{{\"api_key\":\"{}\"}}",
        "GET /x?token={}&page=2 HTTP/1.1",
        "mysql --password {}",
        "Authorization: Bearer {}",
        "https://someone:{}@there/x",
        "Cookie: session={}",
        "ALTER USER x IDENTIFIED BY '{}'",
        "sudo: x : COMMAND=/usr/bin/mysql -u root -p{} db",
        "COMMAND=/usr/bin/curl -u someone:{} https://there/x",
        "COMMAND=/usr/bin/sshpass -p {} ssh there",
        "password%3D{}%26x%3Dy",
        r'{{"log":"{{\"password\":\"a\\\"{}\"}}"}}',
        "POST https://hooks.slack.com/services/{} 200",
        "wpa_psk={}",
    ),
    "key": ("got {} back", "request_id={}", "[{}]"),
    "email": ("from=<{}>, size=1", "mailto:{}", "{} bounced.", '{{"mail":"{}"}}'),
    "host": ("asked {} for it", "https://{}/x", "rhost={} user=", "{}:443 answered"),
    "mac": (
        "link/ether {} brd ff:ff:ff:ff:ff:ff",
        "MAC=aa:bb:cc:dd:ee:0f:{}:08:00 SRC=x",
        "MAC={}:aa:bb:cc:dd:ee:0f:08:00 SRC=x",
        "DHCPACK to {} via eth0",
    ),
}
KIND_OF = {"mac": "host", "four": "ip", "six": "ip", "secret": "token", "key": "token"}
VALUES = {
    "ip": st.one_of(FOURS, SIXES),
    "four": FOURS,
    "six": SIXES,
    "user": NAMES,
    "secret": SECRETS,
    "key": KEYS,
    "email": EMAILS,
    "host": HOSTS,
    "mac": MACS,
}


class Planted(NamedTuple):
    """A line, and what was planted in it.

    Attributes:
        kind: Of what was planted, as a redaction names it.
        value: That.
        form: The line, with {} for it.
    """

    kind: str
    value: str
    form: str

    @property
    def line(self) -> bytes:
        return self.form.format(self.value).encode()


@st.composite
def planted(draw: st.DrawFn) -> Planted:
    sort = draw(st.sampled_from(sorted(FORMS)))
    value = draw(VALUES[sort])
    return Planted(KIND_OF.get(sort, sort), value, draw(st.sampled_from(FORMS[sort])))


def survives(planted: Planted, text: bytes) -> bool:
    """Tells whether what was planted can still be read, in any case."""
    value = planted.value.lower().encode()
    if planted.kind != "ip":
        return value in text.lower()
    # As digits of a longer number an address is none.
    address = ipaddress.ip_address(planted.value)
    words = text.replace(b"[", b" ").replace(b"]", b" ").split()
    return any(str(address).encode() in word for word in words)
