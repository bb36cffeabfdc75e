"""The tables, and every state against every input."""

from __future__ import annotations

import itertools
from typing import Any

import pytest

from opcross.errors import LocalMisuse, PeerViolation
from opcross.levels import AuthLevel
from opcross.rpc.association import (
    ClientState,
    Closed,
    PeerRefused,
    ServerState,
)
from opcross.rpc.association.states import CLIENT, SERVER, ClientInput, ServerInput, step
from opcross.rpc.pdu import (
    AlterContext,
    AlterContextResponse,
    Auth3,
    Bind,
    BindAck,
    BindNak,
    CoCancel,
    ContextResult,
    FaultPdu,
    Orphaned,
    Pdu,
    Response,
    Shutdown,
)
from tests.rpc.association.cores import (
    ECHO,
    bind_pdu,
    bound,
    hear,
    new_client,
    new_server,
    offer,
    request,
    token,
)

SERVER_PDUS: dict[ServerInput, Pdu] = {
    ServerInput.BIND: bind_pdu(),
    ServerInput.ALTER: AlterContext(contexts=offer(ECHO)),
    ServerInput.AUTH3: Auth3(verifier=token(b"thanks")),
    ServerInput.REQUEST: request(),
    ServerInput.CANCEL: CoCancel(),
    ServerInput.ORPHAN: Orphaned(),
    ServerInput.FOREIGN: Response(),
}


def server_in(state: ServerState) -> Any:
    server = new_server()
    if state is ServerState.AUTHENTICATING:
        hear(server, bind_pdu(verifier=token(b"hello")))
    elif state is ServerState.BOUND:
        hear(server, bind_pdu())
    elif state is ServerState.CLOSED:
        server.lose()
    assert server.state is state
    return server


@pytest.mark.parametrize(
    ("state", "event"),
    [
        pytest.param(state, event, id=f"{state.name}-{event.name}")
        for state, event in itertools.product(ServerState, SERVER_PDUS)
        if state is not ServerState.NEGOTIATING
    ],
)
def test_a_server_takes_what_its_table_holds_and_ends_at_everything_else(
    state: ServerState, event: ServerInput
) -> None:
    server = server_in(state)
    answers, events = hear(server, SERVER_PDUS[event])
    if state is ServerState.CLOSED:
        assert not answers
        assert not events
    elif (state, event) in SERVER:
        assert server.state is not ServerState.CLOSED
        assert not any(isinstance(each, Closed) for each in events)
    else:
        assert server.state is ServerState.CLOSED
        assert [type(each) for each in events] == [PeerRefused, Closed]
        (answer,) = answers
        if event is ServerInput.BIND:
            assert isinstance(answer, BindNak)
        else:
            assert isinstance(answer, FaultPdu)
            assert answer.status == 0x1C01000B
            assert answer.flags == 0x23


CLIENT_PDUS: dict[ClientInput, Pdu] = {
    ClientInput.BIND_ACK: BindAck(call_id=1, association_group=1, results=(ContextResult(),)),
    ClientInput.BIND_NAK: BindNak(call_id=1),
    ClientInput.ALTER_RESPONSE: AlterContextResponse(call_id=2, results=(ContextResult(),)),
    ClientInput.RESPONSE: Response(call_id=2),
    ClientInput.FAULT: FaultPdu(call_id=2, status=5),
    ClientInput.SHUTDOWN: Shutdown(),
    ClientInput.FOREIGN: Bind(),
}


def client_in(state: ClientState) -> Any:
    client = new_client()
    if state is not ClientState.IDLE:
        client.bind((ECHO,))
    if state in (ClientState.ALTERING, ClientState.BOUND):
        client.receive_data(CLIENT_PDUS[ClientInput.BIND_ACK].pack())
    if state is ClientState.BOUND:
        client.call(ECHO, 0, b"")
    if state is ClientState.ALTERING:
        client.alter((ECHO,))
    if state is ClientState.CLOSED:
        client.lose()
    assert client.state is state
    return client


@pytest.mark.parametrize(
    ("state", "event"),
    [
        pytest.param(state, event, id=f"{state.name}-{event.name}")
        for state, event in itertools.product(ClientState, CLIENT_PDUS)
        if state is not ClientState.CONCLUDING
    ],
)
def test_a_client_takes_what_its_table_holds_and_ends_at_everything_else(
    state: ClientState, event: ClientInput
) -> None:
    client = client_in(state)
    events = client.receive_data(CLIENT_PDUS[event].pack())
    if state is ClientState.CLOSED:
        assert not events
    elif (state, event) not in CLIENT:
        assert client.state is ClientState.CLOSED
        assert [type(each) for each in events] == [PeerRefused, Closed]
    else:
        # A response while altering is legal, but here it answers no call.
        foreign = state is ClientState.ALTERING and event is ClientInput.RESPONSE
        assert any(isinstance(each, PeerRefused) for each in events) == foreign


@pytest.mark.parametrize("state", [ClientState.BINDING, ClientState.ALTERING, ClientState.CLOSED])
def test_a_call_at_the_wrong_moment_is_our_callers_mistake(state: ClientState) -> None:
    with pytest.raises(LocalMisuse, match="call while"):
        client_in(state).call(ECHO, 0, b"")


def test_a_request_leaves_a_bound_connection_as_it_is() -> None:
    """The cores rely on this: requests and responses do not walk through the table."""
    assert SERVER[ServerState.BOUND, ServerInput.REQUEST] is ServerState.BOUND
    assert CLIENT[ClientState.BOUND, ClientInput.RESPONSE] is ClientState.BOUND


@pytest.mark.parametrize("table", [SERVER, CLIENT], ids=["server", "client"])
def test_every_state_can_be_reached_and_left(table: Any) -> None:
    states: Any = type(next(iter(table))[0])
    start = next(iter(states))
    assert {target for (source, _), target in table.items() if source is not target} | {start} == set(states)
    assert {source for source, _ in table} == set(states)


def test_what_is_not_in_the_table_is_a_violation_with_its_data() -> None:
    with pytest.raises(PeerViolation) as caught:
        step(SERVER, ServerState.UNBOUND, ServerInput.REQUEST)
    assert caught.value.state is ServerState.UNBOUND
    assert caught.value.event is ServerInput.REQUEST


@pytest.mark.parametrize(
    "level", [AuthLevel.NONE, AuthLevel.CONNECT, AuthLevel.PRIVACY], ids=lambda x: x.word
)
def test_two_cores_that_lose_each_other_stay_closed(level: AuthLevel) -> None:
    pair = bound(level)
    assert [type(each) for each in pair.server.lose()] == [Closed]
    assert [type(each) for each in pair.client.lose()] == [Closed]
    assert pair.server.lose() == []
    assert pair.client.receive_data(b"\5" * 64) == []
    assert pair.server.receive_data(b"\5" * 64, 1.0) == []
