"""OPC Historical Data Access: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/hda.toml by tools/generate_interfaces.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from opcross.ndr import (
    HRESULT,
    Bool32,
    Filetime,
    Hresult32,
    Interface,
    InterfacePointer,
    Invoker,
    Variant,
    VariantColumn,
    call,
    count_of,
    record,
    u16,
    u32,
)
from opcross.ndr.tables import load

__all__ = [
    "OPCHDA_ANNOTATION",
    "OPCHDA_ANNOTATIONCAPABILITIES",
    "OPCHDA_ATTRIBUTE",
    "OPCHDA_BROWSEDIRECTION",
    "OPCHDA_BROWSETYPE",
    "OPCHDA_EDITTYPE",
    "OPCHDA_ITEM",
    "OPCHDA_MODIFIEDITEM",
    "OPCHDA_OPERATORCODES",
    "OPCHDA_SERVERSTATUS",
    "OPCHDA_TIME",
    "OPCHDA_UPDATECAPABILITIES",
    "TABLE",
    "IOPCHDA_AsyncAnnotations",
    "IOPCHDA_AsyncAnnotationsHandler",
    "IOPCHDA_AsyncAnnotationsInsertResult",
    "IOPCHDA_AsyncAnnotationsProxy",
    "IOPCHDA_AsyncAnnotationsQueryCapabilitiesResult",
    "IOPCHDA_AsyncAnnotationsReadResult",
    "IOPCHDA_AsyncRead",
    "IOPCHDA_AsyncReadAdviseProcessedResult",
    "IOPCHDA_AsyncReadAdviseRawResult",
    "IOPCHDA_AsyncReadHandler",
    "IOPCHDA_AsyncReadProxy",
    "IOPCHDA_AsyncReadReadAtTimeResult",
    "IOPCHDA_AsyncReadReadAttributeResult",
    "IOPCHDA_AsyncReadReadModifiedResult",
    "IOPCHDA_AsyncReadReadProcessedResult",
    "IOPCHDA_AsyncReadReadRawResult",
    "IOPCHDA_AsyncUpdate",
    "IOPCHDA_AsyncUpdateDeleteAtTimeResult",
    "IOPCHDA_AsyncUpdateDeleteRawResult",
    "IOPCHDA_AsyncUpdateHandler",
    "IOPCHDA_AsyncUpdateInsertReplaceResult",
    "IOPCHDA_AsyncUpdateInsertResult",
    "IOPCHDA_AsyncUpdateProxy",
    "IOPCHDA_AsyncUpdateQueryCapabilitiesResult",
    "IOPCHDA_AsyncUpdateReplaceResult",
    "IOPCHDA_Browser",
    "IOPCHDA_BrowserGetBranchPositionResult",
    "IOPCHDA_BrowserGetEnumResult",
    "IOPCHDA_BrowserGetItemIDResult",
    "IOPCHDA_BrowserHandler",
    "IOPCHDA_BrowserProxy",
    "IOPCHDA_DataCallback",
    "IOPCHDA_DataCallbackHandler",
    "IOPCHDA_DataCallbackProxy",
    "IOPCHDA_Playback",
    "IOPCHDA_PlaybackHandler",
    "IOPCHDA_PlaybackProxy",
    "IOPCHDA_PlaybackReadProcessedWithUpdateResult",
    "IOPCHDA_PlaybackReadRawWithUpdateResult",
    "IOPCHDA_Server",
    "IOPCHDA_ServerCreateBrowseResult",
    "IOPCHDA_ServerGetAggregatesResult",
    "IOPCHDA_ServerGetHistorianStatusResult",
    "IOPCHDA_ServerGetItemAttributesResult",
    "IOPCHDA_ServerGetItemHandlesResult",
    "IOPCHDA_ServerHandler",
    "IOPCHDA_ServerProxy",
    "IOPCHDA_ServerReleaseItemHandlesResult",
    "IOPCHDA_ServerValidateItemIDsResult",
    "IOPCHDA_SyncAnnotations",
    "IOPCHDA_SyncAnnotationsHandler",
    "IOPCHDA_SyncAnnotationsInsertResult",
    "IOPCHDA_SyncAnnotationsProxy",
    "IOPCHDA_SyncAnnotationsQueryCapabilitiesResult",
    "IOPCHDA_SyncAnnotationsReadResult",
    "IOPCHDA_SyncRead",
    "IOPCHDA_SyncReadHandler",
    "IOPCHDA_SyncReadProxy",
    "IOPCHDA_SyncReadReadAtTimeResult",
    "IOPCHDA_SyncReadReadAttributeResult",
    "IOPCHDA_SyncReadReadModifiedResult",
    "IOPCHDA_SyncReadReadProcessedResult",
    "IOPCHDA_SyncReadReadRawResult",
    "IOPCHDA_SyncUpdate",
    "IOPCHDA_SyncUpdateDeleteAtTimeResult",
    "IOPCHDA_SyncUpdateDeleteRawResult",
    "IOPCHDA_SyncUpdateHandler",
    "IOPCHDA_SyncUpdateInsertReplaceResult",
    "IOPCHDA_SyncUpdateInsertResult",
    "IOPCHDA_SyncUpdateProxy",
    "IOPCHDA_SyncUpdateQueryCapabilitiesResult",
    "IOPCHDA_SyncUpdateReplaceResult",
]


class OPCHDA_SERVERSTATUS(IntEnum):
    """OPCHDA_SERVERSTATUS, 16 bits on the wire."""

    OPCHDA_UP = 0x1
    OPCHDA_DOWN = 0x2
    OPCHDA_INDETERMINATE = 0x3


class OPCHDA_BROWSEDIRECTION(IntEnum):
    """OPCHDA_BROWSEDIRECTION, 16 bits on the wire."""

    OPCHDA_BROWSE_UP = 0x1
    OPCHDA_BROWSE_DOWN = 0x2
    OPCHDA_BROWSE_DIRECT = 0x3


class OPCHDA_BROWSETYPE(IntEnum):
    """OPCHDA_BROWSETYPE, 16 bits on the wire."""

    OPCHDA_BRANCH = 0x1
    OPCHDA_LEAF = 0x2
    OPCHDA_FLAT = 0x3
    OPCHDA_ITEMS = 0x4


class OPCHDA_ANNOTATIONCAPABILITIES(IntEnum):
    """OPCHDA_ANNOTATIONCAPABILITIES, 16 bits on the wire."""

    OPCHDA_READANNOTATIONCAP = 0x1
    OPCHDA_INSERTANNOTATIONCAP = 0x2


class OPCHDA_UPDATECAPABILITIES(IntEnum):
    """OPCHDA_UPDATECAPABILITIES, 16 bits on the wire."""

    OPCHDA_INSERTCAP = 0x1
    OPCHDA_REPLACECAP = 0x2
    OPCHDA_INSERTREPLACECAP = 0x4
    OPCHDA_DELETERAWCAP = 0x8
    OPCHDA_DELETEATTIMECAP = 0x10


class OPCHDA_OPERATORCODES(IntEnum):
    """OPCHDA_OPERATORCODES, 16 bits on the wire."""

    OPCHDA_EQUAL = 0x1
    OPCHDA_LESS = 0x2
    OPCHDA_LESSEQUAL = 0x3
    OPCHDA_GREATER = 0x4
    OPCHDA_GREATEREQUAL = 0x5
    OPCHDA_NOTEQUAL = 0x6


class OPCHDA_EDITTYPE(IntEnum):
    """OPCHDA_EDITTYPE, 16 bits on the wire."""

    OPCHDA_INSERT = 0x1
    OPCHDA_REPLACE = 0x2
    OPCHDA_INSERTREPLACE = 0x3
    OPCHDA_DELETE = 0x4


@record
class OPCHDA_ANNOTATION:
    """OPCHDA_ANNOTATION, 24 octets."""

    client: u32  # hClient
    num_values: u32 = count_of("time_stamps", "annotation", "annotation_time", "user")  # dwNumValues
    time_stamps: np.ndarray | None = None  # ftTimeStamps
    annotation: tuple[str | None, ...] | None = None  # szAnnotation
    annotation_time: np.ndarray | None = None  # ftAnnotationTime
    user: tuple[str | None, ...] | None = None  # szUser


@record
class OPCHDA_MODIFIEDITEM:
    """OPCHDA_MODIFIEDITEM, 32 octets. PEditType elements are 2-byte enums on the wire; szUser
    has no [string] attribute but LPWSTR is a [string] typedef.
    """

    client: u32  # hClient
    count: u32 = count_of("time_stamps", "qualities", "data_values", "modification_time", "edit_type", "user")  # dwCount
    time_stamps: np.ndarray | None = None  # pftTimeStamps
    qualities: np.ndarray | None = None  # pdwQualities
    data_values: VariantColumn | None = None  # pvDataValues
    modification_time: np.ndarray | None = None  # pftModificationTime
    edit_type: np.ndarray | None = None  # pEditType
    user: tuple[str | None, ...] | None = None  # szUser


@record
class OPCHDA_ATTRIBUTE:
    """OPCHDA_ATTRIBUTE, 20 octets."""

    client: u32  # hClient
    num_values: u32 = count_of("time_stamps", "attribute_values")  # dwNumValues
    attribute_id: u32  # dwAttributeID
    time_stamps: np.ndarray | None = None  # ftTimeStamps
    attribute_values: VariantColumn | None = None  # vAttributeValues


@record
class OPCHDA_TIME:
    """OPCHDA_TIME, 16 octets. In/out through a ref pointer: no referent id for the struct
    itself; szTime is a unique pointer and may be null when bString is false.
    """

    string: Bool32  # bString
    sz_time: str | None = None  # szTime
    ft_time: Filetime  # ftTime


@record
class OPCHDA_ITEM:
    """OPCHDA_ITEM, 24 octets."""

    client: u32  # hClient
    ha_aggregate: u32  # haAggregate
    count: u32 = count_of("time_stamps", "qualities", "data_values")  # dwCount
    time_stamps: np.ndarray | None = None  # pftTimeStamps
    qualities: np.ndarray | None = None  # pdwQualities
    data_values: VariantColumn | None = None  # pvDataValues


TABLE: Final = load(
    "hda",
    (
        OPCHDA_SERVERSTATUS,
        OPCHDA_BROWSEDIRECTION,
        OPCHDA_BROWSETYPE,
        OPCHDA_ANNOTATIONCAPABILITIES,
        OPCHDA_UPDATECAPABILITIES,
        OPCHDA_OPERATORCODES,
        OPCHDA_EDITTYPE,
        OPCHDA_ANNOTATION,
        OPCHDA_MODIFIEDITEM,
        OPCHDA_ATTRIBUTE,
        OPCHDA_TIME,
        OPCHDA_ITEM,
    ),
)


IOPCHDA_Browser: Final = TABLE["IOPCHDA_Browser"]
IOPCHDA_Server: Final = TABLE["IOPCHDA_Server"]
IOPCHDA_SyncRead: Final = TABLE["IOPCHDA_SyncRead"]
IOPCHDA_SyncUpdate: Final = TABLE["IOPCHDA_SyncUpdate"]
IOPCHDA_SyncAnnotations: Final = TABLE["IOPCHDA_SyncAnnotations"]
IOPCHDA_AsyncRead: Final = TABLE["IOPCHDA_AsyncRead"]
IOPCHDA_AsyncUpdate: Final = TABLE["IOPCHDA_AsyncUpdate"]
IOPCHDA_AsyncAnnotations: Final = TABLE["IOPCHDA_AsyncAnnotations"]
IOPCHDA_Playback: Final = TABLE["IOPCHDA_Playback"]
IOPCHDA_DataCallback: Final = TABLE["IOPCHDA_DataCallback"]


@record
class IOPCHDA_BrowserGetEnumResult:
    """What IOPCHDA_Browser::GetEnum gives."""

    enum_string: InterfacePointer  # ppIEnumString
    hresult: Hresult32 = 0


@record
class IOPCHDA_BrowserGetItemIDResult:
    """What IOPCHDA_Browser::GetItemID gives."""

    item_id: str | None  # pszItemID
    hresult: Hresult32 = 0


@record
class IOPCHDA_BrowserGetBranchPositionResult:
    """What IOPCHDA_Browser::GetBranchPosition gives."""

    branch_pos: str | None  # pszBranchPos
    hresult: Hresult32 = 0


class IOPCHDA_BrowserProxy:
    """Calls IOPCHDA_Browser (1f1217b1-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_Browser

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_enum(
        self,
        *,
        browse_type: OPCHDA_BROWSETYPE | int,
    ) -> IOPCHDA_BrowserGetEnumResult:
        """IOPCHDA_Browser::GetEnum, opnum 3: dwBrowseType, out ppIEnumString."""
        sent: dict[str, Any] = {
            "browse_type": browse_type,
        }
        got = await call(self.invoker, IOPCHDA_Browser[3], sent)
        return IOPCHDA_BrowserGetEnumResult(**got)

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCHDA_BROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCHDA_Browser::ChangeBrowsePosition, opnum 4: dwBrowseDirection, szString."""
        sent: dict[str, Any] = {
            "browse_direction": browse_direction,
            "string": string,
        }
        got = await call(self.invoker, IOPCHDA_Browser[4], sent)
        return int(got[HRESULT])

    async def get_item_id(
        self,
        *,
        node: str,
    ) -> IOPCHDA_BrowserGetItemIDResult:
        """IOPCHDA_Browser::GetItemID, opnum 5: szNode, out pszItemID."""
        sent: dict[str, Any] = {
            "node": node,
        }
        got = await call(self.invoker, IOPCHDA_Browser[5], sent)
        return IOPCHDA_BrowserGetItemIDResult(**got)

    async def get_branch_position(self) -> IOPCHDA_BrowserGetBranchPositionResult:
        """IOPCHDA_Browser::GetBranchPosition, opnum 6: out pszBranchPos."""
        got = await call(self.invoker, IOPCHDA_Browser[6], {})
        return IOPCHDA_BrowserGetBranchPositionResult(**got)


class IOPCHDA_BrowserHandler(Protocol):
    """Answers IOPCHDA_Browser (1f1217b1-dee0-11d2-a5e5-000086339399)."""

    async def get_enum(
        self,
        *,
        browse_type: OPCHDA_BROWSETYPE | int,
    ) -> IOPCHDA_BrowserGetEnumResult:
        """IOPCHDA_Browser::GetEnum, opnum 3: dwBrowseType, out ppIEnumString."""
        ...

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCHDA_BROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCHDA_Browser::ChangeBrowsePosition, opnum 4: dwBrowseDirection, szString."""
        ...

    async def get_item_id(
        self,
        *,
        node: str,
    ) -> IOPCHDA_BrowserGetItemIDResult:
        """IOPCHDA_Browser::GetItemID, opnum 5: szNode, out pszItemID."""
        ...

    async def get_branch_position(self) -> IOPCHDA_BrowserGetBranchPositionResult:
        """IOPCHDA_Browser::GetBranchPosition, opnum 6: out pszBranchPos."""
        ...


@record
class IOPCHDA_ServerGetItemAttributesResult:
    """What IOPCHDA_Server::GetItemAttributes gives."""

    attr_id: np.ndarray | None  # ppdwAttrID
    attr_name: tuple[str | None, ...] | None  # ppszAttrName
    attr_desc: tuple[str | None, ...] | None  # ppszAttrDesc
    attr_data_type: np.ndarray | None  # ppvtAttrDataType
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerGetAggregatesResult:
    """What IOPCHDA_Server::GetAggregates gives."""

    aggr_id: np.ndarray | None  # ppdwAggrID
    aggr_name: tuple[str | None, ...] | None  # ppszAggrName
    aggr_desc: tuple[str | None, ...] | None  # ppszAggrDesc
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerGetHistorianStatusResult:
    """What IOPCHDA_Server::GetHistorianStatus gives."""

    status: OPCHDA_SERVERSTATUS | int  # pwStatus
    current_time: Filetime | None  # pftCurrentTime
    start_time: Filetime | None  # pftStartTime
    major_version: u16  # pwMajorVersion
    minor_version: u16  # pwMinorVersion
    build_number: u16  # pwBuildNumber
    max_return_values: u32  # pdwMaxReturnValues
    status_string: str | None  # ppszStatusString
    vendor_info: str | None  # ppszVendorInfo
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerGetItemHandlesResult:
    """What IOPCHDA_Server::GetItemHandles gives."""

    server: np.ndarray | None  # pphServer
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerReleaseItemHandlesResult:
    """What IOPCHDA_Server::ReleaseItemHandles gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerValidateItemIDsResult:
    """What IOPCHDA_Server::ValidateItemIDs gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_ServerCreateBrowseResult:
    """What IOPCHDA_Server::CreateBrowse gives."""

    browser: InterfacePointer  # pphBrowser
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_ServerProxy:
    """Calls IOPCHDA_Server (1f1217b0-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_Server

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_item_attributes(self) -> IOPCHDA_ServerGetItemAttributesResult:
        """IOPCHDA_Server::GetItemAttributes, opnum 3: out pdwCount, out ppdwAttrID, out
        ppszAttrName, out ppszAttrDesc, out ppvtAttrDataType.
        """
        got = await call(self.invoker, IOPCHDA_Server[3], {})
        return IOPCHDA_ServerGetItemAttributesResult(**got)

    async def get_aggregates(self) -> IOPCHDA_ServerGetAggregatesResult:
        """IOPCHDA_Server::GetAggregates, opnum 4: out pdwCount, out ppdwAggrID, out
        ppszAggrName, out ppszAggrDesc.
        """
        got = await call(self.invoker, IOPCHDA_Server[4], {})
        return IOPCHDA_ServerGetAggregatesResult(**got)

    async def get_historian_status(self) -> IOPCHDA_ServerGetHistorianStatusResult:
        """IOPCHDA_Server::GetHistorianStatus, opnum 5: out pwStatus, out pftCurrentTime, out
        pftStartTime, out pwMajorVersion, out pwMinorVersion, out pwBuildNumber, out
        pdwMaxReturnValues, out ppszStatusString, out ppszVendorInfo.
        """
        got = await call(self.invoker, IOPCHDA_Server[5], {})
        return IOPCHDA_ServerGetHistorianStatusResult(**got)

    async def get_item_handles(
        self,
        *,
        count: u32 | None = None,
        item_id: Sequence[str | None],
        client: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_ServerGetItemHandlesResult:
        """IOPCHDA_Server::GetItemHandles, opnum 6: dwCount, pszItemID, phClient, out pphServer,
        out ppErrors.
        """
        sent: dict[str, Any] = {
            "item_id": item_id,
            "client": client,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_Server[6], sent)
        return IOPCHDA_ServerGetItemHandlesResult(**got)

    async def release_item_handles(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_ServerReleaseItemHandlesResult:
        """IOPCHDA_Server::ReleaseItemHandles, opnum 7: dwCount, phServer, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_Server[7], sent)
        return IOPCHDA_ServerReleaseItemHandlesResult(**got)

    async def validate_item_ids(
        self,
        *,
        count: u32 | None = None,
        item_id: Sequence[str | None],
    ) -> IOPCHDA_ServerValidateItemIDsResult:
        """IOPCHDA_Server::ValidateItemIDs, opnum 8: dwCount, pszItemID, out ppErrors."""
        sent: dict[str, Any] = {
            "item_id": item_id,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_Server[8], sent)
        return IOPCHDA_ServerValidateItemIDsResult(**got)

    async def create_browse(
        self,
        *,
        count: u32 | None = None,
        attr_id: Sequence[int] | np.ndarray,
        operator: Sequence[int] | np.ndarray,
        filter: Sequence[Variant | None],
    ) -> IOPCHDA_ServerCreateBrowseResult:
        """IOPCHDA_Server::CreateBrowse, opnum 9: dwCount, pdwAttrID, pOperator, vFilter, out
        pphBrowser, out ppErrors.
        """
        sent: dict[str, Any] = {
            "attr_id": attr_id,
            "operator": operator,
            "filter": filter,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_Server[9], sent)
        return IOPCHDA_ServerCreateBrowseResult(**got)


class IOPCHDA_ServerHandler(Protocol):
    """Answers IOPCHDA_Server (1f1217b0-dee0-11d2-a5e5-000086339399)."""

    async def get_item_attributes(self) -> IOPCHDA_ServerGetItemAttributesResult:
        """IOPCHDA_Server::GetItemAttributes, opnum 3: out pdwCount, out ppdwAttrID, out
        ppszAttrName, out ppszAttrDesc, out ppvtAttrDataType.
        """
        ...

    async def get_aggregates(self) -> IOPCHDA_ServerGetAggregatesResult:
        """IOPCHDA_Server::GetAggregates, opnum 4: out pdwCount, out ppdwAggrID, out
        ppszAggrName, out ppszAggrDesc.
        """
        ...

    async def get_historian_status(self) -> IOPCHDA_ServerGetHistorianStatusResult:
        """IOPCHDA_Server::GetHistorianStatus, opnum 5: out pwStatus, out pftCurrentTime, out
        pftStartTime, out pwMajorVersion, out pwMinorVersion, out pwBuildNumber, out
        pdwMaxReturnValues, out ppszStatusString, out ppszVendorInfo.
        """
        ...

    async def get_item_handles(
        self,
        *,
        item_id: tuple[str | None, ...],
        client: np.ndarray,
    ) -> IOPCHDA_ServerGetItemHandlesResult:
        """IOPCHDA_Server::GetItemHandles, opnum 6: dwCount, pszItemID, phClient, out pphServer,
        out ppErrors.
        """
        ...

    async def release_item_handles(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCHDA_ServerReleaseItemHandlesResult:
        """IOPCHDA_Server::ReleaseItemHandles, opnum 7: dwCount, phServer, out ppErrors."""
        ...

    async def validate_item_ids(
        self,
        *,
        item_id: tuple[str | None, ...],
    ) -> IOPCHDA_ServerValidateItemIDsResult:
        """IOPCHDA_Server::ValidateItemIDs, opnum 8: dwCount, pszItemID, out ppErrors."""
        ...

    async def create_browse(
        self,
        *,
        attr_id: np.ndarray,
        operator: np.ndarray,
        filter: VariantColumn,
    ) -> IOPCHDA_ServerCreateBrowseResult:
        """IOPCHDA_Server::CreateBrowse, opnum 9: dwCount, pdwAttrID, pOperator, vFilter, out
        pphBrowser, out ppErrors.
        """
        ...


@record
class IOPCHDA_SyncReadReadRawResult:
    """What IOPCHDA_SyncRead::ReadRaw gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    item_values: tuple[OPCHDA_ITEM, ...] | None  # ppItemValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncReadReadProcessedResult:
    """What IOPCHDA_SyncRead::ReadProcessed gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    item_values: tuple[OPCHDA_ITEM, ...] | None  # ppItemValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncReadReadAtTimeResult:
    """What IOPCHDA_SyncRead::ReadAtTime gives."""

    item_values: tuple[OPCHDA_ITEM, ...] | None  # ppItemValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncReadReadModifiedResult:
    """What IOPCHDA_SyncRead::ReadModified gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    item_values: tuple[OPCHDA_MODIFIEDITEM, ...] | None  # ppItemValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncReadReadAttributeResult:
    """What IOPCHDA_SyncRead::ReadAttribute gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    attribute_values: tuple[OPCHDA_ATTRIBUTE, ...] | None  # ppAttributeValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_SyncReadProxy:
    """Calls IOPCHDA_SyncRead (1f1217b2-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_SyncRead

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read_raw(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        bounds: Bool32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncReadReadRawResult:
        """IOPCHDA_SyncRead::ReadRaw, opnum 3: in out htStartTime, in out htEndTime, dwNumValues,
        bBounds, dwNumItems, phServer, out ppItemValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "num_values": num_values,
            "bounds": bounds,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncRead[3], sent)
        return IOPCHDA_SyncReadReadRawResult(**got)

    async def read_processed(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        ha_aggregate: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncReadReadProcessedResult:
        """IOPCHDA_SyncRead::ReadProcessed, opnum 4: in out htStartTime, in out htEndTime,
        ftResampleInterval, dwNumItems, phServer, haAggregate, out ppItemValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "resample_interval": resample_interval,
            "server": server,
            "ha_aggregate": ha_aggregate,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncRead[4], sent)
        return IOPCHDA_SyncReadReadProcessedResult(**got)

    async def read_at_time(
        self,
        *,
        num_time_stamps: u32 | None = None,
        time_stamps: Sequence[int] | np.ndarray,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncReadReadAtTimeResult:
        """IOPCHDA_SyncRead::ReadAtTime, opnum 5: dwNumTimeStamps, ftTimeStamps, dwNumItems,
        phServer, out ppItemValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "time_stamps": time_stamps,
            "server": server,
        }
        if num_time_stamps is not None:
            sent["num_time_stamps"] = num_time_stamps
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncRead[5], sent)
        return IOPCHDA_SyncReadReadAtTimeResult(**got)

    async def read_modified(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncReadReadModifiedResult:
        """IOPCHDA_SyncRead::ReadModified, opnum 6: in out htStartTime, in out htEndTime,
        dwNumValues, dwNumItems, phServer, out ppItemValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "num_values": num_values,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncRead[6], sent)
        return IOPCHDA_SyncReadReadModifiedResult(**got)

    async def read_attribute(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: u32,
        num_attributes: u32 | None = None,
        attribute_ids: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncReadReadAttributeResult:
        """IOPCHDA_SyncRead::ReadAttribute, opnum 7: in out htStartTime, in out htEndTime,
        hServer, dwNumAttributes, pdwAttributeIDs, out ppAttributeValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
            "attribute_ids": attribute_ids,
        }
        if num_attributes is not None:
            sent["num_attributes"] = num_attributes
        got = await call(self.invoker, IOPCHDA_SyncRead[7], sent)
        return IOPCHDA_SyncReadReadAttributeResult(**got)


class IOPCHDA_SyncReadHandler(Protocol):
    """Answers IOPCHDA_SyncRead (1f1217b2-dee0-11d2-a5e5-000086339399)."""

    async def read_raw(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        bounds: Bool32,
        server: np.ndarray,
    ) -> IOPCHDA_SyncReadReadRawResult:
        """IOPCHDA_SyncRead::ReadRaw, opnum 3: in out htStartTime, in out htEndTime, dwNumValues,
        bBounds, dwNumItems, phServer, out ppItemValues, out ppErrors.
        """
        ...

    async def read_processed(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        server: np.ndarray,
        ha_aggregate: np.ndarray,
    ) -> IOPCHDA_SyncReadReadProcessedResult:
        """IOPCHDA_SyncRead::ReadProcessed, opnum 4: in out htStartTime, in out htEndTime,
        ftResampleInterval, dwNumItems, phServer, haAggregate, out ppItemValues, out ppErrors.
        """
        ...

    async def read_at_time(
        self,
        *,
        time_stamps: np.ndarray,
        server: np.ndarray,
    ) -> IOPCHDA_SyncReadReadAtTimeResult:
        """IOPCHDA_SyncRead::ReadAtTime, opnum 5: dwNumTimeStamps, ftTimeStamps, dwNumItems,
        phServer, out ppItemValues, out ppErrors.
        """
        ...

    async def read_modified(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        server: np.ndarray,
    ) -> IOPCHDA_SyncReadReadModifiedResult:
        """IOPCHDA_SyncRead::ReadModified, opnum 6: in out htStartTime, in out htEndTime,
        dwNumValues, dwNumItems, phServer, out ppItemValues, out ppErrors.
        """
        ...

    async def read_attribute(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: u32,
        attribute_ids: np.ndarray,
    ) -> IOPCHDA_SyncReadReadAttributeResult:
        """IOPCHDA_SyncRead::ReadAttribute, opnum 7: in out htStartTime, in out htEndTime,
        hServer, dwNumAttributes, pdwAttributeIDs, out ppAttributeValues, out ppErrors.
        """
        ...


@record
class IOPCHDA_SyncUpdateQueryCapabilitiesResult:
    """What IOPCHDA_SyncUpdate::QueryCapabilities gives."""

    capabilities: OPCHDA_UPDATECAPABILITIES | int  # pCapabilities
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncUpdateInsertResult:
    """What IOPCHDA_SyncUpdate::Insert gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncUpdateReplaceResult:
    """What IOPCHDA_SyncUpdate::Replace gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncUpdateInsertReplaceResult:
    """What IOPCHDA_SyncUpdate::InsertReplace gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncUpdateDeleteRawResult:
    """What IOPCHDA_SyncUpdate::DeleteRaw gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncUpdateDeleteAtTimeResult:
    """What IOPCHDA_SyncUpdate::DeleteAtTime gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_SyncUpdateProxy:
    """Calls IOPCHDA_SyncUpdate (1f1217b3-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_SyncUpdate

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_capabilities(self) -> IOPCHDA_SyncUpdateQueryCapabilitiesResult:
        """IOPCHDA_SyncUpdate::QueryCapabilities, opnum 3: out pCapabilities."""
        got = await call(self.invoker, IOPCHDA_SyncUpdate[3], {})
        return IOPCHDA_SyncUpdateQueryCapabilitiesResult(**got)

    async def insert(
        self,
        *,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncUpdateInsertResult:
        """IOPCHDA_SyncUpdate::Insert, opnum 4: dwNumItems, phServer, ftTimeStamps, vDataValues,
        pdwQualities, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncUpdate[4], sent)
        return IOPCHDA_SyncUpdateInsertResult(**got)

    async def replace(
        self,
        *,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncUpdateReplaceResult:
        """IOPCHDA_SyncUpdate::Replace, opnum 5: dwNumItems, phServer, ftTimeStamps, vDataValues,
        pdwQualities, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncUpdate[5], sent)
        return IOPCHDA_SyncUpdateReplaceResult(**got)

    async def insert_replace(
        self,
        *,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncUpdateInsertReplaceResult:
        """IOPCHDA_SyncUpdate::InsertReplace, opnum 6: dwNumItems, phServer, ftTimeStamps,
        vDataValues, pdwQualities, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncUpdate[6], sent)
        return IOPCHDA_SyncUpdateInsertReplaceResult(**got)

    async def delete_raw(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncUpdateDeleteRawResult:
        """IOPCHDA_SyncUpdate::DeleteRaw, opnum 7: in out htStartTime, in out htEndTime,
        dwNumItems, phServer, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncUpdate[7], sent)
        return IOPCHDA_SyncUpdateDeleteRawResult(**got)

    async def delete_at_time(
        self,
        *,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncUpdateDeleteAtTimeResult:
        """IOPCHDA_SyncUpdate::DeleteAtTime, opnum 8: dwNumItems, phServer, ftTimeStamps, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "time_stamps": time_stamps,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncUpdate[8], sent)
        return IOPCHDA_SyncUpdateDeleteAtTimeResult(**got)


class IOPCHDA_SyncUpdateHandler(Protocol):
    """Answers IOPCHDA_SyncUpdate (1f1217b3-dee0-11d2-a5e5-000086339399)."""

    async def query_capabilities(self) -> IOPCHDA_SyncUpdateQueryCapabilitiesResult:
        """IOPCHDA_SyncUpdate::QueryCapabilities, opnum 3: out pCapabilities."""
        ...

    async def insert(
        self,
        *,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_SyncUpdateInsertResult:
        """IOPCHDA_SyncUpdate::Insert, opnum 4: dwNumItems, phServer, ftTimeStamps, vDataValues,
        pdwQualities, out ppErrors.
        """
        ...

    async def replace(
        self,
        *,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_SyncUpdateReplaceResult:
        """IOPCHDA_SyncUpdate::Replace, opnum 5: dwNumItems, phServer, ftTimeStamps, vDataValues,
        pdwQualities, out ppErrors.
        """
        ...

    async def insert_replace(
        self,
        *,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_SyncUpdateInsertReplaceResult:
        """IOPCHDA_SyncUpdate::InsertReplace, opnum 6: dwNumItems, phServer, ftTimeStamps,
        vDataValues, pdwQualities, out ppErrors.
        """
        ...

    async def delete_raw(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: np.ndarray,
    ) -> IOPCHDA_SyncUpdateDeleteRawResult:
        """IOPCHDA_SyncUpdate::DeleteRaw, opnum 7: in out htStartTime, in out htEndTime,
        dwNumItems, phServer, out ppErrors.
        """
        ...

    async def delete_at_time(
        self,
        *,
        server: np.ndarray,
        time_stamps: np.ndarray,
    ) -> IOPCHDA_SyncUpdateDeleteAtTimeResult:
        """IOPCHDA_SyncUpdate::DeleteAtTime, opnum 8: dwNumItems, phServer, ftTimeStamps, out
        ppErrors.
        """
        ...


@record
class IOPCHDA_SyncAnnotationsQueryCapabilitiesResult:
    """What IOPCHDA_SyncAnnotations::QueryCapabilities gives."""

    capabilities: OPCHDA_ANNOTATIONCAPABILITIES | int  # pCapabilities
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncAnnotationsReadResult:
    """What IOPCHDA_SyncAnnotations::Read gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    annotation_values: tuple[OPCHDA_ANNOTATION, ...] | None  # ppAnnotationValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_SyncAnnotationsInsertResult:
    """What IOPCHDA_SyncAnnotations::Insert gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_SyncAnnotationsProxy:
    """Calls IOPCHDA_SyncAnnotations (1f1217b4-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_SyncAnnotations

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_capabilities(self) -> IOPCHDA_SyncAnnotationsQueryCapabilitiesResult:
        """IOPCHDA_SyncAnnotations::QueryCapabilities, opnum 3: out pCapabilities."""
        got = await call(self.invoker, IOPCHDA_SyncAnnotations[3], {})
        return IOPCHDA_SyncAnnotationsQueryCapabilitiesResult(**got)

    async def read(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_SyncAnnotationsReadResult:
        """IOPCHDA_SyncAnnotations::Read, opnum 4: in out htStartTime, in out htEndTime,
        dwNumItems, phServer, out ppAnnotationValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncAnnotations[4], sent)
        return IOPCHDA_SyncAnnotationsReadResult(**got)

    async def insert(
        self,
        *,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        annotation_values: Sequence[OPCHDA_ANNOTATION],
    ) -> IOPCHDA_SyncAnnotationsInsertResult:
        """IOPCHDA_SyncAnnotations::Insert, opnum 5: dwNumItems, phServer, ftTimeStamps,
        pAnnotationValues, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "time_stamps": time_stamps,
            "annotation_values": annotation_values,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_SyncAnnotations[5], sent)
        return IOPCHDA_SyncAnnotationsInsertResult(**got)


class IOPCHDA_SyncAnnotationsHandler(Protocol):
    """Answers IOPCHDA_SyncAnnotations (1f1217b4-dee0-11d2-a5e5-000086339399)."""

    async def query_capabilities(self) -> IOPCHDA_SyncAnnotationsQueryCapabilitiesResult:
        """IOPCHDA_SyncAnnotations::QueryCapabilities, opnum 3: out pCapabilities."""
        ...

    async def read(
        self,
        *,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: np.ndarray,
    ) -> IOPCHDA_SyncAnnotationsReadResult:
        """IOPCHDA_SyncAnnotations::Read, opnum 4: in out htStartTime, in out htEndTime,
        dwNumItems, phServer, out ppAnnotationValues, out ppErrors.
        """
        ...

    async def insert(
        self,
        *,
        server: np.ndarray,
        time_stamps: np.ndarray,
        annotation_values: tuple[OPCHDA_ANNOTATION, ...],
    ) -> IOPCHDA_SyncAnnotationsInsertResult:
        """IOPCHDA_SyncAnnotations::Insert, opnum 5: dwNumItems, phServer, ftTimeStamps,
        pAnnotationValues, out ppErrors.
        """
        ...


@record
class IOPCHDA_AsyncReadReadRawResult:
    """What IOPCHDA_AsyncRead::ReadRaw gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadAdviseRawResult:
    """What IOPCHDA_AsyncRead::AdviseRaw gives."""

    start_time: OPCHDA_TIME  # htStartTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadReadProcessedResult:
    """What IOPCHDA_AsyncRead::ReadProcessed gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadAdviseProcessedResult:
    """What IOPCHDA_AsyncRead::AdviseProcessed gives."""

    start_time: OPCHDA_TIME  # htStartTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadReadAtTimeResult:
    """What IOPCHDA_AsyncRead::ReadAtTime gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadReadModifiedResult:
    """What IOPCHDA_AsyncRead::ReadModified gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncReadReadAttributeResult:
    """What IOPCHDA_AsyncRead::ReadAttribute gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_AsyncReadProxy:
    """Calls IOPCHDA_AsyncRead (1f1217b5-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_AsyncRead

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        bounds: Bool32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadReadRawResult:
        """IOPCHDA_AsyncRead::ReadRaw, opnum 3: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumValues, bBounds, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "num_values": num_values,
            "bounds": bounds,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[3], sent)
        return IOPCHDA_AsyncReadReadRawResult(**got)

    async def advise_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        update_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadAdviseRawResult:
        """IOPCHDA_AsyncRead::AdviseRaw, opnum 4: dwTransactionID, in out htStartTime,
        ftUpdateInterval, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "update_interval": update_interval,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[4], sent)
        return IOPCHDA_AsyncReadAdviseRawResult(**got)

    async def read_processed(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        ha_aggregate: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadReadProcessedResult:
        """IOPCHDA_AsyncRead::ReadProcessed, opnum 5: dwTransactionID, in out htStartTime, in out
        htEndTime, ftResampleInterval, dwNumItems, phServer, haAggregate, out pdwCancelID, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "resample_interval": resample_interval,
            "server": server,
            "ha_aggregate": ha_aggregate,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[5], sent)
        return IOPCHDA_AsyncReadReadProcessedResult(**got)

    async def advise_processed(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        resample_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        ha_aggregate: Sequence[int] | np.ndarray,
        num_intervals: u32,
    ) -> IOPCHDA_AsyncReadAdviseProcessedResult:
        """IOPCHDA_AsyncRead::AdviseProcessed, opnum 6: dwTransactionID, in out htStartTime,
        ftResampleInterval, dwNumItems, phServer, haAggregate, dwNumIntervals, out
        pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "resample_interval": resample_interval,
            "server": server,
            "ha_aggregate": ha_aggregate,
            "num_intervals": num_intervals,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[6], sent)
        return IOPCHDA_AsyncReadAdviseProcessedResult(**got)

    async def read_at_time(
        self,
        *,
        transaction_id: u32,
        num_time_stamps: u32 | None = None,
        time_stamps: Sequence[int] | np.ndarray,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadReadAtTimeResult:
        """IOPCHDA_AsyncRead::ReadAtTime, opnum 7: dwTransactionID, dwNumTimeStamps,
        ftTimeStamps, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "time_stamps": time_stamps,
            "server": server,
        }
        if num_time_stamps is not None:
            sent["num_time_stamps"] = num_time_stamps
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[7], sent)
        return IOPCHDA_AsyncReadReadAtTimeResult(**got)

    async def read_modified(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadReadModifiedResult:
        """IOPCHDA_AsyncRead::ReadModified, opnum 8: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumValues, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "num_values": num_values,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncRead[8], sent)
        return IOPCHDA_AsyncReadReadModifiedResult(**got)

    async def read_attribute(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: u32,
        num_attributes: u32 | None = None,
        attribute_ids: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncReadReadAttributeResult:
        """IOPCHDA_AsyncRead::ReadAttribute, opnum 9: dwTransactionID, in out htStartTime, in out
        htEndTime, hServer, dwNumAttributes, dwAttributeIDs, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
            "attribute_ids": attribute_ids,
        }
        if num_attributes is not None:
            sent["num_attributes"] = num_attributes
        got = await call(self.invoker, IOPCHDA_AsyncRead[9], sent)
        return IOPCHDA_AsyncReadReadAttributeResult(**got)

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncRead::Cancel, opnum 10: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCHDA_AsyncRead[10], sent)
        return int(got[HRESULT])


class IOPCHDA_AsyncReadHandler(Protocol):
    """Answers IOPCHDA_AsyncRead (1f1217b5-dee0-11d2-a5e5-000086339399)."""

    async def read_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        bounds: Bool32,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncReadReadRawResult:
        """IOPCHDA_AsyncRead::ReadRaw, opnum 3: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumValues, bBounds, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def advise_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        update_interval: Filetime,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncReadAdviseRawResult:
        """IOPCHDA_AsyncRead::AdviseRaw, opnum 4: dwTransactionID, in out htStartTime,
        ftUpdateInterval, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def read_processed(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        server: np.ndarray,
        ha_aggregate: np.ndarray,
    ) -> IOPCHDA_AsyncReadReadProcessedResult:
        """IOPCHDA_AsyncRead::ReadProcessed, opnum 5: dwTransactionID, in out htStartTime, in out
        htEndTime, ftResampleInterval, dwNumItems, phServer, haAggregate, out pdwCancelID, out
        ppErrors.
        """
        ...

    async def advise_processed(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        resample_interval: Filetime,
        server: np.ndarray,
        ha_aggregate: np.ndarray,
        num_intervals: u32,
    ) -> IOPCHDA_AsyncReadAdviseProcessedResult:
        """IOPCHDA_AsyncRead::AdviseProcessed, opnum 6: dwTransactionID, in out htStartTime,
        ftResampleInterval, dwNumItems, phServer, haAggregate, dwNumIntervals, out
        pdwCancelID, out ppErrors.
        """
        ...

    async def read_at_time(
        self,
        *,
        transaction_id: u32,
        time_stamps: np.ndarray,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncReadReadAtTimeResult:
        """IOPCHDA_AsyncRead::ReadAtTime, opnum 7: dwTransactionID, dwNumTimeStamps,
        ftTimeStamps, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def read_modified(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncReadReadModifiedResult:
        """IOPCHDA_AsyncRead::ReadModified, opnum 8: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumValues, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def read_attribute(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: u32,
        attribute_ids: np.ndarray,
    ) -> IOPCHDA_AsyncReadReadAttributeResult:
        """IOPCHDA_AsyncRead::ReadAttribute, opnum 9: dwTransactionID, in out htStartTime, in out
        htEndTime, hServer, dwNumAttributes, dwAttributeIDs, out pdwCancelID, out ppErrors.
        """
        ...

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncRead::Cancel, opnum 10: dwCancelID."""
        ...


@record
class IOPCHDA_AsyncUpdateQueryCapabilitiesResult:
    """What IOPCHDA_AsyncUpdate::QueryCapabilities gives."""

    capabilities: OPCHDA_UPDATECAPABILITIES | int  # pCapabilities
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncUpdateInsertResult:
    """What IOPCHDA_AsyncUpdate::Insert gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncUpdateReplaceResult:
    """What IOPCHDA_AsyncUpdate::Replace gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncUpdateInsertReplaceResult:
    """What IOPCHDA_AsyncUpdate::InsertReplace gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncUpdateDeleteRawResult:
    """What IOPCHDA_AsyncUpdate::DeleteRaw gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncUpdateDeleteAtTimeResult:
    """What IOPCHDA_AsyncUpdate::DeleteAtTime gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_AsyncUpdateProxy:
    """Calls IOPCHDA_AsyncUpdate (1f1217b6-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_AsyncUpdate

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_capabilities(self) -> IOPCHDA_AsyncUpdateQueryCapabilitiesResult:
        """IOPCHDA_AsyncUpdate::QueryCapabilities, opnum 3: out pCapabilities."""
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[3], {})
        return IOPCHDA_AsyncUpdateQueryCapabilitiesResult(**got)

    async def insert(
        self,
        *,
        transaction_id: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncUpdateInsertResult:
        """IOPCHDA_AsyncUpdate::Insert, opnum 4: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[4], sent)
        return IOPCHDA_AsyncUpdateInsertResult(**got)

    async def replace(
        self,
        *,
        transaction_id: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncUpdateReplaceResult:
        """IOPCHDA_AsyncUpdate::Replace, opnum 5: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[5], sent)
        return IOPCHDA_AsyncUpdateReplaceResult(**got)

    async def insert_replace(
        self,
        *,
        transaction_id: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        data_values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncUpdateInsertReplaceResult:
        """IOPCHDA_AsyncUpdate::InsertReplace, opnum 6: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "server": server,
            "time_stamps": time_stamps,
            "data_values": data_values,
            "qualities": qualities,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[6], sent)
        return IOPCHDA_AsyncUpdateInsertReplaceResult(**got)

    async def delete_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncUpdateDeleteRawResult:
        """IOPCHDA_AsyncUpdate::DeleteRaw, opnum 7: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[7], sent)
        return IOPCHDA_AsyncUpdateDeleteRawResult(**got)

    async def delete_at_time(
        self,
        *,
        transaction_id: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncUpdateDeleteAtTimeResult:
        """IOPCHDA_AsyncUpdate::DeleteAtTime, opnum 8: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "server": server,
            "time_stamps": time_stamps,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[8], sent)
        return IOPCHDA_AsyncUpdateDeleteAtTimeResult(**got)

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncUpdate::Cancel, opnum 9: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCHDA_AsyncUpdate[9], sent)
        return int(got[HRESULT])


class IOPCHDA_AsyncUpdateHandler(Protocol):
    """Answers IOPCHDA_AsyncUpdate (1f1217b6-dee0-11d2-a5e5-000086339399)."""

    async def query_capabilities(self) -> IOPCHDA_AsyncUpdateQueryCapabilitiesResult:
        """IOPCHDA_AsyncUpdate::QueryCapabilities, opnum 3: out pCapabilities."""
        ...

    async def insert(
        self,
        *,
        transaction_id: u32,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_AsyncUpdateInsertResult:
        """IOPCHDA_AsyncUpdate::Insert, opnum 4: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        ...

    async def replace(
        self,
        *,
        transaction_id: u32,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_AsyncUpdateReplaceResult:
        """IOPCHDA_AsyncUpdate::Replace, opnum 5: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        ...

    async def insert_replace(
        self,
        *,
        transaction_id: u32,
        server: np.ndarray,
        time_stamps: np.ndarray,
        data_values: VariantColumn,
        qualities: np.ndarray,
    ) -> IOPCHDA_AsyncUpdateInsertReplaceResult:
        """IOPCHDA_AsyncUpdate::InsertReplace, opnum 6: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, vDataValues, pdwQualities, out pdwCancelID, out ppErrors.
        """
        ...

    async def delete_raw(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncUpdateDeleteRawResult:
        """IOPCHDA_AsyncUpdate::DeleteRaw, opnum 7: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def delete_at_time(
        self,
        *,
        transaction_id: u32,
        server: np.ndarray,
        time_stamps: np.ndarray,
    ) -> IOPCHDA_AsyncUpdateDeleteAtTimeResult:
        """IOPCHDA_AsyncUpdate::DeleteAtTime, opnum 8: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, out pdwCancelID, out ppErrors.
        """
        ...

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncUpdate::Cancel, opnum 9: dwCancelID."""
        ...


@record
class IOPCHDA_AsyncAnnotationsQueryCapabilitiesResult:
    """What IOPCHDA_AsyncAnnotations::QueryCapabilities gives."""

    capabilities: OPCHDA_ANNOTATIONCAPABILITIES | int  # pCapabilities
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncAnnotationsReadResult:
    """What IOPCHDA_AsyncAnnotations::Read gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_AsyncAnnotationsInsertResult:
    """What IOPCHDA_AsyncAnnotations::Insert gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_AsyncAnnotationsProxy:
    """Calls IOPCHDA_AsyncAnnotations (1f1217b7-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_AsyncAnnotations

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_capabilities(self) -> IOPCHDA_AsyncAnnotationsQueryCapabilitiesResult:
        """IOPCHDA_AsyncAnnotations::QueryCapabilities, opnum 3: out pCapabilities."""
        got = await call(self.invoker, IOPCHDA_AsyncAnnotations[3], {})
        return IOPCHDA_AsyncAnnotationsQueryCapabilitiesResult(**got)

    async def read(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_AsyncAnnotationsReadResult:
        """IOPCHDA_AsyncAnnotations::Read, opnum 4: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncAnnotations[4], sent)
        return IOPCHDA_AsyncAnnotationsReadResult(**got)

    async def insert(
        self,
        *,
        transaction_id: u32,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        annotation_values: Sequence[OPCHDA_ANNOTATION],
    ) -> IOPCHDA_AsyncAnnotationsInsertResult:
        """IOPCHDA_AsyncAnnotations::Insert, opnum 5: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, pAnnotationValues, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "server": server,
            "time_stamps": time_stamps,
            "annotation_values": annotation_values,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_AsyncAnnotations[5], sent)
        return IOPCHDA_AsyncAnnotationsInsertResult(**got)

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncAnnotations::Cancel, opnum 6: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCHDA_AsyncAnnotations[6], sent)
        return int(got[HRESULT])


class IOPCHDA_AsyncAnnotationsHandler(Protocol):
    """Answers IOPCHDA_AsyncAnnotations (1f1217b7-dee0-11d2-a5e5-000086339399)."""

    async def query_capabilities(self) -> IOPCHDA_AsyncAnnotationsQueryCapabilitiesResult:
        """IOPCHDA_AsyncAnnotations::QueryCapabilities, opnum 3: out pCapabilities."""
        ...

    async def read(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        server: np.ndarray,
    ) -> IOPCHDA_AsyncAnnotationsReadResult:
        """IOPCHDA_AsyncAnnotations::Read, opnum 4: dwTransactionID, in out htStartTime, in out
        htEndTime, dwNumItems, phServer, out pdwCancelID, out ppErrors.
        """
        ...

    async def insert(
        self,
        *,
        transaction_id: u32,
        server: np.ndarray,
        time_stamps: np.ndarray,
        annotation_values: tuple[OPCHDA_ANNOTATION, ...],
    ) -> IOPCHDA_AsyncAnnotationsInsertResult:
        """IOPCHDA_AsyncAnnotations::Insert, opnum 5: dwTransactionID, dwNumItems, phServer,
        ftTimeStamps, pAnnotationValues, out pdwCancelID, out ppErrors.
        """
        ...

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_AsyncAnnotations::Cancel, opnum 6: dwCancelID."""
        ...


@record
class IOPCHDA_PlaybackReadRawWithUpdateResult:
    """What IOPCHDA_Playback::ReadRawWithUpdate gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCHDA_PlaybackReadProcessedWithUpdateResult:
    """What IOPCHDA_Playback::ReadProcessedWithUpdate gives."""

    start_time: OPCHDA_TIME  # htStartTime
    end_time: OPCHDA_TIME  # htEndTime
    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCHDA_PlaybackProxy:
    """Calls IOPCHDA_Playback (1f1217b8-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_Playback

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read_raw_with_update(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        update_duration: Filetime,
        update_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_PlaybackReadRawWithUpdateResult:
        """IOPCHDA_Playback::ReadRawWithUpdate, opnum 3: dwTransactionID, in out htStartTime, in
        out htEndTime, dwNumValues, ftUpdateDuration, ftUpdateInterval, dwNumItems, phServer,
        out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "num_values": num_values,
            "update_duration": update_duration,
            "update_interval": update_interval,
            "server": server,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_Playback[3], sent)
        return IOPCHDA_PlaybackReadRawWithUpdateResult(**got)

    async def read_processed_with_update(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        num_intervals: u32,
        update_interval: Filetime,
        num_items: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        ha_aggregate: Sequence[int] | np.ndarray,
    ) -> IOPCHDA_PlaybackReadProcessedWithUpdateResult:
        """IOPCHDA_Playback::ReadProcessedWithUpdate, opnum 4: dwTransactionID, in out
        htStartTime, in out htEndTime, ftResampleInterval, dwNumIntervals, ftUpdateInterval,
        dwNumItems, phServer, haAggregate, out pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "start_time": start_time,
            "end_time": end_time,
            "resample_interval": resample_interval,
            "num_intervals": num_intervals,
            "update_interval": update_interval,
            "server": server,
            "ha_aggregate": ha_aggregate,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_Playback[4], sent)
        return IOPCHDA_PlaybackReadProcessedWithUpdateResult(**got)

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_Playback::Cancel, opnum 5: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCHDA_Playback[5], sent)
        return int(got[HRESULT])


class IOPCHDA_PlaybackHandler(Protocol):
    """Answers IOPCHDA_Playback (1f1217b8-dee0-11d2-a5e5-000086339399)."""

    async def read_raw_with_update(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        num_values: u32,
        update_duration: Filetime,
        update_interval: Filetime,
        server: np.ndarray,
    ) -> IOPCHDA_PlaybackReadRawWithUpdateResult:
        """IOPCHDA_Playback::ReadRawWithUpdate, opnum 3: dwTransactionID, in out htStartTime, in
        out htEndTime, dwNumValues, ftUpdateDuration, ftUpdateInterval, dwNumItems, phServer,
        out pdwCancelID, out ppErrors.
        """
        ...

    async def read_processed_with_update(
        self,
        *,
        transaction_id: u32,
        start_time: OPCHDA_TIME,
        end_time: OPCHDA_TIME,
        resample_interval: Filetime,
        num_intervals: u32,
        update_interval: Filetime,
        server: np.ndarray,
        ha_aggregate: np.ndarray,
    ) -> IOPCHDA_PlaybackReadProcessedWithUpdateResult:
        """IOPCHDA_Playback::ReadProcessedWithUpdate, opnum 4: dwTransactionID, in out
        htStartTime, in out htEndTime, ftResampleInterval, dwNumIntervals, ftUpdateInterval,
        dwNumItems, phServer, haAggregate, out pdwCancelID, out ppErrors.
        """
        ...

    async def cancel(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_Playback::Cancel, opnum 5: dwCancelID."""
        ...


class IOPCHDA_DataCallbackProxy:
    """Calls IOPCHDA_DataCallback (1f1217b9-dee0-11d2-a5e5-000086339399)."""

    interface: ClassVar[Interface] = IOPCHDA_DataCallback

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def on_data_change(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        num_items: u32 | None = None,
        item_values: Sequence[OPCHDA_ITEM],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnDataChange, opnum 3: dwTransactionID, hrStatus, dwNumItems,
        pItemValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "item_values": item_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[3], sent)
        return int(got[HRESULT])

    async def on_read_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        num_items: u32 | None = None,
        item_values: Sequence[OPCHDA_ITEM],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadComplete, opnum 4: dwTransactionID, hrStatus, dwNumItems,
        pItemValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "item_values": item_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[4], sent)
        return int(got[HRESULT])

    async def on_read_modified_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        num_items: u32 | None = None,
        item_values: Sequence[OPCHDA_MODIFIEDITEM],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadModifiedComplete, opnum 5: dwTransactionID, hrStatus,
        dwNumItems, pItemValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "item_values": item_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[5], sent)
        return int(got[HRESULT])

    async def on_read_attribute_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        client: u32,
        num_items: u32 | None = None,
        attribute_values: Sequence[OPCHDA_ATTRIBUTE],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadAttributeComplete, opnum 6: dwTransactionID, hrStatus,
        hClient, dwNumItems, pAttributeValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "client": client,
            "attribute_values": attribute_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[6], sent)
        return int(got[HRESULT])

    async def on_read_annotations(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        num_items: u32 | None = None,
        annotation_values: Sequence[OPCHDA_ANNOTATION],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadAnnotations, opnum 7: dwTransactionID, hrStatus,
        dwNumItems, pAnnotationValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "annotation_values": annotation_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[7], sent)
        return int(got[HRESULT])

    async def on_insert_annotations(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        count: u32 | None = None,
        clients: Sequence[int] | np.ndarray,
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnInsertAnnotations, opnum 8: dwTransactionID, hrStatus,
        dwCount, phClients, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "clients": clients,
            "errors": errors,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_DataCallback[8], sent)
        return int(got[HRESULT])

    async def on_playback(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        num_items: u32 | None = None,
        item_values: Sequence[OPCHDA_ITEM | None],
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnPlayback, opnum 9: dwTransactionID, hrStatus, dwNumItems,
        ppItemValues, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "item_values": item_values,
            "errors": errors,
        }
        if num_items is not None:
            sent["num_items"] = num_items
        got = await call(self.invoker, IOPCHDA_DataCallback[9], sent)
        return int(got[HRESULT])

    async def on_update_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        count: u32 | None = None,
        clients: Sequence[int] | np.ndarray,
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnUpdateComplete, opnum 10: dwTransactionID, hrStatus, dwCount,
        phClients, phrErrors.
        """
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
            "status": status,
            "clients": clients,
            "errors": errors,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCHDA_DataCallback[10], sent)
        return int(got[HRESULT])

    async def on_cancel_complete(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_DataCallback::OnCancelComplete, opnum 11: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCHDA_DataCallback[11], sent)
        return int(got[HRESULT])


class IOPCHDA_DataCallbackHandler(Protocol):
    """Answers IOPCHDA_DataCallback (1f1217b9-dee0-11d2-a5e5-000086339399)."""

    async def on_data_change(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        item_values: tuple[OPCHDA_ITEM, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnDataChange, opnum 3: dwTransactionID, hrStatus, dwNumItems,
        pItemValues, phrErrors.
        """
        ...

    async def on_read_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        item_values: tuple[OPCHDA_ITEM, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadComplete, opnum 4: dwTransactionID, hrStatus, dwNumItems,
        pItemValues, phrErrors.
        """
        ...

    async def on_read_modified_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        item_values: tuple[OPCHDA_MODIFIEDITEM, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadModifiedComplete, opnum 5: dwTransactionID, hrStatus,
        dwNumItems, pItemValues, phrErrors.
        """
        ...

    async def on_read_attribute_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        client: u32,
        attribute_values: tuple[OPCHDA_ATTRIBUTE, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadAttributeComplete, opnum 6: dwTransactionID, hrStatus,
        hClient, dwNumItems, pAttributeValues, phrErrors.
        """
        ...

    async def on_read_annotations(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        annotation_values: tuple[OPCHDA_ANNOTATION, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnReadAnnotations, opnum 7: dwTransactionID, hrStatus,
        dwNumItems, pAnnotationValues, phrErrors.
        """
        ...

    async def on_insert_annotations(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        clients: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnInsertAnnotations, opnum 8: dwTransactionID, hrStatus,
        dwCount, phClients, phrErrors.
        """
        ...

    async def on_playback(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        item_values: tuple[OPCHDA_ITEM | None, ...],
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnPlayback, opnum 9: dwTransactionID, hrStatus, dwNumItems,
        ppItemValues, phrErrors.
        """
        ...

    async def on_update_complete(
        self,
        *,
        transaction_id: u32,
        status: Hresult32,
        clients: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCHDA_DataCallback::OnUpdateComplete, opnum 10: dwTransactionID, hrStatus, dwCount,
        phClients, phrErrors.
        """
        ...

    async def on_cancel_complete(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCHDA_DataCallback::OnCancelComplete, opnum 11: dwCancelID."""
        ...
