"""The object exporter: one OXID, the objects behind it, and the calls that reach them ([MS-DCOM] 3.1.1).

Calls run side by side and hold no lock while a method runs, so a method may call its client back and
be called again meanwhile. Each call is judged before its parameters are read: authentication level,
permission, COM version, IPID, IID, owner.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast
from uuid import UUID

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.call_context import CallContext, answering
from opcross.dcom.com_class import IID_IUNKNOWN, ComObject, InterfaceHandler
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.object_table import (
    REFERENCES_GIVEN,
    InterfaceEntry,
    ObjectEntry,
    ObjectTable,
)
from opcross.dcom.objref import (
    SORF_NOPING,
    CustomObjRef,
    ObjRef,
    StandardObjRef,
    StdObjRef,
    pack_objref,
)
from opcross.dcom.orpc import OrpcThat, OrpcThis
from opcross.dcom.owner import Owner
from opcross.dcom.rem_unknown import IID_IREMUNKNOWN, IID_IREMUNKNOWN2, RemUnknown
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.errors import Fault, HResultError, WireError
from opcross.levels import AuthLevel
from opcross.ndr._octets import Reader
from opcross.ndr._stream import Packer
from opcross.rpc.call import Call, Caller, SyntaxId

if TYPE_CHECKING:
    from opcross.dcom.importer import ObjectImporter

__all__ = ["ExporterLimits", "ObjectExporter"]


@dataclass(frozen=True, slots=True)
class ExporterLimits:
    """What one call may ask for. The specification allows 0x8000 interfaces per query."""

    interfaces_per_query: int = 256


def _admit(caller: Caller) -> bool:
    return True


def _forget(error: Exception, call: Call) -> None:
    """Nobody wants to hear of what went wrong."""


class ObjectExporter:
    """One OXID: a :class:`~opcross.rpc.call.Dispatcher` for the port on which its objects are called.

    ``level`` is the lowest authentication level it serves; ``bindings`` (with endpoints) say where it
    listens and ``resolver_bindings`` (without) where its resolver does: both may be set once the
    ports are known. ``access`` says who may call at all. ``report`` hears of exceptions that a method
    did not mean to raise. ``importer`` lets methods call their clients back.
    """

    def __init__(
        self,
        *,
        entropy: Callable[[int], bytes],
        now: Callable[[], float],
        level: AuthLevel = AuthLevel.NONE,
        bindings: DualStringArray | None = None,
        resolver_bindings: DualStringArray | None = None,
        version: ComVersion = COM_5_7,
        access: Callable[[Caller], bool] | None = None,
        report: Callable[[Exception, Call], None] | None = None,
        importer: ObjectImporter | None = None,
        table: ObjectTable | None = None,
        limits: ExporterLimits = ExporterLimits(),
    ) -> None:
        self.oxid: Final = int.from_bytes(entropy(8), "little") or 1
        self.level = level
        self.bindings = DualStringArray() if bindings is None else bindings
        self.resolver_bindings = DualStringArray() if resolver_bindings is None else resolver_bindings
        self.version: Final = version
        self.importer = importer
        self.limits: Final = limits
        self.table: Final = ObjectTable(entropy=entropy) if table is None else table
        self.now: Final = now
        self._access = access or _admit
        self._report = report or _forget
        self._interfaces = {IID_IREMUNKNOWN, IID_IREMUNKNOWN2}
        self._rem_unknown = RemUnknown(self)
        self._connections: dict[int, Owner] = {}
        self.ipid_rem_unknown: Final = UUID(bytes=entropy(16))

    # -- objects ------------------------------------------------------------------------------------

    def marshal(
        self,
        target: ComObject,
        iid: UUID,
        caller: Caller | None,
        *,
        refs: int = REFERENCES_GIVEN,
        pinged: bool = True,
    ) -> bytes:
        """Export an interface: the OBJREF_STANDARD. ``caller`` None gives it to whoever shows it.

        Raises :class:`HResultError` with E_NOINTERFACE, or E_OUTOFMEMORY above the client's limit.
        """
        std = self.grant(target, iid, caller, refs=refs, pinged=pinged)
        return pack_objref(StandardObjRef(iid=iid, std=std, bindings=self.resolver_bindings))

    def grant(
        self,
        target: ComObject,
        iid: UUID,
        caller: Caller | None,
        *,
        refs: int = REFERENCES_GIVEN,
        pinged: bool = True,
    ) -> StdObjRef:
        """As :meth:`marshal`, but the bare STDOBJREF."""
        return self.grant_to(
            target, iid, None if caller is None else Owner.of(caller), refs=refs, pinged=pinged
        )

    def grant_to(
        self,
        target: object,
        iid: UUID,
        owner: Owner | None,
        *,
        refs: int = REFERENCES_GIVEN,
        pinged: bool = True,
    ) -> StdObjRef:
        """As :meth:`grant`, to an owner that is known already."""
        if iid != IID_IUNKNOWN and _object(target).query(iid) is None:
            raise HResultError(Hresult.E_NOINTERFACE)
        interface = self.table.export(target, iid, owner, now=self.now(), refs=refs, pinged=pinged)
        self._interfaces.add(iid)
        entry = interface.object
        return StdObjRef(
            flags=0 if entry.pinged else SORF_NOPING,
            public_refs=refs,
            oxid=self.oxid,
            oid=entry.oid,
            ipid=interface.ipid,
        )

    def release(self, interface: InterfaceEntry, public: int, private: int) -> None:
        """Take references back; the object hears of it when nobody holds it any more."""
        gone = self.table.release(interface, public, private)
        if gone is not None:
            self.retire([gone])

    def take_back(self, reference: ObjRef, caller: Caller) -> ComObject | None:
        """The object behind a reference that came home; its references are released.

        None for references to other exporters. Raises :class:`HResultError` with E_NOINTERFACE for an
        IPID that is no more, or is not the caller's.
        """
        if isinstance(reference, CustomObjRef) or reference.std.oxid != self.oxid:
            return None
        interface = self.table.interface(reference.std.ipid)
        owner = interface.object.owner if interface is not None else None
        if interface is None or (owner is not None and not owner.admits(caller)):
            raise HResultError(Hresult.E_NOINTERFACE, f"no object behind IPID {reference.std.ipid}")
        target = _object(interface.object.target)
        self.release(interface, reference.std.public_refs, 0)
        return target

    def disconnect(self, target: ComObject) -> None:
        """Take an object from all its clients; their next call gets RPC_E_DISCONNECTED."""
        self.retire(self.table.disconnect(target))

    def collect(self, in_ping_set: Callable[[int], bool]) -> list[ObjectEntry]:
        """Remove what clients have abandoned; the resolver calls this when ping sets have expired."""
        gone = self.table.collect(self.now(), in_ping_set=in_ping_set)
        self.retire(gone)
        self._connections = {
            number: owner for number, owner in self._connections.items() if self.table.holds(owner)
        }
        return gone

    def retire(self, gone: list[ObjectEntry]) -> None:
        """Tell objects that nobody holds them any more."""
        for entry in gone:
            if not self.table.exported(entry.target):
                _object(entry.target).released()

    def client_holds_objects(self, caller: Caller) -> bool:
        """Whether this client holds objects here."""
        return self.table.holds(Owner.of(caller))

    def holds_objects(self, connection: int) -> bool:
        """Whether a connection, by its number, serves a client that holds objects here.

        Listeners spare such connections from their idle time-out.
        """
        owner = self._connections.get(connection)
        return owner is not None and self.table.holds(owner)

    # -- calls --------------------------------------------------------------------------------------

    def accepts(self, interface: SyntaxId) -> bool:
        """IRemUnknown, IRemUnknown2, and every interface of which a pointer was handed out."""
        return (interface.major, interface.minor) == (0, 0) and interface.uuid in self._interfaces

    async def call(self, call: Call) -> bytes:
        """Answer an ORPC call ([MS-DCOM] 3.1.1.5.4)."""
        self._check_security(call)
        request = Reader(call.stub, little=call.little)
        try:
            this = OrpcThis.read(request)
        except WireError as error:
            raise Fault(RpcStatus.BAD_STUB_DATA, str(error)) from error
        self._check_header(this)
        handler = self._find(call)
        context = CallContext(call.caller, this.cid, self.version.agree(this.version), self)
        response = Packer()
        OrpcThat().write(response)
        try:
            with answering(context):
                await handler.invoke(call.opnum, request, response, context)
        except Fault:
            raise
        except WireError as error:
            raise Fault(RpcStatus.BAD_STUB_DATA, str(error)) from error
        except Exception as error:
            self._report(error, call)
            raise Fault(Hresult.RPC_E_SERVERFAULT, "the method failed unexpectedly") from error
        return response.getvalue()

    def _check_security(self, call: Call) -> None:
        if call.caller.level.effective < self.level.effective:
            raise _denied(call, f"level {call.caller.level.word} is below {self.level.word}")
        if not self._access(call.caller):
            raise _denied(call, "no permission to call")

    def _check_header(self, this: OrpcThis) -> None:
        if not self.version.serves(this.version):
            raise Fault(Hresult.RPC_E_VERSION_MISMATCH, f"COM {this.version} called, {self.version} serves")

    def _find(self, call: Call) -> InterfaceHandler:
        if call.object == self.ipid_rem_unknown:
            if call.interface.uuid not in (IID_IREMUNKNOWN, IID_IREMUNKNOWN2):
                raise Fault(
                    Hresult.RPC_E_INVALID_IPID, f"the IPID is of IRemUnknown, not {call.interface.uuid}"
                )
            return self._rem_unknown
        interface = self.table.interface(call.object) if call.object is not None else None
        if interface is None:
            raise Fault(Hresult.RPC_E_DISCONNECTED, f"no object behind IPID {call.object}")
        if interface.iid != call.interface.uuid:
            raise Fault(
                Hresult.RPC_E_INVALID_IPID, f"the IPID is of {interface.iid}, not {call.interface.uuid}"
            )
        entry = interface.object
        if entry.owner is not None and not entry.owner.admits(call.caller):
            raise _denied(call, "the IPID belongs to another client")
        self.table.called(entry, self.now())
        if entry.owner is not None:
            self._connections[call.caller.connection] = entry.owner
        handler = _object(entry.target).query(interface.iid)
        if handler is None:
            raise Fault(RpcStatus.OP_RNG_ERROR, "IUnknown is served by IRemUnknown", did_not_execute=True)
        return handler


def _object(target: object) -> ComObject:
    return cast(ComObject, target)  # the table takes any object; only ComObjects are put there


def _denied(call: Call, reason: str) -> Fault:
    """The refusal of 3.1.1.5.4: IRemUnknown answers E_ACCESSDENIED, others ERROR_ACCESS_DENIED (note 40)."""
    remote_unknown = call.interface.uuid in (IID_IREMUNKNOWN, IID_IREMUNKNOWN2)
    return Fault(Hresult.E_ACCESSDENIED if remote_unknown else RpcStatus.ACCESS_DENIED, reason)
