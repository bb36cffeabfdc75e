"""A small Data Access service that does what a test tells it to: no clock, no conversion, no rates."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import NO_ROWS, Batch, ItemValue
from opcross.opc.da.model import (
    AccessRights,
    AvailableProperty,
    BrowseElement,
    BrowseFilter,
    BrowsePage,
    BrowseRequest,
    Change,
    GroupChange,
    GroupSettings,
    GroupState,
    ItemAttributes,
    ItemDefinition,
    ItemProperties,
    ItemProperty,
    ItemResults,
    Organization,
    RevisedRates,
    ServerStatus,
)
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.opc.caller import Caller
    from opcross.opc.da.batch import WriteBatch

FASTEST = 100
ENGLISH = 0x0409


def number(value: float) -> Variant:
    return Variant(VarType.R8, float(value))


@dataclass
class FakeService:
    """Items by id, branches being what stands before a dot. ``hold`` stops every read and write."""

    values: dict[str, Variant] = field(
        default_factory=lambda: {
            "Area.Pump.Speed": number(1),
            "Area.Pump.Level": number(2),
            "Area.Valve": number(3),
            "Clock": number(4),
        }
    )
    sessions: list[FakeSession] = field(default_factory=list)
    written: list[tuple[str, Variant | None]] = field(default_factory=list)
    refusal: Exception | None = None
    hold: asyncio.Event | None = None
    page: int = 2

    async def open(self, caller: Caller, *, locale: int = 0) -> FakeSession:
        if self.refusal is not None:
            raise self.refusal
        self.sessions.append(FakeSession(self, caller))
        return self.sessions[-1]

    async def ready(self) -> None:
        if self.hold is not None:
            await self.hold.wait()
        if self.refusal is not None:
            raise self.refusal

    def row(self, handle: int, item_id: str) -> ItemValue:
        value = self.values.get(item_id)
        if value is None:
            return ItemValue(handle, None, Quality.BAD, 0, DaCode.E_UNKNOWNITEMID)
        return ItemValue(handle, value, Quality.GOOD, 1_000, 0)


@dataclass
class FakeSession:
    service: FakeService
    caller: Caller
    closed: int = 0
    client_name: str = ""
    lcid: int = ENGLISH
    groups: list[FakeGroup] = field(default_factory=list)
    leaving: asyncio.Future[str] | None = None

    async def close(self) -> None:
        self.closed += 1
        for group in tuple(self.groups):
            await group.remove()

    async def status(self) -> ServerStatus:
        return ServerStatus(start_time=1, current_time=2, group_count=len(self.groups), version=(1, 2, 3))

    async def shutdown(self) -> str:
        self.leaving = asyncio.get_running_loop().create_future()
        return await self.leaving

    async def locales(self) -> tuple[int, ...]:
        return (ENGLISH, 0)

    async def locale(self) -> int:
        return self.lcid

    async def set_locale(self, locale: int) -> None:
        if locale not in await self.locales():
            raise HResultError(Hresult.E_INVALIDARG)
        self.lcid = locale

    async def set_client_name(self, name: str) -> None:
        self.client_name = name

    async def error_text(self, code: int, locale: int | None = None) -> str:
        return f"code {code:08x}"

    async def organization(self) -> Organization:
        return Organization.HIERARCHICAL

    def _elements(self, request: BrowseRequest) -> list[BrowseElement]:
        prefix = f"{request.branch}." if request.branch else ""
        if request.branch and not any(item.startswith(prefix) for item in self.service.values):
            raise HResultError(DaCode.E_UNKNOWNITEMID)
        below = [item for item in self.service.values if item.startswith(prefix)]
        if request.filter is BrowseFilter.FLAT:
            return [BrowseElement(item, item) for item in below]
        names = dict.fromkeys(item[len(prefix) :].split(".")[0] for item in below)
        found = []
        for name in names:
            item = prefix + name
            children = any(other.startswith(f"{item}.") for other in self.service.values)
            found.append(BrowseElement(name, item, item in self.service.values, children))
        if request.filter is BrowseFilter.BRANCHES:
            return [one for one in found if one.has_children]
        if request.filter is BrowseFilter.ITEMS:
            return [one for one in found if one.is_item]
        if request.filter is BrowseFilter.LEAVES:
            return [one for one in found if one.is_item and not one.has_children]
        return found

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        found = self._elements(request)
        if request.name_filter:
            found = [one for one in found if one.name.casefold() == request.name_filter.casefold()]
        if request.continuation and not request.continuation.isdigit():
            raise HResultError(DaCode.E_INVALIDCONTINUATIONPOINT)
        start = int(request.continuation or 0)
        end = start + min(request.limit or self.service.page, self.service.page)
        page = found[start:end]
        if request.properties is not None:
            named = [one.item_id for one in page]
            known = await self.properties(named, request.properties, values=request.property_values)
            page = [replace(one, properties=row) for one, row in zip(page, known, strict=True)]
        return BrowsePage(tuple(page), str(end) if end < len(found) else "")

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        return ("COM1",) if item_id == "Clock" else ()

    async def available_properties(self, item_id: str) -> tuple[AvailableProperty, ...]:
        if item_id not in self.service.values:
            raise HResultError(DaCode.E_UNKNOWNITEMID)
        return (
            AvailableProperty(1, "data type", VarType.I2),
            AvailableProperty(2, "value", VarType.R8),
            AvailableProperty(102, "high", VarType.R8),
        )

    async def properties(
        self, item_ids: Sequence[str], ids: Sequence[int] = (), *, values: bool = True
    ) -> tuple[ItemProperties, ...]:
        return tuple(self._properties(item_id, ids or (1, 2, 102), values) for item_id in item_ids)

    def _properties(self, item_id: str, ids: Sequence[int], values: bool) -> ItemProperties:
        if item_id not in self.service.values:
            return ItemProperties((), DaCode.E_UNKNOWNITEMID)
        known = {
            1: ItemProperty(
                id=1, description="data type", data_type=VarType.I2, value=Variant(VarType.I2, 5)
            ),
            2: ItemProperty(
                id=2, description="value", data_type=VarType.R8, value=self.service.values[item_id]
            ),
            102: ItemProperty(
                id=102, description="high", data_type=VarType.R8, value=number(9), item_id=f"{item_id}.high"
            ),
        }
        rows = [known.get(one, ItemProperty(id=one, error=DaCode.E_INVALID_PID)) for one in ids]
        return ItemProperties(tuple(row if values else replace(row, value=None) for row in rows))

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        return ItemResults.of([self.result(item, 0) for item in items])

    def result(self, item: ItemDefinition, handle: int) -> tuple[int, int, int, int]:
        if not item.item_id:
            return 0, 0, 0, DaCode.E_INVALIDITEMID
        if item.item_id not in self.service.values:
            return 7, 7, 7, DaCode.E_UNKNOWNITEMID
        return handle, self.service.values[item.item_id].vt, 3, 0

    async def read(self, item_ids: Sequence[str], max_ages: object) -> Batch:
        await self.service.ready()
        return Batch.of([self.service.row(row, item_id) for row, item_id in enumerate(item_ids)])

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        await self.service.ready()
        errors = []
        for item_id, value in zip(item_ids, values.values, strict=True):
            known = item_id in self.service.values
            errors.append(0 if known else int(DaCode.E_UNKNOWNITEMID))
            if known:
                self.service.written.append((item_id, value))
        return np.array(errors, np.uint32)

    async def add_group(self, settings: GroupSettings) -> FakeGroup:
        name = settings.name or f"Group{len(self.groups) + 1}"
        self.free(name)
        state = GroupState(
            name=name,
            active=settings.active,
            update_rate=max(settings.update_rate, FASTEST),
            client=settings.client,
            time_bias=settings.time_bias or 0,
            deadband=settings.deadband,
            locale=settings.locale,
        )
        self.groups.append(FakeGroup(self, state))
        return self.groups[-1]

    def free(self, name: str) -> None:
        if any(group.shown.name == name for group in self.groups):
            raise HResultError(DaCode.E_DUPLICATENAME)


@dataclass
class FakeItem:
    definition: ItemDefinition
    client: int
    active: bool
    requested: int
    deadband: float | None = None
    rate: int | None = None
    buffered: bool = False


@dataclass(eq=False)
class FakeGroup:
    session: FakeSession
    shown: GroupState
    rows: dict[int, FakeItem] = field(default_factory=dict)
    streams: list[FakeStream] = field(default_factory=list)
    ages: list[object] = field(default_factory=list)
    next_handle: int = 100

    async def remove(self) -> None:
        if self in self.session.groups:
            self.session.groups.remove(self)
        for stream in tuple(self.streams):
            await stream.close()

    async def state(self) -> GroupState:
        return self.shown

    async def set_state(self, change: GroupChange) -> int:
        names = ("active", "update_rate", "client", "time_bias", "deadband", "locale")
        given = {name: value for name in names if (value := getattr(change, name)) is not None}
        self.shown = replace(self.shown, **given)
        self.shown = replace(self.shown, update_rate=max(self.shown.update_rate, FASTEST))
        return self.shown.update_rate

    async def set_name(self, name: str) -> None:
        if not name:
            raise HResultError(Hresult.E_INVALIDARG)
        self.session.free(name)
        self.shown = replace(self.shown, name=name)

    async def set_keep_alive(self, milliseconds: int) -> int:
        self.shown = replace(self.shown, keep_alive=max(milliseconds, FASTEST) if milliseconds else 0)
        return self.shown.keep_alive

    async def clone(self, name: str) -> FakeGroup:
        name = name or f"Clone{len(self.session.groups)}"
        self.session.free(name)
        other = FakeGroup(self.session, replace(self.shown, name=name, active=False), next_handle=500)
        for item in self.rows.values():
            other.rows[other.next_handle] = replace(item)
            other.next_handle += 1
        self.session.groups.append(other)
        return other

    async def add_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        rows = []
        for item in items:
            row = self.session.result(item, self.next_handle)
            rows.append(row)
            if row[3] == 0:
                self.rows[row[0]] = FakeItem(item, item.client, item.active, item.requested_type)
                self.next_handle += 1
        return ItemResults.of(rows)

    async def validate_items(self, items: Sequence[ItemDefinition]) -> ItemResults:
        return await self.session.validate(items)

    def _each(self, handles: np.ndarray) -> tuple[list[FakeItem | None], np.ndarray]:
        found = [self.rows.get(handle) for handle in handles.tolist()]
        errors = [0 if item else int(DaCode.E_INVALIDHANDLE) for item in found]
        return found, np.array(errors, np.uint32)

    async def remove_items(self, handles: np.ndarray) -> np.ndarray:
        _, errors = self._each(handles)
        for handle in handles.tolist():
            self.rows.pop(handle, None)
        return errors

    async def set_active(self, handles: np.ndarray, *, active: bool) -> np.ndarray:
        found, errors = self._each(handles)
        for item in found:
            if item:
                item.active = active
        return errors

    async def set_clients(self, handles: np.ndarray, clients: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item, client in zip(found, clients.tolist(), strict=True):
            if item:
                item.client = client
        return errors

    async def set_types(self, handles: np.ndarray, types: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item, kind in zip(found, types.tolist(), strict=True):
            if item:
                item.requested = kind
        return errors

    async def items(self) -> tuple[ItemAttributes, ...]:
        return tuple(
            ItemAttributes(
                item_id=item.definition.item_id,
                active=item.active,
                client=item.client,
                server=handle,
                rights=AccessRights.READABLE,
                requested_type=item.requested,
                canonical_type=VarType.R8,
            )
            for handle, item in self.rows.items()
        )

    async def read(self, handles: np.ndarray, max_ages: np.ndarray | int | None = None) -> Batch:
        self.ages.append(max_ages)
        await self.session.service.ready()
        found, _ = self._each(handles)
        rows = [
            self.session.service.row(item.client, item.definition.item_id)
            if item
            else ItemValue(0, None, Quality.BAD, 0, DaCode.E_INVALIDHANDLE)
            for item in found
        ]
        return Batch.of(rows)

    async def write(self, handles: np.ndarray, values: WriteBatch) -> np.ndarray:
        await self.session.service.ready()
        found, errors = self._each(handles)
        for item, value in zip(found, values.values, strict=True):
            if item:
                self.session.service.written.append((item.definition.item_id, value))
        return errors

    async def refresh(self, max_age: int | None = None) -> Batch:
        self.ages.append(max_age)
        await self.session.service.ready()
        return self.everything()

    def everything(self) -> Batch:
        service = self.session.service
        return Batch.of(
            [
                service.row(item.client, item.definition.item_id)
                for item in self.rows.values()
                if item.active and self.shown.active
            ]
        )

    async def subscribe(self) -> FakeStream:
        stream = FakeStream(self)
        self.streams.append(stream)
        if len(everything := self.everything()):
            stream.give(everything)
        return stream

    def change(self, *rows: tuple[int, float]) -> None:
        """A change of items with these client handles, in every stream; none is a keep-alive."""
        values = [ItemValue(client, number(value), Quality.GOOD, 2_000, 0) for client, value in rows]
        for stream in self.streams:
            stream.give(Batch.of(values) if rows else NO_ROWS)

    async def set_deadbands(self, handles: np.ndarray, percents: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item, percent in zip(found, percents.tolist(), strict=True):
            if item:
                item.deadband = percent
        return errors

    async def deadbands(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, errors = self._each(handles)
        percents = [item.deadband or 0.0 if item else 0.0 for item in found]
        unset = [item is not None and item.deadband is None for item in found]
        errors[np.array(unset)] = DaCode.E_DEADBANDNOTSET
        return np.array(percents, np.float32), errors

    async def clear_deadbands(self, handles: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item in found:
            if item:
                item.deadband = None
        return errors

    async def set_sampling(self, handles: np.ndarray, rates: np.ndarray) -> RevisedRates:
        found, errors = self._each(handles)
        for item, rate in zip(found, rates.tolist(), strict=True):
            if item:
                item.rate = rate
        return RevisedRates(rates, errors)

    async def sampling(self, handles: np.ndarray) -> RevisedRates:
        found, errors = self._each(handles)
        rates = np.array([item.rate or 0 if item else 0 for item in found], np.uint32)
        errors[(rates == 0) & (errors == 0)] = DaCode.E_RATENOTSET
        return RevisedRates(rates, errors)

    async def clear_sampling(self, handles: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item in found:
            if item:
                item.rate = None
        return errors

    async def set_buffering(self, handles: np.ndarray, enabled: np.ndarray) -> np.ndarray:
        found, errors = self._each(handles)
        for item, on in zip(found, enabled.tolist(), strict=True):
            if item:
                item.buffered = on
        return errors

    async def buffering(self, handles: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        found, errors = self._each(handles)
        return np.array([bool(item and item.buffered) for item in found]), errors


@dataclass(eq=False)
class FakeStream:
    group: FakeGroup
    waiting: asyncio.Queue[Batch | Exception] = field(default_factory=asyncio.Queue)
    pulls: int = 0

    def give(self, batch: Batch) -> None:
        self.waiting.put_nowait(batch)

    def fail(self, error: Exception) -> None:
        self.waiting.put_nowait(error)

    async def next(self) -> Change:
        self.pulls += 1
        given = await self.waiting.get()
        if isinstance(given, Exception):
            raise given
        return Change(given)

    async def close(self) -> None:
        if self in self.group.streams:
            self.group.streams.remove(self)
            self.fail(HResultError(Hresult.E_ABORT))
