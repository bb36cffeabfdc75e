"""Browsing without a position to keep: pages, whichever browsing interface the server has.

Where a page ends, the walk through the branch is held under the continuation that the consumer gets. The
walks held are bounded: the oldest is dropped, and its continuation is OPC_E_INVALIDCONTINUATIONPOINT then.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final, Protocol

import numpy as np

from opcross.codes import Hresult, failed
from opcross.errors import HResultError, PeerViolation
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.client.matching import Pattern
from opcross.opc.da.client.properties import item_properties, properties_of
from opcross.opc.da.client.walking import AddressSpace, BranchWalk
from opcross.opc.da.interfaces_generated import OPCBROWSEELEMENT, OPCBROWSEFILTER, IOPCBrowseProxy
from opcross.opc.da.model import (
    PAGE_SIZE,
    AccessRights,
    BrowseElement,
    BrowseFilter,
    BrowsePage,
    BrowseRequest,
    Organization,
)

if TYPE_CHECKING:
    from opcross.opc.da.client.connection import ServerConnection

__all__ = ["Browser"]

_MOST_WALKS: Final = 64
_MOST_WAITING: Final = 500_000
"""Names that all walks of a session hold together."""
_MOST_ELEMENTS: Final = 1_000_000
"""Elements of one walk; beyond them a server is making them up."""
_MOST_EMPTY_PAGES: Final = 100
_HAS_CHILDREN, _IS_ITEM = 1, 2  # OPC_BROWSE_HASCHILDREN, OPC_BROWSE_ISITEM
_TYPE, _RIGHTS = 1, 5  # the properties that tell an item's type and access rights
_FILTERS: Final = {
    BrowseFilter.ALL: OPCBROWSEFILTER.OPC_BROWSE_FILTER_ALL,
    BrowseFilter.BRANCHES: OPCBROWSEFILTER.OPC_BROWSE_FILTER_BRANCHES,
    BrowseFilter.ITEMS: OPCBROWSEFILTER.OPC_BROWSE_FILTER_ITEMS,
    BrowseFilter.LEAVES: OPCBROWSEFILTER.OPC_BROWSE_FILTER_ITEMS,
    BrowseFilter.FLAT: OPCBROWSEFILTER.OPC_BROWSE_FILTER_ALL,
}


class _Walk(Protocol):
    """A branch on its way out."""

    @property
    def weight(self) -> int:
        """How many elements are held."""
        ...

    @property
    def done(self) -> bool:
        """Whether there are no more."""
        ...

    async def start(self) -> None:
        """Begin; raises where there is no such branch."""
        ...

    async def more(self, wanted: int) -> Sequence[BrowseElement]:
        """Some more elements, at most ``wanted``; none is no end."""
        ...


@dataclass(slots=True)
class _Held:
    request: BrowseRequest
    walk: _Walk


class Browser:
    """The address space of one connection."""

    def __init__(self, connection: ServerConnection) -> None:
        self._connection = connection
        proxy = connection.address_space
        self._space = None if proxy is None else AddressSpace(connection, proxy)
        self._held: OrderedDict[str, _Held] = OrderedDict()
        self._last = 0

    async def organization(self) -> Organization:
        """A server without IOPCBrowseServerAddressSpace has branches."""
        return Organization.HIERARCHICAL if self._space is None else await self._space.organization()

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        """None at a server without IOPCBrowseServerAddressSpace: DA 3.0 has dropped them."""
        return () if self._space is None else await self._space.access_paths(item_id)

    async def browse(self, request: BrowseRequest) -> BrowsePage:
        """See :meth:`opcross.opc.da.service.DaSession.browse`."""
        self._connection.check()
        if request.limit < 0:
            raise HResultError(Hresult.E_INVALIDARG, "a page of less than nothing")
        held = await self._resume(request) if request.continuation else await self._begin(request)
        limit = min(request.limit or PAGE_SIZE, self._connection.budget.limits.items_per_call)
        elements: list[BrowseElement] = []
        while len(elements) < limit and not held.walk.done:
            elements.extend(await held.walk.more(limit - len(elements)))
        page = await self._with_properties(request, elements)
        return BrowsePage(page, "" if held.walk.done else self._hold(held))

    # -- continuations

    async def _begin(self, request: BrowseRequest) -> _Held:
        walk = self._new_walk(request)
        await walk.start()
        return _Held(replace(request, limit=0, properties=None, property_values=False), walk)

    async def _resume(self, request: BrowseRequest) -> _Held:
        held = self._held.pop(request.continuation, None)
        asked = replace(request, continuation="", limit=0, properties=None, property_values=False)
        if held is None or held.request != asked:
            raise HResultError(DaCode.E_INVALIDCONTINUATIONPOINT, f"no continuation {request.continuation!r}")
        return held

    def _hold(self, held: _Held) -> str:
        self._last += 1
        name = f"{self._last:x}"
        self._held[name] = held
        while len(self._held) > 1 and (
            len(self._held) > _MOST_WALKS
            or sum(one.walk.weight for one in self._held.values()) > _MOST_WAITING
        ):
            self._held.popitem(last=False)
        return name

    # -- walks

    def _new_walk(self, request: BrowseRequest) -> _Walk:
        browse, space = self._connection.browse, self._space
        if browse is None and space is None:
            raise HResultError(Hresult.E_NOTIMPL, "the server cannot be browsed")
        if space is not None and (browse is None or request.filter is BrowseFilter.FLAT):
            return BranchWalk(space, request)
        assert browse is not None  # one of them is there
        walk = _FlatWalk if request.filter is BrowseFilter.FLAT else _PagedWalk
        return walk(self._connection, browse, request)

    async def _with_properties(
        self, request: BrowseRequest, elements: list[BrowseElement]
    ) -> tuple[BrowseElement, ...]:
        """IOPCBrowse brings properties along; elsewhere they are asked for, for items only."""
        wanted = request.properties
        lacking = [e.item_id for e in elements if e.is_item and e.properties is None]
        if wanted is None or not lacking:
            return tuple(elements)
        found = await item_properties(self._connection, lacking, wanted, values=request.property_values)
        by_id = dict(zip(lacking, found, strict=True))
        return tuple(
            replace(element, properties=by_id[element.item_id])
            if element.is_item and element.properties is None
            else element
            for element in elements
        )


class _PagedWalk:
    """One branch with IOPCBrowse, whose server keeps a continuation point."""

    def __init__(self, connection: ServerConnection, proxy: IOPCBrowseProxy, request: BrowseRequest) -> None:
        self._connection = connection
        self._proxy = proxy
        self._request = request
        self._branch = request.branch
        self._continuation = ""
        self._waiting: list[BrowseElement] = []
        self._more = True
        self._came = 0
        self._empty = 0

    @property
    def weight(self) -> int:
        """Elements that came although fewer were asked for."""
        return len(self._waiting)

    @property
    def done(self) -> bool:
        """Whether the server has said that these were all."""
        return not self._more and not self._waiting

    async def start(self) -> None:
        """Read the first elements: that tells whether the branch is there."""
        limit = self._request.limit or PAGE_SIZE
        self._waiting = await self._page(min(limit, self._connection.budget.limits.items_per_call))

    async def more(self, wanted: int) -> Sequence[BrowseElement]:
        """What waits, or a page of the server's."""
        if not self._waiting:
            self._waiting = await self._page(wanted)
        given, self._waiting = self._waiting[:wanted], self._waiting[wanted:]
        return given

    async def _page(self, wanted: int) -> list[BrowseElement]:
        request = self._request
        properties = request.properties
        got = await self._proxy.browse(
            item_id=self._branch,
            continuation_point=self._continuation,
            max_elements_returned=wanted,
            browse_filter=_FILTERS[request.filter],
            element_name_filter="" if request.filter is BrowseFilter.FLAT else request.name_filter,
            vendor_filter=request.vendor_filter,
            return_all_properties=int(properties is not None and not properties),
            return_property_values=int(request.property_values and properties is not None),
            property_ids=np.array(properties or (), np.uint32),
        )
        self._continuation = got.continuation_point or ""
        # A server that cannot continue says that there is more, and gives no point to continue at.
        self._more = bool(self._continuation)
        self._count(len(got.browse_elements or ()))
        elements = [self._element(one) for one in got.browse_elements or ()]
        if request.filter is BrowseFilter.LEAVES:
            elements = [element for element in elements if not element.has_children]
        return await _restricted(self._connection, request, elements)

    def _count(self, came: int) -> None:
        """A server that goes on for ever, with elements or without, is stopped."""
        self._came += came
        self._empty = 0 if came else self._empty + 1
        if self._came > _MOST_ELEMENTS or self._empty > _MOST_EMPTY_PAGES:
            raise PeerViolation(f"browsing {self._branch!r} does not end: {self._came} elements came")

    def _element(self, one: OPCBROWSEELEMENT) -> BrowseElement:
        request = self._request
        properties = None
        if request.properties is not None and one.flag_value & _IS_ITEM:
            properties = properties_of(one.item_properties, values=request.property_values)
        return BrowseElement(
            one.name or "",
            one.item_id or "",
            is_item=bool(one.flag_value & _IS_ITEM),
            has_children=bool(one.flag_value & _HAS_CHILDREN),
            properties=properties,
        )


class _FlatWalk:
    """Everything below a branch with IOPCBrowse: branch after branch, each once."""

    def __init__(self, connection: ServerConnection, proxy: IOPCBrowseProxy, request: BrowseRequest) -> None:
        self._connection = connection
        self._proxy = proxy
        self._request = request
        self._pattern = Pattern(request.name_filter)
        self._branches = [request.branch]
        self._seen = {request.branch}
        self._walk: _PagedWalk | None = None
        self._came = 0

    @property
    def weight(self) -> int:
        """Branches that are known."""
        return len(self._seen)

    @property
    def done(self) -> bool:
        """Whether every branch was walked through."""
        return not self._branches and (self._walk is None or self._walk.done)

    async def start(self) -> None:
        """Look into the first branch."""
        await self._next_branch()

    async def _next_branch(self) -> _PagedWalk:
        branch = self._branches.pop()
        self._walk = _PagedWalk(self._connection, self._proxy, replace(self._request, branch=branch))
        await self._walk.start()
        return self._walk

    async def more(self, wanted: int) -> Sequence[BrowseElement]:
        """The items of the next part of a branch; none is no end."""
        walk = self._walk
        if walk is None or walk.done:
            walk = await self._next_branch()
        came = await walk.more(wanted)
        self._came += len(came)
        if self._came > _MOST_ELEMENTS:
            raise PeerViolation(f"browsing below {self._request.branch!r} does not end: {self._came} came")
        for element in came:
            if element.has_children and element.item_id not in self._seen:
                if len(self._seen) >= _MOST_WAITING:
                    raise PeerViolation(f"more than {_MOST_WAITING} branches below {self._request.branch!r}")
                self._seen.add(element.item_id)
                self._branches.append(element.item_id)
        return [element for element in came if element.is_item and self._pattern.matches(element.name)]


async def _restricted(
    connection: ServerConnection, request: BrowseRequest, elements: list[BrowseElement]
) -> list[BrowseElement]:
    """Without items of other types or with fewer rights than wanted: IOPCBrowse has no such filters."""
    if request.data_type == VarType.EMPTY and request.rights is AccessRights.NONE:
        return elements
    items = [element.item_id for element in elements if element.is_item]
    if not items:
        return elements
    found = await item_properties(connection, items, (_TYPE, _RIGHTS), values=True)
    refused = set()
    for item_id, one in zip(items, found, strict=True):
        values = {p.id: p.value.value for p in one.properties if p.value is not None and not failed(p.error)}
        kind, rights = values.get(_TYPE), values.get(_RIGHTS)
        if request.data_type != VarType.EMPTY and kind != request.data_type:
            refused.add(item_id)
        if request.rights and not (isinstance(rights, int) and rights & request.rights):
            refused.add(item_id)
    kept = []
    for element in elements:
        if not element.is_item or element.item_id not in refused:
            kept.append(element)
        elif element.has_children:  # still a branch
            kept.append(replace(element, is_item=False))
    return kept
