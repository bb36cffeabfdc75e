"""Nothing is left behind: of objects, tasks and descriptors, after cycles, lost clients and reconnects."""

from __future__ import annotations

import asyncio
import gc
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector, entropy, wall_time
from opcross.opc.caller import Caller
from opcross.opc.da.client import ClientOptions, DaClient
from opcross.opc.da.interfaces_generated import IOPCServer
from opcross.opc.da.model import GroupSettings, ItemDefinition
from opcross.opc.da.service import DaSession
from opcross.provider_url import DaUrl, HostPort
from opcross.providers import CallbackOptions, ConnectOptions, connect_da
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security import Credentials, initiator
from opcross_simulators.network import Limits, Network, SimulatedLoop
from opcross_simulators.servers import OPC_DA, OPC_ENUM
from opcross_simulators.servers.opc_da import CLSID, PROG_ID
from opcross_simulators.windows.config import AccountConfig, HostConfig
from opcross_simulators.windows.host import WindowsHost
from opcross_simulators.windows.identities import this_user
from tests.opc.da.subjects import behind_dcom

USER, PASSWORD = "OPERATOR", "plant"
SERVER, CLIENT, LOOPBACK = "10.9.0.1", "10.9.0.2", "127.0.93.1"
LONGEST_SILENCE = 20 * 60.0
"""Virtual seconds after which nobody may still hold anything: six minutes of pings, and some to spare."""


def run(main: Callable[[SimulatedLoop], Awaitable[None]]) -> None:
    network = Network(0)
    network.host("SERVER", [SERVER])
    network.host("CLIENT", [CLIENT])
    loop = SimulatedLoop(network, limits=Limits(callbacks=100_000_000))

    async def whole() -> None:
        await main(loop)

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        runner.run(whole())


def host_at(address: str, wall_time: Callable[[], int]) -> WindowsHost:
    config = HostConfig(
        address=address,
        port=0 if address == LOOPBACK else 135,
        accounts=(AccountConfig(USER, PASSWORD),),
        identity=this_user(USER),
    )
    return WindowsHost(config, entropy=entropy, wall_time=wall_time, classes=(OPC_DA, OPC_ENUM))


def dcom(loop: SimulatedLoop) -> DcomClient:
    security = ChannelSecurity(AuthLevel.INTEGRITY, AuthService.NTLM, Credentials(USER, PASSWORD))
    connector = RpcConnector(
        new_context=lambda wanted: initiator(wanted, entropy=entropy, wall_time=loop.wall_time()),
        local_addr=(CLIENT, 0),
    )
    return DcomClient(connector, SERVER, entropy=entropy, options=ImporterOptions(security=security))


def census() -> Counter[str]:
    """How many of our objects there are, by type; what a cycle holds together is collected first."""
    gc.collect()
    # Some foreign classes have a property in the place of the name of their module.
    types = (type(each) for each in gc.get_objects())
    return Counter(each.__name__ for each in types if str(each.__module__).startswith("opcross"))


def grown(before: Counter[str], after: Counter[str], *, allowed: int) -> dict[str, int]:
    """Types of which there are more than so many new ones."""
    return {name: more for name, more in (after - before).items() if more > allowed}


async def use(session: DaSession) -> None:
    """A group's whole life."""
    group = await session.add_group(GroupSettings(update_rate=100))
    added = await group.add_items([ItemDefinition(item_id="Tank.Set.Number", client=1)])
    assert added.errors.tolist() == [0]
    stream = await group.subscribe()
    await stream.close()
    await group.remove()


def test_ten_thousand_groups_are_created_and_released() -> None:
    cycles = 10_000

    async def main(loop: SimulatedLoop) -> None:
        async with behind_dcom(SERVER, CLIENT, wall_time=loop.wall_time) as subject:
            session = await subject.service.open(Caller())
            for _ in range(50):
                await use(session)
            await asyncio.sleep(LONGEST_SILENCE)
            before, tasks = census(), len(asyncio.all_tasks())
            for _ in range(cycles):
                await use(session)
            await asyncio.sleep(LONGEST_SILENCE)
            assert grown(before, census(), allowed=20) == {}
            assert len(asyncio.all_tasks()) <= tasks
            await session.close()

    run(main)


def test_the_census_finds_what_is_kept() -> None:
    """The test above can fail: a session that is not closed shows."""

    async def main(loop: SimulatedLoop) -> None:
        async with behind_dcom(SERVER, CLIENT, wall_time=loop.wall_time) as subject:
            session = await subject.service.open(Caller())
            before = census()
            kept = [await session.add_group(GroupSettings(update_rate=100)) for _ in range(50)]
            assert len(kept) == 50
            assert grown(before, census(), allowed=20)
            await session.close()

    run(main)


def test_clients_that_vanish_leave_nothing_at_the_server() -> None:
    """Fifty at a time stop pinging without a word; the server runs them down."""

    async def main(loop: SimulatedLoop) -> None:
        host = host_at(SERVER, loop.wall_time)
        await host.start()

        async def round_of_lost_clients() -> None:
            clients = [dcom(loop) for _ in range(50)]
            held = [await client.activate(CLSID, (IOPCServer.iid,)) for client in clients]
            assert len(host.objects()) == len(held)
            for client in clients:
                await client.close(release=False)
            await asyncio.sleep(LONGEST_SILENCE)
            assert host.objects() == ()

        await round_of_lost_clients()
        before, tasks = census(), len(asyncio.all_tasks())
        for _ in range(4):
            await round_of_lost_clients()
        assert grown(before, census(), allowed=20) == {}
        assert len(asyncio.all_tasks()) <= tasks
        await host.stop()

    run(main)


def test_reconnects_leave_nothing() -> None:
    """A subscribed client comes back from a server that is killed again and again."""

    async def main(loop: SimulatedLoop) -> None:
        host = host_at(SERVER, loop.wall_time)
        await host.start()
        client = DaClient(
            CLSID,
            lambda: dcom(loop),
            entropy=entropy,
            new_callbacks=None,
            options=ClientOptions(watch_period=5.0),
        )
        session = await client.open(Caller())
        group = await session.add_group(GroupSettings(update_rate=1_000))
        await group.add_items([ItemDefinition(item_id="Random.Real8", client=1)])
        stream = await group.subscribe()

        async def lose_and_come_back() -> None:
            await host.kill_application(PROG_ID)
            before = len(host.objects())
            async with asyncio.timeout(LONGEST_SILENCE):
                while len(host.objects()) <= before:  # noqa: ASYNC110  (a host has no event for it)
                    await asyncio.sleep(1.0)
                while not len((await stream.next()).batch):
                    pass

        for _ in range(3):
            await lose_and_come_back()
            await asyncio.sleep(LONGEST_SILENCE)
        await stream.next()  # what waited for its consumer is no leak
        start, tasks = census(), len(asyncio.all_tasks())
        for _ in range(12):
            await lose_and_come_back()
            await asyncio.sleep(LONGEST_SILENCE)
        await stream.next()
        assert grown(start, census(), allowed=8) == {}
        assert len(asyncio.all_tasks()) <= tasks
        await session.close()
        await client.close()
        assert host.objects() == ()
        await host.stop()

    run(main)


@pytest.mark.skipif(sys.platform != "linux", reason="descriptors are counted in /proc, on addresses of Linux")
async def test_sockets_are_closed() -> None:
    """Over real sockets, with callbacks: fifty whole sessions keep no descriptor."""

    def descriptors() -> int:
        gc.collect()
        return len(list(Path("/proc/self/fd").iterdir()))

    host = host_at(LOOPBACK, wall_time)
    await host.start()

    async def whole_session() -> None:
        provider = await connect_da(
            DaUrl(HostPort(LOOPBACK, host.port), PROG_ID, CLSID),
            ConnectOptions(
                credentials=Credentials(USER, PASSWORD),
                local_address=LOOPBACK,
                callbacks=CallbackOptions(),
            ),
        )
        session = await provider.service.open(provider.caller)
        group = await session.add_group(GroupSettings(update_rate=10))
        await group.add_items([ItemDefinition(item_id="Random.Real8", client=1)])
        stream = await group.subscribe()
        assert len((await stream.next()).batch) == 1
        await session.close()
        await provider.close()

    await whole_session()
    before = descriptors()
    for _ in range(50):
        await whole_session()
    await asyncio.sleep(0.5)
    assert host.objects() == ()
    # The host may keep a connection or two for the callbacks of clients that it does not know to be gone.
    assert descriptors() <= before + 4
    await host.stop()
