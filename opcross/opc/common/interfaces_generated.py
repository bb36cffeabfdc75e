"""OPC Common: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/common.toml by tools/generate_interfaces.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from opcross.ndr import (
    HRESULT,
    Guid,
    Hresult32,
    Interface,
    InterfacePointer,
    Invoker,
    call,
    record,
    u32,
)
from opcross.ndr.tables import load

__all__ = [
    "TABLE",
    "IOPCCommon",
    "IOPCCommonGetErrorStringResult",
    "IOPCCommonGetLocaleIDResult",
    "IOPCCommonHandler",
    "IOPCCommonProxy",
    "IOPCCommonQueryAvailableLocaleIDsResult",
    "IOPCEnumGUID",
    "IOPCEnumGUIDCloneResult",
    "IOPCEnumGUIDHandler",
    "IOPCEnumGUIDNextResult",
    "IOPCEnumGUIDProxy",
    "IOPCServerList",
    "IOPCServerList2",
    "IOPCServerList2CLSIDFromProgIDResult",
    "IOPCServerList2EnumClassesOfCategoriesResult",
    "IOPCServerList2GetClassDetailsResult",
    "IOPCServerList2Handler",
    "IOPCServerList2Proxy",
    "IOPCServerListCLSIDFromProgIDResult",
    "IOPCServerListEnumClassesOfCategoriesResult",
    "IOPCServerListGetClassDetailsResult",
    "IOPCServerListHandler",
    "IOPCServerListProxy",
    "IOPCShutdown",
    "IOPCShutdownHandler",
    "IOPCShutdownProxy",
]


TABLE: Final = load("common")


IOPCShutdown: Final = TABLE["IOPCShutdown"]
IOPCCommon: Final = TABLE["IOPCCommon"]
IOPCServerList: Final = TABLE["IOPCServerList"]
IOPCEnumGUID: Final = TABLE["IOPCEnumGUID"]
IOPCServerList2: Final = TABLE["IOPCServerList2"]


class IOPCShutdownProxy:
    """Calls IOPCShutdown (f31dfde1-07b6-11d2-b2d8-0060083ba1fb)."""

    interface: ClassVar[Interface] = IOPCShutdown

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def shutdown_request(
        self,
        *,
        reason: str,
    ) -> int:
        """IOPCShutdown::ShutdownRequest, opnum 3: szReason."""
        sent: dict[str, Any] = {
            "reason": reason,
        }
        got = await call(self.invoker, IOPCShutdown[3], sent)
        return int(got[HRESULT])


class IOPCShutdownHandler(Protocol):
    """Answers IOPCShutdown (f31dfde1-07b6-11d2-b2d8-0060083ba1fb)."""

    async def shutdown_request(
        self,
        *,
        reason: str,
    ) -> int:
        """IOPCShutdown::ShutdownRequest, opnum 3: szReason."""
        ...


@record
class IOPCCommonGetLocaleIDResult:
    """What IOPCCommon::GetLocaleID gives."""

    lcid: u32  # pdwLcid
    hresult: Hresult32 = 0


@record
class IOPCCommonQueryAvailableLocaleIDsResult:
    """What IOPCCommon::QueryAvailableLocaleIDs gives."""

    lcid: np.ndarray | None  # pdwLcid
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCCommonGetErrorStringResult:
    """What IOPCCommon::GetErrorString gives."""

    string: str | None  # ppString
    hresult: Hresult32 = 0


class IOPCCommonProxy:
    """Calls IOPCCommon (f31dfde2-07b6-11d2-b2d8-0060083ba1fb)."""

    interface: ClassVar[Interface] = IOPCCommon

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def set_locale_id(
        self,
        *,
        lcid: u32,
    ) -> int:
        """IOPCCommon::SetLocaleID, opnum 3: dwLcid."""
        sent: dict[str, Any] = {
            "lcid": lcid,
        }
        got = await call(self.invoker, IOPCCommon[3], sent)
        return int(got[HRESULT])

    async def get_locale_id(self) -> IOPCCommonGetLocaleIDResult:
        """IOPCCommon::GetLocaleID, opnum 4: out pdwLcid."""
        got = await call(self.invoker, IOPCCommon[4], {})
        return IOPCCommonGetLocaleIDResult(**got)

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        """IOPCCommon::QueryAvailableLocaleIDs, opnum 5: out pdwCount, out pdwLcid."""
        got = await call(self.invoker, IOPCCommon[5], {})
        return IOPCCommonQueryAvailableLocaleIDsResult(**got)

    async def get_error_string(
        self,
        *,
        error: Hresult32,
    ) -> IOPCCommonGetErrorStringResult:
        """IOPCCommon::GetErrorString, opnum 6: dwError, out ppString."""
        sent: dict[str, Any] = {
            "error": error,
        }
        got = await call(self.invoker, IOPCCommon[6], sent)
        return IOPCCommonGetErrorStringResult(**got)

    async def set_client_name(
        self,
        *,
        name: str,
    ) -> int:
        """IOPCCommon::SetClientName, opnum 7: szName."""
        sent: dict[str, Any] = {
            "name": name,
        }
        got = await call(self.invoker, IOPCCommon[7], sent)
        return int(got[HRESULT])


class IOPCCommonHandler(Protocol):
    """Answers IOPCCommon (f31dfde2-07b6-11d2-b2d8-0060083ba1fb)."""

    async def set_locale_id(
        self,
        *,
        lcid: u32,
    ) -> int:
        """IOPCCommon::SetLocaleID, opnum 3: dwLcid."""
        ...

    async def get_locale_id(self) -> IOPCCommonGetLocaleIDResult:
        """IOPCCommon::GetLocaleID, opnum 4: out pdwLcid."""
        ...

    async def query_available_locale_ids(self) -> IOPCCommonQueryAvailableLocaleIDsResult:
        """IOPCCommon::QueryAvailableLocaleIDs, opnum 5: out pdwCount, out pdwLcid."""
        ...

    async def get_error_string(
        self,
        *,
        error: Hresult32,
    ) -> IOPCCommonGetErrorStringResult:
        """IOPCCommon::GetErrorString, opnum 6: dwError, out ppString."""
        ...

    async def set_client_name(
        self,
        *,
        name: str,
    ) -> int:
        """IOPCCommon::SetClientName, opnum 7: szName."""
        ...


@record
class IOPCServerListEnumClassesOfCategoriesResult:
    """What IOPCServerList::EnumClassesOfCategories gives."""

    enum_clsid: InterfacePointer  # ppenumClsid
    hresult: Hresult32 = 0


@record
class IOPCServerListGetClassDetailsResult:
    """What IOPCServerList::GetClassDetails gives."""

    prog_id: str | None  # ppszProgID
    user_type: str | None  # ppszUserType
    hresult: Hresult32 = 0


@record
class IOPCServerListCLSIDFromProgIDResult:
    """What IOPCServerList::CLSIDFromProgID gives."""

    clsid: Guid  # clsid
    hresult: Hresult32 = 0


class IOPCServerListProxy:
    """Calls IOPCServerList (13486d50-4821-11d2-a494-3cb306c10000)."""

    interface: ClassVar[Interface] = IOPCServerList

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def enum_classes_of_categories(
        self,
        *,
        implemented: u32 | None = None,
        implemented_categories: Sequence[Guid],
        required: u32 | None = None,
        required_categories: Sequence[Guid],
    ) -> IOPCServerListEnumClassesOfCategoriesResult:
        """IOPCServerList::EnumClassesOfCategories, opnum 3: cImplemented, rgcatidImpl,
        cRequired, rgcatidReq, out ppenumClsid.
        """
        sent: dict[str, Any] = {
            "implemented_categories": implemented_categories,
            "required_categories": required_categories,
        }
        if implemented is not None:
            sent["implemented"] = implemented
        if required is not None:
            sent["required"] = required
        got = await call(self.invoker, IOPCServerList[3], sent)
        return IOPCServerListEnumClassesOfCategoriesResult(**got)

    async def get_class_details(
        self,
        *,
        clsid: Guid,
    ) -> IOPCServerListGetClassDetailsResult:
        """IOPCServerList::GetClassDetails, opnum 4: clsid, out ppszProgID, out ppszUserType."""
        sent: dict[str, Any] = {
            "clsid": clsid,
        }
        got = await call(self.invoker, IOPCServerList[4], sent)
        return IOPCServerListGetClassDetailsResult(**got)

    async def clsid_from_prog_id(
        self,
        *,
        prog_id: str,
    ) -> IOPCServerListCLSIDFromProgIDResult:
        """IOPCServerList::CLSIDFromProgID, opnum 5: szProgId, out clsid."""
        sent: dict[str, Any] = {
            "prog_id": prog_id,
        }
        got = await call(self.invoker, IOPCServerList[5], sent)
        return IOPCServerListCLSIDFromProgIDResult(**got)


class IOPCServerListHandler(Protocol):
    """Answers IOPCServerList (13486d50-4821-11d2-a494-3cb306c10000)."""

    async def enum_classes_of_categories(
        self,
        *,
        implemented_categories: tuple[Guid, ...],
        required_categories: tuple[Guid, ...],
    ) -> IOPCServerListEnumClassesOfCategoriesResult:
        """IOPCServerList::EnumClassesOfCategories, opnum 3: cImplemented, rgcatidImpl,
        cRequired, rgcatidReq, out ppenumClsid.
        """
        ...

    async def get_class_details(
        self,
        *,
        clsid: Guid,
    ) -> IOPCServerListGetClassDetailsResult:
        """IOPCServerList::GetClassDetails, opnum 4: clsid, out ppszProgID, out ppszUserType."""
        ...

    async def clsid_from_prog_id(
        self,
        *,
        prog_id: str,
    ) -> IOPCServerListCLSIDFromProgIDResult:
        """IOPCServerList::CLSIDFromProgID, opnum 5: szProgId, out clsid."""
        ...


@record
class IOPCEnumGUIDNextResult:
    """What IOPCEnumGUID::Next gives."""

    elements: tuple[Guid, ...]  # rgelt
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IOPCEnumGUIDCloneResult:
    """What IOPCEnumGUID::Clone gives."""

    enumerator: InterfacePointer  # ppenum
    hresult: Hresult32 = 0


class IOPCEnumGUIDProxy:
    """Calls IOPCEnumGUID (55c382c8-21c7-4e88-96c1-becfb1e3f483)."""

    interface: ClassVar[Interface] = IOPCEnumGUID

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def next(
        self,
        *,
        celt: u32,
    ) -> IOPCEnumGUIDNextResult:
        """IOPCEnumGUID::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IOPCEnumGUID[3], sent)
        return IOPCEnumGUIDNextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IOPCEnumGUID::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IOPCEnumGUID[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IOPCEnumGUID::Reset, opnum 5."""
        got = await call(self.invoker, IOPCEnumGUID[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IOPCEnumGUIDCloneResult:
        """IOPCEnumGUID::Clone, opnum 6: out ppenum."""
        got = await call(self.invoker, IOPCEnumGUID[6], {})
        return IOPCEnumGUIDCloneResult(**got)


class IOPCEnumGUIDHandler(Protocol):
    """Answers IOPCEnumGUID (55c382c8-21c7-4e88-96c1-becfb1e3f483)."""

    async def next(
        self,
        *,
        celt: u32,
    ) -> IOPCEnumGUIDNextResult:
        """IOPCEnumGUID::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IOPCEnumGUID::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IOPCEnumGUID::Reset, opnum 5."""
        ...

    async def clone(self) -> IOPCEnumGUIDCloneResult:
        """IOPCEnumGUID::Clone, opnum 6: out ppenum."""
        ...


@record
class IOPCServerList2EnumClassesOfCategoriesResult:
    """What IOPCServerList2::EnumClassesOfCategories gives."""

    enum_clsid: InterfacePointer  # ppenumClsid
    hresult: Hresult32 = 0


@record
class IOPCServerList2GetClassDetailsResult:
    """What IOPCServerList2::GetClassDetails gives."""

    prog_id: str | None  # ppszProgID
    user_type: str | None  # ppszUserType
    ver_ind_prog_id: str | None  # ppszVerIndProgID
    hresult: Hresult32 = 0


@record
class IOPCServerList2CLSIDFromProgIDResult:
    """What IOPCServerList2::CLSIDFromProgID gives."""

    clsid: Guid  # clsid
    hresult: Hresult32 = 0


class IOPCServerList2Proxy:
    """Calls IOPCServerList2 (9dd0b56c-ad9e-43ee-8305-487f3188bf7a)."""

    interface: ClassVar[Interface] = IOPCServerList2

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def enum_classes_of_categories(
        self,
        *,
        implemented: u32 | None = None,
        implemented_categories: Sequence[Guid],
        required: u32 | None = None,
        required_categories: Sequence[Guid],
    ) -> IOPCServerList2EnumClassesOfCategoriesResult:
        """IOPCServerList2::EnumClassesOfCategories, opnum 3: cImplemented, rgcatidImpl,
        cRequired, rgcatidReq, out ppenumClsid.
        """
        sent: dict[str, Any] = {
            "implemented_categories": implemented_categories,
            "required_categories": required_categories,
        }
        if implemented is not None:
            sent["implemented"] = implemented
        if required is not None:
            sent["required"] = required
        got = await call(self.invoker, IOPCServerList2[3], sent)
        return IOPCServerList2EnumClassesOfCategoriesResult(**got)

    async def get_class_details(
        self,
        *,
        clsid: Guid,
    ) -> IOPCServerList2GetClassDetailsResult:
        """IOPCServerList2::GetClassDetails, opnum 4: clsid, out ppszProgID, out ppszUserType,
        out ppszVerIndProgID.
        """
        sent: dict[str, Any] = {
            "clsid": clsid,
        }
        got = await call(self.invoker, IOPCServerList2[4], sent)
        return IOPCServerList2GetClassDetailsResult(**got)

    async def clsid_from_prog_id(
        self,
        *,
        prog_id: str,
    ) -> IOPCServerList2CLSIDFromProgIDResult:
        """IOPCServerList2::CLSIDFromProgID, opnum 5: szProgId, out clsid."""
        sent: dict[str, Any] = {
            "prog_id": prog_id,
        }
        got = await call(self.invoker, IOPCServerList2[5], sent)
        return IOPCServerList2CLSIDFromProgIDResult(**got)


class IOPCServerList2Handler(Protocol):
    """Answers IOPCServerList2 (9dd0b56c-ad9e-43ee-8305-487f3188bf7a)."""

    async def enum_classes_of_categories(
        self,
        *,
        implemented_categories: tuple[Guid, ...],
        required_categories: tuple[Guid, ...],
    ) -> IOPCServerList2EnumClassesOfCategoriesResult:
        """IOPCServerList2::EnumClassesOfCategories, opnum 3: cImplemented, rgcatidImpl,
        cRequired, rgcatidReq, out ppenumClsid.
        """
        ...

    async def get_class_details(
        self,
        *,
        clsid: Guid,
    ) -> IOPCServerList2GetClassDetailsResult:
        """IOPCServerList2::GetClassDetails, opnum 4: clsid, out ppszProgID, out ppszUserType,
        out ppszVerIndProgID.
        """
        ...

    async def clsid_from_prog_id(
        self,
        *,
        prog_id: str,
    ) -> IOPCServerList2CLSIDFromProgIDResult:
        """IOPCServerList2::CLSIDFromProgID, opnum 5: szProgId, out clsid."""
        ...
