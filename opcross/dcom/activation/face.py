"""IRemoteActivation and IRemoteSCMActivator, the server's side ([MS-DCOM] 3.1.2.5.2).

Both are plain RPC with ORPCTHIS and ORPCTHAT as explicit parameters. Whatever arrives becomes one
:class:`ActivationRequest`; what came of it is put into the form of the method that asked.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.activation.activator import Activation, Activator
from opcross.dcom.activation.properties import (
    DualStringUnits,
    InstanceInfo,
    InstantiationInfo,
    LocationInfo,
    PropsOutInfo,
    RemoteReply,
    ScmReplyInfo,
    ScmRequestInfo,
    SecurityInfo,
    pack_properties,
    unpack_properties,
)
from opcross.dcom.activation.request import MODE_GET_CLASS_OBJECT, ActivationMethod, ActivationRequest
from opcross.dcom.dual_string_array import TOWER_TCP
from opcross.dcom.wire_forms import DualStringForm, OrpcThatForm, VersionForm, version
from opcross.errors import Fault, HResultError, WireError
from opcross.levels import ImpersonationLevel
from opcross.ndr._octets import Reader
from opcross.ndr.tables import load
from opcross.rpc.call import Call, SyntaxId

__all__ = ["IID_IREMOTEACTIVATION", "IID_IREMOTESCMACTIVATOR", "ActivationFace"]

_OLD: Final = load("com")["IRemoteActivation"]
_NEW: Final = load("com")["IRemoteSCMActivator"]
IID_IREMOTEACTIVATION: Final = _OLD.iid
IID_IREMOTESCMACTIVATOR: Final = _NEW.iid

_NULL: Final = UUID(int=0)

Values = Mapping[str, Any]


class ActivationFace:
    """A :class:`~opcross.rpc.call.Dispatcher` for both activation interfaces."""

    def __init__(self, activator: Activator) -> None:
        self._activator = activator

    def accepts(self, interface: SyntaxId) -> bool:
        """IRemoteActivation 0.0 and IRemoteSCMActivator 0.0."""
        return interface in (SyntaxId(IID_IREMOTEACTIVATION), SyntaxId(IID_IREMOTESCMACTIVATOR))

    async def call(self, call: Call) -> bytes:
        """Serve one activation; raises :class:`Fault` where the refusal is to travel as one."""
        table = _OLD if call.interface.uuid == IID_IREMOTEACTIVATION else _NEW
        method = table.by_opnum.get(call.opnum)
        if method is None:
            raise Fault(
                RpcStatus.OP_RNG_ERROR, f"{table.name} has no method {call.opnum}", did_not_execute=True
            )
        try:
            values = method.read_request(Reader(call.stub, little=call.little))
        except WireError as error:
            raise Fault(RpcStatus.BAD_STUB_DATA, str(error)) from error
        try:
            request = _old_request(values) if table is _OLD else _new_request(method.opnum, values)
            activation = await self._activator.activate(call.caller, request)
        except HResultError as error:
            # The old method has two places for the result; clients look at either.
            results = _old_failure(values, error.code) if table is _OLD else {"orpcthat": OrpcThatForm()}
            return method.pack_response(results, hresult=error.code, request=values)
        results = _old_results(activation) if table is _OLD else _new_results(activation)
        return method.pack_response(results, hresult=Hresult.S_OK, request=values)


def _old_request(values: Values) -> ActivationRequest:
    this = values["orpcthis"]
    if values["object_name"] is not None or values["object_storage"] is not None:
        raise HResultError(Hresult.E_NOTIMPL, "activation from stored state")
    return ActivationRequest(
        method=ActivationMethod.REMOTE_ACTIVATION,
        clsid=values["clsid"],
        causality=this.cid,
        iids=tuple(values["iids"] or ()),
        get_class_object=values["mode"] == MODE_GET_CLASS_OBJECT,
        client_version=version(this.version),
        impersonation=values["client_imp_level"],
        protocol_sequences=tuple(int(tower) for tower in values["requested_protseqs"]),
    )


def _new_request(opnum: int, values: Values) -> ActivationRequest:
    """The request in the blob; what is wrong with it is an invalid argument."""
    this = values["orpcthis"]
    if values["p_act_properties"] is None:
        raise HResultError(Hresult.E_INVALIDARG, "no activation properties")
    try:
        properties = unpack_properties(values["p_act_properties"])
        wanted = properties.need(InstantiationInfo)
        scm = properties.get(ScmRequestInfo)
        location = properties.get(LocationInfo)
        security = properties.get(SecurityInfo)
        instance = properties.get(InstanceInfo)
    except WireError as error:
        raise HResultError(Hresult.E_INVALIDARG, str(error)) from error
    if instance is not None and (instance.file_name is not None or instance.storage is not None):
        raise HResultError(Hresult.E_NOTIMPL, "activation from stored state")
    remote = scm.request if scm is not None else None
    machine = location.machine if location is not None else None
    if security is not None and security.server is not None and machine is None:
        machine = security.server.name
    class_object = opnum == _NEW["RemoteGetClassObject"].opnum
    return ActivationRequest(
        method=ActivationMethod.REMOTE_GET_CLASS_OBJECT
        if class_object
        else ActivationMethod.REMOTE_CREATE_INSTANCE,
        clsid=wanted.clsid,
        causality=this.cid,
        iids=wanted.iids or (),
        get_class_object=class_object,
        client_version=version(this.version),
        impersonation=remote.impersonation if remote is not None else ImpersonationLevel.IDENTIFY,
        protocol_sequences=(remote.protocol_sequences or ()) if remote is not None else (TOWER_TCP,),
        class_context=wanted.class_context,
        flags=wanted.flags,
        machine=machine,
    )


def _old_results(activation: Activation) -> Values:
    exporter = activation.exporter
    return {
        "orpcthat": OrpcThatForm(),
        "oxid": exporter.oxid,
        "oxid_bindings": DualStringForm.of(exporter.bindings),
        "rem_unknown": exporter.ipid_rem_unknown,
        "authn_hint": int(exporter.level),
        "server_version": VersionForm.of(exporter.version),
        "phr": Hresult.S_OK,
        "interface_data": tuple(result.objref for result in activation.interfaces),
        "results": tuple(result.hresult for result in activation.interfaces),
    }


def _old_failure(values: Values, hresult: int) -> Values:
    count = len(values["iids"] or ())
    return {
        "orpcthat": OrpcThatForm(),
        "oxid": 0,
        "oxid_bindings": None,
        "rem_unknown": _NULL,
        "authn_hint": 0,
        "server_version": VersionForm(0, 0),
        "phr": hresult,
        "interface_data": (None,) * count,
        "results": (hresult,) * count,
    }


def _new_results(activation: Activation) -> Values:
    exporter = activation.exporter
    units, offset = exporter.bindings.units()
    reply = RemoteReply(
        oxid=exporter.oxid,
        bindings=DualStringUnits(security_offset=offset, units=units),
        ipid_rem_unknown=exporter.ipid_rem_unknown,
        authentication_hint=int(exporter.level),
        server_version=exporter.version,
    )
    got = PropsOutInfo(
        iids=tuple(result.iid for result in activation.interfaces),
        results=tuple(result.hresult for result in activation.interfaces),
        interfaces=tuple(result.objref for result in activation.interfaces),
    )
    blob = pack_properties([got, ScmReplyInfo(reply=reply)], reply=True)
    return {"orpcthat": OrpcThatForm(), "pp_act_properties": blob}
