"""IOPCSyncIO and IOPCSyncIO2 of a group."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.da.batch import WriteBatch, hresult_of
from opcross.opc.da.exporter.columns import item_states, present, vqt_batch, write_rows
from opcross.opc.da.interfaces_generated import (
    OPCDATASOURCE,
    OPCITEMVQT,
    IOPCSyncIO2ReadMaxAgeResult,
    IOPCSyncIO2WriteVQTResult,
    IOPCSyncIOReadResult,
    IOPCSyncIOWriteResult,
)

if TYPE_CHECKING:
    import numpy as np

    from opcross.ndr import StructColumn, VariantColumn
    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["SyncFace", "max_age_of"]


def max_age_of(source: int) -> int | None:
    """What an OPCDATASOURCE asks for; raises E_INVALIDARG for none that is known."""
    if source == OPCDATASOURCE.OPC_DS_CACHE:
        return None
    if source == OPCDATASOURCE.OPC_DS_DEVICE:
        return 0
    raise HResultError(Hresult.E_INVALIDARG, f"no data source {source}")


class SyncFace:
    """Answers IOPCSyncIO and IOPCSyncIO2."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def read(self, *, source: int, server: np.ndarray) -> IOPCSyncIOReadResult:
        """IOPCSyncIO::Read, opnum 3; failed items have an entry with VT_EMPTY."""
        self._group.check_count(len(server))
        batch = await self._group.service.read(server, max_age_of(source))
        return IOPCSyncIOReadResult(
            item_values=item_states(batch), errors=batch.errors, hresult=batch.hresult
        )

    async def write(self, *, server: np.ndarray, item_values: VariantColumn) -> IOPCSyncIOWriteResult:
        """IOPCSyncIO::Write, opnum 4."""
        errors = await self._write(server, WriteBatch(item_values))
        return IOPCSyncIOWriteResult(errors=errors, hresult=hresult_of(errors))

    async def read_max_age(self, *, server: np.ndarray, max_age: np.ndarray) -> IOPCSyncIO2ReadMaxAgeResult:
        """IOPCSyncIO2::ReadMaxAge, opnum 5."""
        self._group.check_count(len(server))
        batch = await self._group.service.read(server, max_age)
        return IOPCSyncIO2ReadMaxAgeResult(
            values=present(batch.values),
            qualities=batch.qualities,
            time_stamps=batch.time_stamps,
            errors=batch.errors,
            hresult=batch.hresult,
        )

    async def write_vqt(
        self, *, server: np.ndarray, item_vqt: StructColumn[OPCITEMVQT]
    ) -> IOPCSyncIO2WriteVQTResult:
        """IOPCSyncIO2::WriteVQT, opnum 6."""
        errors = await self._write(server, vqt_batch(item_vqt))
        return IOPCSyncIO2WriteVQTResult(errors=errors, hresult=hresult_of(errors))

    async def _write(self, server: np.ndarray, values: WriteBatch) -> np.ndarray:
        self._group.check_count(len(server))
        service = self._group.service
        return await write_rows(values, lambda rows, some: service.write(server[rows], some))
