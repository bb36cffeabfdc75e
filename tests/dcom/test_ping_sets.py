"""Ping sets: their methods, their timers, and a machine that plays several clients."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opcross.codes import RpcStatus
from opcross.dcom.ping_sets import PingLimits, PingSets
from opcross.errors import Refused
from tests.dcom.entropy import seeded

HERE = "10.0.0.1"


def new_sets(**options: Any) -> PingSets:
    return PingSets(entropy=seeded(), **options)


def everything(oid: int) -> bool:
    return True


def ping(sets: PingSets, set_id: int, sequence: int, add: Any = (), delete: Any = (), now: float = 0) -> int:
    return sets.complex_ping(set_id, sequence, add, delete, address=HERE, now=now, known=everything)


def test_a_zero_set_id_makes_a_set() -> None:
    sets = new_sets()
    first, second = ping(sets, 0, 1, [1, 2]), ping(sets, 0, 1, [2])
    assert 0 not in (first, second)
    assert first != second
    assert sets.covers(1)
    ping(sets, first, 2, [3], [1, 2])
    assert not sets.covers(1)
    assert sets.covers(2)
    assert sets.covers(3)


def test_unknown_sets_are_refused() -> None:
    sets = new_sets()
    for call in (lambda: sets.simple_ping(7, now=0), lambda: ping(sets, 7, 1, [1])):
        with pytest.raises(Refused) as refusal:
            call()
        assert refusal.value.code == RpcStatus.OR_INVALID_SET


def test_a_set_lives_six_minutes_from_its_last_ping() -> None:
    sets = new_sets()
    set_id = ping(sets, 0, 1, [1], now=0)
    sets.simple_ping(set_id, now=300)
    assert sets.expire(659) == []
    assert [dead.id for dead in sets.expire(660)] == [set_id]
    assert not sets.covers(1)
    with pytest.raises(Refused):
        sets.simple_ping(set_id, now=660)


def test_a_ping_that_comes_too_late_does_not_revive_a_set_that_was_not_swept_yet() -> None:
    sets = new_sets()
    set_id = ping(sets, 0, 1, [1], now=0)
    with pytest.raises(Refused):
        sets.simple_ping(set_id, now=360)


def test_an_old_sequence_number_pings_but_changes_nothing() -> None:
    sets = new_sets()
    set_id = ping(sets, 0, 0xFFFF, [1], now=0)
    ping(sets, set_id, 1, [2], now=100)
    ping(sets, set_id, 0xFFFF, [3], [1, 2], now=200)
    assert sets.covers(1)
    assert sets.covers(2)
    assert not sets.covers(3)
    assert sets.expire(559) == []


def test_a_client_that_never_counts_is_served() -> None:
    sets = new_sets()
    set_id = ping(sets, 0, 0, [1])
    ping(sets, set_id, 0, [2])
    assert sets.covers(2)


def test_unknown_objects_are_passed_over_unless_all_are_unknown() -> None:
    sets = new_sets()

    def known(oid: int) -> bool:
        return oid == 1

    set_id = sets.complex_ping(0, 1, [1, 2], [], address=HERE, now=0, known=known)
    assert sets.get(set_id) is not None
    assert not sets.covers(2)
    with pytest.raises(Refused) as refusal:
        sets.complex_ping(0, 1, [2, 3], [], address=HERE, now=0, known=known)
    assert refusal.value.code == RpcStatus.OR_INVALID_OID
    assert len(sets) == 1


def test_limits_hold_per_set_and_per_address() -> None:
    sets = new_sets(limits=PingLimits(oids_per_set=2, sets_per_address=2))
    with pytest.raises(Refused, match="at most 2"):
        ping(sets, 0, 1, [1, 2, 3])
    set_id = ping(sets, 0, 1, [1, 2])
    with pytest.raises(Refused):
        ping(sets, set_id, 2, [3])
    ping(sets, 0, 1, [])
    with pytest.raises(Refused, match="ping sets"):
        ping(sets, 0, 1, [])
    sets.complex_ping(0, 1, [], [], address="10.0.0.2", now=0, known=everything)


def test_a_released_object_is_forgotten_everywhere() -> None:
    sets = new_sets()
    first, second = ping(sets, 0, 1, [1, 2]), ping(sets, 0, 1, [1])
    sets.forget(1)
    sets.forget(99)
    assert not sets.covers(1)
    assert sets.covers(2)
    assert sets.get(first) is not None
    assert sets.get(second) is not None


class Clients(RuleBasedStateMachine):
    """Clients ping, change and forget their sets; the model keeps plain dictionaries."""

    def __init__(self) -> None:
        super().__init__()
        self.sets = new_sets()
        self.now = 0.0
        self.model: dict[int, tuple[set[int], float]] = {}
        self.sequence = 0

    @rule(add=st.sets(st.integers(1, 6), max_size=4))
    def create(self, add: set[int]) -> None:
        set_id = ping(self.sets, 0, 0, add, now=self.now)
        assert set_id not in self.model
        self.model[set_id] = (set(add), self.now)

    @rule(data=st.data(), add=st.sets(st.integers(1, 6)), delete=st.sets(st.integers(1, 6)))
    def change(self, data: st.DataObject, add: set[int], delete: set[int]) -> None:
        if self.model:
            set_id = data.draw(st.sampled_from(sorted(self.model)))
            self.sequence += 1
            ping(self.sets, set_id, self.sequence, add, delete, now=self.now)
            self.model[set_id] = ((self.model[set_id][0] | add) - delete, self.now)

    @rule(data=st.data())
    def simple(self, data: st.DataObject) -> None:
        if self.model:
            set_id = data.draw(st.sampled_from(sorted(self.model)))
            self.sets.simple_ping(set_id, now=self.now)
            self.model[set_id] = (self.model[set_id][0], self.now)

    @rule(oid=st.integers(1, 6))
    def release(self, oid: int) -> None:
        self.sets.forget(oid)
        for oids, _ in self.model.values():
            oids.discard(oid)

    @rule(seconds=st.sampled_from([10.0, 120.0, 359.0, 360.0]))
    def wait(self, seconds: float) -> None:
        self.now += seconds
        dead = {ping_set.id for ping_set in self.sets.expire(self.now)}
        assert dead == {set_id for set_id, (_, pinged) in self.model.items() if self.now - pinged >= 360}
        for set_id in dead:
            del self.model[set_id]

    @invariant()
    def coverage_agrees(self) -> None:
        covered = set().union(*(oids for oids, _ in self.model.values()))
        assert {oid for oid in range(1, 7) if self.sets.covers(oid)} == covered
        assert len(self.sets) == len(self.model)


TestClients = Clients.TestCase
