"""IOPCBrowseServerAddressSpace of DA 2: browsing from a position that the server keeps."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.interfaces_generated import IEnumString
from opcross.errors import HResultError
from opcross.opc.common.cursor import Cursor
from opcross.opc.common.enumerators import string_enumerator
from opcross.opc.da.exporter.position import BrowsePosition
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEDIRECTION,
    OPCBROWSETYPE,
    IOPCBrowseServerAddressSpaceBrowseAccessPathsResult,
    IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult,
    IOPCBrowseServerAddressSpaceGetItemIDResult,
    IOPCBrowseServerAddressSpaceQueryOrganizationResult,
)
from opcross.opc.da.model import AccessRights, BrowseFilter, BrowseRequest

if TYPE_CHECKING:
    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["AddressSpaceFace"]

_FILTERS: Final = MappingProxyType(
    {
        OPCBROWSETYPE.OPC_BRANCH: BrowseFilter.BRANCHES,
        OPCBROWSETYPE.OPC_LEAF: BrowseFilter.LEAVES,
        OPCBROWSETYPE.OPC_FLAT: BrowseFilter.FLAT,
    }
)
_RIGHTS: Final = AccessRights.READABLE | AccessRights.WRITEABLE


class AddressSpaceFace:
    """Answers IOPCBrowseServerAddressSpace."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client
        self._position = BrowsePosition(client.service)

    async def query_organization(self) -> IOPCBrowseServerAddressSpaceQueryOrganizationResult:
        """IOPCBrowseServerAddressSpace::QueryOrganization, opnum 3."""
        organization = await self._client.service.organization()
        return IOPCBrowseServerAddressSpaceQueryOrganizationResult(name_space_type=int(organization))

    async def change_browse_position(self, *, browse_direction: int, string: str) -> int:
        """IOPCBrowseServerAddressSpace::ChangeBrowsePosition, opnum 4."""
        if browse_direction == OPCBROWSEDIRECTION.OPC_BROWSE_UP:
            await self._position.up()
        elif browse_direction == OPCBROWSEDIRECTION.OPC_BROWSE_DOWN:
            await self._position.down(string)
        elif browse_direction == OPCBROWSEDIRECTION.OPC_BROWSE_TO:
            await self._position.to(string)
        else:
            raise HResultError(Hresult.E_INVALIDARG, f"no direction {browse_direction}")
        return Hresult.S_OK

    async def browse_opc_item_ids(
        self,
        *,
        browse_filter_type: int,
        filter_criteria: str,
        data_type_filter: int,
        access_rights_filter: int,
    ) -> IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult:
        """IOPCBrowseServerAddressSpace::BrowseOPCItemIDs, opnum 5: names, or item ids where flat.

        S_FALSE, and an empty enumerator, where there are none. Pages are fetched as the client goes on, from
        the branch that was current when he asked.
        """
        wanted = _FILTERS.get(browse_filter_type)  # type: ignore[call-overload]  # any number may come
        if wanted is None:
            raise HResultError(Hresult.E_INVALIDARG, f"no browse type {browse_filter_type}")
        request = BrowseRequest(
            branch=self._position.branch,
            filter=wanted,
            name_filter=filter_criteria,
            data_type=data_type_filter,
            rights=AccessRights(access_rights_filter & _RIGHTS),
        )
        cursor: Cursor[str] = Cursor(self._fetch(request))
        objref, hresult = await self._strings(cursor)
        return IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult(enum_string=objref, hresult=hresult)

    def _fetch(self, request: BrowseRequest) -> Callable[[str], Awaitable[tuple[Sequence[str], str]]]:
        async def fetch(continuation: str) -> tuple[Sequence[str], str]:
            page = await self._client.service.browse(replace(request, continuation=continuation))
            if request.filter is BrowseFilter.FLAT:
                return [element.item_id for element in page.elements], page.continuation
            if request.branch == self._position.branch:
                self._position.saw(page.elements)
            return [element.name for element in page.elements], page.continuation

        return fetch

    async def get_item_id(self, *, item_data_id: str) -> IOPCBrowseServerAddressSpaceGetItemIDResult:
        """IOPCBrowseServerAddressSpace::GetItemID, opnum 6."""
        return IOPCBrowseServerAddressSpaceGetItemIDResult(item_id=await self._position.item_id(item_data_id))

    async def browse_access_paths(
        self, *, item_id: str
    ) -> IOPCBrowseServerAddressSpaceBrowseAccessPathsResult:
        """IOPCBrowseServerAddressSpace::BrowseAccessPaths, opnum 7: S_FALSE where there are none."""
        paths = await self._client.service.access_paths(item_id)
        objref, hresult = await self._strings(Cursor.over(paths))
        return IOPCBrowseServerAddressSpaceBrowseAccessPathsResult(enum_string=objref, hresult=hresult)

    async def _strings(self, cursor: Cursor[str]) -> tuple[bytes, Hresult]:
        nothing = await cursor.empty()
        enumerator = string_enumerator(cursor, self._client.report)
        objref = current_call().marshal(enumerator, IEnumString.iid)
        return objref, Hresult.S_FALSE if nothing else Hresult.S_OK
