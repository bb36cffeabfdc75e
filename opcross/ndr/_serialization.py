"""Whole values to octets and back: bare, inside a stub, and as type serialization version 1.

[MS-RPCE] 2.2.6: a common header of eight octets, a private header of eight with the length of what
follows, then the value, filled up to a multiple of eight. Activation properties travel so.
"""

from __future__ import annotations

from typing import Final, TypeVar, cast

from opcross.errors import BadValue, LeftOver, WireError
from opcross.ndr._annotations import codec_of
from opcross.ndr._octets import Buffer, Reader, Writer
from opcross.ndr._stream import DEFAULT_LIMITS, Limits, Packer, Unpacker

__all__ = ["pack", "pack_serialized", "read", "read_serialized", "unpack", "unpack_serialized", "write"]

T = TypeVar("T")

_VERSION: Final = 1
_LITTLE: Final = 0x10
_BIG: Final = 0x00
_HEADER: Final = 8
_FILLER: Final = 0xCCCCCCCC


def write(value: object, writer: Writer) -> None:
    """Append a structure, aligned to what ``writer`` counts from.

    Raises :class:`BadValue` for a value that its field cannot hold.
    """
    packer = Packer.over(writer)
    try:
        codec_of(type(value)).write(packer, value)
    except WireError as error:
        raise error.under(type(value).__name__) from None


def read(cls: type[T], reader: Reader, *, limits: Limits = DEFAULT_LIMITS) -> T:
    """Take a structure from the front of ``reader``. Raises :class:`WireError`."""
    codec = codec_of(cls)
    try:
        unpacker = Unpacker.over(reader, limits)
        value = codec.read(unpacker)
    except WireError as error:
        raise error.under(cls.__name__) from None
    reader.offset = unpacker.offset
    return cast("T", value)


def pack(value: object, *, little: bool = True) -> bytes:
    """A structure as octets; see :func:`write`."""
    packer = Packer(little=little)
    write(value, packer)
    return packer.getvalue()


def unpack(
    cls: type[T],
    data: Buffer,
    *,
    little: bool = True,
    limits: Limits = DEFAULT_LIMITS,
    strict: bool = True,
) -> T:
    """Octets to a structure. Raises :class:`WireError`; with ``strict`` also for octets behind it."""
    reader = Reader(data, little=little)
    value = read(cls, reader, limits=limits)
    if strict:
        reader.finish(cls.__name__)
    return value


def pack_serialized(value: object, *, little: bool = True) -> bytes:
    """A structure with the two headers of type serialization version 1 ([MS-RPCE] 2.2.6.1, 2.2.6.2)."""
    body = pack(value, little=little)
    body += bytes(-len(body) % 8)
    writer = Writer(little=little)
    writer.u8(_VERSION)
    writer.u8(_LITTLE if little else _BIG)
    writer.u16(_HEADER)
    writer.u32(_FILLER)
    writer.u32(len(body))
    writer.u32(0)
    writer.put(body)
    return writer.getvalue()


def unpack_serialized(
    cls: type[T], data: Buffer, *, limits: Limits = DEFAULT_LIMITS, strict: bool = True
) -> T:
    """A structure from type serialization version 1, whatever its byte order.

    Raises :class:`WireError`; with ``strict`` also for octets that are more than padding.
    """
    reader = Reader(data)
    value = read_serialized(cls, reader, limits=limits, strict=strict)
    if strict:
        reader.finish(cls.__name__)
    return value


def read_serialized(
    cls: type[T], reader: Reader, *, limits: Limits = DEFAULT_LIMITS, strict: bool = True
) -> T:
    """Take one serialized structure, its headers and padding from the front of ``reader``.

    Fillers and padding may hold anything, as Windows does not clear them. Raises :class:`WireError`.
    """
    name = cls.__name__
    start = reader.offset
    version, order = reader.u8(f"{name}.header.version"), reader.u8(f"{name}.header.endianness")
    if version != _VERSION or order not in (_LITTLE, _BIG):
        raise BadValue(
            f"expected type serialization 1 with byte order 0x10 or 0x00, found {version} with 0x{order:02x}",
            offset=start,
            path=f"{name}.header",
        )
    ordered = Reader(
        reader.data, little=order == _LITTLE, offset=reader.offset, end=reader.end, origin=reader.offset
    )
    length = ordered.u16(f"{name}.header.length")
    if length != _HEADER:
        raise BadValue(f"is {length}, not {_HEADER}", offset=start + 2, path=f"{name}.header.length")
    ordered.skip(4, f"{name}.header.filler")
    size = ordered.u32(f"{name}.header.size")
    ordered.skip(4, f"{name}.header.filler")
    body = ordered.part(size, name)
    value = read(cls, body, limits=limits)
    if strict and body.remaining >= 8:
        raise LeftOver(
            f"{body.remaining} octets behind the structure, more than padding", offset=body.offset, path=name
        )
    reader.offset = ordered.offset
    return value
