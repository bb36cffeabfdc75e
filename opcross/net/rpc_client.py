"""Channels over TCP: sockets and futures around :class:`~opcross.rpc.association.ClientAssociation`.

A channel opens connections as calls need them. Calls share a connection where both sides agreed on
concurrent multiplexing; otherwise each call under way has a connection of its own, in one association group.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from opcross.errors import (
    BindRejected,
    Fault,
    LogonFailed,
    OpcrossError,
    PeerViolation,
    TimedOut,
    TransportLost,
)
from opcross.levels import AuthLevel
from opcross.net.clock import entropy, wall_time
from opcross.net.writes import in_writes
from opcross.rpc.association import (
    BindRefused,
    CallFailed,
    ClientAssociation,
    ClientEvent,
    ClientState,
    Closed,
    ContextRefused,
    Limits,
    LogonRefused,
    PeerRefused,
    Ready,
    Responded,
    ShutdownAsked,
)
from opcross.rpc.call import ChannelSecurity, Endpoint, Reply, SyntaxId
from opcross.rpc.pdu import ProviderReason, RejectReason
from opcross.rpc.profile import ClientProfile
from opcross.rpc.security import initiator

if TYPE_CHECKING:
    from collections.abc import Callable
    from enum import IntEnum
    from uuid import UUID

    from opcross.rpc.security.context import SecurityContext

__all__ = ["RpcChannel", "RpcConnector", "default_context"]


def default_context(security: ChannelSecurity) -> SecurityContext:
    """A security context with this machine's clock and entropy."""
    return initiator(security, entropy=entropy, wall_time=wall_time())


class RpcConnector:
    """Opens channels (a :class:`~opcross.rpc.call.Connector`).

    ``local_addr`` is the address that connections come from. ``setup_time`` bounds connecting and binding,
    ``call_time`` every call that names no timeout of its own (None: no bound); both in seconds.
    """

    def __init__(
        self,
        profile: ClientProfile | None = None,
        *,
        new_context: Callable[[ChannelSecurity], SecurityContext] = default_context,
        limits: Limits | None = None,
        local_addr: tuple[str, int] | None = None,
        setup_time: float = 20.0,
        call_time: float | None = None,
    ) -> None:
        self.profile = profile or ClientProfile()
        self.new_context = new_context
        self.limits = limits or Limits()
        self.local_addr = local_addr
        self.setup_time = setup_time
        self.call_time = call_time

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> RpcChannel:
        """A channel; connections follow with the first call."""
        return RpcChannel(self, endpoint, security)


class RpcChannel:
    """A way to one endpoint (a :class:`~opcross.rpc.call.Channel`)."""

    def __init__(self, connector: RpcConnector, endpoint: Endpoint, security: ChannelSecurity) -> None:
        self._connector = connector
        self._endpoint = endpoint
        self._security = security
        self._level = security.level.effective if security.level > AuthLevel.NONE else AuthLevel.NONE
        self._connections: list[_ClientConnection] = []
        self._group = 0
        self._setup = asyncio.Lock()
        self._waiters: list[asyncio.Future[None]] = []
        self._closed = False

    @property
    def endpoint(self) -> Endpoint:
        """Where the calls go."""
        return self._endpoint

    @property
    def level(self) -> AuthLevel:
        """The level that the wire shows."""
        return self._level

    @property
    def connections(self) -> int:
        """How many connections are open."""
        return len(self._connections)

    async def call(
        self,
        interface: SyntaxId,
        opnum: int,
        stub: bytes,
        *,
        object: UUID | None = None,  # noqa: A002  (the word of [C706])
        timeout: float | None = None,
    ) -> Reply:
        """Send a request and wait for its response.

        Besides the errors that :class:`opcross.rpc.call.Channel` names, :class:`~opcross.errors.LogonFailed`
        tells that the server's half of the authentication was wrong, and
        :class:`~opcross.errors.PeerViolation` that a response broke the protocol: a wrong or missing
        signature, for example.
        """
        loop = asyncio.get_running_loop()
        if timeout is None:
            timeout = self._connector.call_time
        deadline = None if timeout is None else loop.time() + timeout
        connection = self._free(interface)
        if connection is None:
            connection = await self._obtain(interface, timeout)
        return await connection.call(interface, opnum, stub, object, deadline)

    async def bind(self, interface: SyntaxId, *, timeout: float | None = None) -> None:
        """Connect and bind ahead of the first call; the errors are those of :meth:`call`."""
        if self._free(interface) is None:
            await self._obtain(interface, timeout)

    async def close(self) -> None:
        """Close every connection."""
        self._closed = True
        connections = list(self._connections)
        for connection in connections:
            connection.close("the channel was closed")
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
        if connections:
            await asyncio.wait([connection.lost for connection in connections])

    # -- connections -------------------------------------------------------------------------------

    def _free(self, interface: SyntaxId) -> _ClientConnection | None:
        for connection in self._connections:
            if connection.usable and connection.core.speaks(interface) and not connection.core.busy:
                return connection
        return None

    async def _obtain(self, interface: SyntaxId, timeout: float | None) -> _ClientConnection:
        """A connection that can take a call of ``interface`` now."""
        loop = asyncio.get_running_loop()
        began = loop.time()
        try:
            async with asyncio.timeout(timeout):
                while True:
                    self._check_open()
                    async with self._setup:
                        self._check_open()
                        connection = self._free(interface) or await self._prepare(interface)
                    if connection is not None:
                        return connection
                    await self._wait()
        except TimeoutError:
            raise TimedOut(
                "no connection in time", endpoint=str(self._endpoint), elapsed=loop.time() - began
            ) from None

    def _check_open(self) -> None:
        if self._closed:
            raise TransportLost("the channel is closed", endpoint=str(self._endpoint))

    async def _prepare(self, interface: SyntaxId) -> _ClientConnection | None:
        """Alter or open a connection; None: all are busy and there may be no more."""
        profile = self._connector.profile
        if profile.alter_context:
            for connection in self._connections:
                # Calls that run do not mind, where they may run side by side at all.
                if connection.usable and not connection.core.busy:
                    await connection.alter(interface)
                    return connection
        if len(self._connections) >= profile.max_connections and not self._drop_abandoned():
            return None
        return await self._connect(interface)

    def _drop_abandoned(self) -> bool:
        """Give up a connection whose call nobody waits for."""
        for connection in self._connections:
            if connection.abandoned:
                connection.close("its call was given up")
                self._connections.remove(connection)
                return True
        return False

    async def _connect(self, interface: SyntaxId) -> _ClientConnection:
        group = self._group if self._connector.profile.associate and self._connections else 0
        try:
            return await self._connect_to_group(interface, group)
        except BindRejected as rejected:
            if not group or rejected.code != RejectReason.NOT_SPECIFIED:
                raise
            # The group ended with its last connection: begin another.
            return await self._connect_to_group(interface, 0)

    async def _connect_to_group(self, interface: SyntaxId, group: int) -> _ClientConnection:
        loop = asyncio.get_running_loop()
        connector = self._connector
        began = loop.time()
        context = connector.new_context(self._security) if self._level > AuthLevel.NONE else None
        core = ClientAssociation(
            connector.profile, context=context, level=self._level, group=group, limits=connector.limits
        )
        connection = _ClientConnection(loop, core, self._endpoint, self._forget, self._wake)
        try:
            async with asyncio.timeout(connector.setup_time):
                await loop.create_connection(
                    lambda: connection,
                    self._endpoint.host,
                    self._endpoint.port,
                    local_addr=connector.local_addr,
                )
                self._connections.append(connection)
                await connection.bind(interface)
        except TimeoutError:
            connection.close("setting up took too long")
            raise TimedOut(
                "no answer while connecting and binding",
                endpoint=str(self._endpoint),
                elapsed=loop.time() - began,
            ) from None
        except OSError as error:
            raise TransportLost(
                f"cannot connect: {error}", endpoint=str(self._endpoint), elapsed=loop.time() - began
            ) from error
        except BaseException:
            connection.close("setting up failed")
            raise
        self._group = core.group
        return connection

    def _forget(self, connection: _ClientConnection) -> None:
        if connection in self._connections:
            self._connections.remove(connection)
        self._wake()

    async def _wait(self) -> None:
        waiter = asyncio.get_running_loop().create_future()
        self._waiters.append(waiter)
        try:
            await waiter
        finally:
            self._waiters.remove(waiter)

    def _wake(self) -> None:
        for waiter in self._waiters:
            if not waiter.done():
                waiter.set_result(None)
                return


class _ClientConnection(asyncio.Protocol):
    """One connection of a channel."""

    __slots__ = (
        "_calls",
        "_ended",
        "_endpoint",
        "_forget",
        "_given_up",
        "_loop",
        "_opened",
        "_problem",
        "_reason",
        "_setup",
        "_shutdown",
        "_transport",
        "_wake",
        "core",
        "lost",
    )

    def __init__(
        self,
        loop: asyncio.AbstractEventLoop,
        core: ClientAssociation,
        endpoint: Endpoint,
        forget: Callable[[_ClientConnection], None],
        wake: Callable[[], None],
    ) -> None:
        self.core = core
        self.lost: asyncio.Future[None] = loop.create_future()
        self._loop = loop
        self._endpoint = endpoint
        self._forget = forget
        self._wake = wake
        self._transport: asyncio.Transport | None = None
        self._opened = loop.time()
        self._calls: dict[int, asyncio.Future[Reply]] = {}
        self._given_up: set[int] = set()
        self._setup: asyncio.Future[None] | None = None
        self._problem: OpcrossError | None = None
        self._ended: OpcrossError | None = None
        self._reason = "the server closed the connection"
        self._shutdown = False

    @property
    def usable(self) -> bool:
        """Whether calls may be started here."""
        return (
            self._transport is not None
            and not self._shutdown
            and self.core.state in (ClientState.BOUND, ClientState.ALTERING)
        )

    @property
    def abandoned(self) -> bool:
        """Whether it is busy with calls that nobody waits for any more, and with nothing else."""
        return bool(self._given_up) and not self._calls

    # -- commands ----------------------------------------------------------------------------------

    async def bind(self, interface: SyntaxId) -> None:
        """Bind, through every leg of the authentication."""
        self._check_alive()
        self.core.bind((interface,))
        await self._settle()

    async def alter(self, interface: SyntaxId) -> None:
        """Bind one more interface."""
        self.core.alter((interface,))
        await self._settle()

    async def _settle(self) -> None:
        self._setup = self._loop.create_future()
        self._flush()
        try:
            await self._setup
        finally:
            self._setup = None
        self._check_alive()

    def _check_alive(self) -> None:
        """Raise why the connection ended: it may do so between an answer and whoever waits for that."""
        if self.core.state is ClientState.CLOSED:
            raise self._ended or TransportLost(self._reason, endpoint=str(self._endpoint))

    async def call(
        self, interface: SyntaxId, opnum: int, stub: bytes, object_: UUID | None, deadline: float | None
    ) -> Reply:
        """One call; ``deadline`` is on the clock of the loop."""
        call_id = self.core.call(interface, opnum, stub, object_)
        future: asyncio.Future[Reply] = self._loop.create_future()
        self._calls[call_id] = future
        self._flush()
        if deadline is None:
            try:
                return await future
            except asyncio.CancelledError:
                self._give_up(call_id)
                raise
        began = self._loop.time()
        timer = self._loop.call_at(deadline, self._time_out, call_id, began)
        try:
            return await future
        except asyncio.CancelledError:
            self._give_up(call_id)
            raise
        finally:
            timer.cancel()

    def close(self, reason: str) -> None:
        """Close once everything is written."""
        self._reason = reason
        self.core.lose(reason)
        if self._transport is not None:
            self._transport.close()
        elif not self.lost.done():
            self.lost.set_result(None)

    def _time_out(self, call_id: int, began: float) -> None:
        future = self._give_up(call_id)
        if future is not None and not future.done():
            elapsed = self._loop.time() - began
            future.set_exception(
                TimedOut(f"no answer for {elapsed:.3g} s", endpoint=str(self._endpoint), elapsed=elapsed)
            )

    def _give_up(self, call_id: int) -> asyncio.Future[Reply] | None:
        """Cancel a call on the wire; what still comes for it is dropped."""
        future = self._calls.pop(call_id, None)
        if future is not None and self._transport is not None:
            self._given_up.add(call_id)
            self.core.cancel(call_id)
            self._flush()
        return future

    def _flush(self) -> None:
        transport = self._transport
        pdus = self.core.pdus_to_send()
        if transport is not None:
            for octets in in_writes(pdus):
                if transport.is_closing():
                    break  # a reset was noticed by the write before
                transport.write(octets)

    # -- what the loop calls -----------------------------------------------------------------------

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Connected."""
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        """Octets came."""
        for event in self.core.receive_data(data):
            if type(event) is Responded:
                self._answered(event.call_id, event.reply, None)
            else:
                self._hear(event)
        self._flush()

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is gone: whoever waits for it hears so."""
        self._transport = None
        self.core.lose(self._reason)
        lost = TransportLost(
            str(exc) if exc is not None else self._reason,
            endpoint=str(self._endpoint),
            elapsed=self._loop.time() - self._opened,
        )
        self._fail(self._problem or lost)
        self._forget(self)
        if not self.lost.done():
            self.lost.set_result(None)

    def _answered(self, call_id: int, reply: Reply | None, fault: Fault | None) -> None:
        future = self._calls.pop(call_id, None)
        if future is None:
            self._given_up.discard(call_id)
        elif not future.done():
            if reply is not None:
                future.set_result(reply)
            elif fault is not None:
                future.set_exception(fault)
        self._wake()
        if self._shutdown and not self._calls and self._transport is not None:
            self._transport.close()

    def _hear(self, event: ClientEvent) -> None:
        if isinstance(event, CallFailed):
            fault = Fault(event.status, did_not_execute=event.did_not_execute)
            if event.call_id in self._calls or event.call_id in self._given_up:
                self._answered(event.call_id, None, fault)
            else:
                self._problem = fault
        elif isinstance(event, ContextRefused):
            refused = _named(ProviderReason, event.reason)
            self._finish_setup(BindRejected(event.reason, refused, f"{event.interface} was not accepted"))
        elif isinstance(event, Ready):
            self._finish_setup(None)
        elif isinstance(event, BindRefused):
            self._problem = BindRejected(event.reason, _named(RejectReason, event.reason), "bind_nak")
        elif isinstance(event, LogonRefused):
            self._problem = LogonFailed(event.code, event.reason)
        elif isinstance(event, PeerRefused):
            self._problem = PeerViolation(event.reason, state=self.core.state)
        elif isinstance(event, ShutdownAsked):
            self._shutdown = True
            if not self._calls and self._transport is not None:
                self._transport.close()
        elif isinstance(event, Closed):
            self._reason = event.reason
            self._fail(
                self._problem
                or TransportLost(
                    event.reason, endpoint=str(self._endpoint), elapsed=self._loop.time() - self._opened
                )
            )
            if self._transport is not None:
                self._transport.close()

    def _finish_setup(self, error: OpcrossError | None) -> None:
        if self._setup is None or self._setup.done():
            return
        if error is None:
            self._setup.set_result(None)
        else:
            self._setup.set_exception(error)

    def _fail(self, error: OpcrossError) -> None:
        self._ended = self._ended or error
        self._finish_setup(error)
        calls, self._calls = self._calls, {}
        for future in calls.values():
            if not future.done():
                future.set_exception(error)


def _named(names: type[IntEnum], code: int) -> str:
    try:
        return names(code).name
    except ValueError:
        return names.__name__
