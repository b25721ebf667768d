"""Writes the tables of SECURITY.md: `python3 installer/security.py`, then look at the difference.

What an operation is, and what it accepts, comes from the helper's table. What it touches, and which
tests show that, stands here: who adds an operation says so here, or this program fails.
"""

import ast
import inspect
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sysgui.helper.grammar import Grammar
from sysgui.helper.operation import Operation
from sysgui.helper.table import TABLE

ROOT = Path(__file__).resolve().parents[1]
FILE = ROOT / "SECURITY.md"
CLASSES = "tests/helper/test_classes.py"


class Review(NamedTuple):
    """What a reviewer wants to know of an operation besides.

    Attributes:
        touches: What it reads or changes.
        tests: Those that show it, as FILE::NAME beneath tests.
    """

    touches: str
    tests: tuple[str, ...]


REVIEWS = {
    "self-check": Review(
        "who may write to the helper and to the directories above it",
        (
            "helper/test_self_check.py::test_what_others_can_write_is_found",
            "machine/test_helper.py::test_the_installation_can_be_checked",
        ),
    ),
    "process-signal": Review(
        "sends one of six signals, through a pidfd; none to pid 1, to the kernel's own, or to the "
        "services that let one log in",
        (
            "helper/test_process.py::test_a_signal_that_ends_a_process_arrives",
            "helper/test_bound.py::test_who_has_its_pid_later_is_somebody_else",
            "helper/test_bound.py::test_without_some_nobody_could_log_in",
            "machine/test_helper.py::test_a_process_that_is_not_the_one_that_was_meant_is_left_alone",
        ),
    ),
    "process-adjust": Review(
        "sets nice value and processors of all its threads, disk class (`/usr/bin/ionice`), and "
        "`/proc/PID/oom_score_adj`; the same processes are protected",
        (
            "helper/test_process.py::test_all_can_be_asked_for_at_once",
            "helper/test_process.py::test_its_program_gets_what_was_asked_for_and_nothing_else",
            "helper/test_process.py::test_what_is_adjusted_meanwhile_is_not_what_was_previewed",
            "machine/test_helper.py::test_a_process_is_scheduled_as_was_asked",
        ),
    ),
    "process-inspect": Review(
        "a fixed list of files and links in `/proc/PID`, the environment among them",
        (
            "helper/test_inspect.py::test_files_are_told_as_they_are",
            "helper/test_inspect.py::test_what_is_longer_than_can_be_told_is_cut",
            "machine/test_helper.py::test_what_only_root_may_read_is_what_root_reads",
        ),
    ),
    "file-read": Review(
        "regular files beneath `/var/log`, and goes on as they grow, until the caller goes",
        (
            "helper/test_file.py::test_nothing_else_is_opened",
            "helper/test_file.py::test_links_that_are_swapped_in_never_win",
            "helper/test_file.py::test_what_is_taken_stays_beneath_its_root",
            "machine/test_helper.py::test_a_log_of_root_alone_is_read",
        ),
    ),
    "audit-read": Review(
        "the helper's own entries from the journal (`/usr/bin/journalctl`, fixed words)",
        (
            "helper/test_journal.py::test_nothing_can_be_asked_of_it",
            "helper/test_journal.py::test_nothing_of_the_callers_reaches_it",
            "machine/test_helper.py::test_what_others_write_in_the_helpers_name_is_nothing_that_was_done",
        ),
    ),
    "unit-control": Review(
        "one of twelve verbs of `/usr/bin/systemctl`, on units of the system; what lets one log "
        "in, and whatever would take that away with it, is neither stopped, disabled nor masked, "
        "and the bus is not restarted",
        (
            "helper/test_unit.py::test_systemctl_is_told_what_was_asked_for_and_nothing_else",
            "helper/test_unit.py::test_what_would_take_the_login_with_it_is_protected",
            "helper/test_unit.py::test_what_is_different_from_the_preview_is_not_done",
            "machine/test_unit_control.py::test_the_login_cannot_be_taken_away",
        ),
    ),
    "manager-reload": Review(
        "has systemd read all unit files anew (`/usr/bin/systemctl`)",
        (
            "helper/test_unit.py::test_systemd_reads_its_files_anew",
            "machine/test_unit_control.py::test_what_was_written_is_read_after_a_reload",
        ),
    ),
    "unit-write": Review(
        "unit files, and drop-ins of one name, beneath `/etc/systemd/system`; only its own are "
        "written over, none of the distribution's is hidden, and what systemd cannot use or "
        "start is put back; the text comes by standard input, its digest by the command line",
        (
            "helper/test_unit_file.py::test_only_what_the_command_line_stands_for_is_written",
            "helper/test_unit_file.py::test_nobody_elses_unit_is_written_over_or_hidden",
            "helper/test_unit_file.py::test_a_link_is_not_written_through",
            "helper/test_unit_file.py::test_what_does_not_start_is_put_back",
            "machine/test_unit_write.py::test_a_unit_of_the_system_is_written_and_taken_away",
        ),
    ),
    "watch-set": Review(
        "drop-ins beneath `/etc/systemd/system` that have a service started again after failures, "
        "and the programs of `resources/systemd` started then, whose parameters are numbers and "
        "quoted words; what lets one log in keeps its own ways",
        (
            "helper/test_watch.py::test_what_was_previewed_is_what_is_written",
            "helper/test_watch.py::test_nothing_of_the_callers_begins_a_line",
            "helper/test_watch.py::test_nothing_is_read_or_written_through_a_link",
            "helper/test_watch.py::test_if_systemd_does_not_take_it_everything_is_as_before",
            "machine/test_watch.py::test_what_an_administrator_has_stopped_stays_so",
        ),
    ),
    "watch-remove": Review(
        "takes these drop-ins away, and what is kept of the service in `/var/lib/sysgui`",
        (
            "helper/test_watch.py::test_the_end_of_a_watch_leaves_nothing_of_it",
            "machine/test_watch.py::test_the_end_of_a_watch_leaves_the_machine_as_it_was",
        ),
    ),
    "watch-mail": Review(
        "writes `/etc/sysgui/mail.json`, or removes it; the password comes by standard input only",
        (
            "helper/test_watch_mail.py::test_settings_are_written_for_root_alone",
            "helper/test_watch_mail.py::test_the_password_is_in_no_word_no_frame_and_no_journal",
            "helper/test_watch_mail.py::test_the_digest_in_the_journal_tells_nothing_of_the_password",
            "machine/test_watch.py::test_a_test_message_arrives_and_the_password_is_nowhere",
        ),
    ),
    "watch-test": Review(
        "has one fixed message sent to where `/etc/sysgui/mail.json` says",
        (
            "helper/test_watch_mail.py::test_a_test_message_goes_the_way_of_all",
            "machine/test_watch.py::test_a_test_message_arrives_and_the_password_is_nowhere",
        ),
    ),
}

# Of every operation.
COMMON = (
    "helper/test_grammar.py::test_what_is_accepted_is_a_plain_word_that_cannot_be_an_option",
    "helper/test_grammar.py::test_two_that_are_accepted_are_never_written_alike",
    "helper/test_operation.py::test_a_command_line_that_differs_in_any_way_is_refused",
    "helper/test_fuzz.py::test_anything_else_is_refused_with_a_code_or_is_listed",
    "helper/test_fuzz.py::test_the_fuzzer_finds_nothing",
    "installer/test_policy.py::test_each_operation_has_one_action_and_each_action_one_operation",
    "installer/test_policy.py::test_nobody_gets_anything_without_an_administrator",
    "machine/test_helper.py::test_every_operation_has_an_action_of_its_own",
)


# Operations


def operations() -> str:
    """Returns the table of operations, and what holds for all of them."""
    patterns: list[str] = []
    rows = "".join(_row(operation, patterns) for operation in TABLE.values())
    told = "".join(f"Pattern {n}: `{each}`\n\n" for n, each in enumerate(patterns, 1))
    head = "| operation, and whom polkit asks | takes | does | tests |\n| --- | --- | --- | --- |\n"
    return f"{head}{rows}\n{told}Of every operation: {_tests(COMMON, '; ')}.\n"


def _row(operation: Operation, patterns: list[str]) -> str:
    review = REVIEWS[operation.name]
    asked = "`auth_admin_keep` (for minutes)" if operation.keep else "`auth_admin` (each time)"
    takes = [f"`{name}`: {accepts(each, patterns)}" for name, each in operation.arguments.items()]
    if operation.target is not None:
        takes.insert(0, f"targets: {accepts(operation.target, patterns)}")
    cells = (
        f"`{operation.name}`<br>`org.sysgui.{operation.name}`<br>{asked}",
        "<br>".join(takes) or "nothing",
        f"{'**changes**' if operation.bind else 'reads'}: {review.touches}",
        _tests(review.tests, "<br>"),
    )
    return f"| {' | '.join(cells)} |\n"


def accepts(grammar: Grammar, patterns: list[str]) -> str:
    """Says what a grammar accepts: what it was made from, or what its docstring says.

    Args:
        grammar: Of a target, or of an argument.
        patterns: Those that were met before; a new one is added.
    """
    made = inspect.getclosurevars(grammar).nonlocals
    kind = grammar.__qualname__.partition(".")[0]
    if kind == "integer":
        return f"{_number(made['least'])} to {_number(made['most'])}"
    if kind == "integers":
        return f"up to {made['count']} ascending numbers, {accepts(made['one'], patterns)}"
    if kind == "choice":
        words = [f"`{option}`" for option in made["options"]]
        return (
            ", ".join(words) if len(words) < 8 else f"{words[0]} … {words[-1]}, {len(words)} words"
        )
    if kind == "text":
        pattern = made["compiled"].pattern
        if pattern not in patterns:
            patterns.append(pattern)
        return f"pattern {patterns.index(pattern) + 1}, up to {made['most']} characters"
    said = (grammar.__doc__ or "").partition(".")[0]
    if not said.startswith("Accepts "):
        raise ValueError(f"nobody knows what {grammar} accepts")
    return said.removeprefix("Accepts ")


def _number(value: int) -> str:
    """Writes a number; one that is there only because there must be a bound, as a power of two."""
    power = abs(value).bit_length() - 1
    if power < 32 or abs(value) != 1 << power:
        return str(value)
    return f"{'-' if value < 0 else ''}2^{power}"


def _tests(names: Sequence[str], between: str) -> str:
    """Names tests, those of one file together."""
    files: dict[str, list[str]] = {}
    for each in names:
        path, _colons, name = each.partition("::")
        files.setdefault(path, []).append(f"`{name}`")
    return between.join(f"{path}: {', '.join(found)}" for path, found in files.items())


def named() -> Iterator[tuple[Path, str]]:
    """Yields every test that is named: its file and its function."""
    for review in [*REVIEWS.values(), Review("", COMMON)]:
        for test in review.tests:
            path, _colons, name = test.partition("::")
            yield ROOT / "tests" / path, name


# Classes of mistakes


def classes() -> str:
    """Returns the table of classes of mistakes."""
    tree = ast.parse((ROOT / CLASSES).read_text())
    rules, cannot = _constant(tree, "RULES"), _constant(tree, "CANNOT")
    rows = []
    for number, rule in rules.items():
        checks = ", ".join(f"`{check}`" for check in _checks(tree, number))
        tried = checks or f"cannot be: {cannot[number]}"
        rows.append(f"| {number} | {rule} | {tried} |\n")
    return "| | rule | tried by |\n| --- | --- | --- |\n" + "".join(rows)


def _constant(tree: ast.Module, name: str) -> Any:
    for node in tree.body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == name:
            return ast.literal_eval(node.value)
    raise KeyError(name)


def _checks(tree: ast.Module, number: int) -> list[str]:
    """Returns the names of the functions that try a class of mistakes."""
    return [
        ast.unparse(node.args[1])
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and ast.unparse(node.func) == "Case"
        and ast.unparse(node.args[0]) == str(number)
    ]


# The file


def made(text: str) -> str:
    """Returns the text of SECURITY.md with its tables made anew."""
    for name, table in (("operations", operations()), ("classes", classes())):
        begin, end = f"<!-- {name}:begin -->\n", f"<!-- {name}:end -->\n"
        before, _begin, rest = text.partition(begin)
        _old, _end, after = rest.partition(end)
        if not (_begin and _end):
            raise ValueError(f"no place for the table of {name}")
        text = f"{before}{begin}{table}{end}{after}"
    return text


if __name__ == "__main__":
    FILE.write_text(made(FILE.read_text()))
