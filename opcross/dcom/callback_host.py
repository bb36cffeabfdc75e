"""A client's own exporter, for the objects that servers call back ([MS-DCOM] 3.2.4.3).

One port of its own carries both the resolver, which servers ask and ping, and the objects. References
name that port, so nothing has to listen on 135. Objects whose clients, here the servers, stop to ping
are collected like any other.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from opcross.dcom.com_class import ComObject
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.gate import Gate
from opcross.dcom.importer import ObjectImporter
from opcross.dcom.listener import Server, ServerFactory
from opcross.dcom.resolver import OxidResolver
from opcross.dcom.resolver_books import ResolverBooks
from opcross.dcom.scm import SWEEP_PERIOD, sweep
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import LocalMisuse
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Call, Caller
from opcross.rpc.router import Router

__all__ = ["CallbackHost"]


class CallbackHost:
    """Exports objects of a client process.

    ``addresses`` are what references name, the first being listened on unless ``listen_on`` says
    otherwise. ``level`` is the lowest at which callbacks are taken, and the hint that servers get.
    ``importer`` lets callbacks call the server in their course. ``gate`` judges resolutions and pings.
    """

    def __init__(
        self,
        new_server: ServerFactory,
        addresses: Sequence[str],
        *,
        entropy: Callable[[int], bytes],
        now: Callable[[], float],
        listen_on: str | None = None,
        level: AuthLevel = AuthLevel.NONE,
        services: Sequence[AuthService] = (AuthService.NTLM,),
        version: ComVersion = COM_5_7,
        access: Callable[[Caller], bool] | None = None,
        report: Callable[[Exception, Call], None] | None = None,
        importer: ObjectImporter | None = None,
        gate: Gate | None = None,
    ) -> None:
        if not addresses:
            raise LocalMisuse("callbacks need an address to come to")
        self.exporter: Final = ObjectExporter(
            entropy=entropy,
            now=now,
            level=level,
            version=version,
            access=access,
            report=report,
            importer=importer,
        )
        self.books: Final = ResolverBooks(entropy=entropy, now=now)
        self.books.register(self.exporter)
        self._resolver = OxidResolver(self.books, gate=gate, version=version)
        self._server: Server = new_server(Router(self._resolver, self.exporter))
        self._addresses = tuple(addresses)
        self._listen_on = addresses[0] if listen_on is None else listen_on
        self._services = tuple(services)
        self._sweeper: asyncio.Task[None] | None = None

    async def open(self, port: int = 0, *, sweep_period: float = SWEEP_PERIOD) -> None:
        """Listen, on a free port unless told which; raises :class:`~opcross.errors.TransportLost`."""
        endpoint = await self._server.open(self._listen_on, port)
        bindings = DualStringArray.of(self._addresses, self._services, port=endpoint.port)
        self.exporter.bindings = bindings
        self.exporter.resolver_bindings = bindings
        self._resolver.bindings = DualStringArray.of(self._addresses, self._services)
        self._sweeper = asyncio.get_running_loop().create_task(sweep(self.books, sweep_period))

    def marshal(self, target: ComObject, iid: UUID, *, pinged: bool = True) -> bytes:
        """A reference to hand to a server; ``pinged=False`` sets SORF_NOPING, and it is never collected.

        Raises :class:`LocalMisuse` before :meth:`open`, and E_NOINTERFACE as
        :class:`~opcross.errors.HResultError`.
        """
        if self._sweeper is None:
            raise LocalMisuse("open the callback host first: references name its port")
        return self.exporter.marshal(target, iid, None, pinged=pinged)

    def disconnect(self, target: ComObject) -> None:
        """Take an object back, whoever holds it."""
        self.exporter.disconnect(target)

    async def close(self) -> None:
        """Stop listening; servers that still call back find nobody."""
        sweeper, self._sweeper = self._sweeper, None
        if sweeper is not None:
            sweeper.cancel()
            await asyncio.gather(sweeper, return_exceptions=True)
        await self._server.close()
