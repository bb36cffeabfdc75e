"""The items of a group, as columns.

A server handle is a row and its generation: a row that is used again has another generation, so a handle
that was removed stays unknown. Rows are few, generations many: 20 bits and 12.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.codes import Hresult
from opcross.opc.codes import DaCode

__all__ = ["NOT_SET", "GroupItems"]

NOT_SET: Final = -1
"""The sampling rate of an item that has none of its own."""

_ROW_BITS: Final = 20
_ROW_MASK: Final = (1 << _ROW_BITS) - 1
_GENERATIONS: Final = 1 << (32 - _ROW_BITS)
_FIRST_CAPACITY: Final = 16


class GroupItems:
    """Columns by row: ``number`` (of the plant's item), ``client``, ``requested``, ``active`` and so on.

    ``deadband`` is NaN and ``rate`` :data:`NOT_SET` where the group's own counts. ``paths`` are the access
    paths of the few rows that have one.
    """

    MOST: Final = 1 << _ROW_BITS

    def __init__(self) -> None:
        self.count = 0
        self.paths: dict[int, str] = {}
        self._order = 0
        self._free: list[int] = []
        self._used = 0
        self._grow(_FIRST_CAPACITY, first=True)

    def _grow(self, capacity: int, *, first: bool = False) -> None:
        def column(name: str, kind: type[np.generic], fill: float) -> np.ndarray:
            wider = np.full(capacity, fill, kind)
            if not first:
                old: np.ndarray = getattr(self, name)
                wider[: len(old)] = old
            return wider

        self.number = column("number", np.int32, -1)
        self.client = column("client", np.uint32, 0)
        self.requested = column("requested", np.uint16, 0)
        self.active = column("active", np.bool_, 0)
        self.deadband = column("deadband", np.float32, np.nan)
        self.rate = column("rate", np.int32, NOT_SET)
        self.buffered = column("buffered", np.bool_, 0)
        self.order = column("order", np.int64, 0)
        self.generation = column("generation", np.uint16, 0)

    def add(
        self, numbers: np.ndarray, clients: np.ndarray, requested: np.ndarray, active: np.ndarray
    ) -> np.ndarray:
        """Rows for new items."""
        count = len(numbers)
        reused = [self._free.pop() for _ in range(min(count, len(self._free)))]
        fresh = count - len(reused)
        while self._used + fresh > len(self.number):
            self._grow(min(2 * len(self.number), self.MOST))
        rows = np.array([*reused, *range(self._used, self._used + fresh)], np.int64)
        self._used += fresh
        self.number[rows] = numbers
        self.client[rows] = clients
        self.requested[rows] = requested
        self.active[rows] = active
        self.deadband[rows] = np.nan
        self.rate[rows] = NOT_SET
        self.buffered[rows] = False
        self.order[rows] = np.arange(self._order, self._order + count)
        self.generation[rows] = self.generation[rows] % (_GENERATIONS - 1) + 1
        self._order += count
        self.count += count
        return rows

    def remove(self, rows: np.ndarray) -> None:
        """Let rows go."""
        self.number[rows] = -1
        self.active[rows] = False
        self.buffered[rows] = False
        for row in rows.tolist() if self.paths else ():
            self.paths.pop(row, None)
        self._free.extend(rows.tolist())
        self.count -= len(rows)

    def handles(self, rows: np.ndarray) -> np.ndarray:
        """The server handles of rows."""
        generations = self.generation[rows].astype(np.uint32)
        return np.asarray(generations << np.uint32(_ROW_BITS) | rows.astype(np.uint32))

    def find(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Rows of handles, and an HRESULT for each; the row of an unknown handle is 0."""
        given = np.asarray(handles, np.uint32)
        rows = (given & np.uint32(_ROW_MASK)).astype(np.int64)
        inside = rows < self._used
        rows[~inside] = 0
        known = inside & (self.number[rows] >= 0) & (self.generation[rows] == given >> np.uint32(_ROW_BITS))
        rows[~known] = 0
        errors = np.where(known, np.uint32(Hresult.S_OK), np.uint32(DaCode.E_INVALIDHANDLE))
        return rows, errors.astype(np.uint32)

    def rows(self) -> np.ndarray:
        """Every row in use, in the order of adding."""
        rows = np.flatnonzero(self.number[: self._used] >= 0)
        return rows[np.argsort(self.order[rows], kind="stable")]

    def active_rows(self) -> np.ndarray:
        """Every row in use that is active."""
        return np.flatnonzero(self.active[: self._used])

    @property
    def buffered_count(self) -> int:
        """How many rows are buffered."""
        return int(np.count_nonzero(self.buffered))

    @property
    def any_active(self) -> bool:
        """Whether any row in use is active."""
        return bool(self.active[: self._used].any())

    @property
    def capacity(self) -> int:
        """How many rows the columns have."""
        return len(self.number)
