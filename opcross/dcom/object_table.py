"""The books of one object exporter: OIDs, IPIDs, reference counts, owners and last signs of life.

[MS-DCOM] 3.1.1.1 (OID table, IPID table), 3.1.1.5.6.1 (counting) and 3.1.1.6.2 (reclamation). No call
leaves this module, and no clock is read: ``now`` is a monotonic number of seconds.

Each client gets an OID of its own for an object, so one client's counts, pings and collection never
touch another's. A client over-releases and comes back with what it has released already; counts stop
at zero and unknown IPIDs are passed over.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeVar
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.owner import Owner
from opcross.errors import HResultError

__all__ = [
    "PING_PERIOD",
    "PING_TIMEOUT",
    "REFERENCES_GIVEN",
    "InterfaceEntry",
    "ObjectEntry",
    "ObjectTable",
    "TableLimits",
]

PING_PERIOD: Final = 120.0
"""Seconds between two pings of a client ([MS-DCOM] 3.1.2.2)."""

PING_TIMEOUT: Final = 3 * PING_PERIOD
"""Seconds without a ping after which a client counts as dead ([MS-DCOM] 3.1.2.2)."""

REFERENCES_GIVEN: Final = 5
"""Public references in a marshaled pointer; some clients release five whatever they were given."""

_MOST_REFERENCES: Final = 0x7FFFFFFF

_Key = TypeVar("_Key")


@dataclass(frozen=True, slots=True)
class TableLimits:
    """What one client may hold."""

    interfaces_per_owner: int = 10_000


@dataclass(slots=True, eq=False)
class InterfaceEntry:
    """An IPID: one interface of one object, as one client holds it."""

    ipid: UUID
    iid: UUID
    object: ObjectEntry
    public_refs: int = 0
    private_refs: int = 0

    @property
    def refs(self) -> int:
        """All references to this IPID."""
        return self.public_refs + self.private_refs


@dataclass(slots=True, eq=False)
class ObjectEntry:
    """An OID: one object, as one client holds it. ``owner`` None admits everyone."""

    oid: int
    target: object
    owner: Owner | None
    pinged: bool = True
    granted_at: float = 0.0
    called_at: float = float("-inf")
    interfaces: dict[UUID, InterfaceEntry] = field(default_factory=dict)


class ObjectTable:
    """Objects by OID and interfaces by IPID."""

    def __init__(
        self,
        *,
        entropy: Callable[[int], bytes],
        limits: TableLimits = TableLimits(),
        ping_period: float = PING_PERIOD,
        ping_timeout: float = PING_TIMEOUT,
    ) -> None:
        self._entropy = entropy
        self._limits = limits
        self._ping_period = ping_period
        self._ping_timeout = ping_timeout
        self._objects: dict[int, ObjectEntry] = {}
        self._interfaces: dict[UUID, InterfaceEntry] = {}
        self._by_holder: dict[tuple[int, Owner | None], ObjectEntry] = {}
        self._held: dict[Owner | None, int] = {}
        self._exports: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._objects)

    def __iter__(self) -> Iterator[ObjectEntry]:
        return iter(tuple(self._objects.values()))

    def interface(self, ipid: UUID) -> InterfaceEntry | None:
        """The entry of an IPID."""
        return self._interfaces.get(ipid)

    def object_entry(self, oid: int) -> ObjectEntry | None:
        """The entry of an OID."""
        return self._objects.get(oid)

    def holds(self, owner: Owner) -> bool:
        """Whether this client holds anything."""
        return self._held.get(owner, 0) > 0

    def exported(self, target: object) -> bool:
        """Whether any client holds this object."""
        return self._exports.get(id(target), 0) > 0

    def export(
        self,
        target: object,
        iid: UUID,
        owner: Owner | None,
        *,
        now: float,
        refs: int = REFERENCES_GIVEN,
        pinged: bool = True,
    ) -> InterfaceEntry:
        """Give ``owner`` ``refs`` public references to an interface of ``target``.

        Raises :class:`HResultError` (E_OUTOFMEMORY) when the client holds as many as it may.
        """
        entry = self._by_holder.get((id(target), owner))
        interface = entry.interfaces.get(iid) if entry is not None else None
        if interface is None and self._held.get(owner, 0) >= self._limits.interfaces_per_owner:
            most = self._limits.interfaces_per_owner
            raise HResultError(Hresult.E_OUTOFMEMORY, f"a client holds at most {most} interfaces")
        if entry is None:
            entry = self._new_object(target, owner, pinged)
        if interface is None:
            interface = self._new_interface(entry, iid)
        entry.granted_at = now
        interface.public_refs = min(interface.public_refs + refs, _MOST_REFERENCES)
        return interface

    def add_refs(self, interface: InterfaceEntry, public: int, private: int, *, now: float) -> None:
        """IRemUnknown::RemAddRef for one IPID."""
        interface.public_refs = min(interface.public_refs + public, _MOST_REFERENCES)
        interface.private_refs = min(interface.private_refs + private, _MOST_REFERENCES)
        interface.object.called_at = now

    def release(self, interface: InterfaceEntry, public: int, private: int) -> ObjectEntry | None:
        """IRemUnknown::RemRelease for one IPID; the object's entry, when that was its last reference."""
        interface.public_refs = max(interface.public_refs - public, 0)
        interface.private_refs = max(interface.private_refs - private, 0)
        if interface.refs or self._interfaces.get(interface.ipid) is not interface:
            return None
        entry = interface.object
        self._drop_interface(interface)
        if entry.interfaces:
            return None
        self._drop_object(entry)
        return entry

    def called(self, entry: ObjectEntry, now: float) -> None:
        """Note the time of an ORPC call, which keeps an object that is not pinged."""
        entry.called_at = now

    def disconnect(self, target: object) -> list[ObjectEntry]:
        """Take an object from every client, whatever they hold."""
        gone = [entry for entry in self._objects.values() if entry.target is target]
        for entry in gone:
            self._remove(entry)
        return gone

    def collect(self, now: float, *, in_ping_set: Callable[[int], bool]) -> list[ObjectEntry]:
        """Remove and return what its client has abandoned.

        An object stays while a ping set holds it, for the ping timeout after references to it were
        last handed out (clients start to ping up to four minutes later), and for a ping period after
        its last call ([MS-DCOM] 3.1.1.6.2).
        """
        gone = [
            entry
            for entry in self._objects.values()
            if entry.pinged
            and now - entry.granted_at >= self._ping_timeout
            and now - entry.called_at >= self._ping_period
            and not in_ping_set(entry.oid)
        ]
        for entry in gone:
            self._remove(entry)
        return gone

    def _new_object(self, target: object, owner: Owner | None, pinged: bool) -> ObjectEntry:
        oid = 0
        while oid == 0 or oid in self._objects:
            oid = int.from_bytes(self._entropy(8), "little")
        entry = ObjectEntry(oid, target, owner, pinged)
        self._objects[oid] = entry
        self._by_holder[id(target), owner] = entry
        self._exports[id(target)] = self._exports.get(id(target), 0) + 1
        return entry

    def _new_interface(self, entry: ObjectEntry, iid: UUID) -> InterfaceEntry:
        ipid = UUID(bytes=self._entropy(16))
        while ipid.int == 0 or ipid in self._interfaces:
            ipid = UUID(bytes=self._entropy(16))
        interface = InterfaceEntry(ipid, iid, entry)
        entry.interfaces[iid] = interface
        self._interfaces[ipid] = interface
        self._held[entry.owner] = self._held.get(entry.owner, 0) + 1
        return interface

    def _remove(self, entry: ObjectEntry) -> None:
        for interface in tuple(entry.interfaces.values()):
            self._drop_interface(interface)
        self._drop_object(entry)

    def _drop_interface(self, interface: InterfaceEntry) -> None:
        entry = interface.object
        del self._interfaces[interface.ipid]
        del entry.interfaces[interface.iid]
        _decrement(self._held, entry.owner)

    def _drop_object(self, entry: ObjectEntry) -> None:
        del self._objects[entry.oid]
        del self._by_holder[id(entry.target), entry.owner]
        _decrement(self._exports, id(entry.target))


def _decrement(counts: dict[_Key, int], key: _Key) -> None:
    counts[key] -= 1
    if not counts[key]:
        del counts[key]
