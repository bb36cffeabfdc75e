"""A group of the simulated server: its settings and its items.

What happens in time, :mod:`~opcross_simulators.servers.da.updates` does.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final, TypeVar

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.codes import DaCode
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
from opcross_simulators.servers.da.arguments import column_of
from opcross_simulators.servers.da.attributes import attributes_of
from opcross_simulators.servers.da.items import NOT_SET, GroupItems
from opcross_simulators.servers.da.requested import as_requested, convertible, spread
from opcross_simulators.servers.da.stream import SimulatedStream
from opcross_simulators.servers.da.updates import Updates

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross_simulators.servers.da.session import SimulatedSession

__all__ = ["SimulatedGroup"]

_COPIED: Final = ("deadband", "rate", "buffered")

T = TypeVar("T")


class SimulatedGroup:
    """Implements :class:`~opcross.opc.da.service.DaGroup`."""

    def __init__(self, session: SimulatedSession, settings: GroupSettings) -> None:
        self._session = session
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
        self._updates = Updates(
            self._items,
            device=session.device,
            facts=session.facts,
            base_rate=self._settings.base_rate,
            rate=self._state.update_rate,
            deadband=self._state.deadband,
            active=self._state.active,
        )
        self._removed = False

    @property
    def name(self) -> str:
        """Its name, unique in the session."""
        return self._state.name

    @property
    def count(self) -> int:
        """How many items it has."""
        return self._items.count

    @property
    def buffered(self) -> int:
        """How many of its items are buffered."""
        return self._items.buffered_count

    # -- state --------------------------------------------------------------------------------------

    async def remove(self) -> None:
        """See :meth:`opcross.opc.da.service.DaGroup.remove`."""
        self.end()
        self._session.forget(self)

    def end(self) -> None:
        """Streams end, nothing is sampled any more."""
        self._removed = True
        self._updates.end()

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
        state = self._state
        self._updates.set(rate=state.update_rate, deadband=state.deadband, active=state.active)
        return state.update_rate

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
        for stream in self._updates.streams:
            stream.reconsider()
        return revised

    async def clone(self, name: str) -> SimulatedGroup:
        """See :meth:`opcross.opc.da.service.DaGroup.clone`."""
        self._check()
        items, rows = self._items, self._items.rows()
        self._session.make_room(len(rows), buffered=items.buffered_count)
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
        copies = twin._items.add(
            items.number[rows], items.client[rows], items.requested[rows], items.active[rows]
        )
        for column in _COPIED:
            getattr(twin._items, column)[copies] = getattr(items, column)[rows]
        if items.paths:
            twins = dict(zip(rows.tolist(), copies.tolist(), strict=True))
            twin._items.paths = {twins[row]: path for row, path in items.paths.items()}
        return twin

    # -- items --------------------------------------------------------------------------------------

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.add_items`."""
        self._check()
        results, numbers = self._session.judge(items)
        good = np.flatnonzero(results.errors == 0)
        most = min(self._settings.items_per_group, GroupItems.MOST)
        if self._items.count + len(good) > most:
            raise HResultError(Hresult.E_OUTOFMEMORY, f"a group has at most {most} items")
        self._session.make_room(len(good))
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
        self._updates.send(rows)
        return ItemResults(handles, results.types, results.rights, results.errors)

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.validate_items`."""
        self._check()
        return self._session.judge(items)[0]

    async def remove_items(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.remove_items`."""
        self._check()
        rows, errors = self._items.find(handles)
        known = np.flatnonzero(errors == 0)
        good, first = np.unique(rows[known], return_index=True)
        errors[np.delete(known, first)] = DaCode.E_INVALIDHANDLE
        self._updates.forget(good)
        self._items.remove(good)
        self._updates.items_changed()
        return errors

    async def set_active(self, handles: np.ndarray, *, active: bool) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_active`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = np.unique(rows[errors == 0])
        changing = good[self._items.active[good] != active]
        self._items.active[good] = active
        self._updates.send(changing)
        return errors

    async def set_clients(self, handles: np.ndarray, clients: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_clients`."""
        self._check()
        rows, errors = self._items.find(handles)
        good = errors == 0
        self._items.client[rows[good]] = column_of(clients, np.uint32, len(rows))[good]
        return errors

    async def set_types(self, handles: np.ndarray, types: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_types`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = column_of(types, np.uint16, len(rows))
        good = np.flatnonzero(errors == 0)
        own = self._session.facts.vartypes[self._items.number[rows[good]]]
        possible = convertible(own, wanted[good])
        errors[good[~possible]] = DaCode.E_BADTYPE
        good = good[possible]
        changing = np.unique(rows[good[self._items.requested[rows[good]] != wanted[good]]])
        self._items.requested[rows[good]] = wanted[good]
        self._updates.send(changing)
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
        known = rows[good]
        # The group may change while the device is asked: what is needed of it is taken now.
        clients = np.zeros(len(rows), np.uint32)
        clients[good] = self._items.client[known]
        requested = self._items.requested[known]
        numbers = self._items.number[known]
        if max_ages is None:
            asleep = ~self._items.active[known] | (not self._state.active)
            read = await self._session.obtain_cached(numbers, self._rates(known), asleep=asleep)
        else:
            read = await self._session.obtain(numbers, column_of(max_ages, np.float64, len(rows))[good])
        return spread(as_requested(read, requested), good, errors, clients)

    async def write(self, handles: np.ndarray, values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.write`."""
        self._check()
        rows, errors = self._items.find(handles)
        if len(values) != len(rows):
            raise HResultError(Hresult.E_INVALIDARG, f"{len(values)} values for {len(rows)} items")
        good = np.flatnonzero(errors == 0)
        errors[good] = await self._session.put(self._items.number[rows[good]], values.take(good))
        return errors

    async def refresh(self, max_age: int | None = None) -> Batch:
        """See :meth:`opcross.opc.da.service.DaGroup.refresh`."""
        self._check()
        rows = self._readable(self._items.active_rows())
        if not self._state.active or not len(rows):
            raise HResultError(Hresult.E_FAIL, "the group is inactive, or has no active items")
        numbers, requested = self._items.number[rows], self._items.requested[rows]
        clients = self._items.client[rows]
        if max_age is None:
            read = await self._session.obtain_cached(numbers, self._rates(rows))
        else:
            read = await self._session.obtain(numbers, np.full(len(rows), float(max_age)))
        return as_requested(read, requested).with_handles(clients)

    async def subscribe(self) -> SimulatedStream:
        """See :meth:`opcross.opc.da.service.DaGroup.subscribe`."""
        self._check()
        if len(self._updates.streams) >= self._settings.streams_per_group:
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"a group has at most {self._settings.streams_per_group} streams"
            )
        stream = SimulatedStream(self, depth=self._settings.buffer_depth)
        self._updates.add(stream)
        return stream

    # -- deadband and sampling of single items ------------------------------------------------------

    async def set_deadbands(self, handles: np.ndarray, percents: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_deadbands`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = column_of(percents, np.float32, len(rows))
        outside = ~((wanted >= 0) & (wanted <= 100))
        errors[(errors == 0) & ~self._analog(rows)] = DaCode.E_DEADBANDNOTSUPPORTED
        errors[(errors == 0) & outside] = Hresult.E_INVALIDARG
        good = errors == 0
        self._items.deadband[rows[good]] = wanted[good]
        self._updates.items_changed()
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
        self._updates.items_changed()
        return errors

    def _judge_deadbands(self, rows: np.ndarray, errors: np.ndarray) -> None:
        errors[(errors == 0) & ~self._analog(rows)] = DaCode.E_DEADBANDNOTSUPPORTED
        errors[(errors == 0) & np.isnan(self._items.deadband[rows])] = DaCode.E_DEADBANDNOTSET

    async def set_sampling(self, handles: np.ndarray, rates: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.set_sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = column_of(rates, np.uint32, len(rows))
        revised = self._settings.revised_column(wanted)
        good = errors == 0
        self._items.rate[rows[good]] = revised[good]
        errors[good & (revised != wanted)] = DaCode.S_UNSUPPORTEDRATE
        self._updates.items_changed()
        return RevisedRates(np.where(good, revised, np.uint32(0)).astype(np.uint32), errors)

    async def sampling(self, handles: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        rates = self._items.rate[rows]
        errors[(errors == 0) & (rates == NOT_SET)] = DaCode.E_RATENOTSET
        return RevisedRates(np.where(errors == 0, rates, 0).astype(np.uint32), errors)

    async def clear_sampling(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.clear_sampling`."""
        self._check()
        rows, errors = self._items.find(handles)
        errors[(errors == 0) & (self._items.rate[rows] == NOT_SET)] = DaCode.E_RATENOTSET
        self._items.rate[rows[errors == 0]] = NOT_SET
        self._updates.items_changed()
        return errors

    async def set_buffering(self, handles: np.ndarray, enabled: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_buffering`."""
        self._check()
        rows, errors = self._items.find(handles)
        wanted = column_of(enabled, np.bool_, len(rows))
        good = errors == 0
        if not self._settings.buffering:
            errors[good] = DaCode.E_NOBUFFERING
            return errors
        more = int((wanted & good & ~self._items.buffered[rows]).sum())
        self._session.make_room(0, buffered=more)
        self._items.buffered[rows[good]] = wanted[good]
        self._updates.items_changed()
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
        self._updates.remove(stream)

    # -- within -------------------------------------------------------------------------------------

    def _rates(self, rows: np.ndarray) -> np.ndarray:
        """How old the cache of these items may be while they are active, in milliseconds."""
        own = self._items.rate[rows]
        return np.where(own == NOT_SET, float(self._state.update_rate), own.astype(np.float64))

    def _readable(self, rows: np.ndarray) -> np.ndarray:
        return np.asarray(rows[self._session.facts.readable[self._items.number[rows]]])

    def _analog(self, rows: np.ndarray) -> np.ndarray:
        """Which are analog (bool); row 0 stands for those that are unknown, and need not exist."""
        numbers = np.maximum(self._items.number[rows], 0)
        spans = self._session.facts.spans
        return ~np.isnan(spans[numbers]) if len(spans) else np.zeros(len(rows), np.bool_)


def _or(wanted: T | None, present: T) -> T:
    return present if wanted is None else wanted


def _percent(deadband: float) -> float:
    if not 0 <= deadband <= 100:
        raise HResultError(Hresult.E_INVALIDARG, f"a deadband is from 0 to 100 percent, not {deadband:g}")
    return deadband
