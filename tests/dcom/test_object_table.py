"""The exporter's books: counts, owners, release, collection; and a machine that keeps books beside it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, invariant, rule

from opcross.dcom.object_table import InterfaceEntry, ObjectTable, TableLimits
from opcross.dcom.owner import Owner
from opcross.errors import HResultError
from tests.dcom.entropy import seeded

IID_A = UUID(int=0xA)
IID_B = UUID(int=0xB)
ALICE = Owner("plant\\alice", "10.0.0.1")
BOB = Owner("plant\\bob", "10.0.0.2")


def new_table(**options: Any) -> ObjectTable:
    return ObjectTable(entropy=seeded(), **options)


def never(oid: int) -> bool:
    return False


def test_the_same_client_gets_the_same_ipid_with_more_references() -> None:
    table, target = new_table(), object()
    first = table.export(target, IID_A, ALICE, now=0)
    second = table.export(target, IID_A, ALICE, now=0, refs=2)
    assert first is second
    assert first.public_refs == 7
    assert table.interface(first.ipid) is first
    assert table.object_entry(first.object.oid) is first.object


def test_two_clients_never_share_an_oid_or_an_ipid() -> None:
    table, target = new_table(), object()
    hers = table.export(target, IID_A, ALICE, now=0)
    his = table.export(target, IID_A, BOB, now=0)
    assert hers.ipid != his.ipid
    assert hers.object.oid != his.object.oid
    assert table.release(hers, 5, 0) is hers.object
    assert table.interface(his.ipid) is his
    assert table.exported(target)
    assert table.holds(BOB)
    assert not table.holds(ALICE)


def test_the_object_goes_with_its_last_interface() -> None:
    table, target = new_table(), object()
    a = table.export(target, IID_A, ALICE, now=0)
    b = table.export(target, IID_B, ALICE, now=0)
    assert a.object is b.object
    assert table.release(a, 5, 0) is None
    assert table.release(b, 4, 0) is None
    assert table.release(b, 1, 0) is b.object
    assert len(table) == 0
    assert not table.exported(target)


def test_over_release_and_late_release_are_harmless() -> None:
    table, target = new_table(), object()
    entry = table.export(target, IID_A, ALICE, now=0)
    assert table.release(entry, 500, 7) is entry.object
    assert table.release(entry, 5, 0) is None
    again = table.export(target, IID_A, ALICE, now=0)
    assert again.ipid != entry.ipid
    assert again.public_refs == 5


def test_private_references_count_too() -> None:
    table = new_table()
    entry = table.export(object(), IID_A, ALICE, now=0)
    table.add_refs(entry, 0, 1, now=0)
    assert table.release(entry, 5, 0) is None
    assert table.release(entry, 0, 1) is entry.object


def test_references_never_wrap() -> None:
    table = new_table()
    entry = table.export(object(), IID_A, ALICE, now=0)
    for _ in range(3):
        table.add_refs(entry, 0xFFFFFFFF, 0xFFFFFFFF, now=0)
    assert 0 < entry.public_refs < 0x80000000


def test_a_client_holds_a_limited_number_of_interfaces() -> None:
    table, target = new_table(limits=TableLimits(interfaces_per_owner=2)), object()
    table.export(target, IID_A, ALICE, now=0)
    entry = table.export(target, IID_B, ALICE, now=0)
    with pytest.raises(HResultError, match="at most 2"):
        table.export(object(), IID_A, ALICE, now=0)
    assert table.export(target, IID_A, ALICE, now=0).public_refs == 10
    table.export(target, IID_A, BOB, now=0)
    table.release(entry, 5, 0)
    table.export(object(), IID_A, ALICE, now=0)
    assert len(table) == 3


@pytest.mark.parametrize(
    ("granted", "called", "now", "gone"),
    [
        (0, None, 359.9, False),
        (0, None, 360, True),
        (0, 300, 419.9, False),
        (0, 300, 420, True),
        (100, None, 400, False),
    ],
)
def test_an_object_without_pings_goes_after_six_minutes_unless_called_lately(
    granted: float, called: float | None, now: float, gone: bool
) -> None:
    table = new_table()
    entry = table.export(object(), IID_A, ALICE, now=granted)
    if called is not None:
        table.called(entry.object, called)
    assert table.collect(now, in_ping_set=never) == ([entry.object] if gone else [])
    assert len(table) == (0 if gone else 1)


def test_an_object_in_a_ping_set_stays_and_one_without_pinging_too() -> None:
    table = new_table()
    pinged = table.export(object(), IID_A, ALICE, now=0)
    pinned = table.export(object(), IID_A, None, now=0, pinged=False)
    assert table.collect(1e6, in_ping_set=lambda oid: oid == pinged.object.oid) == []
    assert table.collect(1e6, in_ping_set=never) == [pinged.object]
    assert list(table) == [pinned.object]


def test_disconnect_takes_an_object_from_everyone() -> None:
    table, target = new_table(), object()
    hers = table.export(target, IID_A, ALICE, now=0)
    table.export(target, IID_A, BOB, now=0)
    table.export(object(), IID_A, BOB, now=0)
    assert len(table.disconnect(target)) == 2
    assert table.interface(hers.ipid) is None
    assert len(table) == 1


class Books(RuleBasedStateMachine):
    """Plays clients that export, add, release and fall silent, and counts on its own."""

    held = Bundle("held")

    def __init__(self) -> None:
        super().__init__()
        self.table = new_table()
        self.targets = [object(), object()]
        self.now = 0.0
        self.refs: dict[UUID, int] = {}
        self.entries: dict[UUID, InterfaceEntry] = {}
        self.life: dict[int, float] = {}

    @rule(
        target=held,
        which=st.integers(0, 1),
        iid=st.sampled_from([IID_A, IID_B]),
        owner=st.sampled_from([ALICE, BOB]),
        refs=st.integers(1, 6),
    )
    def export(self, which: int, iid: UUID, owner: Owner, refs: int) -> InterfaceEntry:
        entry = self.table.export(self.targets[which], iid, owner, now=self.now, refs=refs)
        self.refs[entry.ipid] = self.refs.get(entry.ipid, 0) + refs
        self.entries[entry.ipid] = entry
        self.life[entry.object.oid] = max(self.life.get(entry.object.oid, 0), self.now + 360)
        return entry

    @rule(entry=held, public=st.integers(0, 9), private=st.integers(0, 9))
    def add(self, entry: InterfaceEntry, public: int, private: int) -> None:
        if self.table.interface(entry.ipid) is not None:
            self.table.add_refs(entry, public, private, now=self.now)
            self.refs[entry.ipid] += public + private
            self.life[entry.object.oid] = max(self.life[entry.object.oid], self.now + 120)

    @rule(entry=consumes(held), all_of_them=st.booleans())
    def release(self, entry: InterfaceEntry, all_of_them: bool) -> None:
        public, private = (10_000, 10_000) if all_of_them else (1, 0)
        left = max(entry.public_refs - public, 0) + max(entry.private_refs - private, 0)
        gone = self.table.release(entry, public, private)
        if entry.ipid in self.refs:
            self.refs[entry.ipid] = left
            if not left:
                del self.refs[entry.ipid]
                alone = not any(
                    other.object is entry.object for ipid, other in self.entries.items() if ipid in self.refs
                )
                assert (gone is entry.object) == alone
        else:
            assert gone is None

    @rule(seconds=st.sampled_from([1.0, 119.0, 240.0, 360.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        gone = {entry.oid for entry in self.table.collect(self.now, in_ping_set=never)}
        for ipid in tuple(self.refs):
            oid = self.entries[ipid].object.oid
            assert (oid in gone) == (self.now >= self.life[oid])
            if oid in gone:
                del self.refs[ipid]

    @invariant()
    def books_agree(self) -> None:
        assert {ipid: self.table_refs(ipid) for ipid in self.refs} == self.refs
        assert sum(len(entry.interfaces) for entry in self.table) == len(self.refs)
        for entry in self.table:
            assert entry.interfaces, "an object without interfaces is gone"

    def table_refs(self, ipid: UUID) -> int | None:
        entry = self.table.interface(ipid)
        return None if entry is None else entry.refs


TestBooks = Books.TestCase
