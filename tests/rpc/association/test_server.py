"""A server core against single PDUs: binding, calls, limits and refusals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from opcross.errors import LocalMisuse
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association import (
    AssociationGroups,
    Authenticated,
    CallCancelled,
    CallOrphaned,
    CallReceived,
    Closed,
    Limits,
    LogonRefused,
    PeerRefused,
    ServerState,
)
from opcross.rpc.pdu import (
    NDR20,
    NDR64,
    AlterContext,
    AlterContextResponse,
    Auth3,
    BindAck,
    BindNak,
    CoCancel,
    ContextElement,
    ContextVerdict,
    FaultPdu,
    Header,
    Orphaned,
    PfcFlags,
    ProviderReason,
    Request,
    Response,
    bind_time_syntax,
)
from tests.rpc.association.cores import (
    ECHO,
    OTHER,
    UNKNOWN,
    bind_pdu,
    hear,
    new_server,
    offer,
    request,
    tell,
    token,
)
from tests.rpc.association.toy_security import ALICE

FIRST, LAST, NEITHER = PfcFlags.FIRST, PfcFlags.LAST, PfcFlags.NONE
PROTO_ERROR, UNK_IF, ACCESS_DENIED, SEC_PKG_ERROR, BUSY = 0x1C01000B, 0x1C010003, 5, 0x721, 0x1C010014


def bound_server(*interfaces: Any, flags: PfcFlags = FIRST | LAST, **config: Any) -> Any:
    server = new_server(**config)
    tell(server, bind_pdu(*(interfaces or (ECHO, OTHER)), flags=flags))
    assert server.state is ServerState.BOUND
    return server


def status_of(answers: list[Any]) -> int:
    (fault,) = answers
    assert isinstance(fault, FaultPdu)
    return fault.status


# -- binding ---------------------------------------------------------------------------------------


def test_a_bind_is_acknowledged_with_port_group_and_results() -> None:
    server = new_server(port=49155)
    (ack,) = tell(server, bind_pdu(ECHO, UNKNOWN, call_id=9))
    assert isinstance(ack, BindAck)
    assert ack.call_id == 9
    assert ack.secondary_address == b"49155\0"
    assert ack.association_group == server.group != 0
    assert [(result.result, result.reason) for result in ack.results] == [
        (ContextVerdict.ACCEPTANCE, 0),
        (ContextVerdict.PROVIDER_REJECTION, ProviderReason.ABSTRACT_SYNTAX_NOT_SUPPORTED),
    ]


@pytest.mark.parametrize(
    ("transmit", "receive", "agreed"),
    [
        (0xFFFF, 0xFFFF, 5840),
        (4280, 4280, 4280),
        (3199, 0xFFFF, 3192),
        (0, 0xFFFF, 2048),
        (0xFFFF, 100, 2048),
    ],
)
def test_fragments_are_as_large_as_the_smallest_wish(transmit: int, receive: int, agreed: int) -> None:
    (ack,) = tell(new_server(), bind_pdu(max_xmit_frag=transmit, max_recv_frag=receive))
    assert isinstance(ack, BindAck)
    assert (ack.max_xmit_frag, ack.max_recv_frag) == (agreed, agreed)


def test_ndr64_is_declined_and_ndr_taken() -> None:
    offers = (ContextElement(0, ECHO, (NDR20,)), ContextElement(1, ECHO, (NDR64,)))
    (ack,) = tell(new_server(), bind_pdu(contexts=offers))
    assert isinstance(ack, BindAck)
    assert [result.result for result in ack.results] == [0, 2]
    assert ack.results[1].reason == ProviderReason.TRANSFER_SYNTAXES_NOT_SUPPORTED


def test_bind_time_features_are_acknowledged_with_those_that_we_have() -> None:
    offers = (ContextElement(0, ECHO), ContextElement(1, ECHO, (bind_time_syntax(0xFF),)))
    (ack,) = tell(new_server(), bind_pdu(contexts=offers))
    assert isinstance(ack, BindAck)
    assert (ack.results[1].result, ack.results[1].reason) == (ContextVerdict.NEGOTIATE_ACK, 3)


@pytest.mark.parametrize(
    ("pdu", "reason"),
    [
        pytest.param(bind_pdu(contexts=()), 0, id="no contexts"),
        pytest.param(bind_pdu(contexts=(ContextElement(0, ECHO, ()),)), 0, id="no transfer syntax"),
        pytest.param(bind_pdu(association_group=77), 0, id="unknown group"),
        pytest.param(bind_pdu(contexts=offer(*[ECHO] * 65)), 2, id="too many contexts"),
        pytest.param(bind_pdu(verifier=token(b"hello", level=1)), 0, id="level none"),
        pytest.param(bind_pdu(verifier=token(b"hello", level=7)), 0, id="level 7"),
        pytest.param(bind_pdu(verifier=token(b"hello", level=3)), 9, id="level call"),
        pytest.param(bind_pdu(verifier=token(b"hello", service=68)), 8, id="unknown service"),
        pytest.param(bind_pdu(verifier=token(b"hello", service=16)), 8, id="service not offered"),
        pytest.param(bind_pdu(verifier=token(b"nonsense")), 0, id="bad token"),
        pytest.param(bind_pdu(verifier=token(b"hello", pad_length=200)), 4, id="impossible padding"),
        pytest.param(
            bind_pdu(contexts=[ContextElement(n, ECHO, (bind_time_syntax(n),)) for n in (1, 2)]),
            0,
            id="features twice",
        ),
    ],
)
def test_a_wrong_bind_is_refused_with_its_reason(pdu: Any, reason: int) -> None:
    answers, events = hear(new_server(), pdu)
    (nak,) = answers
    assert isinstance(nak, BindNak)
    assert nak.reason == reason
    assert isinstance(events[-1], Closed)
    (refused,) = [event for event in events if isinstance(event, PeerRefused)]
    assert (refused.answer, refused.code) == ("bind_nak", reason)


def test_a_foreign_rpc_version_is_refused() -> None:
    octets = bytearray(bind_pdu().pack())
    octets[0] = 4
    (nak,) = tell(new_server(), bytes(octets))
    assert isinstance(nak, BindNak)
    assert nak.reason == 4


def test_connections_share_a_group_while_one_of_them_lives() -> None:
    groups = AssociationGroups()
    first, second, third = (new_server(groups=groups) for _ in range(3))
    tell(first, bind_pdu())
    (ack,) = tell(second, bind_pdu(association_group=first.group))
    assert isinstance(ack, BindAck)
    assert ack.association_group == first.group
    group = first.group
    first.lose()
    assert len(groups) == 1
    second.lose()
    assert len(groups) == 0
    assert isinstance(tell(third, bind_pdu(association_group=group))[0], BindNak)


def test_further_contexts_come_with_alter_context() -> None:
    server = bound_server(ECHO)
    (answer,) = tell(
        server, AlterContext(call_id=3, contexts=(ContextElement(7, OTHER),), association_group=1)
    )
    assert isinstance(answer, AlterContextResponse)
    assert answer.results[0].result == 0
    assert answer.association_group == server.group
    _, events = hear(server, request(context_id=7))
    assert isinstance(events[0], CallReceived)
    assert events[0].call.call.interface == OTHER


def test_contexts_are_limited() -> None:
    server = bound_server(ECHO, limits=Limits(contexts=2))
    offers = (ContextElement(5, ECHO), ContextElement(6, OTHER))
    (answer,) = tell(server, AlterContext(contexts=offers))
    assert isinstance(answer, AlterContextResponse)
    assert [result.reason for result in answer.results] == [0, ProviderReason.LOCAL_LIMIT_EXCEEDED]


def test_a_context_in_use_cannot_become_another_interface() -> None:
    server = bound_server(ECHO)
    assert status_of(tell(server, AlterContext(contexts=(ContextElement(0, OTHER),)))) == PROTO_ERROR
    assert server.state is ServerState.CLOSED


# -- authentication --------------------------------------------------------------------------------


def test_auth3_completes_a_log_on_without_an_answer() -> None:
    server = new_server()
    (ack,) = tell(server, bind_pdu(verifier=token(b"hello", level=2)))
    assert isinstance(ack, BindAck)
    assert ack.verifier is not None
    assert ack.verifier.value == b"welcome"
    answers, events = hear(server, Auth3(verifier=token(b"thanks", level=2)))
    assert not answers
    assert events == [Authenticated(ALICE, AuthService.NTLM, AuthLevel.CONNECT)]
    _, events = hear(server, request())
    assert isinstance(events[0], CallReceived)
    caller = events[0].call.call.caller
    assert (caller.identity, caller.level, caller.service) == (ALICE, AuthLevel.CONNECT, AuthService.NTLM)


def test_a_failed_auth3_is_answered_at_the_first_request() -> None:
    """This is why users see "access denied" and not "log-on failure"."""
    server = new_server()
    tell(server, bind_pdu(verifier=token(b"hello", level=2)))
    answers, events = hear(server, Auth3(verifier=token(b"guess", level=2)))
    assert not answers
    assert isinstance(events[0], LogonRefused)
    (fault,) = tell(server, request())
    assert isinstance(fault, FaultPdu)
    assert fault.status == ACCESS_DENIED
    assert not fault.flags & PfcFlags.DID_NOT_EXECUTE
    assert server.state is ServerState.CLOSED


def test_the_number_of_authentications_is_limited() -> None:
    server = bound_server(limits=Limits(security_contexts=1))
    for number, expected in ((1, AlterContextResponse), (2, FaultPdu)):
        verifier = token(b"hello", level=2, context_id=number)
        (answer,) = tell(server, AlterContext(contexts=offer(ECHO), verifier=verifier))
        assert isinstance(answer, expected)
        hear(server, Auth3(verifier=token(b"thanks", level=2, context_id=number)))


def test_the_number_of_legs_is_limited() -> None:
    class Endless:
        service, complete, identity, signature_size = AuthService.NTLM, False, None, 16

        def step(self, token: bytes) -> bytes:
            return b"more"

    server = new_server(new_acceptor=lambda service, level: Endless(), limits=Limits(authentication_legs=3))
    tell(server, bind_pdu(verifier=token(b"x")))
    answers = [
        answer
        for _ in range(3)
        for answer in tell(server, AlterContext(contexts=offer(ECHO), verifier=token(b"x")))
    ]
    assert [type(answer) for answer in answers] == [AlterContextResponse, AlterContextResponse, FaultPdu]


# -- requests --------------------------------------------------------------------------------------


def test_a_request_becomes_a_call_with_everything_in_it() -> None:
    server = bound_server()
    pdu = request(b"stub", call_id=5, context_id=1, opnum=7, object=UUID(int=3))
    _, events = hear(server, pdu)
    (received,) = events
    assert isinstance(received, CallReceived)
    call = received.call.call
    assert (call.interface, call.opnum, call.stub, call.object, call.call_id, call.little) == (
        OTHER,
        7,
        b"stub",
        UUID(int=3),
        5,
        True,
    )
    assert (call.caller.address, call.caller.local_address) == ("10.0.0.9", "10.0.0.1")
    server.reply(received.call, b"answer")
    (answer,) = (Response.unpack(octets) for octets in server.pdus_to_send())
    assert (answer.call_id, answer.context_id, answer.stub, answer.alloc_hint) == (5, 1, b"answer", 6)


def test_big_endian_clients_are_served() -> None:
    server = bound_server()
    _, events = hear(server, request(b"stub", call_id=5, opnum=7, drep=b"\0\0\0\0", object=UUID(int=3)))
    call = events[0].call.call  # type: ignore[union-attr]
    assert (call.little, call.call_id, call.opnum, call.object) == (False, 5, 7, UUID(int=3))


def test_fragments_are_joined() -> None:
    server = bound_server()
    _, events = hear(
        server,
        request(b"one ", flags=FIRST, call_id=4, opnum=2),
        request(b"", flags=NEITHER, call_id=4),
        request(b"two ", flags=NEITHER, call_id=4, context_id=111, opnum=111),
        request(b"three", flags=LAST, call_id=4),
    )
    (received,) = events
    assert isinstance(received, CallReceived)
    assert (received.call.call.stub, received.call.call.opnum) == (b"one two three", 2)


def test_a_long_answer_is_cut_into_fragments() -> None:
    server = new_server()
    tell(server, bind_pdu(max_xmit_frag=2048, max_recv_frag=2048))
    _, events = hear(server, request())
    stub = bytes(range(256)) * 20
    server.reply(events[0].call, stub)  # type: ignore[union-attr]
    answers = [Response.unpack(octets) for octets in server.pdus_to_send()]
    assert b"".join(answer.stub for answer in answers) == stub
    assert [int(answer.flags) for answer in answers] == [1, 0, 2]
    assert answers[0].alloc_hint == len(stub)
    assert max(len(answer.pack()) for answer in answers) == 2048


def test_an_unknown_context_is_a_fault_and_the_connection_lives() -> None:
    server = bound_server()
    (fault,) = tell(server, request(context_id=99, call_id=3))
    assert isinstance(fault, FaultPdu)
    assert (fault.status, fault.context_id, fault.flags) == (UNK_IF, 0, 0x23)
    assert server.state is ServerState.BOUND


def test_the_context_of_a_response_is_cut_to_an_octet() -> None:
    server = new_server()
    tell(server, bind_pdu(contexts=(ContextElement(0x1001, ECHO),)))
    _, events = hear(server, request(context_id=0x1001))
    server.reply(events[0].call, b"")  # type: ignore[union-attr]
    assert Response.unpack(server.data_to_send()).context_id == 1


@pytest.mark.parametrize(
    ("pdus", "status", "call_id"),
    [
        pytest.param([request(flags=LAST, call_id=3)], PROTO_ERROR, 3, id="no first fragment"),
        pytest.param([request(flags=FIRST, call_id=3)] * 2, PROTO_ERROR, 3, id="two first fragments"),
        pytest.param(
            [request(flags=FIRST, call_id=3), request(call_id=4)], PROTO_ERROR, 3, id="a call inside another"
        ),
        pytest.param([request(flags=FIRST | 4, call_id=3)], 0x6BD, 3, id="cancelled at once"),
        pytest.param([Request(flags=FIRST, alloc_hint=0x400001, call_id=3)], 5, 3, id="too much announced"),
        pytest.param([request(verifier=token(b"x" * 16), call_id=3)], 5, 3, id="an unknown verifier"),
        pytest.param(
            [Header(type=0, frag_length=20, call_id=3).pack() + bytes(4)], PROTO_ERROR, 3, id="short"
        ),
    ],
)
def test_a_wrong_request_ends_the_connection(pdus: list[Any], status: int, call_id: int) -> None:
    server = bound_server()
    (fault,) = tell(server, *pdus)
    assert isinstance(fault, FaultPdu)
    assert (fault.status, fault.call_id) == (status, call_id)
    assert server.state is ServerState.CLOSED


def test_a_reassembled_request_is_limited() -> None:
    server = bound_server(limits=Limits(request=10))
    pieces = [request(b"12345", flags=FIRST), request(b"67890", flags=NEITHER)]
    assert tell(server, *pieces) == []
    assert status_of(tell(server, request(b"!", flags=NEITHER))) == ACCESS_DENIED


@pytest.mark.parametrize(("length", "answered"), [(0, False), (15, False), (5841, True), (0xFFFF, True)])
def test_a_fragment_of_impossible_length_is_refused_by_its_header(length: int, answered: bool) -> None:
    server = bound_server()
    header = Header(type=0, frag_length=length, call_id=8).pack()
    answers, events = hear(server, header)
    assert bool(answers) is answered
    assert server.state is ServerState.CLOSED
    assert [type(event) for event in events] == [PeerRefused, Closed]


def test_noise_is_refused() -> None:
    server = new_server()
    answers, events = hear(server, b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
    assert not answers
    assert isinstance(events[-1], Closed)


# -- several calls ---------------------------------------------------------------------------------


def test_without_multiplexing_calls_run_one_after_the_other() -> None:
    server = bound_server()
    _, events = hear(server, request(b"1"), request(b"2"), request(b"3"))
    (first,) = events
    assert isinstance(first, CallReceived)
    (second,) = server.reply(first.call, b"")
    assert isinstance(second, CallReceived)
    assert second.call.call.stub == b"2"
    assert server.running == 2


def test_with_multiplexing_calls_run_side_by_side() -> None:
    server = bound_server(flags=FIRST | LAST | PfcFlags.CONC_MPX)
    _, events = hear(server, request(b"1", call_id=1), request(b"2", call_id=2))
    first, second = (event.call for event in events if isinstance(event, CallReceived))
    server.reply(second, b"b")
    server.reply(first, b"a")
    answers = [Response.unpack(octets) for octets in server.pdus_to_send()]
    assert [(answer.call_id, answer.stub) for answer in answers] == [(2, b"b"), (1, b"a")]


@pytest.mark.parametrize(
    "flags", [FIRST | LAST, FIRST | LAST | PfcFlags.CONC_MPX], ids=["serial", "concurrent"]
)
def test_too_many_calls_at_once_are_sent_away(flags: PfcFlags) -> None:
    server = bound_server(flags=flags, limits=Limits(calls=2))
    assert tell(server, request(), request()) == []
    assert status_of(tell(server, request())) == BUSY
    assert server.state is ServerState.BOUND


def test_the_stubs_of_waiting_calls_are_limited() -> None:
    server = bound_server(limits=Limits(waiting_octets=100))
    assert tell(server, request(bytes(90))) == []
    assert status_of(tell(server, request(bytes(11)))) == BUSY


def test_the_same_call_id_may_run_twice() -> None:
    """A Java client resets its counter with every bind, on live connections too."""
    server = bound_server(flags=FIRST | LAST | PfcFlags.CONC_MPX)
    _, events = hear(server, request(b"1", call_id=1), request(b"2", call_id=1))
    for event in events:
        server.reply(event.call, b"x")  # type: ignore[union-attr]
    assert len(server.pdus_to_send()) == 2


def test_a_cancel_reaches_the_running_call() -> None:
    server = bound_server()
    _, events = hear(server, request(call_id=6), CoCancel(call_id=5), CoCancel(call_id=6))
    assert [type(event) for event in events] == [CallReceived, CallCancelled]
    assert server.fault(events[1].call, 0x1C00000D) == []  # type: ignore[union-attr]
    assert status_of([FaultPdu.unpack(server.data_to_send())]) == 0x1C00000D


def test_an_orphaned_call_gets_no_answer() -> None:
    server = bound_server()
    _, events = hear(server, request(b"1", call_id=6), request(b"2", call_id=7), Orphaned(call_id=7))
    hear(server, Orphaned(call_id=6))
    (received,) = events
    assert server.reply(received.call, b"late") == []  # type: ignore[union-attr]
    assert server.pdus_to_send() == []
    assert server.running == 0


def test_a_maybe_call_gets_no_answer() -> None:
    server = bound_server()
    _, events = hear(server, request(flags=FIRST | LAST | PfcFlags.MAYBE))
    server.reply(events[0].call, b"nobody listens")  # type: ignore[union-attr]
    assert server.pdus_to_send() == []


def test_a_lost_connection_orphans_its_calls() -> None:
    server = bound_server()
    _, events = hear(server, request())
    assert [type(event) for event in server.lose()] == [Closed, CallOrphaned]
    assert server.reply(events[0].call, b"late") == []  # type: ignore[union-attr]
    assert server.pdus_to_send() == []


def test_a_second_answer_is_our_own_mistake() -> None:
    server = bound_server()
    _, events = hear(server, request())
    server.reply(events[0].call, b"")  # type: ignore[union-attr]
    with pytest.raises(LocalMisuse):
        server.reply(events[0].call, b"")  # type: ignore[union-attr]


# -- time ------------------------------------------------------------------------------------------


def test_a_client_that_does_not_bind_is_closed() -> None:
    server = new_server(now=100.0, limits=Limits(bind_time=30))
    assert server.next_timer() == 130.0
    assert server.on_timer(129.9) == []
    assert isinstance(server.on_timer(130.0)[-1], Closed)


def test_an_authentication_that_does_not_end_is_closed() -> None:
    server = new_server(limits=Limits(bind_time=30))
    tell(server, bind_pdu(), now=20.0)
    tell(server, AlterContext(contexts=offer(ECHO), verifier=token(b"hello")), now=1000.0)
    assert server.next_timer() == 1030.0


def test_an_idle_connection_is_closed() -> None:
    server = new_server(limits=Limits(idle_time=60))
    tell(server, bind_pdu(), now=5.0)
    assert server.next_timer() == 65.0
    _, events = hear(server, request(), now=10.0)
    assert server.next_timer() is None
    server.reply(events[0].call, b"")  # type: ignore[union-attr]
    assert isinstance(server.on_timer(70.0)[-1], Closed)


def test_a_connection_that_holds_objects_is_spared() -> None:
    server = new_server(limits=Limits(idle_time=60), holds_objects=lambda connection: connection == 1)
    tell(server, bind_pdu(), now=0.0)
    assert server.on_timer(60.0) == []
    assert server.next_timer() == 120.0
