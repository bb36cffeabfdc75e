"""OPC Data Access: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/da.toml by tools/generate_interfaces.py.
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
    Guid,
    Hresult32,
    Interface,
    InterfacePointer,
    Invoker,
    StructColumn,
    Variant,
    VariantColumn,
    call,
    count_of,
    f32,
    i32,
    record,
    u16,
    u32,
)
from opcross.ndr.tables import load

__all__ = [
    "OPCBROWSEDIRECTION",
    "OPCBROWSEELEMENT",
    "OPCBROWSEFILTER",
    "OPCBROWSETYPE",
    "OPCDATASOURCE",
    "OPCENUMSCOPE",
    "OPCEUTYPE",
    "OPCITEMATTRIBUTES",
    "OPCITEMDEF",
    "OPCITEMPROPERTIES",
    "OPCITEMPROPERTY",
    "OPCITEMRESULT",
    "OPCITEMSTATE",
    "OPCITEMVQT",
    "OPCNAMESPACETYPE",
    "OPCSERVERSTATE",
    "OPCSERVERSTATUS",
    "TABLE",
    "IEnumOPCItemAttributes",
    "IEnumOPCItemAttributesCloneResult",
    "IEnumOPCItemAttributesHandler",
    "IEnumOPCItemAttributesNextResult",
    "IEnumOPCItemAttributesProxy",
    "IOPCAsyncIO",
    "IOPCAsyncIO2",
    "IOPCAsyncIO2GetEnableResult",
    "IOPCAsyncIO2Handler",
    "IOPCAsyncIO2Proxy",
    "IOPCAsyncIO2ReadResult",
    "IOPCAsyncIO2Refresh2Result",
    "IOPCAsyncIO2WriteResult",
    "IOPCAsyncIO3",
    "IOPCAsyncIO3Handler",
    "IOPCAsyncIO3Proxy",
    "IOPCAsyncIO3ReadMaxAgeResult",
    "IOPCAsyncIO3RefreshMaxAgeResult",
    "IOPCAsyncIO3WriteVQTResult",
    "IOPCAsyncIOHandler",
    "IOPCAsyncIOProxy",
    "IOPCAsyncIOReadResult",
    "IOPCAsyncIORefreshResult",
    "IOPCAsyncIOWriteResult",
    "IOPCBrowse",
    "IOPCBrowseBrowseResult",
    "IOPCBrowseGetPropertiesResult",
    "IOPCBrowseHandler",
    "IOPCBrowseProxy",
    "IOPCBrowseServerAddressSpace",
    "IOPCBrowseServerAddressSpaceBrowseAccessPathsResult",
    "IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult",
    "IOPCBrowseServerAddressSpaceGetItemIDResult",
    "IOPCBrowseServerAddressSpaceHandler",
    "IOPCBrowseServerAddressSpaceProxy",
    "IOPCBrowseServerAddressSpaceQueryOrganizationResult",
    "IOPCDataCallback",
    "IOPCDataCallbackHandler",
    "IOPCDataCallbackProxy",
    "IOPCGroupStateMgt",
    "IOPCGroupStateMgt2",
    "IOPCGroupStateMgt2GetKeepAliveResult",
    "IOPCGroupStateMgt2Handler",
    "IOPCGroupStateMgt2Proxy",
    "IOPCGroupStateMgt2SetKeepAliveResult",
    "IOPCGroupStateMgtCloneGroupResult",
    "IOPCGroupStateMgtGetStateResult",
    "IOPCGroupStateMgtHandler",
    "IOPCGroupStateMgtProxy",
    "IOPCGroupStateMgtSetStateResult",
    "IOPCItemDeadbandMgt",
    "IOPCItemDeadbandMgtClearItemDeadbandResult",
    "IOPCItemDeadbandMgtGetItemDeadbandResult",
    "IOPCItemDeadbandMgtHandler",
    "IOPCItemDeadbandMgtProxy",
    "IOPCItemDeadbandMgtSetItemDeadbandResult",
    "IOPCItemIO",
    "IOPCItemIOHandler",
    "IOPCItemIOProxy",
    "IOPCItemIOReadResult",
    "IOPCItemIOWriteVQTResult",
    "IOPCItemMgt",
    "IOPCItemMgtAddItemsResult",
    "IOPCItemMgtCreateEnumeratorResult",
    "IOPCItemMgtHandler",
    "IOPCItemMgtProxy",
    "IOPCItemMgtRemoveItemsResult",
    "IOPCItemMgtSetActiveStateResult",
    "IOPCItemMgtSetClientHandlesResult",
    "IOPCItemMgtSetDatatypesResult",
    "IOPCItemMgtValidateItemsResult",
    "IOPCItemProperties",
    "IOPCItemPropertiesGetItemPropertiesResult",
    "IOPCItemPropertiesHandler",
    "IOPCItemPropertiesLookupItemIDsResult",
    "IOPCItemPropertiesProxy",
    "IOPCItemPropertiesQueryAvailablePropertiesResult",
    "IOPCItemSamplingMgt",
    "IOPCItemSamplingMgtClearItemSamplingRateResult",
    "IOPCItemSamplingMgtGetItemBufferEnableResult",
    "IOPCItemSamplingMgtGetItemSamplingRateResult",
    "IOPCItemSamplingMgtHandler",
    "IOPCItemSamplingMgtProxy",
    "IOPCItemSamplingMgtSetItemBufferEnableResult",
    "IOPCItemSamplingMgtSetItemSamplingRateResult",
    "IOPCPublicGroupStateMgt",
    "IOPCPublicGroupStateMgtGetStateResult",
    "IOPCPublicGroupStateMgtHandler",
    "IOPCPublicGroupStateMgtProxy",
    "IOPCServer",
    "IOPCServerAddGroupResult",
    "IOPCServerCreateGroupEnumeratorResult",
    "IOPCServerGetErrorStringResult",
    "IOPCServerGetGroupByNameResult",
    "IOPCServerGetStatusResult",
    "IOPCServerHandler",
    "IOPCServerProxy",
    "IOPCServerPublicGroups",
    "IOPCServerPublicGroupsGetPublicGroupByNameResult",
    "IOPCServerPublicGroupsHandler",
    "IOPCServerPublicGroupsProxy",
    "IOPCSyncIO",
    "IOPCSyncIO2",
    "IOPCSyncIO2Handler",
    "IOPCSyncIO2Proxy",
    "IOPCSyncIO2ReadMaxAgeResult",
    "IOPCSyncIO2WriteVQTResult",
    "IOPCSyncIOHandler",
    "IOPCSyncIOProxy",
    "IOPCSyncIOReadResult",
    "IOPCSyncIOWriteResult",
]


class OPCDATASOURCE(IntEnum):
    """OPCDATASOURCE, 16 bits on the wire."""

    OPC_DS_CACHE = 0x1
    OPC_DS_DEVICE = 0x2


class OPCBROWSETYPE(IntEnum):
    """OPCBROWSETYPE, 16 bits on the wire."""

    OPC_BRANCH = 0x1
    OPC_LEAF = 0x2
    OPC_FLAT = 0x3


class OPCNAMESPACETYPE(IntEnum):
    """OPCNAMESPACETYPE, 16 bits on the wire."""

    OPC_NS_HIERARCHIAL = 0x1
    OPC_NS_FLAT = 0x2


class OPCBROWSEDIRECTION(IntEnum):
    """OPCBROWSEDIRECTION, 16 bits on the wire."""

    OPC_BROWSE_UP = 0x1
    OPC_BROWSE_DOWN = 0x2
    OPC_BROWSE_TO = 0x3


class OPCEUTYPE(IntEnum):
    """OPCEUTYPE, 16 bits on the wire."""

    OPC_NOENUM = 0x0
    OPC_ANALOG = 0x1
    OPC_ENUMERATED = 0x2


class OPCSERVERSTATE(IntEnum):
    """OPCSERVERSTATE, 16 bits on the wire."""

    OPC_STATUS_RUNNING = 0x1
    OPC_STATUS_FAILED = 0x2
    OPC_STATUS_NOCONFIG = 0x3
    OPC_STATUS_SUSPENDED = 0x4
    OPC_STATUS_TEST = 0x5
    OPC_STATUS_COMM_FAULT = 0x6


class OPCENUMSCOPE(IntEnum):
    """OPCENUMSCOPE, 16 bits on the wire."""

    OPC_ENUM_PRIVATE_CONNECTIONS = 0x1
    OPC_ENUM_PUBLIC_CONNECTIONS = 0x2
    OPC_ENUM_ALL_CONNECTIONS = 0x3
    OPC_ENUM_PRIVATE = 0x4
    OPC_ENUM_PUBLIC = 0x5
    OPC_ENUM_ALL = 0x6


class OPCBROWSEFILTER(IntEnum):
    """OPCBROWSEFILTER, 16 bits on the wire."""

    OPC_BROWSE_FILTER_ALL = 0x1
    OPC_BROWSE_FILTER_BRANCHES = 0x2
    OPC_BROWSE_FILTER_ITEMS = 0x3


@record
class OPCITEMSTATE:
    """OPCITEMSTATE, 20 octets. VDataValue is only a 4-byte user-marshal pointer here; its body
    is deferred to after the whole array.
    """

    client: u32  # hClient
    time_stamp: Filetime  # ftTimeStamp
    quality: u16  # wQuality
    reserved: u16 = 0  # wReserved
    data_value: Variant | None  # vDataValue


@record
class OPCSERVERSTATUS:
    """OPCSERVERSTATUS, 48 octets. DwServerState is a 2-byte enum on the wire, then 2 bytes of
    padding.
    """

    start_time: Filetime  # ftStartTime
    current_time: Filetime  # ftCurrentTime
    last_update_time: Filetime  # ftLastUpdateTime
    server_state: OPCSERVERSTATE | int  # dwServerState
    group_count: u32  # dwGroupCount
    band_width: u32  # dwBandWidth
    major_version: u16  # wMajorVersion
    minor_version: u16  # wMinorVersion
    build_number: u16  # wBuildNumber
    reserved: u16 = 0  # wReserved
    vendor_info: str | None = None  # szVendorInfo


@record
class OPCITEMDEF:
    """OPCITEMDEF, 28 octets. Both strings and the blob are unique pointers; a null one is a zero
    referent id with nothing deferred.
    """

    access_path: str | None = None  # szAccessPath
    item_id: str | None = None  # szItemID
    active: Bool32  # bActive
    client: u32  # hClient
    blob_size: u32 = count_of("blob")  # dwBlobSize
    blob: bytes | None = None  # pBlob
    requested_data_type: u16  # vtRequestedDataType
    reserved: u16 = 0  # wReserved


@record
class OPCITEMATTRIBUTES:
    """OPCITEMATTRIBUTES, 44 octets. DwEUType is a 2-byte enum on the wire, then 2 bytes of
    padding before the variant pointer.
    """

    access_path: str | None = None  # szAccessPath
    item_id: str | None = None  # szItemID
    active: Bool32  # bActive
    client: u32  # hClient
    server: u32  # hServer
    access_rights: u32  # dwAccessRights
    blob_size: u32 = count_of("blob")  # dwBlobSize
    blob: bytes | None = None  # pBlob
    requested_data_type: u16  # vtRequestedDataType
    canonical_data_type: u16  # vtCanonicalDataType
    eu_type: OPCEUTYPE | int  # dwEUType
    eu_info: Variant | None  # vEUInfo


@record
class OPCITEMRESULT:
    """OPCITEMRESULT, 20 octets."""

    server: u32  # hServer
    canonical_data_type: u16  # vtCanonicalDataType
    reserved: u16 = 0  # wReserved
    access_rights: u32  # dwAccessRights
    blob_size: u32 = count_of("blob")  # dwBlobSize
    blob: bytes | None = None  # pBlob


@record
class OPCITEMPROPERTY:
    """OPCITEMPROPERTY, 28 octets."""

    data_type: u16  # vtDataType
    w_reserved: u16 = 0  # wReserved
    property_id: u32  # dwPropertyID
    item_id: str | None = None  # szItemID
    description: str | None = None  # szDescription
    value: Variant | None  # vValue
    error_id: Hresult32  # hrErrorID
    dw_reserved: u32 = 0  # dwReserved


@record
class OPCITEMPROPERTIES:
    """OPCITEMPROPERTIES, 16 octets."""

    error_id: Hresult32  # hrErrorID
    num_properties: u32 = count_of("item_properties")  # dwNumProperties
    item_properties: tuple[OPCITEMPROPERTY, ...] | None = None  # pItemProperties
    reserved: u32 = 0  # dwReserved


@record
class OPCBROWSEELEMENT:
    """OPCBROWSEELEMENT, 32 octets."""

    name: str | None = None  # szName
    item_id: str | None = None  # szItemID
    flag_value: u32  # dwFlagValue
    reserved: u32 = 0  # dwReserved
    item_properties: OPCITEMPROPERTIES  # ItemProperties


@record
class OPCITEMVQT:
    """OPCITEMVQT, 28 octets."""

    data_value: Variant | None  # vDataValue
    quality_specified: Bool32  # bQualitySpecified
    quality: u16  # wQuality
    w_reserved: u16 = 0  # wReserved
    time_stamp_specified: Bool32  # bTimeStampSpecified
    dw_reserved: u32 = 0  # dwReserved
    time_stamp: Filetime  # ftTimeStamp


TABLE: Final = load(
    "da",
    (
        OPCDATASOURCE,
        OPCBROWSETYPE,
        OPCNAMESPACETYPE,
        OPCBROWSEDIRECTION,
        OPCEUTYPE,
        OPCSERVERSTATE,
        OPCENUMSCOPE,
        OPCBROWSEFILTER,
        OPCITEMSTATE,
        OPCSERVERSTATUS,
        OPCITEMDEF,
        OPCITEMATTRIBUTES,
        OPCITEMRESULT,
        OPCITEMPROPERTY,
        OPCITEMPROPERTIES,
        OPCBROWSEELEMENT,
        OPCITEMVQT,
    ),
)


IOPCServer: Final = TABLE["IOPCServer"]
IOPCServerPublicGroups: Final = TABLE["IOPCServerPublicGroups"]
IOPCBrowseServerAddressSpace: Final = TABLE["IOPCBrowseServerAddressSpace"]
IOPCGroupStateMgt: Final = TABLE["IOPCGroupStateMgt"]
IOPCPublicGroupStateMgt: Final = TABLE["IOPCPublicGroupStateMgt"]
IOPCSyncIO: Final = TABLE["IOPCSyncIO"]
IOPCAsyncIO: Final = TABLE["IOPCAsyncIO"]
IOPCItemMgt: Final = TABLE["IOPCItemMgt"]
IEnumOPCItemAttributes: Final = TABLE["IEnumOPCItemAttributes"]
IOPCDataCallback: Final = TABLE["IOPCDataCallback"]
IOPCAsyncIO2: Final = TABLE["IOPCAsyncIO2"]
IOPCItemProperties: Final = TABLE["IOPCItemProperties"]
IOPCItemDeadbandMgt: Final = TABLE["IOPCItemDeadbandMgt"]
IOPCItemSamplingMgt: Final = TABLE["IOPCItemSamplingMgt"]
IOPCBrowse: Final = TABLE["IOPCBrowse"]
IOPCItemIO: Final = TABLE["IOPCItemIO"]
IOPCSyncIO2: Final = TABLE["IOPCSyncIO2"]
IOPCAsyncIO3: Final = TABLE["IOPCAsyncIO3"]
IOPCGroupStateMgt2: Final = TABLE["IOPCGroupStateMgt2"]


@record
class IOPCServerAddGroupResult:
    """What IOPCServer::AddGroup gives."""

    server_group: u32  # phServerGroup
    revised_update_rate: u32  # pRevisedUpdateRate
    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


@record
class IOPCServerGetErrorStringResult:
    """What IOPCServer::GetErrorString gives."""

    string: str | None  # ppString
    hresult: Hresult32 = 0


@record
class IOPCServerGetGroupByNameResult:
    """What IOPCServer::GetGroupByName gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


@record
class IOPCServerGetStatusResult:
    """What IOPCServer::GetStatus gives."""

    server_status: OPCSERVERSTATUS | None  # ppServerStatus
    hresult: Hresult32 = 0


@record
class IOPCServerCreateGroupEnumeratorResult:
    """What IOPCServer::CreateGroupEnumerator gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


class IOPCServerProxy:
    """Calls IOPCServer (39c13a4d-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCServer

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def add_group(
        self,
        *,
        name: str,
        active: Bool32,
        requested_update_rate: u32,
        client_group: u32,
        time_bias: i32 | None = None,
        percent_deadband: f32 | None = None,
        lcid: u32,
        riid: Guid,
    ) -> IOPCServerAddGroupResult:
        """IOPCServer::AddGroup, opnum 3: szName, bActive, dwRequestedUpdateRate, hClientGroup,
        pTimeBias, pPercentDeadband, dwLCID, out phServerGroup, out pRevisedUpdateRate, riid,
        out ppUnk.
        """
        sent: dict[str, Any] = {
            "name": name,
            "active": active,
            "requested_update_rate": requested_update_rate,
            "client_group": client_group,
            "time_bias": time_bias,
            "percent_deadband": percent_deadband,
            "lcid": lcid,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCServer[3], sent)
        return IOPCServerAddGroupResult(**got)

    async def get_error_string(
        self,
        *,
        error: Hresult32,
        locale: u32,
    ) -> IOPCServerGetErrorStringResult:
        """IOPCServer::GetErrorString, opnum 4: dwError, dwLocale, out ppString."""
        sent: dict[str, Any] = {
            "error": error,
            "locale": locale,
        }
        got = await call(self.invoker, IOPCServer[4], sent)
        return IOPCServerGetErrorStringResult(**got)

    async def get_group_by_name(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCServerGetGroupByNameResult:
        """IOPCServer::GetGroupByName, opnum 5: szName, riid, out ppUnk."""
        sent: dict[str, Any] = {
            "name": name,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCServer[5], sent)
        return IOPCServerGetGroupByNameResult(**got)

    async def get_status(self) -> IOPCServerGetStatusResult:
        """IOPCServer::GetStatus, opnum 6: out ppServerStatus."""
        got = await call(self.invoker, IOPCServer[6], {})
        return IOPCServerGetStatusResult(**got)

    async def remove_group(
        self,
        *,
        server_group: u32,
        force: Bool32,
    ) -> int:
        """IOPCServer::RemoveGroup, opnum 7: hServerGroup, bForce."""
        sent: dict[str, Any] = {
            "server_group": server_group,
            "force": force,
        }
        got = await call(self.invoker, IOPCServer[7], sent)
        return int(got[HRESULT])

    async def create_group_enumerator(
        self,
        *,
        scope: OPCENUMSCOPE | int,
        riid: Guid,
    ) -> IOPCServerCreateGroupEnumeratorResult:
        """IOPCServer::CreateGroupEnumerator, opnum 8: dwScope, riid, out ppUnk."""
        sent: dict[str, Any] = {
            "scope": scope,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCServer[8], sent)
        return IOPCServerCreateGroupEnumeratorResult(**got)


class IOPCServerHandler(Protocol):
    """Answers IOPCServer (39c13a4d-011e-11d0-9675-0020afd8adb3)."""

    async def add_group(
        self,
        *,
        name: str,
        active: Bool32,
        requested_update_rate: u32,
        client_group: u32,
        time_bias: i32 | None,
        percent_deadband: f32 | None,
        lcid: u32,
        riid: Guid,
    ) -> IOPCServerAddGroupResult:
        """IOPCServer::AddGroup, opnum 3: szName, bActive, dwRequestedUpdateRate, hClientGroup,
        pTimeBias, pPercentDeadband, dwLCID, out phServerGroup, out pRevisedUpdateRate, riid,
        out ppUnk.
        """
        ...

    async def get_error_string(
        self,
        *,
        error: Hresult32,
        locale: u32,
    ) -> IOPCServerGetErrorStringResult:
        """IOPCServer::GetErrorString, opnum 4: dwError, dwLocale, out ppString."""
        ...

    async def get_group_by_name(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCServerGetGroupByNameResult:
        """IOPCServer::GetGroupByName, opnum 5: szName, riid, out ppUnk."""
        ...

    async def get_status(self) -> IOPCServerGetStatusResult:
        """IOPCServer::GetStatus, opnum 6: out ppServerStatus."""
        ...

    async def remove_group(
        self,
        *,
        server_group: u32,
        force: Bool32,
    ) -> int:
        """IOPCServer::RemoveGroup, opnum 7: hServerGroup, bForce."""
        ...

    async def create_group_enumerator(
        self,
        *,
        scope: OPCENUMSCOPE | int,
        riid: Guid,
    ) -> IOPCServerCreateGroupEnumeratorResult:
        """IOPCServer::CreateGroupEnumerator, opnum 8: dwScope, riid, out ppUnk."""
        ...


@record
class IOPCServerPublicGroupsGetPublicGroupByNameResult:
    """What IOPCServerPublicGroups::GetPublicGroupByName gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


class IOPCServerPublicGroupsProxy:
    """Calls IOPCServerPublicGroups (39c13a4e-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCServerPublicGroups

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_public_group_by_name(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCServerPublicGroupsGetPublicGroupByNameResult:
        """IOPCServerPublicGroups::GetPublicGroupByName, opnum 3: szName, riid, out ppUnk."""
        sent: dict[str, Any] = {
            "name": name,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCServerPublicGroups[3], sent)
        return IOPCServerPublicGroupsGetPublicGroupByNameResult(**got)

    async def remove_public_group(
        self,
        *,
        server_group: u32,
        force: Bool32,
    ) -> int:
        """IOPCServerPublicGroups::RemovePublicGroup, opnum 4: hServerGroup, bForce."""
        sent: dict[str, Any] = {
            "server_group": server_group,
            "force": force,
        }
        got = await call(self.invoker, IOPCServerPublicGroups[4], sent)
        return int(got[HRESULT])


class IOPCServerPublicGroupsHandler(Protocol):
    """Answers IOPCServerPublicGroups (39c13a4e-011e-11d0-9675-0020afd8adb3)."""

    async def get_public_group_by_name(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCServerPublicGroupsGetPublicGroupByNameResult:
        """IOPCServerPublicGroups::GetPublicGroupByName, opnum 3: szName, riid, out ppUnk."""
        ...

    async def remove_public_group(
        self,
        *,
        server_group: u32,
        force: Bool32,
    ) -> int:
        """IOPCServerPublicGroups::RemovePublicGroup, opnum 4: hServerGroup, bForce."""
        ...


@record
class IOPCBrowseServerAddressSpaceQueryOrganizationResult:
    """What IOPCBrowseServerAddressSpace::QueryOrganization gives."""

    name_space_type: OPCNAMESPACETYPE | int  # pNameSpaceType
    hresult: Hresult32 = 0


@record
class IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult:
    """What IOPCBrowseServerAddressSpace::BrowseOPCItemIDs gives."""

    enum_string: InterfacePointer  # ppIEnumString
    hresult: Hresult32 = 0


@record
class IOPCBrowseServerAddressSpaceGetItemIDResult:
    """What IOPCBrowseServerAddressSpace::GetItemID gives."""

    item_id: str | None  # szItemID
    hresult: Hresult32 = 0


@record
class IOPCBrowseServerAddressSpaceBrowseAccessPathsResult:
    """What IOPCBrowseServerAddressSpace::BrowseAccessPaths gives."""

    enum_string: InterfacePointer  # ppIEnumString
    hresult: Hresult32 = 0


class IOPCBrowseServerAddressSpaceProxy:
    """Calls IOPCBrowseServerAddressSpace (39c13a4f-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCBrowseServerAddressSpace

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_organization(self) -> IOPCBrowseServerAddressSpaceQueryOrganizationResult:
        """IOPCBrowseServerAddressSpace::QueryOrganization, opnum 3: out pNameSpaceType."""
        got = await call(self.invoker, IOPCBrowseServerAddressSpace[3], {})
        return IOPCBrowseServerAddressSpaceQueryOrganizationResult(**got)

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCBROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCBrowseServerAddressSpace::ChangeBrowsePosition, opnum 4: dwBrowseDirection,
        szString.
        """
        sent: dict[str, Any] = {
            "browse_direction": browse_direction,
            "string": string,
        }
        got = await call(self.invoker, IOPCBrowseServerAddressSpace[4], sent)
        return int(got[HRESULT])

    async def browse_opc_item_ids(
        self,
        *,
        browse_filter_type: OPCBROWSETYPE | int,
        filter_criteria: str,
        data_type_filter: u16,
        access_rights_filter: u32,
    ) -> IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult:
        """IOPCBrowseServerAddressSpace::BrowseOPCItemIDs, opnum 5: dwBrowseFilterType,
        szFilterCriteria, vtDataTypeFilter, dwAccessRightsFilter, out ppIEnumString.
        """
        sent: dict[str, Any] = {
            "browse_filter_type": browse_filter_type,
            "filter_criteria": filter_criteria,
            "data_type_filter": data_type_filter,
            "access_rights_filter": access_rights_filter,
        }
        got = await call(self.invoker, IOPCBrowseServerAddressSpace[5], sent)
        return IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult(**got)

    async def get_item_id(
        self,
        *,
        item_data_id: str,
    ) -> IOPCBrowseServerAddressSpaceGetItemIDResult:
        """IOPCBrowseServerAddressSpace::GetItemID, opnum 6: szItemDataID, out szItemID."""
        sent: dict[str, Any] = {
            "item_data_id": item_data_id,
        }
        got = await call(self.invoker, IOPCBrowseServerAddressSpace[6], sent)
        return IOPCBrowseServerAddressSpaceGetItemIDResult(**got)

    async def browse_access_paths(
        self,
        *,
        item_id: str,
    ) -> IOPCBrowseServerAddressSpaceBrowseAccessPathsResult:
        """IOPCBrowseServerAddressSpace::BrowseAccessPaths, opnum 7: szItemID, out ppIEnumString."""
        sent: dict[str, Any] = {
            "item_id": item_id,
        }
        got = await call(self.invoker, IOPCBrowseServerAddressSpace[7], sent)
        return IOPCBrowseServerAddressSpaceBrowseAccessPathsResult(**got)


class IOPCBrowseServerAddressSpaceHandler(Protocol):
    """Answers IOPCBrowseServerAddressSpace (39c13a4f-011e-11d0-9675-0020afd8adb3)."""

    async def query_organization(self) -> IOPCBrowseServerAddressSpaceQueryOrganizationResult:
        """IOPCBrowseServerAddressSpace::QueryOrganization, opnum 3: out pNameSpaceType."""
        ...

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCBROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCBrowseServerAddressSpace::ChangeBrowsePosition, opnum 4: dwBrowseDirection,
        szString.
        """
        ...

    async def browse_opc_item_ids(
        self,
        *,
        browse_filter_type: OPCBROWSETYPE | int,
        filter_criteria: str,
        data_type_filter: u16,
        access_rights_filter: u32,
    ) -> IOPCBrowseServerAddressSpaceBrowseOPCItemIDsResult:
        """IOPCBrowseServerAddressSpace::BrowseOPCItemIDs, opnum 5: dwBrowseFilterType,
        szFilterCriteria, vtDataTypeFilter, dwAccessRightsFilter, out ppIEnumString.
        """
        ...

    async def get_item_id(
        self,
        *,
        item_data_id: str,
    ) -> IOPCBrowseServerAddressSpaceGetItemIDResult:
        """IOPCBrowseServerAddressSpace::GetItemID, opnum 6: szItemDataID, out szItemID."""
        ...

    async def browse_access_paths(
        self,
        *,
        item_id: str,
    ) -> IOPCBrowseServerAddressSpaceBrowseAccessPathsResult:
        """IOPCBrowseServerAddressSpace::BrowseAccessPaths, opnum 7: szItemID, out ppIEnumString."""
        ...


@record
class IOPCGroupStateMgtGetStateResult:
    """What IOPCGroupStateMgt::GetState gives."""

    update_rate: u32  # pUpdateRate
    active: Bool32  # pActive
    name: str | None  # ppName
    time_bias: i32  # pTimeBias
    percent_deadband: f32  # pPercentDeadband
    lcid: u32  # pLCID
    client_group: u32  # phClientGroup
    server_group: u32  # phServerGroup
    hresult: Hresult32 = 0


@record
class IOPCGroupStateMgtSetStateResult:
    """What IOPCGroupStateMgt::SetState gives."""

    revised_update_rate: u32  # pRevisedUpdateRate
    hresult: Hresult32 = 0


@record
class IOPCGroupStateMgtCloneGroupResult:
    """What IOPCGroupStateMgt::CloneGroup gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


class IOPCGroupStateMgtProxy:
    """Calls IOPCGroupStateMgt (39c13a50-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCGroupStateMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_state(self) -> IOPCGroupStateMgtGetStateResult:
        """IOPCGroupStateMgt::GetState, opnum 3: out pUpdateRate, out pActive, out ppName, out
        pTimeBias, out pPercentDeadband, out pLCID, out phClientGroup, out phServerGroup.
        """
        got = await call(self.invoker, IOPCGroupStateMgt[3], {})
        return IOPCGroupStateMgtGetStateResult(**got)

    async def set_state(
        self,
        *,
        requested_update_rate: u32 | None = None,
        active: Bool32 | None = None,
        time_bias: i32 | None = None,
        percent_deadband: f32 | None = None,
        lcid: u32 | None = None,
        client_group: u32 | None = None,
    ) -> IOPCGroupStateMgtSetStateResult:
        """IOPCGroupStateMgt::SetState, opnum 4: pRequestedUpdateRate, out pRevisedUpdateRate,
        pActive, pTimeBias, pPercentDeadband, pLCID, phClientGroup.
        """
        sent: dict[str, Any] = {
            "requested_update_rate": requested_update_rate,
            "active": active,
            "time_bias": time_bias,
            "percent_deadband": percent_deadband,
            "lcid": lcid,
            "client_group": client_group,
        }
        got = await call(self.invoker, IOPCGroupStateMgt[4], sent)
        return IOPCGroupStateMgtSetStateResult(**got)

    async def set_name(
        self,
        *,
        name: str,
    ) -> int:
        """IOPCGroupStateMgt::SetName, opnum 5: szName."""
        sent: dict[str, Any] = {
            "name": name,
        }
        got = await call(self.invoker, IOPCGroupStateMgt[5], sent)
        return int(got[HRESULT])

    async def clone_group(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCGroupStateMgtCloneGroupResult:
        """IOPCGroupStateMgt::CloneGroup, opnum 6: szName, riid, out ppUnk."""
        sent: dict[str, Any] = {
            "name": name,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCGroupStateMgt[6], sent)
        return IOPCGroupStateMgtCloneGroupResult(**got)


class IOPCGroupStateMgtHandler(Protocol):
    """Answers IOPCGroupStateMgt (39c13a50-011e-11d0-9675-0020afd8adb3)."""

    async def get_state(self) -> IOPCGroupStateMgtGetStateResult:
        """IOPCGroupStateMgt::GetState, opnum 3: out pUpdateRate, out pActive, out ppName, out
        pTimeBias, out pPercentDeadband, out pLCID, out phClientGroup, out phServerGroup.
        """
        ...

    async def set_state(
        self,
        *,
        requested_update_rate: u32 | None,
        active: Bool32 | None,
        time_bias: i32 | None,
        percent_deadband: f32 | None,
        lcid: u32 | None,
        client_group: u32 | None,
    ) -> IOPCGroupStateMgtSetStateResult:
        """IOPCGroupStateMgt::SetState, opnum 4: pRequestedUpdateRate, out pRevisedUpdateRate,
        pActive, pTimeBias, pPercentDeadband, pLCID, phClientGroup.
        """
        ...

    async def set_name(
        self,
        *,
        name: str,
    ) -> int:
        """IOPCGroupStateMgt::SetName, opnum 5: szName."""
        ...

    async def clone_group(
        self,
        *,
        name: str,
        riid: Guid,
    ) -> IOPCGroupStateMgtCloneGroupResult:
        """IOPCGroupStateMgt::CloneGroup, opnum 6: szName, riid, out ppUnk."""
        ...


@record
class IOPCPublicGroupStateMgtGetStateResult:
    """What IOPCPublicGroupStateMgt::GetState gives."""

    public: Bool32  # pPublic
    hresult: Hresult32 = 0


class IOPCPublicGroupStateMgtProxy:
    """Calls IOPCPublicGroupStateMgt (39c13a51-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCPublicGroupStateMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_state(self) -> IOPCPublicGroupStateMgtGetStateResult:
        """IOPCPublicGroupStateMgt::GetState, opnum 3: out pPublic."""
        got = await call(self.invoker, IOPCPublicGroupStateMgt[3], {})
        return IOPCPublicGroupStateMgtGetStateResult(**got)

    async def move_to_public(self) -> int:
        """IOPCPublicGroupStateMgt::MoveToPublic, opnum 4."""
        got = await call(self.invoker, IOPCPublicGroupStateMgt[4], {})
        return int(got[HRESULT])


class IOPCPublicGroupStateMgtHandler(Protocol):
    """Answers IOPCPublicGroupStateMgt (39c13a51-011e-11d0-9675-0020afd8adb3)."""

    async def get_state(self) -> IOPCPublicGroupStateMgtGetStateResult:
        """IOPCPublicGroupStateMgt::GetState, opnum 3: out pPublic."""
        ...

    async def move_to_public(self) -> int:
        """IOPCPublicGroupStateMgt::MoveToPublic, opnum 4."""
        ...


@record
class IOPCSyncIOReadResult:
    """What IOPCSyncIO::Read gives."""

    item_values: StructColumn[OPCITEMSTATE] | None  # ppItemValues
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCSyncIOWriteResult:
    """What IOPCSyncIO::Write gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCSyncIOProxy:
    """Calls IOPCSyncIO (39c13a52-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCSyncIO

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read(
        self,
        *,
        source: OPCDATASOURCE | int,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCSyncIOReadResult:
        """IOPCSyncIO::Read, opnum 3: dwSource, dwCount, phServer, out ppItemValues, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "source": source,
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCSyncIO[3], sent)
        return IOPCSyncIOReadResult(**got)

    async def write(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        item_values: Sequence[Variant | None],
    ) -> IOPCSyncIOWriteResult:
        """IOPCSyncIO::Write, opnum 4: dwCount, phServer, pItemValues, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
            "item_values": item_values,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCSyncIO[4], sent)
        return IOPCSyncIOWriteResult(**got)


class IOPCSyncIOHandler(Protocol):
    """Answers IOPCSyncIO (39c13a52-011e-11d0-9675-0020afd8adb3)."""

    async def read(
        self,
        *,
        source: OPCDATASOURCE | int,
        server: np.ndarray,
    ) -> IOPCSyncIOReadResult:
        """IOPCSyncIO::Read, opnum 3: dwSource, dwCount, phServer, out ppItemValues, out
        ppErrors.
        """
        ...

    async def write(
        self,
        *,
        server: np.ndarray,
        item_values: VariantColumn,
    ) -> IOPCSyncIOWriteResult:
        """IOPCSyncIO::Write, opnum 4: dwCount, phServer, pItemValues, out ppErrors."""
        ...


@record
class IOPCAsyncIOReadResult:
    """What IOPCAsyncIO::Read gives."""

    transaction_id: u32  # pTransactionID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIOWriteResult:
    """What IOPCAsyncIO::Write gives."""

    transaction_id: u32  # pTransactionID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIORefreshResult:
    """What IOPCAsyncIO::Refresh gives."""

    transaction_id: u32  # pTransactionID
    hresult: Hresult32 = 0


class IOPCAsyncIOProxy:
    """Calls IOPCAsyncIO (39c13a53-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCAsyncIO

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read(
        self,
        *,
        connection: u32,
        source: OPCDATASOURCE | int,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCAsyncIOReadResult:
        """IOPCAsyncIO::Read, opnum 3: dwConnection, dwSource, dwCount, phServer, out
        pTransactionID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "connection": connection,
            "source": source,
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO[3], sent)
        return IOPCAsyncIOReadResult(**got)

    async def write(
        self,
        *,
        connection: u32,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        item_values: Sequence[Variant | None],
    ) -> IOPCAsyncIOWriteResult:
        """IOPCAsyncIO::Write, opnum 4: dwConnection, dwCount, phServer, pItemValues, out
        pTransactionID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "connection": connection,
            "server": server,
            "item_values": item_values,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO[4], sent)
        return IOPCAsyncIOWriteResult(**got)

    async def refresh(
        self,
        *,
        connection: u32,
        source: OPCDATASOURCE | int,
    ) -> IOPCAsyncIORefreshResult:
        """IOPCAsyncIO::Refresh, opnum 5: dwConnection, dwSource, out pTransactionID."""
        sent: dict[str, Any] = {
            "connection": connection,
            "source": source,
        }
        got = await call(self.invoker, IOPCAsyncIO[5], sent)
        return IOPCAsyncIORefreshResult(**got)

    async def cancel(
        self,
        *,
        transaction_id: u32,
    ) -> int:
        """IOPCAsyncIO::Cancel, opnum 6: dwTransactionID."""
        sent: dict[str, Any] = {
            "transaction_id": transaction_id,
        }
        got = await call(self.invoker, IOPCAsyncIO[6], sent)
        return int(got[HRESULT])


class IOPCAsyncIOHandler(Protocol):
    """Answers IOPCAsyncIO (39c13a53-011e-11d0-9675-0020afd8adb3)."""

    async def read(
        self,
        *,
        connection: u32,
        source: OPCDATASOURCE | int,
        server: np.ndarray,
    ) -> IOPCAsyncIOReadResult:
        """IOPCAsyncIO::Read, opnum 3: dwConnection, dwSource, dwCount, phServer, out
        pTransactionID, out ppErrors.
        """
        ...

    async def write(
        self,
        *,
        connection: u32,
        server: np.ndarray,
        item_values: VariantColumn,
    ) -> IOPCAsyncIOWriteResult:
        """IOPCAsyncIO::Write, opnum 4: dwConnection, dwCount, phServer, pItemValues, out
        pTransactionID, out ppErrors.
        """
        ...

    async def refresh(
        self,
        *,
        connection: u32,
        source: OPCDATASOURCE | int,
    ) -> IOPCAsyncIORefreshResult:
        """IOPCAsyncIO::Refresh, opnum 5: dwConnection, dwSource, out pTransactionID."""
        ...

    async def cancel(
        self,
        *,
        transaction_id: u32,
    ) -> int:
        """IOPCAsyncIO::Cancel, opnum 6: dwTransactionID."""
        ...


@record
class IOPCItemMgtAddItemsResult:
    """What IOPCItemMgt::AddItems gives."""

    add_results: tuple[OPCITEMRESULT, ...] | None  # ppAddResults
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtValidateItemsResult:
    """What IOPCItemMgt::ValidateItems gives."""

    validation_results: tuple[OPCITEMRESULT, ...] | None  # ppValidationResults
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtRemoveItemsResult:
    """What IOPCItemMgt::RemoveItems gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtSetActiveStateResult:
    """What IOPCItemMgt::SetActiveState gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtSetClientHandlesResult:
    """What IOPCItemMgt::SetClientHandles gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtSetDatatypesResult:
    """What IOPCItemMgt::SetDatatypes gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemMgtCreateEnumeratorResult:
    """What IOPCItemMgt::CreateEnumerator gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


class IOPCItemMgtProxy:
    """Calls IOPCItemMgt (39c13a54-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCItemMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def add_items(
        self,
        *,
        count: u32 | None = None,
        item_array: Sequence[OPCITEMDEF],
    ) -> IOPCItemMgtAddItemsResult:
        """IOPCItemMgt::AddItems, opnum 3: dwCount, pItemArray, out ppAddResults, out ppErrors."""
        sent: dict[str, Any] = {
            "item_array": item_array,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[3], sent)
        return IOPCItemMgtAddItemsResult(**got)

    async def validate_items(
        self,
        *,
        count: u32 | None = None,
        item_array: Sequence[OPCITEMDEF],
        blob_update: Bool32,
    ) -> IOPCItemMgtValidateItemsResult:
        """IOPCItemMgt::ValidateItems, opnum 4: dwCount, pItemArray, bBlobUpdate, out
        ppValidationResults, out ppErrors.
        """
        sent: dict[str, Any] = {
            "item_array": item_array,
            "blob_update": blob_update,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[4], sent)
        return IOPCItemMgtValidateItemsResult(**got)

    async def remove_items(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemMgtRemoveItemsResult:
        """IOPCItemMgt::RemoveItems, opnum 5: dwCount, phServer, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[5], sent)
        return IOPCItemMgtRemoveItemsResult(**got)

    async def set_active_state(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        active: Bool32,
    ) -> IOPCItemMgtSetActiveStateResult:
        """IOPCItemMgt::SetActiveState, opnum 6: dwCount, phServer, bActive, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
            "active": active,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[6], sent)
        return IOPCItemMgtSetActiveStateResult(**got)

    async def set_client_handles(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        client: Sequence[int] | np.ndarray,
    ) -> IOPCItemMgtSetClientHandlesResult:
        """IOPCItemMgt::SetClientHandles, opnum 7: dwCount, phServer, phClient, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
            "client": client,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[7], sent)
        return IOPCItemMgtSetClientHandlesResult(**got)

    async def set_datatypes(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        requested_datatypes: Sequence[int] | np.ndarray,
    ) -> IOPCItemMgtSetDatatypesResult:
        """IOPCItemMgt::SetDatatypes, opnum 8: dwCount, phServer, pRequestedDatatypes, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "requested_datatypes": requested_datatypes,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemMgt[8], sent)
        return IOPCItemMgtSetDatatypesResult(**got)

    async def create_enumerator(
        self,
        *,
        riid: Guid,
    ) -> IOPCItemMgtCreateEnumeratorResult:
        """IOPCItemMgt::CreateEnumerator, opnum 9: riid, out ppUnk."""
        sent: dict[str, Any] = {
            "riid": riid,
        }
        got = await call(self.invoker, IOPCItemMgt[9], sent)
        return IOPCItemMgtCreateEnumeratorResult(**got)


class IOPCItemMgtHandler(Protocol):
    """Answers IOPCItemMgt (39c13a54-011e-11d0-9675-0020afd8adb3)."""

    async def add_items(
        self,
        *,
        item_array: tuple[OPCITEMDEF, ...],
    ) -> IOPCItemMgtAddItemsResult:
        """IOPCItemMgt::AddItems, opnum 3: dwCount, pItemArray, out ppAddResults, out ppErrors."""
        ...

    async def validate_items(
        self,
        *,
        item_array: tuple[OPCITEMDEF, ...],
        blob_update: Bool32,
    ) -> IOPCItemMgtValidateItemsResult:
        """IOPCItemMgt::ValidateItems, opnum 4: dwCount, pItemArray, bBlobUpdate, out
        ppValidationResults, out ppErrors.
        """
        ...

    async def remove_items(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemMgtRemoveItemsResult:
        """IOPCItemMgt::RemoveItems, opnum 5: dwCount, phServer, out ppErrors."""
        ...

    async def set_active_state(
        self,
        *,
        server: np.ndarray,
        active: Bool32,
    ) -> IOPCItemMgtSetActiveStateResult:
        """IOPCItemMgt::SetActiveState, opnum 6: dwCount, phServer, bActive, out ppErrors."""
        ...

    async def set_client_handles(
        self,
        *,
        server: np.ndarray,
        client: np.ndarray,
    ) -> IOPCItemMgtSetClientHandlesResult:
        """IOPCItemMgt::SetClientHandles, opnum 7: dwCount, phServer, phClient, out ppErrors."""
        ...

    async def set_datatypes(
        self,
        *,
        server: np.ndarray,
        requested_datatypes: np.ndarray,
    ) -> IOPCItemMgtSetDatatypesResult:
        """IOPCItemMgt::SetDatatypes, opnum 8: dwCount, phServer, pRequestedDatatypes, out
        ppErrors.
        """
        ...

    async def create_enumerator(
        self,
        *,
        riid: Guid,
    ) -> IOPCItemMgtCreateEnumeratorResult:
        """IOPCItemMgt::CreateEnumerator, opnum 9: riid, out ppUnk."""
        ...


@record
class IEnumOPCItemAttributesNextResult:
    """What IEnumOPCItemAttributes::Next gives."""

    item_array: tuple[OPCITEMATTRIBUTES, ...] | None  # ppItemArray
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IEnumOPCItemAttributesCloneResult:
    """What IEnumOPCItemAttributes::Clone gives."""

    enum_item_attributes: InterfacePointer  # ppEnumItemAttributes
    hresult: Hresult32 = 0


class IEnumOPCItemAttributesProxy:
    """Calls IEnumOPCItemAttributes (39c13a55-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IEnumOPCItemAttributes

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumOPCItemAttributesNextResult:
        """IEnumOPCItemAttributes::Next, opnum 3: celt, out ppItemArray, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumOPCItemAttributes[3], sent)
        return IEnumOPCItemAttributesNextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumOPCItemAttributes::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumOPCItemAttributes[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumOPCItemAttributes::Reset, opnum 5."""
        got = await call(self.invoker, IEnumOPCItemAttributes[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumOPCItemAttributesCloneResult:
        """IEnumOPCItemAttributes::Clone, opnum 6: out ppEnumItemAttributes."""
        got = await call(self.invoker, IEnumOPCItemAttributes[6], {})
        return IEnumOPCItemAttributesCloneResult(**got)


class IEnumOPCItemAttributesHandler(Protocol):
    """Answers IEnumOPCItemAttributes (39c13a55-011e-11d0-9675-0020afd8adb3)."""

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumOPCItemAttributesNextResult:
        """IEnumOPCItemAttributes::Next, opnum 3: celt, out ppItemArray, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumOPCItemAttributes::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IEnumOPCItemAttributes::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumOPCItemAttributesCloneResult:
        """IEnumOPCItemAttributes::Clone, opnum 6: out ppEnumItemAttributes."""
        ...


class IOPCDataCallbackProxy:
    """Calls IOPCDataCallback (39c13a70-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCDataCallback

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def on_data_change(
        self,
        *,
        transid: u32,
        group: u32,
        masterquality: Hresult32,
        mastererror: Hresult32,
        count: u32 | None = None,
        client_items: Sequence[int] | np.ndarray,
        values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnDataChange, opnum 3: dwTransid, hGroup, hrMasterquality,
        hrMastererror, dwCount, phClientItems, pvValues, pwQualities, pftTimeStamps, pErrors.
        """
        sent: dict[str, Any] = {
            "transid": transid,
            "group": group,
            "masterquality": masterquality,
            "mastererror": mastererror,
            "client_items": client_items,
            "values": values,
            "qualities": qualities,
            "time_stamps": time_stamps,
            "errors": errors,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCDataCallback[3], sent)
        return int(got[HRESULT])

    async def on_read_complete(
        self,
        *,
        transid: u32,
        group: u32,
        masterquality: Hresult32,
        mastererror: Hresult32,
        count: u32 | None = None,
        client_items: Sequence[int] | np.ndarray,
        values: Sequence[Variant | None],
        qualities: Sequence[int] | np.ndarray,
        time_stamps: Sequence[int] | np.ndarray,
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnReadComplete, opnum 4: dwTransid, hGroup, hrMasterquality,
        hrMastererror, dwCount, phClientItems, pvValues, pwQualities, pftTimeStamps, pErrors.
        """
        sent: dict[str, Any] = {
            "transid": transid,
            "group": group,
            "masterquality": masterquality,
            "mastererror": mastererror,
            "client_items": client_items,
            "values": values,
            "qualities": qualities,
            "time_stamps": time_stamps,
            "errors": errors,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCDataCallback[4], sent)
        return int(got[HRESULT])

    async def on_write_complete(
        self,
        *,
        transid: u32,
        group: u32,
        mastererr: Hresult32,
        count: u32 | None = None,
        clienthandles: Sequence[int] | np.ndarray,
        errors: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnWriteComplete, opnum 5: dwTransid, hGroup, hrMastererr, dwCount,
        pClienthandles, pErrors.
        """
        sent: dict[str, Any] = {
            "transid": transid,
            "group": group,
            "mastererr": mastererr,
            "clienthandles": clienthandles,
            "errors": errors,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCDataCallback[5], sent)
        return int(got[HRESULT])

    async def on_cancel_complete(
        self,
        *,
        transid: u32,
        group: u32,
    ) -> int:
        """IOPCDataCallback::OnCancelComplete, opnum 6: dwTransid, hGroup."""
        sent: dict[str, Any] = {
            "transid": transid,
            "group": group,
        }
        got = await call(self.invoker, IOPCDataCallback[6], sent)
        return int(got[HRESULT])


class IOPCDataCallbackHandler(Protocol):
    """Answers IOPCDataCallback (39c13a70-011e-11d0-9675-0020afd8adb3)."""

    async def on_data_change(
        self,
        *,
        transid: u32,
        group: u32,
        masterquality: Hresult32,
        mastererror: Hresult32,
        client_items: np.ndarray,
        values: VariantColumn,
        qualities: np.ndarray,
        time_stamps: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnDataChange, opnum 3: dwTransid, hGroup, hrMasterquality,
        hrMastererror, dwCount, phClientItems, pvValues, pwQualities, pftTimeStamps, pErrors.
        """
        ...

    async def on_read_complete(
        self,
        *,
        transid: u32,
        group: u32,
        masterquality: Hresult32,
        mastererror: Hresult32,
        client_items: np.ndarray,
        values: VariantColumn,
        qualities: np.ndarray,
        time_stamps: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnReadComplete, opnum 4: dwTransid, hGroup, hrMasterquality,
        hrMastererror, dwCount, phClientItems, pvValues, pwQualities, pftTimeStamps, pErrors.
        """
        ...

    async def on_write_complete(
        self,
        *,
        transid: u32,
        group: u32,
        mastererr: Hresult32,
        clienthandles: np.ndarray,
        errors: np.ndarray,
    ) -> int:
        """IOPCDataCallback::OnWriteComplete, opnum 5: dwTransid, hGroup, hrMastererr, dwCount,
        pClienthandles, pErrors.
        """
        ...

    async def on_cancel_complete(
        self,
        *,
        transid: u32,
        group: u32,
    ) -> int:
        """IOPCDataCallback::OnCancelComplete, opnum 6: dwTransid, hGroup."""
        ...


@record
class IOPCAsyncIO2ReadResult:
    """What IOPCAsyncIO2::Read gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIO2WriteResult:
    """What IOPCAsyncIO2::Write gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIO2Refresh2Result:
    """What IOPCAsyncIO2::Refresh2 gives."""

    cancel_id: u32  # pdwCancelID
    hresult: Hresult32 = 0


@record
class IOPCAsyncIO2GetEnableResult:
    """What IOPCAsyncIO2::GetEnable gives."""

    enable: Bool32  # pbEnable
    hresult: Hresult32 = 0


class IOPCAsyncIO2Proxy:
    """Calls IOPCAsyncIO2 (39c13a71-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCAsyncIO2

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        transaction_id: u32,
    ) -> IOPCAsyncIO2ReadResult:
        """IOPCAsyncIO2::Read, opnum 3: dwCount, phServer, dwTransactionID, out pdwCancelID, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "transaction_id": transaction_id,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO2[3], sent)
        return IOPCAsyncIO2ReadResult(**got)

    async def write(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        item_values: Sequence[Variant | None],
        transaction_id: u32,
    ) -> IOPCAsyncIO2WriteResult:
        """IOPCAsyncIO2::Write, opnum 4: dwCount, phServer, pItemValues, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "item_values": item_values,
            "transaction_id": transaction_id,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO2[4], sent)
        return IOPCAsyncIO2WriteResult(**got)

    async def refresh2(
        self,
        *,
        source: OPCDATASOURCE | int,
        transaction_id: u32,
    ) -> IOPCAsyncIO2Refresh2Result:
        """IOPCAsyncIO2::Refresh2, opnum 5: dwSource, dwTransactionID, out pdwCancelID."""
        sent: dict[str, Any] = {
            "source": source,
            "transaction_id": transaction_id,
        }
        got = await call(self.invoker, IOPCAsyncIO2[5], sent)
        return IOPCAsyncIO2Refresh2Result(**got)

    async def cancel2(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCAsyncIO2::Cancel2, opnum 6: dwCancelID."""
        sent: dict[str, Any] = {
            "cancel_id": cancel_id,
        }
        got = await call(self.invoker, IOPCAsyncIO2[6], sent)
        return int(got[HRESULT])

    async def set_enable(
        self,
        *,
        enable: Bool32,
    ) -> int:
        """IOPCAsyncIO2::SetEnable, opnum 7: bEnable."""
        sent: dict[str, Any] = {
            "enable": enable,
        }
        got = await call(self.invoker, IOPCAsyncIO2[7], sent)
        return int(got[HRESULT])

    async def get_enable(self) -> IOPCAsyncIO2GetEnableResult:
        """IOPCAsyncIO2::GetEnable, opnum 8: out pbEnable."""
        got = await call(self.invoker, IOPCAsyncIO2[8], {})
        return IOPCAsyncIO2GetEnableResult(**got)


class IOPCAsyncIO2Handler(Protocol):
    """Answers IOPCAsyncIO2 (39c13a71-011e-11d0-9675-0020afd8adb3)."""

    async def read(
        self,
        *,
        server: np.ndarray,
        transaction_id: u32,
    ) -> IOPCAsyncIO2ReadResult:
        """IOPCAsyncIO2::Read, opnum 3: dwCount, phServer, dwTransactionID, out pdwCancelID, out
        ppErrors.
        """
        ...

    async def write(
        self,
        *,
        server: np.ndarray,
        item_values: VariantColumn,
        transaction_id: u32,
    ) -> IOPCAsyncIO2WriteResult:
        """IOPCAsyncIO2::Write, opnum 4: dwCount, phServer, pItemValues, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        ...

    async def refresh2(
        self,
        *,
        source: OPCDATASOURCE | int,
        transaction_id: u32,
    ) -> IOPCAsyncIO2Refresh2Result:
        """IOPCAsyncIO2::Refresh2, opnum 5: dwSource, dwTransactionID, out pdwCancelID."""
        ...

    async def cancel2(
        self,
        *,
        cancel_id: u32,
    ) -> int:
        """IOPCAsyncIO2::Cancel2, opnum 6: dwCancelID."""
        ...

    async def set_enable(
        self,
        *,
        enable: Bool32,
    ) -> int:
        """IOPCAsyncIO2::SetEnable, opnum 7: bEnable."""
        ...

    async def get_enable(self) -> IOPCAsyncIO2GetEnableResult:
        """IOPCAsyncIO2::GetEnable, opnum 8: out pbEnable."""
        ...


@record
class IOPCItemPropertiesQueryAvailablePropertiesResult:
    """What IOPCItemProperties::QueryAvailableProperties gives."""

    property_ids: np.ndarray | None  # ppPropertyIDs
    descriptions: tuple[str | None, ...] | None  # ppDescriptions
    data_types: np.ndarray | None  # ppvtDataTypes
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCItemPropertiesGetItemPropertiesResult:
    """What IOPCItemProperties::GetItemProperties gives."""

    data: VariantColumn | None  # ppvData
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemPropertiesLookupItemIDsResult:
    """What IOPCItemProperties::LookupItemIDs gives."""

    new_item_ids: tuple[str | None, ...] | None  # ppszNewItemIDs
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCItemPropertiesProxy:
    """Calls IOPCItemProperties (39c13a72-011e-11d0-9675-0020afd8adb3)."""

    interface: ClassVar[Interface] = IOPCItemProperties

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def query_available_properties(
        self,
        *,
        item_id: str,
    ) -> IOPCItemPropertiesQueryAvailablePropertiesResult:
        """IOPCItemProperties::QueryAvailableProperties, opnum 3: szItemID, out pdwCount, out
        ppPropertyIDs, out ppDescriptions, out ppvtDataTypes.
        """
        sent: dict[str, Any] = {
            "item_id": item_id,
        }
        got = await call(self.invoker, IOPCItemProperties[3], sent)
        return IOPCItemPropertiesQueryAvailablePropertiesResult(**got)

    async def get_item_properties(
        self,
        *,
        item_id: str,
        count: u32 | None = None,
        property_ids: Sequence[int] | np.ndarray,
    ) -> IOPCItemPropertiesGetItemPropertiesResult:
        """IOPCItemProperties::GetItemProperties, opnum 4: szItemID, dwCount, pdwPropertyIDs, out
        ppvData, out ppErrors.
        """
        sent: dict[str, Any] = {
            "item_id": item_id,
            "property_ids": property_ids,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemProperties[4], sent)
        return IOPCItemPropertiesGetItemPropertiesResult(**got)

    async def lookup_item_ids(
        self,
        *,
        item_id: str,
        count: u32 | None = None,
        property_ids: Sequence[int] | np.ndarray,
    ) -> IOPCItemPropertiesLookupItemIDsResult:
        """IOPCItemProperties::LookupItemIDs, opnum 5: szItemID, dwCount, pdwPropertyIDs, out
        ppszNewItemIDs, out ppErrors.
        """
        sent: dict[str, Any] = {
            "item_id": item_id,
            "property_ids": property_ids,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemProperties[5], sent)
        return IOPCItemPropertiesLookupItemIDsResult(**got)


class IOPCItemPropertiesHandler(Protocol):
    """Answers IOPCItemProperties (39c13a72-011e-11d0-9675-0020afd8adb3)."""

    async def query_available_properties(
        self,
        *,
        item_id: str,
    ) -> IOPCItemPropertiesQueryAvailablePropertiesResult:
        """IOPCItemProperties::QueryAvailableProperties, opnum 3: szItemID, out pdwCount, out
        ppPropertyIDs, out ppDescriptions, out ppvtDataTypes.
        """
        ...

    async def get_item_properties(
        self,
        *,
        item_id: str,
        property_ids: np.ndarray,
    ) -> IOPCItemPropertiesGetItemPropertiesResult:
        """IOPCItemProperties::GetItemProperties, opnum 4: szItemID, dwCount, pdwPropertyIDs, out
        ppvData, out ppErrors.
        """
        ...

    async def lookup_item_ids(
        self,
        *,
        item_id: str,
        property_ids: np.ndarray,
    ) -> IOPCItemPropertiesLookupItemIDsResult:
        """IOPCItemProperties::LookupItemIDs, opnum 5: szItemID, dwCount, pdwPropertyIDs, out
        ppszNewItemIDs, out ppErrors.
        """
        ...


@record
class IOPCItemDeadbandMgtSetItemDeadbandResult:
    """What IOPCItemDeadbandMgt::SetItemDeadband gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemDeadbandMgtGetItemDeadbandResult:
    """What IOPCItemDeadbandMgt::GetItemDeadband gives."""

    percent_deadband: np.ndarray | None  # ppPercentDeadband
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemDeadbandMgtClearItemDeadbandResult:
    """What IOPCItemDeadbandMgt::ClearItemDeadband gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCItemDeadbandMgtProxy:
    """Calls IOPCItemDeadbandMgt (5946da93-8b39-4ec8-ab3d-aa73df5bc86f)."""

    interface: ClassVar[Interface] = IOPCItemDeadbandMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def set_item_deadband(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        percent_deadband: Sequence[float] | np.ndarray,
    ) -> IOPCItemDeadbandMgtSetItemDeadbandResult:
        """IOPCItemDeadbandMgt::SetItemDeadband, opnum 3: dwCount, phServer, pPercentDeadband,
        out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "percent_deadband": percent_deadband,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemDeadbandMgt[3], sent)
        return IOPCItemDeadbandMgtSetItemDeadbandResult(**got)

    async def get_item_deadband(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemDeadbandMgtGetItemDeadbandResult:
        """IOPCItemDeadbandMgt::GetItemDeadband, opnum 4: dwCount, phServer, out
        ppPercentDeadband, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemDeadbandMgt[4], sent)
        return IOPCItemDeadbandMgtGetItemDeadbandResult(**got)

    async def clear_item_deadband(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemDeadbandMgtClearItemDeadbandResult:
        """IOPCItemDeadbandMgt::ClearItemDeadband, opnum 5: dwCount, phServer, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemDeadbandMgt[5], sent)
        return IOPCItemDeadbandMgtClearItemDeadbandResult(**got)


class IOPCItemDeadbandMgtHandler(Protocol):
    """Answers IOPCItemDeadbandMgt (5946da93-8b39-4ec8-ab3d-aa73df5bc86f)."""

    async def set_item_deadband(
        self,
        *,
        server: np.ndarray,
        percent_deadband: np.ndarray,
    ) -> IOPCItemDeadbandMgtSetItemDeadbandResult:
        """IOPCItemDeadbandMgt::SetItemDeadband, opnum 3: dwCount, phServer, pPercentDeadband,
        out ppErrors.
        """
        ...

    async def get_item_deadband(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemDeadbandMgtGetItemDeadbandResult:
        """IOPCItemDeadbandMgt::GetItemDeadband, opnum 4: dwCount, phServer, out
        ppPercentDeadband, out ppErrors.
        """
        ...

    async def clear_item_deadband(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemDeadbandMgtClearItemDeadbandResult:
        """IOPCItemDeadbandMgt::ClearItemDeadband, opnum 5: dwCount, phServer, out ppErrors."""
        ...


@record
class IOPCItemSamplingMgtSetItemSamplingRateResult:
    """What IOPCItemSamplingMgt::SetItemSamplingRate gives."""

    revised_sampling_rate: np.ndarray | None  # ppdwRevisedSamplingRate
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemSamplingMgtGetItemSamplingRateResult:
    """What IOPCItemSamplingMgt::GetItemSamplingRate gives."""

    sampling_rate: np.ndarray | None  # ppdwSamplingRate
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemSamplingMgtClearItemSamplingRateResult:
    """What IOPCItemSamplingMgt::ClearItemSamplingRate gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemSamplingMgtSetItemBufferEnableResult:
    """What IOPCItemSamplingMgt::SetItemBufferEnable gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemSamplingMgtGetItemBufferEnableResult:
    """What IOPCItemSamplingMgt::GetItemBufferEnable gives."""

    enable: np.ndarray | None  # ppbEnable
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCItemSamplingMgtProxy:
    """Calls IOPCItemSamplingMgt (3e22d313-f08b-41a5-86c8-95e95cb49ffc)."""

    interface: ClassVar[Interface] = IOPCItemSamplingMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def set_item_sampling_rate(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        requested_sampling_rate: Sequence[int] | np.ndarray,
    ) -> IOPCItemSamplingMgtSetItemSamplingRateResult:
        """IOPCItemSamplingMgt::SetItemSamplingRate, opnum 3: dwCount, phServer,
        pdwRequestedSamplingRate, out ppdwRevisedSamplingRate, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "requested_sampling_rate": requested_sampling_rate,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemSamplingMgt[3], sent)
        return IOPCItemSamplingMgtSetItemSamplingRateResult(**got)

    async def get_item_sampling_rate(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemSamplingMgtGetItemSamplingRateResult:
        """IOPCItemSamplingMgt::GetItemSamplingRate, opnum 4: dwCount, phServer, out
        ppdwSamplingRate, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemSamplingMgt[4], sent)
        return IOPCItemSamplingMgtGetItemSamplingRateResult(**got)

    async def clear_item_sampling_rate(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemSamplingMgtClearItemSamplingRateResult:
        """IOPCItemSamplingMgt::ClearItemSamplingRate, opnum 5: dwCount, phServer, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemSamplingMgt[5], sent)
        return IOPCItemSamplingMgtClearItemSamplingRateResult(**got)

    async def set_item_buffer_enable(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        enable: Sequence[int] | np.ndarray,
    ) -> IOPCItemSamplingMgtSetItemBufferEnableResult:
        """IOPCItemSamplingMgt::SetItemBufferEnable, opnum 6: dwCount, phServer, pbEnable, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "enable": enable,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemSamplingMgt[6], sent)
        return IOPCItemSamplingMgtSetItemBufferEnableResult(**got)

    async def get_item_buffer_enable(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
    ) -> IOPCItemSamplingMgtGetItemBufferEnableResult:
        """IOPCItemSamplingMgt::GetItemBufferEnable, opnum 7: dwCount, phServer, out ppbEnable,
        out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemSamplingMgt[7], sent)
        return IOPCItemSamplingMgtGetItemBufferEnableResult(**got)


class IOPCItemSamplingMgtHandler(Protocol):
    """Answers IOPCItemSamplingMgt (3e22d313-f08b-41a5-86c8-95e95cb49ffc)."""

    async def set_item_sampling_rate(
        self,
        *,
        server: np.ndarray,
        requested_sampling_rate: np.ndarray,
    ) -> IOPCItemSamplingMgtSetItemSamplingRateResult:
        """IOPCItemSamplingMgt::SetItemSamplingRate, opnum 3: dwCount, phServer,
        pdwRequestedSamplingRate, out ppdwRevisedSamplingRate, out ppErrors.
        """
        ...

    async def get_item_sampling_rate(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemSamplingMgtGetItemSamplingRateResult:
        """IOPCItemSamplingMgt::GetItemSamplingRate, opnum 4: dwCount, phServer, out
        ppdwSamplingRate, out ppErrors.
        """
        ...

    async def clear_item_sampling_rate(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemSamplingMgtClearItemSamplingRateResult:
        """IOPCItemSamplingMgt::ClearItemSamplingRate, opnum 5: dwCount, phServer, out ppErrors."""
        ...

    async def set_item_buffer_enable(
        self,
        *,
        server: np.ndarray,
        enable: np.ndarray,
    ) -> IOPCItemSamplingMgtSetItemBufferEnableResult:
        """IOPCItemSamplingMgt::SetItemBufferEnable, opnum 6: dwCount, phServer, pbEnable, out
        ppErrors.
        """
        ...

    async def get_item_buffer_enable(
        self,
        *,
        server: np.ndarray,
    ) -> IOPCItemSamplingMgtGetItemBufferEnableResult:
        """IOPCItemSamplingMgt::GetItemBufferEnable, opnum 7: dwCount, phServer, out ppbEnable,
        out ppErrors.
        """
        ...


@record
class IOPCBrowseGetPropertiesResult:
    """What IOPCBrowse::GetProperties gives."""

    item_properties: tuple[OPCITEMPROPERTIES, ...] | None  # ppItemProperties
    hresult: Hresult32 = 0


@record
class IOPCBrowseBrowseResult:
    """What IOPCBrowse::Browse gives."""

    continuation_point: str | None  # pszContinuationPoint
    more_elements: Bool32  # pbMoreElements
    browse_elements: tuple[OPCBROWSEELEMENT, ...] | None  # ppBrowseElements
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


class IOPCBrowseProxy:
    """Calls IOPCBrowse (39227004-a18f-4b57-8b0a-5235670f4468)."""

    interface: ClassVar[Interface] = IOPCBrowse

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_properties(
        self,
        *,
        item_count: u32 | None = None,
        item_ids: Sequence[str | None],
        return_property_values: Bool32,
        property_count: u32 | None = None,
        property_ids: Sequence[int] | np.ndarray,
    ) -> IOPCBrowseGetPropertiesResult:
        """IOPCBrowse::GetProperties, opnum 3: dwItemCount, pszItemIDs, bReturnPropertyValues,
        dwPropertyCount, pdwPropertyIDs, out ppItemProperties.
        """
        sent: dict[str, Any] = {
            "item_ids": item_ids,
            "return_property_values": return_property_values,
            "property_ids": property_ids,
        }
        if item_count is not None:
            sent["item_count"] = item_count
        if property_count is not None:
            sent["property_count"] = property_count
        got = await call(self.invoker, IOPCBrowse[3], sent)
        return IOPCBrowseGetPropertiesResult(**got)

    async def browse(
        self,
        *,
        item_id: str,
        continuation_point: str | None,
        max_elements_returned: u32,
        browse_filter: OPCBROWSEFILTER | int,
        element_name_filter: str,
        vendor_filter: str,
        return_all_properties: Bool32,
        return_property_values: Bool32,
        property_count: u32 | None = None,
        property_ids: Sequence[int] | np.ndarray,
    ) -> IOPCBrowseBrowseResult:
        """IOPCBrowse::Browse, opnum 4: szItemID, in out pszContinuationPoint,
        dwMaxElementsReturned, dwBrowseFilter, szElementNameFilter, szVendorFilter,
        bReturnAllProperties, bReturnPropertyValues, dwPropertyCount, pdwPropertyIDs, out
        pbMoreElements, out pdwCount, out ppBrowseElements.
        """
        sent: dict[str, Any] = {
            "item_id": item_id,
            "continuation_point": continuation_point,
            "max_elements_returned": max_elements_returned,
            "browse_filter": browse_filter,
            "element_name_filter": element_name_filter,
            "vendor_filter": vendor_filter,
            "return_all_properties": return_all_properties,
            "return_property_values": return_property_values,
            "property_ids": property_ids,
        }
        if property_count is not None:
            sent["property_count"] = property_count
        got = await call(self.invoker, IOPCBrowse[4], sent)
        return IOPCBrowseBrowseResult(**got)


class IOPCBrowseHandler(Protocol):
    """Answers IOPCBrowse (39227004-a18f-4b57-8b0a-5235670f4468)."""

    async def get_properties(
        self,
        *,
        item_ids: tuple[str | None, ...],
        return_property_values: Bool32,
        property_ids: np.ndarray,
    ) -> IOPCBrowseGetPropertiesResult:
        """IOPCBrowse::GetProperties, opnum 3: dwItemCount, pszItemIDs, bReturnPropertyValues,
        dwPropertyCount, pdwPropertyIDs, out ppItemProperties.
        """
        ...

    async def browse(
        self,
        *,
        item_id: str,
        continuation_point: str | None,
        max_elements_returned: u32,
        browse_filter: OPCBROWSEFILTER | int,
        element_name_filter: str,
        vendor_filter: str,
        return_all_properties: Bool32,
        return_property_values: Bool32,
        property_ids: np.ndarray,
    ) -> IOPCBrowseBrowseResult:
        """IOPCBrowse::Browse, opnum 4: szItemID, in out pszContinuationPoint,
        dwMaxElementsReturned, dwBrowseFilter, szElementNameFilter, szVendorFilter,
        bReturnAllProperties, bReturnPropertyValues, dwPropertyCount, pdwPropertyIDs, out
        pbMoreElements, out pdwCount, out ppBrowseElements.
        """
        ...


@record
class IOPCItemIOReadResult:
    """What IOPCItemIO::Read gives."""

    values: VariantColumn | None  # ppvValues
    qualities: np.ndarray | None  # ppwQualities
    time_stamps: np.ndarray | None  # ppftTimeStamps
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCItemIOWriteVQTResult:
    """What IOPCItemIO::WriteVQT gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCItemIOProxy:
    """Calls IOPCItemIO (85c0b427-2893-4cbc-bd78-e5fc5146f08f)."""

    interface: ClassVar[Interface] = IOPCItemIO

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def read(
        self,
        *,
        count: u32 | None = None,
        item_ids: Sequence[str | None],
        max_age: Sequence[int] | np.ndarray,
    ) -> IOPCItemIOReadResult:
        """IOPCItemIO::Read, opnum 3: dwCount, pszItemIDs, pdwMaxAge, out ppvValues, out
        ppwQualities, out ppftTimeStamps, out ppErrors.
        """
        sent: dict[str, Any] = {
            "item_ids": item_ids,
            "max_age": max_age,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemIO[3], sent)
        return IOPCItemIOReadResult(**got)

    async def write_vqt(
        self,
        *,
        count: u32 | None = None,
        item_ids: Sequence[str | None],
        item_vqt: Sequence[OPCITEMVQT],
    ) -> IOPCItemIOWriteVQTResult:
        """IOPCItemIO::WriteVQT, opnum 4: dwCount, pszItemIDs, pItemVQT, out ppErrors."""
        sent: dict[str, Any] = {
            "item_ids": item_ids,
            "item_vqt": item_vqt,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCItemIO[4], sent)
        return IOPCItemIOWriteVQTResult(**got)


class IOPCItemIOHandler(Protocol):
    """Answers IOPCItemIO (85c0b427-2893-4cbc-bd78-e5fc5146f08f)."""

    async def read(
        self,
        *,
        item_ids: tuple[str | None, ...],
        max_age: np.ndarray,
    ) -> IOPCItemIOReadResult:
        """IOPCItemIO::Read, opnum 3: dwCount, pszItemIDs, pdwMaxAge, out ppvValues, out
        ppwQualities, out ppftTimeStamps, out ppErrors.
        """
        ...

    async def write_vqt(
        self,
        *,
        item_ids: tuple[str | None, ...],
        item_vqt: StructColumn[OPCITEMVQT],
    ) -> IOPCItemIOWriteVQTResult:
        """IOPCItemIO::WriteVQT, opnum 4: dwCount, pszItemIDs, pItemVQT, out ppErrors."""
        ...


@record
class IOPCSyncIO2ReadMaxAgeResult:
    """What IOPCSyncIO2::ReadMaxAge gives."""

    values: VariantColumn | None  # ppvValues
    qualities: np.ndarray | None  # ppwQualities
    time_stamps: np.ndarray | None  # ppftTimeStamps
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCSyncIO2WriteVQTResult:
    """What IOPCSyncIO2::WriteVQT gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCSyncIO2Proxy(IOPCSyncIOProxy):
    """Calls IOPCSyncIO2 (730f5f0f-55b1-4c81-9e18-ff8a0904e1fa)."""

    interface: ClassVar[Interface] = IOPCSyncIO2

    async def read_max_age(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        max_age: Sequence[int] | np.ndarray,
    ) -> IOPCSyncIO2ReadMaxAgeResult:
        """IOPCSyncIO2::ReadMaxAge, opnum 5: dwCount, phServer, pdwMaxAge, out ppvValues, out
        ppwQualities, out ppftTimeStamps, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "max_age": max_age,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCSyncIO2[5], sent)
        return IOPCSyncIO2ReadMaxAgeResult(**got)

    async def write_vqt(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        item_vqt: Sequence[OPCITEMVQT],
    ) -> IOPCSyncIO2WriteVQTResult:
        """IOPCSyncIO2::WriteVQT, opnum 6: dwCount, phServer, pItemVQT, out ppErrors."""
        sent: dict[str, Any] = {
            "server": server,
            "item_vqt": item_vqt,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCSyncIO2[6], sent)
        return IOPCSyncIO2WriteVQTResult(**got)


class IOPCSyncIO2Handler(IOPCSyncIOHandler, Protocol):
    """Answers IOPCSyncIO2 (730f5f0f-55b1-4c81-9e18-ff8a0904e1fa)."""

    async def read_max_age(
        self,
        *,
        server: np.ndarray,
        max_age: np.ndarray,
    ) -> IOPCSyncIO2ReadMaxAgeResult:
        """IOPCSyncIO2::ReadMaxAge, opnum 5: dwCount, phServer, pdwMaxAge, out ppvValues, out
        ppwQualities, out ppftTimeStamps, out ppErrors.
        """
        ...

    async def write_vqt(
        self,
        *,
        server: np.ndarray,
        item_vqt: StructColumn[OPCITEMVQT],
    ) -> IOPCSyncIO2WriteVQTResult:
        """IOPCSyncIO2::WriteVQT, opnum 6: dwCount, phServer, pItemVQT, out ppErrors."""
        ...


@record
class IOPCAsyncIO3ReadMaxAgeResult:
    """What IOPCAsyncIO3::ReadMaxAge gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIO3WriteVQTResult:
    """What IOPCAsyncIO3::WriteVQT gives."""

    cancel_id: u32  # pdwCancelID
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCAsyncIO3RefreshMaxAgeResult:
    """What IOPCAsyncIO3::RefreshMaxAge gives."""

    cancel_id: u32  # pdwCancelID
    hresult: Hresult32 = 0


class IOPCAsyncIO3Proxy(IOPCAsyncIO2Proxy):
    """Calls IOPCAsyncIO3 (0967b97b-36ef-423e-b6f8-6bff1e40d39d)."""

    interface: ClassVar[Interface] = IOPCAsyncIO3

    async def read_max_age(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        max_age: Sequence[int] | np.ndarray,
        transaction_id: u32,
    ) -> IOPCAsyncIO3ReadMaxAgeResult:
        """IOPCAsyncIO3::ReadMaxAge, opnum 9: dwCount, phServer, pdwMaxAge, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "max_age": max_age,
            "transaction_id": transaction_id,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO3[9], sent)
        return IOPCAsyncIO3ReadMaxAgeResult(**got)

    async def write_vqt(
        self,
        *,
        count: u32 | None = None,
        server: Sequence[int] | np.ndarray,
        item_vqt: Sequence[OPCITEMVQT],
        transaction_id: u32,
    ) -> IOPCAsyncIO3WriteVQTResult:
        """IOPCAsyncIO3::WriteVQT, opnum 10: dwCount, phServer, pItemVQT, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        sent: dict[str, Any] = {
            "server": server,
            "item_vqt": item_vqt,
            "transaction_id": transaction_id,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCAsyncIO3[10], sent)
        return IOPCAsyncIO3WriteVQTResult(**got)

    async def refresh_max_age(
        self,
        *,
        max_age: u32,
        transaction_id: u32,
    ) -> IOPCAsyncIO3RefreshMaxAgeResult:
        """IOPCAsyncIO3::RefreshMaxAge, opnum 11: dwMaxAge, dwTransactionID, out pdwCancelID."""
        sent: dict[str, Any] = {
            "max_age": max_age,
            "transaction_id": transaction_id,
        }
        got = await call(self.invoker, IOPCAsyncIO3[11], sent)
        return IOPCAsyncIO3RefreshMaxAgeResult(**got)


class IOPCAsyncIO3Handler(IOPCAsyncIO2Handler, Protocol):
    """Answers IOPCAsyncIO3 (0967b97b-36ef-423e-b6f8-6bff1e40d39d)."""

    async def read_max_age(
        self,
        *,
        server: np.ndarray,
        max_age: np.ndarray,
        transaction_id: u32,
    ) -> IOPCAsyncIO3ReadMaxAgeResult:
        """IOPCAsyncIO3::ReadMaxAge, opnum 9: dwCount, phServer, pdwMaxAge, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        ...

    async def write_vqt(
        self,
        *,
        server: np.ndarray,
        item_vqt: StructColumn[OPCITEMVQT],
        transaction_id: u32,
    ) -> IOPCAsyncIO3WriteVQTResult:
        """IOPCAsyncIO3::WriteVQT, opnum 10: dwCount, phServer, pItemVQT, dwTransactionID, out
        pdwCancelID, out ppErrors.
        """
        ...

    async def refresh_max_age(
        self,
        *,
        max_age: u32,
        transaction_id: u32,
    ) -> IOPCAsyncIO3RefreshMaxAgeResult:
        """IOPCAsyncIO3::RefreshMaxAge, opnum 11: dwMaxAge, dwTransactionID, out pdwCancelID."""
        ...


@record
class IOPCGroupStateMgt2SetKeepAliveResult:
    """What IOPCGroupStateMgt2::SetKeepAlive gives."""

    revised_keep_alive_time: u32  # pdwRevisedKeepAliveTime
    hresult: Hresult32 = 0


@record
class IOPCGroupStateMgt2GetKeepAliveResult:
    """What IOPCGroupStateMgt2::GetKeepAlive gives."""

    keep_alive_time: u32  # pdwKeepAliveTime
    hresult: Hresult32 = 0


class IOPCGroupStateMgt2Proxy(IOPCGroupStateMgtProxy):
    """Calls IOPCGroupStateMgt2 (8e368666-d72e-4f78-87ed-647611c61c9f)."""

    interface: ClassVar[Interface] = IOPCGroupStateMgt2

    async def set_keep_alive(
        self,
        *,
        keep_alive_time: u32,
    ) -> IOPCGroupStateMgt2SetKeepAliveResult:
        """IOPCGroupStateMgt2::SetKeepAlive, opnum 7: dwKeepAliveTime, out
        pdwRevisedKeepAliveTime.
        """
        sent: dict[str, Any] = {
            "keep_alive_time": keep_alive_time,
        }
        got = await call(self.invoker, IOPCGroupStateMgt2[7], sent)
        return IOPCGroupStateMgt2SetKeepAliveResult(**got)

    async def get_keep_alive(self) -> IOPCGroupStateMgt2GetKeepAliveResult:
        """IOPCGroupStateMgt2::GetKeepAlive, opnum 8: out pdwKeepAliveTime."""
        got = await call(self.invoker, IOPCGroupStateMgt2[8], {})
        return IOPCGroupStateMgt2GetKeepAliveResult(**got)


class IOPCGroupStateMgt2Handler(IOPCGroupStateMgtHandler, Protocol):
    """Answers IOPCGroupStateMgt2 (8e368666-d72e-4f78-87ed-647611c61c9f)."""

    async def set_keep_alive(
        self,
        *,
        keep_alive_time: u32,
    ) -> IOPCGroupStateMgt2SetKeepAliveResult:
        """IOPCGroupStateMgt2::SetKeepAlive, opnum 7: dwKeepAliveTime, out
        pdwRevisedKeepAliveTime.
        """
        ...

    async def get_keep_alive(self) -> IOPCGroupStateMgt2GetKeepAliveResult:
        """IOPCGroupStateMgt2::GetKeepAlive, opnum 8: out pdwKeepAliveTime."""
        ...
