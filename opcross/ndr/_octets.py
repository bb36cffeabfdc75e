"""Reader and Writer: octets in and out, in either byte order, with alignment.

NDR's layout rules stand one floor up; this module knows numbers, GUIDs and positions. Hand-written
wire formats that are not NDR (PDU headers, OBJREF, NTLM messages) use it directly.

Alignment counts from ``origin``, which is the start of the buffer unless a caller says otherwise.
"""

from __future__ import annotations

from struct import Struct
from typing import Final
from uuid import UUID

from opcross.errors import BadValue, LeftOver, Truncated

__all__ = ["Buffer", "Reader", "Writer"]

Buffer = bytes | bytearray | memoryview

_FORMATS: Final = "BbHhIiQqfd"
_LITTLE: Final = {code: Struct("<" + code) for code in _FORMATS}
_BIG: Final = {code: Struct(">" + code) for code in _FORMATS}
_RANGES: Final = {
    "B": (0, 0xFF),
    "b": (-0x80, 0x7F),
    "H": (0, 0xFFFF),
    "h": (-0x8000, 0x7FFF),
    "I": (0, 0xFFFFFFFF),
    "i": (-0x80000000, 0x7FFFFFFF),
    "Q": (0, 0xFFFFFFFFFFFFFFFF),
    "q": (-0x8000000000000000, 0x7FFFFFFFFFFFFFFF),
}


class Reader:
    """Takes values from the front of a buffer; running past its end raises :class:`Truncated`.

    Every method accepts the name of the field it reads, for the error's path.
    """

    __slots__ = ("_table", "data", "end", "little", "offset", "origin")

    def __init__(
        self, data: Buffer, *, little: bool = True, offset: int = 0, end: int | None = None, origin: int = 0
    ) -> None:
        self.data = memoryview(data).cast("B") if not isinstance(data, memoryview) else data
        self.little = little
        self.offset = offset
        self.end = len(self.data) if end is None else min(end, len(self.data))
        self.origin = origin
        self._table = _LITTLE if little else _BIG

    @property
    def remaining(self) -> int:
        """How many octets are left."""
        return self.end - self.offset

    def _need(self, size: int, name: str) -> int:
        start = self.offset
        if size > self.end - start:
            raise Truncated(f"needs {size} octets, {self.end - start} left", offset=start, path=name)
        self.offset = start + size
        return start

    def scalar(self, code: str, name: str = "") -> int | float:
        """One number by its :mod:`struct` code, not aligned."""
        packer = self._table[code]
        start = self._need(packer.size, name)
        value: int | float = packer.unpack_from(self.data, start)[0]
        return value

    def u8(self, name: str = "") -> int:
        """An unsigned octet."""
        return self.data[self._need(1, name)]

    def u16(self, name: str = "") -> int:
        """An unsigned 16-bit number, not aligned."""
        start = self._need(2, name)
        value: int = self._table["H"].unpack_from(self.data, start)[0]
        return value

    def u32(self, name: str = "") -> int:
        """An unsigned 32-bit number, not aligned."""
        start = self._need(4, name)
        value: int = self._table["I"].unpack_from(self.data, start)[0]
        return value

    def u64(self, name: str = "") -> int:
        """An unsigned 64-bit number, not aligned."""
        start = self._need(8, name)
        value: int = self._table["Q"].unpack_from(self.data, start)[0]
        return value

    def guid(self, name: str = "") -> UUID:
        """A GUID: its first three members follow the byte order, the last eight octets do not."""
        start = self._need(16, name)
        raw = bytes(self.data[start : start + 16])
        return UUID(bytes_le=raw) if self.little else UUID(bytes=raw)

    def take(self, size: int, name: str = "") -> bytes:
        """``size`` octets, copied."""
        start = self._need(size, name)
        return bytes(self.data[start : start + size])

    def view(self, size: int, name: str = "") -> memoryview:
        """``size`` octets, not copied."""
        start = self._need(size, name)
        return self.data[start : start + size]

    def rest(self) -> bytes:
        """All octets that are left."""
        return self.take(self.remaining)

    def align(self, boundary: int, name: str = "") -> None:
        """Skip to the next multiple of ``boundary``; senders leave anything in the gap."""
        gap = -(self.offset - self.origin) % boundary
        if gap:
            self._need(gap, name)

    def skip(self, size: int, name: str = "") -> None:
        """Pass over ``size`` octets."""
        self._need(size, name)

    def expect(self, octets: bytes, name: str = "") -> None:
        """Take these octets, or raise :class:`BadValue`."""
        start = self.offset
        found = self.take(len(octets), name)
        if found != octets:
            raise BadValue(f"expected {octets.hex()}, found {found.hex()}", offset=start, path=name)

    def part(self, size: int, name: str = "") -> Reader:
        """A reader of the next ``size`` octets alone; this one moves behind them."""
        start = self._need(size, name)
        return Reader(self.data, little=self.little, offset=start, end=start + size, origin=start)

    def finish(self, name: str = "") -> None:
        """Raise :class:`LeftOver` unless everything was used."""
        if self.offset != self.end:
            raise LeftOver(f"{self.end - self.offset} octets too many", offset=self.offset, path=name)


class Writer:
    """Appends values to a growing buffer; a value that does not fit raises :class:`BadValue`."""

    __slots__ = ("_table", "buffer", "little", "origin")

    def __init__(self, *, little: bool = True, origin: int = 0) -> None:
        self.buffer = bytearray()
        self.little = little
        self.origin = origin
        self._table = _LITTLE if little else _BIG

    @property
    def offset(self) -> int:
        """How many octets stand in the buffer."""
        return len(self.buffer)

    def scalar(self, code: str, value: float, name: str = "") -> None:
        """One number by its :mod:`struct` code, not aligned."""
        limits = _RANGES.get(code)
        if limits is not None and not (isinstance(value, int) and limits[0] <= value <= limits[1]):
            raise BadValue(f"{value!r} is not from {limits[0]} to {limits[1]}", offset=self.offset, path=name)
        self.buffer += self._table[code].pack(value)

    def u8(self, value: int, name: str = "") -> None:
        """An unsigned octet."""
        self.scalar("B", value, name)

    def u16(self, value: int, name: str = "") -> None:
        """An unsigned 16-bit number, not aligned."""
        self.scalar("H", value, name)

    def u32(self, value: int, name: str = "") -> None:
        """An unsigned 32-bit number, not aligned."""
        self.scalar("I", value, name)

    def u64(self, value: int, name: str = "") -> None:
        """An unsigned 64-bit number, not aligned."""
        self.scalar("Q", value, name)

    def guid(self, value: UUID) -> None:
        """A GUID; see :meth:`Reader.guid`."""
        self.buffer += value.bytes_le if self.little else value.bytes

    def put(self, octets: Buffer) -> None:
        """These octets as they are."""
        self.buffer += octets

    def align(self, boundary: int, fill: int = 0) -> None:
        """Fill up to the next multiple of ``boundary``."""
        gap = -(self.offset - self.origin) % boundary
        if gap:
            self.buffer += bytes([fill]) * gap

    def patch(self, offset: int, code: str, value: int) -> None:
        """Overwrite a number that was written before its value was known."""
        self._table[code].pack_into(self.buffer, offset, value)

    def getvalue(self) -> bytes:
        """What was written."""
        return bytes(self.buffer)
