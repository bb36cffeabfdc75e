"""VARIANT and SAFEARRAY as values: a type code and the value it stands for.

[MS-OAUT] 2.2.29 and 2.2.30. Python's own types carry most of them:

==================================  ==========================================================
VT_I1 ... VT_UI8, VT_INT, VT_UINT   int
VT_R4, VT_R8, VT_DATE               float (a DATE counts days since 1899-12-30)
VT_CY                               int, in units of 1/10000
VT_ERROR                            int
VT_BOOL                             True for -1, False for 0, else the odd number
VT_DECIMAL                          :class:`Decimal96`
VT_BSTR                             str; bytes if their number is odd; None for a null string
VT_UNKNOWN, VT_DISPATCH             the octets of an OBJREF, or None
VT_ARRAY | type                     :class:`SafeArray`, or None
VT_RECORD                           :class:`UserRecord`, or None
VT_BYREF | type                     :class:`ByRef`, or None for a null pointer
VT_EMPTY, VT_NULL                   None
==================================  ==========================================================
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from math import isnan, prod
from typing import Any, Final
from uuid import UUID

import numpy as np

__all__ = ["ByRef", "Decimal96", "SafeArray", "UserRecord", "VarType", "Variant", "same_value"]


class VarType(IntEnum):
    """VARTYPE ([MS-OAUT] 2.2.7): what a VARIANT holds; ARRAY and BYREF are added to the others."""

    EMPTY = 0x0
    NULL = 0x1
    I2 = 0x2
    I4 = 0x3
    R4 = 0x4
    R8 = 0x5
    CY = 0x6
    DATE = 0x7
    BSTR = 0x8
    DISPATCH = 0x9
    ERROR = 0xA
    BOOL = 0xB
    VARIANT = 0xC
    UNKNOWN = 0xD
    DECIMAL = 0xE
    I1 = 0x10
    UI1 = 0x11
    UI2 = 0x12
    UI4 = 0x13
    I8 = 0x14
    UI8 = 0x15
    INT = 0x16
    UINT = 0x17
    RECORD = 0x24
    ARRAY = 0x2000
    BYREF = 0x4000


def same_value(one: object, other: object) -> bool:
    """Equality that also works for arrays and for numbers that are none (NaN equals NaN)."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        a, b = np.asarray(one), np.asarray(other)
        return a.shape == b.shape and bool(
            np.array_equal(a, b, equal_nan=a.dtype.kind == b.dtype.kind == "f")
        )
    if isinstance(one, float) and isinstance(other, float) and isnan(one):
        return isnan(other)
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        return one.keys() == other.keys() and all(same_value(one[key], other[key]) for key in one)
    if isinstance(one, tuple) and isinstance(other, tuple):
        return len(one) == len(other) and all(map(same_value, one, other))
    return bool(one == other)


@dataclass(frozen=True, slots=True, eq=False)
class Variant:
    """A VARIANT: ``vt`` is its VARTYPE, ``value`` what the module's table says."""

    vt: int
    value: Any = None

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Variant):
            return NotImplemented
        return self.vt == other.vt and same_value(self.value, other.value)

    def __hash__(self) -> int:
        return hash(self.vt)


@dataclass(frozen=True, slots=True)
class ByRef:
    """What a VT_BYREF variant points to."""

    value: Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Decimal96:
    """DECIMAL ([MS-OAUT] 2.2.26): a 96-bit number, the power of ten that divides it, and a sign of 0x80."""

    high: int = 0
    low: int = 0
    scale: int = 0
    sign: int = 0
    reserved: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class UserRecord:
    """BRECORD ([MS-OAUT] 2.2.28.2): a user-defined type; its layout is known to its IRecordInfo only."""

    flags: int = 0
    info: bytes | None = None
    data: bytes | None = None

    @property
    def size(self) -> int:
        """How many octets the data takes."""
        return len(self.data or b"")


_FEATURES: Final = {
    VarType.BSTR: 0x100,
    VarType.UNKNOWN: 0x200,
    VarType.DISPATCH: 0x400,
    VarType.VARIANT: 0x800,
    VarType.RECORD: 0x20,
}
_NUMBERS: Final = {
    VarType.I1: "i1",
    VarType.UI1: "u1",
    VarType.I2: "i2",
    VarType.UI2: "u2",
    VarType.BOOL: "i2",
    VarType.I4: "i4",
    VarType.UI4: "u4",
    VarType.INT: "i4",
    VarType.UINT: "u4",
    VarType.ERROR: "u4",
    VarType.R4: "f4",
    VarType.I8: "i8",
    VarType.UI8: "u8",
    VarType.CY: "i8",
    VarType.R8: "f8",
    VarType.DATE: "f8",
}
NUMBER_TYPES: Final = {int(vt): np.dtype(kind) for vt, kind in _NUMBERS.items()}
"""The NumPy type of each VARTYPE that is a number."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class SafeArray:
    """SAFEARRAY ([MS-OAUT] 2.2.30).

    ``values`` is flat: a NumPy array of numbers, a tuple of strings or OBJREFs, or a VariantColumn.
    ``bounds`` gives count and lower bound of each dimension as they stand on the wire.
    """

    vartype: int
    bounds: tuple[tuple[int, int], ...]
    values: Any = field(default=())
    features: int = 0x80
    element_size: int = 0
    locks: int = 0
    iid: UUID | None = None

    @classmethod
    def of(cls, vartype: int, values: Sequence[Any] | np.ndarray, *, lower: int = 0) -> SafeArray:
        """One dimension of ``values``; numbers are converted to what the type calls for."""
        kind = NUMBER_TYPES.get(vartype)
        held: Any = values
        if kind is not None:
            held = np.array(values, dtype=kind)
            held.flags.writeable = False
        elif isinstance(values, list):
            held = tuple(values)
        size = kind.itemsize if kind is not None else 16 if vartype == VarType.VARIANT else 4
        features = 0x80 | _FEATURES.get(vartype, 0)  # type: ignore[call-overload]  # any int may be asked for
        return cls(
            vartype=int(vartype),
            bounds=((len(held), lower),),
            values=held,
            features=features,
            element_size=size,
        )

    @property
    def count(self) -> int:
        """How many elements the bounds call for."""
        return prod(count for count, _ in self.bounds)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, SafeArray):
            return NotImplemented
        mine = (self.vartype, self.bounds, self.features, self.element_size, self.locks, self.iid)
        theirs = (other.vartype, other.bounds, other.features, other.element_size, other.locks, other.iid)
        return mine == theirs and same_value(self.values, other.values)

    def __hash__(self) -> int:
        return hash((self.vartype, self.bounds))
