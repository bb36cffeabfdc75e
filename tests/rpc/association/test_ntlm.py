"""The cores with real NTLM and SPNEGO: what was touched on the way is refused, at every protecting level."""

from __future__ import annotations

from typing import Any

import pytest

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association import (
    CallFailed,
    ClientAssociation,
    ClientState,
    Closed,
    LogonRefused,
    PeerRefused,
    ServerState,
)
from opcross.rpc.pdu import FaultPdu, PduType
from opcross.rpc.profile import ClientProfile
from tests.rpc.association.cores import ECHO, Pair, new_server
from tests.rpc.security import exchange

PROTECTING = [AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
SERVICES = [AuthService.NTLM, AuthService.NEGOTIATE]


def logged_on(level: AuthLevel, service: AuthService = AuthService.NTLM, **options: Any) -> Pair:
    """A pair after a log-on with the account of the security tests."""

    def new_acceptor(service: AuthService, level: AuthLevel) -> Any:
        return exchange.server(level, service)

    context = exchange.client(level, service, **options)
    pair = Pair(
        ClientAssociation(ClientProfile(), context=context, level=level),
        new_server(new_acceptor=new_acceptor),
    )
    pair.client.bind((ECHO,))
    pair.settle()
    pair.heard.clear()
    return pair


def requests_of(pair: Pair, *stubs: bytes) -> list[bytes]:
    """The PDUs of calls that have not been sent."""
    for stub in stubs:
        pair.client.call(ECHO, 0, stub)
    return pair.client.pdus_to_send()


def fault_of(pair: Pair) -> FaultPdu:
    (octets,) = pair.server.pdus_to_send()
    return FaultPdu.unpack(octets)


@pytest.mark.parametrize("service", SERVICES, ids=lambda x: x.name)
@pytest.mark.parametrize("level", [AuthLevel.CONNECT, *PROTECTING], ids=lambda x: x.word)
def test_calls_get_through_and_the_user_is_known(level: AuthLevel, service: AuthService) -> None:
    pair = logged_on(level, service)
    assert pair.echo(b"x" * 12000, step=1000) == b"x" * 12000
    pair.client.call(ECHO, 0, b"")
    (active,) = pair.settle().calls()
    assert active.call.caller.identity is not None
    assert active.call.caller.identity.user == exchange.USER
    assert active.call.caller.level is level


@pytest.mark.parametrize("service", SERVICES, ids=lambda x: x.name)
def test_nobody_in_particular_may_log_on(service: AuthService) -> None:
    pair = logged_on(AuthLevel.CONNECT, service, anonymous=True)
    pair.client.call(ECHO, 0, b"")
    (active,) = pair.settle().calls()
    assert active.call.caller.identity is not None
    assert active.call.caller.identity.anonymous


def test_a_wrong_password_shows_as_access_denied_at_the_first_request() -> None:
    pair = logged_on(AuthLevel.INTEGRITY, password="guess")
    assert any(isinstance(event, LogonRefused) for event in pair.seen)
    call_id = pair.client.call(ECHO, 0, b"")
    pair.settle()
    assert pair.heard[0] == CallFailed(call_id, 5, did_not_execute=False)


def test_a_wrong_password_in_spnego_is_refused_at_once() -> None:
    pair = logged_on(AuthLevel.INTEGRITY, AuthService.NEGOTIATE, password="guess")
    assert pair.client.state is ClientState.CLOSED
    assert FaultPdu.unpack(pair.wire[-1]).status == 5


@pytest.mark.parametrize("service", SERVICES, ids=lambda x: x.name)
@pytest.mark.parametrize("level", PROTECTING, ids=lambda x: x.word)
class TestTouchedPdus:
    """Header, stub, padding, trailer and signature: nothing of a request may change, nor may its order."""

    def test_a_tampered_request_is_refused_wherever_it_was_touched(
        self, level: AuthLevel, service: AuthService
    ) -> None:
        (octets,) = requests_of(logged_on(level, service), b"stub of seventeen")
        # Type, flags and lengths are judged before the signature; what stays is under it.
        for place in [12, *range(16, len(octets))]:
            pair = logged_on(level, service)
            (octets,) = requests_of(pair, b"stub of seventeen")
            touched = bytearray(octets)
            touched[place] ^= 0x01
            pair.seen += pair.server.receive_data(bytes(touched), 0.0)
            assert not pair.calls(), place
            fault = fault_of(pair)
            if 20 <= place < 22:
                assert fault.status == 0x721  # the context is unknown, yet the signature is looked at first
            else:
                assert fault.status in (5, 0x721), place
            assert pair.server.state is ServerState.CLOSED

    def test_a_replayed_request_is_refused(self, level: AuthLevel, service: AuthService) -> None:
        pair = logged_on(level, service)
        (octets,) = requests_of(pair, b"pay")
        pair.seen += pair.server.receive_data(octets, 0.0)
        assert len(pair.calls()) == 1
        pair.seen += pair.server.receive_data(octets, 0.0)
        assert not pair.calls()
        assert fault_of(pair).status == 0x721

    def test_reordered_requests_are_refused(self, level: AuthLevel, service: AuthService) -> None:
        pair = logged_on(level, service)
        first, second = requests_of(pair, b"one", b"two")
        pair.seen += pair.server.receive_data(second + first, 0.0)
        assert not pair.calls()
        assert fault_of(pair).status == 0x721

    def test_a_lost_request_is_noticed(self, level: AuthLevel, service: AuthService) -> None:
        pair = logged_on(level, service)
        _, second = requests_of(pair, b"one", b"two")
        pair.seen += pair.server.receive_data(second, 0.0)
        assert not pair.calls()
        assert fault_of(pair).status == 0x721

    def test_a_truncated_request_is_refused(self, level: AuthLevel, service: AuthService) -> None:
        length = len(requests_of(logged_on(level, service), b"x" * 40)[0])
        for cut in range(24, length):
            pair = logged_on(level, service)
            (octets,) = requests_of(pair, b"x" * 40)
            short = bytearray(octets[:cut])
            short[8:10] = cut.to_bytes(2, "little")
            pair.seen += pair.server.receive_data(bytes(short), 0.0)
            assert not pair.calls(), cut
            assert pair.server.state is ServerState.CLOSED

    def test_a_tampered_or_replayed_response_is_refused(self, level: AuthLevel, service: AuthService) -> None:
        for place in (12, 16, 24, 30, -1):
            pair = logged_on(level, service)
            pair.client.call(ECHO, 0, b"x")
            (active,) = pair.settle().calls()
            pair.server.reply(active, b"answer of seventeen")
            octets = bytearray(pair.server.data_to_send())
            assert octets[2] == PduType.RESPONSE
            octets[place] ^= 0x40
            events = pair.client.receive_data(bytes(octets))
            assert [type(event) for event in events] == [PeerRefused, Closed]


def test_a_request_below_the_agreed_level_is_refused() -> None:
    pair = logged_on(AuthLevel.PRIVACY)
    (octets,) = requests_of(logged_on(AuthLevel.INTEGRITY), b"plain")
    pair.server.receive_data(octets, 0.0)
    assert fault_of(pair).status == 5
