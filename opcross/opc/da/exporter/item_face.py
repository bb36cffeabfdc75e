"""IOPCItemMgt of a group, and the enumerator of its items."""

from __future__ import annotations

from collections.abc import Sequence
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.opc.common.cursor import Cursor
from opcross.opc.common.enumerators import CeltFace, Enumerator
from opcross.opc.da.batch import hresult_of
from opcross.opc.da.interfaces_generated import (
    OPCITEMATTRIBUTES,
    OPCITEMDEF,
    OPCITEMRESULT,
    IEnumOPCItemAttributes,
    IEnumOPCItemAttributesCloneResult,
    IEnumOPCItemAttributesNextResult,
    IOPCItemMgtAddItemsResult,
    IOPCItemMgtCreateEnumeratorResult,
    IOPCItemMgtRemoveItemsResult,
    IOPCItemMgtSetActiveStateResult,
    IOPCItemMgtSetClientHandlesResult,
    IOPCItemMgtSetDatatypesResult,
    IOPCItemMgtValidateItemsResult,
)
from opcross.opc.da.model import ItemAttributes, ItemDefinition, ItemResults

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["ItemFace"]


class ItemFace:
    """Answers IOPCItemMgt."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def add_items(self, *, item_array: Sequence[OPCITEMDEF]) -> IOPCItemMgtAddItemsResult:
        """IOPCItemMgt::AddItems, opnum 3."""
        self._group.check_count(len(item_array))
        definitions = _definitions(item_array)
        results = await self._group.service.add_items(definitions)
        good = np.flatnonzero(_succeeded(results.errors))
        clients = np.array([one.client for one in definitions], np.uint32)
        active = np.array([one.active for one in definitions], np.bool_)
        self._group.items.add(results.handles[good], clients[good], active[good])
        return IOPCItemMgtAddItemsResult(
            add_results=_results(results), errors=results.errors, hresult=results.hresult
        )

    async def validate_items(
        self, *, item_array: Sequence[OPCITEMDEF], blob_update: int
    ) -> IOPCItemMgtValidateItemsResult:
        """IOPCItemMgt::ValidateItems, opnum 4. No blobs are given, whether they are asked for or not."""
        self._group.check_count(len(item_array))
        results = await self._group.service.validate_items(_definitions(item_array))
        return IOPCItemMgtValidateItemsResult(
            validation_results=_results(results), errors=results.errors, hresult=results.hresult
        )

    async def remove_items(self, *, server: np.ndarray) -> IOPCItemMgtRemoveItemsResult:
        """IOPCItemMgt::RemoveItems, opnum 5."""
        self._group.check_count(len(server))
        errors = await self._group.service.remove_items(server)
        self._group.items.remove(server[_succeeded(errors)])
        return IOPCItemMgtRemoveItemsResult(errors=errors, hresult=hresult_of(errors))

    async def set_active_state(self, *, server: np.ndarray, active: int) -> IOPCItemMgtSetActiveStateResult:
        """IOPCItemMgt::SetActiveState, opnum 6."""
        self._group.check_count(len(server))
        errors = await self._group.service.set_active(server, active=bool(active))
        self._group.items.set_active(server[_succeeded(errors)], active=bool(active))
        return IOPCItemMgtSetActiveStateResult(errors=errors, hresult=hresult_of(errors))

    async def set_client_handles(
        self, *, server: np.ndarray, client: np.ndarray
    ) -> IOPCItemMgtSetClientHandlesResult:
        """IOPCItemMgt::SetClientHandles, opnum 7."""
        self._group.check_count(len(server))
        errors = await self._group.service.set_clients(server, client)
        good = _succeeded(errors)
        self._group.items.set_clients(server[good], client[good])
        return IOPCItemMgtSetClientHandlesResult(errors=errors, hresult=hresult_of(errors))

    async def set_datatypes(
        self, *, server: np.ndarray, requested_datatypes: np.ndarray
    ) -> IOPCItemMgtSetDatatypesResult:
        """IOPCItemMgt::SetDatatypes, opnum 8."""
        self._group.check_count(len(server))
        errors = await self._group.service.set_types(server, requested_datatypes)
        return IOPCItemMgtSetDatatypesResult(errors=errors, hresult=hresult_of(errors))

    async def create_enumerator(self, *, riid: UUID) -> IOPCItemMgtCreateEnumeratorResult:
        """IOPCItemMgt::CreateEnumerator, opnum 9: IEnumOPCItemAttributes, and S_FALSE for no items."""
        rows = tuple(_attributes(item) for item in await self._group.service.items())
        enumerator = Enumerator(_ATTRIBUTES, Cursor.over(rows))
        return IOPCItemMgtCreateEnumeratorResult(
            unk=current_call().marshal(enumerator, riid),
            hresult=Hresult.S_OK if rows else Hresult.S_FALSE,
        )


class _AttributesFace(CeltFace[OPCITEMATTRIBUTES]):
    """IEnumOPCItemAttributes."""

    async def next(self, *, celt: int) -> IEnumOPCItemAttributesNextResult:
        """IEnumOPCItemAttributes::Next, opnum 3."""
        taken, hresult = await self.take(celt)
        return IEnumOPCItemAttributesNextResult(item_array=taken, hresult=hresult)

    async def clone(self) -> IEnumOPCItemAttributesCloneResult:
        """IEnumOPCItemAttributes::Clone, opnum 6."""
        return IEnumOPCItemAttributesCloneResult(enum_item_attributes=self.copy())


_ATTRIBUTES: Final = MappingProxyType({IEnumOPCItemAttributes.iid: (IEnumOPCItemAttributes, _AttributesFace)})


def _succeeded(errors: np.ndarray) -> np.ndarray:
    return errors < np.uint32(0x80000000)


def _definitions(items: Sequence[OPCITEMDEF]) -> tuple[ItemDefinition, ...]:
    return tuple(
        ItemDefinition(
            item_id=item.item_id or "",
            access_path=item.access_path or "",
            active=bool(item.active),
            client=item.client,
            requested_type=item.requested_data_type,
        )
        for item in items
    )


def _results(results: ItemResults) -> tuple[OPCITEMRESULT, ...]:
    good = _succeeded(results.errors)
    columns = (
        np.where(good, column, 0).tolist() for column in (results.handles, results.types, results.rights)
    )
    return tuple(
        OPCITEMRESULT(server=server, canonical_data_type=vartype, access_rights=rights)
        for server, vartype, rights in zip(*columns, strict=True)
    )


def _attributes(item: ItemAttributes) -> OPCITEMATTRIBUTES:
    return OPCITEMATTRIBUTES(
        access_path=item.access_path,
        item_id=item.item_id,
        active=item.active,
        client=item.client,
        server=item.server,
        access_rights=int(item.rights),
        requested_data_type=item.requested_type,
        canonical_data_type=item.canonical_type,
        eu_type=item.eu_type,
        eu_info=item.eu_info,
    )
