"""ORPCTHIS and ORPCTHAT: golden octets, extensions, limits; the short way and the long way agree."""

from __future__ import annotations

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.dcom.orpc import (
    EXTENT_DEBUGGING,
    MAX_EXTENTS,
    OrpcExtent,
    OrpcExtentArray,
    OrpcFlags,
    OrpcThat,
    OrpcThis,
)
from opcross.dcom.version import ComVersion
from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.ndr import pack, unpack, write
from opcross.ndr._octets import Reader, Writer
from tests.dcom.captured import captured_pdus

CID = UUID("00112233-4455-6677-8899-aabbccddeeff")
GOLDEN_THIS = bytes.fromhex(
    "0500 0600"  # COM 5.6
    "01000000"  # local
    "00000000"  # reserved
    "33221100554477668899aabbccddeeff"  # causality id
    "00000000"  # no extensions
)
GOLDEN_EXTENDED_THAT = bytes.fromhex(
    "00000000"  # flags
    "00000200"  # extensions follow
    "01000000"  # one extent
    "00000000"  # reserved
    "04000200"  # the array follows
    "02000000"  # filled up to two
    "08000200 00000000"  # an extent and a null
    "08000000"  # conformance of its data: 3 rounded up to 8
    "8096f1f12a4dce11a66a0020af6e72f4"  # debugging
    "03000000"  # 3 octets
    "6162630000000000"
)

extents = st.lists(
    st.builds(OrpcExtent, id=st.uuids(), data=st.binary(max_size=20)), min_size=1, max_size=5
).map(lambda found: OrpcExtentArray(extents=tuple(found)))


def test_golden_this_unpacks_field_by_field() -> None:
    this = OrpcThis.read(Reader(GOLDEN_THIS + b"rest"))
    assert this == OrpcThis(version=ComVersion(major=5, minor=6), flags=OrpcFlags.LOCAL, cid=CID)
    writer = Writer()
    this.write(writer)
    assert writer.getvalue() == GOLDEN_THIS


def test_golden_that_with_an_extension() -> None:
    that = OrpcThat(extensions=OrpcExtentArray(extents=(OrpcExtent(id=EXTENT_DEBUGGING, data=b"abc"),)))
    assert OrpcThat.read(Reader(GOLDEN_EXTENDED_THAT)) == that
    assert pack(that) == GOLDEN_EXTENDED_THAT
    assert that.extensions is not None
    assert that.extensions.find(EXTENT_DEBUGGING) == b"abc"
    assert that.extensions.find(CID) is None


@given(st.uuids(), st.none() | extents, st.booleans(), st.integers(0, 0xFFFFFFFF))
def test_this_round_trips_and_leaves_the_reader_behind_it(
    cid: UUID, extensions: OrpcExtentArray | None, little: bool, flags: int
) -> None:
    this = OrpcThis(cid=cid, extensions=extensions, flags=OrpcFlags(flags))
    octets = pack(this, little=little)
    reader = Reader(octets + b"stub", little=little)
    assert OrpcThis.read(reader) == this == unpack(OrpcThis, octets, little=little)
    assert reader.rest() == b"stub"


@given(st.none() | extents, st.booleans())
def test_that_round_trips(extensions: OrpcExtentArray | None, little: bool) -> None:
    that = OrpcThat(extensions=extensions)
    octets = pack(that, little=little)
    reader = Reader(octets + b"stub", little=little)
    assert OrpcThat.read(reader) == that
    assert reader.rest() == b"stub"


@pytest.mark.parametrize("octets", [GOLDEN_THIS, GOLDEN_EXTENDED_THAT], ids=["this", "that"])
def test_every_cut_is_truncated(octets: bytes) -> None:
    cls = OrpcThis if octets is GOLDEN_THIS else OrpcThat
    for cut in range(len(octets)):
        with pytest.raises(Truncated):
            cls.read(Reader(octets[:cut]))


def test_the_number_of_extents_is_limited() -> None:
    extent = OrpcExtent(id=CID, data=b"")
    many = OrpcExtentArray(extents=(extent,) * (MAX_EXTENTS + 1))
    with pytest.raises(LimitExceeded):
        OrpcThis.read(Reader(pack(OrpcThis(cid=CID, extensions=many))))
    with pytest.raises(LimitExceeded):
        OrpcThat.read(Reader(pack(OrpcThat(extensions=many))))


def test_the_requests_of_a_captured_session_begin_with_com_5_7() -> None:
    seen = 0
    for pdu in captured_pdus("suricata-verify_dcerpc-ctxids.pcap"):
        if pdu.request and pdu.stub[:4] == GOLDEN_THIS[:2] + b"\x07\0":
            this = OrpcThis.read(Reader(pdu.stub))
            assert this.version == ComVersion(major=5, minor=7)
            assert this.extensions is None
            seen += 1
    assert seen > 50


@given(st.uuids(), st.none() | extents, st.booleans(), st.integers(0, 3))
def test_the_short_way_of_writing_is_the_long_way(
    cid: UUID, extensions: OrpcExtentArray | None, little: bool, before: int
) -> None:
    for value in (OrpcThis(cid=cid, extensions=extensions), OrpcThat(extensions=extensions)):
        short, long = Writer(little=little), Writer(little=little)
        for writer in (short, long):
            writer.put(bytes(before))
        value.write(short)
        write(value, long)
        assert short.getvalue() == long.getvalue()


def test_numbers_that_do_not_fit_are_refused_either_way() -> None:
    for extensions in (None, OrpcExtentArray()):
        with pytest.raises(BadValue, match="version"):
            OrpcThis(cid=CID, version=ComVersion(major=0x10000, minor=7), extensions=extensions).write(
                Writer()
            )
