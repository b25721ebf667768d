"""Every text that a user reads passes here: gettext, and a pseudo-locale to show what did not."""

import gettext
import os
import re
from pathlib import Path

DOMAIN = "sysgui"
LOCALES = Path(__file__).parents[2] / "resources" / "locale"

# Set to 1, every translated text is bracketed and accented: what is plain was never translated.
PSEUDO_VARIABLE = "SYSGUI_PSEUDO_LOCALE"

_ACCENTED = str.maketrans("aceinouyAEINOUY", "àçéîñöüýÀÉÎÑÖÜÝ")
_PLACEHOLDER = re.compile(r"(\{[^{}]*\}|<[^<>]*>|&[a-z]+;)")


def pseudo(text: str) -> str:
    """Returns `text` as the pseudo-locale has it: accented, bracketed, placeholders untouched."""
    parts = _PLACEHOLDER.split(text)
    parts[::2] = [part.translate(_ACCENTED) for part in parts[::2]]
    return f"⟦{''.join(parts)}⟧"


class _PseudoTranslations(gettext.NullTranslations):
    def gettext(self, message: str) -> str:
        return pseudo(message)

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return pseudo(msgid1 if n == 1 else msgid2)


def _translations() -> gettext.NullTranslations:
    if os.environ.get(PSEUDO_VARIABLE) == "1":
        return _PseudoTranslations()
    return gettext.translation(DOMAIN, LOCALES, fallback=True)


_active = _translations()


def environment() -> dict[str, str]:
    """Returns the variables by which a child process of ours speaks the same language."""
    spoken = (os.environ.get(name) for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"))
    language = next(filter(None, spoken), "")
    return {"LANGUAGE": language, PSEUDO_VARIABLE: os.environ.get(PSEUDO_VARIABLE, "")}


def _(message: str) -> str:
    """Returns the translation of `message` into the language of the user's locale."""
    return _active.gettext(message)


def ngettext(singular: str, plural: str, number: int) -> str:
    """Returns the translated form that fits `number`."""
    return _active.ngettext(singular, plural, number)


def N_(message: str) -> str:
    """Marks `message` for translation, which happens later, where it is shown."""
    return message
