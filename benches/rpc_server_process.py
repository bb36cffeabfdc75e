"""An RPC server in a process of its own, so that a benchmark measures its clients' CPU alone.

It answers any opnum of one interface with the stub it was given, prints its port, and ends when its
standard input closes. Asked for ``memory`` on that input, it prints its resident set in octets.
With the argument ``bare`` it gives octets back as they come, without any protocol.
"""

from __future__ import annotations

import asyncio
import gc
import sys
from pathlib import Path
from uuid import UUID

from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcServer, entropy, wall_time
from opcross.rpc.association import Limits
from opcross.rpc.call import Call, SyntaxId
from opcross.rpc.security import Account, AccountTable, TargetNames, acceptor, nt_hash_of
from opcross.rpc.security.context import SecurityContext

ECHO = SyntaxId(UUID("60a15ec5-4de8-11d7-a637-005056a20182"), 1)
USER, PASSWORD, DOMAIN = "bench", "bench", "LAB"


class Echo:
    """Gives back what it gets."""

    def accepts(self, interface: SyntaxId) -> bool:
        return interface == ECHO

    async def call(self, call: Call) -> bytes:
        return call.stub


def resident() -> int:
    """The resident set of this process, in octets (Linux)."""
    gc.collect()
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * 4096


class Bare(asyncio.Protocol):
    """The physical limit: octets in, the same octets out."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.write = transport.write

    def data_received(self, data: bytes) -> None:
        self.write(data)


async def bare() -> None:
    loop = asyncio.get_running_loop()
    server = await loop.create_server(Bare, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await loop.run_in_executor(None, sys.stdin.read)
    server.close()


async def main() -> None:
    accounts = AccountTable([Account(USER, nt_hash_of(PASSWORD), domain=DOMAIN)])
    target = TargetNames(computer="BENCH", domain=DOMAIN)

    def new_acceptor(service: AuthService, level: AuthLevel) -> SecurityContext | None:
        return acceptor(
            service, level, accounts=accounts, target=target, entropy=entropy, wall_time=wall_time()
        )

    limits = Limits(connections=2000, connections_per_address=2000, half_open=2000)
    server = RpcServer(Echo(), new_acceptor=new_acceptor, limits=limits)
    endpoint = await server.open("127.0.0.1", 0)
    print(endpoint.port, flush=True)
    loop = asyncio.get_running_loop()
    while line := await loop.run_in_executor(None, sys.stdin.readline):
        if line.strip() == "memory":
            print(resident(), server.connections, flush=True)
    await server.close(grace=0)


if __name__ == "__main__":
    asyncio.run(bare() if sys.argv[1:] == ["bare"] else main())
