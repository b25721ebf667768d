"""What is remembered of the panel."""

import msgspec

from sysgui.ui.table_panel import TableSettings

from .units import SYSTEM
from .watch.mail_form import MailForm

DEFAULT_COLUMNS = [
    "name", "state", "sub", "enabled", "watch", "since", "mem", "cpu", "tasks", "description",
]  # fmt: skip
TIMER_COLUMNS = ["name", "state", "enabled", "next", "last", "description"]


class ServicesSettings(TableSettings, frozen=True):
    """What is remembered of this panel.

    Attributes:
        timer_columns: Those while timers are shown.
        kind: The part of the units that is shown.
        scope: Whose units are shown.
        mail: What was last answered about the mail server, without the password.
    """

    columns: list[str] = msgspec.field(default_factory=lambda: list(DEFAULT_COLUMNS))
    timer_columns: list[str] = msgspec.field(default_factory=lambda: list(TIMER_COLUMNS))
    sort: str = "state"
    descending: bool = False
    kind: str = "service"
    scope: str = SYSTEM
    mail: MailForm = msgspec.field(default_factory=MailForm)
