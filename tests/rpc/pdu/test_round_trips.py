"""PDUs go out and come in unchanged, and everything else is a WireError."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, Truncated, WireError
from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu import (
    NDR20,
    AlterContextResponse,
    Auth3,
    AuthVerifier,
    Bind,
    BindAck,
    BindNak,
    BindTimeFeatures,
    ContextElement,
    FaultPdu,
    Header,
    Pdu,
    PduType,
    PfcFlags,
    Request,
    bind_time_syntax,
    features_of,
    unpack_pdu,
)
from tests.rpc.captures import rpc_pdus
from tests.rpc.pdu.strategies import PDUS, STUBS

RESOLVER = SyntaxId(UUID("99fcfec4-5260-101b-bbcb-00aa0021347a"))


def test_every_pdu_of_a_windows_capture_packs_back_to_the_same_octets() -> None:
    pdus = rpc_pdus("captures/suricata-verify_dcerpc-ctxids.pcap")
    assert len(pdus) == 461
    for octets in pdus:
        assert unpack_pdu(octets).pack() == octets
    kinds = {unpack_pdu(octets).type for octets in pdus}
    assert kinds >= {PduType.BIND, PduType.BIND_ACK, PduType.ALTER_CONTEXT, PduType.AUTH3, PduType.REQUEST}


@pytest.mark.parametrize(
    "name", ["captures/suricata-verify_dcerpc-auth3.pcap", "captures/iti_plant_2012.pcap"]
)
def test_other_captures_pack_back_too(name: str) -> None:
    pdus = rpc_pdus(name)
    assert pdus
    for octets in pdus:
        assert unpack_pdu(octets).pack() == octets


@pytest.mark.parametrize("kind", PDUS)
@given(st.data())
def test_a_pdu_survives_the_wire(kind: str, data: st.DataObject) -> None:
    pdu = data.draw(PDUS[kind])
    octets = pdu.pack()
    again = unpack_pdu(octets)
    assert again == pdu
    assert again.pack() == octets


@pytest.mark.parametrize("kind", PDUS)
@given(st.data())
def test_every_cut_of_a_pdu_is_truncated(kind: str, data: st.DataObject) -> None:
    octets = data.draw(PDUS[kind]).pack()
    cut = data.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(Truncated):
        unpack_pdu(octets[:cut])


@pytest.mark.parametrize("kind", PDUS)
@given(st.data())
def test_octets_behind_a_pdu_are_not_taken_for_a_part_of_it(kind: str, data: st.DataObject) -> None:
    with pytest.raises(BadValue, match="frag_length"):
        unpack_pdu(data.draw(PDUS[kind]).pack() + b"\0")


@given(st.binary(max_size=300), st.sampled_from(list(PduType)), st.booleans())
def test_noise_with_a_header_gives_a_pdu_or_a_wire_error(body: bytes, kind: PduType, little: bool) -> None:
    header = Header(type=kind, frag_length=16 + len(body), drep=b"\x10\0\0\0" if little else b"\0\0\0\0")
    octets = bytearray(header.pack() + body)
    for auth_length in (0, 4, 16, 0xFFFF):
        octets[10:12] = auth_length.to_bytes(2, "little" if little else "big")
        try:
            pdu = unpack_pdu(bytes(octets))
        except WireError:
            continue
        assert unpack_pdu(pdu.pack()) == pdu


@given(st.binary(max_size=64))
def test_noise_gives_a_wire_error(octets: bytes) -> None:
    try:
        unpack_pdu(octets)
    except WireError:
        return
    assert octets[0] == 5


@given(st.data(), st.integers(0, 20), st.integers(0, 255))
def test_one_changed_octet_gives_a_pdu_or_a_wire_error(data: st.DataObject, place: int, value: int) -> None:
    octets = bytearray(data.draw(PDUS["bind"]).pack())
    octets[min(place, len(octets) - 1)] = value
    try:
        pdu = unpack_pdu(bytes(octets))
    except WireError:
        return
    assert isinstance(pdu, Pdu)


# The bind of a Java client, octet for octet: call id 0, fragments of 4280, one context, no security.
JAVA_BIND = bytes.fromhex(
    "05 00 0b 03  10 00 00 00  48 00 00 00  00 00 00 00"  # header
    "b8 10 b8 10  00 00 00 00"  # fragment sizes, association group
    "01 00 00 00"  # one context
    "00 00 01 00"  # context 0, one transfer syntax
    "c4 fe fc 99 60 52 1b 10 bb cb 00 aa 00 21 34 7a  00 00 00 00"  # IOXIDResolver 0.0
    "04 5d 88 8a eb 1c c9 11 9f e8 08 00 2b 10 48 60  02 00 00 00"  # NDR 2.0
)


def test_a_java_clients_bind_is_read_field_by_field() -> None:
    bind = Bind.unpack(JAVA_BIND)
    assert bind == Bind(
        call_id=0, max_xmit_frag=4280, max_recv_frag=4280, contexts=(ContextElement(0, RESOLVER, (NDR20,)),)
    )
    assert bind.pack() == JAVA_BIND


def test_a_bind_nak_is_read_field_by_field() -> None:
    octets = bytes.fromhex("05 00 0d 03 10000000 1800 0000 07000000  0800 01 05 00 000000")
    assert BindNak.unpack(octets) == BindNak(call_id=7, reason=8)
    assert BindNak(call_id=7, reason=8).pack() == octets


def test_a_fault_is_read_field_by_field() -> None:
    octets = bytes.fromhex("05 00 03 23 10000000 2000 0000 02000000  20000000 0000 00 00 0300011c 00000000")
    fault = FaultPdu.unpack(octets)
    assert (fault.status, fault.context_id, fault.call_id) == (0x1C010003, 0, 2)
    assert fault.flags & PfcFlags.DID_NOT_EXECUTE


def test_big_endian_numbers_are_understood() -> None:
    little = Request(call_id=0x01020304, context_id=5, opnum=6, stub=b"abc", alloc_hint=3)
    big = replace(little, drep=b"\0\0\0\0")
    assert big.pack()[12:16] == bytes([1, 2, 3, 4])
    assert unpack_pdu(big.pack()) == big


def test_an_error_names_the_field_and_the_place() -> None:
    octets = bytearray(JAVA_BIND)
    octets[30] = 200
    with pytest.raises(Truncated) as caught:
        Bind.unpack(bytes(octets))
    assert str(caught.value).startswith("Bind.contexts[0].transfer_syntaxes[1]: needs 16 octets")
    assert caught.value.offset == len(JAVA_BIND)


def test_padding_that_reaches_into_the_fixed_fields_is_refused() -> None:
    verifier = AuthVerifier(service=10, level=2, value=b"token", pad_length=250)
    with pytest.raises(BadValue, match="padding"):
        Bind.unpack(Bind(contexts=(ContextElement(0, RESOLVER),), verifier=verifier).pack())


@pytest.mark.parametrize("stated", [0, 4])
def test_the_four_octets_of_auth3_may_be_counted_as_padding_or_not(stated: int) -> None:
    verifier = AuthVerifier(service=10, level=2, value=b"token", pad_length=stated)
    auth3 = Auth3(pad=b"    ", verifier=verifier)
    again = Auth3.unpack(auth3.pack())
    assert again.pad == b"    "
    assert again.pack() == auth3.pack()


def test_an_auth3_with_impossible_padding_is_refused() -> None:
    with pytest.raises(BadValue) as caught:
        Auth3.unpack(Auth3(verifier=AuthVerifier(service=10, level=2, value=b"token", pad_length=1)).pack())
    assert caught.value.path.endswith("auth_pad_length")


def test_an_empty_token_travels_in_a_trailer_of_its_own() -> None:
    answer = AlterContextResponse(verifier=AuthVerifier(service=9, level=5, context_id=1))
    octets = answer.pack()
    assert Header.unpack(octets).auth_length == 0
    assert AlterContextResponse.unpack(octets).trailing == bytes.fromhex("0905000001000000")


def test_a_secondary_address_keeps_its_octets() -> None:
    ack = BindAck(secondary_address=b"135\0", address_pad=b"\xaa\xbb")
    assert BindAck.unpack(ack.pack()) == ack


def test_a_list_of_no_contexts_may_end_early() -> None:
    octets = Bind(reserved=None).pack()
    assert len(octets) == 25
    assert Bind.unpack(octets) == Bind(reserved=None)


def test_a_pdu_of_unknown_type_is_refused() -> None:
    with pytest.raises(BadValue, match="unknown PDU type 9"):
        unpack_pdu(Header(type=9).pack())


def test_a_pdu_that_does_not_fit_its_length_is_refused_when_packed() -> None:
    with pytest.raises(BadValue, match="frag_length"):
        Request(stub=bytes(70000)).pack()


@given(STUBS)
def test_an_object_sets_its_flag(stub: bytes) -> None:
    request = Request(object=UUID(int=1), stub=stub)
    assert request.flags & PfcFlags.OBJECT_UUID
    assert Request.unpack(request.pack()).object == UUID(int=1)


@pytest.mark.parametrize("features", [0, 1, 2, 3, 0xFFFF])
def test_bind_time_features_hide_in_a_uuid(features: int) -> None:
    assert features_of(bind_time_syntax(features)) == features
    assert str(bind_time_syntax(BindTimeFeatures.KEEP_CONNECTION_ON_ORPHAN).uuid).startswith(
        "6cb71c2c-9812-4540-02"
    )


def test_an_ordinary_transfer_syntax_proposes_nothing() -> None:
    assert features_of(NDR20) is None
