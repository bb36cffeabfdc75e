"""The columns of a group's items: handles and rows."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opcross.opc.codes import DaCode
from opcross.opc.da.model import ItemDefinition
from opcross_simulators.plant import generated_items
from opcross_simulators.servers.da.items import GroupItems
from tests.simulators.servers.da.bench import Bench, virtual


class Handles(RuleBasedStateMachine):
    """Items come and go; handles of those that are there are known, all others are not, for ever."""

    def __init__(self) -> None:
        super().__init__()
        self.items = GroupItems()
        self.known: dict[int, int] = {}
        self.gone: set[int] = set()
        self.made = 0

    @rule(count=st.integers(0, 20))
    def add(self, count: int) -> None:
        numbers = np.arange(self.made, self.made + count, dtype=np.int64)
        self.made += count
        rows = self.items.add(
            numbers, numbers.astype(np.uint32), np.zeros(count, np.uint16), np.ones(count, np.bool_)
        )
        for handle, number in zip(self.items.handles(rows).tolist(), numbers.tolist(), strict=True):
            assert handle != 0
            assert handle not in self.known
            assert handle not in self.gone
            self.known[handle] = number

    @rule(data=st.data())
    def remove(self, data: Any) -> None:
        if not self.known:
            return
        chosen = data.draw(st.lists(st.sampled_from(sorted(self.known)), unique=True))
        rows, errors = self.items.find(np.array(chosen, np.uint32))
        assert not errors.any()
        self.items.remove(rows)
        for handle in chosen:
            del self.known[handle]
            self.gone.add(handle)

    @rule(handle=st.integers(0, 0xFFFFFFFF))
    def look_for_any(self, handle: int) -> None:
        _, errors = self.items.find(np.array([handle], np.uint32))
        assert bool(errors[0] == 0) is (handle in self.known)

    @invariant()
    def everything_is_found_in_the_order_of_adding(self) -> None:
        assert self.items.count == len(self.known)
        rows, errors = self.items.find(np.array(list(self.known), np.uint32))
        assert not errors.any()
        assert self.items.number[rows].tolist() == list(self.known.values())
        assert self.items.number[self.items.rows()].tolist() == sorted(self.known.values())
        _, errors = self.items.find(np.array(sorted(self.gone), np.uint32))
        assert (errors == DaCode.E_INVALIDHANDLE).all()


TestHandles = Handles.TestCase


@virtual
async def test_items_keep_their_order_and_attributes_when_others_go() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other", "Text", "Integer")
        await group.remove_items(handles[1:2])
        results = await group.add_items([ItemDefinition(item_id="clock", client=9, active=False)])
        assert results.types.tolist() == [5]
        attributes = await group.items()
        assert [each.item_id for each in attributes] == ["Level", "Text", "Integer", "Clock"]
        assert [each.client for each in attributes] == [1, 3, 4, 9]
        assert [each.active for each in attributes] == [True, True, True, False]
        assert [each.server for each in attributes] == [*handles[[0, 2, 3]], *results.handles]


@virtual
async def test_an_item_named_twice_in_a_removal_is_removed_once() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other")
        errors = await group.remove_items(handles[[0, 0, 1]])
        assert errors.tolist() == [0, DaCode.E_INVALIDHANDLE, 0]
        assert (await group.add_items([ItemDefinition(item_id="Level")])).errors.tolist() == [0]
        assert len(await group.items()) == 1


@virtual
async def test_a_subscribed_item_takes_a_few_hundred_octets() -> None:
    """Columns, not objects: 100,000 items would take 100 MB and more else."""
    count = 20_000
    async with Bench(items=[generated_items(count)]) as bench:
        every = [each.item_id for each in bench.plant.items]
        tracemalloc.start()
        try:
            group, _ = await bench.group(update_rate=1_000)
            for begin in range(0, count, 1_000):
                await group.add_items([ItemDefinition(item_id=each) for each in every[begin : begin + 1_000]])
            stream = await group.subscribe()
            assert len((await stream.next()).batch) == count
            held, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        assert held / count < 1_000
