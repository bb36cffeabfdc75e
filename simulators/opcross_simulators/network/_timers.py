"""The timers of a simulated loop, and the order of those that fall on the same instant."""

from __future__ import annotations

from heapq import heapify, heappop, heappush
from itertools import count
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    import asyncio
    from collections.abc import Iterator
    from random import Random  # noqa: TID251  (a type; the generator is passed in)

_PURGE_ABOVE: Final = 64


class TimerQueue:
    """A heap of timer handles, ordered by time, then by the seed, then by age.

    asyncio leaves the order of timers for the same instant undefined. On a real clock two timers set
    one after the other in the same step still fire in that order, and programs lean on it, so it is
    kept. Timers that *different* instants set for the same instant race on a real clock: here the seed
    decides, by one draw for each instant that sets timers.
    """

    __slots__ = ("_cancelled", "_heap", "_instant", "_numbers", "_random", "_tie")

    def __init__(self, random: Random) -> None:
        self._random = random
        self._heap: list[tuple[float, float, int, asyncio.TimerHandle]] = []
        self._numbers = count()
        self._cancelled = 0
        self._instant = -1.0
        self._tie = 0.0

    def push(self, handle: asyncio.TimerHandle, now: float) -> None:
        """Queue ``handle``, set at the instant ``now``."""
        if now != self._instant:
            self._instant = now
            self._tie = self._random.random()
        handle._scheduled = True  # type: ignore[attr-defined]  # the slot that asyncio keeps for its loops
        heappush(self._heap, (handle.when(), self._tie, next(self._numbers), handle))

    def cancelled(self, handle: asyncio.TimerHandle) -> None:
        """Count a cancelled handle; when most of the heap is cancelled it is built anew."""
        if not handle._scheduled:  # type: ignore[attr-defined]  # as above
            return
        self._cancelled += 1
        if self._cancelled > _PURGE_ABOVE and self._cancelled * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if not entry[3].cancelled()]
            heapify(self._heap)
            self._cancelled = 0

    def next_time(self) -> float | None:
        """When the first live timer is due, or None if there is none."""
        heap = self._heap
        while heap and heap[0][3].cancelled():
            heappop(heap)[3]._scheduled = False  # type: ignore[attr-defined]  # as above
            self._cancelled -= 1
        return heap[0][0] if heap else None

    def due(self, now: float) -> Iterator[asyncio.TimerHandle]:
        """Take the live timers that are due at ``now``, in their order."""
        heap = self._heap
        while heap and heap[0][0] <= now:
            handle = heappop(heap)[3]
            handle._scheduled = False  # type: ignore[attr-defined]  # as above
            if handle.cancelled():
                self._cancelled -= 1
            else:
                yield handle

    def clear(self) -> None:
        """Forget every timer."""
        self._heap.clear()
        self._cancelled = 0
