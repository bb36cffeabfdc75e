"""The simulated Data Access server: a plant behind sessions, groups and change streams."""

from __future__ import annotations

from opcross_simulators.servers.da.service import SimulatedDaService
from opcross_simulators.servers.da.settings import DaServerSettings

__all__ = ["DaServerSettings", "SimulatedDaService"]
