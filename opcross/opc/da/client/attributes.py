"""The attributes of a group's items, by IEnumOPCItemAttributes, and by what the client knows itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError, PeerViolation
from opcross.ndr import SafeArray, Variant, VarType
from opcross.opc.da.interfaces_generated import (
    OPCITEMATTRIBUTES,
    IEnumOPCItemAttributes,
    IEnumOPCItemAttributesProxy,
)
from opcross.opc.da.model import AccessRights, EuType, ItemAttributes

if TYPE_CHECKING:
    from opcross.opc.da.client.binding import GroupBinding
    from opcross.opc.da.client.items import ItemTable

__all__ = ["read_attributes", "read_ranges"]

_SPARE: Final = 1_000
"""Attributes beyond the items that we know of, before an enumerator counts as endless."""
_NO_EU: Final = Variant(VarType.EMPTY)


async def read_attributes(binding: GroupBinding, table: ItemTable) -> tuple[ItemAttributes, ...]:
    """One for each item, in the order of adding. Items that the server does not name are told from memory."""
    found = {row.server: row for row in await _enumerate(binding, len(table.rows) + _SPARE)}
    return tuple(
        _attributes(row.item(), table, found.get(int(row["server"])))
        for row in table.rows[table.rows["settled"]]
    )


async def read_ranges(binding: GroupBinding, table: ItemTable) -> dict[int, float]:
    """The EU ranges of analog items by own handle, high limit minus low."""
    handles = dict(zip(table.rows["server"].tolist(), table.rows["handle"].tolist(), strict=True))
    found = {}
    for row in await _enumerate(binding, len(table.rows) + _SPARE):
        limits = None if row.eu_info is None else row.eu_info.value
        if row.eu_type != EuType.ANALOG or row.server not in handles or not isinstance(limits, SafeArray):
            continue
        values = limits.values
        if isinstance(values, np.ndarray) and len(values) == 2:
            found[handles[row.server]] = float(values[1]) - float(values[0])
    return found


async def _enumerate(binding: GroupBinding, limit: int) -> list[OPCITEMATTRIBUTES]:
    connection = binding.connection
    try:
        created = await binding.items.create_enumerator(riid=IEnumOPCItemAttributes.iid)
    except HResultError as error:
        if error.code == Hresult.E_NOTIMPL:
            return []
        raise
    if created.unk is None and created.hresult == Hresult.S_FALSE:
        return []
    remote = connection.unmarshal(created.unk, "IOPCItemMgt::CreateEnumerator")
    try:
        if IEnumOPCItemAttributes.iid not in remote.iids:
            await connection.query(remote, (IEnumOPCItemAttributes.iid,))
        proxy = IEnumOPCItemAttributesProxy(connection.calls(remote, IEnumOPCItemAttributes.iid))
        rows: list[OPCITEMATTRIBUTES] = []
        per_call = connection.budget.limits.items_per_call
        while True:
            got = await proxy.next(celt=per_call)
            rows.extend(got.item_array or ())
            if got.hresult != Hresult.S_OK or not got.item_array:
                return rows
            if len(rows) > limit:
                raise PeerViolation(f"IEnumOPCItemAttributes does not end: {len(rows)} came")
    finally:
        await connection.release(remote)


def _attributes(row: tuple[int, ...], table: ItemTable, told: OPCITEMATTRIBUTES | None) -> ItemAttributes:
    known = dict(zip(table.rows.dtype.names or (), row, strict=True))
    handle = known["handle"]
    item_id, access_path = table.names[handle]
    if told is None:
        return ItemAttributes(
            item_id=item_id,
            access_path=access_path,
            active=bool(known["active"]),
            client=known["client"],
            server=handle,
            rights=AccessRights(known["rights"] & 3),
            requested_type=known["requested"],
            canonical_type=known["canonical"],
        )
    try:
        eu_type = EuType(int(told.eu_type))
    except ValueError:
        eu_type = EuType.NONE
    return ItemAttributes(
        item_id=told.item_id or item_id,
        access_path=told.access_path or "",
        active=bool(told.active),
        client=known["client"],
        server=handle,
        rights=AccessRights(told.access_rights & 3),
        requested_type=told.requested_data_type,
        canonical_type=told.canonical_data_type,
        eu_type=eu_type,
        eu_info=told.eu_info or _NO_EU,
    )
