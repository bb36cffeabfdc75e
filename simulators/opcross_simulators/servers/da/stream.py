"""A change stream: what one consumer was given last of each item, and what waits for him.

A value counts as given when the consumer takes it. So the deadband is measured from what he has, however
many samples he missed. A row that waits already is put again with every sample, even one inside the
deadband: the newest value is what he should get, and he gets no more rows for it.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr._variant import same_value
from opcross.opc.da.batch import NO_ROWS, Batch
from opcross.opc.da.model import Change
from opcross.opc.da.pending import PendingChanges

if TYPE_CHECKING:
    from opcross_simulators.servers.da.group import SimulatedGroup

__all__ = ["SimulatedStream"]


class SimulatedStream:
    """Implements :class:`~opcross.opc.da.service.ChangeStream`."""

    def __init__(self, group: SimulatedGroup, *, depth: int) -> None:
        self._group = group
        self._pending = PendingChanges(depth=depth)
        self._published = asyncio.Event()
        self._closed = False
        self._spoke_at = asyncio.get_running_loop().time()
        self._types = np.zeros(0, np.uint16)
        self._bits = np.zeros(0, np.uint64)
        self._qualities = np.zeros(0, np.uint16)
        self._errors = np.zeros(0, np.uint32)
        self._given = np.zeros(0, np.bool_)
        self._waiting = np.zeros(0, np.bool_)
        self._objects: dict[int, Any] = {}

    # -- the group's side

    def forget(self, rows: np.ndarray) -> None:
        """Items were removed, deactivated or will be sent anew: nothing of them waits, nothing was given."""
        self._fit()
        self._given[rows] = False
        if self._waiting[rows].any():
            self._waiting[rows] = False
            self._pending.drop(rows.astype(np.uint32))
        for row in rows.tolist() if self._objects else ():
            self._objects.pop(row, None)

    def offer(
        self, rows: np.ndarray, batch: Batch, bands: np.ndarray | None, buffered: np.ndarray | None
    ) -> None:
        """A sample of these rows (handles are the rows); what differs from what was given is put.

        ``bands`` are absolute deadbands, None where no row has one.
        """
        self._fit()
        different = ~self._given[rows] | self._waiting[rows]
        different |= self._qualities[rows] != batch.qualities
        different |= self._errors[rows] != batch.errors
        values = (self._types[rows] != batch.values.vartypes) | (self._bits[rows] != batch.values.bits)
        if batch.values.objects:
            for row, value in batch.values.objects.items():
                values[row] |= not same_value(self._objects.get(int(rows[row])), value)
        if bands is not None:
            values &= self._group.outside(rows, batch, self._types[rows], self._bits[rows], bands)
        different |= values
        if different.all():
            chosen, kept = batch, buffered
        else:
            where = np.flatnonzero(different)
            if not len(where):
                return
            chosen, kept = batch.take(where), None if buffered is None else buffered[where]
            rows = rows[where]
        self._waiting[rows] = True
        self._pending.put(chosen, kept)

    def publish(self) -> None:
        """An update period has passed: whoever waits may take what is there."""
        if len(self._pending):
            self._published.set()

    def wake(self) -> None:
        """The group's state has changed: how long silence may last is to be looked at anew."""
        self._published.set()

    def end(self) -> None:
        """The group is gone."""
        self._closed = True
        self._published.set()

    # -- the consumer's side

    async def next(self) -> Change:
        """See :meth:`opcross.opc.da.service.ChangeStream.next`."""
        loop = asyncio.get_running_loop()
        while True:
            if self._closed:
                raise HResultError(Hresult.E_ABORT, "the change stream has ended")
            if self._published.is_set():
                self._published.clear()
                batch = self._take()
                if len(batch):
                    self._spoke_at = loop.time()
                    return Change(batch)
            patience = self._group.silence_left(self._spoke_at)
            try:
                async with asyncio.timeout(patience):
                    await self._published.wait()
            except TimeoutError:
                if self._group.silence_left(self._spoke_at) == 0:
                    self._spoke_at = loop.time()
                    self._group.spoke()
                    return Change(NO_ROWS)

    async def close(self) -> None:
        """See :meth:`opcross.opc.da.service.ChangeStream.close`."""
        if not self._closed:
            self.end()
            self._group.dropped(self)

    def _take(self) -> Batch:
        """What waits, under the client's handles; it counts as given now."""
        batch = self._pending.take()
        if batch is None:
            return NO_ROWS
        rows = batch.handles.astype(np.int64)
        values = batch.values
        self._types[rows] = values.vartypes
        self._bits[rows] = values.bits
        self._qualities[rows] = batch.qualities
        self._errors[rows] = batch.errors
        self._given[rows] = True
        self._waiting[rows] = False
        if self._objects or values.objects:
            for at, row in enumerate(rows.tolist()):
                if at in values.objects:
                    self._objects[row] = values.objects[at]
                else:
                    self._objects.pop(row, None)
        self._group.spoke()
        return batch.with_handles(self._group.clients_of(rows))

    def _fit(self) -> None:
        """Make the columns as long as the group's."""
        missing = self._group.capacity - len(self._types)
        if missing > 0:
            for name in ("_types", "_bits", "_qualities", "_errors", "_given", "_waiting"):
                column: np.ndarray = getattr(self, name)
                setattr(self, name, np.concatenate([column, np.zeros(missing, column.dtype)]))
