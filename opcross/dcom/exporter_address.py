"""What a client learns of an exporter: from an activation, or from a resolver."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from uuid import UUID

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.levels import AuthLevel
from opcross.rpc.call import Endpoint

__all__ = ["ExporterAddress", "prefer"]


@dataclass(frozen=True, slots=True)
class ExporterAddress:
    """One entry of a client's OXID table ([MS-DCOM] 3.2.1).

    ``authentication_hint`` is the number that the server sent: the level below which it refuses.
    """

    bindings: DualStringArray
    ipid_rem_unknown: UUID
    authentication_hint: int
    version: ComVersion = COM_5_7

    def level(self, own: AuthLevel) -> AuthLevel:
        """The level for calls: our own, raised to the hint ([MS-DCOM] 3.2.4.2)."""
        try:
            hint = AuthLevel(self.authentication_hint)
        except ValueError:
            return own
        return max(own, hint)


def prefer(endpoints: Iterable[Endpoint], hosts: Sequence[str]) -> Iterator[Endpoint]:
    """The endpoints, those of the preferred hosts first, each once."""
    found = list(dict.fromkeys(endpoints))
    names = [host.casefold() for host in hosts]
    yield from (endpoint for endpoint in found if endpoint.host.casefold() in names)
    yield from (endpoint for endpoint in found if endpoint.host.casefold() not in names)
