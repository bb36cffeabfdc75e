"""A Data Access service as a COM class: each activation opens a session and makes a server object of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from opcross.errors import OpcrossError
from opcross.opc.caller import Caller
from opcross.opc.common.background import Background
from opcross.opc.common.faces import hresult_error
from opcross.opc.da.exporter.options import ExporterOptions
from opcross.opc.da.exporter.server import ServerObject
from opcross.opc.da.exporter.session import ClientSession

if TYPE_CHECKING:
    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.opc.da.service import DaService
    from opcross.rpc.call import Caller as RpcCaller

__all__ = ["DaExporter", "service_caller"]

_CLOSING: Final = 10.0
"""Seconds that closing waits for callbacks to end and sinks to be released."""


def _forget(error: Exception) -> None:
    """Nobody wants to hear of what went wrong."""


def service_caller(caller: RpcCaller) -> Caller:
    """The caller of an ORPC call as services know him; who logged on as nobody, or not at all, is nobody."""
    identity = caller.identity
    user = "" if identity is None or identity.anonymous else str(identity)
    return Caller(user=user, address=caller.address)


class DaExporter:
    """Makes server objects; :meth:`create` is what a :class:`~opcross.dcom.com_class.ComClass` wants.

    ``report`` hears of what no client is told: errors of the service that became E_FAIL, sinks that failed.
    """

    def __init__(
        self,
        service: DaService,
        options: ExporterOptions | None = None,
        report: Callable[[Exception], None] = _forget,
    ) -> None:
        self.options: Final = options or ExporterOptions()
        self._service = service
        self._report = report
        self._background = Background(report)
        self._clients: dict[ClientSession, ServerObject] = {}

    def __len__(self) -> int:
        """How many clients have a session."""
        return len(self._clients)

    async def create(self, context: CallContext) -> ComObject:
        """A server object for the caller, with a session of his own.

        Raises :class:`~opcross.errors.HResultError`, whatever kept the service from opening it.
        """
        try:
            session = await self._service.open(service_caller(context.caller))
        except OpcrossError as error:
            raise hresult_error(error) from error
        client = ClientSession(
            session,
            context.exporter,
            options=self.options,
            background=self._background,
            report=self._report,
            ended=self._ended,
        )
        server = self._clients[client] = ServerObject(client)
        return server

    def _ended(self, client: ClientSession) -> None:
        self._clients.pop(client, None)

    async def shut_down(self, reason: str) -> None:
        """Ask every client to leave (IOPCShutdown::ShutdownRequest); sessions go on until he does.

        All are tried; then the :class:`~opcross.errors.OpcrossError` of the first who could not be told is
        raised, and the others are reported.
        """
        told = await asyncio.gather(*(server.shut_down(reason) for server in self._clients.values()))
        unheard = [error for errors in told for error in errors]
        for error in unheard[1:]:
            self._report(error)
        if unheard:
            raise unheard[0]

    def close(self) -> None:
        """End every session; tasks wind up in their own time."""
        for client in tuple(self._clients):
            client.end()

    async def aclose(self) -> None:
        """End every session and wait until all is over; what takes too long is cancelled."""
        self.close()
        await self._background.settle(_CLOSING)
