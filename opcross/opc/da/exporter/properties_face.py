"""IOPCItemProperties of DA 2 over the properties of the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.codes import Hresult, failed
from opcross.errors import HResultError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import hresult_of
from opcross.opc.da.interfaces_generated import (
    IOPCItemPropertiesGetItemPropertiesResult,
    IOPCItemPropertiesLookupItemIDsResult,
    IOPCItemPropertiesQueryAvailablePropertiesResult,
)
from opcross.opc.da.model import ItemProperty

if TYPE_CHECKING:
    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["PropertiesFace"]

_EMPTY = Variant(VarType.EMPTY)


class PropertiesFace:
    """Answers IOPCItemProperties."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client

    async def query_available_properties(
        self, *, item_id: str
    ) -> IOPCItemPropertiesQueryAvailablePropertiesResult:
        """IOPCItemProperties::QueryAvailableProperties, opnum 3."""
        found = await self._client.service.available_properties(item_id)
        return IOPCItemPropertiesQueryAvailablePropertiesResult(
            property_ids=np.array([one.id for one in found], np.uint32),
            descriptions=tuple(one.description for one in found),
            data_types=np.array([one.data_type for one in found], np.uint16),
        )

    async def get_item_properties(
        self, *, item_id: str, property_ids: np.ndarray
    ) -> IOPCItemPropertiesGetItemPropertiesResult:
        """IOPCItemProperties::GetItemProperties, opnum 4."""
        found = await self._properties(item_id, property_ids, values=True)
        errors = np.array([one.error for one in found], np.uint32)
        values = [_EMPTY if one.value is None or failed(one.error) else one.value for one in found]
        return IOPCItemPropertiesGetItemPropertiesResult(
            data=VariantColumn.of(values), errors=errors, hresult=hresult_of(errors)
        )

    async def lookup_item_ids(
        self, *, item_id: str, property_ids: np.ndarray
    ) -> IOPCItemPropertiesLookupItemIDsResult:
        """IOPCItemProperties::LookupItemIDs, opnum 5: E_FAIL for what is no item; ids are never null."""
        found = await self._properties(item_id, property_ids, values=False)
        errors = np.array(
            [one.error if failed(one.error) or one.item_id else Hresult.E_FAIL for one in found], np.uint32
        )
        return IOPCItemPropertiesLookupItemIDsResult(
            new_item_ids=tuple("" if failed(one.error) else one.item_id for one in found),
            errors=errors,
            hresult=hresult_of(errors),
        )

    async def _properties(
        self, item_id: str, property_ids: np.ndarray, *, values: bool
    ) -> tuple[ItemProperty, ...]:
        """A row for each property asked for; raises the error of the item."""
        self._client.check_count(len(property_ids))
        ids = property_ids.tolist()
        (item,) = await self._client.service.properties((item_id,), ids, values=values)
        if failed(item.error):
            raise HResultError(item.error, item_id)
        known = {one.id: one for one in item.properties}
        return tuple(known.get(one) or ItemProperty(id=one, error=DaCode.E_INVALID_PID) for one in ids)
