"""What is said of watched services: their state, what became of them, and how they are watched."""

from collections.abc import Mapping

from sysgui.system.i18n import N_, _, ngettext

from .watches import Mail, Watch

STATES: Mapping[str, str] = {
    "": N_("not looked at yet"),
    "fine": N_("well"),
    "failing": N_("failing"),
    "given-up": N_("failed for good"),
    "missing": N_("unit file gone"),
    "stopped": N_("stopped"),
}

KINDS: Mapping[str, str] = {
    "failed": N_("failed"),
    "given-up": N_("failed for good"),
    "recovered": N_("well again"),
    "missing": N_("unit file gone"),
    "restarted": N_("restarted: it did not answer"),
    "later": N_("will be started later"),
    "stopped": N_("stopped"),
    "dropped": N_("message lost: too many wait for a mail server"),
}

# What the table calls a state that is not known yet, to tell it from no watch.
NEW = "new"
NEW_WORD = N_("watched")

# Before a state, so that it is not told by its colour alone; and the theme's colour.
_SIGNS = {
    "": ("…", "muted"),
    "fine": ("✓", "good"),
    "failing": ("!", "attention"),
    "given-up": ("✗", "wrong"),
    "missing": ("✗", "wrong"),
    "stopped": ("■", "muted"),
}

# What a state means to somebody who has never seen it.
_MEANINGS = {
    "": N_("The first look comes in a moment."),
    "fine": N_("It runs, and does what is expected of it."),
    "failing": N_("It has failed, and has not been well for long enough since."),
    "given-up": N_("It has failed, and nothing starts it again by itself."),
    "missing": N_("It is watched, but its unit file is not there any more."),
    "stopped": N_("Somebody wanted it so: it is not started again, and nobody is told."),
}


def state_word(state: str) -> str:
    """Returns a state in a word or two; one of a later version as it is written."""
    return _(STATES[state]) if state in STATES else state


def signed(state: str) -> str:
    """Returns a state with the sign that stands before it."""
    sign, _color = _SIGNS.get(state, _SIGNS[""])
    return f"{sign} {_(NEW_WORD) if state == NEW else state_word(state)}"


def color_of(state: str) -> str:
    """Returns the theme's colour of a state."""
    return _SIGNS.get(state, _SIGNS[""])[1]


def meaning(state: str) -> str:
    """Returns what a state means, in a sentence."""
    return _(_MEANINGS[state]) if state in _MEANINGS else ""


def kind_word(kind: str) -> str:
    """Returns what happened, in a few words."""
    return _(KINDS[kind]) if kind in KINDS else kind


def how(watch: Watch) -> str:
    """Returns how a service is watched, in a line."""
    parts = [_("started again after failures") if watch.restart else _("not started again")]
    if watch.mail:
        parts.append(_("mail"))
    if watch.notify:
        parts.append(_("desktop"))
    if watch.probe:
        parts.append(tried(watch))
    return ", ".join(parts)


def tried(watch: Watch) -> str:
    """Returns what is tried besides; "" if nothing is."""
    probe = watch.probe
    texts = {"tcp": _("port {port}"), "http": _("HTTP {port}{path}"),
             "https": _("HTTPS {port}{path}"), "file": _("file {path}")}  # fmt: skip
    kind = str(probe.get("kind", ""))
    if kind not in texts:
        return kind
    path = probe.get("path", "/" if kind in ("http", "https") else "")
    return texts[kind].format(port=probe.get("port", ""), path=path)


def waiting_text(mail: Mail) -> str:
    """Returns how many messages wait, in a sentence."""
    text = ngettext(
        "{n} message about services waits for a mail server.",
        "{n} messages about services wait for a mail server.",
        mail.waiting,
    )
    return text.format(n=mail.waiting)
