"""Pointers: ref, unique and full, and the interface pointer ([C706] 14.3.11, 14.3.12; [MS-RPCE] 2.2.4)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from opcross.errors import BadValue, Truncated
from opcross.ndr._codec import Codec
from opcross.ndr._stream import Packer, Unpacker, Value

__all__ = ["INTERFACE", "FullCodec", "InterfaceCodec", "RefCodec", "UniqueCodec"]


class _Pointer(Codec):
    """Four octets in the fixed part, the pointee behind the enclosing construct."""

    form = "I"
    align = least = 4
    deferred = True

    def __init__(self, target: Codec, mark: int | None = None) -> None:
        self.target = target
        self.mark = mark

    def _referent(self, packer: Packer) -> int:
        return packer.next_referent() if self.mark is None else self.mark

    def write_rest(self, packer: Packer, value: Value) -> None:
        """Write the pointee, unless there is none."""
        if value is not None:
            packer.descend()
            self.target.write(packer, value)
            packer.depth -= 1

    def _follow(self, unpacker: Unpacker) -> Value:
        unpacker.descend()
        value = self.target.read(unpacker)
        unpacker.depth -= 1
        return value

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """The referent id."""
        return items[0]


class UniqueCodec(_Pointer):
    """A unique pointer: None, or a value; any id but zero points somewhere."""

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """A fresh referent id, or zero."""
        return (0 if value is None else self._referent(packer),)

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointee, or None."""
        return self._follow(unpacker) if raw else None

    def default(self) -> Value:
        """A null pointer."""
        return None


class RefCodec(_Pointer):
    """A ref pointer inside a structure: four octets that are never zero, then the pointee."""

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """A fresh referent id."""
        if value is None:
            raise BadValue("a ref pointer is never null", offset=packer.offset)
        return (self._referent(packer),)

    def lift(self, unpacker: Unpacker, items: Sequence[Value]) -> Value:
        """The referent id, which is not zero."""
        if not items[0]:
            raise BadValue("a ref pointer is null", offset=unpacker.offset)
        return items[0]

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The pointee."""
        return self._follow(unpacker)

    def default(self) -> Value:
        """The pointee's default."""
        return self.target.default()


_PENDING: Final = object()


class FullCodec(_Pointer):
    """A full pointer: null, or an id; the same id again means the same object, which travels once."""

    def lower(self, packer: Packer, value: Value) -> Sequence[Value]:
        """The object's id, a fresh one at its first appearance."""
        if value is None:
            return (0,)
        referent = packer.aliases.get(id(value))
        if referent is None:
            referent = packer.aliases[id(value)] = packer.next_referent()
            packer.kept.append(value)  # alive as long as its id() stands for it
        return (referent,)

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The object, the first time."""
        if value is None or id(value) in packer.written:
            return
        packer.written.add(id(value))
        super().write_rest(packer, value)

    def read_rest(self, unpacker: Unpacker, raw: Value) -> Value:
        """The object, read now or before."""
        if not raw:
            return None
        known = unpacker.aliases.get(raw)
        if known is _PENDING:
            raise BadValue(f"full pointer 0x{raw:08x} leads back into itself", offset=unpacker.offset)
        if known is None:
            unpacker.aliases[raw] = _PENDING
            known = unpacker.aliases[raw] = self._follow(unpacker)
        return known

    def default(self) -> Value:
        """A null pointer."""
        return None


class _ObjRefCodec(Codec):
    """MInterfacePointer ([MS-DCOM] 2.2.14): max_count, ulCntData and as many octets of an OBJREF."""

    align = 4
    least = 8

    def write(self, packer: Packer, value: Value) -> None:
        """Both counts and the octets."""
        if not isinstance(value, bytes | bytearray | memoryview):
            raise BadValue(f"expected the octets of an OBJREF, found {value!r}", offset=packer.offset)
        packer.align(4)
        packer.u32(len(value))
        packer.u32(len(value))
        packer.put(value)

    def read(self, unpacker: Unpacker) -> Value:
        """The octets."""
        unpacker.align(4)
        start = unpacker.offset
        maximum = unpacker.u32("abData")
        count = unpacker.u32("ulCntData")
        if maximum > unpacker.remaining:
            raise Truncated(
                f"needs {maximum} octets, {unpacker.remaining} left", offset=unpacker.offset, path="abData"
            )
        if maximum != count:
            raise BadValue(f"says {count}, max_count is {maximum}", offset=start, path="ulCntData")
        return unpacker.take(count, "abData")


class InterfaceCodec(UniqueCodec):
    """An interface pointer: None, or the octets of an OBJREF; its inside is not NDR's business."""

    def __init__(self) -> None:
        super().__init__(_ObjRefCodec())


INTERFACE: Final = InterfaceCodec()
