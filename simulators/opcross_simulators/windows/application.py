"""A server process on a host: one object exporter, one port, one account, one way to call out."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final
from weakref import WeakKeyDictionary

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.errors import LocalMisuse, OpcrossError, TransportLost
from opcross_simulators.windows.installation import ShutsDown
from opcross_simulators.windows.outgoing import new_importer
from opcross_simulators.windows.permissions import REMOTE_ACCESS
from opcross_simulators.windows.telling import TellingDispatcher

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.levels import AuthLevel, AuthService
    from opcross.rpc.call import Call, Caller
    from opcross_simulators.windows.boot import Application
    from opcross_simulators.windows.installation import InstalledClass, ServerProcess, Surroundings
    from opcross_simulators.windows.listening import HostListener, OpenPort
    from opcross_simulators.windows.machine import Machine
    from opcross_simulators.windows.process_account import ProcessAccount

__all__ = ["ApplicationServer"]

_ATTEMPTS: Final = 16
_GOODBYE: Final = 5.0
"""Seconds in which a process that ends gives back what it holds of its clients."""
_LOOK: Final = 0.05


class ApplicationServer:
    """Judges calls on objects: the level of the application, the machine-wide limit, its own permission.

    That rule is older than the hardening ([MS-DCOM] 3.1.1.5.4): a server whose level was raised refuses
    calls below it, whatever the phase.

    The process runs as ``account``, and calls out in its name; ``callback_level`` is a level that it sets
    on its proxies itself.
    """

    def __init__(
        self,
        settings: Application,
        account: ProcessAccount,
        *,
        machine: Machine,
        resolver_bindings: DualStringArray,
        callback_level: AuthLevel | None = None,
    ) -> None:
        limit = machine.boot.access_limit

        def may_call(caller: Caller) -> bool:
            token = machine.principal(caller).sids
            return limit.grants(token, REMOTE_ACCESS) and settings.access.grants(token, REMOTE_ACCESS)

        def report(error: Exception, call: Call) -> None:
            machine.refused(call.caller, f"a method of {call.interface.uuid} failed: {error!r}")

        self.account: Final = account
        self.launched_at: Final = machine.wall_time()
        self.exporter: Final = ObjectExporter(
            entropy=machine.entropy,
            now=asyncio.get_running_loop().time,
            level=settings.level,
            resolver_bindings=resolver_bindings,
            access=may_call,
            report=report,
            importer=new_importer(machine, account, settings.level, callback_level),
        )
        self._machine = machine
        self._closed = False
        self._port: OpenPort | None = None
        self._servers: dict[UUID, ServerProcess] = {}
        self._instances: WeakKeyDictionary[ComObject, InstalledClass] = WeakKeyDictionary()

    # -- life -------------------------------------------------------------------------------------------

    async def open(
        self, listener: HostListener, address: str, ports: range, services: Sequence[AuthService]
    ) -> None:
        """Listen on the first of these ports that is free, else on any, and tell clients of it."""
        self._port = await self._listen(listener, address, ports)
        self.exporter.bindings = DualStringArray.of([address], services, port=self._port.endpoint.port)

    async def _listen(self, listener: HostListener, address: str, ports: range) -> OpenPort:
        dispatcher = TellingDispatcher(self.exporter, self._machine.refused)
        for port in ports[:_ATTEMPTS]:
            try:
                return await listener.listen(dispatcher, address, port)
            except TransportLost:
                continue
        return await listener.listen(dispatcher, address)

    async def create(
        self, installed: InstalledClass, context: CallContext, surroundings: Surroundings
    ) -> ComObject:
        """An instance of a class of this application."""
        server = self._servers.get(installed.clsid)
        if server is None:
            server = self._servers[installed.clsid] = installed.launch_process(surroundings)
        target = await server.create(context)
        self._instances[target] = installed
        return target

    def installed_class(self, target: object) -> InstalledClass | None:
        """The class that an object was made of by an activation."""
        return self._instances.get(target)  # type: ignore[call-overload, no-any-return]  # any object

    async def shut_down(self, reason: str, *, patience: float) -> None:
        """Ask the servers in the process to end; wait ``patience`` seconds at most for clients to let go."""
        loop = asyncio.get_running_loop()
        deadline = loop.time() + patience
        for server in self._servers.values():
            if isinstance(server, ShutsDown):
                try:
                    async with asyncio.timeout_at(deadline):
                        await server.shutdown(reason)
                except LocalMisuse:
                    raise
                except (OpcrossError, TimeoutError) as error:
                    self._machine.tell(f"a client did not hear that the server shuts down: {error!r}")
        while len(self.exporter.table) and loop.time() < deadline:  # noqa: ASYNC110  (a table has no event)
            await asyncio.sleep(_LOOK)

    async def close(self, *, orderly: bool) -> None:
        """The process ends: its objects hear that nobody holds them, tasks stop, connections break.

        A process that ends in order gives back what it holds of its clients; one that crashed does not.
        Closing twice does nothing.
        """
        if self._closed:
            return
        self._closed = True
        if not orderly:
            # Nothing that follows may still be heard, be it an answer or a callback.
            await self._close_port()
            await self._hang_up(release=False)
        targets: dict[int, ComObject] = {id(entry.target): entry.target for entry in self.exporter.table}  # type: ignore[misc]  # only ComObjects are exported
        for target in targets.values():
            self.exporter.table.disconnect(target)
            target.released()
        for server in self._servers.values():
            await server.close()
        if orderly:
            await self._hang_up(release=True)
            await self._close_port()

    async def _close_port(self) -> None:
        port, self._port = self._port, None
        if port is not None:
            await port.close()

    async def _hang_up(self, *, release: bool) -> None:
        importer = self.exporter.importer
        if importer is not None:
            try:
                async with asyncio.timeout(_GOODBYE):
                    await importer.close(release=release)
            except TimeoutError:
                await importer.close(release=False)
