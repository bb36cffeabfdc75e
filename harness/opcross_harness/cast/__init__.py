"""The kinds of cast member: a closed list, built once."""

from __future__ import annotations

from types import MappingProxyType

from opcross_harness.cast.base import CastKind
from opcross_harness.cast.impacket_client import ImpacketClientKind
from opcross_harness.cast.node_opc_da_client import NodeOpcDaClientKind
from opcross_harness.cast.opc_da_client import OpcDaClientKind
from opcross_harness.cast.opc_da_server import OpcDaServerKind

__all__ = ["CAST_KINDS"]

_ALL: tuple[CastKind, ...] = (
    OpcDaServerKind(),
    OpcDaClientKind(),
    ImpacketClientKind(),
    NodeOpcDaClientKind(),
)

CAST_KINDS = MappingProxyType({kind.name: kind for kind in _ALL})
"""Every kind of cast member by its word."""
