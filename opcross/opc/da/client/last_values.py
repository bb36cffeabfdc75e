"""The newest value of each item of a group: later streams begin with it, polls are compared with it."""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.ndr import VariantColumn, VarType
from opcross.ndr._variant import NUMBER_TYPES, same_value
from opcross.opc.da.batch import NO_ROWS, Batch
from opcross.opc.da.pending import PendingChanges
from opcross.opc.quality import Quality

__all__ = ["LastValues"]

_NOTHING: Final = int(VarType.EMPTY)


class LastValues:
    """At most one row per item that was ever put, apart from what has not been merged yet."""

    def __init__(self) -> None:
        self._rows = PendingChanges()

    def put(self, batch: Batch) -> None:
        """These are newer."""
        self._rows.put(batch)

    def drop(self, handles: np.ndarray) -> None:
        """Forget items."""
        self._rows.drop(handles)

    def clear(self) -> None:
        """Forget everything."""
        self._rows.clear()

    def all(self) -> Batch:
        """One row per item."""
        batch = self._rows.take()
        if batch is None:
            return NO_ROWS
        # A server that buffers sends several rows of an item in one batch, oldest first.
        newest = np.unique(batch.handles[::-1], return_index=True)[1]
        batch = batch.take(len(batch) - 1 - newest)
        self._rows.put(batch)
        return batch

    def of(self, handles: np.ndarray) -> tuple[Batch, np.ndarray]:
        """Rows of these items as far as there are any, and whether there are."""
        last = self.all()
        rows, known = _rows_of(last.handles, handles)
        return last.take(rows[known]), known

    def changed(self, batch: Batch, limits: np.ndarray | None = None) -> np.ndarray:
        """Row numbers of what differs in value, quality or error from what was put last.

        A time stamp that moved is no change. Neither is a number that moved by no more than its row of
        ``limits``, where that is not zero.
        """
        last = self.all()
        rows, known = _rows_of(last.handles, batch.handles)
        same = known.copy()
        mine, theirs = np.flatnonzero(known), rows[known]
        same[mine] = (
            (batch.values.vartypes[mine] == last.values.vartypes[theirs])
            & (batch.values.bits[mine] == last.values.bits[theirs])
            & (batch.qualities[mine] == last.qualities[theirs])
            & (batch.errors[mine] == last.errors[theirs])
        )
        if limits is not None:
            moved = np.flatnonzero(known & ~same & (limits > 0))
            before = rows[moved]
            near = np.abs(_floats(batch.values)[moved] - _floats(last.values)[before]) <= limits[moved]
            near &= batch.qualities[moved] == last.qualities[before]
            same[moved[near & (batch.errors[moved] == last.errors[before])]] = True
        held = last.values.objects
        for row, value in batch.values.objects.items():
            if same[row] and not same_value(value, held.get(int(rows[row]))):
                same[row] = False
        return np.flatnonzero(~same)

    def turned_bad(self, handles: np.ndarray, quality: int = Quality.COMM_FAILURE) -> Batch:
        """A row for each item: its last value, if there is one, with this quality."""
        batch, known = self.of(handles)
        bad = Batch(batch.handles, batch.values, quality, batch.time_stamps)
        unknown = handles[~known]
        if not len(unknown):
            return bad
        nothing = VariantColumn(np.full(len(unknown), _NOTHING, np.uint16))
        return Batch.concatenate([bad, Batch(unknown, nothing, quality)])


def _floats(values: VariantColumn) -> np.ndarray:
    """The numbers of a column; not a number where a row has another type."""
    floats = np.full(len(values), np.nan)
    for vartype in np.unique(values.vartypes).tolist():
        kind = NUMBER_TYPES.get(vartype)
        if kind is not None:
            chosen = values.vartypes == vartype
            floats[chosen] = values.bits[chosen].astype(f"u{kind.itemsize}").view(kind)
    return floats


def _rows_of(known: np.ndarray, wanted: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Where each of ``wanted`` stands in ``known``, which has each once, in ascending order."""
    if not len(known):
        return np.zeros(len(wanted), np.int64), np.zeros(len(wanted), np.bool_)
    rows = np.minimum(np.searchsorted(known, wanted), len(known) - 1)
    return rows, known[rows] == wanted
