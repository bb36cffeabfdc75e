"""Asynchronous calls of one group that are under way, or whose ends wait for a sink.

A transaction runs by itself and ends with one completion for every sink that the group has then. What a
client may have under way is bounded, in transactions and in values.
"""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError
from opcross.opc.common.faces import hresult_error
from opcross.opc.da.exporter.columns import failed_batch
from opcross.opc.da.exporter.completions import (
    Cancelled,
    Completion,
    ReadComplete,
    Refreshed,
    Ticket,
    WriteComplete,
)

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Awaitable, Callable

    from opcross.opc.common.background import Background
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.exporter.options import CallbackOptions

__all__ = ["Transactions"]


class Transactions:
    """Begins, ends and cancels transactions; ``post`` hands a completion to every sink."""

    def __init__(
        self,
        post: Callable[[Completion], None],
        *,
        options: CallbackOptions,
        background: Background,
        report: Callable[[Exception], None],
    ) -> None:
        self._post = post
        self._options = options
        self._background = background
        self._report = report
        self._ids = count(1)
        self._running: Final[dict[int, tuple[int, Ticket, asyncio.Task[None]]]] = {}
        self._open = 0
        self._rows = 0

    def __len__(self) -> int:
        return self._open

    # -- beginning

    def read(self, transaction: int, clients: np.ndarray, work: Callable[[], Awaitable[Batch]]) -> int:
        """Begin a read; the id by which it is cancelled. ``clients`` are the client handles in its order."""
        ticket = self._ticket(len(clients))

        async def run() -> Completion:
            return ReadComplete(ticket, transaction, await self._batch(work, clients))

        return self._begin(transaction, ticket, run)

    def refresh(self, transaction: int, clients: np.ndarray, work: Callable[[], Awaitable[Batch]]) -> int:
        """Begin a refresh of the items with these client handles."""
        ticket = self._ticket(len(clients))

        async def run() -> Completion:
            return Refreshed(ticket, transaction, await self._batch(work, clients))

        return self._begin(transaction, ticket, run)

    def write(self, transaction: int, clients: np.ndarray, work: Callable[[], Awaitable[np.ndarray]]) -> int:
        """Begin a write; ``work`` gives the errors."""
        ticket = self._ticket(len(clients))

        async def run() -> Completion:
            try:
                errors = await work()
            except OpcrossError as error:
                errors = np.full(len(clients), self._code(error), np.uint32)
            return WriteComplete(ticket, transaction, clients, errors)

        return self._begin(transaction, ticket, run)

    async def _batch(self, work: Callable[[], Awaitable[Batch]], clients: np.ndarray) -> Batch:
        try:
            return await work()
        except OpcrossError as error:
            return failed_batch(clients, self._code(error))

    def _code(self, error: OpcrossError) -> int:
        if not isinstance(error, HResultError):
            self._report(error)
        return hresult_error(error).code

    def check(self, rows: int) -> None:
        """Raise E_FAIL where a transaction with this many values would be one too many."""
        if self._open >= self._options.transactions or (
            self._open and self._rows + rows > self._options.transaction_rows
        ):
            raise HResultError(
                Hresult.E_FAIL, f"{self._open} transactions with {self._rows} values are under way"
            )

    def _ticket(self, rows: int) -> Ticket:
        self._open += 1
        self._rows += rows

        def done() -> None:
            self._open -= 1
            self._rows -= rows

        return Ticket(done)

    def _begin(self, transaction: int, ticket: Ticket, work: Callable[[], Awaitable[Completion]]) -> int:
        cancel_id = next(self._ids) & 0xFFFFFFFF

        async def run() -> None:
            completion = await work()
            if self._running.pop(cancel_id, None) is not None:
                self._post(completion)

        task = self._background.start(run())
        task.add_done_callback(lambda _: self._ended(cancel_id, ticket))
        self._running[cancel_id] = transaction, ticket, task
        return cancel_id

    def _ended(self, cancel_id: int, ticket: Ticket) -> None:
        self._running.pop(cancel_id, None)
        ticket.take()

    # -- cancelling

    def cancel(self, cancel_id: int) -> None:
        """Stop a transaction; sinks hear of that instead. Raises E_FAIL where it has ended already."""
        found = self._running.pop(cancel_id, None)
        if found is None:
            raise HResultError(Hresult.E_FAIL, f"no transaction {cancel_id} is under way")
        transaction, ticket, task = found
        self._post(Cancelled(ticket, transaction))
        task.cancel()

    def close(self) -> None:
        """Stop them all without a word."""
        running = tuple(self._running.values())
        self._running.clear()
        for _, _, task in running:
            task.cancel()
