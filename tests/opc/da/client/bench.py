"""A host with a fake server on a net without wires, and a client of it; time is virtual."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import ComClass
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.scm import Scm
from opcross.errors import TransportLost
from opcross.levels import AuthService
from opcross.ndr import Variant, VarType
from opcross.opc.caller import Caller
from opcross.opc.da.client import CallBudget, ClientOptions, DaClient, Notice, NoticeKind
from opcross.opc.da.model import GroupSettings, ItemDefinition
from opcross_simulators.network import Network, run
from tests.dcom.direct import DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.plant import CLIENT, CLSID, SERVER
from tests.opc.da.client.fake_server import FakeServer, Script

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Awaitable, Callable, Coroutine

    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.opc.da.client.group import ClientGroup
    from opcross.opc.da.client.session import ClientSession

OPERATOR = Caller(user="PLANT\\operator", application="bench")
UNLIMITED = CallBudget(device_reads=1e6, polls=1e6, browse_calls=1e6)


def play(main: Coroutine[Any, Any, None]) -> None:
    """Run on a loop whose time is virtual."""
    run(main, network=Network(5))


def now() -> float:
    return asyncio.get_running_loop().time()


class Host:
    """One process with one class; :meth:`stop` and :meth:`start` are a restart of the process."""

    def __init__(self, net: DirectNet, create: Callable[[CallContext], Awaitable[ComObject]]) -> None:
        self.net = net
        self.activations = 0
        self._new_object = create
        self._starts = 0

    async def start(self) -> None:
        self._starts += 1
        clock = asyncio.get_running_loop().time
        entropy = seeded(f"server {self._starts}")
        self.importer = ObjectImporter(self.net.connector(SERVER), entropy=entropy)
        self.exporter = ObjectExporter(entropy=entropy, now=clock, importer=self.importer)
        self.scm = Scm(entropy=entropy, now=clock)
        self.scm.add_exporter(self.exporter)
        self.scm.activator.register(ComClass(CLSID, "Fake.Server.1", self._create), self.exporter)
        self._servers = [self.net.server(self.scm), self.net.server(self.exporter)]
        await self._servers[0].open(SERVER, 135)
        endpoint = await self._servers[1].open(SERVER, 0)
        self.exporter.bindings = DualStringArray.of([SERVER], [AuthService.NTLM], port=endpoint.port)
        self.exporter.resolver_bindings = DualStringArray.of([SERVER], [AuthService.NTLM])
        self.scm.resolver.bindings = self.exporter.resolver_bindings
        self._sweeper = asyncio.get_running_loop().create_task(self.scm.run(5.0))

    async def stop(self) -> None:
        self._sweeper.cancel()
        for server in self._servers:
            await server.close()
        await self.importer.close(release=False)

    async def restart(self) -> None:
        await self.stop()
        await self.start()

    async def _create(self, context: CallContext) -> ComObject:
        self.activations += 1
        return await self._new_object(context)


@dataclass
class Bench:
    """A host, a client, and what the client noticed."""

    net: DirectNet
    host: Host
    script: Script
    client: DaClient
    notices: list[Notice] = field(default_factory=list)
    callback_hosts: list[CallbackHost] = field(default_factory=list)

    def noticed(self, kind: NoticeKind) -> list[str]:
        return [notice.text for notice in self.notices if notice.kind is kind]

    async def session(self) -> ClientSession:
        return await self.client.open(OPERATOR)

    def cut(self) -> None:
        """Nobody reaches the server any more, and the server nobody."""
        self.net.unreachable |= {SERVER, CLIENT}

    def join(self) -> None:
        """The cable is back."""
        self.net.unreachable.clear()


def plant(**values: float) -> dict[str, Variant]:
    """VT_R8 items; underscores are dots."""
    return {name.replace("_", "."): Variant(VarType.R8, value) for name, value in values.items()}


@asynccontextmanager
async def bench(
    script: Script | None = None,
    *,
    options: ClientOptions | None = None,
    budget: CallBudget = UNLIMITED,
    callbacks: bool = True,
) -> AsyncGenerator[Bench]:
    """A running bench; everything is closed in the end, and nothing may be left running."""
    net = DirectNet()
    script = script or Script(plant(a=1.0, b=2.0, c=3.0))

    async def create(context: CallContext) -> FakeServer:
        return FakeServer(script)

    host = Host(net, create)
    await host.start()
    client, notices, hosts = new_client(net, options=options, budget=budget, callbacks=callbacks)
    made = Bench(net, host, script, client, notices, hosts)
    try:
        yield made
    finally:
        await client.close()
        await host.stop()


def new_client(
    net: DirectNet,
    *,
    options: ClientOptions | None = None,
    budget: CallBudget = UNLIMITED,
    callbacks: bool = True,
) -> tuple[DaClient, list[Notice], list[CallbackHost]]:
    """A client of the host on this net, what it notices, and its hosts for callbacks."""
    notices: list[Notice] = []
    hosts: list[CallbackHost] = []
    numbers = iter(range(1000))

    def new_dcom() -> DcomClient:
        return DcomClient(
            net.connector(CLIENT),
            SERVER,
            entropy=seeded(f"client {next(numbers)}"),
            options=ImporterOptions(),
        )

    async def new_callbacks() -> CallbackHost:
        made = CallbackHost(
            net.server, [CLIENT], entropy=seeded("callbacks"), now=asyncio.get_running_loop().time
        )
        await made.open()
        hosts.append(made)
        return made

    client = DaClient(
        CLSID,
        new_dcom,
        entropy=seeded("jitter"),
        new_callbacks=new_callbacks if callbacks else None,
        options=options or ClientOptions(allow_write=True),
        budget=budget,
        notify=notices.append,
    )
    return client, notices, hosts


async def no_way() -> CallbackHost:
    """A host for callbacks that cannot listen."""
    raise TransportLost("the port is taken")


async def group_of(session: ClientSession, *items: str, rate: int = 1000, **settings: Any) -> ClientGroup:
    """A group with items, whose client handles count from 1."""
    group = await session.add_group(GroupSettings(update_rate=rate, **settings))
    await group.add_items(
        [ItemDefinition(item_id=item, client=number) for number, item in enumerate(items, 1)]
    )
    return group
