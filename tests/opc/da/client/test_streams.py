"""Change streams over callbacks: their first change, later ones, and what happens to the group meanwhile."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.da.batch import Batch
from opcross.opc.da.client.stream import ClientStream
from opcross.opc.da.model import GroupChange, ItemDefinition
from opcross.opc.quality import Quality
from tests.opc.da.client.bench import bench, group_of, now, plant, play
from tests.opc.da.client.fake_server import Script


def content(batch: Batch) -> dict[int, object]:
    """Values by client handle."""
    return {row.handle: row.value.value if row.value is not None else None for row in batch}


async def silent(stream: ClientStream, seconds: float) -> None:
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(stream.next(), seconds)


def test_the_first_change_has_every_active_item() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            await group.add_items([ItemDefinition(item_id="c", active=False, client=3)])
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0, 2: 2.0}
            await silent(stream, 9.0)
            assert "cache" not in made.script.asked, "callbacks came: nothing is read"

    play(main())


def test_the_first_change_waits_until_it_is_complete() -> None:
    """A server may tell of its items in several callbacks."""

    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b", active=False)
            stream = await group.subscribe()
            fake = made.script.groups[0]
            made.script.callbacks = False
            await group.set_state(GroupChange(active=True))
            other = await group.subscribe()
            waiting = asyncio.ensure_future(other.next())
            await fake.tell(*list(fake.items)[:1])
            await asyncio.sleep(0.1)
            assert not waiting.done()
            assert content((await stream.next()).batch) == {1: 1.0}, "this one was there before"
            await fake.tell(*list(fake.items)[1:])
            assert content((await waiting).batch) == {1: 1.0, 2: 2.0}

    play(main())


def test_what_a_server_does_not_tell_is_read_once() -> None:
    """Some servers leave out items that have no value yet; their first row comes from the cache."""

    async def main() -> None:
        async with bench() as made:
            made.script.callbacks = False
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            fake = made.script.groups[0]
            await fake.tell(*list(fake.items)[:1])
            assert content((await stream.next()).batch) == {1: 1.0, 2: 2.0}
            assert now() == pytest.approx(3.0, abs=0.1), "two periods and a second"
            assert made.script.sizes.count(("IOPCSyncIO2.Read", 1)) + made.script.asked.count("cache") >= 1
            assert made.notices == []

    play(main())


def test_streams_of_a_group_share_a_sink_and_begin_with_all_items() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            one = await group.subscribe()
            await one.next()
            other = await group.subscribe()
            assert content((await other.next()).batch) == {1: 1.0, 2: 2.0}
            assert made.script.count("IConnectionPoint.Advise") == 2, "one of them for IOPCShutdown"
            await one.close()
            await one.close()
            with pytest.raises(HResultError, match="E_ABORT"):
                await one.next()
            assert made.script.groups[0].point.sink is not None
            await other.close()
            assert made.script.groups[0].point.sink is None, "nobody listens"

    play(main())


def test_a_slow_consumer_gets_the_newest_values() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            for value in range(100):
                made.script.values["a"] = Variant(VarType.R8, float(value))
                await fake.tell(next(iter(fake.items)))
            assert content((await stream.next()).batch) == {1: 99.0}

    play(main())


def test_items_that_share_a_client_handle_are_not_one() -> None:
    """Client handles are the consumer's business: all of them may be 0."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session)
            await group.add_items([ItemDefinition(item_id=item) for item in ("a", "b", "c")])
            stream = await group.subscribe()
            batch = (await stream.next()).batch
            assert batch.handles.tolist() == [0, 0, 0]
            assert sorted(row.value.value for row in batch if row.value is not None) == [1.0, 2.0, 3.0]

    play(main())


def test_changes_come_under_the_handles_of_the_moment() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            await fake.tell(*fake.items)
            await group.set_clients(np.array([1]), np.array([77]))
            assert (await stream.next()).batch.handles.tolist() == [77]
            assert "IOPCItemMgt.SetClientHandles" not in made.script.asked

    play(main())


def test_a_keep_alive_is_an_empty_change() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            assert await group.set_keep_alive(5000) == 5000
            await made.script.groups[0].tell()
            assert (await stream.next()).keep_alive
            assert (await group.state()).keep_alive == 5000

    play(main())


def test_activating_brings_values_again() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            await group.set_active(np.array([2]), active=False)
            await group.set_active(np.array([2]), active=True)
            assert content((await stream.next()).batch) == {2: 2.0}
            await group.set_state(GroupChange(active=False))
            await group.set_state(GroupChange(active=True))
            assert content((await stream.next()).batch) == {1: 1.0, 2: 2.0}

    play(main())


def test_activated_items_that_are_not_told_of_are_read() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            made.script.callbacks = False
            await group.set_active(np.array([2]), active=False)
            await group.set_active(np.array([2]), active=True)
            assert content((await stream.next()).batch) == {2: 2.0}

    play(main())


def test_removed_items_are_not_told_of() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            gone = dict(fake.items)
            await fake.tell(*fake.items)
            assert (await group.remove_items(np.array([1]))).tolist() == [0]
            assert content((await stream.next()).batch) == {2: 2.0}
            fake.items |= gone
            await fake.tell(*list(gone)[:1])
            assert made.client.counts.ignored_rows == 1

    play(main())


def test_a_removed_group_ends_its_streams() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            waiting = asyncio.ensure_future(stream.next())
            await asyncio.sleep(0)
            await group.remove()
            await group.remove()
            with pytest.raises(HResultError, match="E_ABORT"):
                await waiting
            with pytest.raises(HResultError):
                await group.subscribe()
            assert made.script.servers[0].groups == {}

    play(main())


def test_values_may_come_before_the_call_that_brings_them_is_answered() -> None:
    """A callback may overtake the answer of AddItems; its rows belong to items all the same."""

    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            honest = fake.add_items

            async def add_items(*, item_array: object) -> object:
                result = await honest(item_array=item_array)  # type: ignore[arg-type]  # as it came
                await fake.tell(*list(fake.items)[1:])
                await asyncio.sleep(0.5)
                return result

            fake.add_items = add_items  # type: ignore[method-assign, assignment]  # to be slow
            made.script.callbacks = False
            results = await group.add_items([ItemDefinition(item_id="b", client=9)])
            assert results.errors.tolist() == [0]
            assert content((await stream.next()).batch) == {9: 2.0}
            assert made.client.counts.ignored_rows == 0
            await silent(stream, 9.0)

    play(main())


def test_buffered_items_keep_their_samples() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            await group.set_buffering(np.array([1]), np.array([True]))
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            for value in (10.0, 11.0, 12.0):
                made.script.values |= plant(a=value, b=value)
                await fake.tell(*fake.items)
            batch = (await stream.next()).batch
            assert [(r.handle, r.value.value) for r in batch if r.value is not None] == [
                (1, 10.0),
                (1, 11.0),
                (1, 12.0),
                (2, 12.0),
            ]

    play(main())


def test_write_only_items_are_never_waited_for() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0, b=2.0), rights={"b": 2})) as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            made.script.callbacks = False
            fake = made.script.groups[0]
            await fake.tell(*list(fake.items)[:1])
            assert content((await stream.next()).batch) == {1: 1.0}
            assert now() == 0

    play(main())


def test_qualities_and_errors_travel_as_they_are() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), qualities={"a": 0x5743})) as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            batch = (await stream.next()).batch
            assert batch.qualities.tolist() == [0x5743]
            assert batch.qualities[0] & 0xC0 == Quality.UNCERTAIN

    play(main())


def test_a_subscription_that_is_given_up_leaves_the_group_as_it_was() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            await asyncio.sleep(1)
            made.script.delay["IConnectionPoint.Advise"] = 3.0
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(group.subscribe(), 1.0)
            made.script.delay.clear()
            await asyncio.sleep(10)
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0}
            assert not made.notices

    play(main())


def test_what_was_on_its_way_when_the_group_was_deactivated_is_dropped() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            await fake.tell(*fake.items)
            await group.set_state(GroupChange(active=False))
            await fake.tell(*fake.items)
            await silent(stream, 5.0)

    play(main())
