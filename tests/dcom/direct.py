"""A net without wires: connectors whose channels call dispatchers directly.

Every host is an address; a listener is a dispatcher at an endpoint. Calls cross as stubs, so all of
NDR and DCOM runs; only PDUs and sockets are left out.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.errors import BindRejected, Fault, TransportLost
from opcross.levels import AuthLevel
from opcross.rpc.call import Call, Caller, ChannelSecurity, Dispatcher, Endpoint, Identity, Reply, SyntaxId

if TYPE_CHECKING:
    from collections.abc import Iterator


@dataclass(frozen=True)
class Carried:
    """One call that crossed the net, and how it ended."""

    to: Endpoint
    interface: UUID
    opnum: int
    caller: Caller
    fault: int | None = None


@dataclass
class DirectNet:
    """Listeners by endpoint, and a record of all calls."""

    listeners: dict[Endpoint, Dispatcher] = field(default_factory=dict)
    calls: list[Carried] = field(default_factory=list)
    unreachable: set[str] = field(default_factory=set)
    _ports: Iterator[int] = field(default_factory=lambda: count(49152))
    _connections: Iterator[int] = field(default_factory=lambda: count(1))

    def connector(self, address: str) -> DirectConnector:
        """What the host at ``address`` dials with."""
        return DirectConnector(self, address)

    def server(self, dispatcher: Dispatcher) -> DirectServer:
        """A server around a dispatcher: this method is a server factory."""
        return DirectServer(self, dispatcher)

    def opnums(self, interface: UUID) -> list[int]:
        """The methods of an interface that were called, in order."""
        return [carried.opnum for carried in self.calls if carried.interface == interface]


@dataclass
class DirectServer:
    """A dispatcher at an endpoint, from open to close."""

    net: DirectNet
    dispatcher: Dispatcher
    endpoint: Endpoint | None = None

    async def open(self, host: str, port: int) -> Endpoint:
        self.endpoint = Endpoint(host, port or next(self.net._ports))
        self.net.listeners[self.endpoint] = self.dispatcher
        return self.endpoint

    async def close(self) -> None:
        if self.endpoint is not None:
            self.net.listeners.pop(self.endpoint, None)


@dataclass
class DirectConnector:
    """Opens channels from one address. The user is the credentials, as ``DOMAIN\\name``."""

    net: DirectNet
    address: str

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> DirectChannel:
        return DirectChannel(self.net, endpoint, security, self._caller(security))

    def _caller(self, security: ChannelSecurity) -> Caller:
        identity = None
        if security.level > AuthLevel.NONE:
            domain, _, user = str(security.credentials or "").rpartition("\\")
            identity = Identity(domain, user, anonymous=not user)
        return Caller(
            self.address, level=security.level, identity=identity, connection=next(self.net._connections)
        )


@dataclass
class DirectChannel:
    """Calls the dispatcher that listens at the endpoint at the time of the call."""

    net: DirectNet
    endpoint: Endpoint
    security: ChannelSecurity
    caller: Caller
    closed: bool = False

    @property
    def level(self) -> AuthLevel:
        return self.security.level

    async def call(
        self,
        interface: SyntaxId,
        opnum: int,
        stub: bytes,
        *,
        object: UUID | None = None,  # noqa: A002  (as in the protocol)
        timeout: float | None = None,
    ) -> Reply:
        await asyncio.sleep(0)
        dispatcher = self._dispatcher(interface)
        call = Call(interface, opnum, bytes(stub), self.caller, object=object)
        try:
            answer = await dispatcher.call(call)
        except Fault as fault:
            self.net.calls.append(Carried(self.endpoint, interface.uuid, opnum, self.caller, fault.code))
            raise Fault(fault.code, did_not_execute=fault.did_not_execute) from None
        self.net.calls.append(Carried(self.endpoint, interface.uuid, opnum, self.caller))
        return Reply(answer)

    async def bind(self, interface: SyntaxId, *, timeout: float | None = None) -> None:
        await asyncio.sleep(0)
        self._dispatcher(interface)

    def _dispatcher(self, interface: SyntaxId) -> Dispatcher:
        dispatcher = self.net.listeners.get(self.endpoint)
        if dispatcher is None or self.endpoint.host in self.net.unreachable or self.closed:
            raise TransportLost("nobody listens", endpoint=str(self.endpoint))
        if not dispatcher.accepts(interface):
            raise BindRejected(RpcStatus.UNK_IF, "abstract_syntax_not_supported", str(interface))
        return dispatcher

    async def close(self) -> None:
        self.closed = True
