"""IOPCCommon over a session: locale, error texts, the client's name ([OPC Common] 1.0)."""

from __future__ import annotations

from typing import Final, Protocol

import numpy as np

from opcross.codes import Hresult
from opcross.opc.common.interfaces_generated import (
    IOPCCommonGetErrorStringResult,
    IOPCCommonGetLocaleIDResult,
    IOPCCommonQueryAvailableLocaleIDsResult,
)

__all__ = ["CommonFace", "CommonSession"]

_LONGEST_NAME: Final = 1024


class CommonSession(Protocol):
    """What the sessions of all services have."""

    async def locales(self) -> tuple[int, ...]:
        """The LCIDs that the server speaks."""
        ...

    async def locale(self) -> int:
        """The LCID of this session."""
        ...

    async def set_locale(self, locale: int) -> None:
        """Choose a locale; raises E_INVALIDARG for one that is not spoken."""
        ...

    async def set_client_name(self, name: str) -> None:
        """Tell the server what the client calls itself."""
        ...

    async def error_text(self, code: int, locale: int | None = None) -> str:
        """Words for an HRESULT, never empty."""
        ...


class CommonFace:
    """Answers IOPCCommon."""

    def __init__(self, session: CommonSession) -> None:
        self._session = session

    async def set_locale_id(self, *, lcid: int) -> int:
        """IOPCCommon::SetLocaleID, opnum 3."""
        await self._session.set_locale(lcid)
        return Hresult.S_OK

    async def get_locale_id(self) -> IOPCCommonGetLocaleIDResult:
        """IOPCCommon::GetLocaleID, opnum 4."""
        return IOPCCommonGetLocaleIDResult(lcid=await self._session.locale())

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        """IOPCCommon::QueryAvailableLocaleIDs, opnum 5."""
        locales = await self._session.locales()
        return IOPCCommonQueryAvailableLocaleIDsResult(lcid=np.array(locales, np.uint32))

    async def get_error_string(self, *, error: int) -> IOPCCommonGetErrorStringResult:
        """IOPCCommon::GetErrorString, opnum 6, in the locale of the session."""
        return IOPCCommonGetErrorStringResult(string=await self._session.error_text(error))

    async def set_client_name(self, *, name: str) -> int:
        """IOPCCommon::SetClientName, opnum 7; a name of more than 1,024 characters is cut."""
        await self._session.set_client_name(name[:_LONGEST_NAME])
        return Hresult.S_OK
