"""Mounted file systems that hold data, and how full they are, as df(1) would say.

Sources: /proc/self/mountinfo, /proc/filesystems, statvfs(2).
"""

import msgspec

from sysgui.system.host import Host
from sysgui.system.printable import printable_text
from sysgui.system.problem import unreadable

# Without a device of their own (nodev), and yet holding data.
_NODEV_WITH_DATA = frozenset({"nfs", "nfs4", "cifs", "smb3", "ceph", "9p", "virtiofs", "zfs"})

_OCTAL = {f"\\{ord(c):03o}": c for c in " \t\n\\#"}


class Filesystem(msgspec.Struct, frozen=True, kw_only=True):
    """One mounted file system, in bytes.

    Attributes:
        mount_point: Where it is mounted; of several places, the shortest.
        device: What is mounted, such as `/dev/sda1`.
        type: The kernel's name for its type, such as `ext4`.
        size: All of it.
        used: Neither free nor kept back.
        available: What ordinary users may still fill.
        percent: `used` of what ordinary users can use in all, rounded up, as df(1) says.
    """

    mount_point: str
    device: str
    type: str
    size: int
    used: int
    available: int
    percent: int | None


class FilesystemsProbe:
    """Reads how full the file systems are. It blocks while a network share does not answer.

    Args:
        host: The machine.
    """

    def __init__(self, host: Host) -> None:
        self._host = host

    def read(self) -> list[Filesystem]:
        """Reads each file system once, in the order of their mount points."""
        nodev = self._nodev()
        # What is mounted over another file system hides it: of one place, the last counts.
        visible = {mount[1]: mount for mount in self._mounts()}
        found: dict[str, tuple[str, str, str]] = {}
        for number, mount_point, kind, device in visible.values():
            if kind in nodev and not _holds_data(kind, mount_point):
                continue
            shown = found.get(number)
            if shown is None or len(mount_point) < len(shown[0]):
                found[number] = (mount_point, kind, device)
        filesystems = []
        for mount_point, kind, device in sorted(found.values()):
            filesystem = self._measure(mount_point, kind, device)
            if filesystem is not None:
                filesystems.append(filesystem)
        return filesystems

    def _nodev(self) -> set[str]:
        try:
            lines = self._host.read("/proc/filesystems").decode().splitlines()
        except OSError:
            return set()
        return {line.split("\t")[1] for line in lines if line.startswith("nodev")}

    def _mounts(self) -> list[tuple[str, str, str, str]]:
        """Returns device number, mount point, type and device of each mount."""
        mounts = []
        try:
            data = self._host.read("/proc/self/mountinfo")
        except OSError as error:
            raise unreadable("/proc/self/mountinfo", error) from error
        for line in data.decode("utf-8", "surrogateescape").split("\n"):
            before, dash, after = line.partition(" - ")
            if dash:
                fields, (kind, device) = before.split(" "), after.split(" ")[:2]
                mounts.append((fields[2], _unescaped(fields[4]), kind, _unescaped(device)))
        return mounts

    def _measure(self, mount_point: str, kind: str, device: str) -> Filesystem | None:
        try:
            space = self._host.space(mount_point)
        except OSError:
            return None  # Unmounted meanwhile, not ours to see, or a share that is gone.
        if not space.size:
            return None
        used = space.size - space.free
        reachable = used + space.available
        return Filesystem(
            mount_point=printable_text(mount_point),
            device=printable_text(device),
            type=printable_text(kind),
            size=space.size,
            used=used,
            available=space.available,
            percent=-(-100 * used // reachable) if reachable else None,
        )


def _holds_data(kind: str, mount_point: str) -> bool:
    """Tells whether a type without a device of its own is more than memory or a view."""
    # Where a container's or a live system's root is an overlay, nothing else names its disk.
    overlaid = kind == "overlay" and mount_point == "/"
    return overlaid or kind in _NODEV_WITH_DATA or kind.startswith("fuse.")


def _unescaped(field: str) -> str:
    r"""Undoes the octal escapes of mountinfo (`\\040` is a space)."""
    if "\\" not in field:
        return field
    for escape, character in _OCTAL.items():
        if character != "\\":
            field = field.replace(escape, character)
    return field.replace("\\134", "\\")
