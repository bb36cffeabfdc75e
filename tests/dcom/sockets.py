"""The net of the plant over real sockets on loopback addresses, with NTLM on both sides."""

from __future__ import annotations

from dataclasses import dataclass

from opcross.levels import AuthLevel, AuthService
from opcross.net.clock import entropy, wall_time
from opcross.net.rpc_client import RpcConnector
from opcross.net.rpc_server import RpcServer
from opcross.rpc.call import ChannelSecurity, Dispatcher
from opcross.rpc.security import (
    Account,
    AccountTable,
    Credentials,
    SecurityContext,
    TargetNames,
    acceptor,
    nt_hash_of,
)

PASSWORD = "Sesame-1"
USERS = ("operator", "guest", "opcserver")
ACCOUNTS = AccountTable(Account(user, nt_hash_of(PASSWORD)) for user in USERS)


def security(
    level: AuthLevel, user: str = "operator", service: AuthService = AuthService.NTLM
) -> ChannelSecurity:
    """What a client of this user asks for."""
    return ChannelSecurity(level, service, Credentials(user, PASSWORD, "PLANT"), "RPCSS/127.0.0.2")


def accept(service: AuthService, level: AuthLevel) -> SecurityContext | None:
    """A server's context for one log-on."""
    return acceptor(
        service,
        level,
        accounts=ACCOUNTS,
        target=TargetNames(computer="PLANT-PC", domain="PLANT"),
        entropy=entropy,
        wall_time=wall_time(),
    )


@dataclass(frozen=True)
class SocketNet:
    """Opens real connections and ports."""

    def connector(self, address: str) -> RpcConnector:
        return RpcConnector(local_addr=(address, 0))

    def server(self, dispatcher: Dispatcher) -> RpcServer:
        return RpcServer(dispatcher, new_acceptor=accept)
