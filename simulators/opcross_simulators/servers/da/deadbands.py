"""Deadbands: of a percentage of the EU range, around what was sent last ([OPC DA] 2.05a 4.5.1.6)."""

from __future__ import annotations

from typing import Final

import numpy as np

from opcross.ndr import VariantColumn, VarType
from opcross.opc.conversion import convert_column

__all__ = ["numbers_of", "within"]

_NUMBERS: Final = np.zeros(0x10000, np.bool_)
for _vt in (
    VarType.I1,
    VarType.UI1,
    VarType.I2,
    VarType.UI2,
    VarType.I4,
    VarType.UI4,
    VarType.INT,
    VarType.UINT,
    VarType.I8,
    VarType.UI8,
    VarType.R4,
    VarType.R8,
    VarType.CY,
):
    _NUMBERS[_vt] = True
_NUMBERS.flags.writeable = False


def numbers_of(types: np.ndarray, bits: np.ndarray) -> np.ndarray:
    """Values as float64, NaN for what is no number."""
    result = np.full(len(types), np.nan)
    where = np.flatnonzero(_NUMBERS[types])
    if not len(where):
        return result
    values = VariantColumn(types[where], bits[where])
    if values.uniform != VarType.R8:
        values, _ = convert_column(values, int(VarType.R8))
    result[where] = values.numbers()
    return result


def within(types: np.ndarray, bits: np.ndarray, values: VariantColumn, bands: np.ndarray) -> np.ndarray:
    """Which ``values`` lie within the bands around older ones, given by type and bits (bool).

    A band of 0 holds nothing back. What is no number lies outside, as does one of another type.
    """
    result = np.zeros(len(types), np.bool_)
    where = np.flatnonzero((bands > 0) & (types == values.vartypes))
    with np.errstate(invalid="ignore"):  # infinity less infinity is no number, and outside
        distance = np.abs(
            numbers_of(types[where], values.bits[where]) - numbers_of(types[where], bits[where])
        )
    result[where] = distance <= bands[where]
    return result
