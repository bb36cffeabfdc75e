"""IOXIDResolver, the server's side ([MS-DCOM] 3.1.2.5.1, where it is called IObjectExporter).

Plain RPC on the well-known port. ServerAlive and ServerAlive2 are for everyone; the other methods pass
the gate first, which judges by the machine's access limits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.gate import Gate, OpenGate, WireForm
from opcross.dcom.resolver_books import ResolverBooks
from opcross.dcom.version import COM_5_7, ComVersion
from opcross.dcom.wire_forms import DualStringForm, VersionForm
from opcross.errors import Fault, Refused, WireError
from opcross.ndr._octets import Reader
from opcross.ndr.tables import load
from opcross.rpc.call import Call, SyntaxId

__all__ = ["IID_IOXIDRESOLVER", "OxidResolver"]

_INTERFACE: Final = load("com")["IOXIDResolver"]
IID_IOXIDRESOLVER: Final = _INTERFACE.iid

_OPEN: Final = frozenset({"server_alive", "server_alive2"})
_NULL: Final = UUID(int=0)

Values = Mapping[str, Any]


class OxidResolver:
    """A :class:`~opcross.rpc.call.Dispatcher` for IOXIDResolver.

    ``bindings`` (addresses without endpoints, 3.1.2.5.1.6) are what ServerAlive2 tells.
    """

    def __init__(
        self,
        books: ResolverBooks,
        *,
        gate: Gate | None = None,
        bindings: DualStringArray | None = None,
        version: ComVersion = COM_5_7,
    ) -> None:
        self.books: Final = books
        self.bindings = DualStringArray() if bindings is None else bindings
        self.version: Final = version
        self._gate: Gate = OpenGate() if gate is None else gate
        self._answers: Final[Mapping[str, Callable[[Call, Values], Values]]] = {
            "resolve_oxid": self._resolve,
            "simple_ping": self._simple_ping,
            "complex_ping": self._complex_ping,
            "server_alive": self._alive,
            "resolve_oxid2": self._resolve2,
            "server_alive2": self._alive2,
        }

    def accepts(self, interface: SyntaxId) -> bool:
        """IOXIDResolver 0.0."""
        return interface == SyntaxId(IID_IOXIDRESOLVER)

    async def call(self, call: Call) -> bytes:
        """Answer one call; none of the methods waits for anything."""
        method = _INTERFACE.by_opnum.get(call.opnum)
        if method is None:
            raise Fault(
                RpcStatus.OP_RNG_ERROR, f"IOXIDResolver has no method {call.opnum}", did_not_execute=True
            )
        try:
            request = method.read_request(Reader(call.stub, little=call.little))
        except WireError as error:
            raise Fault(RpcStatus.BAD_STUB_DATA, str(error)) from error
        results: Values
        try:
            if method.python_name not in _OPEN:
                self._judge(call, method.name)
            status, results = 0, self._answers[method.python_name](call, request)
        except Fault:
            raise
        except Refused as refusal:
            status, results = refusal.code, _nothing(method.python_name, request)
        return method.pack_response(results, hresult=status, request=request)

    def _judge(self, call: Call, method: str) -> None:
        refusal = self._gate.before_resolve(call.caller, method)
        if refusal is None:
            return
        if refusal.form is WireForm.FAULT:
            raise Fault(refusal.code, refusal.reason)
        raise Refused(refusal.code, "refused", refusal.reason)

    def _resolve(self, call: Call, request: Values) -> Values:
        sequences = [int(tower) for tower in request["requested_protseqs"]]
        exporter = self.books.resolve(request["oxid"], sequences)
        return {
            "oxid_bindings": DualStringForm.of(exporter.bindings),
            "rem_unknown": exporter.ipid_rem_unknown,
            "authn_hint": int(exporter.level),
        }

    def _resolve2(self, call: Call, request: Values) -> Values:
        version = self.books.resolve(request["oxid"], [7]).version
        return {**self._resolve(call, request), "com_version": VersionForm.of(version)}

    def _simple_ping(self, call: Call, request: Values) -> Values:
        self.books.simple_ping(request["set_id"])
        return {}

    def _complex_ping(self, call: Call, request: Values) -> Values:
        set_id = self.books.complex_ping(
            request["set_id"],
            request["sequence_num"],
            _oids(request["add_to_set"]),
            _oids(request["del_from_set"]),
            address=call.caller.address,
        )
        return {"set_id": set_id, "ping_backoff_factor": 0}

    def _alive(self, call: Call, request: Values) -> Values:
        return {}

    def _alive2(self, call: Call, request: Values) -> Values:
        return {
            "com_version": VersionForm.of(self.version),
            "or_bindings": DualStringForm.of(self.bindings),
            "reserved": 0,
        }


def _oids(values: Any) -> list[int]:  # noqa: ANN401  (an array of numbers, or None)
    return [] if values is None else [int(oid) for oid in values]


def _nothing(method: str, request: Values) -> Values:
    """The out parameters beside a status: all of them travel, null or zero."""
    if method in ("resolve_oxid", "resolve_oxid2"):
        empty = {"oxid_bindings": None, "rem_unknown": _NULL, "authn_hint": 0}
        return empty | ({"com_version": VersionForm(0, 0)} if method == "resolve_oxid2" else {})
    if method == "complex_ping":
        return {"set_id": request["set_id"], "ping_backoff_factor": 0}
    return {}
