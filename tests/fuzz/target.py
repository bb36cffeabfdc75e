"""A simulated host under attack, on a virtual net: what is fed to it, and what must hold afterwards.

A host is attacked by connections that send whatever a test made, many at a time. Afterwards the loop's
exception handler must have heard nothing, every connection must have been closed by the host within
a bounded virtual time, no object may be left, and a good client must be served.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Awaitable, Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from typing import Any, TypeVar
from uuid import UUID

from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.client import DcomClient
from opcross.dcom.importer import ImporterOptions
from opcross.hardening import Month
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.opc.da.interfaces_generated import IOPCServerProxy
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security import Credentials, SecurityContext, initiator
from opcross_simulators.network import Limits, Network, SimulatedLoop
from opcross_simulators.servers.opc_da import OPC_DA
from opcross_simulators.servers.opc_enum import OPC_ENUM
from opcross_simulators.windows.config import AccountConfig, HostConfig, RegistryEntry
from opcross_simulators.windows.host import WindowsHost
from opcross_simulators.windows.identities import this_user
from opcross_simulators.windows.registry import OLE_KEY

__all__ = [
    "ATTACKER",
    "CLIENT",
    "PATIENCE",
    "SERVER",
    "Attack",
    "Target",
    "credentials",
    "play",
]

SERVER, CLIENT, ATTACKER = "10.77.0.5", "10.77.0.9", "10.77.0.66"
IID_IOPCSERVER = UUID("39c13a4d-011e-11d0-9675-0020afd8adb3")
USER, PASSWORD = "OPERATOR", "plant-7"

PATIENCE = 3600.0
"""Virtual seconds within which a host must have closed whatever an attacker left open.

It gives a bind 30 seconds, an idle connection 15 minutes, and a dead client's objects 6 minutes.
"""

_OPEN_TO_ALL = "O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)(A;;CCDCLCSWRP;;;AN)"
T = TypeVar("T")


def credentials() -> Credentials:
    return Credentials(USER, PASSWORD)


@dataclass(frozen=True)
class Attack:
    """What one connection sends: octets, one write each, to a port of the host."""

    port: int
    writes: tuple[bytes, ...]
    hang_up: bool = False
    """Whether the attacker closes at the end, or leaves that to the host."""


@dataclass
class _Attacker(asyncio.Protocol):
    """Counts what comes back, and waits for the end."""

    closed: asyncio.Future[None]
    received: int = 0
    transport: asyncio.Transport | None = field(default=None, repr=False)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.received += len(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.closed.done():
            self.closed.set_result(None)


class Target:
    """The host, and the ways to it. It lets anonymous clients in, so that attacks get far."""

    def __init__(self, loop: SimulatedLoop) -> None:
        self.loop = loop
        self.heard: list[dict[str, Any]] = []
        loop.set_exception_handler(lambda _, context: self.heard.append(context))
        self._drawn = 0
        config = HostConfig(
            name="OPCSRV",
            address=SERVER,
            phase=Month(2023, 3),
            accounts=(AccountConfig(USER, PASSWORD),),
            identity=this_user(USER),
            registry=tuple(
                RegistryEntry(OLE_KEY, name, text=_OPEN_TO_ALL)
                for name in (
                    "MachineLaunchRestriction",
                    "MachineAccessRestriction",
                    "DefaultLaunchPermission",
                    "DefaultAccessPermission",
                )
            ),
        )
        self.host = WindowsHost(
            config,
            entropy=self.entropy,
            wall_time=loop.wall_time,
            classes=(_open(OPC_DA), _open(OPC_ENUM)),
        )

    def entropy(self, size: int) -> bytes:
        """The same octets in each run."""
        self._drawn += 1
        return hashlib.shake_128(self._drawn.to_bytes(8, "big")).digest(size)

    def _context(self, security: ChannelSecurity) -> SecurityContext:
        return initiator(security, entropy=self.entropy, wall_time=self.loop.wall_time())

    def connector(self, source: str = CLIENT) -> RpcConnector:
        return RpcConnector(new_context=self._context, local_addr=(source, 0), call_time=60.0)

    def client(
        self, level: AuthLevel, *, service: AuthService = AuthService.NTLM, source: str = CLIENT
    ) -> DcomClient:
        """A well-behaved client of the host."""
        who = credentials() if level > AuthLevel.NONE else None
        return DcomClient(
            self.connector(source),
            SERVER,
            entropy=self.entropy,
            options=ImporterOptions(security=ChannelSecurity(level, service, who), timeout=60.0),
        )

    async def attack(self, attacks: Iterable[Attack]) -> None:
        """Carry out all of them at once, until the host has closed the last connection."""
        await asyncio.gather(*(self._attack(each) for each in attacks))

    async def _attack(self, attack: Attack) -> None:
        closed: asyncio.Future[None] = self.loop.create_future()
        _, protocol = await self.loop.create_connection(
            lambda: _Attacker(closed), SERVER, attack.port, local_addr=(ATTACKER, 0)
        )
        assert protocol.transport is not None
        for octets in attack.writes:
            if closed.done():
                break
            protocol.transport.write(octets)
            await asyncio.sleep(0.05)  # so that answers come between
        if attack.hang_up:
            protocol.transport.close()
        async with asyncio.timeout(PATIENCE):
            await closed

    async def launch(self) -> None:
        """Start the server processes, always in this order: so each has the same port in every play."""
        client = self.client(AuthLevel.INTEGRITY)
        for installed in (OPC_DA, OPC_ENUM):
            await client.activate(installed.clsid)
        await client.close()

    async def serve_a_good_client(self) -> None:
        """The next client gets its object, its answer, and leaves nothing behind."""
        for level, method in (
            (AuthLevel.INTEGRITY, ActivationMethod.REMOTE_CREATE_INSTANCE),
            (AuthLevel.PRIVACY, ActivationMethod.REMOTE_ACTIVATION),
        ):
            client = self.client(level)
            try:
                held = await client.activate(OPC_DA.clsid, [IID_IOPCSERVER], method=method)
                answer = await IOPCServerProxy(held.interface(IID_IOPCSERVER)).get_status()
                assert answer.server_status is not None
                assert answer.server_status.vendor_info == "Opcross simulated OPC DA server"
            finally:
                await client.close()

    async def check(self) -> None:
        """What must hold after any attack."""
        assert self.heard == []
        await self.serve_a_good_client()
        with suppress(TimeoutError):
            async with asyncio.timeout(PATIENCE):
                while self.host.objects():  # noqa: ASYNC110  (virtual time: it costs nothing)
                    await asyncio.sleep(60.0)
        assert self.host.objects() == ()
        assert self.heard == []


def _open(installed: Any) -> Any:
    """A class for whose launch and use the machine's defaults count."""
    return replace(installed, launch=None, access=None, level=AuthLevel.NONE)


def play(main: Callable[[Target], Awaitable[T]], *, seed: int = 0) -> T:
    """Start a host on a fresh net, run ``main``, stop it."""
    network = Network(seed)
    network.host("SERVER", [SERVER])
    network.host("CLIENT", [CLIENT])
    network.host("ATTACKER", [ATTACKER])
    loop = SimulatedLoop(network, limits=Limits(callbacks=20_000_000))

    async def run() -> T:
        target = Target(loop)
        await target.host.start()
        try:
            await target.launch()
            return await main(target)
        finally:
            await target.host.stop()

    with asyncio.Runner(loop_factory=lambda: loop) as runner:
        return runner.run(run())
