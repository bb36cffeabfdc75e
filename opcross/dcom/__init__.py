"""MS-DCOM: objects, references, activation, pinging and callbacks over :mod:`opcross.rpc`.

A server exports objects (:class:`ObjectExporter`) and has a service control manager (:class:`Scm`) that
resolves, activates and collects. A client (:class:`DcomClient`) activates and holds objects, and exports
its own for callbacks (:class:`CallbackHost`). Sockets, clocks and entropy are given to them.
"""

from __future__ import annotations

from opcross.dcom.activation.activator import Activation, Activator, InterfaceResult
from opcross.dcom.activation.request import ActivationMethod, ActivationRequest
from opcross.dcom.call_context import CallContext, current_call
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import (
    IID_ICLASSFACTORY,
    IID_IUNKNOWN,
    ComClass,
    ComObject,
    InterfaceHandler,
)
from opcross.dcom.dual_string_array import DualStringArray, SecurityBinding, StringBinding
from opcross.dcom.exporter import ExporterLimits, ObjectExporter
from opcross.dcom.gate import (
    ACCESS_DENIED_FAULT,
    ACCESS_DENIED_HRESULT,
    Gate,
    OpenGate,
    Refusal,
    WireForm,
)
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.listener import Server, ServerFactory
from opcross.dcom.objref import (
    CustomObjRef,
    ExtendedObjRef,
    HandlerObjRef,
    ObjRef,
    StandardObjRef,
    StdObjRef,
    pack_objref,
    unpack_objref,
)
from opcross.dcom.remote_object import RemoteInterface, RemoteObject
from opcross.dcom.scm import Scm
from opcross.dcom.table_handler import TableHandler
from opcross.dcom.version import COM_5_1, COM_5_7, ComVersion

__all__ = [
    "ACCESS_DENIED_FAULT",
    "ACCESS_DENIED_HRESULT",
    "COM_5_1",
    "COM_5_7",
    "IID_ICLASSFACTORY",
    "IID_IUNKNOWN",
    "Activation",
    "ActivationMethod",
    "ActivationRequest",
    "Activator",
    "CallContext",
    "CallbackHost",
    "ComClass",
    "ComObject",
    "ComVersion",
    "CustomObjRef",
    "DcomClient",
    "DualStringArray",
    "ExporterLimits",
    "ExtendedObjRef",
    "Gate",
    "HandlerObjRef",
    "ImporterOptions",
    "InterfaceHandler",
    "InterfaceResult",
    "ObjRef",
    "ObjectExporter",
    "ObjectImporter",
    "OpenGate",
    "Refusal",
    "RemoteInterface",
    "RemoteObject",
    "Scm",
    "SecurityBinding",
    "Server",
    "ServerFactory",
    "StandardObjRef",
    "StdObjRef",
    "StringBinding",
    "TableHandler",
    "WireForm",
    "current_call",
    "pack_objref",
    "unpack_objref",
]
