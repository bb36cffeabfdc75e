"""Recorded sessions, damaged: PDUs changed, lost, doubled, swapped, cut anywhere, left hanging."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from tests.fuzz.conversations import sessions
from tests.fuzz.mutations import changes, damaged, with_true_length
from tests.fuzz.target import Attack, Target, play

ATTACKS_AT_ONCE = 8
"""Connections in one example."""


@st.composite
def attacks(draw: st.DrawFn) -> Attack:
    """A recorded session with something wrong in it."""
    session = draw(st.sampled_from(sessions()))
    pdus = list(session.pdus)
    for _ in range(draw(st.integers(1, 3))):
        at = draw(st.integers(0, len(pdus) - 1))
        match draw(st.sampled_from(["damage", "damage", "damage", "repair", "drop", "double", "swap"])):
            case "damage":
                pdus[at] = damaged(pdus[at], draw(changes()))
            case "repair":
                pdus[at] = with_true_length(damaged(pdus[at], draw(changes())))
            case "drop" if len(pdus) > 1:
                del pdus[at]
            case "double":
                pdus.insert(at, pdus[at])
            case "swap":
                other = draw(st.integers(0, len(pdus) - 1))
                pdus[at], pdus[other] = pdus[other], pdus[at]
            case _:
                pass
    writes = tuple(pdu for pdu in pdus if pdu)
    if draw(st.booleans()):
        writes = (b"".join(writes),)
    return Attack(session.port, tuple(each for each in writes if each), hang_up=draw(st.booleans()))


@given(st.lists(attacks(), min_size=ATTACKS_AT_ONCE, max_size=ATTACKS_AT_ONCE))
def test_the_host_survives_damaged_sessions(batch: list[Attack]) -> None:
    async def main(target: Target) -> None:
        await target.attack(batch)
        await target.check()

    play(main)


@given(st.lists(st.binary(max_size=600), min_size=1, max_size=4), st.booleans())
def test_the_host_survives_noise(writes: list[bytes], hang_up: bool) -> None:
    async def main(target: Target) -> None:
        ports = sorted({session.port for session in sessions()})
        sent = tuple(each for each in writes if each)
        await target.attack(Attack(port, sent, hang_up=hang_up) for port in ports)
        await target.check()

    play(main)


def test_every_cut_of_a_session_is_survived() -> None:
    """Each PDU of each session ends early, at a few places, and the attacker waits."""

    async def main(target: Target) -> None:
        for session in sessions()[:14]:
            cuts = []
            for number, pdu in enumerate(session.pdus):
                before = session.pdus[:number]
                ends = (1, 9, 15, 16, len(pdu) - 1)
                cuts += [Attack(session.port, (*before, pdu[:end])) for end in ends]
            await target.attack(cuts)
        await target.check()

    play(main)


def test_undamaged_sessions_are_no_attack() -> None:
    """The bench's own test: undamaged sessions of a client without security are served."""

    async def main(target: Target) -> None:
        quiet = [session for session in sessions() if session.name.startswith("none-")]
        await target.attack(Attack(session.port, session.pdus, hang_up=True) for session in quiet)
        await target.check()

    play(main)
