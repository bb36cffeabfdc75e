"""Calls and their answers: request, response and fault ([C706] 12.6.4.9, 12.6.4.10, 12.6.4.7).

The association cores do not build these objects for every call: they use the packed heads directly.
Everything that reads or forges single PDUs does.
"""

from __future__ import annotations

from dataclasses import dataclass
from struct import Struct
from typing import TYPE_CHECKING, Any, ClassVar, Final
from uuid import UUID

from opcross.rpc.pdu.base import Pdu
from opcross.rpc.pdu.header import PduType, PfcFlags

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.ndr import Reader, Writer

__all__ = ["CALL_HEAD", "CALL_HEAD_SIZE", "FAULT_SIZE", "OBJECT_SIZE", "FaultPdu", "Request", "Response"]

CALL_HEAD_SIZE: Final = 24
"""Octets of header and fixed fields of a request, response or fault."""

FAULT_SIZE: Final = 32
OBJECT_SIZE: Final = 16

CALL_HEAD: Final = {True: Struct("<BBBB4sHHIIHH"), False: Struct(">BBBB4sHHIIHH")}
"""Header, alloc_hint, p_cont_id and opnum of a request (in a response: cancel_count and reserved)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Request(Pdu):
    """request: one fragment of a call. An object UUID sets PFC_OBJECT_UUID."""

    type: ClassVar[PduType] = PduType.REQUEST
    stub_like: ClassVar[bool] = True

    alloc_hint: int = 0
    context_id: int = 0
    opnum: int = 0
    object: UUID | None = None
    stub: bytes = b""

    def __post_init__(self) -> None:
        if self.object is not None:
            object.__setattr__(self, "flags", PfcFlags(self.flags | PfcFlags.OBJECT_UUID))

    def write_body(self, writer: Writer) -> None:
        """Append the body."""
        writer.u32(self.alloc_hint, "alloc_hint")
        writer.u16(self.context_id, "p_cont_id")
        writer.u16(self.opnum, "opnum")
        if self.object is not None:
            writer.guid(self.object)
        writer.put(self.stub)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """Take the body."""
        return {
            "alloc_hint": reader.u32("alloc_hint"),
            "context_id": reader.u16("p_cont_id"),
            "opnum": reader.u16("opnum"),
            "object": reader.guid("object") if flags & PfcFlags.OBJECT_UUID else None,
            "stub": reader.rest(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Response(Pdu):
    """response: one fragment of an answer."""

    type: ClassVar[PduType] = PduType.RESPONSE
    stub_like: ClassVar[bool] = True

    alloc_hint: int = 0
    context_id: int = 0
    cancel_count: int = 0
    reserved: int = 0
    stub: bytes = b""

    def write_body(self, writer: Writer) -> None:
        """Append the body."""
        writer.u32(self.alloc_hint, "alloc_hint")
        writer.u16(self.context_id, "p_cont_id")
        writer.u8(self.cancel_count, "cancel_count")
        writer.u8(self.reserved, "reserved")
        writer.put(self.stub)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """Take the body."""
        return {
            "alloc_hint": reader.u32("alloc_hint"),
            "context_id": reader.u16("p_cont_id"),
            "cancel_count": reader.u8("cancel_count"),
            "reserved": reader.u8("reserved"),
            "stub": reader.rest(),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class FaultPdu(Pdu):
    """fault: the call failed below the application. ``fault_flags`` 1: extended error information follows."""

    type: ClassVar[PduType] = PduType.FAULT
    stub_like: ClassVar[bool] = True

    alloc_hint: int = FAULT_SIZE
    context_id: int = 0
    cancel_count: int = 0
    fault_flags: int = 0
    status: int = 0
    reserved: int = 0
    stub: bytes = b""

    def write_body(self, writer: Writer) -> None:
        """Append the body."""
        writer.u32(self.alloc_hint, "alloc_hint")
        writer.u16(self.context_id, "p_cont_id")
        writer.u8(self.cancel_count, "cancel_count")
        writer.u8(self.fault_flags, "reserved")
        writer.u32(self.status, "status")
        writer.u32(self.reserved, "reserved2")
        writer.put(self.stub)

    @classmethod
    def read_body(cls, reader: Reader, flags: PfcFlags) -> Mapping[str, Any]:
        """Take the body."""
        return {
            "alloc_hint": reader.u32("alloc_hint"),
            "context_id": reader.u16("p_cont_id"),
            "cancel_count": reader.u8("cancel_count"),
            "fault_flags": reader.u8("reserved"),
            "status": reader.u32("status"),
            "reserved": reader.u32("reserved2"),
            "stub": reader.rest(),
        }
