"""One server, many hostile connections, and in between a good client that has to be served.

The Hypothesis profile says how many: 50 cases of each kind, or 2,000 with ``HYPOTHESIS_PROFILE=deep``.
"""

from __future__ import annotations

import asyncio
import gc
import tracemalloc
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector, RpcServer
from opcross.rpc import MANAGEMENT, ChannelSecurity, ClientProfile, Limits, Management
from opcross.rpc.association import ClientAssociation, ClientState
from opcross.rpc.pdu import PduType
from tests.rpc.pdu.strategies import PDUS
from tests.rpc.security import exchange

if TYPE_CHECKING:
    from collections.abc import Generator

LEVELS = [AuthLevel.NONE, AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
GROWTH = 4 << 20
"""Octets that the process may grow by, whatever was sent to it."""


class Bench:
    """A loop with one server on it; complaints of the loop are kept."""

    def __init__(self, runner: asyncio.Runner) -> None:
        self.runner = runner
        self.complaints: list[Any] = []
        self.server = RpcServer(
            Management(lambda: (MANAGEMENT,)),
            new_acceptor=lambda service, level: exchange.server(level, service),
            limits=Limits(bind_time=5),
        )
        runner.get_loop().set_exception_handler(lambda _, context: self.complaints.append(context))
        runner.run(self.server.open("127.0.0.1", 0))

    async def attack(self, pieces: list[bytes]) -> None:
        """Write the pieces, one by one, whatever comes back; then go."""
        endpoint = self.server.endpoint
        reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
        try:
            for piece in pieces:
                writer.write(piece)
                await writer.drain()
            writer.write_eof()
            await asyncio.wait_for(reader.read(1 << 20), 10)
        except OSError:
            pass
        finally:
            writer.transport.abort()
            await asyncio.sleep(0)

    async def good_client(self) -> None:
        """A call at PRIVACY from somebody in good order."""
        connector = RpcConnector(
            new_context=lambda security: exchange.client(security.level, security.service)
        )
        channel = await connector.open(
            self.server.endpoint, ChannelSecurity(AuthLevel.PRIVACY, AuthService.NTLM)
        )
        reply = await channel.call(MANAGEMENT, 3, b"", timeout=10)
        await channel.close()
        assert reply.stub == b"\5\0\0\0"

    def survives(self, pieces: list[bytes]) -> None:
        """Attack, then serve."""
        self.runner.run(self.attack(pieces))
        self.runner.run(self.good_client())
        assert not self.complaints


@pytest.fixture
def bench() -> Generator[Bench]:
    with asyncio.Runner() as runner:
        bench = Bench(runner)
        yield bench
        runner.run(bench.server.close(grace=0))
        gc.collect()
        assert bench.server.connections == 0


@st.composite
def sessions(draw: st.DrawFn) -> list[bytes]:
    """What a good client would send, up to some octets that were changed, repeated, or left out."""
    level = draw(st.sampled_from(LEVELS))
    context = None if level is AuthLevel.NONE else exchange.client(level, AuthService.NTLM)
    client = ClientAssociation(ClientProfile(concurrent=draw(st.booleans())), context=context, level=level)
    client.bind((MANAGEMENT,))
    pdus = client.pdus_to_send()
    if draw(st.booleans()) and level is AuthLevel.NONE:
        pdus += [
            draw(PDUS[kind]).pack() for kind in draw(st.lists(st.sampled_from(sorted(PDUS)), max_size=4))
        ]
    stream = bytearray(b"".join(pdus))
    for _ in range(draw(st.integers(0, 4))):
        stream[draw(st.integers(0, len(stream) - 1))] = draw(st.integers(0, 255))
    cut = draw(st.integers(0, len(stream)))
    return [bytes(stream[:cut]), bytes(stream[cut:]) * draw(st.integers(1, 3))]


@st.composite
def lawful_headers(draw: st.DrawFn) -> list[bytes]:
    """Fragments whose headers are in order and whose bodies are not."""
    pieces = []
    for _ in range(draw(st.integers(1, 6))):
        body = draw(st.binary(max_size=120))
        kind = draw(st.sampled_from(list(PduType)))
        auth_length = draw(st.sampled_from([0, 0, 1, 16, len(body), 0xFFFF]))
        pieces.append(
            bytes([5, 0, kind, draw(st.integers(0, 255)), draw(st.sampled_from([0x10, 0])), 0, 0, 0])
            + (16 + len(body)).to_bytes(2, "little")
            + auth_length.to_bytes(2, "little")
            + draw(st.integers(0, 3)).to_bytes(4, "little")
            + body
        )
    return pieces


KINDS: dict[str, st.SearchStrategy[list[bytes]]] = {
    "noise": st.lists(st.binary(max_size=200), min_size=1, max_size=5),
    "pdus": st.lists(st.one_of(*PDUS.values()).map(lambda pdu: pdu.pack()), min_size=1, max_size=5),
    "lawful headers": lawful_headers(),
    "changed sessions": sessions(),
}


@pytest.mark.timeout(1800)
@pytest.mark.parametrize("kind", KINDS)
def test_a_server_survives_and_does_not_grow(bench: Bench, kind: str) -> None:
    """What is left of all cases together is less than one big request."""

    @given(KINDS[kind])
    def play(pieces: list[bytes]) -> None:
        bench.survives(pieces)

    bench.survives([b""])
    tracemalloc.start()
    try:
        before = tracemalloc.get_traced_memory()[0]
        play()
        gc.collect()
        assert tracemalloc.get_traced_memory()[0] - before < GROWTH
    finally:
        tracemalloc.stop()


def test_after_a_bind_a_session_can_be_spoiled_at_any_octet(bench: Bench) -> None:
    """The log-on itself, answered by the real server, with one octet changed in what we send."""

    async def spoil(level: AuthLevel, place: int) -> None:
        endpoint = bench.server.endpoint
        reader, writer = await asyncio.open_connection(endpoint.host, endpoint.port)
        context = exchange.client(level, AuthService.NTLM)
        client = ClientAssociation(ClientProfile(), context=context, level=level)
        client.bind((MANAGEMENT,))
        sent = 0
        for _ in range(4):
            octets = bytearray(client.data_to_send())
            if sent <= place < sent + len(octets):
                octets[place - sent] ^= 0x55
            sent += len(octets)
            writer.write(bytes(octets))
            if client.state is ClientState.CLOSED:
                break
            if client.state is ClientState.BOUND:
                if client.outstanding or not client.speaks(MANAGEMENT):
                    writer.write_eof()
                    break
                client.call(MANAGEMENT, 3, b"")
                continue
            data = await asyncio.wait_for(reader.read(65536), 10)
            if not data:
                break
            client.receive_data(data)
        writer.transport.abort()
        await asyncio.sleep(0)

    for level in (AuthLevel.CONNECT, AuthLevel.PRIVACY):
        for place in range(12, 400, 29):
            bench.runner.run(asyncio.wait_for(spoil(level, place), 20))
    bench.runner.run(bench.good_client())
    assert not bench.complaints
