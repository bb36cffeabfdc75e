"""Where the values of a group's streams come from: callbacks, or polls of the cache where none come.

All streams of a group share one sink. While nobody has a stream, the server has no sink and nothing is read.
The rules for falling back, with the times of :class:`~opcross.opc.da.client.options.ClientOptions`:

* There is no way for callbacks, or Advise fails: the group is polled from now on.
* The group is active and has active items, but no callback came for ``silence``: the cache is read. If it
  has values, the group is polled; if not, there was nothing to tell.
* A keep-alive that was agreed on stays out: the same, with three times the keep-alive for ``silence``.
* No callback came for ``doubt_period`` (or ``silence_rates`` update periods), although they did before: the
  cache is compared with what was given. If it differs, and nothing came two update periods and a second
  later, the group is polled.
* Any callback ends polling. Every ``readvise_period`` the server is given a new sink.

An item whose value has to come, because it was activated or a stream begins, and which the server does not
send within two update periods and a second (or ``silence``, if that is shorter), is read from the cache once.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from math import inf
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.errors import OpcrossError, TransportLost
from opcross.opc.da.batch import NO_ROWS, Batch
from opcross.opc.da.client.last_values import LastValues
from opcross.opc.da.client.notices import Notice, NoticeKind
from opcross.opc.da.client.poll_deadbands import PollDeadbands
from opcross.opc.da.client.sink import DataSink
from opcross.opc.da.client.stream import ClientStream
from opcross.opc.da.interfaces_generated import OPCDATASOURCE, IOPCDataCallback
from opcross.opc.quality import MASTER_MASK

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from opcross.dcom.callback_host import CallbackHost
    from opcross.opc.common.background import Background
    from opcross.opc.da.client.budget import Budget
    from opcross.opc.da.client.connection import Advice
    from opcross.opc.da.client.options import ClientOptions
    from opcross.opc.da.client.record import GroupRecord
    from opcross.opc.da.client.sink import CallbackCounts

__all__ = ["Services", "Subscription"]

_FASTEST_POLL: Final = 0.1
_SLOWEST_POLL: Final = 60.0
_FAILURE: Final = np.uint32(0x80000000)


@dataclass(frozen=True, slots=True)
class Services:
    """What every group of a client uses. ``callbacks`` gives the host for sinks, None where there is none."""

    options: ClientOptions
    budget: Budget
    notify: Callable[[Notice], None]
    counts: CallbackCounts
    background: Background
    callbacks: Callable[[], Awaitable[CallbackHost | None]]


class Subscription:
    """The streams of one group."""

    def __init__(self, record: GroupRecord, services: Services) -> None:
        self._record = record
        self._services = services
        self._streams: list[ClientStream] = []
        self._last: Final = LastValues()
        self._deadbands: Final = PollDeadbands(record)
        self._expected = np.zeros(0, np.uint32)
        self._advice: Advice | None = None
        self._sink: DataSink | None = None
        self._host: CallbackHost | None = None
        self._connected = False
        self._polling = False
        self._heard = False
        self._doubt_at = inf
        self._quiet_since = 0.0
        self._fill_at = inf
        self._poll_at = inf
        self._readvise_at = inf
        self._failures = 0
        self._told_at = 0.0
        self._wake: Final = asyncio.Event()
        self._turn: Final = asyncio.Lock()
        self._monitor: asyncio.Task[None] | None = None

    @property
    def polling(self) -> bool:
        """Whether values come from polls."""
        return self._polling

    @property
    def advised(self) -> bool:
        """Whether the server has a sink."""
        return self._advice is not None

    # -- streams

    async def attach(self) -> ClientStream:
        """A new stream; the first one makes the server send."""
        async with self._turn:
            if not self._connected:
                try:
                    await self._connect()
                except BaseException:
                    self._forget_sink()
                    self._connected = False
                    raise
            wanted = self._in_stream()
            batch, known = self._last.of(wanted)
            stream = ClientStream(self._record.table, wanted, self._detach)
            if len(batch):
                stream.put(batch)
            self._streams.append(stream)
            self._expect(wanted[~known], anew=False)
            if self._monitor is None:
                self._monitor = self._services.background.start(self._run())
            return stream

    async def _detach(self, stream: ClientStream) -> None:
        async with self._turn:
            if stream in self._streams:
                self._streams.remove(stream)
                if not self._streams:
                    await self._disconnect()

    def abort(self, reason: str) -> None:
        """End every stream at once."""
        for stream in self._streams:
            stream.abort(reason)

    def abandon(self, reason: str) -> None:
        """End everything, without a word to the server."""
        self.abort(reason)
        self._streams.clear()
        self._forget_sink()
        self._connected = False
        monitor, self._monitor = self._monitor, None
        if monitor is not None:
            monitor.cancel()

    async def close(self, reason: str) -> None:
        """The group is removed, or the session closed."""
        self.abort(reason)
        async with self._turn:
            self._streams.clear()
            await self._disconnect()

    def give_up(self, error: OpcrossError) -> None:
        """The provider is gone for good."""
        for stream in self._streams:
            stream.end(error)

    # -- what happens to the group

    def activating(self, handles: np.ndarray) -> None:
        """The server is about to send these, changed or not; maybe before it answers."""
        self._last.drop(handles)
        self._expect(handles, anew=True)

    def activated(self, handles: np.ndarray) -> None:
        """The server has to send these now, unless it has done so already."""
        _, known = self._last.of(handles)
        self._expect(handles[~known], anew=True)

    def deactivated(self, handles: np.ndarray) -> None:
        """Items that are in the stream no more, or removed."""
        self._last.drop(handles)
        self._expected = self._expected[~np.isin(self._expected, handles)]
        for stream in self._streams:
            stream.drop(handles)

    def group_deactivated(self) -> None:
        """Nothing is in the stream."""
        self._last.clear()
        self._expected = self._expected[:0]
        for stream in self._streams:
            stream.clear()

    def paced(self) -> None:
        """The update rate has changed."""
        self._poll_at = min(self._poll_at, self._now())
        self._wake.set()

    def lost(self) -> None:
        """The server is gone: each item once more, with its last value and a bad quality."""
        self._forget_sink()
        self._deadbands.forget()
        was_connected, self._connected = self._connected, False
        self._polling = False
        self._expected = self._expected[:0]
        if not self._streams:
            self._last.clear()
            return
        if self._record.active and was_connected:
            batch = self._last.turned_bad(self._record.table.active())
            self._publish(batch)
            for stream in self._streams:
                stream.lack(stream.waits_for)

    async def restore(self) -> None:
        """The group is there again: take up its values."""
        async with self._turn:
            if self._streams and not self._connected:
                await self._connect()
                self._expect(self._in_stream(), anew=True)

    def refused(self, handles: np.ndarray, errors: np.ndarray, quality: int) -> None:
        """Items that the server would not take again."""
        active = np.isin(handles, self._record.table.active())
        handles, errors = handles[active], errors[active]
        if len(handles) and self._streams and self._record.active:
            batch = self._last.turned_bad(handles, quality)
            rows = np.searchsorted(handles, batch.handles)
            self._publish(Batch(batch.handles, batch.values, quality, batch.time_stamps, errors[rows]))

    # -- what the sink hears

    def take_change(self, batch: Batch) -> None:
        """See :class:`~opcross.opc.da.client.sink.DataReceiver`."""
        self._heard = True
        self._quiet_since = self._now()
        self._doubt_at = inf
        if self._polling:
            self._polling = False
            self._poll_at = self._readvise_at = inf
            self._notify(NoticeKind.CALLBACKS, "callbacks come again, polling has stopped")
        if not self._record.active:
            return  # what was on its way when the group was deactivated
        rows = self._record.table.find(batch.handles)
        unknown = rows < 0
        if unknown.any():
            self._services.counts.ignored_rows += int(np.count_nonzero(unknown))
            known = np.flatnonzero(~unknown)
            if not len(known):
                return
            batch, rows = batch.take(known), rows[known]
        kept = self._record.table.rows["buffered"][rows]
        self._publish(batch, kept if kept.any() else None)

    def sink_released(self, sink: DataSink) -> None:
        """See :class:`~opcross.opc.da.client.sink.DataReceiver`."""
        if sink is self._sink and self._advice is not None:
            self._forget_sink()
            self._fall_back("the server has let go of the sink", readvise=0.0)

    # -- connecting

    async def _connect(self) -> None:
        """Give the server a sink; where that is not possible, poll."""
        self._connected = True
        self._heard = False
        self._quiet_since = self._now()
        self._readvise_at = inf
        reason = await self._advise()
        if reason:
            self._fall_back(reason)

    async def _advise(self) -> str:
        """Why there is no sink at the server; nothing when there is one."""
        record, services = self._record, self._services
        binding = record.bound()
        if binding.container is None:
            return "the group has no connection points"
        sink = DataSink(record.number, self, record.transactions, services.counts)
        self._sink = sink
        try:
            self._host = await services.callbacks()
            if self._host is None:
                reason = "callbacks have no address to come to"
            else:
                self._advice = await binding.connection.advise(
                    binding.container, self._host, sink, IOPCDataCallback.iid
                )
                return ""
        except OpcrossError as error:
            binding.connection.check()
            reason = f"Advise failed: {error}"
        sink.close()
        self._sink = None
        return reason

    async def _disconnect(self) -> None:
        """Take the sink back and stop looking after it."""
        monitor, self._monitor = self._monitor, None
        if monitor is not None and monitor is not asyncio.current_task():
            monitor.cancel()
        advice, host, binding = self._advice, self._host, self._record.binding
        if advice is not None and binding is not None:
            if self._sink is not None:
                self._sink.close()
            self._sink = self._advice = None
        self._forget_sink()
        self._connected = self._polling = False
        self._last.clear()
        self._expected = self._expected[:0]
        if advice is not None and host is not None and binding is not None:
            await binding.connection.unadvise(advice, host)

    def _forget_sink(self) -> None:
        sink, self._sink = self._sink, None
        self._advice = None
        if sink is not None:
            sink.close()
            if self._host is not None:
                self._host.disconnect(sink)

    def _fall_back(self, reason: str, *, readvise: float | None = None) -> None:
        now = self._now()
        if not self._polling:
            self._notify(NoticeKind.POLLING, f"{reason}; the cache is polled")
        self._polling = True
        self._poll_at = now
        period = self._services.options.readvise_period if readvise is None else readvise
        self._readvise_at = now + period if self._record.has_container else inf
        self._wake.set()

    # -- values

    def _publish(self, batch: Batch, kept: np.ndarray | None = None) -> None:
        self._told_at = self._now()
        self._last.put(batch)
        if len(self._expected):
            self._expected = self._expected[~np.isin(self._expected, batch.handles)]
        for stream in self._streams:
            stream.put(batch, kept)

    def _in_stream(self) -> np.ndarray:
        return self._record.table.streaming() if self._record.active else np.zeros(0, np.uint32)

    def _expect(self, handles: np.ndarray, *, anew: bool) -> None:
        """Values of these have to come; ``anew`` also looks again whether callbacks do."""
        if not self._connected or not len(handles) or not self._record.active:
            return
        self._expected = np.union1d(self._expected, handles)
        now = self._now()
        self._fill_at = now + min(2 * self._period + 1.0, self._services.options.silence)
        if anew:
            self._heard = False
            self._quiet_since = now
        if self._polling:
            self._poll_at = now
        self._wake.set()

    # -- looking after it

    async def _run(self) -> None:
        while True:
            delay = self._deadline() - self._now()
            if delay > 0:
                try:
                    async with asyncio.timeout(None if delay == inf else delay):
                        await self._wake.wait()
                except TimeoutError:
                    pass
            self._wake.clear()
            if self._connected and self._record.binding is not None:
                try:
                    await self._step()
                    self._failures = 0
                except OpcrossError as error:
                    self._put_off(error)

    def _deadline(self) -> float:
        if not self._connected or self._record.binding is None:
            return inf
        if self._polling:
            return min(self._poll_at, self._readvise_at)
        fill = self._fill_at if len(self._expected) else inf
        return min(fill, self._silent_at(), self._doubtful_at())

    def _silent_at(self) -> float:
        """When the absence of callbacks means something."""
        options, record = self._services.options, self._record
        if not record.active or not len(record.table.streaming()):
            return inf
        if not self._heard:
            return self._quiet_since + max(options.silence, options.silence_rates * self._period)
        if record.keep_alive:
            return self._quiet_since + max(options.silence, 3.0 * record.keep_alive / 1000)
        return inf

    def _doubtful_at(self) -> float:
        """When a group that has said something before has been silent for so long that one wonders."""
        record = self._record
        if not self._heard or record.keep_alive or not record.active or not len(record.table.streaming()):
            return inf
        if self._doubt_at < inf:
            return self._doubt_at
        options = self._services.options
        return self._quiet_since + max(options.doubt_period, options.silence_rates * self._period)

    async def _step(self) -> None:
        now = self._now()
        if self._polling:
            if now >= self._readvise_at:
                await self._readvise()
            await self._poll_if_due()
        elif now >= self._silent_at():
            await self._look_behind_silence(now)
        elif now >= self._fill_at and len(self._expected):
            await self._fill()
        elif now >= self._doubtful_at():
            await self._compare(now)

    async def _poll_if_due(self) -> None:
        """Callbacks may have come meanwhile."""
        if self._polling and self._now() >= self._poll_at:
            self._poll_at = self._now() + max(self._period, _FASTEST_POLL)
            await self._publish_changes(await self._read(self._in_stream()))

    async def _look_behind_silence(self, asked: float) -> None:
        """No callback came: is there nothing to tell, or do callbacks not arrive?"""
        batch = await self._read(self._in_stream())
        if not self._still_silent(asked):
            return
        if _has_values(batch):
            self._fall_back(f"no callback came for {self._now() - self._quiet_since:.3g} s")
            self._poll_at = self._now() + max(self._period, _FASTEST_POLL)
            await self._publish_changes(batch)
        else:
            self._quiet_since = self._now()

    async def _compare(self, asked: float) -> None:
        """Does the cache know more than the callbacks told?"""
        quiet_since, doubted = self._quiet_since, self._doubt_at <= asked
        batch = await self._read(self._in_stream())
        limits = await self._deadbands.limits(batch.handles)
        if self._polling or self._quiet_since != quiet_since:
            return
        if not len(self._last.changed(batch, limits)):
            self._quiet_since, self._doubt_at = self._now(), inf
        elif not doubted:  # the callback may be on its way
            self._doubt_at = self._now() + 2 * self._period + 1.0
        else:
            self._fall_back(f"no callback came for {self._now() - quiet_since:.3g} s")
            await self._publish_changes(batch)

    def _still_silent(self, asked: float) -> bool:
        return not self._polling and self._quiet_since <= asked and self._now() >= self._silent_at()

    async def _readvise(self) -> None:
        self._readvise_at = self._now() + self._services.options.readvise_period
        async with self._turn:
            if not self._connected:
                return
            advice, host = self._advice, self._host
            if advice is not None and host is not None and self._sink is not None:
                self._sink.close()
                self._sink = self._advice = None
                await self._record.bound().connection.unadvise(advice, host)
            await self._advise()

    async def _fill(self) -> None:
        """Read what should have been sent."""
        self._fill_at = inf
        wanted = self._expected
        batch = await self._read(wanted[np.isin(wanted, self._in_stream())])
        missing = np.flatnonzero(np.isin(batch.handles, self._expected))
        if len(missing):
            self._publish(batch.take(missing))
        self._expected = self._expected[~np.isin(self._expected, wanted)]
        for stream in self._streams:
            stream.lack(wanted)

    async def _publish_changes(self, batch: Batch) -> None:
        """What is different from what was given last, of items that are still in the stream."""
        limits = await self._deadbands.limits(batch.handles)
        rows = self._last.changed(batch, limits)
        rows = rows[np.isin(batch.handles[rows], self._in_stream())]
        keep_alive = self._record.keep_alive
        if len(rows):
            self._publish(batch.take(rows))
        elif keep_alive and self._record.active and self._now() >= self._told_at + keep_alive / 1000:
            self._publish(NO_ROWS)

    async def _read(self, handles: np.ndarray) -> Batch:
        """The cache, in the pace of polls."""
        binding = self._record.bound()
        chosen = self._record.table.select(handles)
        return await binding.read(
            chosen.handles, chosen.servers, OPCDATASOURCE.OPC_DS_CACHE, self._services.budget.polls
        )

    def _put_off(self, error: OpcrossError) -> None:
        """Reading or advising failed: try again, less often, and say so once."""
        if isinstance(error, TransportLost) and not self._connected:
            return
        if not self._failures:
            self._notify(NoticeKind.UNREADABLE, f"cannot read the cache: {error}")
        self._failures += 1
        pause = min(_SLOWEST_POLL, max(self._period, 1.0) * 2.0 ** min(self._failures, 16))
        now = self._now()
        self._poll_at = now + pause if self._polling else inf
        self._fill_at = now + pause if len(self._expected) else inf
        self._quiet_since = max(self._quiet_since, now)
        self._doubt_at = inf

    # -- small things

    @property
    def _period(self) -> float:
        return self._record.update_rate / 1000

    def _now(self) -> float:
        return asyncio.get_running_loop().time()

    def _notify(self, kind: NoticeKind, text: str) -> None:
        self._services.notify(Notice(kind, text, self._record.name))


def _has_values(batch: Batch) -> bool:
    """Whether any row is good or uncertain."""
    usable = (batch.qualities & np.uint16(MASTER_MASK)) != 0
    return bool((usable & (batch.errors < _FAILURE)).any())
