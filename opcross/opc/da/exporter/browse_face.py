"""IOPCBrowse of DA 3: stateless browsing, page by page, and properties of many items."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult, failed
from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEELEMENT,
    OPCBROWSEFILTER,
    OPCITEMPROPERTIES,
    OPCITEMPROPERTY,
    IOPCBrowseBrowseResult,
    IOPCBrowseGetPropertiesResult,
)
from opcross.opc.da.model import BrowseElement, BrowseFilter, BrowseRequest, ItemProperties, ItemProperty

if TYPE_CHECKING:
    import numpy as np

    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["BrowseFace"]

_HAS_CHILDREN: Final = 1
_IS_ITEM: Final = 2
_FILTERS: Final = MappingProxyType(
    {
        OPCBROWSEFILTER.OPC_BROWSE_FILTER_ALL: BrowseFilter.ALL,
        OPCBROWSEFILTER.OPC_BROWSE_FILTER_BRANCHES: BrowseFilter.BRANCHES,
        OPCBROWSEFILTER.OPC_BROWSE_FILTER_ITEMS: BrowseFilter.ITEMS,
    }
)
_EMPTY: Final = Variant(VarType.EMPTY)
_NO_PROPERTIES: Final = ItemProperties()


class BrowseFace:
    """Answers IOPCBrowse."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client

    async def get_properties(
        self, *, item_ids: tuple[str | None, ...], return_property_values: int, property_ids: np.ndarray
    ) -> IOPCBrowseGetPropertiesResult:
        """IOPCBrowse::GetProperties, opnum 3: all properties where no ids are given."""
        self._client.check_count(len(item_ids) * max(len(property_ids), 1))
        named = [item_id or "" for item_id in item_ids]
        found = await self._client.service.properties(
            named, property_ids.tolist(), values=bool(return_property_values)
        )
        rows = tuple(_properties(item) for item in found)
        whole = any(row.error_id != Hresult.S_OK for row in rows)
        return IOPCBrowseGetPropertiesResult(
            item_properties=rows, hresult=Hresult.S_FALSE if whole else Hresult.S_OK
        )

    async def browse(
        self,
        *,
        item_id: str,
        continuation_point: str | None,
        max_elements_returned: int,
        browse_filter: int,
        element_name_filter: str,
        vendor_filter: str,
        return_all_properties: int,
        return_property_values: int,
        property_ids: np.ndarray,
    ) -> IOPCBrowseBrowseResult:
        """IOPCBrowse::Browse, opnum 4. More elements are there when the continuation point is not empty.

        ``pbMoreElements`` stays FALSE: it speaks for servers that have no continuation points.
        """
        wanted = _FILTERS.get(browse_filter)  # type: ignore[call-overload]  # any number may come
        if wanted is None:
            raise HResultError(Hresult.E_INVALIDARG, f"no browse filter {browse_filter}")
        if len(property_ids):
            self._client.check_count(len(property_ids))
        properties = None if not return_all_properties and not len(property_ids) else ()
        if not return_all_properties and len(property_ids):
            properties = tuple(property_ids.tolist())
        page = await self._client.service.browse(
            BrowseRequest(
                branch=item_id,
                filter=wanted,
                name_filter=element_name_filter,
                vendor_filter=vendor_filter,
                continuation=continuation_point or "",
                limit=min(max_elements_returned, self._client.options.items_per_call),
                properties=properties,
                property_values=bool(return_property_values),
            )
        )
        elements = tuple(_element(element) for element in page.elements)
        whole = any(element.item_properties.error_id != Hresult.S_OK for element in elements)
        return IOPCBrowseBrowseResult(
            continuation_point=page.continuation,
            more_elements=False,
            browse_elements=elements,
            hresult=Hresult.S_FALSE if whole else Hresult.S_OK,
        )


def _element(element: BrowseElement) -> OPCBROWSEELEMENT:
    flags = (_HAS_CHILDREN if element.has_children else 0) | (_IS_ITEM if element.is_item else 0)
    return OPCBROWSEELEMENT(
        name=element.name,
        item_id=element.item_id,
        flag_value=flags,
        item_properties=_properties(element.properties or _NO_PROPERTIES),
    )


def _properties(item: ItemProperties) -> OPCITEMPROPERTIES:
    """The whole is S_FALSE where one of the properties failed."""
    rows = tuple(_property(one) for one in item.properties)
    error = item.error
    if error == Hresult.S_OK and any(failed(row.error_id) for row in rows):
        error = Hresult.S_FALSE
    return OPCITEMPROPERTIES(error_id=error, item_properties=rows)


def _property(one: ItemProperty) -> OPCITEMPROPERTY:
    return OPCITEMPROPERTY(
        data_type=one.data_type,
        property_id=one.id,
        item_id=one.item_id,
        description=one.description,
        value=_EMPTY if one.value is None else one.value,
        error_id=one.error,
    )
