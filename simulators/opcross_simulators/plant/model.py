"""What a simulated plant offers to a server: items by number, and their values as columns.

A plant knows nothing of OPC groups or clients. Values are functions of time and of what was written; nothing
runs in the background, so a plant can be asked for any number of items at any moment.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from opcross.ndr import Variant
from opcross.opc.da.model import AccessRights

if TYPE_CHECKING:
    from opcross.opc.da.batch import Batch, WriteBatch
    from opcross_simulators.plant.tree import AddressTree

__all__ = ["Plant", "PlantItem"]

_NO_PROPERTIES: Final[Mapping[int, Variant]] = MappingProxyType({})
_BOTH = AccessRights.READABLE | AccessRights.WRITEABLE


@dataclass(frozen=True, slots=True, kw_only=True)
class PlantItem:
    """An item of the address space.

    ``path`` are the names of its branches, then its own; ``item_id`` need not be made of them. ``eu_range``
    makes it an analog item, ``eu_labels`` an enumerated one. ``scan_rate`` is in milliseconds: how often the
    device below is looked at (0: whenever somebody asks). ``properties`` are values by property id, beside
    those that follow from the other fields.
    """

    item_id: str
    path: tuple[str, ...]
    vartype: int
    rights: AccessRights = _BOTH
    description: str = ""
    units: str = ""
    eu_range: tuple[float, float] | None = None
    eu_labels: tuple[str, ...] = ()
    scan_rate: float = 0.0
    properties: Mapping[int, Variant] = field(default_factory=lambda: _NO_PROPERTIES)


class Plant(Protocol):
    """An address space with values behind it. Times are FILETIME ticks."""

    @property
    def items(self) -> Sequence[PlantItem]:
        """Every item; its position here is its number."""
        ...

    @property
    def tree(self) -> AddressTree:
        """The address space as branches and leaves."""
        ...

    def find(self, item_id: str) -> int | None:
        """The number of an item, case being ignored or not as the plant was made."""
        ...

    def sample(self, items: np.ndarray, now: int) -> Batch:
        """What the device says now of these items (numbers): handles are the numbers.

        Values have the items' own types. A value that cannot be had is VT_EMPTY with a bad quality; an item
        whose reading fails has an HRESULT as its error.
        """
        ...

    def write(self, items: np.ndarray, values: WriteBatch, now: int) -> np.ndarray:
        """Write values, which have the items' own types already; an HRESULT for each."""
        ...
