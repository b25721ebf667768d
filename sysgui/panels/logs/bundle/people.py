"""Who somebody is: e-mail addresses, and the names of users by what stands around them."""

from collections.abc import Iterator
from functools import partial

from .spans import EMAIL, USER, Pattern, Rule, Span, compiled, matches

# What systemd calls its things; name@instance.service is no address.
_UNITS = (
    b"service", b"socket", b"timer", b"slice", b"mount", b"scope", b"target", b"path", b"device",
    b"swap", b"automount",
)  # fmt: skip

_LOCAL = rb"[\w.+'!$*^~\x80-\xff-]"
_EMAIL = compiled(
    rb"(?<!%b)%b++(?:@|%%40)" % (_LOCAL, _LOCAL)
    + rb"(?P<domain>(?:[A-Za-z0-9\x80-\xff-]+\.)+[A-Za-z\x80-\xff][A-Za-z0-9\x80-\xff-]++)"
)
# So far before a name it is looked for what it is part of.
_FAR = 300

# Who asks, and with which password, before the host that is asked.
_BEFORE_HOST = compiled(rb"://[^\s/?#\"'<>]*+\Z")

# Everybody has them, and they say nothing of anybody.
_EVERYBODY = frozenset((b"root", b"nobody"))

# What is no name, wherever one is expected.
_NOBODY = frozenset(
    (b"-", b"?", b"none", b"null", b"nil", b"(none)", b"unknown", b"true", b"false", b"unset")
)

# What may stand behind "user" in a sentence, and is nobody.
_WORDS = frozenset(
    b"a access account accounts added agent all already an and another any are as at authentication"
    b" authorization be being by can cannot change changed config connected connection data daemon"
    b" database defined deleted denied directory disconnected does exists expired failed file for"
    b" found from group groups had has home id ids in information input instance interface is it"
    b" list logged login logout management manager mode must name names namespace namespaces not of"
    b" on or page password permission permissions process processes profile quota record request"
    b" requested requests running runtime service services session sessions settings slice space"
    b" specified start started store switch table that the this to type unit units unknown variable"
    b" was watches which who will with without".split()
)

# What every log says: a name that is the same is one only where it is said to be.
_ORDINARY = _WORDS | frozenset(
    b"address admin audit auth backup begin boot cache client command cron debug default demo disk"
    b" down end err error events exit false fatal ftp game games get guest guests host http https"
    b" info ipv4 ipv6 kernel key link local localhost log mail message monitor net network news"
    b" none notice null offline online operator pid port post public publickey query read ready"
    b" remote reset server shell socket ssh ssh2 sshd status stop stopped sudo support sync system"
    b" systemd tcp temp test time tmp tty udp update upgrade user users version warn warning web"
    b" work worker write www yes".split()
)
_SHORTEST = 3

_IS = rb"(?:[ \t]{0,3}:[ \t]{0,3}|[ \t]{1,3}=[ \t]{1,3}|=)"
_NAME = rb"(?P<n>[^\s\"'<>()\[\]{},;:|=&@\\/]++)"
_QUOTED = rb"[\"'\\<(]{0,4}"


def _addresses(line: bytes) -> Iterator[Span]:
    for match in matches(_EMAIL, line):
        is_unit = match["domain"].rsplit(b".", 1)[-1] in _UNITS
        at = line.rfind(b"://", max(0, match.start() - _FAR), match.start())
        if not is_unit and (at < 0 or not _BEFORE_HOST.match(line, at, match.start())):
            key = match[0].lower().replace(b"%40", b"@")
            yield Span(*match.span(), EMAIL, key)


def _names(pattern: Pattern, line: bytes, *, is_sure: bool, spreads: bool) -> Iterator[Span]:
    for match in matches(pattern, line):
        for start, end in match.spans("n"):
            name = line[start:end].rstrip(b".!")
            key = name.lower()
            if not name or key in _NOBODY or key in _EVERYBODY or name.isdigit():
                continue
            if is_sure or key not in _WORDS:
                wide = spreads and len(key) >= _SHORTEST and key not in _ORDINARY
                yield Span(start, start + len(name), USER, key, wide)


def _rule(trigger: bytes, pattern: bytes, *, is_sure: bool = True, spreads: bool = True) -> Rule:
    """Returns a rule for names.

    Args:
        trigger: As in `Rule`.
        pattern: Each of its groups `n` is a name.
        is_sure: Whether it is one whatever it is.
        spreads: Whether it is likely that who is called so is known to the machine.
    """
    made = compiled(pattern, caseless=True)
    return Rule(USER, trigger, partial(_names, made, is_sure=is_sure, spreads=spreads))


def _for(line: bytes) -> Iterator[Span]:
    """Yields who it was for, in a line that speaks of who may enter."""
    if _SPEAKS_OF_ENTRY.search(line):
        yield from _names(_FOR, line, is_sure=False, spreads=False)


_SPEAKS_OF_ENTRY = compiled(rb"auth|pass|publickey|log[io]n|attempt", caseless=True)
_FOR = compiled(rb"\bfor (?P<n>\S++) from ", caseless=True)

_KEYS = (
    rb"(?:user(?:[_-]?(?:name|id))?|log(?:in|on)(?:name)?|acct|account|uname|owner|realname"
    rb"|principal|author)"
)
RULES = (
    Rule(EMAIL, rb"(?:@|%40)[a-z0-9\x80-\xff-]", _addresses),
    _rule(_KEYS + rb"[\"'\\]{0,4}=", _KEYS + rb"[\"'\\]{0,4}=" + _QUOTED + _NAME),
    _rule(
        _KEYS + rb"[\"'\\]{1,4}[ \t]{0,3}[:=]",
        _KEYS + rb"[\"'\\]{1,4}" + _IS + rb"[\"'\\]{1,4}" + _NAME,
    ),
    _rule(_KEYS + rb"[ \t]{0,3}[:=]", _KEYS + _IS + _QUOTED + _NAME, is_sure=False, spreads=False),
    # sshd, and what speaks as it does. Who is invalid is nobody here, and may be called "nginx".
    _rule(
        rb"(?:invalid|illegal) user",
        rb"(?:invalid|illegal) user (?P<n>.{1,256}?) from ",
        spreads=False,
    ),
    _rule(rb"accepted [^ ]+ for ", rb"accepted \S+ for (?P<n>\S+) from "),
    _rule(
        rb"(?:failed|postponed|partial) [^ ]+ for ",
        rb"(?:failed|postponed|partial) \S+ for (?!invalid user |illegal user )(?P<n>\S+) from ",
        spreads=False,
    ),
    Rule(USER, rb"for [^ ]+ from ", _for),
    # PAM, su, sudo, cron, logind.
    _rule(rb"session (?:opened|closed)", rb"session (?:opened|closed) for user " + _NAME),
    _rule(rb"new session", rb"new session \S++ of user " + _NAME),
    _rule(
        rb" : (?:tty|user|command|a pass|[0-9]|problem|unknown)",
        rb"(?<![^\s:])(?P<n>[^\s:]++) : (?:TTY=|user NOT in|command not allowed|a password is"
        rb"|[0-9]++ incorrect|problem with|unknown)",
    ),
    _rule(rb"\(to ", rb"\(to (?P<n>[^\s)]++)\) (?P<n>\S++) (?:on|from|by)\b"),
    _rule(rb"failed for ", rb"\bfailed for (?P<n>\S++) on\b"),
    _rule(rb"su for ", rb"\bsu for (?P<n>\S++) by (?P<n>\S++)"),
    _rule(rb"cron", rb"cron(?:d|tab)?(?:\[[0-9]++\])?: \((?P<n>[^)\s]++)\) [A-Z]"),
    _rule(rb"uid=", rb"\b[a-z]?uid=[0-9]++\((?P<n>[^)\s]++)\)"),
    _rule(rb"\(uid=", rb"\b(?:by|for|user) (?P<n>[^\s(]++)\(uid="),
    _rule(rb"uid=\"", rb"\b(?:[AEFSO]|FS|OLD|INO)?UID=\"(?P<n>[^\"]++)\""),
    # What makes and changes accounts, and what keeps its own.
    _rule(
        rb"(?:user|group|account|for|member|role|add|delete|remove) ['\"]",
        rb"(?:user|group|account|for|member|role|add|delete|remove) (?:'(?P<n>[^'\s]++)'"
        rb"|\"(?P<n>[^\"\s]++)\")",
    ),
    _rule(rb"name=", rb"\bnew (?:user|group)[^=]{0,40}: name=(?P<n>[^\s,]++)"),
    _rule(rb"changed (?:for|by)", rb"changed (?:for|by) '?" + _NAME, is_sure=False),
    _rule(rb"logged in as", rb"logged in as '?" + _NAME, is_sure=False),
    _rule(rb"/(?:home|users)/", rb"/(?:home|users)/(?P<n>[^\s/:;,\"'<>()|&?]++)"),
    # The third word of an access log.
    _rule(rb" \[[0-9]{2}/[a-z]{3}/", rb"^\S++ \S++ (?P<n>[^\s\[]++) \[[0-9]{2}/[A-Z]{3}/[0-9]{4}:"),
    # Before a host, or its password.
    _rule(rb"://", rb"://(?P<n>[^\s/?#:@\"'<>]++)(?=[^\s/?#\"'<>]*@)", spreads=False),
    _rule(
        rb"@",
        rb"(?<![\w.+-])(?P<n>[\w.+-]++)@(?=[A-Za-z0-9])(?![\w.\\:-]*\.(?:"
        + b"|".join(_UNITS)
        + rb")\b)",
        spreads=False,
    ),
    _rule(rb"user[ \t]+[^ \t]", rb"\buser[ \t]++" + _QUOTED + _NAME, is_sure=False, spreads=False),
)
