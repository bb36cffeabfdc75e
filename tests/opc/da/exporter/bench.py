"""A client and an exported service that meet on a net without wires."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import IID_IUNKNOWN, ComClass, InterfaceHandler
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointContainerProxy,
    IConnectionPointProxy,
)
from opcross.dcom.scm import Scm
from opcross.dcom.table_handler import TableHandler
from opcross.levels import AuthLevel, AuthService
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.exporter import CallbackOptions, DaExporter, ExporterOptions
from opcross.opc.da.interfaces_generated import (
    OPCITEMDEF,
    IOPCDataCallback,
    IOPCItemMgtProxy,
    IOPCServer,
    IOPCServerProxy,
)
from opcross.rpc.call import Call, ChannelSecurity
from tests.dcom.direct import DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.plant import Clock
from tests.opc.da.exporter.fake_service import FakeGroup, FakeService, FakeSession

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    import numpy as np

    from opcross.dcom.remote_object import RemoteObject
    from opcross.ndr import VariantColumn
    from opcross.opc.da.service import DaService

CLSID = UUID("6e6f7273-0002-4000-8000-00000000da00")
SERVER = "127.0.0.2"
CLIENT = "127.0.0.3"
OPERATOR = "PLANT\\operator"

P = TypeVar("P")


async def until(condition: Callable[[], object]) -> None:
    """Let other tasks run until something has happened."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (what is awaited has no event to offer)
            await asyncio.sleep(0.001)


async def settled() -> None:
    """Let other tasks run until nothing more can happen by itself."""
    for _ in range(200):
        await asyncio.sleep(0)


@dataclass
class Told:
    """One callback: its method, and what came."""

    method: str
    transaction: int
    group: int
    clients: list[int] = field(default_factory=list)
    values: VariantColumn | None = None
    errors: list[int] = field(default_factory=list)
    quality: int = 0
    error: int = 0


@dataclass(eq=False)
class Sink:
    """A client's object; ``then`` runs in the course of each callback."""

    iid: UUID = IOPCDataCallback.iid
    then: Callable[[Told], Awaitable[object]] | None = None
    answer: int = 0
    told: list[Told] = field(default_factory=list)
    reasons: list[str] = field(default_factory=list)
    gone: int = 0

    def query(self, iid: UUID) -> InterfaceHandler | None:
        if iid != self.iid:
            return None
        return TableHandler(IOPCShutdown if iid == IOPCShutdown.iid else IOPCDataCallback, self)

    def released(self) -> None:
        self.gone += 1

    async def shutdown_request(self, *, reason: str) -> int:
        self.reasons.append(reason)
        return self.answer

    async def _hear(self, told: Told) -> int:
        self.told.append(told)
        if self.then is not None:
            await self.then(told)
        return self.answer

    async def on_data_change(self, **got: Any) -> int:
        return await self._hear(_values("change", got))

    async def on_read_complete(self, **got: Any) -> int:
        return await self._hear(_values("read", got))

    async def on_write_complete(
        self, *, transid: int, group: int, mastererr: int, clienthandles: np.ndarray, errors: np.ndarray
    ) -> int:
        told = Told("write", transid, group, clienthandles.tolist(), None, errors.tolist(), error=mastererr)
        return await self._hear(told)

    async def on_cancel_complete(self, *, transid: int, group: int) -> int:
        return await self._hear(Told("cancel", transid, group))


def _values(method: str, got: dict[str, Any]) -> Told:
    return Told(
        method,
        got["transid"],
        got["group"],
        got["client_items"].tolist(),
        got["values"],
        got["errors"].tolist(),
        got["masterquality"],
        got["mastererror"],
    )


def definition(item_id: str | None, client: int = 0, **other: Any) -> OPCITEMDEF:
    return OPCITEMDEF(item_id=item_id, client=client, **{"active": True, "requested_data_type": 0, **other})


@dataclass
class Group:
    """A group as a client holds it."""

    bench: Bench
    remote: RemoteObject
    server_handle: int

    async def proxy(self, kind: type[P]) -> P:
        return await self.bench.proxy(self.remote, kind)

    async def point(self) -> IConnectionPointProxy:
        return await self.bench.point(self.remote, IOPCDataCallback.iid)

    async def add(self, *item_ids: str) -> list[int]:
        """Add items with the client handles 1, 2, 3 and so on; their server handles."""
        items = await self.proxy(IOPCItemMgtProxy)
        added = await items.add_items(
            item_array=[definition(item_id, row) for row, item_id in enumerate(item_ids, 1)]
        )
        return [row.server for row in added.add_results or ()]

    async def advise(self, sink: Sink) -> int:
        return await self.bench.advise(await self.point(), sink)


class Bench:
    """A service behind an exporter, and one client of it."""

    def __init__(
        self,
        service: DaService | None = None,
        options: ExporterOptions | None = None,
        *,
        importing: bool = True,
    ) -> None:
        self.service = FakeService()
        self.net = DirectNet()
        self.clock = Clock()
        self.reported: list[Exception] = []
        self.crashes: list[Exception] = []
        entropy = seeded("server")
        security = ChannelSecurity(AuthLevel.CONNECT, credentials="PLANT\\opcserver")
        self.importer = ObjectImporter(
            self.net.connector(SERVER), entropy=entropy, options=ImporterOptions(security=security)
        )
        self.exporter = ObjectExporter(
            entropy=entropy,
            now=self.clock,
            report=self._crashed,
            importer=self.importer if importing else None,
        )
        options = options or ExporterOptions(callbacks=CallbackOptions(retry_pause=0.01))
        self.da = DaExporter(service or self.service, options, self.reported.append)
        self.scm = Scm(entropy=entropy, now=self.clock)
        self.scm.add_exporter(self.exporter)
        self.scm.activator.register(ComClass(CLSID, "Opcross.Test.1", self.da.create), self.exporter)
        self.clients: list[DcomClient] = []
        self.hosts: list[CallbackHost] = []

    def _crashed(self, error: Exception, call: Call) -> None:
        self.crashes.append(error)

    async def __aenter__(self) -> Bench:
        self._servers = [self.net.server(self.scm), self.net.server(self.exporter)]
        await self._servers[0].open(SERVER, 135)
        endpoint = await self._servers[1].open(SERVER, 0)
        self.exporter.bindings = DualStringArray.of([SERVER], [AuthService.NTLM], port=endpoint.port)
        self.exporter.resolver_bindings = DualStringArray.of([SERVER], [AuthService.NTLM])
        self.scm.resolver.bindings = self.exporter.resolver_bindings
        await self.connect()
        return self

    async def __aexit__(self, *error: object) -> None:
        await self.da.aclose()
        for client in self.clients:
            await client.close()
        await self.importer.close()
        for host in self.hosts:
            await host.close()
        assert self.crashes == [], "a method failed in a way that nobody meant"
        assert len(self.da) == 0
        own = asyncio.current_task()
        await settled()
        assert [task for task in asyncio.all_tasks() if task is not own] == [], "tasks were left behind"

    async def connect(self, address: str = CLIENT) -> None:
        """Another client, which is the current one from now on."""
        security = ChannelSecurity(AuthLevel.INTEGRITY, credentials=OPERATOR)
        self.client = DcomClient(
            self.net.connector(address),
            SERVER,
            entropy=seeded(address),
            options=ImporterOptions(security=security),
        )
        self.host = CallbackHost(
            self.net.server,
            [address],
            entropy=seeded(f"callbacks of {address}"),
            now=self.clock,
            importer=self.client.importer,
        )
        await self.host.open()
        self.clients.append(self.client)
        self.hosts.append(self.host)
        self.remote = await self.client.activate(CLSID, [IOPCServer.iid])
        self.server = IOPCServerProxy(self.remote.interface(IOPCServer.iid))

    @property
    def session(self) -> FakeSession:
        """The session of the last client, as the service has it."""
        return self.service.sessions[-1]

    @property
    def group(self) -> FakeGroup:
        """The last group of that session, as the service has it."""
        return self.session.groups[-1]

    async def proxy(self, remote: RemoteObject, kind: type[P]) -> P:
        """A generated proxy on an object, asked for."""
        return kind(await remote.query_interface(kind.interface.iid))  # type: ignore[attr-defined, call-arg]

    async def on_server(self, kind: type[P]) -> P:
        return await self.proxy(self.remote, kind)

    async def add_group(self, name: str = "Line", **other: Any) -> Group:
        asked: dict[str, Any] = {
            "active": True,
            "requested_update_rate": 1_000,
            "client_group": 77,
            "lcid": 0,
            "riid": IID_IUNKNOWN,
            **other,
        }
        added = await self.server.add_group(name=name, **asked)
        return Group(self, self.client.unmarshal(added.unk), added.server_group)

    async def point(self, remote: RemoteObject, iid: UUID) -> IConnectionPointProxy:
        container = await self.proxy(remote, IConnectionPointContainerProxy)
        found = await container.find_connection_point(riid=iid)
        return IConnectionPointProxy(self.client.unmarshal(found.cp).interface(IConnectionPoint.iid))

    async def advise(self, point: IConnectionPointProxy, sink: Sink) -> int:
        return (await point.advise(unk_sink=self.host.marshal(sink, IID_IUNKNOWN))).cookie
