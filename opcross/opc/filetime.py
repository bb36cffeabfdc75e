"""FILETIME: ticks of 100 ns since 1601-01-01 UTC, as an int or a uint64 column ([MS-DTYP] 2.3.3).

VT_DATE counts days since 1899-12-30 and knows no zone ([MS-OAUT] 2.2.25); here it is UTC.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from opcross.errors import BadValue

__all__ = [
    "TICKS_PER_MILLISECOND",
    "TICKS_PER_SECOND",
    "date_of",
    "filetime_of",
    "ticks_of_date",
    "to_datetime",
    "to_text",
]

TICKS_PER_MILLISECOND: Final = 10_000
TICKS_PER_SECOND: Final = 10_000_000

_EPOCH: Final = datetime(1601, 1, 1, tzinfo=UTC)
_DATE_EPOCH: Final = datetime(1899, 12, 30, tzinfo=UTC)
_DATE_OFFSET: Final = (_DATE_EPOCH - _EPOCH).days
_TICKS_PER_DAY: Final = 86_400 * TICKS_PER_SECOND


def filetime_of(moment: datetime) -> int:
    """Ticks of a moment; one without a zone is UTC. Raises :class:`BadValue` before 1601."""
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    span = moment - _EPOCH
    ticks = (span.days * 86_400 + span.seconds) * TICKS_PER_SECOND + span.microseconds * 10
    if ticks < 0:
        raise BadValue(f"{moment.isoformat()} is before 1601, where FILETIME begins")
    return ticks


def to_datetime(ticks: int) -> datetime | None:
    """The moment in UTC, to the microsecond; None where Python's calendar has ended."""
    try:
        return _EPOCH + timedelta(microseconds=ticks // 10)
    except OverflowError:
        return None


def to_text(ticks: int) -> str:
    """ISO 8601 in UTC with microseconds; a number of ticks beyond the year 9999; empty for no time at all."""
    if not ticks:
        return ""
    moment = to_datetime(ticks)
    if moment is None:
        return f"{ticks} ticks"
    return moment.isoformat(timespec="microseconds").replace("+00:00", "Z")


def date_of(ticks: int) -> float:
    """The VT_DATE of a FILETIME: days before the zero day count down, their fraction counts up."""
    days, rest = divmod(ticks, _TICKS_PER_DAY)
    days -= _DATE_OFFSET
    fraction = rest / _TICKS_PER_DAY
    return days + fraction if days >= 0 else days - fraction


def ticks_of_date(date: float) -> int:
    """The FILETIME of a VT_DATE. Raises :class:`BadValue` for what lies before 1601 or is no number."""
    try:
        days = int(date)
    except (ValueError, OverflowError):
        raise BadValue(f"{date!r} is no date") from None
    ticks = (days + _DATE_OFFSET) * _TICKS_PER_DAY + round(abs(date - days) * _TICKS_PER_DAY)
    if not 0 <= ticks < 1 << 63:
        raise BadValue(f"{date!r} days are before 1601 or beyond FILETIME")
    return ticks
