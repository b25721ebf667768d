"""What is said of an expression that stands between slashes."""

import re
import sys
from pathlib import Path

import pytest

from sysgui.panels.logs.query import QueryError, condition_of
from sysgui.panels.logs.slashes import hint
from sysgui.panels.logs.text.wanted import Matching

from .test_command import log, run

__all__ = ["log"]

PATHS = ["/var/log/", "/var/log", "GET /a/b/ 404", "/", "//", "/ /", "/etc/ /usr/lib/", "a/b+/"]
OTHERS = ["re:/a+/", '"/a+/"', "path~/a+/", "/[/", "/a+", "a+/", "/ a+ /", '"a /b+/ c"']


@pytest.mark.parametrize("typed", [*PATHS, *OTHERS])
def test_of_paths_and_other_texts_nothing_is_said(typed: str) -> None:
    assert hint(typed, found=True) == ""


@pytest.mark.parametrize("typed", ["/var/log/", "/var/log", "/", *OTHERS])
def test_not_even_if_they_find_nothing(typed: str) -> None:
    assert hint(typed, found=False) == ""


def test_what_is_too_long_to_be_a_query_is_not_looked_at() -> None:
    typed = "/a+/ " * 200_000
    assert hint(typed[:2000], found=True)
    assert hint(typed, found=True) == ""
    # With each slash another one was looked for, so that this took hours.
    assert hint("/a " * 300_000, found=True) == ""
    assert hint('\\"' * 500_000, found=True) == ""


def test_of_a_word_something_is_said_if_it_finds_nothing() -> None:
    assert hint("/error/", found=True) == ""
    assert hint("/error/", found=False).endswith(" written re:error")


# What is meant is what Python takes for the expression between the slashes.
MEANT = {
    r"/^\S+ sshd\[/": "x sshd[7]",
    "/fail.*root/i": "FAILED for root",
    "/failed .* root/": "failed for root",
    "/(a|b)c/": "bc",
    r"/\/api\/v[12]/": "GET /api/v2",
    r'/say "no+"/': 'say "nooo"',
    r"/\bfoo=\d+/": "foo=12",
    "not /x+/": "xx",
}


@pytest.mark.parametrize(("typed", "line"), MEANT.items())
def test_an_expression_is_written_so_that_it_is_understood(typed: str, line: str) -> None:
    written = hint(typed, found=True).rpartition(" written ")[2]
    condition = condition_of(written)
    assert isinstance(condition, Matching)
    decides = condition.pattern.decides
    source = re.fullmatch(r"(?:not )?/(.*)/i?", typed)
    assert source is not None
    assert decides is not None
    assert re.search(source[1], line, re.IGNORECASE)
    assert decides.search(line)


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        (r"re:port \d{5}", r're:"port \d{5}"'),
        ("level<=err and not re:^Failed .* from and x", 're:"^Failed .* from"'),
        ("re:a b c$ pid=7", 're:"a b c$"'),
    ],
)
def test_an_expression_with_spaces_is_told_apart_from_words(typed: str, written: str) -> None:
    assert hint(typed, found=False).endswith(f" all of it is written {written}")
    assert hint(typed, found=True) == ""
    assert isinstance(condition_of(written), Matching)


@pytest.mark.parametrize(
    "typed",
    ["re:a b", r're:"port \d{5}"', "re:a+ and b+", "re:a+ status>=500", "re:a ( b+ )", 're:a "b+"'],
)
def test_words_behind_an_expression_are_words(typed: str) -> None:
    assert hint(typed, found=False) == ""


def test_what_is_no_query_for_that_reason_is_refused_with_it() -> None:
    with pytest.raises(QueryError, match=r"unknown field '/\^foo'.*\. .* written re:\^foo=\\d"):
        condition_of(r"/^foo=\d/")


def test_the_command_says_it_beside_the_lines(log: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(str(log), "/gone$/") == 1
    sys.stdout.flush()
    assert (
        capfd.readouterr().err
        == "“/gone$/” is no regular expression here: one is written re:gone$\n"
    )
    assert run(str(log), "/gone/") == 1
    assert "re:gone\n" in capfd.readouterr().err
    assert run(str(log), "re:gone") == 0
    assert capfd.readouterr().err == ""
    log.write_text("GET /gone/ 404\n")
    assert run(str(log), "/gone/", "--count") == 0
    assert capfd.readouterr().err == ""
