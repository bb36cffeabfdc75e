"""What a server needs to know of every item of the plant, as columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.opc.da.model import AccessRights
from opcross_simulators.plant.table import ItemTable

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross_simulators.plant.model import PlantItem

__all__ = ["ItemFacts"]


class ItemFacts:
    """By item number: ``vartypes`` (uint16), ``rights`` (uint32), ``readable``, ``writeable``, ``spans``.

    A span is high EU less low EU, NaN for what is not analog.
    """

    def __init__(self, items: Sequence[PlantItem]) -> None:
        of_item: np.ndarray | slice = slice(None)
        kinds: Sequence[PlantItem] = items
        if isinstance(items, ItemTable):
            # Items by the thousand come from few prototypes; only those have to be looked at.
            prototypes, of_item = items.prototypes()
            kinds = [prototype.item for prototype in prototypes]
        self.vartypes = np.array([item.vartype for item in kinds], np.uint16)[of_item]
        self.rights = np.array([int(item.rights) for item in kinds], np.uint32)[of_item]
        self.spans = np.array([_span(item) for item in kinds], np.float64)[of_item]
        self.readable = (self.rights & np.uint32(AccessRights.READABLE)) != 0
        self.writeable = (self.rights & np.uint32(AccessRights.WRITEABLE)) != 0


def _span(item: PlantItem) -> float:
    return float("nan") if item.eu_range is None else abs(item.eu_range[1] - item.eu_range[0])
