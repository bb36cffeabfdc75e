"""Batches as the structures and columns of the interfaces, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult
from opcross.ndr import StructColumn, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch, WriteBatch
from opcross.opc.da.interfaces_generated import OPCITEMSTATE, OPCITEMVQT
from opcross.opc.quality import Quality

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

__all__ = [
    "failed_batch",
    "item_states",
    "present",
    "refused_values",
    "vqt_batch",
    "write_rows",
]

_ABSENT: Final = 0xFFFF
_NO_DATA: Final = (VarType.DISPATCH, VarType.UNKNOWN, VarType.RECORD)


def present(values: VariantColumn) -> VariantColumn:
    """The same values, VT_EMPTY in the place of none: clients follow each pointer to a VARIANT."""
    absent = values.vartypes == _ABSENT
    if not absent.any():
        return values
    return VariantColumn(
        np.where(absent, np.uint16(VarType.EMPTY), values.vartypes), values.bits, values.objects
    )


def item_states(batch: Batch) -> StructColumn[OPCITEMSTATE]:
    """OPCITEMSTATEs: what IOPCSyncIO::Read gives."""
    columns = {
        "client": batch.handles,
        "time_stamp": batch.time_stamps,
        "quality": batch.qualities,
        "reserved": 0,
        "data_value": present(batch.values),
    }
    return StructColumn(OPCITEMSTATE, columns)


def failed_batch(handles: np.ndarray, code: int) -> Batch:
    """No values, and the same error for every item."""
    values = VariantColumn(np.zeros(len(handles), np.uint16))
    return Batch(handles, values, Quality.BAD, 0, code)


def refused_values(values: VariantColumn) -> np.ndarray:
    """An HRESULT for each value: OPC_E_BADTYPE for what is no data at all, S_OK else.

    No data are null pointers, references (VT_BYREF), objects, records, and arrays that are null pointers.
    """
    types = values.vartypes
    refused = (types & VarType.BYREF) != 0
    refused |= np.isin(types & ~np.uint16(VarType.ARRAY), _NO_DATA)
    if values.objects:
        null = [row for row, value in values.objects.items() if value is None]
        refused[null] |= (types[null] & VarType.ARRAY) != 0
    return np.where(refused, np.uint32(DaCode.E_BADTYPE), np.uint32(Hresult.S_OK))


def vqt_batch(rows: StructColumn[OPCITEMVQT]) -> WriteBatch:
    """OPCITEMVQTs: what the WriteVQT methods are given."""
    return WriteBatch(
        rows["data_value"],
        rows["quality"],
        rows["quality_specified"] != 0,
        rows["time_stamp"],
        rows["time_stamp_specified"] != 0,
    )


async def write_rows(
    values: WriteBatch, write: Callable[[np.ndarray, WriteBatch], Awaitable[np.ndarray]]
) -> np.ndarray:
    """Write what is data, with ``write`` of row numbers and values; an HRESULT for each row."""
    errors = refused_values(values.values)
    rows = np.flatnonzero(errors == 0)
    if len(rows) == len(errors):
        return await write(rows, values)
    if len(rows):
        errors[rows] = await write(rows, values.take(rows))
    return errors
