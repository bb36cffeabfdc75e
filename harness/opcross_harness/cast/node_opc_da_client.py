"""``is: node-opc-da-client``: node-opc-da, an OPC DA client in JavaScript, in a process of its own.

It is of the kind that the hardening broke: RemoteActivation at CONNECT, whatever one asks of it. Version
1.0.6 has no callbacks: a subscription is what its Node-RED node makes of one, a read of the cache in a cycle.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.codes import code_name
from opcross.opc.da.batch import ItemValue
from opcross.yaml_files import TEXT, Key, Record
from opcross_harness.cast.accounts import password_of
from opcross_harness.cast.base import CastKind, ServerRole
from opcross_harness.cast.da_role import Connection, DaClientRole, Reading, Subscription, Writing
from opcross_harness.cast.foreign_program import PATIENCE, ForeignProgram
from opcross_harness.errors import ScenarioError
from opcross_harness.nets import FOREIGN_PROGRAMS, PORT_135
from opcross_harness.outcomes import OK, Form, Outcome
from opcross_harness.strangers.node import NodeOpcDa, find_node_opc_da

if TYPE_CHECKING:
    from opcross_harness.stage import Stage

__all__ = ["NodeOpcDaClient", "NodeOpcDaClientKind", "NodeSettings"]

_READS: Final = "reads"
_TYPES: Final = {
    "VT_BOOL": "BOOLEAN",
    "VT_I2": "SHORT",
    "VT_I4": "INTEGER",
    "VT_R4": "FLOAT",
    "VT_R8": "DOUBLE",
    "VT_BSTR": "COMSTRING",
}
"""What node-dcom calls the types of which it can make VARIANTs."""
_DENIED: Final = ("5", "Access denied")
_LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeSettings:
    """What a scenario says of the client."""

    user: str = ""
    password: str | None = None


class NodeOpcDaClient(DaClientRole):
    """Gives orders to the program."""

    def __init__(self, name: str, settings: NodeSettings, node: NodeOpcDa) -> None:
        # The library cannot bind an address of its own: the system chooses this one for all of loopback.
        super().__init__(name, _LOOPBACK)
        self._settings = settings
        self._node = node
        self._program: ForeignProgram | None = None
        self._browsed: tuple[str, ...] = ()
        self._received: dict[str, list[ItemValue]] = {}
        self._cycles: dict[str, asyncio.Task[None]] = {}
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """End the program."""
        await self._stop_cycles()
        program, self._program = self._program, None
        if program is not None:
            await program.close()

    async def connect(self, server: ServerRole, connection: Connection) -> Outcome:
        """RemoteActivation at CONNECT on port 135, and IOPCServer."""
        clsid = server.clsid_of(connection.class_name)
        if clsid is None:
            raise ScenarioError(f'{server.name} has no class "{connection.class_name}"')
        self._program = await ForeignProgram.start("node-opc-da", self._node.command, self._node.environment)
        settings = self._settings
        password = settings.password if settings.password is not None else password_of(settings.user)
        return _outcome(
            await self._ask(
                "connect",
                address=server.address,
                clsid=str(clsid),
                user=settings.user,
                password=password,
                domain=server.name.upper(),
                timeout=PATIENCE / 2,
            )
        )

    async def disconnect(self) -> Outcome:
        """Give everything back."""
        await self._stop_cycles()
        return _outcome(await self._ask("close"))

    async def status(self) -> Outcome:
        """IOPCServer::GetStatus."""
        return _outcome(await self._ask("status"))

    async def browse(self, branch: str, *, flat: bool) -> Outcome:
        """Its own walk through IOPCBrowseServerAddressSpace: always the whole of it."""
        if branch:
            raise self._cannot("browse below a branch")
        answer = await self._ask("browse", kind="flat" if flat else "tree")
        self._browsed = tuple(answer.get("items") or _item_ids(answer.get("tree", {})))
        return _outcome(answer)

    def browsed(self) -> tuple[str, ...]:
        """The item ids."""
        return self._browsed

    async def read(self, reading: Reading) -> Outcome:
        """IOPCSyncIO::Read of a group of its own."""
        group = reading.group or _READS
        if not reading.group:
            added = await self._ask("add", group=group, items=reading.items)
            failure = _item_failure(added)
            if failure is not None:
                return failure
        source = "cache" if reading.group else "device"
        return self._keep(await self._ask("read", group=group, source=source))

    async def write(self, writing: Writing) -> Outcome:
        """IOPCSyncIO::Write."""
        word = _TYPES.get(writing.type or "VT_R8")
        if word is None or writing.quality is not None:
            raise self._cannot(f"write {writing.type or 'a quality'}")
        await self._ask("add", group=writing.item, items=[writing.item])
        value = _plain(writing.value, word)
        answer = await self._ask("write", group=writing.item, item=writing.item, type=word, value=value)
        return _item_failure(answer) or _outcome(answer)

    async def subscribe(self, subscription: Subscription) -> Outcome:
        """Read the cache again and again, at the group's rate."""
        group, rate = subscription.group, subscription.rate or 100
        added = await self._ask("add", group=group, items=subscription.items, rate=rate)
        failure = _item_failure(added)
        if failure is None and group not in self._cycles:
            self._cycles[group] = asyncio.get_running_loop().create_task(self._cycle(group, rate))
        return failure or _outcome(added)

    async def unsubscribe(self, group: str) -> Outcome:
        """Stop reading."""
        cycle = self._cycles.pop(group, None)
        if cycle is not None:
            cycle.cancel()
            await asyncio.gather(cycle, return_exceptions=True)
        return OK

    def received(self, item: str) -> tuple[ItemValue, ...]:
        """What came of an item."""
        return tuple(self._received.get(item, ()))

    def forget(self) -> None:
        """Begin the evidence anew."""
        self._received.clear()

    def notices(self) -> tuple[str, ...]:
        """It tells nothing."""
        return ()

    async def _ask(self, what: str, **details: Any) -> dict[str, Any]:  # noqa: ANN401
        if self._program is None:
            raise ScenarioError(f"{self.name} has not connected")
        async with self._lock:
            return await self._program.ask({"do": what, **details})

    async def _cycle(self, group: str, rate: int) -> None:
        while True:
            self._keep(await self._ask("read", group=group, source="cache"))
            await asyncio.sleep(rate / 1_000)

    async def _stop_cycles(self) -> None:
        for group in tuple(self._cycles):
            await self.unsubscribe(group)

    def _keep(self, answer: dict[str, Any]) -> Outcome:
        """Put rows into the evidence; a value that came before is none."""
        for row in answer.get("rows", ()):
            known = self._received.setdefault(row["item"], [])
            value = ItemValue(row["client"], _variant(row["value"]), row["quality"], 0, row["error"])
            if not known or (known[-1].value, known[-1].quality) != (value.value, value.quality):
                known.append(value)
        return _outcome(answer)


def _plain(text: str, word: str) -> object:
    if word == "COMSTRING":
        return text
    if word == "BOOLEAN":
        return text.casefold() in ("true", "1", "-1")
    return float(text) if word in ("FLOAT", "DOUBLE") else int(text, 0)


def _variant(value: object) -> Variant:
    """The program says what a value is, not of which VARTYPE."""
    if isinstance(value, bool):
        return Variant(VarType.BOOL, value)
    if isinstance(value, int | float):
        return Variant(VarType.R8, float(value))
    return Variant(VarType.EMPTY) if value is None else Variant(VarType.BSTR, str(value))


def _item_ids(tree: dict[str, Any]) -> list[str]:
    """The item ids of a browsed tree: leaves are texts, branches are mappings."""
    found: list[str] = []
    for entry in tree.values():
        found += _item_ids(entry) if isinstance(entry, dict) else [entry]
    return found


def _item_failure(answer: dict[str, Any]) -> Outcome | None:
    for code in answer.get("errors") or ():
        if code & 0x80000000:
            return Outcome(Form.HRESULT, code, code_name(code))
    return None


def _outcome(answer: dict[str, Any]) -> Outcome:
    """What the library said, in words; of a refusal it keeps the number 5."""
    error = answer["error"]
    if error is None:
        return OK
    if error == _DENIED[0] or _DENIED[1] in error:
        return Outcome(Form.FAULT, 5, "ERROR_ACCESS_DENIED", error)
    if error.isdecimal():
        code = int(error)
        return Outcome(Form.HRESULT, code, code_name(code), error)
    return Outcome(Form.HRESULT, int(Hresult.E_FAIL), "", error)


class NodeOpcDaClientKind(CastKind):
    """The word."""

    name = "node-opc-da-client"
    summary = "node-opc-da, an OPC DA client in JavaScript, in a process of its own."
    actor = NodeOpcDaClient
    needs = frozenset({FOREIGN_PROGRAMS, PORT_135})
    settings = Record(
        NodeSettings,
        {
            "user": Key(TEXT, required=True, description="who logs on"),
            "password": Key(TEXT, description="a wrong password; the right one needs no word"),
        },
    )

    def missing(self) -> str | None:
        """Node.js and the package."""
        found = find_node_opc_da()
        return found if isinstance(found, str) else None

    def create(self, name: str, settings: NodeSettings, stage: Stage) -> NodeOpcDaClient:
        """The client."""
        found = find_node_opc_da()
        if isinstance(found, str):
            raise ScenarioError(found)
        return NodeOpcDaClient(name, settings, found)
