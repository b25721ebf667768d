"""A form's answers become a unit that says what was answered, and nothing else."""

import configparser
from typing import Any

import msgspec
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sysgui.panels.services.make.forms import HARDENING, HEAD, ServiceForm, faults, texts_of

GOOD = ServiceForm(name="backup-photos", description="Copies photos", command="/usr/bin/rsync -a")


def parsed(text: str) -> dict[str, dict[str, str]]:
    """Reads a unit with another parser than systemd's or ours; no key stands twice here."""
    parser = configparser.RawConfigParser(delimiters=("=",), comment_prefixes=("#",), strict=True)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read_string(text)
    return {name: dict(parser[name]) for name in parser.sections()}


def changed(**answers: Any) -> ServiceForm:
    return msgspec.structs.replace(GOOD, **answers)


def test_a_service_that_runs_all_the_time() -> None:
    texts = texts_of(changed(restart=True, at_boot=True, user="www", directory="/srv"))
    assert set(texts) == {"backup-photos.service"}
    unit = parsed(texts["backup-photos.service"])
    assert unit["Unit"]["Description"] == "Copies photos"
    assert unit["Service"]["ExecStart"] == "/usr/bin/rsync -a"
    assert unit["Service"]["Type"] == "exec"
    assert unit["Service"]["Restart"] == "on-failure"
    assert unit["Service"]["User"] == "www"
    assert unit["Service"]["WorkingDirectory"] == "/srv"
    assert unit["Install"] == {"WantedBy": "multi-user.target"}


def test_a_timer_starts_what_ends_by_itself() -> None:
    form = changed(calendar="daily", at_boot=True, restart=True, spread="5min")
    texts = texts_of(form)
    service = parsed(texts["backup-photos.service"])
    timer = parsed(texts["backup-photos.timer"])
    assert service["Service"]["Type"] == "oneshot"
    # The timer starts with the machine, not what it starts; and it is what tries again.
    assert "Install" not in service
    assert "Restart" not in service["Service"]
    assert timer["Timer"] == {
        "OnCalendar": "daily", "Persistent": "yes", "RandomizedDelaySec": "5min",
    }  # fmt: skip
    assert timer["Install"] == {"WantedBy": "timers.target"}


def test_an_interval_counts_from_the_last_run() -> None:
    timer = parsed(texts_of(changed(every="15min"))["backup-photos.timer"])
    assert timer["Timer"] == {"OnActiveSec": "1min", "OnUnitActiveSec": "15min"}


def test_ones_own_service_starts_with_ones_session_and_names_no_user() -> None:
    texts = texts_of(changed(scope="user", at_boot=True, user="www", dynamic=True))
    unit = parsed(texts["backup-photos.service"])
    assert unit["Install"] == {"WantedBy": "default.target"}
    assert not {"User", "DynamicUser"} & set(unit["Service"])


def test_a_percent_sign_is_one() -> None:
    unit = parsed(texts_of(changed(description="100 %h"))["backup-photos.service"])
    assert unit["Unit"]["Description"] == "100 %%h"


def test_every_option_has_a_sentence_and_is_written() -> None:
    for key, option in HARDENING.items():
        assert option.sentence.endswith(".")
        text = texts_of(changed(hardening=(key,)))["backup-photos.service"]
        for line in option.lines:
            assert f"\n{line}\n" in text
    assert "Protect" not in texts_of(changed(hardening=()))["backup-photos.service"]


def test_what_is_made_here_says_so_in_its_first_line() -> None:
    for text in texts_of(changed(calendar="daily")).values():
        assert text.splitlines()[0] == HEAD


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("name", ""), ("name", "-x"), ("name", "a/b"), ("name", "a b"), ("name", "ä"),
        ("name", "a\nb"), ("name", "x" * 300), ("name", "sysgui-x"), ("name", "a@b"),
        ("description", " "), ("description", "a\nExecStart=/bin/evil"),
        ("command", ""), ("command", "/bin/a\nUser=root"), ("command", "/bin/a \\"),
        ("user", "Root"), ("user", "a b"), ("user", "-x"), ("directory", "srv"),
        ("directory", "/a\n"), ("writable", ("srv",)), ("writable", ("/a b",)),
        ("calendar", "daily\nX=1"), ("every", "1\u2028min"), ("spread", "1\x00"),
    ],
)  # fmt: skip
def test_what_will_not_do_is_told_of_its_answer(field: str, value: Any) -> None:
    assert list(faults(GOOD)) == []
    assert [fault.field for fault in faults(changed(**{field: value}))] == [field]


def test_only_one_kind_of_time_goes() -> None:
    assert [fault.field for fault in faults(changed(calendar="daily", every="1h"))] == ["every"]


# What is refused anyway is not tried here: see above.
LINES = st.text(
    st.characters(categories=["L", "N", "P", "S"], include_characters=" "), min_size=1, max_size=20
).filter(lambda text: text.strip() and not text.endswith("\\"))
ANSWERS = st.builds(
    ServiceForm,
    name=st.just("abc"),
    description=LINES,
    command=LINES,
    user=st.sampled_from(["", "www"]),
    directory=st.sampled_from(["", "/srv", "/srv/%n", "/[Unit]"]),
    restart=st.booleans(),
    at_boot=st.booleans(),
    writable=st.sampled_from([(), ("/srv", "/var/x")]),
    hardening=st.sets(st.sampled_from(sorted(HARDENING))).map(tuple),
    calendar=LINES,
    spread=st.just("") | LINES,
)


@given(ANSWERS)
def test_no_answer_begins_a_line_of_its_own(form: ServiceForm) -> None:
    assume(not list(faults(form)))
    keys = {
        "Description", "Wants", "After", "Type", "ExecStart", "User", "WorkingDirectory", "Restart",
        "RestartSec", "ReadWritePaths", "WantedBy", "OnCalendar", "Persistent", "OnActiveSec",
        "OnUnitActiveSec", "RandomizedDelaySec",
        *(line.partition("=")[0] for option in HARDENING.values() for line in option.lines),
    }  # fmt: skip
    for text in texts_of(form).values():
        for line in text.splitlines()[1:]:
            assert not line or line.startswith("[") or line.partition("=")[0] in keys
