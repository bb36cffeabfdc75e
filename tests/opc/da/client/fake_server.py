"""A Data Access server of a few lines, which can be told to misbehave.

It keeps to the specification where it is not told otherwise, and tells a test what it was asked. Values are
those that a test puts in; nothing changes by itself, nothing is sent unless :meth:`FakeGroup.tell` is called
or the group is advised, activated or gets items.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING, Any
from uuid import UUID

import numpy as np

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointAdviseResult,
    IConnectionPointContainer,
    IConnectionPointContainerFindConnectionPointResult,
    IEnumString,
    IEnumStringRemoteNextResult,
)
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError, OpcrossError
from opcross.ndr import StructColumn, Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.common.interfaces_generated import (
    IOPCCommon,
    IOPCCommonGetErrorStringResult,
    IOPCCommonGetLocaleIDResult,
    IOPCCommonQueryAvailableLocaleIDsResult,
    IOPCShutdown,
    IOPCShutdownProxy,
)
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEELEMENT,
    OPCDATASOURCE,
    OPCITEMATTRIBUTES,
    OPCITEMPROPERTIES,
    OPCITEMPROPERTY,
    OPCITEMRESULT,
    OPCITEMSTATE,
    OPCSERVERSTATUS,
    IEnumOPCItemAttributes,
    IEnumOPCItemAttributesNextResult,
    IOPCAsyncIO2,
    IOPCAsyncIO2ReadResult,
    IOPCAsyncIO2WriteResult,
    IOPCBrowse,
    IOPCBrowseBrowseResult,
    IOPCBrowseGetPropertiesResult,
    IOPCBrowseServerAddressSpace,
    IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult,
    IOPCBrowseServerAddressSpaceGetItemIDResult,
    IOPCBrowseServerAddressSpaceQueryOrganizationResult,
    IOPCDataCallback,
    IOPCDataCallbackProxy,
    IOPCGroupStateMgt,
    IOPCGroupStateMgt2,
    IOPCGroupStateMgt2GetKeepAliveResult,
    IOPCGroupStateMgt2SetKeepAliveResult,
    IOPCGroupStateMgtGetStateResult,
    IOPCGroupStateMgtSetStateResult,
    IOPCItemDeadbandMgt,
    IOPCItemDeadbandMgtClearItemDeadbandResult,
    IOPCItemDeadbandMgtGetItemDeadbandResult,
    IOPCItemDeadbandMgtSetItemDeadbandResult,
    IOPCItemIO,
    IOPCItemIOReadResult,
    IOPCItemIOWriteVQTResult,
    IOPCItemMgt,
    IOPCItemMgtAddItemsResult,
    IOPCItemMgtCreateEnumeratorResult,
    IOPCItemMgtRemoveItemsResult,
    IOPCItemMgtSetActiveStateResult,
    IOPCItemMgtSetDatatypesResult,
    IOPCItemMgtValidateItemsResult,
    IOPCItemProperties,
    IOPCItemPropertiesGetItemPropertiesResult,
    IOPCItemPropertiesLookupItemIDsResult,
    IOPCItemPropertiesQueryAvailablePropertiesResult,
    IOPCItemSamplingMgt,
    IOPCItemSamplingMgtClearItemSamplingRateResult,
    IOPCItemSamplingMgtGetItemBufferEnableResult,
    IOPCItemSamplingMgtGetItemSamplingRateResult,
    IOPCItemSamplingMgtSetItemBufferEnableResult,
    IOPCItemSamplingMgtSetItemSamplingRateResult,
    IOPCServer,
    IOPCServerAddGroupResult,
    IOPCServerGetErrorStringResult,
    IOPCServerGetStatusResult,
    IOPCSyncIO,
    IOPCSyncIO2,
    IOPCSyncIO2ReadMaxAgeResult,
    IOPCSyncIO2WriteVQTResult,
    IOPCSyncIOReadResult,
    IOPCSyncIOWriteResult,
)
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opcross.dcom.com_class import InterfaceHandler
    from opcross.dcom.remote_object import RemoteObject
    from opcross.ndr import Interface

DA_2 = frozenset({IOPCBrowseServerAddressSpace.iid, IOPCItemProperties.iid})
DA_3 = frozenset(
    {
        IOPCBrowse.iid,
        IOPCItemIO.iid,
        IOPCSyncIO2.iid,
        IOPCGroupStateMgt2.iid,
        IOPCItemDeadbandMgt.iid,
        IOPCItemSamplingMgt.iid,
    }
)
READ_WRITE = 3
STAMP = 132_000_000_000_000_000


@dataclass
class Script:
    """What a server does, and what it was asked.

    ``values`` are items by id. ``replace`` answers a method (``IOPCSyncIO.Read``) otherwise: it gets the
    result that was going to be sent and gives another, or raises. ``callbacks`` False never calls a sink.
    ``moved`` gives other handles to items.
    """

    values: dict[str, Variant] = field(default_factory=dict)
    qualities: dict[str, int] = field(default_factory=dict)
    rights: dict[str, int] = field(default_factory=dict)
    without: frozenset[UUID] = frozenset()
    replace: dict[str, Callable[[Any], Any]] = field(default_factory=dict)
    delay: dict[str, float] = field(default_factory=dict)
    callbacks: bool = True
    moves_to: bool = True
    flat: bool = False
    properties: dict[int, tuple[str, Variant]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    sizes: list[tuple[str, int]] = field(default_factory=list)
    written: list[tuple[str, Variant | None, int | None]] = field(default_factory=list)
    servers: list[FakeServer] = field(default_factory=list)
    moved: int = 0
    busy: int = 0
    most_busy: int = 0

    def count(self, method: str) -> int:
        """How often a method was called."""
        return self.asked.count(method)

    @property
    def groups(self) -> list[FakeGroup]:
        """The groups of all clients, private ones of clients left out."""
        return [g for server in self.servers for g in server.groups.values() if g.client]


class _Scripted:
    """A handler whose methods pass through the script."""

    def __init__(self, script: Script, interface: Interface, target: object) -> None:
        self._script = script
        self._interface = interface
        self._target = target

    def __getattr__(self, name: str) -> Any:
        method = getattr(self._target, name)
        script, what = self._script, f"{self._interface.name}.{self._interface[name].name}"

        async def call(**values: Any) -> Any:
            script.asked.append(what)
            script.busy += 1
            script.most_busy = max(script.busy, script.most_busy)
            try:
                if what in script.delay:
                    await asyncio.sleep(script.delay[what])
                for key in ("server", "item_array", "item_ids"):
                    if key in values:
                        script.sizes.append((what, len(values[key])))
                result = await method(**values)
                change = script.replace.get(what)
                return result if change is None else change(result)
            finally:
                script.busy -= 1

        return call


class _Object:
    """An object with interfaces that the script may take away."""

    interfaces: tuple[Interface, ...] = ()

    def __init__(self, script: Script) -> None:
        self.script = script
        self.gone = 0

    def query(self, iid: UUID) -> InterfaceHandler | None:
        if iid in self.script.without:
            return None
        for interface in self.interfaces:
            if interface.iid == iid:
                return TableHandler(interface, _Scripted(self.script, interface, self.face(interface)))
        return None

    def face(self, interface: Interface) -> object:
        return self

    def released(self) -> None:
        self.gone += 1


class _Point(_Object):
    """A connection point for one sink."""

    interfaces = (IConnectionPoint,)

    def __init__(self, script: Script, iid: UUID, advised: Callable[[], None]) -> None:
        super().__init__(script)
        self.iid = iid
        self.sink: RemoteObject | None = None
        self._advised = advised

    async def advise(self, *, unk_sink: bytes | None) -> IConnectionPointAdviseResult:
        self.sink = current_call().unmarshal(unk_sink)
        if self.script.callbacks or self.iid == IOPCShutdown.iid:
            await self.sink.query_interface(self.iid)
        self._advised()
        return IConnectionPointAdviseResult(cookie=7)

    async def unadvise(self, *, cookie: int) -> int:
        if self.sink is None or cookie != 7:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION)
        sink, self.sink = self.sink, None
        await sink.release()
        return 0


class _Strings(_Object):
    """IEnumString."""

    interfaces = (IEnumString,)

    def __init__(self, script: Script, strings: Sequence[str]) -> None:
        super().__init__(script)
        self._strings = list(strings)

    async def remote_next(self, *, celt: int) -> IEnumStringRemoteNextResult:
        taken, self._strings = self._strings[:celt], self._strings[celt:]
        hresult = Hresult.S_OK if len(taken) == celt else Hresult.S_FALSE
        return IEnumStringRemoteNextResult(elements=tuple(taken), hresult=hresult)


class _Attributes(_Object):
    """IEnumOPCItemAttributes."""

    interfaces = (IEnumOPCItemAttributes,)

    def __init__(self, script: Script, rows: Sequence[OPCITEMATTRIBUTES]) -> None:
        super().__init__(script)
        self._rows = list(rows)

    async def next(self, *, celt: int) -> IEnumOPCItemAttributesNextResult:
        taken, self._rows = self._rows[:celt], self._rows[celt:]
        hresult = Hresult.S_OK if len(taken) == celt else Hresult.S_FALSE
        return IEnumOPCItemAttributesNextResult(item_array=tuple(taken), hresult=hresult)


class FakeServer(_Object):
    """A server object."""

    interfaces = (
        IOPCServer,
        IOPCCommon,
        IConnectionPointContainer,
        IOPCBrowseServerAddressSpace,
        IOPCItemProperties,
        IOPCBrowse,
        IOPCItemIO,
    )

    def __init__(self, script: Script) -> None:
        super().__init__(script)
        self.groups: dict[int, FakeGroup] = {}
        self.names: list[str] = []
        self.locale = 0x409
        self.shutdown_point = _Point(script, IOPCShutdown.iid, lambda: None)
        self._handles = count(0x1000)
        self._position: tuple[str, ...] = ()
        script.servers.append(self)

    def face(self, interface: Interface) -> object:
        return _ServerCommon(self) if interface is IOPCCommon else self

    # -- IOPCServer

    async def add_group(
        self,
        *,
        name: str,
        active: int,
        requested_update_rate: int,
        client_group: int,
        time_bias: int | None,
        percent_deadband: float | None,
        lcid: int,
        riid: UUID,
    ) -> IOPCServerAddGroupResult:
        handle = next(self._handles)
        name = name or f"Group{handle:x}"
        if any(group.name == name for group in self.groups.values()):
            raise HResultError(DaCode.E_DUPLICATENAME)
        group = FakeGroup(self, handle, name, client_group, bool(active), max(requested_update_rate, 10))
        group.deadband = percent_deadband or 0.0
        self.groups[handle] = group
        return IOPCServerAddGroupResult(
            server_group=handle,
            revised_update_rate=group.rate,
            unk=current_call().marshal(group, riid),
            hresult=Hresult.S_OK,
        )

    async def remove_group(self, *, server_group: int, force: int) -> int:
        if self.groups.pop(server_group, None) is None:
            raise HResultError(Hresult.E_INVALIDARG)
        return 0

    async def get_status(self) -> IOPCServerGetStatusResult:
        return IOPCServerGetStatusResult(
            server_status=OPCSERVERSTATUS(
                start_time=STAMP,
                current_time=STAMP + 1,
                last_update_time=0,
                server_state=1,
                group_count=len(self.groups),
                band_width=0,
                major_version=1,
                minor_version=2,
                build_number=3,
                vendor_info="a fake",
            )
        )

    async def get_error_string(self, *, error: int, locale: int) -> IOPCServerGetErrorStringResult:
        return IOPCServerGetErrorStringResult(string=f"server words for {error:x} in {locale:x}")

    # -- callbacks

    async def find_connection_point(
        self, *, riid: UUID
    ) -> IConnectionPointContainerFindConnectionPointResult:
        if riid != IOPCShutdown.iid:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION)
        cp = current_call().marshal(self.shutdown_point, IConnectionPoint.iid)
        return IConnectionPointContainerFindConnectionPointResult(cp=cp)

    async def ask_to_leave(self, reason: str) -> None:
        assert self.shutdown_point.sink is not None
        await IOPCShutdownProxy(self.shutdown_point.sink.interface(IOPCShutdown.iid)).shutdown_request(
            reason=reason
        )

    # -- IOPCBrowseServerAddressSpace; items are named by their paths, with dots

    async def query_organization(self) -> IOPCBrowseServerAddressSpaceQueryOrganizationResult:
        return IOPCBrowseServerAddressSpaceQueryOrganizationResult(
            name_space_type=2 if self.script.flat else 1
        )

    def _below(self, path: tuple[str, ...]) -> dict[str, bool]:
        """Names at a position, and whether they are branches."""
        found: dict[str, bool] = {}
        for item in self.script.values:
            parts = tuple(item.split("."))
            if parts[: len(path)] == path and len(parts) > len(path):
                name = parts[len(path)]
                found[name] = found.get(name, False) or len(parts) > len(path) + 1
        return found

    async def change_browse_position(self, *, browse_direction: int, string: str) -> int:
        if browse_direction == 3:
            if not self.script.moves_to:
                raise HResultError(Hresult.E_NOTIMPL)
            path = tuple(string.split(".")) if string else ()
            if path and not self._below(path):
                raise HResultError(Hresult.E_INVALIDARG)
            self._position = path
        elif browse_direction == 1:
            if not self._position:
                raise HResultError(Hresult.E_FAIL)
            self._position = self._position[:-1]
        elif self._below(self._position).get(string):
            self._position = (*self._position, string)
        else:
            raise HResultError(Hresult.E_INVALIDARG)
        return 0

    async def browse_opc_item_ids(
        self,
        *,
        browse_filter_type: int,
        filter_criteria: str,
        data_type_filter: int,
        access_rights_filter: int,
    ) -> IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult:
        if browse_filter_type == 3 or self.script.flat:
            prefix = ".".join(self._position)
            names = [item for item in self.script.values if not prefix or item.startswith(prefix + ".")]
        else:
            here = self._below(self._position)
            names = [name for name, branch in here.items() if branch == (browse_filter_type == 1)]
        strings = current_call().marshal(_Strings(self.script, names), IEnumString.iid)
        return IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult(enum_string=strings)

    async def get_item_id(self, *, item_data_id: str) -> IOPCBrowseServerAddressSpaceGetItemIDResult:
        item_id = item_data_id
        if item_data_id not in self.script.values or not self.script.flat:
            item_id = ".".join((*self._position, item_data_id))
        if item_data_id in self.script.values and item_id not in self.script.values:
            item_id = item_data_id
        return IOPCBrowseServerAddressSpaceGetItemIDResult(item_id=item_id)

    # -- IOPCBrowse

    async def browse(
        self,
        *,
        item_id: str,
        continuation_point: str | None,
        max_elements_returned: int,
        browse_filter: int,
        element_name_filter: str,
        vendor_filter: str,
        return_all_properties: int,
        return_property_values: int,
        property_ids: np.ndarray,
    ) -> IOPCBrowseBrowseResult:
        path = tuple(item_id.split(".")) if item_id else ()
        here = self._below(path)
        if path and not here:
            raise HResultError(DaCode.E_UNKNOWNITEMID)
        names = [
            name for name, branch in here.items() if browse_filter == 1 or branch == (browse_filter == 2)
        ]
        start = int(continuation_point or 0)
        end = start + (max_elements_returned or len(names))
        nothing = OPCITEMPROPERTIES(error_id=0, item_properties=())
        elements = tuple(
            OPCBROWSEELEMENT(
                name=name,
                item_id=".".join((*path, name)),
                flag_value=1 if here[name] else 2,
                item_properties=nothing,
            )
            for name in names[start:end]
        )
        more = end < len(names)
        return IOPCBrowseBrowseResult(
            continuation_point=str(end) if more else "", more_elements=int(more), browse_elements=elements
        )

    def _properties(self, item_id: str) -> dict[int, tuple[str, Variant]]:
        value = self.script.values[item_id]
        own = {
            1: ("Item Canonical DataType", Variant(VarType.I2, value.vt)),
            2: ("Item Value", value),
            5: ("Item Access Rights", Variant(VarType.I4, self.script.rights.get(item_id, READ_WRITE))),
        }
        return own | self.script.properties

    async def get_properties(
        self, *, item_ids: tuple[str | None, ...], return_property_values: int, property_ids: np.ndarray
    ) -> IOPCBrowseGetPropertiesResult:
        rows = []
        for item_id in item_ids:
            if item_id not in self.script.values:
                rows.append(OPCITEMPROPERTIES(error_id=int(DaCode.E_UNKNOWNITEMID), item_properties=None))
                continue
            known = self._properties(item_id)
            wanted = property_ids.tolist() or list(known)
            rows.append(
                OPCITEMPROPERTIES(
                    error_id=0,
                    item_properties=tuple(
                        OPCITEMPROPERTY(
                            data_type=known[number][1].vt if number in known else 0,
                            property_id=number,
                            description=known[number][0] if number in known else "",
                            value=known[number][1]
                            if number in known and return_property_values
                            else Variant(VarType.EMPTY),
                            error_id=0 if number in known else int(DaCode.E_INVALID_PID),
                        )
                        for number in wanted
                    ),
                )
            )
        return IOPCBrowseGetPropertiesResult(item_properties=tuple(rows))

    # -- IOPCItemProperties

    def _need(self, item_id: str) -> None:
        if item_id not in self.script.values:
            raise HResultError(DaCode.E_UNKNOWNITEMID)

    async def query_available_properties(
        self, *, item_id: str
    ) -> IOPCItemPropertiesQueryAvailablePropertiesResult:
        self._need(item_id)
        known = self._properties(item_id)
        return IOPCItemPropertiesQueryAvailablePropertiesResult(
            property_ids=np.array(list(known), np.uint32),
            descriptions=tuple(words for words, _ in known.values()),
            data_types=np.array([value.vt for _, value in known.values()], np.uint16),
        )

    async def get_item_properties(
        self, *, item_id: str, property_ids: np.ndarray
    ) -> IOPCItemPropertiesGetItemPropertiesResult:
        self._need(item_id)
        known = self._properties(item_id)
        values = [known[number][1] for number in property_ids.tolist()]
        return IOPCItemPropertiesGetItemPropertiesResult(
            data=VariantColumn.of(values), errors=np.zeros(len(values), np.uint32)
        )

    async def lookup_item_ids(
        self, *, item_id: str, property_ids: np.ndarray
    ) -> IOPCItemPropertiesLookupItemIDsResult:
        names = tuple(f"{item_id}/{number}" for number in property_ids.tolist())
        return IOPCItemPropertiesLookupItemIDsResult(
            new_item_ids=names, errors=np.zeros(len(names), np.uint32)
        )

    # -- IOPCItemIO

    async def read(self, *, item_ids: tuple[str | None, ...], max_age: np.ndarray) -> IOPCItemIOReadResult:
        states = [self.state(item_id or "") for item_id in item_ids]
        return IOPCItemIOReadResult(
            values=VariantColumn.of([value for value, _, _ in states]),
            qualities=np.array([quality for _, quality, _ in states], np.uint16),
            time_stamps=np.full(len(states), STAMP, np.uint64),
            errors=np.array([error for _, _, error in states], np.uint32),
        )

    async def write_vqt(
        self, *, item_ids: tuple[str | None, ...], item_vqt: StructColumn[Any]
    ) -> IOPCItemIOWriteVQTResult:
        errors = [
            self.put(item_id or "", row.data_value, row.quality if row.quality_specified else None)
            for item_id, row in zip(item_ids, item_vqt, strict=True)
        ]
        return IOPCItemIOWriteVQTResult(errors=np.array(errors, np.uint32))

    # -- the plant

    def state(self, item_id: str) -> tuple[Variant, int, int]:
        """Value, quality, error."""
        if item_id not in self.script.values:
            return Variant(VarType.EMPTY), Quality.BAD, int(DaCode.E_UNKNOWNITEMID)
        quality = self.script.qualities.get(item_id, Quality.GOOD)
        return self.script.values[item_id], quality, 0

    def put(self, item_id: str, value: Variant | None, quality: int | None) -> int:
        """Write; the error."""
        self.script.written.append((item_id, value, quality))
        if item_id not in self.script.values:
            return int(DaCode.E_UNKNOWNITEMID)
        if value is not None:
            self.script.values[item_id] = value
        return 0


class _ServerCommon:
    """IOPCCommon."""

    def __init__(self, server: FakeServer) -> None:
        self._server = server

    async def set_locale_id(self, *, lcid: int) -> int:
        if lcid not in (0x407, 0x409):
            raise HResultError(Hresult.E_INVALIDARG)
        self._server.locale = lcid
        return 0

    async def get_locale_id(self) -> IOPCCommonGetLocaleIDResult:
        return IOPCCommonGetLocaleIDResult(lcid=self._server.locale)

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        return IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array([0x407, 0x409], np.uint32))

    async def get_error_string(self, *, error: int) -> IOPCCommonGetErrorStringResult:
        return IOPCCommonGetErrorStringResult(string=f"words for {error:x}")

    async def set_client_name(self, *, name: str) -> int:
        self._server.names.append(name)
        return 0


@dataclass
class FakeItem:
    """An item of a group."""

    item_id: str
    client: int
    active: bool
    requested: int
    access_path: str


class FakeGroup(_Object):
    """A group object."""

    interfaces = (
        IOPCItemMgt,
        IOPCGroupStateMgt,
        IOPCGroupStateMgt2,
        IOPCSyncIO,
        IOPCSyncIO2,
        IOPCAsyncIO2,
        IConnectionPointContainer,
        IOPCItemDeadbandMgt,
        IOPCItemSamplingMgt,
    )

    def __init__(
        self, server: FakeServer, handle: int, name: str, client: int, active: bool, rate: int
    ) -> None:
        super().__init__(server.script)
        self.server = server
        self.handle = handle
        self.name = name
        self.client = client
        self.active = active
        self.rate = rate
        self.deadband = 0.0
        self.keep_alive = 0
        self.items: dict[int, FakeItem] = {}
        self.deadbands: dict[int, float] = {}
        self.rates: dict[int, int] = {}
        self.buffered: dict[int, bool] = {}
        self.point = _Point(server.script, IOPCDataCallback.iid, self._start_telling)
        self.tasks: set[asyncio.Task[None]] = set()
        self._next = count((handle + server.script.moved) * 0x1000)

    def face(self, interface: Interface) -> object:
        if interface in (IOPCSyncIO, IOPCSyncIO2):
            return _GroupSync(self)
        return _GroupAsync(self) if interface is IOPCAsyncIO2 else self

    # -- callbacks

    async def find_connection_point(
        self, *, riid: UUID
    ) -> IConnectionPointContainerFindConnectionPointResult:
        if riid != IOPCDataCallback.iid:
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION)
        cp = current_call().marshal(self.point, IConnectionPoint.iid)
        return IConnectionPointContainerFindConnectionPointResult(cp=cp)

    @property
    def sink(self) -> IOPCDataCallbackProxy:
        """The client's sink."""
        assert self.point.sink is not None
        return IOPCDataCallbackProxy(self.point.sink.interface(IOPCDataCallback.iid))

    async def let_go(self) -> None:
        """Release the sink without having been asked to."""
        sink, self.point.sink = self.point.sink, None
        if sink is not None:
            await sink.release()

    def _start_telling(self, handles: Sequence[int] | None = None) -> None:
        if not self.script.callbacks or not self.active or self.point.sink is None:
            return
        chosen = [h for h in (handles if handles is not None else self.items) if self.items[h].active]
        if chosen:
            task = asyncio.get_running_loop().create_task(self._later(chosen))
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)

    async def _later(self, handles: Sequence[int]) -> None:
        await asyncio.sleep(self.rate / 1000)
        try:
            await self.tell(*handles)
        except OpcrossError:
            return

    async def tell(self, *handles: int, transaction: int = 0, group: int | None = None) -> None:
        """OnDataChange with these items (by server handle), or a keep-alive."""
        if self.point.sink is not None:
            await self.point.sink.query_interface(IOPCDataCallback.iid)
        there = [self.items[handle] for handle in handles if handle in self.items]
        states = [self.server.state(item.item_id) for item in there]
        await self.sink.on_data_change(
            transid=transaction,
            group=self.client if group is None else group,
            masterquality=0,
            mastererror=0,
            client_items=np.array([item.client for item in there], np.uint32),
            values=VariantColumn.of([value for value, _, _ in states]),
            qualities=np.array([quality for _, quality, _ in states], np.uint16),
            time_stamps=np.full(len(states), STAMP, np.uint64),
            errors=np.array([error for _, _, error in states], np.uint32),
        )

    # -- IOPCItemMgt

    def _result(self, definition: Any) -> tuple[int, int, int]:
        """Type, rights, error."""
        if definition.item_id not in self.script.values:
            return 0, 0, int(DaCode.E_UNKNOWNITEMID)
        item_id = definition.item_id
        return self.script.values[item_id].vt, self.script.rights.get(item_id, READ_WRITE), 0

    async def add_items(self, *, item_array: Sequence[Any]) -> IOPCItemMgtAddItemsResult:
        results, errors, added = [], [], []
        for definition in item_array:
            kind, rights, error = self._result(definition)
            handle = 0 if error else next(self._next)
            if not error:
                self.items[handle] = FakeItem(
                    definition.item_id,
                    definition.client,
                    bool(definition.active),
                    definition.requested_data_type,
                    definition.access_path,
                )
                added.append(handle)
            results.append(OPCITEMRESULT(server=handle, canonical_data_type=kind, access_rights=rights))
            errors.append(error)
        self._start_telling(added)
        return IOPCItemMgtAddItemsResult(add_results=tuple(results), errors=np.array(errors, np.uint32))

    async def validate_items(
        self, *, item_array: Sequence[Any], blob_update: int
    ) -> IOPCItemMgtValidateItemsResult:
        rows = [self._result(definition) for definition in item_array]
        return IOPCItemMgtValidateItemsResult(
            validation_results=tuple(
                OPCITEMRESULT(server=0, canonical_data_type=kind, access_rights=rights)
                for kind, rights, _ in rows
            ),
            errors=np.array([error for _, _, error in rows], np.uint32),
        )

    def errors(self, server: np.ndarray) -> np.ndarray:
        known = [handle in self.items for handle in server.tolist()]
        return np.where(known, 0, int(DaCode.E_INVALIDHANDLE)).astype(np.uint32)

    async def remove_items(self, *, server: np.ndarray) -> IOPCItemMgtRemoveItemsResult:
        errors = self.errors(server)
        for handle in server.tolist():
            self.items.pop(handle, None)
        return IOPCItemMgtRemoveItemsResult(errors=errors)

    async def set_active_state(self, *, server: np.ndarray, active: int) -> IOPCItemMgtSetActiveStateResult:
        for handle in server.tolist():
            self.items[handle].active = bool(active)
        self._start_telling(server.tolist())
        return IOPCItemMgtSetActiveStateResult(errors=self.errors(server))

    async def set_datatypes(
        self, *, server: np.ndarray, requested_datatypes: np.ndarray
    ) -> IOPCItemMgtSetDatatypesResult:
        for handle, kind in zip(server.tolist(), requested_datatypes.tolist(), strict=True):
            self.items[handle].requested = kind
        return IOPCItemMgtSetDatatypesResult(errors=self.errors(server))

    async def create_enumerator(self, *, riid: UUID) -> IOPCItemMgtCreateEnumeratorResult:
        rows = [
            OPCITEMATTRIBUTES(
                access_path=item.access_path,
                item_id=item.item_id,
                active=int(item.active),
                client=item.client,
                server=handle,
                access_rights=self.script.rights.get(item.item_id, READ_WRITE),
                requested_data_type=item.requested,
                canonical_data_type=self.script.values[item.item_id].vt,
                eu_type=0,
                eu_info=Variant(VarType.EMPTY),
            )
            for handle, item in self.items.items()
        ]
        unk = current_call().marshal(_Attributes(self.script, rows), riid)
        return IOPCItemMgtCreateEnumeratorResult(unk=unk)

    # -- IOPCGroupStateMgt2

    async def get_state(self) -> IOPCGroupStateMgtGetStateResult:
        return IOPCGroupStateMgtGetStateResult(
            update_rate=self.rate,
            active=int(self.active),
            name=self.name,
            time_bias=0,
            percent_deadband=self.deadband,
            lcid=0x409,
            client_group=self.client,
            server_group=self.handle,
        )

    async def set_state(
        self,
        *,
        requested_update_rate: int | None,
        active: int | None,
        time_bias: int | None,
        percent_deadband: float | None,
        lcid: int | None,
        client_group: int | None,
    ) -> IOPCGroupStateMgtSetStateResult:
        if requested_update_rate is not None:
            self.rate = max(requested_update_rate, 10)
        if percent_deadband is not None:
            self.deadband = percent_deadband
        if active is not None:
            self.active = bool(active)
            self._start_telling()
        return IOPCGroupStateMgtSetStateResult(revised_update_rate=self.rate)

    async def set_name(self, *, name: str) -> int:
        self.name = name
        return 0

    async def set_keep_alive(self, *, keep_alive_time: int) -> IOPCGroupStateMgt2SetKeepAliveResult:
        self.keep_alive = keep_alive_time
        return IOPCGroupStateMgt2SetKeepAliveResult(revised_keep_alive_time=keep_alive_time)

    async def get_keep_alive(self) -> IOPCGroupStateMgt2GetKeepAliveResult:
        return IOPCGroupStateMgt2GetKeepAliveResult(keep_alive_time=self.keep_alive)

    # -- deadbands and sampling

    async def set_item_deadband(
        self, *, server: np.ndarray, percent_deadband: np.ndarray
    ) -> IOPCItemDeadbandMgtSetItemDeadbandResult:
        self.deadbands |= dict(zip(server.tolist(), percent_deadband.tolist(), strict=True))
        return IOPCItemDeadbandMgtSetItemDeadbandResult(errors=self.errors(server))

    async def get_item_deadband(self, *, server: np.ndarray) -> IOPCItemDeadbandMgtGetItemDeadbandResult:
        known = [self.deadbands.get(handle) for handle in server.tolist()]
        errors = [0 if percent is not None else int(DaCode.E_DEADBANDNOTSET) for percent in known]
        return IOPCItemDeadbandMgtGetItemDeadbandResult(
            percent_deadband=np.array([percent or 0.0 for percent in known], np.float32),
            errors=np.array(errors, np.uint32),
        )

    async def clear_item_deadband(self, *, server: np.ndarray) -> IOPCItemDeadbandMgtClearItemDeadbandResult:
        for handle in server.tolist():
            self.deadbands.pop(handle, None)
        return IOPCItemDeadbandMgtClearItemDeadbandResult(errors=self.errors(server))

    async def set_item_sampling_rate(
        self, *, server: np.ndarray, requested_sampling_rate: np.ndarray
    ) -> IOPCItemSamplingMgtSetItemSamplingRateResult:
        self.rates |= dict(zip(server.tolist(), requested_sampling_rate.tolist(), strict=True))
        return IOPCItemSamplingMgtSetItemSamplingRateResult(
            revised_sampling_rate=requested_sampling_rate, errors=self.errors(server)
        )

    async def get_item_sampling_rate(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtGetItemSamplingRateResult:
        known = [self.rates.get(handle) for handle in server.tolist()]
        return IOPCItemSamplingMgtGetItemSamplingRateResult(
            sampling_rate=np.array([rate or 0 for rate in known], np.uint32),
            errors=np.array([0 if rate else int(DaCode.E_RATENOTSET) for rate in known], np.uint32),
        )

    async def clear_item_sampling_rate(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtClearItemSamplingRateResult:
        for handle in server.tolist():
            self.rates.pop(handle, None)
        return IOPCItemSamplingMgtClearItemSamplingRateResult(errors=self.errors(server))

    async def set_item_buffer_enable(
        self, *, server: np.ndarray, enable: np.ndarray
    ) -> IOPCItemSamplingMgtSetItemBufferEnableResult:
        self.buffered |= {h: bool(on) for h, on in zip(server.tolist(), enable.tolist(), strict=True)}
        return IOPCItemSamplingMgtSetItemBufferEnableResult(errors=self.errors(server))

    async def get_item_buffer_enable(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtGetItemBufferEnableResult:
        known = [self.buffered.get(handle, False) for handle in server.tolist()]
        return IOPCItemSamplingMgtGetItemBufferEnableResult(
            enable=np.array(known, np.uint32), errors=self.errors(server)
        )


class _GroupSync:
    """IOPCSyncIO2."""

    def __init__(self, group: FakeGroup) -> None:
        self._group = group

    def _states(self, server: np.ndarray, *, cache: bool) -> list[tuple[Variant, int, int]]:
        group = self._group
        states = []
        for handle in server.tolist():
            item = group.items.get(handle)
            if item is None:
                states.append((Variant(VarType.EMPTY), int(Quality.BAD), int(DaCode.E_INVALIDHANDLE)))
                continue
            value, quality, error = group.server.state(item.item_id)
            if cache and not (group.active and item.active):
                quality = int(Quality.OUT_OF_SERVICE)
            states.append((value, quality, error))
        return states

    async def read(self, *, source: int, server: np.ndarray) -> IOPCSyncIOReadResult:
        states = self._states(server, cache=source == OPCDATASOURCE.OPC_DS_CACHE)
        self._group.script.asked.append("cache" if source == OPCDATASOURCE.OPC_DS_CACHE else "device")
        return IOPCSyncIOReadResult(
            item_values=StructColumn(
                OPCITEMSTATE,
                {
                    "client": np.zeros(len(states), np.uint32),
                    "time_stamp": np.full(len(states), STAMP, np.uint64),
                    "quality": np.array([quality for _, quality, _ in states], np.uint16),
                    "reserved": np.zeros(len(states), np.uint16),
                    "data_value": VariantColumn.of([value for value, _, _ in states]),
                },
            ),
            errors=np.array([error for _, _, error in states], np.uint32),
        )

    async def write(self, *, server: np.ndarray, item_values: VariantColumn) -> IOPCSyncIOWriteResult:
        group = self._group
        errors = [
            group.server.put(group.items[handle].item_id, value, None)
            for handle, value in zip(server.tolist(), item_values, strict=True)
        ]
        return IOPCSyncIOWriteResult(errors=np.array(errors, np.uint32))

    async def read_max_age(self, *, server: np.ndarray, max_age: np.ndarray) -> IOPCSyncIO2ReadMaxAgeResult:
        states = self._states(server, cache=False)
        return IOPCSyncIO2ReadMaxAgeResult(
            values=VariantColumn.of([value for value, _, _ in states]),
            qualities=np.array([quality for _, quality, _ in states], np.uint16),
            time_stamps=np.full(len(states), STAMP, np.uint64),
            errors=np.array([error for _, _, error in states], np.uint32),
        )

    async def write_vqt(
        self, *, server: np.ndarray, item_vqt: StructColumn[Any]
    ) -> IOPCSyncIO2WriteVQTResult:
        group = self._group
        errors = [
            group.server.put(
                group.items[handle].item_id, row.data_value, row.quality if row.quality_specified else None
            )
            for handle, row in zip(server.tolist(), item_vqt, strict=True)
        ]
        return IOPCSyncIO2WriteVQTResult(errors=np.array(errors, np.uint32))


class _GroupAsync:
    """IOPCAsyncIO2, as far as the client uses it. Callbacks come in the reverse order of asking."""

    def __init__(self, group: FakeGroup) -> None:
        self._group = group

    def _later(self, work: Any) -> None:
        async def run() -> None:
            await asyncio.sleep(0.01)
            await work()

        task = asyncio.get_running_loop().create_task(run())
        self._group.tasks.add(task)
        task.add_done_callback(self._group.tasks.discard)

    async def read(self, *, server: np.ndarray, transaction_id: int) -> IOPCAsyncIO2ReadResult:
        group = self._group
        handles = [handle for handle in reversed(server.tolist()) if handle in group.items]
        states = [group.server.state(group.items[handle].item_id) for handle in handles]
        if handles and group.script.callbacks:
            self._later(
                lambda: group.sink.on_read_complete(
                    transid=transaction_id,
                    group=group.client,
                    masterquality=0,
                    mastererror=0,
                    client_items=np.array([group.items[handle].client for handle in handles], np.uint32),
                    values=VariantColumn.of([value for value, _, _ in states]),
                    qualities=np.array([quality for _, quality, _ in states], np.uint16),
                    time_stamps=np.full(len(states), STAMP, np.uint64),
                    errors=np.zeros(len(states), np.uint32),
                )
            )
        return IOPCAsyncIO2ReadResult(cancel_id=transaction_id, errors=group.errors(server))

    async def write(
        self, *, server: np.ndarray, item_values: VariantColumn, transaction_id: int
    ) -> IOPCAsyncIO2WriteResult:
        group = self._group
        errors = [
            group.server.put(group.items[handle].item_id, value, None)
            for handle, value in zip(server.tolist(), item_values, strict=True)
        ]
        clients = [group.items[handle].client for handle in server.tolist()]
        self._later(
            lambda: group.sink.on_write_complete(
                transid=transaction_id,
                group=group.client,
                mastererr=0,
                clienthandles=np.array(clients[::-1], np.uint32),
                errors=np.array(errors[::-1], np.uint32),
            )
        )
        return IOPCAsyncIO2WriteResult(cancel_id=transaction_id, errors=np.zeros(len(errors), np.uint32))

    async def cancel2(self, *, cancel_id: int) -> int:
        return 0
