"""Sampling rates of single items, buffering, and keep-alives."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.opc.codes import DaCode
from opcross.opc.da.model import GroupChange
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import (
    NOBODY_THERE,
    Bench,
    item,
    now,
    refusal,
    shown,
    values,
    virtual,
    within,
)


def rates(*milliseconds: int) -> np.ndarray:
    return np.array(milliseconds, np.uint32)


@virtual
async def test_a_buffered_item_sends_every_sample_oldest_first() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", "Clock", update_rate=1_000)
        await group.set_sampling(handles, rates(100, 100))
        await group.set_buffering(handles, np.array([True, False]))
        stream = await group.subscribe()
        await stream.next()
        await stream.next()
        batch = (await stream.next()).batch
        assert batch.handles.tolist().count(1) == 10
        assert batch.handles.tolist().count(2) == 1
        assert np.diff(values(batch, 1)).tolist() == [100.0] * 9
        assert batch.master_error == Hresult.S_OK


@virtual
async def test_a_buffered_item_that_does_not_change_fills_no_buffer() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", update_rate=1_000, deadband=5.0)
        await group.set_sampling(handles, rates(10))
        await group.set_buffering(handles, np.array([True]))
        stream = await group.subscribe()
        await stream.next()
        for value in (60.0, 61.0, 70.0):
            bench.put("Level", value)
            await asyncio.sleep(0.1)
        change = await stream.next()
        assert values(change.batch) == [60.0, 70.0]


@virtual
async def test_a_buffer_that_overflows_keeps_the_newest_and_says_so() -> None:
    async with Bench(DaServerSettings(buffer_depth=5)) as bench:
        group, handles = await bench.group("Clock", update_rate=1_000)
        await group.set_sampling(handles, rates(100))
        await group.set_buffering(handles, np.array([True]))
        stream = await group.subscribe()
        await stream.next()
        await asyncio.sleep(20)
        batch = (await stream.next()).batch
        assert batch.errors.tolist() == [DaCode.S_DATAQUEUEOVERFLOW, 0, 0, 0, 0]
        assert batch.hresult == Hresult.S_OK
        assert np.diff(values(batch)).tolist() == [100.0] * 4


@virtual
async def test_samples_between_updates_wait_for_the_update() -> None:
    """A consumer who pulls all the time would get them one by one otherwise."""
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=1_000)
        await group.set_sampling(handles, rates(50))
        stream = await group.subscribe()
        await stream.next()
        await stream.next()
        begin = now()
        await stream.next()
        assert now() - begin == pytest.approx(1.0)


@virtual
async def test_setting_a_keep_alive_gives_no_samples_away_early() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=10_000)
        await group.set_sampling(handles, rates(50))
        stream = await group.subscribe()
        await stream.next()
        waiting = asyncio.ensure_future(stream.next())
        await asyncio.sleep(1)
        await group.set_keep_alive(60_000)
        await asyncio.sleep(1)
        assert not waiting.done()
        assert not (await waiting).keep_alive


@virtual
async def test_an_item_may_be_sampled_more_slowly_than_its_group() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=100)
        await group.set_sampling(handles, rates(1_000))
        stream = await group.subscribe()
        await stream.next()
        await stream.next()
        begin = now()
        await stream.next()
        assert now() - begin == pytest.approx(1.0)


@virtual
async def test_clearing_the_sampling_rate_goes_back_to_the_group_s() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=500)
        await group.set_sampling(handles, rates(10))
        stream = await group.subscribe()
        await stream.next()
        assert (await group.clear_sampling(handles)).tolist() == [0]
        assert (await group.clear_sampling(handles)).tolist() == [DaCode.E_RATENOTSET]
        await asyncio.sleep(1)
        bench.plant.asked.clear()
        await asyncio.sleep(5)
        assert len(bench.plant.asked) == 10


@virtual
async def test_a_thousand_rates_of_their_own_ask_the_device_no_more_often_than_its_base_rate() -> None:
    """A client chooses the rates, so what they cost must have a bound."""
    items = [item(f"Item{number}") for number in range(1_000)]
    async with Bench(items=items) as bench:
        group, handles = await bench.group(*(each.item.item_id for each in items), update_rate=1_000)
        revised = await group.set_sampling(handles, np.arange(10, 10_010, 10, dtype=np.uint32))
        assert not revised.errors.any()
        stream = await group.subscribe()
        await stream.next()
        bench.plant.asked.clear()
        await asyncio.sleep(10)
        assert len(bench.plant.asked) <= 1_000
        assert bench.plant.asked.count(["Item0"]) > 0


@virtual
async def test_rates_are_revised_to_what_the_server_can_do() -> None:
    async with Bench(DaServerSettings(base_rate=10, longest_rate=1_000)) as bench:
        group, handles = await bench.group(*["Clock"] * 4, update_rate=100)
        asked = np.append(handles, np.uint32(NOBODY_THERE))
        revised = await group.set_sampling(asked, rates(0, 15, 20, 0xFFFFFFFF, 20))
        unsupported = DaCode.S_UNSUPPORTEDRATE
        assert revised.rates.tolist() == [10, 20, 20, 1_000, 0]
        assert revised.errors.tolist() == [unsupported, unsupported, 0, unsupported, DaCode.E_INVALIDHANDLE]
        assert (await group.sampling(handles)).rates.tolist() == [10, 20, 20, 1_000]


@virtual
async def test_a_server_without_buffering_says_so() -> None:
    async with Bench(DaServerSettings(buffering=False)) as bench:
        group, handles = await bench.group("Clock")
        assert (await group.set_buffering(handles, np.array([True]))).tolist() == [DaCode.E_NOBUFFERING]
        enabled, errors = await group.buffering(handles)
        assert (enabled.tolist(), errors.tolist()) == ([False], [0])


@virtual
async def test_buffered_items_are_limited_and_make_room_when_they_go() -> None:
    async with Bench(DaServerSettings(buffered_items=2)) as bench:
        group, handles = await bench.group("Clock", "Level", "Other")
        every = np.ones(3, np.bool_)
        assert await refusal(group.set_buffering(handles, every)) == Hresult.E_OUTOFMEMORY
        await group.set_buffering(handles[:2], every[:2])
        assert (await group.set_buffering(handles[:2], every[:2])).tolist() == [0, 0]
        assert await refusal(group.clone("more")) == Hresult.E_OUTOFMEMORY
        await group.remove_items(handles[:1])
        assert (await group.set_buffering(handles[2:], every[2:])).tolist() == [0]


@virtual
async def test_silence_is_broken_after_the_keep_alive_and_counts_anew_after_each_change() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Level", update_rate=100)
        assert await group.set_keep_alive(1_995) == 2_000
        stream = await group.subscribe()
        await stream.next()
        begin = now()
        assert (await stream.next()).keep_alive
        assert now() - begin == pytest.approx(2.0)
        await asyncio.sleep(1.5)
        bench.put("Level", 60.0)
        assert shown((await stream.next()).batch) == {1: 60.0}
        begin = now()
        assert (await stream.next()).keep_alive
        assert now() - begin == pytest.approx(2.0)


@virtual
async def test_an_inactive_group_stays_silent_and_counts_from_its_activation() -> None:
    async with Bench() as bench:
        group, _ = await bench.group(update_rate=100, active=False)
        await group.set_keep_alive(1_000)
        stream = await group.subscribe()
        assert await within(60, stream.next()) is None
        await group.set_state(GroupChange(active=True))
        begin = now()
        assert (await stream.next()).keep_alive
        assert now() - begin == pytest.approx(1.0)


@virtual
async def test_a_keep_alive_that_is_switched_off_lets_a_waiting_consumer_wait() -> None:
    async with Bench() as bench:
        group, _ = await bench.group(update_rate=100)
        await group.set_keep_alive(1_000)
        stream = await group.subscribe()
        waiting = asyncio.ensure_future(stream.next())
        await asyncio.sleep(0.5)
        assert await group.set_keep_alive(0) == 0
        await asyncio.sleep(60)
        assert not waiting.done()
        await group.set_keep_alive(2_000)
        assert (await waiting).keep_alive


@virtual
async def test_a_consumer_who_comes_late_finds_one_keep_alive_not_many() -> None:
    async with Bench() as bench:
        group, _ = await bench.group(update_rate=100)
        await group.set_keep_alive(100)
        stream = await group.subscribe()
        await asyncio.sleep(100)
        assert (await stream.next()).keep_alive
        begin = now()
        assert (await stream.next()).keep_alive
        assert now() - begin == pytest.approx(0.1)
