"""PDUs of connection-oriented DCE/RPC, one module per family.

Each PDU is a frozen dataclass with ``pack()`` and ``unpack()``; :func:`unpack_pdu` finds the class. What was
unpacked packs back to the same octets, unknown flags, reserved fields and stray padding included.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import Final

from opcross.errors import BadValue
from opcross.rpc.pdu.base import Pdu
from opcross.rpc.pdu.bind import AlterContext, AlterContextResponse, Bind, BindAck, BindNak, RejectReason
from opcross.rpc.pdu.control import Auth3, CoCancel, Orphaned, Shutdown
from opcross.rpc.pdu.header import (
    BIG_DREP,
    HEADER_SIZE,
    LITTLE_DREP,
    WHOLE,
    Header,
    PduType,
    PfcFlags,
)
from opcross.rpc.pdu.presentation import (
    NDR20,
    NDR64,
    NO_SYNTAX,
    BindTimeFeatures,
    ContextElement,
    ContextResult,
    ContextVerdict,
    ProviderReason,
    bind_time_syntax,
    features_of,
)
from opcross.rpc.pdu.request import FaultPdu, Request, Response
from opcross.rpc.pdu.verifier import AuthVerifier

__all__ = [
    "BIG_DREP",
    "HEADER_SIZE",
    "LITTLE_DREP",
    "NDR20",
    "NDR64",
    "NO_SYNTAX",
    "WHOLE",
    "AlterContext",
    "AlterContextResponse",
    "Auth3",
    "AuthVerifier",
    "Bind",
    "BindAck",
    "BindNak",
    "BindTimeFeatures",
    "CoCancel",
    "ContextElement",
    "ContextResult",
    "ContextVerdict",
    "FaultPdu",
    "Header",
    "Orphaned",
    "Pdu",
    "PduType",
    "PfcFlags",
    "ProviderReason",
    "RejectReason",
    "Request",
    "Response",
    "Shutdown",
    "bind_time_syntax",
    "features_of",
    "unpack_pdu",
]

_CLASSES: Final = MappingProxyType(
    {
        kind.type: kind
        for kind in (
            Request,
            Response,
            FaultPdu,
            Bind,
            BindAck,
            BindNak,
            AlterContext,
            AlterContextResponse,
            Auth3,
            Shutdown,
            CoCancel,
            Orphaned,
        )
    }
)


def unpack_pdu(data: bytes) -> Pdu:
    """Read one whole PDU of any type; raises :class:`~opcross.errors.WireError`."""
    header = Header.unpack(data)
    kind: type[Pdu] | None = _CLASSES.get(header.type)  # type: ignore[call-overload]  # an int finds its IntEnum
    if kind is None:
        raise BadValue(f"unknown PDU type {header.type}", offset=2, path="Header.type")
    return kind.unpack(data)
