"""Writing: what is kept, what is refused, and what is said about it."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.ndr import SafeArray, Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.model import AccessRights
from opcross.opc.quality import Quality
from opcross_simulators.plant import START, Signal, SignalKind, SimulatedPlant, WriteRule, devices, generated
from opcross_simulators.plant.values import variant_of
from tests.simulators.plant.plants import SECOND, at, item, real, value, write

VALUES = [
    (VarType.I1, -5),
    (VarType.UI1, 200),
    (VarType.I2, -30_000),
    (VarType.UI2, 60_000),
    (VarType.I4, -(2**31)),
    (VarType.UI4, 2**32 - 1),
    (VarType.I8, -(2**63)),
    (VarType.UI8, 2**64 - 1),
    (VarType.R4, 1.5),
    (VarType.R8, 1e300),
    (VarType.CY, 12_345),
    (VarType.DATE, 43_831.5),
    (VarType.BOOL, True),
    (VarType.BSTR, "on"),
    (VarType.BSTR, None),
    (VarType.INT, -1),
    (VarType.UINT, 1),
    (VarType.ERROR, 0x80004005),
    (VarType.ARRAY | VarType.R8, SafeArray.of(VarType.R8, [1.0, 2.0])),
    (VarType.ARRAY | VarType.BSTR, SafeArray.of(VarType.BSTR, ["a", "b"])),
]


@pytest.mark.parametrize(("vartype", "given_value"), VALUES, ids=lambda given: str(given)[:20])
def test_a_bucket_gives_back_what_was_put_into_it(vartype: int, given_value: object) -> None:
    plant = SimulatedPlant([item("A", vartype=vartype, scan_rate=1_000)])
    assert at(plant, "A", 3).time_stamp == START
    written = Variant(vartype, given_value)
    assert write(plant, "A", written, 5.5) == Hresult.S_OK
    row = at(plant, "A", 5.6)
    assert (row.value, row.quality) == (written, Quality.GOOD)
    assert row.time_stamp == START + round(5.5 * SECOND)
    assert plant.held("a") == written


def test_a_quality_and_a_time_stamp_that_are_given_are_kept_until_the_next_write() -> None:
    plant = SimulatedPlant([item("A")])
    more = {"qualities": 0x54, "has_quality": True, "time_stamps": START - 7, "has_time_stamp": True}
    write(plant, "A", real(2), 1, **more)
    assert (at(plant, "A", 2).quality, at(plant, "A", 2).time_stamp) == (0x54, START - 7)
    write(plant, "A", real(2), 3)
    assert (at(plant, "A", 4).quality, at(plant, "A", 4).time_stamp) == (Quality.GOOD, START + 3 * SECOND)


def test_a_write_only_item_keeps_the_value_and_never_tells() -> None:
    plant = SimulatedPlant([item("A", rights=AccessRights.WRITEABLE)])
    assert write(plant, "A", real(4)) == Hresult.S_OK
    assert at(plant, "A").error == DaCode.E_BADRIGHTS
    assert plant.held("A") == real(4)


def test_what_may_not_be_written_is_not() -> None:
    plant = SimulatedPlant(
        [
            item("read", rights=AccessRights.READABLE),
            item("fails", write=WriteRule.FAIL),
            item("own", write=WriteRule.FAIL, write_error=0xC0040007),
        ]
    )
    assert write(plant, "read", real(1)) == DaCode.E_BADRIGHTS
    assert write(plant, "fails", real(1)) == Hresult.E_FAIL
    assert write(plant, "own", real(1)) == 0xC0040007
    assert write(plant, "read", Variant(VarType.I4, 1)) == DaCode.E_BADRIGHTS
    assert [value(plant, name) for name in ("read", "fails", "own")] == [0, 0, 0]


def test_a_value_of_another_type_is_refused() -> None:
    """Conversion is the server's work; a device knows one type."""
    plant = SimulatedPlant([item("A")])
    assert write(plant, "A", Variant(VarType.I4, 1)) == DaCode.E_BADTYPE
    assert write(plant, "A", Variant(VarType.EMPTY)) == DaCode.E_BADTYPE


def test_a_wave_takes_a_value_for_good_or_goes_on() -> None:
    wave = Signal(kind=SignalKind.SAW_TOOTH, period=100)
    plant = SimulatedPlant([item("takes", wave), item("ignores", wave, write=WriteRule.IGNORE)])
    for name in ("takes", "ignores"):
        assert write(plant, name, real(77), 10) == Hresult.S_OK
    assert value(plant, "takes", 20) == 77
    assert value(plant, "ignores", 20) == pytest.approx(20)
    assert write(plant, "takes", real(78), 30) == Hresult.S_OK
    assert value(plant, "takes", 40) == 78


@pytest.mark.parametrize(
    ("vartype", "inside", "above", "greatest"),
    [
        (VarType.R8, 10.0, 10.001, 10.0),
        (VarType.I2, -10, 11, 10),
        (VarType.CY, 100_000, 100_001, 100_000),
        (VarType.UI1, 0, 255, 10),
        (VarType.R4, -10.0, float("inf"), 10.0),
    ],
    ids=lambda given: given.name if isinstance(given, VarType) else "",
)
def test_limits_refuse_or_clamp(vartype: VarType, inside: float, above: float, greatest: float) -> None:
    plant = SimulatedPlant(
        [
            item("refuses", vartype=vartype, limits=(-10, 10)),
            item("clamps", vartype=vartype, limits=(-10, 10), clamp=True),
        ]
    )
    for name in ("refuses", "clamps"):
        assert write(plant, name, Variant(vartype, inside)) == Hresult.S_OK
    assert write(plant, "refuses", Variant(vartype, above)) == DaCode.E_RANGE
    assert value(plant, "refuses") == inside
    assert write(plant, "clamps", Variant(vartype, above)) == DaCode.S_CLAMP
    assert value(plant, "clamps") == greatest


def test_nothing_clamps_what_is_no_number() -> None:
    plant = SimulatedPlant([item("A", Signal(value=3), limits=(0, 10), clamp=True), item("B")])
    assert write(plant, "A", real(float("nan"))) == DaCode.E_RANGE
    assert value(plant, "A") == 3
    assert write(plant, "B", real(float("nan"))) == Hresult.S_OK
    assert np.isnan(value(plant, "B"))


def test_a_set_point_is_bounded_like_any_value() -> None:
    plant = SimulatedPlant(
        [item("A", Signal(kind=SignalKind.PROCESS, period=1, value=0), limits=(0, 10), clamp=True)]
    )
    assert write(plant, "A", real(1_000)) == DaCode.S_CLAMP
    assert value(plant, "A", 60) == pytest.approx(10)
    assert write(plant, "A", real(float("inf")), 60) == DaCode.S_CLAMP


def test_a_set_point_that_is_no_number_moves_nothing() -> None:
    plant = SimulatedPlant([item("A", Signal(kind=SignalKind.PROCESS, value=5))])
    write(plant, "A", real(float("nan")))
    assert value(plant, "A", 60) == 5


def test_what_is_too_large_is_refused_and_the_old_value_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    """Clients choose what they write; a plant keeps no more than it said it would."""
    plant = SimulatedPlant([item(name, vartype=VarType.BSTR) for name in "ABC"])
    large = Variant(VarType.BSTR, "x" * (devices.VALUE_OCTETS // 2 + 1))
    assert write(plant, "A", Variant(VarType.BSTR, "small")) == Hresult.S_OK
    assert write(plant, "A", large) == Hresult.E_OUTOFMEMORY
    assert value(plant, "A") == "small"
    monkeypatch.setattr(devices, "HELD_OCTETS", 100)
    assert write(plant, "B", Variant(VarType.BSTR, "y" * 40)) == Hresult.S_OK
    assert write(plant, "C", Variant(VarType.BSTR, "z" * 40)) == Hresult.E_OUTOFMEMORY
    assert write(plant, "B", Variant(VarType.BSTR, "")) == Hresult.S_OK
    assert write(plant, "C", Variant(VarType.BSTR, "z" * 40)) == Hresult.S_OK


def test_the_last_of_several_values_for_one_item_stays() -> None:
    plant = generated(3, vartype=VarType.R8)
    values = WriteBatch(VariantColumn.of_numbers(VarType.R8, np.array([1.0, 2, 3])))
    assert plant.write(np.array([1, 1, 1]), values, START).tolist() == [0, 0, 0]
    assert value(plant, "Area001.Item000002") == 3


@given(st.lists(st.tuples(st.integers(0, 29), st.integers(0, 2)), max_size=40), st.integers(0, 10**9))
def test_a_whole_batch_does_what_its_rows_would_do(writes: list[tuple[int, int]], now: int) -> None:
    """Columns are a spelling; they may not change what a write does."""
    together, single = generated(30, writeable=True), generated(30, writeable=True)
    rows = [
        variant_of(together.items[number].vartype if kind else VarType.UI8, kind) for number, kind in writes
    ]
    numbers = np.array([number for number, _ in writes], np.int64)
    errors = together.write(numbers, WriteBatch.of(*rows), START + now)
    for number, row, error in zip(numbers, rows, errors, strict=True):
        assert single.write(np.array([number]), WriteBatch.of(row), START + now)[0] == error
    everything = np.arange(30)
    for later in (0, 5 * SECOND):
        assert together.sample(everything, START + now + later) == single.sample(
            everything, START + now + later
        )
