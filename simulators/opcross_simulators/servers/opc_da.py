"""The simulated OPC DA server, in its first form: it tells its status, locale and error texts.

Everything else of IOPCServer answers E_NOTIMPL, with the null results that clients expect beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross import __version__
from opcross.dcom.table_handler import TableHandler
from opcross.opc.common.interfaces_generated import IOPCCommon
from opcross.opc.da.interfaces_generated import (
    OPCSERVERSTATE,
    OPCSERVERSTATUS,
    IOPCServer,
    IOPCServerGetErrorStringResult,
    IOPCServerGetStatusResult,
)
from opcross_simulators.servers.opc_common import OpcCommon, error_text
from opcross_simulators.windows.installation import InstalledClass, Objects

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.dcom.com_class import InterfaceHandler
    from opcross_simulators.windows.installation import Surroundings

__all__ = ["CLSID", "OPC_DA", "PROG_ID", "OpcDaServer"]

PROG_ID: Final = "Opcross.Simulation.1"
CLSID: Final = UUID("3a30b0f5-f37b-5dc7-bba8-e4f35331dec6")
_APP_ID: Final = UUID("529eebcb-05e6-5091-8bba-4b3ca3532a81")
_CATID_DA_2: Final = UUID("63d5f432-cfe4-11d1-b2c8-0060083ba1fb")
_VENDOR: Final = "Opcross simulated OPC DA server"
_UNLIMITED: Final = 0xFFFFFFFF  # dwBandWidth: not known


def _version() -> tuple[int, int, int]:
    major, minor, build = (*(int(part) for part in __version__.split(".")[:3] if part.isdigit()), 0, 0, 0)[:3]
    return major, minor, build


class OpcDaServer:
    """A server object, made by an activation for one client."""

    def __init__(self, surroundings: Surroundings) -> None:
        self._surroundings = surroundings
        self.common = OpcCommon()
        self._handlers: Mapping[UUID, InterfaceHandler] = {
            IOPCServer.iid: TableHandler(IOPCServer, self),
            IOPCCommon.iid: TableHandler(IOPCCommon, self.common),
        }

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """IOPCServer and IOPCCommon."""
        return self._handlers.get(iid)

    def released(self) -> None:
        """The client is gone, and with it its settings."""
        self.common = OpcCommon()

    async def get_status(self) -> IOPCServerGetStatusResult:
        """IOPCServer::GetStatus, opnum 6."""
        major, minor, build = _version()
        status = OPCSERVERSTATUS(
            start_time=self._surroundings.launched(_APP_ID),
            current_time=self._surroundings.wall_time(),
            last_update_time=0,  # no group ever sent an update
            server_state=OPCSERVERSTATE.OPC_STATUS_RUNNING,
            group_count=0,
            band_width=_UNLIMITED,
            major_version=major,
            minor_version=minor,
            build_number=build,
            vendor_info=_VENDOR,
        )
        return IOPCServerGetStatusResult(server_status=status)

    async def get_error_string(self, *, error: int, locale: int) -> IOPCServerGetErrorStringResult:
        """IOPCServer::GetErrorString, opnum 4; every locale gets English."""
        return IOPCServerGetErrorStringResult(string=error_text(error))


OPC_DA: Final = InstalledClass(
    clsid=CLSID,
    prog_id=PROG_ID,
    version_independent="Opcross.Simulation",
    description=_VENDOR,
    app_id=_APP_ID,
    launch_process=lambda surroundings: Objects(lambda: OpcDaServer(surroundings)),
    categories=frozenset({_CATID_DA_2}),
)
"""The simulated server as its setup installs it: everyone may launch and call it."""
