"""Negotiations: mechanisms chosen, MICs exchanged, tampering noticed, tables followed."""

from __future__ import annotations

from typing import Any

import pytest

from opcross.errors import BadValue, LocalMisuse, LogonFailed, OpcrossError, PeerViolation
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Identity
from opcross.rpc.security.ntlm.initiator import NtlmInitiator
from opcross.rpc.security.spnego.acceptor import ACCEPTOR_TABLE, AcceptorState
from opcross.rpc.security.spnego.initiator import INITIATOR_TABLE, InitiatorState, SpnegoInitiator
from opcross.rpc.security.spnego.tokens import NegState, NegTokenInit, NegTokenResp, unpack_token
from tests.rpc.security.exchange import (
    BODY,
    DOMAIN,
    HEADER,
    TRAILER,
    USER,
    check_protection,
    client,
    log_on,
    pair,
    server,
)

SPNEGO = AuthService.NEGOTIATE
NTLM = "1.3.6.1.4.1.311.2.2.10"
KRB5 = "1.2.840.48018.1.2.2"
LEVELS = [AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
PROTECTING = LEVELS[1:]


class Preferred:
    """A mechanism that the acceptor does not have: it offers a token, and is never heard of again."""

    mechanism = KRB5
    service = AuthService.KERBEROS
    complete = False
    identity = None
    signature_size = 28
    integrity = False
    carries_mic = False

    def step(self, token: bytes) -> bytes:
        return b"AP-REQ, perhaps"

    def __getattr__(self, name: str) -> Any:
        raise AssertionError(f"{name} of a mechanism that was not chosen")


def kerberos_first(level: AuthLevel, **options: Any) -> SpnegoInitiator:
    ntlm = client(level, **options)
    assert isinstance(ntlm, NtlmInitiator)
    return SpnegoInitiator([Preferred(), ntlm])


def tokens_of(octets: list[bytes]) -> list[Any]:
    return [unpack_token(each) for each in octets if each]


@pytest.mark.parametrize("version", ["v2", "v2-no-mic", "ntlm2-session", "v1"])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_user_logs_on(level: AuthLevel, version: str) -> None:
    one, other = client(level, SPNEGO, version=version), server(level, SPNEGO)
    log_on(one, other)
    assert (one.service, other.service, one.signature_size) == (SPNEGO, SPNEGO, 16)
    assert other.identity == Identity(DOMAIN, USER, "CLIENT")
    check_protection(one, other, level)


@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_nobody_logs_on_anonymously(level: AuthLevel) -> None:
    one, other = client(level, SPNEGO, anonymous=True), server(level, SPNEGO)
    log_on(one, other)
    assert other.identity == Identity(anonymous=True)
    check_protection(one, other, level)


def test_the_legs_are_those_of_an_rpc_bind() -> None:
    """bind, bind_ack, alter_context, alter_context_resp: the client is not complete before the last."""
    one, other = client(AuthLevel.INTEGRITY, SPNEGO), server(AuthLevel.INTEGRITY, SPNEGO)
    first = one.step(b"")
    second = other.step(first)
    third = one.step(second)
    assert (one.complete, other.complete) == (False, False)
    fourth = other.step(third)
    assert (one.complete, other.complete) == (False, True)
    assert one.step(fourth) == b""
    assert one.complete
    opening, challenge, proof, end = tokens_of([first, second, third, fourth])
    assert opening.mechanisms == (NTLM,)
    assert (challenge.state, challenge.mechanism) == (NegState.ACCEPT_INCOMPLETE, NTLM)
    assert proof.mic is not None
    assert (end.state, end.token) == (NegState.ACCEPT_COMPLETED, None)
    assert end.mic is not None


def test_without_signing_no_mic_is_exchanged() -> None:
    """Clients that did not negotiate signing can't verify one, and break."""
    octets = log_on(client(AuthLevel.CONNECT, SPNEGO), server(AuthLevel.CONNECT, SPNEGO))
    assert all(each.mic is None for each in tokens_of(octets))


def test_without_a_mic_in_ntlm_none_is_due_in_spnego() -> None:
    one, other = client(AuthLevel.PKT, SPNEGO, version="v2-no-mic"), server(AuthLevel.PKT, SPNEGO)
    assert all(each.mic is None for each in tokens_of(log_on(one, other)))
    check_protection(one, other, AuthLevel.PKT)


@pytest.mark.parametrize("version", ["v2", "v2-no-mic"])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_an_acceptor_that_lacks_the_preferred_mechanism_falls_back_to_ntlm(
    level: AuthLevel, version: str
) -> None:
    one, other = kerberos_first(level, version=version), server(level, SPNEGO)
    opening, answer, again, *_, end = tokens_of(log_on(one, other))
    assert opening.mechanisms == (KRB5, NTLM)
    assert (answer.state, answer.mechanism, answer.token) == (NegState.REQUEST_MIC, NTLM, None)
    assert again.token.startswith(b"NTLMSSP\0\1")
    assert (end.mic is not None) is (level is not AuthLevel.CONNECT)
    assert other.identity == Identity(DOMAIN, USER, "CLIENT")
    check_protection(one, other, level)


def test_a_list_shortened_on_the_way_is_noticed() -> None:
    """Someone takes the better mechanism out, so that NTLM is used: the MIC covers what the client sent."""
    one, other = kerberos_first(AuthLevel.INTEGRITY), server(AuthLevel.INTEGRITY, SPNEGO)
    answer = other.step(NegTokenInit(mechanisms=(NTLM,)).pack()) if one.step(b"") else b""
    second = other.step(one.step(answer))
    with pytest.raises(BadValue, match="mechListMIC"):
        other.step(one.step(second))


def test_a_client_whose_list_was_overruled_must_give_a_mic() -> None:
    one, other = kerberos_first(AuthLevel.INTEGRITY), server(AuthLevel.INTEGRITY, SPNEGO)
    answer = other.step(one.step(b""))
    proof = unpack_token(one.step(other.step(one.step(answer))))
    assert isinstance(proof, NegTokenResp)
    more = unpack_token(other.step(NegTokenResp(token=proof.token).pack()))
    assert isinstance(more, NegTokenResp)
    assert more.state is NegState.ACCEPT_INCOMPLETE
    assert more.mic is not None
    assert not other.complete
    with pytest.raises(BadValue, match="MIC that was asked for is missing"):
        other.step(NegTokenResp().pack())


def test_a_mic_may_follow_in_a_token_of_its_own() -> None:
    one, other = kerberos_first(AuthLevel.INTEGRITY), server(AuthLevel.INTEGRITY, SPNEGO)
    answer = other.step(one.step(b""))
    proof = unpack_token(one.step(other.step(one.step(answer))))
    assert isinstance(proof, NegTokenResp)
    other.step(NegTokenResp(token=proof.token).pack())
    end = other.step(NegTokenResp(mic=proof.mic).pack())
    assert unpack_token(end) == NegTokenResp(state=NegState.ACCEPT_COMPLETED)
    assert other.complete


def test_a_client_gives_its_mic_when_the_acceptor_gives_one_first() -> None:
    one, other = client(AuthLevel.PKT, SPNEGO, version="v2-no-mic"), server(AuthLevel.PKT, SPNEGO)
    challenge = other.step(one.step(b""))
    other._mic_required = True  # type: ignore[attr-defined]  # an acceptor that always wants one
    more = other.step(one.step(challenge))
    assert unpack_token(more).mic is not None
    assert one.step(other.step(one.step(more))) == b""
    assert one.complete
    assert other.complete
    check_protection(one, other, AuthLevel.PKT)


def test_an_acceptor_that_insists_on_a_mic_without_signing_gets_a_dummy() -> None:
    one, other = client(AuthLevel.CONNECT, SPNEGO), server(AuthLevel.CONNECT, SPNEGO)
    one.step(other.step(one.step(b"")))
    dummy = b"\1" + bytes(15)
    insisting = NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mic=dummy).pack()
    assert unpack_token(one.step(insisting)) == NegTokenResp(mic=dummy)
    assert one.step(NegTokenResp(state=NegState.ACCEPT_COMPLETED).pack()) == b""
    assert one.complete


def test_an_acceptor_may_end_in_silence_but_not_before_its_mic_came() -> None:
    one, other = client(AuthLevel.CONNECT, SPNEGO), server(AuthLevel.CONNECT, SPNEGO)
    one.step(other.step(one.step(b"")))
    assert one.step(b"") == b""
    assert one.complete
    one, other = client(AuthLevel.PKT, SPNEGO), server(AuthLevel.PKT, SPNEGO)
    one.step(other.step(one.step(b"")))
    with pytest.raises(BadValue, match="MIC is missing"):
        one.step(b"")


@pytest.mark.parametrize("level", PROTECTING, ids=lambda each: each.word)
def test_a_changed_mic_is_refused_by_both_sides(level: AuthLevel) -> None:
    for side in ("server", "client"):
        one, other = client(level, SPNEGO), server(level, SPNEGO)
        third = one.step(other.step(one.step(b"")))
        if side == "server":
            with pytest.raises(BadValue, match="mechListMIC"):
                other.step(flip_last(third))
        else:
            with pytest.raises(BadValue, match="mechListMIC"):
                one.step(flip_last(other.step(third)))
            assert not one.complete


def flip_last(token: bytes) -> bytes:
    return token[:-8] + bytes([token[-8] ^ 1]) + token[-7:]


def test_an_answer_without_the_mic_that_is_due_is_refused_by_the_client() -> None:
    one, other = client(AuthLevel.PKT, SPNEGO), server(AuthLevel.PKT, SPNEGO)
    other.step(one.step(other.step(one.step(b""))))
    with pytest.raises(BadValue, match="MIC is missing"):
        one.step(NegTokenResp(state=NegState.ACCEPT_COMPLETED).pack())


def test_a_token_repeated_in_the_place_of_the_mic_is_no_mic() -> None:
    """Some old initiators do that."""
    one, other = client(AuthLevel.PKT, SPNEGO, version="v2-no-mic"), server(AuthLevel.PKT, SPNEGO)
    proof = unpack_token(one.step(other.step(one.step(b""))))
    assert isinstance(proof, NegTokenResp)
    other.step(NegTokenResp(token=proof.token, mic=proof.token).pack())
    assert other.complete


@pytest.mark.parametrize("kind", ["genuine", "dummy", "wrong"])
def test_a_mic_from_a_client_without_signing_is_ignored_and_not_answered(kind: str) -> None:
    """scapy sends one that it encrypted without a key exchange, others a dummy: nothing rests on it."""
    one, other = client(AuthLevel.CONNECT), server(AuthLevel.CONNECT, SPNEGO)
    assert isinstance(one, NtlmInitiator)
    opening = NegTokenInit(mechanisms=(NTLM,), token=one.step(b""))
    challenge = unpack_token(other.step(opening.pack())).token
    assert challenge is not None
    token = one.step(challenge)
    genuine = one.sign_list(opening.list_octets())
    mic = {"genuine": genuine, "dummy": b"\1" + bytes(15), "wrong": b"?" * 16}[kind]
    assert unpack_token(other.step(NegTokenResp(token=token, mic=mic).pack())) == NegTokenResp(
        state=NegState.ACCEPT_COMPLETED
    )
    assert other.complete


def test_raw_ntlm_under_the_negotiate_service_is_accepted() -> None:
    """Windows accepts it, so clients do it."""
    one, other = client(AuthLevel.PRIVACY), server(AuthLevel.PRIVACY, SPNEGO)
    assert other.step(one.step(other.step(one.step(b"")))) == b""
    assert other.identity == Identity(DOMAIN, USER, "CLIENT")
    check_protection(one, other, AuthLevel.PRIVACY)


def test_raw_ntlm_in_the_midst_of_a_negotiation_is_a_violation() -> None:
    other = server(AuthLevel.PKT, SPNEGO)
    other.step(client(AuthLevel.PKT, SPNEGO).step(b""))
    with pytest.raises(PeerViolation, match="raw token"):
        other.step(client(AuthLevel.PKT).step(b""))


def test_an_opening_without_a_token_is_answered_with_the_choice() -> None:
    one, other = client(AuthLevel.PKT), server(AuthLevel.PKT, SPNEGO)
    answer = unpack_token(other.step(NegTokenInit(mechanisms=(NTLM,)).pack()))
    assert answer == NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=NTLM)
    challenge = unpack_token(other.step(NegTokenResp(token=one.step(b"")).pack()))
    assert challenge.token is not None
    other.step(NegTokenResp(token=one.step(challenge.token)).pack())
    assert other.complete


def test_without_a_common_mechanism_nobody_logs_on() -> None:
    with pytest.raises(LogonFailed, match="no common mechanism"):
        server(service=SPNEGO).step(NegTokenInit(mechanisms=(KRB5,)).pack())
    one = client(service=SPNEGO)
    one.step(b"")
    with pytest.raises(LogonFailed, match="no common mechanism"):
        one.step(NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=KRB5, token=b"?").pack())


def test_a_rejection_is_a_failed_log_on() -> None:
    one = client(service=SPNEGO)
    one.step(b"")
    with pytest.raises(LogonFailed, match="rejected"):
        one.step(NegTokenResp(state=NegState.REJECT).pack())


@pytest.mark.parametrize(
    "answer",
    [
        NegTokenInit(mechanisms=(NTLM,)),
        NegTokenResp(state=NegState.ACCEPT_COMPLETED),
        NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=NTLM),
    ],
    ids=["an opening", "the end too early", "no challenge"],
)
def test_an_answer_out_of_place_is_refused_by_the_client(answer: NegTokenInit | NegTokenResp) -> None:
    one = client(service=SPNEGO)
    one.step(b"")
    with pytest.raises(OpcrossError):
        one.step(answer.pack())
    with pytest.raises(PeerViolation):
        one.step(NegTokenResp(state=NegState.ACCEPT_INCOMPLETE).pack())


def test_a_client_is_not_asked_for_more_than_it_can_say() -> None:
    one, other = client(AuthLevel.PKT, SPNEGO), server(AuthLevel.PKT, SPNEGO)
    one.step(other.step(one.step(b"")))
    with pytest.raises(BadValue, match="nothing is left to say"):
        one.step(NegTokenResp(state=NegState.ACCEPT_INCOMPLETE).pack())


def test_a_second_opening_is_a_violation() -> None:
    other = server(service=SPNEGO)
    opening = client(service=SPNEGO).step(b"")
    other.step(opening)
    with pytest.raises(PeerViolation, match="NegTokenInit is not allowed when running"):
        other.step(opening)


def test_a_token_after_the_end_is_a_violation() -> None:
    one, other = pair(AuthLevel.PKT, SPNEGO)
    for context in (one, other):
        with pytest.raises(PeerViolation):
            context.step(NegTokenResp(state=NegState.ACCEPT_COMPLETED).pack())


def test_protection_before_the_end_is_misuse() -> None:
    one = client(AuthLevel.PKT, SPNEGO)
    with pytest.raises(LocalMisuse, match="not done"):
        one.sign(HEADER, BODY, TRAILER)
    assert one.signature_size == 16
    with pytest.raises(LocalMisuse, match="at least one"):
        SpnegoInitiator([])


@pytest.mark.parametrize(
    ("table", "states", "end"),
    [
        (ACCEPTOR_TABLE, AcceptorState, AcceptorState.DONE),
        (INITIATOR_TABLE, InitiatorState, InitiatorState.DONE),
    ],
    ids=["acceptor", "initiator"],
)
def test_every_state_of_the_tables_is_reached_and_leads_to_the_end(table: Any, states: Any, end: Any) -> None:
    reached, leading = {states.START}, {end}
    for _ in states:
        reached |= {after for (before, _), after in table.items() if before in reached}
        leading |= {before for (before, _), after in table.items() if after in leading}
    assert reached == leading == set(states) - {states.FAILED}
