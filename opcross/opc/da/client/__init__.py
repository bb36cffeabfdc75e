"""The DCOM client of OPC Data Access: a server on the wire as a service."""

from __future__ import annotations

from opcross.opc.da.client.budget import ORPHAN_WINDOW, CallBudget
from opcross.opc.da.client.notices import Notice, NoticeKind
from opcross.opc.da.client.options import ClientOptions
from opcross.opc.da.client.reconnect import ReconnectPolicy
from opcross.opc.da.client.service import DaClient

__all__ = [
    "ORPHAN_WINDOW",
    "CallBudget",
    "ClientOptions",
    "DaClient",
    "Notice",
    "NoticeKind",
    "ReconnectPolicy",
]
