"""Our client before a server that answers damaged: it may fail, in its own words and in time."""

from __future__ import annotations

import asyncio
import functools

from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.errors import LocalMisuse, OpcrossError
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.opc.da.interfaces_generated import IOPCServerProxy
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.pdu import Header, PduType
from opcross.rpc.security import SecurityContext, initiator
from opcross_simulators.network import Network, SimulatedLoop
from opcross_simulators.servers.opc_da import OPC_DA
from tests.fuzz.conversations import Session, record
from tests.fuzz.mutations import Change, changes, damaged, with_true_length
from tests.fuzz.target import ATTACKER, CLIENT, IID_IOPCSERVER, SERVER, Target, credentials

PATIENCE = 600.0
"""Virtual seconds within which the client must have given up."""

_SILENT = (PduType.AUTH3, PduType.CO_CANCEL, PduType.ORPHANED)
Damage = dict[int, tuple[list[Change], bool]]


class Replaying(asyncio.Protocol):
    """Answers each PDU with the next recorded answer, damaged where the test says so."""

    def __init__(self, answers: list[bytes], damage: Damage, counted: list[int]) -> None:
        self._answers = answers
        self._damage = damage
        self._counted = counted
        self._heard = bytearray()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        self._heard += data
        while len(self._heard) >= 16:
            header = Header.unpack(bytes(self._heard[:16]))
            if len(self._heard) < header.frag_length:
                return
            del self._heard[: header.frag_length]
            if header.type not in _SILENT:
                self._answer()

    def _answer(self) -> None:
        if not self._answers:
            self._transport.close()
            return
        answer = self._answers.pop(0)
        number = self._counted[0]
        self._counted[0] += 1
        if number in self._damage:
            change, repair = self._damage[number]
            answer = damaged(answer, change)
            answer = with_true_length(answer) if repair else answer
        self._transport.write(answer)


@functools.cache
def _recorded(level: AuthLevel, service: AuthService) -> dict[int, list[Session]]:
    """The connections of such a client to a good host, by port, in their order."""

    async def work(target: Target) -> None:
        assert await _work(target.client(level, service=service, source=ATTACKER)) == "worked"

    found: dict[int, list[Session]] = {}
    for session in record(f"{level.word}-{service.name}", work):
        found.setdefault(session.port, []).append(session)
    return found


def _face(level: AuthLevel, service: AuthService, damage: Damage) -> str:
    """Let a client work before the replaying server; what it came to."""
    recordings = _recorded(level, service)
    network = Network(0)
    network.host("SERVER", [SERVER])
    network.host("CLIENT", [CLIENT])
    loop = SimulatedLoop(network)
    heard: list[object] = []
    loop.set_exception_handler(lambda _, context: heard.append(context))
    drawn = [0]

    def entropy(size: int) -> bytes:
        drawn[0] += 1
        return bytes((drawn[0] * 7 + at) & 0xFF for at in range(size))

    def new_context(security: ChannelSecurity) -> SecurityContext:
        return initiator(security, entropy=entropy, wall_time=loop.wall_time())

    async def work() -> str:
        counted = [0]
        servers = []
        for port, recorded in recordings.items():
            waiting = [list(session.answers) for session in recorded]

            def accept(waiting: list[list[bytes]] = waiting) -> Replaying:
                return Replaying(waiting.pop(0) if waiting else [], damage, counted)

            servers.append(await loop.create_server(accept, SERVER, port))
        who = credentials() if level > AuthLevel.NONE else None
        client = DcomClient(
            RpcConnector(new_context=new_context, local_addr=(CLIENT, 0)),
            SERVER,
            entropy=entropy,
            options=ImporterOptions(security=ChannelSecurity(level, service, who), timeout=30.0),
        )
        try:
            async with asyncio.timeout(PATIENCE):
                return await _work(client)
        finally:
            for server in servers:
                server.close()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        result = runner.run(work())
    assert heard == []
    return result


async def _work(client: DcomClient) -> str:
    try:
        await client.server_alive()
        await client.server_alive2()
        held = await client.activate(OPC_DA.clsid, [IID_IOPCSERVER])
        await IOPCServerProxy(held.interface(IID_IOPCSERVER)).get_status()
    except LocalMisuse:
        raise
    except OpcrossError as error:
        return type(error).__name__
    finally:
        await client.close()
    return "worked"


_DAMAGE = st.dictionaries(st.integers(0, 9), st.tuples(changes(), st.booleans()), min_size=1, max_size=3)


@given(_DAMAGE)
def test_damaged_answers_raise_errors_of_our_family(damage: Damage) -> None:
    _face(AuthLevel.NONE, AuthService.NTLM, damage)


@given(_DAMAGE, st.sampled_from([AuthService.NTLM, AuthService.NEGOTIATE]))
def test_damaged_log_ons_raise_errors_of_our_family(damage: Damage, service: AuthService) -> None:
    """Signatures can't hold against a recording; what is damaged here are binds, challenges and tokens."""
    assert _face(AuthLevel.INTEGRITY, service, damage) != "worked"


def test_an_undamaged_recording_serves_a_client_without_security() -> None:
    """The bench's own test."""
    assert _face(AuthLevel.NONE, AuthService.NTLM, {}) == "worked"


def test_a_recording_does_not_serve_a_client_with_security() -> None:
    """A replayed challenge and replayed signatures are worth nothing to another session key."""
    assert _face(AuthLevel.INTEGRITY, AuthService.NTLM, {}) != "worked"
