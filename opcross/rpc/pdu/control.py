"""PDUs without a stub: auth3, co_cancel, orphaned and shutdown.

[MS-RPCE] 2.2.2.10 (rpc_auth_3); [C706] 12.6.4.6, 12.6.4.8, 12.6.4.11.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from opcross.errors import BadValue
from opcross.rpc.pdu.base import Pdu
from opcross.rpc.pdu.header import HEADER_SIZE, PduType, PfcFlags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.ndr import Reader, Writer

__all__ = ["Auth3", "CoCancel", "Orphaned", "Shutdown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Auth3(Pdu):
    """auth3: the third leg of an authentication; nobody answers it.

    Four octets that mean nothing stand before the trailer. Some stacks count them as padding, most do not.
    """

    type: ClassVar[PduType] = PduType.AUTH3

    pad: bytes = bytes(4)
    trailing: bytes = b""

    def write_body(self, writer: Writer) -> None:
        """Append the body."""
        writer.put(self.pad)
        writer.put(self.trailing)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """Take the body."""
        return {"pad": reader.take(min(4, reader.remaining), "pad")}

    @classmethod
    def check_padding(cls, stated: int, verifier_offset: int) -> None:
        """Padding stands behind the four octets, or consists of them."""
        behind_header = verifier_offset - HEADER_SIZE
        if stated > max(behind_header - 4, 0) and stated != behind_header:
            raise BadValue(
                f"{stated} octets of padding, {max(behind_header - 4, 0)} or {behind_header} possible",
                offset=verifier_offset + 2,
                path="auth_pad_length",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Bare(Pdu):
    """A PDU that is a header and, at most, a verifier."""

    trailing: bytes = b""

    def write_body(self, writer: Writer) -> None:
        writer.put(self.trailing)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        return {}

    @classmethod
    def check_padding(cls, stated: int, verifier_offset: int) -> None:
        if stated > verifier_offset - HEADER_SIZE:
            raise BadValue(
                f"{stated} octets of padding, {verifier_offset - HEADER_SIZE} possible",
                offset=verifier_offset + 2,
                path="auth_pad_length",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class CoCancel(_Bare):
    """co_cancel: the client asks that the call with this id be cancelled."""

    type: ClassVar[PduType] = PduType.CO_CANCEL


@dataclass(frozen=True, slots=True, kw_only=True)
class Orphaned(_Bare):
    """orphaned: the client no longer waits for the call with this id."""

    type: ClassVar[PduType] = PduType.ORPHANED


@dataclass(frozen=True, slots=True, kw_only=True)
class Shutdown(_Bare):
    """shutdown: the server asks the client to close an idle connection."""

    type: ClassVar[PduType] = PduType.SHUTDOWN
