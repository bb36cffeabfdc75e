"""The same shells on an asyncio loop without sockets: minutes pass in no time, and hosts have addresses."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from opcross.errors import TimedOut, TransportLost
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcChannel, RpcConnector, RpcServer
from opcross.rpc import MANAGEMENT, ChannelSecurity, Endpoint, Limits, Management
from opcross_simulators.network import Network, run
from tests.rpc.security import exchange

SERVER, CLIENT = "10.0.0.5", "10.0.0.9"
LISTENING = b"\0\0\0\0\1\0\0\0"


def play(main: Any) -> None:
    network = Network(seed=3)
    network.host("SERVER", [SERVER])
    network.host("CLIENT", [CLIENT])
    run(main, network=network)


async def serve(**options: Any) -> RpcServer:
    server = RpcServer(
        Management(lambda: (MANAGEMENT,)),
        new_acceptor=lambda service, level: exchange.server(level, service),
        **options,
    )
    await server.open(SERVER, 135)
    return server


async def reach(level: AuthLevel, **options: Any) -> RpcChannel:
    connector = RpcConnector(
        new_context=lambda security: exchange.client(security.level, security.service),
        local_addr=(CLIENT, 0),
        **options,
    )
    return await connector.open(Endpoint(SERVER, 135), ChannelSecurity(level, AuthService.NEGOTIATE))


@pytest.mark.parametrize("level", [AuthLevel.NONE, AuthLevel.PRIVACY], ids=lambda level: level.word)
def test_calls_get_through(level: AuthLevel) -> None:
    async def main() -> None:
        server = await serve()
        channel = await reach(level)
        for _ in range(3):
            assert (await channel.call(MANAGEMENT, 2, b"")).stub == LISTENING
        await channel.close()
        await server.close()

    play(main())


def test_a_connection_that_nobody_uses_is_closed_after_a_quarter_of_an_hour() -> None:
    async def main() -> None:
        server = await serve(limits=Limits(idle_time=900))
        channel = await reach(AuthLevel.NONE)
        await channel.call(MANAGEMENT, 2, b"")
        await asyncio.sleep(890)
        assert server.connections == 1
        await asyncio.sleep(20)
        assert server.connections == channel.connections == 0
        assert (await channel.call(MANAGEMENT, 2, b"")).stub == LISTENING
        await channel.close()
        await server.close()

    play(main())


def test_a_call_that_is_not_answered_times_out_at_its_time() -> None:
    async def main() -> None:
        class Silent(Management):
            async def call(self, call: Any) -> bytes:
                await asyncio.sleep(3600)
                return b""

        server = RpcServer(Silent(lambda: ()))
        await server.open(SERVER, 135)
        channel = await reach(AuthLevel.NONE, call_time=60.0)
        began = asyncio.get_running_loop().time()
        with pytest.raises(TimedOut) as caught:
            await channel.call(MANAGEMENT, 2, b"")
        assert caught.value.elapsed == pytest.approx(60, abs=1)
        assert asyncio.get_running_loop().time() - began == pytest.approx(60, abs=1)
        await channel.close()
        await server.close(grace=0)

    play(main())


def test_nobody_listening_is_a_lost_transport() -> None:
    async def main() -> None:
        channel = await reach(AuthLevel.NONE)
        with pytest.raises(TransportLost):
            await channel.call(MANAGEMENT, 2, b"")
        await channel.close()

    play(main())
