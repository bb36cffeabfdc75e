"""When a session that lost its server may try to come back.

Two rules, and the later moment counts. Attempts that fail move apart, with jitter, so that the clients of a
server which restarts do not all come at once. And activations are counted: DCOM keeps what a client left
behind for six minutes, so an old server must not be given new groups over and over before it has dropped the
old ones.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from opcross.errors import LocalMisuse

__all__ = ["HoldOff", "ReconnectPolicy"]

_MOST_DOUBLINGS: Final = 32
"""No power of two needs to be larger to exceed every delay."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReconnectPolicy:
    """Delays in seconds.

    The first attempt comes ``first`` seconds after the loss, each further one after twice as long, up to
    ``longest``; every delay is shortened by up to half of it, at random. After a refused log-on the next
    attempt comes no sooner than ``refused`` seconds later: accounts lock.
    """

    first: float = 1.0
    longest: float = 60.0
    refused: float = 360.0

    def __post_init__(self) -> None:
        if not 0 < self.first <= self.longest or self.refused < 0:
            raise LocalMisuse(f"delays that are none: {self}")

    def delay(self, attempt: int, entropy: Callable[[int], bytes]) -> float:
        """Seconds before an attempt; they are counted from 0."""
        whole = min(self.longest, self.first * 2.0 ** min(attempt, _MOST_DOUBLINGS))
        return whole * (1.0 - int.from_bytes(entropy(4), "little") / 2**33)


class HoldOff:
    """At most ``limit`` activations in any ``window`` seconds."""

    def __init__(self, limit: int, window: float) -> None:
        self._limit = limit
        self._window = window
        self._made: deque[float] = deque(maxlen=limit)

    def wait(self, now: float) -> float:
        """Seconds until the next activation may be made."""
        if len(self._made) < self._limit:
            return 0.0
        return max(0.0, self._made[0] + self._window - now)

    def count(self, now: float) -> None:
        """An activation is made now."""
        self._made.append(now)
