"""Texts of the machine, such as command lines, where Qt would take them for markup."""

import html


def tip(text: str) -> str:
    """Returns what a tooltip must be told to show `text` as it is."""
    if "<" not in text:
        return text
    return f"<qt>{html.escape(text)}</qt>".replace("\n", "<br>")
