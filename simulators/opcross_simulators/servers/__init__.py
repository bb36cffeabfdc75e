"""OPC servers for simulated hosts, as their setup programs would install them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross_simulators.servers.opc_da import OPC_DA
from opcross_simulators.servers.opc_enum import OPC_ENUM

if TYPE_CHECKING:
    from opcross_simulators.windows.installation import InstalledClass

__all__ = ["OPC_DA", "OPC_ENUM", "standard_classes"]


def standard_classes() -> tuple[InstalledClass, ...]:
    """What every host of the test bench has: the simulated OPC server, and OPCEnum to find it."""
    return (OPC_DA, OPC_ENUM)
