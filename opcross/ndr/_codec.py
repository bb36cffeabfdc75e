"""The codec model, and the codecs of everything that has one size: numbers, enums, GUIDs, times.

NDR lays a value out in up to three parts ([C706] 14.3): the conformance of an array, hoisted in front
of the outermost structure; the fixed part; and behind the outermost construct the pointees. A codec
writes and reads them by three pairs of methods. The first is left out where there is no conformance
(:attr:`Codec.conformant`), the last where there are no pointers (:attr:`Codec.deferred`).

A fixed part whose size never varies also says which :mod:`struct` codes it takes, so that a structure
moves all of its fixed members with one call.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, IntFlag
from functools import cached_property
from struct import Struct
from struct import error as StructError  # noqa: N812  (it is an exception, and stays recognisable as one)
from typing import Final
from uuid import UUID

from opcross.errors import BadValue
from opcross.ndr._stream import Packer, Unpacker, Value

__all__ = [
    "BOOL32",
    "FILETIME",
    "GUID",
    "SCALARS",
    "Codec",
    "EnumCodec",
    "FiletimeCodec",
    "GuidCodec",
    "Scalar",
    "StructError",
]


class Codec:
    """How one type is written and read.

    ``least`` is the smallest number of octets that the fixed part can take; an array of n elements
    that has less than n times that left is truncated, whatever follows.
    """

    align: int = 1
    least: int = 0
    form: str | None = None
    """The :mod:`struct` codes of the fixed part, or None where its size varies."""
    items: int = 1
    """How many values the codes stand for."""
    plain: bool = False
    """Whether the one item is the value itself."""
    deferred: bool = False
    conformant: bool = False

    @cached_property
    def _little(self) -> Struct:
        return Struct("<" + (self.form or ""))

    @cached_property
    def _big(self) -> Struct:
        return Struct(">" + (self.form or ""))

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The items of the fixed part; raises :class:`BadValue`."""
        raise NotImplementedError

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """Items to value, or to what :meth:`read_rest` finishes."""
        raise NotImplementedError

    def write_conformance(self, packer: Packer, value: Value) -> None:
        """Write the hoisted max_count."""

    def read_conformance(self, unpacker: Unpacker) -> None:
        """Read the hoisted max_count and keep it for the array."""

    def write_fixed(self, packer: Packer, value: Value) -> None:
        """Align and write the fixed part."""
        packer.align(self.align)
        try:
            items = (value,) if self.plain else self.lower(packer, value)
            packer.buffer += (self._little if packer.little else self._big).pack(*items)
        except (StructError, OverflowError, TypeError) as error:
            raise BadValue(f"{value!r} does not fit: {error}", offset=packer.offset) from None

    def read_fixed(self, unpacker: Unpacker) -> Value:
        """Align and read the fixed part."""
        unpacker.align(self.align)
        packed = self._little if unpacker.little else self._big
        start = unpacker.offset
        unpacker.skip(packed.size)
        items = packed.unpack_from(unpacker.data, start)
        return items[0] if self.plain else self.lift(unpacker, items)

    def write_rest(self, packer: Packer, value: Value) -> None:
        """Write the pointees."""

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """Read the pointees and give the whole value."""
        return raw

    def write(self, packer: Packer, value: Value) -> None:
        """All parts, one behind the other: how a parameter or a pointee is written."""
        if self.conformant:
            self.write_conformance(packer, value)
        self.write_fixed(packer, value)
        if self.deferred:
            self.write_rest(packer, value)

    def read(self, unpacker: Unpacker) -> Value:
        """All parts, one behind the other."""
        if self.conformant:
            self.read_conformance(unpacker)
        raw = self.read_fixed(unpacker)
        return self.read_rest(unpacker, raw) if self.deferred else raw

    def default(self) -> Value:
        """What stands for this type where a failed call has nothing to give: zero, null, empty."""
        raise NotImplementedError

    @property
    def size(self) -> int | None:
        """Octets of the fixed part, or None where that varies."""
        return None if self.form is None else self._little.size


class Scalar(Codec):
    """A number, by its :mod:`struct` code; as long as it is aligned."""

    plain = True

    def __init__(self, code: str) -> None:
        self.form = code
        self.align = self.least = Struct("=" + code).size

    def default(self) -> Value:
        """Zero."""
        return 0.0 if self.form in ("f", "d") else 0


SCALARS: Final = {
    "u8": Scalar("B"),
    "i8": Scalar("b"),
    "u16": Scalar("H"),
    "i16": Scalar("h"),
    "u32": Scalar("I"),
    "i32": Scalar("i"),
    "u64": Scalar("Q"),
    "i64": Scalar("q"),
    "f32": Scalar("f"),
    "f64": Scalar("d"),
    "hresult": Scalar("I"),
}
"""The numbers of the tables' grammar."""


class EnumCodec(Codec):
    """An enumeration on its carrier; a number that the enumeration has not stays a plain int."""

    def __init__(self, carrier: Scalar, enum: type[IntEnum | IntFlag] | None = None) -> None:
        self.form = carrier.form
        self.align, self.least = carrier.align, carrier.least
        self.enum = enum
        self.plain = enum is None

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The number."""
        return (value,)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """The member, if there is one."""
        if self.enum is None:
            return items[0]
        try:
            return self.enum(items[0])
        except ValueError:
            return items[0]

    def default(self) -> Value:
        """Zero, which most enumerations of OPC have no member for."""
        try:
            return self.enum(0) if self.enum else 0
        except ValueError:
            return 0


class Bool32Codec(Codec):
    """BOOL: a 32-bit number; 1 and 0 become True and False, anything else stays the number it is."""

    form = "i"
    align = least = 4

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The number."""
        return (value,)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """True, False or the odd number."""
        number = items[0]
        return number == 1 if number in (0, 1) else number

    def default(self) -> Value:
        """False."""
        return False


class GuidCodec(Codec):
    """A GUID: three members in the byte order of the sender, then eight octets as they are."""

    form = "16s"
    align, least = 4, 16

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """Its 16 octets."""
        if not isinstance(value, UUID):
            raise BadValue(f"expected a UUID, found {value!r}", offset=packer.offset)
        return (value.bytes_le if packer.little else value.bytes,)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """The UUID."""
        return UUID(bytes_le=items[0]) if unpacker.little else UUID(bytes=items[0])

    def default(self) -> Value:
        """GUID_NULL."""
        return UUID(int=0)


class FiletimeCodec(Codec):
    """FILETIME: 100 ns ticks since 1601 as two 32-bit numbers, the low one first in either byte order."""

    form = "II"
    items = 2
    align, least = 4, 8

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """Low and high half."""
        if not 0 <= value < 1 << 64:
            raise BadValue(f"{value!r} ticks are not from 0 to 2**64-1", offset=packer.offset)
        return (value & 0xFFFFFFFF, value >> 32)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """The ticks."""
        return items[0] | items[1] << 32

    def default(self) -> Value:
        """1601-01-01."""
        return 0


BOOL32: Final = Bool32Codec()
GUID: Final = GuidCodec()
FILETIME: Final = FiletimeCodec()
