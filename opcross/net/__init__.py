"""Shells: sockets, tasks and clocks around the quiet cores; the only place that has them."""

from __future__ import annotations

from opcross.net.clock import entropy, wall_time
from opcross.net.local_address import local_address_towards
from opcross.net.reasons import LossReason, loss_reason
from opcross.net.rpc_client import RpcChannel, RpcConnector, default_context
from opcross.net.rpc_server import ConnectionClosed, ConnectionOpened, RpcServer, ServerNotice

__all__ = [
    "ConnectionClosed",
    "ConnectionOpened",
    "LossReason",
    "RpcChannel",
    "RpcConnector",
    "RpcServer",
    "ServerNotice",
    "default_context",
    "entropy",
    "local_address_towards",
    "loss_reason",
    "wall_time",
]
