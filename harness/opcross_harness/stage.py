"""A stage: where one case plays, on one net, from an empty start to an orderly end."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from opcross_harness.errors import BenchError

if TYPE_CHECKING:
    from opcross_harness.cast.base import Actor
    from opcross_harness.nets import Records, Venue

__all__ = ["Stage"]

A = TypeVar("A", bound="Actor")


class Stage:
    """The actors of a case, and what all of them share.

    ``venue`` is the ground of the net below; ``seed`` is the case's own.
    """

    def __init__(self, venue: Venue, seed: int) -> None:
        self.venue = venue
        self.seed = seed
        self._actors: dict[str, Actor] = {}

    @property
    def recording(self) -> Records:
        """What went over the wires so far."""
        return self.venue.recording

    @property
    def names(self) -> dict[str, str]:
        """The address of each cast member, by name."""
        return {name: actor.address for name, actor in self._actors.items()}

    def add(self, actor: Actor) -> None:
        """Let an actor come on."""
        self._actors[actor.name] = actor

    def actor(self, name: str, role: type[A]) -> A:
        """The actor of this name. Raises :class:`BenchError` if it cannot play the role."""
        actor = self._actors.get(name)
        if not isinstance(actor, role):
            raise BenchError(f"{name} cannot play a {role.__name__} here")
        return actor

    def now(self) -> float:
        """Seconds since the stage was set, on the net's clock."""
        return self.venue.now()

    def wall_time(self) -> int:
        """The time of day on the net: ticks of 100 ns since 1601."""
        return self.venue.wall_time()

    def entropy(self, purpose: str) -> Callable[[int], bytes]:
        """A source of octets that depends on the seed and the purpose alone."""
        key = hashlib.blake2b(f"{self.seed}:{purpose}".encode(), digest_size=32).digest()
        blocks = 0

        def draw(count: int) -> bytes:
            nonlocal blocks
            blocks += 1
            return hashlib.shake_256(key + blocks.to_bytes(8, "big")).digest(count)

        return draw
