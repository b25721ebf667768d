r"""Who logged in, or failed to, and from where: told by what sshd, PAM, su, sudo and others write.

The forms are those of OpenSSH 8 to 10, Linux-PAM with pam_unix and pam_sss, su and login of
util-linux and of shadow, and sudo. Each is held to the whole line: the name of an account may be
anything that somebody typed, "root from 192.0.2.1 port 22 ssh2" too, and what a program writes that
is none of these is no login.
"""

import re
from typing import NamedTuple

from sysgui.panels.logs.text.patterns import Pattern
from sysgui.system.i18n import N_

FAILED, ACCEPTED = "failed", "accepted"

ACCOUNT, SOURCE = "account", "source"

# What stands before the message: when, where, and by whom.
_HEAD = (
    r"^(?:<[0-9]{1,3}>)?(?:[A-Z][a-z]{2} [ 0-9][0-9] [0-9:]{8} |(?:1 )?[0-9-]{10}T[0-9:.,Z+-]+ )"
    r"[^ \n]+ "
)
_PROCESS = r"(?:\]?(?:\[[0-9]+\])?: +| [^ \n]+ [^ \n]+ - ?)"

_SSHD = "sshd(?:-session|-auth)?"
_ANY_PROGRAM = r"[^ :\[\]\n]+"
# Not cron, which opens a session every few minutes, and not sshd, which says more than that.
_LOGIN_PROGRAM = "(?:sudo|su|login|gdm-[a-z]+|lightdm|sddm|pkexec|polkit-agent-helper-1)"
_REST = r"[^\n]*"
# `account` may have spaces, `word` is one that cannot.
_ANY = {"account": r"[^\n]*", "word": r"[^ (',\n]+", "source": r"[^ \n]+"}
_SLOT = re.compile("@(account|word|source)@")
_NAMES = {"account": ACCOUNT, "word": ACCOUNT, "source": SOURCE}
_PORT = r" port [0-9]+"
_OF_USER = r"(?:invalid user |illegal user )?@account@"
_KEY = r"(?:: [A-Z0-9-]+ [A-Z0-9]+:[0-9A-Za-z+/:=]+)?"
_PAM_SAYS = (
    r"pam_(?:unix|sss|ldap|krb5|winbind)\([^ )\n]*\): (?:[0-9]+ more )?authentication failures?; "
)


class Form(NamedTuple):
    """One form of lines about a login.

    Attributes:
        outcome: `FAILED` or `ACCEPTED`.
        kind: What it says, untranslated.
        program: Who says so.
        message: What is said, with `@account@` or `@word@`, and `@source@`, where these stand.
    """

    outcome: str
    kind: str
    program: str
    message: str

    @property
    def says(self) -> set[str]:
        """What it says of: `ACCOUNT`, `SOURCE`."""
        return {_NAMES[slot] for slot in _SLOT.findall(self.message)}

    def named(self, number: int) -> str:
        """Returns what matches it behind the head, as a group with account and source in it."""
        groups = _SLOT.sub(
            lambda slot: f"(?P<{_NAMES[slot[1]]}{number}>{_ANY[slot[1]]})", self.message
        )
        return f"(?P<form{number}>{self.program}{_PROCESS}{groups})"


class Login(NamedTuple):
    """What a line says of a login.

    Attributes:
        form: Its form.
        account: Whose; "" if it does not say.
        source: The address or name of the machine from which; "" if it does not say.
    """

    form: Form
    account: str
    source: str


_PASSWORD = N_("password or key refused")
_NOBODY = N_("no such account")
_PAM = N_("refused by PAM")
_GONE = N_("gone before the login")
_TOO_OFTEN = N_("too many attempts")
_BARRED = N_("not allowed to log in")
_SU = N_("su refused")
_SUDO = N_("sudo refused")
_CONSOLE = N_("refused at the console")
_LOGGED_IN = N_("logged in")
_OPENED = N_("session opened")

FORMS = (
    Form(FAILED, _PASSWORD, _SSHD,
          rf"Failed [a-z0-9/-]+ for {_OF_USER} from @source@{_PORT} ssh2{_KEY}"),
    Form(FAILED, _PASSWORD, _SSHD,
          rf"error: PAM: {_REST} for {_OF_USER} from @source@"),
    Form(FAILED, _NOBODY, _SSHD, rf"(?:Invalid|Illegal) user @account@ from @source@(?:{_PORT})?"),
    Form(FAILED, _TOO_OFTEN, _SSHD,
          rf"error: maximum authentication attempts exceeded for {_OF_USER} from @source@{_PORT}"
          rf" ssh2(?: \[preauth\])?"),
    Form(FAILED, _TOO_OFTEN, _SSHD,
          rf"Disconnecting (?:invalid|authenticating) user @account@ @source@{_PORT}: {_REST}"),
    Form(FAILED, _GONE, _SSHD,
          rf"(?:Connection (?:closed|reset) by|Disconnected from) (?:invalid|authenticating) user"
          rf" @account@ @source@{_PORT} \[preauth\]"),
    Form(FAILED, _GONE, _SSHD,
          rf"(?:Connection (?:closed|reset) by|Disconnected from|Received disconnect from)"
          rf" @source@{_PORT}(?::[0-9]+: {_REST})? \[preauth\]"),
    Form(FAILED, _BARRED, _SSHD,
          rf"User @account@ from @source@ not allowed because {_REST}"),
    Form(FAILED, _PAM, _ANY_PROGRAM,
          rf"{_PAM_SAYS}{_REST}rhost=@source@(?: +user=@account@| *)"),
    Form(FAILED, _PAM, _ANY_PROGRAM, rf"{_PAM_SAYS}{_REST}rhost= +user=@account@"),
    Form(FAILED, _PAM, _SSHD,
          rf"PAM [0-9]+ more authentication failures?; {_REST}rhost=@source@"
          r"(?: +user=@account@| *)"),
    Form(FAILED, _SU, "su", rf"FAILED SU \(to @word@\) {_REST}"),
    Form(FAILED, _SU, "su", rf"FAILED su for @word@ by {_REST}"),
    Form(FAILED, _SUDO, "sudo",
          rf"@word@ : (?:[0-9]+ incorrect password attempts?|user NOT in sudoers|"
          rf"user NOT authorized on host|command not allowed|a password is required) ;"
          rf"(?: TTY=[^ \n]* ;)? PWD={_REST}"),
    Form(FAILED, _CONSOLE, "login",
          rf"FAILED LOGIN (?:SESSION )?(?:\(?[0-9]+\)? )?(?:on|FROM) [^ \n]+ (?:from [^ \n]+ )?FOR"
          rf" '?@word@'?, {_REST}"),
    Form(ACCEPTED, _LOGGED_IN, _SSHD,
          rf"Accepted [a-z0-9/-]+ for @account@ from @source@{_PORT}(?: ssh2)?(?:: [A-Z]{_REST})?"),
    Form(ACCEPTED, _OPENED, _LOGIN_PROGRAM,
          r"pam_unix\([^ )\n]*:session\): session opened for user"
          rf" @word@(?:\(uid=[0-9]+\))? by {_REST}"),
)  # fmt: skip

_READS = re.compile(
    f"{_HEAD}(?:{'|'.join(form.named(number) for number, form in enumerate(FORMS))})$".encode()
)


# The groups of each form that hold account and source, where it says them.
_GROUPS = [
    tuple(f"{name}{number}" if name in form.says else "" for name in (ACCOUNT, SOURCE))
    for number, form in enumerate(FORMS)
]

# Whatever says something of a login holds one of these.
CANDIDATES = Pattern(
    b"Failed |FAILED |authentication failure|(?:Invalid|Illegal|invalid|authenticating) user "
    rb"|\[preauth\]|maximum authentication attempts|not allowed because |incorrect password"
    b"|NOT in sudoers|NOT authorized on host|command not allowed|password is required"
    b"|error: PAM: |Accepted |session opened for user ",
    caseless=False,
)


def login_of(line: bytes) -> Login | None:
    """Returns what a line says of a login; None if it says nothing of one.

    Args:
        line: Without what ends it.
    """
    found = _READS.match(line)
    if found is None:
        return None
    # The group that ends last is that of the form.
    number = int(str(found.lastgroup).removeprefix("form"))
    account, source = (
        ((found[name] if name else None) or b"").decode("utf-8", "replace")
        for name in _GROUPS[number]
    )
    return Login(FORMS[number], account, source)
