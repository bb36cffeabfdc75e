"""Every opnum of every interface of Data Access, called over the network: nothing was forgotten.

A server's computer and a client's stand on the simulated network. Each object of the protocol is obtained as
clients obtain it, and each of its methods is called with arguments that succeed, so that a method which
is missing, or which answers E_NOTIMPL, shows.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.com_class import IID_IUNKNOWN, ComObject
from opcross.dcom.interfaces_generated import TABLE as COM
from opcross.dcom.interfaces_generated import IConnectionPoint, IConnectionPointContainer, IEnumString
from opcross.dcom.remote_object import RemoteInterface, RemoteObject
from opcross.errors import Fault
from opcross.ndr import HRESULT, Method, Variant, VariantColumn, VarType
from opcross.opc.common.interfaces_generated import TABLE as COMMON
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.client.sink import CallbackCounts, DataSink, ShutdownSink, Transactions
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEDIRECTION,
    OPCITEMVQT,
    IEnumOPCItemAttributes,
    IOPCDataCallback,
    IOPCItemMgtProxy,
)
from opcross.opc.da.interfaces_generated import TABLE as DA
from opcross_simulators.network import run
from opcross_simulators.servers import OPC_DA, OPC_ENUM
from opcross_simulators.windows import Program
from tests.opc.da.exporter.bench import Sink, definition
from tests.opc.da.exporter.test_on_the_simulated_network import OPERATOR, Site, site
from tests.opc.da.exporter.test_specifications import (
    ALWAYS_GROUP,
    ALWAYS_SERVER,
    NEW_GROUP,
    NEW_SERVER,
    OLD_SERVER,
)
from tests.simulators.windows.calling_back import PANEL, net

ITEM: Final = "Bucket Brigade.Real8"
BRANCH: Final = "Bucket Brigade"
KNOWN: Final = MappingProxyType({one.name: one for table in (COM, COMMON, DA) for one in table.values()})

SERVER: Final = sorted(ALWAYS_SERVER | OLD_SERVER | NEW_SERVER)
GROUP: Final = sorted((ALWAYS_GROUP | NEW_GROUP) - set(SERVER))
LISTS: Final = ["IOPCServerList", "IOPCServerList2"]
SINKS: Final = ["IOPCDataCallback", "IOPCShutdown"]
GROUPS: Final = ["IEnumString", "IEnumUnknown"]
GUIDS: Final = ["IEnumGUID", "IOPCEnumGUID"]
POINTS: Final = ["IConnectionPoint", "IEnumConnectionPoints", "IEnumConnections"]
OFFERED: Final = [*SERVER, *GROUP, *LISTS, *SINKS, *GROUPS, *GUIDS, *POINTS, "IEnumOPCItemAttributes"]
NOT_OFFERED: Final = ["IDataObject", "IOPCAsyncIO", "IOPCPublicGroupStateMgt", "IOPCServerPublicGroups"]

KEPT: Final = frozenset({"cookie", "server_group", "cancel_id"})
ANALOG_ONLY: Final = ("SetItemDeadband.server", "GetItemDeadband.server", "ClearItemDeadband.server")
LAST: Final = frozenset({"RemoveItems", "RemoveGroup", "Unadvise"})
VQT: Final = OPCITEMVQT(
    data_value=Variant(VarType.R8, 2.5),
    quality_specified=False,
    quality=0,
    time_stamp_specified=False,
    time_stamp=0,
)

OTHER_ANSWERS: Final[Mapping[str, int]] = MappingProxyType(
    {
        "IOPCBrowseServerAddressSpace.BrowseAccessPaths": Hresult.S_FALSE,  # there are none
        "IOPCItemProperties.LookupItemIDs": Hresult.S_FALSE,  # the first six properties are no items
        "IOPCAsyncIO2.Cancel2": Hresult.E_FAIL,  # what it cancels is complete
        "IOPCAsyncIO3.Cancel2": Hresult.E_FAIL,
    }
)
"""What is right, but not S_OK, by interface and method."""


class _Receiver:
    """Who stands behind the sink of our client."""

    def take_change(self, batch: object) -> None:
        """Nothing is made of it."""

    def sink_released(self, sink: DataSink) -> None:
        """Nothing is made of it."""


@dataclass
class Caller:
    """The objects at hand, and arguments with which methods succeed."""

    here: Site
    item: int = 0
    given: dict[str, int] = field(default_factory=dict)

    async def ready(self) -> None:
        """An item that can be read and written."""
        items = IOPCItemMgtProxy(self.here.group.interface(DA["IOPCItemMgt"].iid))
        (row,) = (await items.add_items(item_array=[definition(ITEM, 2)])).add_results or ()
        self.item = row.server
        await self.here.advise(Sink())

    async def made(self, remote: RemoteObject, method: Method, name: str, **arguments: Any) -> RemoteObject:
        """The object that a method gives in its only pointer."""
        invoker = await remote.query_interface(KNOWN[method.interface].iid)
        got = await invoker.invoke(method, arguments)
        assert got[HRESULT] == Hresult.S_OK
        return self.here.client.dcom.unmarshal(got[name])

    async def object_with(self, name: str) -> RemoteObject:
        """An object that has the interface, obtained as clients do."""
        here = self.here
        if name in SERVER:
            return here.remote
        if name in GROUP:
            return here.group
        if name in LISTS:
            return await here.client.activate(OPC_ENUM.clsid, (KNOWN[name].iid,))
        if name in SINKS:
            return await self._sink(name)
        if name in GROUPS:
            create = DA["IOPCServer"]["CreateGroupEnumerator"]
            return await self.made(here.remote, create, "unk", scope=3, riid=KNOWN[name].iid)
        if name == "IEnumOPCItemAttributes":
            create = DA["IOPCItemMgt"]["CreateEnumerator"]
            return await self.made(here.group, create, "unk", riid=KNOWN[name].iid)
        if name == "IEnumConnectionPoints":
            every = IConnectionPointContainer["EnumConnectionPoints"]
            return await self.made(here.group, every, "enumerator")
        if name in GUIDS:
            version = "IOPCServerList2" if name == "IOPCEnumGUID" else "IOPCServerList"
            listing = await self.object_with(version)
            every = COMMON[version]["EnumClassesOfCategories"]
            return await self.made(listing, every, "enum_clsid", **self._categories())
        find = IConnectionPointContainer["FindConnectionPoint"]
        point = await self.made(here.group, find, "cp", riid=IOPCDataCallback.iid)
        if name == "IConnectionPoint":
            return point
        assert name == "IEnumConnections"
        return await self.made(point, IConnectionPoint["EnumConnections"], "enumerator")

    @staticmethod
    def _categories() -> dict[str, Any]:
        return {"implemented_categories": tuple(OPC_DA.categories), "required_categories": ()}

    async def _sink(self, name: str) -> RemoteObject:
        """A sink of our client, as a server's computer holds it."""
        sink: ComObject = ShutdownSink(lambda reason: None)
        if name == "IOPCDataCallback":
            sink = DataSink(7, _Receiver(), Transactions(), CallbackCounts())
        objref = self.here.client.callbacks.marshal(sink, KNOWN[name].iid)
        server = self.here.server.client(Program(), PANEL, credentials=OPERATOR)
        return server.dcom.unmarshal(objref)

    def arguments(self, method: Method) -> dict[str, Any]:
        """What the method is called with; pointers that may be null are."""
        usual = self._usual()
        return {
            one.name: usual.get(f"{method.name}.{one.name}", usual.get(one.name, 1))
            for one in method.parameters or ()
            if one.is_in and one.name not in method.request_counts and one.type.head != "unique"
        }

    def _usual(self) -> dict[str, Any]:
        """Arguments by their names, or by those of their method too. Other numbers are 1."""
        written = VariantColumn.of([Variant(VarType.R8, 1.5)])
        return {
            **self._categories(),
            **self.given,
            **{name: [self.here.item] for name in ANALOG_ONLY},
            "AddGroup.name": "One more",
            "AddGroup.riid": IID_IUNKNOWN,
            "Browse.continuation_point": None,
            "Browse.item_id": BRANCH,
            "ChangeBrowsePosition.string": "Simulation Items",
            "ChangeBrowsePosition.browse_direction": OPCBROWSEDIRECTION.OPC_BROWSE_DOWN,
            "CloneGroup.name": "A clone",
            "CloneGroup.riid": IID_IUNKNOWN,
            "CreateEnumerator.riid": IEnumOPCItemAttributes.iid,
            "CreateGroupEnumerator.riid": IEnumString.iid,
            "FindConnectionPoint.riid": IOPCShutdown.iid,
            "GetGroupByName.name": "Line",
            "GetGroupByName.riid": IID_IUNKNOWN,
            "RefreshMaxAge.max_age": 0,
            "SetItemBufferEnable.enable": [True],
            "Skip.celt": 0,
            "Skip.connections": 0,
            "access_rights_filter": 0,
            "client": [4],
            "client_items": [4],
            "clienthandles": [4],
            "clsid": OPC_DA.clsid,
            "data_type_filter": 0,
            "element_name_filter": "",
            "error": Hresult.E_FAIL,
            "errors": [0],
            "filter_criteria": "",
            "item_array": [definition(ITEM, 3)],
            "item_data_id": ITEM,
            "item_id": ITEM,
            "item_ids": [ITEM],
            "item_values": written,
            "item_vqt": [VQT],
            "keep_alive_time": 5_000,
            "lcid": 0x0409,
            "locale": 0x0409,
            "max_age": [0],
            "name": "Another name",
            "percent_deadband": [10.0],
            "prog_id": OPC_DA.prog_id,
            "property_ids": [1],
            "qualities": [192],
            "reason": "The end",
            "requested_datatypes": [int(VarType.R8)],
            "requested_update_rate": 1_000,
            "requested_sampling_rate": [1_000],
            "server": [self.item],
            "time_stamps": [0],
            "unk_sink": self.here.client.callbacks.marshal(Sink(), IID_IUNKNOWN),
            "values": written,
            "vendor_filter": "",
        }

    async def call(self, invoker: RemoteInterface, method: Method) -> int:
        """Call the method; its HRESULT. Numbers that it gives are arguments of later ones."""
        got = await invoker.invoke(method, self.arguments(method))
        self.given.update({name: got[name] for name in KEPT & got.keys()})
        return int(got[HRESULT])


def play(name: str, main: Callable[[Caller, RemoteInterface], Awaitable[None]]) -> None:
    """Run ``main`` with an object that has the interface."""

    async def act() -> None:
        async with site() as here:
            caller = Caller(here)
            await caller.ready()
            remote = await caller.object_with(name)
            await main(caller, await remote.query_interface(KNOWN[name].iid))

    run(act(), network=net())


@pytest.mark.parametrize("name", OFFERED)
def test_every_method_answers(name: str) -> None:
    """Those that end what others work on are called last."""

    async def main(caller: Caller, invoker: RemoteInterface) -> None:
        answers = {}
        for method in sorted(KNOWN[name].methods, key=lambda one: one.name in LAST):
            answers[method.name] = await caller.call(invoker, method)
        assert sorted(method.opnum for method in KNOWN[name].methods) == list(range(3, 3 + len(answers)))
        expected = {one: OTHER_ANSWERS.get(f"{name}.{one}", Hresult.S_OK) for one in answers}
        assert answers == expected

    play(name, main)


@pytest.mark.parametrize("name", OFFERED)
def test_the_opnum_after_the_last_is_out_of_range(name: str) -> None:
    """So are those of IUnknown, which are called through IRemUnknown; the object lives on."""

    async def main(caller: Caller, invoker: RemoteInterface) -> None:
        remote, last = invoker.object, max(KNOWN[name].by_opnum)
        held = remote.held.interfaces[invoker.iid]
        for opnum in (0, 1, 2, last + 1, last + 2, 0xFFFF):
            with pytest.raises(Fault) as caught:
                await remote.importer.call(remote, held, opnum, lambda writer: writer.u32(0))
            assert caught.value.code == RpcStatus.OP_RNG_ERROR
        assert await remote.importer.query(remote, (invoker.iid,)) == [Hresult.S_OK]

    play(name, main)


@pytest.mark.parametrize("name", NOT_OFFERED)
def test_an_interface_that_is_not_offered_is_refused(name: str) -> None:
    """Public groups and the notifications of Data Access 1.0 are deprecated: clients ask, and go without."""

    async def main(caller: Caller, invoker: RemoteInterface) -> None:
        for remote in (caller.here.remote, caller.here.group):
            assert await remote.query_interfaces([KNOWN[name].iid]) == {
                KNOWN[name].iid: Hresult.E_NOINTERFACE
            }

    play("IOPCServer", main)


def test_every_interface_is_judged() -> None:
    """One that the tables gain later has to be called, or named as not offered."""
    judged = {*OFFERED, *NOT_OFFERED}
    assert {*DA, *COMMON} <= judged
    assert not set(OFFERED) & set(NOT_OFFERED)
