"""Browsing the plant's tree, a page at a time ([OPC DA] 3.0, IOPCBrowse; 2.05a, 4.4.6).

Nothing is kept between pages: a continuation point is the position in the branch, with a check of the request
that it belongs to.
"""

from __future__ import annotations

import asyncio
from hashlib import blake2b
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import BrowseElement, BrowseFilter, BrowsePage, BrowseRequest
from opcross.opc.wildcards import matcher

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from opcross_simulators.plant.simulated import SimulatedPlant
    from opcross_simulators.plant.tree import Entry
    from opcross_simulators.servers.da.facts import ItemFacts

__all__ = ["browse", "page_size"]

_CHECK: Final = 8
_TURN: Final = 4_096
"""Elements that are looked at in one go."""
_LONGEST_FILTER: Final = 1_024


async def browse(plant: SimulatedPlant, facts: ItemFacts, request: BrowseRequest, size: int) -> BrowsePage:
    """One page of at most ``size`` elements, without properties. Raises :class:`HResultError`.

    However large the branch and rare what fits, others get their turn in between.
    """
    tree = plant.tree
    if not tree.branch_exists(request.branch):
        known = request.branch and plant.find(request.branch) is not None
        if not known:
            raise HResultError(DaCode.E_UNKNOWNITEMID, f"no branch {request.branch!r}")
        return BrowsePage(())
    flat = request.filter is BrowseFilter.FLAT
    entries: Sequence[Entry] = tree.walk(request.branch) if flat else tree.children(request.branch)
    fits = _filter(request, facts)
    check = _check(request)
    at = _position(request.continuation, check, len(entries))
    found: list[BrowseElement] = []
    while at < len(entries) and len(found) < size:
        for entry in entries[at : at + _TURN]:
            at += 1
            if fits(entry):
                found.append(
                    BrowseElement(entry.name, entry.item_id, entry.number is not None, entry.has_children)
                )
                if len(found) == size:
                    break
        else:
            await asyncio.sleep(0)
    return BrowsePage(tuple(found), f"{check}:{at}" if at < len(entries) else "")


def _filter(request: BrowseRequest, facts: ItemFacts) -> Callable[[Entry], bool]:
    if len(request.name_filter) > _LONGEST_FILTER:
        raise HResultError(DaCode.E_INVALIDFILTER, f"a filter has at most {_LONGEST_FILTER} characters")
    if request.vendor_filter:
        raise HResultError(DaCode.E_INVALIDFILTER, "there are no filters of the vendor's")
    named = matcher(request.name_filter) if request.name_filter else None
    kind, vartype, rights = request.filter, request.data_type, int(request.rights)

    def fits(entry: Entry) -> bool:
        item = entry.number is not None
        if kind is BrowseFilter.BRANCHES and not entry.has_children:
            return False
        if kind in (BrowseFilter.ITEMS, BrowseFilter.LEAVES) and not item:
            return False
        if kind is BrowseFilter.LEAVES and entry.has_children:
            return False
        if named is not None and not named(entry.name):
            return False
        if entry.number is None or kind is BrowseFilter.BRANCHES:
            return True
        if vartype != VarType.EMPTY and facts.vartypes[entry.number] != vartype:
            return entry.has_children and kind is BrowseFilter.ALL
        if rights and int(facts.rights[entry.number]) & rights != rights:
            return entry.has_children and kind is BrowseFilter.ALL
        return True

    return fits


def _check(request: BrowseRequest) -> str:
    """A few characters that another request would not have."""
    parts = (
        request.branch.lower(),
        request.filter.value,
        request.name_filter,
        str(request.data_type),
        str(int(request.rights)),
    )
    return blake2b("\0".join(parts).encode("utf-16-le", "surrogatepass"), digest_size=_CHECK // 2).hexdigest()


def _position(continuation: str, check: str, length: int) -> int:
    if not continuation:
        return 0
    name, _, number = continuation.partition(":")
    if name != check or not number.isascii() or not number.isdecimal() or not 0 < int(number[:10]) <= length:
        raise HResultError(DaCode.E_INVALIDCONTINUATIONPOINT, "no browse went on from there")
    return int(number[:10])


def page_size(request: BrowseRequest, usual: int, most: int) -> int:
    """How many elements the page may have. Raises E_INVALIDARG for a negative limit."""
    if request.limit < 0:
        raise HResultError(Hresult.E_INVALIDARG, "a page has no negative number of elements")
    return min(request.limit or usual, most)
