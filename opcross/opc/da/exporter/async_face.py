"""IOPCAsyncIO2 and IOPCAsyncIO3 of a group.

What can be refused at once is refused at once and does not appear in the callback. Where all of it is
refused there is no callback at all ([OPC DA] 2.05a 4.5.8.1).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch, hresult_of
from opcross.opc.da.exporter.columns import refused_values, vqt_batch
from opcross.opc.da.exporter.sync_face import max_age_of
from opcross.opc.da.interfaces_generated import (
    OPCITEMVQT,
    IOPCAsyncIO2GetEnableResult,
    IOPCAsyncIO2ReadResult,
    IOPCAsyncIO2Refresh2Result,
    IOPCAsyncIO2WriteResult,
    IOPCAsyncIO3ReadMaxAgeResult,
    IOPCAsyncIO3RefreshMaxAgeResult,
    IOPCAsyncIO3WriteVQTResult,
)

if TYPE_CHECKING:
    from opcross.ndr import StructColumn, VariantColumn
    from opcross.opc.da.exporter.group import GroupObject

__all__ = ["AsyncFace"]


class AsyncFace:
    """Answers IOPCAsyncIO2 and IOPCAsyncIO3."""

    def __init__(self, group: GroupObject) -> None:
        self._group = group

    async def read(self, *, server: np.ndarray, transaction_id: int) -> IOPCAsyncIO2ReadResult:
        """IOPCAsyncIO2::Read, opnum 3: from the device."""
        cancel_id, errors = self._read(server, np.zeros(len(server), np.uint32), transaction_id)
        return IOPCAsyncIO2ReadResult(cancel_id=cancel_id, errors=errors, hresult=hresult_of(errors))

    async def write(
        self, *, server: np.ndarray, item_values: VariantColumn, transaction_id: int
    ) -> IOPCAsyncIO2WriteResult:
        """IOPCAsyncIO2::Write, opnum 4."""
        cancel_id, errors = self._write(server, WriteBatch(item_values), transaction_id)
        return IOPCAsyncIO2WriteResult(cancel_id=cancel_id, errors=errors, hresult=hresult_of(errors))

    async def refresh2(self, *, source: int, transaction_id: int) -> IOPCAsyncIO2Refresh2Result:
        """IOPCAsyncIO2::Refresh2, opnum 5: E_FAIL for a group without active items, or an inactive one."""
        return IOPCAsyncIO2Refresh2Result(cancel_id=self._refresh(max_age_of(source), transaction_id))

    async def cancel2(self, *, cancel_id: int) -> int:
        """IOPCAsyncIO2::Cancel2, opnum 6: E_FAIL when it is too late."""
        self._group.transactions.cancel(cancel_id)
        return Hresult.S_OK

    async def set_enable(self, *, enable: int) -> int:
        """IOPCAsyncIO2::SetEnable, opnum 7; it stops changes only."""
        self._group.no_connection()
        self._group.enable(enabled=bool(enable))
        return Hresult.S_OK

    async def get_enable(self) -> IOPCAsyncIO2GetEnableResult:
        """IOPCAsyncIO2::GetEnable, opnum 8."""
        self._group.no_connection()
        return IOPCAsyncIO2GetEnableResult(enable=self._group.enabled)

    async def read_max_age(
        self, *, server: np.ndarray, max_age: np.ndarray, transaction_id: int
    ) -> IOPCAsyncIO3ReadMaxAgeResult:
        """IOPCAsyncIO3::ReadMaxAge, opnum 9."""
        cancel_id, errors = self._read(server, max_age, transaction_id)
        return IOPCAsyncIO3ReadMaxAgeResult(cancel_id=cancel_id, errors=errors, hresult=hresult_of(errors))

    async def write_vqt(
        self, *, server: np.ndarray, item_vqt: StructColumn[OPCITEMVQT], transaction_id: int
    ) -> IOPCAsyncIO3WriteVQTResult:
        """IOPCAsyncIO3::WriteVQT, opnum 10."""
        cancel_id, errors = self._write(server, vqt_batch(item_vqt), transaction_id)
        return IOPCAsyncIO3WriteVQTResult(cancel_id=cancel_id, errors=errors, hresult=hresult_of(errors))

    async def refresh_max_age(self, *, max_age: int, transaction_id: int) -> IOPCAsyncIO3RefreshMaxAgeResult:
        """IOPCAsyncIO3::RefreshMaxAge, opnum 11."""
        return IOPCAsyncIO3RefreshMaxAgeResult(cancel_id=self._refresh(max_age, transaction_id))

    # -- beginning

    def _read(self, server: np.ndarray, max_ages: np.ndarray, transaction: int) -> tuple[int, np.ndarray]:
        clients, errors = self._look_up(server)
        rows = np.flatnonzero(errors == 0)
        if not len(rows):
            return 0, errors
        ages = 0 if not max_ages.any() else max_ages[rows]
        service, servers = self._group.service, server[rows]
        begun = self._group.transactions.read(transaction, clients[rows], lambda: service.read(servers, ages))
        return begun, errors

    def _write(self, server: np.ndarray, values: WriteBatch, transaction: int) -> tuple[int, np.ndarray]:
        clients, errors = self._look_up(server)
        errors = np.where(errors == 0, refused_values(values.values), errors)
        rows = np.flatnonzero(errors == 0)
        if not len(rows):
            return 0, errors
        service, servers, some = self._group.service, server[rows], values.take(rows)
        begun = self._group.transactions.write(
            transaction, clients[rows], lambda: service.write(servers, some)
        )
        return begun, errors

    def _look_up(self, server: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Client handles, and OPC_E_INVALIDHANDLE for unknown items, once the call may go on."""
        self._group.check_count(len(server))
        self._group.no_connection()
        self._group.transactions.check(len(server))
        clients, known = self._group.items.clients(server)
        return clients, np.where(known, np.uint32(Hresult.S_OK), np.uint32(DaCode.E_INVALIDHANDLE))

    def _refresh(self, max_age: int | None, transaction: int) -> int:
        self._group.no_connection()
        clients = self._group.items.active_clients()
        if not self._group.active or not len(clients):
            raise HResultError(Hresult.E_FAIL, "the group is inactive, or has no active items")
        self._group.transactions.check(len(clients))
        service = self._group.service
        return self._group.transactions.refresh(transaction, clients, lambda: service.refresh(max_age))
