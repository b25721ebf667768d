"""How services are to be watched, as it is written on a command line.

What the helper would refuse without a word is told here, by the name of the option.
"""

import argparse
from collections.abc import Callable, Mapping
from typing import Any

from sysgui.system.i18n import _
from sysgui.system.problem import Problem

from .form import (
    FILE,
    HTTP,
    HTTPS,
    MOST_AGE,
    MOST_EVERY,
    MOST_GRACE,
    MOST_TIMEOUT,
    MOST_TRIES,
    NOTHING,
    TCP,
    TYPED,
    WatchForm,
    faults,
)

# For what each option is that is not for all.
_ANY, _SERVED, _WEB = (TCP, HTTP, HTTPS, FILE), (TCP, HTTP, HTTPS), (HTTP, HTTPS)
_IS_FOR: Mapping[str, tuple[str, ...]] = {
    "path": _WEB, "status": _WEB, "text": _WEB, "address": _SERVED, "name": (HTTPS,),
    "age": (FILE,), "every": _ANY, "tries": _ANY, "timeout": _ANY,
}  # fmt: skip

# What is asked of the helper by the name that it has on the command line.
_AS_THEY_ARE = ("grace", *(name for name in _IS_FOR if name != "path"))


def add_options(parser: argparse.ArgumentParser) -> None:
    """Declares the options that say how services are to be watched."""
    restart = parser.add_mutually_exclusive_group()
    restart.add_argument(
        "--no-restart", action="store_true", help=_("only tell of failures, start nothing again")
    )
    restart.add_argument(
        "--always", action="store_true", help=_("start it again whatever ends it, but who stops it")
    )
    parser.add_argument("--no-mail", action="store_true", help=_("send no mail about these"))
    parser.add_argument("--notify", action="store_true", help=_("show messages on my desktop"))
    parser.add_argument(
        "--grace", type=_number(0, MOST_GRACE), metavar="S",
        help=_("seconds that it must run to count as well"),
    )  # fmt: skip
    probe = parser.add_argument_group(_("what is tried besides"))
    kind, port = probe.add_mutually_exclusive_group(), _number(1, 65535)
    for name, text in (
        (TCP, _("a port takes connections")),
        (HTTP, _("an HTTP server answers")),
        (HTTPS, _("it answers by TLS as well")),
    ):
        kind.add_argument(f"--{name}", type=port, metavar=_("PORT"), help=text)
    kind.add_argument("--file", metavar=_("PATH"), help=_("a file is written again and again"))
    probe.add_argument("--path", metavar=_("PATH"), help=_("with --http: what is asked for"))
    probe.add_argument("--text", metavar=_("TEXT"), help=_("with --http: what it must contain"))
    probe.add_argument("--address", metavar=_("ADDRESS"), help=_("instead of this machine's own"))
    probe.add_argument(
        "--name", help=_("with --https: for whom its certificate is, if for another")
    )
    for name, least, most, unit, text in (
        ("status", 100, 599, "N", _("with --http: its status")),
        ("age", 1, MOST_AGE, "S", _("with --file: at most so old; a day if nothing is said")),
        ("every", 1, MOST_EVERY, "S", _("seconds between two tries")),
        ("tries", 1, MOST_TRIES, "N", _("so many in a row must fail")),
        ("timeout", 1, MOST_TIMEOUT, "S", _("seconds until a try fails")),
    ):
        probe.add_argument(f"--{name}", type=_number(least, most), metavar=unit, help=text)
    probe.add_argument(
        "--no-try", action="store_true", help=_("do not try it first, though it may not hold now")
    )


def _number(least: int, most: int) -> Callable[[str], int]:
    def read(text: str) -> int:
        if not (text.isascii() and text.isdigit()) or not least <= int(text) <= most:
            raise argparse.ArgumentTypeError(
                _("expected a number from {least} to {most}").format(least=least, most=most)
            )
        return int(text)

    return read


def wanted(arguments: argparse.Namespace) -> Mapping[str, Any]:
    """Returns what the helper is asked for, by name; None is left to it.

    Raises:
        Problem: `bad-arguments` if what was written will not do.
    """
    kind = next((name for name in _ANY if getattr(arguments, name) is not None), NOTHING)
    for name, kinds in _IS_FOR.items():
        if getattr(arguments, name) is not None and kind not in kinds:
            options = ", ".join(f"--{each}" for each in kinds)
            text = _("--{name} says nothing without one of these: {options}.")
            raise Problem("bad-arguments", text.format(name=name, options=options))
    asked = {
        "restart": "no" if arguments.no_restart else "yes",
        "always": "yes" if arguments.always else None,
        "mail": "no" if arguments.no_mail else "yes",
        "notify": "yes" if arguments.notify else "no",
        "probe": kind or None,
        "port": arguments.tcp or arguments.http or arguments.https,
        "path": arguments.file if kind == FILE else arguments.path or None,
        **{name: getattr(arguments, name) for name in _AS_THEY_ARE},
    }
    if kind == FILE and asked["age"] is None:
        asked["age"] = WatchForm().age
    # Written as nothing, these are not asked for: as in the form.
    asked.update({name: asked[name] or None for name in ("text", "address", "name")})
    return asked


def check(asked: Mapping[str, Any], units: list[str]) -> None:
    """Holds what is wanted against what the form takes.

    Raises:
        Problem: `bad-arguments` at the first that will not do.
    """
    typed: dict[str, Any] = {name: str(asked[name]) for name in TYPED if asked[name] is not None}
    form = WatchForm(restart=asked["restart"] == "yes", probe=asked["probe"] or NOTHING, **typed)
    fault = next(faults(form, units), None)
    if fault is None:
        return
    if fault.field == "restart":
        raise Problem("bad-arguments", fault.message, _("--no-restart only tells of failures."))
    option = FILE if (fault.field, form.probe) == ("path", FILE) else fault.field
    raise Problem("bad-arguments", f"--{option}: {fault.message}")
