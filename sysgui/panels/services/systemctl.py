"""systemctl: run for one of the managers, and what it says of units."""

from collections.abc import Mapping, Sequence

from sysgui.system.host import Host, Output
from sysgui.system.i18n import _
from sysgui.system.printable import printable, printable_text
from sysgui.system.problem import Problem

from .units import USER

SYSTEMCTL = "/usr/bin/systemctl"


def systemctl(host: Host, scope: str, *words: str, timeout: float = 10.0) -> Output:
    """Runs systemctl for one of the managers.

    Raises:
        Problem: As `Host.run` says.
    """
    return host.run(command(scope, *words), timeout)


def command(scope: str, *words: str) -> list[str]:
    """Returns how systemctl is called for one of the managers."""
    manager = "--user" if scope == USER else "--system"
    return [SYSTEMCTL, manager, "--no-pager", "--no-ask-password", *words]


def show(
    host: Host, scope: str, names: Sequence[str], properties: Sequence[str]
) -> Mapping[str, Mapping[str, str]]:
    """Asks systemd for properties of units, all in one call.

    Args:
        host: The machine.
        scope: Whose manager.
        names: The units; no templates, which have no properties.
        properties: What is wanted; what a unit of its kind has not is missing in the answer.

    Raises:
        Problem: `no-systemd` if there is nobody to ask; as `Host.run` says.
    """
    if not names:
        return {}
    # A name in each block: one without any line could not be told from the space between two.
    wanted = f"--property={','.join(dict.fromkeys(('Id', *properties)))}"
    # Times as journalctl takes them.
    output = systemctl(host, scope, "show", wanted, "--timestamp=us+utc", "--", *names)
    blocks = output.stdout.decode("utf-8", "backslashreplace").rstrip("\n").split("\n\n")
    if output.status or len(blocks) != len(names):
        said = printable(output.stderr.strip().split(b"\n")[0])
        raise Problem("no-systemd", _("systemd cannot be asked about these units."), said)
    found = {name: _block(block) for name, block in zip(names, blocks, strict=True)}
    return {
        name: {key: value for key, value in block.items() if key in properties}
        for name, block in found.items()
    }


def _block(block: str) -> Mapping[str, str]:
    """Reads the properties of one unit; what has several commands has a line for each."""
    found: dict[str, str] = {}
    for line in block.splitlines():
        name, _equals, value = line.partition("=")
        value = printable_text(value)
        found[name] = f"{found[name]}\n{value}" if name in found else value
    return found


def listed(value: str) -> list[str]:
    """Returns the names in a list of units, of which those with a backslash are quoted."""
    return [word.strip('"').replace("\\\\", "\\") for word in value.split()]
