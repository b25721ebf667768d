"""Tries whether a watched unit does what it is there for; its exit status says what was found.

It runs as a user of its own that owns nothing. What it tries stands in the watch, which only the
helper writes: a TCP port, an HTTP answer, in the clear or by TLS, or the age of a file.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import socket
import ssl
import sys
import time
from typing import Any, Mapping, NoReturn, Sequence

from . import clock, state
from .table import find
from .words import PROBES, status_of

# It runs not at all, or not for long enough: neither good nor bad.
SKIPPED = 75

# Between two tries, in seconds.
PAUSE = 2.0

MOST_ANSWER = 256 << 10

# Who should write a file has so many seconds for it after the machine was off or has slept, or as
# many as it may be old, if those are fewer.
REST = 900

# A link that systemd makes when a unit is started, and takes away when it ends. The bus cannot be
# asked: it may not know a user of whom only systemd does.
STARTED = "/run/systemd/units/invocation:"


# What OpenSSL says of a certificate (X509_V_ERR_…); all else is not to be trusted, either.
CERTIFICATES = {9: "expired", 10: "expired", 18: "self-signed", 62: "name", 64: "name"}


class Wrong(Exception):
    """What was found is not what should be; its argument is a key of `PROBES`."""


def main(argv: Sequence[str]) -> int:
    """Tries it, and returns the exit status."""
    if argv[:1] == ["--try"]:  # Before there is a watch: by whoever wants it, and only once.
        wrong = tried(json.loads(argv[1]))
        sys.stdout.write(f"{wrong} {PROBES.get(wrong, '')}\n")
        return status_of(wrong)
    watch = find(argv[0]) if argv else None
    if watch is None or watch.probe is None:
        return SKIPPED
    began = started(watch.unit)
    # Until it has had the time to start, it need not answer.
    if began is None or ran(began) < _number(watch.probe, "wait", 90):
        return SKIPPED
    wrong = ""
    for number in range(_number(watch.probe, "tries", 3)):
        if number:
            time.sleep(PAUSE)
        wrong = tried(watch.probe)
        if not wrong:
            return 0
    if started(watch.unit) != began:  # It has been stopped, or restarted, meanwhile.
        return SKIPPED
    sys.stdout.write(f"{watch.unit}: {PROBES[wrong]}\n")
    return status_of(wrong)


def started(unit: str) -> float | None:
    """Returns when a unit was started, in seconds since 1970; None if it does not run."""
    try:
        return os.lstat(f"{STARTED}{unit}").st_mtime
    except OSError:
        return None


def ran(began: float) -> float:
    """Returns for how many seconds it surely runs, at a stretch."""
    kept, now = state.noted_clock(), clock.read()
    return min(clock.age(began, kept, now), clock.awake(kept, now))


def tried(probe: Mapping[str, Any]) -> str:
    """Tries once, and returns what is wrong: a key of `PROBES`; "" if nothing is."""
    seconds = _number(probe, "timeout", 10)
    before = signal.signal(signal.SIGALRM, _late)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        if probe["kind"] in KINDS:  # What is not known here is not judged.
            KINDS[probe["kind"]](probe, seconds)
    except Wrong as wrong:
        return str(wrong.args[0])
    except TimeoutError:
        return "timeout"
    except http.client.HTTPException:
        return "nonsense"
    except OSError:
        return "refused"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)
    return ""


def _late(_number_of: int, _frame: object) -> NoReturn:
    # An answer that comes a byte at a time is late as well: each wait by itself would be short.
    raise TimeoutError


def _tcp(probe: Mapping[str, Any], seconds: int) -> None:
    with socket.create_connection(_place(probe), timeout=seconds):
        pass


def _http(probe: Mapping[str, Any], seconds: int) -> None:
    _ask(http.client.HTTPConnection(*_place(probe), timeout=seconds), probe)


def _https(probe: Mapping[str, Any], seconds: int) -> None:
    address, port = _place(probe)
    name = str(probe.get("name", address))
    context = ssl.create_default_context()
    with socket.create_connection((address, port), timeout=seconds) as plain:
        try:
            secure = context.wrap_socket(plain, server_hostname=name)
        except ssl.SSLCertVerificationError as error:
            raise Wrong(CERTIFICATES.get(error.verify_code, "untrusted")) from error
        except ssl.SSLError as error:
            raise Wrong("tls") from error
    connection = http.client.HTTPSConnection(name, port, timeout=seconds, context=context)
    connection.sock = secure  # Its name need not be where it is.
    _ask(connection, probe)


def _ask(connection: http.client.HTTPConnection, probe: Mapping[str, Any]) -> None:
    try:
        connection.request("GET", str(probe.get("path", "/")), headers={"User-Agent": "sysgui"})
        answer = connection.getresponse()
        status = _number(probe, "status", 0)
        if not (answer.status == status if status else 200 <= answer.status < 400):
            raise Wrong("status")
        text = str(probe.get("text", ""))
        if text and text.encode() not in answer.read(MOST_ANSWER):
            raise Wrong("text")
    finally:
        connection.close()


def _file(probe: Mapping[str, Any], _seconds: int) -> None:
    try:
        written = os.stat(str(probe.get("path", ""))).st_mtime
    except FileNotFoundError as error:
        raise Wrong("absent") from error
    except OSError as error:
        raise Wrong("hidden") from error
    most = _number(probe, "age", 86400)
    kept, now = state.noted_clock(), clock.read()
    if clock.age(written, kept, now) > most and clock.awake(kept, now) > min(most, REST):
        raise Wrong("old")


KINDS = {"tcp": _tcp, "http": _http, "https": _https, "file": _file}


def _place(probe: Mapping[str, Any]) -> tuple[str, int]:
    return str(probe.get("address", "localhost")), _number(probe, "port", 0)


def _number(probe: Mapping[str, Any], name: str, default: int) -> int:
    value = probe.get(name, default)
    return value if type(value) is int else default
