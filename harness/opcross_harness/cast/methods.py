"""The methods that a step may call by name: those of the simulated server that take no arguments."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.errors import LocalMisuse
from opcross.ndr.tables import load
from opcross_simulators.servers import OPC_DA, OPC_ENUM

if TYPE_CHECKING:
    from collections.abc import Mapping

    from opcross.ndr import Interface, Method

__all__ = ["FIRST_INTERFACE", "find_interface", "find_method"]

_INTERFACES: Final[Mapping[str, Interface]] = MappingProxyType(
    {
        name: load(table)[name]
        for table, name in (
            ("da", "IOPCServer"),
            ("common", "IOPCCommon"),
            ("common", "IOPCServerList"),
            ("common", "IOPCServerList2"),
            ("com", "IConnectionPointContainer"),
        )
    }
)

FIRST_INTERFACE: Final[Mapping[UUID, UUID]] = MappingProxyType(
    {OPC_DA.clsid: _INTERFACES["IOPCServer"].iid, OPC_ENUM.clsid: _INTERFACES["IOPCServerList"].iid}
)
"""What a client asks for when it activates a class."""


def find_interface(word: str) -> UUID:
    """An interface by name or IID. Raises :class:`~opcross.errors.LocalMisuse`."""
    if word in _INTERFACES:
        return _INTERFACES[word].iid
    try:
        return UUID(word)
    except ValueError:
        raise LocalMisuse(f'no interface is called "{word}": known are {", ".join(_INTERFACES)}') from None


def find_method(word: str) -> tuple[Interface, Method]:
    """A method by ``NAME`` or ``INTERFACE::NAME``. Raises :class:`~opcross.errors.LocalMisuse`."""
    wanted, _, name = word.rpartition("::")
    for interface in _INTERFACES.values():
        if wanted in ("", interface.name):
            for method in interface.by_opnum.values():
                if method.name == name:
                    return interface, method
    raise LocalMisuse(f'no method is called "{word}"')
