"""Batches on their way to and from the structures of the interfaces."""

from __future__ import annotations

import numpy as np
import pytest

from opcross.ndr import ByRef, SafeArray, StructColumn, Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch, ItemValue, WriteBatch
from opcross.opc.da.exporter.columns import (
    failed_batch,
    item_states,
    present,
    refused_values,
    vqt_batch,
    write_rows,
)
from opcross.opc.da.interfaces_generated import OPCITEMVQT

NUMBER = Variant(VarType.R8, 1.5)


def test_an_absent_value_is_empty_on_the_wire() -> None:
    """Clients follow the pointer of each row, also of those that failed."""
    column = VariantColumn.of([NUMBER, None, Variant(VarType.BSTR, "x")])
    assert list(present(column)) == [NUMBER, Variant(VarType.EMPTY), Variant(VarType.BSTR, "x")]
    whole = VariantColumn.of([NUMBER])
    assert present(whole) is whole


def test_item_states_keep_handle_time_and_quality() -> None:
    batch = Batch.of([ItemValue(7, NUMBER, 0xC0, 99), ItemValue(8, None, 0, 0, DaCode.E_INVALIDHANDLE)])
    first, second = item_states(batch)
    assert (first.client, first.data_value, first.quality, first.time_stamp) == (7, NUMBER, 0xC0, 99)
    assert (second.client, second.data_value) == (8, Variant(VarType.EMPTY))


def test_a_failed_batch_says_the_same_of_each_item() -> None:
    batch = failed_batch(np.array([3, 4]), 0x80004005)
    assert batch.handles.tolist() == [3, 4]
    assert batch.errors.tolist() == 2 * [0x80004005]
    assert batch.qualities.tolist() == [0, 0]


@pytest.mark.parametrize(
    ("value", "refused"),
    [
        (NUMBER, False),
        (Variant(VarType.EMPTY), False),
        (Variant(VarType.BSTR, None), False),
        (Variant(VarType.ARRAY | VarType.R8, SafeArray.of(VarType.R8, [1.0])), False),
        (Variant(VarType.ARRAY | VarType.R8, None), True),
        (None, True),
        (Variant(VarType.BYREF | VarType.R8, ByRef(1.0)), True),
        (Variant(VarType.UNKNOWN, None), True),
        (Variant(VarType.DISPATCH, b"MEOW"), True),
        (Variant(VarType.RECORD, None), True),
        (Variant(VarType.ARRAY | VarType.UNKNOWN, None), True),
    ],
    ids=str,
)
async def test_what_is_no_data_is_not_written(value: Variant | None, refused: bool) -> None:
    """References and objects mean nothing to a plant, and services need not know of them."""
    column = VariantColumn.of([NUMBER, value, NUMBER])
    assert refused_values(column).tolist() == [0, DaCode.E_BADTYPE if refused else 0, 0]
    asked: list[list[int]] = []

    async def write(rows: np.ndarray, values: WriteBatch) -> np.ndarray:
        asked.append(rows.tolist())
        assert len(values) == len(rows)
        return np.array([1, 0, 0], np.uint32)[: len(rows)]

    errors = await write_rows(WriteBatch(column), write)
    assert asked == [[0, 2] if refused else [0, 1, 2]]
    assert errors.tolist() == ([1, DaCode.E_BADTYPE, 0] if refused else [1, 0, 0])


async def test_nothing_is_written_where_nothing_is_data() -> None:
    async def write(rows: np.ndarray, values: WriteBatch) -> np.ndarray:
        raise AssertionError("nothing to write")

    errors = await write_rows(WriteBatch(VariantColumn.of([None])), write)
    assert errors.tolist() == [DaCode.E_BADTYPE]


def test_qualities_and_time_stamps_count_where_they_are_specified() -> None:
    rows = [
        OPCITEMVQT(
            data_value=NUMBER, quality_specified=2, quality=0xC0, time_stamp_specified=0, time_stamp=5
        ),
        OPCITEMVQT(data_value=NUMBER, quality_specified=0, quality=4, time_stamp_specified=1, time_stamp=6),
    ]
    names = ["data_value", "quality_specified", "quality", "time_stamp_specified", "time_stamp"]
    batch = vqt_batch(StructColumn.of(OPCITEMVQT, names, rows))
    assert batch.has_quality.tolist() == [True, False]
    assert batch.has_time_stamp.tolist() == [False, True]
    assert batch.qualities.tolist() == [0xC0, 4]
    assert batch.time_stamps.tolist() == [5, 6]
