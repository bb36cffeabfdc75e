"""What a method knows of the call that it answers, and what it may do in its course."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import Context, ContextVar, copy_context
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.codes import Hresult
from opcross.dcom.objref import unpack_objref
from opcross.dcom.version import ComVersion
from opcross.errors import HResultError, LocalMisuse
from opcross.rpc.call import Caller

if TYPE_CHECKING:
    from opcross.dcom.com_class import ComObject
    from opcross.dcom.exporter import ObjectExporter
    from opcross.dcom.remote_object import RemoteObject

__all__ = ["CallContext", "answering", "current_call", "current_causality", "detached"]

_CURRENT: Final[ContextVar[CallContext | None]] = ContextVar("current ORPC call", default=None)


@dataclass(frozen=True, slots=True)
class CallContext:
    """One incoming call. ``version`` is the COM version that both sides understand."""

    caller: Caller
    causality: UUID
    version: ComVersion
    exporter: ObjectExporter

    def marshal(self, target: ComObject, iid: UUID) -> bytes:
        """Export an interface of ``target`` to this caller: the OBJREF.

        Raises :class:`HResultError` with E_NOINTERFACE when the object does not have it.
        """
        return self.exporter.marshal(target, iid, self.caller)

    def own_object(self, objref: bytes | None) -> ComObject | None:
        """The object that a reference names, if it lives in this exporter ([MS-DCOM] 3.1.1.5.3).

        The references that came with it are taken back. None for null and for the objects of others.
        """
        return None if objref is None else self.exporter.take_back(unpack_objref(objref), self.caller)

    def unmarshal(self, objref: bytes | None) -> RemoteObject:
        """Take hold of an object of the caller (a callback, mostly). Nothing is sent yet.

        Raises :class:`HResultError`: E_POINTER for a null pointer, RPC_E_INVALID_OBJECT where
        the exporter was made without a way to call out; :class:`~opcross.errors.WireError` for
        octets that are no reference.
        """
        if objref is None:
            raise HResultError(Hresult.E_POINTER, "a null interface pointer")
        if self.exporter.importer is None:
            raise HResultError(Hresult.RPC_E_INVALID_OBJECT, "this exporter cannot call out")
        return self.exporter.importer.unmarshal(unpack_objref(objref))


@contextmanager
def answering(context: CallContext) -> Iterator[None]:
    """Make ``context`` the current call, for the code that runs inside."""
    token = _CURRENT.set(context)
    try:
        yield
    finally:
        _CURRENT.reset(token)


def current_call() -> CallContext:
    """The call that the running method answers; raises :class:`LocalMisuse` outside of one."""
    context = _CURRENT.get()
    if context is None:
        raise LocalMisuse("no ORPC call is being answered here")
    return context


def current_causality() -> UUID | None:
    """The chain of calls that calls made from here belong to ([MS-DCOM] 1.3.5); None starts a new one."""
    context = _CURRENT.get()
    return None if context is None else context.causality


def detached() -> Context:
    """A copy of the current context in which no call is answered, for a task that outlives the call.

    Calls made from such a task begin chains of their own.
    """
    context = copy_context()
    context.run(_CURRENT.set, None)
    return context
