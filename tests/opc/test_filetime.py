"""FILETIME, datetime and VT_DATE: one moment in three spellings."""

from __future__ import annotations

import math
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue
from opcross.opc.filetime import (
    TICKS_PER_MILLISECOND,
    TICKS_PER_SECOND,
    date_of,
    filetime_of,
    ticks_of_date,
    to_datetime,
    to_text,
)

UNIX = 116_444_736_000_000_000
"""1970-01-01 in ticks, as everybody who converts them knows it."""
DAY = 86_400 * TICKS_PER_SECOND


def test_the_epochs_lie_where_windows_puts_them() -> None:
    assert filetime_of(datetime(1970, 1, 1, tzinfo=UTC)) == UNIX
    assert filetime_of(datetime(1601, 1, 1, tzinfo=UTC)) == 0
    assert to_datetime(UNIX) == datetime(1970, 1, 1, tzinfo=UTC)
    assert date_of(UNIX) == 25_569.0
    assert ticks_of_date(25_569.0) == UNIX
    assert TICKS_PER_SECOND == 1_000 * TICKS_PER_MILLISECOND


def test_a_moment_without_zone_is_utc_and_another_zone_is_converted() -> None:
    assert filetime_of(datetime(1970, 1, 1)) == UNIX  # noqa: DTZ001  (that is the point)
    east = timezone(timedelta(hours=2))
    assert filetime_of(datetime(1970, 1, 1, 2, tzinfo=east)) == UNIX


def test_before_1601_there_is_no_filetime() -> None:
    with pytest.raises(BadValue, match="before 1601"):
        filetime_of(datetime(1600, 12, 31, tzinfo=UTC))
    with pytest.raises(BadValue, match="before 1601"):
        filetime_of(datetime(1601, 1, 1, tzinfo=timezone(timedelta(hours=1))))


@pytest.mark.parametrize(
    ("ticks", "text"),
    [
        (0, ""),
        (1, "1601-01-01T00:00:00.000000Z"),
        (UNIX + 12_345_678, "1970-01-01T00:00:01.234567Z"),
        (2_650_467_743_999_999_999, "9999-12-31T23:59:59.999999Z"),
        (2_650_467_744_000_000_000, "2650467744000000000 ticks"),
        (2**64 - 1, "18446744073709551615 ticks"),
    ],
)
def test_times_are_shown_in_iso_8601_or_as_ticks_beyond_the_calendar(ticks: int, text: str) -> None:
    """A peer may send any 64 bits as a time stamp."""
    assert to_text(ticks) == text


@pytest.mark.parametrize(
    ("date", "moment"),
    [
        (0.0, datetime(1899, 12, 30, tzinfo=UTC)),
        (5.25, datetime(1900, 1, 4, 6, tzinfo=UTC)),
        (-1.0, datetime(1899, 12, 29, tzinfo=UTC)),
        (-1.25, datetime(1899, 12, 29, 6, tzinfo=UTC)),
        (-12.75, datetime(1899, 12, 18, 18, tzinfo=UTC)),
        (2_958_465.0, datetime(9999, 12, 31, tzinfo=UTC)),
    ],
)
def test_days_before_1899_count_down_while_their_time_counts_up(date: float, moment: datetime) -> None:
    """The examples of [MS-OAUT] 2.2.25 and of the Automation documentation."""
    assert ticks_of_date(date) == filetime_of(moment)
    assert date_of(filetime_of(moment)) == date


def test_a_time_before_day_zero_of_less_than_a_day_counts_as_that_of_day_zero() -> None:
    assert ticks_of_date(-0.25) == ticks_of_date(0.25)


@pytest.mark.parametrize("date", [math.nan, math.inf, -math.inf, -109_206.0, 1e300, 11_000_000.0])
def test_a_date_that_no_filetime_can_hold_is_refused(date: float) -> None:
    with pytest.raises(BadValue):
        ticks_of_date(date)


@given(st.datetimes(min_value=datetime(1601, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001  (a bound)
def test_a_moment_survives_ticks_to_the_microsecond(moment: datetime) -> None:
    assert to_datetime(filetime_of(moment)) == moment


@given(st.integers(0, 2**64 - 1))
def test_any_ticks_can_be_shown(ticks: int) -> None:
    assert isinstance(to_text(ticks), str)
    assert to_datetime(ticks) is None or filetime_of(to_datetime(ticks) or datetime.max) == ticks // 10 * 10  # noqa: DTZ901


@given(st.integers(0, 2_650_467_743_999_999_999))
def test_ticks_survive_a_date_as_well_as_a_double_can(ticks: int) -> None:
    """A double holds a day of our time to some microseconds."""
    assert abs(ticks_of_date(date_of(ticks)) - ticks) <= 250


@given(st.floats(-109_204, 2_958_465))
def test_a_date_survives_ticks(date: float) -> None:
    back = date_of(ticks_of_date(date))
    assert math.isclose(
        abs(back) if -1 < date < 0 else back, abs(date) if -1 < date < 0 else date, abs_tol=1e-9
    )
