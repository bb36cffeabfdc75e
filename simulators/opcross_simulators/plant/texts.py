"""Signals of items that are no numbers: texts and arrays, one by one."""

from __future__ import annotations

from typing import Any

import numpy as np

from opcross.ndr import SafeArray, VarType
from opcross_simulators.plant.mixing import mix
from opcross_simulators.plant.signals import Signal
from opcross_simulators.plant.values import numbers_of
from opcross_simulators.plant.waves import SignalRows, SignalTable, levels

__all__ = ["array_of", "texts_of"]


def texts_of(
    signals: list[Signal], rows: SignalRows, seconds: np.ndarray | float, ticks: np.ndarray | int
) -> list[str]:
    """A text for each item: one of its words, or the number that its signal gives."""
    values = levels(rows, seconds, ticks)
    shares = (values - rows.low) / np.where(rows.span > 0, rows.span, 1.0)
    texts = []
    for signal, share, value in zip(signals, shares.tolist(), values.tolist(), strict=True):
        words = signal.words
        place = min(max(int(share * len(words)), 0), len(words) - 1)
        texts.append(words[place] if words else f"{value:.7g}")
    return texts


def array_of(
    table: SignalTable, row: int, vartype: int, seed: np.uint32, seconds: float, tick: int
) -> SafeArray:
    """The array of one item; its elements are items of their own, as far as chance and scatter go."""
    signal = table.signals[row]
    own = mix(seed ^ np.arange(signal.size, dtype=np.uint32))
    rows = table.rows(signal.kind, np.full(signal.size, row), own)
    inner = vartype & ~VarType.ARRAY
    held: Any
    if inner == VarType.BSTR:
        held = texts_of([signal] * signal.size, rows, seconds, tick)
    else:
        held = numbers_of(inner, levels(rows, seconds, tick))
    return SafeArray.of(inner, held)
