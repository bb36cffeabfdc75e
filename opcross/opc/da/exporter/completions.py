"""What sinks are told beside changes: the ends of asynchronous calls ([OPC DA] 2.05a 4.6, 3.0 4.5)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

import numpy as np

from opcross.codes import Hresult
from opcross.opc.da.exporter.columns import present

if TYPE_CHECKING:
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.interfaces_generated import IOPCDataCallbackProxy

__all__ = ["Cancelled", "Completion", "ReadComplete", "Refreshed", "Ticket", "WriteComplete", "tell_change"]


class Ticket:
    """Counts the sinks that are still to hear of a transaction; ``done`` is called after the last."""

    def __init__(self, done: Callable[[], None]) -> None:
        self._done = done
        self._waiting = 1

    def add(self) -> None:
        """One more sink is to hear of it."""
        self._waiting += 1

    def take(self) -> None:
        """A sink has heard of it, or never will."""
        self._waiting -= 1
        if not self._waiting:
            self._done()


class Completion(Protocol):
    """The end of a transaction; ``ticket`` is taken when a sink was told, or is given up."""

    @property
    def ticket(self) -> Ticket:
        """Who waits for it."""
        ...

    async def tell(self, sink: IOPCDataCallbackProxy, group: int) -> None:
        """Call a sink; ``group`` is the client's handle."""
        ...


async def tell_change(sink: IOPCDataCallbackProxy, group: int, batch: Batch, transaction: int = 0) -> None:
    """IOPCDataCallback::OnDataChange; no rows are a keep-alive ([OPC DA] 3.0 4.4.3.1)."""
    await sink.on_data_change(
        transid=transaction,
        group=group,
        masterquality=batch.master_quality,
        mastererror=batch.master_error,
        client_items=batch.handles,
        values=present(batch.values),
        qualities=batch.qualities,
        time_stamps=batch.time_stamps,
        errors=batch.errors,
    )


@dataclass(frozen=True, slots=True)
class Refreshed:
    """Refresh2 and RefreshMaxAge: a change that carries a transaction id."""

    ticket: Ticket
    transaction: int
    batch: Batch

    async def tell(self, sink: IOPCDataCallbackProxy, group: int) -> None:
        """IOPCDataCallback::OnDataChange."""
        await tell_change(sink, group, self.batch, self.transaction)


@dataclass(frozen=True, slots=True)
class ReadComplete:
    """Read and ReadMaxAge."""

    ticket: Ticket
    transaction: int
    batch: Batch

    async def tell(self, sink: IOPCDataCallbackProxy, group: int) -> None:
        """IOPCDataCallback::OnReadComplete."""
        await sink.on_read_complete(
            transid=self.transaction,
            group=group,
            masterquality=self.batch.master_quality,
            mastererror=self.batch.master_error,
            client_items=self.batch.handles,
            values=present(self.batch.values),
            qualities=self.batch.qualities,
            time_stamps=self.batch.time_stamps,
            errors=self.batch.errors,
        )


@dataclass(frozen=True, slots=True)
class WriteComplete:
    """Write and WriteVQT."""

    ticket: Ticket
    transaction: int
    clients: np.ndarray
    errors: np.ndarray

    async def tell(self, sink: IOPCDataCallbackProxy, group: int) -> None:
        """IOPCDataCallback::OnWriteComplete."""
        await sink.on_write_complete(
            transid=self.transaction,
            group=group,
            mastererr=Hresult.S_FALSE if self.errors.any() else Hresult.S_OK,
            clienthandles=self.clients,
            errors=self.errors,
        )


@dataclass(frozen=True, slots=True)
class Cancelled:
    """Cancel2."""

    ticket: Ticket
    transaction: int

    async def tell(self, sink: IOPCDataCallbackProxy, group: int) -> None:
        """IOPCDataCallback::OnCancelComplete."""
        await sink.on_cancel_complete(transid=self.transaction, group=group)
