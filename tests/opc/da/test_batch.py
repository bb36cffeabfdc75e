"""Batches: columns that look like rows when somebody asks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import NO_ROWS, Batch, ItemValue, WriteBatch, hresult_of
from opcross.opc.quality import Quality
from tests.ndr.values import variants

ROWS = [
    ItemValue(1, Variant(VarType.R8, 1.5), Quality.GOOD, 132_000_000_000_000_000),
    ItemValue(7, Variant(VarType.BSTR, "text"), Quality.UNCERTAIN, 1),
    ItemValue(0xFFFFFFFF, None, Quality.BAD, 0, DaCode.E_UNKNOWNITEMID),
]

rows_of_a_batch = st.lists(
    st.builds(
        ItemValue,
        st.integers(0, 2**32 - 1),
        variants() | st.none(),
        st.integers(0, 0xFFFF),
        st.integers(0, 2**64 - 1),
        st.integers(0, 2**32 - 1),
    ),
    max_size=5,
)


def numbers(*values: float) -> VariantColumn:
    return VariantColumn.of_numbers(VarType.R8, values)


def test_rows_go_in_and_come_out() -> None:
    batch = Batch.of(ROWS)
    assert len(batch) == 3
    assert list(batch) == ROWS
    assert batch[-1] == ROWS[-1]
    assert list(batch[1:]) == ROWS[1:]
    assert list(batch[::-1]) == ROWS[::-1]
    assert "Batch of 3" in repr(batch)
    with pytest.raises(IndexError):
        batch[3]


@given(rows_of_a_batch)
def test_whatever_rows_hold_the_columns_keep(rows: list[ItemValue]) -> None:
    batch = Batch.of(rows)
    assert list(batch) == rows
    assert batch == Batch.of(list(batch))
    assert batch.handles.dtype == np.uint32
    assert batch.qualities.dtype == np.uint16
    assert batch.time_stamps.dtype == np.uint64
    assert batch.errors.dtype == np.uint32


def test_a_single_number_stands_for_every_row() -> None:
    batch = Batch([1, 2], numbers(1.0, 2.0), time_stamps=9)
    assert [(row.quality, row.time_stamp, row.error) for row in batch] == [(Quality.GOOD, 9, 0)] * 2
    assert list(Batch(5, numbers(1.0, 2.0)).handles) == [5, 5]


@pytest.mark.parametrize(
    "columns",
    [{"handles": [1]}, {"qualities": [1, 2, 3]}, {"time_stamps": [[1, 2]]}, {"errors": []}],
    ids=lambda columns: next(iter(columns)),
)
def test_columns_of_another_length_are_our_own_mistake(columns: dict[str, Any]) -> None:
    with pytest.raises(LocalMisuse, match="for 2 rows"):
        Batch(**{"handles": [1, 2], "values": numbers(1.0, 2.0), **columns})


def test_a_batch_never_changes_whatever_becomes_of_the_arrays_it_was_made_of() -> None:
    """It may wait for several consumers, each on its own pace."""
    handles = np.array([1, 2], np.uint32)
    batch = Batch(handles, numbers(1.0, 2.0))
    handles[0] = 99
    assert batch.handles.tolist() == [1, 2]
    for column in (batch.handles, batch.qualities, batch.time_stamps, batch.errors):
        with pytest.raises(ValueError, match="read-only"):
            column[0] = 0


def test_a_column_that_cannot_change_is_shared_not_copied() -> None:
    handles = np.array([1, 2], np.uint32)
    handles.flags.writeable = False
    assert Batch(handles, numbers(1.0, 2.0)).handles is handles


def test_taking_rows_and_changing_handles() -> None:
    batch = Batch.of(ROWS)
    assert list(batch.take(np.array([2, 0, 2]))) == [ROWS[2], ROWS[0], ROWS[2]]
    assert list(batch.take(np.zeros(0, np.intp))) == []
    assert list(batch.with_handles(np.array([4, 5, 6]))) == [
        replace(row, handle=handle) for row, handle in zip(ROWS, (4, 5, 6), strict=True)
    ]
    with pytest.raises(LocalMisuse):
        batch.with_handles(np.array([4]))


def test_batches_are_joined_in_order() -> None:
    one, two = Batch.of(ROWS[:1]), Batch.of(ROWS[1:])
    assert Batch.concatenate([]) is NO_ROWS
    assert Batch.concatenate([one]) is one
    assert list(Batch.concatenate([one, NO_ROWS, two])) == ROWS


def test_batches_differ_if_any_column_does() -> None:
    batch = Batch.of(ROWS)
    assert batch == Batch.of(ROWS)
    assert batch != Batch.of(ROWS[:2])
    assert batch != "a batch"
    for change in (
        {"handle": 9},
        {"value": Variant(VarType.R4, 1.5)},
        {"quality": 0},
        {"time_stamp": 1},
        {"error": 1},
    ):
        assert batch != Batch.of([replace(ROWS[0], **change), *ROWS[1:]]), change
    with pytest.raises(TypeError):
        hash(batch)


@pytest.mark.parametrize(
    ("errors", "hresult", "master_error"),
    [
        ([0, 0], Hresult.S_OK, Hresult.S_OK),
        ([0, DaCode.S_CLAMP], Hresult.S_OK, Hresult.S_FALSE),
        ([DaCode.E_BADRIGHTS, 0], Hresult.S_FALSE, Hresult.S_FALSE),
        ([Hresult.S_FALSE, 0], Hresult.S_OK, Hresult.S_FALSE),
    ],
)
def test_a_call_is_s_false_for_failures_and_a_callback_for_anything_else(
    errors: list[int], hresult: int, master_error: int
) -> None:
    """Codes of success, S_CLAMP say, fail no call; OnDataChange has to tell of them."""
    batch = Batch([1, 2], numbers(1.0, 2.0), errors=errors)
    assert batch.hresult == hresult_of(batch.errors) == hresult
    assert batch.master_error == master_error


def test_the_master_quality_is_good_only_if_every_quality_is() -> None:
    values = numbers(1.0, 2.0)
    assert Batch([1, 2], values, qualities=[0xC0, 0xC0DB]).master_quality == Hresult.S_OK
    assert Batch([1, 2], values, qualities=[0xC0, 0x40]).master_quality == Hresult.S_FALSE
    assert Batch([1, 2], values, qualities=[0x00, 0xC0]).master_quality == Hresult.S_FALSE
    assert NO_ROWS.master_quality == NO_ROWS.hresult == NO_ROWS.master_error == Hresult.S_OK


def test_values_to_write_are_plain_until_one_has_a_quality_or_a_time() -> None:
    bare = WriteBatch.of(Variant(VarType.I4, 1), Variant(VarType.BSTR, "x"))
    assert bare.plain
    assert len(bare) == 2
    assert "WriteBatch of 2" in repr(bare)
    assert not WriteBatch(bare.values, 0xC0, [False, True]).plain
    assert not WriteBatch(bare.values, time_stamps=[1, 2], has_time_stamp=[True, False]).plain


def test_rows_to_write_are_taken_with_all_their_columns() -> None:
    values = VariantColumn.of([Variant(VarType.I4, 1), Variant(VarType.BSTR, "x")])
    writes = WriteBatch(values, [1, 2], [True, False], [3, 4], [False, True])
    taken = writes.take(np.array([1, 0]))
    assert list(taken.values) == [Variant(VarType.BSTR, "x"), Variant(VarType.I4, 1)]
    assert taken.qualities.tolist() == [2, 1]
    assert taken.has_quality.tolist() == [False, True]
    assert taken.time_stamps.tolist() == [4, 3]
    assert taken.has_time_stamp.tolist() == [True, False]
