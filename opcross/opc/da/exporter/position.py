"""The browse position that DA 2 keeps, over browsing that keeps none.

A position is the branches from the root down to where the client is. BROWSE_TO names a branch by its item
id; the branches above it are looked for when the client goes up from there.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.codes import DaCode
from opcross.opc.da.model import BrowseElement, BrowseFilter, BrowseRequest

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opcross.opc.da.service import DaSession

__all__ = ["BrowsePosition"]

_WILD: Final = frozenset("*?#[]")
_DEEPEST: Final = 64
_REMEMBERED: Final = 10_000
_SEARCHED: Final = 256


class BrowsePosition:
    """Where a client is, and the names that he saw there last."""

    def __init__(self, session: DaSession) -> None:
        self._session = session
        self._above: tuple[str, ...] | None = ()
        self._branch = ""
        self._seen: dict[str, str] = {}

    @property
    def branch(self) -> str:
        """The item id of the branch where the client is; empty at the root."""
        return self._branch

    def saw(self, elements: tuple[BrowseElement, ...]) -> None:
        """Remember item ids of names that were enumerated: clients ask for them one by one."""
        if len(self._seen) + len(elements) > _REMEMBERED:
            self._seen.clear()
        self._seen.update((element.name, element.item_id) for element in elements[:_REMEMBERED])

    # -- moving

    async def up(self) -> None:
        """OPC_BROWSE_UP: raises E_FAIL at the root."""
        if not self._branch:
            raise HResultError(Hresult.E_FAIL, "this is the root")
        branch = self._branch
        above = self._above
        if above is None:
            above = await self._find_above(branch)
        if self._branch == branch:
            self._move(above[:-1], above[-1] if above else "")

    async def down(self, name: str) -> None:
        """OPC_BROWSE_DOWN: raises E_INVALIDARG for no such branch."""
        branch, above = self._branch, self._above
        element = await self._child(name, BrowseFilter.BRANCHES)
        if element is None:
            raise HResultError(Hresult.E_INVALIDARG, f"no branch {name!r} here")
        if above is not None and len(above) >= _DEEPEST:
            above = None
        self._move((*above, branch) if above is not None else None, element.item_id)

    async def to(self, item_id: str) -> None:
        """OPC_BROWSE_TO: a branch by its item id, the root by nothing; raises E_INVALIDARG for none."""
        if not item_id:
            self._move((), "")
            return
        try:
            await self._session.browse(BrowseRequest(branch=item_id, filter=BrowseFilter.BRANCHES, limit=1))
        except HResultError as error:
            if error.code in (DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID):
                raise HResultError(Hresult.E_INVALIDARG, f"no branch {item_id!r}") from error
            raise
        self._move(None, item_id)

    def _move(self, above: tuple[str, ...] | None, branch: str) -> None:
        self._above, self._branch = above, branch
        self._seen.clear()

    # -- names

    async def item_id(self, name: str) -> str:
        """GetItemID: of a name here, of the branch itself for nothing, of an item id itself.

        Raises E_INVALIDARG for what is neither.
        """
        if not name:
            return self._branch
        if name in self._seen:
            return self._seen[name]
        element = await self._child(name, BrowseFilter.ALL)
        if element is not None:
            return element.item_id
        try:
            await self._session.available_properties(name)
        except HResultError as error:
            raise HResultError(Hresult.E_INVALIDARG, f"no {name!r} here") from error
        return name

    async def _child(self, name: str, wanted: BrowseFilter) -> BrowseElement | None:
        """The element of a name; one that differs in case only where there is no other."""
        nearly: BrowseElement | None = None
        pattern = "" if _WILD & set(name) else name
        request = BrowseRequest(branch=self._branch, filter=wanted, name_filter=pattern)
        async for element in self._elements(request):
            if element.name == name:
                return element
            if nearly is None and element.name.casefold() == name.casefold():
                nearly = element
        return nearly

    async def _find_above(self, branch: str) -> tuple[str, ...]:
        """The branches above one, the root first.

        Branches are searched whose item ids begin as the one's does, then the others, up to a bound. Where
        it is not found the root alone is above it.
        """
        frontier: deque[tuple[str, ...]] = deque([("",)])
        seen = {""}
        for _ in range(_SEARCHED):
            if not frontier or len(seen) > _REMEMBERED:
                break
            above = frontier.popleft()
            request = BrowseRequest(branch=above[-1], filter=BrowseFilter.BRANCHES)
            async for element in self._elements(request):
                if element.item_id.casefold() == branch.casefold():
                    return above
                if element.item_id in seen or len(above) > _DEEPEST:
                    continue
                seen.add(element.item_id)
                chain = (*above, element.item_id)
                if _leads(element.item_id, branch):
                    frontier.appendleft(chain)
                else:
                    frontier.append(chain)
        return ("",)

    async def _elements(self, request: BrowseRequest) -> AsyncIterator[BrowseElement]:
        continuation = ""
        while True:
            page = await self._session.browse(_at(request, continuation))
            for element in page.elements:
                yield element
            continuation = page.continuation
            if not continuation:
                return


def _leads(part: str, whole: str) -> bool:
    return whole.casefold().startswith(part.casefold())


def _at(request: BrowseRequest, continuation: str) -> BrowseRequest:
    return BrowseRequest(
        branch=request.branch,
        filter=request.filter,
        name_filter=request.name_filter,
        continuation=continuation,
    )
