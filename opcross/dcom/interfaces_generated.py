"""COM/DCOM support types for OPC Classic: interfaces, structures, proxies and server protocols.

Generated from opcross/ndr/tables/com.toml by tools/generate_interfaces.py.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar, Final, Protocol

import numpy as np

from opcross.ndr import (
    HRESULT,
    Bool32,
    Bstr,
    Guid,
    Hresult32,
    Interface,
    InterfacePointer,
    Invoker,
    Variant,
    VariantColumn,
    call,
    count_of,
    i32,
    record,
    u16,
    u32,
    u64,
)
from opcross.ndr.tables import load

__all__ = [
    "CATEGORYINFO",
    "COMVERSION",
    "CONNECTDATA",
    "DISPPARAMS",
    "DUALSTRINGARRAY",
    "EXCEPINFO",
    "ORPCTHAT",
    "ORPCTHIS",
    "ORPC_EXTENT",
    "ORPC_EXTENT_ARRAY",
    "REMINTERFACEREF",
    "REMQIRESULT",
    "STDOBJREF",
    "TABLE",
    "IAdviseSink",
    "ICatInformation",
    "ICatInformationEnumCategoriesResult",
    "ICatInformationEnumImplCategoriesOfClassResult",
    "ICatInformationEnumReqCategoriesOfClassResult",
    "ICatInformationGetCategoryDescResult",
    "ICatInformationHandler",
    "ICatInformationProxy",
    "ICatInformationRemoteEnumClassesOfCategoriesResult",
    "IClassFactory",
    "IClassFactoryHandler",
    "IClassFactoryProxy",
    "IClassFactoryRemoteCreateInstanceResult",
    "IConnectionPoint",
    "IConnectionPointAdviseResult",
    "IConnectionPointContainer",
    "IConnectionPointContainerEnumConnectionPointsResult",
    "IConnectionPointContainerFindConnectionPointResult",
    "IConnectionPointContainerHandler",
    "IConnectionPointContainerProxy",
    "IConnectionPointEnumConnectionsResult",
    "IConnectionPointGetConnectionInterfaceResult",
    "IConnectionPointGetConnectionPointContainerResult",
    "IConnectionPointHandler",
    "IConnectionPointProxy",
    "IDataObject",
    "IDispatch",
    "IDispatchGetIDsOfNamesResult",
    "IDispatchGetTypeInfoCountResult",
    "IDispatchGetTypeInfoResult",
    "IDispatchHandler",
    "IDispatchInvokeResult",
    "IDispatchProxy",
    "IEnumCATEGORYINFO",
    "IEnumCATEGORYINFOCloneResult",
    "IEnumCATEGORYINFOHandler",
    "IEnumCATEGORYINFONextResult",
    "IEnumCATEGORYINFOProxy",
    "IEnumConnectionPoints",
    "IEnumConnectionPointsCloneResult",
    "IEnumConnectionPointsHandler",
    "IEnumConnectionPointsProxy",
    "IEnumConnectionPointsRemoteNextResult",
    "IEnumConnections",
    "IEnumConnectionsCloneResult",
    "IEnumConnectionsHandler",
    "IEnumConnectionsProxy",
    "IEnumConnectionsRemoteNextResult",
    "IEnumGUID",
    "IEnumGUIDCloneResult",
    "IEnumGUIDHandler",
    "IEnumGUIDNextResult",
    "IEnumGUIDProxy",
    "IEnumString",
    "IEnumStringCloneResult",
    "IEnumStringHandler",
    "IEnumStringProxy",
    "IEnumStringRemoteNextResult",
    "IEnumUnknown",
    "IEnumUnknownCloneResult",
    "IEnumUnknownHandler",
    "IEnumUnknownProxy",
    "IEnumUnknownRemoteNextResult",
    "IOXIDResolver",
    "IOXIDResolverComplexPingResult",
    "IOXIDResolverHandler",
    "IOXIDResolverProxy",
    "IOXIDResolverResolveOxid2Result",
    "IOXIDResolverResolveOxidResult",
    "IOXIDResolverServerAlive2Result",
    "IRemUnknown",
    "IRemUnknown2",
    "IRemUnknown2Handler",
    "IRemUnknown2Proxy",
    "IRemUnknown2RemQueryInterface2Result",
    "IRemUnknownHandler",
    "IRemUnknownProxy",
    "IRemUnknownRemAddRefResult",
    "IRemUnknownRemQueryInterfaceResult",
    "IRemoteActivation",
    "IRemoteActivationHandler",
    "IRemoteActivationProxy",
    "IRemoteActivationRemoteActivationResult",
    "IRemoteSCMActivator",
    "IRemoteSCMActivatorHandler",
    "IRemoteSCMActivatorProxy",
    "IRemoteSCMActivatorRemoteCreateInstanceResult",
    "IRemoteSCMActivatorRemoteGetClassObjectResult",
    "IUnknown",
]


@record
class COMVERSION:
    """COMVERSION, 4 octets."""

    major_version: u16  # MajorVersion
    minor_version: u16  # MinorVersion


@record
class ORPC_EXTENT:
    """ORPC_EXTENT, 20 octets."""

    id: Guid  # id
    size: u32 = count_of("data")  # size
    data: bytes  # data


@record
class ORPC_EXTENT_ARRAY:
    """ORPC_EXTENT_ARRAY, 12 octets."""

    size: u32 = count_of("extent")  # size
    reserved: u32 = 0  # reserved
    extent: tuple[ORPC_EXTENT | None, ...] | None = None  # extent


@record
class ORPCTHIS:
    """ORPCTHIS, 32 octets. 32 octets when extensions is null; first thing in every orpc request
    body.
    """

    version: COMVERSION  # version
    flags: u32  # flags
    reserved1: u32 = 0  # reserved1
    cid: Guid  # cid
    extensions: ORPC_EXTENT_ARRAY | None = None  # extensions


@record
class ORPCTHAT:
    """ORPCTHAT, 8 octets. 8 octets when extensions is null; first thing in every orpc response
    body.
    """

    flags: u32  # flags
    extensions: ORPC_EXTENT_ARRAY | None = None  # extensions


@record
class DUALSTRINGARRAY:
    """DUALSTRINGARRAY, 4 octets. NDR form: max_count precedes the struct; inside an OBJREF the
    same data is packed without max_count.
    """

    num_entries: u16 = count_of("string_array")  # wNumEntries
    security_offset: u16  # wSecurityOffset
    string_array: np.ndarray  # aStringArray


@record
class STDOBJREF:
    """STDOBJREF, 40 octets."""

    flags: u32  # flags
    public_refs: u32  # cPublicRefs
    oxid: u64  # oxid
    oid: u64  # oid
    ipid: Guid  # ipid


@record
class REMQIRESULT:
    """REMQIRESULT, 48 octets. 4 pad octets after hResult because STDOBJREF is 8-aligned."""

    h_result: Hresult32  # hResult
    std: STDOBJREF  # std


@record
class REMINTERFACEREF:
    """REMINTERFACEREF, 24 octets."""

    ipid: Guid  # ipid
    public_refs: u32  # cPublicRefs
    private_refs: u32  # cPrivateRefs


@record
class CONNECTDATA:
    """CONNECTDATA, 8 octets."""

    unk: InterfacePointer = None  # pUnk
    cookie: u32  # dwCookie


@record
class CATEGORYINFO:
    """CATEGORYINFO, 276 octets."""

    catid: Guid  # catid
    lcid: u32  # lcid
    description: tuple[u16, ...]  # szDescription


@record
class DISPPARAMS:
    """DISPPARAMS, 16 octets. Reference only."""

    arguments: VariantColumn | None = None  # rgvarg
    named_argument_ids: np.ndarray | None = None  # rgdispidNamedArgs
    args: u32 = count_of("arguments")  # cArgs
    named_args: u32 = count_of("named_argument_ids")  # cNamedArgs


@record
class EXCEPINFO:
    """EXCEPINFO, 32 octets. Reference only."""

    code: u16  # wCode
    w_reserved: u16 = 0  # wReserved
    source: Bstr  # bstrSource
    description: Bstr  # bstrDescription
    help_file: Bstr  # bstrHelpFile
    help_context: u32  # dwHelpContext
    pv_reserved: u32 = 0  # pvReserved
    pfn_deferred_fill_in: u32  # pfnDeferredFillIn
    scode: Hresult32  # scode


TABLE: Final = load(
    "com",
    (
        COMVERSION,
        ORPC_EXTENT,
        ORPC_EXTENT_ARRAY,
        ORPCTHIS,
        ORPCTHAT,
        DUALSTRINGARRAY,
        STDOBJREF,
        REMQIRESULT,
        REMINTERFACEREF,
        CONNECTDATA,
        CATEGORYINFO,
        DISPPARAMS,
        EXCEPINFO,
    ),
)


IUnknown: Final = TABLE["IUnknown"]
IRemUnknown: Final = TABLE["IRemUnknown"]
IRemUnknown2: Final = TABLE["IRemUnknown2"]
IClassFactory: Final = TABLE["IClassFactory"]
IConnectionPointContainer: Final = TABLE["IConnectionPointContainer"]
IConnectionPoint: Final = TABLE["IConnectionPoint"]
IEnumConnectionPoints: Final = TABLE["IEnumConnectionPoints"]
IEnumConnections: Final = TABLE["IEnumConnections"]
IEnumString: Final = TABLE["IEnumString"]
IEnumUnknown: Final = TABLE["IEnumUnknown"]
IEnumGUID: Final = TABLE["IEnumGUID"]
IEnumCATEGORYINFO: Final = TABLE["IEnumCATEGORYINFO"]
ICatInformation: Final = TABLE["ICatInformation"]
IOXIDResolver: Final = TABLE["IOXIDResolver"]
IRemoteActivation: Final = TABLE["IRemoteActivation"]
IRemoteSCMActivator: Final = TABLE["IRemoteSCMActivator"]
IDispatch: Final = TABLE["IDispatch"]
IDataObject: Final = TABLE["IDataObject"]
IAdviseSink: Final = TABLE["IAdviseSink"]


@record
class IRemUnknownRemQueryInterfaceResult:
    """What IRemUnknown::RemQueryInterface gives."""

    qi_results: tuple[REMQIRESULT, ...] | None  # ppQIResults
    hresult: Hresult32 = 0


@record
class IRemUnknownRemAddRefResult:
    """What IRemUnknown::RemAddRef gives."""

    results: np.ndarray  # pResults
    hresult: Hresult32 = 0


class IRemUnknownProxy:
    """Calls IRemUnknown (00000131-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IRemUnknown

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def rem_query_interface(
        self,
        *,
        ripid: Guid,
        refs: u32,
        c_iids: u16 | None = None,
        iids: Sequence[Guid],
    ) -> IRemUnknownRemQueryInterfaceResult:
        """IRemUnknown::RemQueryInterface, opnum 3: ripid, cRefs, cIids, iids, out ppQIResults."""
        sent: dict[str, Any] = {
            "ripid": ripid,
            "refs": refs,
            "iids": iids,
        }
        if c_iids is not None:
            sent["c_iids"] = c_iids
        got = await call(self.invoker, IRemUnknown[3], sent)
        return IRemUnknownRemQueryInterfaceResult(**got)

    async def rem_add_ref(
        self,
        *,
        c_interface_refs: u16 | None = None,
        interface_refs: Sequence[REMINTERFACEREF],
    ) -> IRemUnknownRemAddRefResult:
        """IRemUnknown::RemAddRef, opnum 4: cInterfaceRefs, InterfaceRefs, out pResults."""
        sent: dict[str, Any] = {
            "interface_refs": interface_refs,
        }
        if c_interface_refs is not None:
            sent["c_interface_refs"] = c_interface_refs
        got = await call(self.invoker, IRemUnknown[4], sent)
        return IRemUnknownRemAddRefResult(**got)

    async def rem_release(
        self,
        *,
        c_interface_refs: u16 | None = None,
        interface_refs: Sequence[REMINTERFACEREF],
    ) -> int:
        """IRemUnknown::RemRelease, opnum 5: cInterfaceRefs, InterfaceRefs."""
        sent: dict[str, Any] = {
            "interface_refs": interface_refs,
        }
        if c_interface_refs is not None:
            sent["c_interface_refs"] = c_interface_refs
        got = await call(self.invoker, IRemUnknown[5], sent)
        return int(got[HRESULT])


class IRemUnknownHandler(Protocol):
    """Answers IRemUnknown (00000131-0000-0000-c000-000000000046)."""

    async def rem_query_interface(
        self,
        *,
        ripid: Guid,
        refs: u32,
        iids: tuple[Guid, ...],
    ) -> IRemUnknownRemQueryInterfaceResult:
        """IRemUnknown::RemQueryInterface, opnum 3: ripid, cRefs, cIids, iids, out ppQIResults."""
        ...

    async def rem_add_ref(
        self,
        *,
        interface_refs: tuple[REMINTERFACEREF, ...],
    ) -> IRemUnknownRemAddRefResult:
        """IRemUnknown::RemAddRef, opnum 4: cInterfaceRefs, InterfaceRefs, out pResults."""
        ...

    async def rem_release(
        self,
        *,
        interface_refs: tuple[REMINTERFACEREF, ...],
    ) -> int:
        """IRemUnknown::RemRelease, opnum 5: cInterfaceRefs, InterfaceRefs."""
        ...


@record
class IRemUnknown2RemQueryInterface2Result:
    """What IRemUnknown2::RemQueryInterface2 gives."""

    phr: np.ndarray  # phr
    mif: tuple[bytes | None, ...]  # ppMIF
    hresult: Hresult32 = 0


class IRemUnknown2Proxy(IRemUnknownProxy):
    """Calls IRemUnknown2 (00000143-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IRemUnknown2

    async def rem_query_interface2(
        self,
        *,
        ripid: Guid,
        c_iids: u16 | None = None,
        iids: Sequence[Guid],
    ) -> IRemUnknown2RemQueryInterface2Result:
        """IRemUnknown2::RemQueryInterface2, opnum 6: ripid, cIids, iids, out phr, out ppMIF."""
        sent: dict[str, Any] = {
            "ripid": ripid,
            "iids": iids,
        }
        if c_iids is not None:
            sent["c_iids"] = c_iids
        got = await call(self.invoker, IRemUnknown2[6], sent)
        return IRemUnknown2RemQueryInterface2Result(**got)


class IRemUnknown2Handler(IRemUnknownHandler, Protocol):
    """Answers IRemUnknown2 (00000143-0000-0000-c000-000000000046)."""

    async def rem_query_interface2(
        self,
        *,
        ripid: Guid,
        iids: tuple[Guid, ...],
    ) -> IRemUnknown2RemQueryInterface2Result:
        """IRemUnknown2::RemQueryInterface2, opnum 6: ripid, cIids, iids, out phr, out ppMIF."""
        ...


@record
class IClassFactoryRemoteCreateInstanceResult:
    """What IClassFactory::RemoteCreateInstance gives."""

    ppv_object: InterfacePointer  # ppvObject
    hresult: Hresult32 = 0


class IClassFactoryProxy:
    """Calls IClassFactory (00000001-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IClassFactory

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_create_instance(
        self,
        *,
        riid: Guid,
    ) -> IClassFactoryRemoteCreateInstanceResult:
        """IClassFactory::RemoteCreateInstance, opnum 3: riid, out ppvObject."""
        sent: dict[str, Any] = {
            "riid": riid,
        }
        got = await call(self.invoker, IClassFactory[3], sent)
        return IClassFactoryRemoteCreateInstanceResult(**got)

    async def remote_lock_server(
        self,
        *,
        lock: Bool32,
    ) -> int:
        """IClassFactory::RemoteLockServer, opnum 4: fLock."""
        sent: dict[str, Any] = {
            "lock": lock,
        }
        got = await call(self.invoker, IClassFactory[4], sent)
        return int(got[HRESULT])


class IClassFactoryHandler(Protocol):
    """Answers IClassFactory (00000001-0000-0000-c000-000000000046)."""

    async def remote_create_instance(
        self,
        *,
        riid: Guid,
    ) -> IClassFactoryRemoteCreateInstanceResult:
        """IClassFactory::RemoteCreateInstance, opnum 3: riid, out ppvObject."""
        ...

    async def remote_lock_server(
        self,
        *,
        lock: Bool32,
    ) -> int:
        """IClassFactory::RemoteLockServer, opnum 4: fLock."""
        ...


@record
class IConnectionPointContainerEnumConnectionPointsResult:
    """What IConnectionPointContainer::EnumConnectionPoints gives."""

    enumerator: InterfacePointer  # ppEnum
    hresult: Hresult32 = 0


@record
class IConnectionPointContainerFindConnectionPointResult:
    """What IConnectionPointContainer::FindConnectionPoint gives."""

    cp: InterfacePointer  # ppCP
    hresult: Hresult32 = 0


class IConnectionPointContainerProxy:
    """Calls IConnectionPointContainer (b196b284-bab4-101a-b69c-00aa00341d07)."""

    interface: ClassVar[Interface] = IConnectionPointContainer

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def enum_connection_points(self) -> IConnectionPointContainerEnumConnectionPointsResult:
        """IConnectionPointContainer::EnumConnectionPoints, opnum 3: out ppEnum."""
        got = await call(self.invoker, IConnectionPointContainer[3], {})
        return IConnectionPointContainerEnumConnectionPointsResult(**got)

    async def find_connection_point(
        self,
        *,
        riid: Guid,
    ) -> IConnectionPointContainerFindConnectionPointResult:
        """IConnectionPointContainer::FindConnectionPoint, opnum 4: riid, out ppCP."""
        sent: dict[str, Any] = {
            "riid": riid,
        }
        got = await call(self.invoker, IConnectionPointContainer[4], sent)
        return IConnectionPointContainerFindConnectionPointResult(**got)


class IConnectionPointContainerHandler(Protocol):
    """Answers IConnectionPointContainer (b196b284-bab4-101a-b69c-00aa00341d07)."""

    async def enum_connection_points(self) -> IConnectionPointContainerEnumConnectionPointsResult:
        """IConnectionPointContainer::EnumConnectionPoints, opnum 3: out ppEnum."""
        ...

    async def find_connection_point(
        self,
        *,
        riid: Guid,
    ) -> IConnectionPointContainerFindConnectionPointResult:
        """IConnectionPointContainer::FindConnectionPoint, opnum 4: riid, out ppCP."""
        ...


@record
class IConnectionPointGetConnectionInterfaceResult:
    """What IConnectionPoint::GetConnectionInterface gives."""

    iid: Guid  # pIID
    hresult: Hresult32 = 0


@record
class IConnectionPointGetConnectionPointContainerResult:
    """What IConnectionPoint::GetConnectionPointContainer gives."""

    cpc: InterfacePointer  # ppCPC
    hresult: Hresult32 = 0


@record
class IConnectionPointAdviseResult:
    """What IConnectionPoint::Advise gives."""

    cookie: u32  # pdwCookie
    hresult: Hresult32 = 0


@record
class IConnectionPointEnumConnectionsResult:
    """What IConnectionPoint::EnumConnections gives."""

    enumerator: InterfacePointer  # ppEnum
    hresult: Hresult32 = 0


class IConnectionPointProxy:
    """Calls IConnectionPoint (b196b286-bab4-101a-b69c-00aa00341d07)."""

    interface: ClassVar[Interface] = IConnectionPoint

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_connection_interface(self) -> IConnectionPointGetConnectionInterfaceResult:
        """IConnectionPoint::GetConnectionInterface, opnum 3: out pIID."""
        got = await call(self.invoker, IConnectionPoint[3], {})
        return IConnectionPointGetConnectionInterfaceResult(**got)

    async def get_connection_point_container(self) -> IConnectionPointGetConnectionPointContainerResult:
        """IConnectionPoint::GetConnectionPointContainer, opnum 4: out ppCPC."""
        got = await call(self.invoker, IConnectionPoint[4], {})
        return IConnectionPointGetConnectionPointContainerResult(**got)

    async def advise(
        self,
        *,
        unk_sink: InterfacePointer = None,
    ) -> IConnectionPointAdviseResult:
        """IConnectionPoint::Advise, opnum 5: pUnkSink, out pdwCookie."""
        sent: dict[str, Any] = {
            "unk_sink": unk_sink,
        }
        got = await call(self.invoker, IConnectionPoint[5], sent)
        return IConnectionPointAdviseResult(**got)

    async def unadvise(
        self,
        *,
        cookie: u32,
    ) -> int:
        """IConnectionPoint::Unadvise, opnum 6: dwCookie."""
        sent: dict[str, Any] = {
            "cookie": cookie,
        }
        got = await call(self.invoker, IConnectionPoint[6], sent)
        return int(got[HRESULT])

    async def enum_connections(self) -> IConnectionPointEnumConnectionsResult:
        """IConnectionPoint::EnumConnections, opnum 7: out ppEnum."""
        got = await call(self.invoker, IConnectionPoint[7], {})
        return IConnectionPointEnumConnectionsResult(**got)


class IConnectionPointHandler(Protocol):
    """Answers IConnectionPoint (b196b286-bab4-101a-b69c-00aa00341d07)."""

    async def get_connection_interface(self) -> IConnectionPointGetConnectionInterfaceResult:
        """IConnectionPoint::GetConnectionInterface, opnum 3: out pIID."""
        ...

    async def get_connection_point_container(self) -> IConnectionPointGetConnectionPointContainerResult:
        """IConnectionPoint::GetConnectionPointContainer, opnum 4: out ppCPC."""
        ...

    async def advise(
        self,
        *,
        unk_sink: InterfacePointer,
    ) -> IConnectionPointAdviseResult:
        """IConnectionPoint::Advise, opnum 5: pUnkSink, out pdwCookie."""
        ...

    async def unadvise(
        self,
        *,
        cookie: u32,
    ) -> int:
        """IConnectionPoint::Unadvise, opnum 6: dwCookie."""
        ...

    async def enum_connections(self) -> IConnectionPointEnumConnectionsResult:
        """IConnectionPoint::EnumConnections, opnum 7: out ppEnum."""
        ...


@record
class IEnumConnectionPointsRemoteNextResult:
    """What IEnumConnectionPoints::RemoteNext gives."""

    cp: tuple[InterfacePointer, ...]  # ppCP
    fetched: u32 | None = None  # pcFetched
    hresult: Hresult32 = 0


@record
class IEnumConnectionPointsCloneResult:
    """What IEnumConnectionPoints::Clone gives."""

    enumerator: InterfacePointer  # ppEnum
    hresult: Hresult32 = 0


class IEnumConnectionPointsProxy:
    """Calls IEnumConnectionPoints (b196b285-bab4-101a-b69c-00aa00341d07)."""

    interface: ClassVar[Interface] = IEnumConnectionPoints

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_next(
        self,
        *,
        connections: u32,
    ) -> IEnumConnectionPointsRemoteNextResult:
        """IEnumConnectionPoints::RemoteNext, opnum 3: cConnections, out ppCP, out pcFetched."""
        sent: dict[str, Any] = {
            "connections": connections,
        }
        got = await call(self.invoker, IEnumConnectionPoints[3], sent)
        return IEnumConnectionPointsRemoteNextResult(**got)

    async def skip(
        self,
        *,
        connections: u32,
    ) -> int:
        """IEnumConnectionPoints::Skip, opnum 4: cConnections."""
        sent: dict[str, Any] = {
            "connections": connections,
        }
        got = await call(self.invoker, IEnumConnectionPoints[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumConnectionPoints::Reset, opnum 5."""
        got = await call(self.invoker, IEnumConnectionPoints[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumConnectionPointsCloneResult:
        """IEnumConnectionPoints::Clone, opnum 6: out ppEnum."""
        got = await call(self.invoker, IEnumConnectionPoints[6], {})
        return IEnumConnectionPointsCloneResult(**got)


class IEnumConnectionPointsHandler(Protocol):
    """Answers IEnumConnectionPoints (b196b285-bab4-101a-b69c-00aa00341d07)."""

    async def remote_next(
        self,
        *,
        connections: u32,
    ) -> IEnumConnectionPointsRemoteNextResult:
        """IEnumConnectionPoints::RemoteNext, opnum 3: cConnections, out ppCP, out pcFetched."""
        ...

    async def skip(
        self,
        *,
        connections: u32,
    ) -> int:
        """IEnumConnectionPoints::Skip, opnum 4: cConnections."""
        ...

    async def reset(self) -> int:
        """IEnumConnectionPoints::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumConnectionPointsCloneResult:
        """IEnumConnectionPoints::Clone, opnum 6: out ppEnum."""
        ...


@record
class IEnumConnectionsRemoteNextResult:
    """What IEnumConnections::RemoteNext gives."""

    connect_data: tuple[CONNECTDATA, ...]  # rgcd
    fetched: u32 | None = None  # pcFetched
    hresult: Hresult32 = 0


@record
class IEnumConnectionsCloneResult:
    """What IEnumConnections::Clone gives."""

    enumerator: InterfacePointer  # ppEnum
    hresult: Hresult32 = 0


class IEnumConnectionsProxy:
    """Calls IEnumConnections (b196b287-bab4-101a-b69c-00aa00341d07)."""

    interface: ClassVar[Interface] = IEnumConnections

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_next(
        self,
        *,
        connections: u32,
    ) -> IEnumConnectionsRemoteNextResult:
        """IEnumConnections::RemoteNext, opnum 3: cConnections, out rgcd, out pcFetched."""
        sent: dict[str, Any] = {
            "connections": connections,
        }
        got = await call(self.invoker, IEnumConnections[3], sent)
        return IEnumConnectionsRemoteNextResult(**got)

    async def skip(
        self,
        *,
        connections: u32,
    ) -> int:
        """IEnumConnections::Skip, opnum 4: cConnections."""
        sent: dict[str, Any] = {
            "connections": connections,
        }
        got = await call(self.invoker, IEnumConnections[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumConnections::Reset, opnum 5."""
        got = await call(self.invoker, IEnumConnections[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumConnectionsCloneResult:
        """IEnumConnections::Clone, opnum 6: out ppEnum."""
        got = await call(self.invoker, IEnumConnections[6], {})
        return IEnumConnectionsCloneResult(**got)


class IEnumConnectionsHandler(Protocol):
    """Answers IEnumConnections (b196b287-bab4-101a-b69c-00aa00341d07)."""

    async def remote_next(
        self,
        *,
        connections: u32,
    ) -> IEnumConnectionsRemoteNextResult:
        """IEnumConnections::RemoteNext, opnum 3: cConnections, out rgcd, out pcFetched."""
        ...

    async def skip(
        self,
        *,
        connections: u32,
    ) -> int:
        """IEnumConnections::Skip, opnum 4: cConnections."""
        ...

    async def reset(self) -> int:
        """IEnumConnections::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumConnectionsCloneResult:
        """IEnumConnections::Clone, opnum 6: out ppEnum."""
        ...


@record
class IEnumStringRemoteNextResult:
    """What IEnumString::RemoteNext gives."""

    elements: tuple[str | None, ...]  # rgelt
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IEnumStringCloneResult:
    """What IEnumString::Clone gives."""

    enumerator: InterfacePointer  # ppenum
    hresult: Hresult32 = 0


class IEnumStringProxy:
    """Calls IEnumString (00000101-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IEnumString

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_next(
        self,
        *,
        celt: u32,
    ) -> IEnumStringRemoteNextResult:
        """IEnumString::RemoteNext, opnum 3: celt, out rgelt, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumString[3], sent)
        return IEnumStringRemoteNextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumString::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumString[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumString::Reset, opnum 5."""
        got = await call(self.invoker, IEnumString[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumStringCloneResult:
        """IEnumString::Clone, opnum 6: out ppenum."""
        got = await call(self.invoker, IEnumString[6], {})
        return IEnumStringCloneResult(**got)


class IEnumStringHandler(Protocol):
    """Answers IEnumString (00000101-0000-0000-c000-000000000046)."""

    async def remote_next(
        self,
        *,
        celt: u32,
    ) -> IEnumStringRemoteNextResult:
        """IEnumString::RemoteNext, opnum 3: celt, out rgelt, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumString::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IEnumString::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumStringCloneResult:
        """IEnumString::Clone, opnum 6: out ppenum."""
        ...


@record
class IEnumUnknownRemoteNextResult:
    """What IEnumUnknown::RemoteNext gives."""

    elements: tuple[InterfacePointer, ...]  # rgelt
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IEnumUnknownCloneResult:
    """What IEnumUnknown::Clone gives."""

    enumerator: InterfacePointer  # ppenum
    hresult: Hresult32 = 0


class IEnumUnknownProxy:
    """Calls IEnumUnknown (00000100-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IEnumUnknown

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_next(
        self,
        *,
        celt: u32,
    ) -> IEnumUnknownRemoteNextResult:
        """IEnumUnknown::RemoteNext, opnum 3: celt, out rgelt, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumUnknown[3], sent)
        return IEnumUnknownRemoteNextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumUnknown::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumUnknown[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumUnknown::Reset, opnum 5."""
        got = await call(self.invoker, IEnumUnknown[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumUnknownCloneResult:
        """IEnumUnknown::Clone, opnum 6: out ppenum."""
        got = await call(self.invoker, IEnumUnknown[6], {})
        return IEnumUnknownCloneResult(**got)


class IEnumUnknownHandler(Protocol):
    """Answers IEnumUnknown (00000100-0000-0000-c000-000000000046)."""

    async def remote_next(
        self,
        *,
        celt: u32,
    ) -> IEnumUnknownRemoteNextResult:
        """IEnumUnknown::RemoteNext, opnum 3: celt, out rgelt, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumUnknown::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IEnumUnknown::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumUnknownCloneResult:
        """IEnumUnknown::Clone, opnum 6: out ppenum."""
        ...


@record
class IEnumGUIDNextResult:
    """What IEnumGUID::Next gives."""

    elements: tuple[Guid, ...]  # rgelt
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IEnumGUIDCloneResult:
    """What IEnumGUID::Clone gives."""

    enumerator: InterfacePointer  # ppenum
    hresult: Hresult32 = 0


class IEnumGUIDProxy:
    """Calls IEnumGUID (0002e000-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IEnumGUID

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumGUIDNextResult:
        """IEnumGUID::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumGUID[3], sent)
        return IEnumGUIDNextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumGUID::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumGUID[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumGUID::Reset, opnum 5."""
        got = await call(self.invoker, IEnumGUID[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumGUIDCloneResult:
        """IEnumGUID::Clone, opnum 6: out ppenum."""
        got = await call(self.invoker, IEnumGUID[6], {})
        return IEnumGUIDCloneResult(**got)


class IEnumGUIDHandler(Protocol):
    """Answers IEnumGUID (0002e000-0000-0000-c000-000000000046)."""

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumGUIDNextResult:
        """IEnumGUID::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumGUID::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IEnumGUID::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumGUIDCloneResult:
        """IEnumGUID::Clone, opnum 6: out ppenum."""
        ...


@record
class IEnumCATEGORYINFONextResult:
    """What IEnumCATEGORYINFO::Next gives."""

    elements: tuple[CATEGORYINFO, ...]  # rgelt
    fetched: u32 | None = None  # pceltFetched
    hresult: Hresult32 = 0


@record
class IEnumCATEGORYINFOCloneResult:
    """What IEnumCATEGORYINFO::Clone gives."""

    enumerator: InterfacePointer  # ppenum
    hresult: Hresult32 = 0


class IEnumCATEGORYINFOProxy:
    """Calls IEnumCATEGORYINFO (0002e011-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IEnumCATEGORYINFO

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumCATEGORYINFONextResult:
        """IEnumCATEGORYINFO::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumCATEGORYINFO[3], sent)
        return IEnumCATEGORYINFONextResult(**got)

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumCATEGORYINFO::Skip, opnum 4: celt."""
        sent: dict[str, Any] = {
            "celt": celt,
        }
        got = await call(self.invoker, IEnumCATEGORYINFO[4], sent)
        return int(got[HRESULT])

    async def reset(self) -> int:
        """IEnumCATEGORYINFO::Reset, opnum 5."""
        got = await call(self.invoker, IEnumCATEGORYINFO[5], {})
        return int(got[HRESULT])

    async def clone(self) -> IEnumCATEGORYINFOCloneResult:
        """IEnumCATEGORYINFO::Clone, opnum 6: out ppenum."""
        got = await call(self.invoker, IEnumCATEGORYINFO[6], {})
        return IEnumCATEGORYINFOCloneResult(**got)


class IEnumCATEGORYINFOHandler(Protocol):
    """Answers IEnumCATEGORYINFO (0002e011-0000-0000-c000-000000000046)."""

    async def next(
        self,
        *,
        celt: u32,
    ) -> IEnumCATEGORYINFONextResult:
        """IEnumCATEGORYINFO::Next, opnum 3: celt, out rgelt, out pceltFetched."""
        ...

    async def skip(
        self,
        *,
        celt: u32,
    ) -> int:
        """IEnumCATEGORYINFO::Skip, opnum 4: celt."""
        ...

    async def reset(self) -> int:
        """IEnumCATEGORYINFO::Reset, opnum 5."""
        ...

    async def clone(self) -> IEnumCATEGORYINFOCloneResult:
        """IEnumCATEGORYINFO::Clone, opnum 6: out ppenum."""
        ...


@record
class ICatInformationEnumCategoriesResult:
    """What ICatInformation::EnumCategories gives."""

    category_info: InterfacePointer  # ppenumCategoryInfo
    hresult: Hresult32 = 0


@record
class ICatInformationGetCategoryDescResult:
    """What ICatInformation::GetCategoryDesc gives."""

    desc: str | None  # pszDesc
    hresult: Hresult32 = 0


@record
class ICatInformationRemoteEnumClassesOfCategoriesResult:
    """What ICatInformation::RemoteEnumClassesOfCategories gives."""

    enum_clsid: InterfacePointer  # ppenumClsid
    hresult: Hresult32 = 0


@record
class ICatInformationEnumImplCategoriesOfClassResult:
    """What ICatInformation::EnumImplCategoriesOfClass gives."""

    enum_catid: InterfacePointer  # ppenumCatid
    hresult: Hresult32 = 0


@record
class ICatInformationEnumReqCategoriesOfClassResult:
    """What ICatInformation::EnumReqCategoriesOfClass gives."""

    enum_catid: InterfacePointer  # ppenumCatid
    hresult: Hresult32 = 0


class ICatInformationProxy:
    """Calls ICatInformation (0002e013-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = ICatInformation

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def enum_categories(
        self,
        *,
        lcid: u32,
    ) -> ICatInformationEnumCategoriesResult:
        """ICatInformation::EnumCategories, opnum 3: lcid, out ppenumCategoryInfo."""
        sent: dict[str, Any] = {
            "lcid": lcid,
        }
        got = await call(self.invoker, ICatInformation[3], sent)
        return ICatInformationEnumCategoriesResult(**got)

    async def get_category_desc(
        self,
        *,
        rcatid: Guid,
        lcid: u32,
    ) -> ICatInformationGetCategoryDescResult:
        """ICatInformation::GetCategoryDesc, opnum 4: rcatid, lcid, out pszDesc."""
        sent: dict[str, Any] = {
            "rcatid": rcatid,
            "lcid": lcid,
        }
        got = await call(self.invoker, ICatInformation[4], sent)
        return ICatInformationGetCategoryDescResult(**got)

    async def remote_enum_classes_of_categories(
        self,
        *,
        implemented: u32 | None = None,
        implemented_categories: Sequence[Guid] | None = None,
        required: u32 | None = None,
        required_categories: Sequence[Guid] | None = None,
    ) -> ICatInformationRemoteEnumClassesOfCategoriesResult:
        """ICatInformation::RemoteEnumClassesOfCategories, opnum 5: cImplemented, rgcatidImpl,
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
        got = await call(self.invoker, ICatInformation[5], sent)
        return ICatInformationRemoteEnumClassesOfCategoriesResult(**got)

    async def remote_is_class_of_categories(
        self,
        *,
        rclsid: Guid,
        implemented: u32 | None = None,
        implemented_categories: Sequence[Guid] | None = None,
        required: u32 | None = None,
        required_categories: Sequence[Guid] | None = None,
    ) -> int:
        """ICatInformation::RemoteIsClassOfCategories, opnum 6: rclsid, cImplemented,
        rgcatidImpl, cRequired, rgcatidReq.
        """
        sent: dict[str, Any] = {
            "rclsid": rclsid,
            "implemented_categories": implemented_categories,
            "required_categories": required_categories,
        }
        if implemented is not None:
            sent["implemented"] = implemented
        if required is not None:
            sent["required"] = required
        got = await call(self.invoker, ICatInformation[6], sent)
        return int(got[HRESULT])

    async def enum_impl_categories_of_class(
        self,
        *,
        rclsid: Guid,
    ) -> ICatInformationEnumImplCategoriesOfClassResult:
        """ICatInformation::EnumImplCategoriesOfClass, opnum 7: rclsid, out ppenumCatid."""
        sent: dict[str, Any] = {
            "rclsid": rclsid,
        }
        got = await call(self.invoker, ICatInformation[7], sent)
        return ICatInformationEnumImplCategoriesOfClassResult(**got)

    async def enum_req_categories_of_class(
        self,
        *,
        rclsid: Guid,
    ) -> ICatInformationEnumReqCategoriesOfClassResult:
        """ICatInformation::EnumReqCategoriesOfClass, opnum 8: rclsid, out ppenumCatid."""
        sent: dict[str, Any] = {
            "rclsid": rclsid,
        }
        got = await call(self.invoker, ICatInformation[8], sent)
        return ICatInformationEnumReqCategoriesOfClassResult(**got)


class ICatInformationHandler(Protocol):
    """Answers ICatInformation (0002e013-0000-0000-c000-000000000046)."""

    async def enum_categories(
        self,
        *,
        lcid: u32,
    ) -> ICatInformationEnumCategoriesResult:
        """ICatInformation::EnumCategories, opnum 3: lcid, out ppenumCategoryInfo."""
        ...

    async def get_category_desc(
        self,
        *,
        rcatid: Guid,
        lcid: u32,
    ) -> ICatInformationGetCategoryDescResult:
        """ICatInformation::GetCategoryDesc, opnum 4: rcatid, lcid, out pszDesc."""
        ...

    async def remote_enum_classes_of_categories(
        self,
        *,
        implemented_categories: tuple[Guid, ...] | None,
        required_categories: tuple[Guid, ...] | None,
    ) -> ICatInformationRemoteEnumClassesOfCategoriesResult:
        """ICatInformation::RemoteEnumClassesOfCategories, opnum 5: cImplemented, rgcatidImpl,
        cRequired, rgcatidReq, out ppenumClsid.
        """
        ...

    async def remote_is_class_of_categories(
        self,
        *,
        rclsid: Guid,
        implemented_categories: tuple[Guid, ...] | None,
        required_categories: tuple[Guid, ...] | None,
    ) -> int:
        """ICatInformation::RemoteIsClassOfCategories, opnum 6: rclsid, cImplemented,
        rgcatidImpl, cRequired, rgcatidReq.
        """
        ...

    async def enum_impl_categories_of_class(
        self,
        *,
        rclsid: Guid,
    ) -> ICatInformationEnumImplCategoriesOfClassResult:
        """ICatInformation::EnumImplCategoriesOfClass, opnum 7: rclsid, out ppenumCatid."""
        ...

    async def enum_req_categories_of_class(
        self,
        *,
        rclsid: Guid,
    ) -> ICatInformationEnumReqCategoriesOfClassResult:
        """ICatInformation::EnumReqCategoriesOfClass, opnum 8: rclsid, out ppenumCatid."""
        ...


@record
class IOXIDResolverResolveOxidResult:
    """What IOXIDResolver::ResolveOxid gives."""

    oxid_bindings: DUALSTRINGARRAY | None  # ppdsaOxidBindings
    rem_unknown: Guid  # pipidRemUnknown
    authn_hint: u32  # pAuthnHint
    hresult: Hresult32 = 0


@record
class IOXIDResolverComplexPingResult:
    """What IOXIDResolver::ComplexPing gives."""

    set_id: u64  # pSetId
    ping_backoff_factor: u16  # pPingBackoffFactor
    hresult: Hresult32 = 0


@record
class IOXIDResolverResolveOxid2Result:
    """What IOXIDResolver::ResolveOxid2 gives."""

    oxid_bindings: DUALSTRINGARRAY | None  # ppdsaOxidBindings
    rem_unknown: Guid  # pipidRemUnknown
    authn_hint: u32  # pAuthnHint
    com_version: COMVERSION  # pComVersion
    hresult: Hresult32 = 0


@record
class IOXIDResolverServerAlive2Result:
    """What IOXIDResolver::ServerAlive2 gives."""

    com_version: COMVERSION  # pComVersion
    or_bindings: DUALSTRINGARRAY | None  # ppdsaOrBindings
    reserved: u32  # pReserved
    hresult: Hresult32 = 0


class IOXIDResolverProxy:
    """Calls IOXIDResolver (99fcfec4-5260-101b-bbcb-00aa0021347a)."""

    interface: ClassVar[Interface] = IOXIDResolver

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def resolve_oxid(
        self,
        *,
        oxid: u64,
        c_requested_protseqs: u16 | None = None,
        requested_protseqs: Sequence[int] | np.ndarray,
    ) -> IOXIDResolverResolveOxidResult:
        """IOXIDResolver::ResolveOxid, opnum 0: pOxid, cRequestedProtseqs, arRequestedProtseqs,
        out ppdsaOxidBindings, out pipidRemUnknown, out pAuthnHint.
        """
        sent: dict[str, Any] = {
            "oxid": oxid,
            "requested_protseqs": requested_protseqs,
        }
        if c_requested_protseqs is not None:
            sent["c_requested_protseqs"] = c_requested_protseqs
        got = await call(self.invoker, IOXIDResolver[0], sent)
        return IOXIDResolverResolveOxidResult(**got)

    async def simple_ping(
        self,
        *,
        set_id: u64,
    ) -> int:
        """IOXIDResolver::SimplePing, opnum 1: pSetId."""
        sent: dict[str, Any] = {
            "set_id": set_id,
        }
        got = await call(self.invoker, IOXIDResolver[1], sent)
        return int(got[HRESULT])

    async def complex_ping(
        self,
        *,
        set_id: u64,
        sequence_num: u16,
        c_add_to_set: u16 | None = None,
        c_del_from_set: u16 | None = None,
        add_to_set: Sequence[int] | np.ndarray | None = None,
        del_from_set: Sequence[int] | np.ndarray | None = None,
    ) -> IOXIDResolverComplexPingResult:
        """IOXIDResolver::ComplexPing, opnum 2: in out pSetId, SequenceNum, cAddToSet,
        cDelFromSet, AddToSet, DelFromSet, out pPingBackoffFactor.
        """
        sent: dict[str, Any] = {
            "set_id": set_id,
            "sequence_num": sequence_num,
            "add_to_set": add_to_set,
            "del_from_set": del_from_set,
        }
        if c_add_to_set is not None:
            sent["c_add_to_set"] = c_add_to_set
        if c_del_from_set is not None:
            sent["c_del_from_set"] = c_del_from_set
        got = await call(self.invoker, IOXIDResolver[2], sent)
        return IOXIDResolverComplexPingResult(**got)

    async def server_alive(self) -> int:
        """IOXIDResolver::ServerAlive, opnum 3."""
        got = await call(self.invoker, IOXIDResolver[3], {})
        return int(got[HRESULT])

    async def resolve_oxid2(
        self,
        *,
        oxid: u64,
        c_requested_protseqs: u16 | None = None,
        requested_protseqs: Sequence[int] | np.ndarray,
    ) -> IOXIDResolverResolveOxid2Result:
        """IOXIDResolver::ResolveOxid2, opnum 4: pOxid, cRequestedProtseqs, arRequestedProtseqs,
        out ppdsaOxidBindings, out pipidRemUnknown, out pAuthnHint, out pComVersion.
        """
        sent: dict[str, Any] = {
            "oxid": oxid,
            "requested_protseqs": requested_protseqs,
        }
        if c_requested_protseqs is not None:
            sent["c_requested_protseqs"] = c_requested_protseqs
        got = await call(self.invoker, IOXIDResolver[4], sent)
        return IOXIDResolverResolveOxid2Result(**got)

    async def server_alive2(self) -> IOXIDResolverServerAlive2Result:
        """IOXIDResolver::ServerAlive2, opnum 5: out pComVersion, out ppdsaOrBindings, out
        pReserved.
        """
        got = await call(self.invoker, IOXIDResolver[5], {})
        return IOXIDResolverServerAlive2Result(**got)


class IOXIDResolverHandler(Protocol):
    """Answers IOXIDResolver (99fcfec4-5260-101b-bbcb-00aa0021347a)."""

    async def resolve_oxid(
        self,
        *,
        oxid: u64,
        requested_protseqs: np.ndarray,
    ) -> IOXIDResolverResolveOxidResult:
        """IOXIDResolver::ResolveOxid, opnum 0: pOxid, cRequestedProtseqs, arRequestedProtseqs,
        out ppdsaOxidBindings, out pipidRemUnknown, out pAuthnHint.
        """
        ...

    async def simple_ping(
        self,
        *,
        set_id: u64,
    ) -> int:
        """IOXIDResolver::SimplePing, opnum 1: pSetId."""
        ...

    async def complex_ping(
        self,
        *,
        set_id: u64,
        sequence_num: u16,
        add_to_set: np.ndarray | None,
        del_from_set: np.ndarray | None,
    ) -> IOXIDResolverComplexPingResult:
        """IOXIDResolver::ComplexPing, opnum 2: in out pSetId, SequenceNum, cAddToSet,
        cDelFromSet, AddToSet, DelFromSet, out pPingBackoffFactor.
        """
        ...

    async def server_alive(self) -> int:
        """IOXIDResolver::ServerAlive, opnum 3."""
        ...

    async def resolve_oxid2(
        self,
        *,
        oxid: u64,
        requested_protseqs: np.ndarray,
    ) -> IOXIDResolverResolveOxid2Result:
        """IOXIDResolver::ResolveOxid2, opnum 4: pOxid, cRequestedProtseqs, arRequestedProtseqs,
        out ppdsaOxidBindings, out pipidRemUnknown, out pAuthnHint, out pComVersion.
        """
        ...

    async def server_alive2(self) -> IOXIDResolverServerAlive2Result:
        """IOXIDResolver::ServerAlive2, opnum 5: out pComVersion, out ppdsaOrBindings, out
        pReserved.
        """
        ...


@record
class IRemoteActivationRemoteActivationResult:
    """What IRemoteActivation::RemoteActivation gives."""

    orpcthat: ORPCTHAT  # ORPCthat
    oxid: u64  # pOxid
    oxid_bindings: DUALSTRINGARRAY | None  # ppdsaOxidBindings
    rem_unknown: Guid  # pipidRemUnknown
    authn_hint: u32  # pAuthnHint
    server_version: COMVERSION  # pServerVersion
    phr: Hresult32  # phr
    interface_data: tuple[bytes | None, ...]  # ppInterfaceData
    results: np.ndarray  # pResults
    hresult: Hresult32 = 0


class IRemoteActivationProxy:
    """Calls IRemoteActivation (4d9f4ab8-7d1c-11cf-861e-0020af6e7c57)."""

    interface: ClassVar[Interface] = IRemoteActivation

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_activation(
        self,
        *,
        orpcthis: ORPCTHIS,
        clsid: Guid,
        object_name: str | None = None,
        object_storage: bytes | None = None,
        client_imp_level: u32,
        mode: u32,
        interfaces: u32 | None = None,
        iids: Sequence[Guid] | None = None,
        c_requested_protseqs: u16 | None = None,
        requested_protseqs: Sequence[int] | np.ndarray,
    ) -> IRemoteActivationRemoteActivationResult:
        """IRemoteActivation::RemoteActivation, opnum 0: ORPCthis, out ORPCthat, Clsid,
        pwszObjectName, pObjectStorage, ClientImpLevel, Mode, Interfaces, pIIDs,
        cRequestedProtseqs, aRequestedProtseqs, out pOxid, out ppdsaOxidBindings, out
        pipidRemUnknown, out pAuthnHint, out pServerVersion, out phr, out ppInterfaceData, out
        pResults.
        """
        sent: dict[str, Any] = {
            "orpcthis": orpcthis,
            "clsid": clsid,
            "object_name": object_name,
            "object_storage": object_storage,
            "client_imp_level": client_imp_level,
            "mode": mode,
            "iids": iids,
            "requested_protseqs": requested_protseqs,
        }
        if interfaces is not None:
            sent["interfaces"] = interfaces
        if c_requested_protseqs is not None:
            sent["c_requested_protseqs"] = c_requested_protseqs
        got = await call(self.invoker, IRemoteActivation[0], sent)
        return IRemoteActivationRemoteActivationResult(**got)


class IRemoteActivationHandler(Protocol):
    """Answers IRemoteActivation (4d9f4ab8-7d1c-11cf-861e-0020af6e7c57)."""

    async def remote_activation(
        self,
        *,
        orpcthis: ORPCTHIS,
        clsid: Guid,
        object_name: str | None,
        object_storage: bytes | None,
        client_imp_level: u32,
        mode: u32,
        iids: tuple[Guid, ...] | None,
        requested_protseqs: np.ndarray,
    ) -> IRemoteActivationRemoteActivationResult:
        """IRemoteActivation::RemoteActivation, opnum 0: ORPCthis, out ORPCthat, Clsid,
        pwszObjectName, pObjectStorage, ClientImpLevel, Mode, Interfaces, pIIDs,
        cRequestedProtseqs, aRequestedProtseqs, out pOxid, out ppdsaOxidBindings, out
        pipidRemUnknown, out pAuthnHint, out pServerVersion, out phr, out ppInterfaceData, out
        pResults.
        """
        ...


@record
class IRemoteSCMActivatorRemoteGetClassObjectResult:
    """What IRemoteSCMActivator::RemoteGetClassObject gives."""

    orpcthat: ORPCTHAT  # orpcthat
    pp_act_properties: bytes | None  # ppActProperties
    hresult: Hresult32 = 0


@record
class IRemoteSCMActivatorRemoteCreateInstanceResult:
    """What IRemoteSCMActivator::RemoteCreateInstance gives."""

    orpcthat: ORPCTHAT  # orpcthat
    pp_act_properties: bytes | None  # ppActProperties
    hresult: Hresult32 = 0


class IRemoteSCMActivatorProxy:
    """Calls IRemoteSCMActivator (000001a0-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IRemoteSCMActivator

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def remote_get_class_object(
        self,
        *,
        orpcthis: ORPCTHIS,
        p_act_properties: bytes | None = None,
    ) -> IRemoteSCMActivatorRemoteGetClassObjectResult:
        """IRemoteSCMActivator::RemoteGetClassObject, opnum 3: orpcthis, out orpcthat,
        pActProperties, out ppActProperties.
        """
        sent: dict[str, Any] = {
            "orpcthis": orpcthis,
            "p_act_properties": p_act_properties,
        }
        got = await call(self.invoker, IRemoteSCMActivator[3], sent)
        return IRemoteSCMActivatorRemoteGetClassObjectResult(**got)

    async def remote_create_instance(
        self,
        *,
        orpcthis: ORPCTHIS,
        unk_outer: bytes | None = None,
        p_act_properties: bytes | None = None,
    ) -> IRemoteSCMActivatorRemoteCreateInstanceResult:
        """IRemoteSCMActivator::RemoteCreateInstance, opnum 4: orpcthis, out orpcthat, pUnkOuter,
        pActProperties, out ppActProperties.
        """
        sent: dict[str, Any] = {
            "orpcthis": orpcthis,
            "unk_outer": unk_outer,
            "p_act_properties": p_act_properties,
        }
        got = await call(self.invoker, IRemoteSCMActivator[4], sent)
        return IRemoteSCMActivatorRemoteCreateInstanceResult(**got)


class IRemoteSCMActivatorHandler(Protocol):
    """Answers IRemoteSCMActivator (000001a0-0000-0000-c000-000000000046)."""

    async def remote_get_class_object(
        self,
        *,
        orpcthis: ORPCTHIS,
        p_act_properties: bytes | None,
    ) -> IRemoteSCMActivatorRemoteGetClassObjectResult:
        """IRemoteSCMActivator::RemoteGetClassObject, opnum 3: orpcthis, out orpcthat,
        pActProperties, out ppActProperties.
        """
        ...

    async def remote_create_instance(
        self,
        *,
        orpcthis: ORPCTHIS,
        unk_outer: bytes | None,
        p_act_properties: bytes | None,
    ) -> IRemoteSCMActivatorRemoteCreateInstanceResult:
        """IRemoteSCMActivator::RemoteCreateInstance, opnum 4: orpcthis, out orpcthat, pUnkOuter,
        pActProperties, out ppActProperties.
        """
        ...


@record
class IDispatchGetTypeInfoCountResult:
    """What IDispatch::GetTypeInfoCount gives."""

    pctinfo: u32  # pctinfo
    hresult: Hresult32 = 0


@record
class IDispatchGetTypeInfoResult:
    """What IDispatch::GetTypeInfo gives."""

    t_info: InterfacePointer  # ppTInfo
    hresult: Hresult32 = 0


@record
class IDispatchGetIDsOfNamesResult:
    """What IDispatch::GetIDsOfNames gives."""

    disp_id: np.ndarray  # rgDispId
    hresult: Hresult32 = 0


@record
class IDispatchInvokeResult:
    """What IDispatch::Invoke gives."""

    var_result: Variant | None  # pVarResult
    excep_info: EXCEPINFO  # pExcepInfo
    arg_err: u32  # pArgErr
    var_ref: VariantColumn  # rgVarRef
    hresult: Hresult32 = 0


class IDispatchProxy:
    """Calls IDispatch (00020400-0000-0000-c000-000000000046)."""

    interface: ClassVar[Interface] = IDispatch

    def __init__(self, invoker: Invoker) -> None:
        self.invoker = invoker

    async def get_type_info_count(self) -> IDispatchGetTypeInfoCountResult:
        """IDispatch::GetTypeInfoCount, opnum 3: out pctinfo."""
        got = await call(self.invoker, IDispatch[3], {})
        return IDispatchGetTypeInfoCountResult(**got)

    async def get_type_info(
        self,
        *,
        i_t_info: u32,
        lcid: u32,
    ) -> IDispatchGetTypeInfoResult:
        """IDispatch::GetTypeInfo, opnum 4: iTInfo, lcid, out ppTInfo."""
        sent: dict[str, Any] = {
            "i_t_info": i_t_info,
            "lcid": lcid,
        }
        got = await call(self.invoker, IDispatch[4], sent)
        return IDispatchGetTypeInfoResult(**got)

    async def get_ids_of_names(
        self,
        *,
        riid: Guid,
        names: Sequence[str | None],
        c_names: u32 | None = None,
        lcid: u32,
    ) -> IDispatchGetIDsOfNamesResult:
        """IDispatch::GetIDsOfNames, opnum 5: riid, rgszNames, cNames, lcid, out rgDispId."""
        sent: dict[str, Any] = {
            "riid": riid,
            "names": names,
            "lcid": lcid,
        }
        if c_names is not None:
            sent["c_names"] = c_names
        got = await call(self.invoker, IDispatch[5], sent)
        return IDispatchGetIDsOfNamesResult(**got)

    async def invoke(
        self,
        *,
        disp_id_member: i32,
        riid: Guid,
        lcid: u32,
        flags: u32,
        disp_params: DISPPARAMS,
        c_var_ref: u32 | None = None,
        var_ref_idx: Sequence[int] | np.ndarray,
        var_ref: Sequence[Variant | None],
    ) -> IDispatchInvokeResult:
        """IDispatch::Invoke, opnum 6: dispIdMember, riid, lcid, dwFlags, pDispParams, out
        pVarResult, out pExcepInfo, out pArgErr, cVarRef, rgVarRefIdx, in out rgVarRef.
        """
        sent: dict[str, Any] = {
            "disp_id_member": disp_id_member,
            "riid": riid,
            "lcid": lcid,
            "flags": flags,
            "disp_params": disp_params,
            "var_ref_idx": var_ref_idx,
            "var_ref": var_ref,
        }
        if c_var_ref is not None:
            sent["c_var_ref"] = c_var_ref
        got = await call(self.invoker, IDispatch[6], sent)
        return IDispatchInvokeResult(**got)


class IDispatchHandler(Protocol):
    """Answers IDispatch (00020400-0000-0000-c000-000000000046)."""

    async def get_type_info_count(self) -> IDispatchGetTypeInfoCountResult:
        """IDispatch::GetTypeInfoCount, opnum 3: out pctinfo."""
        ...

    async def get_type_info(
        self,
        *,
        i_t_info: u32,
        lcid: u32,
    ) -> IDispatchGetTypeInfoResult:
        """IDispatch::GetTypeInfo, opnum 4: iTInfo, lcid, out ppTInfo."""
        ...

    async def get_ids_of_names(
        self,
        *,
        riid: Guid,
        names: tuple[str | None, ...],
        lcid: u32,
    ) -> IDispatchGetIDsOfNamesResult:
        """IDispatch::GetIDsOfNames, opnum 5: riid, rgszNames, cNames, lcid, out rgDispId."""
        ...

    async def invoke(
        self,
        *,
        disp_id_member: i32,
        riid: Guid,
        lcid: u32,
        flags: u32,
        disp_params: DISPPARAMS,
        var_ref_idx: np.ndarray,
        var_ref: VariantColumn,
    ) -> IDispatchInvokeResult:
        """IDispatch::Invoke, opnum 6: dispIdMember, riid, lcid, dwFlags, pDispParams, out
        pVarResult, out pExcepInfo, out pArgErr, cVarRef, rgVarRefIdx, in out rgVarRef.
        """
        ...
