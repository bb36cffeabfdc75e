"""The position behind an enumerator, against a list."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import TransportLost
from opcross.opc.common.cursor import Cursor

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = st.lists(
    st.tuples(st.sampled_from(["take", "skip", "reset", "clone", "empty"]), st.integers(0, 7)), max_size=12
)
PAGES = st.lists(st.lists(st.integers(), max_size=4), min_size=1, max_size=5)


def paged(pages: list[list[int]]) -> Cursor[int]:
    async def fetch(name: str) -> tuple[Sequence[int], str]:
        number = int(name or 0)
        return pages[number], str(number + 1) if number + 1 < len(pages) else ""

    return Cursor(fetch)


@given(PAGES, STEPS)
def test_a_cursor_over_pages_is_a_position_in_a_list(
    pages: list[list[int]], steps: list[tuple[str, int]]
) -> None:
    """Clients don't see pages, also not empty ones."""
    everything = [number for page in pages for number in page]

    async def play() -> None:
        cursor, position = paged(pages), 0
        for what, count in steps:
            left = everything[position:]
            if what == "take":
                assert list(await cursor.take(count)) == left[:count]
                position += len(left[:count])
            elif what == "skip":
                assert await cursor.skip(count) == (count <= len(left))
                position += len(left[:count])
            elif what == "empty":
                assert await cursor.empty() == (not left)
            elif what == "reset":
                await cursor.reset()
                position = 0
            else:
                other = cursor.clone()
                await cursor.take(count)
                cursor = other

    asyncio.run(play())


async def test_the_position_stays_where_fetching_fails() -> None:
    """A client that asks again gets what it missed."""
    broken = True

    async def fetch(name: str) -> tuple[Sequence[int], str]:
        if not name:
            return (1, 2), "more"
        if broken:
            raise TransportLost("away")
        return (3,), ""

    cursor: Cursor[int] = Cursor(fetch)
    with pytest.raises(TransportLost):
        await cursor.take(3)
    broken = False
    assert await cursor.take(4) == (1, 2, 3)


async def test_calls_that_overlap_share_the_elements() -> None:
    """Two calls at once never get the same element, nor lose one."""
    cursor = paged([[1, 2], [3], [4, 5]])
    parts = await asyncio.gather(cursor.take(2), cursor.take(2), cursor.take(2))
    assert [number for part in parts for number in part] == [1, 2, 3, 4, 5]
