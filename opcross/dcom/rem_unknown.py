"""IRemUnknown and IRemUnknown2: QueryInterface, AddRef and Release from afar ([MS-DCOM] 3.1.1.5.6).

Both sides. The server's answers for all objects of its exporter, under one IPID that every client may
use; the references in the parameters are those of the caller, or the call is refused.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.object_table import REFERENCES_GIVEN, InterfaceEntry
from opcross.dcom.objref import StandardObjRef, StdObjRef, pack_objref
from opcross.dcom.wire_forms import InterfaceRef, QueryResult, std_objref
from opcross.errors import BadValue, Fault, HResultError
from opcross.ndr._octets import Reader, Writer
from opcross.ndr.tables import load

if TYPE_CHECKING:
    from opcross.dcom.call_context import CallContext
    from opcross.dcom.exporter import ObjectExporter
    from opcross.ndr import Interface

__all__ = ["IID_IREMUNKNOWN", "IID_IREMUNKNOWN2", "RemUnknown", "RemUnknownClient"]

_INTERFACE: Final[Interface] = load("com")["IRemUnknown2"]
IID_IREMUNKNOWN: Final = load("com")["IRemUnknown"].iid
IID_IREMUNKNOWN2: Final = _INTERFACE.iid

_NOTHING: Final = StdObjRef(public_refs=0, oxid=0, oid=0, ipid=UUID(int=0))

Values = Mapping[str, Any]


class RemUnknown:
    """The server's side, an :class:`~opcross.dcom.com_class.InterfaceHandler`."""

    def __init__(self, exporter: ObjectExporter) -> None:
        self._exporter = exporter

    async def invoke(self, opnum: int, request: Reader, response: Writer, context: CallContext) -> None:
        """Answer one call; none of the four methods waits for anything."""
        method = _INTERFACE.by_opnum.get(opnum)
        answer = _ANSWERS.get(opnum)
        if method is None or answer is None:
            raise Fault(RpcStatus.OP_RNG_ERROR, f"IRemUnknown2 has no method {opnum}", did_not_execute=True)
        values = method.read_request(request)
        try:
            hresult, results = answer(self, context, values)
        except HResultError as error:
            hresult, results = error.code, {}
        method.write_response(response, results, hresult=hresult, request=values)

    def _find(self, ipid: UUID, context: CallContext) -> InterfaceEntry:
        interface = self._exporter.table.interface(ipid)
        if interface is None:
            raise HResultError(Hresult.RPC_E_INVALID_OBJECT, f"no object behind IPID {ipid}")
        owner = interface.object.owner
        if owner is not None and not owner.admits(context.caller):
            raise HResultError(Hresult.E_ACCESSDENIED, "the IPID belongs to another client")
        return interface

    def _grant(self, context: CallContext, values: Values, refs: int) -> list[tuple[int, StdObjRef]]:
        """QueryInterface for each IID: HRESULT and reference."""
        iids = values["iids"]
        if len(iids) > self._exporter.limits.interfaces_per_query:
            raise HResultError(Hresult.E_INVALIDARG, f"{len(iids)} interfaces asked for")
        entry = self._find(values["ripid"], context).object
        self._exporter.table.called(entry, self._exporter.now())
        granted = []
        for iid in iids:
            try:
                std = self._exporter.grant_to(entry.target, iid, entry.owner, refs=refs)
                granted.append((int(Hresult.S_OK), std))
            except HResultError as error:
                granted.append((error.code, _NOTHING))
        return granted

    def query_interface(self, context: CallContext, values: Values) -> tuple[int, Values]:
        """Opnum 3, 3.1.1.5.6.1.1."""
        granted = self._grant(context, values, values["refs"] or REFERENCES_GIVEN)
        results = tuple(QueryResult(hresult, std) for hresult, std in granted)
        return _summary([hresult for hresult, _ in granted]), {"qi_results": results}

    def add_ref(self, context: CallContext, values: Values) -> tuple[int, Values]:
        """Opnum 4, 3.1.1.5.6.1.2."""
        results = []
        for reference in values["interface_refs"]:
            try:
                interface = self._find(reference.ipid, context)
            except HResultError as error:
                results.append(error.code)
                continue
            self._exporter.table.add_refs(
                interface, reference.public_refs, reference.private_refs, now=self._exporter.now()
            )
            results.append(int(Hresult.S_OK))
        every = bool(results) and Hresult.S_OK not in results
        return Hresult.E_INVALIDARG if every else Hresult.S_OK, {"results": tuple(results)}

    def release(self, context: CallContext, values: Values) -> tuple[int, Values]:
        """Opnum 5, 3.1.1.5.6.1.3. Clients release too often and too late; only others' IPIDs are refused."""
        outcome = Hresult.S_OK
        for reference in values["interface_refs"]:
            try:
                interface = self._find(reference.ipid, context)
            except HResultError as error:
                if error.code == Hresult.E_ACCESSDENIED:
                    outcome = Hresult.E_ACCESSDENIED
                continue
            self._exporter.release(interface, reference.public_refs, reference.private_refs)
        return outcome, {}

    def query_interface2(self, context: CallContext, values: Values) -> tuple[int, Values]:
        """Opnum 6, 3.1.1.5.6.2.1: as opnum 3, but whole OBJREFs, of five references each."""
        granted = self._grant(context, values, REFERENCES_GIVEN)
        references = tuple(
            None if hresult else self._objref(iid, std)
            for iid, (hresult, std) in zip(values["iids"], granted, strict=True)
        )
        hresults = tuple(hresult for hresult, _ in granted)
        return _summary(hresults), {"phr": hresults, "mif": references}

    def _objref(self, iid: UUID, std: StdObjRef) -> bytes:
        bindings = self._exporter.resolver_bindings
        return pack_objref(StandardObjRef(iid=iid, std=std, bindings=bindings))


_ANSWERS: Final[Mapping[int, Callable[[RemUnknown, CallContext, Values], tuple[int, Values]]]] = {
    3: RemUnknown.query_interface,
    4: RemUnknown.add_ref,
    5: RemUnknown.release,
    6: RemUnknown.query_interface2,
}


def _summary(hresults: Sequence[int]) -> int:
    """S_OK if all are there, S_FALSE if some are missing, E_NOINTERFACE if all are."""
    if not any(hresults):
        return Hresult.S_OK
    return Hresult.E_NOINTERFACE if all(hresults) else Hresult.S_FALSE


Send = Callable[[UUID, int, Callable[[Writer], None]], Awaitable[Reader]]


class RemUnknownClient:
    """The client's side. ``send`` makes an ORPC call on the exporter's IRemUnknown.

    It speaks IRemUnknown alone: some exporters of callbacks refuse the second interface.
    """

    def __init__(self, send: Send) -> None:
        self._send = send

    async def _call(self, opnum: int, values: Values) -> dict[str, Any]:
        method = _INTERFACE[opnum]
        reader = await self._send(IID_IREMUNKNOWN, opnum, lambda writer: method.write_request(writer, values))
        return method.read_response(reader)

    async def query_interface(
        self, ipid: UUID, refs: int, iids: Sequence[UUID]
    ) -> list[tuple[int, StdObjRef]]:
        """The HRESULT and the reference of each; raises :class:`HResultError` when there are none at all."""
        answer = await self._call(3, {"ripid": ipid, "refs": refs, "iids": tuple(iids)})
        results = answer["qi_results"]
        if results is None:
            raise HResultError(answer["hresult"] or Hresult.E_UNEXPECTED, "RemQueryInterface gave no results")
        if len(results) != len(iids):
            raise BadValue(f"{len(iids)} interfaces asked for, {len(results)} came", path="RemQueryInterface")
        return [(result.h_result, std_objref(result.std)) for result in results]

    async def add_ref(self, references: Sequence[tuple[UUID, int]]) -> list[int]:
        """More public references to each IPID; an HRESULT for each."""
        forms = tuple(InterfaceRef(ipid, public) for ipid, public in references)
        answer = await self._call(4, {"interface_refs": forms})
        return [int(hresult) for hresult in answer["results"]]

    async def release(self, references: Sequence[tuple[UUID, int]]) -> None:
        """Give public references back."""
        forms = tuple(InterfaceRef(ipid, public) for ipid, public in references)
        await self._call(5, {"interface_refs": forms})
