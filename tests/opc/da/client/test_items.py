"""The books of a group: items by the client's own handles, and their newest values."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import Batch, ItemValue
from opcross.opc.da.client.items import ItemTable
from opcross.opc.da.client.last_values import LastValues
from opcross.opc.da.model import ItemDefinition, ItemResults
from opcross.opc.quality import Quality


def handles(*numbers: int) -> np.ndarray:
    return np.array(numbers, np.uint32)


def results(servers: list[int], errors: list[int]) -> ItemResults:
    return ItemResults.of([(server, 5, 3, error) for server, error in zip(servers, errors, strict=True)])


@dataclass
class Known:
    """What a model knows of an item."""

    item_id: str
    client: int
    active: bool
    server: int = 0
    error: int = 0
    settled: bool = False


class ItemTableMachine(RuleBasedStateMachine):
    """The table against a dictionary."""

    def __init__(self) -> None:
        super().__init__()
        self.table = ItemTable()
        self.model: dict[int, Known] = {}
        self.reserved: list[list[int]] = []
        self.servers = iter(range(1000, 10**9))

    @rule(items=st.lists(st.tuples(st.text(max_size=3), st.integers(0, 2**32 - 1), st.booleans())))
    def reserve(self, items: list[tuple[str, int, bool]]) -> None:
        definitions = [ItemDefinition(item_id=i, client=c, active=a) for i, c, a in items]
        made = self.table.reserve(definitions).tolist()
        assert len(set(made)) == len(items)
        assert not set(made) & set(self.model), "never the same handle twice"
        self.model |= {h: Known(i, c, a) for h, (i, c, a) in zip(made, items, strict=True)}
        self.reserved.append(made)

    @rule(data=st.data())
    def settle(self, data: st.DataObject) -> None:
        if not self.reserved:
            return
        made = self.reserved.pop()
        made = [handle for handle in made if handle in self.model]
        bad = data.draw(st.lists(st.booleans(), min_size=len(made), max_size=len(made)))
        servers = [next(self.servers) for _ in made]
        errors = [int(DaCode.E_UNKNOWNITEMID) if one else 0 for one in bad]
        self.table.settle(handles(*made), results(servers, errors))
        for handle, server, error in zip(made, servers, errors, strict=True):
            if error:
                del self.model[handle]
            else:
                self.model[handle].server, self.model[handle].settled = server, True

    @rule(data=st.data())
    def remove(self, data: st.DataObject) -> None:
        if self.model:
            gone = data.draw(st.lists(st.sampled_from(sorted(self.model)), unique=True))
            self.table.remove(handles(*gone, 999_999))
            for handle in gone:
                del self.model[handle]

    @rule(data=st.data())
    def another_server(self, data: st.DataObject) -> None:
        self.table.forget_unsettled()
        self.model = {handle: known for handle, known in self.model.items() if known.settled}
        self.reserved.clear()
        all_handles = self.table.settled()
        assert [d.item_id for d in self.table.definitions(all_handles)] == [
            known.item_id for known in self.model.values()
        ]
        count = len(all_handles)
        bad = data.draw(st.lists(st.booleans(), min_size=count, max_size=count))
        servers = [next(self.servers) for _ in range(count)]
        errors = [int(DaCode.E_UNKNOWNPATH) if one else 0 for one in bad]
        self.table.rebind(all_handles, results(servers, errors))
        for handle, server, error in zip(all_handles.tolist(), servers, errors, strict=True):
            self.model[handle].server, self.model[handle].error = server, error

    @rule(asked=st.lists(st.integers(0, 60)))
    def select(self, asked: list[int]) -> None:
        chosen = self.table.select(handles(*asked))
        expected = [
            self.model[h].error if h in self.model and self.model[h].settled else int(DaCode.E_INVALIDHANDLE)
            for h in asked
        ]
        assert chosen.errors.tolist() == expected
        good = [position for position, error in enumerate(expected) if error == 0]
        assert chosen.positions.tolist() == good
        assert chosen.handles.tolist() == [asked[position] for position in good]
        assert chosen.servers.tolist() == [self.model[asked[position]].server for position in good]

    @invariant()
    def the_same_items_are_there(self) -> None:
        assert self.table.rows["handle"].tolist() == sorted(self.model)
        assert set(self.table.names) == set(self.model)
        settled = [h for h, known in self.model.items() if known.settled]
        assert self.table.settled().tolist() == settled
        assert self.table.streaming().tolist() == [
            h for h in settled if self.model[h].active and not self.model[h].error
        ]
        assert self.table.clients(handles(*self.model)).tolist() == [k.client for k in self.model.values()]


TestItemTable = ItemTableMachine.TestCase


def test_a_copy_has_nothing_of_the_server() -> None:
    table = ItemTable()
    made = table.reserve([ItemDefinition(item_id="a"), ItemDefinition(item_id="b")])
    table.settle(made[:1], results([77], [0]))
    twin = table.copy()
    assert twin.settled().tolist() == made[:1].tolist()
    assert twin.servers(made[:1]).tolist() == [0]
    twin.remove(made[:1])
    assert table.settled().tolist() == made[:1].tolist()


# -- newest values

ROWS = st.lists(
    st.builds(
        ItemValue,
        handle=st.integers(1, 6),
        value=st.one_of(
            st.floats(width=64).map(lambda number: Variant(VarType.R8, number)),
            st.integers(-100, 100).map(lambda number: Variant(VarType.I4, number)),
            st.text(max_size=2).map(lambda text: Variant(VarType.BSTR, text)),
        ),
        quality=st.sampled_from([0, 64, 192]),
        time_stamp=st.integers(0, 3),
        error=st.sampled_from([0, 0x80004005]),
    ),
    max_size=8,
)


def unique(rows: list[ItemValue]) -> list[ItemValue]:
    return list({row.handle: row for row in rows}.values())


@given(st.lists(ROWS, max_size=5), ROWS)
def test_what_changed_is_what_differs_from_the_newest(
    before: list[list[ItemValue]], now: list[ItemValue]
) -> None:
    last = LastValues()
    model: dict[int, ItemValue] = {}
    for rows in before:
        last.put(Batch.of(rows))
        model |= {row.handle: row for row in rows}
    newest = last.all()
    assert {int(h) for h in newest.handles} == set(model)
    for row in newest:
        assert row == model[row.handle]
    rows = unique(now)
    changed = last.changed(Batch.of(rows)).tolist()
    assert changed == [
        index
        for index, row in enumerate(rows)
        if row.handle not in model
        or (row.value, row.quality, row.error)
        != (model[row.handle].value, model[row.handle].quality, model[row.handle].error)
    ]


def test_a_number_within_its_limit_is_no_change() -> None:
    last = LastValues()

    def batch(*numbers: float, quality: int = Quality.GOOD) -> Batch:
        return Batch(handles(1, 2, 3), VariantColumn.of_numbers(VarType.R8, numbers), quality)

    last.put(batch(10.0, 10.0, 10.0))
    limits = np.array([2.0, 2.0, 0.0])
    assert last.changed(batch(12.0, 12.1, 10.0), limits).tolist() == [1]
    assert last.changed(batch(8.0, 7.9, 10.1), limits).tolist() == [1, 2]
    assert last.changed(batch(10.5, float("nan"), 10.0), limits).tolist() == [1]
    assert last.changed(batch(10.5, 10.5, 10.0, quality=64), limits).tolist() == [0, 1, 2]


def test_values_turn_bad_and_stay() -> None:
    last = LastValues()
    last.put(Batch(handles(4, 2), VariantColumn.of_numbers(VarType.I4, [40, 20]), Quality.GOOD, 7))
    bad = last.turned_bad(handles(2, 3, 4))
    assert {row.handle: (row.value, row.quality, row.time_stamp) for row in bad} == {
        2: (Variant(VarType.I4, 20), Quality.COMM_FAILURE, 7),
        3: (Variant(VarType.EMPTY), Quality.COMM_FAILURE, 0),
        4: (Variant(VarType.I4, 40), Quality.COMM_FAILURE, 7),
    }
    last.drop(handles(4))
    assert last.all().handles.tolist() == [2]
    last.clear()
    assert len(last.all()) == 0
