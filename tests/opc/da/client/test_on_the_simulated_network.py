"""The client before a simulated host: real PDUs, log-ons, cut cables, and six minutes that cost nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Coroutine
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pytest

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.errors import TransportLost
from opcross.hardening import Month, operating_system
from opcross.ndr import Variant, VarType
from opcross.opc.caller import Caller
from opcross.opc.common.server_list import DA_CATEGORIES, ServerList
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import CallBudget, ClientOptions, DaClient, Notice, NoticeKind
from opcross.opc.da.model import BrowseRequest, GroupSettings, ItemDefinition
from opcross.opc.quality import Quality, is_good
from opcross.rpc.security import Credentials
from opcross_simulators.network import Network, SimulatedLoop, run
from opcross_simulators.servers import OPC_DA, standard_classes
from opcross_simulators.servers.opc_da import DaProcess
from opcross_simulators.windows import AccountConfig, HostConfig, Program, WindowsClient, WindowsHost
from opcross_simulators.windows.installation import Surroundings
from tests.dcom.entropy import seeded

SERVER, PANEL = "10.0.0.5", "10.0.0.9"
WAVE, BUCKET = "Saw-toothed Waves.Real8", "Bucket Brigade.Real8"
OPERATOR = Credentials("OPERATOR", "plant")


@dataclass
class Site:
    """A server's computer, a client on another, and the network between them."""

    network: Network
    server: WindowsHost
    programs: list[WindowsClient]
    client: DaClient
    notices: list[Notice]
    processes: list[DaProcess]

    def noticed(self, kind: NoticeKind) -> int:
        return sum(notice.kind is kind for notice in self.notices)

    async def back(self, times: int = 1) -> float:
        while self.noticed(NoticeKind.BACK) < times:  # noqa: ASYNC110  (the clock is virtual)
            await asyncio.sleep(0.2)
        return asyncio.get_running_loop().time()

    @property
    def clients(self) -> int:
        """Server objects that clients have, or have left behind."""
        return sum(len(process.exporter) for process in self.processes)


@asynccontextmanager
async def site(network: Network, budget: CallBudget | None = None) -> AsyncGenerator[Site]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    processes: list[DaProcess] = []

    def launch(surroundings: Surroundings) -> DaProcess:
        process = OPC_DA.launch_process(surroundings)
        assert isinstance(process, DaProcess)
        processes.append(process)
        return process

    def host(name: str, address: str) -> WindowsHost:
        config = HostConfig(
            name=name,
            address=address,
            os=operating_system("windows-server-2019"),
            phase=Month(2023, 3),
            accounts=(AccountConfig("OPERATOR", "plant"),),
        )
        classes = (replace(OPC_DA, launch_process=launch), *standard_classes()[1:])
        return WindowsHost(config, entropy=seeded(name), wall_time=loop.wall_time, classes=classes)

    server, panel = host("LINE1", SERVER), host("PANEL", PANEL)
    await server.start()
    programs: list[WindowsClient] = []

    def program() -> WindowsClient:
        programs.append(panel.client(Program(), SERVER, credentials=OPERATOR))
        return programs[-1]

    def new_dcom() -> DcomClient:
        return program().dcom

    async def new_callbacks() -> CallbackHost:
        return await program().open_callbacks()

    notices: list[Notice] = []
    client = DaClient(
        OPC_DA.clsid,
        new_dcom,
        entropy=seeded("jitter"),
        new_callbacks=new_callbacks,
        options=ClientOptions(allow_write=True),
        budget=budget or CallBudget(),
        notify=notices.append,
    )
    yield Site(network, server, programs, client, notices, processes)
    await client.close()
    for one in programs:
        await one.close()
    await server.stop()


def play(main: Any) -> None:
    network = Network(seed=11)
    network.host("LINE1", [SERVER])
    network.host("PANEL", [PANEL])

    async def whole() -> None:
        async with site(network) as made:
            work: Coroutine[Any, Any, None] = main(made)
            await work

    run(whole(), network=network)


def test_everything_works_over_the_wire() -> None:
    async def main(made: Site) -> None:
        session = await made.client.open(Caller(application="test"))
        assert (await session.status()).vendor == "Opcross simulated OPC DA server"
        root = (await session.browse(BrowseRequest())).elements
        assert any(element.has_children for element in root)
        group = await session.add_group(GroupSettings(update_rate=500))
        added = await group.add_items(
            [ItemDefinition(item_id=WAVE, client=1), ItemDefinition(item_id=BUCKET, client=2)]
        )
        stream = await group.subscribe()
        assert sorted((await stream.next()).batch.handles.tolist()) == [1, 2]
        await group.write(added.handles[1:], WriteBatch.of(Variant(VarType.R8, 42.0)))
        while True:
            batch = (await stream.next()).batch
            if any(row.handle == 2 and row.value == Variant(VarType.R8, 42.0) for row in batch):
                break
        assert not made.notices

    play(main)


def test_a_cut_cable_is_noticed_without_an_error_and_mended_without_a_trace() -> None:
    """Nothing answers, nothing breaks: after the stated time the streams are bad, and then good again."""

    async def main(made: Site) -> None:
        loop = asyncio.get_running_loop()
        session = await made.client.open(Caller())
        group = await session.add_group(GroupSettings(update_rate=1000))
        await group.add_items([ItemDefinition(item_id=WAVE, client=1)])
        stream = await group.subscribe()
        await stream.next()
        made.network.cut("LINE1", "PANEL")
        cut = loop.time()
        while is_good(int((await stream.next()).batch.qualities[-1])):
            pass
        assert loop.time() - cut <= 20 + 30, "watch_period and status_time, and a call under way"
        assert made.noticed(NoticeKind.LOST) == 1
        with pytest.raises(TransportLost):
            await group.read(np.array([1]), 0)
        await asyncio.sleep(60)
        made.network.restore("LINE1", "PANEL")
        mended = loop.time()
        assert await made.back() - mended <= 61 + 30
        assert is_good(int((await stream.next()).batch.qualities[-1]))
        assert is_good(int((await group.read(np.array([1]), 0)).qualities[0]))
        await asyncio.sleep(5)
        assert made.clients == 1, "what the lost connection held was given back"

    play(main)


def test_a_cable_that_is_cut_for_longer_than_six_minutes() -> None:
    """The server has dropped everything by then; the client makes it again."""

    async def main(made: Site) -> None:
        session = await made.client.open(Caller())
        group = await session.add_group(GroupSettings(name="line", update_rate=1000))
        await group.add_items([ItemDefinition(item_id=BUCKET, client=1)])
        stream = await group.subscribe()
        await stream.next()
        made.network.cut("LINE1", "PANEL")
        await asyncio.sleep(900)
        assert made.clients == 0
        made.network.restore("LINE1", "PANEL")
        await made.back()
        seen = [int((await stream.next()).batch.qualities[-1]) for _ in range(1)]
        assert is_good(seen[-1]) or is_good(int((await stream.next()).batch.qualities[-1]))
        assert (await group.state()).name == "line"
        assert made.clients == 1

    play(main)


def test_a_server_process_that_dies_and_is_launched_again() -> None:
    async def main(made: Site) -> None:
        loop = asyncio.get_running_loop()
        session = await made.client.open(Caller())
        group = await session.add_group(GroupSettings(update_rate=1000))
        await group.add_items([ItemDefinition(item_id=WAVE, client=1)])
        stream = await group.subscribe()
        await stream.next()
        await made.server.kill_application(OPC_DA.prog_id)
        died = loop.time()
        while is_good(int((await stream.next()).batch.qualities[-1])):
            pass
        assert loop.time() - died <= 20
        assert await made.back() - died <= 25
        assert is_good(int((await stream.next()).batch.qualities[-1]))
        assert len(made.processes) == 2

    play(main)


def test_a_host_that_is_restarted() -> None:
    async def main(made: Site) -> None:
        session = await made.client.open(Caller())
        group = await session.add_group(GroupSettings(update_rate=1000))
        await group.add_items([ItemDefinition(item_id=WAVE, client=1)])
        stream = await group.subscribe()
        await stream.next()
        await made.server.restart()
        batch = (await stream.next()).batch
        while batch.qualities.tolist() != [Quality.COMM_FAILURE]:
            batch = (await stream.next()).batch
        await made.back()
        assert is_good(int((await stream.next()).batch.qualities[-1]))

    play(main)


def test_an_orderly_shutdown_is_heard_and_left() -> None:
    async def main(made: Site) -> None:
        session = await made.client.open(Caller())
        await session.add_group(GroupSettings())
        await asyncio.sleep(2)
        waiting = asyncio.ensure_future(session.shutdown())
        await asyncio.sleep(1)
        await made.server.stop_application(OPC_DA.prog_id, "maintenance")
        assert await waiting == "maintenance"
        assert made.noticed(NoticeKind.SHUTDOWN) == 1
        began = asyncio.get_running_loop().time()
        assert await made.back() - began >= 25
        assert (await session.status()).vendor

    play(main)


def test_callbacks_that_come_no_longer_are_replaced_by_polls() -> None:
    """They came at first; then somebody closed the port, and the server could not even say so."""

    async def main(made: Site) -> None:
        loop = asyncio.get_running_loop()
        session = await made.client.open(Caller())
        group = await session.add_group(GroupSettings(update_rate=1000))
        await group.add_items([ItemDefinition(item_id=WAVE, client=1)])
        stream = await group.subscribe()
        await stream.next()
        host = await made.programs[-1].open_callbacks()
        await host.close()
        closed = loop.time()
        while made.noticed(NoticeKind.POLLING) == 0:  # noqa: ASYNC110  (the clock is virtual)
            await asyncio.sleep(0.5)
        assert loop.time() - closed <= 50
        before = (await stream.next()).batch
        after = (await stream.next()).batch
        assert before.values != after.values
        assert made.noticed(NoticeKind.LOST) == 0

    play(main)


def test_opcenum_tells_which_servers_there_are() -> None:
    async def main(made: Site) -> None:
        made.client._new_dcom()
        servers = await ServerList.open(made.programs[-1].dcom)
        found = await servers.servers()
        (ours,) = [one for one in found if one.clsid == OPC_DA.clsid]
        assert (ours.prog_id, ours.version_independent) == (OPC_DA.prog_id, OPC_DA.version_independent)
        assert ours.categories <= set(DA_CATEGORIES)
        assert len(ours.categories) == 2
        assert await servers.clsid(OPC_DA.prog_id) == OPC_DA.clsid
        await servers.close()

    play(main)
