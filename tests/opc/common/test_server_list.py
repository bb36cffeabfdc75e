"""OPCEnum: the newer and the older one, and ones that misbehave."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from opcross.codes import Hresult
from opcross.dcom.call_context import CallContext, current_call
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import ComClass, ComObject, InterfaceHandler
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.interfaces_generated import IEnumGUID, IEnumGUIDNextResult
from opcross.dcom.scm import Scm
from opcross.dcom.table_handler import TableHandler
from opcross.errors import HResultError, PeerViolation, TimedOut
from opcross.levels import AuthService
from opcross.opc.common.interfaces_generated import (
    IOPCEnumGUID,
    IOPCServerList,
    IOPCServerList2,
    IOPCServerList2GetClassDetailsResult,
    IOPCServerListCLSIDFromProgIDResult,
    IOPCServerListEnumClassesOfCategoriesResult,
    IOPCServerListGetClassDetailsResult,
)
from opcross.opc.common.server_list import CATID_DA_2, CATID_DA_3, CLSID_OPC_ENUM, ServerList
from opcross_simulators.network import Network, run
from tests.dcom.direct import DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.plant import CLIENT, SERVER

ONE, OTHER, LOST = UUID(int=1), UUID(int=2), UUID(int=3)
CLASSES = {CATID_DA_2: [ONE, OTHER, LOST], CATID_DA_3: [OTHER]}
NAMES = {ONE: "Vendor.One.1", OTHER: "Vendor.Other.2"}


class Guids:
    """IEnumGUID or IOPCEnumGUID; ``gives`` says what Next gives."""

    def __init__(self, iid: UUID, gives: Callable[[int], IEnumGUIDNextResult]) -> None:
        self.iid = iid
        self.gives = gives

    def query(self, iid: UUID) -> InterfaceHandler | None:
        interface = {IEnumGUID.iid: IEnumGUID, IOPCEnumGUID.iid: IOPCEnumGUID}.get(iid)
        return TableHandler(interface, self) if interface is not None and iid == self.iid else None

    def released(self) -> None: ...

    async def next(self, *, celt: int) -> IEnumGUIDNextResult:
        return self.gives(celt)


class FakeOpcEnum:
    """OPCEnum, new or old; ``answer`` replaces the enumerator."""

    def __init__(self, *, newer: bool) -> None:
        self.newer = newer
        self.gives: Callable[[int], IEnumGUIDNextResult] | None = None
        self.answer: IOPCServerListEnumClassesOfCategoriesResult | None = None
        self.delay = 0.0
        self.gone = 0

    def query(self, iid: UUID) -> InterfaceHandler | None:
        if iid == IOPCServerList.iid:
            return TableHandler(IOPCServerList, self)
        return (
            TableHandler(IOPCServerList2, _Newer(self)) if self.newer and iid == IOPCServerList2.iid else None
        )

    def released(self) -> None:
        self.gone += 1

    async def enum_classes_of_categories(
        self, *, implemented_categories: tuple[UUID, ...], required_categories: tuple[UUID, ...]
    ) -> IOPCServerListEnumClassesOfCategoriesResult:
        await asyncio.sleep(self.delay)
        if self.answer is not None:
            return self.answer
        found = [clsid for category in implemented_categories for clsid in CLASSES.get(category, [])]

        def gives(count: int) -> IEnumGUIDNextResult:
            taken, found[:] = tuple(found[:count]), found[count:]
            return IEnumGUIDNextResult(elements=taken, hresult=int(len(taken) < count))

        iid = IOPCEnumGUID.iid if self.newer else IEnumGUID.iid
        objref = current_call().marshal(Guids(iid, self.gives or gives), iid)
        return IOPCServerListEnumClassesOfCategoriesResult(enum_clsid=objref)

    async def get_class_details(self, *, clsid: UUID) -> IOPCServerListGetClassDetailsResult:
        if clsid not in NAMES:
            raise HResultError(Hresult.REGDB_E_CLASSNOTREG)
        return IOPCServerListGetClassDetailsResult(prog_id=NAMES[clsid], user_type=None)

    async def clsid_from_prog_id(self, *, prog_id: str) -> IOPCServerListCLSIDFromProgIDResult:
        for clsid, name in NAMES.items():
            if name == prog_id:
                return IOPCServerListCLSIDFromProgIDResult(clsid=clsid)
        raise HResultError(Hresult.CO_E_CLASSSTRING)


class _Newer:
    """IOPCServerList2."""

    def __init__(self, enum: FakeOpcEnum) -> None:
        self.enum = enum
        self.enum_classes_of_categories = enum.enum_classes_of_categories
        self.clsid_from_prog_id = enum.clsid_from_prog_id

    async def get_class_details(self, *, clsid: UUID) -> IOPCServerList2GetClassDetailsResult:
        one = await self.enum.get_class_details(clsid=clsid)
        return IOPCServerList2GetClassDetailsResult(
            prog_id=one.prog_id, user_type="words", ver_ind_prog_id=(one.prog_id or "")[:-2]
        )


def play(enum: FakeOpcEnum, work: Callable[[ServerList], Any], **options: Any) -> None:
    """Open the list on a host with this OPCEnum, on a virtual clock."""

    async def main() -> None:
        net = DirectNet()
        clock = asyncio.get_running_loop().time
        exporter = ObjectExporter(entropy=seeded("server"), now=clock)
        scm = Scm(entropy=seeded("scm"), now=clock)
        scm.add_exporter(exporter)

        async def create(context: CallContext) -> ComObject:
            return enum

        scm.activator.register(ComClass(CLSID_OPC_ENUM, "OPC.ServerList.1", create), exporter)
        servers = [net.server(scm), net.server(exporter)]
        await servers[0].open(SERVER, 135)
        endpoint = await servers[1].open(SERVER, 0)
        exporter.bindings = DualStringArray.of([SERVER], [AuthService.NTLM], port=endpoint.port)
        exporter.resolver_bindings = DualStringArray.of([SERVER], [AuthService.NTLM])
        dcom = DcomClient(net.connector(CLIENT), SERVER, entropy=seeded("client"))
        try:
            listed = await ServerList.open(dcom, **options)
            await work(listed)
            await listed.close()
            assert enum.gone == (1 if enum.newer else 2), "the older one is asked for the newer list first"
            assert len(exporter.table) == 0, "enumerators are released, too"
        finally:
            await dcom.close()

    run(main(), network=Network(2))


@pytest.mark.parametrize("newer", [True, False])
def test_servers_are_listed_with_what_they_implement(newer: bool) -> None:
    async def work(listed: ServerList) -> None:
        found = {one.clsid: one for one in await listed.servers((CATID_DA_2, CATID_DA_3))}
        assert list(found) == [ONE, OTHER, LOST]
        assert found[OTHER].categories == {CATID_DA_2, CATID_DA_3}
        assert found[ONE].categories == {CATID_DA_2}
        assert found[ONE].prog_id == "Vendor.One.1"
        assert found[ONE].version_independent == ("Vendor.One" if newer else "")
        assert found[LOST].prog_id == "", "listed, but not registered any more"
        assert await listed.classes((CATID_DA_3, CATID_DA_2)) == (OTHER, ONE, LOST)

    play(FakeOpcEnum(newer=newer), work)


@pytest.mark.parametrize("newer", [True, False])
def test_a_prog_id_leads_to_its_class(newer: bool) -> None:
    async def work(listed: ServerList) -> None:
        assert await listed.clsid("Vendor.Other.2") == OTHER
        with pytest.raises(HResultError, match="CO_E_CLASSSTRING"):
            await listed.clsid("Nobody.1")
        with pytest.raises(HResultError, match="CLASSNOTREG"):
            await listed.details(LOST)

    play(FakeOpcEnum(newer=newer), work)


def test_an_enumerator_that_does_not_end_is_stopped() -> None:
    enum = FakeOpcEnum(newer=True)
    enum.gives = lambda count: IEnumGUIDNextResult(elements=(ONE,) * count, hresult=0)

    async def work(listed: ServerList) -> None:
        with pytest.raises(PeerViolation, match="does not end"):
            await listed.classes((CATID_DA_2,))

    play(enum, work)


def test_nothing_is_no_error_when_it_is_said_so() -> None:
    enum = FakeOpcEnum(newer=False)
    enum.answer = IOPCServerListEnumClassesOfCategoriesResult(enum_clsid=None, hresult=1)

    async def work(listed: ServerList) -> None:
        assert await listed.classes((CATID_DA_2,)) == ()
        enum.answer = IOPCServerListEnumClassesOfCategoriesResult(enum_clsid=None)
        with pytest.raises(PeerViolation, match="null"):
            await listed.classes((CATID_DA_2,))

    play(enum, work)


def test_an_opcenum_that_hangs_is_given_up() -> None:
    enum = FakeOpcEnum(newer=True)
    enum.delay = 1000.0

    async def work(listed: ServerList) -> None:
        with pytest.raises(TimedOut):
            await listed.classes((CATID_DA_2,))

    play(enum, work, timeout=5.0)
