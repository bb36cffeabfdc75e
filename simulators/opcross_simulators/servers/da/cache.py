"""The cache of a server: what the device said last of each item, and when it was asked.

One for all sessions, a row for each item of the plant. The age of a value counts from the moment at which it
was obtained, on the loop's clock, not from its time stamp.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from opcross.ndr import VariantColumn
from opcross.opc.da.batch import Batch

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross_simulators.plant.model import Plant

__all__ = ["DeviceCache"]


class DeviceCache:
    """Asks the plant, and remembers. ``now`` is monotonic seconds, ``wall_time`` ticks."""

    def __init__(self, plant: Plant, *, now: Callable[[], float], wall_time: Callable[[], int]) -> None:
        count = len(plant.items)
        self._plant = plant
        self._now = now
        self._wall_time = wall_time
        self._obtained = np.full(count, -np.inf)
        self._types = np.zeros(count, np.uint16)
        self._bits = np.zeros(count, np.uint64)
        self._objects: dict[int, Any] = {}
        self._has_object = np.zeros(count, np.bool_)
        self._qualities = np.zeros(count, np.uint16)
        self._stamps = np.zeros(count, np.uint64)
        self._errors = np.zeros(count, np.uint32)

    def sample(self, numbers: np.ndarray) -> Batch:
        """Ask the device; handles are the numbers of the items."""
        batch = self._plant.sample(numbers, self._wall_time())
        values = batch.values
        self._has_object[numbers] = False
        for row, value in values.objects.items():
            self._objects[int(numbers[row])] = value
            self._has_object[numbers[row]] = True
        self._types[numbers] = values.vartypes
        self._bits[numbers] = values.bits
        self._qualities[numbers] = batch.qualities
        self._stamps[numbers] = batch.time_stamps
        self._errors[numbers] = batch.errors
        self._obtained[numbers] = self._now()
        return batch

    def older_than(self, numbers: np.ndarray, milliseconds: np.ndarray | float) -> np.ndarray:
        """Which of these values are older, or were never obtained (bool)."""
        ages = (self._now() - self._obtained[numbers]) * 1_000
        return np.asarray(ages > milliseconds)

    def never(self, numbers: np.ndarray) -> np.ndarray:
        """Which were never obtained (bool)."""
        return np.asarray(np.isneginf(self._obtained[numbers]))

    def load(self, numbers: np.ndarray) -> Batch:
        """What is remembered; VT_EMPTY where nothing is."""
        rows = np.flatnonzero(self._has_object[numbers])
        objects = {int(row): self._objects[int(numbers[row])] for row in rows}
        values = VariantColumn(self._types[numbers], self._bits[numbers], objects)
        return Batch(numbers, values, self._qualities[numbers], self._stamps[numbers], self._errors[numbers])
