"""The way to root, with a program of the tests' behind the door instead of pkexec and helper."""

import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from roots.doors import NO_AGENT, OBEDIENT, Door

from sysgui.helper.grammar import quoted as quoted_by_the_helper
from sysgui.helper.operation import MOST_TARGETS as MOST_OF_THE_HELPER
from sysgui.system.elevation import (
    HELPER,
    MOST_TARGETS,
    Errand,
    Errands,
    Frame,
    Item,
    Order,
    Piece,
    Plan,
    Result,
    explain_item,
    quoted,
)
from sysgui.system.host import Host
from sysgui.system.problem import Problem
from sysgui.system.transport import PKEXEC, RUN0

ORDER = Order("process-signal", ["7:8:x"], {"signal": "TERM"})


def problem_of(host: Host, order: Order = ORDER) -> Problem:
    with pytest.raises(Problem) as caught:
        Errand(host, order).run()
    return caught.value


def test_what_is_agreed_to_is_done() -> None:
    host = Door(OBEDIENT)
    seen: list[Plan] = []
    frames = Errand(host, ORDER).run(lambda plan: not seen.append(plan))  # type: ignore[func-returns-value]
    assert frames == [Plan("abc", [{"pid": 7}]), Item("7:8:x", "done"), Result("done")]
    assert seen == [Plan("abc", [{"pid": 7}])]
    assert host.started == [
        [PKEXEC, "--disable-internal-agent", HELPER, "process-signal", "signal=TERM", "7:8:x"]
    ]


def test_what_is_not_agreed_to_is_not_done() -> None:
    with pytest.raises(Problem) as caught:
        Errand(Door(OBEDIENT), ORDER).run(lambda _plan: False)
    assert caught.value.code == "cancelled"


PLANNED = """
import sys
sys.stdin.readline()
items = '[{"target":"a","size":7,"names":[]},{"target":"b"}]'
print('{"frame":"plan","digest":"abc","items":' + items + '}', flush=True)
if "abc" in sys.stdin.readline():
    print('{"frame":"result","code":"done"}')
"""


@pytest.mark.parametrize(
    ("expected", "changed"),
    [
        ({}, ""), ({"a": {"size": 7}}, ""), ({"b": {}}, ""),
        ({"a": {"size": 8}}, "a"), ({"a": {"size": 7}, "b": {"size": 7}}, "b"),
        ({"c": {"size": 7}}, "c"),
    ],
)  # fmt: skip
def test_what_is_not_as_it_was_expected_is_left_alone(
    expected: dict[str, dict[str, int]], changed: str
) -> None:
    order = Order("file-read", ["a", "b"], expected=expected)
    if changed:
        problem = problem_of(Door(PLANNED), order)
        assert (problem.code, problem.hint) == ("changed", f"({changed})")
    else:
        assert Errand(Door(PLANNED), order).run()[-1] == Result("done")


def test_lists_stand_on_the_command_line_as_the_helper_writes_them() -> None:
    host = Door(OBEDIENT)
    Errand(host, Order("process-adjust", ["7:8:x"], {"nice": 3, "affinity": [0, 1, 2, 5]})).run()
    assert host.started[0][-3:] == ["nice=3", "affinity=0-2,5", "7:8:x"]


# It says what it was told, in the place where a refusal names what it is about.
ECHO = """
import json, sys
told = json.loads(sys.stdin.readline())["arguments"]
print(json.dumps({"frame": "error", "code": "grammar", "field": json.dumps(told)}))
"""


def test_a_secret_is_told_to_the_helper_and_stands_on_no_command_line() -> None:
    host = Door(ECHO)
    order = Order("watch-mail", ["a:25"], {"user": "me"}, {"password": "correct horse"})
    problem = problem_of(host, order)
    assert problem.hint == '({"user": "me", "password": "correct horse"})'
    assert host.started[0][-3:] == ["watch-mail", "user=me", "a:25"]


@pytest.mark.parametrize(
    ("script", "code"),
    [
        ("raise SystemExit(126)", "dismissed"),
        ("raise SystemExit(127)", "refused"),
        (
            NO_AGENT,
            "no-agent",
        ),
        ("raise SystemExit(1)", "helper-ended"),
        ("import os; os.kill(os.getpid(), 9)", "helper-ended"),
        ("print('nonsense')", "helper-nonsense"),
        ('print(\'{"frame":"other"}\')', "helper-nonsense"),
        ('print(\'{"frame":"error","code":"gone","field":"7:8:x"}\')', "gone"),
        ('print(\'{"frame":"error","code":"no-audit"}\')', "no-audit"),
        ('print(\'{"frame":"error","code":"timeout"}\')', "timeout"),
        ('print(\'{"frame":"error","code":"of the future"}\')', "of the future"),
    ],
)
def test_each_way_in_which_it_fails_is_told_apart(script: str, code: str) -> None:
    problem = problem_of(Door(script))
    assert problem.code == code
    assert problem.message


# What they said on Debian 12 and 13 in each case (tests/machine/test_prompts.py has them say it).
PKEXEC_SAYS = "Error executing command as another user: "
RUN0_SAYS = "Failed to start transient service unit: "


@pytest.mark.parametrize(
    ("way", "status", "said", "code"),
    [
        (PKEXEC, 126, PKEXEC_SAYS + "Request dismissed\n", "dismissed"),
        (
            PKEXEC,
            127,
            PKEXEC_SAYS + "Not authorized\n\nThis incident has been reported.\n",
            "refused",
        ),
        (PKEXEC, 127, PKEXEC_SAYS + "No authentication agent found.\n", "no-agent"),
        (
            PKEXEC,
            127,
            "Error getting authority: Error initializing authority: Error calling ….\n",
            "not-asked",
        ),
        (PKEXEC, 127, f"Error accessing {HELPER}: No such file or directory\n", "not-asked"),
        (RUN0, 1, RUN0_SAYS + "Access denied\n", "refused"),
        (RUN0, 1, RUN0_SAYS + "Interactive authentication required.\n", "no-agent"),
        (RUN0, 1, RUN0_SAYS + "Connection timed out\n", "timeout"),
        (RUN0, 1, RUN0_SAYS + "Method call timed out\n", "timeout"),
        (RUN0, 1, RUN0_SAYS + "Unit polkit.service is masked.\n", "not-asked"),
        (RUN0, -9, "", "helper-ended"),
    ],
)
def test_why_it_was_not_started_is_told_apart(way: str, status: int, said: str, code: str) -> None:
    end = "os.kill(os.getpid(), 9)" if status < 0 else f"os._exit({status})"
    script = f"import os, sys; sys.stderr.write({said!r}); sys.stderr.flush(); {end}"
    problem = problem_of(Door(script, there=(HELPER, way)))
    assert problem.code == code
    if code == "helper-ended":
        return
    assert "Nothing was done." in f"{problem.message} {problem.hint}"
    assert ("ssh" in problem.hint) == (code == "refused")
    if code == "not-asked":
        assert problem.hint == said.strip()


def test_what_is_said_by_who_could_not_ask_cannot_act_on_a_terminal() -> None:
    said = "Error: \x1b[31m\u202eunit\nand more\n"
    script = f"import os; os.write(2, {said.encode()!r}); os._exit(127)"
    assert problem_of(Door(script)).hint == "Error: \\x1b[31m\\u202eunit"


def test_a_prompt_can_be_cancelled_while_it_is_open() -> None:
    # As pkexec: it neither reads nor answers until it is signalled.
    host = Door("import time; time.sleep(1000)")
    errand = Errand(host, ORDER)
    threading.Timer(0.05, errand.cancel).start()
    with pytest.raises(Problem) as caught:
        errand.run()
    assert caught.value.code == "cancelled"


def test_a_stream_comes_as_it_is_taken_and_ends_where_it_is_cancelled() -> None:
    # It goes on for ever, whatever becomes of its input: only that nobody reads ends it.
    endless = """
while True:
    print('{"frame":"piece","facts":{"data":"x"}}', flush=True)
"""
    errand = Errand(Door(endless), Order("file-read", ["/var/log/syslog"]))
    frames = errand.stream()
    assert [next(frames) for _several in range(1000)] == [Piece({"data": "x"})] * 1000
    errand.cancel()
    with pytest.raises(Problem) as caught:
        list(frames)
    assert caught.value.code == "cancelled"


# Applies its plan, but waits after the first target until its caller has gone; then it ends so.
SLOW = """
import os, sys
sys.stdin.readline()
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
sys.stdin.readline()
print('{"frame":"item","target":"7:8:x","code":"done"}', flush=True)
assert not sys.stdin.readline()
"""
SEVERAL = Order("process-signal", ["7:8:x", "8:8:x", "9:8:x"], {"signal": "TERM"})


def cancelled_after_the_first(end: str) -> list[Frame]:
    errand = Errand(Door(SLOW + end), SEVERAL)
    frames = []
    for frame in errand.stream():
        frames.append(frame)
        if frame == Item("7:8:x", "done"):
            errand.cancel()
    return frames


@pytest.fixture
def outlived(monkeypatch: pytest.MonkeyPatch) -> None:
    """As with the helper, which is root's: it cannot be signalled."""

    def refuse(_process: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("subprocess.Popen.terminate", refuse)


@pytest.mark.usefixtures("outlived")
def test_what_was_not_come_to_before_it_was_cancelled_is_said_of_each() -> None:
    end = """print('{"frame":"result","code":"partly"}')"""
    assert cancelled_after_the_first(end)[1:] == [
        Item("7:8:x", "done"),
        Item("8:8:x", "cancelled"),
        Item("9:8:x", "cancelled"),
        Result("partly"),
    ]


@pytest.mark.usefixtures("outlived")
@pytest.mark.parametrize(
    ("end", "code"),
    [
        ("""print('{"frame":"error","code":"audit-lost","field":"partly"}')""", "audit-lost"),
        ("os.kill(os.getpid(), 9)", "helper-ended"),
    ],
)
def test_that_nothing_was_done_is_not_said_where_something_was(end: str, code: str) -> None:
    with pytest.raises(Problem) as caught:
        cancelled_after_the_first(end)
    assert caught.value.code == code
    assert "Nothing was done" not in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("agreed", [True, False])
def test_what_is_agreed_to_after_it_was_cancelled_is_not_done(agreed: bool) -> None:
    errand = Errand(Door(OBEDIENT), ORDER)

    def agree(_plan: Plan) -> bool:
        errand.cancel()
        return agreed

    with pytest.raises(Problem) as caught:
        errand.run(agree)
    assert caught.value.code == "cancelled"


@pytest.mark.parametrize("code", ["cancelled", "internal", "timeout"])
def test_what_was_cancelled_before_it_was_agreed_to_was_not_done_however_it_ends(code: str) -> None:
    # It is root by then, and nobody who is not can signal it.
    script = f"""
import signal, sys
signal.signal(signal.SIGTERM, signal.SIG_IGN)
sys.stdin.readline()
print('{{"frame":"plan","digest":"abc","items":[]}}', flush=True)
sys.stdin.read()
print('{{"frame":"error","code":"{code}","field":""}}')
"""
    errand = Errand(Door(script), ORDER)
    with pytest.raises(Problem) as caught:
        errand.run(lambda _plan: False)
    assert (caught.value.code, caught.value.message) == (
        "cancelled",
        "Cancelled. Nothing was done.",
    )


def test_a_change_that_was_cancelled_before_its_first_target_was_not_done() -> None:
    script = """
import sys
sys.stdin.readline()
print('{"frame":"plan","digest":"abc","items":[]}', flush=True)
sys.stdin.readline()
print('{"frame":"result","code":"cancelled"}')
"""
    assert problem_of(Door(script)).code == "cancelled"


def test_errands_are_cancelled_from_another_thread_and_run_again() -> None:
    errands = Errands(Door(OBEDIENT))
    errands.cancel()  # Nothing is under way: nothing happens.
    frames = errands.read(
        operation="process-signal", targets=["7:8:x"], arguments={"signal": "TERM"}
    )
    assert frames[-1] == Result("done")
    assert errands.read(operation="process-signal", targets=["7:8:x"])[-1] == Result("done")


@pytest.mark.parametrize(
    ("there", "uid", "before"),
    [
        ((HELPER, PKEXEC, RUN0), 1000, [PKEXEC, "--disable-internal-agent"]),
        ((HELPER, RUN0), 1000, [RUN0, "--pipe", "--background=", "--"]),
        ((HELPER, PKEXEC), 0, []),
    ],
)
def test_the_way_to_root_is_the_one_that_is_there(
    there: Sequence[str], uid: int, before: list[str]
) -> None:
    host = Door(OBEDIENT, there=there)
    host.user = uid
    Errand(host, ORDER).run()
    assert host.started[0][: len(before) + 1] == [*before, HELPER]


def test_without_helper_or_way_nothing_is_started() -> None:
    for there, code in (((), "helper-missing"), ((HELPER,), "no-transport")):
        host = Door(OBEDIENT, there=there)
        assert problem_of(host).code == code
        assert host.started == []


def test_a_recorded_machine_has_no_helper(tmp_path: Path) -> None:
    assert problem_of(Host(str(tmp_path))).code == "helper-missing"


@pytest.mark.parametrize("path", [HELPER, "/usr/libexec/sysgui", "/usr", "/"])
@pytest.mark.parametrize(("mode", "uid"), [(0o755, 1000), (0o775, 0), (0o757, 0), (0o1777, 0)])
def test_a_helper_that_others_could_have_changed_is_not_started(
    path: str, mode: int, uid: int
) -> None:
    host = Door(OBEDIENT)
    host.stats[path] = os.stat_result((0o040000 | mode, 0, 0, 1, uid, 0, 0, 0, 0, 0))
    problem = problem_of(host)
    assert problem.code == "helper-unsafe"
    assert path in problem.message
    assert host.started == []


@given(st.binary(max_size=15))
def test_names_are_written_as_the_helper_reads_them(name: bytes) -> None:
    assert quoted(name) == quoted_by_the_helper(name)


def test_as_many_targets_go_with_one_prompt_as_the_helper_takes() -> None:
    assert MOST_TARGETS == MOST_OF_THE_HELPER


def test_the_helper_and_its_caller_mean_the_same_file() -> None:
    any_type: Any = __import__("xml.etree.ElementTree").etree.ElementTree
    policy = Path(__file__).parents[2] / "resources/polkit/org.sysgui.policy"
    notes = any_type.parse(policy).getroot().iter("annotate")
    paths = {note.text for note in notes if note.get("key", "").endswith(".path")}
    assert paths == {HELPER}


def test_what_failed_without_a_reason_of_the_kernels_is_not_called_a_success() -> None:
    assert explain_item(Item("7:8:x", "failed", 1)) == "Operation not permitted"
    assert explain_item(Item("nginx.service", "failed")) == "did not work"
    assert explain_item(Item("7:8:x", "gone")) == "has ended already"
