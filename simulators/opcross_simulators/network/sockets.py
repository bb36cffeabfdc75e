"""What ``get_extra_info("socket")`` and ``server.sockets`` give where there is no socket."""

from __future__ import annotations

import socket  # noqa: TID251  (constants only; no socket is made here)
import struct
from typing import TYPE_CHECKING, Final

from opcross_simulators.network.addresses import SocketAddress, family_of

if TYPE_CHECKING:
    from opcross_simulators.network.connections import Connection

__all__ = ["SimulatedSocket"]

# Options by their names, since not every platform has all of them.
_IDLE: Final = getattr(socket, "TCP_KEEPIDLE", 4)
_INTERVAL: Final = getattr(socket, "TCP_KEEPINTVL", 5)
_COUNT: Final = getattr(socket, "TCP_KEEPCNT", 6)
_LINGER: Final = struct.Struct("ii")


class SimulatedSocket:
    """The part of a socket's face that transports and servers may show: names and options.

    ``SO_KEEPALIVE`` with its three times, and ``SO_LINGER`` with zero seconds (close with RST), have their
    effect; other options are remembered and do nothing.
    """

    def __init__(
        self, name: SocketAddress, peer: SocketAddress | None = None, connection: Connection | None = None
    ) -> None:
        self.family = family_of(name[0])
        self.type = socket.SOCK_STREAM
        self.proto = socket.IPPROTO_TCP
        self._name = name
        self._peer = peer
        self._connection = connection
        self._options: dict[tuple[int, int], int | bytes] = {}

    def __repr__(self) -> str:
        return f"<SimulatedSocket laddr={self._name}, raddr={self._peer}>"

    def getsockname(self) -> SocketAddress:
        """Our own address and port."""
        return self._name

    def getpeername(self) -> SocketAddress:
        """The peer's address and port; OSError for a listening socket."""
        if self._peer is None:
            raise OSError("a listening socket has no peer")
        return self._peer

    def fileno(self) -> int:
        """-1: there is no descriptor."""
        return -1

    def getsockopt(self, level: int, option: int, size: int = 0) -> int | bytes:
        """What :meth:`setsockopt` set, else 0 (or ``size`` zero octets)."""
        return self._options.get((level, option), bytes(size) if size else 0)

    def setsockopt(self, level: int, option: int, value: int | bytes) -> None:
        """Set an option."""
        self._options[level, option] = value
        connection = self._connection
        if connection is None:
            return
        if (level, option) == (socket.SOL_SOCKET, socket.SO_LINGER) and isinstance(value, bytes):
            on, seconds = _LINGER.unpack(value.ljust(_LINGER.size, b"\0")[: _LINGER.size])
            connection.linger_zero = bool(on) and not seconds
        elif (level, option) == (socket.SOL_SOCKET, socket.SO_KEEPALIVE) or level == socket.IPPROTO_TCP:
            self._keep_alive(connection)

    def _keep_alive(self, connection: Connection) -> None:
        tcp = connection.host.tcp
        on = self._options.get((socket.SOL_SOCKET, socket.SO_KEEPALIVE), 0)
        idle = self._options.get((socket.IPPROTO_TCP, _IDLE), tcp.keepalive_idle)
        interval = self._options.get((socket.IPPROTO_TCP, _INTERVAL), tcp.keepalive_interval)
        probes = self._options.get((socket.IPPROTO_TCP, _COUNT), tcp.keepalive_probes)
        connection.keep_alive(bool(on), float(idle), float(interval), int(probes))
