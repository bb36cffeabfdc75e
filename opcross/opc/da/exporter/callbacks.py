"""IOPCDataCallback from the server's side: one task for each sink of a group.

The task pulls a change stream of its own and calls the sink, one call after the other, so changes and
completions arrive in the order in which they came about. A sink that is slow, or dead, delays nobody but
itself: its stream conflates meanwhile.

A change that did not reach the sink is sent again. A completion is not: a client that got it twice would
take the second for that of another transaction.
"""

from __future__ import annotations

import asyncio
from collections import deque
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from opcross.codes import Hresult
from opcross.errors import HResultError, OpcrossError, TransportLost
from opcross.opc.da.exporter.completions import tell_change
from opcross.opc.da.interfaces_generated import IOPCDataCallbackProxy

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opcross.opc.common.background import Background
    from opcross.opc.common.sink import Sink
    from opcross.opc.da.batch import Batch
    from opcross.opc.da.exporter.completions import Completion
    from opcross.opc.da.exporter.options import CallbackOptions
    from opcross.opc.da.model import Change
    from opcross.opc.da.service import ChangeStream

__all__ = ["DataSink", "SinkOwner"]


class SinkOwner(Protocol):
    """The group, as far as its sinks need it."""

    @property
    def client_handle(self) -> int:
        """The client's handle of the group."""
        ...

    @property
    def enabled(self) -> bool:
        """Whether changes are sent: IOPCAsyncIO2::SetEnable."""
        ...


class DataSink:
    """A sink of a group, in service from :meth:`start` to :meth:`close`.

    ``lost`` is called when it is over, also where nobody asked for that.
    """

    def __init__(
        self,
        sink: Sink,
        stream: ChangeStream,
        owner: SinkOwner,
        *,
        options: CallbackOptions,
        background: Background,
        lost: Callable[[], None],
        report: Callable[[Exception], None],
    ) -> None:
        self._sink = sink
        self._proxy: Final = IOPCDataCallbackProxy(sink)
        self._stream: ChangeStream | None = stream
        self._owner = owner
        self._options = options
        self._background = background
        self._lost = lost
        self._report = report
        self._queue: deque[Completion] = deque()
        self._awake = asyncio.Event()
        self._closing = asyncio.Event()
        self._pull: asyncio.Future[Change] | None = None
        self._undelivered: Batch | None = None
        self._failures = 0
        self._complained = False
        self._begun = False
        self._task: asyncio.Task[None] | None = None

    def start(self) -> None:
        """Begin to serve the sink."""
        self._task = self._background.start(self._run())

    def post(self, completion: Completion) -> None:
        """Tell the sink of the end of a transaction, after what it is told already."""
        if self._closing.is_set():
            return
        completion.ticket.add()
        self._queue.append(completion)
        self._awake.set()

    def wake(self) -> None:
        """Changes are enabled again."""
        self._awake.set()

    def close(self, *, at_once: bool = False) -> None:
        """Stop after the call that is being made, or in its midst, and give the sink back."""
        self._closing.set()
        self._awake.set()
        # A task that has not begun cannot clean up behind itself; it ends by itself as soon as it begins.
        if at_once and self._begun and self._task is not None:
            self._task.cancel()

    # -- the task

    async def _run(self) -> None:
        self._begun = True
        try:
            while not self._closing.is_set():
                self._awake.clear()
                told = await self._tell_completion()
                told = await self._tell_change() or told
                if not told and not self._closing.is_set():
                    await self._awake.wait()
        finally:
            await self._end()

    async def _tell_completion(self) -> bool:
        """Tell of the oldest completion; whether there was one."""
        if not self._queue:
            return False
        completion = self._queue.popleft()
        try:
            await self._tried(completion.tell(self._proxy, self._owner.client_handle))
        finally:
            completion.ticket.take()
        return True

    async def _tell_change(self) -> bool:
        """Tell of a change that is there; whether there was one."""
        if self._closing.is_set() or not self._owner.enabled:
            return False
        if self._undelivered is None:
            change = self._pulled()
            if change is None:
                return False
            self._undelivered = change.batch
        await self._send()
        return True

    def _pulled(self) -> Change | None:
        """What the stream has given; asks it for more."""
        if self._pull is None:
            if self._stream is None:
                return None
            self._pull = asyncio.ensure_future(self._stream.next())
            self._pull.add_done_callback(lambda pull: self._awake.set())
        if not self._pull.done():
            return None
        pull, self._pull = self._pull, None
        try:
            return pull.result()
        except HResultError as error:
            if error.code != Hresult.E_ABORT:
                self._report(error)
        except OpcrossError as error:
            self._report(error)
        self._stream = None
        return None

    async def _send(self) -> None:
        """Send what is undelivered, in parts; what fails stays for the next attempt."""
        batch, most = self._undelivered, self._options.rows
        while batch is not None and not self._closing.is_set():
            part = batch if len(batch) <= most else batch[:most]
            if not await self._tried(tell_change(self._proxy, self._owner.client_handle, part)):
                # A keep-alive says that the subscription lives now; later it is of no use.
                self._undelivered = batch if len(batch) else None
                return
            batch = batch[most:] if len(batch) > most else None
            self._undelivered = batch

    async def _tried(self, call: Awaitable[None]) -> bool:
        """Whether a call reached the sink; after too many that did not, the sink is given up."""
        try:
            await call
        except HResultError as error:  # the client's own answer: it got the call
            if not self._complained:
                self._report(error)
            self._complained = True
        except OpcrossError as error:
            await self._failed(error)
            return False
        self._failures = 0
        return True

    async def _failed(self, error: OpcrossError) -> None:
        self._failures += 1
        if self._failures < self._options.failures:
            self._report(error)
            with suppress(TimeoutError):
                async with asyncio.timeout(self._options.retry_pause):
                    await self._closing.wait()
            return
        gone = TransportLost(
            f"a sink was dropped after {self._failures} calls that failed, the last: {error}"
        )
        gone.__cause__ = error
        self._report(gone)
        self._closing.set()

    async def _end(self) -> None:
        """Let go of stream and sink. Nobody is called any more."""
        self._closing.set()
        self._lost()
        queue, self._queue = self._queue, deque()
        for completion in queue:
            completion.ticket.take()
        pull, self._pull = self._pull, None
        if pull is not None:
            pull.cancel()
            await asyncio.gather(pull, return_exceptions=True)
        stream, self._stream = self._stream, None
        if stream is not None:
            try:
                await stream.close()
            except OpcrossError as error:
                self._report(error)
        await self._sink.release()
