"""VARIANT and SAFEARRAY on the wire: user-marshalled types ([MS-OAUT] 2.2.29.1, 2.2.30.10).

A VARIANT is a pointer with the id ``User`` to wireVARIANT: a size in units of eight octets, the VARTYPE,
the VARTYPE again as the discriminant (every array type reduced to VT_ARRAY), and the arm at its own
alignment. Which arm a type has stands in the interface tables; this module is given their codecs.

On input the size and the reserved words may hold anything: senders disagree about them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cached_property
from math import prod
from struct import Struct
from typing import Final
from uuid import UUID

import numpy as np

from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.ndr._codec import Codec, Scalar
from opcross.ndr._pointers import UniqueCodec
from opcross.ndr._stream import USER_MARK, Packer, Unpacker, Value
from opcross.ndr._structs import StructCodec
from opcross.ndr._variant import NUMBER_TYPES, ByRef, SafeArray, Variant, VarType

__all__ = [
    "ByRefCodec",
    "SafeArrayArm",
    "SafeArrayCodec",
    "SafeArrayPointer",
    "VariantBody",
    "VariantBool",
    "VariantCodec",
]

_LITTLE_HEAD: Final = Struct("<IIHHHHI")
_BIG_HEAD: Final = Struct(">IIHHHHI")
_MAX_DIMENSIONS: Final = 32
_HAVE_IID: Final = 0x800D


def discriminant(vt: int) -> int:
    """What stands in front of the arm: the VARTYPE, but VT_ARRAY for every type of array."""
    return vt & (VarType.ARRAY | VarType.BYREF) if vt & VarType.ARRAY else vt


class VariantBody(Codec):
    """wireVARIANT. ``find_arms`` gives codecs by discriminant, None for an arm without octets."""

    align = 8
    least = 20

    def __init__(self, find_arms: Callable[[], Mapping[int, Codec | None]]) -> None:
        self._find_arms = find_arms

    @cached_property
    def arms(self) -> Mapping[int, Codec | None]:
        """The arms; looked up late, because some of them hold VARIANTs."""
        return self._find_arms()

    def write(self, packer: Packer, value: Value) -> None:
        """Header and arm; the size is filled in when it is known."""
        if not isinstance(value, Variant):
            raise BadValue(f"expected a Variant, found {value!r}", offset=packer.offset)
        packer.align(8)
        start = packer.offset
        tag = discriminant(value.vt)
        if tag not in self.arms or not 0 <= value.vt <= 0xFFFF:
            raise BadValue(f"no such VARTYPE: 0x{value.vt:x}", offset=start, path="vt")
        packer.buffer += (_LITTLE_HEAD if packer.little else _BIG_HEAD).pack(0, 0, value.vt, 0, 0, 0, tag)
        arm = self.arms[tag]
        if arm is not None:
            arm.write(packer, value.value)
        elif value.value is not None:
            raise BadValue(f"VARTYPE 0x{value.vt:04x} has no value, found {value.value!r}", offset=start)
        packer.patch(start, "I", (packer.offset - start + 7) // 8)

    def read(self, unpacker: Unpacker) -> Value:
        """Header and arm."""
        unpacker.align(8)
        start = unpacker.offset
        unpacker.skip(20)
        _, _, vt, _, _, _, tag = (_LITTLE_HEAD if unpacker.little else _BIG_HEAD).unpack_from(
            unpacker.data, start
        )
        if tag not in self.arms:
            raise BadValue(f"no such VARTYPE: 0x{tag:04x}", offset=start + 16, path="discriminant")
        if discriminant(vt) != tag:
            raise BadValue(
                f"is 0x{tag:04x}, the VARTYPE is 0x{vt:04x}", offset=start + 16, path="discriminant"
            )
        arm = self.arms[tag]
        if arm is None:
            return Variant(vt)
        return Variant(vt, arm.read(unpacker))

    def default(self) -> Value:
        """VT_EMPTY."""
        return Variant(VarType.EMPTY)


class VariantCodec(UniqueCodec):
    """VARIANT: a marked pointer to its body; None stands for a null pointer."""

    def __init__(self, body: VariantBody) -> None:
        super().__init__(body, USER_MARK)

    def default(self) -> Value:
        """VT_EMPTY, as an initialised out parameter."""
        return self.target.default()


class VariantBool(Scalar):
    """VARIANT_BOOL: -1 is True, 0 is False, other numbers stay what they are."""

    plain = False

    def __init__(self) -> None:
        super().__init__("h")

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The number."""
        return (-1 if value is True else value,)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """True, False or the odd number."""
        return items[0] == -1 if items[0] in (0, -1) else items[0]


class ByRefCodec(UniqueCodec):
    """The arm of a VT_BYREF type: a unique pointer whose pointee is wrapped in :class:`ByRef`."""

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The pointee."""
        if value is None:
            return
        if not isinstance(value, ByRef):
            raise BadValue(f"expected a ByRef, found {value!r}", offset=packer.offset)
        packer.descend()
        self.target.write(packer, value.value)
        packer.depth -= 1

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointee, wrapped."""
        return ByRef(self._follow(unpacker)) if raw else None


class SafeArrayPointer(UniqueCodec):
    """The outer one of the two pointers to a SAFEARRAY; only the inner one is ever null from us."""

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """An id, always."""
        return (self._referent(packer),)

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The inner pointer and what it points to."""
        packer.descend()
        self.target.write(packer, value)
        packer.depth -= 1


class SafeArrayArm:
    """One arm of SAFEARRAYUNION: a structure of a size, a pointer to the elements, perhaps an IID."""

    def __init__(self, tag: int, codec: StructCodec, vartypes: Sequence[int]) -> None:
        self.tag = tag
        self.codec = codec
        self.vartypes = tuple(vartypes)

    def pack(self, array: SafeArray) -> Value:
        """The arm's structure for ``array``."""
        count, elements, *iid = (field.name for field in self.codec.fields)
        values: dict[str, Value] = {count: len(array.values), elements: self._on_wire(array)}
        if iid:
            values[iid[0]] = array.iid
        return self.codec.make(**values)

    def _on_wire(self, array: SafeArray) -> Value:
        kind = NUMBER_TYPES.get(array.vartype)
        if kind is None:
            return array.values
        try:
            native = np.ascontiguousarray(array.values)
            if native.dtype != kind:
                raise BadValue(f"expected {kind.name} values, found {native.dtype.name}")
            words = native.view(f"u{kind.itemsize}")
        except (TypeError, ValueError) as error:
            raise BadValue(f"expected {kind.name} values: {error}") from None
        return words.tobytes() if kind.itemsize == 1 else words

    def unpack(self, arm: Value, vartype: int) -> tuple[Value, UUID | None]:
        """The elements, and the IID if the arm has one."""
        _, elements, *iid = (field.name for field in self.codec.fields)
        values = getattr(arm, elements)
        kind = NUMBER_TYPES.get(vartype)
        if kind is not None:
            raw = b"" if values is None else values
            values = np.frombuffer(raw, kind) if isinstance(raw, bytes) else raw.view(kind)
        return values, getattr(arm, iid[0]) if iid else None


class SafeArrayCodec(Codec):
    """wireSAFEARRAY. Only ever a pointee, so its conformance (the bounds) needs no hoisting.

    The upper half of cLocks carries the VARTYPE; where a sender leaves it zero, the arm's own type counts.
    """

    align = 4
    least = 24

    def __init__(self, arms: Sequence[SafeArrayArm]) -> None:
        self.by_tag = {arm.tag: arm for arm in arms}
        self.by_type = {vt: arm for arm in arms for vt in arm.vartypes}
        self.with_iid = self.by_tag[_HAVE_IID]

    def write(self, packer: Packer, value: Value) -> None:
        """The header, the arm, the bounds, then the elements."""
        if not isinstance(value, SafeArray):
            raise BadValue(f"expected a SafeArray, found {value!r}", offset=packer.offset)
        arm = self.with_iid if value.iid is not None else self.by_type.get(value.vartype)
        if arm is None:
            raise BadValue(f"no arrays of VARTYPE 0x{value.vartype:04x}", offset=packer.offset)
        if not hasattr(value.values, "__len__"):
            raise BadValue(f"expected elements, found {value.values!r}", offset=packer.offset)
        content = arm.pack(value)
        if value.count != len(value.values) or not 0 < len(value.bounds) <= _MAX_DIMENSIONS:
            raise BadValue(
                f"bounds {value.bounds} do not hold {len(value.values)} elements", offset=packer.offset
            )
        packer.align(4)
        packer.u32(len(value.bounds))
        packer.u16(len(value.bounds))
        packer.u16(value.features, "fFeatures")
        packer.u32(value.element_size, "cbElements")
        packer.u32(value.vartype << 16 | value.locks, "cLocks")
        packer.u32(arm.tag)
        arm.codec.write_fixed(packer, content)
        for count, lower in value.bounds:
            packer.u32(count, "cElements")
            packer.scalar("i", lower, "lLbound")
        arm.codec.write_rest(packer, content)

    def read(self, unpacker: Unpacker) -> Value:
        """The header, the arm, the bounds, then the elements."""
        unpacker.align(4)
        start = unpacker.offset
        maximum = unpacker.u32("max_count")
        if 8 * maximum > unpacker.remaining:
            raise Truncated(
                f"{maximum} dimensions, {unpacker.remaining} octets left", offset=start, path="cDims"
            )
        dimensions, features = unpacker.u16("cDims"), unpacker.u16("fFeatures")
        if dimensions != maximum or not dimensions:
            raise BadValue(f"is {dimensions}, max_count is {maximum}", offset=start, path="cDims")
        if dimensions > _MAX_DIMENSIONS:
            raise LimitExceeded(
                f"{dimensions}, at most {_MAX_DIMENSIONS} accepted", offset=start, path="cDims"
            )
        element_size, locks = unpacker.u32("cbElements"), unpacker.u32("cLocks")
        arm = self._arm(unpacker, locks >> 16)
        vartype = locks >> 16 or (arm.vartypes or (VarType.UNKNOWN,))[0]
        raw = arm.codec.read_fixed(unpacker)
        bounds = tuple(
            (unpacker.u32("cElements"), int(unpacker.scalar("i", "lLbound"))) for _ in range(dimensions)
        )
        content = arm.codec.read_rest(unpacker, raw)
        values, iid = arm.unpack(content, vartype)
        if values is None:
            values = ()
        if prod(count for count, _ in bounds) != len(values):
            raise BadValue(
                f"bounds {bounds} do not hold {len(values)} elements", offset=start, path="rgsabound"
            )
        return SafeArray(
            vartype=vartype,
            bounds=bounds,
            values=values,
            features=features,
            element_size=element_size,
            locks=locks & 0xFFFF,
            iid=iid,
        )

    def _arm(self, unpacker: Unpacker, vartype: int) -> SafeArrayArm:
        start = unpacker.offset
        tag = unpacker.u32("discriminant")
        arm = self.by_tag.get(tag)
        if arm is None:
            raise BadValue(f"no such array type: 0x{tag:x}", offset=start, path="discriminant")
        if vartype and arm.vartypes and vartype not in arm.vartypes:
            raise BadValue(
                f"arrays of VARTYPE 0x{vartype:04x} do not travel as 0x{tag:x}", offset=start, path="cLocks"
            )
        return arm
