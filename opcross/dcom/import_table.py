"""The books of a client: which references it holds in other exporters ([MS-DCOM] 3.2.1, 3.2.4.4).

References that arrive for an object already held are added to it. Nothing here touches the network.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import StdObjRef

__all__ = ["HeldInterface", "HeldObject", "ImportTable"]


@dataclass(slots=True)
class HeldInterface:
    """An IPID held, with the public references that have to be given back."""

    iid: UUID
    ipid: UUID
    public_refs: int


@dataclass(slots=True, eq=False)
class HeldObject:
    """An OID held; ``superseded`` are IPIDs for which a later reference brought another."""

    oxid: int
    oid: int
    resolver: DualStringArray
    pinged: bool
    interfaces: dict[UUID, HeldInterface] = field(default_factory=dict)
    superseded: list[HeldInterface] = field(default_factory=list)


class ImportTable:
    """What is held, by (OXID, OID)."""

    def __init__(self) -> None:
        self._objects: dict[tuple[int, int], HeldObject] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def hold(self, iid: UUID, std: StdObjRef, resolver: DualStringArray) -> tuple[HeldObject, bool]:
        """Take references in; the object's entry, and whether it is new."""
        entry = self._objects.get((std.oxid, std.oid))
        new = entry is None
        if entry is None:
            entry = HeldObject(std.oxid, std.oid, resolver, std.pinged)
            self._objects[std.oxid, std.oid] = entry
        self.add(entry, iid, std)
        return entry, new

    def add(self, entry: HeldObject, iid: UUID, std: StdObjRef) -> HeldInterface:
        """Take references to one more interface, or more references to one held."""
        interface = entry.interfaces.get(iid)
        if interface is None or interface.ipid != std.ipid:
            if interface is not None:
                entry.superseded.append(interface)
            interface = HeldInterface(iid, std.ipid, 0)
            entry.interfaces[iid] = interface
        interface.public_refs += std.public_refs
        return interface

    def drop(self, entry: HeldObject) -> tuple[HeldInterface, ...]:
        """Forget an object; the references to release."""
        self._objects.pop((entry.oxid, entry.oid), None)
        everything = [*entry.interfaces.values(), *entry.superseded]
        held = tuple(interface for interface in everything if interface.public_refs)
        entry.interfaces.clear()
        entry.superseded.clear()
        return held

    def objects(self) -> tuple[HeldObject, ...]:
        """Everything held."""
        return tuple(self._objects.values())
