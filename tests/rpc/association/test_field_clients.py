"""The very octets that stacks in the field send, as far as RPC has to bear them."""

from __future__ import annotations

from uuid import UUID

import pytest

from opcross.levels import AuthLevel
from opcross.rpc.association import CallReceived, ServerAssociation, ServerConfig, ServerState
from opcross.rpc.pdu import (
    AlterContextResponse,
    Auth3,
    AuthVerifier,
    BindAck,
    PfcFlags,
    Request,
    Response,
)
from opcross.rpc.pdu.verifier import TRAILER_SIZE
from tests.rpc.association.cores import PEER, bound, hear, tell, token
from tests.rpc.association.toy_security import Toy, acceptor
from tests.rpc.pdu.test_round_trips import JAVA_BIND

# Context 0 of the Java bind is IOXIDResolver; these servers accept every interface.
RESOLVER_STUB = bytes.fromhex("0102030405060708")


def open_server() -> ServerAssociation:
    """A server that accepts every interface."""
    config = ServerConfig(accepts=lambda interface: True, new_acceptor=acceptor)
    return ServerAssociation(config, PEER, 0.0)


def java_bind_with(hello: bytes, level: int) -> bytes:
    """The Java bind with a raw NTLM trailer behind it: service 10, call id 0."""
    octets = bytearray(JAVA_BIND)
    octets += bytes([10, level, 0, 0, 0, 0, 0, 0]) + hello
    octets[8:10] = len(octets).to_bytes(2, "little")
    octets[10:12] = len(hello).to_bytes(2, "little")
    return bytes(octets)


def java_auth3(thanks: bytes, level: int) -> bytes:
    """AUTH3 with call id 0, four octets of nothing, and the sec_trailer at offset 20."""
    body = bytes(4) + bytes([10, level, 0, 0, 0, 0, 0, 0]) + thanks
    length = 16 + len(body)
    return (
        bytes.fromhex("0500100310000000")
        + length.to_bytes(2, "little")
        + len(thanks).to_bytes(2, "little")
        + bytes(4)
        + body
    )


def test_call_id_0_fragments_of_4280_and_auth3_with_four_octets_are_taken() -> None:
    server = open_server()
    (ack,) = tell(server, java_bind_with(b"hello", 2))
    assert isinstance(ack, BindAck)
    assert (ack.call_id, ack.max_xmit_frag) == (0, 4280)
    tell(server, java_auth3(b"thanks", 2))
    assert server.state is ServerState.BOUND
    _, events = hear(server, Request(call_id=1, stub=RESOLVER_STUB))
    assert isinstance(events[0], CallReceived)
    assert events[0].call.call.caller.level is AuthLevel.CONNECT


@pytest.mark.parametrize("level", [2, 5, 6])
def test_alter_context_without_a_trailer_is_taken_at_any_level(level: int) -> None:
    server = open_server()
    tell(server, java_bind_with(b"hello", level), java_auth3(b"thanks", level))
    (answer,) = tell(server, java_alter(server.group))
    assert isinstance(answer, AlterContextResponse)
    assert answer.results[0].result == 0
    assert answer.verifier is None
    assert answer.trailing == b""


def java_alter(group: int) -> bytes:
    """ALTER_CONTEXT, call id 3: IRemUnknown as context 1, no trailer."""
    return bytes.fromhex(
        "05 00 0e 03  10 00 00 00  48 00 00 00  03 00 00 00  b8 10 b8 10"
        + group.to_bytes(4, "little").hex()
        + "01 00 00 00  01 00 01 00"
        "31 01 00 00 00 00 00 00 c0 00 00 00 00 00 00 46  00 00 00 00"
        "04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60  02 00 00 00"
    )


def test_call_ids_may_jump_back_and_repeat() -> None:
    server = open_server()
    tell(server, JAVA_BIND)
    for call_id in (5, 6, 1, 1, 0xFFFFFFFF, 6):
        _, events = hear(server, Request(call_id=call_id))
        assert isinstance(events[0], CallReceived)
        server.reply(events[0].call, b"")
        assert Response.unpack(server.data_to_send()).call_id == call_id


def test_a_trailer_on_a_boundary_of_four_is_found() -> None:
    """The stub of 20 octets has no padding: the trailer begins at offset 44."""
    server = open_server()
    tell(server, java_bind_with(b"hello", 5), java_auth3(b"thanks", 5))
    stub = bytes(range(20))
    head = Request(
        call_id=1, stub=stub, alloc_hint=20, verifier=AuthVerifier(service=10, level=5, value=bytes(16))
    )
    octets = bytearray(head.pack())
    assert len(octets) == 24 + 20 + TRAILER_SIZE + 16
    octets[-16:] = Toy([], []).sign(bytes(octets[:24]), stub, bytes(octets[44:52]))
    _, events = hear(server, bytes(octets))
    assert isinstance(events[0], CallReceived)
    assert events[0].call.call.stub == stub


def test_an_object_on_every_fragment_is_taken() -> None:
    server = open_server()
    tell(server, JAVA_BIND)
    ipid = UUID("00000801-0001-0000-0000-000000000001")
    pieces = [(PfcFlags.FIRST, b"one"), (PfcFlags.NONE, b"two"), (PfcFlags.LAST, b"three")]
    _, events = hear(
        server,
        *(Request(call_id=1, flags=flags, object=ipid, stub=stub) for flags, stub in pieces),
    )
    assert isinstance(events[0], CallReceived)
    assert (events[0].call.call.object, events[0].call.call.stub) == (ipid, b"onetwothree")


def test_octets_behind_the_parameters_reach_the_dispatcher_untouched() -> None:
    """Sixteen zero octets after every COM call: what to ignore, only the stub's reader knows."""
    server = open_server()
    tell(server, JAVA_BIND)
    _, events = hear(server, Request(call_id=1, stub=b"parameters" + bytes(16)))
    assert isinstance(events[0], CallReceived)
    assert events[0].call.call.stub == b"parameters" + bytes(16)


def test_each_pdu_is_written_on_its_own() -> None:
    """Some clients read frag_length from their first read, and nothing else."""
    server = open_server()
    tell(server, JAVA_BIND)
    _, events = hear(server, Request(call_id=1))
    assert isinstance(events[0], CallReceived)
    server.reply(events[0].call, bytes(9000))
    pdus = server.pdus_to_send()
    assert len(pdus) == 3
    for octets in pdus:
        assert int.from_bytes(octets[8:10], "little") == len(octets) <= 4280


def test_an_auth3_that_counts_its_four_octets_as_padding_is_taken() -> None:
    server = open_server()
    tell(server, java_bind_with(b"hello", 2))
    verifier = token(b"thanks", level=2, context_id=0, pad_length=4)
    assert tell(server, Auth3(pad=b"    ", verifier=verifier)) == []
    assert server.state is ServerState.BOUND


def test_a_client_that_asks_for_everything_gets_what_there_is() -> None:
    """NDR64, bind-time features, header signing, a verification trailer: the habits of newer stacks."""
    pair = bound(
        AuthLevel.INTEGRITY,
        offer_ndr64=True,
        bind_time_features=3,
        verification_trailer=True,
        concurrent=True,
    )
    pair.client.call(next(iter(pair.client._context_ids)), 0, b"stub")
    (active,) = pair.settle().calls()
    assert active.call.stub == b"stub"
