"""VARIANTs as people and JSON see them, and as people write them.

``parse``, ``guess`` and ``vartype_of`` read what somebody wrote; ``to_text``, ``to_json`` and
``vartype_word`` show what there is. Values come from a peer, so text for people has no control characters
and no half characters: they are escaped as in JSON (``\\u001b``).

JSON holds what every reader understands the same way:

=================================  =======================================================================
whole numbers                      numbers; strings beyond 2**53 - 1, where many readers lose digits
R4, R8                             numbers; ``"NaN"``, ``"Infinity"``, ``"-Infinity"``
BOOL                               true, false
CY, DECIMAL                        strings with all decimals (``"12.34"``)
DATE                               ISO 8601 without a zone, which it does not know; a number of days
                                   outside of the years 100 to 9999
ERROR                              ``"0x80004005"``
BSTR                               strings, half characters replaced; ``"0x..."`` for an odd number of octets
arrays                             lists, nested for several dimensions: ``value[i][j]`` is element (i, j)
UNKNOWN, DISPATCH, RECORD          ``"0x..."``, the octets
EMPTY, NULL, null pointers         null
=================================  =======================================================================
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from math import isfinite, isnan
from typing import Any, Final

import numpy as np

from opcross.ndr import ByRef, SafeArray, UserRecord, Variant, VariantColumn, VarType
from opcross.opc._conversion_dates import moment_of_date
from opcross.opc._conversion_numbers import NUMBER_KINDS
from opcross.opc._exact import CY_PLACES, Exact, exact_of_decimal
from opcross.opc._variant_parsing import guess, parse
from opcross.opc._vartype_words import vartype_of, vartype_word
from opcross.opc.codes import code_name

__all__ = ["guess", "parse", "to_json", "to_text", "vartype_of", "vartype_word"]

_SAFE: Final = 2**53 - 1
_ODD: Final = "0x"


def to_text(variant: Variant | None) -> str:
    """A value for people, on one line: ``12.5``, ``true``, ``2026-01-31T12:00:00``, ``["a", "b"]``.

    EMPTY and no VARIANT at all are empty, NULL is ``null``. Where :func:`parse` takes the type it reads the
    value back, unless characters of a text had to be escaped.
    """
    if variant is None or variant.vt == VarType.EMPTY:
        return ""
    return _text(variant, quoted=False)


def to_json(variant: Variant | None) -> object:
    """A value for machines; see the table above. Made of None, bool, int, float, str and lists."""
    if variant is None:
        return None
    vartype, value = variant.vt, variant.value
    if value is None:
        return "" if vartype == VarType.BSTR else None  # a null BSTR is an empty text to everybody
    if vartype & VarType.BYREF:
        return to_json(_target(vartype, value))
    if vartype & VarType.ARRAY:
        return _nested(value, to_json)
    if vartype == VarType.BOOL:
        return bool(value)
    if vartype in (VarType.R4, VarType.R8):
        return _json_float(_shortest(value, vartype))
    if vartype == VarType.DATE:
        moment = moment_of_date(value)
        return _json_float(value) if moment is None else moment.isoformat()
    if vartype in NUMBER_KINDS and vartype != VarType.CY:
        return value if -_SAFE <= value <= _SAFE else str(value)
    if vartype == VarType.BSTR and isinstance(value, str):
        return value.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    if vartype == VarType.ERROR:
        return f"0x{value:08X}"
    return _octets(value) if isinstance(value, bytes | UserRecord) else _text(variant, quoted=False)


def _target(vartype: int, reference: ByRef) -> Variant:
    """What a VT_BYREF points to; VT_VARIANT is a VARIANT of its own."""
    inner = reference.value
    return inner if isinstance(inner, Variant) else Variant(vartype & ~VarType.BYREF, inner)


def _shortest(value: float, vartype: int) -> float:
    """The double with the fewest digits that is this R4; an R8 is its own."""
    return float(str(np.float32(value))) if vartype == VarType.R4 else float(value)


def _json_float(value: float) -> float | str:
    if isfinite(value):
        return value
    return "NaN" if isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _octets(value: bytes | UserRecord) -> str:
    return _ODD + ((value.data or b"") if isinstance(value, UserRecord) else value).hex()


# -- for people ----------------------------------------------------------------------------------------


def _text(variant: Variant | None, *, quoted: bool) -> str:
    """One value; texts in quotes inside of arrays."""
    if variant is None:
        return "null"
    vartype, value = variant.vt, variant.value
    if vartype == VarType.BSTR and not isinstance(value, bytes):
        return _quoted(value or "") if quoted else _visible(value or "")
    if value is None:
        return "empty" if vartype == VarType.EMPTY else "null"
    if vartype & VarType.BYREF:
        return _text(_target(vartype, value), quoted=quoted)
    if vartype & VarType.ARRAY:
        return _list_text(_nested(value, lambda element: _text(element, quoted=True)))
    if vartype in NUMBER_KINDS:
        return _number_text(value, vartype)
    if vartype == VarType.DECIMAL:
        number = exact_of_decimal(value)
        return "no decimal number" if number is None else number.to_text()
    if vartype == VarType.ERROR:
        name = code_name(value)
        return f"0x{value:08X}" + ("" if name == "HRESULT" else f" {name}")
    return _octets(value) if isinstance(value, bytes | UserRecord) else _visible(str(value))


def _number_text(value: Any, vartype: int) -> str:  # noqa: ANN401  (a number of any kind)
    if vartype == VarType.BOOL:
        return ("true" if value else "false") + ("" if isinstance(value, bool) else f" ({value})")
    if vartype in (VarType.R4, VarType.R8):
        return repr(_shortest(value, vartype))
    if vartype == VarType.DATE:
        moment = moment_of_date(value)
        return f"{value!r} days" if moment is None else moment.isoformat()
    return Exact(value, -CY_PLACES).to_text() if vartype == VarType.CY else str(value)


def _visible(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text)


def _quoted(text: str) -> str:
    return _visible(json.dumps(text, ensure_ascii=False))


def _list_text(nested: Any) -> str:  # noqa: ANN401  (a text, or lists of them)
    return nested if isinstance(nested, str) else f"[{', '.join(map(_list_text, nested))}]"


# -- arrays --------------------------------------------------------------------------------------------


def _nested(array: SafeArray, shown: Callable[[Variant | None], object]) -> list[Any]:
    """The elements as lists of lists, the first dimension outermost.

    Bounds stand on the wire in reverse order ([MS-OAUT] 2.2.30.10) and the first dimension varies fastest.
    """
    flat = [shown(element) for element in _elements(array)]
    if len(array.bounds) < 2 or array.count != len(flat):
        return flat
    grid = np.empty(len(flat), object)
    for number, element in enumerate(flat):
        grid[number] = element
    nested: list[Any] = grid.reshape([count for count, _ in array.bounds]).T.tolist()
    return nested


def _elements(array: SafeArray) -> Iterable[Variant | None]:
    if array.vartype == VarType.VARIANT:
        return (element for element in array.values)
    if array.vartype in NUMBER_KINDS:
        return VariantColumn.of_numbers(array.vartype, array.values)
    return (Variant(array.vartype, value) for value in array.values)
