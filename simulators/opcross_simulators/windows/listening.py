"""The listeners of a host: who may log on, and what is told of those who may not."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.errors import TransportLost
from opcross.net import ConnectionClosed, RpcServer
from opcross.rpc.association import Authenticated, LogonRefused, PeerRefused
from opcross.rpc.call import Caller
from opcross.rpc.management import MANAGEMENT, Management, Statistics
from opcross.rpc.router import Router
from opcross.rpc.security import NtlmPolicy, NtlmVersion, TargetNames, acceptor

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opcross.levels import AuthLevel, AuthService
    from opcross.net import ServerNotice
    from opcross.rpc.association import Peer
    from opcross.rpc.call import Dispatcher, Endpoint, SyntaxId
    from opcross.rpc.security import SecurityContext
    from opcross_simulators.windows.accounts import AccountDatabase

__all__ = ["HostListener", "OpenPort"]

_ADVICE: Final = {
    errno.EACCES: (
        "ports below 1024 belong to root: take another port and tell clients of it"
        " (--port 1135), or run as root, in a namespace of your own (unshare -Urn, then ip link set lo up),"
        " or allow it (sysctl net.ipv4.ip_unprivileged_port_start=135)"
    ),
    errno.EADDRINUSE: (
        "another program listens there: take another address (--address 127.0.7.1) or another port"
        " (--port 1135); on Windows the system itself has port 135 on every address"
    ),
    errno.EADDRNOTAVAIL: "this computer has no such address: take one that it has, such as 127.0.0.1",
}


# Windows has numbers of its own: WSAEACCES, WSAEADDRINUSE, WSAEADDRNOTAVAIL.
_WINSOCK: Final = {10013: errno.EACCES, 10048: errno.EADDRINUSE, 10049: errno.EADDRNOTAVAIL}


def _explained(error: TransportLost) -> TransportLost:
    """The same error, with what to do about it."""
    cause = error.__cause__
    number = cause.errno if isinstance(cause, OSError) else 0
    if number is None:
        # Since Python 3.13 asyncio says "could not bind on any address" without a number.
        number = errno.EADDRNOTAVAIL
    advice = _ADVICE.get(_WINSOCK.get(number, number))
    return TransportLost(f"{error.reason}; {advice}" if advice else error.reason, endpoint=error.endpoint)


@dataclass(frozen=True, slots=True)
class OpenPort:
    """A port on which the host listens."""

    server: RpcServer

    @property
    def endpoint(self) -> Endpoint:
        """Where it is."""
        return self.server.endpoint

    async def close(self) -> None:
        """Accept no more connections, and close those that there are."""
        await self.server.close(grace=0.0)


class HostListener:
    """Opens ports on which the accounts of a host may log on.

    ``holds_objects`` says whether a caller holds objects, so that his idle connections are spared.
    """

    def __init__(
        self,
        accounts: AccountDatabase,
        *,
        entropy: Callable[[int], bytes],
        wall_time: Callable[[], int],
        lenient: bool,
        ntlm_v2_only: bool,
        holds_objects: Callable[[Caller], bool],
        tell: Callable[[str], None],
    ) -> None:
        self._accounts = accounts
        self._names = TargetNames(computer=accounts.computer.upper(), domain=accounts.domain.upper())
        self._policy = NtlmPolicy(minimum=NtlmVersion.V2 if ntlm_v2_only else NtlmVersion.V1)
        self._entropy = entropy
        self._wall_time = wall_time
        self._lenient = lenient
        self._holds_objects = holds_objects
        self._tell = tell

    async def listen(
        self,
        dispatcher: Dispatcher,
        host: str,
        port: int = 0,
        *,
        interfaces: Sequence[SyntaxId] = (),
        advertised: int | None = None,
    ) -> OpenPort:
        """Serve ``dispatcher`` (and the management interface) at ``host``; port 0 takes any that is free.

        ``interfaces`` are those of plain RPC, of which the management interface tells;
        ``advertised`` is the port that clients are told. Raises :class:`~opcross.errors.TransportLost`, which
        says what to do.
        """
        callers: dict[int, Caller] = {}
        offered = (*interfaces, MANAGEMENT)

        def holds(connection: int) -> bool:
            caller = callers.get(connection)
            return caller is not None and self._holds_objects(caller)

        def on_event(peer: Peer, event: ServerNotice) -> None:
            if isinstance(event, Authenticated):
                callers[peer.connection] = _caller(peer, event)
            elif isinstance(event, ConnectionClosed):
                callers.pop(peer.connection, None)
            elif isinstance(event, LogonRefused):
                self._tell(f"refused a log-on from {peer.address}: {event.reason}")
            elif isinstance(event, PeerRefused) and event.answer != "context":
                self._tell(f"refused {peer.address} with a {event.answer}: {event.reason}")

        statistics = Statistics()
        server = RpcServer(
            Router(dispatcher, Management(lambda: offered, statistics=statistics)),
            statistics=statistics,
            new_acceptor=self._acceptor,
            allow_missing_verifier=self._lenient,
            advertised_port=advertised,
            holds_objects=holds,
            on_event=on_event,
        )
        try:
            await server.open(host, port)
        except TransportLost as error:
            raise _explained(error) from error
        return OpenPort(server)

    def _acceptor(self, service: AuthService, level: AuthLevel) -> SecurityContext | None:
        return acceptor(
            service,
            level,
            accounts=self._accounts,
            target=self._names,
            entropy=self._entropy,
            wall_time=self._wall_time(),
            policy=self._policy,
        )


def _caller(peer: Peer, event: Authenticated) -> Caller:
    return Caller(
        address=peer.address,
        port=peer.port,
        local_address=peer.local_address,
        level=event.level,
        service=event.service,
        identity=event.identity,
        connection=peer.connection,
    )
