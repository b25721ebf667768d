"""Secrets stay out of view, whatever they look like; all else stays as it is."""

import shlex

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sysgui.panels.services.unit.secrets import MASK, masked, masked_line, masked_words

# No part of what stands around it.
WORDS = st.text("ghijkqvxz0123456789!#%&()*+,-.:;<>?[]^_{|}~", min_size=4, max_size=20).map(
    lambda text: f"q7{text}7q"
)


@pytest.mark.parametrize(
    "name",
    ["PASSWORD", "DB_PASS", "PGPASSWORD", "MYSQL_PWD", "API_KEY", "apiKey", "SECRET", "AUTH_TOKEN",
     "GITHUB_TOKEN", "AWS_SECRET_ACCESS_KEY", "KEY", "SENTRY_DSN", "SESSION_COOKIE", "CREDENTIALS"],
)  # fmt: skip
def test_what_is_called_a_secret_is_one(name: str) -> None:
    assert masked(name, "sesame") == MASK
    assert masked(name, "") == ""


@pytest.mark.parametrize(
    "name",
    ["PATH", "HOME", "LANG", "PORT", "PASSENGER_COUNT", "KEYBOARD_LAYOUT", "DEBUG", "USER"],
)
def test_what_is_not_stays(name: str) -> None:
    assert masked(name, "/usr/bin:/bin") == "/usr/bin:/bin"


@given(WORDS, st.sampled_from(["{}", "'{}'", '"{}"', "'DB_PASSWORD={}'", '"DB_PASSWORD={}"']))
def test_no_secret_is_left_in_a_line_of_a_file(secret: str, written: str) -> None:
    whole = written.format(secret)
    if "DB_PASSWORD" not in whole:
        whole = f"DB_PASSWORD={whole}"
    line = masked_line(f"Environment=PATH=/bin {whole} LANG=C")
    assert secret not in line
    assert line.startswith("Environment=PATH=/bin ")
    assert line.endswith(" LANG=C")


@given(st.text(max_size=60).filter(lambda text: "\n" not in text))
def test_any_line_can_be_masked(text: str) -> None:
    masked_line(f"Environment={text}")
    masked_line(text)


def test_a_value_ends_where_systemd_says_so() -> None:
    # What systemd-escape(1) and systemd.syntax(7) give as examples of quoting, as shells have it.
    line = r'Environment="SECRET=a \"b\" c" PLAIN=1'
    assert shlex.split(line.partition("=")[2])[0] == 'SECRET=a "b" c'
    assert masked_line(line) == f'Environment="SECRET={MASK}" PLAIN=1'


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("ExecStart=/bin/x --password=sesame -v", f"ExecStart=/bin/x --password={MASK} -v"),
        ("ExecStart=/bin/x --token sesame -v", f"ExecStart=/bin/x --token {MASK} -v"),
        ("ExecStart=/bin/x --password-file=/etc/x", "ExecStart=/bin/x --password-file=/etc/x"),
        ("ExecStart=/bin/x --token -v", "ExecStart=/bin/x --token -v"),
        ("ExecStart=/bin/x http://me:sesame@host/", f"ExecStart=/bin/x http://me:{MASK}@host/"),
        ("SetCredential=smtp: sesame", f"SetCredential=smtp:{MASK}"),
        ("# Environment=PASSWORD=none", "# Environment=PASSWORD=none"),
        ("Description=Passes the token on", "Description=Passes the token on"),
        ("EnvironmentFile=/etc/default/secret", "EnvironmentFile=/etc/default/secret"),
    ],
)
def test_lines_of_other_kinds(line: str, shown: str) -> None:
    assert masked_line(line) == shown


def test_a_command_line_is_masked_too() -> None:
    assert masked_words("curl --api-key=sesame x") == f"curl --api-key={MASK} x"
