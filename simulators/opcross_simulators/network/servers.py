"""Listening servers, with the manners of :class:`asyncio.Server`."""

from __future__ import annotations

import asyncio
import errno
from contextvars import copy_context
from typing import TYPE_CHECKING, Any

from opcross_simulators.network.addresses import AddressInfo, socket_address
from opcross_simulators.network.sockets import SimulatedSocket
from opcross_simulators.network.transports import SimulatedTransport

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from opcross_simulators.network.connections import Connection
    from opcross_simulators.network.hosts import Host, Listener
    from opcross_simulators.network.loop import SimulatedLoop

__all__ = ["SimulatedServer"]


class SimulatedServer(asyncio.AbstractServer):
    """What ``create_server`` returns.

    On every Python it behaves as the newest ones do: ``wait_closed`` waits for the last connection, and
    ``close_clients`` and ``abort_clients`` (of Python 3.13) are there.
    """

    def __init__(
        self, loop: SimulatedLoop, protocol_factory: Callable[[], asyncio.BaseProtocol], host: Host
    ) -> None:
        self._loop = loop
        self._factory = protocol_factory
        self._host = host
        self._listeners: list[Listener] = []
        self._sockets: tuple[SimulatedSocket, ...] = ()
        self._clients: dict[SimulatedTransport, None] = {}
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False
        self._serving_forever: asyncio.Future[None] | None = None

    def __repr__(self) -> str:
        return f"<SimulatedServer {self._host.name} sockets={self._sockets}>"

    def bind(self, infos: Iterable[AddressInfo]) -> None:
        """Reserve the port of each address, all or none."""
        context = copy_context()
        try:
            for _, _, _, _, (address, port, *_) in infos:
                owner = self._loop.network.owner(address, seen_from=self._host)
                try:
                    if owner is None:
                        raise OSError(errno.EADDRNOTAVAIL, "Cannot assign requested address")
                    self._host = owner
                    listener = owner.bind(address, port, self, context)
                except OSError as error:
                    raise OSError(
                        error.errno,
                        f"error while attempting to bind on address "
                        f"{socket_address(address, port)!r}: {(error.strerror or '').lower()}",
                    ) from None
                self._listeners.append(listener)
        except OSError:
            self._unbind()
            raise
        self._sockets = tuple(
            SimulatedSocket(socket_address(each.address, each.port)) for each in self._listeners
        )

    @property
    def sockets(self) -> tuple[SimulatedSocket, ...]:
        """One for each bound address; none once the server is closed."""
        return self._sockets

    def get_loop(self) -> asyncio.AbstractEventLoop:
        """The loop that serves it."""
        return self._loop

    def is_serving(self) -> bool:
        """Whether connections are accepted."""
        return any(listener.listens for listener in self._listeners)

    async def start_serving(self) -> None:
        """Accept connections from now on."""
        self.listen()

    def listen(self) -> None:
        """Accept connections from now on."""
        if self._closed:
            raise RuntimeError(f"server {self!r} is closed")
        for listener in self._listeners:
            listener.listens = True

    async def serve_forever(self) -> None:
        """Accept connections until cancelled, then close and wait."""
        if self._serving_forever is not None:
            raise RuntimeError(f"server {self!r} is already being awaited on serve_forever()")
        self.listen()
        self._serving_forever = self._loop.create_future()
        try:
            await self._serving_forever
        except asyncio.CancelledError:
            self.close()
            await self.wait_closed()
            raise
        finally:
            self._serving_forever = None

    def close(self) -> None:
        """Stop listening; connections that were accepted live on."""
        if self._closed:
            return
        self._closed = True
        self._unbind()
        if self._serving_forever is not None and not self._serving_forever.done():
            self._serving_forever.cancel()
        self._wake_if_over()

    def close_clients(self) -> None:
        """Close each connection that was accepted."""
        for transport in tuple(self._clients):
            transport.close()

    def abort_clients(self) -> None:
        """Abort each connection that was accepted."""
        for transport in tuple(self._clients):
            transport.abort()

    async def wait_closed(self) -> None:
        """Wait until the server is closed and its last connection is over."""
        if not self._closed or self._clients:
            waiter = self._loop.create_future()
            self._waiters.append(waiter)
            await waiter

    def detach(self, transport: SimulatedTransport) -> None:
        """Forget a connection that is over."""
        self._clients.pop(transport, None)
        self._wake_if_over()

    def accept(self, connection: Connection) -> None:
        """Make a protocol and a transport for a new connection."""
        try:
            protocol: Any = connection.context.run(self._factory)
        except (SystemExit, KeyboardInterrupt):
            raise
        except BaseException as error:  # noqa: BLE001  (as asyncio: the exception handler gets it)
            connection.release()
            self._loop.call_exception_handler(
                {"message": "Error on transport creation for incoming connection", "exception": error}
            )
            return
        if self._closed:
            connection.reset()
            return
        self._clients[SimulatedTransport(self._loop, connection, protocol, self)] = None

    def orphaned(self) -> None:
        """The host failed: there are no listening sockets any more."""
        self.close()

    def _unbind(self) -> None:
        for listener in self._listeners:
            listener.listens = False
            self._host.unbind(listener)
        self._listeners.clear()
        self._sockets = ()

    def _wake_if_over(self) -> None:
        if self._closed and not self._clients:
            for waiter in self._waiters:
                if not waiter.done():
                    waiter.set_result(None)
            self._waiters.clear()
