"""What an object resolver knows: its exporters and the ping sets of its clients ([MS-DCOM] 3.1.2.1)."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

from opcross.codes import RpcStatus
from opcross.dcom.dual_string_array import TOWER_TCP
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.object_table import ObjectEntry
from opcross.dcom.ping_sets import DEFAULT_PING_LIMITS, PingLimits, PingSets
from opcross.errors import LocalMisuse, Refused

__all__ = ["ResolverBooks"]

_NO_PROTOCOL: Final = 0x000006A7
"""RPC_S_PROTSEQ_NOT_SUPPORTED ([MS-ERREF] 2.2)."""


class ResolverBooks:
    """The OXID table and the SETID table of one machine. ``now`` gives monotonic seconds."""

    def __init__(
        self,
        *,
        entropy: Callable[[int], bytes],
        now: Callable[[], float],
        limits: PingLimits = DEFAULT_PING_LIMITS,
    ) -> None:
        self._now = now
        self._exporters: dict[int, ObjectExporter] = {}
        self.ping_sets: Final = PingSets(entropy=entropy, limits=limits)

    @property
    def exporters(self) -> tuple[ObjectExporter, ...]:
        """Those registered."""
        return tuple(self._exporters.values())

    def register(self, exporter: ObjectExporter) -> None:
        """Answer for an exporter from now on."""
        if exporter.oxid in self._exporters:
            raise LocalMisuse(f"OXID 0x{exporter.oxid:016x} is registered already")
        self._exporters[exporter.oxid] = exporter

    def unregister(self, exporter: ObjectExporter) -> None:
        """The exporter's process ended; its OXID is invalid from now on."""
        self._exporters.pop(exporter.oxid, None)

    def resolve(self, oxid: int, protocol_sequences: Collection[int]) -> ObjectExporter:
        """The exporter of an OXID; raises OR_INVALID_OXID, or that its protocols are not asked for."""
        exporter = self._exporters.get(oxid)
        if exporter is None:
            raise Refused(RpcStatus.OR_INVALID_OXID, "OR_INVALID_OXID", f"no exporter 0x{oxid:016x}")
        if TOWER_TCP not in protocol_sequences:
            raise Refused(_NO_PROTOCOL, "RPC_S_PROTSEQ_NOT_SUPPORTED", "only ncacn_ip_tcp is spoken")
        return exporter

    def knows(self, oid: int) -> bool:
        """Whether any exporter has this object."""
        return any(exporter.table.object_entry(oid) is not None for exporter in self._exporters.values())

    def simple_ping(self, set_id: int) -> None:
        """IOXIDResolver::SimplePing."""
        self.ping_sets.simple_ping(set_id, now=self._now())

    def complex_ping(
        self, set_id: int, sequence: int, add: Collection[int], delete: Collection[int], *, address: str
    ) -> int:
        """IOXIDResolver::ComplexPing; the SETID."""
        return self.ping_sets.complex_ping(
            set_id, sequence, add, delete, address=address, now=self._now(), known=self.knows
        )

    def collect(self) -> list[ObjectEntry]:
        """Expire silent ping sets and collect what nobody keeps alive ([MS-DCOM] 3.1.2.6)."""
        self.ping_sets.expire(self._now())
        gone: list[ObjectEntry] = []
        for exporter in self.exporters:
            gone += exporter.collect(self.ping_sets.covers)
        for entry in gone:
            self.ping_sets.forget(entry.oid)
        return gone
