"""The client's side of a ping set, checked against the server's."""

from __future__ import annotations

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from opcross.dcom.ping_plan import ComplexPing, PingPlan, SimplePing
from opcross.dcom.ping_sets import PingSets
from opcross.errors import Refused
from tests.dcom.entropy import seeded


def test_changes_make_a_complex_ping_and_then_simple_ones() -> None:
    plan = PingPlan()
    assert plan.next() is None
    plan.add(1)
    first = plan.next()
    assert first == ComplexPing(0, 1, (1,), ())
    plan.succeeded(first, 77)
    assert plan.next() == SimplePing(77)
    plan.add(2)
    plan.remove(1)
    change = plan.next()
    assert change == ComplexPing(77, 2, (2,), (1,))


def test_a_lost_ping_is_told_again() -> None:
    plan = PingPlan()
    plan.add(1)
    assert plan.next() == ComplexPing(0, 1, (1,), ())
    assert plan.next() == ComplexPing(0, 2, (1,), ())


def test_objects_that_come_and_go_between_pings_are_never_told() -> None:
    plan = PingPlan()
    plan.add(1)
    plan.remove(1)
    assert plan.next() is None
    assert plan.idle


def test_a_plan_is_empty_before_the_resolver_knows_it() -> None:
    plan = PingPlan()
    plan.add(1)
    first = plan.next()
    assert first is not None
    plan.succeeded(first, 77)
    plan.remove(1)
    assert (plan.empty, plan.idle) == (True, False)
    plan.set_is_gone()
    assert plan.idle


def test_a_set_that_is_gone_is_made_anew() -> None:
    plan = PingPlan()
    plan.add(1)
    ping = plan.next()
    assert ping is not None
    plan.succeeded(ping, 77)
    plan.set_is_gone()
    assert plan.next() == ComplexPing(0, 2, (1,), ())


class Pinging(RuleBasedStateMachine):
    """A plan against the books of a resolver that forgets now and then, over a net that loses pings."""

    def __init__(self) -> None:
        super().__init__()
        self.plan = PingPlan()
        self.sets = PingSets(entropy=seeded())
        self.wanted: set[int] = set()
        self.agreed = True

    @rule(oid=st.integers(1, 8))
    def hold(self, oid: int) -> None:
        self.plan.add(oid)
        self.wanted.add(oid)
        self.agreed = False

    @rule(oid=st.integers(1, 8))
    def release(self, oid: int) -> None:
        self.plan.remove(oid)
        self.wanted.discard(oid)
        self.agreed = False

    @rule()
    def resolver_restarts(self) -> None:
        self.sets = PingSets(entropy=seeded("again"))
        self.agreed = False

    @rule(fate=st.sampled_from(["carried", "request lost", "reply lost"]))
    def ping(self, fate: str) -> None:
        ping = self.plan.next()
        if ping is None or fate == "request lost":
            return
        try:
            if isinstance(ping, SimplePing):
                self.sets.simple_ping(ping.set_id, now=0)
                set_id = ping.set_id
            else:
                set_id = self.sets.complex_ping(
                    ping.set_id,
                    ping.sequence,
                    ping.add,
                    ping.delete,
                    address="here",
                    now=0,
                    known=lambda oid: True,
                )
        except Refused:
            self.plan.set_is_gone()
            self.agreed = False
            return
        if fate == "carried":
            self.plan.succeeded(ping, set_id)
            self.agreed = True

    @invariant()
    def both_sides_agree_after_a_ping(self) -> None:
        if self.agreed:
            assert all(self.sets.covers(oid) for oid in self.wanted)


TestPinging = Pinging.TestCase
