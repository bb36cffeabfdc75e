"""OBJREF: a reference to an object, as it travels inside MInterfacePointer ([MS-DCOM] 2.2.18).

Always little-endian and unaligned, whatever the data representation of the call. Four forms, told
apart by their flags; octets behind the last field are ignored, as some stacks leave them there.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntFlag
from typing import Final
from uuid import UUID

from opcross.dcom.dual_string_array import DualStringArray
from opcross.errors import BadValue, LimitExceeded
from opcross.ndr._octets import Buffer, Reader, Writer

__all__ = [
    "MAX_ELEMENTS",
    "SORF_NOPING",
    "CustomObjRef",
    "DataElement",
    "ExtendedObjRef",
    "HandlerObjRef",
    "ObjRef",
    "ObjRefFlags",
    "StandardObjRef",
    "StdObjRef",
    "pack_objref",
    "unpack_objref",
]

_SIGNATURE: Final = b"MEOW"
_EXTENDED_SIGNATURE: Final = 0x4E535956

SORF_NOPING: Final = 0x00001000
"""STDOBJREF flag: the object needs no pings ([MS-DCOM] 2.2.18.2)."""

MAX_ELEMENTS: Final = 16
"""The most DATAELEMENTs accepted in an extended reference; the specification sends one."""


class ObjRefFlags(IntFlag):
    """Which of the four forms follows ([MS-DCOM] 2.2.18.1)."""

    STANDARD = 0x1
    HANDLER = 0x2
    CUSTOM = 0x4
    EXTENDED = 0x8


@dataclass(frozen=True, slots=True, kw_only=True)
class StdObjRef:
    """[MS-DCOM] 2.2.18.2 STDOBJREF: one interface of one object in one exporter."""

    flags: int = 0
    public_refs: int
    oxid: int
    oid: int
    ipid: UUID

    @property
    def pinged(self) -> bool:
        """Whether the holder has to ping the object."""
        return not self.flags & SORF_NOPING

    def write(self, writer: Writer) -> None:
        """Its 40 octets."""
        writer.u32(self.flags, "std.flags")
        writer.u32(self.public_refs, "std.public_refs")
        writer.u64(self.oxid, "std.oxid")
        writer.u64(self.oid, "std.oid")
        writer.guid(self.ipid)

    @classmethod
    def read(cls, reader: Reader) -> StdObjRef:
        """Take its 40 octets."""
        return cls(
            flags=reader.u32("std.flags"),
            public_refs=reader.u32("std.public_refs"),
            oxid=reader.u64("std.oxid"),
            oid=reader.u64("std.oid"),
            ipid=reader.guid("std.ipid"),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StandardObjRef:
    """[MS-DCOM] 2.2.18.4 OBJREF_STANDARD; ``bindings`` lead to the exporter's resolver."""

    iid: UUID
    std: StdObjRef
    bindings: DualStringArray


@dataclass(frozen=True, slots=True, kw_only=True)
class HandlerObjRef:
    """[MS-DCOM] 2.2.18.5 OBJREF_HANDLER: a standard reference that names a client-side handler class."""

    iid: UUID
    std: StdObjRef
    clsid: UUID
    bindings: DualStringArray


@dataclass(frozen=True, slots=True, kw_only=True)
class CustomObjRef:
    """[MS-DCOM] 2.2.18.6 OBJREF_CUSTOM: data for the class that can unmarshal it.

    ``stated_size`` is the field that the specification calls reserved: Windows writes the length of
    the data, plus 8 for activation properties. None packs the length. The data reaches to the end.
    """

    iid: UUID
    clsid: UUID
    data: bytes
    extension_size: int = 0
    stated_size: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DataElement:
    """[MS-DCOM] 2.2.18.8 DATAELEMENT; its data is padded to 8 octets on the wire."""

    id: UUID
    data: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ExtendedObjRef:
    """[MS-DCOM] 2.2.18.7 OBJREF_EXTENDED: a standard reference with data elements behind it."""

    iid: UUID
    std: StdObjRef
    bindings: DualStringArray
    elements: tuple[DataElement, ...] = ()


ObjRef = StandardObjRef | HandlerObjRef | CustomObjRef | ExtendedObjRef


def pack_objref(reference: ObjRef) -> bytes:
    """The octets of a reference."""
    writer = Writer()
    writer.put(_SIGNATURE)
    match reference:
        case StandardObjRef():
            _head(writer, ObjRefFlags.STANDARD, reference.iid)
            reference.std.write(writer)
            reference.bindings.write(writer)
        case HandlerObjRef():
            _head(writer, ObjRefFlags.HANDLER, reference.iid)
            reference.std.write(writer)
            writer.guid(reference.clsid)
            reference.bindings.write(writer)
        case CustomObjRef():
            _head(writer, ObjRefFlags.CUSTOM, reference.iid)
            writer.guid(reference.clsid)
            writer.u32(reference.extension_size, "extension_size")
            size = len(reference.data) if reference.stated_size is None else reference.stated_size
            writer.u32(size, "stated_size")
            writer.put(reference.data)
        case ExtendedObjRef():
            _head(writer, ObjRefFlags.EXTENDED, reference.iid)
            _write_extended(writer, reference)
    return writer.getvalue()


def unpack_objref(data: Buffer) -> ObjRef:
    """Read a reference; raises :class:`~opcross.errors.WireError`."""
    reader = Reader(data)
    reader.expect(_SIGNATURE, "ObjRef.signature")
    where = reader.offset
    flags = reader.u32("ObjRef.flags")
    iid = reader.guid("ObjRef.iid")
    match flags:
        case ObjRefFlags.STANDARD:
            std = StdObjRef.read(reader)
            return StandardObjRef(iid=iid, std=std, bindings=DualStringArray.read(reader))
        case ObjRefFlags.HANDLER:
            std = StdObjRef.read(reader)
            clsid = reader.guid("ObjRef.clsid")
            return HandlerObjRef(iid=iid, std=std, clsid=clsid, bindings=DualStringArray.read(reader))
        case ObjRefFlags.CUSTOM:
            return _read_custom(reader, iid)
        case ObjRefFlags.EXTENDED:
            return _read_extended(reader, iid)
    raise BadValue(f"expected one of 1, 2, 4, 8, found 0x{flags:x}", offset=where, path="ObjRef.flags")


def _head(writer: Writer, flags: ObjRefFlags, iid: UUID) -> None:
    writer.u32(flags)
    writer.guid(iid)


def _read_custom(reader: Reader, iid: UUID) -> CustomObjRef:
    clsid = reader.guid("ObjRef.clsid")
    extension_size = reader.u32("ObjRef.extension_size")
    stated = reader.u32("ObjRef.stated_size")
    data = reader.rest()
    return CustomObjRef(
        iid=iid,
        clsid=clsid,
        data=data,
        extension_size=extension_size,
        stated_size=None if stated == len(data) else stated,
    )


def _write_extended(writer: Writer, reference: ExtendedObjRef) -> None:
    reference.std.write(writer)
    writer.u32(_EXTENDED_SIGNATURE)
    reference.bindings.write(writer)
    writer.u32(len(reference.elements))
    writer.u32(_EXTENDED_SIGNATURE)
    for element in reference.elements:
        gap = -len(element.data) % 8
        writer.guid(element.id)
        writer.u32(len(element.data))
        writer.u32(len(element.data) + gap)
        writer.put(element.data + bytes(gap))


def _read_extended(reader: Reader, iid: UUID) -> ExtendedObjRef:
    std = StdObjRef.read(reader)
    _expect_signature(reader, "ObjRef.signature1")
    bindings = DualStringArray.read(reader)
    where = reader.offset
    count = reader.u32("ObjRef.elements")
    if count > MAX_ELEMENTS:
        raise LimitExceeded(
            f"{count} elements, at most {MAX_ELEMENTS} accepted", offset=where, path="ObjRef.elements"
        )
    _expect_signature(reader, "ObjRef.signature2")
    elements = tuple(_read_element(reader, f"ObjRef.elements[{index}]") for index in range(count))
    return ExtendedObjRef(iid=iid, std=std, bindings=bindings, elements=elements)


def _read_element(reader: Reader, path: str) -> DataElement:
    identity = reader.guid(f"{path}.id")
    where = reader.offset
    size = reader.u32(f"{path}.size")
    rounded = reader.u32(f"{path}.rounded")
    if size > rounded:
        raise BadValue(f"{size} octets of data in a field of {rounded}", offset=where, path=f"{path}.size")
    return DataElement(id=identity, data=reader.take(rounded, f"{path}.data")[:size])


def _expect_signature(reader: Reader, path: str) -> None:
    where = reader.offset
    found = reader.u32(path)
    if found != _EXTENDED_SIGNATURE:
        raise BadValue(f"expected 0x{_EXTENDED_SIGNATURE:08x}, found 0x{found:08x}", offset=where, path=path)
