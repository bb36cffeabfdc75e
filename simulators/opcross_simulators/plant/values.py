"""From the numbers of signals, and from what people write, to values of a VARTYPE."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from math import isfinite
from typing import Any, Final

import numpy as np

from opcross.errors import LocalMisuse
from opcross.ndr import SafeArray, Variant, VarType
from opcross.opc.filetime import date_of, filetime_of

__all__ = [
    "BASIC_NUMBERS",
    "bits_of",
    "floats_of",
    "is_array",
    "is_number",
    "numbers_of",
    "octets_in",
    "variant_of",
]

_INTEGERS: Final = {
    VarType.I1: "i1",
    VarType.UI1: "u1",
    VarType.I2: "i2",
    VarType.UI2: "u2",
    VarType.I4: "i4",
    VarType.INT: "i4",
    VarType.UI4: "u4",
    VarType.UINT: "u4",
    VarType.ERROR: "u4",
    VarType.I8: "i8",
    VarType.UI8: "u8",
    VarType.CY: "i8",
}
_FLOATS: Final = {VarType.R4: "f4", VarType.R8: "f8", VarType.DATE: "f8"}
BASIC_NUMBERS: Final = frozenset({int(vt) for vt in (*_INTEGERS, *_FLOATS, VarType.BOOL)})
"""VARTYPEs whose values are numbers of a fixed width."""

_BOUNDS: Final = {
    int(vt): (float(np.iinfo(kind).min), float(np.nextafter(np.float64(np.iinfo(kind).max), 0.0)))
    if kind in ("i8", "u8")
    else (float(np.iinfo(kind).min), float(np.iinfo(kind).max))
    for vt, kind in _INTEGERS.items()
}
"""The least and the greatest float64 that can be cast to each integer type."""
_LARGEST_R4: Final = float(np.finfo(np.float32).max)


def is_array(vartype: int) -> bool:
    """Whether values of the type are arrays."""
    return bool(vartype & VarType.ARRAY)


def is_number(vartype: int) -> bool:
    """Whether values of the type are numbers of a fixed width."""
    return vartype in BASIC_NUMBERS


def numbers_of(vartype: int, numbers: np.ndarray) -> np.ndarray:
    """Values of the type nearest to ``numbers`` (float64, no NaN), in the type's own NumPy kind."""
    if vartype == VarType.BOOL:
        return np.where(numbers >= 0.5, np.int16(-1), np.int16(0))
    if vartype == VarType.R4:
        return np.asarray(numbers.clip(-_LARGEST_R4, _LARGEST_R4), np.float32)
    if vartype in _FLOATS:
        return numbers
    kind = _INTEGERS.get(vartype)  # type: ignore[call-overload]  # any int may be asked for
    if kind is None:
        raise LocalMisuse(f"VARTYPE 0x{vartype:04x} is no number")
    whole = np.rint(numbers * 10_000 if vartype == VarType.CY else numbers)
    low, high = _BOUNDS[vartype]
    native: np.ndarray = np.clip(whole, low, high).astype(kind)
    return native


def bits_of(vartype: int, numbers: np.ndarray) -> np.ndarray:
    """As :func:`numbers_of`, as the raw bits of a column (uint64)."""
    native = np.ascontiguousarray(numbers_of(vartype, numbers))
    return native.view(f"u{native.dtype.itemsize}").astype(np.uint64)


def floats_of(vartype: int, bits: np.ndarray) -> np.ndarray:
    """The other way: raw bits of a column as float64; money in its unit, true as 1."""
    kind = np.dtype("i2" if vartype == VarType.BOOL else {**_INTEGERS, **_FLOATS}[VarType(vartype)])
    numbers: np.ndarray = bits.astype(f"u{kind.itemsize}").view(kind).astype(np.float64)
    if vartype == VarType.BOOL:
        numbers = np.minimum(np.abs(numbers), 1.0)
    return numbers / 10_000 if vartype == VarType.CY else numbers


def variant_of(vartype: int, value: Any) -> Variant:  # noqa: ANN401  (whatever a program or a file gives)
    """A value of the type: from a number, text, a list, a moment, or None for the type's zero.

    Text is read as people write it: ``12.5``, ``true``, ``2024-05-01T12:00:00``. Raises
    :class:`~opcross.errors.LocalMisuse` for what is no value of the type.
    """
    if isinstance(value, Variant):
        if value.vt != vartype:
            raise LocalMisuse(f"expected a value of VARTYPE 0x{vartype:04x}, found {value!r}")
        return value
    if is_array(vartype):
        elements = [] if value is None else value
        if isinstance(elements, str) or not isinstance(elements, Sequence | np.ndarray):
            raise LocalMisuse(f"expected a list, found {value!r}")
        inner = vartype & ~VarType.ARRAY
        return Variant(vartype, SafeArray.of(inner, [variant_of(inner, one).value for one in elements]))
    if vartype == VarType.BSTR:
        return Variant(vartype, "" if value is None else _text(value))
    if vartype == VarType.BOOL:
        return Variant(vartype, _truth(value))
    if vartype in _FLOATS:
        return Variant(vartype, _real(vartype, value))
    if vartype in _INTEGERS:
        return Variant(vartype, _whole(vartype, value))
    if vartype in (VarType.EMPTY, VarType.NULL) and value is None:
        return Variant(vartype)
    raise LocalMisuse(f"a plant has no values of VARTYPE 0x{vartype:04x}")


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.7g}"
    return str(value)


def _truth(value: object) -> bool:
    if isinstance(value, str):
        words = {"true": True, "false": False, "1": True, "-1": True, "0": False, "": False}
        if value.lower() not in words:
            raise LocalMisuse(f'expected true or false, found "{value}"')
        return words[value.lower()]
    return bool(value)


def _real(vartype: int, value: object) -> float:
    if value is None:
        return 0.0
    if isinstance(value, datetime):
        return date_of(filetime_of(value))
    if vartype == VarType.DATE and isinstance(value, str):
        try:
            return date_of(filetime_of(datetime.fromisoformat(value)))
        except ValueError:
            pass  # a bare number of days
    number = _number(value)
    if vartype == VarType.R4 and isfinite(number) and abs(number) > _LARGEST_R4:
        raise LocalMisuse(f"{value!r} does not fit into a Real4")
    return number


def _whole(vartype: int, value: object) -> int:
    if value is None:
        return 0
    if vartype == VarType.CY:
        number = _number(value) * 10_000
        if not isfinite(number):
            raise LocalMisuse(f"{value!r} is no amount of money")
        whole = round(number)
    elif isinstance(value, str):
        try:
            whole = int(value, 16 if value.lower().startswith("0x") else 10)
        except ValueError:
            raise LocalMisuse(f'expected a whole number, found "{value}"') from None
    else:
        number = _number(value)
        whole = int(value) if isinstance(value, int) else int(number) if number.is_integer() else -1
        if whole != number and not isinstance(value, int):
            raise LocalMisuse(f"expected a whole number, found {value!r}")
    bounds = np.iinfo(_INTEGERS[VarType(vartype)])
    if not bounds.min <= whole <= bounds.max:
        raise LocalMisuse(f"{value!r} does not fit into VARTYPE 0x{vartype:04x}")
    return whole


def _number(value: object) -> float:
    try:
        return float(value)  # type: ignore[arg-type]  # what is no number raises
    except (TypeError, ValueError, OverflowError):
        raise LocalMisuse(f"expected a number, found {value!r}") from None


def octets_in(value: object) -> int:
    """About how many octets a value that is no number takes up."""
    if value is None:
        return 0
    if isinstance(value, SafeArray):
        held = value.values
        if isinstance(held, np.ndarray):
            return int(held.nbytes)
        return 8 * len(held) + sum(octets_in(one) for one in held)
    if isinstance(value, str):
        return 2 * len(value)
    if isinstance(value, bytes):
        return len(value)
    return 64
