"""Change streams of the simulated server: what is sent, when, and what becomes of a slow consumer."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.ndr import VarType
from opcross.opc.codes import DISP_E_OVERFLOW
from opcross.opc.da.model import GroupChange
from opcross.opc.quality import Quality
from opcross_simulators.network import run
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import Bench, add, now, refusal, shown, virtual, within


@virtual
async def test_changes_come_at_the_update_rate_and_not_in_between() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", update_rate=250)
        stream = await group.subscribe()
        await stream.next()
        times = []
        for _ in range(4):
            await stream.next()
            times.append(now())
        assert np.diff(times).tolist() == pytest.approx([0.25] * 3)


@virtual
async def test_the_first_change_does_not_wait_for_an_update_that_is_an_hour_away() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", "Text", update_rate=3_600_000)
        begin = now()
        change = await (await group.subscribe()).next()
        assert shown(change.batch) == {1: 50.0, 2: "one"}
        assert now() - begin <= 0.010


@virtual
async def test_an_item_added_later_is_sent_at_once_and_the_others_keep_to_their_rate() -> None:
    """Or a client that adds items one by one would make the server faster than it was asked to be."""
    async with Bench() as bench:
        group, _ = await bench.group("Clock", update_rate=60_000)
        stream = await group.subscribe()
        await stream.next()
        await asyncio.sleep(10)
        await add(group, "Level", first=2)
        change = await within(0.020, stream.next())
        assert change is not None
        assert shown(change.batch) == {2: 50.0}
        assert await within(40, stream.next()) is None


@virtual
async def test_an_item_added_is_sent_at_once_whatever_else_is_done_at_that_moment() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", update_rate=60_000)
        streams = [await group.subscribe() for _ in range(4)]
        await streams[0].next()
        for client, change in enumerate(
            (GroupChange(client=7), GroupChange(deadband=1.0), GroupChange(update_rate=120_000), None), 2
        ):
            await asyncio.sleep(5)
            await add(group, "Level", first=client)
            if change is None:
                await streams.pop().close()
            else:
                await group.set_state(change)
            sent = await within(0.020, streams[0].next())
            assert sent is not None
            assert shown(sent.batch) == {client: 50.0}


@virtual
async def test_a_second_stream_begins_with_everything_and_hurries_no_other() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", "Level", update_rate=60_000)
        one = await group.subscribe()
        await one.next()
        await asyncio.sleep(10)
        other = await group.subscribe()
        change = await within(0.020, other.next())
        assert change is not None
        assert sorted(shown(change.batch)) == [1, 2]
        assert await within(40, one.next()) is None


@virtual
async def test_the_device_is_asked_once_for_all_streams() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", "Level", update_rate=1_000)
        streams = [await group.subscribe() for _ in range(3)]
        for stream in streams:
            await stream.next()
        bench.plant.asked.clear()
        for stream in streams:
            await stream.next()
        assert bench.plant.asked == [["Clock", "Level"]]


@virtual
async def test_the_device_is_left_alone_while_nobody_listens_or_nothing_is_active() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=100)
        await asyncio.sleep(60)
        assert not bench.plant.asked
        stream = await group.subscribe()
        await asyncio.sleep(60)
        assert len(bench.plant.asked) > 500
        await group.set_active(handles, active=False)
        await asyncio.sleep(1)
        bench.plant.asked.clear()
        await asyncio.sleep(60)
        await group.set_active(handles, active=True)
        await asyncio.sleep(0.02)
        await group.set_state(GroupChange(active=False))
        await asyncio.sleep(60)
        await group.set_state(GroupChange(active=True))
        await stream.close()
        await asyncio.sleep(60)
        assert len(bench.plant.asked) == 1


@virtual
async def test_a_new_update_rate_counts_from_the_moment_it_is_set() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", update_rate=60_000)
        stream = await group.subscribe()
        await stream.next()
        await asyncio.sleep(7.5)
        assert await group.set_state(GroupChange(update_rate=1_000)) == 1_000
        begin = now()
        await stream.next()
        assert now() - begin == pytest.approx(1.0)


@virtual
async def test_an_update_rate_of_zero_is_the_fastest() -> None:
    async with Bench(DaServerSettings(base_rate=20)) as bench:
        group, _ = await bench.group("Clock", update_rate=0)
        assert (await group.state()).update_rate == 20
        stream = await group.subscribe()
        await stream.next()
        begin = now()
        await stream.next()
        assert now() - begin == pytest.approx(0.020)


@virtual
async def test_a_deadband_is_measured_from_what_was_sent_last() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", update_rate=100, deadband=10.0)
        stream = await group.subscribe()
        await stream.next()
        for value in (55.0, 59.0, 60.0):
            bench.put("Level", value)
            assert await within(0.5, stream.next()) is None, value
        bench.put("Level", 60.5)
        change = await within(0.5, stream.next())
        assert change is not None
        assert shown(change.batch) == {1: 60.5}


@virtual
async def test_a_deadband_holds_back_no_quality_and_no_text() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", "Text", update_rate=100, deadband=100.0)
        stream = await group.subscribe()
        await stream.next()
        bench.put("Text", "two")
        assert shown((await stream.next()).batch) == {2: "two"}
        bench.plant.override("Level", quality=Quality.SENSOR_CAL)
        change = await stream.next()
        assert [(row.handle, row.quality) for row in change.batch] == [(1, Quality.SENSOR_CAL)]


@virtual
async def test_a_slow_consumer_gets_the_newest_value_even_inside_the_deadband() -> None:
    """The older one was on its way already; that the value came back is the newer truth."""
    async with Bench() as bench:
        group, _ = await bench.group("Level", update_rate=100, deadband=10.0)
        stream = await group.subscribe()
        await stream.next()
        for value in (70.0, 65.0):
            bench.put("Level", value)
            await asyncio.sleep(0.3)
        assert shown((await stream.next()).batch) == {1: 65.0}
        for value in (80.0, 52.0, 66.0):
            bench.put("Level", value)
            await asyncio.sleep(0.3)
        assert shown((await stream.next()).batch) == {1: 66.0}
        bench.put("Level", 75.0)
        assert await within(0.5, stream.next()) is None


@virtual
async def test_a_consumer_who_was_away_for_long_gets_one_row_for_each_item() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", "Level", update_rate=10)
        stream = await group.subscribe()
        await asyncio.sleep(100)
        change = await stream.next()
        assert sorted(change.batch.handles.tolist()) == [1, 2]
        assert shown(change.batch)[1] >= 99_900


@virtual
async def test_what_waits_goes_out_under_the_client_handles_of_the_moment() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other", update_rate=100)
        stream = await group.subscribe()
        await asyncio.sleep(1)
        await group.set_clients(handles, np.array([11, 12]))
        assert shown((await stream.next()).batch) == {11: 50.0, 12: 1.0}


@virtual
async def test_an_item_added_twice_is_two_items_even_under_one_client_handle() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", update_rate=100)
        await add(group, "Level", first=1, requested_type=VarType.I4)
        stream = await group.subscribe()
        await asyncio.sleep(1)
        change = await stream.next()
        assert [(row.handle, row.value and row.value.vt) for row in change.batch] == [
            (1, VarType.R8),
            (1, VarType.I4),
        ]


@virtual
async def test_nothing_of_a_removed_item_reaches_the_one_that_has_its_place() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other", update_rate=100)
        stream = await group.subscribe()
        await asyncio.sleep(1)
        await group.remove_items(handles[:1])
        new = await add(group, "Text", first=3)
        assert new[0] not in handles
        assert shown((await stream.next()).batch) == {2: 1.0}
        assert shown((await stream.next()).batch) == {3: "one"}


@virtual
async def test_nothing_that_waited_outlives_the_deactivation_of_its_item_or_group() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other", update_rate=100)
        stream = await group.subscribe()
        await asyncio.sleep(1)
        await group.set_active(handles[:1], active=False)
        assert shown((await stream.next()).batch) == {2: 1.0}
        bench.put("Other", 2.0)
        await asyncio.sleep(1)
        await group.set_state(GroupChange(active=False))
        assert await within(10, stream.next()) is None
        await group.set_state(GroupChange(active=True))
        assert shown((await stream.next()).batch) == {2: 2.0}


@virtual
async def test_another_type_sends_the_item_again_and_what_does_not_fit_is_an_error() -> None:
    async with Bench() as bench:
        bench.put("Level", 70_000.0)
        group, handles = await bench.group("Level", "Other", update_rate=100)
        stream = await group.subscribe()
        await stream.next()
        types = np.array([VarType.I2, VarType.EMPTY], np.uint16)
        assert (await group.set_types(handles, types)).tolist() == [0, 0]
        (row,) = (await stream.next()).batch
        assert row.value is not None
        assert (row.handle, row.value.vt) == (1, VarType.EMPTY)
        assert (row.error, row.quality) == (DISP_E_OVERFLOW, Quality.BAD)


@virtual
async def test_an_array_is_compared_by_its_elements() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Numbers", update_rate=100)
        stream = await group.subscribe()
        first = (await stream.next()).batch[0].value
        bench.put("Numbers", first.value)
        assert await within(1, stream.next()) is None
        bench.plant.override("Numbers", value=[1.0, 3.0])
        (row,) = (await stream.next()).batch
        assert row.value is not None
        assert row.value.value.values.tolist() == [1.0, 3.0]


@virtual
async def test_streams_end_with_their_group_and_with_their_session() -> None:
    async with Bench() as bench:
        for end in ("group", "session", "stream"):
            session = await bench.service.open(bench.session.caller)
            bench.session = session
            group, _ = await bench.group(update_rate=100)
            stream = await group.subscribe()
            waiting = asyncio.ensure_future(refusal(stream.next()))
            await asyncio.sleep(1)
            await {"group": group.remove, "session": session.close, "stream": stream.close}[end]()
            assert await waiting == Hresult.E_ABORT
            assert await refusal(stream.next()) == Hresult.E_ABORT
            await stream.close()


@virtual
async def test_the_last_update_time_is_that_of_the_last_change_given() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", update_rate=100)
        stream = await group.subscribe()
        await asyncio.sleep(5)
        assert (await bench.session.status()).last_update_time == 0
        await stream.next()
        status = await bench.session.status()
        assert status.last_update_time == status.current_time
        await asyncio.sleep(1)
        assert (await bench.session.status()).last_update_time == status.last_update_time


_NAMES = ("Level", "Other", "Integer", "Text")
_STEPS = st.one_of(
    st.tuples(st.just("put"), st.sampled_from(_NAMES), st.integers(0, 3)),
    st.tuples(st.sampled_from(["take", "wait", "group off", "group on"])),
    st.tuples(st.sampled_from(["on", "off", "remove", "add"]), st.sampled_from(_NAMES)),
)


@given(steps=st.lists(_STEPS, max_size=30), deadband=st.sampled_from([0.0, 1.0]))
def test_whatever_happens_the_consumer_ends_up_with_what_the_plant_has(
    steps: list[Any], deadband: float
) -> None:
    """Items come, go, sleep and wake while values change and the consumer pulls now and then."""
    run(_whatever_happens(steps, deadband))


async def _whatever_happens(steps: list[Any], deadband: float) -> None:
    async with Bench() as bench:
        group, handles = await bench.group(*_NAMES, update_rate=50, deadband=deadband)
        at = dict(zip(_NAMES, handles.tolist(), strict=True))
        client = {name: number for number, name in enumerate(_NAMES, 1)}
        awake = set(_NAMES)
        stream = await group.subscribe()
        seen: dict[int, Any] = {}
        for what, *details in steps:
            if what == "put":
                name, value = details
                bench.put(name, str(value) if name == "Text" else value)
            elif what == "take":
                change = await within(0.06, stream.next())
                seen |= shown(change.batch) if change else {}
            elif what == "wait":
                await asyncio.sleep(0.06)
            elif what.startswith("group"):
                await group.set_state(GroupChange(active=what == "group on"))
            elif what in ("on", "off"):
                if details[0] in at:
                    await group.set_active(np.array([at[details[0]]]), active=what == "on")
                    (awake.add if what == "on" else awake.discard)(details[0])
            elif what == "remove":
                if details[0] in at:
                    await group.remove_items(np.array([at.pop(details[0])]))
                    awake.discard(details[0])
            elif details[0] not in at:
                (handle,) = await add(group, details[0], first=client[details[0]])
                at[details[0]] = handle
                awake.add(details[0])
        await group.set_state(GroupChange(active=True))
        while change := await within(0.2, stream.next()):
            assert set(shown(change.batch)) <= {client[name] for name in awake}
            seen |= shown(change.batch)
        read = await bench.session.read(_NAMES, 0)
        for number, name in enumerate(_NAMES):
            if name not in awake:
                continue
            value = read[number].value.value
            if name == "Level":
                assert abs(seen[client[name]] - value) <= deadband
            else:
                assert seen[client[name]] == value
