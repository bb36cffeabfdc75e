"""VARIANT, BSTR and SAFEARRAY on the wire, one by one and as columns."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import BadValue, LimitExceeded, LocalMisuse, Truncated
from opcross.ndr import ByRef, Decimal96, Limits, SafeArray, UserRecord, Variant, VariantColumn, VarType
from opcross.ndr._columns import FIXED_WIDTHS
from opcross.ndr._stream import Packer, Unpacker
from opcross.ndr.tables import facts, load
from tests.ndr.values import refusal, variants

ONE = load("da").codec("variant")
COLUMN = load("da").codec("carray(n,variant)")


def pack(codec: Any, value: Any, *, little: bool = True) -> bytes:
    packer = Packer(little=little)
    codec.write(packer, value)
    return packer.getvalue()


def unpack(codec: Any, data: bytes, *, little: bool = True, limits: Limits | None = None) -> Any:
    unpacker = Unpacker(data, little=little, limits=limits or Limits())
    value = codec.read(unpacker)
    unpacker.finish()
    return value


GOLDEN = {
    "R8": (Variant(VarType.R8, 1.5), "0400000000000000 0500000000000000 0500000000000000 000000000000f83f"),
    "I4": (Variant(VarType.I4, -2), "03000000 00000000 0300 000000000000 03000000 feffffff"),
    "I2": (Variant(VarType.I2, 0x1234), "03000000 00000000 0200 000000000000 02000000 3412"),
    "BOOL": (Variant(VarType.BOOL, value=True), "03000000 00000000 0b00 000000000000 0b000000 ffff"),
    "UI1": (Variant(VarType.UI1, 0xAB), "03000000 00000000 1100 000000000000 11000000 ab"),
    "EMPTY": (Variant(VarType.EMPTY), "03000000 00000000 0000 000000000000 00000000"),
    "CY": (Variant(VarType.CY, 10000), "0400000000000000 0600000000000000 0600000000000000 1027000000000000"),
    "BSTR": (
        Variant(VarType.BSTR, "ab"),
        "05000000 00000000 0800 000000000000 08000000 55736572 02000000 04000000 02000000 61006200",
    ),
    "null BSTR": (
        Variant(VarType.BSTR, None),
        "05000000 00000000 0800 000000000000 08000000 55736572 00000000 ffffffff 00000000",
    ),
    "odd BSTR": (
        Variant(VarType.BSTR, b"\1\2\3"),
        "05000000 00000000 0800 000000000000 08000000 55736572 02000000 03000000 02000000 01020300",
    ),
    "DECIMAL": (
        Variant(VarType.DECIMAL, Decimal96(low=5, scale=1, sign=0x80)),
        "05000000 00000000 0e00 000000000000 0e000000 00000000 0000 01 80 00000000 0500000000000000",
    ),
    "BYREF I4": (
        Variant(VarType.BYREF | VarType.I4, ByRef(7)),
        "04000000 00000000 0340 000000000000 03400000 00000200 07000000",
    ),
    "UNKNOWN": (
        Variant(VarType.UNKNOWN, b"MEOW"),
        "05000000 00000000 0d00 000000000000 0d000000 00000200 04000000 04000000 4d454f57",
    ),
    "array of I2": (
        Variant(VarType.ARRAY | VarType.I2, SafeArray.of(VarType.I2, [1, 2, 3])),
        ("0a000000 00000000 0220 000000000000 00200000"
        "00000200 04000200"  # the two pointers
        "01000000 0100 8000 02000000 00000200 02000000"  # counts, features, size, locks and type, arm
        "03000000 08000200"  # clSize and the pointer to the data
        "03000000 00000000"  # the bound
        "03000000 0100 0200 0300"),
    ),
    "array of BSTR": (
        Variant(VarType.ARRAY | VarType.BSTR, SafeArray.of(VarType.BSTR, ["x"])),
        ("0b000000 00000000 0820 000000000000 00200000"
        "00000200 04000200"
        "01000000 0100 8001 04000000 00000800 08000000"
        "01000000 08000200"
        "01000000 00000000"
        "01000000 55736572"
        "01000000 02000000 01000000 7800"),
    ),
}  # fmt: skip
golden = pytest.mark.parametrize(("value", "octets"), list(GOLDEN.values()), ids=list(GOLDEN))


@golden
def test_a_variant_lies_as_the_specification_says(value: Variant, octets: str) -> None:
    expected = bytes.fromhex("55736572 00000000" + octets)
    assert pack(ONE, value).hex() == expected.hex()
    assert unpack(ONE, expected) == value
    for cut in range(len(expected)):
        with pytest.raises(Truncated):
            unpack(ONE, expected[:cut])


def test_sizes_and_reserved_words_and_ids_may_hold_anything() -> None:
    octets = bytes.fromhex(
        "04030201 eeeeeeee ffffffff aaaaaaaa 0500 010203040506 05000000 deadbeef 000000000000f83f"
    )
    assert unpack(ONE, octets) == Variant(VarType.R8, 1.5)


def test_a_null_pointer_is_no_variant_at_all() -> None:
    assert unpack(ONE, bytes(4)) is None
    assert pack(ONE, None) == bytes(4)


@pytest.mark.parametrize(
    ("vt", "tag", "why"),
    [(0x40, 0x40, "no such VARTYPE"), (5, 3, "the VARTYPE is"), (0x2003, 0x2003, "no such VARTYPE")],
)
def test_a_discriminant_that_does_not_repeat_the_type_is_refused(vt: int, tag: int, why: str) -> None:
    body = bytes(8) + vt.to_bytes(2, "little") + bytes(6) + tag.to_bytes(4, "little") + bytes(40)
    with pytest.raises(BadValue, match=why) as caught:
        unpack(ONE, b"User" + bytes(4) + body)
    assert caught.value.offset == 24
    with pytest.raises(BadValue, match=why):
        unpack(COLUMN, b"\1\0\0\0User" + body)


@given(variants(), st.booleans())
def test_any_variant_survives_in_either_byte_order(value: Variant, little: bool) -> None:
    assert unpack(ONE, pack(ONE, value, little=little), little=little) == value


@given(st.lists(variants() | st.none(), max_size=12), st.booleans(), st.data())
def test_any_column_survives_and_no_part_of_it_passes_for_the_whole(
    rows: list[Variant | None],
    little: bool,
    data: st.DataObject,
) -> None:
    column = VariantColumn.of(rows)
    packed = pack(COLUMN, column, little=little)
    assert packed == pack(COLUMN, rows, little=little)
    back = unpack(COLUMN, packed, little=little)
    assert back == column
    assert list(back) == rows
    cut = data.draw(st.integers(0, len(packed) - 1))
    with pytest.raises(Truncated):
        unpack(COLUMN, packed[:cut], little=little)


@given(st.lists(variants(), min_size=1, max_size=6))
def test_a_column_is_its_variants_one_behind_the_other(rows: list[Variant]) -> None:
    """The fast path for many must write what the plain path writes for each."""
    body = load("da").codec("variant").target  # type: ignore[attr-defined]  # a pointer codec
    packer = Packer()
    packer.u32(len(rows))
    for _ in rows:
        packer.u32(0x72657355)
    for row in rows:
        body.write(packer, row)
    assert pack(COLUMN, rows) == packer.getvalue()


@pytest.mark.parametrize("count", [1, 2, 1023, 1024, 1025, 5000])
def test_long_mixed_columns_survive(count: int) -> None:
    choices = [Variant(VarType.R8, 0.5), Variant(VarType.I2, -1), Variant(VarType.BSTR, "s"), None]
    choices += [Variant(VarType.UI8, 2**64 - 1), Variant(VarType.EMPTY), Variant(VarType.I1, -1)]
    for step in (1, 3, 64):
        rows = [choices[i // step % len(choices)] for i in range(count)]
        column = VariantColumn.of(rows)
        back = unpack(COLUMN, pack(COLUMN, column))
        assert back == column
        assert back[count - 1] == rows[-1]


@given(st.binary(max_size=96), st.integers(0, 4), st.booleans())
def test_noise_is_a_wire_error_or_a_value(noise: bytes, count: int, little: bool) -> None:
    head = count.to_bytes(4, "little" if little else "big") + b"User" * count
    for codec, data in ((COLUMN, head + noise), (ONE, b"User" + noise)):
        error = refusal(unpack, codec, data, little=little)
        assert error is None or error.offset is None or error.offset <= len(data)


def test_variants_inside_variants_end_at_the_limit() -> None:
    value = Variant(VarType.I4, 1)
    for _ in range(40):
        value = Variant(VarType.BYREF | VarType.VARIANT, ByRef(value))
    with pytest.raises(LimitExceeded):
        pack(ONE, value)


@pytest.mark.parametrize(
    "array",
    [
        SafeArray(vartype=3, bounds=((2, 0),), values=np.array([1], np.int32)),
        SafeArray(vartype=3, bounds=(), values=np.array([1], np.int32)),
        SafeArray(vartype=0x40, bounds=((0, 0),), values=()),
        SafeArray(vartype=3, bounds=((1, 0),), values=np.array([1], np.int16)),
        "no array",
    ],
    ids=["bounds", "no dimension", "type", "width", "not one"],
)
def test_a_safearray_that_contradicts_itself_is_not_sent(array: Any) -> None:
    with pytest.raises(BadValue):
        pack(ONE, Variant(VarType.ARRAY | VarType.I4, array))


def test_bounds_that_do_not_hold_the_elements_are_refused() -> None:
    packed = bytearray(pack(ONE, GOLDEN["array of I2"][0]))
    at = packed.rindex(bytes.fromhex("0300000000000000"))
    packed[at] = 4
    with pytest.raises(BadValue, match="do not hold 3"):
        unpack(ONE, bytes(packed))


@pytest.mark.parametrize(
    "value",
    [
        Variant(VarType.I2, 1 << 15),
        Variant(VarType.R8, "1"),
        Variant(VarType.EMPTY, 1),
        Variant(0x40, 1),
        Variant(VarType.BSTR, 1),
        Variant(VarType.UNKNOWN, "x"),
        Variant(VarType.BYREF | VarType.I4, 7),
        Variant(VarType.RECORD, 7),
        "a string",
    ],
    ids=repr,
)
def test_a_value_that_its_type_forbids_is_not_sent(value: Any) -> None:
    for codec, given_value in ((ONE, value), (COLUMN, [value])):
        with pytest.raises((BadValue, LocalMisuse)):
            pack(codec, given_value)


def test_columns_are_immutable_and_give_variants_one_by_one() -> None:
    column = VariantColumn.of_numbers(VarType.I2, [1, -1, 3])
    assert column.uniform == VarType.I2
    assert column.numbers().tolist() == [1, -1, 3]
    assert list(column[1:]) == [Variant(VarType.I2, -1), Variant(VarType.I2, 3)]
    assert column[-1] == Variant(VarType.I2, 3)
    for array in (column.vartypes, column.bits, column.numbers()):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
    mixed = VariantColumn.of([Variant(VarType.BSTR, "x"), None, Variant(VarType.BOOL, value=False)])
    assert mixed.uniform is None
    assert [mixed[i] for i in (-3, -2, -1)] == list(mixed)
    assert mixed[1:][0] is None
    with pytest.raises(LocalMisuse):
        mixed.numbers()
    with pytest.raises(LocalMisuse):
        VariantColumn.of_numbers(VarType.BSTR, [1])
    assert "VariantColumn of 3" in repr(mixed)


def test_fixed_widths_are_those_of_the_tables() -> None:
    sizes = {"none": 0, "i8": 1, "u8": 1, "i16": 2, "u16": 2, "i32": 4, "u32": 4, "hresult": 4, "f32": 4}
    sizes |= {"f64": 8, "i64": 8, "u64": 8, "struct(CY)": 8}
    arms = {row["tag"]: sizes.get(row["ndr"]) for row in facts("com")["variant_arm"]}
    assert {tag: size for tag, size in arms.items() if size is not None} == FIXED_WIDTHS


def test_vartypes_are_those_of_the_tables() -> None:
    row = next(row for row in facts("com")["enum"] if row["name"] == "VARENUM")
    numbers = {value["name"]: value["value"] for value in row["values"]}
    assert all(numbers[f"VT_{member.name}"] == member for member in VarType)


def test_a_record_keeps_flags_type_and_octets() -> None:
    value = Variant(VarType.RECORD, UserRecord(flags=1, info=b"MEOW", data=b"abc"))
    assert unpack(ONE, pack(ONE, value)) == value
