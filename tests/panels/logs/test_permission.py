"""Who may read a log that somebody may not: as `stat` and the machine's groups say."""

import os
from pathlib import Path

import pytest

from sysgui.panels.logs import command
from sysgui.panels.logs.page import PageProbe
from sysgui.panels.logs.permission import NOT_PERMITTED, place_as_root
from sysgui.system.host import Host
from sysgui.system.problem import Problem


class Closed(Host):
    """A machine on which this user may neither open one file, nor look into one folder.

    Args:
        root: Of the recorded machine.
        mode: Of both.
    """

    def __init__(self, root: str, mode: int) -> None:
        super().__init__(root)
        self._mode = mode

    def open(self, path: str, flags: int = 0) -> int:
        if path == "/var/log/auth.log":
            raise PermissionError(13, os.strerror(13), path)
        return super().open(path, flags)

    def stat(self, path: str) -> os.stat_result:
        if path.startswith("/var/log/private/"):
            raise PermissionError(13, os.strerror(13), path)
        found = super().stat(path)
        changed = found.st_mode & ~0o777 | self._mode
        return os.stat_result((changed, *found[1:4], 0, 4, *found[6:]))


@pytest.fixture
def root(tmp_path: Path) -> str:
    (tmp_path / "etc").mkdir()
    (tmp_path / "etc/passwd").write_text("root:x:0:0::/root:/bin/sh\n")
    (tmp_path / "etc/group").write_text("root:x:0:\nadm:x:4:alice\n")
    (tmp_path / "var/log/private").mkdir(parents=True)
    (tmp_path / "var/log/auth.log").write_text("one\n")
    return str(tmp_path)


@pytest.mark.parametrize("path", ["/var/log/auth.log", "/var/log/private/deep/app.log"])
@pytest.mark.parametrize(("mode", "group"), [(0o750, True), (0o700, False)])
def test_it_is_said_which_group_may_and_how_to_come_to_it(
    root: str, path: str, mode: int, group: bool
) -> None:
    with pytest.raises(Problem) as refused:
        PageProbe(Closed(root, mode)).read(source=path)
    problem = refused.value
    assert problem.code == NOT_PERMITTED
    place = path if "auth" in path else "/var/log/private"
    who = "root and the group adm" if group else "root"
    assert problem.message == f"Only {who} may read {place if 'auth' in path else path}."
    assert ("usermod -aG adm" in problem.hint) == group
    assert f"sudo sysgui logs {path}" in problem.hint


def test_of_what_was_rotated_away_it_is_said_how_all_is_read(root: str) -> None:
    Path(root, "var/log/app.log").write_text("two\n")
    Path(root, "var/log/auth.log").rename(Path(root, "var/log/app.log.1"))

    class Older(Closed):
        def open(self, path: str, flags: int = 0) -> int:
            return super().open("/var/log/auth.log" if path.endswith(".1") else path, flags)

    with pytest.raises(Problem, match=r"the group adm may read /var/log/app\.log\.1") as refused:
        PageProbe(Older(root, 0o640)).read(source="/var/log/app.log", older=True)
    assert refused.value.hint.endswith("sudo sysgui logs --older /var/log/app.log")


def test_the_command_says_the_same(root: str) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    with pytest.raises(Problem, match="the group adm"):
        command.run(parser.parse_args(["/var/log/auth.log"]), Closed(root, 0o640))


@pytest.mark.parametrize(
    ("path", "can"),
    [
        ("/var/log/auth.log", True),
        ("/var/log/app/x.log.1", True),
        ("/var/log/auth.log.2.gz", True),
        ("/home/me/app.log", False),
        ("journal:/home/me", False),
    ],
)
def test_the_helper_reads_what_lies_beneath_var_log(path: str, can: bool) -> None:
    assert place_as_root(Host(), path) == (path if can else "")
