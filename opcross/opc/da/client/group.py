"""A group of the client: the consumer's handles on one side, whatever the server gave on the other.

What belongs to the consumer alone (client handles, the client's handle of the group) never leaves the
client; everything else is asked for at the server, in calls that the budget allows. A group outlives the
connection: :mod:`opcross.opc.da.client.rebuilding` makes it again at another server object.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final, TypeVar

import numpy as np

from opcross.codes import Hresult
from opcross.errors import AccessDenied, HResultError
from opcross.ndr import VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.client import group_io
from opcross.opc.da.client.answers import ages_of, check_length, chunks, column
from opcross.opc.da.client.attributes import read_attributes
from opcross.opc.da.client.setting_again import set_again
from opcross.opc.da.client.subscription import Services, Subscription
from opcross.opc.da.model import GroupChange, GroupState, ItemResults, RevisedRates
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from opcross.opc.da.client.binding import GroupBinding
    from opcross.opc.da.client.items import Selection
    from opcross.opc.da.client.record import GroupRecord
    from opcross.opc.da.client.stream import ClientStream
    from opcross.opc.da.model import ItemAttributes, ItemDefinition

__all__ = ["NO_WRITES", "ClientGroup"]

NO_WRITES: Final = "this client does not write: it was made without allow_write"
"""What AccessDenied says of a write that was not allowed."""

T = TypeVar("T")

_FAILURE: Final = np.uint32(0x80000000)

Ask = Callable[["GroupBinding", np.ndarray, np.ndarray], Awaitable[np.ndarray]]
"""Asks a server about items: the group, server handles, and the positions of these in what was asked for."""


class ClientGroup:
    """A :class:`~opcross.opc.da.service.DaGroup`."""

    def __init__(
        self,
        record: GroupRecord,
        services: Services,
        removed: Callable[[ClientGroup], None],
        make_clone: Callable[[ClientGroup, str], Awaitable[ClientGroup]],
    ) -> None:
        self.record: Final = record
        self.subscription: Final = Subscription(record, services)
        self._services = services
        self._removed = removed
        self._make_clone = make_clone
        self.over = False
        """Whether the group was removed."""
        self.state_turn: Final = asyncio.Lock()
        """Held while the state changes, and while the group is made again."""

    async def remove(self) -> None:
        """See :meth:`opcross.opc.da.service.DaGroup.remove`."""
        if self.over:
            return
        self.over = True
        self._removed(self)
        await self.subscription.close("the group was removed")
        binding, self.record.binding = self.record.binding, None
        if binding is not None:
            await binding.remove()

    def abandon(self, reason: str) -> None:
        """As :meth:`remove`, but without a word to the server, which does not listen."""
        self.over = True
        self._removed(self)
        self.record.binding = None
        self.subscription.abandon(reason)

    # -- state

    async def state(self) -> GroupState:
        """See :meth:`opcross.opc.da.service.DaGroup.state`."""
        binding, record = self._bound(), self.record
        got = await binding.state.get_state()
        if binding.keep_alive is not None:
            record.keep_alive = (await binding.keep_alive.get_keep_alive()).keep_alive_time
        self._still(binding)
        record.name = got.name or record.name
        record.update_rate = got.update_rate
        return GroupState(
            name=record.name,
            active=bool(got.active),
            update_rate=got.update_rate,
            client=record.client,
            time_bias=got.time_bias,
            deadband=got.percent_deadband,
            locale=got.lcid,
            keep_alive=record.keep_alive,
        )

    async def set_state(self, change: GroupChange) -> int:
        """See :meth:`opcross.opc.da.service.DaGroup.set_state`."""
        check_deadband(change.deadband)
        async with self.state_turn:
            binding, record = self._bound(), self.record
            if replace(change, client=None) != GroupChange():
                await self._change_at_server(binding, change)
            if change.client is not None:
                record.client = change.client
            return record.update_rate

    async def _change_at_server(self, binding: GroupBinding, change: GroupChange) -> None:
        record, was_active = self.record, self.record.active
        if change.active and not was_active:  # values may come before the answer does
            record.active = True
            self.subscription.activating(record.table.streaming())
        try:
            revised = await binding.state.set_state(
                requested_update_rate=change.update_rate,
                active=None if change.active is None else int(change.active),
                time_bias=change.time_bias,
                percent_deadband=change.deadband,
                lcid=change.locale,
            )
            self._still(binding)
        except BaseException:
            record.active = was_active
            raise
        record.update_rate = revised.revised_update_rate
        if change.update_rate is not None:
            record.requested_rate = change.update_rate
            self.subscription.paced()
        if change.time_bias is not None:
            record.time_bias = change.time_bias
        if change.deadband is not None:
            record.deadband = change.deadband
        if change.locale is not None:
            record.locale = change.locale
        if change.active and not was_active:
            self.subscription.activated(record.table.streaming())
        if change.active is False:
            record.active = False
            self.subscription.group_deactivated()

    async def set_name(self, name: str) -> None:
        """See :meth:`opcross.opc.da.service.DaGroup.set_name`."""
        if not name:
            raise HResultError(Hresult.E_INVALIDARG, "a group needs a name")
        binding = self._bound()
        await binding.state.set_name(name=name)
        self._still(binding)
        self.record.name = name

    async def set_keep_alive(self, milliseconds: int) -> int:
        """See :meth:`opcross.opc.da.service.DaGroup.set_keep_alive`; E_NOTIMPL where the server has none."""
        binding = self._bound()
        if binding.keep_alive is None:
            raise HResultError(Hresult.E_NOTIMPL, "the server has no IOPCGroupStateMgt2")
        revised = (
            await binding.keep_alive.set_keep_alive(keep_alive_time=milliseconds)
        ).revised_keep_alive_time
        self._still(binding)
        self.record.requested_keep_alive = milliseconds
        self.record.keep_alive = revised if milliseconds else 0
        self.subscription.paced()
        return self.record.keep_alive

    async def clone(self, name: str) -> ClientGroup:
        """See :meth:`opcross.opc.da.service.DaGroup.clone`.

        The copy is made item by item, not by CloneGroup, of which the client would not learn the handles.
        """
        self._bound()
        return await self._make_clone(self, name)

    async def fill_from(self, original: GroupRecord) -> None:
        """Take the items of another group, with all that was set for them."""
        binding, table = self._bound(), original.table.copy()
        handles = table.settled()
        self.record.table = table
        results = await binding.add_items(table.definitions(handles))
        table.rebind(handles, results)
        await set_again(self.record, binding)
        self._still(binding)

    # -- items

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.add_items`."""
        if not len(items):
            return ItemResults.of([])
        binding, table = self._bound(), self.record.table
        handles = table.reserve(items)
        self.subscription.activating(handles[[item.active for item in items]])
        try:
            results = await binding.add_items(table.definitions(handles))
            self._still(binding)
        except BaseException:
            table.remove(handles)
            raise
        table.settle(handles, results)
        added = results.errors < _FAILURE
        self.subscription.activated(handles[np.isin(handles, table.streaming())])
        return ItemResults(
            np.where(added, handles, 0).astype(np.uint32), results.types, results.rights, results.errors
        )

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaGroup.validate_items`."""
        return await self._bound().validate_items(items)

    async def remove_items(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.remove_items`."""

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            got = await binding.items.remove_items(server=servers)
            return column(got.errors, len(servers), "IOPCItemMgt::RemoveItems")

        errors, done = await self._by_item(handles, ask, broken_too=True)
        self.subscription.deactivated(done)
        self.record.table.remove(done)
        return errors

    async def set_active(self, handles: np.ndarray, *, active: bool) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_active`."""

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            got = await binding.items.set_active_state(server=servers, active=int(active))
            return column(got.errors, len(servers), "IOPCItemMgt::SetActiveState")

        table = self.record.table
        if active:
            rows = table.find(np.asarray(handles))
            rows = rows[rows >= 0]
            self.subscription.activating(table.rows["handle"][rows[~table.rows["active"][rows]]])
        errors, done = await self._by_item(handles, ask)
        rows = table.find(done)
        changed = done[table.rows["active"][rows] != active]
        table.rows["active"][rows] = active
        if active:
            self.subscription.activated(changed[np.isin(changed, table.streaming())])
        else:
            self.subscription.deactivated(changed)
        return errors

    async def set_clients(self, handles: np.ndarray, clients: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_clients`; the server need not know."""
        self._bound()
        rows = self.record.table.find(np.asarray(handles))
        known = rows >= 0
        self.record.table.rows["client"][rows[known]] = np.asarray(clients)[known]
        return np.where(known, 0, DaCode.E_INVALIDHANDLE).astype(np.uint32)

    async def set_types(self, handles: np.ndarray, types: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_types`."""
        wanted = np.asarray(types, np.uint16)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            got = await binding.items.set_datatypes(server=servers, requested_datatypes=wanted[positions])
            return column(got.errors, len(servers), "IOPCItemMgt::SetDatatypes")

        def keep(handle: int, position: int) -> None:
            table = self.record.table
            table.rows["requested"][table.find(np.array([handle]))] = wanted[position]

        return await self._setting(handles, ask, keep)

    async def items(self) -> tuple[ItemAttributes, ...]:
        """See :meth:`opcross.opc.da.service.DaGroup.items`."""
        return await read_attributes(self._bound(), self.record.table)

    # -- values

    async def read(self, handles: np.ndarray, max_ages: np.ndarray | int | None = None) -> Batch:
        """See :meth:`opcross.opc.da.service.DaGroup.read`."""
        handles = np.asarray(handles)
        binding = self._bound()
        chosen = self.record.table.select(handles)
        ages = None if max_ages is None else ages_of(max_ages, len(handles))
        some = await group_io.read(
            binding,
            self.record,
            chosen,
            None if ages is None else ages[chosen.positions],
            asynchronous=self._services.options.asynchronous and self.subscription.advised,
        )
        return self._in_place(handles, chosen, some)

    def _in_place(self, handles: np.ndarray, chosen: Selection, some: Batch) -> Batch:
        """Rows that were read among those that could not be, all under the consumer's handles."""
        table = self.record.table
        rows = table.find(handles)
        known = rows >= 0
        clients = np.zeros(len(handles), np.uint32)
        clients[known] = table.rows["client"][rows[known]]
        if len(some) == len(handles):
            return some.with_handles(clients)
        others = np.setdiff1d(np.arange(len(handles)), chosen.positions)
        nothing = VariantColumn(np.full(len(others), VarType.EMPTY, np.uint16))
        refused = Batch(others, nothing, Quality.BAD, 0, chosen.errors[others])
        whole = Batch.concatenate([some.with_handles(chosen.positions), refused])
        return whole.take(np.argsort(whole.handles, kind="stable")).with_handles(clients)

    async def write(self, handles: np.ndarray, values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.write`.

        A write that was under way when the server was lost may have happened; it is never repeated.
        """
        if not self._services.options.allow_write:
            raise AccessDenied(NO_WRITES)
        check_length(values, len(handles))
        binding = self._bound()
        chosen = self.record.table.select(handles)
        errors = chosen.errors
        errors[chosen.positions] = await group_io.write(
            binding,
            self.record,
            chosen,
            values.take(chosen.positions),
            asynchronous=self._services.options.asynchronous and self.subscription.advised,
        )
        return errors

    async def refresh(self, max_age: int | None = None) -> Batch:
        """See :meth:`opcross.opc.da.service.DaGroup.refresh`."""
        handles = self.record.table.streaming() if self.record.active else np.zeros(0, np.uint32)
        if not len(handles):
            self._bound()
            raise HResultError(Hresult.E_FAIL, "no active items in an active group")
        return await self.read(handles, max_age)

    async def subscribe(self) -> ClientStream:
        """See :meth:`opcross.opc.da.service.DaGroup.subscribe`."""
        self._bound()
        return await self.subscription.attach()

    # -- deadband and sampling of single items

    async def set_deadbands(self, handles: np.ndarray, percents: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_deadbands`."""
        wanted = np.asarray(percents, np.float32)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            proxy = _having(binding.deadbands, "IOPCItemDeadbandMgt")
            got = await proxy.set_item_deadband(server=servers, percent_deadband=wanted[positions])
            return column(got.errors, len(servers), "IOPCItemDeadbandMgt::SetItemDeadband")

        _having(self._bound().deadbands, "IOPCItemDeadbandMgt")
        held = self.record.table.deadbands
        return await self._setting(
            handles, ask, lambda handle, position: held.__setitem__(handle, float(wanted[position]))
        )

    async def deadbands(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`opcross.opc.da.service.DaGroup.deadbands`."""
        percents = np.zeros(len(handles), np.float32)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            what = "IOPCItemDeadbandMgt::GetItemDeadband"
            got = await _having(binding.deadbands, "IOPCItemDeadbandMgt").get_item_deadband(server=servers)
            percents[positions] = column(got.percent_deadband, len(servers), what)
            return column(got.errors, len(servers), what)

        _having(self._bound().deadbands, "IOPCItemDeadbandMgt")
        errors, _ = await self._by_item(handles, ask)
        return percents, errors

    async def clear_deadbands(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.clear_deadbands`."""

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            got = await _having(binding.deadbands, "IOPCItemDeadbandMgt").clear_item_deadband(server=servers)
            return column(got.errors, len(servers), "IOPCItemDeadbandMgt::ClearItemDeadband")

        _having(self._bound().deadbands, "IOPCItemDeadbandMgt")
        held = self.record.table.deadbands
        return await self._setting(handles, ask, lambda handle, position: held.pop(handle, None))

    async def set_sampling(self, handles: np.ndarray, rates: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.set_sampling`."""
        wanted = np.asarray(rates, np.uint32)
        revised = np.zeros(len(handles), np.uint32)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            what = "IOPCItemSamplingMgt::SetItemSamplingRate"
            got = await _having(binding.sampling, "IOPCItemSamplingMgt").set_item_sampling_rate(
                server=servers, requested_sampling_rate=wanted[positions]
            )
            revised[positions] = column(got.revised_sampling_rate, len(servers), what)
            return column(got.errors, len(servers), what)

        _having(self._bound().sampling, "IOPCItemSamplingMgt")
        held = self.record.table.rates
        errors = await self._setting(
            handles, ask, lambda handle, position: held.__setitem__(handle, int(wanted[position]))
        )
        return RevisedRates(revised, errors)

    async def sampling(self, handles: np.ndarray) -> RevisedRates:
        """See :meth:`opcross.opc.da.service.DaGroup.sampling`."""
        rates = np.zeros(len(handles), np.uint32)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            what = "IOPCItemSamplingMgt::GetItemSamplingRate"
            got = await _having(binding.sampling, "IOPCItemSamplingMgt").get_item_sampling_rate(
                server=servers
            )
            rates[positions] = column(got.sampling_rate, len(servers), what)
            return column(got.errors, len(servers), what)

        _having(self._bound().sampling, "IOPCItemSamplingMgt")
        errors, _ = await self._by_item(handles, ask)
        return RevisedRates(rates, errors)

    async def clear_sampling(self, handles: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.clear_sampling`."""

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            proxy = _having(binding.sampling, "IOPCItemSamplingMgt")
            got = await proxy.clear_item_sampling_rate(server=servers)
            return column(got.errors, len(servers), "IOPCItemSamplingMgt::ClearItemSamplingRate")

        _having(self._bound().sampling, "IOPCItemSamplingMgt")
        held = self.record.table.rates
        return await self._setting(handles, ask, lambda handle, position: held.pop(handle, None))

    async def set_buffering(self, handles: np.ndarray, enabled: np.ndarray) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaGroup.set_buffering`."""
        wanted = np.asarray(enabled, np.bool_)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            proxy = _having(binding.sampling, "IOPCItemSamplingMgt")
            got = await proxy.set_item_buffer_enable(
                server=servers, enable=wanted[positions].astype(np.uint32)
            )
            return column(got.errors, len(servers), "IOPCItemSamplingMgt::SetItemBufferEnable")

        def keep(handle: int, position: int) -> None:
            table = self.record.table
            table.buffering[handle] = bool(wanted[position])
            table.rows["buffered"][table.find(np.array([handle]))] = wanted[position]

        _having(self._bound().sampling, "IOPCItemSamplingMgt")
        return await self._setting(handles, ask, keep)

    async def buffering(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """See :meth:`opcross.opc.da.service.DaGroup.buffering`."""
        enabled = np.zeros(len(handles), np.bool_)

        async def ask(binding: GroupBinding, servers: np.ndarray, positions: np.ndarray) -> np.ndarray:
            what = "IOPCItemSamplingMgt::GetItemBufferEnable"
            got = await _having(binding.sampling, "IOPCItemSamplingMgt").get_item_buffer_enable(
                server=servers
            )
            enabled[positions] = column(got.enable, len(servers), what) != 0
            return column(got.errors, len(servers), what)

        _having(self._bound().sampling, "IOPCItemSamplingMgt")
        errors, _ = await self._by_item(handles, ask)
        return enabled, errors

    # -- asking by item

    async def _by_item(
        self, handles: np.ndarray, ask: Ask, *, broken_too: bool = False
    ) -> tuple[np.ndarray, np.ndarray]:
        """Ask about the items that the server knows; an error for each, and own handles of the good ones.

        ``broken_too`` also counts items that the server refused to take again as good.
        """
        binding, table = self._bound(), self.record.table
        handles = np.asarray(handles)
        chosen = table.select(handles)
        errors = chosen.errors
        if broken_too:
            rows = table.find(handles)
            errors = np.where((rows >= 0) & (errors != DaCode.E_INVALIDHANDLE), 0, errors).astype(np.uint32)
        for part in chunks(len(chosen.positions), self._services.budget.limits.items_per_call):
            positions = chosen.positions[part]
            errors[positions] = await ask(binding, chosen.servers[part], positions)
        self._still(binding)
        return errors, np.unique(handles[errors < _FAILURE])

    async def _setting(self, handles: np.ndarray, ask: Ask, keep: Callable[[int, int], Any]) -> np.ndarray:
        """Set something of items, and keep it for the next server: ``keep`` gets own handle and position."""
        errors, _ = await self._by_item(handles, ask)
        for position in np.flatnonzero(errors < _FAILURE).tolist():
            keep(int(handles[position]), position)
        return errors

    def _bound(self) -> GroupBinding:
        if self.over:
            raise HResultError(DaCode.E_INVALIDHANDLE, "the group was removed")
        return self.record.bound()

    def _still(self, binding: GroupBinding) -> None:
        """Raise unless this is still where the group is: what was said there counts no more."""
        if self._bound() is not binding:
            binding.connection.check()


def check_deadband(percent: float | None) -> None:
    """Raise E_INVALIDARG for a deadband outside of 0 to 100."""
    if percent is not None and not 0.0 <= percent <= 100.0:
        raise HResultError(Hresult.E_INVALIDARG, f"a deadband of {percent} %")


def _having(proxy: T | None, name: str) -> T:
    """An optional interface; raises E_NOTIMPL where the server does not have it."""
    if proxy is None:
        raise HResultError(Hresult.E_NOTIMPL, f"the server has no {name}")
    return proxy
