"""A stream being watched: what came is kept until a check asks for it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError
from opcross.opc.codes import code_name
from opcross.opc.da.batch import Batch, ItemValue
from opcross.opc.da.conformance.model import ConformanceError

if TYPE_CHECKING:
    from opcross.opc.da.conformance.model import DaSubject
    from opcross.opc.da.model import Change
    from opcross.opc.da.service import ChangeStream

__all__ = ["Watcher"]


class Watcher:
    """Pulls a stream all the time, so that no wait of a check is ever cut off in the middle of a pull."""

    def __init__(self, check: str, stream: ChangeStream, subject: DaSubject) -> None:
        self.stream = stream
        self._check = check
        self._subject = subject
        self._queue: asyncio.Queue[Change | OpcrossError] = asyncio.Queue()
        self._task = asyncio.get_running_loop().create_task(self._pull())

    async def _pull(self) -> None:
        try:
            while True:
                self._queue.put_nowait(await self.stream.next())
        except OpcrossError as error:
            self._queue.put_nowait(error)

    async def close(self) -> None:
        """Close the stream; an error that a check has not met yet stays unmet."""
        await self.stream.close()
        self._task.cancel()
        await asyncio.gather(self._task, return_exceptions=True)

    async def _next(self, what: str) -> Change:
        try:
            async with asyncio.timeout(self._subject.patience):
                found = await self._queue.get()
        except TimeoutError:
            raise self._fail(what, "a change", "silence") from None
        if isinstance(found, OpcrossError):
            raise self._fail(what, "a change", f"the end of the stream ({found})") from found
        return found

    async def change(self, what: str) -> Batch:
        """The next change that has rows."""
        while True:
            change = await self._next(what)
            if not change.keep_alive:
                return change.batch

    async def until(self, *clients: int, what: str) -> dict[int, ItemValue]:
        """Changes until each of these client handles came; the newest row of every handle that did."""
        found: dict[int, ItemValue] = {}
        while not found.keys() >= set(clients):
            batch = await self.change(f"{what} (of handles {list(clients)}, {sorted(found)} came)")
            found.update({row.handle: row for row in batch})
        return found

    async def until_value(self, client: int, value: object, what: str) -> None:
        """Changes until this client handle has this value."""
        seen: list[object] = []
        while True:
            batch = await self.change(f"{what} ({value!r} under handle {client}; {seen} came)")
            for row in batch:
                if row.handle != client:
                    continue
                seen.append(None if row.value is None else row.value.value)
                if seen[-1] == value:
                    return

    async def keep_alive(self, what: str) -> None:
        """The next thing that comes is a keep-alive."""
        change = await self._next(what)
        if not change.keep_alive:
            raise self._fail(what, "an empty change", repr(change.batch))

    async def quiet(self, what: str) -> None:
        """No rows come for as long as the subject needs to settle, keep-alives may."""
        for batch in await self.settled(what):
            raise self._fail(what, "no change", repr(list(batch)[:5]))

    async def silent(self, what: str) -> None:
        """Nothing at all comes for as long as the subject needs to settle."""
        await asyncio.sleep(self._subject.settle)
        if not self._queue.empty():
            raise self._fail(what, "silence", repr(self._queue.get_nowait()))

    async def settled(self, what: str, seconds: float | None = None) -> list[Batch]:
        """Every change with rows that comes until the subject has settled."""
        await asyncio.sleep(self._subject.settle if seconds is None else seconds)
        batches = []
        while not self._queue.empty():
            change = await self._next(what)
            if not change.keep_alive:
                batches.append(change.batch)
        return batches

    async def aborted(self, what: str) -> None:
        """The stream ends with E_ABORT; changes on the way may come before."""
        try:
            async with asyncio.timeout(self._subject.patience):
                found = await self._queue.get()
                while not isinstance(found, OpcrossError):
                    found = await self._queue.get()
        except TimeoutError:
            raise self._fail(what, "the end of the stream", "silence") from None
        if not isinstance(found, HResultError) or found.code != Hresult.E_ABORT:
            raise self._fail(what, code_name(Hresult.E_ABORT), str(found)) from found

    def _fail(self, what: str, expected: str, actual: str) -> ConformanceError:
        return ConformanceError(self._check, what, expected, actual)
