"""MS-RPCE, connection-oriented: PDUs, associations of both roles, endpoint mapper and management.

Nothing here touches a socket or a clock; :mod:`opcross.net` drives the associations.
"""

from __future__ import annotations

from opcross.rpc.association import Limits
from opcross.rpc.call import (
    Call,
    Caller,
    Channel,
    ChannelSecurity,
    Connector,
    Dispatcher,
    Endpoint,
    Identity,
    Reply,
    SyntaxId,
)
from opcross.rpc.endpoint_mapper import ENDPOINT_MAPPER, EndpointEntry, EndpointMap, EndpointMapper
from opcross.rpc.management import MANAGEMENT, Management, Statistics
from opcross.rpc.profile import ClientProfile, FinalLeg
from opcross.rpc.router import Router

__all__ = [
    "ENDPOINT_MAPPER",
    "MANAGEMENT",
    "Call",
    "Caller",
    "Channel",
    "ChannelSecurity",
    "ClientProfile",
    "Connector",
    "Dispatcher",
    "Endpoint",
    "EndpointEntry",
    "EndpointMap",
    "EndpointMapper",
    "FinalLeg",
    "Identity",
    "Limits",
    "Management",
    "Reply",
    "Router",
    "Statistics",
    "SyntaxId",
]
