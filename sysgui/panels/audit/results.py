"""How things ended, in the user's words."""

from sysgui.system.i18n import N_, _

# The helper's codes (sysgui/helper/refusal.py) that can stand in an entry.
_WORDS = {
    "": N_("Of its end nothing is known: it goes on, or it was killed."),
    "done": N_("It was done."),
    "partly": N_("Only some of it was done."),
    "cancelled": N_("Who had asked for it cancelled it, or had seen enough."),
    "changed": N_("Nothing was done: it was no longer what it was when it was chosen."),
    "gone": N_("Nothing was done: it was not there any more."),
    "protected": N_("Nothing was done: the system could not be used without it."),
    "not-a-file": N_("Nothing was read: it was a link, a device or the like."),
    "timeout": N_("Nothing was done: nobody agreed to it in time."),
    "input": N_("Nothing was done: what the caller said could not be understood."),
    "failed": N_("The system refused it."),
    "too-much": N_("It was more than is done or told at once."),
    "internal": N_("A bug in the helper ended it; please report it."),
}


def explained(result: str) -> str:
    """Returns what a result means, translated."""
    words = _WORDS.get(result)
    return _("This version of Sysgui does not know this result.") if words is None else _(words)
