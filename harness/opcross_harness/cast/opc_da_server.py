"""``is: opc-da-server``: a simulated Windows host with the simulated OPC DA server and OPCEnum on it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from opcross.errors import BadValue, HResultError, LocalMisuse
from opcross.hardening import Switches, parse_month
from opcross.levels import AuthLevel
from opcross.yaml_files import BOOLEAN, TEXT, Choice, Key, ListOf, Record
from opcross_harness.cast.accounts import DEFAULT_USER, password_of
from opcross_harness.cast.base import CastKind, ObjectSeen
from opcross_harness.cast.da_role import PlantRole
from opcross_harness.cast.registry_places import change
from opcross_harness.errors import ScenarioError
from opcross_harness.verbs.kinds import LEVEL
from opcross_simulators.plant import PlantDescription, SimulatedPlant, plant_kind, standard_plant
from opcross_simulators.servers import OPC_ENUM, standard_classes
from opcross_simulators.servers.opc_da import PROG_ID, SPECIFICATIONS, opc_da
from opcross_simulators.windows import (
    OLE_KEY,
    AccountConfig,
    HostConfig,
    RegistryEntry,
    WindowsHost,
    app_id_key,
)
from opcross_simulators.windows.config import (
    DEFAULT_OS,
    DEFAULT_PHASE,
    IDENTITY,
    OS_KIND,
    PHASE_KIND,
    SWITCHES,
    ApplicationConfig,
)
from opcross_simulators.windows.identities import ServerIdentity, this_user

if TYPE_CHECKING:
    from opcross.hardening import EventRecord, Month, OperatingSystem
    from opcross_harness.stage import Stage

__all__ = ["OpcDaServer", "OpcDaServerKind", "ServerSettings"]

_ADMITTED = "O:BAG:BAD:(A;;CCDCLCSWRP;;;WD)(A;;CCDCLCSWRP;;;AN)"
_LONGEST_NAME = 15


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerSettings:
    """What a scenario says of a server; ``anonymous`` is whether nobody in particular is let in.

    ``identity`` None runs the server as the first of ``users``. ``callback_level`` is a level that the server
    sets on its callbacks itself.
    """

    os: OperatingSystem = DEFAULT_OS
    phase: Month | None = DEFAULT_PHASE
    domain: str = ""
    users: tuple[str, ...] = (DEFAULT_USER,)
    anonymous: bool = False
    lenient: bool = False
    switches: Switches = field(default_factory=Switches)
    specification: frozenset[str] = SPECIFICATIONS["both"]
    identity: ServerIdentity | None = None
    logged_on: str = ""
    callback_level: AuthLevel | None = None
    plant: PlantDescription | None = None


class OpcDaServer(PlantRole):
    """The host on a stage."""

    def __init__(self, name: str, settings: ServerSettings, stage: Stage) -> None:
        super().__init__(name, stage.venue.address_for(name))
        self.scm_port = stage.venue.scm_port(name)
        self._stage = stage
        self._description = settings.plant
        self._plant: SimulatedPlant | None = None
        identity = settings.identity or (this_user(settings.users[0]) if settings.users else None)
        own = ApplicationConfig(name=PROG_ID, identity=identity, callback_level=settings.callback_level)
        self.host = WindowsHost(
            HostConfig(
                name=_computer(name),
                os=settings.os,
                phase=settings.phase,
                address=self.address,
                port=self.scm_port,
                domain=settings.domain,
                accounts=tuple(
                    AccountConfig(user, password_of(user), domain=bool(settings.domain))
                    for user in settings.users
                ),
                registry=tuple(_for_nobody()) if settings.anonymous else (),
                switches=settings.switches,
                lenient=settings.lenient,
                applications=(own,),
                logged_on=settings.logged_on,
            ),
            entropy=stage.entropy(name),
            wall_time=stage.wall_time,
            classes=(opc_da(make_plant=self._the_plant, specifications=settings.specification), OPC_ENUM),
        )

    def _the_plant(self) -> SimulatedPlant:
        """The plant outlives the processes before it."""
        if self._plant is None:
            make = standard_plant if self._description is None else self._description.make
            self._plant = make(seed=self._stage.seed & 0xFFFFFFFF, start=self._stage.wall_time())
        return self._plant

    def override(self, item: str, *, value: str | None, quality: int | None, error: int | None) -> None:
        """Hold an item of the plant. Raises :class:`ScenarioError` for what it cannot be held at."""
        try:
            self._the_plant().override(
                item, value=value, quality=quality, error=error, now=self._stage.wall_time()
            )
        except (LocalMisuse, BadValue, HResultError) as problem:
            raise ScenarioError(f"{item}: {problem}") from problem

    def clear_override(self, item: str) -> None:
        """Let an item go."""
        self._the_plant().clear_override(item)

    async def stop_application(self, class_name: str, reason: str) -> None:
        """End it in order."""
        await self.host.stop_application(class_name, reason)

    async def kill_application(self, class_name: str) -> None:
        """End it without a word."""
        await self.host.kill_application(class_name)

    async def open(self) -> None:
        """Start the host."""
        await self.host.start()

    async def close(self) -> None:
        """Shut it down."""
        await self.host.stop()

    def events(self) -> tuple[EventRecord, ...]:
        """The System log."""
        return tuple(self.host.log)

    async def set_registry(self, value: str, data: int | str | None) -> None:
        """Set a registry value, or delete it."""
        change(self.host.registry, value, data)

    async def restart(self) -> None:
        """Restart the host."""
        await self.host.restart()

    async def patch(self, month: str) -> None:
        """Install updates."""
        self.host.install_updates(parse_month(month))

    def objects(self) -> tuple[ObjectSeen, ...]:
        """The object table."""
        rows = self.host.objects()
        return tuple(ObjectSeen(row.clsid or UUID(int=0), row.prog_id, row.references) for row in rows)

    def clsid_of(self, class_name: str) -> UUID | None:
        """The class behind a ProgID, or the CLSID itself, which need not be one that the host has."""
        known = self.host.clsid_of(class_name)
        if known is not None:
            return known
        try:
            return UUID(class_name)
        except ValueError:
            return None


def _computer(name: str) -> str:
    return name.upper()[:_LONGEST_NAME]


def _for_nobody() -> list[RegistryEntry]:
    """The settings that old guides recommend for anonymous clients: limits, permissions and level."""
    entries = [
        RegistryEntry(OLE_KEY, name, text=_ADMITTED)
        for name in ("MachineLaunchRestriction", "MachineAccessRestriction")
    ]
    for installed in standard_classes():
        key = app_id_key(installed.app_id)
        entries += [
            RegistryEntry(key, name, text=_ADMITTED) for name in ("LaunchPermission", "AccessPermission")
        ]
        entries.append(RegistryEntry(key, "AuthenticationLevel", dword=int(AuthLevel.NONE)))
    return entries


class OpcDaServerKind(CastKind):
    """The word."""

    name = "opc-da-server"
    summary = "A simulated Windows host with an OPC DA server and OPCEnum."
    actor = OpcDaServer
    settings = Record(
        ServerSettings,
        {
            "os": Key(OS_KIND),
            "phase": Key(PHASE_KIND, description="the month of its updates, or unpatched"),
            "domain": Key(TEXT, description="the domain of which it is a member"),
            "users": Key(ListOf(TEXT), description=f"who has an account there (default: {DEFAULT_USER})"),
            "anonymous": Key(
                Choice({"admitted": True, "denied": False}),
                description="whether limits and permissions have a place for ANONYMOUS LOGON",
            ),
            "lenient": Key(BOOLEAN, description="take requests without verifier at pkt"),
            "switches": Key(SWITCHES, description="facts that no public capture settles"),
            "specification": Key(
                Choice(SPECIFICATIONS), description="of which it has the interfaces (default: both)"
            ),
            "plant": Key(plant_kind(), description="what it offers, as a plant file says it"),
            "identity": Key(IDENTITY, description="in whose name it runs (default: the first of its users)"),
            "logged-on": Key(TEXT, description="who sits at the console"),
            "callback-level": Key(LEVEL, description="a level that the server sets on callbacks itself"),
        },
    )

    def create(self, name: str, settings: ServerSettings, stage: Stage) -> OpcDaServer:
        """The host."""
        return OpcDaServer(name, settings, stage)
