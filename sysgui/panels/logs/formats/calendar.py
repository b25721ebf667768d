"""The calendar for whole arrays: days since 1970, and the months' names."""

import numpy as np
import numpy.typing as npt

Days = npt.NDArray[np.int64]
Bytes = npt.NDArray[np.uint8]

MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

# A day that there is not, such as 30 February.
NO_DAY = np.iinfo(np.int64).min

# Years have four digits.
_YEARS = np.arange(10_000)
_BEFORE = _YEARS - 1
LEAP = (_YEARS % 4 == 0) & ((_YEARS % 100 != 0) | (_YEARS % 400 == 0))
_BEFORE_YEAR = 365 * _YEARS + _BEFORE // 4 - _BEFORE // 100 + _BEFORE // 400
_BEFORE_YEAR -= _BEFORE_YEAR[1970]

_LENGTHS = np.array(
    [
        [0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
        [0, 31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31],
    ]
)
_BEFORE_MONTH = np.cumsum(_LENGTHS, axis=1) - _LENGTHS

# The second and the third letter of an English month tell it from the others.
_NAMED = np.zeros(1 << 16, np.uint8)
_FIRST_LETTER = np.zeros(13, np.uint8)
for _number, _name in enumerate(MONTHS, 1):
    _first, _second, _third = _name.encode()
    _NAMED[_second << 8 | _third] = _number
    _FIRST_LETTER[_number] = _first


def days_since_1970(year: Days, month: Days, day: Days) -> Days:
    """Returns how many days lie between 1 January 1970 and some days, NO_DAY for what is none.

    Args:
        year: 0 to 9999.
        month: Any number up to 99.
        day: Any number up to 99.
    """
    wrong = (month < 1) | (month > 12)
    month = np.where(wrong, 1, month)
    leap = LEAP[year].astype(np.int64)
    days: Days = _BEFORE_YEAR[year] + _BEFORE_MONTH[leap, month] + day - 1
    days[wrong | (day < 1) | (day > _LENGTHS[leap, month])] = NO_DAY
    return days


def days_before_month(month: Days) -> Days:
    """Returns how many days of a leap year lie before some months, 1 to 12."""
    return np.asarray(_BEFORE_MONTH[1, month])


def month_of(first: Bytes, second: Bytes, third: Bytes) -> Bytes:
    """Returns the months, 1 to 12, that three letters each name; 0 where they name none."""
    months: Bytes = _NAMED[second.astype(np.uint16) << 8 | third]
    months[_FIRST_LETTER[months] != first] = 0
    return months
