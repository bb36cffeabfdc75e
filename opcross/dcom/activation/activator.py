"""The activator: from a request to an object, in one path for all three methods ([MS-DCOM] 3.1.2.5.2.3).

The order is fixed, and each step may end the matter: the gate (which judges before any class is looked
up), the class, the gate again, creation, the interfaces.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Final, NoReturn
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.activation.request import ActivationRequest
from opcross.dcom.call_context import CallContext, answering
from opcross.dcom.class_factory import ClassFactory
from opcross.dcom.com_class import ComClass, ComObject
from opcross.dcom.dual_string_array import TOWER_TCP
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.gate import Gate, OpenGate, Refusal, WireForm
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import Fault, HResultError, LocalMisuse
from opcross.rpc.call import Caller

__all__ = ["Activation", "Activator", "ExporterSource", "InterfaceResult"]

ExporterSource = ObjectExporter | Callable[[Caller], Awaitable[ObjectExporter]]
"""Where the objects of a class live; or what finds, or starts, the process in which they do for a caller."""

Report = Callable[[Exception, Caller, ActivationRequest], None]


@dataclass(frozen=True, slots=True)
class InterfaceResult:
    """One of the interfaces asked for: its HRESULT, and its OBJREF where there is one."""

    iid: UUID
    hresult: int
    objref: bytes | None = None


@dataclass(frozen=True, slots=True)
class Activation:
    """What an activation made: at least one of the interfaces is there."""

    exporter: ObjectExporter
    interfaces: tuple[InterfaceResult, ...]


@dataclass(frozen=True, slots=True)
class _Registration:
    com_class: ComClass
    exporter: ExporterSource
    factory: ClassFactory


def _forget(error: Exception, caller: Caller, request: ActivationRequest) -> None:
    """Nobody wants to hear of what went wrong."""


class Activator:
    """The classes of a host, and who may have objects of them.

    ``report`` hears of exceptions that a class did not mean to raise.
    """

    def __init__(
        self,
        *,
        gate: Gate | None = None,
        version: ComVersion = COM_5_7,
        report: Report = _forget,
        interfaces_per_activation: int = 256,
    ) -> None:
        self.version: Final = version
        self._gate: Gate = OpenGate() if gate is None else gate
        self._report = report
        self._most = interfaces_per_activation
        self._classes: dict[UUID, _Registration] = {}

    def register(self, com_class: ComClass, exporter: ExporterSource) -> None:
        """Offer a class; its objects live in ``exporter``.

        A source may raise :class:`HResultError`, which becomes the result of the activation.
        """
        if com_class.clsid in self._classes:
            raise LocalMisuse(f"class {com_class.clsid} is registered already")
        self._classes[com_class.clsid] = _Registration(com_class, exporter, ClassFactory(com_class))

    def unregister(self, clsid: UUID) -> None:
        """Stop to offer a class; its objects live on."""
        self._classes.pop(clsid, None)

    async def activate(self, caller: Caller, request: ActivationRequest) -> Activation:
        """Serve one request.

        Raises :class:`~opcross.errors.Fault` or :class:`HResultError`, as the refusal is to travel.
        """
        _obey(self._gate.before_lookup(caller, request))
        self._check(request)
        registration = self._classes.get(request.clsid)
        if registration is None:
            raise HResultError(Hresult.REGDB_E_CLASSNOTREG, f"no class {request.clsid}")
        _obey(self._gate.before_launch(caller, registration.com_class, request))
        exporter = registration.exporter
        if not isinstance(exporter, ObjectExporter):
            exporter = await exporter(caller)
        context = CallContext(caller, request.causality, self.version.agree(request.client_version), exporter)
        target = await self._target(registration, context, caller, request)
        interfaces = tuple(_export(context, target, iid) for iid in request.iids)
        if all(result.objref is None for result in interfaces):
            if not exporter.table.exported(target):
                target.released()
            raise HResultError(interfaces[0].hresult, "none of the interfaces asked for")
        return Activation(exporter, interfaces)

    def _check(self, request: ActivationRequest) -> None:
        if not self.version.serves(request.client_version):
            raise HResultError(
                Hresult.RPC_E_VERSION_MISMATCH, f"COM {request.client_version} asked, {self.version} serves"
            )
        if not 0 < len(request.iids) <= self._most:
            raise HResultError(Hresult.E_INVALIDARG, f"{len(request.iids)} interfaces asked for")
        if TOWER_TCP not in request.protocol_sequences:
            raise HResultError(Hresult.RPC_S_SERVER_UNAVAILABLE, "the client does not speak TCP")

    async def _target(
        self, registration: _Registration, context: CallContext, caller: Caller, request: ActivationRequest
    ) -> ComObject:
        if request.get_class_object:
            return registration.factory
        try:
            with answering(context):
                return await registration.com_class.create(context)
        except (Fault, HResultError):
            raise
        except Exception as error:
            self._report(error, caller, request)
            raise HResultError(Hresult.CO_E_SERVER_EXEC_FAILURE, "the class failed") from error


def _export(context: CallContext, target: ComObject, iid: UUID) -> InterfaceResult:
    try:
        return InterfaceResult(iid, Hresult.S_OK, context.marshal(target, iid))
    except HResultError as error:
        return InterfaceResult(iid, error.code)


def _obey(refusal: Refusal | None) -> None:
    if refusal is not None:
        _refuse(refusal)


def _refuse(refusal: Refusal) -> NoReturn:
    if refusal.form is WireForm.FAULT:
        raise Fault(refusal.code, refusal.reason)
    raise HResultError(refusal.code, refusal.reason)
