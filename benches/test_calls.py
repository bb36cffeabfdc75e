"""What a call costs its client, and what a server bears; the peer is impacket, on the same server.

The client's CPU is measured, not the clock on the wall: the timer of the first group is
``time.process_time``, and the server runs in a process of its own. The other groups have no peer in Python
that could serve them; they report against a bare asyncio echo in the server's place, and in octets.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterator

import pytest
from pytest_benchmark.fixture import BenchmarkFixture

from benches.child import ServerProcess
from benches.measuring import measure
from benches.rpc_server_process import DOMAIN, ECHO, PASSWORD, USER
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcChannel, RpcConnector
from opcross.rpc.call import ChannelSecurity, Endpoint
from opcross.rpc.security import Credentials

STUB = bytes(range(256))
CALLS = 200
LEVELS = pytest.mark.parametrize("level", [AuthLevel.NONE, AuthLevel.INTEGRITY, AuthLevel.PRIVACY])


@pytest.fixture
def server() -> Iterator[ServerProcess]:
    process = ServerProcess()
    yield process
    process.close()


async def open_channel(port: int, level: AuthLevel) -> RpcChannel:
    credentials = Credentials(USER, PASSWORD, DOMAIN) if level > AuthLevel.NONE else None
    service = AuthService.NTLM if level > AuthLevel.NONE else AuthService.NONE
    security = ChannelSecurity(level, service, credentials)
    channel = await RpcConnector().open(Endpoint("127.0.0.1", port), security)
    await channel.bind(ECHO)
    return channel


@LEVELS
def test_client_cpu_of_opcross(benchmark: BenchmarkFixture, server: ServerProcess, level: AuthLevel) -> None:
    benchmark.group = f"client CPU of {CALLS} calls at {level.word}"
    benchmark._timer = time.process_time  # the fixture's own setting, which a mark cannot import lazily
    with asyncio.Runner() as runner:
        channel = runner.run(open_channel(server.port, level))

        async def calls() -> bytes:
            reply = b""
            for _ in range(CALLS):
                reply = (await channel.call(ECHO, 3, STUB)).stub
            return reply

        assert measure(benchmark, lambda: runner.run(calls()), rounds=20, warmup_rounds=2) == STUB
        runner.run(channel.close())


@LEVELS
def test_client_cpu_of_impacket(benchmark: BenchmarkFixture, server: ServerProcess, level: AuthLevel) -> None:
    transports = pytest.importorskip("impacket.dcerpc.v5.transport")
    uuids = pytest.importorskip("impacket.uuid")
    benchmark.group = f"client CPU of {CALLS} calls at {level.word}"
    benchmark._timer = time.process_time
    transport = transports.DCERPCTransportFactory(f"ncacn_ip_tcp:127.0.0.1[{server.port}]")
    if level > AuthLevel.NONE:
        transport.set_credentials(USER, PASSWORD, DOMAIN)
    rpc = transport.get_dce_rpc()
    rpc.set_auth_level(level)
    rpc.connect()
    rpc.bind(uuids.uuidtup_to_bin((str(ECHO.uuid), "1.0")))

    def calls() -> bytes:
        reply = b""
        for _ in range(CALLS):
            rpc.call(3, STUB)
            reply = rpc.recv()
        return reply

    assert bytes(measure(benchmark, calls, rounds=20, warmup_rounds=2)) == STUB
    rpc.disconnect()


CLIENTS = 50
EACH = 20


@LEVELS
def test_fifty_clients_of_one_server(
    benchmark: BenchmarkFixture, server: ServerProcess, level: AuthLevel
) -> None:
    """1,000 calls of 50 clients; calls per second stand in ``extra_info``."""
    benchmark.group = f"{CLIENTS} clients, {CLIENTS * EACH} calls"
    with asyncio.Runner() as runner:

        async def connect() -> list[RpcChannel]:
            return [await open_channel(server.port, level) for _ in range(CLIENTS)]

        channels = runner.run(connect())

        async def load(channel: RpcChannel) -> None:
            for _ in range(EACH):
                await channel.call(ECHO, 3, STUB)

        async def all_at_once() -> None:
            async with asyncio.TaskGroup() as group:
                for channel in channels:
                    group.create_task(load(channel))

        measure(benchmark, lambda: runner.run(all_at_once()), rounds=10, warmup_rounds=1)
        if benchmark.stats is not None:
            median = benchmark.stats.stats.median
            benchmark.extra_info["calls per second"] = round(CLIENTS * EACH / median)

        async def close() -> None:
            for channel in channels:
                await channel.close()

        runner.run(close())


def test_fifty_clients_of_a_bare_echo(benchmark: BenchmarkFixture) -> None:
    """The physical limit here: as many octets through asyncio at both ends, without any protocol."""
    benchmark.group = f"{CLIENTS} clients, {CLIENTS * EACH} calls"
    server = ServerProcess("bare")
    size = len(STUB) + 24

    class Client(asyncio.Protocol):
        def connection_made(self, transport: asyncio.BaseTransport) -> None:
            assert isinstance(transport, asyncio.Transport)
            self.transport = transport

        def begin(self) -> asyncio.Future[None]:
            self.left = EACH
            self.missing = size
            self.done = asyncio.get_running_loop().create_future()
            self.transport.write(bytes(size))
            return self.done

        def data_received(self, data: bytes) -> None:
            self.missing -= len(data)
            if self.missing:
                return
            self.left -= 1
            if self.left:
                self.missing = size
                self.transport.write(bytes(size))
            else:
                self.done.set_result(None)

    with asyncio.Runner() as runner:

        async def connect() -> list[Client]:
            loop = asyncio.get_running_loop()
            return [
                (await loop.create_connection(Client, "127.0.0.1", server.port))[1] for _ in range(CLIENTS)
            ]

        clients = runner.run(connect())

        async def all_at_once() -> None:
            await asyncio.gather(*(client.begin() for client in clients))

        measure(benchmark, lambda: runner.run(all_at_once()), rounds=10, warmup_rounds=1)

        async def close() -> None:
            for client in clients:
                client.transport.close()
            await asyncio.sleep(0)

        runner.run(close())
    server.close()


CONNECTIONS = 500


@LEVELS
def test_memory_of_five_hundred_connections(
    benchmark: BenchmarkFixture, server: ServerProcess, level: AuthLevel
) -> None:
    """The server's resident set grows by this many octets for each bound connection that has made a call."""
    benchmark.group = "time to open 500 connections"
    with asyncio.Runner() as runner:

        async def connect(count: int) -> list[RpcChannel]:
            channels = [await open_channel(server.port, level) for _ in range(count)]
            for channel in channels:
                await channel.call(ECHO, 3, STUB)
            return channels

        async def close(channels: list[RpcChannel]) -> None:
            for channel in channels:
                await channel.close()

        runner.run(close(runner.run(connect(10))))
        before, _ = server.memory()
        channels = measure(benchmark, lambda: runner.run(connect(CONNECTIONS)), rounds=1)
        after, open_now = server.memory()
        assert open_now == CONNECTIONS
        benchmark.extra_info["octets per connection"] = round((after - before) / CONNECTIONS)
        runner.run(close(channels))
