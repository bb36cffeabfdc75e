"""Text that a person or a file wrote, as a VARIANT: stricter than conversion, and with reasons."""

from __future__ import annotations

import json
import re
from math import isfinite, isinf
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from opcross.errors import BadValue
from opcross.ndr import SafeArray, Variant, VariantColumn, VarType
from opcross.opc._conversion_dates import date_of_text, moment_of_date
from opcross.opc._conversion_numbers import NUMBER_KINDS
from opcross.opc._exact import CY_PLACES, Exact, exact_of_text
from opcross.opc._vartype_words import vartype_word

if TYPE_CHECKING:
    from collections.abc import Iterator

__all__ = ["guess", "parse"]

_WHOLE: Final = re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]{1,16}|[0-9]{1,40})")
_FLOAT: Final = re.compile(r"[+-]?(?:[0-9]{1,400}\.?[0-9]{0,400}|\.[0-9]{1,400})(?:[eE][+-]?[0-9]{1,6})?")
_NO_FLOAT: Final = re.compile(r"[+-]?(?:nan|inf(?:inity)?)", re.IGNORECASE)
_ELEMENT: Final = re.compile(r'\s*(?:("(?:[^"\\]|\\.)*")|([^,"]*?))\s*(,|$)', re.DOTALL)
_BOOLS: Final = {
    "true": True,
    "false": False,
    "1": True,
    "0": False,
    "-1": True,
    "yes": True,
    "no": False,
    "on": True,
    "off": False,
}
_NOTHING: Final = {int(VarType.EMPTY): ("", "empty"), int(VarType.NULL): ("", "null")}
_ELEMENTS: Final = frozenset((*NUMBER_KINDS, int(VarType.BSTR), int(VarType.VARIANT), int(VarType.ERROR)))
_I4: Final = range(-(2**31), 2**31)
_I8: Final = range(-(2**63), 2**63)
_UI8: Final = range(2**64)


def parse(text: str, vartype: int) -> Variant:
    """The value of that type that ``text`` stands for.

    Whole numbers may be hexadecimal (``0x1F``); BOOL takes true, false, yes, no, on, off, 1, -1 and 0; DATE
    takes ISO 8601 (a zone is turned into UTC), ``month/day/year`` and a number of days; CY and DECIMAL take
    the decimals that they can hold exactly; ERROR takes a number. An array is a list of its elements, ``[1,
    2, 3]``, of one dimension; the brackets may be left out, and text with commas stands in double quotes as
    in JSON.

    Raises :class:`~opcross.errors.BadValue` that says what was expected.
    """
    vartype = int(vartype)
    if vartype & VarType.ARRAY:
        return Variant(vartype, _array(text, vartype ^ VarType.ARRAY))
    if vartype in _NOTHING:
        if text.strip().lower() not in _NOTHING[vartype]:
            raise _wrong(text, vartype, "nothing")
        return Variant(vartype)
    return Variant(vartype, _scalar(text, vartype))


def guess(text: str) -> Variant:
    """``text`` as what it looks like: BOOL, I4, I8 or UI8, R8, else BSTR. Meant for items of unknown type."""
    plain = text.strip()
    if plain.lower() in ("true", "false"):
        return Variant(VarType.BOOL, plain.lower() == "true")
    if _WHOLE.fullmatch(plain):
        number = _whole_of(plain)
        for vartype, held in ((VarType.I4, _I4), (VarType.I8, _I8), (VarType.UI8, _UI8)):
            if number in held:
                return Variant(vartype, number)
    if _FLOAT.fullmatch(plain) and isfinite(float(plain)):
        return Variant(VarType.R8, float(plain))
    return Variant(VarType.BSTR, text)


def _wrong(text: str, vartype: int, expected: str) -> BadValue:
    shown = text if len(text) <= 80 else f"{text[:77]}..."
    return BadValue(f'"{shown}" is no value of {vartype_word(vartype)}: expected {expected}')


def _whole_of(plain: str) -> int:
    return int(plain, 16 if "x" in plain.lower() else 10)


def _scalar(text: str, vartype: int) -> Any:  # noqa: ANN401  (any value of a VARIANT)
    plain = text.strip()
    if vartype == VarType.BSTR:
        return text
    if vartype == VarType.BOOL:
        if plain.lower() not in _BOOLS:
            raise _wrong(text, vartype, "true or false")
        return _BOOLS[plain.lower()]
    if vartype in (VarType.R4, VarType.R8):
        return _float(text, plain, vartype)
    if vartype == VarType.DATE:
        return _date(text, plain)
    if vartype == VarType.CY:
        return _currency(text, plain)
    if vartype == VarType.DECIMAL:
        number = exact_of_text(plain) if _FLOAT.fullmatch(plain) else None
        found = number.to_decimal() if number is not None else None
        if number is None or found is None or number.rounded(found.scale) != _shifted(number, found.scale):
            raise _wrong(text, vartype, "a decimal number of at most 28 digits")
        return found
    if vartype == VarType.ERROR:
        return _whole(text, plain, vartype, _range(np.dtype("u4")))
    if vartype in NUMBER_KINDS:
        return _whole(text, plain, vartype, _range(NUMBER_KINDS[vartype]))
    raise _wrong(text, vartype, "another type: values of this one cannot be written as text")


def _range(kind: np.dtype) -> range:
    bounds = np.iinfo(kind)
    return range(int(bounds.min), int(bounds.max) + 1)


def _whole(text: str, plain: str, vartype: int, held: range) -> int:
    number = _whole_of(plain) if _WHOLE.fullmatch(plain) else None
    if number is None or number not in held:
        raise _wrong(text, vartype, f"a whole number from {held[0]} to {held[-1]}")
    return number


def _float(text: str, plain: str, vartype: int) -> float:
    if _NO_FLOAT.fullmatch(plain):
        return float(plain)
    if not (_FLOAT.fullmatch(plain) or _WHOLE.fullmatch(plain)):
        raise _wrong(text, vartype, "a number")
    number = float(_whole_of(plain)) if "x" in plain.lower() else float(plain)
    with np.errstate(over="ignore"):
        held = float(np.float32(number)) if vartype == VarType.R4 else number
    if isinf(held):
        raise _wrong(text, vartype, "a number that is not as large")
    return held


def _date(text: str, plain: str) -> float:
    days = date_of_text(plain)
    if days is None and _FLOAT.fullmatch(plain):
        days = float(plain)
    if days is None or moment_of_date(days) is None:
        raise _wrong(text, VarType.DATE, "a date such as 2026-01-31 or 2026-01-31T12:00:00Z")
    return days


def _shifted(number: Exact, places: int) -> int | None:
    """The number in units of 10**-places if it is a whole number of them."""
    shift = number.power + places
    if shift >= 0:
        return number.rounded(places)
    whole, rest = divmod(number.mantissa, 10**-shift)
    return whole if rest == 0 else None


def _currency(text: str, plain: str) -> int:
    number = exact_of_text(plain) if _FLOAT.fullmatch(plain) else None
    units = None if number is None else _shifted(number, CY_PLACES)
    if units is None or units not in _I8:
        raise _wrong(text, VarType.CY, f"an amount with at most {CY_PLACES} decimals, below 922337203685477")
    return units


# -- arrays --------------------------------------------------------------------------------------------


def _array(text: str, element: int) -> SafeArray:
    if element not in _ELEMENTS:
        raise _wrong(
            text, VarType.ARRAY | element, "another type: arrays of this one cannot be written as text"
        )
    words = list(_words(text, element))
    if element == VarType.VARIANT:
        rows = [Variant(VarType.BSTR, word) if quoted else guess(word) for word, quoted in words]
        return SafeArray.of(element, VariantColumn.of(rows))  # a column is a sequence of VARIANTs
    values = []
    for number, (word, _) in enumerate(words):
        try:
            values.append(_scalar(word, element))
        except BadValue as error:
            raise error.under(f"[{number}]") from None
    if element == VarType.BOOL:
        return SafeArray.of(element, [-1 if value else 0 for value in values])
    return SafeArray.of(element, values)


def _words(text: str, element: int) -> Iterator[tuple[str, bool]]:
    """The elements as written, and whether they stood in quotes."""
    body = text.strip()
    if body.startswith("[") != body.endswith("]"):
        raise _wrong(text, VarType.ARRAY | element, "a list such as [1, 2, 3]")
    if body.startswith("["):
        body = body[1:-1].strip()
    if not body:
        return
    at, more = 0, True
    while more:
        found = _ELEMENT.match(body, at)
        if found is None:
            raise _wrong(text, VarType.ARRAY | element, "a comma between two elements")
        at, more = found.end(), found[3] == ","
        if found[1] is None:
            yield found[2], False
            continue
        try:
            yield json.loads(found[1]), True
        except ValueError:
            raise _wrong(text, VarType.ARRAY | element, "quotes and escapes as in JSON") from None
