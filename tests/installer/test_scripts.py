"""The set-up scripts, with package managers, Python and root as fakes on PATH."""

import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
SCRIPTS = [ROOT / "installer" / name for name in ("run", "test", "lock", "setup.sh")]

# What the scripts call of the system itself; everything else on PATH is a fake.
REAL = ("sh", "dirname", "cat", "cksum", "readlink", "head", "sort", "tr", "grep", "rm", "flock",
        "mkdir", "ln", "printf", "env", "touch", "chmod", "mktemp", "nproc")  # fmt: skip

PYTHON = """#!/bin/sh
echo "python $*" >>"$CALLS"
case "$*" in
*version_info*) exit 0 ;;
--version) echo "Python 3.11.2" ;;
*"import ensurepip"*) exit ${ENSUREPIP_STATUS:-0} ;;
"-m venv "*) mkdir -p "$3/bin" && ln -sf "$0" "$3/bin/python" ;;
*"pip"*) exit ${PIP_STATUS:-0} ;;
"-m pytest"*) echo "passed: $*"; case " $* " in *" $FAILS "*) exit 1 ;; esac ;;
"-m sysgui"*) shift 2; for a in "$@"; do echo "[$a]"; done ;;
esac
"""


class Checkout:
    """A copy of the scripts in a directory with a blank in its name, and a PATH of fakes."""

    def __init__(self, directory: Path) -> None:
        self.root = directory / "a check out"
        shutil.copytree(ROOT / "installer", self.root / "installer")
        self.bin = directory / "bin"
        self.bin.mkdir()
        self.calls = directory / "calls"
        self.calls.touch()
        for name in REAL:
            found = shutil.which(name)
            assert found, name
            (self.bin / name).symlink_to(found)
        self.fake("python3", PYTHON)
        self.fake("id", "#!/bin/sh\necho 0\n")
        self.fake("fc-list", "#!/bin/sh\necho font\n")

    def fake(self, name: str, script: str) -> None:
        path = self.bin / name
        path.unlink(missing_ok=True)
        path.write_text(script)
        path.chmod(0o755)

    def recorder(self, name: str, status: int = 0) -> None:
        self.fake(name, f'#!/bin/sh\necho "{name} $*" >>"$CALLS"\nexit {status}\n')

    def start(self, script: str, *arguments: str, **extra: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(self.root / "installer" / script), *arguments],
            env={"PATH": str(self.bin), "CALLS": str(self.calls), "HOME": "/nowhere", **extra},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
            check=False,
        )

    def called(self) -> list[str]:
        lines = self.calls.read_text().splitlines()
        self.calls.write_text("")
        return lines


@pytest.fixture
def checkout(tmp_path: Path) -> Checkout:
    return Checkout(tmp_path)


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.name)
def test_a_script_is_posix_shell(script: Path) -> None:
    done = subprocess.run(["dash", "-n", str(script)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_arguments_reach_the_program_unchanged(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    done = checkout.start("run", "processes", "cpu>5 and user=a b", "", "--json")
    assert done.stdout.splitlines() == ["[processes]", "[cpu>5 and user=a b]", "[]", "[--json]"]


def test_the_second_start_calls_neither_pip_nor_a_package_manager(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    assert checkout.start("run", "--version").returncode == 0
    assert any("pip" in call for call in checkout.called())
    assert checkout.start("run", "--version").returncode == 0
    assert checkout.called() == ["python -m sysgui --version"]


def test_a_link_to_it_starts_the_same(checkout: Checkout, tmp_path: Path) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    link = tmp_path / "sysgui"
    link.symlink_to("a check out/installer/run")
    env = {"PATH": str(checkout.bin), "CALLS": str(checkout.calls)}
    done = subprocess.run([link, "--version"], env=env, capture_output=True, text=True)
    assert (done.returncode, done.stdout) == (0, "[--version]\n")


# Root writes to all: instead of a file that may not be written there is none that can be.
def test_a_checkout_that_cannot_be_written_is_said_before_anything_is_installed(
    checkout: Checkout,
) -> None:
    without_root(checkout)
    (checkout.root / ".setup-lock").mkdir()
    done = checkout.start("run")
    assert done.returncode == 1
    assert done.stderr.startswith(f"This checkout cannot be written to by you: {checkout.root} ")
    assert not any(call.startswith(("apt-get", "sudo", "python -m")) for call in checkout.called())


def test_packages_are_pinned_hashed_and_never_built(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    checkout.start("run", "--version")
    (pip,) = [call for call in checkout.called() if "pip" in call and "install" in call]
    assert "--require-hashes" in pip
    assert "--only-binary :all:" in pip


def test_a_failed_download_leaves_nothing_that_counts_as_ready(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    done = checkout.start("run", "--version", PIP_STATUS="1")
    assert done.returncode == 1
    assert "start again" in done.stderr
    assert not (checkout.root / ".venv").exists()
    assert checkout.start("run", "--version").returncode == 0


def test_an_interrupted_setup_is_made_anew(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    half = checkout.root / ".venv" / "bin"
    half.mkdir(parents=True)
    (half / "leftover").touch()
    assert checkout.start("run", "--version").returncode == 0
    assert not (half / "leftover").exists()


@pytest.mark.parametrize("change", ["lock", "place"])
def test_an_environment_made_from_something_else_is_made_anew(
    checkout: Checkout, change: str
) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    checkout.start("run", "--version")
    if change == "lock":
        with (checkout.root / "installer" / "requirements.txt").open("a") as lock:
            lock.write("# another\n")
    else:
        moved = checkout.root.with_name("moved here")
        checkout.root.rename(moved)
        checkout.root = moved
    checkout.called()
    assert checkout.start("run", "--version").returncode == 0
    assert any("-m venv" in call for call in checkout.called())


def test_only_what_is_missing_is_installed_and_it_is_said(checkout: Checkout) -> None:
    checkout.fake(
        "dpkg-query",
        '#!/bin/sh\ncase "$*" in *libegl1*) exit 1 ;; *) echo installed ;; esac\n',
    )
    checkout.recorder("apt-get")
    done = checkout.start("run", "--panel", "overview")
    assert done.returncode == 0, done.stderr
    installs = [call for call in checkout.called() if call.startswith("apt-get install")]
    assert installs == ["apt-get install -y --no-install-recommends libegl1 -qq"]
    assert "apt-get install -y --no-install-recommends libegl1" in done.stderr


@pytest.mark.parametrize(
    ("manager", "query", "expected"),
    [
        ("dnf", "rpm", "dnf install -y"),
        ("zypper", "rpm", "zypper --non-interactive install"),
        ("pacman", "pacman", "pacman -S --needed --noconfirm"),
    ],
)
def test_other_package_managers_get_their_own_names(
    checkout: Checkout, manager: str, query: str, expected: str
) -> None:
    checkout.fake("rpm", "#!/bin/sh\nexit 1\n")
    checkout.fake(
        manager,
        f'#!/bin/sh\ncase "$1" in -Qi) exit 1 ;; esac\necho "{manager} $*" >>"$CALLS"\n',
    )
    assert query
    done = checkout.start("run")
    assert done.returncode == 0, done.stderr
    (install,) = [call for call in checkout.called() if call.startswith(expected)]
    assert "xcb-util-cursor" in install or "libxcb-cursor0" in install


def without_root(checkout: Checkout) -> None:
    checkout.fake("id", "#!/bin/sh\necho 1000\n")
    checkout.fake("dpkg-query", "#!/bin/sh\nexit 1\n")
    checkout.recorder("apt-get")


def test_without_a_way_to_root_the_window_names_the_command_to_run(checkout: Checkout) -> None:
    without_root(checkout)
    done = checkout.start("run", "--panel", "processes")
    assert done.returncode == 1
    assert "    apt-get install -y --no-install-recommends " in done.stderr
    assert not any(call.startswith("apt-get") for call in checkout.called())


def test_without_a_way_to_root_a_command_goes_on(checkout: Checkout) -> None:
    without_root(checkout)
    done = checkout.start("run", "processes", "--json")
    assert done.returncode == 0
    assert done.stdout == "[processes]\n[--json]\n"
    # And a window asked for later does not take the environment for complete.
    assert checkout.start("run").returncode == 1


def test_without_what_makes_environments_a_command_does_not_go_on(checkout: Checkout) -> None:
    without_root(checkout)
    done = checkout.start("run", "doctor", ENSUREPIP_STATUS="1")
    assert done.returncode == 1
    assert "python3-venv" in done.stderr
    assert "Going on" not in done.stderr
    assert not (checkout.root / ".venv").exists()


def test_root_is_asked_for_through_sudo_where_it_needs_no_typing(checkout: Checkout) -> None:
    without_root(checkout)
    checkout.fake("sudo", '#!/bin/sh\n[ "$1" = -n ] && shift\necho "sudo $*" >>"$CALLS"\n')
    assert checkout.start("run").returncode == 0
    assert any("apt-get" in call for call in checkout.called() if call.startswith("sudo env"))


def test_a_python_that_is_too_old_is_named(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    checkout.recorder("apt-get")
    checkout.fake(
        "python3",
        '#!/bin/sh\n[ "$1" = --version ] && echo "Python 3.9.2" && exit 0\nexit 1\n',
    )
    done = checkout.start("run")
    assert done.returncode == 1
    assert "3.11" in done.stderr
    assert "3.9.2" in done.stderr


@pytest.mark.parametrize("fails", ["none", "--without-qt", "--with-qt", "loadfile"])
def test_three_runs_make_up_the_whole_and_each_failure_counts(
    checkout: Checkout, fails: str
) -> None:
    checkout.recorder("dpkg-query")
    done = checkout.start("test", FAILS=fails)
    assert done.returncode == (0 if fails == "none" else 1)
    runs = [call for call in checkout.called() if "-m pytest" in call]
    assert len(runs) == 3
    first, second, machine = done.stdout.splitlines()  # Whatever reads the last sees pytest's own.
    assert first.endswith("--without-qt")
    assert second.endswith("--with-qt --ignore tests/machine")
    assert machine.endswith("tests/machine")


def test_with_arguments_pytest_runs_once_with_them(checkout: Checkout) -> None:
    checkout.recorder("dpkg-query")
    done = checkout.start("test", "tests/ui", "-k", "a table", FAILS="tests/ui")
    assert (done.returncode, done.stdout) == (1, "passed: -m pytest tests/ui -k a table\n")


def test_the_locks_pin_every_package_by_hash() -> None:
    for lock in (ROOT / "installer").glob("requirements*.txt"):
        text = lock.read_text()
        packages = [line for line in text.splitlines() if "==" in line]
        assert packages
        for line in packages:
            assert line.endswith("\\"), (lock.name, line)
        assert "://" not in text, lock.name
        assert "file:" not in text, lock.name


def test_pyside_stays_below_the_version_that_crashes() -> None:
    text = (ROOT / "installer" / "requirements.txt").read_text().casefold()
    assert "pyside6-essentials==6.11.3" in text
