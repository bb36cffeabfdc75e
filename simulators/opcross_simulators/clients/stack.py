"""A client that is no Windows program: it sends what its stack sends; its system raises and logs nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from opcross.dcom.client import DcomClient
from opcross.dcom.importer import RESOLVER_PORT, ImporterOptions
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.net import RpcChannel, RpcConnector
from opcross.rpc.call import ChannelSecurity, Endpoint, SyntaxId
from opcross.rpc.security import initiator

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from opcross.dcom.activation.request import ActivationMethod
    from opcross.dcom.remote_object import RemoteObject
    from opcross.dcom.version import ComVersion
    from opcross.errors import OpcrossError
    from opcross.levels import AuthLevel
    from opcross.rpc.security import Credentials, SecurityContext
    from opcross_simulators.clients.habits import Habits

__all__ = ["StackClient"]


class _ResolverFirst:
    """A connector whose channels to the activator begin with IOXIDResolver."""

    def __init__(self, inner: RpcConnector, port: int) -> None:
        self._inner = inner
        self._port = port

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> RpcChannel:
        channel = await self._inner.open(endpoint, security)
        if endpoint.port == self._port:
            try:
                await channel.bind(SyntaxId(IID_IOXIDRESOLVER))
            except BaseException:
                await channel.close()
                raise
        return channel


class StackClient:
    """One program on a foreign stack, calling one server.

    ``address`` is where its connections come from; ``level`` and ``version`` replace the habits' own.
    """

    def __init__(
        self,
        habits: Habits,
        server: str,
        *,
        address: str,
        entropy: Callable[[int], bytes],
        wall_time: Callable[[], int],
        credentials: Credentials | None = None,
        level: AuthLevel | None = None,
        version: ComVersion | None = None,
        port: int = RESOLVER_PORT,
        timeout: float | None = None,
        report: Callable[[OpcrossError], None] = lambda error: None,
    ) -> None:
        self.habits: Final = habits
        who = None if credentials is None else replace(credentials, ntlm=habits.ntlm)

        def new_context(security: ChannelSecurity) -> SecurityContext:
            return initiator(security, entropy=entropy, wall_time=wall_time())

        connector = RpcConnector(habits.profile, new_context=new_context, local_addr=(address, 0))
        self.dcom: Final = DcomClient(
            _ResolverFirst(connector, port) if habits.resolver_first else connector,
            server,
            entropy=entropy,
            options=ImporterOptions(
                security=ChannelSecurity(level or habits.level, habits.service, who),
                resolver_port=port,
                version=version or habits.version,
                timeout=timeout,
            ),
            report=report,
        )

    async def activate(
        self,
        clsid: UUID,
        iids: Sequence[UUID],
        *,
        level: AuthLevel | None = None,
        method: ActivationMethod | None = None,
    ) -> RemoteObject:
        """Activate a class; raises what :meth:`opcross.dcom.client.DcomClient.activate` raises."""
        wanted = self.habits.iids if self.habits.iids is not None else iids
        return await self.dcom.activate(clsid, wanted, level=level, method=method or self.habits.method)

    async def close(self, *, release: bool = True) -> None:
        """End the program; ``release=False`` plays one that dies."""
        await self.dcom.close(release=release)
