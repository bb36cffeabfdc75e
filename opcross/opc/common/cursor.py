"""A position in a sequence that is fetched page by page: what stands behind an enumerator."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

__all__ = ["Cursor"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _Place(Generic[T]):
    """Behind ``offset`` elements of a page; ``following`` names the next page, None that there is none."""

    page: Sequence[T]
    offset: int
    following: str | None

    @property
    def at_end_of_page(self) -> bool:
        return self.offset >= len(self.page)


class Cursor(Generic[T]):
    """Walks over pages and keeps one of them.

    ``fetch`` gives the page of a name, and the name of the next, which is empty when there is none; the
    first page has the empty name. Calls may overlap: each waits for the one before.
    """

    def __init__(self, fetch: Callable[[str], Awaitable[tuple[Sequence[T], str]]]) -> None:
        self._fetch = fetch
        self._lock = asyncio.Lock()
        self._place: _Place[T] = _Place((), 0, "")

    @classmethod
    def over(cls, elements: Sequence[T]) -> Cursor[T]:
        """A cursor over what is known already."""

        async def fetch(name: str) -> tuple[Sequence[T], str]:
            return elements, ""

        return cls(fetch)

    async def empty(self) -> bool:
        """Whether nothing follows."""
        async with self._lock:
            self._place = place = await self._filled(self._place)
            return place.at_end_of_page

    async def take(self, count: int) -> tuple[T, ...]:
        """Up to ``count`` elements from here on. Where fetching fails the position stays."""
        found: list[T] = []
        async with self._lock:
            place = self._place
            while len(found) < count:
                place = await self._filled(place)
                if place.at_end_of_page:
                    break
                part = place.page[place.offset : place.offset + count - len(found)]
                found += part
                place = _Place(place.page, place.offset + len(part), place.following)
            self._place = place
        return tuple(found)

    async def skip(self, count: int) -> bool:
        """Pass over ``count`` elements; whether there were as many."""
        async with self._lock:
            place = self._place
            while count:
                place = await self._filled(place)
                if place.at_end_of_page:
                    break
                step = min(count, len(place.page) - place.offset)
                count -= step
                place = _Place(place.page, place.offset + step, place.following)
            self._place = place
        return not count

    async def reset(self) -> None:
        """Back to the start; what is there by then is fetched again."""
        async with self._lock:
            self._place = _Place((), 0, "")

    def clone(self) -> Cursor[T]:
        """Another cursor at the same position."""
        other = Cursor(self._fetch)
        other._place = self._place
        return other

    async def _filled(self, place: _Place[T]) -> _Place[T]:
        """The same position, in a page that goes on, unless all pages are through."""
        while place.at_end_of_page and place.following is not None:
            page, following = await self._fetch(place.following)
            place = _Place(page, 0, following or None)
        return place
