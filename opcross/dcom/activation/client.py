"""The client's side of activation: what is sent, and what an answer means ([MS-DCOM] 3.2.4.1.1)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from opcross.codes import Hresult, failed
from opcross.dcom.activation.activator import InterfaceResult
from opcross.dcom.activation.properties import (
    ActivationContextInfo,
    ComServerInfo,
    InstantiationInfo,
    LocationInfo,
    PropsOutInfo,
    RemoteRequest,
    ScmReplyInfo,
    ScmRequestInfo,
    SecurityInfo,
    SpecialProperties,
    pack_properties,
    unpack_properties,
)
from opcross.dcom.activation.request import MODE_GET_CLASS_OBJECT, ActivationMethod, ActivationRequest
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter_address import ExporterAddress
from opcross.dcom.wire_forms import OrpcThisForm, VersionForm, dual_string_array, version
from opcross.errors import BadValue, HResultError
from opcross.ndr._octets import Reader
from opcross.ndr.tables import load
from opcross.rpc.call import Channel, SyntaxId

__all__ = ["Activated", "activate"]

_OLD: Final = load("com")["IRemoteActivation"]
_NEW: Final = load("com")["IRemoteSCMActivator"]


@dataclass(frozen=True, slots=True)
class Activated:
    """A successful answer: the exporter, and the interfaces with their HRESULTs."""

    oxid: int
    address: ExporterAddress
    interfaces: tuple[InterfaceResult, ...]


async def activate(
    channel: Channel, request: ActivationRequest, *, timeout: float | None = None
) -> Activated:
    """Ask the SCM behind ``channel``.

    Raises :class:`HResultError` or :class:`~opcross.errors.Fault` when it refuses,
    :class:`~opcross.errors.WireError` for an answer that makes no sense.
    """
    old = request.method is ActivationMethod.REMOTE_ACTIVATION
    table = _OLD if old else _NEW
    method = table[request.method.value]
    values = _old_values(request) if old else _new_values(request)
    stub = method.pack_request(values)
    reply = await channel.call(SyntaxId(table.iid), method.opnum, stub, timeout=timeout)
    answer = method.read_response(Reader(reply.stub, little=reply.little))
    hresult = answer["hresult"] or (answer["phr"] if old else Hresult.S_OK)
    if failed(hresult) or (old and hresult):
        raise HResultError(hresult, f"{method.name} of {request.clsid}")
    return _old_answer(request, answer) if old else _new_answer(answer)


def _this(request: ActivationRequest) -> OrpcThisForm:
    return OrpcThisForm(VersionForm.of(request.client_version), request.causality, flags=1)


def _old_values(request: ActivationRequest) -> Mapping[str, Any]:
    return {
        "orpcthis": _this(request),
        "clsid": request.clsid,
        "object_name": None,
        "object_storage": None,
        "client_imp_level": request.impersonation,
        "mode": MODE_GET_CLASS_OBJECT if request.get_class_object else 0,
        "iids": request.iids,
        "requested_protseqs": request.protocol_sequences,
    }


def _new_values(request: ActivationRequest) -> Mapping[str, Any]:
    blob = pack_properties(
        [
            SpecialProperties(original_class_context=request.class_context),
            InstantiationInfo(
                clsid=request.clsid,
                class_context=request.class_context,
                flags=request.flags,
                iids=request.iids,
                client_version=request.client_version,
            ),
            ActivationContextInfo(),
            SecurityInfo(server=ComServerInfo(name=request.machine)),
            LocationInfo(),
            ScmRequestInfo(
                request=RemoteRequest(
                    impersonation=request.impersonation, protocol_sequences=request.protocol_sequences
                )
            ),
        ]
    )
    return {"orpcthis": _this(request), "p_act_properties": blob}


def _old_answer(request: ActivationRequest, answer: Mapping[str, Any]) -> Activated:
    address = ExporterAddress(
        dual_string_array(answer["oxid_bindings"]),
        answer["rem_unknown"],
        answer["authn_hint"],
        version(answer["server_version"]),
    )
    found = (answer["results"], answer["interface_data"])
    if any(len(part) != len(request.iids) for part in found):
        raise BadValue(f"{len(request.iids)} interfaces asked for", path="RemoteActivation.results")
    interfaces = tuple(
        InterfaceResult(iid, int(hresult), objref)
        for iid, hresult, objref in zip(request.iids, *found, strict=True)
    )
    return Activated(answer["oxid"], address, interfaces)


def _new_answer(answer: Mapping[str, Any]) -> Activated:
    if answer["pp_act_properties"] is None:
        raise BadValue("no activation properties in the answer", path="ppActProperties")
    properties = unpack_properties(answer["pp_act_properties"], reply=True)
    reply = properties.need(ScmReplyInfo).reply
    got = properties.need(PropsOutInfo)
    if reply is None or reply.bindings is None:
        raise BadValue("no exporter in the answer", path="ScmReplyInfo.reply")
    parts = (got.iids or (), got.results or (), got.interfaces or ())
    if len({len(part) for part in parts}) != 1:
        raise BadValue("arrays of different lengths", path="PropsOutInfo")
    address = ExporterAddress(
        DualStringArray.from_units(reply.bindings.units, reply.bindings.security_offset),
        reply.ipid_rem_unknown,
        reply.authentication_hint,
        reply.server_version,
    )
    return Activated(reply.oxid, address, tuple(InterfaceResult(*row) for row in zip(*parts, strict=True)))
