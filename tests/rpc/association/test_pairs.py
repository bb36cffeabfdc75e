"""A client core and a server core that talk: every level, both services, whole and octet by octet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import LocalMisuse
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association import (
    BindRefused,
    CallFailed,
    ClientState,
    Closed,
    ContextAccepted,
    ContextRefused,
    LogonRefused,
    PeerRefused,
    Ready,
    Responded,
    ServerState,
    ShutdownAsked,
)
from opcross.rpc.pdu import (
    AlterContext,
    AuthVerifier,
    Bind,
    BindAck,
    FaultPdu,
    PduType,
    PfcFlags,
    Request,
    Response,
    Shutdown,
    unpack_pdu,
)
from opcross.rpc.profile import FinalLeg
from opcross.rpc.verification_trailer import MAGIC
from tests.rpc.association.cores import ECHO, OTHER, UNKNOWN, Pair, bound, new_client, new_server
from tests.rpc.association.toy_security import ALICE

LEVELS = [AuthLevel.NONE, AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
WAYS = [
    pytest.param(level, service, id=f"{level.word}-{service.name.lower()}")
    for level in LEVELS
    for service in (AuthService.NTLM, AuthService.NEGOTIATE)
]


@pytest.mark.parametrize(("level", "service"), WAYS)
@pytest.mark.parametrize("step", [0, 1, 7], ids=["whole", "octet by octet", "in sevens"])
def test_calls_get_through(level: AuthLevel, service: AuthService, step: int) -> None:
    pair = Pair(new_client(level, service), new_server())
    pair.client.bind((ECHO,))
    pair.settle(step=step)
    assert pair.echo(b"first", step=step) == b"first"
    assert pair.echo(b"", step=step) == b""
    assert pair.echo(bytes(range(256)) * 60, step=step) == bytes(range(256)) * 60


@pytest.mark.parametrize(("level", "service"), WAYS)
def test_the_server_knows_who_calls(level: AuthLevel, service: AuthService) -> None:
    pair = bound(level, service)
    pair.client.call(ECHO, 3, b"x")
    (active,) = pair.settle().calls()
    caller = active.call.caller
    assert caller.level is level
    assert caller.identity == (None if level is AuthLevel.NONE else ALICE)
    assert caller.service is (AuthService.NONE if level is AuthLevel.NONE else service)
    assert caller.association_group == pair.client.group == pair.server.group


def test_call_travels_as_pkt() -> None:
    pair = bound(AuthLevel.CALL)
    assert pair.client.level is AuthLevel.PKT
    bind = Bind.unpack(pair.wire[0])
    assert bind.verifier is not None
    assert bind.verifier.level == AuthLevel.PKT
    assert pair.echo(b"x") == b"x"


@given(stub=st.binary(max_size=9000), size=st.sampled_from([2048, 2056, 4280, 5840]), data=st.data())
def test_every_stub_survives_fragmentation(stub: bytes, size: int, data: st.DataObject) -> None:
    level = data.draw(st.sampled_from(LEVELS))
    alignment = data.draw(st.sampled_from([4, 16]))
    pair = bound(level, max_fragment=size, trailer_alignment=alignment)
    pair.client.call(ECHO, 0, stub, UUID(int=9))
    (active,) = pair.settle().calls()
    assert active.call.stub == stub
    assert active.call.object == UUID(int=9)
    pair.server.reply(active, stub)
    pair.settle()
    assert pair.heard == [Responded(active.call_id, pair.heard[0].reply)]  # type: ignore[union-attr]
    assert pair.heard[0].reply.stub == stub  # type: ignore[union-attr]
    assert max(map(len, pair.wire)) <= size


@pytest.mark.parametrize(("alignment", "pads"), [(16, {0, 4, 8, 12}), (4, {0})])
def test_the_trailer_stands_where_the_profile_wants_it(alignment: int, pads: set[int]) -> None:
    pair = bound(AuthLevel.INTEGRITY, trailer_alignment=alignment)
    seen = set()
    for size in range(0, 32, 4):
        pair.echo(bytes(size))
        request = Request.unpack([each for each in pair.wire if each[2] == PduType.REQUEST][-1])
        assert request.verifier is not None
        seen.add(len(request.verifier.pad))
    assert seen == pads


def test_a_stub_at_privacy_is_not_to_be_read_on_the_wire() -> None:
    pair = bound(AuthLevel.PRIVACY)
    pair.echo(b"attack at dawn!!")
    assert not any(b"dawn" in octets for octets in pair.wire)


def test_at_connect_requests_carry_a_verifier_only_if_the_profile_says_so() -> None:
    for wanted in (False, True):
        pair = bound(AuthLevel.CONNECT, connect_verifier=wanted)
        pair.echo(b"x")
        request = next(each for each in map(unpack_pdu, pair.wire) if isinstance(each, Request))
        assert (request.verifier is not None) is wanted
        if request.verifier is not None:
            assert request.verifier.value == b"\x01" + bytes(15)
            assert request.stub == b"x"


@pytest.mark.parametrize(
    "level", [AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY], ids=lambda x: x.word
)
@pytest.mark.parametrize("lenient", [False, True], ids=["strict", "lenient"])
def test_a_request_without_verifier_is_refused_unless_leniency_at_pkt(
    level: AuthLevel, lenient: bool
) -> None:
    """An independent client is known to send none at PKT; nothing else is let through."""
    pair = bound(level, server_allow_missing_verifier=lenient, sign_requests=False)
    unsigned = Request(stub=b"x", context_id=0, call_id=77).pack()
    pair.seen += pair.server.receive_data(unsigned, 0.0)
    if lenient and level is AuthLevel.PKT:
        (active,) = pair.calls()
        assert active.call.caller.identity == ALICE
        pair.server.reply(active, b"y")
        answer = Response.unpack(pair.server.data_to_send())
        assert answer.verifier is not None
    else:
        assert FaultPdu.unpack(pair.server.data_to_send()).status == 5
        assert pair.server.state is ServerState.CLOSED


def test_a_lenient_server_takes_long_unsigned_requests() -> None:
    pair = bound(AuthLevel.PKT, server_allow_missing_verifier=True, sign_requests=False)
    assert pair.echo(bytes(20000)) == bytes(20000)


def test_header_signing_is_agreed_when_a_client_asks() -> None:
    for wanted in (True, False):
        pair = bound(AuthLevel.INTEGRITY, header_signing=wanted)
        ack = BindAck.unpack(pair.wire[1])
        assert bool(ack.flags & PfcFlags.SUPPORT_HEADER_SIGN) is wanted


@pytest.mark.parametrize("signed", [True, False])
def test_a_mechanism_that_can_leaves_header_and_trailer_out_unless_agreed(
    signed: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Kerberos will be such a one; NTLM always covers the whole PDU."""
    monkeypatch.setattr("tests.rpc.association.toy_security.Toy.always_covers_header", False)
    pair = bound(AuthLevel.INTEGRITY, header_signing=signed)
    pair.client.call(ECHO, 0, b"x" * 16)
    (octets,) = pair.client.pdus_to_send()
    changed = bytearray(octets)
    changed[12] ^= 1
    pair.seen += pair.server.receive_data(bytes(changed), 0.0)
    assert bool(pair.calls()) is not signed


@pytest.mark.parametrize(
    ("service", "leg", "kinds"),
    [
        (AuthService.NTLM, FinalLeg.AUTO, [PduType.BIND, PduType.BIND_ACK, PduType.AUTH3]),
        (
            AuthService.NTLM,
            FinalLeg.ALTER_CONTEXT,
            [PduType.BIND, PduType.BIND_ACK, PduType.ALTER_CONTEXT, PduType.ALTER_CONTEXT_RESPONSE],
        ),
        (
            AuthService.NEGOTIATE,
            FinalLeg.AUTO,
            [PduType.BIND, PduType.BIND_ACK, PduType.ALTER_CONTEXT, PduType.ALTER_CONTEXT_RESPONSE],
        ),
    ],
)
def test_the_last_leg_goes_as_the_profile_says(
    service: AuthService, leg: FinalLeg, kinds: list[PduType]
) -> None:
    pair = bound(AuthLevel.INTEGRITY, service, final_leg=leg)
    assert [octets[2] for octets in pair.wire] == kinds
    assert pair.echo(b"x") == b"x"


def test_the_wrong_last_leg_is_refused_at_the_first_request() -> None:
    pair = bound(AuthLevel.CONNECT, AuthService.NEGOTIATE, final_leg=FinalLeg.AUTH3)
    pair.client.call(ECHO, 0, b"")
    pair.settle()
    assert pair.heard[0] == CallFailed(pair.heard[0].call_id, 5, did_not_execute=False)  # type: ignore[union-attr]


def test_further_interfaces_come_by_alter_context() -> None:
    pair = bound(AuthLevel.INTEGRITY)
    pair.client.alter((OTHER, UNKNOWN))
    pair.settle()
    assert ContextAccepted(OTHER) in pair.heard
    assert ContextRefused(UNKNOWN, 2, 1) in pair.heard
    assert isinstance(pair.heard[-1], Ready)
    alter = next(each for each in map(unpack_pdu, pair.wire) if isinstance(each, AlterContext))
    assert alter.verifier is None
    pair.client.call(OTHER, 1, b"other")
    (active,) = pair.settle().calls()
    assert active.call.interface == OTHER


def test_ndr64_and_features_are_offered_beside_ndr_if_the_profile_says_so() -> None:
    pair = Pair(new_client(offer_ndr64=True, bind_time_features=3), new_server())
    pair.client.bind((ECHO, UNKNOWN))
    pair.settle()
    bind = Bind.unpack(pair.wire[0])
    assert [context.context_id for context in bind.contexts] == [0, 1, 2, 3, 4]
    assert pair.heard[:-1] == [ContextAccepted(ECHO), ContextRefused(UNKNOWN, 2, 1)]


def test_a_refused_bind_is_an_event() -> None:
    client = new_client()
    client.group = 4711
    pair = Pair(client, new_server())
    client.bind((ECHO,))
    pair.settle()
    assert pair.heard == [BindRefused(0), Closed("bind refused")]


def test_a_wrong_proof_of_the_server_is_an_event() -> None:
    pair = Pair(new_client(AuthLevel.CONNECT), new_server())
    pair.client.bind((ECHO,))
    pair.server.receive_data(pair.client.data_to_send(), 0.0)
    ack = BindAck.unpack(pair.server.data_to_send())
    assert ack.verifier is not None
    liar = BindAck(
        call_id=ack.call_id,
        association_group=1,
        results=ack.results,
        verifier=AuthVerifier(service=10, level=2, value=b"liar"),
    )
    events = pair.client.receive_data(liar.pack())
    assert [type(event) for event in events] == [LogonRefused, Closed]
    assert pair.client.state is ClientState.CLOSED


def test_concurrent_calls_need_the_agreement_of_both() -> None:
    for ours, theirs in ((True, True), (True, False), (False, True)):
        pair = bound(concurrent=ours, server_concurrent=theirs)
        pair.client.call(ECHO, 0, b"")
        if ours and theirs:
            pair.client.call(ECHO, 0, b"")
        else:
            with pytest.raises(LocalMisuse, match="concurrent"):
                pair.client.call(ECHO, 0, b"")


def test_answers_find_their_calls_in_any_order() -> None:
    pair = bound()
    ids = [pair.client.call(ECHO, 0, bytes([number])) for number in range(5)]
    actives = pair.settle().calls()
    for active in reversed(actives):
        pair.server.reply(active, active.call.stub * 3000)
    pair.settle()
    answers = {event.call_id: event.reply.stub for event in pair.heard if isinstance(event, Responded)}
    assert answers == {call_id: bytes([number]) * 3000 for number, call_id in enumerate(ids)}


def test_a_fault_is_an_event_and_the_connection_lives() -> None:
    pair = bound(AuthLevel.INTEGRITY)
    call_id = pair.client.call(ECHO, 0, b"")
    (active,) = pair.settle().calls()
    pair.server.fault(active, 0x80070005, did_not_execute=True)
    pair.settle()
    assert pair.heard == [CallFailed(call_id, 0x80070005, did_not_execute=True)]
    pair.heard.clear()
    assert pair.echo(b"again") == b"again"


def test_a_cancelled_call_is_still_answered() -> None:
    pair = bound()
    call_id = pair.client.call(ECHO, 0, b"")
    pair.client.cancel(call_id)
    (active,) = pair.settle().calls()
    pair.server.fault(active, 0x1C00000D)
    pair.settle()
    assert pair.heard == [CallFailed(call_id, 0x1C00000D, did_not_execute=False)]
    pair.client.orphan(call_id)
    assert pair.client.pdus_to_send() == []


def test_a_shutdown_is_an_event() -> None:
    pair = bound()
    assert pair.client.receive_data(Shutdown().pack()) == [ShutdownAsked()]


@pytest.mark.parametrize(
    "pdus",
    [
        pytest.param([Response(call_id=99)], id="answer to no call"),
        pytest.param([Response(call_id=2, flags=PfcFlags.LAST)], id="no first fragment"),
        pytest.param([Response(call_id=2, flags=PfcFlags.FIRST)] * 2, id="two first fragments"),
        pytest.param([FaultPdu(call_id=99)], id="fault of no call"),
        pytest.param([BindAck(call_id=1)], id="bind_ack when bound"),
    ],
)
def test_a_server_that_breaks_the_protocol_is_left(pdus: list[Any]) -> None:
    pair = bound()
    assert pair.client.call(ECHO, 0, b"") == 2
    events = [event for pdu in pdus for event in pair.client.receive_data(pdu.pack())]
    assert [type(event) for event in events] == [PeerRefused, Closed]


def test_an_unsigned_response_is_refused_where_it_should_be_signed() -> None:
    for level in (AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY):
        pair = bound(level)
        call_id = pair.client.call(ECHO, 0, b"")
        events = pair.client.receive_data(Response(call_id=call_id, stub=b"forged").pack())
        assert [type(event) for event in events] == [PeerRefused, Closed]


def test_a_reassembled_response_is_limited() -> None:
    from opcross.rpc.association import ClientAssociation, Limits
    from opcross.rpc.profile import ClientProfile

    client = ClientAssociation(ClientProfile(), limits=Limits(response=100))
    pair = Pair(client, new_server())
    client.bind((ECHO,))
    pair.settle()
    call_id = client.call(ECHO, 0, b"")
    assert client.receive_data(Response(call_id=call_id, flags=PfcFlags.FIRST, stub=bytes(90)).pack()) == []
    events = client.receive_data(Response(call_id=call_id, flags=PfcFlags.NONE, stub=bytes(11)).pack())
    assert [type(event) for event in events] == [PeerRefused, Closed]


def test_a_verification_trailer_is_checked_and_cut_off() -> None:
    pair = bound(AuthLevel.PRIVACY, verification_trailer=True)
    pair.client.call(ECHO, 3, b"odd")
    (active,) = pair.settle().calls()
    assert active.call.stub == b"odd\0"
    assert MAGIC not in active.call.stub


def test_a_verification_trailer_that_lies_is_refused() -> None:
    pair = bound(AuthLevel.INTEGRITY, verification_trailer=True)
    honest = bound(AuthLevel.INTEGRITY, verification_trailer=True)
    # The same keys: the stub, with its trailer, of a call to another opnum.
    honest.client.call(ECHO, 9, b"stub")
    (active,) = honest.client.pdus_to_send()
    stub = Request.unpack(active).stub
    pair.client = new_client_like(pair)
    pair.client.call(ECHO, 3, stub)
    pair.settle()
    assert pair.heard[-1] == CallFailed(2, 5, did_not_execute=False)


def new_client_like(pair: Pair) -> Any:
    """A client that goes on where that of ``pair`` stands, without a trailer of its own."""
    from dataclasses import replace

    pair.client.profile = replace(pair.client.profile, verification_trailer=False)
    return pair.client


def test_an_interface_that_was_not_bound_cannot_be_called() -> None:
    with pytest.raises(LocalMisuse, match="was not bound"):
        bound().client.call(OTHER, 0, b"")


def test_level_and_context_must_fit() -> None:
    from opcross.rpc.association import ClientAssociation
    from opcross.rpc.profile import ClientProfile

    with pytest.raises(LocalMisuse):
        ClientAssociation(ClientProfile(), level=AuthLevel.PRIVACY)


@given(st.lists(st.binary(min_size=1, max_size=40), max_size=20), st.sampled_from(LEVELS))
def test_noise_after_a_bind_raises_nothing(pieces: list[bytes], level: AuthLevel) -> None:
    pair = bound(level)
    pair.client.call(ECHO, 0, b"")
    for piece in pieces:
        pair.server.receive_data(piece, 0.0)
        pair.client.receive_data(piece)
    assert len(pair.server.data_to_send()) < 4096


@given(data=st.data(), level=st.sampled_from(LEVELS))
def test_one_changed_octet_of_a_session_raises_nothing(data: st.DataObject, level: AuthLevel) -> None:
    """Whatever arrives, both cores stay in order: an event, an answer or a close."""
    pair = Pair(
        new_client(level, data.draw(st.sampled_from([AuthService.NTLM, AuthService.NEGOTIATE]))), new_server()
    )
    pair.client.bind((ECHO,))
    turn = data.draw(st.integers(0, 6))
    for number in range(12):
        if pair.client.speaks(ECHO) and not pair.client.busy and not pair.client.outstanding:
            pair.client.call(ECHO, 0, bytes(40))
        there = _touch(pair.client.data_to_send(), data, number == turn)
        pair.seen += pair.server.receive_data(there, 0.0)
        for active in pair.calls():
            pair.server.reply(active, active.call.stub)
        back = _touch(pair.server.data_to_send(), data, number + 1 == turn)
        pair.client.receive_data(back)


def _touch(octets: bytes, data: st.DataObject, now: bool) -> bytes:
    if not now or not octets:
        return octets
    place = data.draw(st.integers(0, len(octets) - 1))
    return octets[:place] + bytes([data.draw(st.integers(0, 255))]) + octets[place + 1 :]
