"""Shells over loopback: what the cores cannot show by themselves."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

from opcross.errors import (
    BindRejected,
    Fault,
    HResultError,
    PeerViolation,
    TimedOut,
    TransportLost,
    Truncated,
)
from opcross.levels import AuthLevel, AuthService
from opcross.net import ConnectionClosed, ConnectionOpened, RpcChannel, RpcConnector, RpcServer
from opcross.rpc import Call, ChannelSecurity, ClientProfile, Endpoint, Limits, SyntaxId
from opcross.rpc.association import Authenticated, LogonRefused, Peer, PeerRefused
from opcross.rpc.pdu import Bind, BindAck, ContextElement, ContextResult, Request, Response, unpack_pdu
from tests.rpc.association.cores import ECHO, OTHER, UNKNOWN
from tests.rpc.security import exchange

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator

HOST = "127.0.0.1"
LEVELS = [AuthLevel.NONE, AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]


class Face:
    """Echoes (0), waits for :attr:`gate` (1), fails in many ways (2 and up)."""

    def __init__(self) -> None:
        self.gate = asyncio.Event()
        self.calls: list[Call] = []
        self.running = 0
        self.most = 0
        self.cancelled = 0

    def accepts(self, interface: SyntaxId) -> bool:
        return interface in (ECHO, OTHER)

    async def call(self, call: Call) -> bytes:
        self.calls.append(call)
        self.running += 1
        self.most = max(self.most, self.running)
        try:
            return await self._answer(call)
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        finally:
            self.running -= 1

    async def _answer(self, call: Call) -> bytes:
        failures: dict[int, Exception] = {
            2: Fault(0x1C010002, did_not_execute=True),
            3: HResultError(0x80070005),
            4: Truncated("short"),
            5: TransportLost("elsewhere"),
            6: RuntimeError("a bug"),
        }
        if call.opnum in failures:
            raise failures[call.opnum]
        if call.opnum == 1:
            await self.gate.wait()
        return call.stub


@asynccontextmanager
async def serving(face: Face | None = None, **options: Any) -> AsyncGenerator[tuple[RpcServer, Face]]:
    face = face or Face()
    options.setdefault("new_acceptor", lambda service, level: exchange.server(level, service))
    server = RpcServer(face, **options)
    await server.open(HOST, 0)
    try:
        yield server, face
    finally:
        await server.close(grace=0)


@asynccontextmanager
async def channel(
    server: RpcServer | Endpoint, level: AuthLevel = AuthLevel.NONE, **options: Any
) -> AsyncGenerator[RpcChannel]:
    service = options.pop("service", AuthService.NTLM)
    password = options.pop("password", exchange.PASSWORD)
    profile = ClientProfile(**options.pop("profile", {}))

    def new_context(security: ChannelSecurity) -> Any:
        return exchange.client(security.level, security.service, password=password)

    connector = RpcConnector(profile, new_context=new_context, **options)
    endpoint = server if isinstance(server, Endpoint) else server.endpoint
    opened = await connector.open(endpoint, ChannelSecurity(level, service))
    try:
        yield opened
    finally:
        await opened.close()


async def until(condition: Any) -> None:
    """Let the loop run until something holds; the test's own timeout is the limit."""
    while not condition():  # noqa: ASYNC110  (the conditions are those of objects that know no events)
        await asyncio.sleep(0.001)


@pytest.mark.parametrize("service", [AuthService.NTLM, AuthService.NEGOTIATE], ids=lambda x: x.name)
@pytest.mark.parametrize("level", LEVELS, ids=lambda x: x.word)
async def test_calls_of_every_size_get_through(level: AuthLevel, service: AuthService) -> None:
    async with serving() as (server, face), channel(server, level, service=service) as way:
        for stub in (b"", b"x", bytes(range(256)) * 100):
            assert (await way.call(ECHO, 0, stub)).stub == stub
        assert (await way.call(OTHER, 0, b"other")).stub == b"other"
        assert server.connections == way.connections == 1
        caller = face.calls[-1].caller
        assert (caller.level, caller.address, caller.connection) == (level, HOST, 1)


async def test_calls_run_side_by_side_on_one_connection_where_both_agree() -> None:
    async with serving() as (server, face), channel(server) as way:
        calls = [asyncio.create_task(way.call(ECHO, 1, bytes([number]))) for number in range(10)]
        await until(lambda: face.running == 10)
        assert server.connections == 1
        face.gate.set()
        assert [(await call).stub for call in calls] == [bytes([number]) for number in range(10)]


async def test_without_multiplexing_more_connections_join_the_group() -> None:
    options = {"concurrent": False, "max_connections": 3}
    async with serving() as (server, face), channel(server, profile=options) as way:
        calls = [asyncio.create_task(way.call(ECHO, 1, bytes([number]))) for number in range(7)]
        await until(lambda: face.running == 3)
        assert server.connections == 3
        assert len({call.caller.association_group for call in face.calls}) == 1
        face.gate.set()
        assert [(await call).stub for call in calls] == [bytes([number]) for number in range(7)]
        assert face.most == 3


async def test_interfaces_have_connections_of_their_own_where_the_profile_says_so() -> None:
    async with serving() as (server, _), channel(server, profile={"alter_context": False}) as way:
        await way.call(ECHO, 0, b"")
        await way.call(OTHER, 0, b"")
        assert server.connections == 2


async def test_a_context_can_be_altered_while_calls_run() -> None:
    async with serving() as (server, face), channel(server, AuthLevel.INTEGRITY) as way:
        waiting = asyncio.create_task(way.call(ECHO, 1, b"slow"))
        await until(lambda: face.running == 1)
        assert (await way.call(OTHER, 0, b"quick")).stub == b"quick"
        face.gate.set()
        assert (await waiting).stub == b"slow"
        assert server.connections == 1


async def test_connections_come_from_the_local_address() -> None:
    async with serving() as (server, face), channel(server, local_addr=("127.9.8.7", 0)) as way:
        await way.call(ECHO, 0, b"")
        assert face.calls[0].caller.address == "127.9.8.7"
        assert face.calls[0].caller.local_address == HOST


@pytest.mark.parametrize(
    ("opnum", "code", "did_not_execute"),
    [(2, 0x1C010002, True), (3, 0x80070005, False), (4, 0x6F7, False), (5, 0x1C000012, False)],
)
async def test_what_a_dispatcher_raises_becomes_a_fault(opnum: int, code: int, did_not_execute: bool) -> None:
    async with serving() as (server, _), channel(server) as way:
        with pytest.raises(Fault) as caught:
            await way.call(ECHO, opnum, b"")
        assert (caught.value.code, caught.value.did_not_execute) == (code, did_not_execute)
        assert (await way.call(ECHO, 0, b"alive")).stub == b"alive"


async def test_a_bug_in_a_dispatcher_is_reported_and_the_server_lives() -> None:
    reports: list[Any] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: reports.append(context))
    async with serving() as (server, _), channel(server) as way:
        with pytest.raises(Fault) as caught:
            await way.call(ECHO, 6, b"")
        assert caught.value.code == 0x1C000012
        assert (await way.call(ECHO, 0, b"alive")).stub == b"alive"
    assert [str(report["exception"]) for report in reports] == ["a bug"]


async def test_an_interface_that_is_not_offered_is_an_outcome() -> None:
    async with serving() as (server, _), channel(server) as way:
        for _ in range(2):
            with pytest.raises(BindRejected) as caught:
                await way.call(UNKNOWN, 0, b"")
            assert caught.value.name == "ABSTRACT_SYNTAX_NOT_SUPPORTED"
            assert (await way.call(ECHO, 0, b"x")).stub == b"x"


async def test_a_service_that_is_not_offered_is_an_outcome() -> None:
    async with (
        serving(new_acceptor=lambda service, level: None) as (server, _),
        channel(server, AuthLevel.CONNECT) as way,
    ):
        with pytest.raises(BindRejected) as caught:
            await way.call(ECHO, 0, b"")
        assert caught.value.name == "AUTHENTICATION_TYPE_NOT_RECOGNIZED"


@pytest.mark.parametrize("service", [AuthService.NTLM, AuthService.NEGOTIATE], ids=lambda x: x.name)
async def test_a_wrong_password_is_access_denied_and_noticed(service: AuthService) -> None:
    events: list[Any] = []
    async with (
        serving(on_event=lambda peer, event: events.append(event)) as (server, _),
        channel(server, AuthLevel.INTEGRITY, service=service, password="guess") as way,
    ):
        with pytest.raises(Fault) as caught:
            await way.call(ECHO, 0, b"")
        assert caught.value.access_denied
    assert any(isinstance(event, LogonRefused) for event in events)


async def test_a_timeout_cancels_the_call_on_the_wire() -> None:
    async with serving() as (server, face), channel(server) as way:
        await way.bind(ECHO)
        with pytest.raises(TimedOut) as caught:
            await way.call(ECHO, 1, b"", timeout=0.02)
        assert caught.value.elapsed is not None
        assert caught.value.elapsed >= 0.02
        assert caught.value.endpoint == str(server.endpoint)
        await until(lambda: face.cancelled == 1)
        assert (await way.call(ECHO, 0, b"alive")).stub == b"alive"


async def test_a_connection_whose_call_was_given_up_is_replaced() -> None:
    """A server may go on with a cancelled call: the connection, without multiplexing, stays busy."""

    class Deaf(Face):
        async def _answer(self, call: Call) -> bytes:
            while call.opnum == 1 and not self.gate.is_set():
                with suppress(asyncio.CancelledError):
                    await self.gate.wait()
            return call.stub

    profile = {"concurrent": False, "max_connections": 1}
    async with serving(Deaf()) as (server, face), channel(server, profile=profile) as way:
        await way.bind(ECHO)
        with pytest.raises(TimedOut):
            await way.call(ECHO, 1, b"", timeout=0.01)
        assert (await way.call(ECHO, 0, b"alive", timeout=5)).stub == b"alive"
        face.gate.set()
        await until(lambda: server.connections == 1)


async def test_a_cancelled_caller_cancels_the_call_on_the_wire() -> None:
    async with serving() as (server, face), channel(server) as way:
        task = asyncio.create_task(way.call(ECHO, 1, b""))
        await until(lambda: face.running == 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda: face.cancelled == 1)


async def test_a_server_that_goes_away_fails_its_calls_with_place_and_time() -> None:
    async with serving() as (server, face), channel(server) as way:
        task = asyncio.create_task(way.call(ECHO, 1, b""))
        await until(lambda: face.running == 1)
        await server.close(grace=0)
        with pytest.raises((TransportLost, Fault)):
            await task
        with pytest.raises(TransportLost) as caught:
            await way.call(ECHO, 0, b"")
        assert caught.value.endpoint == str(server.endpoint)
        assert caught.value.elapsed is not None


async def test_a_client_that_vanishes_cancels_its_calls() -> None:
    closed: list[Any] = []
    async with serving(on_event=lambda peer, event: closed.append(event)) as (server, face):
        async with channel(server) as way:
            task = asyncio.create_task(way.call(ECHO, 1, b""))
            await until(lambda: face.running == 1)
        with pytest.raises(TransportLost):
            await task
        await until(lambda: face.cancelled == 1 and server.connections == 0)
    assert isinstance(closed[0], ConnectionOpened)
    assert isinstance(closed[-1], ConnectionClosed)


async def test_nobody_listening_is_a_lost_transport() -> None:
    async with serving() as (server, _):
        endpoint = server.endpoint
    async with channel(endpoint) as way:
        with pytest.raises(TransportLost, match="cannot connect"):
            await way.call(ECHO, 0, b"")


async def test_a_closed_channel_stays_closed() -> None:
    async with serving() as (server, _), channel(server) as way:
        await way.call(ECHO, 0, b"")
        await way.close()
        with pytest.raises(TransportLost, match="closed"):
            await way.call(ECHO, 0, b"")


async def test_a_port_that_is_taken_is_an_error_with_a_reason() -> None:
    async with serving() as (server, face):
        with pytest.raises(TransportLost, match="cannot listen"):
            await RpcServer(face).open(HOST, server.endpoint.port)


async def test_a_server_counts_what_passes() -> None:
    async with serving() as (server, _), channel(server) as way:
        await way.call(ECHO, 0, bytes(20000))
        assert server.statistics.values() == (1, 0, 5, 5)


# -- limits ----------------------------------------------------------------------------------------


async def test_connections_per_address_are_limited() -> None:
    events: list[Any] = []
    limits = Limits(connections_per_address=2)
    async with serving(limits=limits, on_event=lambda peer, event: events.append(event)) as (server, _):
        async with channel(server) as first, channel(server) as second, channel(server) as third:
            await first.call(ECHO, 0, b"")
            await second.call(ECHO, 0, b"")
            with pytest.raises(TransportLost):
                await third.call(ECHO, 0, b"")
            async with channel(server, local_addr=("127.0.0.2", 0)) as other:
                await other.call(ECHO, 0, b"")
        assert any(isinstance(event, PeerRefused) and "2 connections" in event.reason for event in events)
        await until(lambda: server.connections == 0)
        async with channel(server) as again:
            await again.call(ECHO, 0, b"")


async def test_clients_that_do_not_bind_make_room_for_those_that_do() -> None:
    async with serving(limits=Limits(half_open=3)) as (server, _):
        idle = [await asyncio.open_connection(*_address(server)) for _ in range(5)]
        async with channel(server) as way:
            assert (await way.call(ECHO, 0, b"x")).stub == b"x"
        for _, writer in idle:
            writer.close()


async def test_a_client_that_does_not_bind_in_time_is_closed() -> None:
    async with serving(limits=Limits(bind_time=0.02)) as (server, _):
        reader, writer = await asyncio.open_connection(*_address(server))
        assert await reader.read() == b""
        writer.close()


@pytest.mark.parametrize("held", [False, True], ids=["nothing held", "objects held"])
async def test_an_idle_connection_is_closed_unless_it_holds_objects(held: bool) -> None:
    asked: list[int] = []

    def holds(connection: int) -> bool:
        asked.append(connection)
        return held

    async with (
        serving(limits=Limits(idle_time=0.02), holds_objects=holds) as (server, _),
        channel(server) as way,
    ):
        await way.call(ECHO, 0, b"")
        await until(lambda: len(asked) >= 2 if held else way.connections == 0)
        assert (await way.call(ECHO, 0, b"again")).stub == b"again"


async def test_a_client_that_does_not_read_is_not_served_further() -> None:
    async with serving() as (server, face):
        reader, writer = await asyncio.open_connection(*_address(server), limit=1)
        writer.write(Bind(call_id=1, contexts=(ContextElement(0, ECHO),)).pack())
        request = Request(call_id=2, stub=bytes(5000)).pack()
        for _ in range(4000):
            writer.write(request)
        await until(lambda: face.running == 0 and len(face.calls) > 100)
        served = -1
        while served != len(face.calls):
            served = len(face.calls)
            for _ in range(50):
                await asyncio.sleep(0)
        assert served < 4000
        writer.transport.abort()
        await until(lambda: server.connections == 0)
        del reader


async def test_close_waits_for_running_calls() -> None:
    async with serving() as (server, face), channel(server) as way:
        task = asyncio.create_task(way.call(ECHO, 1, b"done"))
        await until(lambda: face.running == 1)
        closing = asyncio.create_task(server.close(grace=5))
        await asyncio.sleep(0)
        face.gate.set()
        assert (await task).stub == b"done"
        await closing


async def test_events_name_their_peer() -> None:
    events: list[tuple[Peer, Any]] = []
    async with (
        serving(on_event=lambda peer, event: events.append((peer, event))) as (server, _),
        channel(server, AuthLevel.PRIVACY) as way,
    ):
        await way.call(ECHO, 0, b"")
        (logged_on,) = [(peer, event) for peer, event in events if isinstance(event, Authenticated)]
        assert logged_on[0].address == HOST
        assert logged_on[0].connection == 1
        assert logged_on[1].level is AuthLevel.PRIVACY


# -- a server of another kind ----------------------------------------------------------------------


@asynccontextmanager
async def forged(answers: Any) -> AsyncGenerator[Endpoint]:
    """A server that answers each PDU with what ``answers`` makes of it."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            while True:
                head = await reader.readexactly(16)
                body = await reader.readexactly(int.from_bytes(head[8:10], "little") - 16)
                answer = answers(unpack_pdu(head + body))
                if answer is not None:
                    writer.write(answer.pack())
        except (asyncio.IncompleteReadError, ConnectionError):
            writer.close()

    server = await asyncio.start_server(serve, HOST, 0)
    try:
        yield Endpoint(HOST, server.sockets[0].getsockname()[1])
    finally:
        server.close()


def _acknowledge(pdu: Any) -> BindAck:
    return BindAck(call_id=pdu.call_id, association_group=1, results=(ContextResult(),) * len(pdu.contexts))


async def test_a_response_to_another_call_is_a_violation() -> None:
    def answers(pdu: Any) -> Any:
        return _acknowledge(pdu) if isinstance(pdu, Bind) else Response(call_id=pdu.call_id + 1)

    async with forged(answers) as endpoint, channel(endpoint) as way:
        with pytest.raises(PeerViolation, match="does not wait"):
            await way.call(ECHO, 0, b"")


async def test_a_server_that_does_not_answer_the_bind_times_out() -> None:
    async with forged(lambda pdu: None) as endpoint, channel(endpoint, setup_time=0.02) as way:
        with pytest.raises(TimedOut, match="connecting and binding"):
            await way.call(ECHO, 0, b"")


def _address(server: RpcServer) -> tuple[str, int]:
    return server.endpoint.host, server.endpoint.port
