"""A client that is no Windows program: it sends what its stack sends; its system raises and logs nothing."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from opcross.dcom.client import DcomClient
from opcross.dcom.importer import RESOLVER_PORT, ImporterOptions
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.errors import LocalMisuse
from opcross.net import RpcChannel, RpcConnector
from opcross.rpc.call import ChannelSecurity, Endpoint, SyntaxId
from opcross.rpc.security import initiator
from opcross_simulators.clients.sinks import SinkHabits, accounts_of, new_callback_host

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from opcross.dcom.activation.request import ActivationMethod
    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.remote_object import RemoteObject
    from opcross.dcom.version import ComVersion
    from opcross.errors import OpcrossError
    from opcross.levels import AuthLevel
    from opcross.rpc.security import Accounts, Credentials, SecurityContext
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

    ``address`` is where its connections come from, and where callbacks go; ``level`` and ``version`` replace
    the habits' own. ``accounts`` are those that a server may log on with to call back; None means the user's
    own alone, which is all that a stack can check by itself.
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
        accounts: Accounts | None = None,
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

        def new_callbacks(sinks: SinkHabits) -> CallbackHost:
            return new_callback_host(
                sinks,
                level or habits.level,
                address=address,
                accounts=accounts_of(credentials) if accounts is None else accounts,
                entropy=entropy,
                wall_time=wall_time,
                importer=self.dcom.importer,
            )

        self._new_callbacks = new_callbacks
        self._callbacks: CallbackHost | None = None
        self._opening = asyncio.Lock()

    @property
    def callbacks(self) -> CallbackHost:
        """Where callbacks come; raises :class:`~opcross.errors.LocalMisuse` before :meth:`open_callbacks`."""
        if self._callbacks is None:
            raise LocalMisuse("the program takes no callbacks yet")
        return self._callbacks

    async def open_callbacks(self) -> CallbackHost:
        """Begin to take callbacks, on a free port; whoever calls again gets the same.

        Raises :class:`~opcross.errors.LocalMisuse` where the stack cannot take any, and
        :class:`~opcross.errors.TransportLost` when no port is to be had.
        """
        sinks = self.habits.sinks
        if sinks is None:
            raise LocalMisuse(f"{self.habits.name} takes no callbacks")
        async with self._opening:
            if self._callbacks is None:
                host = self._new_callbacks(sinks)
                await host.open()
                self._callbacks = host
        return self._callbacks

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
        if self._callbacks is not None:
            await self._callbacks.close()
