"""Making and altering an association: bind, bind_ack, bind_nak, alter_context and its response.

[C706] 12.6.4.3 to 12.6.4.5 and 12.6.4.1, 12.6.4.2; [MS-RPCE] 2.2.2.5 to 2.2.2.9.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING, Any, ClassVar

from opcross.errors import WireError
from opcross.rpc.pdu.base import Pdu
from opcross.rpc.pdu.header import PduType, PfcFlags
from opcross.rpc.pdu.presentation import ContextElement, ContextResult

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.ndr import Reader, Writer

__all__ = ["AlterContext", "AlterContextResponse", "Bind", "BindAck", "BindNak", "RejectReason"]


class RejectReason(IntEnum):
    """p_reject_reason_t of a bind_nak ([C706] 12.6.3.1, [MS-RPCE] 2.2.2.5)."""

    NOT_SPECIFIED = 0
    TEMPORARY_CONGESTION = 1
    LOCAL_LIMIT_EXCEEDED = 2
    PROTOCOL_VERSION_NOT_SUPPORTED = 4
    AUTHENTICATION_TYPE_NOT_RECOGNIZED = 8
    INVALID_CHECKSUM = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class _Offer(Pdu):
    """The body that bind and alter_context share.

    Samba leaves the reserved octets out of a list of no contexts; ``reserved`` is None then.
    """

    max_xmit_frag: int = 5840
    max_recv_frag: int = 5840
    association_group: int = 0
    contexts: tuple[ContextElement, ...] = ()
    reserved: tuple[int, int] | None = (0, 0)
    trailing: bytes = b""

    def write_body(self, writer: Writer) -> None:
        writer.u16(self.max_xmit_frag, "max_xmit_frag")
        writer.u16(self.max_recv_frag, "max_recv_frag")
        writer.u32(self.association_group, "assoc_group_id")
        writer.u8(len(self.contexts), "n_context_elem")
        if self.reserved is not None:
            writer.u8(self.reserved[0], "reserved")
            writer.u16(self.reserved[1], "reserved2")
        for context in self.contexts:
            context.write(writer)
        writer.put(self.trailing)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        fields: dict[str, Any] = {
            "max_xmit_frag": reader.u16("max_xmit_frag"),
            "max_recv_frag": reader.u16("max_recv_frag"),
            "association_group": reader.u32("assoc_group_id"),
        }
        count = reader.u8("n_context_elem")
        if count or reader.remaining >= 3:
            fields["reserved"] = (reader.u8("reserved"), reader.u16("reserved2"))
        else:
            fields["reserved"] = None
        contexts = []
        for index in range(count):
            try:
                contexts.append(ContextElement.read(reader))
            except WireError as error:
                raise error.under(f"contexts[{index}]")  # noqa: B904  (the same error, with its path completed)
        fields["contexts"] = tuple(contexts)
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class Bind(_Offer):
    """bind: the first PDU of a connection."""

    type: ClassVar[PduType] = PduType.BIND


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterContext(_Offer):
    """alter_context: more presentation contexts, or the next leg of an authentication."""

    type: ClassVar[PduType] = PduType.ALTER_CONTEXT


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer(Pdu):
    """The body that bind_ack and alter_context_resp share.

    ``secondary_address`` is the counted string with its terminator, as it stands on the wire.
    """

    max_xmit_frag: int = 5840
    max_recv_frag: int = 5840
    association_group: int = 0
    secondary_address: bytes = b""
    address_pad: bytes = b""
    results: tuple[ContextResult, ...] = ()
    reserved: tuple[int, int] = (0, 0)
    trailing: bytes = b""

    def write_body(self, writer: Writer) -> None:
        writer.u16(self.max_xmit_frag, "max_xmit_frag")
        writer.u16(self.max_recv_frag, "max_recv_frag")
        writer.u32(self.association_group, "assoc_group_id")
        writer.u16(len(self.secondary_address), "sec_addr.length")
        writer.put(self.secondary_address)
        gap = -writer.offset % 4
        writer.put((self.address_pad + bytes(gap))[:gap])
        writer.u8(len(self.results), "n_results")
        writer.u8(self.reserved[0], "reserved")
        writer.u16(self.reserved[1], "reserved2")
        for result in self.results:
            result.write(writer)
        writer.put(self.trailing)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        fields: dict[str, Any] = {
            "max_xmit_frag": reader.u16("max_xmit_frag"),
            "max_recv_frag": reader.u16("max_recv_frag"),
            "association_group": reader.u32("assoc_group_id"),
        }
        fields["secondary_address"] = reader.take(reader.u16("sec_addr.length"), "sec_addr")
        pad = reader.take(-reader.offset % 4, "pad")
        fields["address_pad"] = pad if any(pad) else b""
        count = reader.u8("n_results")
        fields["reserved"] = (reader.u8("reserved"), reader.u16("reserved2"))
        results = []
        for index in range(count):
            try:
                results.append(ContextResult.read(reader))
            except WireError as error:
                raise error.under(f"results[{index}]")  # noqa: B904  (the same error, with its path completed)
        fields["results"] = tuple(results)
        return fields


@dataclass(frozen=True, slots=True, kw_only=True)
class BindAck(_Answer):
    """bind_ack: the association stands, or waits for the next leg of the authentication."""

    type: ClassVar[PduType] = PduType.BIND_ACK


@dataclass(frozen=True, slots=True, kw_only=True)
class AlterContextResponse(_Answer):
    """alter_context_resp."""

    type: ClassVar[PduType] = PduType.ALTER_CONTEXT_RESPONSE


@dataclass(frozen=True, slots=True, kw_only=True)
class BindNak(Pdu):
    """bind_nak: no association. ``trailing`` holds padding, or extended error information."""

    type: ClassVar[PduType] = PduType.BIND_NAK

    reason: int = RejectReason.NOT_SPECIFIED
    versions: tuple[tuple[int, int], ...] = ((5, 0),)
    trailing: bytes = b"\0\0\0"

    def write_body(self, writer: Writer) -> None:
        """Append the body."""
        writer.u16(self.reason, "provider_reject_reason")
        writer.u8(len(self.versions), "n_protocols")
        for major, minor in self.versions:
            writer.u8(major, "p_protocols.major")
            writer.u8(minor, "p_protocols.minor")
        writer.put(self.trailing)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """Take the body; some implementations leave the list of versions out."""
        reason = reader.u16("provider_reject_reason")
        count = reader.u8("n_protocols") if reader.remaining else 0
        versions = tuple(
            (reader.u8("p_protocols.major"), reader.u8("p_protocols.minor")) for _ in range(count)
        )
        return {"reason": reason, "versions": versions, "trailing": reader.rest()}
