"""Rows of columns taken, repeated and joined, against plain lists."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.ndr import SafeArray, Variant, VariantColumn, VarType
from tests.ndr.values import columns

MIXED = VariantColumn.of(
    [
        Variant(VarType.R8, 1.5),
        Variant(VarType.BSTR, "text"),
        None,
        Variant(VarType.ARRAY | VarType.I4, SafeArray.of(VarType.I4, [1, 2])),
        Variant(VarType.EMPTY),
    ]
)


@pytest.mark.parametrize("rows", [[], [0], [1, 3], [4, 3, 2, 1, 0], [1, 1, 0, 1]], ids=str)
def test_rows_are_taken_in_any_order_and_as_often_as_they_are_named(rows: list[int]) -> None:
    taken = MIXED.take(np.array(rows, np.intp))
    assert list(taken) == [MIXED[row] for row in rows]


def test_taking_leaves_the_column_as_it_was_and_gives_one_that_cannot_change() -> None:
    before = list(MIXED)
    taken = MIXED.take(np.array([1, 0]))
    assert list(MIXED) == before
    for native in (taken.vartypes, taken.bits):
        with pytest.raises(ValueError, match="read-only"):
            native[0] = 0


def test_objects_that_nobody_took_are_let_go() -> None:
    """A column of a few rows must not keep the strings of the large one that it came from."""
    assert dict(MIXED.take(np.array([0, 3])).objects).keys() == {1}
    assert not MIXED.take(np.array([0, 4])).objects


def test_nothing_joined_is_nothing() -> None:
    assert len(VariantColumn.concatenate([])) == 0
    assert list(VariantColumn.concatenate([VariantColumn.of([]), MIXED, VariantColumn.of([])])) == list(MIXED)


@given(st.integers(0, 5).flatmap(columns), st.data())
def test_taking_agrees_with_a_list(column: VariantColumn, data: Any) -> None:
    """Sorting, filtering and conflating of changes all go through it."""
    rows = data.draw(st.lists(st.integers(0, len(column) - 1), max_size=8)) if len(column) else []
    taken = column.take(np.array(rows, np.intp))
    assert list(taken) == [column[row] for row in rows]
    assert taken == VariantColumn.of(column[row] for row in rows)


@given(st.lists(st.integers(0, 3).flatmap(columns), max_size=4))
def test_joining_agrees_with_a_list(parts: list[VariantColumn]) -> None:
    joined = VariantColumn.concatenate(parts)
    rows = [row for part in parts for row in part]
    assert list(joined) == rows
    assert joined == VariantColumn.of(rows)


@given(st.lists(st.integers(0, 3).flatmap(columns), min_size=1, max_size=3))
def test_what_was_joined_can_be_taken_apart(parts: list[VariantColumn]) -> None:
    joined = VariantColumn.concatenate(parts)
    start = 0
    for part in parts:
        rows = np.arange(start, start + len(part))
        assert joined.take(rows) == part
        assert joined[start : start + len(part)] == part
        start += len(part)
