"""Services that fail in every way are started again and told of, and nothing else is done."""

from __future__ import annotations

import importlib.util
import json
import subprocess
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from .boot import boot
from .conftest import CHECKOUT as HOST_CHECKOUT
from .debian import CHECKOUT, PATIENCE
from .watched import LOCK, NTH, QUICK, WANTED, Service, crash, install, order, service

if TYPE_CHECKING:
    from collections.abc import Iterator

    from .build import System
    from .debian import Machine

# Where it sees a mail server, its certificate, and what it has taken.
SMTP = "/opt/smtp"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("certificate")
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
         "-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost",
         "-keyout", f"{made}/key", "-out", f"{made}/certificate"],
        check=True, capture_output=True,
    )  # fmt: skip
    made.chmod(0o755)
    for path in made.iterdir():
        path.chmod(0o644)
    return made


@pytest.fixture(scope="module")
def machine(debian: System, certificate: Path) -> Iterator[Machine]:
    binds = [f"--bind-ro={certificate}:{SMTP}/tls"]
    for name in ("aiosmtpd", "attr", "attrs", "public"):
        spec = importlib.util.find_spec(name)
        assert spec is not None
        assert spec.submodule_search_locations is not None
        binds.append(f"--bind-ro={spec.submodule_search_locations[0]}:{SMTP}/lib/{name}")
    with boot(debian, HOST_CHECKOUT, *binds) as booted:
        install(booted)
        yield booted


# It fails


@pytest.mark.parametrize(
    ("name", "end_", "cause"),
    [
        ("segv", "kill -SEGV $$", "SIGSEGV"),
        ("exits", "exit 3", "status 3"),
        ("killed", "kill -KILL $$", "SIGKILL"),
    ],
)
def test_a_crash_is_told_before_all_are_looked_at_and_its_recovery_once(
    machine: Machine, name: str, end_: str, cause: str
) -> None:
    with service(machine, f"once-{name}.service", crash(end_)) as watched:
        # Without it nobody looks but who is told by systemd.
        machine.output(["systemctl", "stop", "sysgui-watch.timer", "sysgui-watch.service"])
        watched.systemctl("start")
        assert cause in watched.await_event("failed").cause
        watched.await_running()
        watched.sweep()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        # systemd counts anew, so that the next time it waits a short time again.
        assert watched.show("NRestarts") == "0"


AGAIN = "sysgui-again@loop.service.service"


def test_a_loop_of_crashes_is_given_up_and_told_so_and_well_again_when_it_is_mended(
    machine: Machine,
) -> None:
    # Nobody can have seen it run for so long before it is mended.
    with service(machine, "loop.service", "echo trouble; exit 1", grace=5) as watched:
        watched.systemctl("start")
        if machine.release == "bookworm":
            # It cannot wait longer and longer by itself: a timer starts it again, three times.
            for round_ in (1, 2, 3):
                watched.await_event("later", round_)
                timer = f"sysgui-again-{(10, 60, 300)[round_ - 1]}@loop.service.timer"
                # On a busy machine it may have done so already.
                elapsed = f"journalctl -q -u {timer} | grep -q Deactivated"
                waiting = f"until systemctl -q is-active {timer} || {elapsed}; do sleep 0.2; done"
                machine.output(["sh", "-c", waiting])
                again = f"! systemctl -q is-active {timer} || systemctl start {AGAIN}"
                machine.output(["sh", "-c", again])
        event = watched.await_event("given-up")
        assert event.told
        assert event.failures == (16 if machine.release == "bookworm" else 4)
        assert watched.show("ActiveState") == "failed"
        watched.sweep()
        assert watched.told() == ["failed", "given-up"]
        # At its start limit not even systemctl starts it.
        machine.write("/etc/systemd/system/loop.service", "[Service]\nExecStart=sleep 1000\n")
        machine.output(["systemctl", "daemon-reload"])
        machine.output(["systemctl", "start", "sysgui-again@loop.service.service"])
        watched.await_running()
        since = "$(systemctl show -P ActiveEnterTimestampMonotonic loop.service)"
        ran = f"$(($(cut -d. -f1 /proc/uptime) - {since} / 1000000))"
        machine.output(["sh", "-c", f"until [ {ran} -gt 6 ]; do sleep 0.2; done"], timeout=PATIENCE)
        watched.sweep()
        assert watched.told() == ["failed", "given-up", "recovered"]


def test_a_hundred_crashes_are_three_messages_at_most(machine: Machine) -> None:
    script = NTH + "[ $n -gt 100 ] || exit 1; exec sleep 1000"
    quick = "[Service]\nRestartSec=5ms\nRestartSteps=0\n[Unit]\nStartLimitIntervalSec=0\n"
    with service(machine, "hundred.service", script, quick=quick, grace=3600) as watched:
        watched.systemctl("start")
        watched.await_run(101)
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed"]
        memory = json.loads(machine.read("/var/lib/sysgui/watches/hundred.service.json"))
        assert memory["failures"] == int(watched.show("NRestarts")) >= 100
    script = script.replace("-gt 100", "-gt 20")
    with service(machine, "flapping.service", script, quick=quick) as watched:
        watched.systemctl("start")
        watched.await_run(21)
        watched.sweep()
        assert 1 <= len(watched.told()) <= 3


# Has systemd forget failures, and looks what became of the unit at once, or when it is gone.
FORGET = """
import subprocess, sys
from sysgui.watch import alert
unit, its, late = sys.argv[1:]
show, state = alert.show, ["systemctl", "show", "-P", "SubState", unit]
def shown(*asked):
    if late == "True":
        open("/run/let-go", "w").close()
        while subprocess.run(state, capture_output=True).stdout != b"dead\\n":
            pass
    return show(*asked)
alert.show = shown
alert._act(unit, "reset", its)
"""


@pytest.mark.parametrize("late", [False, True])
def test_what_fails_while_failures_are_forgotten_is_started_again(
    machine: Machine, late: bool
) -> None:
    script = NTH + "[ $n -gt 1 ] || exit 1; exec sleep 1000"
    held = "ExecStopPost=/bin/sh -c 'until [ -e /run/let-go ]; do sleep 0.1; done'"
    with service(machine, "midst.service", script, settings=held, grace=3600) as watched:
        # If it ends before systemd has seen it begin, it is waited for until it has been let go.
        watched.systemctl("start", "--no-block")
        watched.await_sub("stop-post")
        env = {"PYTHONPATH": CHECKOUT, "PYTHONDONTWRITEBYTECODE": "1"}
        its = watched.show("InvocationID")
        words = ["/usr/bin/python3", "-c", FORGET, watched.name, its, str(late)]
        machine.output(words, env=env)
        machine.output(["touch", "/run/let-go"])
        watched.await_run(2)
        watched.await_running()
    machine.output(["rm", "/run/let-go"])


def test_what_hangs_and_has_a_watchdog_is_ended_and_started_again(machine: Machine) -> None:
    # Neither gives a sign of life; of the second one systemd expects none for an hour.
    patient = "[ $n = 1 ] || systemd-notify WATCHDOG_USEC=3600000000; "
    script = f"{NTH}{patient}systemd-notify --ready; exec sleep 1000"
    settings = "NotifyAccess=all\nWatchdogSec=2s\nTimeoutAbortSec=1s"
    with service(machine, "dog.service", script, settings=settings) as watched:
        machine.output(["sed", "-i", "s/Type=exec/Type=notify/", "/etc/systemd/system/dog.service"])
        machine.output(["systemctl", "daemon-reload"])
        watched.systemctl("start")
        event = watched.await_event("failed")
        assert "no sign of life" in event.cause
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]


# What systemd says of each time that a unit was started, and that it failed.
STARTED, FAILED = "39f53479d3a045ac8e11786248231fbf", "d9b373ed55a64feb8242e02dbe79a49c"


def count(machine: Machine, message: str, unit: str) -> int:
    match = [f"MESSAGE_ID={message}", f"UNIT={unit}", "_PID=1"]
    return len(machine.output(["journalctl", "-q", "-o", "cat", *match]).splitlines())


# A probe waits for what starts as long as that may take: here it is not waited for.
AT_ONCE = "TimeoutStartSec=infinity"

# The first one takes connections and says nothing; the next one answers.
SILENT = """
import http.server, os, socketserver, sys, time
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        if not os.path.exists("/run/silent.flag"):
            open("/run/silent.flag", "w").close()
            time.sleep(1000)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"all is well")
http.server.ThreadingHTTPServer(("127.0.0.1", 8099), Handler).serve_forever()
"""


def test_what_hangs_without_a_watchdog_is_found_by_a_probe_and_restarted(machine: Machine) -> None:
    machine.write("/opt/silent.py", SILENT)
    script = "exec python3 /opt/silent.py"
    # It is tried when it takes connections, and not by a timer, which may come before that.
    probe = {"probe": "http", "port": 8099, "path": "/", "text": "is%20well", "tries": 1,
             "timeout": 2, "every": 3600}  # fmt: skip
    unit = "sysgui-probe@silent.service.service"
    with service(machine, "silent.service", script, settings=AT_ONCE, **probe) as w:
        w.systemctl("start")
        first = w.show("InvocationID")
        w.await_port(8099)
        machine.run(["systemctl", "start", unit])
        event = w.await_event("failed")
        assert "does not answer in time" in event.cause
        assert w.await_event("restarted").at >= event.at
        while "recovered" not in w.told():
            w.await_another(first)
            w.await_port(8099)
            machine.run(["systemctl", "start", unit])
            w.sweep()
        assert w.told() == ["failed", "recovered"]
        assert w.show("InvocationID") != first
        # On a busy machine the next one may be late, too: it is started again for each time.
        restarts = [event.kind for event in w.events()].count("restarted")
        failures = count(machine, FAILED, unit)
        assert restarts == count(machine, STARTED, "silent.service") - 1
        assert 1 <= restarts <= failures


SECURE = """
import http.server, ssl
server = http.server.ThreadingHTTPServer(("127.0.0.1", 8443), http.server.SimpleHTTPRequestHandler)
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.load_cert_chain("/opt/smtp/tls/certificate", "/opt/smtp/tls/key")
server.socket = context.wrap_socket(server.socket, server_side=True)
server.serve_forever()
"""


def test_a_certificate_that_is_signed_by_itself_is_told_and_a_trusted_one_is_well(
    machine: Machine,
) -> None:
    machine.write("/opt/secure.py", SECURE)
    unit = "sysgui-probe@secure.service.service"
    trust = f"[Service]\nEnvironment=SSL_CERT_FILE={SMTP}/tls/certificate\n"
    probe = {"probe": "https", "port": 8443, "tries": 1, "every": 3600}
    with service(machine, "secure.service", "exec python3 /opt/secure.py", settings=AT_ONCE,
                 restart="no", **probe) as watched:  # fmt: skip
        watched.systemctl("start")
        watched.await_port(8443)
        machine.run(["systemctl", "start", unit])
        assert "signed by itself" in watched.await_event("failed").cause
        machine.write(f"/run/systemd/system/{unit}.d/test.conf", trust)
        machine.output(["systemctl", "daemon-reload"])
        machine.output(["systemctl", "start", unit])
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        machine.output(["rm", "-r", f"/run/systemd/system/{unit}.d"])


def test_a_file_that_is_not_written_any_more_is_found(machine: Machine) -> None:
    machine.write("/root/only/root/sees", "x")
    machine.output(["chmod", "700", "/root/only"])
    probe = {"probe": "file", "path": "/root/only/root/sees", "age": 60, "tries": 1, "every": 3600}
    unit = "sysgui-probe@writes.service.service"
    with service(machine, "writes.service", settings=AT_ONCE, restart="no", **probe) as watched:
        watched.systemctl("start")
        machine.output(["touch", "/root/only/root/sees"])
        machine.output(["systemctl", "start", unit])
        assert machine.output(["systemctl", "show", "-P", "ExecMainStatus", unit]) == "0\n"
        machine.output(["touch", "-d", "2 hours ago", "/root/only/root/sees"])
        assert machine.run(["systemctl", "start", unit]).returncode != 0
        assert "not been written" in watched.await_event("failed").cause
        machine.output(["touch", "/root/only/root/sees"])
        machine.output(["systemctl", "start", unit])
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        assert watched.show("NRestarts") == "0"


# It is wanted so


def test_what_ends_by_itself_without_an_error_stays_so(machine: Machine) -> None:
    with service(machine, "ends.service", "exit 0") as watched:
        watched.systemctl("start")
        watched.await_sub("dead")
        watched.sweep()
        assert watched.show("ActiveState") == "inactive"
        assert watched.events() == []


def test_what_is_kept_running_is_started_again_though_it_ends_without_an_error(
    machine: Machine,
) -> None:
    script = NTH + "[ $n -gt 1 ] || exit 0; exec sleep 1000"
    with service(machine, "kept.service", script, always="yes") as watched:
        watched.systemctl("start")
        watched.await_run(2)
        watched.await_running()
        watched.sweep()
        assert watched.told() == []
        watched.systemctl("stop")
        watched.sweep()
        assert watched.show("ActiveState") == "inactive"
        assert watched.told() == []
        assert machine.read("/run/kept.flag") == "2\n"


@pytest.mark.parametrize("verb", ["stop", "disable --now", "mask --now"])
def test_what_an_administrator_has_stopped_stays_so(machine: Machine, verb: str) -> None:
    name = f"wanted-{verb.partition(' ')[0]}.service"
    settings = "[Install]\nWantedBy=multi-user.target"
    with service(machine, name, settings=settings) as watched:
        watched.systemctl("enable", "--now")
        if verb.startswith("mask"):
            machine.output(["mv", f"/etc/systemd/system/{name}", f"/usr/lib/systemd/system/{name}"])
        watched.systemctl(*verb.split())
        watched.sweep()
        assert watched.show("ActiveState") == "inactive"
        assert watched.events() == []
        if verb.startswith("mask"):
            watched.systemctl("unmask")
            machine.output(["rm", f"/usr/lib/systemd/system/{name}"])


def test_what_is_stopped_while_it_waits_to_be_started_again_stays_so(machine: Machine) -> None:
    quick = "[Service]\nRestartSec=1000s\nRestartSteps=0\nRestartMaxDelaySec=1001s\n"
    if machine.release == "bookworm":
        quick = "[Service]\nRestartSec=1000s\n"
    with service(machine, "waits.service", "exit 1", quick=quick) as watched:
        watched.systemctl("start")
        watched.await_event("failed")
        watched.await_sub("auto-restart")
        watched.systemctl("stop")
        watched.sweep()
        watched.sweep()
        assert watched.show("ActiveState") == "inactive"
        assert watched.told() == ["failed"]


@pytest.mark.parametrize(
    ("name", "script", "settings"),
    [
        # As Java ends when it is told to; and what does not hear that it should.
        ("ends-badly", "trap : TERM; sleep 1000 & touch {flag}; wait; exit 143", ""),
        ("deaf", 'trap "" TERM; touch {flag}; while :; do sleep 1; done', "TimeoutStopSec=1s"),
    ],
)
def test_what_is_stopped_may_end_badly_and_stays_so(
    machine: Machine, name: str, script: str, settings: str
) -> None:
    with service(machine, f"{name}.service", script, settings=settings) as watched:
        watched.systemctl("start")
        flag = f"until [ -e /run/{name}.flag ]; do sleep 0.1; done"
        machine.output(["sh", "-c", flag], timeout=PATIENCE)
        watched.systemctl("stop")
        watched.sweep()
        watched.sweep()
        assert watched.show("ActiveState") == "failed"
        assert watched.events() == []
        # Nor is it only to be started later.
        timers = ["systemctl", "list-timers", "--plain", "--no-legend", "sysgui-again-*"]
        assert machine.output(timers) == ""


def test_what_is_always_restarted_by_itself_is_told_of_as_well(machine: Machine) -> None:
    # So quickly that nobody can see it between two runs.
    quick = QUICK.replace("50ms", "1ms")
    settings = "Restart=always"
    script = NTH + "[ $n != 2 ] || exit 9; [ $n -gt 2 ] || exit 0; exec sleep 1000"
    with service(machine, "kept.service", script, settings=settings, quick=quick) as watched:
        watched.systemctl("start")
        watched.await_run(3)
        watched.await_running()
        watched.sweep()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]
        assert "status 9" in watched.events()[0].cause


def test_what_failed_before_it_was_watched_is_no_news(machine: Machine) -> None:
    text = "[Service]\nExecStart=sleep 1000\nRestart=on-failure\nRestartSec=1ms\n"
    machine.write("/etc/systemd/system/before.service", text)
    machine.output(["systemctl", "daemon-reload"])
    before = Service(machine, "before.service")
    before.systemctl("start")
    before.systemctl("kill", "--signal=KILL")
    counted = 'until [ "$(systemctl show -P NRestarts before.service)" = 1 ]; do sleep 0.1; done'
    machine.output(["sh", "-c", counted], timeout=PATIENCE)
    order(machine, "watch-set", before.name, arguments=WANTED)
    before.sweep()
    before.sweep()
    assert before.events() == []
    order(machine, "watch-remove", before.name)
    before.systemctl("stop")
    machine.output(["rm", "/etc/systemd/system/before.service"])


def test_what_is_stopped_while_a_timer_waits_to_start_it_stays_so(machine: Machine) -> None:
    timer = "sysgui-again-10@later.service.timer"
    # So late that also a busy machine sees it wait.
    late = "[Timer]\nOnActiveSec=\nOnActiveSec=1h\n"
    machine.write(f"/run/systemd/system/{timer}.d/late.conf", late)
    # It has failed as long as nobody can have seen it run for an hour.
    with service(machine, "later.service", "exit 1", grace=3600) as watched:
        watched.systemctl("start")
        if machine.release != "bookworm":
            watched.await_event("given-up")  # systemd waits by itself, and this is the end of it.
            return
        watched.await_event("later")
        machine.output(["sh", "-c", f"until systemctl -q is-active {timer}; do :; done"])
        watched.systemctl("stop")
        assert machine.run(["systemctl", "is-active", timer]).stdout == "inactive\n"
        watched.sweep()
        watched.sweep()
        assert watched.told() == ["failed"]
        assert [event.kind for event in watched.events()].count("later") == 1


def test_a_oneshot_is_well_when_it_has_ended_well(machine: Machine) -> None:
    script = NTH + "[ $n != 2 ]"
    with service(
        machine, "job.service", script, settings="Type=oneshot", restart="no", quick=""
    ) as watched:
        watched.systemctl("start")
        watched.sweep()
        assert watched.events() == []
        watched.systemctl("start")
        assert "status 1" in watched.await_event("given-up").cause
        watched.systemctl("start")
        watched.await_event("recovered")
        assert watched.told() == ["given-up", "recovered"]


def test_an_instance_of_a_template_with_an_odd_name_is_watched(machine: Machine) -> None:
    with service(machine, r"odd@a\x2db-c:d.service", crash()) as watched:
        watched.systemctl("start")
        watched.await_event("failed")
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]


def test_what_its_socket_starts_may_rest_and_may_not_crash(machine: Machine) -> None:
    socket = "[Socket]\nListenStream=/run/socketed.sock\n"
    machine.write("/etc/systemd/system/socketed.socket", socket)
    script = NTH + "[ $n != 1 ] || exit 0; [ $n != 2 ] || exit 7; exec sleep 1000"
    with service(machine, "socketed.service", script) as watched:
        machine.output(["systemctl", "start", "socketed.socket"])
        watched.sweep()
        assert (watched.show("ActiveState"), watched.events()) == ("inactive", [])
        watched.systemctl("start")
        watched.await_sub("dead")
        watched.sweep()
        assert watched.events() == []
        watched.systemctl("start")
        assert "status 7" in watched.await_event("failed").cause
        machine.output(["systemctl", "stop", "socketed.socket"])
        machine.output(["rm", "/etc/systemd/system/socketed.socket"])


def test_what_cannot_start_because_another_failed_is_told(machine: Machine) -> None:
    machine.write(
        "/etc/systemd/system/needed.service",
        "[Service]\nType=oneshot\nRemainAfterExit=yes\nExecStart=/bin/test -e /run/needed\n",
    )
    unit = "Requires=needed.service\nAfter=needed.service"
    with service(machine, "needs.service", unit=unit) as watched:
        watched.systemctl("start")
        event = watched.await_event("given-up")
        assert "something that it needs" in event.cause
        watched.sweep()
        assert watched.show("ActiveState") == "inactive"
        machine.write("/run/needed", "")
        watched.systemctl("start")
        watched.sweep()
        assert watched.told() == ["given-up", "recovered"]
        machine.output(["rm", "/run/needed", "/etc/systemd/system/needed.service"])


def test_a_unit_file_that_was_removed_is_told_once(machine: Machine) -> None:
    with service(machine, "removed.service") as watched:
        watched.systemctl("start")
        watched.systemctl("stop")
        machine.output(["rm", "/etc/systemd/system/removed.service"])
        machine.output(["systemctl", "daemon-reload"])
        watched.sweep()
        watched.sweep()
        assert watched.told() == ["missing"]


def test_a_unit_file_that_was_removed_after_it_failed_is_told_as_well(machine: Machine) -> None:
    with service(machine, "broken.service", "exit 4", grace=3600) as watched:
        watched.systemctl("start")
        watched.await_event("later" if machine.release == "bookworm" else "given-up")
        machine.output(["rm", "/etc/systemd/system/broken.service"])
        machine.output(["systemctl", "daemon-reload"])
        watched.sweep()
        watched.sweep()
        assert watched.told()[-1] == "missing"


def test_systemd_may_read_its_files_anew_and_begin_anew_in_between(machine: Machine) -> None:
    quick = QUICK.replace("50ms", "3s")
    with service(machine, "reloaded.service", crash(), quick=quick) as watched:
        watched.systemctl("start")
        watched.await_event("failed")
        machine.output(["systemctl", "daemon-reload"])
        machine.output(["systemctl", "daemon-reexec"])
        watched.await_running()
        watched.sweep()
        assert watched.told() == ["failed", "recovered"]


def test_no_clock_that_can_be_set_has_to_do_with_it(machine: Machine) -> None:
    for unit in ("sysgui-watch.timer", "sysgui-probe@x.service.timer"):
        assert machine.output(["systemctl", "show", "-P", "TimersMonotonic", unit]).strip()
        assert machine.output(["systemctl", "show", "-P", "TimersCalendar", unit]).strip() == ""


# Nothing is left


def test_the_end_of_a_watch_leaves_the_machine_as_it_was(machine: Machine) -> None:
    places = "/etc /var/lib /run/systemd/system /run/systemd/transient"
    # What there is not before must not be there after.
    script = f"find {places} -xdev -not -path '/var/lib/systemd/*' -printf '%p %m %l\\n' 2>&1"
    listing = ["sh", "-c", f"{script} || true"]
    machine.write("/etc/systemd/system/plain.service", "[Service]\nExecStart=/bin/false\n")
    machine.output(["systemctl", "daemon-reload"])
    before = sorted(machine.output(listing).splitlines())
    cat = machine.output(["systemctl", "cat", "plain.service", "nginx.service"])
    wanted = {**WANTED, "notify": "yes", "probe": "tcp", "port": 80}
    for unit in ("plain.service", "nginx.service"):
        answer = order(machine, "watch-set", unit, arguments=wanted)
        assert answer["frames"][-1]["code"] == "done"
    assert sorted(machine.output(listing).splitlines()) != before
    watched = Service(machine, "plain.service")
    watched.systemctl("start")
    watched.await_event("failed")
    answer = order(machine, "watch-remove", "plain.service", "nginx.service")
    assert answer["frames"][-1]["code"] == "done"
    # What was asked for just before may be started just after.
    late = [f"sysgui-{each}@plain.service.service" for each in ("alert", "look", "again")]
    machine.output(["systemctl", "start", *late])
    assert sorted(machine.output(listing).splitlines()) == before
    assert machine.output(["systemctl", "cat", "plain.service", "nginx.service"]) == cat
    loaded = machine.output(["systemctl", "list-units", "--plain", "--no-legend", "sysgui-*"])
    assert loaded == ""
    machine.output(["rm", "/etc/systemd/system/plain.service"])
    machine.output(["systemctl", "daemon-reload"])
    machine.run(["systemctl", "reset-failed", "plain.service"])


def test_all_of_it_is_done_and_seen_from_the_command_line(machine: Machine) -> None:
    def sysgui(*words: str, status: int = 0, user: str = "root") -> str:
        done = machine.sysgui("watch", *words, user=user)
        assert done.returncode == status, done.stderr
        return done.stdout

    assert sysgui("list", status=1) == ""
    previewed = sysgui("add", "nginx", "--http", "80", "--text", "Welcome to nginx", "--preview")
    assert "    OnFailure=sysgui-alert@%n.service" in previewed.splitlines()
    assert sysgui("list", status=1) == ""
    sysgui(
        "add", "nginx", "--http", "80", "--text", "Welcome to nginx", "--grace", "0", "--no-mail"
    )
    (line,) = sysgui("list", "--json", user="alice").splitlines()
    watch = json.loads(line)
    assert (watch["unit"], watch["active"], watch["mail"]) == ("nginx.service", "active", False)
    assert watch["probe"]["text"] == "Welcome to nginx"
    # An alias leads to the service itself; of one that is not there it is said.
    sysgui("add", "sshd", "--no-mail")
    assert "ssh.service" in sysgui("list", user="alice")
    assert machine.sysgui("watch", "add", "nowhere").returncode == 1
    # One of a single process: not every container lets systemd end what others have left.
    sysgui("add", "cron", "--no-mail", "--grace", "0")
    cron = Service(machine, "cron.service")
    machine.output(["kill", "-KILL", cron.show("MainPID")])
    cron.await_event("failed")
    cron.await_running()
    assert "SIGKILL" in sysgui("history", "cron")
    sysgui("remove", "nginx", "ssh", "cron")
    assert sysgui("list", status=1) == ""


# Mail


@contextmanager
def mail_server(machine: Machine) -> Iterator[None]:
    words = ["systemd-run", "--quiet", "--unit=smtp", "--property=Type=notify",
             "--property=NotifyAccess=all", f"--setenv=PYTHONPATH={SMTP}/lib",
             "/usr/bin/python3", f"{CHECKOUT}/tests/machine/smtp.py", "2525",
             f"{SMTP}/tls/certificate", f"{SMTP}/tls/key", "me", "/root/password",
             "/root/taken"]  # fmt: skip
    machine.write("/root/password", "correct horse", mode=0o600)
    machine.output(words)
    try:
        yield
    finally:
        machine.output(["systemctl", "stop", "smtp"])


def taken(machine: Machine) -> list[dict[str, Any]]:
    said = machine.run(["cat", "/root/taken"]).stdout
    return [json.loads(line) for line in said.splitlines()]


@pytest.fixture
def mailed(machine: Machine) -> Iterator[Machine]:
    """A machine whose mail goes to a server of its own."""
    trust = f"[Service]\nEnvironment=SSL_CERT_FILE={SMTP}/tls/certificate\n"
    machine.write("/run/systemd/system/sysgui-mail.service.d/test.conf", trust)
    machine.output(["systemctl", "daemon-reload"])
    answer = order(
        machine, "watch-mail", "localhost:2525",
        arguments={"security": "starttls", "user": "me", "from": "root@machine.example",
                   "to": "a@example.org,b@example.org"},
        secret={"password": "correct horse"},
    )  # fmt: skip
    assert answer["frames"][-1]["code"] == "done"
    yield machine
    assert order(machine, "watch-mail", "off")["frames"][-1]["code"] == "done"
    machine.output(["rm", "-rf", "/root/taken", "/run/systemd/system/sysgui-mail.service.d"])
    machine.output(["systemctl", "daemon-reload"])


def test_a_test_message_arrives_and_the_password_is_nowhere(mailed: Machine) -> None:
    assert mailed.output(["stat", "-c", "%a %U", "/etc/sysgui/mail.json"]) == "600 root\n"
    refused = order(mailed, "watch-test", "localhost:2525")
    assert refused["frames"][-1]["code"] == "failed"
    status = json.loads(mailed.output(["cat", "/var/lib/sysgui/mail.json"], user="alice"))
    assert "refused" in status["error"]
    with mail_server(mailed):
        assert order(mailed, "watch-test", "localhost:2525")["frames"][-1]["code"] == "done"
    (message,) = taken(mailed)
    assert (message["secure"], message["known"]) == (True, True)
    assert message["to"] == ["a@example.org", "b@example.org"]
    assert "Subject: [debian] A test" in message["text"]
    mailed.output(["journalctl", "--sync"])
    assert "correct horse" not in mailed.output(["journalctl", "-q", "-b", "-o", "export"])


def test_what_no_server_takes_waits_and_is_sent_once(mailed: Machine) -> None:
    with service(mailed, "mails.service", "echo my last words; exit 9", mail="yes", restart="no",
                 quick="") as watched:  # fmt: skip
        watched.systemctl("start")
        watched.await_event("given-up")
        watched.sweep()
        mailed.output(["systemctl", "start", "sysgui-watch.service"])
        mailed.run(["systemctl", "start", "sysgui-mail.service"])  # Still nobody there.
        status = json.loads(mailed.output(["cat", "/var/lib/sysgui/mail.json"], user="alice"))
        assert (status["waiting"], "refused" in status["error"]) == (1, True)
        assert mailed.run(["ls", "/var/lib/sysgui/spool"], user="alice").returncode != 0
        with mail_server(mailed):
            for _each in range(3):
                mailed.run(["systemctl", "start", "sysgui-mail.service"])
        status = json.loads(mailed.read("/var/lib/sysgui/mail.json"))
        assert (status["waiting"], status["error"]) == (0, "")
        (message,) = taken(mailed)
        text = message["text"]
        assert "Subject: [debian] mails.service has failed, and is not started again" in text
        assert "ended with status 9" in text
        assert "my last words" in text
        assert "Machine:   debian" in text


def test_the_last_words_are_told_of_what_had_ended_before_the_journal_saw_who_it_was(
    mailed: Machine,
) -> None:
    def to_journald(signal: str) -> None:
        script = 'kill -"$1" "$(systemctl show -P MainPID systemd-journald.service)"'
        mailed.output(["sh", "-c", script, "sh", signal])

    # As long as it has the lock, nobody looks at any unit.
    held = f"mkdir -p {Path(LOCK).parent}; exec flock {LOCK} sh -c 'echo held; cat'"
    with (
        service(mailed, "brief.service", "echo my last words; exit 9", mail="yes", restart="no",
                quick="", settings="Type=oneshot") as watched,
        mailed.spawn(["sh", "-c", held]) as keeper,
    ):  # fmt: skip
        assert keeper.stdout is not None
        assert keeper.stdout.readline() == "held\n"
        to_journald("STOP")
        try:
            watched.systemctl("start")
        finally:
            to_journald("CONT")
            keeper.communicate(timeout=PATIENCE)
        watched.await_event("given-up")
        match = ["_SYSTEMD_UNIT=brief.service", "--output=json"]
        assert "INVOCATION_ID" not in mailed.output(["journalctl", "--quiet", *match])
        body = ["sh", "-c", "until cat /var/lib/sysgui/spool/*; do :; done"]
        assert "my last words" in mailed.output(body)


def test_a_user_who_asked_for_it_is_told_on_his_desktop(machine: Machine) -> None:
    # A desktop of the test's own: it takes the place of the one program that asks the bus.
    fake = "#!/bin/sh\nprintf '%s\\n' \"$*\" >>/home/alice/shown\n"
    machine.write("/opt/busctl", fake, mode=0o755)
    machine.output(["mount", "--bind", "/opt/busctl", "/usr/bin/busctl"])
    machine.output(["install", "-d", "-o", "alice", "/home/alice/state"])
    run = ["/usr/libexec/sysgui/notify"]
    env = {"STATE_DIRECTORY": "/home/alice/state"}
    try:
        with service(machine, "shown.service", "exit 1", restart="no", notify="yes",
                     quick="") as watched:  # fmt: skip
            machine.output(run, user="alice", env=env)  # What was before is nothing new.
            watched.systemctl("start")
            watched.await_event("given-up")
            machine.output(run, user="alice", env=env)
            machine.output(run, user="alice", env=env)
    finally:
        machine.output(["umount", "/usr/bin/busctl"])
    (shown,) = machine.read("/home/alice/shown").splitlines()
    assert "shown.service has failed, and is not started again" in shown
    assert "org.freedesktop.Notifications Notify susssasa{sv}i" in shown
