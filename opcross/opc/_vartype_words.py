"""Words for VARTYPEs ([MS-OAUT] 2.2.7): ``VT_R8``, ``r8``, ``double``; ``VT_ARRAY|VT_R8``, ``r8[]``."""

from __future__ import annotations

import re
from types import MappingProxyType
from typing import TYPE_CHECKING, Final

from opcross.errors import BadValue
from opcross.ndr import VarType
from opcross.yaml_files import nearest

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["vartype_of", "vartype_word"]

_FLAGS: Final = int(VarType.ARRAY | VarType.BYREF)
_NAMES: Final[Mapping[int, str]] = MappingProxyType({int(vt): vt.name for vt in VarType if not vt & _FLAGS})
_OTHER_WORDS: Final = {
    "boolean": VarType.BOOL,
    "byte": VarType.UI1,
    "char": VarType.I1,
    "currency": VarType.CY,
    "double": VarType.R8,
    "dword": VarType.UI4,
    "float": VarType.R4,
    "float32": VarType.R4,
    "float64": VarType.R8,
    "int8": VarType.I1,
    "int16": VarType.I2,
    "int32": VarType.I4,
    "int64": VarType.I8,
    "long": VarType.I4,
    "short": VarType.I2,
    "single": VarType.R4,
    "string": VarType.BSTR,
    "text": VarType.BSTR,
    "uint8": VarType.UI1,
    "uint16": VarType.UI2,
    "uint32": VarType.UI4,
    "uint64": VarType.UI8,
    "word": VarType.UI2,
}
_WORDS: Final[Mapping[str, int]] = MappingProxyType(
    {name.lower(): vt for vt, name in _NAMES.items()} | {word: int(vt) for word, vt in _OTHER_WORDS.items()}
)


def vartype_of(word: str) -> int:
    """The VARTYPE that ``word`` names, in any case, with or without ``VT_``; ``[]`` or ``ARRAY|`` for arrays.

    Takes the number itself, too. Raises :class:`~opcross.errors.BadValue` with the nearest known word.
    """
    plain = re.sub(r"\s+", "", word).lower()
    if re.fullmatch(r"0x[0-9a-f]{1,4}|[0-9]{1,5}", plain):
        number = int(plain, 16 if plain.startswith("0x") else 10)
        if number & ~_FLAGS in _NAMES:
            return number
        raise BadValue(f'no type has the number "{word}"')
    flags = 0
    if plain.endswith("[]"):
        plain, flags = plain[:-2], int(VarType.ARRAY)
    *leading, name = [part.removeprefix("vt_") for part in plain.split("|")]
    for part in leading:
        flag = {"array": VarType.ARRAY, "byref": VarType.BYREF}.get(part)
        if flag is None:
            raise _unknown(word, part, ("array", "byref"))
        flags |= flag
    if name not in _WORDS:
        raise _unknown(word, name, _WORDS)
    return _WORDS[name] | flags


def _unknown(word: str, part: str, known: Mapping[str, int] | tuple[str, ...]) -> BadValue:
    near = nearest(part, known)
    hint = f' (did you mean "{near}"?)' if near else "; expected one such as VT_R8, i4, string or r8[]"
    return BadValue(f'no type is called "{word}"{hint}')


def vartype_word(vartype: int) -> str:
    """The specification's name: ``VT_R8``, ``VT_ARRAY|VT_R8``; hexadecimal for a type it does not know."""
    name = _NAMES.get(vartype & ~_FLAGS)
    if name is None:
        return f"0x{vartype:04X}"
    flags = [f"VT_{flag.name}|" for flag in (VarType.BYREF, VarType.ARRAY) if vartype & flag]
    return f"{''.join(flags)}VT_{name}"
