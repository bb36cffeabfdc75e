"""From item ids to numbers, in twelve octets an item.

The hashes of all ids lie sorted in a column, the items' numbers beside them. A look-up is a binary search;
the id itself is compared at the end, so two ids with the same hash never pass for each other.
"""

from __future__ import annotations

import numpy as np

from opcross.errors import LocalMisuse
from opcross_simulators.plant.table import ItemTable

__all__ = ["ItemIndex"]


class ItemIndex:
    """The ids of a table. Raises :class:`~opcross.errors.LocalMisuse` when two items have the same."""

    def __init__(self, items: ItemTable, *, case_sensitive: bool = False) -> None:
        self._items = items
        self._case_sensitive = case_sensitive
        hashes = np.fromiter(
            (hash(self._fold(item_id)) for item_id in items.item_ids()), np.int64, count=len(items)
        )
        order = np.argsort(hashes, kind="stable")
        self._numbers = order.astype(np.int32)
        self._hashes = hashes[order]
        for place in np.flatnonzero(self._hashes[1:] == self._hashes[:-1]).tolist():
            one, other = self._id_at(place), self._id_at(place + 1)
            if self._fold(one) == self._fold(other):
                raise LocalMisuse(f'two items have the id "{other}"')

    def _fold(self, item_id: str) -> str:
        return item_id if self._case_sensitive else item_id.lower()

    def _id_at(self, place: int) -> str:
        return self._items.item_id(int(self._numbers[place]))

    def find(self, item_id: str) -> int | None:
        """The number of an item."""
        key = self._fold(item_id)
        wanted = hash(key)
        place = int(np.searchsorted(self._hashes, wanted))
        while place < len(self._hashes) and int(self._hashes[place]) == wanted:
            if self._fold(self._id_at(place)) == key:
                return int(self._numbers[place])
            place += 1
        return None
