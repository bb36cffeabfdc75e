"""IOPCItemIO of DA 3: reading and writing without a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.opc.da.batch import hresult_of
from opcross.opc.da.exporter.columns import present, vqt_batch, write_rows
from opcross.opc.da.interfaces_generated import OPCITEMVQT, IOPCItemIOReadResult, IOPCItemIOWriteVQTResult

if TYPE_CHECKING:
    import numpy as np

    from opcross.ndr import StructColumn
    from opcross.opc.da.batch import WriteBatch
    from opcross.opc.da.exporter.session import ClientSession

__all__ = ["ItemIoFace"]


class ItemIoFace:
    """Answers IOPCItemIO."""

    def __init__(self, client: ClientSession) -> None:
        self._client = client

    async def read(self, *, item_ids: tuple[str | None, ...], max_age: np.ndarray) -> IOPCItemIOReadResult:
        """IOPCItemIO::Read, opnum 3."""
        self._client.check_count(len(item_ids))
        batch = await self._client.service.read([item_id or "" for item_id in item_ids], max_age)
        return IOPCItemIOReadResult(
            values=present(batch.values),
            qualities=batch.qualities,
            time_stamps=batch.time_stamps,
            errors=batch.errors,
            hresult=batch.hresult,
        )

    async def write_vqt(
        self, *, item_ids: tuple[str | None, ...], item_vqt: StructColumn[OPCITEMVQT]
    ) -> IOPCItemIOWriteVQTResult:
        """IOPCItemIO::WriteVQT, opnum 4."""
        self._client.check_count(len(item_ids))

        async def write(rows: np.ndarray, values: WriteBatch) -> np.ndarray:
            named = [item_ids[row] or "" for row in rows.tolist()]
            return await self._client.service.write(named, values)

        errors = await write_rows(vqt_batch(item_vqt), write)
        return IOPCItemIOWriteVQTResult(errors=errors, hresult=hresult_of(errors))
