"""Activation properties: the blob of structures that IRemoteSCMActivator carries both ways.

[MS-DCOM] 2.2.22. The blob travels as the data of an OBJREF_CUSTOM. It holds a CustomHeader and then the
properties that the header names, each in type serialization version 1. Windows counts its sizes in
ways of its own; they are written as Windows writes them and, on reading, believed no more than needed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final, TypeVar
from uuid import UUID

from opcross.dcom.objref import CustomObjRef, pack_objref, unpack_objref
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import BadValue, LimitExceeded
from opcross.ndr import (
    Conformant,
    Fixed,
    Guid,
    InterfacePointer,
    Unique,
    Wstr,
    count_of,
    i32,
    pack_serialized,
    read_serialized,
    struct,
    u16,
    u32,
    u64,
)
from opcross.ndr._octets import Buffer, Reader, Writer

__all__ = [
    "CLSID_ACTIVATION_PROPERTIES_IN",
    "CLSID_ACTIVATION_PROPERTIES_OUT",
    "IID_IACTIVATION_PROPERTIES_IN",
    "IID_IACTIVATION_PROPERTIES_OUT",
    "MAX_PROPERTIES",
    "ActivationContextInfo",
    "ActivationProperties",
    "ComServerInfo",
    "CustomHeader",
    "DualStringUnits",
    "InstanceInfo",
    "InstantiationInfo",
    "LocationInfo",
    "Property",
    "PropsOutInfo",
    "RemoteReply",
    "RemoteRequest",
    "ScmReplyInfo",
    "ScmRequestInfo",
    "SecurityInfo",
    "SpecialProperties",
    "pack_properties",
    "unpack_properties",
]

CLSID_ACTIVATION_PROPERTIES_IN: Final = UUID("00000338-0000-0000-c000-000000000046")
CLSID_ACTIVATION_PROPERTIES_OUT: Final = UUID("00000339-0000-0000-c000-000000000046")
IID_IACTIVATION_PROPERTIES_IN: Final = UUID("000001a2-0000-0000-c000-000000000046")
IID_IACTIVATION_PROPERTIES_OUT: Final = UUID("000001a3-0000-0000-c000-000000000046")

MAX_PROPERTIES: Final = 10
"""[MS-DCOM] 2.2.28.1 MAX_ACTPROP_LIMIT."""

_SERIALIZATION_HEADERS: Final = 16
_MARSHALER_CONTEXT: Final = 2
"""MSHCTX_DIFFERENTMACHINE."""


@struct
class CustomHeader:
    """[MS-DCOM] 2.2.22.1 CustomHeader: which properties follow, and how long they are."""

    total_size: u32 = 0
    header_size: u32 = 0
    reserved: u32 = 0
    destination_context: u32 = _MARSHALER_CONTEXT
    count: u32 = count_of("classes", "sizes")
    class_info: Guid = UUID(int=0)
    classes: Unique[Annotated[tuple[Guid, ...], Conformant()]] = None
    sizes: Unique[Annotated[tuple[u32, ...], Conformant()]] = None
    opaque: Unique[u32] = None


@struct
class InstantiationInfo:
    """[MS-DCOM] 2.2.22.2.1 InstantiationInfoData: the class and the interfaces wanted."""

    clsid: Guid
    class_context: u32 = 0x10
    flags: u32 = 0
    surrogate: i32 = 0
    count: u32 = count_of("iids")
    instance_flag: u32 = 0
    iids: Unique[Annotated[tuple[Guid, ...], Conformant()]] = None
    this_size: u32 = 0
    client_version: ComVersion = COM_5_7


@struct
class SpecialProperties:
    """[MS-DCOM] 2.2.22.2.2 SpecialPropertiesData."""

    session_id: u32 = 0xFFFFFFFF
    remote_this_session: i32 = 0
    client_impersonating: i32 = 0
    partition_present: i32 = 0
    default_level: u32 = 0
    partition: Guid = UUID(int=0)
    process_request_flags: u32 = 0
    original_class_context: u32 = 0x10
    flags: u32 = 0
    reserved1: u32 = 0
    reserved2: u64 = 0
    reserved3: Annotated[tuple[u32, ...], Fixed(5)] = (0, 0, 0, 0, 0)


@struct
class InstanceInfo:
    """[MS-DCOM] 2.2.22.2.3 InstanceInfoData: an object with stored state."""

    file_name: Unique[Wstr] = None
    mode: u32 = 0
    running_object: InterfacePointer = None
    storage: InterfacePointer = None


@struct
class RemoteRequest:
    """[MS-DCOM] 2.2.22.2.4.1 customREMOTE_REQUEST_SCM_INFO."""

    impersonation: u32 = 2
    count: u16 = count_of("protocol_sequences")
    protocol_sequences: Unique[Annotated[tuple[u16, ...], Conformant()]] = None


@struct
class ScmRequestInfo:
    """[MS-DCOM] 2.2.22.2.4 ScmRequestInfoData."""

    reserved: Unique[u32] = None
    request: Unique[RemoteRequest] = None


@struct
class ActivationContextInfo:
    """[MS-DCOM] 2.2.22.2.5 ActivationContextInfoData; the contexts are OBJREFs."""

    client_ok: i32 = 0
    reserved1: i32 = 0
    reserved2: u32 = 0
    reserved3: u32 = 0
    client_context: InterfacePointer = None
    prototype_context: InterfacePointer = None


@struct
class LocationInfo:
    """[MS-DCOM] 2.2.22.2.6 LocationInfoData."""

    machine: Unique[Wstr] = None
    process_id: u32 = 0
    apartment_id: u32 = 0
    context_id: u32 = 0


@struct
class ComServerInfo:
    """[MS-DCOM] 2.2.22.2.7.1 COSERVERINFO: the server as the client named it."""

    reserved1: u32 = 0
    name: Unique[Wstr] = None
    reserved2: Unique[u32] = None
    reserved3: u32 = 0


@struct
class SecurityInfo:
    """[MS-DCOM] 2.2.22.2.7 SecurityInfoData."""

    authentication_flags: u32 = 0
    server: Unique[ComServerInfo] = None
    reserved: Unique[u32] = None


@struct
class DualStringUnits:
    """[MS-DCOM] 2.2.19.1 DUALSTRINGARRAY in its NDR form; see :class:`~opcross.dcom.DualStringArray`."""

    count: u16 = count_of("units")
    security_offset: u16
    units: Annotated[tuple[u16, ...], Conformant()]


@struct
class RemoteReply:
    """[MS-DCOM] 2.2.22.2.8.1 customREMOTE_REPLY_SCM_INFO: the exporter of what was activated."""

    oxid: u64
    bindings: Unique[DualStringUnits]
    ipid_rem_unknown: Guid
    authentication_hint: u32
    server_version: ComVersion = COM_5_7


@struct
class ScmReplyInfo:
    """[MS-DCOM] 2.2.22.2.8 ScmReplyInfoData."""

    reserved: Unique[u32] = None
    reply: Unique[RemoteReply] = None


@struct
class PropsOutInfo:
    """[MS-DCOM] 2.2.22.2.9 PropsOutInfo: the interfaces got, each with its HRESULT."""

    count: u32 = count_of("iids")
    iids: Unique[Annotated[tuple[Guid, ...], Conformant()]] = None
    results: Unique[Annotated[tuple[u32, ...], Conformant()]] = None
    interfaces: Unique[Annotated[tuple[InterfacePointer, ...], Conformant()]] = None


Property = (
    InstantiationInfo
    | SpecialProperties
    | InstanceInfo
    | ScmRequestInfo
    | ActivationContextInfo
    | LocationInfo
    | SecurityInfo
    | ScmReplyInfo
    | PropsOutInfo
)

_CLASSES: Final[dict[type, UUID]] = {
    PropsOutInfo: CLSID_ACTIVATION_PROPERTIES_OUT,
    LocationInfo: UUID("000001a4-0000-0000-c000-000000000046"),
    ActivationContextInfo: UUID("000001a5-0000-0000-c000-000000000046"),
    SecurityInfo: UUID("000001a6-0000-0000-c000-000000000046"),
    ScmRequestInfo: UUID("000001aa-0000-0000-c000-000000000046"),
    InstantiationInfo: UUID("000001ab-0000-0000-c000-000000000046"),
    InstanceInfo: UUID("000001ad-0000-0000-c000-000000000046"),
    ScmReplyInfo: UUID("000001b6-0000-0000-c000-000000000046"),
    SpecialProperties: UUID("000001b9-0000-0000-c000-000000000046"),
}

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class ActivationProperties:
    """The properties of one blob by CLSID, each still serialized; unknown ones are kept and passed over."""

    parts: tuple[tuple[UUID, bytes], ...]

    def get(self, cls: type[P]) -> P | None:
        """A property, unpacked, or None when the peer did not send it; raises :class:`WireError`."""
        wanted = _CLASSES[cls]
        for clsid, octets in self.parts:
            if clsid == wanted:
                return read_serialized(cls, Reader(octets))
        return None

    def need(self, cls: type[P]) -> P:
        """A property that has to be there; raises :class:`BadValue` when it is not."""
        found = self.get(cls)
        if found is None:
            raise BadValue(f"no {cls.__name__} among the activation properties", path="ActivationProperties")
        return found


def pack_properties(properties: Sequence[Property], *, reply: bool = False) -> bytes:
    """The OBJREF_CUSTOM of a request, or of a reply, with these properties in this order."""
    parts = [_serialize(each) for each in properties]
    classes = tuple(_CLASSES[type(each)] for each in properties)
    sizes = tuple(len(part) for part in parts)
    header_size = len(pack_serialized(CustomHeader(classes=classes, sizes=sizes)))
    total = header_size + sum(sizes)
    header = CustomHeader(total_size=total, header_size=header_size, classes=classes, sizes=sizes)
    writer = Writer()
    writer.u32(total)
    writer.u32(0)
    writer.put(pack_serialized(header))
    for part in parts:
        writer.put(part)
    data = writer.getvalue()
    return pack_objref(
        CustomObjRef(
            iid=IID_IACTIVATION_PROPERTIES_OUT if reply else IID_IACTIVATION_PROPERTIES_IN,
            clsid=CLSID_ACTIVATION_PROPERTIES_OUT if reply else CLSID_ACTIVATION_PROPERTIES_IN,
            data=data,
            stated_size=len(data) + 8,
        )
    )


def _serialize(each: Property) -> bytes:
    octets = pack_serialized(each)
    if isinstance(each, InstantiationInfo) and not each.this_size:
        return pack_serialized(_with_size(each, len(octets)))
    return octets


def _with_size(info: InstantiationInfo, size: int) -> InstantiationInfo:
    return InstantiationInfo(
        clsid=info.clsid,
        class_context=info.class_context,
        flags=info.flags,
        surrogate=info.surrogate,
        count=info.count,
        instance_flag=info.instance_flag,
        iids=info.iids,
        this_size=size,
        client_version=info.client_version,
    )


def unpack_properties(objref: Buffer, *, reply: bool = False) -> ActivationProperties:
    """Take a blob apart; raises :class:`WireError`.

    The sizes in the header cut the properties; the sums above them are not needed and not judged.
    """
    reference = unpack_objref(objref)
    wanted = CLSID_ACTIVATION_PROPERTIES_OUT if reply else CLSID_ACTIVATION_PROPERTIES_IN
    if not isinstance(reference, CustomObjRef) or reference.clsid != wanted:
        raise BadValue("expected a custom OBJREF of activation properties", path="ActivationProperties")
    reader = Reader(reference.data)
    reader.u32("ActivationProperties.size")
    reader.u32("ActivationProperties.reserved")
    start = reader.offset
    header = read_serialized(CustomHeader, reader)
    classes, sizes = header.classes or (), header.sizes or ()
    if len(classes) > MAX_PROPERTIES:
        raise LimitExceeded(
            f"{len(classes)} properties, at most {MAX_PROPERTIES} accepted", path="CustomHeader.count"
        )
    if len(sizes) != len(classes):
        raise BadValue(f"{len(classes)} classes, {len(sizes)} sizes", path="CustomHeader.sizes")
    if start + header.header_size > reader.offset:
        reader.skip(start + header.header_size - reader.offset, "CustomHeader.header_size")
    parts = []
    for index, (clsid, size) in enumerate(zip(classes, sizes, strict=True)):
        if size < _SERIALIZATION_HEADERS:
            raise BadValue(f"is {size}, a property has headers", path=f"CustomHeader.sizes[{index}]")
        parts.append((clsid, reader.take(size, f"ActivationProperties[{index}]")))
    return ActivationProperties(tuple(parts))
