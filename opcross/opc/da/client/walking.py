"""Browsing with IOPCBrowseServerAddressSpace, whose server keeps a position ([OPC DA] 2.05a, 4.4.5).

A branch is reached with OPC_BROWSE_TO where the server has that, else by steps up and down along a path
that an earlier browse has seen. Positions belong to the server object, so one browser moves at a time.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IEnumString, IEnumStringProxy
from opcross.errors import HResultError, Refused
from opcross.opc.codes import DaCode
from opcross.opc.common.draining import PER_CALL, drain
from opcross.opc.da.client.matching import Pattern
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEDIRECTION,
    OPCBROWSETYPE,
    OPCNAMESPACETYPE,
    IOPCBrowseServerAddressSpaceProxy,
)
from opcross.opc.da.model import BrowseElement, BrowseFilter, Organization

if TYPE_CHECKING:
    from opcross.opc.da.client.connection import ServerConnection
    from opcross.opc.da.model import BrowseRequest

__all__ = ["MOST_NAMES", "AddressSpace", "BranchWalk"]

MOST_NAMES: Final = 200_000
"""Names in one branch, or below it for a flat browse; more are an enumerator that does not end."""

_MOST_PATHS: Final = 50_000
_DEEPEST: Final = 100
_UP, _DOWN, _TO = (
    OPCBROWSEDIRECTION.OPC_BROWSE_UP,
    OPCBROWSEDIRECTION.OPC_BROWSE_DOWN,
    OPCBROWSEDIRECTION.OPC_BROWSE_TO,
)


class AddressSpace:
    """The position of one server object, and the branches that were seen."""

    def __init__(self, connection: ServerConnection, proxy: IOPCBrowseServerAddressSpaceProxy) -> None:
        self._connection: Final = connection
        self.proxy: Final = proxy
        self.turn: Final = asyncio.Lock()
        """Held while the position matters."""
        self._at: str | None = None
        self._moves_to = True
        self._paths: OrderedDict[str, tuple[str, ...]] = OrderedDict()
        self._organization: Organization | None = None

    async def organization(self) -> Organization:
        """IOPCBrowseServerAddressSpace::QueryOrganization, asked once."""
        if self._organization is None:
            kind = (await self.proxy.query_organization()).name_space_type
            flat = kind == OPCNAMESPACETYPE.OPC_NS_FLAT
            self._organization = Organization.FLAT if flat else Organization.HIERARCHICAL
        return self._organization

    # -- moving

    async def go(self, branch: str) -> None:
        """Move to a branch, by its item id; raises OPC_E_UNKNOWNITEMID or OPC_E_INVALIDITEMID."""
        if self._at == branch:
            return
        self._at = None
        path = () if not branch else self._paths.get(branch)
        if self._moves_to:
            try:
                await self._change(_TO, branch)
                self._at = branch
                return
            except HResultError as error:
                if error.code == Hresult.E_NOTIMPL:
                    self._moves_to = False
                elif path is None and error.code == DaCode.E_INVALIDITEMID:
                    raise
        if path is None:
            raise HResultError(DaCode.E_UNKNOWNITEMID, f"no branch {branch!r} was seen")
        await self._walk(path)
        self._at = branch

    async def _walk(self, path: tuple[str, ...]) -> None:
        for _ in range(_DEEPEST):
            try:
                await self._change(_UP, "")
            except HResultError:  # E_FAIL: this is the root
                break
        for name in path:
            try:
                await self._change(_DOWN, name)
            except HResultError as error:
                raise HResultError(DaCode.E_UNKNOWNITEMID, f"there is no way to {name!r}") from error

    async def _change(self, direction: OPCBROWSEDIRECTION, text: str) -> None:
        await self.proxy.change_browse_position(browse_direction=direction, string=text)

    # -- looking

    async def names(
        self, kind: OPCBROWSETYPE, *, criteria: str = "", data_type: int = 0, rights: int = 0
    ) -> list[str]:
        """IOPCBrowseServerAddressSpace::BrowseOPCItemIDs at the position, to the end."""
        got = await self.proxy.browse_opc_item_ids(
            browse_filter_type=kind,
            filter_criteria=criteria,
            data_type_filter=data_type,
            access_rights_filter=rights,
        )
        return await self._strings(got.enum_string, got.hresult, "BrowseOPCItemIDs")

    async def access_paths(self, item_id: str) -> tuple[str, ...]:
        """IOPCBrowseServerAddressSpace::BrowseAccessPaths; most servers have none."""
        try:
            got = await self.proxy.browse_access_paths(item_id=item_id)
        except HResultError as error:
            if error.code in (Hresult.E_NOTIMPL, Hresult.E_FAIL):
                return ()
            raise
        return tuple(await self._strings(got.enum_string, got.hresult, "BrowseAccessPaths"))

    async def _strings(self, objref: bytes | None, hresult: int, what: str) -> list[str]:
        if objref is None and hresult == Hresult.S_FALSE:
            return []
        connection = self._connection
        remote = connection.unmarshal(objref, what)
        try:
            if IEnumString.iid not in remote.iids:
                await connection.query(remote, (IEnumString.iid,))
            proxy = IEnumStringProxy(connection.calls(remote, IEnumString.iid, pace=connection.budget.browse))

            async def more(count: int) -> tuple[Sequence[str | None], int]:
                got = await proxy.remote_next(celt=count)
                return got.elements, got.hresult

            per_call = min(PER_CALL, connection.budget.limits.items_per_call)
            return [name for name in await drain(more, MOST_NAMES, per_call=per_call) if name is not None]
        finally:
            await connection.release(remote)

    async def item_id(self, name: str) -> str | None:
        """IOPCBrowseServerAddressSpace::GetItemID at the position; None where the server has none."""
        try:
            return (await self.proxy.get_item_id(item_data_id=name)).item_id or None
        except Refused:
            return None

    def remember(self, parent: str, name: str, branch: str | None) -> str:
        """Note the way to a branch that was seen; its id, made up where the server has none."""
        above = () if not parent else self._paths.get(parent)
        if branch is None:
            branch = "/".join([*(above or (parent,)), name])
            while branch in self._paths and self._paths[branch] != (*(above or ()), name):
                branch += "/"
        if above is not None:
            self._paths[branch] = (*above, name)
            self._paths.move_to_end(branch)
            if len(self._paths) > _MOST_PATHS:
                self._paths.popitem(last=False)
        return branch


class BranchWalk:
    """The elements of one branch, a few at a time.

    The names are read at once, for the server's enumerator and position would not wait; item ids only as
    elements are asked for, since each of them costs a call.
    """

    def __init__(self, space: AddressSpace, request: BrowseRequest) -> None:
        self._space = space
        self._request = request
        self._branches: list[str] = []
        self._leaves: list[str] = []
        self._both: frozenset[str] = frozenset()
        self._next = 0
        self._ids_are_names: bool | None = None

    @property
    def weight(self) -> int:
        """How many names are held."""
        return len(self._branches) + len(self._leaves)

    @property
    def done(self) -> bool:
        """Whether every element was given."""
        return self._next >= self.weight

    async def start(self) -> None:
        """Read the names. Raises what :meth:`AddressSpace.go` raises."""
        request, space = self._request, self._space
        flat = await space.organization() is Organization.FLAT
        wanted = request.filter
        if flat and request.branch:
            raise HResultError(DaCode.E_UNKNOWNITEMID, "a flat address space has no branches")
        pattern = Pattern(request.name_filter)
        async with space.turn:
            if not flat:
                await space.go(request.branch)
            if wanted in (BrowseFilter.ALL, BrowseFilter.BRANCHES) and not flat:
                names = await space.names(OPCBROWSETYPE.OPC_BRANCH, criteria=request.vendor_filter)
                self._branches = [name for name in dict.fromkeys(names) if pattern.matches(name)]
            if wanted is not BrowseFilter.BRANCHES:
                kind = OPCBROWSETYPE.OPC_FLAT if wanted is BrowseFilter.FLAT else OPCBROWSETYPE.OPC_LEAF
                names = await space.names(
                    kind,
                    criteria=request.vendor_filter,
                    data_type=request.data_type,
                    rights=int(request.rights),
                )
                self._both = frozenset(names) & frozenset(self._branches)
                self._leaves = [
                    name for name in dict.fromkeys(names) if name not in self._both and pattern.matches(name)
                ]

    async def more(self, wanted: int) -> list[BrowseElement]:
        """The next elements, at most ``wanted``; fewer where a leaf turns out to be no item."""
        space, request = self._space, self._request
        elements: list[BrowseElement] = []
        async with space.turn:
            if await space.organization() is Organization.HIERARCHICAL:
                await space.go(request.branch)
            while self._next < self.weight and len(elements) < wanted:
                position, self._next = self._next, self._next + 1
                if position < len(self._branches):
                    elements.append(await self._branch(self._branches[position]))
                    continue
                name = self._leaves[position - len(self._branches)]
                item_id = await self._item_id(name)
                if item_id is not None:
                    elements.append(BrowseElement(name, item_id))
        return elements

    async def _branch(self, name: str) -> BrowseElement:
        item_id = await self._space.item_id(name)
        branch = self._space.remember(self._request.branch, name, item_id)
        return BrowseElement(name, branch, is_item=name in self._both, has_children=True)

    async def _item_id(self, name: str) -> str | None:
        """A flat browse gives item ids in the place of names, but for servers that want them translated."""
        if self._request.filter is not BrowseFilter.FLAT:
            return await self._space.item_id(name)
        if self._ids_are_names is None:
            found = await self._space.item_id(name)
            self._ids_are_names = found is None or found == name
        return name if self._ids_are_names else await self._space.item_id(name)
