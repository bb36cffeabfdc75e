"""Strings: wstr (conformant varying, zero-terminated) and BSTR (FLAGGED_WORD_BLOB).

Both become ``str``; lone surrogates survive, as does anything else that sixteen bits can hold.
"""

from __future__ import annotations

from typing import Final

from opcross.errors import BadValue, LimitExceeded, Truncated
from opcross.ndr._codec import Codec
from opcross.ndr._pointers import UniqueCodec
from opcross.ndr._stream import USER_MARK, Packer, Unpacker, Value

__all__ = ["BSTR", "WSTRING", "BstrCodec", "WStringCodec"]

_NULL_BSTR: Final = 0xFFFFFFFF


def _encode(text: str, packer: Packer) -> bytes:
    return text.encode("utf-16-le" if packer.little else "utf-16-be", "surrogatepass")


def _decode(raw: bytes, unpacker: Unpacker) -> str:
    return raw.decode("utf-16-le" if unpacker.little else "utf-16-be", "surrogatepass")


class WStringCodec(Codec):
    """A [string] of 16-bit characters: max_count, offset 0, actual_count, characters, a zero.

    Only ever a pointee or a top-level parameter, so its conformance needs no hoisting.
    """

    align = 4
    least = 14

    def write(self, packer: Packer, value: Value) -> None:
        """Counts, characters and the zero."""
        if not isinstance(value, str):
            raise BadValue(f"expected a string, found {value!r}", offset=packer.offset)
        raw = _encode(value, packer)
        count = len(raw) // 2 + 1
        packer.align(4)
        packer.u32(packer.take_maximum(count))
        packer.u32(0)
        packer.u32(count)
        packer.put(raw)
        packer.put(b"\0\0")

    def read(self, unpacker: Unpacker) -> Value:
        """The characters before the zero that must end them."""
        unpacker.align(4)
        start = unpacker.offset
        maximum, first, count = unpacker.u32(), unpacker.u32(), unpacker.u32()
        if 2 * count > unpacker.remaining:
            raise Truncated(f"needs {2 * count} octets, {unpacker.remaining} left", offset=unpacker.offset)
        if count > unpacker.limits.elements:
            raise LimitExceeded(
                f"{count} characters, at most {unpacker.limits.elements} accepted", offset=start
            )
        if first or not 0 < count <= maximum:
            raise BadValue(
                f"offset {first}, actual_count {count}, max_count {maximum}: not a string from 0 with a zero",
                offset=start,
            )
        raw = unpacker.take(2 * count)
        if raw[-2:] != b"\0\0":
            raise BadValue("the string does not end with a zero", offset=unpacker.offset - 2)
        return _decode(raw[:-2], unpacker)

    def default(self) -> Value:
        """An empty string."""
        return ""


class _WordBlobCodec(Codec):
    """FLAGGED_WORD_BLOB ([MS-OAUT] 2.2.23.1): max_count, cBytes, clSize, words without terminator."""

    align = 4
    least = 12

    def write(self, packer: Packer, value: Value) -> None:
        """The octets of the string; None has the size 0xFFFFFFFF."""
        raw = b"" if value is None else _encode(value, packer) if isinstance(value, str) else value
        words = (len(raw) + 1) // 2
        packer.align(4)
        packer.u32(words)
        packer.u32(_NULL_BSTR if value is None else len(raw))
        packer.u32(words)
        packer.put(raw)
        if len(raw) % 2:
            packer.u8(0)

    def read(self, unpacker: Unpacker) -> Value:
        """Text; octets where their number is odd; None where the string is null."""
        unpacker.align(4)
        start = unpacker.offset
        maximum, size, words = unpacker.u32(), unpacker.u32(), unpacker.u32()
        if 2 * maximum > unpacker.remaining:
            raise Truncated(f"needs {2 * maximum} octets, {unpacker.remaining} left", offset=unpacker.offset)
        if maximum != words:
            raise BadValue(f"says {words}, max_count is {maximum}", offset=start, path="clSize")
        if size == _NULL_BSTR and not words:
            return None
        if (size + 1) // 2 != words:
            raise BadValue(f"{size} octets do not take {words} words", offset=start + 4, path="cBytes")
        if size > unpacker.limits.elements:
            raise LimitExceeded(f"{size} octets, at most {unpacker.limits.elements} accepted", offset=start)
        raw = unpacker.take(2 * words)
        return raw[:size] if size % 2 else _decode(raw, unpacker)


class BstrCodec(UniqueCodec):
    """BSTR: a pointer that Windows marks with ``User``, to a FLAGGED_WORD_BLOB.

    A null string and an empty one differ; null is written as Windows does, as a blob that says so.
    """

    def __init__(self) -> None:
        super().__init__(_WordBlobCodec(), USER_MARK)

    def lower(self, packer: Packer, value: Value) -> tuple[int]:
        """The mark."""
        if not (value is None or isinstance(value, str | bytes)):
            raise BadValue(f"expected a string, found {value!r}", offset=packer.offset)
        return (USER_MARK,)

    def write_rest(self, packer: Packer, value: Value) -> None:
        """The blob."""
        self.target.write(packer, value)


WSTRING: Final = WStringCodec()
BSTR: Final = BstrCodec()
