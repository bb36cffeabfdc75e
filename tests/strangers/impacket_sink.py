"""impacket's RPC server as an OPC data sink: ``python -m tests.strangers.impacket_sink ADDRESS``.

Prints one JSON object with its OBJREF, then one for each OnDataChange, decoded by impacket's NDR. It knows
no security at all, like the clients that the hardening of 2022-10 cut off from their callbacks. What it says
of itself (ResolveOxid2, RemQueryInterface) is packed by our tables: impacket has no such server.
"""

from __future__ import annotations

import json
import socket  # noqa: TID251  (a foreign program: its sockets are impacket's)
import sys
import threading
from struct import pack
from typing import Any
from uuid import UUID

from impacket.dcerpc.v5 import ndr, rpcrt
from impacket.dcerpc.v5.dcom import oaut
from impacket.dcerpc.v5.dtypes import ULONG

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import StandardObjRef, StdObjRef, pack_objref
from opcross.dcom.orpc import OrpcThat
from opcross.dcom.wire_forms import DualStringForm, QueryResult, VersionForm
from opcross.ndr._stream import Packer
from opcross.ndr.tables import load

RESOLVER, REM_UNKNOWN = load("com")["IOXIDResolver"], load("com")["IRemUnknown"]
SINK = load("da")["IOPCDataCallback"].iid
OXID, OID = 0x1111222233334444, 0x5555666677778888
IPID_REM_UNKNOWN, IPID_SINK = UUID(int=0xA1), UUID(int=0xA2)
ALTER_CONTEXT, ALTER_CONTEXT_RESPONSE = 14, 15
ORPC_THIS = 32
CALLBACKS = {3: "change", 4: "read", 5: "write", 6: "cancel"}


def array_of(element: Any) -> Any:
    return type("Array", (ndr.NDRUniConformantArray,), {"item": element})


class Change(ndr.NDRCALL):  # type: ignore[misc]  # impacket has no types
    """OnDataChange behind its ORPCTHIS."""

    structure = (
        ("dwTransid", ULONG),
        ("hGroup", ULONG),
        ("hrMasterquality", ULONG),
        ("hrMastererror", ULONG),
        ("dwCount", ULONG),
        ("phClientItems", array_of("<L")),
        ("pvValues", array_of(oaut.VARIANT)),
        ("pwQualities", array_of("<H")),
        ("pftTimeStamps", array_of("<Q")),
        ("pErrors", array_of("<L")),
    )


def tell(what: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(what) + "\n")
    sys.stdout.flush()


def decode(data: bytes) -> dict[str, Any]:
    call = Change(data)
    union = [value["_varUnion"] for value in call["pvValues"]]
    return {
        "transaction": call["dwTransid"],
        "group": call["hGroup"],
        "items": list(call["phClientItems"]),
        "types": [value["vt"] for value in call["pvValues"]],
        "values": [one[one.union[one["tag"]][0]] for one in union],
        "qualities": list(call["pwQualities"]),
        "errors": list(call["pErrors"]),
    }


class Connection(rpcrt.DCERPCServer):  # type: ignore[misc]  # impacket has no types
    """One connection; impacket's own server takes one at a time and no alter_context."""

    def __init__(self, client: socket.socket, sink: Sink) -> None:
        super().__init__(client_socket=client)
        for iid, callbacks in sink.callbacks().items():
            self.addCallbacks((str(iid), "0.0"), "135", callbacks)
        self._interfaces: dict[int, bytes] = {}

    def serve(self) -> None:
        while (data := self.recv()) is not None:
            kind = rpcrt.MSRPCHeader(data)["type"]
            if kind in (rpcrt.MSRPC_BIND, ALTER_CONTEXT):
                self._bind(rpcrt.MSRPCHeader(data), kind)
                continue
            self._boundUUID = self._interfaces[rpcrt.MSRPCRequestHeader(data)["ctx_id"]]
            answer = self.processRequest(data)
            if answer is not None:
                answer["ctx_id"] = rpcrt.MSRPCRequestHeader(data)["ctx_id"]
                self.send(answer)

    def _bind(self, packet: Any, kind: int) -> None:
        bind = rpcrt.MSRPCBind(packet["pduData"])
        data = bind["ctx_items"]
        for _ in range(bind["ctx_num"]):
            item = rpcrt.CtxItem(data)
            data = data[len(item) :]
            self._interfaces[item["ContextID"]] = item["AbstractSyntax"]
        if kind == rpcrt.MSRPC_BIND:
            self.bind(packet, bind)
            return
        plain: Any = self._clientSock
        self.set_client_socket(Renamed(plain))
        try:
            self.bind(packet, bind)
        finally:
            self.set_client_socket(plain)


class Renamed:
    """A socket that turns the bind_ack of impacket into an alter_context_resp."""

    def __init__(self, inner: socket.socket) -> None:
        self._inner = inner

    def send(self, data: bytes) -> int:
        return self._inner.send(data[:2] + bytes([ALTER_CONTEXT_RESPONSE]) + data[3:])


class Sink:
    """The object, and who answers for it."""

    def __init__(self, address: str) -> None:
        self._listener = socket.create_server((address, 0))
        self._port = self._listener.getsockname()[1]
        self._bindings = DualStringArray.of([address], (), port=self._port)

    @property
    def objref(self) -> bytes:
        std = StdObjRef(public_refs=5, oxid=OXID, oid=OID, ipid=IPID_SINK)
        iid = UUID("00000000-0000-0000-c000-000000000046")
        return pack_objref(StandardObjRef(iid=iid, std=std, bindings=self._bindings))

    def serve(self) -> None:
        while True:
            client, _ = self._listener.accept()
            threading.Thread(target=Connection(client, self).serve, daemon=True).start()

    def callbacks(self) -> dict[UUID, dict[int, Any]]:
        sink = {opnum: self._hear(word) for opnum, word in CALLBACKS.items()}
        return {
            RESOLVER.iid: {4: self._resolve, 1: lambda data: pack("<I", 0)},
            REM_UNKNOWN.iid: {3: self._query, 5: lambda data: bytes(8) + pack("<I", 0)},
            SINK: sink,
        }

    def _resolve(self, data: bytes) -> bytes:
        del data
        return RESOLVER["ResolveOxid2"].pack_response(
            {
                "oxid_bindings": DualStringForm.of(self._bindings),
                "rem_unknown": IPID_REM_UNKNOWN,
                "authn_hint": 1,
                "com_version": VersionForm(5, 7),
            }
        )

    def _query(self, data: bytes) -> bytes:
        del data
        std = StdObjRef(public_refs=5, oxid=OXID, oid=OID, ipid=IPID_SINK)
        packer = Packer()
        OrpcThat().write(packer)
        REM_UNKNOWN["RemQueryInterface"].write_response(packer, {"qi_results": (QueryResult(0, std),)})
        return packer.getvalue()

    def _hear(self, word: str) -> Any:
        def hear(data: bytes) -> bytes:
            told: dict[str, Any] = {"callback": word}
            if word in ("change", "read"):
                # In front of the parameters stand the object's UUID and the ORPCTHIS.
                told |= decode(data[16 + ORPC_THIS :])
            tell(told)
            return bytes(8) + pack("<I", 0)

        return hear


def main() -> None:
    sink = Sink(sys.argv[1])
    tell({"objref": sink.objref.hex()})
    sink.serve()


if __name__ == "__main__":
    main()
