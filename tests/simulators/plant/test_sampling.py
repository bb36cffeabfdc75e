"""Samples: time stamps, scans, columns, and how much a plant takes up."""

from __future__ import annotations

import tracemalloc
from typing import Any

import numpy as np
import pytest

from opcross.errors import LocalMisuse
from opcross.ndr import SafeArray, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights
from opcross.opc.quality import Quality
from opcross_simulators.plant import (
    START,
    ItemSeries,
    Plant,
    Recording,
    Signal,
    SignalKind,
    SimulatedPlant,
    generated,
)
from opcross_simulators.plant.plans import PLANNED_ROWS
from tests.simulators.plant.plants import MILLISECOND, SECOND, at, item, real, value, write


def test_a_simulated_plant_is_a_plant() -> None:
    plant: Plant = generated(3)
    assert [found.item_id for found in plant.items] == [
        "Area001.Item000001",
        "Area001.Item000002",
        "Area001.Item000003",
    ]
    assert plant.find("area001.ITEM000002") == 1
    assert plant.find("Area001") is None


def test_values_stand_still_between_scans_and_carry_the_time_of_the_scan() -> None:
    plant = SimulatedPlant([item("A", Signal(kind=SignalKind.SAW_TOOTH, period=10), scan_rate=250)])
    for seconds, scan in ((0, 0), (0.249, 0), (0.25, 250), (0.6, 500)):
        row = at(plant, "A", seconds)
        assert row.time_stamp == START + scan * MILLISECOND
        assert row.value == real(scan / 100)


def test_without_a_scan_rate_the_device_is_looked_at_whenever_somebody_asks() -> None:
    plant = SimulatedPlant([item("A", Signal(kind=SignalKind.SAW_TOOTH, period=10))])
    assert at(plant, "A", 0.123).time_stamp == START + 123 * MILLISECOND
    assert value(plant, "A", 0.123) == pytest.approx(1.23)


def test_a_lag_makes_time_stamps_older_and_values_no_different() -> None:
    wave = Signal(kind=SignalKind.SAW_TOOTH, period=10)
    plant = SimulatedPlant([item("A", wave), item("B", wave, lag=40)])
    assert at(plant, "A", 1).value == at(plant, "B", 1).value
    assert at(plant, "B", 1).time_stamp == START + 960 * MILLISECOND


def test_scans_of_different_rates_in_one_sample_keep_apart() -> None:
    wave = Signal(kind=SignalKind.SAW_TOOTH, period=100)
    plant = SimulatedPlant([item(f"A{rate}", wave, scan_rate=rate) for rate in (0, 100, 1000)])
    batch = plant.sample(np.arange(3), START + 1_234 * MILLISECOND)
    assert ((batch.time_stamps.astype(np.int64) - START) // MILLISECOND).tolist() == [1234, 1200, 1000]
    assert batch.values.numbers().tolist() == pytest.approx([1.234, 1.2, 1.0])


def test_a_sample_has_the_numbers_as_handles_in_the_order_asked_for() -> None:
    plant = generated(40)
    rows = np.array([39, 0, 7, 7])
    assert plant.sample(rows, START).handles.tolist() == [39, 0, 7, 7]
    assert len(plant.sample(np.array([], np.int64), START)) == 0


def test_each_value_has_the_type_of_its_item() -> None:
    plant = generated(100)
    types = [found.vartype for found in plant.items]
    assert plant.sample(np.arange(100), START).values.vartypes.tolist() == types


def test_an_item_that_may_not_be_read_says_so() -> None:
    plant = SimulatedPlant([item("A", Signal(value=3), rights=AccessRights.WRITEABLE)])
    row = at(plant, "A", 1)
    assert (row.error, row.quality) == (DaCode.E_BADRIGHTS, Quality.BAD)
    assert row.value is not None
    assert row.value.vt == VarType.EMPTY


def test_an_item_whose_reading_fails_has_an_error_and_no_value() -> None:
    plant = SimulatedPlant([item("A", read_error=0x80004005), item("B")])
    batch = plant.sample(np.arange(2), START + SECOND)
    assert batch.errors.tolist() == [0x80004005, 0]
    assert batch.values.vartypes.tolist() == [VarType.EMPTY, VarType.R8]
    assert batch.time_stamps[0] == START + SECOND


def test_a_live_item_asks_its_function_each_time() -> None:
    asked: list[int] = []

    def clients(now: int) -> list[str]:
        asked.append(now)
        return [f"client {len(asked)}"]

    plant = SimulatedPlant(
        [
            item("A", Signal(kind=SignalKind.LIVE, live=clients), vartype=VarType.ARRAY | VarType.BSTR),
            item("N", Signal(kind=SignalKind.LIVE, live=lambda now: 5), vartype=VarType.UI4),
        ]
    )
    assert value(plant, "A", 1) == SafeArray.of(VarType.BSTR, ["client 1"])
    assert value(plant, "N") == 5
    plant.provide("n", lambda now: 6)
    assert value(plant, "N") == 6
    assert asked == [START + SECOND]
    with pytest.raises(LocalMisuse, match="no item"):
        plant.provide("X", lambda now: 6)
    with pytest.raises(LocalMisuse, match="no live item"):
        generated(1).provide("Area001.Item000001", lambda now: 6)


def test_random_qualities_stand_in_the_row_and_in_the_value() -> None:
    plant = SimulatedPlant([item("Q", Signal(kind=SignalKind.QUALITIES), vartype=VarType.UI2, scan_rate=10)])
    rows = [at(plant, "Q", second / 10) for second in range(200)]
    assert all(row.value is not None and row.value.value == row.quality for row in rows)
    assert len({row.quality for row in rows}) > 10


def test_a_plan_that_was_kept_is_not_used_for_other_items() -> None:
    """Plans are found by length, sum and ends; two sets of items may agree in all of them."""
    plant = generated(10, vartype=VarType.R8)
    one, other = np.array([0, 3, 4, 9]), np.array([0, 2, 5, 9])
    for rows in (one, other, one):
        assert plant.sample(rows, START).handles.tolist() == rows.tolist()
        expected = [plant.sample(rows[place : place + 1], START).values[0] for place in range(4)]
        assert list(plant.sample(rows, START).values) == expected


def test_an_array_that_its_owner_changes_is_a_new_question() -> None:
    plant = generated(10, vartype=VarType.R8)
    rows = np.array([1, 2])
    before = plant.sample(rows, START)
    rows[0] = 5
    assert plant.sample(rows, START).handles.tolist() == [5, 2]
    assert before.handles.tolist() == [1, 2]


def test_the_plans_that_are_kept_stay_within_their_bound() -> None:
    plant = generated(1_000)
    for start in range(PLANNED_ROWS // 1_000 + 10):
        plant.sample(np.roll(np.arange(1_000), start)[: 999 - start % 7], START)
    assert plant._plans._rows <= PLANNED_ROWS


def test_a_write_is_seen_through_plans_that_were_made_before() -> None:
    plant = generated(20, vartype=VarType.R8)
    rows = np.arange(20)
    plant.sample(rows, START)
    assert write(plant, "Area001.Item000004", real(-7)) == 0
    assert plant.sample(rows, START + SECOND).values.numbers()[3] == -7


@pytest.mark.parametrize("per_branch", [10_000, 25])
def test_a_large_plant_takes_little_memory(per_branch: int) -> None:
    """Items with tree, index and state; the bound is far above what was measured (about 70 octets each)."""
    tracemalloc.start()
    plant = generated(10_000, vartype=VarType.R8, per_branch=per_branch)
    assert len(plant.tree.walk("")) == 10_000
    used, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert used < 10_000 * 150


def test_one_page_of_a_large_branch_makes_one_page_of_elements() -> None:
    plant = generated(20_000, vartype=VarType.R8, per_branch=20_000)
    made: list[int] = []
    elements = plant.tree.children("Area001")
    make = elements._make

    def counted(code: int) -> Any:
        made.append(code)
        return make(code)

    elements._make = counted
    page = list(elements[5_000:5_010])
    assert [entry.name for entry in page] == [f"Item{n:06}" for n in range(5_001, 5_011)]
    assert len(made) == 10


def test_a_plant_has_at_most_a_million_items() -> None:
    one = item("{n}")
    with pytest.raises(LocalMisuse, match="1000000"):
        ItemSeries(items=(one,), count=1_000_001)
    half = ItemSeries(items=(one,), count=600_000)
    with pytest.raises(LocalMisuse, match="1000000"):
        SimulatedPlant([half, half])


@pytest.mark.parametrize(
    ("entries", "reason"),
    [
        ([item("A"), item("a")], 'two items have the id "a"'),
        ([item("A", path=("A", ""))], "no name in it is empty"),
        ([item("A" * 1_025, path=("A",))], "1 to 1024 characters"),
        ([item("A\0", path=("A",))], "NUL"),
        ([item("A", Signal(kind=SignalKind.PROCESS), vartype=VarType.BSTR)], "only a number"),
        ([item("A", limits=(0, 1), vartype=VarType.BSTR)], "only numbers have limits"),
        ([item("A", Signal(kind=SignalKind.SINE, value=3))], "begins with no value"),
        ([item("A", Signal(follows="B"))], "only a process"),
        ([item("A", Signal(words=("x",)))], "only a text"),
        ([item("A", vartype=VarType.UNKNOWN)], "0x000d"),
        ([item("A", Signal(kind=SignalKind.SINE), vartype=VarType.ARRAY | VarType.VARIANT)], "0x000c"),
        (
            [
                item(
                    "A",
                    Signal(kind=SignalKind.RECORDED, recording=Recording.of([(0, 1)])),
                    vartype=VarType.ARRAY | VarType.R8,
                )
            ],
            "no arrays",
        ),
        ([item("A", Signal(value="many"))], "expected a number"),
        ([item("A", scan_rate=-1)], "scan rate"),
        ([ItemSeries(items=(item("{x}", path=("A",)),), count=2)], "expected {n} or {b}"),
    ],
    ids=lambda given: given if isinstance(given, str) else "",
)
def test_items_that_do_not_fit_together_are_refused(entries: list[object], reason: str) -> None:
    with pytest.raises(LocalMisuse, match=reason):
        SimulatedPlant(entries)  # type: ignore[arg-type]


def test_case_counts_where_the_plant_says_so() -> None:
    plant = SimulatedPlant([item("A", Signal(value=1)), item("a", Signal(value=2))], case_sensitive=True)
    assert (plant.find("A"), plant.find("a")) == (0, 1)
    assert plant.tree.child("", "a") == plant.tree.children("")[1]
