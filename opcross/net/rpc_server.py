"""A listener for RPC: sockets and tasks around :class:`~opcross.rpc.association.ServerAssociation`.

The shell moves octets, runs calls as tasks and keeps the timer. What is answered, and what is refused,
the association decides. It uses only what an asyncio loop must offer (``create_server``, protocols,
timers), so it runs on a simulated loop as well.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opcross.codes import RpcStatus
from opcross.errors import Fault, HResultError, LocalMisuse, OpcrossError, TransportLost, WireError
from opcross.net.writes import in_writes
from opcross.rpc.association import (
    ActiveCall,
    CallCancelled,
    CallOrphaned,
    CallReceived,
    Closed,
    Limits,
    Peer,
    PeerRefused,
    ServerAssociation,
    ServerConfig,
    ServerEvent,
)
from opcross.rpc.call import Dispatcher, Endpoint
from opcross.rpc.management import Statistics

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.levels import AuthLevel, AuthService
    from opcross.rpc.security.context import SecurityContext

__all__ = ["ConnectionClosed", "ConnectionOpened", "RpcServer", "ServerNotice"]


@dataclass(frozen=True, slots=True)
class ConnectionOpened:
    """A connection was accepted by the listener."""


@dataclass(frozen=True, slots=True)
class ConnectionClosed:
    """A connection is gone."""

    reason: str


ServerNotice = ConnectionOpened | ConnectionClosed | ServerEvent


class RpcServer:
    """One listener and its connections.

    ``new_acceptor`` makes security contexts (None: a service that is not offered); ``advertised_port`` is the
    secondary address of bind_acks, where it differs from the port listened on; ``holds_objects`` spares a
    connection, by number, from the idle timer; ``on_event`` hears of everything but calls;
    ``statistics`` may be shared with a :class:`~opcross.rpc.management.Management`.
    """

    def __init__(
        self,
        dispatcher: Dispatcher,
        *,
        new_acceptor: Callable[[AuthService, AuthLevel], SecurityContext | None] | None = None,
        limits: Limits | None = None,
        allow_missing_verifier: bool = False,
        concurrent: bool = True,
        advertised_port: int | None = None,
        holds_objects: Callable[[int], bool] | None = None,
        on_event: Callable[[Peer, ServerNotice], None] | None = None,
        statistics: Statistics | None = None,
    ) -> None:
        self.dispatcher = dispatcher
        self.limits = limits or Limits()
        self.statistics = statistics or Statistics()
        self._new_acceptor = new_acceptor
        self._allow_missing_verifier = allow_missing_verifier
        self._concurrent = concurrent
        self._advertised_port = advertised_port
        self._holds_objects = holds_objects
        self._on_event = on_event
        self._server: asyncio.AbstractServer | None = None
        self._config: ServerConfig | None = None
        self._endpoint: Endpoint | None = None
        self._connections: dict[_Connection, None] = {}
        self._half_open: dict[_Connection, None] = {}
        self._by_address: dict[str, int] = {}
        self._number = 0

    @property
    def endpoint(self) -> Endpoint:
        """Where it listens; raises :class:`~opcross.errors.TransportLost` before :meth:`open`."""
        if self._endpoint is None:
            raise TransportLost("the server does not listen")
        return self._endpoint

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def open(self, host: str, port: int) -> Endpoint:
        """Listen; port 0 takes a free one. Raises :class:`~opcross.errors.TransportLost` where that fails."""
        loop = asyncio.get_running_loop()
        wanted = Endpoint(host, port)
        try:
            self._server = await loop.create_server(lambda: _Connection(self, loop), host, port)
        except OSError as error:
            raise TransportLost(f"cannot listen: {error}", endpoint=str(wanted)) from error
        taken = port or self._server.sockets[0].getsockname()[1]
        self._endpoint = Endpoint(host, taken)
        self._config = self._configure(self._advertised_port or taken)
        return self._endpoint

    async def close(self, *, grace: float = 2.0) -> None:
        """Stop listening, give running calls ``grace`` seconds, then close every connection."""
        if self._server is not None:
            self._server.close()
        tasks = [task for connection in self._connections for task in connection.tasks.values()]
        if tasks and grace > 0:
            await asyncio.wait(tasks, timeout=grace)
        for connection in list(self._connections):
            connection.end("the server closes")
        # Cancelled calls and lost connections end in their own callbacks.
        for _ in range(3):
            await asyncio.sleep(0)
        for connection in list(self._connections):
            connection.abort()
        if self._server is not None:
            await self._server.wait_closed()
            self._server = None

    def _configure(self, port: int) -> ServerConfig:
        config = ServerConfig(
            accepts=self.dispatcher.accepts,
            limits=self.limits,
            allow_missing_verifier=self._allow_missing_verifier,
            concurrent=self._concurrent,
            port=port,
        )
        if self._new_acceptor is not None:
            config = replace(config, new_acceptor=self._new_acceptor)
        if self._holds_objects is not None:
            config = replace(config, holds_objects=self._holds_objects)
        return config

    # -- what connections tell ---------------------------------------------------------------------

    def notice(self, peer: Peer, event: ServerNotice) -> None:
        """Pass an event on to whoever listens."""
        if self._on_event is not None:
            self._on_event(peer, event)

    def admit(self, connection: _Connection, address: str) -> tuple[int, ServerConfig] | str:
        """Take a new connection in: its number and configuration, or why not."""
        if self._config is None:
            return "the server is not open"
        if len(self._connections) >= self.limits.connections:
            return f"{self.limits.connections} connections are open"
        count = self._by_address.get(address, 0)
        if count >= self.limits.connections_per_address:
            return f"{count} connections are open from {address}"
        if len(self._half_open) >= self.limits.half_open:
            # The oldest has had its chance; a client in good order binds at once.
            next(iter(self._half_open)).end("too many connections do not bind")
        self._by_address[address] = count + 1
        self._connections[connection] = None
        self._half_open[connection] = None
        self._number += 1
        return self._number, self._config

    def bound(self, connection: _Connection) -> None:
        """A connection finished its first bind."""
        self._half_open.pop(connection, None)

    def gone(self, connection: _Connection, address: str) -> None:
        """A connection was lost."""
        self._half_open.pop(connection, None)
        if connection in self._connections:
            del self._connections[connection]
            count = self._by_address[address] - 1
            if count:
                self._by_address[address] = count
            else:
                del self._by_address[address]


class _Connection(asyncio.Protocol):
    """One connection: octets to the association, calls to the dispatcher."""

    __slots__ = (
        "_armed",
        "_core",
        "_half_open",
        "_loop",
        "_peer",
        "_reason",
        "_server",
        "_timer",
        "_transport",
        "tasks",
    )

    def __init__(self, server: RpcServer, loop: asyncio.AbstractEventLoop) -> None:
        self._server = server
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._core: ServerAssociation | None = None
        self._peer = Peer("")
        self._reason = "the client closed"
        self._timer: asyncio.TimerHandle | None = None
        self._armed = 0.0
        self._half_open = True
        self.tasks: dict[ActiveCall, asyncio.Task[None]] = {}

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """A client connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        remote = transport.get_extra_info("peername") or ("", 0)
        local = transport.get_extra_info("sockname") or ("", 0)
        self._peer = Peer(remote[0], remote[1], local[0])
        admitted = self._server.admit(self, remote[0])
        if isinstance(admitted, str):
            self._server.notice(self._peer, PeerRefused(admitted, "close"))
            transport.abort()
            return
        number, config = admitted
        self._peer = Peer(remote[0], remote[1], local[0], number)
        self._core = ServerAssociation(config, self._peer, self._loop.time())
        self._server.notice(self._peer, ConnectionOpened())
        self._arm()

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        core = self._core
        if core is None:
            return
        taken = core.pdus_taken
        events = core.receive_data(data, self._loop.time())
        self._server.statistics.packets_in += core.pdus_taken - taken
        if self._half_open and not core.half_open:
            self._half_open = False
            self._server.bound(self)
        self._handle(events)

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        self._server.gone(self, self._peer.address)
        core, self._core = self._core, None
        if core is None:
            return
        for event in core.lose(self._reason):
            if isinstance(event, CallOrphaned):
                self._cancel(event.call)
        self._server.notice(self._peer, ConnectionClosed(str(exc) if exc else self._reason))

    def pause_writing(self) -> None:
        """The client does not read: take nothing more from it."""
        if self._transport is not None:
            self._transport.pause_reading()

    def resume_writing(self) -> None:
        """The client reads again."""
        if self._transport is not None and not self._transport.is_closing():
            self._transport.resume_reading()

    def end(self, reason: str) -> None:
        """Close once everything is written."""
        self._reason = reason
        if self._transport is not None:
            self._transport.close()

    def abort(self) -> None:
        """Close at once."""
        if self._transport is not None:
            self._transport.abort()

    def _handle(self, events: list[ServerEvent]) -> None:
        core, transport = self._core, self._transport
        if core is None or transport is None:
            return
        for event in events:
            if isinstance(event, CallReceived):
                self._start(event.call)
            elif isinstance(event, CallCancelled | CallOrphaned):
                self._cancel(event.call)
            else:
                self._server.notice(self._peer, event)
        pdus = core.pdus_to_send()
        if pdus:
            self._server.statistics.packets_out += len(pdus)
            for octets in in_writes(pdus):
                if transport.is_closing():
                    break  # a reset was noticed by the write before
                transport.write(octets)
        for event in events:
            if isinstance(event, Closed):
                self.end(event.reason)
        self._arm()

    def _start(self, active: ActiveCall) -> None:
        self._server.statistics.calls_in += 1
        task = self._loop.create_task(self._run(active))
        self.tasks[active] = task
        task.add_done_callback(lambda _: self._ended(active))

    def _cancel(self, active: ActiveCall) -> None:
        task = self.tasks.get(active)
        if task is not None:
            task.cancel()

    def _ended(self, active: ActiveCall) -> None:
        self.tasks.pop(active, None)
        if not active.done and self._core is not None:
            # Cancelled before it began to run.
            self._handle(self._core.fault(active, RpcStatus.CANCEL))

    async def _run(self, active: ActiveCall) -> None:
        """Let the dispatcher answer one call; whatever it raises becomes a fault."""
        status: int
        did_not_execute = False
        try:
            stub = await self._server.dispatcher.call(active.call)
        except Fault as fault:
            status, did_not_execute = fault.code, fault.did_not_execute
        except HResultError as error:
            status = error.code
        except WireError:
            status = RpcStatus.BAD_STUB_DATA
        except asyncio.CancelledError:
            # The client cancelled, or is gone: the task ends here, and the client hears of it.
            status = RpcStatus.CANCEL
        except Exception as error:  # noqa: BLE001  (a bug in one call must not end the server)
            if isinstance(error, LocalMisuse) or not isinstance(error, OpcrossError):
                self._loop.call_exception_handler(
                    {
                        "message": f"a call of {active.call.interface} failed",
                        "exception": error,
                        "protocol": self,
                    }
                )
            status = RpcStatus.UNSPEC
        else:
            if self._core is not None:
                self._handle(self._core.reply(active, stub))
            return
        if self._core is not None:
            self._handle(self._core.fault(active, status, did_not_execute=did_not_execute))

    def _arm(self) -> None:
        """Keep one timer, at the time that the association asks for or earlier."""
        core = self._core
        if core is None:
            return
        due = core.next_timer()
        if due is None or (self._timer is not None and self._armed <= due):
            return
        if self._timer is not None:
            self._timer.cancel()
        self._armed = due
        self._timer = self._loop.call_at(due, self._ring)

    def _ring(self) -> None:
        self._timer = None
        if self._core is not None:
            self._handle(self._core.on_timer(self._loop.time()))
