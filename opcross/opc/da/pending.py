"""What waits for a slow consumer: the newest value of each item, and samples that are kept by request.

Batches go in as they come and are merged only when somebody has to wait for them, so a consumer that keeps
up costs nothing. However slow he is, no more is held than one row per item and ``depth`` per buffered item.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch

__all__ = ["BUFFER_DEPTH", "PendingChanges"]

BUFFER_DEPTH: Final = 1_000
"""Samples of one buffered item that wait at most; then the oldest go, and OPC_S_DATAQUEUEOVERFLOW says so."""

_SLACK: Final = 4_096
"""Rows that may pile up beyond twice what is needed, before they are merged."""


class PendingChanges:
    """Batches on their way to one consumer."""

    def __init__(self, *, depth: int = BUFFER_DEPTH) -> None:
        self._depth = depth
        self._batches: list[Batch] = []
        self._kept: list[np.ndarray | None] = []
        self._rows = 0
        self._merged_rows = 0

    def __len__(self) -> int:
        return self._rows

    def put(self, batch: Batch, kept: np.ndarray | None = None) -> None:
        """Add changes; ``kept`` (bool) marks rows of items whose samples are buffered."""
        if not len(batch):
            return
        self._batches.append(batch)
        self._kept.append(kept)
        self._rows += len(batch)
        if len(self._batches) > 1 and self._rows > 2 * self._merged_rows + _SLACK:
            self._merge()

    def take(self) -> Batch | None:
        """Everything that waits, as one batch; None when nothing does."""
        if not self._batches:
            return None
        if len(self._batches) > 1:
            self._merge()
        batch = self._batches[0]
        self.clear()
        return batch

    def drop(self, handles: np.ndarray) -> None:
        """Forget what waits for these handles: their items were removed or deactivated."""
        if not self._batches:
            return
        self._merge()
        batch, kept = self._batches[0], self._kept[0]
        rows = np.flatnonzero(~np.isin(batch.handles, handles))
        self.clear()
        self.put(batch.take(rows), None if kept is None else kept[rows])

    def clear(self) -> None:
        """Forget everything."""
        self._batches, self._kept = [], []
        self._rows = self._merged_rows = 0

    def _merge(self) -> None:
        batch = Batch.concatenate(self._batches)
        marks = [
            np.zeros(len(one), np.bool_) if kept is None else kept
            for one, kept in zip(self._batches, self._kept, strict=True)
        ]
        kept = np.concatenate(marks)
        age = _ranks_from_newest(batch.handles)
        chosen = np.flatnonzero(age < np.where(kept, self._depth, 1))
        self._kept = [kept[chosen] if kept.any() else None]
        if kept.any() and (age[kept] >= self._depth).any():
            batch = _mark_overflow(batch, kept & (age == self._depth - 1), age, self._depth)
        merged = batch.take(chosen)
        self._batches = [merged]
        self._rows = self._merged_rows = len(merged)


def _ranks_from_newest(handles: np.ndarray) -> np.ndarray:
    """For each row how many later rows have the same handle."""
    order = np.argsort(handles, kind="stable")
    ordered = handles[order]
    last = np.searchsorted(ordered, ordered, side="right") - 1
    ranks = np.empty(len(handles), np.int64)
    ranks[order] = last - np.arange(len(handles))
    return ranks


def _mark_overflow(batch: Batch, oldest: np.ndarray, age: np.ndarray, depth: int) -> Batch:
    """Say on the oldest sample that stays, of each item that lost some, that older ones are gone."""
    lost = np.unique(batch.handles[age >= depth])
    rows = oldest & np.isin(batch.handles, lost) & (batch.errors == 0)
    errors = np.where(rows, np.uint32(DaCode.S_DATAQUEUEOVERFLOW), batch.errors).astype(np.uint32)
    return Batch(batch.handles, batch.values, batch.qualities, batch.time_stamps, errors)
