"""Changes that wait for a slow consumer."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from opcross.ndr import VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch
from opcross.opc.da.pending import PendingChanges


def batch(*rows: tuple[int, float]) -> Batch:
    values = VariantColumn.of_numbers(VarType.R8, [value for _, value in rows])
    return Batch([handle for handle, _ in rows], values)


def shown(changes: Batch | None) -> list[tuple[int, float]]:
    assert changes is not None
    return [(row.handle, row.value.value) for row in changes if row.value is not None]


def test_one_batch_passes_untouched() -> None:
    pending = PendingChanges()
    one = batch((1, 1.0), (1, 2.0))
    pending.put(one)
    assert pending.take() is one
    assert pending.take() is None


def test_the_newest_value_of_each_item_wins() -> None:
    pending = PendingChanges()
    pending.put(batch((1, 1.0), (2, 1.0)))
    pending.put(batch((2, 2.0), (3, 2.0)))
    assert sorted(shown(pending.take())) == [(1, 1.0), (2, 2.0), (3, 2.0)]


def test_buffered_items_keep_their_samples_up_to_the_depth_and_say_what_was_lost() -> None:
    pending = PendingChanges(depth=2)
    for value in range(4):
        pending.put(batch((1, float(value)), (2, float(value))), np.array([True, False]))
    taken = pending.take()
    assert taken is not None
    assert shown(taken) == [(1, 2.0), (1, 3.0), (2, 3.0)]
    assert [row.error for row in taken] == [DaCode.S_DATAQUEUEOVERFLOW, 0, 0]


def test_removed_items_are_forgotten() -> None:
    pending = PendingChanges()
    pending.put(batch((1, 1.0), (2, 1.0)))
    pending.drop(np.array([1], np.uint32))
    assert shown(pending.take()) == [(2, 1.0)]


def test_however_long_nobody_takes_the_number_of_rows_stays_bounded() -> None:
    pending = PendingChanges()
    rows = [(handle, 0.0) for handle in range(100)]
    most = 0
    for _ in range(1_000):
        pending.put(batch(*rows))
        most = max(most, len(pending))
    assert most < 10_000


@given(st.lists(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 99)), max_size=6), max_size=12))
def test_it_is_a_dictionary_that_remembers_the_last_value(batches: list[list[tuple[int, int]]]) -> None:
    pending = PendingChanges()
    for rows in batches:
        pending.put(batch(*[(handle, float(value)) for handle, value in rows]))
    model = {handle: float(value) for rows in batches for handle, value in rows}
    taken = pending.take()
    filled = [rows for rows in batches if rows]
    if len(filled) > 1:
        assert sorted(shown(taken)) == sorted(model.items())
    elif filled:
        assert dict(shown(taken)) == model
    else:
        assert taken is None
