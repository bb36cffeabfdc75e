"""Conversion of values to the type that a client asks for ([OPC DA] 3.0: the requested data type of an item).

OPC servers convert with VariantChangeTypeEx, so that is what is done here, with English settings whatever
the locale: a value should not depend on who asks for it. Types are those of [MS-OAUT] 2.2.7. No clause says
how they convert; Wine's oleaut32 was the source of facts. How sure a rule is stands with it (tests: Wine's
tests, which hold on Windows; code: what Wine does; chosen: neither):

- numbers: :mod:`opcross.opc._conversion_numbers`;
- texts of numbers, and BOOL as text: :mod:`opcross.opc._conversion_text`; of dates:
  :mod:`opcross.opc._conversion_dates`;
- EMPTY is 0, ``""`` or FALSE (code); NULL is none of them: DISP_E_TYPEMISMATCH (code);
- ERROR converts to and from nothing (code); nothing converts to NULL (chosen: it would hide every value);
- BOOL to DECIMAL is 1 or 0, although it is -1 in every other signed number (code);
- R4 and R8 become the DECIMAL of their seven or fifteen digits (chosen), texts keep all they have;
- a DATE is its number of days (code); a text that is a number only is no DATE (tests);
- arrays convert element by element, bounds kept, and fail with their first element that does (chosen:
  oleaut32 itself refuses arrays, OPC servers do not); no array becomes a scalar or the other way round;
- arrays of DECIMAL have no wire form ([MS-OAUT] 2.2.30.9), so nothing converts to one.
"""

from __future__ import annotations

from dataclasses import replace
from math import isfinite, isinf
from typing import Any, Final

import numpy as np

from opcross.errors import HResultError
from opcross.ndr import Decimal96, SafeArray, Variant, VariantColumn, VarType
from opcross.opc._conversion_dates import date_of_text, text_of_date
from opcross.opc._conversion_numbers import NUMBER_KINDS, convert_numbers
from opcross.opc._conversion_text import bool_of_text, number_of_text, text_of_number
from opcross.opc._exact import CY_PLACES, Exact, exact_of_decimal, exact_of_float
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH

__all__ = ["can_convert", "convert", "convert_column"]

_ABSENT: Final = 0xFFFF
_ARRAY: Final = int(VarType.ARRAY)
_FLOATS: Final = frozenset((int(VarType.R4), int(VarType.R8), int(VarType.DATE)))
_SCALARS: Final = frozenset((*NUMBER_KINDS, int(VarType.BSTR), int(VarType.DECIMAL)))
_ELEMENTS: Final = frozenset((*NUMBER_KINDS, int(VarType.BSTR), int(VarType.VARIANT)))
_R4_MAX: Final = float(np.finfo(np.float32).max)


def can_convert(source: int, target: int) -> bool:
    """Whether values of type ``source`` can become ``target`` at all: OPC_E_BADTYPE answers what cannot.

    A target of VT_EMPTY asks for the type that a value has, which is always possible. A source of VT_EMPTY is
    an item whose type is not known before its value, so any type that values can be converted to will do.
    """
    if target in (VarType.EMPTY, source):
        return True
    if source == VarType.EMPTY:
        return target in _SCALARS or (target & _ARRAY != 0 and target ^ _ARRAY in _ELEMENTS)
    if source & _ARRAY and target & _ARRAY:
        return source ^ _ARRAY in _ELEMENTS and target ^ _ARRAY in _ELEMENTS
    return source in _SCALARS and target in _SCALARS


def convert(value: Variant, target: int) -> Variant:
    """``value`` as ``target``; VT_EMPTY leaves it as it is.

    Raises :class:`~opcross.errors.HResultError` with DISP_E_OVERFLOW for what does not fit, and with
    DISP_E_TYPEMISMATCH for what is no such value.
    """
    if target in (VarType.EMPTY, value.vt):
        return value
    if value.vt & _ARRAY and can_convert(value.vt, target):
        return Variant(int(target), _array(value.value, target ^ _ARRAY))
    if target not in _SCALARS or not (value.vt == VarType.EMPTY or value.vt in _SCALARS):
        raise _mismatch(value.vt, target)
    return Variant(int(target), _scalar(value, int(target)))


def convert_column(values: VariantColumn, targets: np.ndarray | int) -> tuple[VariantColumn, np.ndarray]:
    """Rows as the type that ``targets`` asks for, row by row or for all; and an HRESULT (uint32) for each.

    A row that is of its type already stays as it is, as does one whose target is VT_EMPTY and one that holds
    no VARIANT at all; if that is true of all, the column comes back itself. A row that cannot be converted
    becomes VT_EMPTY. Rows of VT_EMPTY count as 0: give those that failed before a target of VT_EMPTY.
    """
    types = values.vartypes
    wanted = np.broadcast_to(np.asarray(targets, np.uint16), types.shape)
    errors = np.zeros(len(values), np.uint32)
    rows = np.flatnonzero((wanted != VarType.EMPTY) & (wanted != types) & (types != _ABSENT))
    if not len(rows):
        return values, errors
    vartypes, bits, objects = types.copy(), values.bits.copy(), dict(values.objects)
    pairs = types[rows].astype(np.uint32) << np.uint32(16) | wanted[rows]
    kinds, kind_of_row, counts = np.unique(pairs, return_inverse=True, return_counts=True)
    runs = np.split(rows[np.argsort(kind_of_row, kind="stable")], np.cumsum(counts)[:-1])
    for pair, chosen in zip(kinds.tolist(), runs, strict=True):
        source, target = pair >> 16, pair & 0xFFFF
        if source in NUMBER_KINDS and target in NUMBER_KINDS:
            bits[chosen], good = _convert_bits(bits[chosen], source, target)
            vartypes[chosen] = np.where(good, target, VarType.EMPTY)
            errors[chosen] = np.where(good, 0, DISP_E_OVERFLOW)
            continue
        results, errors[chosen] = _one_by_one(values, chosen, target)
        vartypes[chosen], bits[chosen] = results.vartypes, results.bits
        for position, row in enumerate(chosen.tolist()):
            objects.pop(row, None)
            if position in results.objects:
                objects[row] = results.objects[position]
    return VariantColumn(vartypes, bits, objects), errors


def _convert_bits(bits: np.ndarray, source: int, target: int) -> tuple[np.ndarray, np.ndarray]:
    width = NUMBER_KINDS[source].itemsize
    native, good = convert_numbers(bits.astype(f"u{width}").view(NUMBER_KINDS[source]), source, target)
    return native.view(f"u{native.itemsize}").astype(np.uint64), good


def _one_by_one(values: VariantColumn, rows: np.ndarray, target: int) -> tuple[VariantColumn, np.ndarray]:
    results, errors = [], np.zeros(len(rows), np.uint32)
    for position, row in enumerate(rows.tolist()):
        value = values[row]
        assert value is not None  # such rows were not chosen
        try:
            results.append(convert(value, target))
        except HResultError as error:
            results.append(Variant(VarType.EMPTY))
            errors[position] = error.code
    return VariantColumn.of(results), errors


def _mismatch(source: int, target: int) -> HResultError:
    return HResultError(DISP_E_TYPEMISMATCH, f"VARTYPE 0x{source:04x} does not become 0x{target:04x}")


def _overflow(target: int) -> HResultError:
    return HResultError(DISP_E_OVERFLOW, f"the value does not fit into VARTYPE 0x{target:04x}")


# -- scalars -------------------------------------------------------------------------------------------


def _scalar(value: Variant, target: int) -> Any:  # noqa: ANN401  (any value of a VARIANT)
    if value.vt == VarType.EMPTY:
        return _nothing(target)
    if value.vt == VarType.BSTR:
        return _from_text(value.value, target)
    if value.vt == VarType.DECIMAL:
        number = exact_of_decimal(value.value)
        if number is None:
            raise _mismatch(value.vt, target)
        return _from_exact(number, target)
    return _from_number(value, target)


def _nothing(target: int) -> Any:  # noqa: ANN401
    if target == VarType.BSTR:
        return ""
    if target == VarType.DECIMAL:
        return Decimal96()
    if target == VarType.BOOL:
        return False
    return 0.0 if target in _FLOATS else 0


def _from_number(value: Variant, target: int) -> Any:  # noqa: ANN401
    source, held = value.vt, value.value
    if target == VarType.BSTR:
        text = text_of_date(held) if source == VarType.DATE else text_of_number(held, source)
        if text is None:
            raise _overflow(target)
        return text
    if target == VarType.DECIMAL:
        return _decimal_of(held, source)
    bits, good = _convert_bits(VariantColumn.of([value]).bits, source, target)
    if not good[0]:
        raise _overflow(target)
    found = VariantColumn(np.array([target], np.uint16), bits)[0]
    assert found is not None
    return found.value


def _decimal_of(held: float, source: int) -> Decimal96:
    if source == VarType.BOOL:
        return Decimal96(low=1 if held else 0)
    if source in _FLOATS:
        if not isfinite(held):
            raise _overflow(VarType.DECIMAL)
        exact = exact_of_float(held, 7 if source == VarType.R4 else 15)
    else:
        exact = Exact(int(held), -CY_PLACES if source == VarType.CY else 0)
    return _fitted(exact)


def _fitted(number: Exact) -> Decimal96:
    found = number.to_decimal()
    if found is None:
        raise _overflow(VarType.DECIMAL)
    return found


def _from_text(text: str | bytes | None, target: int) -> Any:  # noqa: ANN401
    if not isinstance(text, str):
        raise _mismatch(VarType.BSTR, target)
    if target == VarType.DATE:
        days = date_of_text(text)
        if days is None:
            raise _mismatch(VarType.BSTR, target)
        return days
    if target == VarType.BOOL:
        word = bool_of_text(text)
        if word is not None:
            return word
    found = number_of_text(text)
    if found is None:
        raise _mismatch(VarType.BSTR, target)
    number = found.number
    if found.bits and target in NUMBER_KINDS and NUMBER_KINDS[target].kind == "i" and target != VarType.CY:
        number = Exact(_signed(number.mantissa, 8 * NUMBER_KINDS[target].itemsize))
    return _from_exact(number, target)


def _signed(pattern: int, width: int) -> int:
    """A pattern of bits as a number of that width, if it has as many: &HFFFF is -1 in an I2."""
    return pattern - (1 << width) if pattern >> (width - 1) == 1 else pattern


def _from_exact(number: Exact, target: int) -> Any:  # noqa: ANN401
    if target == VarType.BOOL:
        return number.mantissa != 0
    if target == VarType.BSTR:
        return number.to_text()
    if target == VarType.DECIMAL:
        return _fitted(number)
    if target in _FLOATS:
        return _float_of(number.to_float(), target)
    whole = number.rounded(CY_PLACES if target == VarType.CY else 0)
    bounds = np.iinfo(NUMBER_KINDS[target])
    if whole is None or not int(bounds.min) <= whole <= int(bounds.max):
        raise _overflow(target)
    return whole


def _float_of(number: float, target: int) -> float:
    if isinf(number):
        raise _overflow(target)
    if target == VarType.R8:
        return number
    native, good = convert_numbers(np.array([number], np.float64), VarType.R8, target)
    if not good[0]:
        raise _overflow(target)
    return float(native[0])


# -- arrays --------------------------------------------------------------------------------------------


def _array(array: SafeArray | None, target: int) -> SafeArray | None:
    if array is None:
        return None
    source = array.vartype
    if source in NUMBER_KINDS and target in NUMBER_KINDS:
        values, good = convert_numbers(np.asarray(array.values, NUMBER_KINDS[source]), source, target)
        if not good.all():
            raise _overflow(_ARRAY | target)
        converted: Any = values
    else:
        converted = _elements(array, target)
    # What SafeArray.of says of the elements holds, whatever the shape.
    return replace(SafeArray.of(target, converted), bounds=array.bounds)


def _elements(array: SafeArray, target: int) -> Any:  # noqa: ANN401
    rows = _variants(array)
    if target == VarType.VARIANT:
        return rows
    if (rows.vartypes == _ABSENT).any():
        raise _mismatch(array.vartype, target)
    converted, errors = convert_column(rows, target)
    failures = errors[errors != 0]
    if len(failures):
        raise HResultError(int(failures[0]), f"an element does not become VARTYPE 0x{target:04x}")
    if target in NUMBER_KINDS:
        return converted.bits.astype(f"u{NUMBER_KINDS[target].itemsize}").view(NUMBER_KINDS[target])
    return tuple(row.value for row in converted if row is not None)


def _variants(array: SafeArray) -> VariantColumn:
    if array.vartype == VarType.VARIANT:
        return array.values if isinstance(array.values, VariantColumn) else VariantColumn.of(array.values)
    if array.vartype in NUMBER_KINDS:
        return VariantColumn.of_numbers(array.vartype, array.values)
    return VariantColumn.of(Variant(array.vartype, value) for value in array.values)
