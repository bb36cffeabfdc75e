"""What one client holds of a server: the server, its groups, their connection points.

Objects come and go in any order. While a client holds one of them his session lives, so that he may let go
of the server first and of his groups later.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.dcom.call_context import current_call

if TYPE_CHECKING:
    from collections.abc import Callable
    from uuid import UUID

    from opcross.dcom.com_class import ComObject

__all__ = ["Holdings"]


class Holdings:
    """The objects that a client holds; ``let_go`` is called whenever he holds one object less."""

    def __init__(self, let_go: Callable[[], None]) -> None:
        self._let_go = let_go
        self._held: Final[set[ComObject]] = set()

    def __bool__(self) -> bool:
        return bool(self._held)

    def __contains__(self, target: ComObject) -> bool:
        return target in self._held

    def add(self, target: ComObject) -> None:
        """Somebody else hands this object out: an activation."""
        self._held.add(target)

    def give(self, target: ComObject, iid: UUID) -> bytes:
        """A reference for the caller; raises E_NOINTERFACE as :class:`~opcross.errors.HResultError`."""
        objref = current_call().marshal(target, iid)
        self._held.add(target)
        return objref

    def released(self, target: ComObject) -> None:
        """The client holds this object no longer."""
        self._held.discard(target)
        self._let_go()
