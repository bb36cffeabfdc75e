"""The items of a plant: named one by one, or by the thousand from a pattern.

A series holds one description however many items it stands for; ids, paths and descriptions are made when
somebody asks. So a plant of a million items costs no more than its columns of state.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Final, Protocol, TypeAlias, overload

import numpy as np

from opcross.errors import LocalMisuse
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.signals import Behaviour

__all__ = ["ITEM_LIMIT", "ItemSeries", "ItemTable", "PlantEntry", "SimulatedItem"]

ITEM_LIMIT: Final = 1_000_000
"""Items that a plant has at most."""

PLAIN: Final = Behaviour()
_PLACEHOLDER: Final = re.compile(r"\{(?P<name>[a-z]*)(?::(?P<width>0?[0-9]{1,2}))?\}")
_WORD_LIMIT: Final = 1_024


@dataclass(frozen=True, slots=True)
class SimulatedItem:
    """An item, and what it does. An empty ``item.item_id`` stands for the path, joined."""

    item: PlantItem
    behaviour: Behaviour = PLAIN


@dataclass(frozen=True, slots=True, kw_only=True)
class ItemSeries:
    """``count`` items that take turns in ``items``.

    In ids, paths and descriptions ``{n}`` is the running number from ``first`` on, and ``{b}`` the number of
    the branch, which has ``per_branch`` items, from 1 on. ``{n:05}`` fills up with zeros.
    """

    items: tuple[SimulatedItem, ...]
    count: int
    first: int = 1
    per_branch: int = 1_000

    def __post_init__(self) -> None:
        if not self.items:
            raise LocalMisuse("a series has at least one description of an item")
        if not 0 <= self.count <= ITEM_LIMIT:
            raise LocalMisuse(f"a series has up to {ITEM_LIMIT} items, not {self.count}")
        if self.first < 0 or self.per_branch < 1:
            raise LocalMisuse("the numbers of a series count from 0 or more, its branches have items")


PlantEntry: TypeAlias = SimulatedItem | ItemSeries
"""What a plant is made of."""


class _Pattern:
    """A text with places for the numbers of an item."""

    __slots__ = ("_format", "_names", "plain")

    def __init__(self, text: str) -> None:
        self._names: list[str] = []
        self._format = ""
        start = 0
        for found in _PLACEHOLDER.finditer(text):
            if found["name"] not in ("n", "b"):
                raise LocalMisuse(f'"{found[0]}" in "{text}": expected {{n}} or {{b}}, perhaps like {{n:05}}')
            self._names.append(found["name"])
            self._format += text[start : found.start()].replace("%", "%%") + f"%{found['width'] or ''}d"
            start = found.end()
        self._format += text[start:].replace("%", "%%")
        self.plain = None if self._names else text

    def fill(self, n: int, b: int) -> str:
        """The text of item ``n`` in branch ``b``."""
        if self.plain is not None:
            return self.plain
        return self._format % tuple(n if name == "n" else b for name in self._names)


class _Block(Protocol):
    """Some items, numbered from 0."""

    @property
    def prototypes(self) -> Sequence[SimulatedItem]: ...
    def __len__(self) -> int: ...
    def path(self, index: int) -> tuple[str, ...]: ...
    def item_id(self, index: int) -> str: ...
    def item(self, index: int) -> PlantItem: ...
    def fill(self, index: int, text: str) -> str: ...


@dataclass(slots=True)
class _Single:
    """Items that were named one by one."""

    prototypes: list[SimulatedItem] = field(default_factory=list)
    separator: str = "."

    def __len__(self) -> int:
        return len(self.prototypes)

    def path(self, index: int) -> tuple[str, ...]:
        return self.prototypes[index].item.path

    def item_id(self, index: int) -> str:
        item = self.prototypes[index].item
        return item.item_id or self.separator.join(item.path)

    def item(self, index: int) -> PlantItem:
        item = self.prototypes[index].item
        return item if item.item_id else replace(item, item_id=self.item_id(index))

    def fill(self, index: int, text: str) -> str:
        return text


class _Series:
    """Items from patterns."""

    def __init__(self, series: ItemSeries, separator: str) -> None:
        self.prototypes = series.items
        self._series = series
        self._separator = separator
        self._ids = [_Pattern(one.item.item_id) for one in series.items]
        self._paths = [tuple(_Pattern(name) for name in one.item.path) for one in series.items]
        self._descriptions = [_Pattern(one.item.description) for one in series.items]

    def __len__(self) -> int:
        return self._series.count

    def _numbers(self, index: int) -> tuple[int, int]:
        return self._series.first + index, index // self._series.per_branch + 1

    def path(self, index: int) -> tuple[str, ...]:
        n, b = self._numbers(index)
        return tuple(pattern.fill(n, b) for pattern in self._paths[index % len(self._paths)])

    def item_id(self, index: int) -> str:
        return self._ids[index % len(self._ids)].fill(*self._numbers(index)) or self._separator.join(
            self.path(index)
        )

    def item(self, index: int) -> PlantItem:
        turn = index % len(self.prototypes)
        return replace(
            self.prototypes[turn].item,
            item_id=self.item_id(index),
            path=self.path(index),
            description=self._descriptions[turn].fill(*self._numbers(index)),
        )

    def fill(self, index: int, text: str) -> str:
        return _Pattern(text).fill(*self._numbers(index))


class ItemTable(Sequence[PlantItem]):
    """Every item of a plant, by number."""

    def __init__(self, entries: Iterable[PlantEntry], *, separator: str = ".") -> None:
        self._blocks: list[_Block] = []
        self._starts: list[int] = []
        self._length = 0
        for entry in entries:
            if isinstance(entry, ItemSeries):
                self._add(_Series(entry, separator))
                self._length += entry.count
            else:
                last: _Block | None = self._blocks[-1] if self._blocks else None
                if not isinstance(last, _Single):
                    last = _Single(separator=separator)
                    self._add(last)
                last.prototypes.append(entry)
                self._length += 1
            if self._length > ITEM_LIMIT:
                raise LocalMisuse(f"a plant has up to {ITEM_LIMIT} items")

    def _add(self, block: _Block) -> None:
        self._blocks.append(block)
        self._starts.append(self._length)

    def __len__(self) -> int:
        return self._length

    @overload
    def __getitem__(self, index: int) -> PlantItem: ...
    @overload
    def __getitem__(self, index: slice) -> list[PlantItem]: ...
    def __getitem__(self, index: int | slice) -> PlantItem | list[PlantItem]:
        if isinstance(index, slice):
            return [self[number] for number in range(len(self))[index]]
        block, place = self._place(index)
        return block.item(place)

    def _place(self, number: int) -> tuple[_Block, int]:
        number = range(self._length)[number]
        where = bisect_right(self._starts, number) - 1
        return self._blocks[where], number - self._starts[where]

    def item_id(self, number: int) -> str:
        """The id of an item, without making the rest of it."""
        block, place = self._place(number)
        return block.item_id(place)

    def path(self, number: int) -> tuple[str, ...]:
        """The path of an item, without making the rest of it."""
        block, place = self._place(number)
        return block.path(place)

    def fill(self, number: int, text: str) -> str:
        """A text with ``{n}`` and ``{b}`` as the patterns of an item's series have them."""
        block, place = self._place(number)
        return block.fill(place, text)

    def item_ids(self) -> Iterator[str]:
        """Every id, in the order of the numbers."""
        for block in self._blocks:
            yield from map(block.item_id, range(len(block)))

    def paths(self) -> Iterator[tuple[str, ...]]:
        """Every path, in the order of the numbers."""
        for block in self._blocks:
            yield from map(block.path, range(len(block)))

    def prototypes(self) -> tuple[list[SimulatedItem], np.ndarray]:
        """The distinct descriptions, and for each item which of them is its own (int32)."""
        found: list[SimulatedItem] = []
        columns = [np.zeros(0, np.int32)]
        for block in self._blocks:
            turns = np.arange(len(block), dtype=np.int32) % np.int32(len(block.prototypes) or 1)
            columns.append(turns + np.int32(len(found)))
            found.extend(block.prototypes)
        return found, np.concatenate(columns)

    def check(self) -> None:
        """Raises :class:`~opcross.errors.LocalMisuse` for a name that is empty or far too long."""
        for block in self._blocks:
            for index in range(min(len(block), len(block.prototypes))):
                _check(block.path(index), block.item_id(index))


def _check(path: tuple[str, ...], item_id: str) -> None:
    if not path or not all(path):
        raise LocalMisuse(f"item {item_id!r}: every item has a path, and no name in it is empty")
    if not 0 < len(item_id) <= _WORD_LIMIT or any(len(name) > _WORD_LIMIT for name in path):
        raise LocalMisuse(f"item {item_id[:40]!r}: names and ids have 1 to {_WORD_LIMIT} characters")
    if "\0" in item_id or any("\0" in name for name in path):
        raise LocalMisuse(f"item {item_id!r}: a name has no NUL in it")
