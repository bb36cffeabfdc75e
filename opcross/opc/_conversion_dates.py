"""VT_DATE as text and back: days since 1899-12-30 ([MS-OAUT] 2.2.25), in the forms of the United States.

Written as ``1/31/2024 1:05:09 PM``; midnight has no time, and day zero has no date (Wine's VarBstrFromDate).
Read are ISO 8601 (a zone is turned into UTC), ``month/day/year`` or ``day/month/year`` where the first cannot
be a month, names of months in English, and times alone. Of what VarDateFromStr also takes, dates that need
the current year and times such as ``1.30`` are left out. A bare number is no date (Wine's tests).
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from math import isfinite
from typing import Final

from opcross.opc._conversion_numbers import DATE_BEGIN, DATE_END

__all__ = ["date_of_moment", "date_of_text", "moment_of_date", "text_of_date"]

_EPOCH: Final = datetime(1899, 12, 30)  # noqa: DTZ001  (a DATE knows no zone)
_DAY: Final = 86_400
_MICROSECONDS: Final = 1_000_000
_TEXT_LIMIT: Final = 64
_MONTHS: Final = (
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
)
_TIME: Final = (
    r"(?P<hour>[0-9]{1,2})(?::(?P<minute>[0-9]{1,2})(?::(?P<second>[0-9]{1,2}))?)?"
    r"(?:\s*(?P<half>[AaPp][Mm]))?"
)
_NUMERIC: Final = (
    r"(?P<first>[0-9]{1,2})(?P<mark>[/-])(?P<second_part>[0-9]{1,2})(?P=mark)(?P<year>[0-9]{1,4})"
)
_NAMED: Final = (
    r"(?:(?P<month>[A-Za-z]{3,9})\s+(?P<day>[0-9]{1,2})(?:,\s*|\s+)"
    r"|(?P<day2>[0-9]{1,2})[\s-]+(?P<month2>[A-Za-z]{3,9})[\s,-]+)(?P<year2>[0-9]{1,4})"
)
_US: Final = re.compile(rf"\s*(?:(?:{_NUMERIC}|{_NAMED})(?:\s+(?=[0-9])|\s*$))?(?:{_TIME})?\s*")
_ISO: Final = re.compile(
    r"\s*[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}"
    r"(?:[T ][0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?(?:Z|[+-][0-9]{2}:?[0-9]{2})?)?\s*"
)
_YEAR_2000: Final = 30
"""Two digits below this are of the 21st century: chosen as the default of Windows for many years."""


def moment_of_date(value: float) -> datetime | None:
    """The moment, without zone, to the microsecond; None outside the years 100 to 9999."""
    if not isfinite(value) or not DATE_BEGIN < value < DATE_END:
        return None
    days = int(value)
    # Below zero the day counts down while its time counts up. The last double of the year 9999 lies 40
    # microseconds before its end, so rounding never leaves the calendar.
    return _EPOCH + timedelta(days=days, microseconds=round(abs(value - days) * _DAY * _MICROSECONDS))


def date_of_moment(moment: datetime) -> float:
    """The DATE of a moment; one with a zone is turned into UTC first."""
    offset = moment.utcoffset()
    if offset is not None:
        moment = moment.replace(tzinfo=None) - offset
    span = moment - _EPOCH
    fraction = (span.seconds * _MICROSECONDS + span.microseconds) / (_DAY * _MICROSECONDS)
    return span.days + fraction if span.days >= 0 else span.days - fraction


def text_of_date(value: float) -> str | None:
    """A DATE as text, to the second; None where it is none."""
    moment = moment_of_date(value)
    if moment is None:
        return None
    try:
        moment = (moment + timedelta(microseconds=_MICROSECONDS // 2)).replace(microsecond=0)
    except OverflowError:
        moment = moment.replace(microsecond=0)
    day = f"{moment.month}/{moment.day}/{moment.year}"
    time = f"{moment.hour % 12 or 12}:{moment:%M:%S} {'AM' if moment.hour < 12 else 'PM'}"
    if moment.date() == _EPOCH.date():
        return time
    return day if (moment.hour, moment.minute, moment.second) == (0, 0, 0) else f"{day} {time}"


def date_of_text(text: str) -> float | None:
    """The DATE that ``text`` says, or None."""
    if len(text) > _TEXT_LIMIT:
        return None
    try:
        moment = _moment_of_iso(text) if _ISO.fullmatch(text) else _moment_of_us(text)
        value = None if moment is None else date_of_moment(moment)
    except (ValueError, OverflowError):
        return None  # the thirteenth month, the thirtieth of February, a zone that leads out of the calendar
    return value if value is not None and DATE_BEGIN < value < DATE_END else None


def _moment_of_iso(text: str) -> datetime:
    day, _, time = text.strip().replace(" ", "T").partition("T")
    year, month, number = (int(part) for part in day.split("-"))
    if time[1:2] == ":":
        time = f"0{time}"
    return datetime.fromisoformat(f"{year:04}-{month:02}-{number:02}T{time or '00:00'}")


def _moment_of_us(text: str) -> datetime | None:
    found = _US.fullmatch(text)
    if found is None:
        return None
    day = _EPOCH.date()
    if found["year"] or found["year2"]:
        named = _named_day(found) if found["year2"] else _numeric_day(found)
        if named is None:
            return None
        day = named
    elif found["hour"] is None or (found["minute"] is None and found["half"] is None):
        return None  # nothing at all, or a bare number
    hour = int(found["hour"] or 0)
    if found["half"]:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if found["half"][0] in "Pp" else 0)
    elif found["hour"] and not found["minute"]:
        return None
    return datetime(day.year, day.month, day.day, hour, int(found["minute"] or 0), int(found["second"] or 0))  # noqa: DTZ001


def _year(digits: str) -> int:
    year = int(digits)
    if len(digits) > 2:
        return year
    return year + (2000 if year < _YEAR_2000 else 1900)


def _numeric_day(found: re.Match[str]) -> date:
    month, day = int(found["first"]), int(found["second_part"])
    if month > 12 >= day:
        month, day = day, month
    return date(_year(found["year"]), month, day)


def _named_day(found: re.Match[str]) -> date | None:
    word = (found["month"] or found["month2"]).lower()
    month = next((number for number, name in enumerate(_MONTHS, 1) if name.startswith(word)), None)
    if month is None:
        return None
    return date(_year(found["year2"]), month, int(found["day"] or found["day2"]))
