"""How figures are written: three digits that count, and a unit after a narrow space."""

from sysgui.system.i18n import _

UNKNOWN = "–"  # noqa: RUF001 - the en dash stands for "not known (yet)"
SPACE = "\N{NARROW NO-BREAK SPACE}"

_BINARY = ("B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB")
_DECIMAL = ("B", "kB", "MB", "GB", "TB", "PB", "EB")


def _scaled(value: float, step: int, units: tuple[str, ...]) -> tuple[str, str]:
    number = float(value)
    unit = 0
    # 999.5 would be written as four digits: the next unit takes it.
    while abs(number) >= (step - 0.5 if unit == 0 else 999.5) and unit < len(units) - 1:
        number /= step
        unit += 1
    if unit == 0:
        return f"{number:.0f}", units[0]
    return f"{number:.1f}" if abs(number) < 99.95 else f"{number:.0f}", units[unit]


def size(count: float | None) -> str:
    """Writes bytes in powers of 1024: `9.8 GiB`."""
    if count is None:
        return UNKNOWN
    return SPACE.join(_scaled(count, 1024, _BINARY))


def rate(count: float | None) -> str:
    """Writes bytes per second in powers of 1000, as disks and networks are sold: `184 MB/s`."""
    if count is None:
        return UNKNOWN
    return f"{amount(count)}/s"


def amount(count: float | None) -> str:
    """Writes bytes in powers of 1000, for columns whose header says per what: `184 MB`."""
    if count is None:
        return UNKNOWN
    return SPACE.join(_scaled(count, 1000, _DECIMAL))


def count(number: int) -> str:
    """Writes how many there are, in groups of three digits: `13 000 000`."""
    return f"{number:,}".replace(",", SPACE)


def short(text: str) -> str:
    """Drops a `.0` from a written figure: scales have round values and little room."""
    return text.replace(".0", "", 1)


def percent(share: float | None) -> str:
    """Writes a percentage: `9.8 %`, from 100 on, and of whole numbers, without decimals."""
    if share is None:
        return UNKNOWN
    if isinstance(share, int):
        return f"{share}{SPACE}%"
    return f"{decimal(share)}{SPACE}%"


def decimal(number: float | None) -> str:
    """Writes a number with one decimal below 100, with none above."""
    if number is None:
        return UNKNOWN
    return f"{number:.1f}" if abs(number) < 99.95 else f"{number:.0f}"


def duration(seconds: float | None) -> str:
    """Writes a span of time with its two largest units: `3 d 4 h`."""
    if seconds is None:
        return UNKNOWN
    left = max(0, int(seconds))
    parts: list[str] = []
    for unit, length in ((_("d"), 86400), (_("h"), 3600), (_("min"), 60), (_("s"), 1)):
        count, left = divmod(left, length)
        if parts:
            # The second unit only where it says something: `5 min`, not `5 min 0 s`.
            return " ".join([*parts, f"{count}{SPACE}{unit}"] if count else parts)
        if count or length == 1:
            parts.append(f"{count}{SPACE}{unit}")
    return " ".join(parts)
