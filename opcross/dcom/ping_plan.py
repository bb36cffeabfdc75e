"""What a client pings next: one set per resolver, told of changes only ([MS-DCOM] 3.2.4.3, 3.2.6.1).

Objects join and leave between pings. A ping is a ComplexPing when there are changes to tell, else a
SimplePing; nothing when there is nothing to keep alive. The reply, or its absence, is reported back.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["ComplexPing", "PingPlan", "SimplePing"]


@dataclass(frozen=True, slots=True)
class SimplePing:
    """IOXIDResolver::SimplePing is due."""

    set_id: int


@dataclass(frozen=True, slots=True)
class ComplexPing:
    """IOXIDResolver::ComplexPing is due; ``set_id`` 0 asks for a new set."""

    set_id: int
    sequence: int
    add: tuple[int, ...]
    delete: tuple[int, ...]


class PingPlan:
    """The client's side of one ping set. At most one ping is under way at a time."""

    def __init__(self) -> None:
        self._wanted: set[int] = set()
        self._told: set[int] = set()
        self._set_id = 0
        self._sequence = 0

    @property
    def idle(self) -> bool:
        """Whether there is nothing to keep alive and nothing to take back."""
        return not self._wanted and not self._told

    @property
    def empty(self) -> bool:
        """Whether there is nothing to keep alive, though the resolver may not know yet."""
        return not self._wanted

    def add(self, oid: int) -> None:
        """Keep this object alive from the next ping on."""
        self._wanted.add(oid)

    def remove(self, oid: int) -> None:
        """Stop to keep this object alive."""
        self._wanted.discard(oid)

    def next(self) -> SimplePing | ComplexPing | None:
        """The ping that is due now."""
        add, delete = self._wanted - self._told, self._told - self._wanted
        if add or delete:
            self._sequence = (self._sequence + 1) & 0xFFFF
            return ComplexPing(self._set_id, self._sequence, tuple(sorted(add)), tuple(sorted(delete)))
        return SimplePing(self._set_id) if self._told else None

    def succeeded(self, ping: SimplePing | ComplexPing, set_id: int) -> None:
        """The resolver took the ping; ``set_id`` is the one it answered with."""
        self._set_id = set_id
        if isinstance(ping, ComplexPing):
            self._told = (self._told | set(ping.add)) - set(ping.delete)

    def set_is_gone(self) -> None:
        """The resolver does not know our set (it restarted, or we were silent): start a new one."""
        self._set_id = 0
        self._told = set()
