"""OPC Alarms and Events: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/ae.toml by tools/generate_interfaces.py.
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
    "ONEVENTSTRUCT",
    "OPCAEBROWSEDIRECTION",
    "OPCAEBROWSETYPE",
    "OPCCONDITIONSTATE",
    "OPCEVENTSERVERSTATE",
    "OPCEVENTSERVERSTATUS",
    "TABLE",
    "IOPCEventAreaBrowser",
    "IOPCEventAreaBrowserBrowseOPCAreasResult",
    "IOPCEventAreaBrowserGetQualifiedAreaNameResult",
    "IOPCEventAreaBrowserGetQualifiedSourceNameResult",
    "IOPCEventAreaBrowserHandler",
    "IOPCEventAreaBrowserProxy",
    "IOPCEventServer",
    "IOPCEventServer2",
    "IOPCEventServer2DisableConditionByArea2Result",
    "IOPCEventServer2DisableConditionBySource2Result",
    "IOPCEventServer2EnableConditionByArea2Result",
    "IOPCEventServer2EnableConditionBySource2Result",
    "IOPCEventServer2GetEnableStateByAreaResult",
    "IOPCEventServer2GetEnableStateBySourceResult",
    "IOPCEventServer2Handler",
    "IOPCEventServer2Proxy",
    "IOPCEventServerAckConditionResult",
    "IOPCEventServerCreateAreaBrowserResult",
    "IOPCEventServerCreateEventSubscriptionResult",
    "IOPCEventServerGetConditionStateResult",
    "IOPCEventServerGetStatusResult",
    "IOPCEventServerHandler",
    "IOPCEventServerProxy",
    "IOPCEventServerQueryAvailableFiltersResult",
    "IOPCEventServerQueryConditionNamesResult",
    "IOPCEventServerQueryEventAttributesResult",
    "IOPCEventServerQueryEventCategoriesResult",
    "IOPCEventServerQuerySourceConditionsResult",
    "IOPCEventServerQuerySubConditionNamesResult",
    "IOPCEventServerTranslateToItemIDsResult",
    "IOPCEventSink",
    "IOPCEventSinkHandler",
    "IOPCEventSinkProxy",
    "IOPCEventSubscriptionMgt",
    "IOPCEventSubscriptionMgt2",
    "IOPCEventSubscriptionMgt2GetKeepAliveResult",
    "IOPCEventSubscriptionMgt2Handler",
    "IOPCEventSubscriptionMgt2Proxy",
    "IOPCEventSubscriptionMgt2SetKeepAliveResult",
    "IOPCEventSubscriptionMgtGetFilterResult",
    "IOPCEventSubscriptionMgtGetReturnedAttributesResult",
    "IOPCEventSubscriptionMgtGetStateResult",
    "IOPCEventSubscriptionMgtHandler",
    "IOPCEventSubscriptionMgtProxy",
    "IOPCEventSubscriptionMgtSetStateResult",
]


class OPCAEBROWSEDIRECTION(IntEnum):
    """OPCAEBROWSEDIRECTION, 16 bits on the wire."""

    OPCAE_BROWSE_UP = 0x1
    OPCAE_BROWSE_DOWN = 0x2
    OPCAE_BROWSE_TO = 0x3


class OPCAEBROWSETYPE(IntEnum):
    """OPCAEBROWSETYPE, 16 bits on the wire."""

    OPC_AREA = 0x1
    OPC_SOURCE = 0x2


class OPCEVENTSERVERSTATE(IntEnum):
    """OPCEVENTSERVERSTATE, 16 bits on the wire."""

    OPCAE_STATUS_RUNNING = 0x1
    OPCAE_STATUS_FAILED = 0x2
    OPCAE_STATUS_NOCONFIG = 0x3
    OPCAE_STATUS_SUSPENDED = 0x4
    OPCAE_STATUS_TEST = 0x5
    OPCAE_STATUS_COMM_FAULT = 0x6


@record
class ONEVENTSTRUCT:
    """ONEVENTSTRUCT, 72 octets. WChangeMask uses change_mask, wNewState uses condition_state,
    dwEventType uses event_type.
    """

    change_mask: u16  # wChangeMask
    new_state: u16  # wNewState
    source: str | None = None  # szSource
    time: Filetime  # ftTime
    message: str | None = None  # szMessage
    event_type: u32  # dwEventType
    event_category: u32  # dwEventCategory
    severity: u32  # dwSeverity
    condition_name: str | None = None  # szConditionName
    subcondition_name: str | None = None  # szSubconditionName
    quality: u16  # wQuality
    reserved: u16 = 0  # wReserved
    ack_required: Bool32  # bAckRequired
    active_time: Filetime  # ftActiveTime
    cookie: u32  # dwCookie
    num_event_attrs: u32 = count_of("event_attributes")  # dwNumEventAttrs
    event_attributes: VariantColumn | None = None  # pEventAttributes
    actor_id: str | None = None  # szActorID


@record
class OPCEVENTSERVERSTATUS:
    """OPCEVENTSERVERSTATUS, 40 octets. DwServerState is a 2-byte enum on the wire, so the WORD
    version fields follow it with no padding; no dwGroupCount/dwBandWidth unlike
    OPCSERVERSTATUS.
    """

    start_time: Filetime  # ftStartTime
    current_time: Filetime  # ftCurrentTime
    last_update_time: Filetime  # ftLastUpdateTime
    server_state: OPCEVENTSERVERSTATE | int  # dwServerState
    major_version: u16  # wMajorVersion
    minor_version: u16  # wMinorVersion
    build_number: u16  # wBuildNumber
    reserved: u16 = 0  # wReserved
    vendor_info: str | None = None  # szVendorInfo


@record
class OPCCONDITIONSTATE:
    """OPCCONDITIONSTATE, 96 octets. LPWSTR fields lack [string] in the IDL but are strings on
    the wire.
    """

    state: u16  # wState
    reserved1: u16 = 0  # wReserved1
    active_sub_condition: str | None = None  # szActiveSubCondition
    asc_definition: str | None = None  # szASCDefinition
    asc_severity: u32  # dwASCSeverity
    asc_description: str | None = None  # szASCDescription
    quality: u16  # wQuality
    reserved2: u16 = 0  # wReserved2
    last_ack_time: Filetime  # ftLastAckTime
    sub_cond_last_active: Filetime  # ftSubCondLastActive
    cond_last_active: Filetime  # ftCondLastActive
    cond_last_inactive: Filetime  # ftCondLastInactive
    acknowledger_id: str | None = None  # szAcknowledgerID
    comment: str | None = None  # szComment
    num_scs: u32 = count_of("sc_names", "sc_definitions", "sc_severities", "sc_descriptions")  # dwNumSCs
    sc_names: tuple[str | None, ...] | None = None  # pszSCNames
    sc_definitions: tuple[str | None, ...] | None = None  # pszSCDefinitions
    sc_severities: np.ndarray | None = None  # pdwSCSeverities
    sc_descriptions: tuple[str | None, ...] | None = None  # pszSCDescriptions
    num_event_attrs: u32 = count_of("event_attributes", "errors")  # dwNumEventAttrs
    event_attributes: VariantColumn | None = None  # pEventAttributes
    errors: np.ndarray | None = None  # pErrors


TABLE: Final = load(
    "ae",
    (
        OPCAEBROWSEDIRECTION,
        OPCAEBROWSETYPE,
        OPCEVENTSERVERSTATE,
        ONEVENTSTRUCT,
        OPCEVENTSERVERSTATUS,
        OPCCONDITIONSTATE,
    ),
)


IOPCEventServer: Final = TABLE["IOPCEventServer"]
IOPCEventSubscriptionMgt: Final = TABLE["IOPCEventSubscriptionMgt"]
IOPCEventAreaBrowser: Final = TABLE["IOPCEventAreaBrowser"]
IOPCEventSink: Final = TABLE["IOPCEventSink"]
IOPCEventServer2: Final = TABLE["IOPCEventServer2"]
IOPCEventSubscriptionMgt2: Final = TABLE["IOPCEventSubscriptionMgt2"]


@record
class IOPCEventServerGetStatusResult:
    """What IOPCEventServer::GetStatus gives."""

    event_server_status: OPCEVENTSERVERSTATUS | None  # ppEventServerStatus
    hresult: Hresult32 = 0


@record
class IOPCEventServerCreateEventSubscriptionResult:
    """What IOPCEventServer::CreateEventSubscription gives."""

    unk: InterfacePointer  # ppUnk
    revised_buffer_time: u32  # pdwRevisedBufferTime
    revised_max_size: u32  # pdwRevisedMaxSize
    hresult: Hresult32 = 0


@record
class IOPCEventServerQueryAvailableFiltersResult:
    """What IOPCEventServer::QueryAvailableFilters gives."""

    filter_mask: u32  # pdwFilterMask
    hresult: Hresult32 = 0


@record
class IOPCEventServerQueryEventCategoriesResult:
    """What IOPCEventServer::QueryEventCategories gives."""

    event_categories: np.ndarray | None  # ppdwEventCategories
    event_category_descs: tuple[str | None, ...] | None  # ppszEventCategoryDescs
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventServerQueryConditionNamesResult:
    """What IOPCEventServer::QueryConditionNames gives."""

    condition_names: tuple[str | None, ...] | None  # ppszConditionNames
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventServerQuerySubConditionNamesResult:
    """What IOPCEventServer::QuerySubConditionNames gives."""

    sub_condition_names: tuple[str | None, ...] | None  # ppszSubConditionNames
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventServerQuerySourceConditionsResult:
    """What IOPCEventServer::QuerySourceConditions gives."""

    condition_names: tuple[str | None, ...] | None  # ppszConditionNames
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventServerQueryEventAttributesResult:
    """What IOPCEventServer::QueryEventAttributes gives."""

    attr_ids: np.ndarray | None  # ppdwAttrIDs
    attr_descs: tuple[str | None, ...] | None  # ppszAttrDescs
    attr_types: np.ndarray | None  # ppvtAttrTypes
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventServerTranslateToItemIDsResult:
    """What IOPCEventServer::TranslateToItemIDs gives."""

    attr_item_ids: tuple[str | None, ...] | None  # ppszAttrItemIDs
    node_names: tuple[str | None, ...] | None  # ppszNodeNames
    clsids: tuple[Guid, ...] | None  # ppCLSIDs
    hresult: Hresult32 = 0


@record
class IOPCEventServerGetConditionStateResult:
    """What IOPCEventServer::GetConditionState gives."""

    condition_state: OPCCONDITIONSTATE | None  # ppConditionState
    hresult: Hresult32 = 0


@record
class IOPCEventServerAckConditionResult:
    """What IOPCEventServer::AckCondition gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServerCreateAreaBrowserResult:
    """What IOPCEventServer::CreateAreaBrowser gives."""

    unk: InterfacePointer  # ppUnk
    hresult: Hresult32 = 0


class IOPCEventServerProxy:
    """Calls IOPCEventServer (65168851-5783-11d1-84a0-00608cb8a7e9)."""

    interface: ClassVar[Interface] = IOPCEventServer

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_status(self) -> IOPCEventServerGetStatusResult:
        """IOPCEventServer::GetStatus, opnum 3: out ppEventServerStatus."""
        got = await call(self.invoker, IOPCEventServer[3], {})
        return IOPCEventServerGetStatusResult(**got)

    async def create_event_subscription(
        self,
        *,
        active: Bool32,
        buffer_time: u32,
        max_size: u32,
        client_subscription: u32,
        riid: Guid,
    ) -> IOPCEventServerCreateEventSubscriptionResult:
        """IOPCEventServer::CreateEventSubscription, opnum 4: bActive, dwBufferTime, dwMaxSize,
        hClientSubscription, riid, out ppUnk, out pdwRevisedBufferTime, out pdwRevisedMaxSize.
        """
        sent: dict[str, Any] = {
            "active": active,
            "buffer_time": buffer_time,
            "max_size": max_size,
            "client_subscription": client_subscription,
            "riid": riid,
        }
        got = await call(self.invoker, IOPCEventServer[4], sent)
        return IOPCEventServerCreateEventSubscriptionResult(**got)

    async def query_available_filters(self) -> IOPCEventServerQueryAvailableFiltersResult:
        """IOPCEventServer::QueryAvailableFilters, opnum 5: out pdwFilterMask."""
        got = await call(self.invoker, IOPCEventServer[5], {})
        return IOPCEventServerQueryAvailableFiltersResult(**got)

    async def query_event_categories(
        self,
        *,
        event_type: u32,
    ) -> IOPCEventServerQueryEventCategoriesResult:
        """IOPCEventServer::QueryEventCategories, opnum 6: dwEventType, out pdwCount, out
        ppdwEventCategories, out ppszEventCategoryDescs.
        """
        sent: dict[str, Any] = {
            "event_type": event_type,
        }
        got = await call(self.invoker, IOPCEventServer[6], sent)
        return IOPCEventServerQueryEventCategoriesResult(**got)

    async def query_condition_names(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventServerQueryConditionNamesResult:
        """IOPCEventServer::QueryConditionNames, opnum 7: dwEventCategory, out pdwCount, out
        ppszConditionNames.
        """
        sent: dict[str, Any] = {
            "event_category": event_category,
        }
        got = await call(self.invoker, IOPCEventServer[7], sent)
        return IOPCEventServerQueryConditionNamesResult(**got)

    async def query_sub_condition_names(
        self,
        *,
        condition_name: str,
    ) -> IOPCEventServerQuerySubConditionNamesResult:
        """IOPCEventServer::QuerySubConditionNames, opnum 8: szConditionName, out pdwCount, out
        ppszSubConditionNames.
        """
        sent: dict[str, Any] = {
            "condition_name": condition_name,
        }
        got = await call(self.invoker, IOPCEventServer[8], sent)
        return IOPCEventServerQuerySubConditionNamesResult(**got)

    async def query_source_conditions(
        self,
        *,
        source: str,
    ) -> IOPCEventServerQuerySourceConditionsResult:
        """IOPCEventServer::QuerySourceConditions, opnum 9: szSource, out pdwCount, out
        ppszConditionNames.
        """
        sent: dict[str, Any] = {
            "source": source,
        }
        got = await call(self.invoker, IOPCEventServer[9], sent)
        return IOPCEventServerQuerySourceConditionsResult(**got)

    async def query_event_attributes(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventServerQueryEventAttributesResult:
        """IOPCEventServer::QueryEventAttributes, opnum 10: dwEventCategory, out pdwCount, out
        ppdwAttrIDs, out ppszAttrDescs, out ppvtAttrTypes.
        """
        sent: dict[str, Any] = {
            "event_category": event_category,
        }
        got = await call(self.invoker, IOPCEventServer[10], sent)
        return IOPCEventServerQueryEventAttributesResult(**got)

    async def translate_to_item_ids(
        self,
        *,
        source: str,
        event_category: u32,
        condition_name: str,
        subcondition_name: str,
        count: u32 | None = None,
        assoc_attr_ids: Sequence[int] | np.ndarray,
    ) -> IOPCEventServerTranslateToItemIDsResult:
        """IOPCEventServer::TranslateToItemIDs, opnum 11: szSource, dwEventCategory,
        szConditionName, szSubconditionName, dwCount, pdwAssocAttrIDs, out ppszAttrItemIDs,
        out ppszNodeNames, out ppCLSIDs.
        """
        sent: dict[str, Any] = {
            "source": source,
            "event_category": event_category,
            "condition_name": condition_name,
            "subcondition_name": subcondition_name,
            "assoc_attr_ids": assoc_attr_ids,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCEventServer[11], sent)
        return IOPCEventServerTranslateToItemIDsResult(**got)

    async def get_condition_state(
        self,
        *,
        source: str,
        condition_name: str,
        num_event_attrs: u32 | None = None,
        attribute_ids: Sequence[int] | np.ndarray,
    ) -> IOPCEventServerGetConditionStateResult:
        """IOPCEventServer::GetConditionState, opnum 12: szSource, szConditionName,
        dwNumEventAttrs, pdwAttributeIDs, out ppConditionState.
        """
        sent: dict[str, Any] = {
            "source": source,
            "condition_name": condition_name,
            "attribute_ids": attribute_ids,
        }
        if num_event_attrs is not None:
            sent["num_event_attrs"] = num_event_attrs
        got = await call(self.invoker, IOPCEventServer[12], sent)
        return IOPCEventServerGetConditionStateResult(**got)

    async def enable_condition_by_area(
        self,
        *,
        num_areas: u32 | None = None,
        areas: Sequence[str | None],
    ) -> int:
        """IOPCEventServer::EnableConditionByArea, opnum 13: dwNumAreas, pszAreas."""
        sent: dict[str, Any] = {
            "areas": areas,
        }
        if num_areas is not None:
            sent["num_areas"] = num_areas
        got = await call(self.invoker, IOPCEventServer[13], sent)
        return int(got[HRESULT])

    async def enable_condition_by_source(
        self,
        *,
        num_sources: u32 | None = None,
        sources: Sequence[str | None],
    ) -> int:
        """IOPCEventServer::EnableConditionBySource, opnum 14: dwNumSources, pszSources."""
        sent: dict[str, Any] = {
            "sources": sources,
        }
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventServer[14], sent)
        return int(got[HRESULT])

    async def disable_condition_by_area(
        self,
        *,
        num_areas: u32 | None = None,
        areas: Sequence[str | None],
    ) -> int:
        """IOPCEventServer::DisableConditionByArea, opnum 15: dwNumAreas, pszAreas."""
        sent: dict[str, Any] = {
            "areas": areas,
        }
        if num_areas is not None:
            sent["num_areas"] = num_areas
        got = await call(self.invoker, IOPCEventServer[15], sent)
        return int(got[HRESULT])

    async def disable_condition_by_source(
        self,
        *,
        num_sources: u32 | None = None,
        sources: Sequence[str | None],
    ) -> int:
        """IOPCEventServer::DisableConditionBySource, opnum 16: dwNumSources, pszSources."""
        sent: dict[str, Any] = {
            "sources": sources,
        }
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventServer[16], sent)
        return int(got[HRESULT])

    async def ack_condition(
        self,
        *,
        count: u32 | None = None,
        acknowledger_id: str,
        comment: str,
        source: Sequence[str | None],
        condition_name: Sequence[str | None],
        active_time: Sequence[int] | np.ndarray,
        cookie: Sequence[int] | np.ndarray,
    ) -> IOPCEventServerAckConditionResult:
        """IOPCEventServer::AckCondition, opnum 17: dwCount, szAcknowledgerID, szComment,
        pszSource, pszConditionName, pftActiveTime, pdwCookie, out ppErrors.
        """
        sent: dict[str, Any] = {
            "acknowledger_id": acknowledger_id,
            "comment": comment,
            "source": source,
            "condition_name": condition_name,
            "active_time": active_time,
            "cookie": cookie,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCEventServer[17], sent)
        return IOPCEventServerAckConditionResult(**got)

    async def create_area_browser(
        self,
        *,
        riid: Guid,
    ) -> IOPCEventServerCreateAreaBrowserResult:
        """IOPCEventServer::CreateAreaBrowser, opnum 18: riid, out ppUnk."""
        sent: dict[str, Any] = {
            "riid": riid,
        }
        got = await call(self.invoker, IOPCEventServer[18], sent)
        return IOPCEventServerCreateAreaBrowserResult(**got)


class IOPCEventServerHandler(Protocol):
    """Answers IOPCEventServer (65168851-5783-11d1-84a0-00608cb8a7e9)."""

    async def get_status(self) -> IOPCEventServerGetStatusResult:
        """IOPCEventServer::GetStatus, opnum 3: out ppEventServerStatus."""
        ...

    async def create_event_subscription(
        self,
        *,
        active: Bool32,
        buffer_time: u32,
        max_size: u32,
        client_subscription: u32,
        riid: Guid,
    ) -> IOPCEventServerCreateEventSubscriptionResult:
        """IOPCEventServer::CreateEventSubscription, opnum 4: bActive, dwBufferTime, dwMaxSize,
        hClientSubscription, riid, out ppUnk, out pdwRevisedBufferTime, out pdwRevisedMaxSize.
        """
        ...

    async def query_available_filters(self) -> IOPCEventServerQueryAvailableFiltersResult:
        """IOPCEventServer::QueryAvailableFilters, opnum 5: out pdwFilterMask."""
        ...

    async def query_event_categories(
        self,
        *,
        event_type: u32,
    ) -> IOPCEventServerQueryEventCategoriesResult:
        """IOPCEventServer::QueryEventCategories, opnum 6: dwEventType, out pdwCount, out
        ppdwEventCategories, out ppszEventCategoryDescs.
        """
        ...

    async def query_condition_names(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventServerQueryConditionNamesResult:
        """IOPCEventServer::QueryConditionNames, opnum 7: dwEventCategory, out pdwCount, out
        ppszConditionNames.
        """
        ...

    async def query_sub_condition_names(
        self,
        *,
        condition_name: str,
    ) -> IOPCEventServerQuerySubConditionNamesResult:
        """IOPCEventServer::QuerySubConditionNames, opnum 8: szConditionName, out pdwCount, out
        ppszSubConditionNames.
        """
        ...

    async def query_source_conditions(
        self,
        *,
        source: str,
    ) -> IOPCEventServerQuerySourceConditionsResult:
        """IOPCEventServer::QuerySourceConditions, opnum 9: szSource, out pdwCount, out
        ppszConditionNames.
        """
        ...

    async def query_event_attributes(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventServerQueryEventAttributesResult:
        """IOPCEventServer::QueryEventAttributes, opnum 10: dwEventCategory, out pdwCount, out
        ppdwAttrIDs, out ppszAttrDescs, out ppvtAttrTypes.
        """
        ...

    async def translate_to_item_ids(
        self,
        *,
        source: str,
        event_category: u32,
        condition_name: str,
        subcondition_name: str,
        assoc_attr_ids: np.ndarray,
    ) -> IOPCEventServerTranslateToItemIDsResult:
        """IOPCEventServer::TranslateToItemIDs, opnum 11: szSource, dwEventCategory,
        szConditionName, szSubconditionName, dwCount, pdwAssocAttrIDs, out ppszAttrItemIDs,
        out ppszNodeNames, out ppCLSIDs.
        """
        ...

    async def get_condition_state(
        self,
        *,
        source: str,
        condition_name: str,
        attribute_ids: np.ndarray,
    ) -> IOPCEventServerGetConditionStateResult:
        """IOPCEventServer::GetConditionState, opnum 12: szSource, szConditionName,
        dwNumEventAttrs, pdwAttributeIDs, out ppConditionState.
        """
        ...

    async def enable_condition_by_area(
        self,
        *,
        areas: tuple[str | None, ...],
    ) -> int:
        """IOPCEventServer::EnableConditionByArea, opnum 13: dwNumAreas, pszAreas."""
        ...

    async def enable_condition_by_source(
        self,
        *,
        sources: tuple[str | None, ...],
    ) -> int:
        """IOPCEventServer::EnableConditionBySource, opnum 14: dwNumSources, pszSources."""
        ...

    async def disable_condition_by_area(
        self,
        *,
        areas: tuple[str | None, ...],
    ) -> int:
        """IOPCEventServer::DisableConditionByArea, opnum 15: dwNumAreas, pszAreas."""
        ...

    async def disable_condition_by_source(
        self,
        *,
        sources: tuple[str | None, ...],
    ) -> int:
        """IOPCEventServer::DisableConditionBySource, opnum 16: dwNumSources, pszSources."""
        ...

    async def ack_condition(
        self,
        *,
        acknowledger_id: str,
        comment: str,
        source: tuple[str | None, ...],
        condition_name: tuple[str | None, ...],
        active_time: np.ndarray,
        cookie: np.ndarray,
    ) -> IOPCEventServerAckConditionResult:
        """IOPCEventServer::AckCondition, opnum 17: dwCount, szAcknowledgerID, szComment,
        pszSource, pszConditionName, pftActiveTime, pdwCookie, out ppErrors.
        """
        ...

    async def create_area_browser(
        self,
        *,
        riid: Guid,
    ) -> IOPCEventServerCreateAreaBrowserResult:
        """IOPCEventServer::CreateAreaBrowser, opnum 18: riid, out ppUnk."""
        ...


@record
class IOPCEventSubscriptionMgtGetFilterResult:
    """What IOPCEventSubscriptionMgt::GetFilter gives."""

    event_type: u32  # pdwEventType
    event_categories: np.ndarray | None  # ppdwEventCategories
    low_severity: u32  # pdwLowSeverity
    high_severity: u32  # pdwHighSeverity
    area_list: tuple[str | None, ...] | None  # ppszAreaList
    source_list: tuple[str | None, ...] | None  # ppszSourceList
    num_categories: u32 | None = None  # pdwNumCategories
    num_areas: u32 | None = None  # pdwNumAreas
    num_sources: u32 | None = None  # pdwNumSources
    hresult: Hresult32 = 0


@record
class IOPCEventSubscriptionMgtGetReturnedAttributesResult:
    """What IOPCEventSubscriptionMgt::GetReturnedAttributes gives."""

    attribute_ids: np.ndarray | None  # ppdwAttributeIDs
    count: u32 | None = None  # pdwCount
    hresult: Hresult32 = 0


@record
class IOPCEventSubscriptionMgtGetStateResult:
    """What IOPCEventSubscriptionMgt::GetState gives."""

    active: Bool32  # pbActive
    buffer_time: u32  # pdwBufferTime
    max_size: u32  # pdwMaxSize
    client_subscription: u32  # phClientSubscription
    hresult: Hresult32 = 0


@record
class IOPCEventSubscriptionMgtSetStateResult:
    """What IOPCEventSubscriptionMgt::SetState gives."""

    revised_buffer_time: u32  # pdwRevisedBufferTime
    revised_max_size: u32  # pdwRevisedMaxSize
    hresult: Hresult32 = 0


class IOPCEventSubscriptionMgtProxy:
    """Calls IOPCEventSubscriptionMgt (65168855-5783-11d1-84a0-00608cb8a7e9)."""

    interface: ClassVar[Interface] = IOPCEventSubscriptionMgt

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def set_filter(
        self,
        *,
        event_type: u32,
        num_categories: u32 | None = None,
        event_categories: Sequence[int] | np.ndarray,
        low_severity: u32,
        high_severity: u32,
        num_areas: u32 | None = None,
        area_list: Sequence[str | None],
        num_sources: u32 | None = None,
        source_list: Sequence[str | None],
    ) -> int:
        """IOPCEventSubscriptionMgt::SetFilter, opnum 3: dwEventType, dwNumCategories,
        pdwEventCategories, dwLowSeverity, dwHighSeverity, dwNumAreas, pszAreaList,
        dwNumSources, pszSourceList.
        """
        sent: dict[str, Any] = {
            "event_type": event_type,
            "event_categories": event_categories,
            "low_severity": low_severity,
            "high_severity": high_severity,
            "area_list": area_list,
            "source_list": source_list,
        }
        if num_categories is not None:
            sent["num_categories"] = num_categories
        if num_areas is not None:
            sent["num_areas"] = num_areas
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventSubscriptionMgt[3], sent)
        return int(got[HRESULT])

    async def get_filter(self) -> IOPCEventSubscriptionMgtGetFilterResult:
        """IOPCEventSubscriptionMgt::GetFilter, opnum 4: out pdwEventType, out pdwNumCategories,
        out ppdwEventCategories, out pdwLowSeverity, out pdwHighSeverity, out pdwNumAreas, out
        ppszAreaList, out pdwNumSources, out ppszSourceList.
        """
        got = await call(self.invoker, IOPCEventSubscriptionMgt[4], {})
        return IOPCEventSubscriptionMgtGetFilterResult(**got)

    async def select_returned_attributes(
        self,
        *,
        event_category: u32,
        count: u32 | None = None,
        attribute_ids: Sequence[int] | np.ndarray,
    ) -> int:
        """IOPCEventSubscriptionMgt::SelectReturnedAttributes, opnum 5: dwEventCategory, dwCount,
        dwAttributeIDs.
        """
        sent: dict[str, Any] = {
            "event_category": event_category,
            "attribute_ids": attribute_ids,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCEventSubscriptionMgt[5], sent)
        return int(got[HRESULT])

    async def get_returned_attributes(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventSubscriptionMgtGetReturnedAttributesResult:
        """IOPCEventSubscriptionMgt::GetReturnedAttributes, opnum 6: dwEventCategory, out
        pdwCount, out ppdwAttributeIDs.
        """
        sent: dict[str, Any] = {
            "event_category": event_category,
        }
        got = await call(self.invoker, IOPCEventSubscriptionMgt[6], sent)
        return IOPCEventSubscriptionMgtGetReturnedAttributesResult(**got)

    async def refresh(
        self,
        *,
        connection: u32,
    ) -> int:
        """IOPCEventSubscriptionMgt::Refresh, opnum 7: dwConnection."""
        sent: dict[str, Any] = {
            "connection": connection,
        }
        got = await call(self.invoker, IOPCEventSubscriptionMgt[7], sent)
        return int(got[HRESULT])

    async def cancel_refresh(
        self,
        *,
        connection: u32,
    ) -> int:
        """IOPCEventSubscriptionMgt::CancelRefresh, opnum 8: dwConnection."""
        sent: dict[str, Any] = {
            "connection": connection,
        }
        got = await call(self.invoker, IOPCEventSubscriptionMgt[8], sent)
        return int(got[HRESULT])

    async def get_state(self) -> IOPCEventSubscriptionMgtGetStateResult:
        """IOPCEventSubscriptionMgt::GetState, opnum 9: out pbActive, out pdwBufferTime, out
        pdwMaxSize, out phClientSubscription.
        """
        got = await call(self.invoker, IOPCEventSubscriptionMgt[9], {})
        return IOPCEventSubscriptionMgtGetStateResult(**got)

    async def set_state(
        self,
        *,
        active: Bool32 | None = None,
        buffer_time: u32 | None = None,
        max_size: u32 | None = None,
        client_subscription: u32,
    ) -> IOPCEventSubscriptionMgtSetStateResult:
        """IOPCEventSubscriptionMgt::SetState, opnum 10: pbActive, pdwBufferTime, pdwMaxSize,
        hClientSubscription, out pdwRevisedBufferTime, out pdwRevisedMaxSize.
        """
        sent: dict[str, Any] = {
            "active": active,
            "buffer_time": buffer_time,
            "max_size": max_size,
            "client_subscription": client_subscription,
        }
        got = await call(self.invoker, IOPCEventSubscriptionMgt[10], sent)
        return IOPCEventSubscriptionMgtSetStateResult(**got)


class IOPCEventSubscriptionMgtHandler(Protocol):
    """Answers IOPCEventSubscriptionMgt (65168855-5783-11d1-84a0-00608cb8a7e9)."""

    async def set_filter(
        self,
        *,
        event_type: u32,
        event_categories: np.ndarray,
        low_severity: u32,
        high_severity: u32,
        area_list: tuple[str | None, ...],
        source_list: tuple[str | None, ...],
    ) -> int:
        """IOPCEventSubscriptionMgt::SetFilter, opnum 3: dwEventType, dwNumCategories,
        pdwEventCategories, dwLowSeverity, dwHighSeverity, dwNumAreas, pszAreaList,
        dwNumSources, pszSourceList.
        """
        ...

    async def get_filter(self) -> IOPCEventSubscriptionMgtGetFilterResult:
        """IOPCEventSubscriptionMgt::GetFilter, opnum 4: out pdwEventType, out pdwNumCategories,
        out ppdwEventCategories, out pdwLowSeverity, out pdwHighSeverity, out pdwNumAreas, out
        ppszAreaList, out pdwNumSources, out ppszSourceList.
        """
        ...

    async def select_returned_attributes(
        self,
        *,
        event_category: u32,
        attribute_ids: np.ndarray,
    ) -> int:
        """IOPCEventSubscriptionMgt::SelectReturnedAttributes, opnum 5: dwEventCategory, dwCount,
        dwAttributeIDs.
        """
        ...

    async def get_returned_attributes(
        self,
        *,
        event_category: u32,
    ) -> IOPCEventSubscriptionMgtGetReturnedAttributesResult:
        """IOPCEventSubscriptionMgt::GetReturnedAttributes, opnum 6: dwEventCategory, out
        pdwCount, out ppdwAttributeIDs.
        """
        ...

    async def refresh(
        self,
        *,
        connection: u32,
    ) -> int:
        """IOPCEventSubscriptionMgt::Refresh, opnum 7: dwConnection."""
        ...

    async def cancel_refresh(
        self,
        *,
        connection: u32,
    ) -> int:
        """IOPCEventSubscriptionMgt::CancelRefresh, opnum 8: dwConnection."""
        ...

    async def get_state(self) -> IOPCEventSubscriptionMgtGetStateResult:
        """IOPCEventSubscriptionMgt::GetState, opnum 9: out pbActive, out pdwBufferTime, out
        pdwMaxSize, out phClientSubscription.
        """
        ...

    async def set_state(
        self,
        *,
        active: Bool32 | None,
        buffer_time: u32 | None,
        max_size: u32 | None,
        client_subscription: u32,
    ) -> IOPCEventSubscriptionMgtSetStateResult:
        """IOPCEventSubscriptionMgt::SetState, opnum 10: pbActive, pdwBufferTime, pdwMaxSize,
        hClientSubscription, out pdwRevisedBufferTime, out pdwRevisedMaxSize.
        """
        ...


@record
class IOPCEventAreaBrowserBrowseOPCAreasResult:
    """What IOPCEventAreaBrowser::BrowseOPCAreas gives."""

    enum_string: InterfacePointer  # ppIEnumString
    hresult: Hresult32 = 0


@record
class IOPCEventAreaBrowserGetQualifiedAreaNameResult:
    """What IOPCEventAreaBrowser::GetQualifiedAreaName gives."""

    qualified_area_name: str | None  # pszQualifiedAreaName
    hresult: Hresult32 = 0


@record
class IOPCEventAreaBrowserGetQualifiedSourceNameResult:
    """What IOPCEventAreaBrowser::GetQualifiedSourceName gives."""

    qualified_source_name: str | None  # pszQualifiedSourceName
    hresult: Hresult32 = 0


class IOPCEventAreaBrowserProxy:
    """Calls IOPCEventAreaBrowser (65168857-5783-11d1-84a0-00608cb8a7e9)."""

    interface: ClassVar[Interface] = IOPCEventAreaBrowser

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCAEBROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCEventAreaBrowser::ChangeBrowsePosition, opnum 3: dwBrowseDirection, szString."""
        sent: dict[str, Any] = {
            "browse_direction": browse_direction,
            "string": string,
        }
        got = await call(self.invoker, IOPCEventAreaBrowser[3], sent)
        return int(got[HRESULT])

    async def browse_opc_areas(
        self,
        *,
        browse_filter_type: OPCAEBROWSETYPE | int,
        filter_criteria: str,
    ) -> IOPCEventAreaBrowserBrowseOPCAreasResult:
        """IOPCEventAreaBrowser::BrowseOPCAreas, opnum 4: dwBrowseFilterType, szFilterCriteria,
        out ppIEnumString.
        """
        sent: dict[str, Any] = {
            "browse_filter_type": browse_filter_type,
            "filter_criteria": filter_criteria,
        }
        got = await call(self.invoker, IOPCEventAreaBrowser[4], sent)
        return IOPCEventAreaBrowserBrowseOPCAreasResult(**got)

    async def get_qualified_area_name(
        self,
        *,
        area_name: str,
    ) -> IOPCEventAreaBrowserGetQualifiedAreaNameResult:
        """IOPCEventAreaBrowser::GetQualifiedAreaName, opnum 5: szAreaName, out
        pszQualifiedAreaName.
        """
        sent: dict[str, Any] = {
            "area_name": area_name,
        }
        got = await call(self.invoker, IOPCEventAreaBrowser[5], sent)
        return IOPCEventAreaBrowserGetQualifiedAreaNameResult(**got)

    async def get_qualified_source_name(
        self,
        *,
        source_name: str,
    ) -> IOPCEventAreaBrowserGetQualifiedSourceNameResult:
        """IOPCEventAreaBrowser::GetQualifiedSourceName, opnum 6: szSourceName, out
        pszQualifiedSourceName.
        """
        sent: dict[str, Any] = {
            "source_name": source_name,
        }
        got = await call(self.invoker, IOPCEventAreaBrowser[6], sent)
        return IOPCEventAreaBrowserGetQualifiedSourceNameResult(**got)


class IOPCEventAreaBrowserHandler(Protocol):
    """Answers IOPCEventAreaBrowser (65168857-5783-11d1-84a0-00608cb8a7e9)."""

    async def change_browse_position(
        self,
        *,
        browse_direction: OPCAEBROWSEDIRECTION | int,
        string: str,
    ) -> int:
        """IOPCEventAreaBrowser::ChangeBrowsePosition, opnum 3: dwBrowseDirection, szString."""
        ...

    async def browse_opc_areas(
        self,
        *,
        browse_filter_type: OPCAEBROWSETYPE | int,
        filter_criteria: str,
    ) -> IOPCEventAreaBrowserBrowseOPCAreasResult:
        """IOPCEventAreaBrowser::BrowseOPCAreas, opnum 4: dwBrowseFilterType, szFilterCriteria,
        out ppIEnumString.
        """
        ...

    async def get_qualified_area_name(
        self,
        *,
        area_name: str,
    ) -> IOPCEventAreaBrowserGetQualifiedAreaNameResult:
        """IOPCEventAreaBrowser::GetQualifiedAreaName, opnum 5: szAreaName, out
        pszQualifiedAreaName.
        """
        ...

    async def get_qualified_source_name(
        self,
        *,
        source_name: str,
    ) -> IOPCEventAreaBrowserGetQualifiedSourceNameResult:
        """IOPCEventAreaBrowser::GetQualifiedSourceName, opnum 6: szSourceName, out
        pszQualifiedSourceName.
        """
        ...


class IOPCEventSinkProxy:
    """Calls IOPCEventSink (6516885f-5783-11d1-84a0-00608cb8a7e9)."""

    interface: ClassVar[Interface] = IOPCEventSink

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def on_event(
        self,
        *,
        client_subscription: u32,
        refresh: Bool32,
        last_refresh: Bool32,
        count: u32 | None = None,
        events: Sequence[ONEVENTSTRUCT],
    ) -> int:
        """IOPCEventSink::OnEvent, opnum 3: hClientSubscription, bRefresh, bLastRefresh, dwCount,
        pEvents.
        """
        sent: dict[str, Any] = {
            "client_subscription": client_subscription,
            "refresh": refresh,
            "last_refresh": last_refresh,
            "events": events,
        }
        if count is not None:
            sent["count"] = count
        got = await call(self.invoker, IOPCEventSink[3], sent)
        return int(got[HRESULT])


class IOPCEventSinkHandler(Protocol):
    """Answers IOPCEventSink (6516885f-5783-11d1-84a0-00608cb8a7e9)."""

    async def on_event(
        self,
        *,
        client_subscription: u32,
        refresh: Bool32,
        last_refresh: Bool32,
        events: tuple[ONEVENTSTRUCT, ...],
    ) -> int:
        """IOPCEventSink::OnEvent, opnum 3: hClientSubscription, bRefresh, bLastRefresh, dwCount,
        pEvents.
        """
        ...


@record
class IOPCEventServer2EnableConditionByArea2Result:
    """What IOPCEventServer2::EnableConditionByArea2 gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServer2EnableConditionBySource2Result:
    """What IOPCEventServer2::EnableConditionBySource2 gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServer2DisableConditionByArea2Result:
    """What IOPCEventServer2::DisableConditionByArea2 gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServer2DisableConditionBySource2Result:
    """What IOPCEventServer2::DisableConditionBySource2 gives."""

    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServer2GetEnableStateByAreaResult:
    """What IOPCEventServer2::GetEnableStateByArea gives."""

    enabled: np.ndarray | None  # pbEnabled
    effectively_enabled: np.ndarray | None  # pbEffectivelyEnabled
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


@record
class IOPCEventServer2GetEnableStateBySourceResult:
    """What IOPCEventServer2::GetEnableStateBySource gives."""

    enabled: np.ndarray | None  # pbEnabled
    effectively_enabled: np.ndarray | None  # pbEffectivelyEnabled
    errors: np.ndarray | None  # ppErrors
    hresult: Hresult32 = 0


class IOPCEventServer2Proxy(IOPCEventServerProxy):
    """Calls IOPCEventServer2 (71bbe88e-9564-4bcd-bcfc-71c558d94f2d)."""

    interface: ClassVar[Interface] = IOPCEventServer2

    async def enable_condition_by_area2(
        self,
        *,
        num_areas: u32 | None = None,
        areas: Sequence[str | None],
    ) -> IOPCEventServer2EnableConditionByArea2Result:
        """IOPCEventServer2::EnableConditionByArea2, opnum 19: dwNumAreas, pszAreas, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "areas": areas,
        }
        if num_areas is not None:
            sent["num_areas"] = num_areas
        got = await call(self.invoker, IOPCEventServer2[19], sent)
        return IOPCEventServer2EnableConditionByArea2Result(**got)

    async def enable_condition_by_source2(
        self,
        *,
        num_sources: u32 | None = None,
        sources: Sequence[str | None],
    ) -> IOPCEventServer2EnableConditionBySource2Result:
        """IOPCEventServer2::EnableConditionBySource2, opnum 20: dwNumSources, pszSources, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "sources": sources,
        }
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventServer2[20], sent)
        return IOPCEventServer2EnableConditionBySource2Result(**got)

    async def disable_condition_by_area2(
        self,
        *,
        num_areas: u32 | None = None,
        areas: Sequence[str | None],
    ) -> IOPCEventServer2DisableConditionByArea2Result:
        """IOPCEventServer2::DisableConditionByArea2, opnum 21: dwNumAreas, pszAreas, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "areas": areas,
        }
        if num_areas is not None:
            sent["num_areas"] = num_areas
        got = await call(self.invoker, IOPCEventServer2[21], sent)
        return IOPCEventServer2DisableConditionByArea2Result(**got)

    async def disable_condition_by_source2(
        self,
        *,
        num_sources: u32 | None = None,
        sources: Sequence[str | None],
    ) -> IOPCEventServer2DisableConditionBySource2Result:
        """IOPCEventServer2::DisableConditionBySource2, opnum 22: dwNumSources, pszSources, out
        ppErrors.
        """
        sent: dict[str, Any] = {
            "sources": sources,
        }
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventServer2[22], sent)
        return IOPCEventServer2DisableConditionBySource2Result(**got)

    async def get_enable_state_by_area(
        self,
        *,
        num_areas: u32 | None = None,
        areas: Sequence[str | None],
    ) -> IOPCEventServer2GetEnableStateByAreaResult:
        """IOPCEventServer2::GetEnableStateByArea, opnum 23: dwNumAreas, pszAreas, out pbEnabled,
        out pbEffectivelyEnabled, out ppErrors.
        """
        sent: dict[str, Any] = {
            "areas": areas,
        }
        if num_areas is not None:
            sent["num_areas"] = num_areas
        got = await call(self.invoker, IOPCEventServer2[23], sent)
        return IOPCEventServer2GetEnableStateByAreaResult(**got)

    async def get_enable_state_by_source(
        self,
        *,
        num_sources: u32 | None = None,
        sources: Sequence[str | None],
    ) -> IOPCEventServer2GetEnableStateBySourceResult:
        """IOPCEventServer2::GetEnableStateBySource, opnum 24: dwNumSources, pszSources, out
        pbEnabled, out pbEffectivelyEnabled, out ppErrors.
        """
        sent: dict[str, Any] = {
            "sources": sources,
        }
        if num_sources is not None:
            sent["num_sources"] = num_sources
        got = await call(self.invoker, IOPCEventServer2[24], sent)
        return IOPCEventServer2GetEnableStateBySourceResult(**got)


class IOPCEventServer2Handler(IOPCEventServerHandler, Protocol):
    """Answers IOPCEventServer2 (71bbe88e-9564-4bcd-bcfc-71c558d94f2d)."""

    async def enable_condition_by_area2(
        self,
        *,
        areas: tuple[str | None, ...],
    ) -> IOPCEventServer2EnableConditionByArea2Result:
        """IOPCEventServer2::EnableConditionByArea2, opnum 19: dwNumAreas, pszAreas, out
        ppErrors.
        """
        ...

    async def enable_condition_by_source2(
        self,
        *,
        sources: tuple[str | None, ...],
    ) -> IOPCEventServer2EnableConditionBySource2Result:
        """IOPCEventServer2::EnableConditionBySource2, opnum 20: dwNumSources, pszSources, out
        ppErrors.
        """
        ...

    async def disable_condition_by_area2(
        self,
        *,
        areas: tuple[str | None, ...],
    ) -> IOPCEventServer2DisableConditionByArea2Result:
        """IOPCEventServer2::DisableConditionByArea2, opnum 21: dwNumAreas, pszAreas, out
        ppErrors.
        """
        ...

    async def disable_condition_by_source2(
        self,
        *,
        sources: tuple[str | None, ...],
    ) -> IOPCEventServer2DisableConditionBySource2Result:
        """IOPCEventServer2::DisableConditionBySource2, opnum 22: dwNumSources, pszSources, out
        ppErrors.
        """
        ...

    async def get_enable_state_by_area(
        self,
        *,
        areas: tuple[str | None, ...],
    ) -> IOPCEventServer2GetEnableStateByAreaResult:
        """IOPCEventServer2::GetEnableStateByArea, opnum 23: dwNumAreas, pszAreas, out pbEnabled,
        out pbEffectivelyEnabled, out ppErrors.
        """
        ...

    async def get_enable_state_by_source(
        self,
        *,
        sources: tuple[str | None, ...],
    ) -> IOPCEventServer2GetEnableStateBySourceResult:
        """IOPCEventServer2::GetEnableStateBySource, opnum 24: dwNumSources, pszSources, out
        pbEnabled, out pbEffectivelyEnabled, out ppErrors.
        """
        ...


@record
class IOPCEventSubscriptionMgt2SetKeepAliveResult:
    """What IOPCEventSubscriptionMgt2::SetKeepAlive gives."""

    revised_keep_alive_time: u32  # pdwRevisedKeepAliveTime
    hresult: Hresult32 = 0


@record
class IOPCEventSubscriptionMgt2GetKeepAliveResult:
    """What IOPCEventSubscriptionMgt2::GetKeepAlive gives."""

    keep_alive_time: u32  # pdwKeepAliveTime
    hresult: Hresult32 = 0


class IOPCEventSubscriptionMgt2Proxy(IOPCEventSubscriptionMgtProxy):
    """Calls IOPCEventSubscriptionMgt2 (94c955dc-3684-4ccb-afab-f898ce19aac3)."""

    interface: ClassVar[Interface] = IOPCEventSubscriptionMgt2

    async def set_keep_alive(
        self,
        *,
        keep_alive_time: u32,
    ) -> IOPCEventSubscriptionMgt2SetKeepAliveResult:
        """IOPCEventSubscriptionMgt2::SetKeepAlive, opnum 11: dwKeepAliveTime, out
        pdwRevisedKeepAliveTime.
        """
        sent: dict[str, Any] = {
            "keep_alive_time": keep_alive_time,
        }
        got = await call(self.invoker, IOPCEventSubscriptionMgt2[11], sent)
        return IOPCEventSubscriptionMgt2SetKeepAliveResult(**got)

    async def get_keep_alive(self) -> IOPCEventSubscriptionMgt2GetKeepAliveResult:
        """IOPCEventSubscriptionMgt2::GetKeepAlive, opnum 12: out pdwKeepAliveTime."""
        got = await call(self.invoker, IOPCEventSubscriptionMgt2[12], {})
        return IOPCEventSubscriptionMgt2GetKeepAliveResult(**got)


class IOPCEventSubscriptionMgt2Handler(IOPCEventSubscriptionMgtHandler, Protocol):
    """Answers IOPCEventSubscriptionMgt2 (94c955dc-3684-4ccb-afab-f898ce19aac3)."""

    async def set_keep_alive(
        self,
        *,
        keep_alive_time: u32,
    ) -> IOPCEventSubscriptionMgt2SetKeepAliveResult:
        """IOPCEventSubscriptionMgt2::SetKeepAlive, opnum 11: dwKeepAliveTime, out
        pdwRevisedKeepAliveTime.
        """
        ...

    async def get_keep_alive(self) -> IOPCEventSubscriptionMgt2GetKeepAliveResult:
        """IOPCEventSubscriptionMgt2::GetKeepAlive, opnum 12: out pdwKeepAliveTime."""
        ...
