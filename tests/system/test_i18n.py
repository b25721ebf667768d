"""Texts on their way to the reader, and the pseudo-locale that shows which took no such way."""

import os
import subprocess
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.system.i18n import N_, PSEUDO_VARIABLE, _, environment, ngettext, pseudo


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Overview", "⟦Övérvîéw⟧"),
        ("{used} of {total:.1f}", "⟦{used} öf {total:.1f}⟧"),
        ("<b>bold</b> &amp; more", "⟦<b>böld</b> &amp; möré⟧"),
        ("", "⟦⟧"),
    ],
)
def test_the_pseudo_locale_changes_words_and_leaves_placeholders(text: str, shown: str) -> None:
    assert pseudo(text) == shown


@given(st.text(st.characters(exclude_characters="{}<>&")))
def test_what_is_pseudo_keeps_its_length_and_placeholders_still_work(text: str) -> None:
    assert pseudo(f"{text}{{name}}").format(name="X") == f"⟦{pseudo(text)[1:-1]}X⟧"
    assert len(pseudo(text)) == len(text) + 2


def test_without_a_translation_texts_are_as_they_were_written() -> None:
    assert (_("Overview"), N_("Overview")) == ("Overview", "Overview")
    assert (ngettext("one", "many", 1), ngettext("one", "many", 2)) == ("one", "many")


def test_the_pseudo_locale_is_chosen_by_the_environment() -> None:
    code = "from sysgui.system.i18n import _, ngettext; print(_('a'), ngettext('e', 'o', 2))"
    environ = {**os.environ, PSEUDO_VARIABLE: "1", "PYTHONPATH": ":".join(sys.path)}
    done = subprocess.run([sys.executable, "-c", code], stdout=subprocess.PIPE, env=environ)
    assert done.stdout.decode().split() == ["⟦à⟧", "⟦ö⟧"]


@pytest.mark.parametrize(
    ("variables", "language"),
    [
        ({"LANGUAGE": "de:en", "LC_ALL": "C", "LANG": "fr"}, "de:en"),
        ({"LC_ALL": "", "LC_MESSAGES": "it", "LANG": "fr"}, "it"),
        ({"LANG": "fr_FR.UTF-8"}, "fr_FR.UTF-8"),
        ({}, ""),
    ],
)
def test_a_child_speaks_the_language_that_gettext_takes_here(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], language: str
) -> None:
    for name in ("LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert environment()["LANGUAGE"] == language
