"""Structures whose annotations are the layout."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, replace
from enum import IntEnum, IntFlag
from typing import Annotated, Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LeftOver, LimitExceeded, LocalMisuse, Truncated, WireError
from opcross.ndr import (
    DERIVED,
    Bool32,
    Bstr,
    Conformant,
    Filetime,
    Fixed,
    Full,
    Guid,
    Limits,
    Reader,
    Ref,
    Switch,
    Unique,
    Varying,
    Writer,
    Wstr,
    carried_by,
    count_of,
    f64,
    i16,
    pack,
    pack_serialized,
    read,
    struct,
    u8,
    u16,
    u32,
    u64,
    unpack,
    unpack_serialized,
    write,
)
from opcross.ndr.tables import load
from tests.ndr.values import refusal

CID = UUID("00112233-4455-6677-8899-aabbccddeeff")


@carried_by(u32)
class Flags(IntFlag):
    NONE = 0
    LOCAL = 1


@carried_by(u16)
class Mode(IntEnum):
    FIRST = 1
    SECOND = 2


@struct
class Version:
    major: u16
    minor: u16


@struct
class Extent:
    id: Guid
    size: u32 = count_of("data")
    data: Annotated[bytes, Conformant(round_up=8)]


@struct
class Extents:
    size: u32 = count_of("extents")
    reserved: u32 = 0
    extents: Unique[Annotated[tuple[Unique[Extent], ...], Conformant(round_up=2)]] = None


@struct
class This:
    version: Version = Version(major=5, minor=7)
    flags: Flags = Flags.NONE
    reserved1: u32 = 0
    cid: Guid
    extensions: Unique[Extents] = None


@struct
class Tail:
    name: Unique[Wstr] = None
    inner: Extent


@struct
class Chain:
    value: u8
    next: Unique[Chain] = None


@struct
class Shared:
    first: Full[Version] = None
    second: Full[Version] = None


@struct
class Loop:
    next: Full[Loop] = None


@struct
class Many:
    mode: Mode
    small: i16
    when: Filetime
    yes: Bool32
    big: u64
    ratio: f64
    codes: Annotated[tuple[u16, ...], Fixed(3)]
    mac: Annotated[bytes, Fixed(6)]
    versions: Annotated[tuple[Version, ...], Fixed(2)]
    text: Bstr = None
    pointed: Ref[Version]


@struct
class Level1:
    value: u32


@struct
class Level2:
    name: Unique[Wstr] = None


@struct
class Info:
    level: u32
    info: Annotated[Level1 | Level2 | None, Switch("level", {1: Level1, 2: Level2, 3: None})] = None


@struct
class Window:
    count: u32 = count_of("values")
    values: Annotated[tuple[u16, ...], Varying()]


THIS = This(cid=CID, extensions=Extents(extents=(Extent(id=CID, data=b"abc"),)))
MANY = Many(
    mode=Mode.SECOND,
    small=-2,
    when=0x0123456789ABCDEF,
    yes=True,
    big=1,
    ratio=0.5,
    codes=(1, 2, 3),
    mac=b"\1\2\3\4\5\6",
    versions=(Version(major=1, minor=2), Version(major=3, minor=4)),
    text="hé",
    pointed=Version(major=9, minor=8),
)
# One field per line: value, then its octets in little-endian order.
THIS_OCTETS = bytes.fromhex(
    "0500 0700"  # version
    "00000000"  # flags
    "00000000"  # reserved1
    "33221100 5544 7766 8899aabbccddeeff"  # cid
    "00000200"  # extensions: referent
    "01000000"  # size
    "00000000"  # reserved
    "04000200"  # extents: referent
    "02000000"  # max_count, rounded up to two
    "08000200 00000000"  # one referent and one null
    "08000000"  # hoisted max_count of data, rounded up to eight
    "33221100 5544 7766 8899aabbccddeeff"  # id
    "03000000"  # size
    "616263 0000000000"  # data
)
CASES: list[Any] = [
    THIS,
    This(cid=CID),
    MANY,
    Tail(name="x", inner=Extent(id=CID, data=b"123456789")),
    Chain(value=1, next=Chain(value=2, next=Chain(value=3))),
    Shared(first=Version(major=1, minor=1), second=Version(major=2, minor=2)),
    Shared(),
    Info(level=1, info=Level1(value=7)),
    Info(level=2, info=Level2(name="seven")),
    Info(level=3),
    Window(values=(1, 2, 3)),
    Extents(),
]
cases = pytest.mark.parametrize("value", CASES, ids=lambda value: type(value).__name__)


def test_orpcthis_packs_and_unpacks_octet_by_octet() -> None:
    assert pack(THIS) == THIS_OCTETS
    assert unpack(This, THIS_OCTETS) == THIS


def test_annotations_and_tables_agree_about_orpcthis() -> None:
    from opcross.ndr._stream import Packer, Unpacker

    codec = load("com").struct("ORPCTHIS")
    value = codec.read(Unpacker(THIS_OCTETS))
    assert value.extensions.extent[0].data == b"abc"
    packer = Packer()
    codec.write(packer, value)
    assert packer.getvalue() == THIS_OCTETS


@pytest.mark.parametrize("little", [True, False], ids=["little", "big"])
@cases
def test_a_structure_survives_whole_and_every_cut_is_truncated(value: Any, *, little: bool) -> None:
    packed = pack(value, little=little)
    assert unpack(type(value), packed, little=little) == value
    with pytest.raises(LeftOver):
        unpack(type(value), packed + b"\0", little=little)
    assert unpack(type(value), packed + b"\0", little=little, strict=False) == value
    for cut in range(len(packed)):
        with pytest.raises(Truncated) as caught:
            unpack(type(value), packed[:cut], little=little)
        assert caught.value.path.startswith(type(value).__name__)


@pytest.mark.parametrize("little", [True, False], ids=["little", "big"])
@cases
def test_type_serialization_survives_in_either_byte_order(value: Any, *, little: bool) -> None:
    packed = pack_serialized(value, little=little)
    assert packed[:8].hex() == ("01100800cccccccc" if little else "01000008cccccccc")
    assert len(packed) % 8 == 0
    assert int.from_bytes(packed[8:12], "little" if little else "big") == len(packed) - 16
    assert unpack_serialized(type(value), packed) == value
    for cut in range(len(packed)):
        with pytest.raises(Truncated):
            unpack_serialized(type(value), packed[:cut])


@pytest.mark.parametrize(
    ("at", "octet", "error"),
    [(0, 2, BadValue), (1, 0x11, BadValue), (2, 9, BadValue), (8, 0xFF, Truncated)],
    ids=["version", "byte order", "header length", "size"],
)
def test_a_bent_serialization_header_is_refused(at: int, octet: int, error: type[WireError]) -> None:
    packed = bytearray(pack_serialized(THIS))
    packed[at] = octet
    with pytest.raises(error):
        unpack_serialized(This, bytes(packed))


def test_more_than_padding_behind_a_serialized_structure_is_left_over_unless_lenient() -> None:
    """Newer Windows versions add members; whoever wants to live with that says so."""
    packed = bytearray(pack_serialized(Version(major=1, minor=2)) + bytes(8))
    packed[8] += 8
    with pytest.raises(LeftOver):
        unpack_serialized(Version, bytes(packed))
    assert unpack_serialized(Version, bytes(packed), strict=False) == Version(major=1, minor=2)


def test_a_count_is_derived_yet_can_be_stated() -> None:
    assert Extent(id=CID, data=b"abc").size == 3
    lie = Extent(id=CID, data=b"abc", size=99)
    assert lie.size == 99
    with pytest.raises(BadValue, match="says 99") as caught:
        unpack(Extent, pack(lie))
    assert caught.value.path == "Extent.size"


def test_replace_derives_a_count_again_when_told_so() -> None:
    longer = replace(Extent(id=CID, data=b"abc"), data=b"abcd", size=DERIVED)
    assert longer.size == 4


def test_structures_are_frozen() -> None:
    with pytest.raises(FrozenInstanceError):
        THIS.flags = Flags.LOCAL  # type: ignore[misc]  # the point of the test


def test_unknown_enumeration_values_survive() -> None:
    odd = replace(MANY, mode=0x7FFF)  # type: ignore[arg-type]  # no member has it
    assert unpack(Many, pack(odd)).mode == 0x7FFF
    known = unpack(Many, pack(MANY)).mode
    assert known is Mode.SECOND
    flags = unpack(This, pack(This(cid=CID, flags=Flags(0x80000001)))).flags
    assert flags & Flags.LOCAL
    assert int(flags) == 0x80000001


def test_odd_booleans_survive() -> None:
    assert unpack(Many, pack(replace(MANY, yes=2))).yes == 2
    assert unpack(Many, pack(MANY)).yes is True


def test_full_pointers_share_their_object() -> None:
    one = Version(major=1, minor=2)
    packed = pack(Shared(first=one, second=one))
    assert len(packed) == 12
    assert packed[0:4] == packed[4:8]
    back = unpack(Shared, packed)
    assert back.first is back.second


def test_a_full_pointer_into_itself_is_refused() -> None:
    with pytest.raises(BadValue, match="leads back"):
        unpack(Loop, bytes.fromhex("01000000 01000000"))


def test_a_chain_deeper_than_the_limit_is_refused_both_ways() -> None:
    chain = Chain(value=0)
    for _ in range(40):
        chain = Chain(value=0, next=chain)
    with pytest.raises(LimitExceeded):
        pack(chain)
    with pytest.raises(LimitExceeded):
        unpack(Chain, bytes.fromhex("0000000001000000") * 40 + bytes(8))
    assert unpack(Chain, pack(CASES[4]), limits=Limits(depth=2)) == CASES[4]
    with pytest.raises(LimitExceeded):
        unpack(Chain, pack(CASES[4]), limits=Limits(depth=1))


def test_a_null_ref_pointer_is_refused_both_ways() -> None:
    with pytest.raises(BadValue, match="never null"):
        pack(replace(MANY, pointed=None))  # type: ignore[arg-type]  # the point of the test
    packed = bytearray(pack(MANY))
    at = packed.index((0x00020000).to_bytes(4, "little"))
    packed[at : at + 4] = bytes(4)
    with pytest.raises(BadValue, match="is null") as caught:
        unpack(Many, bytes(packed))
    assert caught.value.path == "Many.pointed"


def test_a_union_repeats_its_discriminant() -> None:
    packed = pack(Info(level=1, info=Level1(value=7)))
    assert packed.hex() == "010000000100000007000000"
    with pytest.raises(BadValue, match="the discriminant is 2, level says 1"):
        unpack(Info, bytes.fromhex("010000000200000000000000"))
    with pytest.raises(BadValue, match="no arm"):
        unpack(Info, bytes.fromhex("0900000009000000"))


def test_a_varying_array_checks_all_of_its_counts() -> None:
    packed = pack(Window(values=(1, 2)))
    assert packed.hex() == "0200000002000000000000000200000001000200"
    for at, octet in ((0, 1), (8, 1)):
        bent = bytearray(packed)
        bent[at] = octet
        with pytest.raises(BadValue):
            unpack(Window, bytes(bent))


@pytest.mark.parametrize("text", ["610062", "6100620063000000"], ids=["no zero", "counts"])
def test_a_string_ends_with_a_zero(text: str) -> None:
    raw = bytes.fromhex(text)
    count = (len(raw) // 2).to_bytes(4, "little")
    with pytest.raises(WireError):
        unpack(Level2, bytes.fromhex("01000000") + b"\2\0\0\0" + bytes(4) + count + raw)


@given(st.text(st.integers(0, 0xFFFF).map(chr), max_size=9))
def test_strings_of_any_sixteen_bits_survive(text: str) -> None:
    normal = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "surrogatepass")
    assert unpack(Level2, pack(Level2(name=normal))).name == normal


def test_write_and_read_keep_to_the_origin_of_their_caller() -> None:
    writer = Writer()
    writer.u16(1)
    write(Chain(value=5), writer)
    assert writer.getvalue().hex() == "010000000500000000000000"
    reader = Reader(writer.getvalue())
    assert reader.u16() == 1
    assert read(Chain, reader) == Chain(value=5)
    reader.finish()


@pytest.mark.parametrize("value", [-1, 1 << 16, "1", None])
def test_a_value_that_does_not_fit_is_a_bad_value_with_its_path(value: Any) -> None:
    with pytest.raises(BadValue) as caught:
        pack(This(cid=CID, version=Version(major=5, minor=value)))
    assert caught.value.path == "This.version"


def test_classes_without_a_layout_are_refused() -> None:
    with pytest.raises(LocalMisuse, match="no NDR layout"):
        pack(object())
    with pytest.raises(TypeError, match=r"Bad\.x"):

        @struct
        class Bad:
            x: int

    with pytest.raises(TypeError, match="only the last member"):

        @struct
        class Worse:
            data: Annotated[bytes, Conformant()]
            after: u32

    with pytest.raises(TypeError, match="counts"):

        @struct
        class Worst:
            size: u32 = count_of("nothing")


@given(st.binary(max_size=80), st.booleans())
def test_noise_is_a_wire_error_or_a_value(noise: bytes, little: bool) -> None:
    for cls in {type(value) for value in CASES}:
        error = refusal(unpack, cls, noise, little=little)
        assert error is None or error.path.startswith(cls.__name__)
