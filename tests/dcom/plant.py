"""A small DCOM host for tests: one class with an enumerator of strings and a connection point.

The objects are real ones behind generated handlers: IEnumString counts its calls, IConnectionPoint
takes a sink and calls it back, in the course of a call and outside of one.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.call_context import CallContext, current_call
from opcross.dcom.com_class import ComClass, InterfaceHandler
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointAdviseResult,
    IEnumString,
    IEnumStringCloneResult,
    IEnumStringProxy,
    IEnumStringRemoteNextResult,
)
from opcross.dcom.scm import Scm
from opcross.dcom.table_handler import TableHandler
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import HResultError
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Call, ChannelSecurity, Endpoint
from tests.dcom.entropy import seeded

if TYPE_CHECKING:
    from opcross.dcom.gate import Gate
    from opcross.dcom.listener import Server
    from opcross.dcom.remote_object import RemoteObject
    from opcross.rpc.call import Connector, Dispatcher

CLSID = UUID("6e6f7273-0001-4000-8000-00000000c1a5")
SERVER = "127.0.0.2"
CLIENT = "127.0.0.3"
OPERATOR = "PLANT\\operator"


@dataclass
class Words:
    """An object with IEnumString and IConnectionPoint."""

    words: tuple[str, ...] = ("pump", "valve", "tank")
    position: int = 0
    gone: int = 0
    sinks: list[RemoteObject] = field(default_factory=list)
    contexts: list[CallContext] = field(default_factory=list)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        if iid == IEnumString.iid:
            return TableHandler(IEnumString, self)
        if iid == IConnectionPoint.iid:
            return TableHandler(IConnectionPoint, self)
        return None

    def released(self) -> None:
        self.gone += 1

    async def remote_next(self, *, celt: int) -> IEnumStringRemoteNextResult:
        self.contexts.append(current_call())
        found = self.words[self.position : self.position + celt]
        self.position += len(found)
        hresult = Hresult.S_OK if len(found) == celt else Hresult.S_FALSE
        return IEnumStringRemoteNextResult(elements=found, hresult=hresult)

    async def reset(self) -> int:
        self.position = 0
        return 0

    async def skip(self, *, celt: int) -> int:
        raise HResultError(Hresult.E_NOTIMPL)

    async def clone(self) -> IEnumStringCloneResult:
        raise RuntimeError("a bug in the server")

    async def advise(self, *, unk_sink: bytes | None) -> IConnectionPointAdviseResult:
        """Take the sink and call it before this call returns: it may call back in its turn."""
        sink = current_call().unmarshal(unk_sink)
        self.sinks.append(sink)
        await self.tell()
        return IConnectionPointAdviseResult(cookie=len(self.sinks))

    async def unadvise(self, *, cookie: int) -> int:
        if not 0 < cookie <= len(self.sinks):
            raise HResultError(Hresult.CONNECT_E_NOCONNECTION)
        await self.sinks[cookie - 1].release()
        return 0

    async def tell(self) -> None:
        """Call every sink: IEnumString stands in for a callback interface."""
        for sink in self.sinks:
            await IEnumStringProxy(await sink.query_interface(IEnumString.iid)).reset()


class Net(Protocol):
    """What carries calls: a direct net, or sockets."""

    def connector(self, address: str) -> Connector: ...

    def server(self, dispatcher: Dispatcher) -> Server: ...


UNSECURED = ChannelSecurity()


@dataclass
class Clock:
    """Seconds that move when told."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


N = TypeVar("N", bound="Net")


class Plant(Generic[N]):
    """A host at 127.0.0.2 on a direct net."""

    def __init__(
        self,
        net: N,
        *,
        level: AuthLevel = AuthLevel.NONE,
        gate: Gate | None = None,
        version: ComVersion = COM_5_7,
        security: ChannelSecurity = UNSECURED,
    ) -> None:
        entropy = seeded("server")
        self.net = net
        self.clock = Clock()
        self.made: list[Words] = []
        self.errors: list[Exception] = []
        self.importer = ObjectImporter(
            net.connector(SERVER), entropy=entropy, options=ImporterOptions(security=security)
        )
        self.exporter = ObjectExporter(
            entropy=entropy,
            now=self.clock,
            level=level,
            report=self._report,
            importer=self.importer,
            version=version,
        )
        self.scm = Scm(entropy=entropy, now=self.clock, gate=gate, version=version)
        self.scm.add_exporter(self.exporter)
        self.scm.activator.register(ComClass(CLSID, "Opcross.Words.1", self._create), self.exporter)

    async def open(self, port: int = 135) -> None:
        self.servers = [self.net.server(self.scm), self.net.server(self.exporter)]
        self.resolver = await self.servers[0].open(SERVER, port)
        endpoint = await self.servers[1].open(SERVER, 0)
        self.exporter.bindings = DualStringArray.of(
            ["PLANT-PC", SERVER], [AuthService.NTLM], port=endpoint.port
        )
        self.exporter.resolver_bindings = DualStringArray.of(["PLANT-PC", SERVER], [AuthService.NTLM])
        self.scm.resolver.bindings = self.exporter.resolver_bindings
        self.endpoint: Endpoint = endpoint

    async def close(self) -> None:
        await self.importer.close()
        for server in self.servers:
            await server.close()

    async def _create(self, context: CallContext) -> Words:
        self.made.append(Words())
        return self.made[-1]

    def _report(self, error: Exception, call: Call) -> None:
        self.errors.append(error)
