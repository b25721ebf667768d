"""What the messages of a million lines cost, beside counting their words without any templates."""

import random
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from sysgui.panels.logs.analysis.asked import Asked
from sysgui.panels.logs.analysis.batches import steps
from sysgui.panels.logs.analysis.messages import Messages
from sysgui.panels.logs.analysis.report import Table
from sysgui.panels.logs.file.opened import OpenLog
from sysgui.system.host import Host

from .conftest import Table as Figures
from .measure import median

LINES = 1_000_000
ROUNDS = 3
DAY = 86_400
# When the log begins; it goes on for three days.
BEGIN = 1_795_478_400
NOVEL = "EDAC MC0: uncorrected memory error on DIMM_A1"
USERS = [f"{first}{last}" for first in ("anna", "bob", "cleo", "dan") for last in ("", "s", "x")]

# Programs, and what they say: numbers, addresses, identities, paths, names, texts in quotes.
SAID = [
    ("sshd[{n}]", "Accepted publickey for {user} from {ip} port {n} ssh2: ED25519 SHA256:{hex}"),
    ("sshd[{n}]", "Failed password for invalid user {user} from {ip} port {n} ssh2"),
    ("sshd[{n}]", "Connection closed by authenticating user {user} {ip} port {n} [preauth]"),
    ("CRON[{n}]", "({user}) CMD (run-parts --report /etc/cron.{n})"),
    ("systemd[1]", "Started session-{n}.scope - Session {n} of User {user}."),
    ("systemd[1]", "session-{n}.scope: Consumed {n}.{n}s CPU time."),
    ("kernel", "[{n}.{n}] usb {n}-{n}: new high-speed USB device number {n} using xhci_hcd"),
    ("kernel", '[{n}.{n}] audit: type={n} audit({n}.{n}:{n}): apparmor="DENIED" pid={n}'),
    ("nginx[{n}]", '{n}#{n}: *{n} open() "/srv/www/{path}" failed (2: No such file or directory)'),
    ("app[{n}]", "INFO request {uuid} by {user} took {n} ms"),
    ("app[{n}]", "INFO GET /api/v1/{path} 200 {n} {n}.{n} {ip}"),
    ("app[{n}]", "WARNING: cache {hex} is {n}% full"),
    ("app[{n}]", "ERROR upstream timed out (110) while connecting to {ip}:{n}"),
    ("postfix/smtpd[{n}]", "connect from unknown[{ip}]"),
    ("postfix/qmgr[{n}]", "{hex}: from=<{user}@example.org>, size={n}, nrcpt=1 (queue active)"),
    ("dockerd[{n}]", 'level=info msg="ignoring event" container={hex} module=libcontainerd'),
]
WEIGHTS = [20, 15, 8, 5, 5, 4, 2, 2, 4, 12, 15, 2, 1, 3, 3, 1]


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A log of three days; on the last one line says what no other does."""
    path = tmp_path_factory.mktemp("log") / "messages.log"
    chance = random.Random(19)
    novel = LINES * 9 // 10
    kinds = chance.choices(SAID, WEIGHTS, k=LINES)
    with path.open("w") as file:
        for number, (program, said) in enumerate(kinds):
            stamp = time.strftime("%b %d %H:%M:%S", time.gmtime(BEGIN + number * 3 * DAY // LINES))
            if number == novel:
                program, said = "kernel", NOVEL
            line = f"{program}: {said}".replace("{n}", "{}")
            file.write(f"{stamp} web1 {_filled(line, chance)}\n")
    yield path
    path.unlink()


def _filled(line: str, chance: random.Random) -> str:
    numbers = [chance.randrange(100_000) for _each in range(line.count("{}"))]
    return line.format(
        *numbers,
        user=chance.choice(USERS),
        ip=f"10.{chance.randrange(256)}.{chance.randrange(256)}.{chance.randrange(256)}",
        hex=f"{chance.getrandbits(64):016x}",
        path=f"{chance.choice(USERS)}/{chance.randrange(1000)}.html",
        uuid=uuid.UUID(int=chance.getrandbits(128)),
    )


def ours(log: Path) -> tuple[float, list[Table]]:
    """Returns the CPU time for the messages, and what they are; reading the lines is not in it."""
    found = OpenLog(Host(), str(log))
    messages, spent = Messages(found.lines_form), 0.0
    first = -1
    for step in steps(found):
        if step.batch is not None and len(step.batch):
            first = int(step.batch.times[0]) if first < 0 else first
            before = time.process_time()
            messages.count(step.batch)
            spent += time.process_time() - before
    moment = (BEGIN + 2 * DAY) * 1_000_000
    before = time.process_time()
    tables = messages.tables(Asked("", exact=True), first, moment, moment)
    return spent + time.process_time() - before, tables


def plain(log: Path) -> float:
    """Returns the CPU time for counting lines by their words, their digits put aside."""
    held = log.read_bytes()
    digits = bytes(ord("#") if byte in b"0123456789" else byte for byte in range(256))
    before = time.process_time()
    counts: Counter[tuple[bytes, ...]] = Counter()
    for line in held.translate(digits).split(b"\n"):
        counts[tuple(line.split())] += 1
    return time.process_time() - before


def test_the_messages_of_a_million_lines(log: Path, table: Figures) -> None:
    rounds = [ours(log) for _round in range(ROUNDS)]
    spent = median([seconds for seconds, _tables in rounds])
    peer = median([plain(log) for _round in range(ROUNDS)])
    new, _same, messages = rounds[0][1]
    place = [NOVEL in row.example for row in new.rows].index(True)
    counted = sum(row.figures[0].count for row in messages.rows if row.figures[0])
    met = spent <= 1.5 and place < 3
    kinds = len(messages.rows) + messages.more
    table.row(f"messages of 1,000,000 lines: {kinds}, and the one that is new",
              f"{spent:.2f} s of CPU, number {place + 1} of the new",
              f"split, Counter {peer:.2f} s", f"{spent / peer:.2f}x", "1.5 s, of 3",
              met=met)  # fmt: skip
    assert counted > LINES / 2
    assert met
