"""Conversions among the VARTYPEs of fixed width, as columns.

Numbers here are I1 ... UI8, INT, UINT, R4, R8, CY, DATE and BOOL; ERROR is no number to anybody
([MS-OAUT] 2.2.7). A conversion takes a native array and gives a native array and which rows came out well;
the others overflowed. The rules, and how sure they are (tests: Wine's tests of oleaut32, which hold on
Windows; code: what Wine does; chosen: neither):

- fractions are rounded to the nearest whole number, halves to even; the bounds count after that, so 255.49
  is a UI1 and 255.5 is not (tests);
- a BOOL is a sixteen-bit number: TRUE is -1, and 255, 65535, ... once its sign has been cut off (tests);
- every number but zero is TRUE (code);
- a number that does not fit into another sign of the same width overflows. VariantChangeType copies the bits
  there (code); the OPC Foundation's own wrapper takes that for an overflow, and so do we (chosen);
- an R8 above the largest R4 overflows, infinities too; what is no number stays none (code);
- what is no number becomes no integer, CY or DATE, and neither does an infinity (chosen: oleaut32 lets the
  former pass as whatever the processor makes of it);
- a DATE lies in the years 100 to 9999 (code), whatever it comes from (chosen).
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.ndr import VarType
from opcross.opc._exact import CY_PLACES

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DATE_BEGIN", "DATE_END", "NUMBER_KINDS", "convert_numbers"]

_INTEGERS: Final = {
    VarType.I1: "i1",
    VarType.UI1: "u1",
    VarType.I2: "i2",
    VarType.UI2: "u2",
    VarType.I4: "i4",
    VarType.UI4: "u4",
    VarType.INT: "i4",
    VarType.UINT: "u4",
    VarType.I8: "i8",
    VarType.UI8: "u8",
}
_OTHERS: Final = {
    VarType.R4: "f4",
    VarType.R8: "f8",
    VarType.DATE: "f8",
    VarType.CY: "i8",
    VarType.BOOL: "i2",
}
NUMBER_KINDS: Final[Mapping[int, np.dtype]] = MappingProxyType(
    {int(vt): np.dtype(kind) for vt, kind in (_INTEGERS | _OTHERS).items()}
)
"""The native type of every VARTYPE that is a number."""

DATE_BEGIN: Final = -657_435.0
DATE_END: Final = 2_958_466.0
"""A DATE lies between the two: the days from the year 100 to 9999, times of day included."""

_CY_UNIT: Final = 10**CY_PLACES
_CY_MAX: Final = 2**63 - 1
_CY_KIND: Final = np.dtype("i8")
_INTEGER_TYPES: Final = frozenset(int(vt) for vt in _INTEGERS)
_FLOATS: Final = frozenset((int(VarType.R4), int(VarType.R8), int(VarType.DATE)))
_R4_MAX: Final = float(np.finfo(np.float32).max)


def convert_numbers(values: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    """``values`` of type ``source`` as ``target``, and a mask of those that fit; the rest are 0."""
    if target == VarType.BOOL:
        return np.where(values != 0, -1, 0).astype(np.int16), np.ones(len(values), np.bool_)
    with np.errstate(all="ignore"):
        if source == VarType.BOOL:
            return _from_bool(values, target)
        if target in _INTEGER_TYPES:
            return _to_integer(values, source, NUMBER_KINDS[target])
        if target == VarType.CY:
            return _to_currency(values, source)
        return _to_float(values, source, target)


def _from_bool(values: np.ndarray, target: int) -> tuple[np.ndarray, np.ndarray]:
    every = np.ones(len(values), np.bool_)
    if target == VarType.CY:
        return values.astype(np.int64) * _CY_UNIT, every
    return values.astype(NUMBER_KINDS[target]), every


def _within(values: np.ndarray, kind: np.dtype) -> np.ndarray:
    bounds = np.iinfo(kind)
    if values.dtype.kind == "f":
        # The upper bound of 64 bits is no double; the power of two above it is one.
        return (values >= float(int(bounds.min))) & (values < float(int(bounds.max) + 1))
    return (values >= int(bounds.min)) & (values <= int(bounds.max))


def _kept(values: np.ndarray, good: np.ndarray, kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    return np.where(good, values, values.dtype.type(0)).astype(kind), good


def _to_integer(values: np.ndarray, source: int, kind: np.dtype) -> tuple[np.ndarray, np.ndarray]:
    if source == VarType.CY:
        whole, rest = np.divmod(values, _CY_UNIT)
        up = (rest > _CY_UNIT // 2) | ((rest == _CY_UNIT // 2) & (whole & 1 == 1))
        values = whole + up
    elif source in _FLOATS:
        values = np.rint(values.astype(np.float64))
    return _kept(values, _within(values, kind), kind)


def _to_currency(values: np.ndarray, source: int) -> tuple[np.ndarray, np.ndarray]:
    fractions: np.ndarray | int = 0
    if source in _FLOATS:
        # Apart, so that large amounts do not lose what a double has no room for.
        whole = np.trunc(values.astype(np.float64))
        fractions, _ = _kept(np.rint((values - whole) * _CY_UNIT), np.isfinite(values), _CY_KIND)
        values = whole
    reach = _CY_MAX // _CY_UNIT
    good = (values <= reach) & (values >= -reach)
    native, _ = _kept(values, good, _CY_KIND)
    native = native * _CY_UNIT
    good &= np.where(native < 0, fractions >= -_CY_MAX - 1 - native, fractions <= _CY_MAX - np.abs(native))
    return np.where(good, native + fractions, 0), good


def _to_float(values: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    if source == VarType.CY:
        values = values.astype(np.float64) / _CY_UNIT
    if target == VarType.DATE:
        days = values.astype(np.float64)
        return _kept(days, (days > DATE_BEGIN) & (days < DATE_END), days.dtype)
    if target == VarType.R4 and values.dtype == np.float64:
        return _kept(values, ~(np.abs(values) > _R4_MAX), np.dtype("f4"))
    return values.astype(NUMBER_KINDS[target]), np.ones(len(values), np.bool_)
