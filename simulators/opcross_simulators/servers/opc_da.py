"""``Opcross.Simulation.1``: the simulated OPC DA server as its setup installs it on a host.

The server process is the DCOM exporter over a :class:`SimulatedDaService`; what it serves is a plant, the one
that engineers know from Matrikon's simulator unless another is given.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross import __version__
from opcross.ndr import SafeArray, VarType
from opcross.opc.da.exporter import DA_2, DA_3, DaExporter, ExporterOptions
from opcross_simulators.plant.matrikon import standard_plant
from opcross_simulators.servers.da import DaServerSettings, SimulatedDaService
from opcross_simulators.windows.installation import InstalledClass

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.dcom.call_context import CallContext
    from opcross.dcom.com_class import ComObject
    from opcross_simulators.plant.simulated import SimulatedPlant
    from opcross_simulators.windows.installation import Surroundings

__all__ = ["CLSID", "OPC_DA", "PROG_ID", "SPECIFICATIONS", "VENDOR", "DaProcess", "opc_da"]

PROG_ID: Final = "Opcross.Simulation.1"
CLSID: Final = UUID("3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")
VENDOR: Final = "Opcross simulated OPC DA server"
_APP_ID: Final = UUID("529eebcb-05e6-5091-8bba-4b3ca3532a81")
_CATEGORIES: Final = {
    DA_2: UUID("63d5f432-cfe4-11d1-b2c8-0060083ba1fb"),
    DA_3: UUID("cc603642-66d7-48f1-b69a-b625e73652d7"),
}
SPECIFICATIONS: Final = {DA_2: frozenset({DA_2}), DA_3: frozenset({DA_3}), "both": frozenset({DA_2, DA_3})}
"""The words by which files and commands say of which specifications a server has the interfaces."""
_CLIENTS: Final = "@Clients"


def _version() -> tuple[int, int, int]:
    major, minor, build = (*(int(part) for part in __version__.split(".")[:3] if part.isdigit()), 0, 0, 0)[:3]
    return major, minor, build


class DaProcess:
    """A :class:`~opcross_simulators.windows.installation.ServerProcess` that can be asked to end."""

    def __init__(
        self,
        surroundings: Surroundings,
        plant: SimulatedPlant,
        settings: DaServerSettings,
        options: ExporterOptions,
    ) -> None:
        self.service: Final = SimulatedDaService(plant, wall_time=surroundings.wall_time, settings=settings)
        self.exporter: Final = DaExporter(self.service, options)
        if plant.find(_CLIENTS) is not None:
            plant.provide(_CLIENTS, lambda now: SafeArray.of(VarType.BSTR, self.service.clients()))

    async def create(self, context: CallContext) -> ComObject:
        """A server object for the caller, with a session of his own."""
        return await self.exporter.create(context)

    async def shutdown(self, reason: str) -> None:
        """Ask every client to leave. Raises :class:`~opcross.errors.OpcrossError` if one did not hear."""
        await self.exporter.shut_down(reason)

    async def close(self) -> None:
        """The process ends."""
        await self.exporter.aclose()
        await self.service.close()


def opc_da(
    *,
    make_plant: Callable[[], SimulatedPlant] = standard_plant,
    settings: DaServerSettings | None = None,
    specifications: frozenset[str] = SPECIFICATIONS["both"],
) -> InstalledClass:
    """The class; ``specifications`` are those of which it has the interfaces.

    Each process asks ``make_plant`` for its plant. A plant that is to outlive a process, or to be seen by
    several, is given by always giving the same.
    """
    wanted = settings or DaServerSettings(
        vendor=VENDOR, version=_version(), writes_quality=DA_3 in specifications
    )
    options = ExporterOptions(specifications=specifications)
    return InstalledClass(
        clsid=CLSID,
        prog_id=PROG_ID,
        version_independent="Opcross.Simulation",
        description=VENDOR,
        app_id=_APP_ID,
        launch_process=lambda surroundings: DaProcess(surroundings, make_plant(), wanted, options),
        categories=frozenset(_CATEGORIES[each] for each in specifications),
    )


OPC_DA: Final = opc_da()
"""The simulated server of both specifications: everyone may launch and call it."""
