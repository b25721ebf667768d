"""What the files of one process under /proc say (proc_pid_stat(5), proc_pid_io(5))."""


def split_stat(stat: bytes) -> tuple[bytes, list[bytes]]:
    """Splits /proc/PID/stat into the name and the fields behind it, state first.

    The name stands in parentheses and may hold spaces and parentheses: it ends at the last one.
    """
    end = stat.rindex(b")")
    return stat[stat.index(b"(") + 1 : end], stat[end + 2 :].split()


def full_name(comm: bytes, arguments: bytes) -> bytes:
    """Completes a name that the kernel cut at 15 bytes from the program's own first argument."""
    if len(comm) < 15 or not arguments:
        return comm
    program = arguments.split(b"\0", 1)[0].rsplit(b"/", 1)[-1]
    return program if program.startswith(comm) else comm


def parse_io(data: bytes) -> tuple[int, int]:
    """Returns read_bytes and write_bytes of /proc/PID/io: what storage saw, not the cache."""
    read = data.partition(b"\nread_bytes: ")[2]
    written = read.partition(b"\nwrite_bytes: ")[2]
    return int(read.split(b"\n", 1)[0]), int(written.split(b"\n", 1)[0])
