"""The security of one PDU: where the signature goes, what it covers, what is encrypted.

[MS-RPCE] 2.2.2.11 to 2.2.2.13 and 3.3.1.5.2.2. At NONE and CONNECT nothing is protected. At PKT (CALL travels
as PKT) and INTEGRITY the stub is signed; at PRIVACY stub and padding are encrypted too. Header and trailer
are under the signature where the mechanism always takes them (NTLM) or where header signing was negotiated.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from opcross.errors import BadValue
from opcross.levels import AuthLevel
from opcross.rpc.pdu.verifier import TRAILER_SIZE

if TYPE_CHECKING:
    from opcross.levels import AuthService
    from opcross.rpc.call import Caller
    from opcross.rpc.security.context import SecurityContext

__all__ = ["CONNECT_SIGNATURE", "PROTECTED", "TRAILER", "Binding"]

PROTECTED: Final = AuthLevel.PKT
"""From this level on a PDU carries a signature."""

CONNECT_SIGNATURE: Final = b"\x01" + bytes(15)
"""What NTLM clients put where a signature would stand at CONNECT; nobody checks it."""

TRAILER: Final = {True: Struct("<BBBBI"), False: Struct(">BBBBI")}

_PADS: Final = tuple(bytes(count) for count in range(17))


class Binding:
    """One security context of a connection, under its auth_context_id."""

    __slots__ = (
        "caller",
        "context",
        "context_id",
        "covers_header",
        "legs",
        "level",
        "overtaken",
        "ready",
        "service",
    )

    def __init__(
        self,
        context: SecurityContext,
        service: AuthService,
        level: AuthLevel,
        context_id: int,
        *,
        covers_header: bool,
    ) -> None:
        self.context = context
        self.service = service
        self.level = level
        self.context_id = context_id
        self.covers_header = covers_header or bool(getattr(context, "always_covers_header", True))
        self.overtaken = False
        self.ready = False
        self.legs = 0
        self.caller: Caller | None = None

    @property
    def protects(self) -> bool:
        """Whether PDUs of this context are signed."""
        return self.level >= PROTECTED

    def sizes(self, stub_length: int, alignment: int) -> tuple[int, int]:
        """Octets of padding and of signature for a stub of this length."""
        return -stub_length % alignment, self.context.signature_size

    def protect(self, head: bytes, stub: bytes, pad: int) -> bytes:
        """The PDU that starts with ``head`` (whose lengths are already final)."""
        trailer = TRAILER[True].pack(self.service, self.level, pad, 0, self.context_id)
        body = stub + _PADS[pad] if pad else stub
        covered, end = (head, trailer) if self.covers_header else (b"", b"")
        if self.level == AuthLevel.PRIVACY:
            body, signature = self.context.seal(covered, body, end)
        else:
            signature = self.context.sign(covered, body, end)
        return b"".join((head, body, trailer, signature))

    def unprotect(self, pdu: bytes, start: int, auth_length: int) -> bytes:
        """The stub of a PDU whose body starts at ``start``.

        Raises :class:`~opcross.errors.WireError` when anything was changed. The trailer's own fields are not
        compared with the binding here: between the fragments of one call Windows ignores them.
        """
        offset = len(pdu) - auth_length - TRAILER_SIZE
        if offset < start:
            raise BadValue("no room for a verifier", offset=10, path="auth_length")
        body = pdu[start:offset]
        trailer = pdu[offset : offset + TRAILER_SIZE]
        signature = pdu[offset + TRAILER_SIZE :]
        covered, end = (pdu[:start], trailer) if self.covers_header else (b"", b"")
        if self.level == AuthLevel.PRIVACY:
            body = self.context.unseal(covered, body, end, signature)
        else:
            self.context.verify(covered, body, end, signature)
        pad = trailer[2]
        if not pad:
            return body
        if pad > len(body):
            raise BadValue(
                f"{pad} octets of padding in {len(body)}", offset=offset + 2, path="auth_pad_length"
            )
        return body[:-pad]
