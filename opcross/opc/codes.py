"""HRESULTs of OPC, as they stand in the interface tables, and words for any of them."""

from __future__ import annotations

from enum import IntEnum
from functools import cache
from typing import TYPE_CHECKING, Final

from opcross.codes import Hresult, RpcStatus, hresult_name, rpc_status_name
from opcross.ndr.tables import facts

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["DISP_E_OVERFLOW", "DISP_E_TYPEMISMATCH", "DaCode", "code_name", "code_text"]


class DaCode(IntEnum):
    """The codes of [OPC DA] 3.0 section 8 (opcerror.h)."""

    E_INVALIDHANDLE = 0xC0040001
    E_BADTYPE = 0xC0040004
    E_PUBLIC = 0xC0040005
    E_BADRIGHTS = 0xC0040006
    E_UNKNOWNITEMID = 0xC0040007
    E_INVALIDITEMID = 0xC0040008
    E_INVALIDFILTER = 0xC0040009
    E_UNKNOWNPATH = 0xC004000A
    E_RANGE = 0xC004000B
    E_DUPLICATENAME = 0xC004000C
    S_UNSUPPORTEDRATE = 0x0004000D
    S_CLAMP = 0x0004000E
    S_INUSE = 0x0004000F
    E_INVALIDCONFIGFILE = 0xC0040010
    E_NOTFOUND = 0xC0040011
    E_INVALID_PID = 0xC0040203
    E_DEADBANDNOTSET = 0xC0040400
    E_DEADBANDNOTSUPPORTED = 0xC0040401
    E_NOBUFFERING = 0xC0040402
    E_INVALIDCONTINUATIONPOINT = 0xC0040403
    S_DATAQUEUEOVERFLOW = 0x00040404
    E_RATENOTSET = 0xC0040405
    E_NOTSUPPORTED = 0xC0040406


DISP_E_TYPEMISMATCH: Final = 0x80020005
"""[MS-ERREF] 2.1: no conversion between the two types, or the text is no such value."""
DISP_E_OVERFLOW: Final = 0x8002000A
"""[MS-ERREF] 2.1: the value does not fit into the type."""

_DISPATCH: Final = {DISP_E_TYPEMISMATCH: "DISP_E_TYPEMISMATCH", DISP_E_OVERFLOW: "DISP_E_OVERFLOW"}
_DISPATCH_TEXTS: Final = {
    DISP_E_TYPEMISMATCH: "the value cannot be converted to the type asked for",
    DISP_E_OVERFLOW: "the value does not fit into the type asked for",
}


@cache
def _table() -> Mapping[int, tuple[str, str]]:
    """Name and meaning of every code of the DA table; the dictionary is never changed."""
    return {row["value"]: (row["name"], row["meaning"]) for row in facts("da")["hresult"]}


def code_name(code: int) -> str:
    """The specification's name of an HRESULT or Win32 status, or ``HRESULT`` for one that is not known."""
    known = _table().get(code)
    if known is not None:
        return known[0]
    if code in _DISPATCH:
        return _DISPATCH[code]
    name = hresult_name(code)
    return name if name != "HRESULT" or code not in tuple(RpcStatus) else rpc_status_name(code)


def code_text(code: int) -> str:
    """A sentence for any HRESULT, unknown ones too: several clients can't bear an empty answer here."""
    known = _table().get(code)
    if known is not None:
        return f"{known[0]}: {known[1]}"
    if code in _DISPATCH:
        return f"{_DISPATCH[code]}: {_DISPATCH_TEXTS[code]}"
    if code == Hresult.S_OK:
        return "S_OK: the operation succeeded"
    return f"{code_name(code)} (0x{code:08X})"
