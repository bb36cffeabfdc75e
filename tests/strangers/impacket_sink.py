"""impacket's RPC server as an OPC data sink: ``python -m tests.strangers.impacket_sink ADDRESS``.

Prints one JSON object with its OBJREF; then one for each callback, decoded by impacket's NDR, for each bind
with the level that the caller asks for, and for each release. It ends with its standard input. It knows no
security at all, like the clients that the hardening of 2022-10 cut off from their callbacks. What it says of
itself (ResolveOxid2, RemQueryInterface) is packed by our tables: impacket has no such server.
"""

from __future__ import annotations

import json
import socket  # noqa: TID251  (a foreign program: its sockets are impacket's)
import sys
import threading
from collections.abc import Callable
from struct import pack
from typing import Any
from uuid import UUID

from impacket.dcerpc.v5 import ndr, rpcrt
from impacket.dcerpc.v5.dcom import oaut
from impacket.dcerpc.v5.dtypes import FILETIME, ULONG

from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import StandardObjRef, StdObjRef, pack_objref
from opcross.dcom.orpc import OrpcThat
from opcross.dcom.wire_forms import DualStringForm, QueryResult, VersionForm
from opcross.ndr import Reader
from opcross.ndr._stream import Packer
from opcross.ndr.tables import load

RESOLVER, REM_UNKNOWN = load("com")["IOXIDResolver"], load("com")["IRemUnknown"]
SINK = load("da")["IOPCDataCallback"].iid
OXID, OID = 0x1111222233334444, 0x5555666677778888
IPID_REM_UNKNOWN, IPID_SINK = UUID(int=0xA1), UUID(int=0xA2)
NAMES = {RESOLVER.iid: "IOXIDResolver", REM_UNKNOWN.iid: "IRemUnknown", SINK: "IOPCDataCallback"}
NONE = 1
ALTER_CONTEXT, ALTER_CONTEXT_RESPONSE = 14, 15
ORPC_THIS = 32
SPEAKING = threading.Lock()


def array_of(element: Any) -> Any:
    return type("Array", (ndr.NDRUniConformantArray,), {"item": element})


class Values(ndr.NDRCALL):  # type: ignore[misc]  # impacket has no types
    """OnDataChange and OnReadComplete behind their ORPCTHIS."""

    structure = (
        ("dwTransid", ULONG),
        ("hGroup", ULONG),
        ("hrMasterquality", ULONG),
        ("hrMastererror", ULONG),
        ("dwCount", ULONG),
        ("phClientItems", array_of("<L")),
        ("pvValues", array_of(oaut.VARIANT)),
        ("pwQualities", array_of("<H")),
        ("pftTimeStamps", array_of(FILETIME)),
        ("pErrors", array_of("<L")),
    )


class Written(ndr.NDRCALL):  # type: ignore[misc]  # impacket has no types
    """OnWriteComplete."""

    structure = (
        ("dwTransid", ULONG),
        ("hGroup", ULONG),
        ("hrMastererr", ULONG),
        ("dwCount", ULONG),
        ("pClienthandles", array_of("<L")),
        ("pErrors", array_of("<L")),
    )


class Cancelled(ndr.NDRCALL):  # type: ignore[misc]  # impacket has no types
    """OnCancelComplete."""

    structure = (("dwTransid", ULONG), ("hGroup", ULONG))


def tell(what: dict[str, Any]) -> None:
    with SPEAKING:
        sys.stdout.write(json.dumps(what) + "\n")
        sys.stdout.flush()


def plain(variant: Any) -> Any:
    """The value of a VARIANT as JSON can have it; impacket gives some texts as blobs."""
    union = variant["_varUnion"]
    value = union[union.union[union["tag"]][0]]
    return value["asData"] if isinstance(value, oaut.FLAGGED_WORD_BLOB) else value


def values(data: bytes) -> dict[str, Any]:
    call = Values(data)
    return {
        "transaction": call["dwTransid"],
        "group": call["hGroup"],
        "quality": call["hrMasterquality"],
        "error": call["hrMastererror"],
        "items": list(call["phClientItems"]),
        "types": [variant["vt"] for variant in call["pvValues"]],
        "values": [plain(variant) for variant in call["pvValues"]],
        "qualities": list(call["pwQualities"]),
        "times": [each["dwLowDateTime"] | each["dwHighDateTime"] << 32 for each in call["pftTimeStamps"]],
        "errors": list(call["pErrors"]),
    }


def written(data: bytes) -> dict[str, Any]:
    call = Written(data)
    return {
        "transaction": call["dwTransid"],
        "group": call["hGroup"],
        "error": call["hrMastererr"],
        "items": list(call["pClienthandles"]),
        "errors": list(call["pErrors"]),
    }


def cancelled(data: bytes) -> dict[str, Any]:
    call = Cancelled(data)
    return {"transaction": call["dwTransid"], "group": call["hGroup"]}


CALLBACKS = {
    3: ("change", values),
    4: ("read", values),
    5: ("write", written),
    6: ("cancel", cancelled),
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
        level = rpcrt.SEC_TRAILER(packet["sec_trailer"])["auth_level"] if packet["auth_len"] else NONE
        for _ in range(bind["ctx_num"]):
            item = rpcrt.CtxItem(data)
            data = data[len(item) :]
            self._interfaces[item["ContextID"]] = item["AbstractSyntax"]
            iid = UUID(bytes_le=item["AbstractSyntax"][:16])
            tell({"bind": NAMES.get(iid, str(iid)), "contexts": bind["ctx_num"], "level": level})
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
        sink = {opnum: self._hear(word, decode) for opnum, (word, decode) in CALLBACKS.items()}
        return {
            RESOLVER.iid: {4: self._resolve, 1: lambda data: pack("<I", 0)},
            REM_UNKNOWN.iid: {3: self._query, 5: self._release},
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

    def _release(self, data: bytes) -> bytes:
        reader = Reader(data[ORPC_THIS:])
        asked = REM_UNKNOWN["RemRelease"].read_request(reader)
        tell({"released": [row.public_refs for row in asked["interface_refs"]]})
        return bytes(8) + pack("<I", 0)

    def _hear(self, word: str, decode: Callable[[bytes], dict[str, Any]]) -> Any:
        def hear(data: bytes) -> bytes:
            tell({"callback": word, **decode(data[ORPC_THIS:])})
            return bytes(8) + pack("<I", 0)

        return hear


def main() -> None:
    sink = Sink(sys.argv[1])
    tell({"objref": sink.objref.hex()})
    threading.Thread(target=sink.serve, daemon=True).start()
    sys.stdin.read()


if __name__ == "__main__":
    main()
