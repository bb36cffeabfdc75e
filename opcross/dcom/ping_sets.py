"""Ping sets: which clients are alive, as a resolver keeps them ([MS-DCOM] 3.1.2.1, 3.1.2.5.1.2-3, 3.1.2.6).

Pure bookkeeping: ``now`` is a monotonic number of seconds. Requests that the resolver refuses raise
:class:`~opcross.errors.Refused` with the Win32 status that the method returns.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from typing import Final

from opcross.codes import RpcStatus
from opcross.dcom.object_table import PING_TIMEOUT
from opcross.errors import Refused

__all__ = ["DEFAULT_PING_LIMITS", "PingLimits", "PingSet", "PingSets"]

_OUT_OF_RESOURCES: Final = 0x000006B9
"""RPC_S_OUT_OF_RESOURCES ([MS-ERREF] 2.2)."""


@dataclass(frozen=True, slots=True)
class PingLimits:
    """What one client, known by its address, may ask a resolver to remember."""

    oids_per_set: int = 10_000
    sets_per_address: int = 256


DEFAULT_PING_LIMITS: Final = PingLimits()


@dataclass(slots=True)
class PingSet:
    """A set of OIDs that one client keeps alive together."""

    id: int
    address: str
    sequence: int
    pinged_at: float
    oids: set[int] = field(default_factory=set)


class PingSets:
    """The SETID table of a resolver."""

    def __init__(
        self,
        *,
        entropy: Callable[[int], bytes],
        limits: PingLimits = DEFAULT_PING_LIMITS,
        timeout: float = PING_TIMEOUT,
    ) -> None:
        self._entropy = entropy
        self._limits = limits
        self._timeout = timeout
        self._sets: dict[int, PingSet] = {}
        self._members: dict[int, int] = {}

    def __len__(self) -> int:
        return len(self._sets)

    def get(self, set_id: int) -> PingSet | None:
        """The set of this SETID."""
        return self._sets.get(set_id)

    def covers(self, oid: int) -> bool:
        """Whether a live set holds this OID."""
        return oid in self._members

    def simple_ping(self, set_id: int, *, now: float) -> None:
        """Keep a set alive; raises OR_INVALID_SET."""
        self._find(set_id, now).pinged_at = now

    def complex_ping(
        self,
        set_id: int,
        sequence: int,
        add: Collection[int],
        delete: Collection[int],
        *,
        address: str,
        now: float,
        known: Callable[[int], bool],
    ) -> int:
        """Make (``set_id`` 0) or change a set and keep it alive; the SETID.

        A request that is older than the last one pings and changes nothing; one with the same number
        is applied, as there are clients that never count. OIDs that no exporter knows are passed over;
        if no OID to add is known, raises OR_INVALID_OID. Raises OR_INVALID_SET for an unknown set, and
        RPC_S_OUT_OF_RESOURCES above a limit.
        """
        ping_set = self._find(set_id, now) if set_id else None
        if ping_set is not None:
            ping_set.pinged_at = now
            if (sequence - ping_set.sequence) & 0xFFFF > 0x7FFF:
                return ping_set.id
        added = {oid for oid in add if known(oid)}
        if add and not added:
            raise Refused(RpcStatus.OR_INVALID_OID, "OR_INVALID_OID", "no exporter knows these")
        if ping_set is None:
            self._check(len(added))
            ping_set = self._new(address, now)
        else:
            self._check(len(ping_set.oids | added))
        ping_set.sequence = sequence
        for oid in added - ping_set.oids:
            ping_set.oids.add(oid)
            self._members[oid] = self._members.get(oid, 0) + 1
        for oid in ping_set.oids.intersection(delete):
            self._take(ping_set, oid)
        return ping_set.id

    def forget(self, oid: int) -> None:
        """Take an object that is no more out of every set."""
        if oid in self._members:
            for ping_set in self._sets.values():
                if oid in ping_set.oids:
                    self._take(ping_set, oid)

    def expire(self, now: float) -> list[PingSet]:
        """Remove and return the sets whose clients have been silent for the timeout."""
        dead = [ping_set for ping_set in self._sets.values() if now - ping_set.pinged_at >= self._timeout]
        for ping_set in dead:
            del self._sets[ping_set.id]
            for oid in tuple(ping_set.oids):
                self._take(ping_set, oid)
        return dead

    def _find(self, set_id: int, now: float) -> PingSet:
        ping_set = self._sets.get(set_id)
        if ping_set is None or now - ping_set.pinged_at >= self._timeout:
            raise Refused(RpcStatus.OR_INVALID_SET, "OR_INVALID_SET", f"no ping set 0x{set_id:016x}")
        return ping_set

    def _check(self, oids: int) -> None:
        if oids > self._limits.oids_per_set:
            raise _too_many(f"a ping set holds at most {self._limits.oids_per_set} objects")

    def _new(self, address: str, now: float) -> PingSet:
        if sum(other.address == address for other in self._sets.values()) >= self._limits.sets_per_address:
            raise _too_many(f"{address} has {self._limits.sets_per_address} ping sets")
        set_id = 0
        while set_id == 0 or set_id in self._sets:
            set_id = int.from_bytes(self._entropy(8), "little")
        ping_set = PingSet(set_id, address, 0, now)
        self._sets[set_id] = ping_set
        return ping_set

    def _take(self, ping_set: PingSet, oid: int) -> None:
        ping_set.oids.discard(oid)
        self._members[oid] -= 1
        if not self._members[oid]:
            del self._members[oid]


def _too_many(reason: str) -> Refused:
    return Refused(_OUT_OF_RESOURCES, "RPC_S_OUT_OF_RESOURCES", reason)
