"""Links: how long a segment is under way from one host to another, and whether it arrives."""

from __future__ import annotations

from dataclasses import dataclass
from math import inf, nextafter
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from random import Random  # noqa: TID251  (a type; the generator is passed in)

__all__ = ["HEADER_SIZE", "LAN", "LOOPBACK", "Link", "LinkQuality"]

HEADER_SIZE: Final = 40
"""Octets of IPv4 and TCP header that count against a bandwidth."""


@dataclass(frozen=True, slots=True)
class LinkQuality:
    """``latency`` and ``jitter`` in seconds, ``bandwidth`` in octets per second (None: unlimited).

    A segment takes ``latency`` plus a seeded part of ``jitter``. Segments of one connection keep their
    order; the jitter decides between connections.
    """

    latency: float = 0.000_2
    jitter: float = 0.000_05
    bandwidth: float | None = None

    def __post_init__(self) -> None:
        if not (0 <= self.latency < inf and 0 <= self.jitter < inf):
            raise ValueError(
                f"latency and jitter are finite and not negative, not {self.latency!r} and {self.jitter!r}"
            )
        if self.bandwidth is not None and not self.bandwidth > 0:
            raise ValueError(f"a bandwidth is above 0 octets per second, not {self.bandwidth!r}")


LAN: Final = LinkQuality()
LOOPBACK: Final = LinkQuality(latency=0.000_01, jitter=0.000_005)


class Link:
    """The way from one host to another, in one direction.

    ``quality`` may be exchanged at any time; it counts for segments sent from then on.
    """

    __slots__ = ("_busy_until", "cuts", "is_cut", "quality")

    def __init__(self, quality: LinkQuality) -> None:
        self.quality = quality
        self.is_cut = False
        self.cuts = 0
        self._busy_until = 0.0

    def cut(self) -> None:
        """Lose what is under way and what will be sent, until :meth:`restore`."""
        self.is_cut = True
        self.cuts += 1

    def restore(self) -> None:
        """Carry segments again."""
        self.is_cut = False

    def arrival(self, now: float, size: int, after: float, random: Random) -> float:
        """When ``size`` octets sent at ``now`` arrive: later than ``after``, what the flow sent before."""
        quality = self.quality
        start = now
        if quality.bandwidth is not None:
            start = max(now, self._busy_until) + size / quality.bandwidth
            self._busy_until = start
        when = start + quality.latency
        if quality.jitter:
            when += random.random() * quality.jitter
        return when if when > after else nextafter(after, inf)
