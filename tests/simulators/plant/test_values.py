"""Values of a VARTYPE from numbers, texts and moments."""

from __future__ import annotations

from datetime import UTC, datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import LocalMisuse
from opcross.ndr import SafeArray, Variant, VariantColumn, VarType
from opcross_simulators.plant.values import BASIC_NUMBERS, bits_of, floats_of, octets_in, variant_of


@pytest.mark.parametrize(
    ("vartype", "given_value", "expected"),
    [
        (VarType.R8, "12.5", 12.5),
        (VarType.R8, None, 0.0),
        (VarType.R4, 1, 1.0),
        (VarType.I4, "-7", -7),
        (VarType.I4, "007", 7),
        (VarType.UI4, "0xFF", 255),
        (VarType.I2, 3.0, 3),
        (VarType.I8, 2**62 + 1, 2**62 + 1),
        (VarType.CY, "1.5", 15_000),
        (VarType.BOOL, "TRUE", True),
        (VarType.BOOL, 0, False),
        (VarType.BSTR, True, "true"),
        (VarType.BSTR, 0.1, "0.1"),
        (VarType.BSTR, None, ""),
        (VarType.DATE, "2020-01-01T12:00:00", 43_831.5),
        (VarType.DATE, datetime(2020, 1, 1, 12, tzinfo=UTC), 43_831.5),
        (VarType.DATE, "43831.5", 43_831.5),
        (VarType.ARRAY | VarType.UI1, ["1", 2], SafeArray.of(VarType.UI1, [1, 2])),
        (VarType.ARRAY | VarType.BSTR, ("a",), SafeArray.of(VarType.BSTR, ["a"])),
        (VarType.EMPTY, None, None),
        (VarType.R8, Variant(VarType.R8, 2.0), 2.0),
    ],
)
def test_people_write_values_in_many_ways(vartype: int, given_value: object, expected: object) -> None:
    assert variant_of(vartype, given_value) == Variant(vartype, expected)


@pytest.mark.parametrize(
    ("vartype", "given_value"),
    [
        (VarType.I1, 128),
        (VarType.UI2, -1),
        (VarType.I4, "many"),
        (VarType.I4, 1.5),
        (VarType.I4, float("nan")),
        (VarType.R4, 1e300),
        (VarType.R8, "warm"),
        (VarType.R8, [1]),
        (VarType.CY, float("inf")),
        (VarType.BOOL, "maybe"),
        (VarType.ARRAY | VarType.I2, "12"),
        (VarType.ARRAY | VarType.I2, ["x"]),
        (VarType.UNKNOWN, b""),
        (VarType.R8, Variant(VarType.I4, 2)),
    ],
)
def test_what_is_no_value_of_the_type_is_refused(vartype: int, given_value: object) -> None:
    with pytest.raises(LocalMisuse):
        variant_of(vartype, given_value)


@given(st.sampled_from(sorted(BASIC_NUMBERS)), st.lists(st.integers(0, 1), min_size=1))
def test_numbers_go_into_columns_and_come_back(vartype: int, numbers: list[int]) -> None:
    bits = bits_of(vartype, np.array(numbers, np.float64))
    assert floats_of(vartype, bits).tolist() == numbers
    column = VariantColumn(np.full(len(bits), vartype), bits)
    assert [row for row in column] == [variant_of(vartype, number) for number in numbers]  # noqa: C416


def test_sizes_are_counted_as_memory_is_used() -> None:
    assert octets_in(None) == 0
    assert octets_in("abc") == 6
    assert octets_in(b"abc") == 3
    assert octets_in(SafeArray.of(VarType.R8, [1, 2])) == 16
    assert octets_in(SafeArray.of(VarType.BSTR, ["a", "bc"])) == 22
    assert octets_in(SafeArray.of(VarType.VARIANT, VariantColumn.of([Variant(VarType.I2, 1)]))) > 0
