"""Writes bash's completion from the command line's parser: `python installer/completion.py > FILE`.

Needs what the command line needs, and no Qt.
"""

import argparse
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import sysgui.panels
from sysgui import cli
from sysgui.system.panel import find_panels

SCRIPT = """\
# Completion of sysgui's command line for bash.
# Written by installer/completion.py from the parser in sysgui/cli.py: change it there.
_sysgui() {{
    local current=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}}
    local command= last= word words=
    for word in "${{COMP_WORDS[@]:1:COMP_CWORD-1}}"; do
        case $last/$word in
        --panel/*) ;;  # A panel is named, not the command of that name.
        {commands}) command=$word; break ;;
        esac
        last=$word
    done
    COMPREPLY=()
    case "$command $before" in
{values}
    *)
        case $command in
{words}
        esac
        ;;
    esac
    mapfile -t COMPREPLY < <(compgen -W "$words" -- "$current")
}}
complete -F _sysgui sysgui
"""


def completion() -> str:
    """Returns the whole script."""
    panels, _broken = find_panels(sysgui.panels)
    names = [panel.name for panel in panels]
    extras = [name for panel in panels for name in panel.commands]
    parser = cli.make_parser(panels, chosen=[*names, *extras])
    commands = _commands(parser)
    parsers = {"": parser, **commands}
    values = [line for name, each in parsers.items() for line in _value_cases(name, each, names)]
    words = [_word_case(name, each) for name, each in parsers.items()]
    return SCRIPT.format(
        commands=" | ".join(f"*/{name}" for name in commands),
        values="\n".join(values),
        words="\n".join(words),
    )


def _commands(parser: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            return dict(action.choices)
    return {}


def _value_cases(
    command: str, parser: argparse.ArgumentParser, panels: Iterable[str]
) -> Iterator[str]:
    """Yields what may stand behind an option that takes a value."""
    for action in parser._actions:
        if not action.option_strings or action.nargs == 0 or action.help == argparse.SUPPRESS:
            continue
        patterns = " | ".join(f"'{command} {option}'" for option in action.option_strings)
        yield f"    {patterns}) {_value(action, panels)} ;;"


def _value(action: argparse.Action, panels: Iterable[str]) -> str:
    if action.dest == "panel":
        return f"words='{' '.join(panels)}'"
    if action.choices is not None:
        return f"words='{' '.join(map(str, action.choices))}'"
    # What is neither is a number or a size: nothing can be proposed.
    paths = {"root": "compopt -o dirnames; return", "screenshot": "compopt -o default; return"}
    return paths.get(action.dest, "return")


def _word_case(command: str, parser: argparse.ArgumentParser) -> str:
    """Returns what may stand elsewhere: options, commands, and words to choose from."""
    words: list[str] = []
    for action in parser._actions:
        if action.help == argparse.SUPPRESS:
            continue
        if action.option_strings:
            words.append(action.option_strings[-1])
        elif action.choices is not None:
            words += map(str, action.choices)
        words += getattr(action, "words", ())  # Of some anything may stand there, or one of these.
    return f"        '{command}') words='{' '.join(words)}' ;;"


if __name__ == "__main__":
    sys.stdout.write(completion())
