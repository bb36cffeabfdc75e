"""Associations: the quiet cores of both roles, and what they are configured with."""

from __future__ import annotations

from opcross.rpc.association.active_call import ActiveCall
from opcross.rpc.association.client import ClientAssociation
from opcross.rpc.association.config import Peer, ServerConfig
from opcross.rpc.association.events import (
    Authenticated,
    BindRefused,
    Bound,
    CallCancelled,
    CallFailed,
    CallOrphaned,
    CallReceived,
    ClientEvent,
    Closed,
    ContextAccepted,
    ContextRefused,
    LogonRefused,
    PeerRefused,
    Ready,
    Responded,
    ServerEvent,
    ShutdownAsked,
)
from opcross.rpc.association.groups import AssociationGroups
from opcross.rpc.association.limits import Limits
from opcross.rpc.association.server import ServerAssociation
from opcross.rpc.association.states import ClientState, ServerState

__all__ = [
    "ActiveCall",
    "AssociationGroups",
    "Authenticated",
    "BindRefused",
    "Bound",
    "CallCancelled",
    "CallFailed",
    "CallOrphaned",
    "CallReceived",
    "ClientAssociation",
    "ClientEvent",
    "ClientState",
    "Closed",
    "ContextAccepted",
    "ContextRefused",
    "Limits",
    "LogonRefused",
    "Peer",
    "PeerRefused",
    "Ready",
    "Responded",
    "ServerAssociation",
    "ServerConfig",
    "ServerEvent",
    "ServerState",
    "ShutdownAsked",
]
