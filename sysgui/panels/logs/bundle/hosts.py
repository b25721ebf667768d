"""What a machine is called, by its form or by what stands before it; and its MAC addresses."""

import re

from .spans import HOST, Pattern, Rule, Said, Values, compiled, compiled_for_re

# What the last word of a name is. Of countries, those that are no endings of files.
_LAST = frozenset(
    b"com org net edu gov mil int info biz pro io dev app cloud online site tech xyz eu"
    b" arpa local localdomain lan internal intranet corp home private test example invalid onion"
    b" ac ad ae af ag al an ao aq ar at au aw az ba bb bd be bf bg bh bi bj bm bn bo br bs bt bw"
    b" by bz ca cd cg ch ci ck cl cm cn co cr cu cv cx cy cz de dj dk dm dz ec ee eg er es et fi"
    b" fj fk fm fo fr ga ge gf gg gh gi gl gm gn gp gq gr gt gu gw gy hk hm hn hr ht hu id ie il im"
    b" in iq ir it je jm jo jp ke kg kh ki km kn kp kr kw ky kz lb lc li lk lr ls lt lu lv ly ma"
    b" mc me mg mh mm mn mo mp mq mr mt mu mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om"
    b" pa pe pf pg ph pk pn pr pt pw qa re ro ru rw sa sb sc sd se sg si sk sl sm sn sr ss sv sx"
    b" sy sz td tf tg th tj tk tl tm tn to tr tt tv tw tz ua ug uk us uy uz va vc ve vg vn vu wf ws"
    b" ye yt za zm zw".split()
)
_LONGEST = 63  # Of each of its words.

# What says nothing of a machine, or stands where one is expected.
_NO_HOST = frozenset(
    b"localhost localhost.localdomain none null unknown true false - ? emerg alert crit critical"
    b" err error warn warning notice info debug trace fatal kernel server host".split()
)
_SHORTEST = 3

_FULL = compiled_for_re(rb"(?:(?<![\w.%-])|(?<=%40))(?P<v>[A-Za-z0-9_](?=[\w-]*+\.)[\w.-]*+)")
_NAME = rb"(?P<v>[A-Za-z0-9][\w.-]*+)(?!@)"
_KEYS = (
    rb"(?:r?host(?:[_-]?name)?|server(?:[_-]?name)?|node(?:[_-]?name)?|machine|fqdn|vhost"
    rb"|authority|domain|relay|helo)"
)
_IS = rb"(?:[ \t]{0,3}:[ \t]{0,3}|[ \t]{1,3}=[ \t]{1,3}|=)"


def _full(name: bytes) -> Said | None:
    *others, last = name.rstrip(b".-_").lower().split(b".")
    if others and last in _LAST and all(0 < len(word) <= _LONGEST for word in others):
        return _host(name)
    return None


def _host(name: bytes) -> Said | None:
    name = name.rstrip(b".-_")
    key = name.lower()
    # A number, and four of them, are none of a machine.
    if key in _NO_HOST or not any(letter in _LETTERS for letter in key):
        return None
    return len(name), key, len(key) >= _SHORTEST


def _near(name: bytes) -> Said | None:
    """Says what stands behind an @: it may be a machine, or a version, which is in other lines."""
    said = _host(name)
    return said and (said[0], said[1], False)


def _mac(text: bytes) -> Said | None:
    digits = text.translate(None, b":-.").lower()
    # Nobody's, and everybody's.
    return None if len(set(digits)) == 1 else (len(text), digits, False)


_LETTERS = frozenset(b"abcdefghijklmnopqrstuvwxyz")


def _rule(trigger: bytes, pattern: "Pattern | re.Pattern[bytes]") -> Rule:
    return Rule(HOST, trigger, Values(pattern, _host), spreads=True)


_QUOTES = rb"[\"'\\]{0,4}"
# Behind the time, and before the program and its number.
_IN_HEADER = (
    rb"^(?:(?:<[0-9]{1,3}>)?(?:[A-Z]{3} [ 0-9][0-9] [0-9:]{8}"
    rb"|[0-9]{4}-[0-9]{2}-[0-9]{2}T[^\s]+) (?=\S+ [^\s:\[]+(?:\[[0-9]+\])?: )"
    rb"|<[0-9]{1,3}>[0-9] [0-9]{4}-[^\s]+ )"
)

# Six pairs of digits, or three groups of four, and no more.
_MAC = compiled_for_re(
    rb"(?<![0-9A-Za-z:.-])((?:[0-9A-Fa-f]{2}:){5}[0-9A-Fa-f]{2}|(?:[0-9A-Fa-f]{2}-){5}[0-9A-Fa-f]{2}"
    rb"|(?:[0-9A-Fa-f]{4}\.){2}[0-9A-Fa-f]{4})(?![0-9A-Za-z]|[:.-][0-9A-Fa-f])"
)
# As the firewall has them: to whom, from whom, and of which type.
_TWO_MACS = rb"MAC=%b((?:[0-9a-f]{2}:){5}[0-9a-f]{2}):"
_PAIRS = rb"(?:[0-9a-f]{2}:){6}"

# What stands in an URL.
IN_URL = _rule(
    rb"://(?:[^\s/?#\"'<>]*@)?[a-z0-9]",
    compiled_for_re(rb"://(?:[^\s/?#\"'<>]*@)?+" + _NAME),
)

RULES = (
    Rule(
        HOST,
        rb"[a-z0-9_-]\.(?:" + b"|".join(sorted(_LAST)) + rb")[._-]*(?:[^a-z0-9._-]|$)",
        Values(_FULL, _full),
        spreads=True,
    ),
    _rule(
        rb"(?:^|[^a-z])" + _KEYS + _QUOTES + _IS + _QUOTES + rb"[a-z0-9]",
        compiled(rb"(?<![a-z])" + _KEYS + _QUOTES + _IS + _QUOTES + _NAME, caseless=True),
    ),
    _rule(
        _IN_HEADER.replace(rb"(?=\S", rb"(?:\S"),
        # What follows is of no interest any more: the next line is.
        compiled_for_re(_IN_HEADER.replace(rb"]+", rb"]++") + _NAME + rb".*+", caseless=True),
    ),
    # What a client of DHCP calls itself.
    _rule(
        rb"dhcp.{0,100}(?::[0-9a-f]{2}){5} \(?[a-z0-9]",
        compiled(
            rb"\bDHCP[A-Z]{3,8}\b.{0,100}?(?::[0-9a-f]{2}){5} \(?(?P<v>[A-Za-z0-9][\w.-]*+)"
            rb"(?:\) via|\)?$)",
            caseless=True,
        ),
    ),
    Rule(
        HOST,
        rb"[a-z0-9_.+-]@[a-z]",
        Values(compiled_for_re(rb"(?<=[\w.+-]@)([A-Za-z][\w-]*+)(?![.\\@:]?[\w])"), _near),
    ),
    Rule(
        HOST,
        rb"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}|(?:[0-9a-f]{2}-){5}[0-9a-f]{2}"
        rb"|(?:[0-9a-f]{4}\.){2}[0-9a-f]{4}",
        Values(_MAC, _mac),
    ),
    Rule(
        HOST,
        rb"mac=" + _PAIRS,
        Values(compiled_for_re(_TWO_MACS % b"", caseless=True), _mac),
    ),
    Rule(
        HOST,
        rb"mac=" + _PAIRS + _PAIRS,
        Values(compiled_for_re(_TWO_MACS % _PAIRS, caseless=True), _mac),
    ),
)
