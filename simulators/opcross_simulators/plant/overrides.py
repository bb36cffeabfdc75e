"""What a scenario says of items at run time, over whatever they would say by themselves."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

from opcross.ndr import Variant, VariantColumn
from opcross_simulators.plant.values import is_number

__all__ = ["Overrides"]

_UNSET: Final = -1


class Overrides:
    """Columns over all items of a plant, which come into being with the first override."""

    def __init__(self, count: int) -> None:
        self.flags = np.zeros(count, np.bool_)
        """Whether an item has an override."""
        self._quality = np.full(count, _UNSET, np.int32)
        self._error = np.zeros(count, np.uint32)
        self._since = np.zeros(count, np.int64)
        self._valued = np.zeros(count, np.bool_)
        self._bits = np.zeros(count, np.uint64)
        self._objects: dict[int, Any] = {}

    def set(
        self,
        numbers: np.ndarray,
        *,
        quality: int | None,
        value: Variant | None,
        error: int,
        since: int,
    ) -> None:
        """Override these items; what is not given here is as the item itself has it."""
        self.clear(numbers)
        self.flags[numbers] = True
        self._quality[numbers] = _UNSET if quality is None else quality
        self._error[numbers] = error
        self._since[numbers] = since
        if value is not None:
            self._valued[numbers] = True
            if is_number(value.vt):
                self._bits[numbers] = VariantColumn.of([value]).bits[0]
            else:
                self._objects.update(dict.fromkeys(numbers.tolist(), value.value))

    def clear(self, numbers: np.ndarray) -> None:
        """Let these items speak for themselves again."""
        self.flags[numbers] = False
        self._valued[numbers] = False
        self._error[numbers] = 0
        if self._objects:
            for number in numbers.tolist():
                self._objects.pop(number, None)

    def errors(self, items: np.ndarray) -> np.ndarray:
        """The HRESULT that each item fails with, 0 for none."""
        errors: np.ndarray = self._error[items]
        return errors

    def apply(
        self,
        items: np.ndarray,
        own_types: np.ndarray,
        vartypes: np.ndarray,
        bits: np.ndarray,
        objects: dict[int, Any],
        qualities: np.ndarray,
        stamps: np.ndarray,
    ) -> None:
        """Put what is overridden into the columns of a sample; ``own_types`` are the items' VARTYPEs."""
        rows = np.flatnonzero(self.flags[items])
        if not len(rows):
            return
        numbers = items[rows]
        quality = self._quality[numbers]
        given = quality != _UNSET
        qualities[rows[given]] = quality[given]
        stamps[rows] = np.maximum(stamps[rows], self._since[numbers])
        valued = self._valued[numbers]
        bits[rows[valued]] = self._bits[numbers[valued]]
        vartypes[rows[valued]] = own_types[rows[valued]]
        if self._objects:
            for row, number in zip(rows[valued].tolist(), numbers[valued].tolist(), strict=True):
                if not is_number(int(vartypes[row])):
                    objects[row] = self._objects[number]
