"""Items that fail: by the clock, and because a scenario says so."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.ndr import SafeArray, Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.quality import Quality
from opcross_simulators.plant import (
    START,
    QualityScript,
    Recording,
    Signal,
    SignalKind,
    SimulatedPlant,
    generated,
)
from tests.simulators.plant.plants import SECOND, at, item, real, value, write

SAW = Signal(kind=SignalKind.SAW_TOOTH, period=1_000, high=1_000)


def plant_of(*scripts: QualityScript) -> SimulatedPlant:
    return SimulatedPlant([item("A.x", SAW), item("A.y", Signal(value=7)), item("B.x", SAW)], scripts=scripts)


def test_a_script_makes_items_bad_and_lets_them_recover() -> None:
    plant = plant_of(QualityScript(items="a.*", quality=Quality.COMM_FAILURE, at=10, duration=5))
    qualities = [at(plant, "A.x", second).quality for second in (9.9, 10, 14.9, 15, 100)]
    assert qualities == [0xC0, 0x18, 0x18, 0xC0, 0xC0]
    assert at(plant, "B.x", 12).quality == Quality.GOOD


def test_a_bad_value_stands_still_and_an_uncertain_one_goes_on() -> None:
    """A failed sensor shows what it showed last; consumers must not take a moving value for a live one."""
    bad = plant_of(QualityScript(items="A.x", at=10, duration=5))
    assert [value(bad, "A.x", second) for second in (10, 12, 14)] == [10, 10, 10]
    assert value(bad, "A.x", 15) == pytest.approx(15)
    unsure = plant_of(QualityScript(items="A.x", quality=Quality.SUB_NORMAL, at=10, duration=5))
    assert value(unsure, "A.x", 12) == pytest.approx(12)


def test_the_time_stamp_tells_when_the_quality_changed() -> None:
    plant = plant_of(QualityScript(items="A.*", at=10, duration=5))
    for seconds, stamp in ((9, 0), (12, 10), (30, 15)):
        assert at(plant, "A.y", seconds).time_stamp == START + stamp * SECOND
    write(plant, "A.y", real(8), 40)
    assert at(plant, "A.y", 50).time_stamp == START + 40 * SECOND


def test_a_script_repeats() -> None:
    plant = plant_of(QualityScript(items="A.x", at=60, duration=5, every=60))
    assert [at(plant, "A.x", second).quality for second in (59, 62, 66, 121, 126, 6_004, 6_006)] == [
        0xC0,
        0x10,
        0xC0,
        0x10,
        0xC0,
        0x10,
        0xC0,
    ]


def test_a_script_without_a_duration_is_for_good() -> None:
    plant = plant_of(QualityScript(items="A.x", at=1))
    assert at(plant, "A.x", 1e6).quality == Quality.SENSOR_FAILURE


def test_the_later_script_in_the_list_counts() -> None:
    plant = plant_of(
        QualityScript(items="*.x", quality=Quality.COMM_FAILURE, duration=10),
        QualityScript(items="A.*", quality=Quality.DEVICE_FAILURE, at=5, duration=10),
    )
    seen = {
        name: [at(plant, name, second).quality for second in (1, 6, 12, 16)] for name in ("A.x", "A.y", "B.x")
    }
    assert seen == {
        "A.x": [0x18, 0x0C, 0x0C, 0xC0],
        "A.y": [0xC0, 0x0C, 0x0C, 0xC0],
        "B.x": [0x18, 0x18, 0xC0, 0xC0],
    }


def test_a_script_can_make_reading_fail() -> None:
    plant = plant_of(QualityScript(items="A.x", at=1, duration=1, error=Hresult.E_FAIL))
    row = at(plant, "A.x", 1.5)
    assert (row.error, row.quality) == (Hresult.E_FAIL, Quality.SENSOR_FAILURE)
    assert row.value == Variant(VarType.EMPTY)
    assert at(plant, "A.x", 2).error == 0


@given(
    st.lists(
        st.tuples(st.sampled_from(["A.*", "*.x", "*", "B.x"]), st.integers(0, 20), st.integers(1, 9)),
        min_size=1,
        max_size=6,
    ),
    st.integers(0, 40),
)
def test_classes_of_items_are_only_a_way_to_be_quick(
    scripts: list[tuple[str, int, int]], second: int
) -> None:
    made = [
        QualityScript(items=pattern, quality=4 * place, at=begin, duration=length)
        for place, (pattern, begin, length) in enumerate(scripts, 1)
    ]
    plant = plant_of(*made)
    for name in ("A.x", "A.y", "B.x"):
        own = [
            script.quality
            for script in made
            if script.items in (name, "*", name[0] + ".*", "*" + name[1:])
            and script.at <= second < script.at + script.duration
        ]
        assert at(plant, name, second).quality == (own[-1] if own else Quality.GOOD)


@pytest.mark.parametrize(
    "wrong",
    [
        {"at": -1},
        {"duration": float("nan")},
        {"every": 5},
        {"every": 5, "duration": 5},
        {"quality": 0x10000},
        {"error": -1},
    ],
    ids=str,
)
def test_a_script_that_cannot_be_is_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(LocalMisuse):
        QualityScript(items="*", **wrong)  # type: ignore[arg-type]


def test_a_script_for_no_item_is_a_mistake() -> None:
    with pytest.raises(LocalMisuse, match="no item matches"):
        plant_of(QualityScript(items="C.*"))
    with pytest.raises(LocalMisuse, match="up to 100"):
        plant_of(*[QualityScript(items="*")] * 101)


def test_an_override_gives_a_quality_and_leaves_the_value() -> None:
    plant = plant_of()
    plant.override("a.X", quality=Quality.LAST_KNOWN)
    assert (at(plant, "A.x", 5).quality, value(plant, "A.x", 5)) == (Quality.LAST_KNOWN, pytest.approx(5))
    plant.clear_override("A.x")
    assert at(plant, "A.x", 5).quality == Quality.GOOD


def test_an_override_gives_a_value_of_the_items_own_type() -> None:
    plant = SimulatedPlant(
        [
            item("R", SAW),
            item("B", vartype=VarType.BOOL),
            item("S", vartype=VarType.BSTR),
            item("L", vartype=VarType.ARRAY | VarType.I2),
        ]
    )
    plant.override("R", value="12.5")
    plant.override("B", value=True)
    plant.override("S", value="stuck")
    plant.override("L", value=[1, 2])
    assert [value(plant, name) for name in "RBS"] == [12.5, True, "stuck"]
    assert value(plant, "L") == SafeArray.of(VarType.I2, [1, 2])
    plant.override("R", quality=Quality.BAD)
    assert value(plant, "R", 3) == pytest.approx(3), "a new override takes the place of the old one"
    plant.clear_override()
    assert value(plant, "S") == ""


def test_an_error_meets_reading_and_writing() -> None:
    plant = plant_of()
    plant.override("A.y", error=DaCode.E_UNKNOWNITEMID)
    row = at(plant, "A.y", 3)
    assert (row.error, row.quality, row.value) == (
        DaCode.E_UNKNOWNITEMID,
        Quality.BAD,
        Variant(VarType.EMPTY),
    )
    assert write(plant, "A.y", real(9)) == DaCode.E_UNKNOWNITEMID
    plant.clear_override("A.y")
    assert value(plant, "A.y") == 7


def test_an_override_is_for_many_items_at_once_and_says_since_when() -> None:
    plant = plant_of()
    plant.override("A.*", quality=Quality.BAD, now=START + 3 * SECOND)
    batch = plant.sample(np.arange(3), START + 3 * SECOND)
    assert batch.qualities.tolist() == [0, 0, Quality.GOOD]
    assert at(plant, "A.y", 9).time_stamp == START + 3 * SECOND
    plant.override(np.array([2]), quality=Quality.BAD)
    assert at(plant, "B.x").quality == Quality.BAD


def test_an_override_wins_over_a_script() -> None:
    plant = plant_of(QualityScript(items="*", at=0))
    plant.override("A.x", quality=Quality.GOOD, value=1)
    assert (at(plant, "A.x", 5).quality, value(plant, "A.x", 5)) == (Quality.GOOD, 1)


def test_an_override_gives_a_value_where_there_was_none() -> None:
    waiting = Signal(kind=SignalKind.RECORDED, recording=Recording.of([(100, 1)]))
    plant = SimulatedPlant([item("A", waiting)])
    plant.override("A", value=5)
    assert at(plant, "A", 1).value == real(5)
    assert at(plant, "A", 1).quality == Quality.WAITING_FOR_INITIAL_DATA


def test_overriding_what_cannot_be_is_refused_and_changes_nothing() -> None:
    plant = plant_of()
    with pytest.raises(LocalMisuse, match="no item matches"):
        plant.override("nowhere", quality=0)
    with pytest.raises(LocalMisuse, match="expected a number"):
        plant.override("A.x", value="much")
    plant = SimulatedPlant([item("A.x", SAW), item("A.y", vartype=VarType.BSTR)])
    with pytest.raises(LocalMisuse, match="expected a number"):
        plant.override("A.*", value="much")
    assert value(plant, "A.y") == ""
    with pytest.raises(LocalMisuse, match="16 bits"):
        plant.override("A.x", quality=0x1_0000)
    with pytest.raises(LocalMisuse, match="no item"):
        plant.held("nowhere")
    assert at(plant, "A.x", 1).quality == Quality.GOOD


def test_items_are_chosen_by_wildcards() -> None:
    plant = generated(5_000)
    assert len(plant.select("area00[12].*")) == 2_000
    assert plant.select("*Item00000?").tolist() == list(range(9))
