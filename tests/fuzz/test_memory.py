"""What attackers leave behind in a host that runs on: nothing that grows with their number."""

from __future__ import annotations

import asyncio
import gc
import tracemalloc

import pytest

from opcross.rpc.management import MANAGEMENT
from opcross.rpc.pdu import Bind, ContextElement, PfcFlags, Request
from tests.fuzz.conversations import sessions
from tests.fuzz.target import PATIENCE, Attack, Target, play

ROUNDS, DEEP_ROUNDS = 6, 100
GROWTH = 256 * 1024
"""Octets that a host may keep after some hundred broken connections more: caches, a fuller log."""


def _attacks(number: int) -> list[Attack]:
    """Every recorded session, each stopped somewhere else, some of them hanging."""
    attacks = []
    for index, session in enumerate(sessions()):
        end = (index + number) % len(session.pdus) + 1
        pdus = list(session.pdus[:end])
        pdus[-1] = pdus[-1][: len(pdus[-1]) - (index * 7 + number) % len(pdus[-1])]
        attacks.append(Attack(session.port, tuple(pdu for pdu in pdus if pdu), hang_up=index % 2 == 0))
    return attacks


def _grows(rounds: int) -> int:
    async def main(target: Target) -> int:
        for number in range(3):
            await target.attack(_attacks(number))
        await target.check()
        target.host.log.clear()
        gc.collect()
        tracemalloc.start()
        try:
            before, _ = tracemalloc.get_traced_memory()
            for number in range(rounds):
                await target.attack(_attacks(number))
            await target.check()
            target.host.log.clear()
            gc.collect()
            after, _ = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        return after - before

    return play(main)


def test_memory_does_not_grow_with_broken_connections() -> None:
    assert _grows(ROUNDS) < GROWTH


@pytest.mark.deep
def test_memory_does_not_grow_with_very_many_broken_connections() -> None:
    assert _grows(DEEP_ROUNDS) < GROWTH


def _endless_request(fragments: int) -> Attack:
    bind = Bind(contexts=(ContextElement(0, MANAGEMENT),)).pack()
    first = Request(call_id=2, flags=PfcFlags.FIRST, opnum=0, stub=bytes(5000)).pack()
    more = Request(call_id=2, flags=PfcFlags(0), opnum=0, stub=bytes(5000)).pack()
    return Attack(135, (bind, first, more * fragments))


def test_a_request_without_end_is_ended() -> None:
    """Fragments of a request that never says "last": memory has a bound, and so has the host's patience."""

    async def main(target: Target) -> int:
        gc.collect()
        tracemalloc.start()
        try:
            await target.attack([_endless_request(1200), _endless_request(200)])
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
            await target.check()

    peak = play(main)
    assert peak < 64 * 1024 * 1024


def test_connections_that_say_nothing_are_closed() -> None:
    async def main(target: Target) -> float:
        began = target.loop.time()
        await target.attack(Attack(135, ()) for _ in range(100))
        lasted = target.loop.time() - began
        await target.check()
        return lasted

    assert play(main) < PATIENCE


def test_more_connections_than_one_address_may_have_leave_room_for_others() -> None:
    """A flood from one address, which hangs on, must not keep the next good client from another out."""

    async def main(target: Target) -> None:
        bind = Bind(contexts=(ContextElement(0, MANAGEMENT),)).pack()
        async with asyncio.TaskGroup() as group:
            group.create_task(target.attack(Attack(135, (bind,)) for _ in range(400)))
            await asyncio.sleep(5.0)
            await target.serve_a_good_client()
        await target.check()

    play(main)
