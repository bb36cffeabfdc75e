"""Months of Microsoft's updates: what a host's patch level is counted in."""

from __future__ import annotations

import re
from dataclasses import dataclass

from opcross.errors import FileError

__all__ = ["UNPATCHED", "Month", "month_word", "parse_month"]

UNPATCHED = "unpatched"
_MONTH = re.compile(r"(\d{4})-(\d{2})")


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month; it means the state after that month's updates."""

    year: int
    month: int

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def parse_month(text: str) -> Month | None:
    """``YYYY-MM``, or ``unpatched`` for None.

    Raises :class:`~opcross.errors.FileError` for anything else.
    """
    if text == UNPATCHED:
        return None
    match = _MONTH.fullmatch(text)
    if match and 1 <= int(match[2]) <= 12:
        return Month(int(match[1]), int(match[2]))
    near = UNPATCHED if text.casefold().startswith("un") else None
    raise FileError(f'expected a month as YYYY-MM or "{UNPATCHED}", found "{text}"', near=near)


def month_word(month: Month | None) -> str:
    """The inverse of :func:`parse_month`."""
    return UNPATCHED if month is None else str(month)
