"""Whether files of a journal may hold the same entries, which journalctl shows once."""

from collections.abc import Callable, Iterator, Sequence

from .header import Header

# One that was opened: its path and its header.
Opened = tuple[str, Header]


def may_share(opened: Sequence[Opened], boots: Callable[[str], frozenset[bytes]]) -> bool:
    """Tells whether some files may be copies of each other, or written from the same entries.

    Args:
        opened: The files.
        boots: Returns the boots that a file has entries of; asked only where it matters.
    """
    if len({header.file_id for _path, header in opened}) < len(opened):
        return True
    return any(boots(one) & boots(other) for one, other in _at_one_time(opened))


def _at_one_time(opened: Sequence[Opened]) -> Iterator[tuple[str, str]]:
    """Yields files of different writers that have entries of the same time."""
    ordered = sorted((of for of in opened if of[1].entries), key=lambda of: of[1].first)
    for at, (path, header) in enumerate(ordered):
        for other, others in ordered[at + 1 :]:
            if others.first > header.last:
                break
            # One writer counts its entries on, and writes each of them once.
            if others.seqnum_id != header.seqnum_id:
                yield path, other
