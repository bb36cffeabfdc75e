"""A client as j-Interop is one, octet by octet above RPC, and its sink; on the simulated network.

Stubs are put together here, by the tables where the stack does as the specification says and by hand where
it does not. Nothing of our own client is used but its connections.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Final
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import StandardObjRef, StdObjRef, pack_objref, unpack_objref
from opcross.dcom.orpc import OrpcThat
from opcross.dcom.wire_forms import (
    DualStringForm,
    InterfaceRef,
    QueryResult,
    VersionForm,
    dual_string_array,
)
from opcross.errors import Fault
from opcross.hardening import REQUIRE_INTEGRITY, Month, operating_system
from opcross.hardening.appcompat import APPCOMPAT_KEY
from opcross.levels import AuthLevel, AuthService
from opcross.ndr import HRESULT, Interface, Method, Reader
from opcross.ndr._stream import Packer
from opcross.ndr.tables import load
from opcross.net import RpcChannel, RpcConnector, RpcServer
from opcross.rpc.call import Call, ChannelSecurity, Endpoint, SyntaxId
from opcross.rpc.security import Credentials, SecurityContext, initiator
from opcross_simulators.clients import HABITS
from opcross_simulators.clients.sinks import TrustingContext
from opcross_simulators.network import SimulatedLoop
from opcross_simulators.servers import OPC_DA, OPC_ENUM
from opcross_simulators.windows import AccountConfig, HostConfig, WindowsHost
from opcross_simulators.windows.identities import INTERACTIVE_USER
from opcross_simulators.windows.installation import InstalledClass
from tests.simulators.windows.calling_back import PANEL, SERVER, draw

__all__ = [
    "IID_IDISPATCH",
    "IID_IUNKNOWN",
    "JavaClient",
    "JavaSink",
    "bstr",
    "java_bench",
    "variant",
    "variants",
    "write_stub",
]

COM, DA, COMMON = load("com"), load("da"), load("common")
IID_IUNKNOWN: Final = UUID("00000000-0000-0000-c000-000000000046")
IID_IDISPATCH: Final = UUID("00020400-0000-0000-c000-000000000046")
RESOLVER, ACTIVATION = COM["IOXIDResolver"], COM["IRemoteActivation"]
REM_UNKNOWN, REM_UNKNOWN2 = COM["IRemUnknown"], COM["IRemUnknown2"]
SINK = DA["IOPCDataCallback"]
OPERATOR: Final = Credentials("OPERATOR", "plant")

REFERENT: Final = 0x72657355
THIS: Final = struct.pack("<HHII", 5, 2, 0, 0) + UUID(int=0x1A7A).bytes_le + bytes(4)
"""ORPCTHIS of COM version 5.2, with one causality id for everything."""
STRAY: Final = bytes(16)
"""What stands behind the parameters of every COM call."""
RELEASE_COUNT: Final = 5


def interface(name: str) -> Interface:
    """Of whichever specification."""
    for table in (DA, COMMON, COM):
        if name in table:
            return table[name]
    raise KeyError(name)


def variant(vartype: int, body: bytes, *, discriminant: int | None = None) -> bytes:
    """A VARIANT as the stack lays it down: reserved words of 0xCCCC, a size that it does not fill up."""
    tag = vartype if discriminant is None else discriminant
    size = -(-(20 + len(body)) // 8) + 1
    return struct.pack("<IIHHHHI", size, 0, vartype, 0xCCCC, 0xCCCC, 0xCCCC, tag) + body


def bstr(text: str) -> bytes:
    """A BSTR inside a VARIANT: the referent, then its blob."""
    octets = text.encode("utf-16-le")
    units = len(octets) // 2
    return struct.pack("<IIII", REFERENT, units, len(octets), units) + octets


def variants(rows: Sequence[bytes], *, at: int) -> bytes:
    """A conformant array of VARIANTs, which begins at offset ``at`` of the stub."""
    out = struct.pack("<I", len(rows)) + struct.pack("<I", REFERENT) * len(rows)
    for row in rows:
        out += bytes(-(at + len(out)) % 8) + row
    return out


def write_stub(handles: Sequence[int], rows: Sequence[bytes]) -> bytes:
    """The parameters of IOPCSyncIO::Write."""
    count = len(handles)
    stub = struct.pack(f"<II{count}I", count, count, *handles)
    return stub + variants(rows, at=len(stub))


@dataclass(frozen=True)
class Held:
    """An interface pointer: its IPID, its OXID, its OID, and how many references came with it."""

    ipid: UUID
    oxid: int
    oid: int
    refs: int
    iid: UUID

    @classmethod
    def of(cls, objref: bytes | None) -> Held:
        assert objref is not None
        reference = unpack_objref(objref)
        assert isinstance(reference, StandardObjRef)
        std = reference.std
        return cls(std.ipid, std.oxid, std.oid, std.public_refs, reference.iid)


class JavaClient:
    """Two connections to the exporter, one for IRemUnknown2 and one for everything else.

    ``activated`` is the IUnknown that it activated, ``server`` the IOPCServer of a Data Access server.
    """

    def __init__(self, loop: SimulatedLoop) -> None:
        habits = HABITS["j-interop"]
        entropy = draw("java")

        def new_context(security: ChannelSecurity) -> SecurityContext:
            return initiator(security, entropy=entropy, wall_time=loop.wall_time())

        self._connector = RpcConnector(habits.profile, new_context=new_context, local_addr=(PANEL, 0))
        user = Credentials(OPERATOR.user, OPERATOR.password, ntlm=habits.ntlm)
        self._security = ChannelSecurity(AuthLevel.CONNECT, AuthService.NTLM, user)
        self.activated: Held
        self.server: Held
        self.hresult = 0
        self._rem_unknown: UUID
        self._references: RpcChannel
        self._objects: RpcChannel

    async def activate(self, clsid: UUID = OPC_DA.clsid) -> Held:
        """IOXIDResolver first, then RemoteActivation on the same connection, which is closed."""
        channel = await self._connector.open(Endpoint(SERVER, 135), self._security)
        await channel.bind(SyntaxId(RESOLVER.iid))
        stub = THIS + clsid.bytes_le + struct.pack("<IIIIIII", 0, 0, 2, 0, 2, REFERENT, 2)
        stub += IID_IUNKNOWN.bytes_le + IID_IDISPATCH.bytes_le
        stub += struct.pack("<HxxIH", 1, 1, 7) + b"stray more"
        reply = await channel.call(SyntaxId(ACTIVATION.iid), 0, stub)
        await channel.close()
        asked = {"interfaces": 2, "c_requested_protseqs": 1}
        reader = Reader(reply.stub)
        answer = ACTIVATION["RemoteActivation"].read_response(reader, request=asked, strict=True)
        assert answer[HRESULT] == 0
        assert list(answer["results"]) == [0, Hresult.E_NOINTERFACE]
        self._rem_unknown = answer["rem_unknown"]
        bindings = dual_string_array(answer["oxid_bindings"])
        (endpoint,) = [each for each in bindings.endpoints(0) if each.host == SERVER]
        self._references = await self._connector.open(endpoint, self._security)
        self._objects = await self._connector.open(endpoint, self._security)
        self.activated = Held.of(answer["interface_data"][0])
        return self.activated

    async def close(self) -> None:
        """The object connection first; what is released after it goes over the other one."""
        await self._objects.close()

    async def hang_up(self) -> None:
        """The other connection."""
        await self._references.close()

    def count_from(self, call_id: int) -> None:
        """Its counter of calls is one for the whole process, and every bind anywhere sets it back."""
        for channel in (self._objects, self._references):
            for connection in channel._connections:
                connection.core._last_id = call_id - 1 & 0xFFFFFFFF

    # -- calls

    async def send(self, held: Held, iid: UUID, opnum: int, stub: bytes) -> bytes:
        """A call in hand-made octets; the stub of the answer behind ORPCTHAT."""
        reply = await self._objects.call(SyntaxId(iid), opnum, THIS + stub + STRAY, object=held.ipid)
        return behind_that(reply.stub)

    async def replay(self, held: Held, iid: UUID, opnum: int, stub: bytes) -> bytes:
        """A request as it is, ORPCTHIS and all; the whole stub of the answer."""
        reply = await self._objects.call(SyntaxId(iid), opnum, stub, object=held.ipid)
        return reply.stub

    async def call(self, held: Held, name: str, method: str, /, **values: Any) -> dict[str, Any]:
        """A call by the tables, with stray octets behind it; ``hresult`` is kept, whatever it is."""
        face = interface(name)
        called = face[method]
        stub = await self.send(held, face.iid, called.opnum, called.pack_request(values))
        return self.read(called, stub, values)

    def read(self, method: Method, stub: bytes, values: dict[str, Any]) -> dict[str, Any]:
        """The answer, consumed to its last octet: this stack reads every out parameter in every case."""
        answer = method.read_response(Reader(stub), request=values, strict=True)
        self.hresult = answer.pop(HRESULT)
        return answer

    # -- references

    async def references(self, opnum: int, stub: bytes, stray: bytes = STRAY) -> bytes:
        """A call of IRemUnknown2."""
        reply = await self._references.call(
            SyntaxId(REM_UNKNOWN2.iid), opnum, THIS + stub + stray, object=self._rem_unknown
        )
        return behind_that(reply.stub)

    async def query(self, held: Held, name: str | UUID) -> Held | int:
        """RemQueryInterface2 for one interface: what came, or the HRESULT in its row."""
        iid = name if isinstance(name, UUID) else interface(name).iid
        method = REM_UNKNOWN2["RemQueryInterface2"]
        asked = {"ripid": held.ipid, "iids": (iid,)}
        stub = await self.references(method.opnum, method.pack_request(asked), bytes(4))
        answer = method.read_response(Reader(stub), request={**asked, "c_iids": 1}, strict=True)
        if answer["phr"][0]:
            assert answer["mif"] == (None,)
            return int(answer["phr"][0])
        return Held.of(answer["mif"][0])

    async def as_it_does(self, held: Held, name: str) -> Held:
        """A query as this stack makes it: RemAddRef behind it, and a query for IDispatch that has to fail."""
        found = await self.query(held, name)
        assert isinstance(found, Held)
        assert found.refs == RELEASE_COUNT
        await self.add_ref(found)
        assert await self.query(found, IID_IDISPATCH) == Hresult.E_NOINTERFACE
        return found

    async def add_ref(self, held: Held, refs: int = RELEASE_COUNT) -> None:
        method = REM_UNKNOWN["RemAddRef"]
        asked = {"interface_refs": (InterfaceRef(held.ipid, refs, 0),)}
        stub = await self.references(method.opnum, method.pack_request(asked))
        answer = method.read_response(Reader(stub), request={**asked, "c_interface_refs": 1}, strict=True)
        assert (answer[HRESULT], list(answer["results"])) == (0, [0])

    async def release(self, *rows: tuple[Held, int]) -> int:
        """RemRelease of these; the HRESULT."""
        method = REM_UNKNOWN["RemRelease"]
        asked = {"interface_refs": tuple(InterfaceRef(held.ipid, refs, 0) for held, refs in rows)}
        stub = await self.references(method.opnum, method.pack_request(asked))
        return int(method.read_response(Reader(stub), request=asked, strict=True)[HRESULT])

    # -- what every session begins with

    async def group(self, name: str = "G", *, rate: int = 1_000, client: int = 7) -> Held:
        answer = await self.call(
            self.server,
            "IOPCServer",
            "AddGroup",
            name=name,
            active=1,
            requested_update_rate=rate,
            client_group=client,
            time_bias=0,
            percent_deadband=0.0,
            lcid=0x409,
            riid=interface("IOPCGroupStateMgt").iid,
        )
        assert self.hresult in (0, 0x0004000D)
        return Held.of(answer["unk"])


def behind_that(stub: bytes) -> bytes:
    """An answer without its ORPCTHAT, which has no flags and no extensions."""
    reader = Reader(stub)
    that = OrpcThat.read(reader)
    assert (that.flags, that.extensions) == (0, None)
    assert reader.offset == 8
    return stub[8:]


# -- the sink ------------------------------------------------------------------------------------------


@dataclass
class JavaSink:
    """A sink with a resolver on one port and its objects on another, at hint 2, which believes anybody.

    ``binds`` are the interfaces asked for, in order; ``told`` the callbacks, ``stubs`` their octets;
    ``levels`` those of the calls on each port; ``released`` the references given back. ``junk`` stands
    behind every answer of an object.
    """

    loop: SimulatedLoop
    hint: int = 2
    junk: bytes = b"whatever the buffer held"
    binds: list[tuple[str, UUID]] = field(default_factory=list)
    told: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    stubs: list[bytes] = field(default_factory=list)
    levels: set[tuple[str, AuthLevel]] = field(default_factory=set)
    released: int = 0

    OXID, OID = 0xA0, 0xB0
    IPID_REM, IPID_SINK = UUID(int=0xC1), UUID(int=0xC2)

    async def open(self) -> None:
        """Listen on both ports."""

        def trusting(service: AuthService, level: AuthLevel) -> SecurityContext | None:
            if service is not AuthService.NTLM:
                return None
            return TrustingContext(entropy=draw("sink"), wall_time=self.loop.wall_time())

        self.resolver = RpcServer(_ResolverPort(self))
        self.objects = RpcServer(_ObjectPort(self), new_acceptor=trusting, holds_objects=lambda number: True)
        self._resolver_at = await self.resolver.open(PANEL, 0)
        self._objects_at = await self.objects.open(PANEL, 0)

    async def close(self) -> None:
        """Stop."""
        await self.resolver.close()
        await self.objects.close()

    @property
    def objref(self) -> bytes:
        """OBJREF_STANDARD for IUnknown, with five references and the address and the name of the client."""
        std = StdObjRef(public_refs=5, oxid=self.OXID, oid=self.OID, ipid=self.IPID_SINK)
        bindings = DualStringArray.of([PANEL, "PANEL"], port=self._resolver_at.port)
        return pack_objref(StandardObjRef(iid=IID_IUNKNOWN, std=std, bindings=bindings))

    def resolve(self) -> bytes:
        """ResolveOxid2."""
        bindings = DualStringArray.of([PANEL, "PANEL"], port=self._objects_at.port)
        return RESOLVER["ResolveOxid2"].pack_response(
            {
                "oxid_bindings": DualStringForm.of(bindings),
                "rem_unknown": self.IPID_REM,
                "authn_hint": self.hint,
                "com_version": VersionForm(5, 2),
            }
        )


class _ResolverPort:
    """IOXIDResolver and nothing else; ResolveOxid of old is a fault."""

    def __init__(self, sink: JavaSink) -> None:
        self._sink = sink

    def accepts(self, interface: SyntaxId) -> bool:
        self._sink.binds.append(("resolver", interface.uuid))
        return interface.uuid == RESOLVER.iid

    async def call(self, call: Call) -> bytes:
        self._sink.levels.add(("resolver", call.caller.level))
        if call.opnum == RESOLVER["ResolveOxid2"].opnum:
            return self._sink.resolve()
        if call.opnum == RESOLVER["SimplePing"].opnum:
            return bytes(4)
        if call.opnum == RESOLVER["ComplexPing"].opnum:
            return struct.pack("<QHxxI", 0x5E7, 0, 0)
        raise Fault(0x1C010002, "not answered here", did_not_execute=True)


class _ObjectPort:
    """IRemUnknown, the old one alone, and IOPCDataCallback; junk behind every answer."""

    def __init__(self, sink: JavaSink) -> None:
        self._sink = sink

    def accepts(self, interface: SyntaxId) -> bool:
        self._sink.binds.append(("objects", interface.uuid))
        return interface.uuid in (REM_UNKNOWN.iid, SINK.iid)

    async def call(self, call: Call) -> bytes:
        sink = self._sink
        sink.levels.add(("objects", call.caller.level))
        reader = Reader(call.stub, offset=32)
        if call.interface.uuid == SINK.iid:
            assert call.object == sink.IPID_SINK
            method = SINK.by_opnum[call.opnum]
            sink.told.append((method.name, method.read_request(reader, strict=True)))
            sink.stubs.append(call.stub)
            return bytes(8) + bytes(4) + sink.junk
        assert call.object == sink.IPID_REM
        if call.opnum == REM_UNKNOWN["RemQueryInterface"].opnum:
            std = StdObjRef(public_refs=5, oxid=sink.OXID, oid=sink.OID, ipid=sink.IPID_SINK)
            packer = Packer()
            OrpcThat().write(packer)
            REM_UNKNOWN["RemQueryInterface"].write_response(packer, {"qi_results": (QueryResult(0, std),)})
            return packer.getvalue() + sink.junk
        if call.opnum == REM_UNKNOWN["RemRelease"].opnum:
            asked = REM_UNKNOWN["RemRelease"].read_request(reader)
            sink.released += sum(row.public_refs for row in asked["interface_refs"])
        return bytes(8) + bytes(4) + sink.junk


@asynccontextmanager
async def java_bench(
    phase: Month | None = None,
    *,
    gate: bool = True,
    classes: tuple[InstalledClass, ...] = (OPC_DA, OPC_ENUM),
) -> AsyncIterator[tuple[WindowsHost, JavaClient]]:
    """A host and a client of its server, which calls in the name of the account at the console.

    ``gate`` False switches the check of activations off, as the registry can.
    """
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    config = HostConfig(
        name="LINE1",
        address=SERVER,
        os=operating_system("windows-server-2019"),
        phase=phase,
        accounts=(AccountConfig("OPERATOR", "plant"),),
        identity=INTERACTIVE_USER,
        logged_on="OPERATOR",
    )
    host = WindowsHost(config, entropy=draw("LINE1"), wall_time=loop.wall_time, classes=classes)
    if not gate:
        host.registry.set(APPCOMPAT_KEY, REQUIRE_INTEGRITY, 0)
    await host.start()
    client = JavaClient(loop)
    await client.activate()
    client.server = await client.as_it_does(client.activated, "IOPCServer")
    yield host, client
    await client.close()
    await client.hang_up()
    await host.stop()
