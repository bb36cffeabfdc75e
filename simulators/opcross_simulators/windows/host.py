"""A simulated Windows host: registry, accounts, permissions, event log, and the DCOM that follows from them.

A host is set up from a :class:`~opcross_simulators.windows.config.HostConfig`; :meth:`WindowsHost.start`
is the start of the system, which reads the registry. It serves the endpoint mapper, the resolver and the
activator on its port, and every application on a port of its own. Whatever it refuses it tells in its
event log, as Windows would, and to ``tell`` in plain words.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID
from weakref import WeakKeyDictionary

from opcross.dcom.activation.activator import Activator
from opcross.dcom.activation.face import IID_IREMOTEACTIVATION, IID_IREMOTESCMACTIVATOR
from opcross.dcom.com_class import ComClass
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.dcom.scm import Scm
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import LocalMisuse
from opcross.hardening import PatchState
from opcross.levels import AuthService
from opcross.rpc.call import Dispatcher, SyntaxId
from opcross.rpc.endpoint_mapper import ENDPOINT_MAPPER, EndpointEntry, EndpointMap, EndpointMapper
from opcross.rpc.management import MANAGEMENT
from opcross.rpc.router import Router
from opcross_simulators.windows.accounts import AccountDatabase, Principal
from opcross_simulators.windows.application import ApplicationServer
from opcross_simulators.windows.boot import Boot
from opcross_simulators.windows.calling import CallingRules, Program
from opcross_simulators.windows.client import WindowsClient
from opcross_simulators.windows.event_log import SystemLog
from opcross_simulators.windows.gate import HostGate
from opcross_simulators.windows.installation import InstalledClass, install
from opcross_simulators.windows.listening import HostListener, OpenPort
from opcross_simulators.windows.permissions import has_dcom_users

if TYPE_CHECKING:
    from opcross.dcom.activation.request import ActivationRequest
    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.hardening import Month
    from opcross.rpc.call import Caller
    from opcross.rpc.security import Credentials
    from opcross_simulators.windows.config import HostConfig
    from opcross_simulators.windows.installation import ServerProcess
    from opcross_simulators.windows.registry import Registry

__all__ = ["ObjectRow", "WindowsHost"]

SCM_PORT: Final = 135
_SERVICES: Final = (AuthService.NTLM, AuthService.NEGOTIATE)
_RPCSS_PID: Final = 908
_SCM_INTERFACES: Final = (
    ENDPOINT_MAPPER,
    SyntaxId(IID_IOXIDRESOLVER),
    SyntaxId(IID_IREMOTEACTIVATION),
    SyntaxId(IID_IREMOTESCMACTIVATOR),
)
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
        self._classes = classes
        for installed in classes:
            install(installed, self.registry)
        self._month = config.phase
        self._entropy = entropy
        self._wall_time = wall_time
        self._tell = tell
        self._running: _Running | None = None
        self._instances: WeakKeyDictionary[ComObject, InstalledClass] = WeakKeyDictionary()
        self._launched: dict[UUID, int] = {}
        self._processes: dict[UUID, ServerProcess] = {}
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
        return self._launched.get(app_id, self._wall_time())

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
        self._launched.clear()
        self._running = await _Running.start(self)

    async def stop(self) -> None:
        """Shut the system down: connections break, objects vanish. Stopping twice does nothing."""
        running, self._running = self._running, None
        if running is not None:
            await running.stop()
        processes, self._processes = self._processes, {}
        for process in processes.values():
            await process.close()

    async def restart(self) -> None:
        """Shut down and start: the registry is read again, updates come into force."""
        await self.stop()
        await self.start()

    def install_updates(self, month: Month | None) -> None:
        """Install the updates up to a month; they count after a restart."""
        self._month = month

    # -- evidence -------------------------------------------------------------------------------------

    def objects(self) -> tuple[ObjectRow, ...]:
        """The objects that clients hold, oldest first."""
        if self._running is None:
            return ()
        rows = []
        for application in self._running.applications:
            for entry in application.exporter.table:
                installed = self._instances.get(entry.target)  # type: ignore[call-overload]  # any object
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

    def clsid_of(self, name: str) -> UUID | None:
        """The CLSID behind a ProgID or the text of a CLSID; None when nothing is known of it."""
        for installed in self._classes:
            if installed.answers_to(name) or str(installed.clsid) == name.strip("{}").casefold():
                return installed.clsid
        return None

    @property
    def calling(self) -> CallingRules:
        """How programs on this host call others."""
        return CallingRules(self.boot, self.patch, self.log.write)

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
            credentials=credentials,
            port=port,
            version=version,
            timeout=timeout,
        )

    def principal(self, caller: Caller) -> Principal:
        """The principal of a caller."""
        return self.accounts.principal(
            caller.identity,
            filter_administrators=self.boot.filters_administrators,
            everyone_includes_anonymous=self.boot.everyone_includes_anonymous,
        )

    # -- for the parts of a running host ---------------------------------------------------------------

    def _refused(self, caller: Caller, reason: str) -> None:
        who = caller.identity or "nobody"
        self._tell(f"refused {who} at {caller.address} ({caller.level.word}): {reason}")

    def _com_class(self, installed: InstalledClass) -> ComClass:
        async def create(context: CallContext) -> ComObject:
            self._launched.setdefault(installed.app_id, self._wall_time())
            process = self._processes.get(installed.clsid)
            if process is None:
                process = self._processes[installed.clsid] = installed.launch_process(self)
            target = await process.create(context)
            self._instances[target] = installed
            return target

        return ComClass(installed.clsid, installed.prog_id, create, app_id=installed.app_id)

    def _runs(self, clsid: UUID) -> bool:
        """Whether the application of a class was started already."""
        return any(
            installed.clsid == clsid and installed.app_id in self._launched for installed in self._classes
        )


class _Running:
    """Everything that exists between a start and a stop."""

    def __init__(self, host: WindowsHost) -> None:
        self.applications: list[ApplicationServer] = []
        self._open: list[OpenPort] = []
        self._sweep: asyncio.Task[None] | None = None
        self._host = host
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
        host, config, boot = self._host, self._host.config, self._host.boot
        now = asyncio.get_running_loop().time
        gate = HostGate(
            boot=boot,
            patch=host.patch,
            switches=config.switches,
            principal=host.principal,
            running=host._runs,
            log=host.log.write,
            refused=host._refused,
        )

        def report(error: Exception, caller: Caller, request: ActivationRequest) -> None:
            host._tell(f"class {request.clsid} failed for {caller.address}: {error!r}")

        activator = Activator(gate=gate, report=report)
        scm = Scm(entropy=host._entropy, now=now, gate=gate, activator=activator)
        listener = HostListener(
            host.accounts,
            entropy=host._entropy,
            wall_time=host._wall_time,
            lenient=config.lenient,
            ntlm_v2_only=boot.ntlm_v2_only,
            holds_objects=scm.client_holds_objects,
            tell=host._tell,
        )
        endpoints = EndpointMap()
        self.listening = await listener.listen(
            Router(scm, EndpointMapper(endpoints), *host.services.values()),
            config.address,
            config.port,
            interfaces=(*_SCM_INTERFACES, *host.services),
            advertised=config.advertise,
        )
        self._open.append(self.listening)
        # What RPCSS itself serves is well known and stands in no map; other services of the port do.
        for interface in (MANAGEMENT, *host.services) if host.services else ():
            endpoints.register(EndpointEntry(interface=interface, port=self.listening.endpoint.port))
        advertised = config.advertise or self.listening.endpoint.port
        port = None if advertised == SCM_PORT else advertised
        resolver_bindings = DualStringArray.of([config.address], _SERVICES, port=port)
        scm.resolver.bindings = DualStringArray.of([config.address], _SERVICES)
        for app_id in dict.fromkeys(installed.app_id for installed in host.installed()):
            application = ApplicationServer(
                boot.application(app_id),
                access_limit=boot.access_limit,
                entropy=host._entropy,
                now=now,
                principal=host.principal,
                refused=host._refused,
                resolver_bindings=resolver_bindings,
            )
            self._open.append(
                await application.open(listener, config.address, config.os.dynamic_ports, _SERVICES)
            )
            self.applications.append(application)
            scm.add_exporter(application.exporter)
            for installed in host.installed():
                if installed.app_id == app_id:
                    activator.register(host._com_class(installed), application.exporter)
        self._sweep = asyncio.get_running_loop().create_task(scm.run())

    async def stop(self) -> None:
        """Close in order: no new work, then the ports, then the objects."""
        if self._sweep is not None:
            self._sweep.cancel()
            with suppress(asyncio.CancelledError):
                await self._sweep
        while self._open:
            await self._open.pop().close()
        for application in self.applications:
            application.close()
