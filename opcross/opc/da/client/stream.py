"""Change streams of a group, each with what waits for its own consumer."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.da.batch import NO_ROWS
from opcross.opc.da.model import Change
from opcross.opc.da.pending import PendingChanges

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opcross.errors import OpcrossError
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.client.items import ItemTable

__all__ = ["ClientStream"]


class ClientStream:
    """A :class:`~opcross.opc.da.service.ChangeStream`.

    ``waits_for`` are the client's own handles of the items that the first change has to have. Rows wait
    under own handles, and turn to the consumer's on their way out.
    """

    def __init__(
        self,
        table: ItemTable,
        waits_for: np.ndarray,
        closed: Callable[[ClientStream], Awaitable[None]],
    ) -> None:
        self._table = table
        self._pending: Final = PendingChanges()
        self._waits_for = waits_for
        self._closed = closed
        self._keep_alive = False
        self._end: OpcrossError | None = None
        self._news: Final = asyncio.Event()

    # -- the consumer's side

    async def next(self) -> Change:
        """See :meth:`opcross.opc.da.service.ChangeStream.next`."""
        while True:
            change = self._take()
            if change is not None:
                return change
            if self._end is not None:
                raise self._end
            self._news.clear()
            await self._news.wait()

    async def close(self) -> None:
        """See :meth:`opcross.opc.da.service.ChangeStream.close`."""
        if self._end is None or not self._ended_by_abort:
            self.abort("the stream was closed")
        await self._closed(self)

    def _take(self) -> Change | None:
        if len(self._waits_for):
            return None
        batch = self._pending.take()
        if batch is not None:
            rows = self._table.find(batch.handles)
            if (rows < 0).any():
                there = np.flatnonzero(rows >= 0)
                batch, rows = batch.take(there), rows[there]
            if len(batch):
                self._keep_alive = False
                return Change(batch.with_handles(self._table.rows["client"][rows]))
        if self._keep_alive:
            self._keep_alive = False
            return Change(NO_ROWS)
        return None

    # -- the group's side

    @property
    def waits_for(self) -> np.ndarray:
        """Own handles of items that the first change still lacks."""
        return self._waits_for

    def put(self, batch: Batch, kept: np.ndarray | None = None) -> None:
        """Values came; no rows are a keep-alive."""
        if self._end is not None:
            return
        if not len(batch):
            self._keep_alive = True
        self._pending.put(batch, kept)
        if len(self._waits_for):
            self._waits_for = self._waits_for[~np.isin(self._waits_for, batch.handles)]
        self._news.set()

    def lack(self, handles: np.ndarray) -> None:
        """Do not wait for these any longer: they were removed, or nothing can be had of them."""
        if len(self._waits_for):
            self._waits_for = self._waits_for[~np.isin(self._waits_for, handles)]
            self._news.set()

    def drop(self, handles: np.ndarray) -> None:
        """Forget what waits of items that were removed or deactivated."""
        self._pending.drop(handles)
        self.lack(handles)

    def clear(self) -> None:
        """Forget everything: the group was deactivated."""
        self._pending.clear()
        self._keep_alive = False
        self.lack(self._waits_for)

    def abort(self, reason: str) -> None:
        """End the stream at once."""
        self._pending.clear()
        self._keep_alive = False
        self._waits_for = self._waits_for[:0]
        self._finish(HResultError(Hresult.E_ABORT, reason))

    def end(self, error: OpcrossError) -> None:
        """End the stream once the consumer has taken what waits."""
        self._waits_for = self._waits_for[:0]
        if self._end is None:
            self._finish(error)

    @property
    def _ended_by_abort(self) -> bool:
        return isinstance(self._end, HResultError)

    def _finish(self, error: OpcrossError) -> None:
        self._end = error
        self._news.set()
