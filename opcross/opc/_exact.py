"""Decimal numbers without rounding: what stands behind texts, VT_CY and VT_DECIMAL.

A number is a whole number times a power of ten. Everything that turns into fewer digits is rounded here, and
here alone: to the nearest, halves to the even neighbour, as the conversions of [MS-OAUT] types do.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from opcross.ndr import Decimal96

__all__ = ["CY_PLACES", "Exact", "exact_of_decimal", "exact_of_float", "exact_of_text"]

CY_PLACES: Final = 4
"""VT_CY counts units of 1/10000 ([MS-OAUT] 2.2.24)."""

_LARGEST: Final = 40
"""A number with more digits before the point fits into no VARTYPE but VT_R8: not even DECIMAL has 30."""
_MANTISSA_BITS: Final = 96
_MAX_SCALE: Final = 28
_NEGATIVE: Final = 0x80
_MAX_EXPONENT: Final = 100_000
_NUMBER: Final = re.compile(r"([+-]?)([0-9]*)(?:\.([0-9]*))?(?:[eE]([+-]?)([0-9]+))?")


@dataclass(frozen=True, slots=True)
class Exact:
    """``mantissa`` times ten to the ``power``."""

    mantissa: int
    power: int = 0

    @property
    def digits_before_point(self) -> int:
        """How many digits stand before the point; 0 or less for a number below one."""
        return len(str(abs(self.mantissa))) + self.power if self.mantissa else 0

    def rounded(self, places: int = 0) -> int | None:
        """The nearest whole number of 10**-places, halves to even; None beyond every type's reach."""
        if self.digits_before_point > _LARGEST:
            return None
        shift = self.power + places
        if shift >= 0:
            return self.mantissa * _ten_to(shift) if self.mantissa else 0
        if -shift > len(str(abs(self.mantissa))):
            return 0
        unit = _ten_to(-shift)
        whole, rest = divmod(abs(self.mantissa), unit)
        if 2 * rest > unit or (2 * rest == unit and whole & 1):
            whole += 1
        return -whole if self.mantissa < 0 else whole

    def to_float(self) -> float:
        """The nearest double, an infinity beyond the largest."""
        return float(f"{self.mantissa}e{self.power}")

    def to_decimal(self) -> Decimal96 | None:
        """As a DECIMAL, with as many of 28 places as fit; None if the whole part does not."""
        scale = min(max(-self.power, 0), _MAX_SCALE)
        while scale >= 0:
            whole = self.rounded(scale)
            if whole is None:
                return None
            if abs(whole) >> _MANTISSA_BITS == 0:
                return Decimal96(
                    high=abs(whole) >> 64,
                    low=abs(whole) & 0xFFFF_FFFF_FFFF_FFFF,
                    scale=scale,
                    sign=_NEGATIVE if whole < 0 else 0,
                )
            scale -= 1
        return None

    def to_text(self) -> str:
        """All digits, no exponent, no zeros at the end of the fraction; for numbers of 40 digits at most."""
        digits = str(abs(self.mantissa))
        if self.power >= 0:
            text = digits + "0" * self.power if self.mantissa else "0"
        else:
            digits = digits.rjust(1 - self.power, "0")
            text = f"{digits[: self.power]}.{digits[self.power :]}".rstrip("0").rstrip(".")
        return f"-{text}" if self.mantissa < 0 else text


def _ten_to(power: int) -> int:
    return int(10**power)


def exact_of_decimal(value: Decimal96) -> Exact | None:
    """The number that a DECIMAL stands for; None where its scale is beyond 28 ([MS-OAUT] 2.2.26)."""
    if not 0 <= value.scale <= _MAX_SCALE:
        return None
    mantissa = value.high << 64 | value.low
    return Exact(-mantissa if value.sign & _NEGATIVE else mantissa, -value.scale)


def exact_of_float(value: float, digits: int) -> Exact:
    """A finite number to this many significant digits: what its text would say."""
    number = exact_of_text(f"{value:.{digits - 1}e}")
    assert number is not None
    return number


def exact_of_text(text: str) -> Exact | None:
    """A plain number (``-12.5e3``), or None; the caller bounds the length of the text."""
    found = _NUMBER.fullmatch(text)
    if found is None:
        return None
    sign, whole, fraction, exponent_sign, exponent = found.groups()
    fraction = (fraction or "").rstrip("0")
    digits = whole + fraction
    if not (whole or found[3]):
        return None
    power = min(int(exponent or 0), _MAX_EXPONENT)
    mantissa = int(digits or "0")
    return Exact(
        -mantissa if sign == "-" else mantissa,
        (-power if exponent_sign == "-" else power) - len(fraction),
    )
