"""IOPCCommon of a simulated server: locale, error texts, the client's name ([OPC Common] 1.0)."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Final

import numpy as np

from opcross.codes import Hresult, hresult_name
from opcross.errors import HResultError
from opcross.ndr.tables import facts
from opcross.opc.common.interfaces_generated import (
    IOPCCommonGetErrorStringResult,
    IOPCCommonGetLocaleIDResult,
    IOPCCommonQueryAvailableLocaleIDsResult,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

__all__ = ["LOCALES", "OpcCommon", "error_text"]

_NEUTRAL: Final = 0x0000
_ENGLISH_US: Final = 0x0409
_USER_DEFAULT: Final = 0x0400
_SYSTEM_DEFAULT: Final = 0x0800
LOCALES: Final = (_ENGLISH_US, _NEUTRAL, _USER_DEFAULT, _SYSTEM_DEFAULT)
"""The locale ids that the server speaks; all of them are English in the end."""
_LONGEST_NAME: Final = 1024


def _opc_texts() -> Mapping[int, str]:
    rows = facts("da")["hresult"]
    return MappingProxyType({row["value"]: f"{row['name']}: {row['meaning']}" for row in rows})


def error_text(code: int) -> str:
    """A text for any HRESULT, unknown ones too: several clients can't bear a null pointer here."""
    known = _opc_texts().get(code)
    return known or f"{hresult_name(code)} (0x{code:08X})"


class OpcCommon:
    """One client's settings. Implements IOPCCommonHandler."""

    def __init__(self) -> None:
        self.locale = _ENGLISH_US
        self.client_name = ""

    async def set_locale_id(self, *, lcid: int) -> int:
        """IOPCCommon::SetLocaleID, opnum 3."""
        if lcid not in LOCALES:
            raise HResultError(Hresult.E_INVALIDARG, f"locale 0x{lcid:04x} is not spoken")
        self.locale = lcid
        return Hresult.S_OK

    async def get_locale_id(self) -> IOPCCommonGetLocaleIDResult:
        """IOPCCommon::GetLocaleID, opnum 4."""
        return IOPCCommonGetLocaleIDResult(lcid=self.locale)

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        """IOPCCommon::QueryAvailableLocaleIDs, opnum 5."""
        return IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array(LOCALES, dtype=np.uint32))

    async def get_error_string(self, *, error: int) -> IOPCCommonGetErrorStringResult:
        """IOPCCommon::GetErrorString, opnum 6."""
        return IOPCCommonGetErrorStringResult(string=error_text(error))

    async def set_client_name(self, *, name: str) -> int:
        """IOPCCommon::SetClientName, opnum 7."""
        self.client_name = name[:_LONGEST_NAME]
        return Hresult.S_OK
