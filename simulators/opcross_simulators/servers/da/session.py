"""A session of the simulated server: what one client has of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import VarType
from opcross.opc.codes import DaCode, code_text
from opcross.opc.conversion import convert_column
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.model import (
    AccessRights,
    AvailableProperty,
    BrowseElement,
    BrowsePage,
    BrowseRequest,
    GroupSettings,
    ItemDefinition,
    ItemProperties,
    ItemProperty,
    ItemResults,
    Organization,
    ServerStatus,
)
from opcross.opc.quality import Quality
from opcross_simulators.servers.da.arguments import column_of
from opcross_simulators.servers.da.attributes import DESCRIPTIONS, LIVE, properties_of
from opcross_simulators.servers.da.browsing import browse, page_size
from opcross_simulators.servers.da.group import SimulatedGroup
from opcross_simulators.servers.da.requested import convertible, spread

if TYPE_CHECKING:
    from opcross.opc.caller import Caller
    from opcross.opc.da.batch import ItemValue
    from opcross_simulators.plant.model import PlantItem
    from opcross_simulators.servers.da.service import SimulatedDaService

__all__ = ["SimulatedSession"]

_NO_VALUES: Final = (VarType.EMPTY, VarType.NULL, 0xFFFF)
_ALL_PROPERTIES: Final = 16
"""About as many as an item has, when all are asked for."""


class SimulatedSession:
    """Implements :class:`~opcross.opc.da.service.DaSession`."""

    def __init__(self, service: SimulatedDaService, caller: Caller, locale: int) -> None:
        self._service = service
        self.caller = caller
        self.client_name = caller.application
        self.settings = service.settings
        self.device = service.device
        self.facts = service.facts
        self.items: Sequence[PlantItem] = service.plant.items
        self._locale = locale
        self._groups: dict[str, SimulatedGroup] = {}
        self._numbered = 0
        self._last_update = 0
        self._leaving: str | None = None
        self._told = asyncio.Event()
        self._closed = False

    def check(self) -> None:
        """Raise once the session was closed."""
        if self._closed:
            raise HResultError(Hresult.E_FAIL, "the session was closed")

    # -- the session --------------------------------------------------------------------------------

    async def close(self) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.close`."""
        self._closed = True
        for group in tuple(self._groups.values()):
            group.end()
        self._groups.clear()
        self._told.set()
        self._service.forget(self)

    async def status(self) -> ServerStatus:
        """See :meth:`opcross.opc.da.service.DaSession.status`."""
        self.check()
        return ServerStatus(
            start_time=self._service.start_time,
            current_time=self._service.wall_time(),
            last_update_time=self._last_update,
            state=self.settings.state,
            group_count=len(self._groups),
            version=self.settings.version,
            vendor=self.settings.vendor,
        )

    async def shutdown(self) -> str:
        """See :meth:`opcross.opc.da.service.DaSession.shutdown`."""
        await self._told.wait()
        if self._leaving is None:
            raise HResultError(Hresult.E_ABORT, "the session was closed")
        return self._leaving

    def ask_to_leave(self, reason: str) -> None:
        """The server wants its clients to go; the first reason stands."""
        if self._leaving is None:
            self._leaving = reason
            self._told.set()

    def spoke(self) -> None:
        """A stream has given something."""
        self._last_update = self._service.wall_time()

    # -- settings of the client ---------------------------------------------------------------------

    async def locales(self) -> tuple[int, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.locales`."""
        self.check()
        return self.settings.locales

    async def locale(self) -> int:
        """See :meth:`opcross.opc.da.service.DaSession.locale`."""
        self.check()
        return self._locale

    def check_locale(self, locale: int) -> None:
        """Raise E_INVALIDARG for a locale that is not spoken."""
        if locale not in self.settings.locales:
            raise HResultError(Hresult.E_INVALIDARG, f"locale 0x{locale:04x} is not spoken")

    async def set_locale(self, locale: int) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.set_locale`."""
        self.check()
        self.check_locale(locale)
        self._locale = locale

    async def set_client_name(self, name: str) -> None:
        """See :meth:`opcross.opc.da.service.DaSession.set_client_name`."""
        self.check()
        self.client_name = name[: self.settings.longest_name]

    async def error_text(self, code: int, locale: int | None = None) -> str:
        """See :meth:`opcross.opc.da.service.DaSession.error_text`; every locale gets English."""
        self.check()
        return code_text(code)

    # -- the address space --------------------------------------------------------------------------

    async def organization(self) -> Organization:
        """See :meth:`opcross.opc.da.service.DaSession.organization`."""
        self.check()
        return self._service.plant.tree.organization

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        """See :meth:`opcross.opc.da.service.DaSession.browse`."""
        self.check()
        size = page_size(request, self.settings.page_size, self.settings.largest_page)
        if request.properties is not None:
            size = min(size, self._property_room(request.properties))
        page = await browse(self._service.plant, self.facts, request, size)
        if request.properties is None:
            return page
        chosen = [element.item_id for element in page.elements if element.is_item]
        found = await self.properties(chosen, request.properties, values=request.property_values)
        told = dict(zip(chosen, found, strict=True))
        elements = tuple(
            BrowseElement(
                element.name,
                element.item_id,
                element.is_item,
                element.has_children,
                told.get(element.item_id),
            )
            for element in page.elements
        )
        return BrowsePage(elements, page.continuation)

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.access_paths`: there are none."""
        self._known(item_id)
        return ()

    async def available_properties(self, item_id: str) -> tuple[AvailableProperty, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.available_properties`."""
        item = self.items[self._known(item_id)]
        return tuple(
            AvailableProperty(number, DESCRIPTIONS.get(number, f"Property {number}"), value.vt)
            for number, value in sorted(properties_of(item).items())
        )

    async def properties(
        self, item_ids: Sequence[str], ids: Sequence[int] = (), *, values: bool = True
    ) -> tuple[ItemProperties, ...]:
        """See :meth:`opcross.opc.da.service.DaSession.properties`."""
        self.check()
        self._check_count(len(item_ids))
        if len(item_ids) > self._property_room(ids):
            raise self._too_many_properties()
        numbers, errors = self._find(item_ids)
        live = values and (not ids or not LIVE.isdisjoint(ids))
        known = np.flatnonzero(errors == 0)
        readable = known[self.facts.readable[numbers[known]]]
        read: dict[int, ItemValue] = {}
        if live and len(readable):
            batch = await self.obtain(numbers[readable], np.zeros(len(readable)))
            read = {int(at): row for at, row in zip(readable, batch, strict=True)}
        return tuple(
            ItemProperties(error=int(error))
            if error
            else self._properties_of(self.items[int(number)], ids, read.get(at), values=values)
            for at, (number, error) in enumerate(zip(numbers, errors, strict=True))
        )

    def _properties_of(
        self, item: PlantItem, ids: Sequence[int], read: ItemValue | None, *, values: bool
    ) -> ItemProperties:
        types = {number: value.vt for number, value in properties_of(item).items()}
        known = properties_of(item, read)
        unreadable = values and AccessRights.READABLE not in item.rights
        rows = []
        for number in ids or sorted(known):
            if number not in known:
                rows.append(ItemProperty(id=number, error=DaCode.E_INVALID_PID))
                continue
            refused = unreadable and number in LIVE
            rows.append(
                ItemProperty(
                    id=number,
                    description=DESCRIPTIONS.get(number, f"Property {number}"),
                    data_type=types[number],
                    value=known[number] if values and not refused else None,
                    error=DaCode.E_BADRIGHTS if refused else Hresult.S_OK,
                )
            )
        return ItemProperties(tuple(rows))

    def _property_room(self, ids: Sequence[int]) -> int:
        """Of how many items so many properties may be asked for at once; one at least, else E_INVALIDARG."""
        room = self.settings.properties_per_call // (len(ids) or _ALL_PROPERTIES)
        if not room:
            raise self._too_many_properties()
        return room

    def _too_many_properties(self) -> HResultError:
        most = self.settings.properties_per_call
        return HResultError(Hresult.E_INVALIDARG, f"more than {most} properties in one call")

    # -- items without a group ----------------------------------------------------------------------

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaSession.validate`."""
        self.check()
        return self.judge(items)[0]

    def judge(self, items: Sequence[ItemDefinition]) -> tuple[ItemResults, np.ndarray]:
        """What AddItems says of these, and the numbers of the items; handles are 0."""
        self._check_count(len(items))
        numbers, errors = self._find([item.item_id for item in items])
        types, rights = np.zeros(len(items), np.uint16), np.zeros(len(items), np.uint32)
        known = np.flatnonzero(errors == 0)
        types[known], rights[known] = self.facts.vartypes[numbers[known]], self.facts.rights[numbers[known]]
        requested = np.array([item.requested_type for item in items], np.uint16)
        errors[known[~convertible(types[known], requested[known])]] = DaCode.E_BADTYPE
        if not self.settings.ignore_access_paths:
            astray = np.array([bool(item.access_path) for item in items], np.bool_)
            errors[known[astray[known]]] = DaCode.E_UNKNOWNPATH
        bad = errors != 0
        types[bad] = VarType.EMPTY
        rights[bad] = AccessRights.NONE
        return ItemResults(np.zeros(len(items), np.uint32), types, rights, errors), numbers

    async def read(self, item_ids: Sequence[str], max_ages: Sequence[int] | np.ndarray | int) -> Batch:
        """See :meth:`opcross.opc.da.service.DaSession.read`."""
        self.check()
        self._check_count(len(item_ids))
        numbers, errors = self._find(item_ids)
        good = np.flatnonzero(errors == 0)
        ages = column_of(max_ages, np.float64, len(item_ids))
        read = await self.obtain(numbers[good], ages[good])
        return spread(read, good, errors, np.arange(len(item_ids), dtype=np.uint32))

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaSession.write`."""
        self.check()
        self._check_count(len(item_ids))
        if len(values) != len(item_ids):
            raise HResultError(Hresult.E_INVALIDARG, f"{len(values)} values for {len(item_ids)} items")
        numbers, errors = self._find(item_ids)
        good = np.flatnonzero(errors == 0)
        errors[good] = await self.put(numbers[good], values.take(good))
        return errors

    async def obtain(self, numbers: np.ndarray, ages: np.ndarray) -> Batch:
        """Values of items no older than ``ages`` milliseconds; 0 is from the device, however young."""
        readable = self.facts.readable[numbers]
        wanted = readable & ((ages <= 0) | self.device.older_than(numbers, ages))
        return await self._from_device(numbers, wanted, readable)

    async def obtain_cached(
        self, numbers: np.ndarray, ages: np.ndarray, *, asleep: np.ndarray | None = None
    ) -> Batch:
        """Values of the cache, which is kept no older than ``ages`` milliseconds where items are active.

        Rows that are ``asleep`` are given as they are, as out of service. An item that nobody has looked at
        is waited for; one that is only too old is asked for at once, as if it had been a while ago: a scan
        that nobody listens to is done when somebody looks.
        """
        readable = self.facts.readable[numbers]
        awake = readable if asleep is None else readable & ~asleep
        never = awake & self.device.never(numbers)
        old = awake & ~never & self.device.older_than(numbers, ages)
        if old.any():
            self.device.sample(np.unique(numbers[old]))
        batch = await self._from_device(numbers, never, readable)
        if asleep is None or not asleep.any():
            return batch
        sleeping = asleep & readable
        qualities = np.where(sleeping, np.uint16(Quality.OUT_OF_SERVICE), batch.qualities)
        errors = np.where(sleeping, np.uint32(Hresult.S_OK), batch.errors)
        return Batch(batch.handles, batch.values, qualities, batch.time_stamps, errors)

    async def _from_device(self, numbers: np.ndarray, wanted: np.ndarray, readable: np.ndarray) -> Batch:
        """What is known of items, after the device was asked for those ``wanted``."""
        if wanted.any():
            if self.settings.device_latency:
                await asyncio.sleep(self.settings.device_latency / 1_000)
            self.device.sample(np.unique(numbers[wanted]))
        batch = self.device.load(numbers)
        if readable.all():
            return batch
        good = np.flatnonzero(readable)
        refused = np.where(readable, np.uint32(Hresult.S_OK), np.uint32(DaCode.E_BADRIGHTS))
        return spread(batch.take(good), good, refused.astype(np.uint32), batch.handles)

    async def put(self, numbers: np.ndarray, values: WriteBatch) -> np.ndarray:
        """Convert values to the items' own types, and write them; an HRESULT for each.

        A value that is none (VT_EMPTY, VT_NULL, no VARIANT at all) is OPC_E_BADTYPE.
        """
        own, given = self.facts.vartypes[numbers], values.values.vartypes
        errors = np.full(len(numbers), DaCode.E_BADTYPE, np.uint32)
        errors[convertible(given, own) & ~np.isin(given, _NO_VALUES)] = Hresult.S_OK
        if not self.settings.writes_quality:
            errors[values.has_quality | values.has_time_stamp] = DaCode.E_NOTSUPPORTED
        errors[~self.facts.writeable[numbers]] = DaCode.E_BADRIGHTS
        good = np.flatnonzero(errors == 0)
        converted, errors[good] = convert_column(values.values.take(good), own[good])
        fine = np.flatnonzero(errors[good] == 0)
        rows = good[fine]
        if not len(rows):
            return errors
        if self.settings.device_latency:
            await asyncio.sleep(self.settings.device_latency / 1_000)
        batch = WriteBatch(
            converted.take(fine),
            values.qualities[rows],
            values.has_quality[rows],
            values.time_stamps[rows],
            values.has_time_stamp[rows],
        )
        errors[rows] = self._service.plant.write(numbers[rows], batch, self._service.wall_time())
        return errors

    # -- groups -------------------------------------------------------------------------------------

    async def add_group(self, settings: GroupSettings) -> SimulatedGroup:
        """See :meth:`opcross.opc.da.service.DaSession.add_group`."""
        self.check()
        return self.new_group(settings)

    def new_group(self, settings: GroupSettings) -> SimulatedGroup:
        """A group under a free name."""
        if len(self._groups) >= self.settings.groups_per_session:
            most = self.settings.groups_per_session
            raise HResultError(Hresult.E_OUTOFMEMORY, f"a client has at most {most} groups")
        name = settings.name or self._free_name()
        self._check_name(name)
        group = SimulatedGroup(self, replace(settings, name=name))
        self._groups[name] = group
        return group

    def make_room(self, items: int, *, buffered: int = 0) -> None:
        """Raise E_OUTOFMEMORY when so many more items, or buffered ones, are too many for one client."""
        settings = self.settings
        if items and sum(group.count for group in self._groups.values()) + items > settings.items_per_session:
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"a client has at most {settings.items_per_session} items"
            )
        if (
            buffered
            and sum(group.buffered for group in self._groups.values()) + buffered > settings.buffered_items
        ):
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"a client has at most {settings.buffered_items} buffered items"
            )

    def rename(self, group: SimulatedGroup, name: str) -> None:
        """Give a group another name. Raises OPC_E_DUPLICATENAME."""
        if name == group.name:
            return
        self._check_name(name)
        del self._groups[group.name]
        self._groups[name] = group

    def forget(self, group: SimulatedGroup) -> None:
        """A group was removed."""
        if self._groups.get(group.name) is group:
            del self._groups[group.name]

    def _check_name(self, name: str) -> None:
        if name in self._groups:
            raise HResultError(DaCode.E_DUPLICATENAME, f"there is a group {name!r} already")
        if len(name) > self.settings.longest_name:
            raise HResultError(Hresult.E_INVALIDARG, f"a name of {len(name)} characters")

    def _free_name(self) -> str:
        while True:
            self._numbered += 1
            name = f"Group{self._numbered}"
            if name not in self._groups:
                return name

    # -- within -------------------------------------------------------------------------------------

    def _check_count(self, count: int) -> None:
        if count > self.settings.items_per_call:
            most = self.settings.items_per_call
            raise HResultError(Hresult.E_INVALIDARG, f"{count} items in one call, at most {most} are taken")

    def _known(self, item_id: str) -> int:
        self.check()
        numbers, errors = self._find([item_id])
        if errors[0]:
            raise HResultError(int(errors[0]), f"no item {item_id!r}")
        return int(numbers[0])

    def _find(self, item_ids: Sequence[str]) -> tuple[np.ndarray, np.ndarray]:
        """Numbers of items and an HRESULT for each; the number of an unknown item is 0."""
        find = self._service.plant.find
        numbers = np.zeros(len(item_ids), np.int64)
        errors = np.zeros(len(item_ids), np.uint32)
        for at, item_id in enumerate(item_ids):
            number = find(item_id) if item_id else None
            if number is None:
                errors[at] = DaCode.E_UNKNOWNITEMID if item_id else DaCode.E_INVALIDITEMID
            else:
                numbers[at] = number
        return numbers, errors
