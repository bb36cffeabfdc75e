"""Enumerators of a server, read to their end: as long as that is no endless business."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Final, TypeVar

from opcross.codes import Hresult
from opcross.errors import PeerViolation

__all__ = ["PER_CALL", "drain"]

T = TypeVar("T")

PER_CALL: Final = 1_000
"""Elements that one Next asks for."""


async def drain(
    more: Callable[[int], Awaitable[tuple[Sequence[T], int]]], limit: int, *, per_call: int = PER_CALL
) -> list[T]:
    """Every element; ``more`` is asked for so many and gives what came, and the HRESULT.

    Servers end with S_FALSE, with nothing, or with less than was asked for; the latter alone is no end, as
    some give small portions. Raises :class:`PeerViolation` above ``limit`` elements.
    """
    elements: list[T] = []
    while True:
        came, hresult = await more(per_call)
        elements.extend(came)
        if len(elements) > limit:
            raise PeerViolation(f"an enumerator does not end: more than {limit} elements came")
        if hresult != Hresult.S_OK or not came:
            return elements
