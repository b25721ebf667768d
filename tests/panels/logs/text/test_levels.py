"""What level a line says it is of; the lines are as the programs named write them."""

from sysgui.panels.logs.text.levels import NAMES, Levels
from sysgui.panels.logs.text.needles import Needles
from sysgui.panels.logs.text.wanted import Sight

from .test_blocks import opened

LINES = {
    # nginx, Apache
    "2026/11/27 08:00:01 [error] 812#812: *5 open() failed (2: No such file)": "err",
    "[Fri Nov 27 08:00:01.123456 2026] [core:error] [pid 7:tid 1] [client ::1] AH1": "err",
    "[Fri Nov 27 08:00:01.123456 2026] [mpm_event:notice] [pid 7:tid 1] AH00489": "notice",
    # Python's logging, Java, PostgreSQL, MariaDB
    "ERROR:root:disk is gone": "err",
    "2026-11-27 08:00:01,123 - shop.cart - WARNING - slow": "warning",
    "2026-11-27 08:00:01.123  INFO 7 --- [main] o.e.App : Started": "info",
    "2026-11-27 08:00:01.123 UTC [77] FATAL:  password authentication failed": "crit",
    "2026-11-27  8:00:01 0 [Warning] Could not increase number of max_open_files": "warning",
    # Programs for a terminal, in the words of syslog
    "Nov 27 08:00:01 vm fsck[9]: error: superblock is damaged": "err",
    "Nov 27 08:00:01 vm sshd[9]: fatal: Timeout before authentication": "crit",
    "[   21.123456] [drm:intel_pipe_update [i915]] *ERROR* Atomic update failure": "err",
    # logfmt and JSON
    'time="2026-11-27T08:00:01Z" level=warning msg="retrying"': "warning",
    '{"ts":"2026-11-27T08:00:01Z","level":"error","msg":"no error at all"}': "err",
    '{"severity": "DEBUG", "message": "error"}': "debug",
    # RFC 5424: facility 3, severity 3; facility 20, severity 6
    "<27>1 2026-11-27T08:00:01Z vm app 7 - - gone": "err",
    "<166>1 2026-11-27T08:00:01Z vm app 7 - - fine": "info",
    # What comes first is what the line says of itself.
    "<14>Nov 27 08:00:01 vm app[1]: error: told by another": "info",
    "Nov 27 08:00:01 vm NetworkManager[9]: <info>  [1764.1] eth0: state error: none": "info",
    "[2026-11-27 08:00:02] production.INFO: gave up, ERROR: none": "info",
    "2026-11-27 08:00:01,123 fail2ban.actions [9]: NOTICE  [sshd] WARNING: 192.0.2.7": "notice",
    "app: error: treating the warning: as one": "err",
    # None of these says that it is an error.
    "Nov 27 08:00:01 vm backup[9]: finished with 0 errors": "",
    "Nov 27 08:00:01 vm sshd[9]: Failed password for invalid user error from 192.0.2.7": "",
    '192.0.2.7 - - [27/Nov/2026:08:00:01 +0000] "GET /error.html HTTP/1.1" 200 5': "",
    "opened /var/log/error_log": "",
    "terror mirror errors errored": "",
    "x" * 200 + " [error] quoted far into a text": "",
}


def test_lines_are_of_the_level_that_they_say() -> None:
    rules = Levels()
    data = "".join(f"{line}\n" for line in LINES).encode()
    needles = Needles(list(rules.patterns()))
    with opened(data, 1 << 20) as text:
        block = text.block(0)
        found = dict(zip(rules.patterns(), needles.find(text, block), strict=True))
        sight = Sight(block, found)
        said = dict.fromkeys(block.starts.tolist(), "")
        for level, name in enumerate(NAMES):
            said |= dict.fromkeys(sight.at_level(level, rules).tolist(), name)
    assert dict(zip(LINES, said.values(), strict=True)) == LINES
