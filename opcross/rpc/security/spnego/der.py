"""The little of DER that SPNEGO needs (X.690): tagged lengths and object identifiers.

Lengths are definite and of at most four octets; needlessly long ones are accepted, since encoders in the
field write them.
"""

from __future__ import annotations

from typing import Final

from opcross.errors import BadValue, LimitExceeded
from opcross.ndr._octets import Reader

__all__ = ["MAX_OID", "pack_oid", "pack_tlv", "read_tag", "unpack_oid"]

MAX_OID: Final = 64
"""Octets of an object identifier."""


def read_tag(reader: Reader, name: str, wanted: int | None = None) -> tuple[int, Reader]:
    """The next element: its tag, and a reader of its content; a tag other than ``wanted`` is refused."""
    start = reader.offset
    tag = reader.u8(name)
    if wanted is not None and tag != wanted:
        raise BadValue(f"expected tag 0x{wanted:02x}, found 0x{tag:02x}", offset=start, path=name)
    size = reader.u8(name)
    if size & 0x80:
        width = size & 0x7F
        if not 1 <= width <= 4:
            raise BadValue(f"a length of {width} octets; 1 to 4 are allowed", offset=start + 1, path=name)
        size = int.from_bytes(reader.take(width, name), "big")
    return tag, reader.part(size, name)


def pack_tlv(tag: int, content: bytes) -> bytes:
    """One element with its tag and length."""
    size = len(content)
    if size < 0x80:
        return bytes((tag, size)) + content
    width = (size.bit_length() + 7) // 8
    return bytes((tag, 0x80 | width)) + size.to_bytes(width, "big") + content


def unpack_oid(content: Reader, name: str) -> str:
    """An object identifier in dotted form, from its content octets."""
    size = content.remaining
    if size > MAX_OID:
        raise LimitExceeded(f"an OID of {size} octets, {MAX_OID} are allowed", path=name)
    if not size:
        raise BadValue("an empty OID", offset=content.offset, path=name)
    arcs: list[int] = []
    while content.remaining:
        start, value = content.offset, 0
        while True:
            octet = content.u8(name)
            if octet == 0x80 and not value:
                raise BadValue("an OID arc with a leading zero", offset=start, path=name)
            value = value << 7 | octet & 0x7F
            if not octet & 0x80:
                break
        arcs.append(value)
    first = min(arcs[0] // 40, 2)
    return ".".join(str(arc) for arc in (first, arcs[0] - 40 * first, *arcs[1:]))


def pack_oid(dotted: str) -> bytes:
    """An object identifier, with tag and length."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    content = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        content += bytes(reversed(groups))
    return pack_tlv(0x06, bytes(content))
