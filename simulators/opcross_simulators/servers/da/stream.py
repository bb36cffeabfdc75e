"""A change stream: what was put for one consumer last of each item, and what waits for him.

A sample is put where it differs from the last one that was put. Once the consumer has taken that, it is what
he was sent, and a deadband is measured from it. While a row waits still, a newer value takes its place
whatever the deadband says: the newest is what he should get, and he gets no more rows for it. So a value that
went out and came back while he was away may reach him although it lies inside the deadband of what he has.
Rows of buffered items are not replaced, so their deadband holds from sample to sample.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import Variant
from opcross.opc.da.batch import NO_ROWS, Batch
from opcross.opc.da.model import Change
from opcross.opc.da.pending import PendingChanges
from opcross_simulators.servers.da.deadbands import within

if TYPE_CHECKING:
    from opcross_simulators.servers.da.group import SimulatedGroup

__all__ = ["SimulatedStream"]

_COLUMNS: Final = ("_types", "_bits", "_qualities", "_errors", "_put", "_waiting")


class SimulatedStream:
    """Implements :class:`~opcross.opc.da.service.ChangeStream`."""

    def __init__(self, group: SimulatedGroup, *, depth: int) -> None:
        self._group = group
        self._pending = PendingChanges(depth=depth)
        self._forgotten: list[np.ndarray] = []
        self._published = False
        self._news = asyncio.Event()
        self._closed = False
        self._spoke_at = asyncio.get_running_loop().time()
        self._types = np.zeros(0, np.uint16)
        self._bits = np.zeros(0, np.uint64)
        self._qualities = np.zeros(0, np.uint16)
        self._errors = np.zeros(0, np.uint32)
        self._put = np.zeros(0, np.bool_)
        self._waiting = np.zeros(0, np.bool_)
        self._objects: dict[int, Any] = {}

    # -- the group's side

    def forget(self, rows: np.ndarray) -> None:
        """Items were removed, deactivated or will be sent anew: nothing of them waits, nothing was put."""
        self._fit()
        self._put[rows] = False
        waiting = rows[self._waiting[rows]]
        if len(waiting):
            self._waiting[waiting] = False
            self._forgotten.append(waiting)
        for row in rows.tolist() if self._objects else ():
            self._objects.pop(row, None)

    def offer(
        self,
        rows: np.ndarray,
        batch: Batch,
        bands: np.ndarray | None,
        buffered: np.ndarray | None,
        *,
        first_only: bool = False,
    ) -> bool:
        """A sample of these rows (handles are the rows): put what differs; whether anything did.

        ``bands`` are deadbands in the items' own units, ``buffered`` flags of rows that keep every sample;
        None where no row has one. ``first_only`` passes over rows of which something was put already.
        """
        self._fit()
        self._drop_forgotten()
        new = ~self._put[rows]
        if not first_only:
            new |= self._differs(rows, batch, bands, buffered)
        chosen, kept = batch, buffered
        if not new.all():
            where = np.flatnonzero(new)
            if not len(where):
                return False
            rows, chosen, kept = rows[where], batch.take(where), None if buffered is None else buffered[where]
        values = chosen.values
        self._types[rows] = values.vartypes
        self._bits[rows] = values.bits
        self._qualities[rows] = chosen.qualities
        self._errors[rows] = chosen.errors
        self._put[rows] = True
        self._waiting[rows] = True
        # An object of a row that has become a number stays behind, and does no harm: the types differ.
        self._objects.update({int(rows[at]): value for at, value in values.objects.items()})
        self._pending.put(chosen, kept)
        return True

    def _differs(
        self, rows: np.ndarray, batch: Batch, bands: np.ndarray | None, buffered: np.ndarray | None
    ) -> np.ndarray:
        """Which rows differ from what was put last; a time stamp alone is no difference (bool)."""
        values = batch.values
        types, bits = self._types[rows], self._bits[rows]
        different: np.ndarray = (types != values.vartypes) | (bits != values.bits)
        for at, value in values.objects.items():
            vartype = int(values.vartypes[at])
            different[at] |= Variant(vartype, self._objects.get(int(rows[at]))) != Variant(vartype, value)
        if bands is not None:
            held = within(types, bits, values, bands)
            waiting = self._waiting[rows]
            different &= ~held | (waiting if buffered is None else waiting & ~buffered)
        different |= self._qualities[rows] != batch.qualities
        different |= self._errors[rows] != batch.errors
        return different

    def publish(self) -> None:
        """An update period has passed: whoever waits may take what is there."""
        if len(self._pending):
            self._published = True
            self._news.set()

    def break_silence(self) -> None:
        """The time of a keep-alive counts from now."""
        self._spoke_at = asyncio.get_running_loop().time()
        self._news.set()

    def reconsider(self) -> None:
        """How long silence may last is to be looked at anew."""
        self._news.set()

    def end(self) -> None:
        """The group is gone."""
        self._closed = True
        self._pending.clear()
        self._news.set()

    # -- the consumer's side

    async def next(self) -> Change:
        """See :meth:`opcross.opc.da.service.ChangeStream.next`."""
        while True:
            if self._closed:
                raise HResultError(Hresult.E_ABORT, "the change stream has ended")
            batch = self._take() if self._published else NO_ROWS
            left = self._group.silence_left(self._spoke_at)
            if len(batch) or left == 0:
                self._spoke_at = asyncio.get_running_loop().time()
                self._group.spoke()
                return Change(batch)
            self._news.clear()
            try:
                async with asyncio.timeout(left):
                    await self._news.wait()
            except TimeoutError:
                continue  # the silence has lasted long enough

    async def close(self) -> None:
        """See :meth:`opcross.opc.da.service.ChangeStream.close`."""
        if not self._closed:
            self.end()
            self._group.dropped(self)

    def _take(self) -> Batch:
        """What waits, under the client's handles; from now on it counts as sent."""
        self._published = False
        self._drop_forgotten()
        batch = self._pending.take()
        if batch is None:
            return NO_ROWS
        self._waiting[:] = False
        return batch.with_handles(self._group.clients_of(batch.handles))

    def _drop_forgotten(self) -> None:
        """Take what was forgotten out of what waits: at once for many calls, since it goes through it all."""
        if self._forgotten:
            self._pending.drop(np.concatenate(self._forgotten).astype(np.uint32))
            self._forgotten.clear()

    def _fit(self) -> None:
        """Make the columns as long as the group's."""
        missing = self._group.capacity - len(self._types)
        if missing > 0:
            for name in _COLUMNS:
                column: np.ndarray = getattr(self, name)
                setattr(self, name, np.concatenate([column, np.zeros(missing, column.dtype)]))
