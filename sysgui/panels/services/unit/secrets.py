"""Values that nobody should read over a shoulder: by the name they have, or by their look."""

import re

# What a value is replaced by: as long for each, so that not even the length is told.
MASK = "••••••"

_NAMES = re.compile(
    r"pass(?!enger)|pwd|secret|token|api_?key|private|credential|auth|cookie|dsn|salt|session|"
    r"signature|(?:^|_)key(?:$|_)",
    re.IGNORECASE,
)

# user:password@ in an address.
_IN_ADDRESS = re.compile(r"(?<=://)([^/@\s:]*):([^/@\s]+)@")

# An option of a command line and its value; a path is no secret, only its file is.
_OPTION = re.compile(
    r"(?P<option>(?<!\S)--?[\w-]*(?:pass|secret|token|api-?key)[\w-]*[= ])[^/\s-]\S*",
    re.IGNORECASE,
)

# An assignment within a unit's file: Environment=NAME=value, quoted or not, several in a line.
_ASSIGNED = re.compile(r"""(?P<quote>["']?)(?P<name>[A-Za-z_][A-Za-z0-9_]*)=""")
_ENVIRONMENT = re.compile(r"\s*Environment\s*=", re.IGNORECASE)
_SET_CREDENTIAL = re.compile(r"(\s*SetCredential(?:Encrypted)?\s*=[^:]*:).*", re.IGNORECASE)


def masked(name: str, value: str) -> str:
    """Returns a variable's value as it may be shown."""
    if value and _NAMES.search(name):
        return MASK
    return _IN_ADDRESS.sub(rf"\1:{MASK}@", value)


def masked_words(command: str) -> str:
    """Returns a command line as it may be shown."""
    return _IN_ADDRESS.sub(rf"\1:{MASK}@", _OPTION.sub(rf"\g<option>{MASK}", command))


def masked_line(line: str) -> str:
    """Returns a line of a unit's file as it may be shown: what it sets in secret is left out."""
    credential = _SET_CREDENTIAL.fullmatch(line)
    if credential:
        return credential[1] + MASK
    start = _ENVIRONMENT.match(line)
    if start is None:
        return masked_words(line)
    return line[: start.end()] + _masked_assignments(line[start.end() :])


def _masked_assignments(text: str) -> str:
    """Masks NAME=value by NAME=value; a value ends at its quote, or at a blank."""
    shown, place = "", 0
    while (found := _ASSIGNED.search(text, place)) is not None:
        end = _end_of_value(text, found.end(), found["quote"])
        value = text[found.end() : end]
        shown += text[place : found.end()] + masked(found["name"], value)
        place = end
    return shown + text[place:]


def _end_of_value(text: str, start: int, quote: str) -> int:
    """Returns where a value ends, as systemd reads it (systemd.syntax(7), quoting)."""
    place = start
    opened = quote
    if not quote and text[start : start + 1] in ("'", '"'):
        opened, place = text[start], start + 1
    while place < len(text):
        if text[place] == "\\":
            place += 2
            continue
        if opened and text[place] == opened:
            return place if quote else place + 1
        if not opened and text[place].isspace():
            return place
        place += 1
    return len(text)
