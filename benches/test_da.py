"""Data Access over DCOM at packet integrity, on loopback, server and client in processes of their own.

The peer of updates is the carrier: calls of as many octets at the same level, one by one and empty inside.
Browsing is compared with asking the same server without DCOM, memory with nothing: it is a figure per item.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Iterator
from contextlib import asynccontextmanager
from math import inf

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches.child import ServerProcess
from benches.da_server_process import ADDRESS, item_plant
from benches.measuring import measure
from benches.rpc_server_process import DOMAIN, ECHO, PASSWORD, USER, resident
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcChannel, RpcConnector, wall_time
from opcross.opc.caller import Caller
from opcross.opc.da.client import CallBudget
from opcross.opc.da.model import BrowseFilter, BrowseRequest, GroupSettings, ItemDefinition
from opcross.opc.da.service import ChangeStream, DaSession
from opcross.provider_url import DaUrl, HostPort
from opcross.providers import CallbackOptions, ConnectOptions, connect_da
from opcross.rpc.call import ChannelSecurity, Endpoint
from opcross.rpc.security import Credentials
from opcross_simulators.servers.da import SimulatedDaService
from opcross_simulators.servers.opc_da import CLSID, PROG_ID

ITEMS = 10_000
GROUPS, RATE = 4, 10
"""Groups of all items, and their update rate in milliseconds: four million updates a second are offered.

A server that is asked for far more than it can send spends its time on samples that newer ones replace.
"""
UPDATES = 100
"""Callbacks in one round, each with all items."""
OCTETS = 540_044
"""What OnDataChange of so many VT_R8 takes."""
MANY = 100_000
PAGE = 10_000
_UPDATES = f"{UPDATES} times {ITEMS} items at integrity"
_BROWSE = f"browse of {MANY} items"
UNLIMITED = CallBudget(
    concurrent_calls=8, items_per_call=ITEMS, device_reads=inf, polls=inf, browse_calls=inf
)


@pytest.fixture
def server(request: pytest.FixtureRequest) -> Iterator[ServerProcess]:
    process = ServerProcess(str(request.param), module="benches.da_server_process")
    yield process
    process.close()


@asynccontextmanager
async def session_at(server: ServerProcess) -> AsyncGenerator[DaSession]:
    """A session of our client, with callbacks."""
    provider = await connect_da(
        DaUrl(HostPort(ADDRESS, server.port), PROG_ID, CLSID),
        ConnectOptions(
            credentials=Credentials(USER, PASSWORD),
            budget=UNLIMITED,
            callbacks=CallbackOptions(),
            timeout=120.0,
        ),
    )
    session = await provider.service.open(provider.caller)
    try:
        yield session
    finally:
        await session.close()
        await provider.close()


def definitions(count: int) -> list[ItemDefinition]:
    return [
        ItemDefinition(item_id=item.item_id, client=number)
        for number, item in enumerate(item_plant(count).items)
    ]


@pytest.mark.benchmark(group=_UPDATES)
@pytest.mark.parametrize("server", [ITEMS], indirect=True)
def test_subscribed_updates(benchmark: BenchmarkFixture, server: ServerProcess) -> None:
    """Sampled, compared, packed, signed, sent, verified, unpacked, and in the hands of the consumer."""
    with asyncio.Runner() as runner:
        connection = session_at(server)
        session = runner.run(connection.__aenter__())

        async def subscribe() -> list[ChangeStream]:
            streams = []
            for _ in range(GROUPS):
                group = await session.add_group(GroupSettings(update_rate=RATE))
                await group.add_items(definitions(ITEMS))
                streams.append(await group.subscribe())
            return streams

        async def pull(stream: ChangeStream) -> int:
            rows = 0
            while rows < UPDATES * ITEMS // GROUPS:
                rows += len((await stream.next()).batch)
            return rows

        streams = runner.run(subscribe())

        async def updates() -> int:
            return sum(await asyncio.gather(*(pull(stream) for stream in streams)))

        rows = measure(benchmark, lambda: runner.run(updates()), rounds=8, warmup_rounds=1)
        assert benchmark.stats is not None
        benchmark.extra_info["million item updates per second"] = rows / benchmark.stats.stats.median / 1e6
        runner.run(connection.__aexit__(None, None, None))


@pytest.mark.benchmark(group=_UPDATES)
def test_calls_of_as_many_octets(benchmark: BenchmarkFixture) -> None:
    """The carrier alone: the same octets at the same level, half of them each way."""
    process = ServerProcess()
    security = ChannelSecurity(AuthLevel.INTEGRITY, AuthService.NTLM, Credentials(USER, PASSWORD, DOMAIN))
    stub = bytes(OCTETS)
    with asyncio.Runner() as runner:

        async def opened() -> RpcChannel:
            channel = await RpcConnector().open(Endpoint("127.0.0.1", process.port), security)
            await channel.bind(ECHO)
            return channel

        channel = runner.run(opened())

        async def calls() -> None:
            for _ in range(UPDATES // 2):
                await channel.call(ECHO, 3, stub)

        measure(benchmark, lambda: runner.run(calls()), rounds=8, warmup_rounds=1)
        runner.run(channel.close())
    process.close()


@pytest.mark.benchmark(group=f"adding and subscribing to {MANY} items")
@pytest.mark.parametrize("server", [MANY], indirect=True)
def test_memory_per_item(benchmark: BenchmarkFixture, server: ServerProcess) -> None:
    """Growth of resident sets per item, at the server and here, with names, handles and last values."""
    with asyncio.Runner() as runner:
        connection = session_at(server)
        session = runner.run(connection.__aenter__())
        wanted = definitions(MANY)
        theirs, *_ = server.memory()
        ours = resident()
        held = []

        async def subscribe() -> int:
            group = await session.add_group(GroupSettings(update_rate=1_000))
            added = await group.add_items(wanted)
            stream = await group.subscribe()
            rows = 0
            while rows < MANY:
                rows += len((await stream.next()).batch)
            held.append((group, added, stream))
            return rows

        assert measure(benchmark, lambda: runner.run(subscribe()), rounds=1) >= MANY
        benchmark.extra_info["octets per item at the server"] = (server.memory()[0] - theirs) / MANY
        benchmark.extra_info["octets per item at the client"] = (resident() - ours) / MANY
        runner.run(connection.__aexit__(None, None, None))


async def walk(session: DaSession) -> int:
    """Every item, flat, page by page."""
    found, continuation = 0, ""
    while True:
        page = await session.browse(
            BrowseRequest(filter=BrowseFilter.FLAT, limit=PAGE, continuation=continuation)
        )
        found += len(page.elements)
        continuation = page.continuation
        if not continuation:
            return found


@pytest.mark.benchmark(group=_BROWSE)
@pytest.mark.parametrize("server", [MANY], indirect=True)
def test_browse_over_dcom(benchmark: BenchmarkFixture, server: ServerProcess) -> None:
    with asyncio.Runner() as runner:
        connection = session_at(server)
        session = runner.run(connection.__aenter__())
        assert measure(benchmark, lambda: runner.run(walk(session)), rounds=3, warmup_rounds=1) == MANY
        runner.run(connection.__aexit__(None, None, None))


@pytest.mark.benchmark(group=_BROWSE)
def test_browse_without_dcom(benchmark: BenchmarkFixture) -> None:
    with asyncio.Runner() as runner:

        async def opened() -> tuple[SimulatedDaService, DaSession]:
            service = SimulatedDaService(item_plant(MANY), wall_time=wall_time)
            return service, await service.open(Caller())

        service, session = runner.run(opened())
        assert measure(benchmark, lambda: runner.run(walk(session)), rounds=3, warmup_rounds=1) == MANY
        runner.run(service.close())
