"""The command line: every panel's capabilities without a screen, and the way to the window."""

import argparse
import errno
import io
import os
import signal
import sys
import time
import traceback
from collections.abc import Sequence

import sysgui.panels
from sysgui import __version__
from sysgui.system.host import Host
from sysgui.system.i18n import _
from sysgui.system.panel import BrokenPanel, Extra, Panel, find_panels, make_probe
from sysgui.system.problem import Problem

# What may be wrong with what somebody else has opened for us: a full disk, a stream that is closed.
_OF_STREAMS = (errno.ENOSPC, errno.EIO, errno.EDQUOT, errno.EBADF)


def main(argv: Sequence[str]) -> int:
    """Runs the command that `argv` (without the program's name) asks for; returns its status."""
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # Not every terminal has all signs.
    arguments = argparse.Namespace(failed=1)
    try:
        return _run_told(argv, arguments)
    except KeyboardInterrupt:
        return 130
    except BrokenPipeError:
        _forget_output()
        return 141  # The reader has seen enough (`| head`).
    except Exception as error:  # noqa: BLE001 - the outermost frame: a bug is reported whole
        if isinstance(error, OSError) and error.errno in _OF_STREAMS:
            print(_("sysgui: {error}").format(error=error.strerror), file=sys.stderr)
            _forget_output()
            return int(arguments.failed)
        traceback.print_exc()
        print(_("sysgui: this is a bug; please report the lines above."), file=sys.stderr)
        return 70


def _run_told(argv: Sequence[str], arguments: argparse.Namespace) -> int:
    """Runs a command, says what the problem was, and has all go out that was printed by anybody."""
    try:
        return _run(argv, arguments)
    except Problem as problem:
        print(f"sysgui: {problem.message}", file=sys.stderr)
        if problem.hint:
            print(problem.hint, file=sys.stderr)
        return int(arguments.failed)
    finally:
        sys.stdout.flush()  # Also what argparse has printed, and what came before the problem.


def _forget_output() -> None:
    """Lets Python's last flush, as it ends, go nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, sys.stdout.fileno())
    os.close(nowhere)


def _run(argv: Sequence[str], arguments: argparse.Namespace) -> int:
    """Runs a command; puts what was parsed into `arguments`: with `failed`, the status of that."""
    panels, broken = find_panels(sysgui.panels)
    if argv[:2] == ["probe", "--answer"]:
        return _answer(argv[2:], panels)
    make_parser(panels, chosen=argv).parse_args(argv, arguments)
    if arguments.run is not _window:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    status: int = arguments.run(arguments, panels, broken)
    return status


def make_parser(panels: list[Panel], chosen: Sequence[str]) -> argparse.ArgumentParser:
    """Returns the parser of the whole command line.

    Args:
        panels: All panels.
        chosen: The words of the command line: only the panels named there declare their options.
    """
    parser = argparse.ArgumentParser(
        prog="sysgui",
        description=_("Watch and run a Linux machine from one window, or from here."),
    )
    parser.add_argument("--version", action="version", version=f"sysgui {__version__}")
    _add_window_options(parser, panels)
    parser.set_defaults(run=_window)
    commands = parser.add_subparsers(title=_("commands without a screen"), metavar=_("COMMAND"))
    for panel in panels:
        own = {panel.name: Extra(panel.summary, panel.command)}
        for name, extra in {**own, **panel.commands}.items():
            parser_of = commands.add_parser(name, help=_(extra.summary))
            if name in chosen:  # The others' modules stay on the disk.
                _add_command(parser_of, extra)
    _add_probe_command(commands, panels)
    doctor = commands.add_parser(
        "doctor", help=_("Say what this machine lacks for which feature, and how to get it")
    )
    doctor.add_argument("--json", action="store_true", help=_("print lines of JSON"))
    _add_root(doctor)
    doctor.set_defaults(run=_doctor)
    return parser


def _add_window_options(parser: argparse.ArgumentParser, panels: list[Panel]) -> None:
    window = parser.add_argument_group(_("the window"))
    names = [panel.name for panel in panels]
    window.add_argument("--panel", metavar=_("NAME"), help=_("open this tab: ") + ", ".join(names))
    window.add_argument(
        "--screenshot",
        metavar=_("FILE"),
        help=_("wait for real data, save a picture of the window and end; needs no display"),
    )
    window.add_argument("--size", metavar="WxH", type=_size, help=_("size of the window"))
    window.add_argument("--theme", choices=["light", "dark"], help=_("instead of the desktop's"))
    window.add_argument(
        "--trace-frames",
        action="store_true",
        help=_("log each time the window stood still for more than 16 ms, and why"),
    )
    window.add_argument("--root", default="/", metavar="DIR", help=_("show a recorded machine"))
    window.add_argument("--timings", action="store_true", help=argparse.SUPPRESS)
    window.add_argument("--tempo", type=float, default=1.0, help=argparse.SUPPRESS)


def _size(text: str) -> tuple[int, int]:
    width, _separator, height = text.partition("x")
    try:
        size = int(width), int(height)
    except ValueError:
        size = (0, 0)
    if not all(100 <= side <= 10_000 for side in size):
        raise argparse.ArgumentTypeError(
            _("expected WIDTHxHEIGHT in pixels, each from 100 to 10000, such as 1280x800")
        )
    return size


def _window(arguments: argparse.Namespace, panels: list[Panel], broken: list[BrokenPanel]) -> int:
    try:
        from sysgui import app
    except ImportError as error:
        raise Problem(
            "no-qt",
            _("The window cannot be opened: {error}").format(error=error),
            _("“sysgui doctor” says what is missing; the commands of “sysgui --help” work."),
        ) from error
    return app.run(arguments, panels, broken)


def _add_command(parser: argparse.ArgumentParser, extra: Extra) -> None:
    _add_root(parser)
    command = extra.command()
    command.add_arguments(parser)
    parser.set_defaults(run=lambda arguments, *_rest: command.run(arguments, Host(arguments.root)))


def _add_root(parser: argparse.ArgumentParser) -> None:
    # No default: that of the whole command line, before the command's name, would be lost.
    parser.add_argument(
        "--root", default=argparse.SUPPRESS, metavar="DIR", help=_("read a recorded machine")
    )


def _add_probe_command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", panels: list[Panel]
) -> None:
    parser = commands.add_parser("probe", help=_("Print what a panel would show, as it comes"))
    parser.add_argument("name", choices=[panel.name for panel in panels])
    parser.add_argument("--json", action="store_true", help=_("one line a reading, not indented"))
    parser.add_argument("--interval", type=float, default=1.0, metavar="S", help=_("seconds"))
    parser.add_argument("--count", type=int, default=1, metavar="N", help=_("0: without end"))
    _add_root(parser)
    parser.add_argument("--schema", action="store_true", help=_("print the JSON schema instead"))
    parser.set_defaults(run=_probe)


def _probe(arguments: argparse.Namespace, panels: list[Panel], _broken: list[BrokenPanel]) -> int:
    import typing

    from sysgui.system.json_lines import indented, schema_of, write_line

    probe = make_probe(panels, arguments.name, Host(arguments.root))
    if arguments.schema:
        print(schema_of(typing.get_type_hints(probe.read)["return"]).decode())
        return 0
    count = 0
    while True:
        started = time.monotonic()
        reading = probe.read()
        count += 1
        if arguments.json:
            write_line(reading)
        else:
            print(indented(reading))
        if count == arguments.count:
            return 0
        time.sleep(max(0.0, arguments.interval - (time.monotonic() - started)))


def _answer(argv: Sequence[str], panels: list[Panel]) -> int:
    """Is the window's child process: answers questions on standard input until it ends."""
    from sysgui.system.reader import answer

    host = Host(argv[argv.index("--root") + 1])
    answer(sys.stdin.buffer, sys.stdout.buffer, lambda name: make_probe(panels, name, host))
    return 0


def _doctor(arguments: argparse.Namespace, _panels: list[Panel], broken: list[BrokenPanel]) -> int:
    from sysgui.system import doctor

    return doctor.run(Host(arguments.root), broken, json=arguments.json)
