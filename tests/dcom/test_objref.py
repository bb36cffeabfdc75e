"""OBJREF: its four forms, octets of Windows, and what is refused."""

from __future__ import annotations

import contextlib
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.dual_string_array import DualStringArray, SecurityBinding, StringBinding
from opcross.dcom.objref import (
    MAX_ELEMENTS,
    SORF_NOPING,
    CustomObjRef,
    DataElement,
    ExtendedObjRef,
    HandlerObjRef,
    ObjRef,
    StandardObjRef,
    StdObjRef,
    pack_objref,
    unpack_objref,
)
from opcross.errors import BadValue, LimitExceeded, Truncated, WireError
from tests.dcom.captured import captured_objrefs
from tests.dcom.test_dual_string_array import arrays

IUNKNOWN = UUID("00000000-0000-0000-c000-000000000046")
GOLDEN = bytes.fromhex(
    "4d454f57"  # MEOW
    "01000000"  # OBJREF_STANDARD
    "0000000000000000c000000000000046"  # IUnknown
    "00100000"  # SORF_NOPING
    "05000000"  # 5 public references
    "0807060504030201"  # OXID
    "1817161514131211"  # OID
    "33221100554477668899aabbccddeeff"  # IPID
    "0900 0500"  # 9 entries, security bindings at 5
    "0700 5000 4300 0000"  # tower 7, "PC"
    "0000"
    "0a00 ffff 0000"  # NTLM
    "0000"
)
STANDARD = StandardObjRef(
    iid=IUNKNOWN,
    std=StdObjRef(
        flags=SORF_NOPING,
        public_refs=5,
        oxid=0x0102030405060708,
        oid=0x1112131415161718,
        ipid=UUID("00112233-4455-6677-8899-aabbccddeeff"),
    ),
    bindings=DualStringArray((StringBinding("PC"),), (SecurityBinding(10),)),
)

u32 = st.integers(0, 0xFFFFFFFF)
u64 = st.integers(0, 0xFFFFFFFFFFFFFFFF)
stds = st.builds(StdObjRef, flags=u32, public_refs=u32, oxid=u64, oid=u64, ipid=st.uuids())
references: st.SearchStrategy[ObjRef] = st.one_of(
    st.builds(StandardObjRef, iid=st.uuids(), std=stds, bindings=arrays),
    st.builds(HandlerObjRef, iid=st.uuids(), std=stds, clsid=st.uuids(), bindings=arrays),
    st.builds(
        CustomObjRef, iid=st.uuids(), clsid=st.uuids(), data=st.binary(max_size=40), extension_size=u32
    ),
    st.builds(
        ExtendedObjRef,
        iid=st.uuids(),
        std=stds,
        bindings=arrays,
        elements=st.lists(st.builds(DataElement, id=st.uuids(), data=st.binary(max_size=20)), max_size=3).map(
            tuple
        ),
    ),
)


def test_golden_octets_unpack_field_by_field() -> None:
    assert unpack_objref(GOLDEN) == STANDARD


def test_golden_octets_pack() -> None:
    assert pack_objref(STANDARD) == GOLDEN


def test_noping_says_that_nobody_needs_to_ping() -> None:
    assert not STANDARD.std.pinged
    assert StdObjRef(public_refs=1, oxid=1, oid=1, ipid=IUNKNOWN).pinged


@pytest.mark.parametrize(
    ("capture", "count"), [("suricata-verify_dcerpc-ctxids.pcap", 8), ("zeek_kerberos135_auth.pcapng", 2)]
)
def test_standard_references_of_windows_pack_back_to_the_same_octets(capture: str, count: int) -> None:
    found = list(captured_objrefs(capture))
    assert len(found) == count
    for octets in found:
        reference = unpack_objref(octets)
        assert isinstance(reference, StandardObjRef)
        assert reference.std.public_refs == 5
        assert len(reference.bindings.securities) == 7
        assert pack_objref(reference) == octets


@given(references)
def test_round_trip(reference: ObjRef) -> None:
    assert unpack_objref(pack_objref(reference)) == reference


@given(references.filter(lambda reference: not isinstance(reference, CustomObjRef)), st.data())
def test_every_cut_is_truncated(reference: ObjRef, data: st.DataObject) -> None:
    octets = pack_objref(reference)
    cut = data.draw(st.integers(0, len(octets) - 1))
    with pytest.raises(Truncated):
        unpack_objref(octets[:cut])


@given(references.filter(lambda reference: not isinstance(reference, CustomObjRef)), st.binary(max_size=9))
def test_octets_behind_the_reference_are_ignored(reference: ObjRef, junk: bytes) -> None:
    assert unpack_objref(pack_objref(reference) + junk) == reference


@given(st.binary(max_size=120).map(lambda noise: GOLDEN[:4] + noise))
def test_noise_gives_a_reference_or_a_wire_error(noise: bytes) -> None:
    with contextlib.suppress(WireError):
        unpack_objref(noise)


def test_a_custom_reference_keeps_the_size_that_was_stated() -> None:
    """Windows counts 8 octets more than there are for activation properties."""
    stated = CustomObjRef(iid=IUNKNOWN, clsid=IUNKNOWN, data=b"abc", stated_size=11)
    assert unpack_objref(pack_objref(stated)) == stated
    derived = CustomObjRef(iid=IUNKNOWN, clsid=IUNKNOWN, data=b"abc")
    assert pack_objref(derived)[44:48] == b"\x03\0\0\0"


@pytest.mark.parametrize("flags", [0, 3, 16])
def test_flags_must_name_one_form(flags: int) -> None:
    with pytest.raises(BadValue, match=r"ObjRef\.flags"):
        unpack_objref(GOLDEN[:4] + flags.to_bytes(4, "little") + GOLDEN[8:])


def test_signatures_are_checked() -> None:
    with pytest.raises(BadValue, match="signature"):
        unpack_objref(b"WOEM" + GOLDEN[4:])
    extended = pack_objref(
        ExtendedObjRef(iid=IUNKNOWN, std=STANDARD.std, bindings=DualStringArray(), elements=())
    )
    for position, name in ((64, "signature1"), (len(extended) - 4, "signature2")):
        broken = bytearray(extended)
        broken[position] ^= 1
        with pytest.raises(BadValue, match=name):
            unpack_objref(broken)


def test_elements_have_a_limit_and_fit_their_field() -> None:
    element = DataElement(id=IUNKNOWN, data=b"12345")
    octets = bytearray(
        pack_objref(
            ExtendedObjRef(
                iid=IUNKNOWN,
                std=STANDARD.std,
                bindings=DualStringArray(),
                elements=(element,) * (MAX_ELEMENTS + 1),
            )
        )
    )
    with pytest.raises(LimitExceeded):
        unpack_objref(octets)
    single = bytearray(
        pack_objref(
            ExtendedObjRef(iid=IUNKNOWN, std=STANDARD.std, bindings=DualStringArray(), elements=(element,))
        )
    )
    single[-16:-12] = (9).to_bytes(4, "little")
    with pytest.raises(BadValue, match=r"elements\[0\]\.size"):
        unpack_objref(single)
