"""The verbs are the helper's, and have the words that are needed."""

import re

from sysgui.helper.operations.unit import ALSO
from sysgui.helper.operations.unit import VERBS as HELPERS
from sysgui.panels.services.control.verbs import VERBS, WITH_NOW, called, title


def test_the_verbs_are_the_helpers() -> None:
    assert VERBS.keys() == HELPERS.keys()
    for name, verb in VERBS.items():
        assert (verb.words or (name,)) == HELPERS[name]
        assert verb.also == ALSO.get(name, ())
    assert {now: VERBS[now].asks for now in WITH_NOW.values()} == {
        "enable-now": False, "disable-now": True, "mask-now": True,
    }  # fmt: skip


def test_a_button_names_one_and_counts_several() -> None:
    assert title("stop", ["nginx.service"]) == "Stop nginx.service"
    assert title("enable-now", ["a.service", "b.service"]) == "Enable and start 2 units"
    assert called(["a.timer"]) == "a.timer"


def test_every_text_has_a_place_for_the_name() -> None:
    for verb in VERBS.values():
        assert "{" not in verb.word
        assert re.findall(r"\{.*?\}", verb.title) == ["{name}"] == re.findall(r"\{.*?\}", verb.done)
