"""The clocks and the entropy that shells hand to the quiet cores."""

from __future__ import annotations

import os
import time

__all__ = ["entropy", "wall_time"]

_EPOCH = 116_444_736_000_000_000
"""1970-01-01 in 100 ns ticks since 1601-01-01."""


def wall_time() -> int:
    """Now, in 100 ns ticks since 1601 (FILETIME)."""
    return time.time_ns() // 100 + _EPOCH


def entropy(size: int) -> bytes:
    """Unpredictable octets."""
    return os.urandom(size)
