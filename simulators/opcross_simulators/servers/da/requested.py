"""Values in the types that a client asked for, and what becomes of those that cannot have them."""

from __future__ import annotations

import numpy as np

from opcross.ndr import VariantColumn, VarType
from opcross.opc.conversion import can_convert, convert_column
from opcross.opc.da.batch import Batch
from opcross.opc.quality import Quality

__all__ = ["as_requested", "convertible", "spread"]


def as_requested(read: Batch, types: np.ndarray) -> Batch:
    """A sample in the types asked for, VT_EMPTY for any.

    What could not be converted is VT_EMPTY and bad, with the HRESULT of the conversion. A value that could
    not be had is VT_EMPTY already, and stays it: a conversion would make a 0 of it.
    """
    if not types.any():
        return read
    there = read.values.vartypes != VarType.EMPTY
    values, failed = convert_column(read.values, np.where(there, types, np.uint16(VarType.EMPTY)))
    if values is read.values:
        return read
    qualities = np.where(failed != 0, np.uint16(Quality.BAD), read.qualities)
    errors = np.where(read.errors != 0, read.errors, failed)
    return Batch(read.handles, values, qualities, read.time_stamps, errors)


def convertible(sources: np.ndarray, targets: np.ndarray) -> np.ndarray:
    """Row by row whether there is any way from the one type to the other (bool)."""
    pairs = sources.astype(np.uint32) << np.uint32(16) | targets.astype(np.uint32)
    kinds, kind_of_row = np.unique(pairs, return_inverse=True)
    answers = np.array([can_convert(pair >> 16, pair & 0xFFFF) for pair in kinds.tolist()], np.bool_)
    return np.asarray(answers[kind_of_row])


def spread(batch: Batch, rows: np.ndarray, errors: np.ndarray, handles: np.ndarray) -> Batch:
    """Put ``batch`` into these rows of a longer one, whose other rows have failed with ``errors``."""
    count = len(errors)
    if len(rows) == count:
        return batch.with_handles(handles)
    types, bits = np.zeros(count, np.uint16), np.zeros(count, np.uint64)
    qualities, stamps = np.full(count, Quality.BAD, np.uint16), np.zeros(count, np.uint64)
    codes = errors.copy()
    types[rows], bits[rows] = batch.values.vartypes, batch.values.bits
    qualities[rows], stamps[rows], codes[rows] = batch.qualities, batch.time_stamps, batch.errors
    objects = {int(rows[at]): value for at, value in batch.values.objects.items()}
    return Batch(handles, VariantColumn(types, bits, objects), qualities, stamps, codes)
