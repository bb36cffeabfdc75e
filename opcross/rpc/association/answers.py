"""Responses and faults as a server writes them."""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from opcross.rpc.pdu.header import LITTLE_DREP, VERSION, PduType, PfcFlags
from opcross.rpc.pdu.request import CALL_HEAD, CALL_HEAD_SIZE, FAULT_SIZE
from opcross.rpc.pdu.verifier import TRAILER_SIZE

if TYPE_CHECKING:
    from opcross.rpc.association.protection import Binding

__all__ = ["fault", "response"]

_FIRST: Final = int(PfcFlags.FIRST)
_LAST: Final = int(PfcFlags.LAST)
_WHOLE: Final = _FIRST | _LAST
_DID_NOT_EXECUTE: Final = int(PfcFlags.DID_NOT_EXECUTE)
_FAULT: Final = Struct("<BBBB4sHHIIHBBII")
_HEAD: Final = CALL_HEAD[True]
_ALIGNMENT: Final = 16


def fault(call_id: int, context_id: int, status: int, *, did_not_execute: bool) -> bytes:
    """A fault PDU. It carries no verifier, whatever the level: Windows sends none either."""
    flags = _WHOLE | (_DID_NOT_EXECUTE if did_not_execute else 0)
    return _FAULT.pack(
        VERSION,
        0,
        PduType.FAULT,
        flags,
        LITTLE_DREP,
        FAULT_SIZE,
        0,
        call_id,
        FAULT_SIZE,
        context_id,
        0,
        0,
        status,
        0,
    )


def response(
    call_id: int, context_id: int, stub: bytes, signed: Binding | None, fragment: int
) -> list[bytes]:
    """The fragments of a response, each no longer than ``fragment`` octets; ``signed`` protects them.

    The number of the presentation context is cut to one octet, as Windows does it.
    """
    room = fragment - CALL_HEAD_SIZE
    if signed is not None:
        room = (room - TRAILER_SIZE - signed.context.signature_size) & -_ALIGNMENT
    total = len(stub)
    context_id &= 0xFF
    if total <= room:
        return [_fragment(call_id, context_id, stub, total, _WHOLE, signed)]
    return [
        _fragment(
            call_id,
            context_id,
            stub[position : position + room],
            total - position,
            (0 if position else _FIRST) | (_LAST if position + room >= total else 0),
            signed,
        )
        for position in range(0, total, room)
    ]


def _fragment(
    call_id: int, context_id: int, stub: bytes, hint: int, flags: int, signed: Binding | None
) -> bytes:
    length = CALL_HEAD_SIZE + len(stub)
    pad = signature = 0
    if signed is not None:
        pad, signature = signed.sizes(len(stub), _ALIGNMENT)
        length += pad + TRAILER_SIZE + signature
    head = _HEAD.pack(
        VERSION, 0, PduType.RESPONSE, flags, LITTLE_DREP, length, signature, call_id, hint, context_id, 0
    )
    return head + stub if signed is None else signed.protect(head, stub, pad)
