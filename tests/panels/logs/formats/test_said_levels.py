"""How severe a line is by its level's place, whatever words stand in its text.

The lines are written here from a level and a text, and what they say is asked of nothing else.
"""

import json
import random
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from sysgui.panels.logs.text.levels import NAMES
from tests.panels.logs.test_command import run

TEXTS = (
    "started", "error: none", "no ERROR at all", "[critical] section left", "level=error was said",
    "FATAL: told by another", "warning: and error: both", "<crit> in a page", "severity: alert",
)  # fmt: skip
TIME = "2026-11-27 08:00:01"


def as_json(word: str, text: str) -> str:
    return json.dumps({"time": TIME, "level": word, "msg": text})


def as_json_behind(word: str, text: str) -> str:
    return json.dumps({"msg": text, "at": {"level": "fatal"}, "time": TIME, "severity": word})


FORMS: dict[str, Callable[[str, str], str]] = {
    "json": as_json,
    "json-behind": as_json_behind,
    "logfmt": lambda word, text: f'time="{TIME}Z" level={word} msg="{text}"',
    "logfmt-behind": lambda word, text: f'time="{TIME}Z" msg="{text}" level={word}',
    "python": lambda word, text: f"{TIME},123 - shop - {word.upper()} - {text}",
    "java": lambda word, text: f"{TIME}.123 {word.upper():5} [main] o.e.Shop - {text}",
    "spring": lambda word, text: f"{TIME}.123 {word.upper():5} 7 --- [main] o.e.Shop : {text}",
    "nginx-error": lambda word, text: f"2026/11/27 08:00:01 [{word}] 7#7: {text}",
    "mariadb": lambda word, text: f"{TIME} 0 [{word.title()}] {text}",
    "postgresql": lambda word, text: f"{TIME}.123 UTC [77] {word.upper()}:  {text}",
}
NUMBER = {"trace": 10, "debug": 20, "info": 30, "warn": 40, "error": 50, "fatal": 60}


def as_pino(word: str, text: str) -> str:
    return json.dumps({"level": NUMBER[word], "time": 1764230402123, "msg": text})


def as_mongodb(word: str, text: str) -> str:
    return json.dumps({"t": {"$date": f"{TIME}Z"}, "s": word.upper(), "c": "-", "msg": text})


FORMS |= {"pino": as_pino, "mongodb": as_mongodb}
WORDS = {
    "pino": {
        "trace": "debug", "debug": "debug", "info": "info", "warn": "warning", "error": "err",
        "fatal": "crit",
    },
    "mongodb": {"f": "crit", "e": "err", "w": "warning", "i": "info", "d2": "debug"},
    "java": {"error": "err", "warn": "warning", "info": "info", "debug": "debug"},
    "postgresql": {"error": "err", "warning": "warning", "debug2": "debug", "log": "", "hint": ""},
    "mariadb": {"error": "err", "warning": "warning", "note": "info"},
}  # fmt: skip
WORDS["spring"] = WORDS["java"]
OF_ANY = {"error": "err", "warning": "warning", "info": "info", "debug": "debug"}


def told(path: Path, capfd: pytest.CaptureFixture[str]) -> list[str]:
    assert run(str(path), "--json") == 0
    sys.stdout.flush()
    return [json.loads(line).get("level", "") for line in capfd.readouterr().out.splitlines()]


@pytest.mark.parametrize("form", FORMS)
def test_the_words_of_a_text_tell_nothing(
    form: str, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    chance = random.Random(3)
    words = WORDS.get(form, OF_ANY)
    written = [(chance.choice([*words]), chance.choice(TEXTS)) for _line in range(300)]
    path = tmp_path / "app.log"
    path.write_text("".join(f"{FORMS[form](word, text)}\n" for word, text in written))
    expected = [words[word] for word, _text in written]
    assert told(path, capfd) == expected
    for name in NAMES:
        run(str(path), f"level={name}", "--count")
        sys.stdout.flush()
        assert int(capfd.readouterr().out) == expected.count(name), name
