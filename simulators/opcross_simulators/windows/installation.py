"""What setup programs leave on a host: classes, their applications, levels, identities and permissions."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from opcross_simulators.windows.identities import LAUNCHING_USER, has_identity, write_identity
from opcross_simulators.windows.permissions import EVERYONE_ACCESS, EVERYONE_LAUNCH, AccessList
from opcross_simulators.windows.registry import Registry, app_id_key

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross.levels import AuthLevel
    from opcross_simulators.windows.identities import ServerIdentity

__all__ = ["InstalledClass", "Objects", "ServerProcess", "ShutsDown", "Surroundings", "install"]


class Surroundings(Protocol):
    """What a server application sees of the host that it runs on."""

    @property
    def computer(self) -> str:
        """The computer's name."""
        ...

    def wall_time(self) -> int:
        """The time of day: ticks of 100 ns since 1601."""
        ...

    def launched(self, app_id: UUID) -> int:
        """When an application was started, on the same clock."""
        ...

    def installed(self) -> tuple[InstalledClass, ...]:
        """Every class on the host."""
        ...


class ServerProcess(Protocol):
    """What runs once a class was activated for the first time, until its process ends.

    One that tells its clients before it ends is a :class:`ShutsDown`, too.
    """

    async def create(self, context: CallContext) -> ComObject:
        """An instance for the caller; raises :class:`~opcross.errors.HResultError`."""
        ...

    async def close(self) -> None:
        """The process ends: its tasks stop."""
        ...


@runtime_checkable
class ShutsDown(Protocol):
    """A process that can be asked to end, rather than just be ended."""

    async def shutdown(self, reason: str) -> None:
        """Tell every client (IOPCShutdown::ShutdownRequest). The end follows when they have let go, or soon.

        Raises :class:`~opcross.errors.OpcrossError` for a client that could not be told.
        """
        ...


class Objects:
    """A process whose objects share nothing: ``make`` makes each of them."""

    def __init__(self, make: Callable[[], ComObject]) -> None:
        self._make = make

    async def create(self, context: CallContext) -> ComObject:
        """A new object."""
        return self._make()

    async def close(self) -> None:
        """Nothing runs."""


@dataclass(frozen=True, slots=True)
class InstalledClass:
    """A class, with the settings of its application.

    ``launch_process`` starts its server. ``level`` is the AuthenticationLevel that the setup wrote for the
    application (None: none, the machine's default counts), ``launch`` and ``access`` its permissions
    (None: the machine's defaults). Many OPC servers grant everything to everyone, hence the defaults.
    ``identity`` is in whose name the setup lets it run. ``callback_level`` is a level that the program sets
    on its callbacks itself, as some old servers do; None leaves it to DCOM, which heeds the client's hint.
    """

    clsid: UUID
    prog_id: str
    version_independent: str
    description: str
    app_id: UUID
    launch_process: Callable[[Surroundings], ServerProcess] = field(compare=False)
    categories: frozenset[UUID] = frozenset()
    level: AuthLevel | None = None
    launch: AccessList | None = EVERYONE_LAUNCH
    access: AccessList | None = EVERYONE_ACCESS
    identity: ServerIdentity = LAUNCHING_USER
    callback_level: AuthLevel | None = None

    @property
    def service(self) -> str:
        """The name under which its setup would install it as a service."""
        return self.version_independent

    def answers_to(self, name: str) -> bool:
        """Whether this is a ProgID of the class; case does not matter."""
        return name.casefold() in (self.prog_id.casefold(), self.version_independent.casefold())

    def is_called(self, name: str) -> bool:
        """Whether this is a ProgID of the class, or its CLSID as text."""
        return self.answers_to(name) or str(self.clsid) == name.strip("{}").casefold()


def install(installed: InstalledClass, registry: Registry) -> None:
    """Write what a setup program writes; values that exist already stay."""
    key = app_id_key(installed.app_id)
    wanted: dict[str, int | str | None] = {
        "AuthenticationLevel": None if installed.level is None else int(installed.level),
        "LaunchPermission": None if installed.launch is None else installed.launch.sddl,
        "AccessPermission": None if installed.access is None else installed.access.sddl,
    }
    for name, value in wanted.items():
        if value is not None and registry.get(key, name) is None:
            registry.set(key, name, value)
    if not has_identity(installed.app_id, registry):
        write_identity(installed.identity, installed.app_id, installed.service, registry)
    class_key = rf"HKCR\CLSID\{{{installed.clsid}}}"
    registry.set(class_key, "AppID", f"{{{installed.app_id}}}")
    registry.set(class_key, "ProgID", installed.prog_id)
    registry.set(class_key, "VersionIndependentProgID", installed.version_independent)
