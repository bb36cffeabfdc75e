"""A session of the simulated server: what one client has of it."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import VariantColumn, VarType
from opcross.opc.codes import DaCode, code_text
from opcross.opc.conversion import can_convert, convert_column
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
from opcross_simulators.servers.da.attributes import DESCRIPTIONS, LIVE, properties_of
from opcross_simulators.servers.da.browsing import browse, page_size
from opcross_simulators.servers.da.group import SimulatedGroup

if TYPE_CHECKING:
    from opcross.opc.caller import Caller
    from opcross.opc.da.batch import ItemValue
    from opcross_simulators.plant.model import PlantItem
    from opcross_simulators.servers.da.service import SimulatedDaService

__all__ = ["SimulatedSession"]


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
        self._shutdown: asyncio.Future[str] = asyncio.get_running_loop().create_future()
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
        return await asyncio.shield(self._shutdown)

    def ask_to_leave(self, reason: str) -> None:
        """The server wants its clients to go."""
        if not self._shutdown.done():
            self._shutdown.set_result(reason)

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
        page = browse(self._service.plant, self.facts, request, size)
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
        numbers, errors = self._find(item_ids)
        live = values and (not ids or not LIVE.isdisjoint(ids))
        readable = np.flatnonzero((errors == 0) & self.facts.readable[numbers])
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

    # -- items without a group ----------------------------------------------------------------------

    async def validate(self, items: Sequence[ItemDefinition]) -> ItemResults:
        """See :meth:`opcross.opc.da.service.DaSession.validate`."""
        self.check()
        return self.judge(items)[0]

    def judge(self, items: Sequence[ItemDefinition]) -> tuple[ItemResults, np.ndarray]:
        """What AddItems says of these, and the numbers of the items; handles are 0."""
        self._check_count(len(items))
        numbers, errors = self._find([item.item_id for item in items])
        types, rights = self.facts.vartypes[numbers], self.facts.rights[numbers]
        for at, item in enumerate(items):
            if errors[at]:
                continue
            if item.access_path and not self.settings.ignore_access_paths:
                errors[at] = DaCode.E_UNKNOWNPATH
            elif item.requested_type != VarType.EMPTY and not can_convert(
                int(types[at]), item.requested_type
            ):
                errors[at] = DaCode.E_BADTYPE
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
        ages = np.broadcast_to(np.asarray(max_ages, np.float64), len(item_ids))
        read = await self.obtain(numbers[good], ages[good])
        if len(good) == len(item_ids):
            return read.with_handles(np.arange(len(item_ids), dtype=np.uint32))
        missing = np.flatnonzero(errors)
        nothing = Batch(
            missing, VariantColumn(np.zeros(len(missing), np.uint16)), Quality.BAD, 0, errors[missing]
        )
        whole = Batch.concatenate([read.with_handles(good.astype(np.uint32)), nothing])
        return whole.take(np.argsort(whole.handles, kind="stable"))

    async def write(self, item_ids: Sequence[str], values: WriteBatch) -> np.ndarray:
        """See :meth:`opcross.opc.da.service.DaSession.write`."""
        self.check()
        self._check_count(len(item_ids))
        numbers, errors = self._find(item_ids)
        good = np.flatnonzero(errors == 0)
        errors[good] = await self.put(numbers[good], values.take(good))
        return errors

    async def obtain(
        self, numbers: np.ndarray, ages: np.ndarray, *, asleep: np.ndarray | None = None
    ) -> Batch:
        """Values of items no older than ``ages`` milliseconds (0: from the device).

        Rows that are ``asleep`` come from the cache, whatever is there, as out of service.
        """
        readable = self.facts.readable[numbers]
        stale = readable & ((ages <= 0) | self.device.older_than(numbers, ages))
        stale |= readable & self.device.never(numbers)
        if asleep is not None:
            stale &= ~asleep
        wanted = np.unique(numbers[stale])
        if len(wanted):
            if self.settings.device_latency:
                await asyncio.sleep(self.settings.device_latency / 1_000)
            if len(wanted) == len(numbers) and np.array_equal(wanted, numbers):
                return self.device.sample(numbers)
            self.device.sample(wanted)
        batch = self.device.load(numbers)
        if readable.all() and (asleep is None or not asleep.any()):
            return batch
        qualities, errors = batch.qualities.copy(), batch.errors.copy()
        types = batch.values.vartypes.copy()
        if asleep is not None:
            qualities[asleep] = Quality.OUT_OF_SERVICE
            errors[asleep] = Hresult.S_OK
        refused = ~readable
        qualities[refused], errors[refused], types[refused] = Quality.BAD, DaCode.E_BADRIGHTS, VarType.EMPTY
        objects = {row: value for row, value in batch.values.objects.items() if not refused[row]}
        return Batch(
            batch.handles,
            VariantColumn(types, batch.values.bits, objects),
            qualities,
            batch.time_stamps,
            errors,
        )

    async def put(self, numbers: np.ndarray, values: WriteBatch) -> np.ndarray:
        """Convert values to the items' own types, and write them; an HRESULT for each."""
        errors = np.where(
            self.facts.writeable[numbers], np.uint32(Hresult.S_OK), np.uint32(DaCode.E_BADRIGHTS)
        )
        errors = errors.astype(np.uint32)
        if not self.settings.writes_quality:
            errors[(errors == 0) & (values.has_quality | values.has_time_stamp)] = DaCode.E_NOTSUPPORTED
        own = self.facts.vartypes[numbers]
        for at in np.flatnonzero(errors == 0).tolist() if values.values.uniform is None else ():
            if not can_convert(int(values.values.vartypes[at]), int(own[at])):
                errors[at] = DaCode.E_BADTYPE
        good = np.flatnonzero(errors == 0)
        if not len(good):
            return errors
        chosen = values.take(good)
        converted, failed = convert_column(chosen.values, own[good])
        errors[good] = failed
        fine = np.flatnonzero(failed == 0)
        if not len(fine):
            return errors
        if self.settings.device_latency:
            await asyncio.sleep(self.settings.device_latency / 1_000)
        batch = WriteBatch(
            converted, chosen.qualities, chosen.has_quality, chosen.time_stamps, chosen.has_time_stamp
        )
        rows = good[fine]
        errors[rows] = self._service.plant.write(numbers[rows], batch.take(fine), self._service.wall_time())
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
        group = SimulatedGroup(self, _named(settings, name))
        self._groups[name] = group
        return group

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


def _named(settings: GroupSettings, name: str) -> GroupSettings:
    return GroupSettings(
        name=name,
        active=settings.active,
        update_rate=settings.update_rate,
        client=settings.client,
        time_bias=settings.time_bias,
        deadband=settings.deadband,
        locale=settings.locale,
    )
