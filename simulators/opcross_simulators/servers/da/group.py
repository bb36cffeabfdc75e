"""A group of the simulated server: its settings, its items, and the clock that samples them.

One task per group runs while the group is active and somebody listens. It wakes at every sampling period
that an item has, asks the device for all items that are due at once, and offers the sample to each stream;
at every update period of the group streams are told that they may give.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import VariantColumn
from opcross.opc.codes import DaCode
from opcross.opc.conversion import can_convert, convert_column
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.model import (
    GroupChange,
    GroupSettings,
    GroupState,
    ItemAttributes,
    ItemDefinition,
    ItemResults,
    RevisedRates,
)
from opcross.opc.quality import Quality
from opcross_simulators.servers.da.attributes import attributes_of
from opcross_simulators.servers.da.deadbands import numbers_of
from opcross_simulators.servers.da.items import GroupItems
from opcross_simulators.servers.da.stream import SimulatedStream

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross_simulators.servers.da.session import SimulatedSession

__all__ = ["SimulatedGroup"]

_NOT_SET: Final = -1

T = TypeVar("T")


class SimulatedGroup:
    """Implements :class:`~opcross.opc.da.service.DaGroup`."""

    def __init__(self, session: SimulatedSession, settings: GroupSettings) -> None:
        self._session = session
        self._device = session.device
        self._settings = session.settings
        self._state = GroupState(
            name=settings.name,
            active=settings.active,
            update_rate=self._settings.revised(settings.update_rate),
            client=settings.client,
            time_bias=settings.time_bias or 0,
            deadband=_percent(settings.deadband),
            locale=settings.locale,
        )
        self._items = GroupItems()
        self._streams: list[SimulatedStream] = []
        self._clock: asyncio.Task[None] | None = None
        self._removed = False
        self._plan: _Plan | None = None

    @property
    def name(self) -> str:
        """Its name, unique in the session."""
        return self._state.name

    def __len__(self) -> int:
        return self._items.count

    # -- state --------------------------------------------------------------------------------------

    async def remove(self) -> None:
        """See :meth:`opcross.opc.da.service.DaGroup.remove`."""
        self.end()
        self._session.forget(self)

    def end(self) -> None:
        """Stop: streams end, the clock stands still."""
        self._removed = True
        if self._clock is not None:
            self._clock.cancel()
            self._clock = None
        for stream in self._streams:
            stream.end()
        self._streams.clear()

    def _check(self) -> None:
        if self._removed:
            raise HResultError(Hresult.E_FAIL, "the group was removed")
        self._session.check()

    async def state(self) -> GroupState:
        """See :meth:`opcross.opc.da.service.DaGroup.state`."""
        self._check()
        return self._state

    async def set_state(self, change: GroupChange) -> int:
        """See :meth:`opcross.opc.da.service.DaGroup.set_state`."""
        self._check()
        if change.locale is not None:
            self._session.check_locale(change.locale)
        was_active = self._state.active
        state = self._state
        self._state = replace(
            state,
            active=_or(change.active, state.active),
            client=_or(change.client, state.client),
            time_bias=_or(change.time_bias, state.time_bias),
            locale=_or(change.locale, state.locale),
            deadband=state.deadband if change.deadband is None else _percent(change.deadband),
            update_rate=state.update_rate
            if change.update_rate is None
            else self._settings.revised(change.update_rate),
        )
        self._plan = None
        if self._state.active and not was_active:
            self._send_again(self._items.active_rows())
        elif was_active and not self._state.active:
            self._silence(self._items.active_rows())
        self._set_clock(anew=change.update_rate is not None or change.active is not None)
        return self._state.update_rate

    async def set_name(self, name: str) -> None:
        """See :meth:`opcross.opc.da.service.DaGroup.set_name`."""
        self._check()
        if not name:
            raise HResultError(Hresult.E_INVALIDARG, "a group has a name")
        self._session.rename(self, name)
        self._state = replace(self._state, name=name)

    async def set_keep_alive(self, milliseconds: int) -> int:
        """See :meth:`opcross.opc.da.service.DaGroup.set_keep_alive`."""
        self._check()
        revised = self._settings.revised(milliseconds) if milliseconds > 0 else 0
        self._state = replace(self._state, keep_alive=revised)
        for stream in self._streams:
            stream.wake()
        return revised

    async def clone(self, name: str) -> SimulatedGroup:
        """See :meth:`opcross.opc.da.service.DaGroup.clone`."""
        self._check()
        state = self._state
        twin = self._session.new_group(
            GroupSettings(
                name=name,
                active=False,
                update_rate=state.update_rate,
                client=state.client,
                time_bias=state.time_bias,
                deadband=state.deadband,
                locale=state.locale,
            )
        )
        items, rows = self._items, self._items.rows()
        copies = twin._items.add(
            items.number[rows], items.client[rows], items.requested[rows], items.active[rows]
        )
        for column in ("deadband", "rate", "buffered"):
            getattr(twin._items, column)[copies] = getattr(items, column)[rows]
        twin._items.paths = {
            int(copy): items.paths[int(row)]
            for row, copy in zip(rows, copies, strict=True)
            if int(row) in items.paths
        }
        return twin

    # -- items --------------------------------------------------------------------------------------

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.add_items`."""
        self._check()
        results, numbers = self._session.judge(items)
        good = np.flatnonzero(results.errors == 0)
        if self._items.count + len(good) > min(self._settings.items_per_group, GroupItems.MOST):
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"a group has at most {self._settings.items_per_group} items"
            )
        chosen = [items[at] for at in good.tolist()]
        rows = self._items.add(
            numbers[good],
            np.array([item.client for item in chosen], np.uint32),
            np.array([item.requested_type for item in chosen], np.uint16),
            np.array([item.active for item in chosen], np.bool_),
        )
        for row, item in zip(rows.tolist(), chosen, strict=True):
            if item.access_path:
                self._items.paths[row] = item.access_path
        handles = np.zeros(len(items), np.uint32)
        handles[good] = self._items.handles(rows)
        self._plan = None
        for stream in self._streams:
            stream.forget(rows)
        self._send_again(rows[self._items.active[rows]])
        self._set_clock()
        return ItemResults(handles, results.types, results.rights, results.errors)

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.validate_items`."""
        self._check()
        return self._session.judge(items)[0]

    async def remove_items(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.remove_items`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = np.unique(rows[errors == 0])
        repeated = np.ones(len(rows), np.bool_)
        repeated[np.unique(rows, return_index=True)[1]] = False
        errors[repeated & (errors == 0)] = DaCode.E_INVALIDHANDLE
        self._silence(good)
        self._items.remove(good)
        self._plan = None
        return errors

    async def set_active(self, handles: np.ndarray, *, active: bool) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_active`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = np.unique(rows[errors == 0])
        changing = good[self._items.active[good] != active]
        self._items.active[good] = active
        self._items.changed += 1
        self._plan = None
        if active:
            self._send_again(changing)
        else:
            self._silence(changing)
        return errors

    async def set_clients(self, handles: np.ndarray, clients: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_clients`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = errors == 0
        self._items.client[rows[good]] = np.asarray(clients, np.uint32)[good]
        return errors

    async def set_types(self, handles: np.ndarray, types: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_types`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = np.asarray(types, np.uint16)
        sources = self._session.facts.vartypes[self._items.number[rows]]
        for at in np.flatnonzero(errors == 0).tolist():
            source = int(sources[at])
            if not can_convert(source, int(wanted[at])):
                errors[at] = DaCode.E_BADTYPE
        good = errors == 0
        self._items.requested[rows[good]] = wanted[good]
        self._plan = None
        self._send_again(rows[good][self._items.active[rows[good]]])
        return errors

    async def items(self) -> tuple[ItemAttributes, ...]:
        """See :meth:`opcross.opc.da.service.DaGroup.items`."""
        self._check()
        rows, items = self._items.rows(), self._items
        handles = items.handles(rows)
        return tuple(
            attributes_of(
                self._session.items[int(items.number[row])],
                access_path=items.paths.get(row, ""),
                active=bool(items.active[row]),
                client=int(items.client[row]),
                server=int(handle),
                requested_type=int(items.requested[row]),
            )
            for row, handle in zip(rows.tolist(), handles.tolist(), strict=True)
        )

    # -- values -------------------------------------------------------------------------------------

    async def read(self, handles: np.ndarray, max_ages: np.ndarray | int | None = None) -> Batch:
        """See :meth:`opcross.opc.da.service.DaGroup.read`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = np.flatnonzero(errors == 0)
        numbers, requested = self._items.number[rows], self._items.requested[rows]
        clients = np.where(errors == 0, self._items.client[rows], np.uint32(0))
        if max_ages is None:
            asleep = ~self._items.active[rows[good]] if self._state.active else np.ones(len(good), np.bool_)
            ages = np.where(asleep, np.inf, float(self._state.update_rate))
        else:
            asleep = np.zeros(len(good), np.bool_)
            ages = np.broadcast_to(np.asarray(max_ages, np.float64), len(rows))[good]
        read = await self._session.obtain(numbers[good], ages, asleep=asleep)
        values, failed = convert_column(read.values, requested[good])
        return _spread(read, values, failed, good, errors, clients)

    async def write(self, handles: np.ndarray, values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.write`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = np.flatnonzero(errors == 0)
        errors[good] = await self._session.put(self._items.number[rows[good]], values.take(good))
        return errors

    async def refresh(self, max_age: int | None = None) -> Batch:
        """See :meth:`opcross.opc.da.service.DaGroup.refresh`."""
        self._check()
        rows = self._readable(self._items.active_rows())
        if not self._state.active or not len(rows):
            raise HResultError(Hresult.E_FAIL, "the group is inactive, or has no active items")
        ages = np.full(len(rows), float(self._state.update_rate) if max_age is None else float(max_age))
        read = await self._session.obtain(self._items.number[rows], ages)
        values, failed = convert_column(read.values, self._items.requested[rows])
        batch = _converted(read, values, failed)
        return batch.with_handles(self._items.client[rows])

    async def subscribe(self) -> SimulatedStream:
        """See :meth:`opcross.opc.da.service.DaGroup.subscribe`."""
        self._check()
        if len(self._streams) >= self._settings.streams_per_group:
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"a group has at most {self._settings.streams_per_group} streams"
            )
        stream = SimulatedStream(self, depth=self._settings.buffer_depth)
        self._streams.append(stream)
        self._set_clock(anew=True)
        return stream

    # -- deadband and sampling of single items ------------------------------------------------------

    async def set_deadbands(self, handles: np.ndarray, percents: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_deadbands`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = np.asarray(percents, np.float32)
        outside = ~((wanted >= 0) & (wanted <= 100))
        errors[(errors == 0) & ~self._analog(rows)] = DaCode.E_DEADBANDNOTSUPPORTED
        errors[(errors == 0) & outside] = Hresult.E_INVALIDARG
        good = errors == 0
        self._items.deadband[rows[good]] = wanted[good]
        self._plan = None
        return errors

    async def deadbands(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`opcross.opc.da.service.DaGroup.deadbands`."""
        self._check()
        rows, errors = self._items.find(handles)
        self._judge_deadbands(rows, errors)
        percents = np.where(errors == 0, self._items.deadband[rows], np.float32(0))
        return percents.astype(np.float32), errors

    async def clear_deadbands(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.clear_deadbands`."""
        self._check()
        rows, errors = self._items.find(handles)
        self._judge_deadbands(rows, errors)
        self._items.deadband[rows[errors == 0]] = np.nan
        self._plan = None
        return errors

    def _judge_deadbands(self, rows: np.ndarray, errors: np.ndarray) -> None:
        errors[(errors == 0) & ~self._analog(rows)] = DaCode.E_DEADBANDNOTSUPPORTED
        errors[(errors == 0) & np.isnan(self._items.deadband[rows])] = DaCode.E_DEADBANDNOTSET

    async def set_sampling(self, handles: np.ndarray, rates: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.set_sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = np.asarray(rates, np.uint32)
        revised = np.array([self._settings.revised(rate) for rate in wanted.tolist()], np.uint32)
        good = errors == 0
        self._items.rate[rows[good]] = revised[good]
        errors[good & (revised != wanted)] = DaCode.S_UNSUPPORTEDRATE
        self._plan = None
        self._set_clock(anew=True)
        return RevisedRates(np.where(good, revised, np.uint32(0)).astype(np.uint32), errors)

    async def sampling(self, handles: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        rates = self._items.rate[rows]
        errors[(errors == 0) & (rates == _NOT_SET)] = DaCode.E_RATENOTSET
        return RevisedRates(np.where(errors == 0, rates, 0).astype(np.uint32), errors)

    async def clear_sampling(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.clear_sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        errors[(errors == 0) & (self._items.rate[rows] == _NOT_SET)] = DaCode.E_RATENOTSET
        self._items.rate[rows[errors == 0]] = _NOT_SET
        self._plan = None
        self._set_clock(anew=True)
        return errors

    async def set_buffering(self, handles: np.ndarray, enabled: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_buffering`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = errors == 0
        self._items.buffered[rows[good]] = np.asarray(enabled, np.bool_)[good]
        self._plan = None
        return errors

    async def buffering(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`opcross.opc.da.service.DaGroup.buffering`."""
        self._check()
        rows, errors = self._items.find(handles)
        return self._items.buffered[rows] & (errors == 0), errors

    # -- for streams --------------------------------------------------------------------------------

    @property
    def capacity(self) -> int:
        """How many rows the group's columns have."""
        return self._items.capacity

    def clients_of(self, rows: np.ndarray) -> np.ndarray:
        """The client handles of rows, as they are now."""
        return np.asarray(self._items.client[rows])

    def spoke(self) -> None:
        """A stream has given something."""
        self._session.spoke()

    def silence_left(self, since: float) -> float | None:
        """Seconds that a stream may be silent still; None: for ever."""
        if not self._state.keep_alive or not self._state.active:
            return None
        left = since + self._state.keep_alive / 1_000 - asyncio.get_running_loop().time()
        return max(left, 0.0)

    def dropped(self, stream: SimulatedStream) -> None:
        """A consumer has closed its stream."""
        if stream in self._streams:
            self._streams.remove(stream)
        self._set_clock()

    def outside(
        self, rows: np.ndarray, batch: Batch, types: np.ndarray, bits: np.ndarray, bands: np.ndarray
    ) -> np.ndarray:
        """Which new values lie outside the deadband around what was given (bool)."""
        result = np.ones(len(rows), np.bool_)
        where = np.flatnonzero(bands > 0)
        new = numbers_of(batch.values.vartypes[where], batch.values.bits[where])
        old = numbers_of(types[where], bits[where])
        # What is no number compares as different: a deadband does not hold it back.
        result[where] = ~(np.abs(new - old) <= bands[where])
        return result

    # -- the clock ----------------------------------------------------------------------------------

    def _set_clock(self, *, anew: bool = False) -> None:
        wanted = self._state.active and bool(self._streams) and self._items.count > 0 and not self._removed
        if self._clock is not None and (anew or not wanted):
            self._clock.cancel()
            self._clock = None
        if wanted and self._clock is None:
            self._clock = asyncio.get_running_loop().create_task(self._run())
        for stream in self._streams:
            stream.wake()

    async def _run(self) -> None:
        loop = asyncio.get_running_loop()
        start = loop.time()
        published = start
        due: dict[int, float] = {}
        while True:
            plan = self._current_plan()
            now = loop.time()
            for period, rows in plan.periods.items():
                when = due.setdefault(period, now)
                if when <= now:
                    self._sample(rows)
                    # Samples that the machine had no time for are left out, not made up for.
                    steps = int((now - when) * 1_000 // period) + 1
                    due[period] = when + steps * period / 1_000
            for period in due.keys() - plan.periods.keys():
                del due[period]
            if published <= now:
                for stream in self._streams:
                    stream.publish()
                rate = self._state.update_rate / 1_000
                published += (int((now - published) // rate) + 1) * rate
            await asyncio.sleep(max(min([published, *due.values()]) - loop.time(), 0))

    def _current_plan(self) -> _Plan:
        if self._plan is None:
            self._plan = self._make_plan()
        return self._plan

    def _make_plan(self) -> _Plan:
        """Rows by sampling period, and what of their sampling stays the same."""
        items = self._items
        rows = self._readable(items.active_rows())
        rates = np.where(items.rate[rows] == _NOT_SET, self._state.update_rate, items.rate[rows])
        periods = {int(rate): _Rows.of(self, rows[rates == rate]) for rate in np.unique(rates).tolist()}
        return _Plan(periods)

    def rows_of(
        self, rows: np.ndarray
    ) -> tuple[np.ndarray, np.ndarray, np.ndarray | None, np.ndarray | None]:
        """Numbers, requested types, absolute deadbands and buffering of rows."""
        items = self._items
        percents = np.where(np.isnan(items.deadband[rows]), self._state.deadband, items.deadband[rows])
        bands: np.ndarray | None = None
        if (percents > 0).any():
            bands = np.nan_to_num(percents * self._session.facts.spans[items.number[rows]] / 100)
        buffered = items.buffered[rows]
        return items.number[rows], items.requested[rows], bands, buffered if buffered.any() else None

    def _sample(self, rows: _Rows) -> None:
        if not len(rows.rows):
            return
        read = self._device.sample(rows.numbers)
        values, failed = convert_column(read.values, rows.requested)
        batch = _converted(read, values, failed).with_handles(rows.rows)
        for stream in self._streams:
            stream.offer(rows.rows, batch, rows.bands, rows.buffered)

    def _send_again(self, rows: np.ndarray) -> None:
        """Items are active now: all of them are to be sent, changed or not."""
        for stream in self._streams:
            stream.forget(rows)
        if len(rows):
            self._set_clock(anew=True)

    def _silence(self, rows: np.ndarray) -> None:
        for stream in self._streams:
            stream.forget(rows)

    def _readable(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(rows[self._session.facts.readable[self._items.number[rows]]])

    def _analog(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(~np.isnan(self._session.facts.spans[self._items.number[rows]]))


class _Rows:
    """Rows of one sampling period."""

    __slots__ = ("bands", "buffered", "numbers", "requested", "rows")

    def __init__(
        self,
        rows: np.ndarray,
        numbers: np.ndarray,
        requested: np.ndarray,
        bands: np.ndarray | None,
        buffered: np.ndarray | None,
    ) -> None:
        self.rows = rows
        self.numbers = numbers
        self.requested = requested
        self.bands = bands
        self.buffered = buffered

    @classmethod
    def of(cls, group: SimulatedGroup, rows: np.ndarray) -> _Rows:
        return cls(rows, *group.rows_of(rows))


class _Plan:
    """What is sampled, by period in milliseconds; made anew when items or settings change."""

    __slots__ = ("periods",)

    def __init__(self, periods: dict[int, _Rows]) -> None:
        self.periods = periods


def _or(wanted: T | None, present: T) -> T:
    return present if wanted is None else wanted


def _percent(deadband: float) -> float:
    if not 0 <= deadband <= 100:
        raise HResultError(Hresult.E_INVALIDARG, f"a deadband is from 0 to 100 percent, not {deadband:g}")
    return deadband


def _converted(read: Batch, values: VariantColumn, failed: np.ndarray) -> Batch:
    """A sample in the requested types; what could not be converted is bad."""
    if values is read.values:
        return read
    bad = failed != 0
    qualities = np.where(bad, np.uint16(Quality.BAD), read.qualities)
    errors = np.where(read.errors != 0, read.errors, failed)
    return Batch(read.handles, values, qualities, read.time_stamps, errors)


def _spread(
    read: Batch,
    values: VariantColumn,
    failed: np.ndarray,
    good: np.ndarray,
    errors: np.ndarray,
    clients: np.ndarray,
) -> Batch:
    """Rows that were read among those whose handle is unknown."""
    batch = _converted(read, values, failed)
    if len(good) == len(errors):
        return batch.with_handles(clients)
    count = len(errors)
    types, bits = np.zeros(count, np.uint16), np.zeros(count, np.uint64)
    qualities, stamps = np.zeros(count, np.uint16), np.zeros(count, np.uint64)
    types[good], bits[good] = batch.values.vartypes, batch.values.bits
    qualities[good], stamps[good] = batch.qualities, batch.time_stamps
    errors = errors.copy()
    errors[good] = batch.errors
    objects = {int(good[row]): value for row, value in batch.values.objects.items()}
    return Batch(clients, VariantColumn(types, bits, objects), qualities, stamps, errors)
