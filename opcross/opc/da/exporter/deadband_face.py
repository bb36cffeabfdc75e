"""IOPCItemDeadbandMgt of a group ([OPC DA] 3.0 4.4.10)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.opc.da.batch import hresult_of
from opcross.opc.da.interfaces_generated import (
    IOPCItemDeadbandMgtClearItemDeadbandResult,
    IOPCItemDeadbandMgtGetItemDeadbandResult,
    IOPCItemDeadbandMgtSetItemDeadbandResult,
)

if TYPE_CHECKING:
    import numpy as np

    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["DeadbandFace"]


class DeadbandFace:
    """Answers IOPCItemDeadbandMgt."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def set_item_deadband(
        self, *, server: np.ndarray, percent_deadband: np.ndarray
    ) -> IOPCItemDeadbandMgtSetItemDeadbandResult:
        """IOPCItemDeadbandMgt::SetItemDeadband, opnum 3."""
        self._group.check_count(len(server))
        errors = await self._group.service.set_deadbands(server, percent_deadband)
        return IOPCItemDeadbandMgtSetItemDeadbandResult(errors=errors, hresult=hresult_of(errors))

    async def get_item_deadband(self, *, server: np.ndarray) -> IOPCItemDeadbandMgtGetItemDeadbandResult:
        """IOPCItemDeadbandMgt::GetItemDeadband, opnum 4."""
        self._group.check_count(len(server))
        percents, errors = await self._group.service.deadbands(server)
        return IOPCItemDeadbandMgtGetItemDeadbandResult(
            percent_deadband=percents, errors=errors, hresult=hresult_of(errors)
        )

    async def clear_item_deadband(self, *, server: np.ndarray) -> IOPCItemDeadbandMgtClearItemDeadbandResult:
        """IOPCItemDeadbandMgt::ClearItemDeadband, opnum 5."""
        self._group.check_count(len(server))
        errors = await self._group.service.clear_deadbands(server)
        return IOPCItemDeadbandMgtClearItemDeadbandResult(errors=errors, hresult=hresult_of(errors))
