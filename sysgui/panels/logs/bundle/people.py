"""Who somebody is: e-mail addresses, and the names of users by what stands around them."""

from collections.abc import Iterator
from functools import partial

from .spans import EMAIL, USER, Rule, Said, Say, Span, Values, compiled, lines_of, matches

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
_NAME = rb"(?P<v>[^\s\"'<>()\[\]{},;:|=&@\\/]++)"
_QUOTED = rb"[\"'\\<(]{0,4}"
# A letter as JSON may write it; between its quotes, all is one name: "Joe Doe".
_ESCAPED = rb"\\u[0-9A-Fa-f]{4}"
_FULL_NAME = (
    rb"(?P<v>(?:[^\s\"'<>()\[\]{},;:|=&@\\/]++|" + _ESCAPED + rb")++"
    rb"(?:[ ,](?:[^\"\\\n]|" + _ESCAPED + rb"){1,120}+(?=[\"\\]))?)"
)


def _addresses(text: bytes) -> Iterator[Span]:
    for match in matches(_EMAIL, text):
        is_unit = match["domain"].rsplit(b".", 1)[-1] in _UNITS
        at = text.rfind(b"://", max(0, match.start() - _FAR), match.start())
        if not is_unit and (at < 0 or not _BEFORE_HOST.match(text, at, match.start())):
            key = match[0].lower().replace(b"%40", b"@")
            yield *match.span(), key, False


def _who(name: bytes, *, is_sure: bool, spreads: bool) -> Said | None:
    name = name.rstrip(b".!")
    key = name.lower()
    if not name or key in _NOBODY or key in _EVERYBODY or name.isdigit():
        return None
    if not is_sure and key in _WORDS:
        return None
    wide = spreads and len(key) >= _SHORTEST and key not in _ORDINARY
    return len(name), key, wide


def _rule(trigger: bytes, pattern: bytes, *, is_sure: bool = True, spreads: bool = True) -> Rule:
    """Returns a rule for names.

    Args:
        trigger: As in `Rule`.
        pattern: Its group `v` is a name.
        is_sure: Whether it is one whatever it is.
        spreads: Whether it is likely that who is called so is known to the machine.
    """
    say: Say = partial(_who, is_sure=is_sure, spreads=spreads)
    found = Values(compiled(pattern, caseless=True), say)
    return Rule(USER, trigger, found, spreads=spreads)


def _in_domain(before: bytes, between: bytes) -> Rule:
    """Returns a rule for names behind that of a domain, in capitals."""
    found = compiled(
        before + rb"[A-Z][A-Z0-9.-]{1,14}" + between + rb"(?P<v>[A-Za-z0-9][\w.-]*+\$?)(?!\\)"
    )
    say: Say = partial(_who, is_sure=True, spreads=False)
    return Rule(USER, rb"[a-z0-9.-]\\\\?[a-z0-9]", Values(found, say))


_SPEAKS_OF_ENTRY = compiled(rb"auth|pass|publickey|log[io]n|attempt", caseless=True)
_named_for = Values(
    compiled(rb"\bfor (?P<v>\S++) from ", caseless=True),
    partial(_who, is_sure=False, spreads=False),
)


def _for(text: bytes) -> Iterator[Span]:
    """Yields who it was for, in lines that speak of who may enter."""
    for at, line in lines_of(text):
        if _SPEAKS_OF_ENTRY.search(line):
            for start, end, key, _spreads in _named_for(line):
                yield at + start, at + end, key, False


# An object of JSON that is somebody; what else it holds is looked at up to the objects in it.
_SOMEBODY = rb"(?:user|account|owner|principal|author|actor)[\"'\\]{1,4}[ \t]{0,3}:[ \t]{0,3}\{"
_OBJECT = compiled(
    _SOMEBODY + rb"(?=(?P<fields>(?:[^{}\n]++|\{[^{}\n]*+\}){0,30}+))", caseless=True
)
_INNER = compiled(rb"\{[^{}]*+\}")
_field_of_somebody = Values(
    compiled(
        rb"[\"'](?:(?:(?:user|full|display|nick|real|first|last|given|family)[ _-]?)?name|user|id"
        rb"|user[ _-]?id|uid|log(?:in|on)|sub|preferred_username)[\"'\\]{1,4}[ \t]{0,3}:[ \t]{0,3}"
        rb"[\"'\\]{1,4}" + _FULL_NAME,
        caseless=True,
    ),
    partial(_who, is_sure=True, spreads=True),
)


def _somebody(text: bytes) -> list[Span]:
    """Returns how somebody is called by the fields of an object: "user":{"name":"joe"}."""
    found = []
    for match in matches(_OBJECT, text):
        fields = _INNER.sub(lambda inner: b" " * len(inner[0]), match["fields"])
        at = match.start("fields")
        for start, end, key, spreads in _field_of_somebody(fields):
            found.append((at + start, at + end, key, spreads))
    return sorted(found)


_KEYS = (
    rb"(?:user(?:[ ._-]?(?:name|id|(?:full|display)[ _-]?name))?|log(?:in|on)(?:name)?|acct|account"
    rb"|uname|owner|realname|principal|author)"
)
RULES = (
    Rule(EMAIL, rb"(?:@|%40)[a-z0-9\x80-\xff-]", _addresses),
    _rule(_KEYS + rb"[\"'\\]{0,4}=", _KEYS + rb"[\"'\\]{0,4}=" + _QUOTED + _NAME),
    _rule(
        _KEYS + rb"[\"'\\]{1,4}[ \t]{0,3}[:=]",
        _KEYS + rb"[\"'\\]{1,4}" + _IS + rb"[\"'\\]{1,4}" + _FULL_NAME,
    ),
    Rule(USER, _SOMEBODY, _somebody, spreads=True),
    _rule(_KEYS + rb"[ \t]{0,3}[:=]", _KEYS + _IS + _QUOTED + _NAME, is_sure=False, spreads=False),
    _rule(_KEYS + rb"%3d", _KEYS + rb"%3d(?P<v>[^\s\"'<>()\[\]{},;:|=&@\\/%]++)"),
    # sshd, and what speaks as it does. Who is invalid is nobody here, and may be called "nginx".
    _rule(
        rb"(?:invalid|illegal) user ",
        rb"(?:invalid|illegal) user (?P<v>.{1,256}?) from ",
        spreads=False,
    ),
    _rule(rb"accepted [^\s]+ for [^\s]+ from ", rb"accepted \S+ for (?P<v>\S+) from "),
    _rule(
        rb"(?:failed|postponed|partial) [^\s]+ for [^\s]+ from ",
        rb"(?:failed|postponed|partial) \S+ for (?!invalid user |illegal user )(?P<v>\S+) from ",
        spreads=False,
    ),
    Rule(USER, rb"(?:^|[^a-z0-9_])for [^\s]+ from ", _for),
    # PAM, su, sudo, cron, logind.
    _rule(rb"session (?:opened|closed) for user ", rb"session (?:opened|closed) for user " + _NAME),
    _rule(rb"new session [^\s]+ of user ", rb"new session \S++ of user " + _NAME),
    _rule(
        rb" : (?:tty|user|command|a pass|[0-9]|problem|unknown)",
        rb"(?<![^\s:])(?P<v>[^\s:]++) : (?:TTY=|user NOT in|command not allowed|a password is"
        rb"|[0-9]++ incorrect|problem with|unknown)",
    ),
    _rule(rb"\(to ", rb"\(to (?P<v>[^\s)]++)\) \S++ (?:on|from|by)\b"),
    _rule(rb"\(to ", rb"\(to [^\s)]++\) (?P<v>\S++) (?:on|from|by)\b"),
    _rule(rb"failed for ", rb"\bfailed for (?P<v>\S++) on\b"),
    _rule(rb"su for ", rb"\bsu for (?P<v>\S++) by \S++"),
    _rule(rb"su for ", rb"\bsu for \S++ by (?P<v>\S++)"),
    _rule(
        rb"cron(?:d|tab)?(?:\[[0-9]+\])?: \(",
        rb"cron(?:d|tab)?(?:\[[0-9]++\])?: \((?P<v>[^)\s]{1,256}+)\) [A-Z]",
    ),
    _rule(rb"uid=[0-9]+\(", rb"\b[a-z]?uid=[0-9]++\((?P<v>[^)\s]{1,256}+)\)"),
    _rule(rb"\(uid=", rb"\b(?:by|for|user) (?P<v>[^\s(]++)\(uid="),
    _rule(rb"uid=\"", rb"\b(?:[AEFSO]|FS|OLD|INO)?UID=\"(?P<v>[^\"\n]++)\""),
    # As a directory names him, and as Windows does: domain and user, but neither the end of a line
    # that is written as \\n (but where a user is expected), nor a folder of a path.
    _rule(rb"uid=[^\s,=]+,", rb"\buid=(?P<v>[^\s,=]++),(?:ou|dc|cn|o)="),
    _rule(rb"cn=[^,=\n]+,", rb"\bcn=(?P<v>[^,=\"\n]{1,64}),(?:ou|dc|cn|o)="),
    _in_domain(rb"(?<![\w\\/.:-])(?!HK)", rb"(?:\\\\|\\(?![bfnrtuvx0]))"),
    _in_domain(
        rb"(?i:\b(?:user(?:name)?|account|log[io]n|for|by|as|of))[ \t:=\"']{1,3}", rb"\\{1,2}"
    ),
    _rule(rb"\]\\\\?\[", rb"\]\\\\?\[(?P<v>[^\]\s]++)\]"),
    # What makes and changes accounts, and what keeps its own.
    _rule(
        rb"(?:user|group|account|for|member|role|add|delete|remove) ['\"]",
        rb"(?:user|group|account|for|member|role|add|delete|remove) (?:'(?P<v>[^'\s]++)'"
        rb"|\"(?P<v>[^\"\s]++)\")",
    ),
    _rule(rb": name=", rb"\bnew (?:user|group)[^=\n]{0,40}: name=(?P<v>[^\s,]++)"),
    _rule(rb"changed (?:for|by)", rb"changed (?:for|by) '?" + _NAME, is_sure=False),
    _rule(rb"logged in as", rb"logged in as '?" + _NAME, is_sure=False),
    _rule(rb"/(?:home|users)/", rb"/(?:home|users)/(?P<v>[^\s/:;,\"'<>()|&?]++)"),
    # The third word of an access log.
    _rule(
        rb"^[^\s]+ [^\s]+ (?:[^\s\[-]|[^\s\[]{2,}) \[[0-9]{2}/[a-z]{3}/",
        rb"^\S++ \S++ (?P<v>[^\s\[]++) \[[0-9]{2}/[A-Z]{3}/[0-9]{4}:.*+",
    ),
    # Before a host, or its password.
    _rule(
        rb"://[^\s/?#:@\"'<>]+[^\s/?#\"'<>]*@",
        rb"://(?P<v>[^\s/?#:@\"'<>]++)(?=[^\s/?#\"'<>]*@)",
        spreads=False,
    ),
    _rule(
        rb"(?:^|\s)(?:-u|--(?:proxy-)?user)[^:\n]+:[^\s]",
        rb"(?<!\S)(?:-u|--(?:proxy-)?user)[= \t]?[\"']?(?P<v>[^\s:\"'=]++):(?!//)[^\s]",
        spreads=False,
    ),
    _rule(
        rb"[a-z0-9_.+-]@[a-z0-9]",
        rb"(?<![\w.+-])(?P<v>[\w.+-]++)@(?=[A-Za-z0-9])(?![\w.\\:-]*\.(?:"
        + b"|".join(_UNITS)
        + rb")\b)",
        spreads=False,
    ),
    _rule(
        rb"(?:^|[^a-z0-9_])user[ \t]+[^\s]",
        rb"\buser[ \t]++" + _QUOTED + _NAME,
        is_sure=False,
        spreads=False,
    ),
)
