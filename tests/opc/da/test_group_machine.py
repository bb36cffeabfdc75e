"""A group in any order of calls, against a model that is a dictionary.

Each rule makes a call, looks at its answer, lets time pass, and holds what the stream sent against what the
model says it has to send. The same machine runs on the simulated server and on the same behind DCOM.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, replace
from typing import Any, ClassVar, TypeVar

import numpy as np
import pytest
from hypothesis import Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.caller import NOBODY
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.opc.da.batch import Batch, ItemValue, WriteBatch
from opcross.opc.da.conformance import DaSubject
from opcross.opc.da.model import GroupChange, GroupSettings, ItemDefinition
from opcross.opc.quality import MASTER_MASK, STATUS_MASK, Quality, is_bad
from opcross_simulators.network import SimulatedLoop
from tests.opc.da.faults import SendsNoValueTwice
from tests.opc.da.faulty import Fault, FaultyService
from tests.opc.da.subjects import simulated
from tests.opc.da.test_conformance import on_the_simulated_network, two_computers

RATE = 100
SETTLED = 0.35
ABSENT = 0x7EDCBA98

NUMBER, LEVEL, COUNT, TEXT = "Tank.Set.Number", "Tank.Level", "Tank.Set.Integer", "Tank.Set.Text"
COMMAND, IDENTITY, BROKEN = "Commands.Reset", "Sensors.Identity", "Sensors.Broken"
OWN_TYPES = {
    NUMBER: VarType.R8,
    LEVEL: VarType.R8,
    COUNT: VarType.I4,
    TEXT: VarType.BSTR,
    COMMAND: VarType.I4,
    IDENTITY: VarType.BSTR,
    BROKEN: VarType.R8,
}
WRITABLE = (NUMBER, LEVEL, COUNT, TEXT)
TYPES = (VarType.EMPTY, VarType.R8, VarType.I4, VarType.BSTR)
IMPOSSIBLE = VarType.ARRAY | VarType.R8

items_of_the_plant = st.sampled_from(sorted(OWN_TYPES))
numbers = st.sampled_from([0.0, 1.0, 5.0, 10.0, 11.0, 50.0, 61.0, 100.0, -7.0, 1e12])
words = st.sampled_from(["", "pump", "42", "-3"])

T = TypeVar("T")


@dataclass(frozen=True)
class Seen:
    """What matters of a row: its value, whether it is good, and its error."""

    value: Any
    vartype: int
    good: bool
    error: int

    @classmethod
    def of(cls, row: ItemValue) -> Seen:
        empty = row.value is None or row.value.vt == VarType.EMPTY
        assert row.error == Hresult.S_OK or (empty and is_bad(row.quality)), "a failure has no value"
        value = None if row.value is None or empty else row.value.value
        vartype = VarType.EMPTY if row.value is None else row.value.vt
        good = row.quality & MASTER_MASK == Quality.GOOD
        return cls(value or "" if vartype == VarType.BSTR else value, int(vartype), good, row.error)


def failure(code: int) -> Seen:
    return Seen(None, int(VarType.EMPTY), good=False, error=int(code))


@dataclass
class Known:
    """An item of the group, as the model has it; ``sent`` is what the stream gave last."""

    item_id: str
    handle: int
    client: int
    active: bool
    requested: int
    deadband: float | None = None
    sent: Seen | None = None
    again: bool = False
    """It may be sent again although it did not change: its type was set."""


class Group(RuleBasedStateMachine):
    """One group, its stream, and the model of both."""

    make: ClassVar[Callable[[], AbstractAsyncContextManager[DaSubject]]] = simulated

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner(loop_factory=lambda: SimulatedLoop(two_computers()))
        self.stack = AsyncExitStack()
        self.known: list[Known] = []
        self.values: dict[str, Any] = {NUMBER: 0.0, LEVEL: 0.0, COUNT: 0, TEXT: "", IDENTITY: "", BROKEN: 0.0}
        self.active = True
        self.deadband = 0.0
        self.clients = 0
        self.came: list[Batch] = []
        self.reader: asyncio.Task[int] | None = None
        self.do(self.open())

    def do(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    async def open(self) -> None:
        subject = await self.stack.enter_async_context(type(self).make())
        self.session = await subject.service.open(NOBODY)
        self.group = await self.session.add_group(GroupSettings(update_rate=RATE))
        await self.listen()

    async def listen(self) -> None:
        self.stream = await self.group.subscribe()
        self.reader = asyncio.get_running_loop().create_task(self.pull())

    async def pull(self) -> int:
        while True:
            try:
                change = await self.stream.next()
            except HResultError as end:
                return end.code
            self.came.append(change.batch)

    async def close(self) -> None:
        await self.session.close()
        assert self.reader is not None
        assert await self.reader == Hresult.E_ABORT
        await self.stack.aclose()

    def teardown(self) -> None:
        self.do(self.close())
        self.runner.close()

    # -- the model

    def in_stream(self, item: Known) -> bool:
        return self.active and item.active and item.item_id != COMMAND

    def seen(self, item: Known) -> Seen:
        """What a read of the device gives."""
        if item.item_id == COMMAND:
            return failure(DaCode.E_BADRIGHTS)
        value, own = self.values[item.item_id], OWN_TYPES[item.item_id]
        wanted = VarType(item.requested) or own
        good = item.item_id != BROKEN
        if wanted == own:
            return Seen(value, own, good, 0)
        if wanted == VarType.BSTR:
            return Seen(f"{value:.0f}" if value else "0", wanted, good, 0)
        try:
            number = float(value)
        except ValueError:
            return failure(DISP_E_TYPEMISMATCH)
        if wanted == VarType.R8:
            return Seen(number, wanted, good, 0)
        if abs(number) >= 1 << 31:
            return failure(DISP_E_OVERFLOW)
        return Seen(round(number), wanted, good, 0)

    def must_send(self, item: Known) -> bool:
        now, before = self.seen(item), item.sent
        if before is None:
            return True
        percent = self.deadband if item.deadband is None else item.deadband
        numeric = isinstance(now.value, float | int) and isinstance(before.value, float | int)
        if item.item_id != LEVEL or not percent or not numeric or now.vartype != before.vartype:
            return now != before
        return abs(now.value - before.value) > percent or now.good != before.good

    def chosen(self, picks: list[int]) -> tuple[list[Known | None], np.ndarray]:
        """Items by position, unknown handles between them; each at most once."""
        found: list[Known | None] = []
        for pick in picks:
            item = self.known[pick] if pick < len(self.known) else None
            if item is None or item not in found:
                found.append(item)
        return found, np.array([ABSENT if item is None else item.handle for item in found], np.uint32)

    @staticmethod
    def expect(errors: np.ndarray, found: list[Known | None], code: int = 0) -> None:
        assert errors.tolist() == [DaCode.E_INVALIDHANDLE if item is None else code for item in found]

    async def settle(self) -> None:
        """Let time pass; then the stream has sent what it had to, and nothing else."""
        await asyncio.sleep(SETTLED)
        rows = [row for batch in self.came for row in batch]
        self.came.clear()
        sent: dict[int, Seen] = {}
        for row in rows:
            assert row.handle not in sent, "one change, one row"
            sent[row.handle] = Seen.of(row)
        streamed = {item.client: item for item in self.known if self.in_stream(item)}
        assert sent.keys() <= streamed.keys()
        for client, item in streamed.items():
            if self.must_send(item):
                assert client in sent, f"{item} is not sent"
            elif client in sent:
                assert item.again, f"{item} is sent without cause"
            if client in sent:
                assert sent[client] == self.seen(item)
                item.sent = sent[client]
            item.again = False

    # -- the rules

    picks = st.lists(st.integers(0, 7), min_size=1, max_size=4)

    @initialize(ids=st.lists(items_of_the_plant, min_size=1, max_size=3))
    def begin(self, ids: list[str]) -> None:
        self.add(ids, VarType.EMPTY, active=True)

    @precondition(lambda self: len(self.known) < 7)
    @rule(ids=st.lists(items_of_the_plant, max_size=3), vartype=st.sampled_from(TYPES), active=st.booleans())
    def add(self, ids: list[str], vartype: VarType, *, active: bool) -> None:
        async def play() -> None:
            asked = [*ids, "no such item"]
            definitions = [
                ItemDefinition(
                    item_id=item_id, active=active, client=self.clients + index, requested_type=vartype
                )
                for index, item_id in enumerate(asked)
            ]
            results = await self.group.add_items(definitions)
            assert results.errors.tolist() == [0] * len(ids) + [DaCode.E_UNKNOWNITEMID]
            assert results.types.tolist()[: len(ids)] == [OWN_TYPES[item_id] for item_id in ids]
            self.known += [
                Known(item_id, int(handle), self.clients + index, active, int(vartype))
                for index, (item_id, handle) in enumerate(zip(ids, results.handles, strict=False))
            ]
            self.clients += len(asked)
            await self.settle()

        self.do(play())

    @rule(picks=picks)
    def remove(self, picks: list[int]) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            self.expect(await self.group.remove_items(handles), found)
            self.known = [item for item in self.known if item not in found]
            await self.settle()

        self.do(play())

    @rule(picks=picks, active=st.booleans())
    def set_active(self, picks: list[int], *, active: bool) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            self.expect(await self.group.set_active(handles, active=active), found)
            for item in filter(None, found):
                if item.active != active:
                    item.active, item.sent = active, None
            await self.settle()

        self.do(play())

    @rule(picks=picks)
    def set_clients(self, picks: list[int]) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            clients = np.arange(self.clients, self.clients + len(found), dtype=np.uint32)
            self.clients += len(found)
            self.expect(await self.group.set_clients(handles, clients), found)
            for item, client in zip(found, clients.tolist(), strict=True):
                if item is not None:
                    item.client = client
            await self.settle()

        self.do(play())

    @rule(picks=picks, vartype=st.sampled_from([*TYPES, IMPOSSIBLE]))
    def set_types(self, picks: list[int], vartype: int) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            errors = await self.group.set_types(handles, np.full(len(found), vartype, np.uint16))
            self.expect(errors, found, DaCode.E_BADTYPE if vartype == IMPOSSIBLE else 0)
            for item in filter(None, found if vartype != IMPOSSIBLE else []):
                item.requested, item.again = int(vartype), True
            await self.settle()

        self.do(play())

    @rule(active=st.booleans())
    def set_group_active(self, *, active: bool) -> None:
        async def play() -> None:
            await self.group.set_state(GroupChange(active=active))
            if active and not self.active:
                for item in self.known:
                    item.sent = None
            self.active = active
            await self.settle()

        self.do(play())

    @rule(percent=st.sampled_from([0.0, 10.0, 50.0]))
    def set_deadband(self, percent: float) -> None:
        async def play() -> None:
            await self.group.set_state(GroupChange(deadband=percent))
            self.deadband = percent
            await self.settle()

        self.do(play())

    @rule(picks=picks, percent=st.sampled_from([0.0, 10.0, 60.0, None]))
    def set_item_deadbands(self, picks: list[int], percent: float | None) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            if percent is None:
                errors = await self.group.clear_deadbands(handles)
            else:
                errors = await self.group.set_deadbands(handles, np.full(len(found), percent, np.float32))
            for item, error in zip(found, errors.tolist(), strict=True):
                if item is None:
                    assert error == DaCode.E_INVALIDHANDLE
                elif item.item_id != LEVEL:
                    assert error == DaCode.E_DEADBANDNOTSUPPORTED
                else:
                    unset = percent is None and item.deadband is None
                    assert error == (DaCode.E_DEADBANDNOTSET if unset else 0)
                    item.deadband = percent
            await self.settle()

        self.do(play())

    @rule(number=numbers, text=words, item_id=st.sampled_from(WRITABLE), as_text=st.booleans())
    def write_item(self, number: float, text: str, item_id: str, *, as_text: bool) -> None:
        """From elsewhere: by another client, so to speak."""

        async def play() -> None:
            held: str | float
            if item_id == TEXT:
                value, held = Variant(VarType.BSTR, text), text
            elif as_text and number < 1e9:
                value, held = Variant(VarType.BSTR, f"{number:.0f}"), number
            else:
                value, held = Variant(VarType.R8, number), number
            errors = await self.session.write([item_id], WriteBatch.of(value))
            if item_id == COUNT and number >= 1 << 31:
                assert errors.tolist() == [DISP_E_OVERFLOW]
            else:
                assert errors.tolist() == [0]
                self.values[item_id] = int(held) if item_id == COUNT else held
            await self.settle()

        self.do(play())

    @rule(picks=picks, number=st.sampled_from([2.0, 3.0, 30.0, 99.0]))
    def write_through_the_group(self, picks: list[int], number: float) -> None:
        async def play() -> None:
            found, handles = self.chosen(picks)
            errors = await self.group.write(
                handles, WriteBatch.of(*[Variant(VarType.R8, number)] * len(found))
            )
            for item, error in zip(found, errors.tolist(), strict=True):
                if item is None:
                    assert error == DaCode.E_INVALIDHANDLE
                elif item.item_id in (IDENTITY, BROKEN):
                    assert error == DaCode.E_BADRIGHTS
                else:
                    assert error == 0
                    held = {VarType.R8: number, VarType.I4: int(number), VarType.BSTR: f"{number:.0f}"}
                    self.values[item.item_id] = held[OWN_TYPES[item.item_id]]
            await self.settle()

        self.do(play())

    @rule(picks=picks, source=st.sampled_from(["cache", "device", "young", "any"]))
    def read(self, picks: list[int], source: str) -> None:
        ages = {"cache": None, "device": 0, "young": 50, "any": 0xFFFFFFFF}

        async def play() -> None:
            found, handles = self.chosen(picks)
            batch = await self.group.read(handles, ages[source])
            assert batch.hresult == (Hresult.S_FALSE if (batch.errors >> 31).any() else Hresult.S_OK)
            for item, row in zip(found, batch, strict=True):
                if item is None:
                    assert Seen.of(row) == failure(DaCode.E_INVALIDHANDLE)
                    continue
                assert row.handle == item.client
                if source == "cache" and item.item_id != COMMAND and not self.in_stream(item):
                    if row.error:
                        assert row.error in (DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH)
                        assert item.requested, "what is in the cache does not convert"
                    else:
                        assert row.quality & STATUS_MASK == Quality.OUT_OF_SERVICE
                elif source != "any" or item.item_id not in WRITABLE:
                    assert Seen.of(row) == self.seen(item)
            await self.settle()

        self.do(play())

    @rule(device=st.booleans())
    def refresh(self, *, device: bool) -> None:
        async def play() -> None:
            streamed = {item.client: item for item in self.known if self.in_stream(item)}
            if not streamed:
                with pytest.raises(HResultError, match="E_FAIL"):
                    await self.group.refresh(0 if device else None)
                return
            batch = await self.group.refresh(0 if device else None)
            assert {row.handle: Seen.of(row) for row in batch} == {
                client: self.seen(item) for client, item in streamed.items()
            }
            await self.settle()

        self.do(play())

    @rule()
    def subscribe_again(self) -> None:
        async def play() -> None:
            await self.stream.close()
            assert self.reader is not None
            assert await self.reader == Hresult.E_ABORT
            for item in self.known:
                item.sent = None
            await self.listen()
            await self.settle()

        self.do(play())

    @rule()
    def clone(self) -> None:
        async def play() -> None:
            clone = await self.group.clone("")
            assert not (await clone.state()).active
            ours, theirs = await self.group.items(), await clone.items()
            assert [replace(item, server=0) for item in theirs] == [replace(item, server=0) for item in ours]
            await clone.set_state(GroupChange(active=True, deadband=99.0))
            await clone.remove()
            await self.settle()

        self.do(play())

    @invariant()
    def attributes_are_those_of_the_model(self) -> None:
        items = self.do(self.group.items())
        assert [
            (item.item_id, item.server, item.client, item.active, item.requested_type) for item in items
        ] == [(item.item_id, item.handle, item.client, item.active, item.requested) for item in self.known]
        state = self.do(self.group.state())
        assert (state.active, state.deadband, state.update_rate) == (self.active, self.deadband, RATE)


class GroupBehindDcom(Group):
    """The same, with PDUs, exporter and client between."""

    make = on_the_simulated_network


@asynccontextmanager
async def with_no_value_twice() -> AsyncGenerator[DaSubject]:
    """A server that does not send what was activated, where its value is the one sent last."""
    async with simulated() as subject:
        fault = Fault(stream=SendsNoValueTwice)
        yield replace(subject, service=FaultyService(subject.service, fault))


class GroupOfAFaultyServer(Group):
    """The machine has to fail here."""

    make = with_no_value_twice


def test_the_machine_finds_a_fault() -> None:
    """A model that agrees with everything would pass, too."""
    with pytest.raises(AssertionError, match="is not sent"):
        run_state_machine_as_test(
            GroupOfAFaultyServer,
            settings=settings(
                max_examples=200, stateful_step_count=20, phases=[Phase.generate], database=None
            ),
        )


_EXAMPLES = settings.default.max_examples if settings.default else 50

TestGroup = Group.TestCase
TestGroup.settings = settings(max_examples=_EXAMPLES // 2, stateful_step_count=30)

TestGroupBehindDcom = GroupBehindDcom.TestCase
TestGroupBehindDcom.settings = settings(max_examples=_EXAMPLES // 5, stateful_step_count=20)


@pytest.mark.deep
class TestGroupAtLength(Group.TestCase):  # type: ignore[valid-type,misc]
    """More of the same, and longer plays."""

    settings = settings(max_examples=_EXAMPLES, stateful_step_count=60)
