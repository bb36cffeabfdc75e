"""``DaClient``: an OPC DA server, real or simulated, reached over DCOM, as a :class:`DaService`.

It opens no socket itself: whoever makes it says how a :class:`~opcross.dcom.client.DcomClient` and a
:class:`~opcross.dcom.callback_host.CallbackHost` are made. Servers of DA 2.05a, of 3.0 and of both serve;
what a server has is asked once, and each method goes the best way that is there.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, Final

from opcross.errors import OpcrossError
from opcross.opc.common.background import Background
from opcross.opc.da.client.budget import Budget, CallBudget
from opcross.opc.da.client.notices import Notice, NoticeKind, silent
from opcross.opc.da.client.options import DEFAULTS, ClientOptions
from opcross.opc.da.client.session import ClientSession
from opcross.opc.da.client.sink import CallbackCounts
from opcross.opc.da.client.subscription import Services

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.dcom.callback_host import CallbackHost
    from opcross.dcom.client import DcomClient
    from opcross.opc.caller import Caller

__all__ = ["DaClient"]

_SETTLING: Final = 5.0
_BUDGET: Final = CallBudget()


class DaClient:
    """A :class:`~opcross.opc.da.service.DaService` for the class ``clsid`` of one host.

    ``new_dcom`` makes the client of one connection: each session has its own, and a new one after a loss.
    ``new_callbacks`` gives an open host for sinks, which all sessions share; None, or an error, and changes
    are polled. ``notify`` hears of what nobody asked for. Close it when its sessions are no longer needed.
    """

    def __init__(
        self,
        clsid: UUID,
        new_dcom: Callable[[], DcomClient],
        *,
        entropy: Callable[[int], bytes],
        new_callbacks: Callable[[], Awaitable[CallbackHost]] | None = None,
        options: ClientOptions = DEFAULTS,
        budget: CallBudget = _BUDGET,
        notify: Callable[[Notice], None] = silent,
    ) -> None:
        self.clsid: Final = clsid
        self.counts: Final = CallbackCounts()
        """What servers sent that nobody had asked for."""
        self._new_dcom = new_dcom
        self._new_callbacks = new_callbacks
        self._entropy = entropy
        self._host: CallbackHost | None = None
        self._host_turn: Final = asyncio.Lock()
        self._sessions: set[ClientSession] = set()
        self._background: Final = Background(self._report)
        self._services: Final = Services(
            options, Budget(budget), notify, self.counts, self._background, self._callbacks
        )

    async def open(self, caller: Caller, *, locale: int = 0) -> ClientSession:
        """See :meth:`opcross.opc.da.service.DaService.open`.

        The server knows the client by the credentials of ``new_dcom``; of ``caller`` it is told the name of
        his program. Raises what :meth:`opcross.dcom.client.DcomClient.activate` raises.
        """
        session = ClientSession(
            self.clsid,
            self._new_dcom,
            self._services,
            caller,
            entropy=self._entropy,
            closed=self._sessions.discard,
        )
        await session.start(locale)
        self._sessions.add(session)
        return session

    async def close(self) -> None:
        """Close every session, and the host for callbacks."""
        for session in tuple(self._sessions):
            await session.close()
        await self._background.settle(_SETTLING)
        host, self._host = self._host, None
        if host is not None:
            await host.close()

    async def _callbacks(self) -> CallbackHost | None:
        """The host for sinks, made when the first is needed."""
        if self._new_callbacks is None:
            return None
        async with self._host_turn:
            if self._host is None:
                self._host = await self._new_callbacks()
            return self._host

    def _report(self, error: Exception) -> None:
        """A task of ours failed: nothing that a server sends should bring this about."""
        if isinstance(error, OpcrossError):
            self._services.notify(Notice(NoticeKind.CHANGED, f"a background task failed: {error}"))
        else:
            asyncio.get_running_loop().call_exception_handler(
                {"message": "a task of the OPC client failed", "exception": error}
            )
