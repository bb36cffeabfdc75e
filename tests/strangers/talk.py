"""A conversation of impacket with the simulated server, call by call, and what most of them begin with.

The stubs are packed by the tables; connections, log-on, contexts, fragments and references are impacket's.
"""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from opcross.dcom.orpc import OrpcThat
from opcross.levels import AuthLevel
from opcross.ndr import Reader, VarType
from opcross.ndr.tables import load
from opcross.opc.da.interfaces_generated import OPCITEMDEF
from tests.strangers.hosting import PASSWORD, USER, unused_address

if TYPE_CHECKING:
    from opcross.ndr import Interface

__all__ = ["COM", "COMMON", "DA", "Talk", "definition", "group_of", "interface", "items_of"]

DA, COMMON, COM = load("da"), load("common"), load("com")


def interface(name: str) -> Interface:
    for table in (DA, COMMON, COM):
        if name in table:
            return table[name]
    raise KeyError(name)


class Talk:
    """One conversation; it keeps which methods were called. ``stray`` stands behind every stub."""

    def __init__(self, address: str, *, level: AuthLevel = AuthLevel.INTEGRITY, stray: bytes = b"") -> None:
        self._settings = {
            "address": address,
            "source": unused_address(),
            "user": USER,
            "password": PASSWORD,
            "timeout": 10,
            "level": int(level),
        }
        self.called: set[tuple[str, str]] = set()
        self._stray = stray
        self._adopted = 0

    def __enter__(self) -> Talk:
        self._program = subprocess.Popen(
            [sys.executable, "-m", "opcross_harness.strangers.impacket_client"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.ask("settings", **self._settings)
        return self

    def __exit__(self, *_: object) -> None:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        try:
            self._program.stdin.close()
            self._program.wait(10)
        finally:
            self._program.kill()
            self._program.wait(10)
            self._program.stdout.close()

    def ask(self, what: str, **details: Any) -> dict[str, Any]:
        assert self._program.stdin is not None
        assert self._program.stdout is not None
        self._program.stdin.write(json.dumps({"do": what, **details}) + "\n")
        self._program.stdin.flush()
        answer: dict[str, Any] = json.loads(self._program.stdout.readline())
        return answer

    def activate(self, name: str, clsid: Any, first: str) -> None:
        answer = self.ask("activate", name=name, clsid=str(clsid), iid=str(interface(first).iid))
        assert answer["form"] == "result", answer

    def call(self, target: str, wanted: str, method: str, **values: Any) -> dict[str, Any]:
        """A call that succeeds: its results by name."""
        face = interface(wanted)
        called = face[method]
        answer = self._send(target, face, called, values)
        assert answer["form"] == "result", (wanted, method, answer)
        reader = Reader(bytes.fromhex(answer["stub"]))
        OrpcThat.read(reader)
        results = called.read_response(reader, request={**values}, strict=True)
        assert reader.offset == reader.end
        return results

    def refused(self, target: str, wanted: str, method: str, **values: Any) -> int:
        """A call that fails: its HRESULT."""
        face = interface(wanted)
        answer = self._send(target, face, face[method], values)
        assert answer["form"] == "hresult", (wanted, method, answer)
        return int(answer["code"])

    def _send(self, target: str, face: Interface, method: Any, values: dict[str, Any]) -> dict[str, Any]:
        self.called.add((method.interface, method.name))
        stub = (method.pack_request(values) + self._stray).hex()
        return self.ask("call", name=target, iid=str(face.iid), opnum=method.opnum, stub=stub)

    def adopt(self, objref: bytes | None, of: str) -> str:
        """Hold an object that a method gave: the name to call it by."""
        assert objref is not None
        self._adopted += 1
        name = f"object {self._adopted}"
        answer = self.ask("adopt", name=name, of=of, objref=objref.hex())
        assert answer["form"] == "result", answer
        return name

    def queries(self, target: str, wanted: str) -> int:
        """The HRESULT of a query for an interface."""
        answer = self.ask("query", name=target, iid=str(interface(wanted).iid))
        return int(answer["code"])


def group_of(talk: Talk, name: str = "one") -> tuple[str, dict[str, Any]]:
    added = talk.call(
        "server",
        "IOPCServer",
        "AddGroup",
        name=name,
        active=True,
        requested_update_rate=100,
        client_group=7,
        time_bias=0,
        percent_deadband=0.0,
        lcid=0x409,
        riid=interface("IOPCItemMgt").iid,
    )
    return talk.adopt(added["unk"], "server"), added


def definition(item: str, client: int, vartype: int = VarType.EMPTY) -> OPCITEMDEF:
    return OPCITEMDEF(
        access_path="", item_id=item, active=True, client=client, requested_data_type=int(vartype)
    )


def items_of(talk: Talk, group: str, *names: str) -> list[int]:
    array = tuple(definition(name, 100 + number) for number, name in enumerate(names))
    added = talk.call(group, "IOPCItemMgt", "AddItems", item_array=array)
    assert added["errors"].tolist() == [0] * len(names)
    return [row.server for row in added["add_results"]]
