"""Activation properties: those of Windows pack back to the same octets; ours round-trip; lies are caught."""

from __future__ import annotations

import struct
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.activation.properties import (
    MAX_PROPERTIES,
    ActivationContextInfo,
    CustomHeader,
    InstanceInfo,
    InstantiationInfo,
    LocationInfo,
    Property,
    PropsOutInfo,
    ScmReplyInfo,
    ScmRequestInfo,
    SecurityInfo,
    SpecialProperties,
    pack_properties,
    unpack_properties,
)
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import CustomObjRef, StandardObjRef, pack_objref, unpack_objref
from opcross.errors import BadValue, LimitExceeded, Truncated, WireError
from opcross.ndr import pack_serialized
from tests.dcom.captured import captured_pdus

NTLM_SESSION = "suricata-verify_dcerpc-ctxids.pcap"
KERBEROS_SESSION = "zeek_kerberos135_auth.pcapng"
REQUEST = (
    SpecialProperties,
    InstantiationInfo,
    ActivationContextInfo,
    SecurityInfo,
    LocationInfo,
    ScmRequestInfo,
)
REPLY = (PropsOutInfo, ScmReplyInfo)


def captured_blob(capture: str, *, reply: bool) -> bytes:
    """The first activation blob of a capture."""
    marker = b"MEOW\x04\0\0\0" + bytes([0xA3 if reply else 0xA2, 1, 0, 0])
    for pdu in captured_pdus(capture):
        start = pdu.stub.find(marker)
        if start >= 0:
            (size,) = struct.unpack_from("<I", pdu.stub, start - 4)
            return pdu.stub[start : start + size]
    raise AssertionError(f"no blob in {capture}")


@pytest.mark.parametrize("capture", [NTLM_SESSION, KERBEROS_SESSION])
@pytest.mark.parametrize("reply", [False, True], ids=["request", "reply"])
def test_blobs_of_windows_pack_back_to_the_same_octets(capture: str, reply: bool) -> None:
    blob = captured_blob(capture, reply=reply)
    properties = unpack_properties(blob, reply=reply)
    wanted: tuple[type[Property], ...] = REPLY if reply else REQUEST
    found = [properties.need(cls) for cls in wanted]
    assert pack_properties(found, reply=reply) == blob


def test_a_captured_request_says_what_tshark_says() -> None:
    properties = unpack_properties(captured_blob(NTLM_SESSION, reply=False))
    wanted = properties.need(InstantiationInfo)
    assert wanted.clsid == UUID("49b2791a-b1ae-4c90-9b8e-e860ba07f889")
    assert wanted.iids == (UUID("00000001-0000-0000-c000-000000000046"),)
    assert (wanted.this_size, wanted.client_version.minor) == (88, 7)
    security = properties.need(SecurityInfo)
    assert security.server is not None
    assert security.server.name == "192.168.56.101"
    assert properties.need(SpecialProperties).default_level == 5
    scm = properties.need(ScmRequestInfo)
    assert scm.request is not None
    assert scm.request.protocol_sequences == (7,)
    assert properties.get(InstanceInfo) is None
    with pytest.raises(BadValue, match="InstanceInfo"):
        properties.need(InstanceInfo)


def test_a_captured_reply_says_what_tshark_says() -> None:
    properties = unpack_properties(captured_blob(NTLM_SESSION, reply=True), reply=True)
    reply = properties.need(ScmReplyInfo).reply
    assert reply is not None
    assert reply.oxid == 0xB5C018689DC8086E
    assert reply.ipid_rem_unknown == UUID("0000f800-0668-04ec-225c-99ce1c620266")
    assert reply.authentication_hint == 5
    assert reply.bindings is not None
    bindings = DualStringArray.from_units(reply.bindings.units, reply.bindings.security_offset)
    assert [b.network_address for b in bindings.strings] == ["DC1[49724]", "192.168.56.101[49724]"]
    got = properties.need(PropsOutInfo)
    assert got.results == (0,)
    assert got.interfaces is not None
    interface = unpack_objref(got.interfaces[0] or b"")
    assert isinstance(interface, StandardObjRef)
    assert interface.std.oid == 0x657A2EAF2499944A


text = st.none() | st.text(st.characters(min_codepoint=1, max_codepoint=0xD7FF), max_size=20)
requests: st.SearchStrategy[list[Property]] = st.tuples(
    st.builds(
        InstantiationInfo,
        clsid=st.uuids(),
        iids=st.lists(st.uuids(), min_size=1, max_size=4).map(tuple),
        this_size=st.integers(1, 500),
    ),
    st.builds(LocationInfo, machine=text, process_id=st.integers(0, 99)),
    st.builds(InstanceInfo, file_name=text, storage=st.none() | st.binary(max_size=9)),
    st.builds(ActivationContextInfo, client_context=st.none() | st.binary(max_size=9)),
).map(list)


@given(requests)
def test_round_trip(properties: list[Property]) -> None:
    found = unpack_properties(pack_properties(properties))
    assert [found.need(type(each)) for each in properties] == properties


@given(requests, st.data())
def test_a_cut_blob_is_truncated(properties: list[Property], data: st.DataObject) -> None:
    blob = pack_properties(properties)
    cut = data.draw(st.integers(0, len(blob) - 1))
    with pytest.raises(Truncated):
        unpack_properties(blob[:cut])


@given(st.integers(48, 751), st.integers(0, 255))
def test_a_damaged_blob_gives_values_or_a_wire_error(position: int, octet: int) -> None:
    blob = bytearray(captured_blob(NTLM_SESSION, reply=False))
    blob[position] = octet
    try:
        properties = unpack_properties(blob)
        for cls in REQUEST:
            properties.get(cls)
    except WireError:
        pass


def test_the_size_of_the_instantiation_property_is_filled_in() -> None:
    blob = pack_properties([InstantiationInfo(clsid=UUID(int=1), iids=(UUID(int=2),))])
    assert unpack_properties(blob).need(InstantiationInfo).this_size == 88


def test_only_a_custom_reference_of_the_right_class_is_taken() -> None:
    blob = pack_properties([LocationInfo()])
    with pytest.raises(BadValue, match="activation properties"):
        unpack_properties(blob, reply=True)


def custom(header: CustomHeader, rest: bytes = b"") -> bytes:
    whole = unpack_objref(pack_properties([]))
    assert isinstance(whole, CustomObjRef)
    data = bytes(8) + pack_serialized(header) + rest
    return pack_objref(CustomObjRef(iid=whole.iid, clsid=whole.clsid, data=data))


def test_lies_of_the_header_are_caught() -> None:
    one = UUID(int=1)
    with pytest.raises(LimitExceeded):
        unpack_properties(custom(CustomHeader(classes=(one,) * (MAX_PROPERTIES + 1))))
    with pytest.raises(WireError):
        unpack_properties(custom(CustomHeader(classes=(one,), sizes=(16, 16))))
    with pytest.raises(BadValue, match="sizes"):
        unpack_properties(custom(CustomHeader(classes=(one,))))
    with pytest.raises(BadValue, match=r"sizes\[0\]"):
        unpack_properties(custom(CustomHeader(classes=(one,), sizes=(15,)), bytes(16)))
    with pytest.raises(Truncated):
        unpack_properties(custom(CustomHeader(classes=(one,), sizes=(24,)), bytes(16)))
    with pytest.raises(Truncated):
        unpack_properties(custom(CustomHeader(classes=(one,), sizes=(16,), header_size=4096), bytes(16)))


def test_unknown_properties_are_passed_over() -> None:
    header = CustomHeader(classes=(UUID(int=1),), sizes=(16,))
    assert unpack_properties(custom(header, bytes(16))).get(LocationInfo) is None


def test_a_property_with_octets_behind_it_in_its_own_field_is_still_read() -> None:
    """The field's size, not the structure's, says where the next one begins."""
    serialized = pack_serialized(LocationInfo(process_id=7))
    header = CustomHeader(
        classes=(UUID("000001a4-0000-0000-c000-000000000046"),), sizes=(len(serialized) + 8,)
    )
    assert unpack_properties(custom(header, serialized + bytes(8))).need(LocationInfo).process_id == 7
