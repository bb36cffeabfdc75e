"""The server processes of a running host: launched by activations, stopped, killed, launched again.

An application has one process, or, where its identity is the launching user, one for each user. A process
that is launched anew has another exporter, with another OXID, on another port: what clients hold of the
old one is lost, as after the end of any process.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.hardening.events import run_as_logon_failed
from opcross.levels import AuthService
from opcross_simulators.windows.application import ApplicationServer
from opcross_simulators.windows.identities import IdentityKind
from opcross_simulators.windows.process_account import RunAsRefusal, log_on

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from uuid import UUID

    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.dcom.dual_string_array import DualStringArray
    from opcross.dcom.exporter import ObjectExporter
    from opcross.dcom.scm import Scm
    from opcross.rpc.call import Caller
    from opcross_simulators.windows.accounts import Principal, WindowsAccount
    from opcross_simulators.windows.boot import Application
    from opcross_simulators.windows.identities import ServerIdentity
    from opcross_simulators.windows.installation import InstalledClass, Surroundings
    from opcross_simulators.windows.listening import HostListener
    from opcross_simulators.windows.machine import Machine
    from opcross_simulators.windows.process_account import ProcessAccount

__all__ = ["SERVICES", "ProcessTable"]

SERVICES: Final = (AuthService.NTLM, AuthService.NEGOTIATE)
"""The security providers that bindings name."""

_ROUND: Final = 1024
"""So many launches later the first port comes round again."""


class ProcessTable:
    """What runs between a start and a stop of the host.

    ``console`` tells who sits there; ``secret`` gives an identity its password, or None where the host
    keeps none for the application.
    """

    def __init__(
        self,
        machine: Machine,
        listener: HostListener,
        scm: Scm,
        *,
        resolver_bindings: DualStringArray,
        surroundings: Surroundings,
        console: Callable[[], WindowsAccount | None],
        secret: Callable[[UUID, ServerIdentity], ServerIdentity | None],
    ) -> None:
        self._machine = machine
        self._listener = listener
        self._scm = scm
        self._resolver_bindings = resolver_bindings
        self._surroundings = surroundings
        self._console = console
        self._secret = secret
        self._processes: dict[tuple[UUID, str], ApplicationServer] = {}
        self._ending: set[ApplicationServer] = set()
        self._launching = asyncio.Lock()
        self._launches = 0

    def __iter__(self) -> Iterator[ApplicationServer]:
        """The processes, oldest first; those that are about to end included."""
        return iter((*self._processes.values(), *self._ending))

    def running(self, app_id: UUID, who: Principal) -> bool:
        """Whether the process in which this user's objects would live was launched already."""
        return self._key(app_id, self._settings(app_id), who) in self._processes

    def launched_at(self, app_id: UUID) -> int | None:
        """When the oldest process of an application was launched; None where none runs."""
        times = [process.launched_at for process in self._of(app_id).values()]
        return min(times, default=None)

    async def exporter_for(self, installed: InstalledClass, caller: Caller) -> ObjectExporter:
        """Where the objects of this caller live; launches the process if need be.

        Raises :class:`HResultError` with CO_E_RUNAS_LOGON_FAILURE where the identity cannot log on.
        """
        settings = self._settings(installed.app_id)
        who = self._machine.principal(caller)
        key = self._key(installed.app_id, settings, who)
        async with self._launching:
            process = self._processes.get(key)
            if process is None:
                account = self._log_on(installed, settings, who)
                process = await self._launch(installed, settings, account)
                self._processes[key] = process
        return process.exporter

    async def create(self, installed: InstalledClass, context: CallContext) -> ComObject:
        """An instance, in the process to which the call came."""
        for process in self:
            if process.exporter is context.exporter:
                own = _OfProcess(self._surroundings, installed.app_id, process.launched_at)
                return await process.create(installed, context, own)
        raise HResultError(Hresult.CO_E_SERVER_EXEC_FAILURE, "the process has ended")

    async def stop(self, app_id: UUID, reason: str, *, patience: float) -> None:
        """End an application in order: clients hear of it and have ``patience`` seconds to let go."""
        await asyncio.gather(*(self._stop(process, reason, patience) for process in self._take(app_id)))

    async def kill(self, app_id: UUID) -> None:
        """End an application as a crash does: nobody hears anything, connections break."""
        for process in self._take(app_id):
            await self._end(process, orderly=False)

    async def log_off(self) -> None:
        """End what runs as the interactive user, with whom it goes."""
        for app_id in {app_id for app_id, _ in self._processes}:
            if self._settings(app_id).identity.kind is IdentityKind.INTERACTIVE_USER:
                await self.kill(app_id)

    async def close(self) -> None:
        """The power goes: every process ends as by a crash."""
        processes, self._processes = list(self._processes.values()), {}
        for process in (*processes, *self._ending):
            await self._end(process, orderly=False)

    # -- within -----------------------------------------------------------------------------------------

    def _settings(self, app_id: UUID) -> Application:
        return self._machine.boot.application(app_id)

    def _key(self, app_id: UUID, settings: Application, who: Principal) -> tuple[UUID, str]:
        own = settings.identity.kind is IdentityKind.LAUNCHING_USER
        return (app_id, who.sid if own else "")

    def _of(self, app_id: UUID) -> dict[tuple[UUID, str], ApplicationServer]:
        return {key: process for key, process in self._processes.items() if key[0] == app_id}

    def _take(self, app_id: UUID) -> list[ApplicationServer]:
        """The processes of an application; activations launch others from now on."""
        taken = self._of(app_id)
        for key in taken:
            del self._processes[key]
        return list(taken.values())

    def _log_on(self, installed: InstalledClass, settings: Application, who: Principal) -> ProcessAccount:
        known = self._secret(installed.app_id, settings.identity)
        account = log_on(
            known or settings.identity,
            accounts=self._machine.accounts,
            launching=who,
            console=self._console(),
            password_known=known is not None,
        )
        if not isinstance(account, RunAsRefusal):
            return account
        machine = self._machine
        machine.log(
            run_as_logon_failed(machine.boot.os, account.error, account.domain, account.user, installed.clsid)
        )
        reason = f"{installed.prog_id} cannot run as {account.domain}\\{account.user}: error {account.error}"
        machine.tell(reason)
        raise HResultError(Hresult.CO_E_RUNAS_LOGON_FAILURE, reason)

    async def _launch(
        self, installed: InstalledClass, settings: Application, account: ProcessAccount
    ) -> ApplicationServer:
        machine = self._machine
        process = ApplicationServer(
            settings,
            account,
            machine=machine,
            resolver_bindings=self._resolver_bindings,
            callback_level=installed.callback_level,
        )
        # A later process gets a later port, as on Windows: who dials the port of a dead one finds nobody.
        ports = machine.boot.os.dynamic_ports[self._launches % _ROUND :]
        self._launches += 1
        await process.open(self._listener, machine.address, ports, SERVICES)
        self._scm.add_exporter(process.exporter)
        return process

    async def _stop(self, process: ApplicationServer, reason: str, patience: float) -> None:
        self._ending.add(process)
        await process.shut_down(reason, patience=patience)
        await self._end(process, orderly=True)

    async def _end(self, process: ApplicationServer, *, orderly: bool) -> None:
        self._ending.discard(process)
        self._scm.remove_exporter(process.exporter)
        await process.close(orderly=orderly)


class _OfProcess:
    """The surroundings of one process: its application was launched when it was."""

    def __init__(self, host: Surroundings, app_id: UUID, launched_at: int) -> None:
        self._host = host
        self._app_id = app_id
        self._launched_at = launched_at

    @property
    def computer(self) -> str:
        return self._host.computer

    def wall_time(self) -> int:
        return self._host.wall_time()

    def launched(self, app_id: UUID) -> int:
        return self._launched_at if app_id == self._app_id else self._host.launched(app_id)

    def installed(self) -> tuple[InstalledClass, ...]:
        return self._host.installed()
