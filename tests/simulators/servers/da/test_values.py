"""Reading and writing: cache and device, ages, rights, conversion, and a device that is slow."""

from __future__ import annotations

import asyncio
from typing import Any

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DISP_E_OVERFLOW, DISP_E_TYPEMISMATCH, DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.model import ALWAYS_CACHE, GroupChange
from opcross.opc.quality import Quality
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import NOBODY_THERE, Bench, add, now, refusal, shown, values, virtual


def real(value: float) -> Variant:
    return Variant(VarType.R8, value)


# -- the cache


@virtual
async def test_the_cache_of_an_active_item_is_no_older_than_its_update_rate() -> None:
    """Also where nobody listens: then it is asked for when somebody reads."""
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=1_000)
        first = shown(await group.read(handles))
        await asyncio.sleep(0.9)
        assert shown(await group.read(handles)) == first
        await asyncio.sleep(0.2)
        assert shown(await group.read(handles)) != first
        assert len(bench.plant.asked) == 2


@virtual
async def test_a_sampling_rate_of_its_own_counts_for_the_cache_as_well() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Clock", update_rate=60_000)
        await group.set_sampling(handles, np.array([100], np.uint32))
        first = shown(await group.read(handles))
        await asyncio.sleep(0.2)
        assert shown(await group.read(handles)) != first


@virtual
async def test_an_inactive_item_is_out_of_service_and_keeps_its_last_value() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other", update_rate=100)
        await group.read(handles)
        await group.set_active(handles[:1], active=False)
        bench.put("Level", 51.0)
        await asyncio.sleep(60)
        one, other = await group.read(handles)
        assert (one.value, one.quality, one.error) == (real(50.0), Quality.OUT_OF_SERVICE, 0)
        assert (other.value, other.quality) == (real(1.0), Quality.GOOD)
        await group.set_state(GroupChange(active=False))
        batch = await group.read(handles)
        assert batch.qualities.tolist() == [Quality.OUT_OF_SERVICE] * 2
        assert batch.hresult == Hresult.S_OK


@virtual
async def test_a_value_that_nobody_has_seen_stays_empty_whatever_type_is_asked_for() -> None:
    """A conversion of VT_EMPTY would make a 0 of it, which nobody measured."""
    async with Bench() as bench:
        group, _ = await bench.group(active=False)
        handles = await add(group, "Level", requested_type=VarType.I4)
        (row,) = await group.read(handles)
        assert row.value == Variant(VarType.EMPTY)
        assert (row.quality, row.error) == (Quality.OUT_OF_SERVICE, 0)
        assert not bench.plant.asked


@virtual
async def test_the_device_is_read_whatever_is_active_and_all_sessions_share_the_cache() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", active=False)
        bench.put("Level", 42.0)
        assert shown(await group.read(handles, 0)) == {1: 42.0}
        other = await bench.service.open(bench.session.caller)
        bench.put("Level", 43.0)
        assert shown(await other.read(["Level"], ALWAYS_CACHE)) == {0: 42.0}
        assert shown(await other.read(["Level"], 0)) == {0: 43.0}
        assert shown(await bench.session.read(["Level"], ALWAYS_CACHE)) == {0: 43.0}


@virtual
async def test_ages_count_from_when_a_value_was_obtained_and_row_by_row() -> None:
    """The time stamp of a set point may be years old."""
    async with Bench() as bench:
        group, handles = await bench.group("Clock", "Level", "Other", active=False)
        await bench.session.read(["Clock", "Level", "Other"], 0)
        await asyncio.sleep(1)
        bench.plant.asked.clear()
        ages = np.array([2_000, 500, ALWAYS_CACHE], np.uint32)
        await group.read(handles, ages)
        assert bench.plant.asked == [["Level"]]
        await bench.session.read(["Clock", "Other"], 1_001)
        assert bench.plant.asked == [["Level"]]
        await bench.session.read(["Clock", "Other"], [999, 2_000])
        assert bench.plant.asked == [["Level"], ["Clock"]]


@virtual
async def test_what_was_never_obtained_is_obtained_even_for_the_cache() -> None:
    async with Bench() as bench:
        assert shown(await bench.session.read(["Level", "level"], ALWAYS_CACHE)) == {0: 50.0, 1: 50.0}
        assert bench.plant.asked == [["Level"]]


@virtual
async def test_a_refresh_of_the_cache_asks_for_no_more_than_a_read_does() -> None:
    async with Bench() as bench:
        group, _ = await bench.group("Clock", "Level", update_rate=1_000)
        first = shown(await group.refresh())
        assert shown(await group.refresh()) == first
        assert shown(await group.refresh(ALWAYS_CACHE)) == first
        assert len(bench.plant.asked) == 1
        await asyncio.sleep(0.5)
        assert shown(await group.refresh(0))[1] == first[1] + 500
        assert len(bench.plant.asked) == 2


# -- rows that fail


@virtual
async def test_rows_fail_alone_and_stay_in_their_order() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Secret", "Text", "Level")
        asked = np.array([handles[2], NOBODY_THERE, handles[0], handles[1], handles[2]], np.uint32)
        for ages in (None, 0, ALWAYS_CACHE):
            batch = await group.read(asked, ages)
            assert batch.handles.tolist() == [3, 0, 1, 2, 3]
            assert batch.errors.tolist() == [0, DaCode.E_INVALIDHANDLE, DaCode.E_BADRIGHTS, 0, 0]
            assert values(batch) == [50.0, None, None, "one", 50.0]
            assert batch.qualities.tolist()[1:3] == [Quality.BAD, Quality.BAD]
            assert batch.hresult == Hresult.S_FALSE
        batch = await bench.session.read(["Text", "", "Nowhere", "Secret", "Level"], 0)
        assert batch.handles.tolist() == [0, 1, 2, 3, 4]
        assert batch.errors.tolist() == [
            0,
            DaCode.E_INVALIDITEMID,
            DaCode.E_UNKNOWNITEMID,
            DaCode.E_BADRIGHTS,
            0,
        ]


@virtual
async def test_a_device_error_stands_in_its_row() -> None:
    async with Bench() as bench:
        bench.plant.override("Level", error=Hresult.E_FAIL)
        (row,) = await bench.session.read(["Level"], 0)
        assert row.error == Hresult.E_FAIL
        assert row.value == Variant(VarType.EMPTY)


@virtual
async def test_columns_of_another_length_are_refused() -> None:
    """Whoever carries a call here may have let it pass."""
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Other")
        three: Any = np.zeros(3, np.uint32)
        calls = [
            group.read(handles, three),
            group.write(handles, WriteBatch.of(real(1.0))),
            group.set_clients(handles, three),
            group.set_types(handles, three),
            group.set_deadbands(handles, three),
            group.set_sampling(handles, three),
            group.set_buffering(handles, three),
            bench.session.read(["Level"], three),
            bench.session.write(["Level"], WriteBatch.of()),
        ]
        for call in calls:
            assert await refusal(call) == Hresult.E_INVALIDARG


@virtual
async def test_a_plant_without_items_knows_none() -> None:
    async with Bench(items=[]) as bench:
        group, _ = await bench.group()
        nobody = np.array([NOBODY_THERE, 0], np.uint32)
        unknown = [DaCode.E_INVALIDHANDLE] * 2
        assert (await group.read(nobody)).errors.tolist() == unknown
        assert (await group.write(nobody, WriteBatch.of(real(1), real(2)))).tolist() == unknown
        assert (await group.set_types(nobody, np.zeros(2, np.uint16))).tolist() == unknown
        assert (await group.set_deadbands(nobody, np.zeros(2, np.float32))).tolist() == unknown
        assert (await group.deadbands(nobody))[1].tolist() == unknown
        assert (await bench.session.read(["A"], 0)).errors.tolist() == [DaCode.E_UNKNOWNITEMID]
        assert (await bench.session.properties(["A"]))[0].error == DaCode.E_UNKNOWNITEMID
        assert await refusal(group.refresh()) == Hresult.E_FAIL


# -- writing


@virtual
async def test_values_are_written_in_the_type_of_the_item() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Integer", "Text", "Level")
        written = WriteBatch.of(Variant(VarType.BSTR, "12"), Variant(VarType.I4, 5), Variant(VarType.I2, 3))
        assert (await group.write(handles, written)).tolist() == [0, 0, 0]
        assert [row.value for row in await group.read(handles, 0)] == [
            Variant(VarType.I4, 12),
            Variant(VarType.BSTR, "5"),
            real(3.0),
        ]


@pytest.mark.parametrize(
    ("item_id", "value", "error"),
    [
        ("Numbers", real(1.0), DaCode.E_BADTYPE),
        ("Level", Variant(VarType.EMPTY), DaCode.E_BADTYPE),
        ("Level", Variant(VarType.NULL), DaCode.E_BADTYPE),
        ("Level", None, DaCode.E_BADTYPE),
        ("Level", Variant(VarType.UNKNOWN), DaCode.E_BADTYPE),
        ("Small", real(40_000.0), DISP_E_OVERFLOW),
        ("Level", Variant(VarType.BSTR, "seven"), DISP_E_TYPEMISMATCH),
        ("Clock", real(1.0), DaCode.E_BADRIGHTS),
        ("Nowhere", real(1.0), DaCode.E_UNKNOWNITEMID),
        ("", real(1.0), DaCode.E_INVALIDITEMID),
    ],
    ids=lambda each: repr(each)[:30],
)
def test_a_write_that_cannot_be_fails_in_its_row(item_id: str, value: Variant | None, error: int) -> None:
    @virtual
    async def play() -> None:
        async with Bench() as bench:
            written = WriteBatch(VariantColumn.of([value, Variant(VarType.I4, 9)]))
            errors = await bench.session.write([item_id, "Integer"], written)
            assert errors.tolist() == [error, 0]
            assert shown(await bench.session.read(["Integer"], 0)) == {0: 9}

    play()


@virtual
async def test_quality_and_time_stamp_are_written_or_refused_as_the_server_can() -> None:
    for able in (True, False):
        async with Bench(DaServerSettings(writes_quality=able)) as bench:
            stamp = (await bench.session.status()).current_time - 10_000_000
            written = WriteBatch(
                VariantColumn.of([real(1.0), real(2.0), real(3.0)]),
                np.array([Quality.UNCERTAIN] * 3),
                np.array([True, False, False]),
                np.array([stamp] * 3),
                np.array([False, True, False]),
            )
            errors = await bench.session.write(["Level", "Other", "Integer"], written)
            refused = 0 if able else int(DaCode.E_NOTSUPPORTED)
            assert errors.tolist() == [refused, refused, 0]
            level, other = await bench.session.read(["Level", "Other"], 0)
            assert (level.quality == Quality.UNCERTAIN) is able
            assert (other.time_stamp == stamp) is able


# -- a slow device


@virtual
async def test_a_slow_device_holds_up_only_those_who_ask_it() -> None:
    async with Bench(DaServerSettings(device_latency=500.0)) as bench:
        group, handles = await bench.group("Level", update_rate=100)
        begin = now()
        await asyncio.gather(*(group.read(handles, 0) for _ in range(5)))
        assert now() - begin == pytest.approx(0.5)
        begin = now()
        await group.read(handles)
        await bench.session.read(["Level"], ALWAYS_CACHE)
        await bench.session.status()
        assert now() == begin
        await group.write(handles, WriteBatch.of(real(2.0)))
        assert now() - begin == pytest.approx(0.5)


@virtual
async def test_the_cache_of_an_active_item_is_there_at_once_even_before_a_slow_device() -> None:
    """The server has scanned it in the meantime, as far as anybody can tell."""
    async with Bench(DaServerSettings(device_latency=500.0)) as bench:
        group, handles = await bench.group("Clock", update_rate=100)
        first = shown(await group.read(handles))
        await asyncio.sleep(60)
        begin = now()
        assert shown(await group.read(handles)) != first
        assert now() == begin


@virtual
async def test_a_read_under_way_is_answered_although_its_items_and_group_go() -> None:
    async with Bench(DaServerSettings(device_latency=500.0)) as bench:
        group, handles = await bench.group("Level", "Other")
        reading = asyncio.ensure_future(group.read(handles, 0))
        await asyncio.sleep(0.1)
        await group.remove_items(handles)
        await add(group, "Text", "Text", first=8)
        await group.remove()
        assert shown(await reading) == {1: 50.0, 2: 1.0}
