"""What DCOM asks of the layer that owns sockets: a server around a dispatcher."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol, TypeAlias

from opcross.rpc.call import Dispatcher, Endpoint

__all__ = ["Server", "ServerFactory"]


class Server(Protocol):
    """A listener; :class:`opcross.net.rpc_server.RpcServer` is one."""

    async def open(self, host: str, port: int) -> Endpoint:
        """Listen; port 0 takes a free one. Raises :class:`~opcross.errors.TransportLost`."""
        ...

    async def close(self) -> None:
        """Stop listening, and close every connection."""
        ...


ServerFactory: TypeAlias = Callable[[Dispatcher], Server]
"""Makes a server for a dispatcher; it is where the acceptor of log-ons is chosen."""
