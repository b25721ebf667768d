"""`sysgui watch`: keep services alive and be told of them, on a terminal."""

import argparse
import getpass
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from sysgui.system.elevation import Errand, Item, Order, Plan, explain_item
from sysgui.system.host import Host
from sysgui.system.i18n import _, ngettext
from sysgui.system.json_lines import write_line
from sysgui.system.printable import printable_text
from sysgui.system.problem import Problem

from .asked import add_options, check, wanted
from .attempt import AttemptProbe, question
from .watches import (
    NOTIFIER,
    HistoryProbe,
    Watch,
    WatchesProbe,
    mail_order,
    names_of,
    no_mail_order,
    remove_order,
    set_order,
    test_order,
)
from .words import kind_word, state_word


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declares the options and arguments of `sysgui watch`."""
    parts = parser.add_subparsers(dest="what", metavar=_("WHAT"), required=True)
    listing = parts.add_parser("list", help=_("list what is watched, and how it is"))
    listing.add_argument("--json", action="store_true", help=_("print one line of JSON each"))
    _add_set(parts.add_parser("add", help=_("watch services, or change how they are watched")))
    remove = parts.add_parser("remove", help=_("end the watch of services: nothing of it is left"))
    remove.add_argument("unit", nargs="+", metavar=_("SERVICE"))
    history = parts.add_parser("history", help=_("list what became of watched services"))
    history.add_argument("unit", nargs="?", default="", metavar=_("SERVICE"))
    history.add_argument("--json", action="store_true", help=_("print one line of JSON each"))
    _add_mail(parts.add_parser("mail", help=_("set the server by which messages are sent")))
    test = parts.add_parser("test", help=_("send a test message"))
    test.add_argument("server", metavar=_("HOST:PORT"), help=_("the server that is set"))


def _add_set(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("unit", nargs="+", metavar=_("SERVICE"))
    add_options(parser)
    parser.add_argument("--preview", action="store_true", help=_("only show what would be written"))


def _add_mail(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("server", metavar=_("HOST:PORT"), help=_("or “off”"))
    parser.add_argument("--security", choices=["starttls", "tls", "none"], default="starttls")
    parser.add_argument("--user", default="", metavar=_("NAME"), help=_("asks for the password"))
    parser.add_argument("--from", dest="sender", default="", metavar=_("ADDRESS"))
    parser.add_argument("--to", nargs="+", default=[], metavar=_("ADDRESS"))


def run(arguments: argparse.Namespace, host: Host) -> int:
    """Does it; status 1 if there is nothing to list, or not all of it was done.

    Raises:
        Problem: As the probes and the helper say.
    """
    return RUNS[arguments.what](arguments, host)


def _list(arguments: argparse.Namespace, host: Host) -> int:
    found = WatchesProbe(host).read()
    for watch in found.watches:
        if arguments.json:
            write_line(watch)
        else:
            print(_watch_line(watch))
    mail = found.mail
    if mail.waiting and not arguments.json:
        waits = ngettext(
            "{n} message waits for a mail server: {error}",
            "{n} messages wait for a mail server: {error}",
            mail.waiting,
        )
        print(waits.format(n=mail.waiting, error=mail.error or "-"), file=sys.stderr)
    elif found.watches and not mail.known and any(watch.mail for watch in found.watches):
        hint = _("No mail server is set: “sysgui watch mail” does that.")
        print(hint, file=sys.stderr)
    return 0 if found.watches else 1


def _watch_line(watch: Watch) -> str:
    does = _("restarted") if watch.restart else _("told only")
    tried = f"  {_probe_text(watch.probe)}" if watch.probe else ""
    state = state_word(watch.state)
    return f"{watch.unit:32}  {watch.active or '-':12}  {state:16}  {does}{tried}"


def _probe_text(probe: Mapping[str, Any]) -> str:
    place = probe.get("path", "") if probe.get("kind") == "file" else probe.get("port", "")
    return printable_text(f"{probe.get('kind')} {place}")


def _add(arguments: argparse.Namespace, host: Host) -> int:
    asked = wanted(arguments)
    units = names_of(host, arguments.unit)
    check(asked, units)
    if not (arguments.preview or arguments.no_try):
        _try(host, asked, units)
    order = set_order(units, asked)
    agree = _only_shown if arguments.preview else _agreed
    status = _carry_out(host, order, agree, _("{target} is watched."))
    if arguments.notify and not arguments.preview and not status:
        host.run(NOTIFIER)
    return status


def _try(host: Host, asked: Mapping[str, Any], units: Sequence[str]) -> None:
    """Tries what the watch will try: what is well must not be restarted for a wrong port.

    Raises:
        Problem: `does-not-hold` if it does not hold now.
    """
    found = AttemptProbe(host).read(question(asked), units)
    if found.wrong:
        text = _("It was tried, and {wrong}. Nothing was done.").format(wrong=found.wrong)
        hint = _("--no-try watches it all the same, such as where it is to be mended yet.")
        raise Problem("does-not-hold", text, hint)
    if found.untried:
        print(_("It was not tried first: {why}.").format(why=found.untried), file=sys.stderr)


def _agreed(_plan: Plan) -> bool:
    return True


def _only_shown(plan: Plan) -> bool:
    for item in plan.items:
        for path, text in item.get("writes", {}).items():
            print(f"{printable_text(str(path))}:\n")
            for line in str(text).splitlines():
                print(f"    {printable_text(line)}")
            print()
    return False


def _remove(arguments: argparse.Namespace, host: Host) -> int:
    units = [name if "." in name else f"{name}.service" for name in arguments.unit]
    text = _("Not all of these are watched: {units}. Nothing was done.")
    text = printable_text(text.format(units=", ".join(units)))
    hint = _("“sysgui watch list” lists what is watched.")
    with _instead_of(("gone",), Problem("not-watched", text, hint)):
        return _carry_out(
            host, remove_order(units), _warned, _("{target} is not watched any more.")
        )


def _warned(plan: Plan) -> bool:
    """Says what is lost with the last watch."""
    unsent = sum(item.get("unsent", 0) for item in plan.items)
    if unsent:
        lost = ngettext(
            "{n} message that no mail server has taken is not sent any more.",
            "{n} messages that no mail server has taken are not sent any more.",
            unsent,
        )
        print(lost.format(n=unsent), file=sys.stderr)
    return True


def _mail(arguments: argparse.Namespace, host: Host) -> int:
    if arguments.server == "off":
        with _instead_of(("gone",), Problem("no-mail", _("No mail server is set."))):
            return _carry_out(host, no_mail_order())
    if not (arguments.sender and arguments.to):
        text = _("From whom the messages are, and to whom they go?")
        raise Problem("bad-arguments", text, _("--from ADDRESS --to ADDRESS says so."))
    password = ""
    if arguments.user:
        password = getpass.getpass() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")
    order = mail_order(
        arguments.server, security=arguments.security, sender=arguments.sender,
        receivers=arguments.to, user=arguments.user, password=password,
    )  # fmt: skip
    return _carry_out(host, order)


def _test(arguments: argparse.Namespace, host: Host) -> int:
    text = _("{server} is not the mail server that is set. Nothing was sent.")
    text = printable_text(text.format(server=arguments.server))
    hint = _("“sysgui watch mail” sets one.")
    with _instead_of(("gone", "changed"), Problem("no-mail", text, hint)):
        status = _carry_out(host, test_order(arguments.server))
    error = WatchesProbe(host).read().mail.error
    if status and error:
        print(error, file=sys.stderr)
    return status


@contextmanager
def _instead_of(codes: Sequence[str], better: Problem) -> Iterator[None]:
    """Says in words of the watch what the helper says in words that are for anything."""
    try:
        yield
    except Problem as problem:
        if problem.code in codes:
            raise better from problem
        raise


def _carry_out(
    host: Host, order: Order, agree: Callable[[Plan], bool] = _agreed, done: str = ""
) -> int:
    """Has the helper do it; says of what was done that it is, and of what was not why."""
    try:
        frames = Errand(host, order).run(agree)
    except Problem as problem:
        if problem.code == "cancelled" and agree is _only_shown:
            return 0
        raise
    items = [frame for frame in frames if isinstance(frame, Item)]
    for item in items:
        if done and item.code == "done":
            print(done.format(target=printable_text(item.target)))
    failed = [item for item in items if item.code != "done"]
    for item in failed:
        print(f"{printable_text(item.target)}: {explain_item(item)}", file=sys.stderr)
    return 1 if failed else 0


def _history(arguments: argparse.Namespace, host: Host) -> int:
    unit = arguments.unit
    events = HistoryProbe(host).read(unit if not unit or "." in unit else f"{unit}.service")
    for event in events:
        if arguments.json:
            write_line(event)
            continue
        when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(event.time))
        cause = f": {event.cause}" if event.cause else ""
        told = f"  ({_('told')})" if event.told else ""
        print(f"{when}  {event.unit}  {kind_word(event.kind)}{cause}{told}")
    return 0 if events else 1


RUNS: Mapping[str, Callable[[argparse.Namespace, Host], int]] = {
    "list": _list,
    "add": _add,
    "remove": _remove,
    "mail": _mail,
    "test": _test,
    "history": _history,
}
