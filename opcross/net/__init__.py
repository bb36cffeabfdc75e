"""Shells: sockets, tasks and clocks around the quiet cores; the only place that has them."""

from __future__ import annotations

from opcross.net.clock import entropy, wall_time
from opcross.net.rpc_client import RpcChannel, RpcConnector, default_context
from opcross.net.rpc_server import ConnectionClosed, ConnectionOpened, RpcServer, ServerNotice

__all__ = [
    "ConnectionClosed",
    "ConnectionOpened",
    "RpcChannel",
    "RpcConnector",
    "RpcServer",
    "ServerNotice",
    "default_context",
    "entropy",
    "wall_time",
]
