"""IOPCItemSamplingMgt of a group ([OPC DA] 3.0 4.4.11)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.opc.da.batch import hresult_of
from opcross.opc.da.interfaces_generated import (
    IOPCItemSamplingMgtClearItemSamplingRateResult,
    IOPCItemSamplingMgtGetItemBufferEnableResult,
    IOPCItemSamplingMgtGetItemSamplingRateResult,
    IOPCItemSamplingMgtSetItemBufferEnableResult,
    IOPCItemSamplingMgtSetItemSamplingRateResult,
)

if TYPE_CHECKING:
    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["SamplingFace"]


class SamplingFace:
    """Answers IOPCItemSamplingMgt."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def set_item_sampling_rate(
        self, *, server: np.ndarray, requested_sampling_rate: np.ndarray
    ) -> IOPCItemSamplingMgtSetItemSamplingRateResult:
        """IOPCItemSamplingMgt::SetItemSamplingRate, opnum 3."""
        self._group.check_count(len(server))
        revised = await self._group.service.set_sampling(server, requested_sampling_rate)
        return IOPCItemSamplingMgtSetItemSamplingRateResult(
            revised_sampling_rate=revised.rates, errors=revised.errors, hresult=hresult_of(revised.errors)
        )

    async def get_item_sampling_rate(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtGetItemSamplingRateResult:
        """IOPCItemSamplingMgt::GetItemSamplingRate, opnum 4."""
        self._group.check_count(len(server))
        found = await self._group.service.sampling(server)
        return IOPCItemSamplingMgtGetItemSamplingRateResult(
            sampling_rate=found.rates, errors=found.errors, hresult=hresult_of(found.errors)
        )

    async def clear_item_sampling_rate(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtClearItemSamplingRateResult:
        """IOPCItemSamplingMgt::ClearItemSamplingRate, opnum 5."""
        self._group.check_count(len(server))
        errors = await self._group.service.clear_sampling(server)
        return IOPCItemSamplingMgtClearItemSamplingRateResult(errors=errors, hresult=hresult_of(errors))

    async def set_item_buffer_enable(
        self, *, server: np.ndarray, enable: np.ndarray
    ) -> IOPCItemSamplingMgtSetItemBufferEnableResult:
        """IOPCItemSamplingMgt::SetItemBufferEnable, opnum 6."""
        self._group.check_count(len(server))
        errors = await self._group.service.set_buffering(server, enable != 0)
        return IOPCItemSamplingMgtSetItemBufferEnableResult(errors=errors, hresult=hresult_of(errors))

    async def get_item_buffer_enable(
        self, *, server: np.ndarray
    ) -> IOPCItemSamplingMgtGetItemBufferEnableResult:
        """IOPCItemSamplingMgt::GetItemBufferEnable, opnum 7."""
        self._group.check_count(len(server))
        enabled, errors = await self._group.service.buffering(server)
        return IOPCItemSamplingMgtGetItemBufferEnableResult(
            enable=enabled.astype(np.int32), errors=errors, hresult=hresult_of(errors)
        )
