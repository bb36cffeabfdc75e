"""Providers: from a URL, credentials and options to a service, and whatever has to be closed behind it.

The wiring of the house stands here and nowhere else: sockets under the DCOM client, an endpoint of our own
for callbacks, and simulated servers by way of the entry points of :data:`PROVIDER_GROUP`, so that nothing
here imports a simulator.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from importlib.metadata import entry_points
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol, cast

from opcross.dcom import DcomClient, ImporterOptions
from opcross.dcom.callback_host import CallbackHost
from opcross.errors import FileError, TransportLost
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector, RpcServer, entropy, local_address_towards, wall_time
from opcross.opc.caller import Caller
from opcross.opc.common.server_list import (
    CATID_DA_1,
    CATID_DA_2,
    CATID_DA_3,
    DA_CATEGORIES,
    ServerList,
)
from opcross.opc.da.client import (
    CallBudget,
    ClientOptions,
    DaClient,
    Notice,
    ReconnectPolicy,
)
from opcross.provider_url import DaUrl, HostPort, ProviderUrl, SimulatedUrl
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security import Account, AccountTable, Credentials, NtlmPolicy, TargetNames, acceptor

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.opc.da.service import DaService
    from opcross.rpc.call import Dispatcher
    from opcross.rpc.security import SecurityContext

__all__ = [
    "PROVIDER_GROUP",
    "CallbackOptions",
    "ConnectOptions",
    "DaProvider",
    "DaServer",
    "SimulatedServers",
    "connect_da",
    "list_da_servers",
]

PROVIDER_GROUP: Final = "opcross.providers"
"""The entry points that bring kinds of providers; the one called ``sim`` is a :class:`SimulatedServers`."""


_VERSIONS: Final = MappingProxyType({CATID_DA_1: "1.0", CATID_DA_2: "2.0", CATID_DA_3: "3.0"})
_STATUS_TIME: Final = 10.0
_ADVISE_TIME: Final = 10.0


class SimulatedServers(Protocol):
    """What brings the servers of ``sim:NAME``: a module, or an object, with these two functions."""

    def names(self) -> Sequence[str]:
        """The names that there are."""
        ...

    def da_service(self, name: str) -> DaService:
        """A Data Access service of its own, on the loop that runs."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class CallbackOptions:
    """Where servers call us back, and whom we let in.

    An empty ``address`` is the one from which we call. ``ports`` are tried in their order; 0 takes a free
    one. Callers have to know the password that we log on with; ``anonymous`` lets in callers without a
    name, too, and then nothing proves that a value comes from the server.
    """

    address: str = ""
    ports: Sequence[int] = (0,)
    anonymous: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectOptions:
    """How to reach a server. ``timeout`` is in seconds, for each call.

    Without ``callbacks`` none are taken, and change streams are polled. ``writing`` lets values reach the
    plant, ``lasting`` lets sessions come back once the server was lost.
    """

    credentials: Credentials | None = None
    level: AuthLevel = AuthLevel.INTEGRITY
    timeout: float = 30.0
    local_address: str = ""
    budget: CallBudget = field(default_factory=CallBudget)
    callbacks: CallbackOptions | None = None
    writing: bool = False
    lasting: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DaServer:
    """A server that a host has; ``versions`` of Data Access are those that it registered, such as ``2.0``."""

    prog_id: str
    clsid: UUID
    description: str = ""
    version_independent: str = ""
    versions: tuple[str, ...] = ()

    def url(self, at: HostPort) -> DaUrl:
        """The URL that needs no OPCEnum."""
        return DaUrl(at, self.prog_id or str(self.clsid), self.clsid)


class DaProvider:
    """A service, the caller whose options it was made with, and what :meth:`close` closes."""

    def __init__(self, service: DaService, caller: Caller, stack: AsyncExitStack) -> None:
        self.service: Final = service
        self.caller: Final = caller
        self._stack = stack

    async def close(self) -> None:
        """Hang up. Closing twice does nothing."""
        await self._stack.aclose()


async def connect_da(
    url: ProviderUrl,
    options: ConnectOptions,
    *,
    notify: Callable[[Notice], None] = lambda notice: None,
) -> DaProvider:
    """A provider of Data Access; ``notify`` hears of what happens to its sessions later.

    A host is asked for the CLSID where the URL has none; the server itself is activated when a session is
    opened. Raises :class:`~opcross.errors.FileError` for a simulated server that is not there, and the errors
    of a call to a host.
    """
    caller = Caller(user=_shown_user(options.credentials), application="opcross")
    stack = AsyncExitStack()
    if isinstance(url, SimulatedUrl):
        return DaProvider(_simulated().da_service(url.name), caller, stack)
    client = await _da_client(url, options, notify)
    stack.push_async_callback(client.close)
    return DaProvider(client, caller, stack)


def _shown_user(credentials: Credentials | None) -> str:
    if credentials is None:
        return ""
    return f"{credentials.domain}\\{credentials.user}" if credentials.domain else credentials.user


def _simulated() -> SimulatedServers:
    for found in entry_points(group=PROVIDER_GROUP, name="sim"):
        return cast("SimulatedServers", found.load())
    raise FileError("sim: no simulated servers are installed (the package opcross_simulators brings them)")


# -- over DCOM -----------------------------------------------------------------------------------------


async def _da_client(url: DaUrl, options: ConnectOptions, notify: Callable[[Notice], None]) -> DaClient:
    clsid = url.clsid or await _clsid_of(url, options)
    wanted = options.callbacks

    return DaClient(
        clsid,
        lambda: _dcom_client(url.at, options),
        entropy=entropy,
        new_callbacks=None if wanted is None else lambda: _callback_host(url.at, options, wanted),
        options=ClientOptions(
            allow_write=options.writing,
            call_time=options.timeout,
            status_time=min(options.timeout, _STATUS_TIME),
            advise_time=min(options.timeout, _ADVISE_TIME),
            reconnect=ReconnectPolicy() if options.lasting else None,
        ),
        budget=options.budget,
        notify=notify,
    )


async def list_da_servers(at: HostPort, options: ConnectOptions) -> tuple[DaServer, ...]:
    """The Data Access servers of a host, as its OPCEnum tells them. Raises what an activation raises."""
    async with _server_list(at, options) as servers:
        found = await servers.servers(DA_CATEGORIES)
    return tuple(
        DaServer(
            prog_id=one.prog_id,
            clsid=one.clsid,
            description=one.description,
            version_independent=one.version_independent,
            versions=tuple(word for category, word in _VERSIONS.items() if category in one.categories),
        )
        for one in found
    )


async def _clsid_of(url: DaUrl, options: ConnectOptions) -> UUID:
    async with _server_list(url.at, options) as servers:
        return await servers.clsid(url.prog_id)


@asynccontextmanager
async def _server_list(at: HostPort, options: ConnectOptions) -> AsyncIterator[ServerList]:
    dcom = _dcom_client(at, options)
    try:
        servers = await ServerList.open(dcom, timeout=options.timeout)
        try:
            yield servers
        finally:
            await servers.close()
    finally:
        await dcom.close()


def _connector(options: ConnectOptions) -> RpcConnector:
    local = (options.local_address, 0) if options.local_address else None
    return RpcConnector(local_addr=local, setup_time=options.timeout, call_time=options.timeout)


def _dcom_client(at: HostPort, options: ConnectOptions) -> DcomClient:
    security = ChannelSecurity(options.level, AuthService.NTLM, options.credentials, f"RPCSS/{at.host}")
    return DcomClient(
        _connector(options),
        at.host,
        entropy=entropy,
        options=ImporterOptions(security=security, resolver_port=at.port, timeout=options.timeout),
    )


async def _callback_host(at: HostPort, options: ConnectOptions, wanted: CallbackOptions) -> CallbackHost:
    """An endpoint for callbacks, listening; raises :class:`TransportLost` where none of the ports is free."""
    own = options.local_address or await local_address_towards(at.host, at.port)
    address = wanted.address or own
    doors = _Doors(options.credentials, wanted)

    def new_server(dispatcher: Dispatcher) -> RpcServer:
        return RpcServer(dispatcher, new_acceptor=doors.acceptor)

    error: TransportLost | None = None
    for port in wanted.ports:
        host = CallbackHost(
            new_server,
            [address],
            entropy=entropy,
            now=asyncio.get_running_loop().time,
            listen_on=own,
            level=options.level,
        )
        try:
            await host.open(port)
        except TransportLost as taken:
            error = taken
            continue
        return host
    raise error or TransportLost("there is no port for callbacks")


class _Doors:
    """Whom we let in when a server calls back: the one account whose password we know."""

    def __init__(self, credentials: Credentials | None, wanted: CallbackOptions) -> None:
        accounts = []
        if credentials is not None and credentials.user:
            # Workgroup hosts name their own computer as the domain, so the domain does not count.
            accounts.append(Account(credentials.user, credentials.response_key()))
        self._accounts = AccountTable(accounts)
        self._policy = NtlmPolicy(allow_anonymous=wanted.anonymous)

    def acceptor(self, service: AuthService, level: AuthLevel) -> SecurityContext | None:
        return acceptor(
            service,
            level,
            accounts=self._accounts,
            target=TargetNames(computer="OPCROSS"),
            entropy=entropy,
            wall_time=wall_time(),
            policy=self._policy,
        )
