"""The sinks: objects of ours that a server calls ([OPC DA] 3.0, 4.6; [OPC Common] 1.0, 3).

Whoever calls us may send anything, at any time. A call that is no answer to anything of ours is counted and
forgotten; rows of items that are not of the group likewise.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from opcross.codes import Hresult
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError, LocalMisuse, PeerViolation
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.client.answers import batch_of
from opcross.opc.da.interfaces_generated import IOPCDataCallback

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from opcross.dcom.com_class import InterfaceHandler
    from opcross.errors import OpcrossError
    from opcross.ndr import VariantColumn
    from opcross.opc.da.batch import Batch

__all__ = ["CallbackCounts", "Completion", "DataReceiver", "DataSink", "ShutdownSink", "Transactions"]

_LONGEST_REASON: Final = 1_024
_MOST_TRANSACTIONS: Final = 1_024


@dataclass(slots=True)
class CallbackCounts:
    """What came: changes that were taken, calls that nobody had asked for, and rows of unknown items."""

    changes: int = 0
    ignored_calls: int = 0
    ignored_rows: int = 0


@dataclass(frozen=True, slots=True)
class Completion:
    """The end of a transaction: the client's own handles, errors, and values where it was a read.

    ``cancelled`` says that the server gave the transaction up.
    """

    handles: np.ndarray
    errors: np.ndarray
    batch: Batch | None = None
    cancelled: bool = False


class Transactions:
    """Asynchronous calls that wait for their callback."""

    def __init__(self) -> None:
        self._waiting: dict[int, asyncio.Future[Completion]] = {}
        self._last = 0

    def begin(self) -> tuple[int, asyncio.Future[Completion]]:
        """A new transaction id, never 0, and what its callback completes."""
        if len(self._waiting) >= _MOST_TRANSACTIONS:
            raise HResultError(Hresult.E_OUTOFMEMORY, "too many transactions wait for their callbacks")
        while True:
            self._last = self._last % 0x7FFFFFFF + 1
            if self._last not in self._waiting:
                break
        future: asyncio.Future[Completion] = asyncio.get_running_loop().create_future()
        self._waiting[self._last] = future
        return self._last, future

    def finish(self, number: int, completion: Completion) -> bool:
        """Complete a transaction; False when nobody waits for it."""
        future = self._waiting.get(number)
        if future is None or future.done():
            return False
        future.set_result(completion)
        return True

    def end(self, number: int) -> None:
        """Wait no longer."""
        self._waiting.pop(number, None)

    def fail(self, error: OpcrossError) -> None:
        """No callback will come any more."""
        for future in self._waiting.values():
            if not future.done():
                future.set_exception(error)


class DataReceiver(Protocol):
    """Who gets what a sink hears."""

    def take_change(self, batch: Batch) -> None:
        """A change of the group, under the client's own handles; no rows mean a keep-alive."""
        ...

    def sink_released(self, sink: DataSink) -> None:
        """The server has let go of the sink, or has died."""
        ...


class DataSink:
    """The IOPCDataCallback of one group; implements IOPCDataCallbackHandler.

    ``number`` is what the server was given as the client's handle of the group.
    """

    def __init__(
        self, number: int, receiver: DataReceiver, transactions: Transactions, counts: CallbackCounts
    ) -> None:
        self._number = number
        self._receiver: DataReceiver | None = receiver
        self._transactions = transactions
        self._counts = counts
        self._handler = TableHandler(IOPCDataCallback, self)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IOPCDataCallback."""
        return self._handler if iid == IOPCDataCallback.iid else None

    def released(self) -> None:
        """Nobody holds the sink any more."""
        if self._receiver is not None:
            self._receiver.sink_released(self)

    def close(self) -> None:
        """Hear nothing more."""
        self._receiver = None

    async def on_data_change(
        self,
        *,
        transid: int,
        group: int,
        masterquality: int,
        mastererror: int,
        client_items: np.ndarray,
        values: VariantColumn,
        qualities: np.ndarray,
        time_stamps: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnDataChange, opnum 3. A transaction id means a refresh; nobody asks for one."""
        if self._receiver is None or group != self._number or transid:
            return self._ignore()
        batch = self._batch(client_items, values, qualities, time_stamps, errors)
        if batch is None:
            return self._ignore()
        self._counts.changes += 1
        self._receiver.take_change(batch)
        return Hresult.S_OK

    async def on_read_complete(
        self,
        *,
        transid: int,
        group: int,
        masterquality: int,
        mastererror: int,
        client_items: np.ndarray,
        values: VariantColumn,
        qualities: np.ndarray,
        time_stamps: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnReadComplete, opnum 4."""
        batch = self._batch(client_items, values, qualities, time_stamps, errors)
        if batch is None:
            return self._ignore()
        return self._complete(transid, group, Completion(batch.handles, batch.errors, batch))

    async def on_write_complete(
        self, *, transid: int, group: int, mastererr: int, clienthandles: np.ndarray, errors: np.ndarray
    ) -> int:
        """IOPCDataCallback::OnWriteComplete, opnum 5."""
        if len(clienthandles) != len(errors):
            return self._ignore()
        return self._complete(transid, group, Completion(clienthandles, errors))

    async def on_cancel_complete(self, *, transid: int, group: int) -> int:
        """IOPCDataCallback::OnCancelComplete, opnum 6."""
        nothing = np.zeros(0, np.uint32)
        return self._complete(transid, group, Completion(nothing, nothing, cancelled=True))

    def _complete(self, transid: int, group: int, completion: Completion) -> int:
        if self._receiver is None or group != self._number:
            return self._ignore()
        if not self._transactions.finish(transid, completion):
            return self._ignore()
        return Hresult.S_OK

    def _ignore(self) -> int:
        self._counts.ignored_calls += 1
        return Hresult.S_OK

    @staticmethod
    def _batch(
        handles: np.ndarray,
        values: VariantColumn,
        qualities: np.ndarray,
        time_stamps: np.ndarray,
        errors: np.ndarray,
    ) -> Batch | None:
        try:
            return batch_of(handles, values, qualities, time_stamps, errors, "IOPCDataCallback")
        except (PeerViolation, LocalMisuse):
            return None


class ShutdownSink:
    """The IOPCShutdown of a session; implements IOPCShutdownHandler."""

    def __init__(self, asked: Callable[[str], None]) -> None:
        self._asked: Callable[[str], None] | None = asked
        self._handler = TableHandler(IOPCShutdown, self)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IOPCShutdown."""
        return self._handler if iid == IOPCShutdown.iid else None

    def released(self) -> None:
        """A server that will not ask us to leave any more; its death shows elsewhere."""

    def close(self) -> None:
        """Hear nothing more."""
        self._asked = None

    async def shutdown_request(self, *, reason: str) -> int:
        """IOPCShutdown::ShutdownRequest, opnum 3."""
        asked, self._asked = self._asked, None
        if asked is not None:
            asked(reason[:_LONGEST_REASON])
        return Hresult.S_OK
