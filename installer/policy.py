"""Writes the polkit policy from the helper's table: `python3 installer/policy.py > FILE`.

One action for each operation, bound to the helper's path and to the operation's name as its first
argument. Nobody but the active user at the machine is asked, and always for an administrator.
"""

import sys
from pathlib import Path
from xml.sax.saxutils import escape

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from sysgui.helper.operation import Operation
from sysgui.helper.table import TABLE

HELPER = "/usr/libexec/sysgui/helper"

HEAD = """\
<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE policyconfig PUBLIC
 "-//freedesktop//DTD PolicyKit Policy Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/PolicyKit/1/policyconfig.dtd">
<!-- Written by installer/policy.py from sysgui/helper/table.py: change it there. -->
<policyconfig>
  <vendor>Sysgui</vendor>
  <icon_name>sysgui</icon_name>
"""

ACTION = """\
  <action id="org.sysgui.{name}">
    <description>{description}</description>
    <message>{message}: $(command_line)</message>
    <defaults>
      <allow_any>no</allow_any>
      <allow_inactive>no</allow_inactive>
      <allow_active>{active}</allow_active>
    </defaults>
    <annotate key="org.freedesktop.policykit.exec.path">{helper}</annotate>
    <annotate key="org.freedesktop.policykit.exec.argv1">{name}</annotate>
  </action>
"""


def action(operation: Operation) -> str:
    """Returns the action of one operation."""
    return ACTION.format(
        name=operation.name,
        description=escape(operation.description),
        message=escape(operation.message),
        active="auth_admin_keep" if operation.keep else "auth_admin",
        helper=HELPER,
    )


def policy() -> str:
    """Returns the whole policy."""
    return HEAD + "".join(map(action, TABLE.values())) + "</policyconfig>\n"


if __name__ == "__main__":
    sys.stdout.write(policy())
