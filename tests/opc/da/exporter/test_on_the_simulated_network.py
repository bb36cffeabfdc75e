"""The exported server on a simulated host: real PDUs, real log-ons, and a clock that costs nothing."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointContainerProxy,
    IConnectionPointProxy,
)
from opcross.errors import HResultError
from opcross.hardening import Month, operating_system
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.interfaces_generated import (
    IOPCDataCallback,
    IOPCGroupStateMgt2Proxy,
    IOPCItemMgtProxy,
    IOPCServer,
    IOPCServerProxy,
)
from opcross.rpc.security import Credentials
from opcross_simulators.network import SimulatedLoop, run
from opcross_simulators.servers import OPC_DA, standard_classes
from opcross_simulators.servers.opc_da import DaProcess
from opcross_simulators.windows import AccountConfig, HostConfig, Program, WindowsHost
from tests.opc.da.exporter.bench import Sink, definition
from tests.simulators.windows.calling_back import PANEL, SERVER, draw, net

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from uuid import UUID

    from opcross.dcom.remote_object import RemoteObject
    from opcross_simulators.windows import WindowsClient
    from opcross_simulators.windows.installation import InstalledClass, Surroundings

OPERATOR = Credentials("OPERATOR", "plant")
WAVE = "Saw-toothed Waves.Real8"


@dataclass
class Site:
    """A server's computer, and a program on a client's computer that holds a group of the server."""

    server: WindowsHost
    client: WindowsClient
    remote: RemoteObject
    group: RemoteObject
    processes: list[DaProcess]
    item: int

    async def point(self, remote: RemoteObject, iid: UUID) -> IConnectionPointProxy:
        container = IConnectionPointContainerProxy(
            await remote.query_interface(IConnectionPointContainerProxy.interface.iid)
        )
        found = await container.find_connection_point(riid=iid)
        point = self.client.dcom.unmarshal(found.cp)
        return IConnectionPointProxy(point.interface(IConnectionPoint.iid))

    async def advise(self, sink: Sink) -> int:
        objref = self.client.callbacks.marshal(sink, IID_IUNKNOWN)
        point = await self.point(self.group, IOPCDataCallback.iid)
        return (await point.advise(unk_sink=objref)).cookie

    def clients(self) -> int:
        return sum(len(process.exporter) for process in self.processes)


def _watched(processes: list[DaProcess]) -> InstalledClass:
    """The simulated server, whose processes are kept for inspection."""

    def launch(surroundings: Surroundings) -> DaProcess:
        process = OPC_DA.launch_process(surroundings)
        assert isinstance(process, DaProcess)
        processes.append(process)
        return process

    return replace(OPC_DA, launch_process=launch)


@asynccontextmanager
async def site() -> AsyncIterator[Site]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    processes: list[DaProcess] = []

    def host(name: str, address: str) -> WindowsHost:
        config = HostConfig(
            name=name,
            address=address,
            os=operating_system("windows-server-2019"),
            phase=Month(2023, 3),
            accounts=(AccountConfig("OPERATOR", "plant"),),
        )
        classes = (_watched(processes), *standard_classes()[1:])
        return WindowsHost(config, entropy=draw(name), wall_time=loop.wall_time, classes=classes)

    server, panel = host("LINE1", SERVER), host("PANEL", PANEL)
    await server.start()
    client = panel.client(Program(), SERVER, credentials=OPERATOR)
    await client.open_callbacks()
    remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
    added = await IOPCServerProxy(remote.interface(IOPCServer.iid)).add_group(
        name="Line",
        active=True,
        requested_update_rate=1_000,
        client_group=7,
        lcid=0,
        riid=IOPCItemMgtProxy.interface.iid,
    )
    group = client.dcom.unmarshal(added.unk)
    items = IOPCItemMgtProxy(group.interface(IOPCItemMgtProxy.interface.iid))
    (row,) = (await items.add_items(item_array=[definition(WAVE, 1)])).add_results or ()
    yield Site(server, client, remote, group, processes, row.server)
    await client.close()
    await server.stop()


async def until(condition: Callable[[], object], patience: float = 3_600.0) -> float:
    """Wait for something; how long that took."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    async with asyncio.timeout(patience):
        while not condition():  # noqa: ASYNC110  (the clock is virtual)
            await asyncio.sleep(0.5)
    return loop.time() - began


def test_an_hour_of_changes_arrives() -> None:
    """Every second one, at the level that the client's computer demands of callbacks."""

    async def play() -> None:
        async with site() as here:
            sink = Sink()
            await here.advise(sink)
            await asyncio.sleep(3_600.0)
            assert 3_500 <= len(sink.told) <= 3_602
            assert {told.group for told in sink.told} == {7}

    run(play(), network=net())


def test_a_sink_that_hangs_is_dropped_after_three_calls() -> None:
    """Each is given its time, and then the client hears nothing more; others are not kept waiting."""

    async def play() -> None:
        async with site() as here:
            never = asyncio.Event()
            hanging, other = Sink(then=lambda told: never.wait()), Sink()
            await here.advise(hanging)
            await here.advise(other)
            waited = await until(lambda: len(hanging.told) == 3)
            assert 40.0 <= waited <= 64.0
            assert len(other.told) >= waited - 3.0
            await asyncio.sleep(200.0)
            assert len(hanging.told) == 3
            never.set()

    run(play(), network=net())


def test_a_client_that_dies_takes_its_session_with_it() -> None:
    async def play() -> None:
        async with site() as here:
            sink = Sink()
            await here.advise(sink)
            await until(lambda: sink.told)
            await here.client.close(release=False)
            waited = await until(lambda: not here.clients())
            assert 300.0 <= waited <= 400.0

    run(play(), network=net())


def test_silence_is_broken_by_keep_alives() -> None:
    async def play() -> None:
        async with site() as here:
            items = IOPCItemMgtProxy(here.group.interface(IOPCItemMgtProxy.interface.iid))
            await items.set_active_state(server=[here.item], active=False)
            state = IOPCGroupStateMgt2Proxy(
                await here.group.query_interface(IOPCGroupStateMgt2Proxy.interface.iid)
            )
            await state.set_keep_alive(keep_alive_time=10_000)
            sink = Sink()
            await here.advise(sink)
            await asyncio.sleep(105.0)
            silent = [told for told in sink.told if not told.clients]
            assert 9 <= len(silent) <= 11

    run(play(), network=net())


def test_a_computer_that_cannot_be_called_is_refused_by_advise() -> None:
    """Ten seconds are the longest that a client waits for the answer to Advise."""

    async def play() -> None:
        async with site() as here:
            loop = asyncio.get_running_loop()
            callbacks = here.client.callbacks
            objref = callbacks.marshal(Sink(), IID_IUNKNOWN)
            await callbacks.close()
            point = await here.point(here.group, IOPCDataCallback.iid)
            began = loop.time()
            try:
                await point.advise(unk_sink=objref)
                code = 0
            except HResultError as error:
                code = error.code
            assert code == Hresult.CONNECT_E_CANNOTCONNECT
            assert loop.time() - began <= 11.0

    run(play(), network=net())


def test_a_server_that_ends_in_order_asks_its_clients_to_leave() -> None:
    async def play() -> None:
        async with site() as here:
            sink = Sink(IOPCShutdown.iid)
            point = await here.point(here.remote, IOPCShutdown.iid)
            await point.advise(unk_sink=here.client.callbacks.marshal(sink, IID_IUNKNOWN))
            await here.processes[0].shutdown("maintenance")
            await until(lambda: sink.reasons)
            assert sink.reasons == ["maintenance"]

    run(play(), network=net())
