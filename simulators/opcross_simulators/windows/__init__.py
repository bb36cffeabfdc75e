"""A simulated Windows host: updates, registry, accounts, permissions, event log, and DCOM on top of them."""

from __future__ import annotations

from opcross_simulators.windows.accounts import AccountDatabase, Principal, WindowsAccount
from opcross_simulators.windows.boot import Boot
from opcross_simulators.windows.calling import CallingRules, Program
from opcross_simulators.windows.client import WindowsClient
from opcross_simulators.windows.config import (
    AccountConfig,
    ApplicationConfig,
    HostConfig,
    RegistryEntry,
    load_host,
)
from opcross_simulators.windows.event_file import EventFile
from opcross_simulators.windows.event_log import SystemLog
from opcross_simulators.windows.gate import HostGate
from opcross_simulators.windows.host import ObjectRow, WindowsHost
from opcross_simulators.windows.identities import (
    INTERACTIVE_USER,
    LAUNCHING_USER,
    LOCAL_SERVICE,
    LOCAL_SYSTEM,
    NETWORK_SERVICE,
    IdentityKind,
    ServerIdentity,
    this_user,
)
from opcross_simulators.windows.installation import InstalledClass, ShutsDown, Surroundings
from opcross_simulators.windows.permissions import AccessList, ComRights, parse_sddl
from opcross_simulators.windows.registry import OLE_KEY, Registry, app_id_key

__all__ = [
    "INTERACTIVE_USER",
    "LAUNCHING_USER",
    "LOCAL_SERVICE",
    "LOCAL_SYSTEM",
    "NETWORK_SERVICE",
    "OLE_KEY",
    "AccessList",
    "AccountConfig",
    "AccountDatabase",
    "ApplicationConfig",
    "Boot",
    "CallingRules",
    "ComRights",
    "EventFile",
    "HostConfig",
    "HostGate",
    "IdentityKind",
    "InstalledClass",
    "ObjectRow",
    "Principal",
    "Program",
    "Registry",
    "RegistryEntry",
    "ServerIdentity",
    "ShutsDown",
    "Surroundings",
    "SystemLog",
    "WindowsAccount",
    "WindowsClient",
    "WindowsHost",
    "app_id_key",
    "load_host",
    "parse_sddl",
    "this_user",
]
