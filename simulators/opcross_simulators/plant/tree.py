"""The address space as a tree: branches and items by name, and by item id.

The tree is three columns of numbers and one dictionary of branches. An element is made only when somebody
looks at it, so a page out of a branch of 100,000 items costs a page.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import overload

import numpy as np

from opcross.errors import LocalMisuse
from opcross.opc.da.model import Organization
from opcross_simulators.plant.table import ItemTable

__all__ = ["AddressTree", "Elements", "Entry"]


@dataclass(frozen=True, slots=True)
class Entry:
    """An element of a branch.

    ``number`` is that of the item, None for a branch that is no item. ``item_id`` of a branch is what
    browsing it asks for.
    """

    name: str
    item_id: str
    number: int | None
    has_children: bool


@dataclass(slots=True)
class _Branch:
    """A branch while and after the tree is built; elements lie in the tree's columns from start to end."""

    name: str
    item_id: str
    parent: int
    number: int | None = None
    start: int = 0
    end: int = 0
    first_item: int = 0
    last_item: int = 0


class Elements(Sequence[Entry]):
    """Elements of a branch, in order, each made when it is asked for."""

    __slots__ = ("_make", "codes")

    def __init__(self, codes: np.ndarray, make: Callable[[int], Entry]) -> None:
        self.codes = codes
        """Read-only; an item's number, or for an element with children ``-1 - branch``."""
        self._make = make

    def __len__(self) -> int:
        return len(self.codes)

    @overload
    def __getitem__(self, index: int) -> Entry: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Entry]: ...
    def __getitem__(self, index: int | slice) -> Entry | Sequence[Entry]:
        if isinstance(index, slice):
            return Elements(self.codes[index], self._make)
        return self._make(int(self.codes[index]))


class AddressTree:
    """Branches and leaves of a table of items.

    ``branch_ids`` gives branches, by path, an item id of their own; without one a branch has the id of the
    item of the same path, or its path joined with ``separator``. Names and ids are told apart by case
    only where ``case_sensitive`` is set. Elements are sorted by name, case ignored, and stay where they are.
    """

    def __init__(
        self,
        items: ItemTable,
        *,
        organization: Organization = Organization.HIERARCHICAL,
        separator: str = ".",
        case_sensitive: bool = False,
        branch_ids: Mapping[tuple[str, ...], str] | None = None,
        branches: Sequence[tuple[str, ...]] = (),
    ) -> None:
        self.organization = organization
        self._items = items
        self._separator = separator
        self._case_sensitive = case_sensitive
        self._flat = organization is Organization.FLAT
        self._given = dict(branch_ids or {})
        self._branches = [_Branch("", "", -1)]
        self._by_path: dict[tuple[str, ...], int] = {(): 0}
        self._by_id: dict[str, int] = {}
        self._build(() if self._flat else branches)

    # -- building

    def _build(self, branches: Sequence[tuple[str, ...]]) -> None:
        for path in branches:
            self._branch_at(path)
        if self._flat:
            members = [list(range(len(self._items)))]
        else:
            parents = self._parents()
            members = [[] for _ in self._branches]
            for number, parent in enumerate(parents):
                members[parent].append(number)
            self._mark_items_with_children(members)
        for index, branch in enumerate(self._branches[1:], 1):
            members[branch.parent].append(-1 - index)
        self._lay_out(members)
        self._name_branches()

    def _parents(self) -> list[int]:
        """The branch of each item."""
        parents = []
        seen: tuple[str, ...] = ()
        branch = 0
        for path in self._items.paths():
            above = path[:-1]
            if above != seen:
                seen, branch = above, self._branch_at(above)
            parents.append(branch)
        return parents

    def _branch_at(self, path: tuple[str, ...]) -> int:
        found = self._by_path.get(self._folded(path))
        if found is not None:
            return found
        missing = len(path) - 1
        while self._folded(path[:missing]) not in self._by_path:
            missing -= 1
        index = self._by_path[self._folded(path[:missing])]
        for depth in range(missing, len(path)):
            self._branches.append(_Branch(path[depth], "", index))
            index = len(self._branches) - 1
            self._by_path[self._folded(path[: depth + 1])] = index
        return index

    def _mark_items_with_children(self, members: list[list[int]]) -> None:
        """An item whose path is a branch's, too, is one element with children."""
        if len(self._branches) == 1:
            return
        children: dict[int, dict[str, int]] = {}
        for index, branch in enumerate(self._branches[1:], 1):
            children.setdefault(branch.parent, {})[self._fold(branch.name)] = index
        for parent, names in children.items():
            kept = []
            for number in members[parent]:
                index = names.get(self._fold(self._items.path(number)[-1]), 0)
                if index and self._branches[index].number is None:
                    self._branches[index].number = number
                else:
                    kept.append(number)
            members[parent] = kept

    def _lay_out(self, members: list[list[int]]) -> None:
        """Sort the elements of each branch, and put them in a row, and all items as browsing meets them."""
        codes = np.zeros(sum(map(len, members)), np.int32)
        flat = np.zeros(len(self._items), np.int32)
        place = items = 0
        waiting = [0]
        while waiting:
            index = waiting.pop()
            if index < 0:  # everything below was laid out
                self._branches[-1 - index].last_item = items
                continue
            branch = self._branches[index]
            if branch.number is not None:
                flat[items] = branch.number
                items += 1
            branch.first_item = items
            mine = sorted(members[index], key=self._sort_key)
            members[index] = []
            branch.start, branch.end = place, place + len(mine)
            codes[place : branch.end] = mine
            place = branch.end
            leaves = [code for code in mine if code >= 0]
            flat[items : items + len(leaves)] = leaves
            items += len(leaves)
            waiting.append(-1 - index)
            waiting.extend(-1 - code for code in reversed(mine) if code < 0)
        codes.flags.writeable = flat.flags.writeable = False
        self._codes, self._flat_items = codes, flat

    def _sort_key(self, code: int) -> tuple[str, str]:
        name = self._name(code)
        return name.lower(), name

    def _name(self, code: int) -> str:
        if code < 0:
            return self._branches[-1 - code].name
        return self._items.item_id(code) if self._flat else self._items.path(code)[-1]

    def _name_branches(self) -> None:
        given = {self._folded(path): item_id for path, item_id in self._given.items()}
        for index, branch in enumerate(self._branches):
            path = self._path(index)
            own = given.get(self._folded(path))
            if own is None:
                own = (
                    self._separator.join(path)
                    if branch.number is None
                    else self._items.item_id(branch.number)
                )
            branch.item_id = own
            key = self._fold(own)
            if key in self._by_id:
                other = self._separator.join(self._path(self._by_id[key]))
                raise LocalMisuse(f'branches "{other}" and "{self._separator.join(path)}" have the same id')
            self._by_id[key] = index

    def _fold(self, text: str) -> str:
        return text if self._case_sensitive else text.lower()

    def _folded(self, path: tuple[str, ...]) -> tuple[str, ...]:
        return path if self._case_sensitive else tuple(name.lower() for name in path)

    def _path(self, index: int) -> tuple[str, ...]:
        names: list[str] = []
        while index > 0:
            names.append(self._branches[index].name)
            index = self._branches[index].parent
        return tuple(reversed(names))

    # -- looking

    def branch_exists(self, item_id: str) -> bool:
        """Whether a branch has this id; the root's is empty."""
        return self._fold(item_id) in self._by_id

    def children(self, branch_id: str) -> Elements:
        """The elements of a branch, sorted by name. Raises KeyError for a branch that is not there."""
        branch = self._branch(branch_id)
        return Elements(self._codes[branch.start : branch.end], self._entry)

    def walk(self, branch_id: str) -> Elements:
        """Every item below a branch, in browsing order; their names are their ids, as OPC_FLAT gives them.

        Raises KeyError for a branch that is not there.
        """
        branch = self._branch(branch_id)
        return Elements(self._flat_items[branch.first_item : branch.last_item], self._flat_entry)

    def child(self, branch_id: str, name: str) -> Entry | None:
        """The element of that name. Raises KeyError for a branch that is not there."""
        elements = self.children(branch_id)
        low, high = 0, len(elements)
        key = name.lower()
        while low < high:  # the elements are sorted by lower-case name
            middle = (low + high) // 2
            if self._name(int(elements.codes[middle])).lower() < key:
                low = middle + 1
            else:
                high = middle
        while low < len(elements):
            entry = elements[low]
            if entry.name.lower() != key:
                return None
            if self._fold(entry.name) == self._fold(name):
                return entry
            low += 1
        return None

    def path_of(self, branch_id: str) -> tuple[str, ...]:
        """The names down to a branch. Raises KeyError for one that is not there."""
        return self._path(self._by_id[self._fold(branch_id)])

    def branch_of(self, path: Sequence[str]) -> str | None:
        """The id of the branch at the end of these names, None when there is none."""
        found = self._by_path.get(self._folded(tuple(path)))
        return None if found is None else self._branches[found].item_id

    def parent_of(self, branch_id: str) -> str:
        """The id of the branch above; the root is above itself. Raises KeyError."""
        return self._branches[max(self._branch(branch_id).parent, 0)].item_id

    def _branch(self, branch_id: str) -> _Branch:
        return self._branches[self._by_id[self._fold(branch_id)]]

    def _entry(self, code: int) -> Entry:
        if code < 0:
            branch = self._branches[-1 - code]
            name = branch.name if branch.number is None else self._items.path(branch.number)[-1]
            # a branch may be empty for now; whoever opens it must still see that it is one
            below = branch.number is None or branch.end > branch.start
            return Entry(name, branch.item_id, branch.number, has_children=below)
        return Entry(self._name(code), self._items.item_id(code), code, has_children=False)

    def _flat_entry(self, number: int) -> Entry:
        item_id = self._items.item_id(number)
        return Entry(item_id, item_id, number, has_children=False)
