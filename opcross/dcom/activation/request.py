"""What an activation asks for, whichever of the three methods carried it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Final
from uuid import UUID

from opcross.dcom.dual_string_array import TOWER_TCP
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.levels import ImpersonationLevel

__all__ = ["CLSCTX_REMOTE_SERVER", "MODE_GET_CLASS_OBJECT", "ActivationMethod", "ActivationRequest"]

MODE_GET_CLASS_OBJECT: Final = 0xFFFFFFFF
"""IRemoteActivation's Mode for a class object instead of an instance ([MS-DCOM] 3.1.2.5.2.3.1)."""

CLSCTX_REMOTE_SERVER: Final = 0x10


class ActivationMethod(Enum):
    """The method on the wire."""

    REMOTE_ACTIVATION = "RemoteActivation"
    """IRemoteActivation, opnum 0: the old form, still sent by many gateways."""
    REMOTE_GET_CLASS_OBJECT = "RemoteGetClassObject"
    """IRemoteSCMActivator, opnum 3."""
    REMOTE_CREATE_INSTANCE = "RemoteCreateInstance"
    """IRemoteSCMActivator, opnum 4."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivationRequest:
    """One activation, in the same terms for all methods.

    ``iids`` are the interfaces asked for, at least one. ``machine`` is the server's name as the
    client dialled it, where the client says so. ``flags`` are ACTVFLAGS ([MS-DCOM] 2.2.22.2.1).
    """

    method: ActivationMethod
    clsid: UUID
    causality: UUID
    iids: tuple[UUID, ...]
    get_class_object: bool = False
    client_version: ComVersion = COM_5_7
    impersonation: int = ImpersonationLevel.IDENTIFY
    protocol_sequences: tuple[int, ...] = (TOWER_TCP,)
    class_context: int = CLSCTX_REMOTE_SERVER
    flags: int = 0
    machine: str | None = None
