"""Signing and sealing: golden values, and what happens to PDUs that were touched on the way."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LocalMisuse
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.session import Session, _Flow, seal_key, sign_key
from tests.data_files import data_file
from tests.rpc.security import vectors as v
from tests.rpc.security.exchange import BODY, HEADER, TRAILER, check_protection, pair

LEVELS = [AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]
VERSIONS = ["v2", "v2-no-mic", "ntlm2-session", "v1"]
SERVICES = [AuthService.NTLM, AuthService.NEGOTIATE]


def test_v1_seals_and_signs_as_in_4_2_2() -> None:
    session = Session(v.V1_FLAGS, v.RANDOM_SESSION_KEY, client=True)
    sealed, signature = session.seal(b"header", v.PLAINTEXT, b"trailer")
    assert sealed.hex() == v.V1["Sealed"]
    assert signature.hex() == v.V1["Signature_on_the_wire_randompad_zeroed"]


def test_v1_accepts_a_signature_whose_pad_was_left_encrypted() -> None:
    """The specification's example prints it so, and Samba sends it so."""
    session = Session(v.V1_FLAGS, v.RANDOM_SESSION_KEY, client=False)
    signature = bytes.fromhex(v.V1["Signature_as_published"])
    sealed = bytes.fromhex(v.V1["Sealed"])
    assert session.unseal(b"header", sealed, b"trailer", signature) == v.PLAINTEXT


def test_ntlm2_session_keys_and_signatures_are_those_of_4_2_3() -> None:
    key, flags, golden = (
        bytes.fromhex(v.NTLM2_SESSION["ExportedSessionKey"]),
        v.NTLM2_SESSION_FLAGS,
        v.NTLM2_SESSION,
    )
    assert sign_key(key, client=True).hex() == golden["ClientSignKey"]
    assert sign_key(key, client=False).hex() == golden["ServerSignKey"]
    assert seal_key(flags, key, client=True).hex() == golden["ClientSealKey"]
    assert seal_key(flags, key, client=False).hex() == golden["ServerSealKey"]
    sealed, signature = Session(flags, key, client=True).seal(b"", v.PLAINTEXT, b"")
    assert (sealed.hex(), signature.hex()) == (golden["Sealed"], golden["Signature"])


def test_v2_keys_and_signatures_are_those_of_4_2_4() -> None:
    key, flags = v.RANDOM_SESSION_KEY, v.V2_FLAGS
    assert sign_key(key, client=True).hex() == v.V2["ClientSignKey"]
    assert sign_key(key, client=False).hex() == v.V2["ServerSignKey"]
    assert seal_key(flags, key, client=True).hex() == v.V2["ClientSealKey"]
    assert seal_key(flags, key, client=False).hex() == v.V2["ServerSealKey"]
    sealed, signature = Session(flags, key, client=True).seal(b"", v.PLAINTEXT, b"")
    assert (sealed.hex(), signature.hex()) == (v.V2["Sealed"], v.V2["Signature"])
    without = flags & ~NegotiateFlags.KEY_EXCH
    _, signature = Session(without, key, client=True).seal(b"", v.PLAINTEXT, b"")
    assert signature.hex() == v.V2["Signature_without_KEY_EXCH"]
    opened = Session(flags, key, client=False).unseal(b"", sealed, b"", bytes.fromhex(v.V2["Signature"]))
    assert opened == v.PLAINTEXT


@pytest.mark.parametrize(
    ("key_flags", "size"), [(0xA0000000, 16), (0x20000000, 16), (0x80000000, 7), (0, 5)], ids=hex
)
def test_weak_keys_are_cut_before_they_are_hashed(key_flags: int, size: int) -> None:
    """[MS-NLMP] 3.4.5.3: 128, 56 or 40 bits go into the sealing key."""
    extended = NegotiateFlags.EXTENDED_SESSIONSECURITY
    key = v.RANDOM_SESSION_KEY
    full = extended | NegotiateFlags.KEY_128
    assert seal_key(extended | key_flags, key, client=True) == seal_key(full, key[:size], client=True)


def test_without_extended_security_lm_keys_are_weakened_as_specified() -> None:
    key = bytes(range(16))
    assert seal_key(0x80000080, key, client=True) == key[:7] + b"\xa0"
    assert seal_key(0x00000080, key, client=True) == key[:5] + b"\xe5\x38\xb0"


def test_a_seal_with_a_large_sequence_number_matches_sspi_rs() -> None:
    """Values of the Devolutions sspi-rs test suite (MIT OR Apache-2.0)."""
    session = Session(v.V2_FLAGS, bytes(16), client=True)
    flow = _Flow(
        bytes.fromhex("20c02b3dc061a773a4f1baa67cdc1a12"), bytes.fromhex("a4f1baa67cdc1a1220c02b3dc061a773")
    )
    flow.sequence = 1234567890
    session._send = flow
    sealed, signature = session.seal(b"", b"Hello, World!!!", b"")
    assert sealed.hex() == "202eddd9565ec45942db94fd6bf311"
    assert signature.hex() == "0100000058274d351f2d3cfdd2029649"


def rpc_vectors() -> list[dict[str, Any]]:
    vectors = json.loads(data_file("rpc/generated-rpc-sign-seal.json").read_text())["vectors"]
    # On the wire NTLM always covers the whole PDU; the others only exercise the primitive.
    return [each for each in vectors if each["mech"] == "ntlm" and each["header_signing"]]


def test_whole_request_pdus_match_byte_for_byte() -> None:
    """Generated from fixed keys; the same bytes came out of impacket 0.13."""
    vectors = rpc_vectors()
    assert {each["level_name"] for each in vectors} == {"PKT_INTEGRITY", "PKT_PRIVACY"}
    for each in vectors:
        flags, key = int(each["negotiate_flags"], 16), bytes.fromhex(each["exported_session_key"])
        header, stub, trailer = (bytes.fromhex(each[name]) for name in ("pdu_header", "stub", "sec_trailer"))
        session, peer = Session(flags, key, client=True), Session(flags, key, client=False)
        if each["sealed_stub"]:
            body, signature = session.seal(header, stub, trailer)
            assert peer.unseal(header, body, trailer, signature) == stub
        else:
            body, signature = stub, session.sign(header, stub, trailer)
            peer.verify(header, body, trailer, signature)
        assert (header + body + trailer + signature).hex() == each["whole_pdu"]


@pytest.mark.parametrize("service", SERVICES, ids=lambda each: each.name)
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_both_sides_verify_each_other(level: AuthLevel, version: str, service: AuthService) -> None:
    one, other = pair(level, service, version=version)
    check_protection(one, other, level)


def protect(context: Any, level: AuthLevel, body: bytes = BODY) -> tuple[bytes, bytes]:
    if level is AuthLevel.PRIVACY:
        sealed: tuple[bytes, bytes] = context.seal(HEADER, body, TRAILER)
        return sealed
    return body, context.sign(HEADER, body, TRAILER)


def receive(context: Any, level: AuthLevel, header: bytes, body: bytes, trailer: bytes, sign: bytes) -> None:
    if level is AuthLevel.PRIVACY:
        context.unseal(header, body, trailer, sign)
    else:
        context.verify(header, body, trailer, sign)


@pytest.mark.parametrize("side", ["client", "server"])
@pytest.mark.parametrize("part", ["header", "body", "trailer", "signature", "version", "sequence"])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_one_changed_bit_is_refused_and_ends_the_context(level: AuthLevel, part: str, side: str) -> None:
    one, other = pair(level)
    sender, receiver = (one, other) if side == "server" else (other, one)
    body, signature = protect(sender, level)
    pieces = {"header": HEADER, "body": body, "trailer": TRAILER, "signature": signature}
    name, position = {
        "signature": ("signature", 6),
        "version": ("signature", 0),
        "sequence": ("signature", 12),
    }.get(part, (part, 1))
    changed = bytearray(pieces[name])
    changed[position] ^= 0x10
    pieces[name] = bytes(changed)
    with pytest.raises(BadValue, match=r"signature does not match|sequence number"):
        receive(receiver, level, pieces["header"], pieces["body"], pieces["trailer"], pieces["signature"])
    with pytest.raises(BadValue, match="earlier PDU"):
        receive(receiver, level, HEADER, body, TRAILER, signature)
    with pytest.raises(LocalMisuse):
        protect(receiver, level)


@pytest.mark.parametrize("version", ["v2", "v1"])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_replayed_pdu_is_refused(level: AuthLevel, version: str) -> None:
    one, other = pair(level, version=version)
    body, signature = protect(one, level)
    receive(other, level, HEADER, body, TRAILER, signature)
    with pytest.raises(BadValue, match="replayed" if version == "v2" else "does not match"):
        receive(other, level, HEADER, body, TRAILER, signature)


@pytest.mark.parametrize("version", ["v2", "v1"])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_reordered_and_lost_pdus_are_refused(level: AuthLevel, version: str) -> None:
    one, other = pair(level, version=version)
    protect(one, level, b"the first, lost or late")
    body, signature = protect(one, level)
    with pytest.raises(
        BadValue, match="sequence number 0 expected, 1 came" if version == "v2" else "does not match"
    ):
        receive(other, level, HEADER, body, TRAILER, signature)


@pytest.mark.parametrize("size", [0, 1, 15, 17, 32])
@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_signature_of_the_wrong_size_is_refused(level: AuthLevel, size: int) -> None:
    one, other = pair(level)
    body, signature = protect(one, level)
    with pytest.raises(BadValue, match="has 16 octets"):
        receive(other, level, HEADER, body, TRAILER, (signature * 2)[:size])


@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_truncated_body_is_refused(level: AuthLevel) -> None:
    one, other = pair(level)
    body, signature = protect(one, level)
    with pytest.raises(BadValue, match="does not match"):
        receive(other, level, HEADER, body[:-8], TRAILER, signature)


@pytest.mark.parametrize("level", LEVELS, ids=lambda each: each.word)
def test_a_servers_own_pdu_reflected_to_it_is_refused(level: AuthLevel) -> None:
    """Each direction has keys of its own."""
    _, other = pair(level)
    body, signature = protect(other, level)
    with pytest.raises(BadValue):
        receive(other, level, HEADER, body, TRAILER, signature)


def test_at_connect_nothing_is_protected() -> None:
    one, other = pair(AuthLevel.CONNECT)
    with pytest.raises(LocalMisuse, match="not negotiated"):
        one.sign(HEADER, BODY, TRAILER)
    with pytest.raises(BadValue, match="not negotiated"):
        other.verify(HEADER, BODY, TRAILER, bytes(16))


def test_at_integrity_nothing_is_sealed() -> None:
    one, other = pair(AuthLevel.INTEGRITY)
    with pytest.raises(LocalMisuse, match="sealing was not negotiated"):
        one.seal(HEADER, BODY, TRAILER)
    with pytest.raises(BadValue, match="sealing was not negotiated"):
        other.unseal(HEADER, BODY, TRAILER, bytes(16))


@given(st.lists(st.tuples(st.booleans(), st.booleans(), st.binary(max_size=64)), max_size=12), st.booleans())
def test_any_interleaving_of_directions_and_of_sealed_and_signed_pdus_verifies(
    plays: list[tuple[bool, bool, bytes]], extended: bool
) -> None:
    flags = v.V2_FLAGS if extended else v.V1_FLAGS
    one, other = (Session(flags, v.RANDOM_SESSION_KEY, client=side) for side in (True, False))
    for forward, sealing, body in plays:
        sender, receiver = (one, other) if forward else (other, one)
        if sealing:
            sealed, signature = sender.seal(HEADER, body, TRAILER)
            assert receiver.unseal(HEADER, sealed, TRAILER, signature) == body
        else:
            receiver.verify(HEADER, body, TRAILER, sender.sign(HEADER, body, TRAILER))


@given(st.binary(min_size=16, max_size=16))
def test_no_guessed_signature_verifies(signature: bytes) -> None:
    session = Session(v.V2_FLAGS, v.RANDOM_SESSION_KEY, client=False)
    with pytest.raises(BadValue):
        session.verify(HEADER, BODY, TRAILER, signature)


def test_a_mech_list_mic_leaves_the_stream_of_pdus_alone_and_moves_the_sequence_number() -> None:
    """[MS-SPNG] 3.2.5.1: the RC4 handle is put back after the MIC; the sequence number is not."""
    one, other = (Session(v.V2_FLAGS, v.RANDOM_SESSION_KEY, client=side) for side in (True, False))
    plain = Session(v.V2_FLAGS, v.RANDOM_SESSION_KEY, client=True)
    other.verify_message(b"list", one.sign_message(b"list"))
    sealed, signature = one.seal(HEADER, BODY, TRAILER)
    assert sealed == plain.seal(HEADER, BODY, TRAILER)[0]
    assert signature[12:] == b"\1\0\0\0"
    assert other.unseal(HEADER, sealed, TRAILER, signature) == BODY


def test_a_wrong_mech_list_mic_ends_the_context() -> None:
    one, other = (Session(v.V2_FLAGS, v.RANDOM_SESSION_KEY, client=side) for side in (True, False))
    mic = one.sign_message(b"list")
    with pytest.raises(BadValue, match="mechListMIC"):
        other.verify_message(b"another list", mic)
    with pytest.raises(BadValue, match="already failed"):
        other.verify_message(b"list", mic)
