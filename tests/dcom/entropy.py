"""Repeatable entropy for tests."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def seeded(seed: str = "") -> Callable[[int], bytes]:
    """A source that gives the same octets in every run."""
    numbers = itertools.count()
    return lambda size: hashlib.shake_256(f"{seed}/{next(numbers)}".encode()).digest(size)
