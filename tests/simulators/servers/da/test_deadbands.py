"""Deadbands as columns: which values lie within, whatever their types."""

from __future__ import annotations

from math import inf, nan

import numpy as np
import pytest

from opcross.ndr import Variant, VariantColumn, VarType
from opcross_simulators.servers.da.deadbands import numbers_of, within

R8, I4, UI8, CY = VarType.R8, VarType.I4, VarType.UI8, VarType.CY


@pytest.mark.parametrize(
    ("old", "new", "band", "held"),
    [
        (Variant(R8, 1.0), Variant(R8, 3.0), 2.0, True),
        (Variant(R8, 1.0), Variant(R8, 3.5), 2.0, False),
        (Variant(R8, 1.0), Variant(R8, -1.0), 2.0, True),
        (Variant(R8, 1.0), Variant(R8, 1.5), 0.0, False),
        (Variant(R8, 1.0), Variant(R8, nan), 2.0, False),
        (Variant(R8, nan), Variant(R8, 1.0), 2.0, False),
        (Variant(R8, inf), Variant(R8, -inf), 2.0, False),
        (Variant(R8, 1.0), Variant(R8, 9.0), inf, True),
        (Variant(I4, -5), Variant(I4, -7), 2.0, True),
        (Variant(I4, 5), Variant(R8, 5.0), 2.0, False),
        (Variant(UI8, 2**64 - 1), Variant(UI8, 0), 2.0, False),
        (Variant(CY, 10_000), Variant(CY, 25_000), 2.0, True),
        (Variant(VarType.BOOL, value=False), Variant(VarType.BOOL, value=True), 2.0, False),
        (Variant(VarType.BSTR, "1"), Variant(VarType.BSTR, "2"), 2.0, False),
        (Variant(VarType.EMPTY), Variant(VarType.EMPTY), 2.0, False),
    ],
    ids=repr,
)
def test_a_value_is_held_back_only_where_it_surely_lies_within(
    old: Variant, new: Variant, band: float, held: bool
) -> None:
    before, after = VariantColumn.of([old, Variant(R8, 0.0)]), VariantColumn.of([new, Variant(R8, 0.5)])
    found = within(before.vartypes, before.bits, after, np.array([band, 1.0]))
    assert found.tolist() == [held, True]


def test_what_is_no_number_is_not_a_number() -> None:
    column = VariantColumn.of([Variant(I4, -3), Variant(VarType.BSTR, "3"), Variant(CY, 15_000), None])
    np.testing.assert_array_equal(numbers_of(column.vartypes, column.bits), [-3.0, nan, 1.5, nan])
