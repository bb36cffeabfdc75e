"""The call budget: what clients together may ask of one server, so that a fragile old one is safe.

Whoever has to wait waits in the order of asking; so sessions share a server fairly, one call each.
Callbacks cost nothing: the server sends them at the pace it chose. Nothing is ever read ahead.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from math import inf
from typing import Final

from opcross.codes import Hresult
from opcross.errors import HResultError, LocalMisuse

__all__ = ["ORPHAN_WINDOW", "Budget", "CallBudget", "TokenBucket"]

ORPHAN_WINDOW: Final = 360.0
"""Seconds that a server keeps what a client left behind: three periods of its pings ([MS-DCOM] 3.1.2.6)."""

_ALMOST: Final = 1e-9
"""A token that lacks this much is not waited for: clocks round."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CallBudget:
    """Limits for one server. Rates are per second, ``math.inf`` switches one off.

    ``concurrent_calls`` are under way at a time. A request for more than ``items_per_call`` items becomes
    several calls, one after the other. ``device_reads`` are calls that reach the device, ``polls`` reads of
    the cache in place of callbacks, ``browse_calls`` those that browse or ask for properties. ``groups``
    exist at a time. A session activates the server at most ``activations`` times in :data:`ORPHAN_WINDOW`,
    so a server that keeps what its clients left behind has at most ``activations`` times the groups of each
    session. ``hold_off`` are the seconds that a session stays away once the server asked it to leave.
    """

    concurrent_calls: int = 1
    items_per_call: int = 1_000
    device_reads: float = 10.0
    polls: float = 10.0
    browse_calls: float = 50.0
    groups: int = 100
    activations: int = 6
    hold_off: float = 30.0

    def __post_init__(self) -> None:
        counts = self.concurrent_calls, self.items_per_call, self.groups, self.activations
        if min(counts) < 1:
            raise LocalMisuse(f"a budget in which nothing may be done: {self}")
        if not (min(self.device_reads, self.polls, self.browse_calls) > 0 and self.hold_off >= 0):
            raise LocalMisuse(f"a budget whose rates are no rates: {self}")


class TokenBucket:
    """So many per second, with bursts of a second's worth; first come, first served."""

    def __init__(self, rate: float) -> None:
        self._rate = rate
        self._burst = max(1.0, rate)
        self._tokens = self._burst
        self._at: float | None = None
        self._turn = asyncio.Lock()

    async def take(self) -> None:
        """Wait for a token."""
        if self._rate == inf:
            return
        async with self._turn:
            if self._refill() < 1.0 - _ALMOST:
                await asyncio.sleep((1.0 - self._tokens) / self._rate)
                self._refill()
            self._tokens -= 1.0

    def _refill(self) -> float:
        now = asyncio.get_running_loop().time()
        if self._at is not None:
            self._tokens = min(self._burst, self._tokens + (now - self._at) * self._rate)
        self._at = now
        return self._tokens


class Budget:
    """A budget in use, shared by every session of a client."""

    def __init__(self, limits: CallBudget) -> None:
        self.limits: Final = limits
        self.calls: Final = asyncio.Semaphore(limits.concurrent_calls)
        self.device: Final = TokenBucket(limits.device_reads)
        self.polls: Final = TokenBucket(limits.polls)
        self.browse: Final = TokenBucket(limits.browse_calls)
        self._groups = 0

    @property
    def groups(self) -> int:
        """How many groups there are."""
        return self._groups

    def claim_group(self) -> None:
        """Count one more group. Raises :class:`HResultError` (E_OUTOFMEMORY) above the limit."""
        if self._groups >= self.limits.groups:
            raise HResultError(
                Hresult.E_OUTOFMEMORY, f"the call budget allows {self.limits.groups} groups (groups)"
            )
        self._groups += 1

    def return_group(self) -> None:
        """A group is gone."""
        self._groups = max(self._groups - 1, 0)
