"""By which mail server messages about services go out: the answers, and what will not do."""

import re
from collections.abc import Callable, Iterator

import msgspec

from sysgui.system.elevation import Order
from sysgui.system.i18n import N_, _

from .form import Fault
from .watches import mail_order

STARTTLS, TLS, PLAIN = "starttls", "tls", "none"

# As the helper takes them (its operation watch-mail).
MOST_PASSWORD = 256
MOST_USER = 200
MOST_RECEIVERS = 8

_SERVER = re.compile(
    r"(?:\[([0-9a-f:]{2,45})\]|([A-Za-z0-9.][A-Za-z0-9.-]{0,252})):([1-9][0-9]{0,4})"
)
_ADDRESS = re.compile(r"[A-Za-z0-9._+=][A-Za-z0-9._+=-]{0,63}@[A-Za-z0-9.-]{1,190}")
_USER = re.compile(r"[A-Za-z0-9._+=@][A-Za-z0-9._+=@-]*")

# Nobody listens on the way to these.
LOOPBACK = ("localhost", "127.0.0.1", "::1")


class MailForm(msgspec.Struct, frozen=True):
    """The answers; without the password they are remembered, for only root can read what is set.

    Attributes:
        server: HOST:PORT, or [ADDRESS]:PORT.
        security: `starttls`, `tls` or `none`.
        user: Who sends; "" is anybody.
        sender: The address that messages come from.
        receivers: Those that they go to, with blanks or commas between them.
    """

    server: str = ""
    security: str = STARTTLS
    user: str = ""
    sender: str = ""
    receivers: str = ""

    @property
    def addresses(self) -> list[str]:
        """Those that messages go to."""
        return [each for each in re.split(r"[\s,;]+", self.receivers) if each]


def server_fault(server: str) -> str:
    """Returns why a server will not do, translated; "" if it will."""
    found = _SERVER.fullmatch(server) if server.isascii() else None
    if found is None or int(found[3]) >= 1 << 16:
        return _("A name and a port, such as mail.example.org:587.")
    return ""


def _is_here(form: MailForm) -> bool:
    found = _SERVER.fullmatch(form.server)
    return found is None or (found[1] or found[2]) in LOOPBACK


Check = Callable[[MailForm, str], bool]

# The answer, what must be true of it and the password, and what is said if not, for translation.
_CHECKS: tuple[tuple[str, Check, str], ...] = (
    (
        "security", lambda form, _password: form.security != PLAIN or _is_here(form),
        N_("Without encryption only to a server on this machine: others could read the mail."),
    ),
    (
        "security", lambda form, _password: form.security != PLAIN or not form.user,
        N_("Without encryption no user: the password would go out in clear."),
    ),
    (
        "user", lambda form, _password: not form.user or (
            _USER.fullmatch(form.user) is not None and len(form.user) <= MOST_USER
        ),
        N_("Letters, digits and . _ + = @ -; leave it empty if the server asks for none."),
    ),
    (
        "password", lambda form, password: bool(password) or not form.user,
        N_("The password of this user."),
    ),
    (
        "password", lambda form, password: bool(form.user) or not password,
        N_("A password without a user: say who, or leave it empty."),
    ),
    (
        "password", lambda _form, password: len(password) <= MOST_PASSWORD
        and (not password or password.isprintable()),
        N_("At most 256 signs, on one line."),
    ),
    (
        "sender", lambda form, _password: _ADDRESS.fullmatch(form.sender) is not None,
        N_("An address, such as sysgui@example.org."),
    ),
    (
        "receivers", lambda form, _password: 1 <= len(form.addresses) <= MOST_RECEIVERS,
        N_("One to eight addresses, with a blank between them."),
    ),
    (
        "receivers", lambda form, _password: all(map(_ADDRESS.fullmatch, form.addresses)),
        N_("An address, such as you@example.org."),
    ),
)  # fmt: skip


def faults(form: MailForm, password: str) -> Iterator[Fault]:
    """Yields what will not do, one an answer, in the order of the form."""
    wrong = server_fault(form.server)
    if wrong:
        yield Fault("server", wrong)
    told: set[str] = set()
    for field, good, message in _CHECKS:
        if field not in told and not good(form, password):
            told.add(field)
            yield Fault(field, _(message))


def order_of(form: MailForm, password: str) -> Order:
    """Returns how the helper is asked to set the server."""
    return mail_order(
        form.server, security=form.security, sender=form.sender, receivers=form.addresses,
        user=form.user, password=password,
    )  # fmt: skip
