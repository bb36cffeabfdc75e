"""Checks of what a server answered, beyond what the interface tables ask for.

Arrays that come are as long as the call says, or unpacking has failed. But a server may leave out an array
that it owes, with a null pointer and a successful HRESULT.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence, Sized
from typing import TypeVar

import numpy as np

from opcross.codes import Hresult
from opcross.errors import HResultError, PeerViolation
from opcross.ndr import VariantColumn, VarType
from opcross.ndr._columns import ABSENT
from opcross.opc.da.batch import Batch
from opcross.opc.quality import MASTER_MASK, Quality

__all__ = ["ages_of", "batch_of", "check_length", "chunks", "column", "given", "present"]

T = TypeVar("T")
_FAILURE = np.uint32(0x80000000)


def given(value: T | None, what: str) -> T:
    """What a server owes; raises :class:`PeerViolation` for a null pointer."""
    if value is None:
        raise PeerViolation(f"{what}: the server gave a null pointer")
    return value


def column(array: np.ndarray | None, length: int, what: str) -> np.ndarray:
    """An array with one element for each of ``length`` items."""
    array = given(array, what)
    if len(array) != length:
        raise PeerViolation(f"{what}: {len(array)} elements for {length} items")
    return array


def present(values: VariantColumn) -> VariantColumn:
    """Null pointers in a column of values turned into VT_EMPTY."""
    absent = values.vartypes == ABSENT
    if not absent.any():
        return values
    types = np.where(absent, np.uint16(VarType.EMPTY), values.vartypes)
    return VariantColumn(types, values.bits, values.objects)


def batch_of(
    handles: np.ndarray,
    values: VariantColumn | None,
    qualities: np.ndarray | None,
    time_stamps: np.ndarray | None,
    errors: np.ndarray | None,
    what: str,
) -> Batch:
    """Rows as a server gave them; a row that failed is never good, whatever its quality says."""
    length = len(handles)
    values = given(values, what)
    if len(values) != length:
        raise PeerViolation(f"{what}: {len(values)} values for {length} items")
    errors = column(errors, length, what)
    qualities = column(qualities, length, what)
    failed = errors >= _FAILURE
    if failed.any():
        good = (qualities & np.uint16(MASTER_MASK)) == Quality.GOOD
        qualities = np.where(failed & good, np.uint16(Quality.BAD), qualities)
    return Batch(handles, present(values), qualities, column(time_stamps, length, what), errors)


def ages_of(max_ages: Sequence[int] | np.ndarray | int, length: int) -> np.ndarray:
    """A greatest age for each of ``length`` items; raises E_INVALIDARG for what are no ages."""
    try:
        return np.broadcast_to(np.asarray(max_ages, np.uint32), length)
    except (ValueError, TypeError, OverflowError) as error:
        raise HResultError(Hresult.E_INVALIDARG, f"no ages for {length} items: {error}") from None


def check_length(values: Sized, length: int) -> None:
    """Raise E_INVALIDARG unless there is a value for each of ``length`` items."""
    if len(values) != length:
        raise HResultError(Hresult.E_INVALIDARG, f"{len(values)} values for {length} items")


def chunks(length: int, size: int) -> Iterator[slice]:
    """Slices of at most ``size`` that cover ``length``."""
    return (slice(start, min(start + size, length)) for start in range(0, length, size))
