"""What the machine consists of. Whatever is changed here leads to a new build."""

from __future__ import annotations

import hashlib
import json

# Raise this when the build itself (build.py) changes what ends up in the root.
VERSION = 1

RELEASES = ("bookworm", "trixie")
USERS = ("alice", "bob")
HOSTNAME = "debian"

PACKAGES = (
    "systemd",
    "systemd-sysv",
    "libpam-systemd",  # Without it polkitd stays unconfigured.
    "dbus",
    "polkitd",
    "pkexec",
    "python3",
    "passwd",
    "sudo",
    "iproute2",
    "procps",
    "openssh-server",
    "nginx-light",
    "cron",
)

# Run as root inside the new root, each with the ones before it done.
SETUP = (
    *(f"useradd --create-home --shell /bin/bash {user}" for user in USERS),
    # debootstrap leaves the host's own name here, and sudo complains of a name without an address.
    f"echo {HOSTNAME} > /etc/hostname",
    f"printf '127.0.0.1 localhost\\n127.0.1.1 {HOSTNAME}\\n::1 localhost\\n' > /etc/hosts",
    # The network is private: there is no resolver to ask, and a time-out would slow each look-up.
    "rm -f /etc/resolv.conf",
    "apt-get clean",
)


def digest(release: str) -> str:
    """Name the contents of the recipe for `release`."""
    recipe = json.dumps([VERSION, release, PACKAGES, SETUP])
    return hashlib.sha256(recipe.encode()).hexdigest()[:16]
