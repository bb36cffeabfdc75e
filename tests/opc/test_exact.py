"""Decimal numbers without rounding, held against fractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.opc._exact import Exact, exact_of_float, exact_of_text


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("12", Exact(12)),
        ("-12.50", Exact(-125, -1)),
        (".5", Exact(5, -1)),
        ("5.", Exact(5)),
        ("1.5e3", Exact(15, 2)),
        ("1e-3", Exact(1, -3)),
        ("", None),
        (".", None),
        ("e5", None),
        ("1e", None),
        ("1,000", None),
        (" 1", None),
        ("nan", None),
    ],
)
def test_plain_numbers_are_read_and_nothing_else(text: str, number: Exact | None) -> None:
    assert exact_of_text(text) == number


@given(st.integers(-(10**30), 10**30), st.integers(-40, 8), st.integers(0, 28))
def test_rounding_goes_to_the_nearest_and_halves_to_the_even_neighbour(
    mantissa: int, power: int, places: int
) -> None:
    exact = Fraction(mantissa) * Fraction(10) ** power
    assert Exact(mantissa, power).rounded(places) == round(exact * 10**places)


@given(st.integers(-(10**20), 10**20), st.integers(-30, 15))
def test_a_number_written_is_the_number_read(mantissa: int, power: int) -> None:
    text = Exact(mantissa, power).to_text()
    assert Fraction(text) == Fraction(mantissa) * Fraction(10) ** power
    assert "e" not in text
    assert text == text.rstrip(".")


@given(st.floats(allow_nan=False, allow_infinity=False))
def test_seventeen_digits_are_the_double_itself(value: float) -> None:
    assert exact_of_float(value, 17).to_float() == value


def test_numbers_beyond_every_type_cost_no_time() -> None:
    """An exponent is a peer's cheapest way to ask for gigabytes."""
    assert Exact(1, 10**9).rounded() is None
    assert Exact(1, -(10**9)).rounded(28) == 0
    assert Exact(0, 10**9).rounded() == 0
    assert Exact(1, 10**9).to_decimal() is None
    assert Exact(1, 10**9).to_float() == float("inf")
