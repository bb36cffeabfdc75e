"""Simulated hosts: addresses, ports, the connections of their programs, and how they fail."""

from __future__ import annotations

import errno
from collections import Counter
from contextlib import contextmanager
from contextvars import Context, ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from opcross.errors import LocalMisuse
from opcross_simulators.network.addresses import WILDCARDS, family_of, is_loopback
from opcross_simulators.network.connections import Connection, ConnectionKey, system_error
from opcross_simulators.network.segments import Flags, Segment
from opcross_simulators.network.tcp import TcpOptions

if TYPE_CHECKING:
    from collections.abc import Generator

    from opcross_simulators.network.network import Network

__all__ = ["Acceptor", "Host", "Listener", "current_host"]

_EPHEMERAL: Final = range(49_152, 65_536)

current_host: ContextVar[Host | None] = ContextVar("current_host", default=None)
"""The host whose program runs now; tasks inherit it from where they were made."""


class Acceptor(Protocol):
    """Who wants the connections of a listener."""

    def accept(self, connection: Connection) -> None:
        """Take a connection whose handshake is through."""
        ...

    def orphaned(self) -> None:
        """The host failed: the listening sockets are gone."""
        ...


@dataclass(slots=True, eq=False)
class Listener:
    """A bound port. SYNs are refused until it ``listens``; its connections run in copies of ``context``."""

    address: str
    port: int
    acceptor: Acceptor
    context: Context
    listens: bool = False


class Host:
    """A host of a :class:`~opcross_simulators.network.Network`, made by its ``host`` method.

    ``addresses`` are canonical, the first of each family being the source of connections that name none.
    A loopback address that no host claimed means the host itself.
    """

    def __init__(
        self, network: Network, name: str, addresses: tuple[str, ...], names: tuple[str, ...], tcp: TcpOptions
    ) -> None:
        self.network = network
        self.name = name
        self.addresses = addresses
        self.names = names
        self.tcp = tcp
        self.is_up = True
        self.is_plugged = True
        self._listeners: dict[tuple[str, int], Listener] = {}
        self._connections: dict[ConnectionKey, Connection] = {}
        self._ports_in_use: Counter[int] = Counter()
        self._next_port = network.random.choice(_EPHEMERAL)

    def __repr__(self) -> str:
        return f"<Host {self.name} {', '.join(self.addresses)}>"

    @property
    def connections(self) -> tuple[Connection, ...]:
        """Every connection that this host's system still knows, oldest first."""
        return tuple(self._connections.values())

    @contextmanager
    def running(self) -> Generator[Host]:
        """Run the body, and the tasks made in it, as programs of this host."""
        token = current_host.set(self)
        try:
            yield self
        finally:
            current_host.reset(token)

    def owns(self, address: str) -> bool:
        """Whether a program of this host may bind ``address``."""
        return (
            address in self.addresses
            or address in WILDCARDS
            or (is_loopback(address) and not self.network.is_claimed(address))
        )

    def source_for(self, destination: str) -> str:
        """The own address from which ``destination`` is reached, if a program names none."""
        if is_loopback(destination) and not self.network.is_claimed(destination):
            return "::1" if ":" in destination else "127.0.0.1"
        if destination in self.addresses:
            return destination
        family = family_of(destination)
        for address in self.addresses:
            if family_of(address) == family:
                return address
        raise system_error(errno.ENETUNREACH)

    # Ports

    def bind(self, address: str, port: int, acceptor: Acceptor, context: Context) -> Listener:
        """Reserve ``port`` (0: any) of ``address``; EADDRNOTAVAIL or EADDRINUSE if that can't be."""
        if not self.is_up or not self.owns(address):
            raise system_error(errno.EADDRNOTAVAIL)
        if port == 0:
            port = self._free_port(errno.EADDRINUSE)
        elif self._is_bound(address, port):
            raise system_error(errno.EADDRINUSE)
        listener = Listener(address, port, acceptor, context)
        self._listeners[address, port] = listener
        self._ports_in_use[port] += 1
        return listener

    def unbind(self, listener: Listener) -> None:
        """Give the port of ``listener`` back."""
        if self._listeners.get((listener.address, listener.port)) is listener:
            del self._listeners[listener.address, listener.port]
            self._release_port(listener.port)

    def connect(self, local: str, port: int, remote: str, remote_port: int, context: Context) -> Connection:
        """Send a SYN from ``local`` (``port`` 0: any); the connection's ``opening`` tells the outcome."""
        if not self.is_up:
            raise system_error(errno.ENETDOWN)
        key = (local, port or self._free_port(errno.EADDRNOTAVAIL), remote, remote_port)
        if key in self._connections:
            raise system_error(errno.EADDRINUSE)
        connection = Connection(self, key, context=context, established=lambda _: None)
        self._remember(connection)
        connection.open()
        return connection

    def forget(self, connection: Connection) -> None:
        """Drop a connection that has come to its end."""
        if self._connections.pop(connection.key, None) is not None:
            self._release_port(connection.key[1])

    def _remember(self, connection: Connection) -> None:
        self._connections[connection.key] = connection
        self._ports_in_use[connection.key[1]] += 1

    def _release_port(self, port: int) -> None:
        self._ports_in_use[port] -= 1
        if not self._ports_in_use[port]:
            del self._ports_in_use[port]

    def _free_port(self, error: int) -> int:
        for _ in _EPHEMERAL:
            port = self._next_port
            self._next_port = port + 1 if port + 1 in _EPHEMERAL else _EPHEMERAL.start
            if port not in self._ports_in_use:
                return port
        raise system_error(error)

    def _is_bound(self, address: str, port: int) -> bool:
        family = family_of(address)
        return any(
            port == bound and (address == other or {address, other} & WILDCARDS)
            for other, bound in self._listeners
            if family_of(other) == family
        )

    def _listener(self, address: str, port: int) -> Listener | None:
        exact = self._listeners.get((address, port))
        if exact is not None:
            return exact
        wildcard = "::" if ":" in address else "0.0.0.0"  # noqa: S104  (simulated)
        return self._listeners.get((wildcard, port))

    # Traffic

    def receive(self, segment: Segment) -> None:
        """Take a segment from the network: to its connection, to a listener, or back as RST."""
        key = (segment.destination, segment.destination_port, segment.source, segment.source_port)
        connection = self._connections.get(key)
        if connection is not None:
            connection.receive(segment)
            return
        if segment.opens:
            listener = self._listener(segment.destination, segment.destination_port)
            if listener is not None and listener.listens:
                connection = Connection(
                    self, key, context=listener.context.copy(), established=listener.acceptor.accept
                )
                self._remember(connection)
                connection.answer(segment)
                return
        if not segment.flags & Flags.RST:
            self.network.send(self, segment.refusal(self.network.loop.time()), after=0.0)

    # Failures

    def crash(self) -> None:
        """Power off: everything of this host is gone at once, and no segment tells of it.

        Its own protocols get ``connection_lost(ConnectionAbortedError)``, so that their tasks can end.
        Peers learn of it by their own time-outs, or by RST once it is back and they send.
        """
        self.is_up = False
        self._lose_programs(silent=True)

    def restart(self) -> None:
        """Come back after :meth:`crash`, remembering nothing."""
        if self.is_up:
            raise LocalMisuse(f"host {self.name} is up", state="up", event="restart")
        self.is_up = True

    def reset(self) -> None:
        """Kill every program of this host, as Windows does it: each peer gets RST at once.

        Its own protocols get ``connection_lost(ConnectionAbortedError)``.
        """
        self._lose_programs(silent=False)

    def unplug(self) -> None:
        """Pull the cable: nothing comes in or goes out, until :meth:`plug`."""
        self.is_plugged = False
        self.network.cut_off(self)

    def plug(self) -> None:
        """Put the cable back in."""
        self.is_plugged = True

    def _lose_programs(self, *, silent: bool) -> None:
        for acceptor in dict.fromkeys(listener.acceptor for listener in self._listeners.values()):
            acceptor.orphaned()
        for connection in self.connections:
            connection.break_off(system_error(errno.ECONNABORTED), silent=silent)
