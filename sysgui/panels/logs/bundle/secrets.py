"""What opens doors: passwords, tokens, keys, cookies; by what stands before it, or by its form."""

import base64
import binascii
import re
from collections.abc import Iterator

from .spans import TOKEN, Pattern, Rule, Said, Span, Values, compiled, compiled_for_re

# What a secret is called, or ends in.
_NAMES = (
    rb"(?:pass(?:word|wd|phrase|code)|pass(?![a-z])|passwort|kennwort|pwd(?!=/)|secret|token"
    rb"|credentials?|api[_-]?key|access[_-]?key|private[_-]?key|auth(?==)|jwt"
    rb"|session[_-]?id|sess(?:ion)?id|(?<![a-z])sid|csrf|xsrf|otp(?![a-z])|(?<![a-z])psk"
    rb"|(?:account|shared|encryption|signing)[_-]?key)"
)
_IS = rb"(?:[ \t]{0,3}:[ \t]{0,3}|[ \t]{1,3}=[ \t]{1,3}|=|%3[Dd])"
_QUOTES = rb"[\"'\\]{0,4}"
# In quotes, in quotes within quotes, or up to what begins something else.
_VALUE = (
    rb"(?:\\\"(?P<v>(?:\\\\(?:\\.|.)|(?!\\\").)++)|\"(?P<v>(?:[^\"\\\n]|\\.)++)|'(?P<v>(?:[^'\\\n]|\\.)++)"
    rb"|(?P<v>(?:(?![&,;][\w.%-]++=|%26[\w.-]{1,32}%3[Dd]|[,;](?:\s|$)|[\"'](?:[\s,;})\]]|$))\S)++))"
)

_NAMED = compiled(_NAMES + rb"[\w-]{0,32}" + _QUOTES + _IS + _VALUE, caseless=True)
_OPTION = compiled(rb"--?" + _NAMES + rb"[\w-]{0,32}[ \t]++" + _VALUE, caseless=True)
_QUOTED = compiled(
    rb"(?:identified by|password)[ \t]++(?:'(?P<v>[^'\n]++)|\"(?P<v>[^\"\n]++))", caseless=True
)
_AUTHORIZATION = compiled(
    rb"authorization" + _QUOTES + _IS + _QUOTES + rb"(?:(?:basic|bearer|digest|negotiate|ntlm"
    rb"|token|apikey|aws4-hmac-sha256)[ \t]++)?" + _VALUE,
    caseless=True,
)
_BEARER = compiled(rb"\bbearer[ \t]++(?P<v>[\w.~+/=-]{8,})", caseless=True)
_BASIC = compiled(rb"\bbasic[ \t]++(?P<v>[A-Za-z0-9+/]{4,}={0,2})", caseless=True)
_COOKIE = compiled(
    rb"\b(?:set-)?cookies?" + _QUOTES + rb"[ \t]*+[:=][ \t]*+" + _QUOTES + rb"(?P<v>[^\"\n]++)",
    caseless=True,
)
# Not a port: that is of digits, up to where the path begins.
_AFTER_USER = compiled(rb"://[^\s/?#:@\"'<>]*+:(?![0-9]{1,5}(?:[\s/?#]|$))(?P<v>[^\s\"'<>]+)@")
_ALONE = compiled(rb"://(?P<v>[^\s/?#:@\"'<>]++)@")
# What signs an address, or was given out for it to be called once.
_IN_QUERY = compiled(
    rb"[?&](?:[\w-]{0,32}signature|sig|hmac|code|key|ticket)=(?P<v>[^&\s\"'#<>]{8,})", caseless=True
)
_HOOK = compiled(rb"hooks\.slack\.com/[a-z]++/(?P<v>[^\s\"'<>]++)", caseless=True)
# Who may enter, as an argument of a command: curl -u name:password. 1000:1000 is a user's number.
_USER_OPTION = compiled(
    rb"(?<!\S)(?:-u|-U|--(?:proxy-)?user)[= \t]?[\"']?(?![0-9]++:[0-9]++(?:\s|$))"
    rb"[^\s:\"']++:(?!//)(?P<v>[^\s\"']++)"
)
# A password that is an argument of its own, of commands that take one.
_ARGUMENT = compiled(
    rb"\b(?:(?:mysql|mariadb)[\w-]*+ (?:[^|;\n]{0,200}? )?-p(?=[^\s-])"
    rb"|sshpass (?:-[ve] )*-p ?|redis-cli (?:[^|;\n]{0,200}? )?-a "
    rb"|htpasswd -[a-zA-Z]*b[a-zA-Z]* \S++ \S++ |openssl [^|;\n]{0,200}?\bpass:)"
    rb"[\"']?(?P<v>[^\s\"']++)"
)
# What says itself whose key it is.
_KNOWN = compiled(
    rb"(?<![A-Za-z0-9])(?P<v>(?:AKIA|ASIA|gh[opsur]_|github_pat_|glpat-|xox[a-z]-|xapp-|sk[-_]"
    rb"|pk_|rk_|AIza|ya29\.|SG\.|npm_|hf_|pypi-|dckr_pat_|shp(?:at|ca|pa|ss)_|hv[bs]\.|whsec_|tskey-"
    rb"|gl(?:rt|dt|ptt|soat)-|do[opr]_v1_|AGE-SECRET-KEY-|eyJ)[A-Za-z0-9_.\-/+=]{12,})"
)
# Long, and of letters and digits: a key, a digest, the name of a request.
_LONG = compiled_for_re(
    rb"(?<![A-Za-z0-9_-])(?P<v>(?=[A-Za-z_-]*+[0-9])(?=[0-9_-]*+[A-Za-z])[A-Za-z0-9_-]{32,})"
)
# A line of a key, which may stand without the one that says so. What begins with / may be a path.
_BASE64 = compiled_for_re(
    rb"(?<![A-Za-z0-9+/=_.-])(?P<v>(?:(?!/)[A-Za-z0-9+/]{40,}|/[A-Za-z0-9+/]{59,})={0,2})"
)

# Shorter ones, and plain words, are what other words are too.
_SHORTEST = 6


def _secret(value: bytes) -> Said:
    # What closes, or ends a sentence, is none of it more often than it is.
    value = value.rstrip(b")]}>,;.") or value
    spreads = len(value) >= _SHORTEST and not value.isalpha() and not value.isdigit()
    return len(value), value, spreads


def _basic(value: bytes) -> Said | None:
    try:
        told = base64.b64decode(value + b"==")
    except binascii.Error:
        return None
    return _secret(value) if b":" in told else None


def _rule(trigger: bytes, pattern: "Pattern | re.Pattern[bytes]") -> Rule:
    return Rule(TOKEN, trigger, Values(pattern, _secret), spreads=True)


# As `_NAMES`, for hyperscan, and what may stand behind it.
_NAMED_SO = (
    rb"(?:(?:pass(?:word|wd|phrase|code|wort)|kennwort|pwd|secret|token|credential|api[_-]?key"
    rb"|access[_-]?key|private[_-]?key|jwt|session[_-]?id|sess(?:ion)?id|sid|csrf|xsrf|psk"
    rb"|(?:account|shared|encryption|signing)[_-]?key)"
    rb"[a-z0-9_-]{0,33}|(?:pass|otp)(?:[0-9_-][a-z0-9_-]{0,31})?"
)

RULES = (
    _rule(_NAMED_SO + rb"|auth)[\"'\\]{0,4}[ \t]{0,3}(?:[:=]|%3d)", _NAMED),
    _rule(rb"-" + _NAMED_SO + rb")[ \t]+[^ \t]", _OPTION),
    _rule(rb"(?:identified by|password)[ \t]+['\"]", _QUOTED),
    _rule(rb"authorization[\"'\\]{0,4}[ \t]{0,3}(?:[:=]|%3d)", _AUTHORIZATION),
    _rule(rb"bearer[ \t]", _BEARER),
    Rule(TOKEN, rb"basic[ \t]", Values(_BASIC, _basic), spreads=True),
    _rule(rb"cookies?[\"'\\]{0,4}[ \t]*[:=]", _COOKIE),
    _rule(rb"://[^\s/?#:@\"'<>]*:[^\s\"'<>]+@", _AFTER_USER),
    _rule(rb"://[^\s/?#:@\"'<>]+@", _ALONE),
    _rule(rb"(?:signature|sig|hmac|code|key|ticket)=[^&\s\"'#<>]{8}", _IN_QUERY),
    _rule(rb"hooks\.slack\.com/", _HOOK),
    _rule(rb"(?:^|\s)(?:-u|--(?:proxy-)?user)[^:\n]+:[^\s]", _USER_OPTION),
    _rule(rb"mysql|mariadb|sshpass|redis-cli|htpasswd|openssl .{0,200}pass:", _ARGUMENT),
    _rule(
        rb"(?:^|[^a-z0-9])(?:akia|asia|gh[opsur]_|github_pat_|glpat-|xox[a-z]-|xapp-|sk[-_]|pk_|rk_"
        rb"|aiza|ya29\.|sg\.|npm_|hf_|pypi-|dckr_pat_|shp(?:at|ca|pa|ss)_|hv[bs]\.|whsec_|tskey-"
        rb"|gl(?:rt|dt|ptt|soat)-|do[opr]_v1_|age-secret-key-|eyj)[a-z0-9_.\-/+=]{12}",
        _KNOWN,
    ),
    _rule(rb"(?:^|[^a-z0-9_-])[a-z0-9_-]{32}", _LONG),
    _rule(rb"(?:^|[^a-z0-9+/=_.-])[a-z0-9+/]{40}", _BASE64),
)


class KeyBlocks:
    """Finds the lines of private keys: they stand one by one, with anything else before them.

    A key whose end does not come has no more than `MOST` lines.
    """

    MOST = 400

    _BEGIN = compiled(rb"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z0-9 ]{0,40}-----")
    _END = compiled(rb"-----END [A-Z0-9 ]{0,40}PRIVATE KEY[A-Z0-9 ]{0,40}-----")
    # What is long, and the last word: the last line of a key may be short.
    _PARTS = compiled(rb"[A-Za-z0-9+/=\\]{16,}|\S++(?=\s*+\Z)")
    _PARTS_BEFORE_END = compiled(rb"[A-Za-z0-9+/=\\]{16,}|\S++\Z")

    def __init__(self) -> None:
        self._left = 0
        self._number = 0

    def may_be_in(self, text: bytes) -> bool:
        """Tells whether lines may hold any of it; where they do, `find` is to be asked of all."""
        return self._left > 0 or b"PRIVATE KEY" in text

    def find(self, line: bytes) -> Iterator[Span]:
        """Yields what is of a key in the next line."""
        at = 0
        while at < len(line):
            begin = None
            if not self._left:
                begin = self._BEGIN.search(line, at)
                if begin is None:
                    return
                at, self._left = begin.end(), self.MOST
                self._number += 1
            end = self._END.search(line, at)
            stop = end.start() if end else len(line)
            if begin and end:
                yield self._span(at, stop)
            else:
                parts = self._PARTS_BEFORE_END if end else self._PARTS
                for part in parts.finditer(line, at, stop):
                    yield self._span(*part.span())
            if end is None:
                self._left -= 1
                return
            at, self._left = end.end(), 0

    def _span(self, start: int, end: int) -> Span:
        return start, end, b"block %d" % self._number, False
