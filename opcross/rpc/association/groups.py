"""Association groups: connections of one client process to one listener ([C706] 12.6.3.1, [MS-RPCE] 3.3.1.4).

A group lives as long as one of its connections. A bind that names a group which does not exist is refused.
"""

from __future__ import annotations

__all__ = ["AssociationGroups"]


class AssociationGroups:
    """The groups of one listener: how many connections each has."""

    __slots__ = ("_members", "_next")

    def __init__(self, first: int = 0x00010000) -> None:
        self._members: dict[int, int] = {}
        self._next = first

    def __len__(self) -> int:
        return len(self._members)

    def join(self, group: int) -> int | None:
        """Take a connection into ``group`` (0: a new one); None when there is no such group."""
        if group:
            if group not in self._members:
                return None
            self._members[group] += 1
            return group
        while not self._next or self._next in self._members:
            self._next = (self._next + 1) & 0xFFFFFFFF
        group = self._next
        self._next = (self._next + 1) & 0xFFFFFFFF
        self._members[group] = 1
        return group

    def leave(self, group: int) -> None:
        """A connection of ``group`` closed."""
        count = self._members.get(group, 0) - 1
        if count > 0:
            self._members[group] = count
        else:
            self._members.pop(group, None)
