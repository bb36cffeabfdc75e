"""A simulated Windows host: registry, accounts, permissions, event log, and the DCOM that follows from them.

A host is set up from a :class:`~opcross_simulators.windows.config.HostConfig`; :meth:`WindowsHost.start`
is the start of the system, which reads the registry. It serves the endpoint mapper, the resolver and the
activator on its port, and every application, once it was activated, on a port of its own. Whatever it
refuses it tells in its event log, as Windows would, and to ``tell`` in plain words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.dcom.activation.activator import Activator
from opcross.dcom.activation.face import IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR
from opcross.dcom.com_class import ComClass
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.dcom.scm import Scm
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import FileError, LocalMisuse
from opcross.hardening import PatchState
from opcross.rpc.call import Dispatcher, SyntaxId
from opcross.rpc.endpoint_mapper import ENDPOINT_MAPPER, EndpointEntry, EndpointMap, EndpointMapper
from opcross.rpc.management import MANAGEMENT
from opcross.rpc.router import Router
from opcross_simulators.windows.accounts import AccountDatabase, Principal
from opcross_simulators.windows.boot import Boot
from opcross_simulators.windows.calling import CallingRules, Program
from opcross_simulators.windows.client import WindowsClient
from opcross_simulators.windows.event_log import SystemLog
from opcross_simulators.windows.gate import HostGate
from opcross_simulators.windows.identities import write_identity
from opcross_simulators.windows.installation import InstalledClass, install
from opcross_simulators.windows.listening import HostListener, OpenPort
from opcross_simulators.windows.machine import Machine
from opcross_simulators.windows.permissions import has_dcom_users
from opcross_simulators.windows.processes import SERVICES, ProcessTable

if TYPE_CHECKING:
    from opcross.dcom.activation.activator import ExporterSource
    from opcross.dcom.activation.request import ActivationRequest
    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.dcom.exporter import ObjectExporter
    from opcross.hardening import Month
    from opcross.rpc.call import Caller
    from opcross.rpc.security import Credentials
    from opcross_simulators.windows.accounts import WindowsAccount
    from opcross_simulators.windows.application import ApplicationServer
    from opcross_simulators.windows.config import HostConfig
    from opcross_simulators.windows.identities import ServerIdentity
    from opcross_simulators.windows.registry import Registry

__all__ = ["ObjectRow", "WindowsHost"]

SCM_PORT: Final = 135
_RPCSS_PID: Final = 908
_SCM_INTERFACES: Final = (
    ENDPOINT_MAPPER,
    SyntaxId(IID_IOXIDRESOLVER),
    SyntaxId(IID_IREMOTEACTIVATION),
    SyntaxId(IID_IREMOTESCMACTIVATOR),
)
_PATIENCE: Final = 2.0
"""Seconds in which clients may let go of an application that shuts down."""
_NO_SERVICES: Final[Mapping[SyntaxId, Dispatcher]] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class ObjectRow:
    """An object as one client holds it.

    ``owner`` is his user name, or his address where nobody logged on. ``clsid`` is None, and ``prog_id``
    empty, for what no activation made: class objects and enumerators.
    """

    clsid: UUID | None
    prog_id: str
    owner: str
    references: int
    oid: int


def _silent(text: str) -> None:
    """Nobody listens."""


class WindowsHost:
    """One host. ``entropy`` gives octets, ``wall_time`` ticks of 100 ns since 1601; timers follow the loop.

    ``services`` are plain RPC interfaces to serve on its port beside the host's own. Accounts, registry and
    event log outlive a restart; what is changed in the registry counts after one.
    """

    def __init__(
        self,
        config: HostConfig,
        *,
        entropy: Callable[[int], bytes],
        wall_time: Callable[[], int],
        classes: tuple[InstalledClass, ...] = (),
        services: Mapping[SyntaxId, Dispatcher] = _NO_SERVICES,
        tell: Callable[[str], None] = _silent,
    ) -> None:
        self.config: Final = config
        self.registry: Final[Registry] = config.make_registry()
        self.accounts: Final = AccountDatabase(config.name, config.domain, seed=config.seed)
        remote_group = "Distributed COM Users" if has_dcom_users(config.os) else "Administrators"
        for account in config.accounts:
            self.accounts.add(
                account.user,
                account.password,
                domain=account.domain,
                groups=(remote_group,) if account.groups is None else account.groups,
                enabled=account.enabled,
            )
        self.log: Final = SystemLog(config.name, wall_time=wall_time, process_id=_RPCSS_PID)
        self.services: Final = services
        self._classes = _administered(classes, config)
        self._secrets: dict[UUID, ServerIdentity] = {}
        for installed in self._classes:
            install(installed, self.registry)
            self._secrets.setdefault(installed.app_id, installed.identity)
        self._month = config.phase
        self._entropy = entropy
        self._wall_time = wall_time
        self._tell = tell
        self._running: _Running | None = None
        self._console = config.logged_on
        # A host that is set up, but was never started, has read its registry once.
        self.boot = Boot.read(self.registry.snapshot(), config.os)
        self.patch = config.patch

    # -- what a server application sees ---------------------------------------------------------------

    @property
    def computer(self) -> str:
        """The computer's name."""
        return self.config.name

    def wall_time(self) -> int:
        """The time of day."""
        return self._wall_time()

    def installed(self) -> tuple[InstalledClass, ...]:
        """Every class on the host."""
        return self._classes

    def launched(self, app_id: UUID) -> int:
        """When the application was started; now, while it does not run."""
        at = self._running.processes.launched_at(app_id) if self._running else None
        return self._wall_time() if at is None else at

    # -- starts and stops -----------------------------------------------------------------------------

    @property
    def started(self) -> bool:
        """Whether the host runs."""
        return self._running is not None

    @property
    def address(self) -> str:
        """Where it is."""
        return self.config.address

    @property
    def port(self) -> int:
        """The port on which it listens for activations: the configured one, or what port 0 became."""
        return self._running.listening.endpoint.port if self._running else self.config.port

    async def start(self) -> None:
        """Start the system: read the registry, open the ports.

        Raises :class:`~opcross.errors.TransportLost` when a port cannot be had.
        """
        if self._running is not None:
            raise LocalMisuse(f"{self.computer} runs already")
        self.boot = Boot.read(self.registry.snapshot(), self.config.os)
        self.patch = PatchState(self.config.os, self._month)
        self.log.suppress_duplicates(self.boot.suppress_seconds)
        self._console = self.config.logged_on
        self._running = await _Running.start(self)

    async def stop(self) -> None:
        """Shut the system down: connections break, objects vanish. Stopping twice does nothing."""
        running, self._running = self._running, None
        if running is not None:
            await running.stop()

    async def restart(self) -> None:
        """Shut down and start: the registry is read again, updates come into force."""
        await self.stop()
        await self.start()

    def install_updates(self, month: Month | None) -> None:
        """Install the updates up to a month; they count after a restart."""
        self._month = month

    # -- applications and their identities -------------------------------------------------------------

    async def stop_application(self, name: str, reason: str = "", *, patience: float = _PATIENCE) -> None:
        """End an application in order: its clients are told (IOPCShutdown) and have a while to let go.

        ``name`` is a ProgID, or a CLSID or AppID as text. The next activation launches it anew. An
        application that does not run is left alone; for one that is not installed
        :class:`~opcross.errors.LocalMisuse` is raised.
        """
        app_id = self._app_id(name)
        if self._running is not None:
            await self._running.processes.stop(app_id, reason, patience=patience)

    async def kill_application(self, name: str) -> None:
        """End an application as a crash does; see :meth:`stop_application`."""
        app_id = self._app_id(name)
        if self._running is not None:
            await self._running.processes.kill(app_id)

    def set_identity(self, name: str, identity: ServerIdentity) -> None:
        """Change in whose name an application runs, as dcomcnfg does; it counts after a restart."""
        app_id = self._app_id(name)
        service = next(each.service for each in self._classes if each.app_id == app_id)
        write_identity(identity, app_id, service, self.registry)
        self._secrets[app_id] = identity

    @property
    def logged_on(self) -> str:
        """The account that sits at the console; empty for nobody."""
        return self._console

    async def log_on(self, user: str) -> None:
        """Somebody sits down at the console; whoever was there is logged off before.

        Raises :class:`~opcross.errors.LocalMisuse` for an account that the host does not know.
        """
        if self._find_account(user) is None:
            raise LocalMisuse(f"{self.computer} has no account {user}")
        await self.log_off()
        self._console = user

    async def log_off(self) -> None:
        """The console is left alone; what ran as the interactive user ends with the session."""
        self._console = ""
        if self._running is not None:
            await self._running.processes.log_off()

    def _app_id(self, name: str) -> UUID:
        for installed in self._classes:
            if installed.is_called(name) or str(installed.app_id) == name.strip("{}").casefold():
                return installed.app_id
        raise LocalMisuse(f"{self.computer} has no application {name}")

    def _find_account(self, name: str) -> WindowsAccount | None:
        domain, _, user = name.rpartition("\\")
        return self.accounts.find(domain, user) if user else None

    def _console_account(self) -> WindowsAccount | None:
        return self._find_account(self._console)

    def _secret(self, app_id: UUID, identity: ServerIdentity) -> ServerIdentity | None:
        """The identity with its password, where it is the account for which one was typed."""
        kept = self._secrets.get(app_id)
        same = kept is not None and kept.account.casefold() == identity.account.casefold()
        return kept if same else None

    # -- evidence -------------------------------------------------------------------------------------

    def objects(self) -> tuple[ObjectRow, ...]:
        """The objects that clients hold, oldest first."""
        rows = []
        for process in self.processes():
            for entry in process.exporter.table:
                installed = process.installed_class(entry.target)
                owner = entry.owner
                rows.append(
                    ObjectRow(
                        clsid=installed.clsid if installed else None,
                        prog_id=installed.prog_id if installed else "",
                        owner="" if owner is None else owner.principal or owner.address,
                        references=sum(interface.refs for interface in entry.interfaces.values()),
                        oid=entry.oid,
                    )
                )
        return tuple(rows)

    def processes(self) -> tuple[ApplicationServer, ...]:
        """The server processes that run, oldest first: who they run as, and what they export."""
        return () if self._running is None else tuple(self._running.processes)

    def clsid_of(self, name: str) -> UUID | None:
        """The CLSID behind a ProgID or the text of a CLSID; None when nothing is known of it."""
        for installed in self._classes:
            if installed.is_called(name):
                return installed.clsid
        return None

    @property
    def calling(self) -> CallingRules:
        """How programs on this host call others."""
        return self.machine.calling

    @property
    def machine(self) -> Machine:
        """What the parts of the host share."""
        return Machine(
            address=self.address,
            accounts=self.accounts,
            boot=self.boot,
            patch=self.patch,
            log=self.log.write,
            tell=self._tell,
            entropy=self._entropy,
            wall_time=self._wall_time,
        )

    def client(
        self,
        program: Program,
        server: str,
        *,
        credentials: Credentials | None = None,
        port: int = SCM_PORT,
        version: ComVersion = COM_5_7,
        timeout: float | None = None,
    ) -> WindowsClient:
        """Start a program on this host that calls ``server``; ``credentials`` are those of its user."""
        if credentials is not None:
            account = self.accounts.find(credentials.domain, credentials.user)
            if account is not None:
                program = replace(program, user_sid=account.sid)
        return WindowsClient(
            self.calling,
            program,
            server,
            address=self.address,
            entropy=self._entropy,
            wall_time=self._wall_time,
            accounts=self.accounts,
            tell=self._tell,
            credentials=credentials,
            port=port,
            version=version,
            timeout=timeout,
        )

    def principal(self, caller: Caller) -> Principal:
        """The principal of a caller."""
        return self.machine.principal(caller)


def _administered(classes: tuple[InstalledClass, ...], config: HostConfig) -> tuple[InstalledClass, ...]:
    """The classes as the administrator of the host left them.

    Raises :class:`~opcross.errors.FileError` for settings of a class that is not there.
    """
    result = []
    for installed in classes:
        if config.identity is not None and not installed.identity.kind.is_service:
            installed = replace(installed, identity=config.identity)
        result.append(installed)
    for application in config.applications:
        named = application.name
        found = {each.app_id for each in result if each.is_called(named)}
        if not found:
            raise FileError(f'no class is called "{named}"')
        for place, each in enumerate(result):
            if each.app_id in found:
                result[place] = replace(
                    each,
                    identity=application.identity or each.identity,
                    callback_level=application.callback_level or each.callback_level,
                )
    return tuple(result)


class _Running:
    """Everything that exists between a start and a stop."""

    def __init__(self, host: WindowsHost) -> None:
        self._host = host
        self._sweep: asyncio.Task[None] | None = None
        self._scm_port: OpenPort | None = None
        self.processes: ProcessTable
        self.listening: OpenPort

    @classmethod
    async def start(cls, host: WindowsHost) -> _Running:
        running = cls(host)
        try:
            await running._start()
        except BaseException:
            await running.stop()
            raise
        return running

    async def _start(self) -> None:
        host, config, machine = self._host, self._host.config, self._host.machine
        boot = machine.boot

        def runs(clsid: UUID, who: Principal) -> bool:
            return any(
                installed.clsid == clsid and self.processes.running(installed.app_id, who)
                for installed in host.installed()
            )

        gate = HostGate(
            boot=boot,
            patch=machine.patch,
            switches=config.switches,
            principal=machine.principal,
            running=runs,
            log=machine.log,
            refused=machine.refused,
        )

        def report(error: Exception, caller: Caller, request: ActivationRequest) -> None:
            machine.tell(f"class {request.clsid} failed for {caller.address}: {error!r}")

        activator = Activator(gate=gate, report=report)
        scm = Scm(
            entropy=machine.entropy, now=asyncio.get_running_loop().time, gate=gate, activator=activator
        )
        listener = HostListener(
            machine.accounts,
            entropy=machine.entropy,
            wall_time=machine.wall_time,
            lenient=config.lenient,
            ntlm_v2_only=boot.ntlm_v2_only,
            holds_objects=scm.client_holds_objects,
            tell=machine.tell,
        )
        endpoints = EndpointMap()
        self.listening = self._scm_port = await listener.listen(
            Router(scm, EndpointMapper(endpoints), *host.services.values()),
            config.address,
            config.port,
            interfaces=(*_SCM_INTERFACES, *host.services),
            advertised=config.advertise,
        )
        # What RPCSS itself serves is well known and stands in no map; other services of the port do.
        for interface in (MANAGEMENT, *host.services) if host.services else ():
            endpoints.register(EndpointEntry(interface=interface, port=self.listening.endpoint.port))
        advertised = config.advertise or self.listening.endpoint.port
        port = None if advertised == SCM_PORT else advertised
        scm.resolver.bindings = DualStringArray.of([config.address], SERVICES)
        self.processes = ProcessTable(
            machine,
            listener,
            scm,
            resolver_bindings=DualStringArray.of([config.address], SERVICES, port=port),
            surroundings=host,
            console=host._console_account,
            secret=host._secret,
        )
        for installed in host.installed():
            activator.register(*self._offered(installed))
        self._sweep = asyncio.get_running_loop().create_task(scm.run())

    def _offered(self, installed: InstalledClass) -> tuple[ComClass, ExporterSource]:
        """A class, and what finds or launches the process in which a caller's objects live."""

        async def create(context: CallContext) -> ComObject:
            return await self.processes.create(installed, context)

        async def exporter_for(caller: Caller) -> ObjectExporter:
            return await self.processes.exporter_for(installed, caller)

        offered = ComClass(installed.clsid, installed.prog_id, create, app_id=installed.app_id)
        return offered, exporter_for

    async def stop(self) -> None:
        """Close in order: no new work, then the processes."""
        if self._sweep is not None:
            self._sweep.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweep
        if self._scm_port is not None:
            await self._scm_port.close()
            self._scm_port = None
            await self.processes.close()
