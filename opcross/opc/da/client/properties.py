"""Properties of items: by IOPCBrowse::GetProperties, or by IOPCItemProperties, item by item."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult, failed
from opcross.errors import HResultError, PeerViolation, Refused
from opcross.opc.codes import DaCode
from opcross.opc.da.client.answers import chunks, column, given, present
from opcross.opc.da.model import AvailableProperty, ItemProperties, ItemProperty

if TYPE_CHECKING:
    from collections.abc import Sequence

    from opcross.ndr import Variant
    from opcross.opc.da.client.connection import ServerConnection
    from opcross.opc.da.interfaces_generated import (
        OPCITEMPROPERTIES,
        IOPCBrowseProxy,
        IOPCItemPropertiesProxy,
    )

__all__ = ["available_properties", "item_properties", "properties_of"]

_LAST_OF_SET_1: Final = 6
"""Properties up to this one are fields of the item, and no items themselves ([OPC DA] 2.05a, 4.4.6)."""
_NONE: Final = np.zeros(0, np.uint32)


async def available_properties(connection: ServerConnection, item_id: str) -> tuple[AvailableProperty, ...]:
    """Which properties an item has; raises E_NOTIMPL where the server knows of none."""
    if connection.item_properties is not None:
        return await _available(connection.item_properties, item_id)
    if connection.browse is None:
        raise HResultError(Hresult.E_NOTIMPL, "the server has neither IOPCBrowse nor IOPCItemProperties")
    (found,) = await _by_browse(connection, connection.browse, [item_id], _NONE, values=False)
    if failed(found.error):
        raise HResultError(found.error, item_id)
    return tuple(AvailableProperty(one.id, one.description, one.data_type) for one in found.properties)


async def item_properties(
    connection: ServerConnection, item_ids: Sequence[str], ids: Sequence[int], *, values: bool
) -> tuple[ItemProperties, ...]:
    """Properties of items, all of them where ``ids`` is empty."""
    if not len(item_ids):
        return ()
    if connection.browse is not None:
        wanted = np.array(ids, np.uint32)
        return await _by_browse(connection, connection.browse, item_ids, wanted, values=values)
    if connection.item_properties is None:
        raise HResultError(Hresult.E_NOTIMPL, "the server has neither IOPCBrowse nor IOPCItemProperties")
    return tuple(
        [await _by_item(connection.item_properties, item_id, ids, values=values) for item_id in item_ids]
    )


# -- DA 3.0


async def _by_browse(
    connection: ServerConnection,
    proxy: IOPCBrowseProxy,
    item_ids: Sequence[str],
    ids: np.ndarray,
    *,
    values: bool,
) -> tuple[ItemProperties, ...]:
    found: list[ItemProperties] = []
    for part in chunks(len(item_ids), connection.budget.limits.items_per_call):
        got = await proxy.get_properties(
            item_ids=item_ids[part], return_property_values=int(values), property_ids=ids
        )
        rows = given(got.item_properties, "IOPCBrowse::GetProperties")
        if len(rows) != part.stop - part.start:
            raise PeerViolation(f"IOPCBrowse::GetProperties: {len(rows)} for {part.stop - part.start} items")
        found.extend(properties_of(row, values=values) for row in rows)
    return tuple(found)


def properties_of(row: OPCITEMPROPERTIES, *, values: bool) -> ItemProperties:
    """OPCITEMPROPERTIES in our terms."""
    return ItemProperties(
        tuple(
            ItemProperty(
                id=one.property_id,
                description=one.description or "",
                data_type=one.data_type,
                value=one.value if values and not failed(one.error_id) else None,
                item_id=one.item_id or "",
                error=one.error_id,
            )
            for one in row.item_properties or ()
        ),
        row.error_id if failed(row.error_id) else Hresult.S_OK,  # S_FALSE: look at the properties
    )


# -- DA 2.05a


async def _available(proxy: IOPCItemPropertiesProxy, item_id: str) -> tuple[AvailableProperty, ...]:
    what = "IOPCItemProperties::QueryAvailableProperties"
    got = await proxy.query_available_properties(item_id=item_id)
    if not got.count:
        return ()
    ids, words = given(got.property_ids, what), given(got.descriptions, what)
    types = given(got.data_types, what)
    if not len(ids) == len(words) == len(types):
        raise PeerViolation(f"{what}: arrays of {len(ids)}, {len(words)} and {len(types)} elements")
    return tuple(
        AvailableProperty(number, text or "", kind)
        for number, text, kind in zip(ids.tolist(), words, types.tolist(), strict=True)
    )


async def _by_item(
    proxy: IOPCItemPropertiesProxy, item_id: str, ids: Sequence[int], *, values: bool
) -> ItemProperties:
    try:
        known = {one.id: one for one in await _available(proxy, item_id)}
    except HResultError as error:
        return ItemProperties(error=error.code)
    wanted = list(ids) or list(known)
    if not wanted:
        return ItemProperties()
    contents: dict[int, Variant | None] = dict.fromkeys(wanted)
    errors = {number: 0 if number in known else int(DaCode.E_INVALID_PID) for number in wanted}
    asked = np.array([number for number in dict.fromkeys(wanted) if number in known], np.uint32)
    if values and len(asked):
        what = "IOPCItemProperties::GetItemProperties"
        got = await proxy.get_item_properties(item_id=item_id, property_ids=asked)
        data = present(given(got.data, what))
        codes = column(got.errors, len(asked), what).tolist()
        for position, (number, code) in enumerate(zip(asked.tolist(), codes, strict=True)):
            errors[number] = code
            contents[number] = None if failed(code) else data[position]
    items = await _items_of(proxy, item_id, asked[asked > _LAST_OF_SET_1])
    return ItemProperties(
        tuple(
            ItemProperty(
                id=number,
                description=known[number].description if number in known else "",
                data_type=known[number].data_type if number in known else 0,
                value=contents[number],
                item_id=items.get(number, ""),
                error=errors[number],
            )
            for number in wanted
        )
    )


async def _items_of(proxy: IOPCItemPropertiesProxy, item_id: str, ids: np.ndarray) -> dict[int, str]:
    """The item ids under which properties can be read; servers need not have any."""
    if not len(ids):
        return {}
    try:
        got = await proxy.lookup_item_ids(item_id=item_id, property_ids=ids)
    except Refused:
        return {}
    codes = column(got.errors, len(ids), "IOPCItemProperties::LookupItemIDs").tolist()
    found = got.new_item_ids or ()
    return {
        number: name
        for number, name, code in zip(ids.tolist(), found, codes, strict=False)
        if name and not failed(code)
    }
