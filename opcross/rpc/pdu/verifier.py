"""The authentication verifier at the end of a PDU: sec_trailer and auth_value ([MS-RPCE] 2.2.2.11).

Before the trailer stands padding. Senders disagree on what auth_pad_length counts in binds (some count
fields that are no padding), so the octets found and the number stated are kept apart.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Final

from opcross.errors import BadValue
from opcross.rpc.pdu.header import HEADER_SIZE

if TYPE_CHECKING:
    from opcross.ndr import Writer

__all__ = ["TRAILER_SIZE", "AuthVerifier"]

TRAILER_SIZE: Final = 8

_TRAILERS: Final = {True: Struct("<BBBBI"), False: Struct(">BBBBI")}


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthVerifier:
    """auth_verifier_co_t: who protects this PDU, how, and the token or signature.

    ``pad`` holds the octets before the trailer; ``pad_length`` states another number than their count
    (None: the count itself).
    """

    service: int
    level: int
    context_id: int = 0
    value: bytes = b""
    pad: bytes = b""
    pad_length: int | None = None
    reserved: int = 0

    def write(self, writer: Writer) -> None:
        """Append padding, trailer and value."""
        stated = len(self.pad) if self.pad_length is None else self.pad_length
        writer.put(self.pad)
        writer.u8(self.service, "auth_type")
        writer.u8(self.level, "auth_level")
        writer.u8(stated, "auth_pad_length")
        writer.u8(self.reserved, "auth_reserved")
        writer.u32(self.context_id, "auth_context_id")
        writer.put(self.value)

    @classmethod
    def unpack(cls, data: bytes, auth_length: int, *, little: bool) -> tuple[AuthVerifier, int, int]:
        """The verifier at the end of a PDU, without its padding: (verifier, its offset, stated padding)."""
        start = len(data) - auth_length - TRAILER_SIZE
        if start < HEADER_SIZE:
            raise BadValue(
                f"auth_length {auth_length} leaves no room in a fragment of {len(data)} octets",
                offset=10,
                path="auth_length",
            )
        service, level, pad_length, reserved, context_id = _TRAILERS[little].unpack_from(data, start)
        verifier = cls(
            service=service,
            level=level,
            context_id=context_id,
            value=data[start + TRAILER_SIZE :],
            reserved=reserved,
        )
        return verifier, start, pad_length
