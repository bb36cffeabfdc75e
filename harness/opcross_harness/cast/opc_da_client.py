"""``is: opc-da-client``: a program that activates and calls, on Windows or on a stack of its own.

With ``os`` it is a Windows program: its system raises levels, repeats refused activations and logs, as its
updates say. Without, it is a stack that does what it is told; ``profile`` gives it the habits of one
that is met in the field. ``on`` puts it on another cast member's computer.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from opcross.codes import failed, hresult_name
from opcross.dcom.activation.request import ActivationMethod
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.importer import ObjectImporter
from opcross.dcom.remote_object import RemoteObject
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import OpcrossError
from opcross.hardening import parse_month
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcConnector
from opcross.opc.da.client import CallBudget, ClientOptions, DaClient
from opcross.rpc.security import initiator
from opcross.yaml_files import TEXT, Choice, Key, ListOf, Record
from opcross_harness.cast.accounts import credentials_of
from opcross_harness.cast.base import Activation, CastKind, HostRole, ServerRole
from opcross_harness.cast.computer import ClientComputer, accounts_of
from opcross_harness.cast.da_conversation import DaConversation
from opcross_harness.cast.da_role import Connection, DaClientRole, Reading, Subscription, Writing
from opcross_harness.cast.methods import FIRST_INTERFACE, find_interface, find_method
from opcross_harness.cast.programs import Program, StackProgram, WindowsProgram
from opcross_harness.cast.registry_places import change
from opcross_harness.errors import ScenarioError
from opcross_harness.outcomes import OK, Form, Outcome
from opcross_harness.verbs.base import someone
from opcross_harness.verbs.kinds import COM_VERSION, LEVEL
from opcross_simulators.clients import HABITS, PRODUCTS, Product, StackClient
from opcross_simulators.windows import Program as WindowsSettings
from opcross_simulators.windows import WindowsClient
from opcross_simulators.windows.config import OS_KIND, PHASE_KIND
from opcross_simulators.windows.permissions import EVERYONE_ACCESS, AccessList

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from uuid import UUID

    from opcross.hardening import EventRecord, Month, OperatingSystem
    from opcross.opc.da.batch import ItemValue
    from opcross.rpc.call import ChannelSecurity
    from opcross.rpc.security import SecurityContext
    from opcross_harness.stage import Stage

__all__ = ["ClientSettings", "OpcDaClient", "OpcDaClientKind"]

_PATIENCE = 30.0
"""Seconds that a call may take."""
_CALLERS = {"everybody": None, "users": EVERYONE_ACCESS}
_BUDGET = CallBudget(device_reads=1_000.0, polls=100.0, browse_calls=10_000.0, concurrent_calls=4)
"""What is asked of a simulated server, which is not fragile."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientSettings:
    """What a scenario says of a client.

    ``level`` is what the application asks for (None: nothing, or the stack's habit); ``user`` is empty
    for one who does not log on; ``password`` is a wrong one. ``users`` have accounts on the client's own
    computer, with which servers that call back log on (None: ``user`` alone); ``domain`` is the domain of
    which it is a member. ``callers`` is who may call the program back (None: whom its system admits).
    """

    os: OperatingSystem | None = None
    phase: Month | None = None
    profile: str = "opcross"
    on: str | None = None
    level: AuthLevel | None = None
    service: AuthService | None = None
    version: ComVersion | None = None
    user: str = ""
    password: str | None = None
    users: tuple[str, ...] | None = None
    domain: str = ""
    callers: AccessList | None = None
    product: Product | None = None

    def __post_init__(self) -> None:
        if self.product is not None and self.product.on_windows != (self.os is not None):
            wanted = "runs on Windows: say which" if self.product.on_windows else "is none of Windows: leave"
            raise ValueError(f'{self.product.name} {wanted} "os"{"" if self.product.on_windows else " out"}')
        if self.os is None and self.phase is not None:
            raise ValueError('"phase" needs "os": only Windows has updates')
        if self.os is not None and self.profile != "opcross":
            raise ValueError('"profile" is for stacks that are not Windows: leave "os" out')


@dataclass(frozen=True, slots=True)
class _Held:
    """An object, and the program that holds it."""

    program: Program
    object: RemoteObject


class OpcDaClient(DaClientRole, HostRole):
    """The client on a stage."""

    def __init__(self, name: str, settings: ClientSettings, stage: Stage) -> None:
        super().__init__(name, stage.venue.address_for(settings.on or name))
        settings = _as_product(settings)
        self._settings = settings
        self._stage = stage
        self._entropy = stage.entropy(name)
        self._users = settings.users if settings.users is not None else tuple(filter(None, [settings.user]))
        self._computer = (
            ClientComputer(
                name, settings.os, settings.phase, stage.wall_time, users=self._users, domain=settings.domain
            )
            if settings.os
            else None
        )
        self._credentials = credentials_of(settings.user, settings.password)
        self._programs: dict[object, Program] = {}
        self._held: dict[str, _Held] = {}
        self._reported: list[OpcrossError] = []
        self._da = DaConversation(name)
        self._own: list[Program] = []

    async def close(self) -> None:
        """End every program."""
        await self._end(release=True)

    async def _end(self, *, release: bool) -> None:
        if release:
            await self._da.close()
        programs, self._programs = self._programs, {}
        self._held.clear()
        own, self._own = self._own, []
        for program in own:
            await program.close(release=release)
        for program in programs.values():
            await program.close(release=release)

    # -- as a host ------------------------------------------------------------------------------------

    def _host(self, what: str) -> ClientComputer:
        if self._computer is None:
            raise self._cannot(what)
        return self._computer

    def events(self) -> tuple[EventRecord, ...]:
        """The System log of a Windows client."""
        return tuple(self._host("keep an event log").log)

    async def set_registry(self, value: str, data: int | str | None) -> None:
        """Set a registry value, or delete it."""
        change(self._host("hold registry values").registry, value, data)

    async def restart(self) -> None:
        """Restart the computer: its programs are gone without a word."""
        await self._end(release=False)
        self._host("be restarted").restart()

    async def patch(self, month: str) -> None:
        """Install updates."""
        self._host("be patched").month = parse_month(month)

    # -- as a client ----------------------------------------------------------------------------------

    async def activate(self, server: ServerRole, activation: Activation) -> Outcome:
        """Ask for an object."""

        async def attempt() -> None:
            clsid = self._clsid(server, activation.class_name)
            program = self._program(server, activation.level, activation.version)
            wanted = FIRST_INTERFACE.get(clsid, IID_IUNKNOWN)
            held = await program.activate(clsid, (wanted,), activation.method)
            self._held[activation.name] = _Held(program, held)

        return await _outcome(attempt)

    async def get_class_object(self, server: ServerRole, activation: Activation) -> Outcome:
        """Ask for a class object."""
        method = ActivationMethod.REMOTE_GET_CLASS_OBJECT
        return await self.activate(server, replace(activation, method=method))

    async def call(self, object_name: str, method: str, level: AuthLevel | None = None) -> Outcome:
        """Call a method without arguments, at the client's own level or at an explicit one."""
        interface, called = find_method(method)
        held = self._object(object_name)
        found: list[int] = []

        async def attempt() -> None:
            await held.object.query_interface(interface.iid)
            if level is None:
                results = await held.object.interface(interface.iid).invoke(called, {})
            else:
                other = await self._at_level(held, level)
                try:
                    remote = RemoteObject(other, held.object.held)
                    results = await remote.interface(interface.iid).invoke(called, {})
                finally:
                    await other.close(release=False)
            found.append(results["hresult"])

        outcome = await _outcome(attempt)
        if found and failed(found[0]):
            return Outcome(Form.HRESULT, found[0], hresult_name(found[0]))
        return outcome

    async def _at_level(self, held: _Held, level: AuthLevel) -> ObjectImporter:
        """Another way to the same object, which does not heed its exporter's hint."""
        importer = held.program.dcom.importer
        address = await importer.resolver.resolve(held.object.held.resolver, held.object.oxid)
        security = replace(importer.options.security, level=level)
        other = ObjectImporter(
            RpcConnector(new_context=self._context, local_addr=(self.address, 0)),
            entropy=self._entropy,
            options=replace(importer.options, security=security),
        )
        other.learn(held.object.oxid, replace(address, authentication_hint=int(AuthLevel.NONE)))
        return other

    async def query_interface(self, object_name: str, interface: str) -> Outcome:
        """Ask an object for another interface."""
        held = self._object(object_name)

        async def attempt() -> None:
            await held.object.query_interface(find_interface(interface))

        return await _outcome(attempt)

    async def release(self, object_name: str) -> Outcome:
        """Give an object back."""
        held = self._object(object_name)
        del self._held[object_name]
        return await self._heard(lambda: held.object.importer.release(held.object))

    async def resolve(self, object_name: str) -> Outcome:
        """Resolve the OXID of an object again."""
        held = self._object(object_name)

        async def attempt() -> None:
            await held.object.importer.resolver.resolve(held.object.held.resolver, held.object.oxid)

        return await _outcome(attempt)

    async def ping(self, object_name: str) -> Outcome:
        """Ping, out of turn."""
        held = self._object(object_name)
        return await self._heard(held.object.importer.ping)

    async def set_pinging(self, *, on: bool) -> None:
        """Start or stop pinging, in every program that runs now."""
        for program in self._programs.values():
            program.dcom.importer.set_pinging(on=on)

    async def server_alive(self, server: ServerRole) -> Outcome:
        """Call ServerAlive2."""

        async def attempt() -> None:
            await self._program(server, None, None).dcom.server_alive2()

        return await _outcome(attempt)

    # -- as a Data Access client ----------------------------------------------------------------------

    async def connect(self, server: ServerRole, connection: Connection) -> Outcome:
        """Open a session with the product's own client, over the programs of this computer."""
        clsid = self._clsid(server, connection.class_name)
        own = self._settings.version

        def new_program() -> Program:
            self._own.append(self._new_program(server, None, own))
            return self._own[-1]

        first = new_program()
        level, fall_back = first.session_level(clsid)
        habits = HABITS[self._settings.profile]
        takes_callbacks = connection.callbacks and (self._computer is not None or habits.sinks is not None)
        client = DaClient(
            clsid,
            lambda: new_program().dcom,
            entropy=self._entropy,
            new_callbacks=first.open_callbacks if takes_callbacks else None,
            options=ClientOptions(
                allow_write=True,
                call_time=_PATIENCE,
                level=level,
                fall_back=fall_back,
                method=habits.method if self._computer is None else ClientOptions().method,
            ),
            budget=_BUDGET,
            notify=self._da.note,
        )
        return await self._da.open(client)

    async def disconnect(self) -> Outcome:
        """End the session."""
        return await self._da.close()

    async def status(self) -> Outcome:
        """Ask for the status."""
        return await self._da.status()

    async def browse(self, branch: str, *, flat: bool) -> Outcome:
        """Browse."""
        return await self._da.browse(branch, flat=flat)

    async def read(self, reading: Reading) -> Outcome:
        """Read."""
        return await self._da.read(reading)

    async def write(self, writing: Writing) -> Outcome:
        """Write."""
        return await self._da.write(writing)

    async def subscribe(self, subscription: Subscription) -> Outcome:
        """Subscribe."""
        return await self._da.subscribe(subscription)

    async def unsubscribe(self, group: str) -> Outcome:
        """Unsubscribe."""
        return await self._da.unsubscribe(group)

    async def refresh(self, group: str) -> Outcome:
        """Refresh."""
        return await self._da.refresh(group)

    async def slow_down(self, seconds: float) -> None:
        """Be slow."""
        self._da.slow_down(seconds)

    def browsed(self) -> tuple[str, ...]:
        """What the last browse found."""
        return self._da.browsed

    def received(self, item: str) -> tuple[ItemValue, ...]:
        """What came of an item."""
        return self._da.received(item)

    def forget(self) -> None:
        """Begin the evidence anew."""
        self._da.forget()

    def notices(self) -> tuple[str, ...]:
        """What the user was told."""
        return self._da.notices

    # -- within ---------------------------------------------------------------------------------------

    def _object(self, name: str) -> _Held:
        held = self._held.get(name)
        if held is None:
            raise ScenarioError(f'{self.name} holds no object "{name}"')
        return held

    def _clsid(self, server: ServerRole, class_name: str) -> UUID:
        clsid = server.clsid_of(class_name)
        if clsid is None:
            raise ScenarioError(f'{server.name} has no class "{class_name}", and it is no CLSID')
        return clsid

    def _context(self, security: ChannelSecurity) -> SecurityContext:
        return initiator(security, entropy=self._entropy, wall_time=self._stage.wall_time())

    async def _heard(self, action: Callable[[], Awaitable[None]]) -> Outcome:
        """The outcome of something whose failures are only reported."""
        self._reported.clear()
        outcome = await _outcome(action)
        return Outcome.of(self._reported[0]) if self._reported else outcome

    def _program(self, server: ServerRole, level: AuthLevel | None, version: ComVersion | None) -> Program:
        key = (server.name, level, version)
        if key not in self._programs:
            self._programs[key] = self._new_program(server, level, version or self._settings.version)
        return self._programs[key]

    def _new_program(
        self, server: ServerRole, level: AuthLevel | None, version: ComVersion | None
    ) -> Program:
        settings = self._settings
        if self._computer is None:
            habits = HABITS[settings.profile]
            if settings.service is not None:
                habits = replace(habits, service=settings.service)
            stack = StackClient(
                habits,
                server.address,
                address=self.address,
                entropy=self._entropy,
                wall_time=self._stage.wall_time,
                credentials=self._credentials,
                accounts=accounts_of(self.name, self._users, settings.domain),
                level=settings.level,
                version=version,
                port=server.scm_port,
                timeout=_PATIENCE,
                report=self._reported.append,
            )
            return StackProgram(stack, level)
        own = settings.level or AuthLevel.DEFAULT
        return WindowsProgram(
            WindowsClient(
                self._computer.rules,
                self._as_program(level or own, own),
                server.address,
                address=self.address,
                entropy=self._entropy,
                wall_time=self._stage.wall_time,
                accounts=self._computer.accounts,
                credentials=self._credentials,
                service=settings.service or AuthService.NEGOTIATE,
                port=server.scm_port,
                timeout=_PATIENCE,
                report=self._reported.append,
                version=version or COM_5_7,
            )
        )

    def _as_program(self, activation: AuthLevel, calls: AuthLevel) -> WindowsSettings:
        settings = WindowsSettings(activation_level=activation, call_level=calls)
        callers = self._settings.callers
        return settings if callers is None else replace(settings, access=callers)


def _as_product(settings: ClientSettings) -> ClientSettings:
    """What the product does where the scenario says nothing else."""
    product = settings.product
    if product is None:
        return settings
    level = None if product.level is AuthLevel.DEFAULT else product.level
    return replace(settings, profile=product.stack or settings.profile, level=settings.level or level)


async def _outcome(attempt: Callable[[], Awaitable[None]]) -> Outcome:
    """What came of it: an answer of the peer is an outcome, anything else is raised."""
    try:
        await attempt()
    except OpcrossError as error:
        return Outcome.of(error)
    return OK


class OpcDaClientKind(CastKind):
    """The word."""

    name = "opc-da-client"
    summary = "A client: a program on Windows (os), or one on a stack of its own (profile)."
    actor = OpcDaClient
    settings = Record(
        ClientSettings,
        {
            "os": Key(OS_KIND, description="the Windows that it runs on"),
            "phase": Key(PHASE_KIND, description="the month of its updates, or unpatched"),
            "profile": Key(Choice({name: name for name in HABITS}), description="the habits of a stack"),
            "product": Key(
                Choice(dict(PRODUCTS)), description="a product of the field, which sets level and stack"
            ),
            "on": Key(someone(), description="the cast member on whose computer it runs"),
            "level": Key(LEVEL, description="what the application asks for"),
            "service": Key(Choice({"ntlm": AuthService.NTLM, "negotiate": AuthService.NEGOTIATE})),
            "version": Key(COM_VERSION),
            "user": Key(TEXT, description="who logs on (default: nobody)"),
            "password": Key(TEXT, description="a wrong password; the right one needs no word"),
            "users": Key(
                ListOf(TEXT), description="who has an account on the client's computer (default: user)"
            ),
            "domain": Key(TEXT, description="the domain of which the client's computer is a member"),
            "callers": Key(
                Choice(_CALLERS), description="who may call the program back (default: whom Windows admits)"
            ),
        },
    )

    def names(self, settings: ClientSettings) -> Mapping[str, str]:
        """The owner of the computer."""
        return {"on": settings.on} if settings.on is not None else {}

    def create(self, name: str, settings: ClientSettings, stage: Stage) -> OpcDaClient:
        """The client."""
        return OpcDaClient(name, settings, stage)
