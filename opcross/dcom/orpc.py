"""ORPCTHIS and ORPCTHAT: what leads every request on an object, and every response ([MS-DCOM] 2.2.13).

Nearly all calls carry no extensions; their 32 and 8 octets go through one :mod:`struct` call.
"""

from __future__ import annotations

from enum import IntFlag
from struct import Struct
from struct import error as StructError  # noqa: N812  (it is an exception, and stays recognisable as one)
from typing import Annotated, Final
from uuid import UUID

from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import LimitExceeded
from opcross.ndr import Conformant, Guid, Unique, carried_by, count_of, read, struct, u32, write
from opcross.ndr._octets import Reader, Writer

__all__ = [
    "CLSID_CONTEXT_EXTENSION",
    "CLSID_ERROR_EXTENSION",
    "EXTENT_DEBUGGING",
    "EXTENT_EXTENDED_ERROR",
    "MAX_EXTENTS",
    "OrpcExtent",
    "OrpcExtentArray",
    "OrpcFlags",
    "OrpcThat",
    "OrpcThis",
]

CLSID_ERROR_EXTENSION: Final = UUID("0000031c-0000-0000-c000-000000000046")
"""Extent: error information, an OBJREF of the error object ([MS-DCOM] 2.2.21.2)."""

CLSID_CONTEXT_EXTENSION: Final = UUID("00000334-0000-0000-c000-000000000046")
"""Extent: the caller's context ([MS-DCOM] 2.2.21.3)."""

EXTENT_DEBUGGING: Final = UUID("f1f19680-4d2a-11ce-a66a-0020af6e72f4")
EXTENT_EXTENDED_ERROR: Final = UUID("f1f19681-4d2a-11ce-a66a-0020af6e72f4")

MAX_EXTENTS: Final = 32
"""The most extents accepted in one call."""


@carried_by(u32)
class OrpcFlags(IntFlag):
    """[MS-DCOM] 2.2.13.3 and 2.2.13.4, flags. Receivers ignore them."""

    NONE = 0
    LOCAL = 1


@struct
class OrpcExtent:
    """[MS-DCOM] 2.2.13.1 ORPC_EXTENT: one block of data that travels beside a call."""

    id: Guid
    size: u32 = count_of("data")
    data: Annotated[bytes, Conformant(round_up=8)]


@struct
class OrpcExtentArray:
    """[MS-DCOM] 2.2.13.2 ORPC_EXTENT_ARRAY; the array is filled up to an even count with nulls."""

    size: u32 = count_of("extents")
    reserved: u32 = 0
    extents: Unique[Annotated[tuple[Unique[OrpcExtent], ...], Conformant(round_up=2)]] = None

    def find(self, identity: UUID) -> bytes | None:
        """The data of the first extent with this id."""
        return next((e.data for e in self.extents or () if e is not None and e.id == identity), None)


_THIS: Final = {True: Struct("<HHII16sI"), False: Struct(">HHII16sI")}
_THAT: Final = {True: Struct("<II"), False: Struct(">II")}


@struct
class OrpcThis:
    """[MS-DCOM] 2.2.13.3 ORPCTHIS: leads every request made on an object."""

    version: ComVersion = COM_5_7
    flags: OrpcFlags = OrpcFlags.NONE
    reserved1: u32 = 0
    cid: Guid
    extensions: Unique[OrpcExtentArray] = None

    @classmethod
    def read(cls, reader: Reader) -> OrpcThis:
        """Take it from the front of a stub; raises :class:`~opcross.errors.WireError`."""
        packed = _THIS[reader.little]
        if reader.offset == reader.origin and reader.remaining >= packed.size:
            major, minor, flags, reserved, cid, extensions = packed.unpack_from(reader.data, reader.offset)
            if not extensions:
                reader.skip(packed.size)
                return cls(
                    version=ComVersion(major=major, minor=minor),
                    flags=OrpcFlags(flags),
                    reserved1=reserved,
                    cid=UUID(bytes_le=cid) if reader.little else UUID(bytes=cid),
                )
        this = read(cls, reader)
        _check(this.extensions, "OrpcThis")
        return this

    def write(self, writer: Writer) -> None:
        """Append it to a stub."""
        if self.extensions is not None or self.reserved1 or writer.offset != writer.origin:
            write(self, writer)
            return
        cid = self.cid.bytes_le if writer.little else self.cid.bytes
        try:
            octets = _THIS[writer.little].pack(self.version.major, self.version.minor, self.flags, 0, cid, 0)
        except StructError:
            write(self, writer)  # which says what does not fit
        else:
            writer.put(octets)


@struct
class OrpcThat:
    """[MS-DCOM] 2.2.13.4 ORPCTHAT: leads every response; flags 0 and no extensions suit all clients."""

    flags: OrpcFlags = OrpcFlags.NONE
    extensions: Unique[OrpcExtentArray] = None

    @classmethod
    def read(cls, reader: Reader) -> OrpcThat:
        """Take it from the front of a stub; raises :class:`~opcross.errors.WireError`."""
        packed = _THAT[reader.little]
        if reader.offset == reader.origin and reader.remaining >= packed.size:
            flags, extensions = packed.unpack_from(reader.data, reader.offset)
            if not extensions:
                reader.skip(packed.size)
                return cls(flags=OrpcFlags(flags))
        that = read(cls, reader)
        _check(that.extensions, "OrpcThat")
        return that

    def write(self, writer: Writer) -> None:
        """Append it to a stub."""
        if self.extensions is None and writer.offset == writer.origin:
            writer.put(_THAT[writer.little].pack(self.flags, 0))
        else:
            write(self, writer)


def _check(extensions: OrpcExtentArray | None, path: str) -> None:
    if extensions is not None and extensions.size > MAX_EXTENTS:
        raise LimitExceeded(
            f"{extensions.size} extents, at most {MAX_EXTENTS} accepted", path=f"{path}.extensions.size"
        )
