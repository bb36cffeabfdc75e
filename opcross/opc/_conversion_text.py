"""Numbers as text and back, with the signs of the English locale.

What VariantChangeTypeEx does with English settings. Wine's VarParseNumFromStr was the source of facts for
what is read: blanks around the number, a sign before or behind it or brackets for a minus, ``$`` (and the
currency sign of the invariant locale), commas anywhere among the digits, a decimal point, an exponent, and
whole numbers after ``&H`` and ``&O``. R4 and R8 are written as Wine's VarBstrFromR4 and VarBstrFromR8 do;
that CY and DECIMAL have all their digits, and the words for infinities, are chosen.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from math import isfinite, isnan
from typing import Final

from opcross.ndr import VarType
from opcross.opc._exact import CY_PLACES, Exact, exact_of_text

__all__ = ["NumberText", "bool_of_text", "number_of_text", "text_of_number"]

_TEXT_LIMIT: Final = 1_024
"""Characters; a longer text is no number. Wine's parser keeps as many digits."""
_NUMBER: Final = re.compile(
    r"(?P<before>[\s+\-$¤(]*)"
    r"(?:&[Hh](?P<hex>[0-9A-Fa-f]+)|&[Oo](?P<octal>[0-7]+)|"
    r"(?P<mantissa>[0-9,]+(?:\.[0-9,]*)?|\.[0-9,]+)(?:[eE](?P<exponent>[+-]?[0-9]+))?)"
    r"(?P<after>[\s+\-)]*)"
)


@dataclass(frozen=True, slots=True)
class NumberText:
    """What a text says: a number, and whether it was written as a pattern of bits (``&HFFFF``)."""

    number: Exact
    bits: bool = False


def number_of_text(text: str) -> NumberText | None:
    """The number that ``text`` is from end to end, or None."""
    if len(text) > _TEXT_LIMIT:
        return None
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    negative = _sign(found["before"], found["after"])
    if negative is None:
        return None
    if found["mantissa"] is None:
        pattern = int(found["hex"], 16) if found["hex"] else int(found["octal"], 8)
        return NumberText(Exact(-pattern if negative else pattern), bits=not negative)
    plain = found["mantissa"].replace(",", "")
    number = exact_of_text(plain + (f"e{found['exponent']}" if found["exponent"] else ""))
    if number is None:
        return None
    return NumberText(Exact(-number.mantissa, number.power) if negative else number)


def _sign(before: str, after: str) -> bool | None:
    """Whether the signs around a number make it negative; None if they contradict each other."""
    signs = [c for c in before + after if not c.isspace()]
    if any(signs.count(c) > 1 for c in signs) or ("$" in signs and "¤" in signs):
        return None
    if ("(" in signs) != (")" in signs) or ("+" in signs and ("-" in signs or "(" in signs)):
        return None
    return "-" in signs or "(" in signs


def bool_of_text(text: str) -> bool | None:
    """The words ``True`` and ``False`` in any case, and ``#TRUE#`` and ``#FALSE#``; None for another text."""
    if text in ("#TRUE#", "#FALSE#"):
        return text == "#TRUE#"
    return {"true": True, "false": False}.get(text.lower())


def text_of_number(value: float, vartype: int) -> str:
    """A number of a fixed-width type, DATE excepted, as VariantChangeTypeEx writes it.

    R4 has seven significant digits, R8 fifteen; an exponent is written as ``1E+20``. BOOL is ``True`` or
    ``False``: VARIANT_ALPHABOOL, which the OPC Foundation's wrapper asks for; without that it is -1 or 0.
    """
    if vartype == VarType.BOOL:
        return "True" if value else "False"
    if vartype == VarType.CY:
        return Exact(int(value), -CY_PLACES).to_text()
    if vartype in (VarType.R4, VarType.R8):
        return _text_of_float(value, 7 if vartype == VarType.R4 else 15)
    return str(int(value))


def _text_of_float(value: float, digits: int) -> str:
    if isfinite(value):
        text = f"{value:.{digits}G}"
        return "0" if text == "-0" else text  # Wine says that programs depend on it
    if isnan(value):
        return "1.#QNAN"
    return "1.#INF" if value > 0 else "-1.#INF"
