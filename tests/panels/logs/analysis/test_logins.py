"""Lines about logins, as sshd, PAM, su, sudo, login and gdm write them, and what they say.

From Debian 12 and 13 (OpenSSH 9.2 and 10, Linux-PAM 1.5) and Red Hat's 8 and 9 (pam_sss, su of
util-linux); of RFC 5424 and of syslog's two forms.
"""

from pathlib import Path

import pytest

from sysgui.panels.logs.analysis.logins import login_of
from sysgui.panels.logs.query import QueryError, condition_of

from .asking import analysed, counts, lines_of, written, wrong

OLD, NEW, RFC = (
    "Nov 27 08:00:01 web1 ", "2026-11-27T08:00:01.123456+01:00 web1 ",
    "<86>1 2026-11-27T08:00:01.123Z web1 ",
)  # fmt: skip
PAM = "authentication failure; logname= uid=0 euid=0 "

# The line, how it ended, whose login, and from where.
LINES = [
    (OLD + "sshd[9]: Failed password for root from 192.0.2.7 port 4222 ssh2",
     "failed", "root", "192.0.2.7"),
    (NEW + "sshd-session[9]: Failed password for invalid user admin from 2001:db8::7 port 42 ssh2",
     "failed", "admin", "2001:db8::7"),
    (RFC + "sshd 9 - - Failed password for root from 192.0.2.7 port 4222 ssh2",
     "failed", "root", "192.0.2.7"),
    (NEW + "sshd[9]: Failed publickey for bob from 192.0.2.7 port 4 ssh2: RSA SHA256:Ab/+c9",
     "failed", "bob", "192.0.2.7"),
    (OLD + "sshd[9]: Failed keyboard-interactive/pam for invalid user x from 192.0.2.7 port 4 ssh2",
     "failed", "x", "192.0.2.7"),
    (NEW + "sshd[9]: Invalid user admin from 192.0.2.7 port 4222", "failed", "admin", "192.0.2.7"),
    (OLD + "sshd[9]: Invalid user admin from 192.0.2.7", "failed", "admin", "192.0.2.7"),
    (NEW + "sshd-session[9]: Invalid user  from 192.0.2.7 port 4222", "failed", "", "192.0.2.7"),
    (OLD + "sshd[9]: error: PAM: Authentication failure for illegal user x from host.example.org",
     "failed", "x", "host.example.org"),
    (OLD + "sshd[9]: error: maximum authentication attempts exceeded for invalid user a from ::1"
     " port 5 ssh2 [preauth]", "failed", "a", "::1"),
    (OLD + "sshd[9]: Disconnecting authenticating user root 192.0.2.7 port 5: Too many"
     " authentication failures [preauth]", "failed", "root", "192.0.2.7"),
    (NEW + "sshd-session[9]: Connection closed by authenticating user root 192.0.2.7 port 5"
     " [preauth]", "failed", "root", "192.0.2.7"),
    (OLD + "sshd[9]: Connection reset by invalid user pi 192.0.2.7 port 5 [preauth]",
     "failed", "pi", "192.0.2.7"),
    (OLD + "sshd[9]: Disconnected from invalid user pi 192.0.2.7 port 5 [preauth]",
     "failed", "pi", "192.0.2.7"),
    (OLD + "sshd[9]: Connection closed by 192.0.2.7 port 5 [preauth]", "failed", "", "192.0.2.7"),
    (OLD + "sshd[9]: Received disconnect from 192.0.2.7 port 5:11: Bye Bye [preauth]",
     "failed", "", "192.0.2.7"),
    (OLD + "sshd[9]: User games from 192.0.2.7 not allowed because not listed in AllowUsers",
     "failed", "games", "192.0.2.7"),
    (OLD + f"sshd[9]: pam_unix(sshd:auth): {PAM}tty=ssh ruser= rhost=192.0.2.7  user=root",
     "failed", "root", "192.0.2.7"),
    (OLD + f"sshd[9]: pam_unix(sshd:auth): {PAM}tty=ssh ruser= rhost=192.0.2.7 ",
     "failed", "", "192.0.2.7"),
    (OLD + f"sshd[9]: pam_sss(sshd:auth): {PAM}tty=ssh ruser= rhost=192.0.2.7 user=eve",
     "failed", "eve", "192.0.2.7"),
    (OLD + "sshd[9]: PAM 2 more authentication failures; logname= uid=0 euid=0 tty=ssh ruser="
     " rhost=192.0.2.7  user=root", "failed", "root", "192.0.2.7"),
    (OLD + f"gdm-password][71]: pam_unix(gdm-password:auth): {PAM}tty=/dev/tty1 ruser= rhost= "
     " user=alice", "failed", "alice", ""),
    (OLD + "sudo: pam_unix(sudo:auth): authentication failure; logname=bob uid=1000 euid=0"
     " tty=/dev/pts/0 ruser=bob rhost=  user=bob", "failed", "bob", ""),
    (OLD + "sudo:      bob : 3 incorrect password attempts ; TTY=pts/0 ; PWD=/home/bob ;"
     " USER=root ; COMMAND=/usr/bin/id", "failed", "bob", ""),
    (NEW + "sudo[7]:      eve : user NOT in sudoers ; TTY=pts/0 ; PWD=/ ; USER=root ;"
     " COMMAND=/bin/sh", "failed", "eve", ""),
    (OLD + "su[33]: FAILED SU (to root) bob on pts/1", "failed", "root", ""),
    (OLD + "su[33]: FAILED su for root by bob", "failed", "root", ""),
    (OLD + "login[3]: FAILED LOGIN (1) on '/dev/tty1' FOR 'UNKNOWN', Authentication failure",
     "failed", "UNKNOWN", ""),
    (OLD + "login[3]: FAILED LOGIN 1 FROM tty1 FOR root, Authentication failure",
     "failed", "root", ""),
    (OLD + "sshd[9]: Accepted publickey for bob from 10.0.0.5 port 5 ssh2: ED25519 SHA256:Ab",
     "accepted", "bob", "10.0.0.5"),
    (NEW + "sshd-session[9]: Accepted password for bob from 10.0.0.5 port 5 ssh2",
     "accepted", "bob", "10.0.0.5"),
    (OLD + "su[9]: pam_unix(su-l:session): session opened for user root(uid=0) by bob(uid=1000)",
     "accepted", "root", ""),
    (OLD + "sudo: pam_unix(sudo:session): session opened for user root by bob(uid=1000)",
     "accepted", "root", ""),
]  # fmt: skip

# What somebody else wrote, and what is no login.
OTHERS = [
    "sshd[9]: Failed password for root from 192.0.2.7 port 4222 ssh2",
    OLD + "app[9]: Failed password for root from 192.0.2.7 port 4222 ssh2",
    OLD + "app[9]: sshd[9]: Failed password for root from 192.0.2.7 port 4222 ssh2",
    NEW + "app[9]: web1 sshd[9]: Failed password for root from 192.0.2.7 port 4222 ssh2",
    OLD + "sshd[9]: Failed password for root from 192.0.2.7 port 4222 ssh2 or so",
    OLD + "sshd[9]: Connection closed by 192.0.2.7 port 5",
    OLD + "CRON[9]: pam_unix(cron:session): session opened for user root(uid=0) by (uid=0)",
    OLD + "sshd[9]: pam_unix(sshd:session): session closed for user root",
]


@pytest.mark.parametrize(("line", "outcome", "account", "source"), LINES)
def test_lines_about_logins_are_read(line: str, outcome: str, account: str, source: str) -> None:
    login = login_of(line.encode())
    assert login is not None
    assert (login.form.outcome, login.account, login.source) == (outcome, account, source)


@pytest.mark.parametrize("line", OTHERS)
def test_other_lines_are_not(line: str) -> None:
    assert login_of(line.encode()) is None


def test_a_name_that_pretends_to_be_a_whole_line_is_a_name() -> None:
    name = "root from 10.0.0.1 port 22 ssh2"
    line = f"{OLD}sshd[9]: Failed password for invalid user {name} from 192.0.2.7 port 4 ssh2"
    login = login_of(line.encode())
    assert login is not None
    assert (login.account, login.source) == (name, "192.0.2.7")


@pytest.mark.parametrize("name", ["", 'a"b\\', "ü", "x" * 100, "a b", "-", "or", "\x07", "a\\"])
def test_an_account_may_be_called_anything(tmp_path: Path, name: str) -> None:
    line = f"{OLD}sshd[9]: Failed password for invalid user {name} from 192.0.2.7 port 4 ssh2"
    path = written(tmp_path, [line, LINES[0][0]])
    report = analysed(path)
    assert set(counts(report, "accounts")) == {"root", name} - {""}
    assert wrong(path, report) == []


def test_logins_are_counted_by_account_and_source(tmp_path: Path) -> None:
    path = written(tmp_path, [*OTHERS, *(line for line, *_said in LINES)])
    report = analysed(path)
    for table, place in (("accounts", 2), ("sources", 3)):
        told = counts(report, table)
        for name in {each[place] for each in LINES} - {""}:
            of_it = [each[1] for each in LINES if each[place] == name]
            if name in told:
                assert told[name] == (of_it.count("failed"), of_it.count("accepted"))
    assert counts(report, "logins") == {"failed": (29,), "accepted": (4,)}
    assert wrong(path, report) == []
    assert lines_of(path, ["login=failed from=192.0.2.7 account=root"]) == [6]


@pytest.mark.parametrize("query", ["login=perhaps", 'account=""', "from=re:x"])
def test_a_query_says_what_it_takes(query: str) -> None:
    with pytest.raises(QueryError, match="expected"):
        condition_of(query)
