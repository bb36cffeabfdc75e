"""Numbers that look random and are not: a hash of who asks and which tick it is.

Nothing is drawn one after another, so any tick of any item can be had at once, in any order, and the same
seed gives the same plant on every machine. The mixer works on 32 bits because NumPy multiplies those in
vectors; 32 bits are plenty for values that stand for measurements.
"""

from __future__ import annotations

from typing import Final
from zlib import crc32

import numpy as np

__all__ = ["mix", "mix_one", "seed_of", "tick_key", "uniform"]

_MASK: Final = 0xFFFFFFFF
_FIRST: Final = 0x7FEB352D
_SECOND: Final = 0x846CA68B
_UNIT: Final = 2.0**-32


def mix(words: np.ndarray) -> np.ndarray:
    """Each 32-bit word scrambled so that every bit of it bears on every bit of the result."""
    mixed: np.ndarray = words ^ (words >> np.uint32(16))
    mixed *= np.uint32(_FIRST)
    mixed ^= mixed >> np.uint32(15)
    mixed *= np.uint32(_SECOND)
    mixed ^= mixed >> np.uint32(16)
    return mixed


def mix_one(word: int) -> int:
    """As :func:`mix`, for one Python number."""
    word &= _MASK
    word ^= word >> 16
    word = word * _FIRST & _MASK
    word ^= word >> 15
    word = word * _SECOND & _MASK
    return word ^ word >> 16


def seed_of(text: str, seed: int) -> int:
    """The seed of an item: it hangs on its id, not on its place, so that neighbours may come and go."""
    return mix_one(crc32(text.encode("utf-8", "surrogatepass")) ^ mix_one(seed ^ seed >> 32))


def tick_key(ticks: np.ndarray | int) -> np.ndarray | int:
    """A 32-bit word for a tick (or for each of a column of them), which may be negative or beyond 32 bits."""
    if isinstance(ticks, int):
        return mix_one(ticks ^ mix_one((ticks >> 32) + 1))
    low = ticks.astype(np.uint32)
    high = (ticks >> 32).astype(np.uint32)
    high += np.uint32(1)
    low ^= mix(high)
    return mix(low)


def uniform(seeds: np.ndarray, ticks: np.ndarray | int) -> np.ndarray:
    """A number from 0 (inclusive) to 1 (exclusive) for each seed (uint32) at its tick."""
    key = tick_key(ticks)
    words = seeds ^ (np.uint32(key) if isinstance(key, int) else key)
    return mix(words) * _UNIT
