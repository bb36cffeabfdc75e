"""A program on a simulated host that uses DCOM: what leaves the host, and what its event log tells.

The program asks for levels; the host decides, logs and repeats, as Windows does for it. So the same
program fails on an old host and works on a patched one.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.importer import RESOLVER_PORT, ImporterOptions
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import Fault, HResultError, LocalMisuse, LogonFailed, Refused, TransportLost
from opcross.hardening import RESOLVER_LEVEL, Generation
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.profile import ClientProfile
from opcross_simulators.windows.accounts import AccountDatabase
from opcross_simulators.windows.callbacks import new_callback_host
from opcross_simulators.windows.machine import Machine

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from uuid import UUID

    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.remote_object import RemoteObject
    from opcross.errors import OpcrossError
    from opcross.hardening import OperatingSystem
    from opcross.rpc.security import Credentials
    from opcross_simulators.windows.calling import CallingRules, Program

__all__ = ["WindowsClient"]

_FEATURES: Final = 3
"""Bind-time features: several security contexts, and connections that survive an orphaned call."""


class WindowsClient:
    """One program, calling one server host.

    ``address`` is the host's own, from which connections come, and to which callbacks go. ``credentials``
    are those of the user who runs the program; None means nobody, as a service without an account in a
    workgroup calls. ``accounts`` are those of the host, which servers that call back log on to; None means
    that it has none, so that only nobody may call back. ``tell`` hears of callbacks that were refused.
    """

    def __init__(
        self,
        rules: CallingRules,
        program: Program,
        server: str,
        *,
        address: str,
        entropy: Callable[[int], bytes],
        wall_time: Callable[[], int],
        accounts: AccountDatabase | None = None,
        tell: Callable[[str], None] = lambda text: None,
        credentials: Credentials | None = None,
        service: AuthService = AuthService.NEGOTIATE,
        port: int = RESOLVER_PORT,
        version: ComVersion = COM_5_7,
        timeout: float | None = None,
        report: Callable[[OpcrossError], None] = lambda error: None,
    ) -> None:
        self.rules: Final = rules
        self.program: Final = program
        self.server: Final = server
        target = f"RPCSS/{server}"
        self._machine: Final = Machine(
            address=address,
            accounts=AccountDatabase("CLIENT") if accounts is None else accounts,
            boot=rules.boot,
            patch=rules.patch,
            log=rules.log,
            tell=tell,
            entropy=entropy,
            wall_time=wall_time,
        )
        self._callbacks: CallbackHost | None = None
        self._opening = asyncio.Lock()

        def secured(level: AuthLevel) -> ChannelSecurity:
            return ChannelSecurity(level, service, credentials, target)

        self._dcom: Final = DcomClient(
            RpcConnector(
                _profile(rules.boot.os), new_context=self._machine.new_context, local_addr=(address, 0)
            ),
            server,
            entropy=entropy,
            options=ImporterOptions(
                security=secured(rules.level_of_calls(program)),
                resolver_security=secured(RESOLVER_LEVEL if credentials else AuthLevel.NONE),
                resolver_port=port,
                version=version,
                timeout=timeout,
            ),
            report=report,
        )

    @property
    def dcom(self) -> DcomClient:
        """The client below, which does what it is told."""
        return self._dcom

    @property
    def callbacks(self) -> CallbackHost:
        """Where callbacks come; raises :class:`~opcross.errors.LocalMisuse` before :meth:`open_callbacks`."""
        if self._callbacks is None:
            raise LocalMisuse("the program takes no callbacks yet")
        return self._callbacks

    async def open_callbacks(self) -> CallbackHost:
        """Begin to take callbacks, on a free port of the host; whoever calls again gets the same.

        Its level, and the hint that servers get, is that of the program's calls as the application or
        LegacyAuthenticationLevel says it. Raises :class:`TransportLost` when no port is to be had.
        """
        async with self._opening:
            if self._callbacks is None:
                host = new_callback_host(self._machine, self.program, self._dcom.importer)
                await host.open()
                self._callbacks = host
        return self._callbacks

    async def activate(
        self,
        clsid: UUID,
        iids: Sequence[UUID] = (IID_IUNKNOWN,),
        *,
        method: ActivationMethod = ActivationMethod.REMOTE_CREATE_INSTANCE,
    ) -> RemoteObject:
        """CoCreateInstanceEx. Raises what :meth:`opcross.dcom.client.DcomClient.activate` raises.

        A refused activation with default security goes out a second time, without security; when that is
        refused, too, the first refusal is raised.
        """
        level = self.rules.begin_activation(self.program, clsid, self.server)
        try:
            return await self._dcom.activate(clsid, iids, level=level, method=method)
        except (Fault, HResultError, LogonFailed) as refusal:
            if not self.rules.repeats(self.program) or not _security_said_no(refusal):
                raise
            try:
                return await self._dcom.activate(clsid, iids, level=AuthLevel.NONE, method=method)
            except Refused:
                raise refusal from None
        except TransportLost:
            self.rules.unreachable(self.program, clsid, self.server)
            raise

    async def close(self, *, release: bool = True) -> None:
        """End the program; ``release=False`` plays one that dies."""
        await self._dcom.close(release=release)
        if self._callbacks is not None:
            await self._callbacks.close()


def _profile(os: OperatingSystem) -> ClientProfile:
    """Windows on the wire: since Vista it negotiates features, offers NDR64 and asks for signed headers."""
    modern = os.generation >= Generation.VISTA
    return ClientProfile(
        name=os.name,
        bind_time_features=_FEATURES if modern else None,
        offer_ndr64=modern,
        header_signing=modern,
    )


def _security_said_no(refusal: Fault | HResultError | LogonFailed) -> bool:
    return isinstance(refusal, LogonFailed) or refusal.access_denied
