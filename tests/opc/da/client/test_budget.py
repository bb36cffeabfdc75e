"""The call budget: calls side by side, items in a call, rates, groups; first come, first served."""

from __future__ import annotations

import asyncio
from math import inf

import numpy as np
import pytest

from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import CallBudget
from opcross.opc.da.client.budget import TokenBucket
from opcross.opc.da.model import ALWAYS_CACHE, GroupSettings
from tests.opc.da.client.bench import bench, group_of, now, plant, play
from tests.opc.da.client.fake_server import DA_3, Script

MANY = {f"i{n:04}": Variant(VarType.I4, n) for n in range(25)}


@pytest.mark.parametrize("concurrent", [1, 3])
def test_no_more_calls_are_under_way_than_allowed(concurrent: int) -> None:
    async def main() -> None:
        budget = CallBudget(concurrent_calls=concurrent, device_reads=inf)
        async with bench(Script(plant(a=1.0), delay={"IOPCItemIO.Read": 0.5}), budget=budget) as made:
            sessions = [await made.session() for _ in range(4)]
            await asyncio.sleep(5)
            made.script.most_busy = 0
            await asyncio.gather(*(session.read(["a"], 0) for session in sessions for _ in range(5)))
            assert made.script.most_busy == concurrent

    play(main())


def test_sessions_take_turns() -> None:
    """A session with a thousand requests does not keep another one waiting for all of them."""

    async def main() -> None:
        budget = CallBudget(items_per_call=1, device_reads=inf)
        async with bench(Script(dict(MANY), delay={"IOPCItemIO.Read": 1.0}), budget=budget) as made:
            greedy, modest = await made.session(), await made.session()
            await asyncio.sleep(5)
            long = asyncio.ensure_future(greedy.read(list(MANY), 0))
            await asyncio.sleep(0.5)
            began = now()
            await modest.read(["i0000"], 0)
            assert now() - began <= 3.0
            assert not long.done()
            await long

    play(main())


@pytest.mark.parametrize("without", [frozenset(), DA_3], ids=["3.0", "2.05a"])
def test_large_requests_are_split_and_put_together_in_order(without: frozenset[object]) -> None:
    async def main() -> None:
        budget = CallBudget(items_per_call=10, device_reads=inf)
        async with bench(Script(dict(MANY), without=without), budget=budget) as made:  # type: ignore[arg-type]
            session = await made.session()
            group = await group_of(session, *MANY)
            handles = np.arange(len(MANY), 0, -1)
            expected = list(range(len(MANY)))[::-1]
            for age in (0, None, 60_000):
                batch = await group.read(handles, age)
                assert [row.value.value for row in batch if row.value] == expected
            batch = await session.read(list(MANY)[::-1], 0)
            assert [row.value.value for row in batch if row.value] == expected
            sent = WriteBatch.of(*[Variant(VarType.I4, -n) for n in expected])
            assert not (await group.write(handles, sent)).any()
            assert [made.script.values[name].value for name in MANY] == [-n for n in range(len(MANY))]
            await session.write(list(MANY), sent)
            assert [row.item_id for row in await group.items()] == list(MANY)
            assert not (await group.remove_items(handles)).any()
            assert max(size for _, size in made.script.sizes) == 10

    play(main())


def test_the_device_is_read_at_the_pace_of_the_budget_and_the_cache_is_not_paced() -> None:
    async def main() -> None:
        async with bench(budget=CallBudget(device_reads=2.0)) as made:
            session = await made.session()
            group = await group_of(session, "a")
            began = now()
            for _ in range(50):
                await group.read(np.array([1]))
                await session.read(["a"], ALWAYS_CACHE)
            assert now() == began
            for _ in range(6):
                await group.read(np.array([1]), 0)
            assert now() - began == pytest.approx(2.0, abs=0.1), "a burst of two, then two a second"
            for _ in range(4):
                await session.read(["a"], 0)
            assert now() - began == pytest.approx(4.0, abs=0.1)

    play(main())


def test_groups_are_counted_over_all_sessions() -> None:
    async def main() -> None:
        async with bench(budget=CallBudget(groups=2)) as made:
            one, other = await made.session(), await made.session()
            group = await one.add_group(GroupSettings())
            await other.add_group(GroupSettings())
            with pytest.raises(HResultError, match="groups"):
                await one.add_group(GroupSettings())
            await group.remove()
            await one.add_group(GroupSettings(name="x"))
            with pytest.raises(HResultError):
                await other.add_group(GroupSettings(name="x"))
            await other.close()
            await one.add_group(GroupSettings(name="y"))

    play(main())


def test_a_group_that_could_not_be_made_counts_for_nothing() -> None:
    async def main() -> None:
        async with bench(budget=CallBudget(groups=2)) as made:
            session = await made.session()
            await session.add_group(GroupSettings(name="x"))
            for _ in range(5):
                with pytest.raises(HResultError):
                    await session.add_group(GroupSettings(name="x"))
            await session.add_group(GroupSettings(name="y"))

    play(main())


def test_a_server_in_use_is_not_asked_for_its_status_besides() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            for _ in range(60):
                await asyncio.sleep(1)
                await group.read(np.array([1]))
            assert made.script.count("IOPCServer.GetStatus") == 0
            await asyncio.sleep(60)
            assert made.script.count("IOPCServer.GetStatus") == pytest.approx(6, abs=1)

    play(main())


def test_a_waiter_that_gives_up_leaves_its_place() -> None:
    async def main() -> None:
        bucket = TokenBucket(1.0)
        await bucket.take()
        waiting = [asyncio.ensure_future(bucket.take()) for _ in range(3)]
        await asyncio.sleep(0.5)
        waiting[0].cancel()
        began = now()
        await waiting[1]
        assert now() - began <= 1.1
        await waiting[2]
        assert now() - began <= 2.1

    play(main())


def test_a_bucket_gives_no_more_than_its_rate() -> None:
    async def main() -> None:
        bucket = TokenBucket(4.0)
        began, taken = now(), 0
        while now() - began < 100.0:
            await bucket.take()
            taken += 1
        assert taken == pytest.approx(404, abs=2)
        await asyncio.sleep(1000)
        began = now()
        for _ in range(4):
            await bucket.take()
        assert now() == began
        await bucket.take()
        assert now() > began, "a burst is one second's worth, however long nothing was asked"

    play(main())
