"""Signals: what they give, and that they give it at any moment, in any order, in any company."""

from __future__ import annotations

from math import exp, isclose, pi, sin

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import LocalMisuse
from opcross.ndr import SafeArray, Variant, VarType
from opcross_simulators.plant import START, Behaviour, Signal, SignalKind, SimulatedPlant, generated
from opcross_simulators.plant.mixing import mix, mix_one, seed_of, tick_key, uniform
from opcross_simulators.plant.waves import COMPUTED
from tests.simulators.plant.plants import SECOND, at, item, real, value, write

KINDS = [kind for kind in SignalKind if kind in COMPUTED]


def plant_of(signal: Signal, **more: object) -> SimulatedPlant:
    return SimulatedPlant([item("A", signal, **more)])  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (SignalKind.RAMP, {0: 10, 1: 15, 2: 20, 3: 25, 4: 30, 100: 30}),
        (SignalKind.SAW_TOOTH, {0: 10, 1: 15, 3: 25, 4: 10, 5: 15, 403: 25}),
        (SignalKind.TRIANGLE, {0: 10, 1: 20, 2: 30, 3: 20, 4: 10}),
        (SignalKind.SQUARE, {0: 30, 1.9: 30, 2: 10, 3.9: 10, 4: 30}),
        (SignalKind.SINE, {0: 20, 1: 30, 2: 20, 3: 10, 0.5: 20 + 10 * sin(pi / 4)}),
        (SignalKind.COUNTER, {0: 10, 3.9: 10, 4: 11, 80: 30, 84: 10, 88: 11}),
    ],
    ids=lambda given: given.name if isinstance(given, SignalKind) else "",
)
def test_each_shape_goes_as_its_name_says(kind: SignalKind, expected: dict[float, float]) -> None:
    plant = plant_of(Signal(kind=kind, low=10, high=30, period=4))
    for seconds, wanted in expected.items():
        assert isclose(value(plant, "A", seconds), wanted, abs_tol=1e-9), seconds


def test_phase_and_duty_move_a_wave() -> None:
    plant = plant_of(Signal(kind=SignalKind.SQUARE, low=0, high=1, period=10, phase=0.5, duty=0.7))
    assert [value(plant, "A", second) for second in (0, 1, 2, 3, 5, 9.9)] == [1, 1, 0, 0, 1, 1]


def test_a_wave_ran_before_the_plant_started() -> None:
    plant = plant_of(Signal(kind=SignalKind.SAW_TOOTH, low=0, high=10, period=10))
    assert value(plant, "A", -1) == 9


def test_a_counter_with_broken_steps_stops_where_it_should() -> None:
    plant = plant_of(Signal(kind=SignalKind.COUNTER, low=0, high=0.3, step=0.1, period=1))
    values = [value(plant, "A", second) for second in range(0, 4_000, 7)]
    assert sorted(set(values)) == pytest.approx([0, 0.1, 0.2, 0.3])


def test_a_counter_whose_step_does_not_fit_begins_again_before_its_end() -> None:
    plant = plant_of(Signal(kind=SignalKind.COUNTER, low=0, high=5, step=2, period=1))
    assert [value(plant, "A", second) for second in range(5)] == [0, 2, 4, 0, 2]


def test_a_process_follows_its_set_point_exactly_however_often_it_is_asked() -> None:
    plant = plant_of(Signal(kind=SignalKind.PROCESS, period=5, value=20))
    assert value(plant, "A", 100) == 20
    assert write(plant, "A", real(80), 100) == 0
    for seconds in (0, 0.1, 5, 12.5, 3):
        assert isclose(value(plant, "A", 100 + seconds), 80 - 60 * exp(-seconds / 5))
    write(plant, "A", real(0), 105)
    reached = 80 - 60 * exp(-1)
    assert isclose(value(plant, "A", 110), reached * exp(-1))


def test_a_process_starts_from_where_noise_did_not_take_it() -> None:
    plant = plant_of(Signal(kind=SignalKind.PROCESS, period=5, value=20, noise=0.5))
    values = {value(plant, "A", second / 10) for second in range(100)}
    assert len(values) == 100
    assert all(19.5 <= found <= 20.5 for found in values)
    write(plant, "A", real(80), 10)
    assert 19.5 <= value(plant, "A", 10) <= 20.5


def test_a_process_can_follow_the_set_point_of_another_item() -> None:
    plant = SimulatedPlant(
        [
            item("SP", Signal(value=40), vartype=VarType.I4),
            item("PV", Signal(kind=SignalKind.PROCESS, period=10, follows="sp")),
        ]
    )
    assert value(plant, "PV", 50) == 40
    assert write(plant, "SP", Variant(VarType.I4, 90), 50) == 0
    assert isclose(value(plant, "PV", 60), 90 - 50 * exp(-1))


@pytest.mark.parametrize(
    ("followed", "reason"),
    [("nowhere", "which is no item"), ("wave", "is no set point"), ("text", "is no set point")],
)
def test_a_set_point_has_to_be_a_number_that_is_held(followed: str, reason: str) -> None:
    with pytest.raises(LocalMisuse, match=reason):
        SimulatedPlant(
            [
                item("wave", Signal(kind=SignalKind.SINE)),
                item("text", vartype=VarType.BSTR),
                item("PV", Signal(kind=SignalKind.PROCESS, follows=followed)),
            ]
        )


@given(
    kind=st.sampled_from(KINDS),
    low=st.floats(-1e6, 1e6),
    span=st.floats(0, 1e6),
    seconds=st.floats(-1e6, 1e9),
    phase=st.floats(-2, 2),
)
def test_every_signal_stays_between_low_and_high(
    kind: SignalKind, low: float, span: float, seconds: float, phase: float
) -> None:
    plant = plant_of(Signal(kind=kind, low=low, high=low + span, period=7, phase=phase))
    assert low - 1e-6 <= value(plant, "A", seconds) <= low + span + 1e-6


@given(st.lists(st.integers(0, 10**12), min_size=1, max_size=5), st.integers(0, 2**32 - 1))
def test_a_moment_can_be_asked_for_in_any_order_and_in_any_company(moments: list[int], seed: int) -> None:
    """Nothing is stepped: a value hangs on the item and the moment, not on who asked before."""
    one = generated(30, seed=seed)
    other = generated(30, seed=seed)
    everything = np.arange(30)
    told = {now: one.sample(everything, START + now) for now in moments}
    for now in reversed(moments):
        for number in (29, 3, 3, 12):
            assert other.sample(np.array([number]), START + now)[0] == told[now][number]
        rows = np.array([5, 1, 29, 5])
        assert other.sample(rows, START + now) == told[now].take(rows)


def test_the_same_seed_gives_the_same_plant_and_another_seed_another() -> None:
    now = START + 77 * SECOND
    rows = np.arange(200)
    assert generated(200, seed=5).sample(rows, now) == generated(200, seed=5).sample(rows, now)
    assert generated(200, seed=5).sample(rows, now) != generated(200, seed=6).sample(rows, now)


def test_an_item_keeps_its_values_when_items_are_put_before_it() -> None:
    """Seeds follow from ids, so a test that adds an item does not change the others."""
    walk = item("Walk", Signal(kind=SignalKind.WALK))
    alone, among = SimulatedPlant([walk]), SimulatedPlant([item("First"), walk])
    assert at(alone, "Walk", 5).value == at(among, "Walk", 5).value


def test_items_with_a_seed_in_common_go_together() -> None:
    twins = SimulatedPlant(
        [item(name, Signal(kind=SignalKind.RANDOM, seed=3)) for name in "AB"]
        + [item("C", Signal(kind=SignalKind.RANDOM))]
    )
    assert value(twins, "A", 1) == value(twins, "B", 1) != value(twins, "C", 1)


def test_scattered_items_are_at_phases_of_their_own() -> None:
    plant = generated(100, vartype=VarType.R8)
    values = plant.sample(np.arange(100), START).values.numbers()
    assert len(set(values.tolist())) == 100


def test_random_values_change_with_each_scan_and_not_between() -> None:
    plant = SimulatedPlant([item("A", Signal(kind=SignalKind.RANDOM), scan_rate=100)])
    values = [value(plant, "A", hundredth / 100) for hundredth in range(100)]
    assert len(set(values)) == 10
    assert all(len(set(values[start : start + 10])) == 1 for start in range(0, 100, 10))


def test_random_values_are_spread_evenly() -> None:
    plant = generated(50_000, vartype=VarType.R8, signal=Signal(kind=SignalKind.RANDOM, high=10))
    values = plant.sample(np.arange(50_000), START + SECOND).values.numbers()
    counts = np.bincount(values.astype(int), minlength=10)
    assert (abs(counts - 5_000) < 350).all()  # five standard deviations


def test_neighbours_and_following_ticks_have_nothing_to_do_with_each_other() -> None:
    seeds = np.array([seed_of(f"Item{n}", 0) for n in range(2_000)], np.uint32)
    one, next_ = uniform(seeds, 1), uniform(seeds, 2)
    assert abs(np.corrcoef(one, next_)[0, 1]) < 0.1
    assert abs(np.corrcoef(one[1:], one[:-1])[0, 1]) < 0.1


def test_a_walk_wanders_without_leaps() -> None:
    plant = plant_of(Signal(kind=SignalKind.WALK, low=0, high=100, period=60))
    values = np.array([value(plant, "A", second / 10) for second in range(6_000)])
    assert abs(np.diff(values)).max() < 3
    assert values.max() - values.min() > 20
    assert not np.allclose(values[:600], values[600:1200])


def test_a_walk_costs_the_same_after_a_thousand_years() -> None:
    plant = plant_of(Signal(kind=SignalKind.WALK))
    assert 0 <= value(plant, "A", 1000 * 365.25 * 86_400) <= 100


@given(st.lists(st.integers(0, 2**32 - 1), min_size=1))
def test_both_spellings_of_the_mixer_agree(words: list[int]) -> None:
    assert mix(np.array(words, np.uint32)).tolist() == [mix_one(word) for word in words]


@given(st.lists(st.integers(-(2**62), 2**62), min_size=1))
def test_a_tick_has_one_key_alone_and_in_a_column(ticks: list[int]) -> None:
    keys = tick_key(np.array(ticks, np.int64))
    assert isinstance(keys, np.ndarray)
    assert keys.tolist() == [tick_key(tick) for tick in ticks]


@pytest.mark.parametrize(
    ("vartype", "low", "high"),
    [
        (VarType.I1, -300, 300),
        (VarType.UI1, -5, 300),
        (VarType.I8, -1e30, 1e30),
        (VarType.UI8, -1e30, 1e30),
        (VarType.R4, -1e300, 1e300),
        (VarType.CY, -1e30, 1e30),
        (VarType.UI4, -1, 1e10),
        (VarType.ERROR, 0, 1e10),
    ],
    ids=lambda given: given.name if isinstance(given, VarType) else "",
)
def test_a_signal_that_is_too_large_for_its_type_stops_at_the_end_of_it(
    vartype: VarType, low: float, high: float
) -> None:
    plant = plant_of(Signal(kind=SignalKind.TRIANGLE, low=low, high=high, period=2), vartype=vartype)
    least, greatest = value(plant, "A", 0), value(plant, "A", 1)
    width = {VarType.I1: 8, VarType.UI1: 8, VarType.UI4: 32, VarType.ERROR: 32}.get(vartype, 64)
    if vartype == VarType.R4:
        assert np.isfinite([least, greatest]).all()
    elif vartype in (VarType.I1, VarType.I8, VarType.CY):
        assert least == -(1 << (width - 1))
        assert greatest > (1 << (width - 1)) - 2_000
    else:
        assert least == 0
        assert greatest > (1 << width) - 3_000


def test_a_text_says_one_of_its_words_or_the_number() -> None:
    words = ("low", "middle", "high")
    plant = SimulatedPlant(
        [
            item("W", Signal(kind=SignalKind.SAW_TOOTH, period=3, words=words), vartype=VarType.BSTR),
            item("N", Signal(kind=SignalKind.SAW_TOOTH, period=3, high=9), vartype=VarType.BSTR),
        ]
    )
    assert [value(plant, "W", second + 0.5) for second in range(4)] == [*words, "low"]
    assert value(plant, "N", 1) == "3"


def test_an_array_is_a_row_of_items_of_its_own() -> None:
    plant = SimulatedPlant(
        [
            item("R", Signal(kind=SignalKind.RANDOM, size=4), vartype=VarType.ARRAY | VarType.I2),
            item(
                "S",
                Signal(kind=SignalKind.RANDOM, size=3, words=("a", "b")),
                vartype=VarType.ARRAY | VarType.BSTR,
            ),
        ]
    )
    numbers, words = value(plant, "R", 1), value(plant, "S", 1)
    assert isinstance(numbers, SafeArray)
    assert numbers.values.dtype == np.int16
    assert len(set(numbers.values.tolist())) > 1
    assert len(words.values) == 3
    assert set(words.values) <= {"a", "b"}


@pytest.mark.parametrize(
    "wrong",
    [{"lag": -1}, {"limits": (2, 1)}, {"limits": (float("nan"), 1)}, {"clamp": True}],
    ids=str,
)
def test_a_behaviour_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LocalMisuse):
        Behaviour(**wrong)  # type: ignore[arg-type]


def test_true_and_false_take_turns() -> None:
    plant = plant_of(Signal(kind=SignalKind.SQUARE, high=1, period=2), vartype=VarType.BOOL)
    assert [value(plant, "A", second) for second in range(4)] == [True, False, True, False]


@pytest.mark.parametrize(
    "wrong",
    [
        {"low": 2, "high": 1},
        {"period": 0},
        {"period": float("inf")},
        {"duty": 1.1},
        {"step": 0},
        {"noise": -1},
        {"size": 10_001},
        {"words": ("x",) * 10_001},
        {"kind": SignalKind.RECORDED},
        {"kind": SignalKind.LIVE},
    ],
    ids=str,
)
def test_a_signal_that_cannot_be_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(LocalMisuse):
        Signal(**wrong)  # type: ignore[arg-type]
