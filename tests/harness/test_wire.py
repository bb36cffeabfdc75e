"""Evidence from octets: the calls of a recording, however they were cut, whatever stands beside them."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu import (
    AuthVerifier,
    Bind,
    BindNak,
    ContextElement,
    FaultPdu,
    Pdu,
    PfcFlags,
    Request,
    Response,
)
from opcross_harness.recording import Entry, EntryKind
from opcross_harness.wire import INTERFACES, SeenCall, calls_seen, name_of_interface

ACTIVATOR = next(uuid for uuid, name in INTERFACES.items() if name == "IRemoteSCMActivator")
OTHER = UUID("11111111-2222-3333-4444-555555555555")
CLIENT, SERVER = ("10.0.0.2", 50000), ("10.0.0.1", 135)


def bind(level: int = 5, interface: UUID = ACTIVATOR, context_id: int = 0, number: int = 0) -> Bind:
    verifier = AuthVerifier(service=10, level=level, context_id=context_id, value=b"token") if level else None
    return Bind(call_id=1, contexts=(ContextElement(number, SyntaxId(interface)),), verifier=verifier)


def request(call_id: int = 2, opnum: int = 4, **more: object) -> Request:
    return Request(call_id=call_id, opnum=opnum, stub=b"x" * 40, **more)  # type: ignore[arg-type]  # of a PDU


def record(*pdus: tuple[bool, Pdu | bytes], cut: int = 1 << 16, connection: int = 1) -> list[Entry]:
    entries = []
    for from_client, pdu in pdus:
        data = pdu if isinstance(pdu, bytes) else pdu.pack()
        for start in range(0, len(data), cut):
            part = data[start : start + cut]
            entries.append(Entry(0.5, EntryKind.DATA, connection, CLIENT, SERVER, from_client, part))
    return entries


def only(entries: list[Entry]) -> SeenCall:
    (call,) = calls_seen(entries)
    return call


@given(st.integers(1, 200))
def test_a_call_is_found_however_its_octets_were_cut(cut: int) -> None:
    call = only(record((True, bind()), (True, request()), (False, FaultPdu(call_id=2, status=5)), cut=cut))
    assert (call.interface, call.opnum, call.fault) == (ACTIVATOR, 4, 5)
    assert (call.level, call.service) == (AuthLevel.INTEGRITY, AuthService.NTLM)
    assert (call.client, call.server) == (CLIENT[0], SERVER[0])
    assert call.is_activation
    assert str(call) == "IRemoteSCMActivator opnum 4 at integrity: fault 0x00000005 ERROR_ACCESS_DENIED"


def test_a_call_without_a_security_context_is_at_level_none() -> None:
    call = only(record((True, bind(level=0)), (True, request()), (False, Response(call_id=2, stub=b"ok"))))
    assert call.level is AuthLevel.NONE
    assert call.answered
    assert str(call).endswith("at none: response")


def test_the_level_is_that_of_the_context_that_the_request_names() -> None:
    verifier = AuthVerifier(service=10, level=2, context_id=7, value=b"\1" + bytes(15))
    calls = calls_seen(
        record(
            (True, bind(level=5, context_id=3)),
            (True, bind(level=2, context_id=7, number=1)),
            (True, request(call_id=9, context_id=1, verifier=verifier)),
        )
    )
    assert [call.level for call in calls] == [AuthLevel.CONNECT]


def test_fragments_of_a_request_are_one_call_and_those_of_a_response_one_answer() -> None:
    first, last = PfcFlags.FIRST, PfcFlags.LAST
    call = only(
        record(
            (True, bind()),
            (True, request(flags=first)),
            (True, request(flags=PfcFlags.NONE)),
            (True, request(flags=last)),
            (False, Response(call_id=2, flags=first, stub=b"a")),
            (False, Response(call_id=2, flags=last, stub=b"b")),
        )
    )
    assert call.answered


def test_a_call_that_nothing_answers_says_so() -> None:
    call = only(record((True, bind()), (True, request()), (False, BindNak(call_id=1, reason=9))))
    assert (call.answered, call.fault) == (False, None)
    assert str(call).endswith("no answer")


def test_connections_are_kept_apart() -> None:
    one = record((True, bind()), (True, request()), connection=1)
    two = record(
        (True, bind(level=2)), (True, request()), (False, FaultPdu(call_id=2, status=5)), connection=2
    )
    mixed = [entry for pair in zip(one, two, strict=False) for entry in pair] + two[len(one) :]
    assert [(call.level, call.fault) for call in calls_seen(mixed)] == [
        (AuthLevel.INTEGRITY, None),
        (AuthLevel.CONNECT, 5),
    ]


@given(st.lists(st.tuples(st.booleans(), st.binary(max_size=80)), max_size=6))
def test_octets_that_are_no_rpc_are_passed_over(noise: list[tuple[bool, bytes]]) -> None:
    good = record((True, bind()), (True, request()), connection=2)
    assert len([call for call in calls_seen([*record(*noise), *good]) if call.interface == ACTIVATOR]) == 1


def test_a_connection_that_turns_into_noise_keeps_what_was_understood() -> None:
    entries = record((True, bind()), (True, request()), (True, b"\xff" * 64), (True, request(call_id=5)))
    assert len(calls_seen(entries)) == 1


@pytest.mark.parametrize(
    ("uuid", "name"),
    [(ACTIVATOR, "IRemoteSCMActivator"), (OTHER, str(OTHER)), (None, "an unknown interface")],
)
def test_interfaces_have_names_where_they_are_known(uuid: UUID | None, name: str) -> None:
    assert name_of_interface(uuid) == name
