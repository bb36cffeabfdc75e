"""A server for other people's RPC test suites: endpoint mapper, management, and one method to call.

Samba's ``raw_protocol`` needs an interface that takes a long request and answers with status 0. It asks for
the one under the NETLOGON UUID, opnum 4 (NetrServerReqChallenge); this server answers that method with
eight octets and success, and does nothing else in its name. It belongs to the test bench and proves
nobody's identity.
"""

from __future__ import annotations

from typing import Final
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.errors import Fault
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcServer, entropy, wall_time
from opcross.rpc import (
    ENDPOINT_MAPPER,
    MANAGEMENT,
    Call,
    EndpointEntry,
    EndpointMap,
    EndpointMapper,
    Limits,
    Management,
    Router,
    Statistics,
    SyntaxId,
)
from opcross.rpc.security import (
    Account,
    AccountTable,
    SecurityContext,
    TargetNames,
    acceptor,
    nt_hash_of,
)

__all__ = ["CHALLENGE_INTERFACE", "ChallengeInterface", "conformance_server"]

CHALLENGE_INTERFACE: Final = SyntaxId(UUID("12345678-1234-abcd-ef00-01234567cffb"), 1, 0)

_REQUEST_CHALLENGE: Final = 4


class ChallengeInterface:
    """The one method; see the module."""

    def accepts(self, interface: SyntaxId) -> bool:
        """Only the interface that the suites ask for."""
        return interface == CHALLENGE_INTERFACE

    async def call(self, call: Call) -> bytes:
        """Answer opnum 4 with a fixed credential and success."""
        if call.opnum != _REQUEST_CHALLENGE:
            raise Fault(RpcStatus.OP_RNG_ERROR, did_not_execute=True)
        return b"\x01\x02\x03\x04\x05\x06\x07\x08" + bytes(4)


def conformance_server(
    *, user: str, password: str, domain: str, computer: str, port: int, limits: Limits | None = None
) -> RpcServer:
    """A server with one account; open it on the address and port that the suite wants."""
    accounts = AccountTable([Account(user=user, nt_hash=nt_hash_of(password), domain=domain)])
    target = TargetNames(computer=computer, domain=domain)

    def new_acceptor(service: AuthService, level: AuthLevel) -> SecurityContext | None:
        return acceptor(
            service, level, accounts=accounts, target=target, entropy=entropy, wall_time=wall_time()
        )

    interfaces = (ENDPOINT_MAPPER, MANAGEMENT, CHALLENGE_INTERFACE)
    endpoints = EndpointMap([EndpointEntry(interface=interface, port=port) for interface in interfaces])
    statistics = Statistics()
    management = Management(lambda: interfaces, statistics=statistics)
    router = Router(EndpointMapper(endpoints), management, ChallengeInterface())
    return RpcServer(router, new_acceptor=new_acceptor, limits=limits, statistics=statistics)
