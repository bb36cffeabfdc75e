"""The common header of connection-oriented PDUs ([C706] 12.6.3.1, [MS-RPCE] 2.2.2.1 to 2.2.2.4).

Sixteen octets lead every PDU. The first nine say how to read the others, so they are the only place
where the byte order is found out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum, IntFlag
from struct import Struct
from typing import Final

from opcross.errors import BadValue, Truncated

__all__ = [
    "BIG_DREP",
    "HEADER_SIZE",
    "LITTLE_DREP",
    "VERSION",
    "WHOLE",
    "Header",
    "PduType",
    "PfcFlags",
]

HEADER_SIZE: Final = 16
VERSION: Final = 5
LITTLE_DREP: Final = b"\x10\x00\x00\x00"
BIG_DREP: Final = b"\x00\x00\x00\x00"

_LITTLE: Final = Struct("<BBBB4sHHI")
_BIG: Final = Struct(">BBBB4sHHI")
_LITTLE_BIT: Final = 0x10


class PduType(IntEnum):
    """PTYPE of the connection-oriented PDUs ([C706] 12.6.4)."""

    REQUEST = 0
    RESPONSE = 2
    FAULT = 3
    BIND = 11
    BIND_ACK = 12
    BIND_NAK = 13
    ALTER_CONTEXT = 14
    ALTER_CONTEXT_RESPONSE = 15
    AUTH3 = 16
    SHUTDOWN = 17
    CO_CANCEL = 18
    ORPHANED = 19


class PfcFlags(IntFlag):
    """pfc_flags; 0x04 means one thing while binding and another while calling ([MS-RPCE] 2.2.2.3)."""

    NONE = 0x00
    FIRST = 0x01
    LAST = 0x02
    PENDING_CANCEL = 0x04
    SUPPORT_HEADER_SIGN = 0x04
    RESERVED = 0x08
    CONC_MPX = 0x10
    DID_NOT_EXECUTE = 0x20
    MAYBE = 0x40
    OBJECT_UUID = 0x80


WHOLE: Final = PfcFlags.FIRST | PfcFlags.LAST


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    """The sixteen octets, with lengths as they stand on the wire."""

    type: int
    flags: PfcFlags = WHOLE
    drep: bytes = LITTLE_DREP
    frag_length: int = HEADER_SIZE
    auth_length: int = 0
    call_id: int = 0
    version: int = VERSION
    minor: int = 0

    @property
    def little(self) -> bool:
        """Whether numbers are little-endian: the high half of the first drep octet."""
        return bool(self.drep[0] & _LITTLE_BIT)

    @classmethod
    def unpack(cls, data: bytes | memoryview) -> Header:
        """Read the header alone; lengths are not judged here."""
        if len(data) < HEADER_SIZE:
            raise Truncated(f"needs {HEADER_SIZE} octets, has {len(data)}", offset=0, path="Header")
        table = _LITTLE if data[4] & _LITTLE_BIT else _BIG
        version, minor, kind, flags, drep, frag_length, auth_length, call_id = table.unpack_from(data)
        return cls(
            type=kind,
            flags=PfcFlags(flags),
            drep=drep,
            frag_length=frag_length,
            auth_length=auth_length,
            call_id=call_id,
            version=version,
            minor=minor,
        )

    def pack(self) -> bytes:
        """The sixteen octets; raises :class:`~opcross.errors.BadValue` for a length that does not fit."""
        for name in ("frag_length", "auth_length"):
            if not 0 <= getattr(self, name) <= 0xFFFF:
                raise BadValue(f"{getattr(self, name)} does not fit 16 bits", path=f"Header.{name}")
        table = _LITTLE if self.little else _BIG
        return table.pack(
            self.version,
            self.minor,
            self.type,
            self.flags,
            self.drep,
            self.frag_length,
            self.auth_length,
            self.call_id,
        )
