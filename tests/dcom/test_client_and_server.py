"""Our client against our server, over a net without wires."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.activation.face import IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR
from opcross.dcom.activation.properties import InstanceInfo, InstantiationInfo, pack_properties
from opcross.dcom.activation.request import ActivationMethod, ActivationRequest
from opcross.dcom.call_context import CallContext
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import IID_IUNKNOWN, ComClass
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.gate import ACCESS_DENIED_FAULT, ACCESS_DENIED_HRESULT, OpenGate, Refusal
from opcross.dcom.importer import ImporterOptions
from opcross.dcom.interfaces_generated import (
    IClassFactory,
    IClassFactoryProxy,
    IConnectionPoint,
    IDispatch,
    IEnumString,
    IEnumStringProxy,
    IRemoteSCMActivator,
    IRemUnknown,
    IRemUnknown2,
)
from opcross.dcom.objref import StandardObjRef, StdObjRef, pack_objref, unpack_objref
from opcross.dcom.orpc import OrpcThat, OrpcThis
from opcross.dcom.rem_unknown import RemUnknownClient
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.dcom.wire_forms import OrpcThisForm, VersionForm
from opcross.errors import Fault, HResultError, TransportLost
from opcross.levels import AuthLevel
from opcross.ndr import Reader, Writer, pack
from opcross.rpc.call import Call, Caller, ChannelSecurity, SyntaxId
from tests.dcom.direct import DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.plant import CLIENT, CLSID, OPERATOR, SERVER, Plant

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.dcom.remote_object import RemoteObject

METHODS = pytest.mark.parametrize(
    "method",
    [ActivationMethod.REMOTE_ACTIVATION, ActivationMethod.REMOTE_CREATE_INSTANCE],
    ids=lambda method: method.value,
)


def new_client(
    net: DirectNet,
    *,
    level: AuthLevel = AuthLevel.INTEGRITY,
    user: str = OPERATOR,
    address: str = CLIENT,
    version: ComVersion | None = None,
) -> DcomClient:
    options = ImporterOptions(security=ChannelSecurity(level, credentials=user))
    if version is not None:
        options = replace(options, version=version)
    return DcomClient(net.connector(address), SERVER, entropy=seeded(address + user), options=options)


async def new_plant(**options: object) -> Plant[DirectNet]:
    plant = Plant(DirectNet(), **options)  # type: ignore[arg-type]  # each test gives what it needs
    await plant.open()
    return plant


@METHODS
async def test_activation_call_and_release(method: ActivationMethod) -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    remote = await client.activate(CLSID, [IEnumString.iid], method=method)
    words = IEnumStringProxy(remote.interface(IEnumString.iid))
    assert (await words.remote_next(celt=2)).elements == ("pump", "valve")
    rest = await words.remote_next(celt=2)
    assert (rest.elements, rest.hresult) == (("tank",), Hresult.S_FALSE)
    caller = plant.net.calls[-1].caller
    assert plant.exporter.client_holds_objects(caller)
    await remote.release()
    assert plant.made[0].gone == 1
    assert len(plant.exporter.table) == 0
    assert not plant.exporter.client_holds_objects(caller)
    await client.close()


@METHODS
async def test_interfaces_that_are_missing_do_not_spoil_the_others(method: ActivationMethod) -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    remote = await client.activate(CLSID, [IID_IUNKNOWN, IDispatch.iid], method=method)
    assert remote.iids == {IID_IUNKNOWN}
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        await client.activate(CLSID, [IDispatch.iid], method=method)
    assert plant.made[1].gone == 1
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        await client.activate(CLSID, [IDispatch.iid, IID_IUNKNOWN], method=method)
    assert plant.made[2].gone == 1
    await client.close()
    assert plant.made[0].gone == 1


@METHODS
async def test_an_unknown_class_is_not_registered(method: ActivationMethod) -> None:
    plant = await new_plant()
    with pytest.raises(HResultError) as refusal:
        await new_client(plant.net).activate(UUID(int=1), method=method)
    assert refusal.value.code == Hresult.REGDB_E_CLASSNOTREG


@pytest.mark.parametrize(
    "method", [ActivationMethod.REMOTE_ACTIVATION, ActivationMethod.REMOTE_GET_CLASS_OBJECT]
)
async def test_the_class_object_makes_instances(method: ActivationMethod) -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    factory = await client.get_class_object(CLSID, method=method)
    assert plant.made == []
    proxy = IClassFactoryProxy(factory.interface(IClassFactory.iid))
    await proxy.remote_lock_server(lock=1)
    made = client.unmarshal((await proxy.remote_create_instance(riid=IEnumString.iid)).ppv_object)
    assert len(plant.made) == 1
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        await proxy.remote_create_instance(riid=IDispatch.iid)
    assert plant.made[1].gone == 1
    await made.release()
    assert plant.made[0].gone == 1
    await client.close()


async def test_query_interface_finds_adds_and_refuses() -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    remote = await client.activate(CLSID)
    assert await remote.query_interfaces([IEnumString.iid, IDispatch.iid]) == {
        IEnumString.iid: Hresult.S_OK,
        IDispatch.iid: Hresult.E_NOINTERFACE,
    }
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        await remote.query_interface(IDispatch.iid)
    with pytest.raises(HResultError, match="query for it first"):
        remote.interface(IConnectionPoint.iid)
    before = len(plant.net.calls)
    await remote.query_interface(IEnumString.iid)
    assert len(plant.net.calls) == before, "an interface that is held is not asked for again"
    await client.close()
    assert len(plant.exporter.table) == 0


async def test_the_same_object_twice_is_released_by_its_last_user() -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    factory = await client.get_class_object(CLSID)
    again = await client.get_class_object(CLSID)
    assert factory is again
    await client.close()
    assert len(plant.exporter.table) == 0


# -- what the server refuses ---------------------------------------------------------------------------


def raw_call(
    plant: Plant[DirectNet],
    ipid: UUID | None,
    iid: UUID,
    *,
    opnum: int = 5,
    user: str = OPERATOR,
    address: str = CLIENT,
    level: AuthLevel = AuthLevel.INTEGRITY,
    version: tuple[int, int] = (5, 7),
    parameters: bytes = b"",
    stub: bytes | None = None,
) -> Call:
    """A request as a peer of any kind could send it."""
    this = pack(OrpcThis(cid=UUID(int=1), version=ComVersion(major=version[0], minor=version[1])))
    caller = plant.net.connector(address)._caller(ChannelSecurity(level, credentials=user))
    return Call(
        SyntaxId(iid), opnum, this + parameters if stub is None else stub, replace(caller, level=level), ipid
    )


async def fault_of(plant: Plant[DirectNet], call: Call) -> Fault:
    with pytest.raises(Fault) as fault:
        await plant.exporter.call(call)
    return fault.value


async def held(plant: Plant[DirectNet], user: str = OPERATOR) -> tuple[RemoteObject, UUID]:
    remote = await new_client(plant.net, user=user).activate(CLSID, [IEnumString.iid])
    return remote, remote.interface(IEnumString.iid).ipid


async def test_calls_on_nothing_and_on_the_wrong_interface_are_refused() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    for call, code in [
        (raw_call(plant, UUID(int=7), IEnumString.iid), Hresult.RPC_E_DISCONNECTED),
        (raw_call(plant, None, IEnumString.iid), Hresult.RPC_E_DISCONNECTED),
        (raw_call(plant, ipid, IConnectionPoint.iid), Hresult.RPC_E_INVALID_IPID),
        (raw_call(plant, ipid, IRemUnknown.iid), Hresult.RPC_E_INVALID_IPID),
        (raw_call(plant, plant.exporter.ipid_rem_unknown, IEnumString.iid), Hresult.RPC_E_INVALID_IPID),
        (raw_call(plant, ipid, IEnumString.iid, stub=b"short"), RpcStatus.BAD_STUB_DATA),
        (raw_call(plant, ipid, IEnumString.iid, opnum=3), RpcStatus.BAD_STUB_DATA),
    ]:
        assert (await fault_of(plant, call)).code == code
    for opnum in (0, 2, 99):
        fault = await fault_of(plant, raw_call(plant, ipid, IEnumString.iid, opnum=opnum))
        assert (fault.code, fault.did_not_execute) == (RpcStatus.OP_RNG_ERROR, True)
    await plant.exporter.call(raw_call(plant, ipid, IEnumString.iid))


async def test_iunknown_has_no_methods_on_the_wire() -> None:
    plant = await new_plant()
    remote = await new_client(plant.net).activate(CLSID)
    call = raw_call(plant, remote.interface(IID_IUNKNOWN).ipid, IID_IUNKNOWN, opnum=0)
    assert (await fault_of(plant, call)).code == RpcStatus.OP_RNG_ERROR


async def test_an_ipid_of_another_client_is_refused() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    stolen = raw_call(plant, ipid, IEnumString.iid, user="PLANT\\guest")
    assert (await fault_of(plant, stolen)).code == RpcStatus.ACCESS_DENIED
    moved = raw_call(plant, ipid, IEnumString.iid, address="127.0.0.9")
    await plant.exporter.call(moved)


@pytest.mark.parametrize("level", [AuthLevel.NONE, AuthLevel.CONNECT, AuthLevel.PKT])
async def test_calls_below_the_level_of_the_exporter_are_refused(level: AuthLevel) -> None:
    """[MS-DCOM] 3.1.1.5.4, note 40: two spellings of the same refusal."""
    plant = await new_plant(level=AuthLevel.INTEGRITY)
    _, ipid = await held(plant)
    assert (await fault_of(plant, raw_call(plant, ipid, IEnumString.iid, level=level))).code == 5
    for iid in (IRemUnknown.iid, IRemUnknown2.iid):
        call = raw_call(plant, plant.exporter.ipid_rem_unknown, iid, level=level)
        assert (await fault_of(plant, call)).code == Hresult.E_ACCESSDENIED


async def test_call_counts_as_packet() -> None:
    plant = await new_plant(level=AuthLevel.PKT)
    _, ipid = await held(plant)
    await plant.exporter.call(raw_call(plant, ipid, IEnumString.iid, level=AuthLevel.CALL))


async def test_the_client_calls_at_the_hint_of_the_exporter() -> None:
    plant = await new_plant(level=AuthLevel.PRIVACY)
    remote, _ = await held(plant)
    await IEnumStringProxy(remote.interface(IEnumString.iid)).reset()
    assert plant.net.calls[-1].caller.level == AuthLevel.PRIVACY


async def test_a_newer_client_is_refused_and_an_older_one_served() -> None:
    plant = await new_plant(version=ComVersion(major=5, minor=6))
    _, ipid = await held_by_old_client(plant)
    for version, served in (((5, 7), False), ((6, 0), False), ((5, 6), True), ((5, 1), True)):
        call = raw_call(plant, ipid, IEnumString.iid, version=version)
        if served:
            await plant.exporter.call(call)
        else:
            assert (await fault_of(plant, call)).code == Hresult.RPC_E_VERSION_MISMATCH


async def held_by_old_client(plant: Plant[DirectNet]) -> tuple[RemoteObject, UUID]:
    client = new_client(plant.net, version=ComVersion(major=5, minor=2))
    remote = await client.activate(CLSID, [IEnumString.iid])
    return remote, remote.interface(IEnumString.iid).ipid


@METHODS
async def test_versions_are_negotiated_by_server_alive2(method: ActivationMethod) -> None:
    plant = await new_plant(version=ComVersion(major=5, minor=6))
    client = new_client(plant.net)
    with pytest.raises(HResultError, match="RPC_E_VERSION_MISMATCH"):
        await client.activate(CLSID, method=method)
    version, bindings = await client.server_alive2()
    assert version == ComVersion(major=5, minor=6)
    assert [binding.network_address for binding in bindings.strings] == ["PLANT-PC", SERVER]
    remote = await client.activate(CLSID, [IEnumString.iid], method=method)
    await IEnumStringProxy(remote.interface(IEnumString.iid)).remote_next(celt=1)
    assert plant.made[0].contexts[0].version == ComVersion(major=5, minor=6)
    await client.close()


async def test_failures_of_methods() -> None:
    plant = await new_plant()
    remote, _ = await held(plant)
    words = IEnumStringProxy(remote.interface(IEnumString.iid))
    with pytest.raises(HResultError, match="E_NOTIMPL"):
        await words.skip(celt=1)
    with pytest.raises(Fault, match="RPC_E_SERVERFAULT"):
        await words.clone()
    assert [str(error) for error in plant.errors] == ["a bug in the server"]
    await words.reset()


# -- gates ---------------------------------------------------------------------------------------------


class Refusing(OpenGate):
    """Refuses where it is told to, and notes what it was asked."""

    def __init__(self, refusal: Refusal, *, at: str) -> None:
        self.refusal = refusal
        self.at = at
        self.asked: list[str] = []
        self.requests: list[ActivationRequest] = []

    def _judge(self, where: str, caller: Caller) -> Refusal | None:
        self.asked.append(where)
        return self.refusal if where == self.at and caller.level < AuthLevel.INTEGRITY else None

    def before_lookup(self, caller: Caller, request: ActivationRequest) -> Refusal | None:
        self.requests.append(request)
        return self._judge("lookup", caller)

    def before_launch(
        self, caller: Caller, com_class: ComClass, request: ActivationRequest
    ) -> Refusal | None:
        return self._judge("launch", caller)

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        return self._judge(method, caller)


@METHODS
@pytest.mark.parametrize("at", ["lookup", "launch"])
@pytest.mark.parametrize(
    ("refusal", "error"), [(ACCESS_DENIED_FAULT, Fault), (ACCESS_DENIED_HRESULT, HResultError)]
)
async def test_a_refused_activation_makes_nothing(
    method: ActivationMethod, at: str, refusal: Refusal, error: type[Fault | HResultError]
) -> None:
    gate = Refusing(refusal, at=at)
    plant = await new_plant(gate=gate)
    client = new_client(plant.net, level=AuthLevel.CONNECT)
    with pytest.raises(error) as refused:
        await client.activate(CLSID, method=method)
    assert refused.value.code == refusal.code
    assert isinstance(refused.value, Fault | HResultError)
    assert refused.value.access_denied
    assert plant.made == []
    assert len(plant.exporter.table) == 0
    assert gate.asked == (["lookup"] if at == "lookup" else ["lookup", "launch"])
    remote = await client.activate(CLSID, method=method, level=AuthLevel.INTEGRITY)
    await remote.release()


@METHODS
async def test_the_gate_sees_what_is_asked_before_the_class_is_looked_up(method: ActivationMethod) -> None:
    gate = Refusing(ACCESS_DENIED_FAULT, at="lookup")
    plant = await new_plant(gate=gate)
    client = new_client(plant.net, level=AuthLevel.CONNECT)
    with pytest.raises(Fault):
        await client.activate(UUID(int=1), [IEnumString.iid], method=method)
    (request,) = gate.requests
    assert (request.method, request.clsid, request.iids) == (method, UUID(int=1), (IEnumString.iid,))
    assert request.protocol_sequences == (7,)
    assert request.machine == (None if method is ActivationMethod.REMOTE_ACTIVATION else SERVER)


async def test_a_refused_client_may_try_again_without_security() -> None:
    gate = Refusing(ACCESS_DENIED_FAULT, at="lookup")
    plant = await new_plant(gate=gate)
    client = new_client(plant.net, level=AuthLevel.CONNECT)
    with pytest.raises(Fault):
        await client.activate(CLSID, fall_back=True)
    calls = [carried for carried in plant.net.calls if carried.interface == IID_IREMOTESCMACTIVATOR]
    assert [carried.caller.level for carried in calls] == [AuthLevel.CONNECT, AuthLevel.NONE]


async def test_server_alive_is_never_judged_and_pings_are() -> None:
    gate = Refusing(ACCESS_DENIED_HRESULT, at="ComplexPing")
    plant = await new_plant(gate=gate)
    client = new_client(plant.net)
    await client.server_alive()
    await client.server_alive2()
    assert gate.asked == []
    await client.activate(CLSID)
    await client.importer.ping()
    assert gate.asked == ["lookup", "launch", "ComplexPing"]
    assert len(plant.scm.books.ping_sets) == 0


async def test_a_class_that_fails_does_not_take_the_host_with_it() -> None:
    plant = await new_plant()

    async def broken(context: object) -> object:
        raise RuntimeError("no such file")

    async def refusing(context: object) -> object:
        raise HResultError(Hresult.CO_E_RUNAS_LOGON_FAILURE)

    activator = plant.scm.activator
    activator.register(ComClass(UUID(int=1), "Broken", broken), plant.exporter)  # type: ignore[arg-type]
    activator.register(ComClass(UUID(int=2), "Refusing", refusing), plant.exporter)  # type: ignore[arg-type]
    client = new_client(plant.net)
    for clsid, code in (
        (UUID(int=1), Hresult.CO_E_SERVER_EXEC_FAILURE),
        (UUID(int=2), Hresult.CO_E_RUNAS_LOGON_FAILURE),
    ):
        with pytest.raises(HResultError) as refusal:
            await client.activate(clsid)
        assert refusal.value.code == code
    await (await client.activate(CLSID)).release()


# -- reference counting from afar ------------------------------------------------------------------------


def rem_unknown(plant: Plant[DirectNet], user: str = OPERATOR) -> RemUnknownClient:
    """IRemUnknown over the bare exporter, with octets behind the parameters as some clients leave."""

    async def send(iid: UUID, opnum: int, write: Callable[[Writer], None]) -> Reader:
        stub = Writer()
        OrpcThis(cid=UUID(int=1)).write(stub)
        write(stub)
        call = raw_call(
            plant,
            plant.exporter.ipid_rem_unknown,
            iid,
            opnum=opnum,
            user=user,
            stub=stub.getvalue() + bytes(16),
        )
        reader = Reader(await plant.exporter.call(call))
        OrpcThat.read(reader)
        return reader

    return RemUnknownClient(send)


async def test_over_release_is_tolerated_and_foreign_references_stay() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    _, foreign = await held(plant, "PLANT\\guest")
    client = rem_unknown(plant)
    await client.release([(ipid, 5), (ipid, 5), (UUID(int=7), 1)])
    await client.release([(ipid, 5)])
    assert plant.exporter.table.interface(ipid) is None
    await client.release([(foreign, 5)])
    assert plant.exporter.table.interface(foreign) is not None
    assert [made.gone for made in plant.made] == [1, 0]


async def test_add_ref_and_query_judge_each_reference() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    _, foreign = await held(plant, "PLANT\\guest")
    client = rem_unknown(plant)
    assert await client.add_ref([(ipid, 3), (foreign, 1), (UUID(int=7), 1)]) == [
        Hresult.S_OK,
        Hresult.E_ACCESSDENIED,
        Hresult.RPC_E_INVALID_OBJECT,
    ]
    interface = plant.exporter.table.interface(ipid)
    assert interface is not None
    assert interface.public_refs == 8
    for wrong, code in ((foreign, Hresult.E_ACCESSDENIED), (UUID(int=7), Hresult.RPC_E_INVALID_OBJECT)):
        with pytest.raises(HResultError) as refusal:
            await client.query_interface(wrong, 5, [IEnumString.iid])
        assert refusal.value.code == code
    with pytest.raises(HResultError, match="E_INVALIDARG"):
        await client.query_interface(ipid, 5, [IEnumString.iid] * 257)


async def test_rem_query_interface2_gives_references_and_says_what_is_missing() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    method = IRemUnknown2["RemQueryInterface2"]
    request = {"ripid": ipid, "iids": (IConnectionPoint.iid, IDispatch.iid)}
    call = raw_call(
        plant,
        plant.exporter.ipid_rem_unknown,
        IRemUnknown2.iid,
        opnum=method.opnum,
        parameters=method.pack_request(request),
    )
    reader = Reader(await plant.exporter.call(call))
    OrpcThat.read(reader)
    answer = method.read_response(reader)
    assert list(answer["phr"]) == [Hresult.S_OK, Hresult.E_NOINTERFACE]
    reference = unpack_objref(answer["mif"][0])
    assert isinstance(reference, StandardObjRef)
    assert reference.std.public_refs == 5
    assert answer["mif"][1] is None
    assert answer["hresult"] == Hresult.S_FALSE


async def test_rem_query_interface2_fails_as_a_whole_when_nothing_is_there() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    method = IRemUnknown2["RemQueryInterface2"]
    call = raw_call(
        plant,
        plant.exporter.ipid_rem_unknown,
        IRemUnknown2.iid,
        opnum=method.opnum,
        parameters=method.pack_request({"ripid": ipid, "iids": (IDispatch.iid,)}),
    )
    reader = Reader(await plant.exporter.call(call))
    OrpcThat.read(reader)
    answer = method.read_response(reader)
    assert list(answer["phr"]) == [Hresult.E_NOINTERFACE]
    assert answer["hresult"] == Hresult.E_NOINTERFACE


# -- life and death ------------------------------------------------------------------------------------------


async def test_pings_keep_an_object_and_their_end_collects_it() -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    await client.activate(CLSID, [IEnumString.iid])
    for _ in range(6):
        plant.clock.seconds += 120
        await client.importer.ping()
        plant.scm.books.collect()
    assert plant.made[0].gone == 0
    plant.clock.seconds += 350
    plant.scm.books.collect()
    assert plant.made[0].gone == 0
    plant.clock.seconds += 10
    plant.scm.books.collect()
    assert plant.made[0].gone == 1
    await client.close(release=False)


async def test_a_client_that_comes_back_too_late_is_disconnected() -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    remote = await client.activate(CLSID, [IEnumString.iid])
    plant.clock.seconds += 360
    plant.scm.books.collect()
    with pytest.raises(Fault) as fault:
        await IEnumStringProxy(remote.interface(IEnumString.iid)).reset()
    assert fault.value.code == Hresult.RPC_E_DISCONNECTED
    await client.close()


async def test_a_connection_that_holds_objects_is_known_by_its_number() -> None:
    plant = await new_plant()
    remote, ipid = await held(plant)
    call = raw_call(plant, ipid, IEnumString.iid)
    assert not plant.exporter.holds_objects(call.caller.connection)
    await plant.exporter.call(call)
    assert plant.exporter.holds_objects(call.caller.connection)
    assert plant.scm.client_holds_objects(call.caller)
    await remote.release()
    assert not plant.exporter.holds_objects(call.caller.connection)


async def test_a_dead_address_is_passed_over() -> None:
    """The exporter names a host that nobody reaches first, as hosts with several adapters do."""
    plant = await new_plant()
    options = ImporterOptions(preferred_hosts=("PLANT-PC",))
    client = DcomClient(plant.net.connector(CLIENT), SERVER, entropy=seeded(), options=options)
    remote = await client.activate(CLSID, [IEnumString.iid])
    await IEnumStringProxy(remote.interface(IEnumString.iid)).reset()
    plant.net.unreachable.add(SERVER)
    with pytest.raises(TransportLost):
        await IEnumStringProxy(remote.interface(IEnumString.iid)).reset()
    await client.close()


async def test_closing_a_client_whose_server_is_gone_is_no_error() -> None:
    plant = await new_plant()
    client = new_client(plant.net)
    await client.activate(CLSID)
    plant.net.unreachable.add(SERVER)
    await client.close()
    assert client.importer.objects == ()


async def test_the_old_interface_answers_with_all_results_when_it_fails() -> None:
    """Some clients read on behind the HRESULT, so null results have to be there."""
    plant = await new_plant()
    with pytest.raises(HResultError):
        await new_client(plant.net).activate(UUID(int=1), method=ActivationMethod.REMOTE_ACTIVATION)
    assert plant.net.opnums(IID_IREMOTEACTIVATION) == [0]


async def test_a_reference_that_comes_home_is_the_object_itself() -> None:
    """[MS-DCOM] 3.1.1.5.3: it is not called over the wire, and its references are taken back."""
    plant = await new_plant()
    _, ipid = await held(plant)
    interface = plant.exporter.table.interface(ipid)
    assert interface is not None
    caller = raw_call(plant, ipid, IEnumString.iid).caller
    objref = plant.exporter.marshal(plant.made[0], IEnumString.iid, caller, refs=3)
    assert interface.public_refs == 8
    context = CallContext(caller, UUID(int=1), COM_5_7, plant.exporter)
    assert context.own_object(objref) is plant.made[0]
    assert interface.public_refs == 5
    assert context.own_object(None) is None
    thief = replace(context, caller=raw_call(plant, ipid, IEnumString.iid, user="PLANT\\guest").caller)
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        thief.own_object(objref)
    other = await new_plant()
    elsewhere = StdObjRef(public_refs=1, oxid=other.exporter.oxid ^ 1, oid=1, ipid=ipid)
    foreign = pack_objref(
        StandardObjRef(iid=IEnumString.iid, std=elsewhere, bindings=plant.exporter.resolver_bindings)
    )
    assert context.own_object(foreign) is None


async def test_the_permission_to_call_is_asked_for_on_every_call() -> None:
    plant = await new_plant()
    _, ipid = await held(plant)
    allowed = {"PLANT\\operator"}
    exporter = ObjectExporter(
        entropy=seeded("another"), now=plant.clock, access=lambda caller: str(caller.identity) in allowed
    )
    words = plant.made[0]
    std = exporter.grant(words, IEnumString.iid, raw_call(plant, ipid, IEnumString.iid).caller)
    call = raw_call(plant, std.ipid, IEnumString.iid)
    await exporter.call(call)
    allowed.clear()
    for refused, code in (
        (call, RpcStatus.ACCESS_DENIED),
        (raw_call(plant, exporter.ipid_rem_unknown, IRemUnknown.iid), Hresult.E_ACCESSDENIED),
    ):
        with pytest.raises(Fault) as fault:
            await exporter.call(refused)
        assert fault.value.code == code


async def test_a_disconnected_object_is_gone_for_all_its_clients() -> None:
    plant = await new_plant()
    remote, _ = await held(plant)
    plant.exporter.disconnect(plant.made[0])
    assert plant.made[0].gone == 1
    with pytest.raises(Fault, match="RPC_E_DISCONNECTED"):
        await IEnumStringProxy(remote.interface(IEnumString.iid)).reset()
    await remote.release()
    assert plant.made[0].gone == 1


async def test_an_activation_from_stored_state_is_not_offered() -> None:
    plant = await new_plant()
    blob = pack_properties(
        [InstantiationInfo(clsid=CLSID, iids=(IID_IUNKNOWN,)), InstanceInfo(file_name="C:\\plant.cfg")]
    )
    method = IRemoteSCMActivator["RemoteCreateInstance"]
    for stored, code in (
        (blob, Hresult.E_NOTIMPL),
        (b"MEOW", Hresult.E_INVALIDARG),
        (None, Hresult.E_INVALIDARG),
    ):
        stub = method.pack_request(
            {"orpcthis": OrpcThisForm(VersionForm(5, 7), UUID(int=1)), "p_act_properties": stored}
        )
        call = replace(raw_call(plant, None, IID_IREMOTESCMACTIVATOR, opnum=4), stub=stub)
        assert method.unpack_response(await plant.scm.call(call))["hresult"] == code
    assert plant.made == []
