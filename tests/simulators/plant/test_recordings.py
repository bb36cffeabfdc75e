"""Recordings: CSV files, and items that play them."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import FileError, LocalMisuse
from opcross.ndr import Variant, VarType
from opcross.opc.quality import Quality
from opcross_simulators.plant import Recording, Signal, SignalKind, SimulatedPlant, load_recording, recordings
from opcross_simulators.plant.recordings import quality_named
from tests.simulators.plant.plants import at, item, value

CSV = """seconds,value,quality
# a pump that starts
0,0
1.5,12.5,good

2,-3,comm failure
4,0x10,0x54
"""


def load(folder: Path, text: str | bytes) -> Recording:
    path = folder / "flow.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return load_recording(path)


def played(recording: Recording, vartype: int = VarType.R8) -> SimulatedPlant:
    return SimulatedPlant([item("A", Signal(kind=SignalKind.RECORDED, recording=recording), vartype=vartype)])


def test_a_file_is_played_row_by_row(tmp_path: Path) -> None:
    recording = load(tmp_path, CSV.replace("0x10", "16"))
    plant = played(recording)
    seen = [(value(plant, "A", second), at(plant, "A", second).quality) for second in (0, 1.4, 1.5, 3, 99)]
    assert seen == [(0, 0xC0), (0, 0xC0), (12.5, 0xC0), (-3, 0x18), (16, 0x54)]


def test_before_its_first_row_a_recording_has_no_value() -> None:
    for vartype in (VarType.R8, VarType.BSTR):
        row = at(played(Recording.of([(5, "1")]), vartype), "A", 3)
        assert (row.value, row.quality) == (Variant(VarType.EMPTY), Quality.WAITING_FOR_INITIAL_DATA)


def test_a_loop_begins_again() -> None:
    plant = played(Recording.of([(0, 1), (2, 2)]).looping())
    assert [value(plant, "A", second) for second in range(9)] == [1, 1, 2, 2, 1, 1, 2, 2, 1]
    late = played(Recording.of([(1, 1), (2, 2)]).looping(5))
    assert [value(late, "A", second) for second in (0, 1, 2, 4.9, 5.5, 6)] == [2, 1, 2, 2, 2, 1]
    single = played(Recording.of([(3, 7)]).looping())
    assert value(single, "A", 0) == 7


def test_texts_are_played_as_they_were_written() -> None:
    plant = played(Recording.of([(0, "Open"), (1, "1.50")]), VarType.BSTR)
    assert [value(plant, "A", second) for second in (0, 1)] == ["Open", "1.50"]


def test_a_boolean_may_be_spelt_out() -> None:
    plant = played(Recording.of([(0, "true"), (1, "FALSE"), (2, 1)]), VarType.BOOL)
    assert [value(plant, "A", second) for second in range(3)] == [True, False, True]


def test_a_number_cannot_be_played_from_words() -> None:
    with pytest.raises(LocalMisuse, match="no numbers"):
        played(Recording.of([(0, "Open")]))


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "has no rows"),
        ("seconds,value\n", "has no rows"),
        ("0\n", "flow.csv:1: expected seconds, value"),
        ("0,1,good,more\n", "expected seconds, value"),
        ("0,1\n0,2\n", "flow.csv:2: expected seconds that grow"),
        ("0,1\nsoon,2\n", 'found "soon"'),
        ("-1,1\n", "grow"),
        ("0,1,fine\n", 'no quality is called "fine"'),
        ("0,1,sensor failur\n", 'did you mean "sensor failure"'),
        ("0,1,70000\n", "16 bits"),
        (b"0,\xff\n", "expected UTF-8"),
        ('0,"' + "x" * 200_000 + '"\n', "is not CSV"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_line(tmp_path: Path, text: str | bytes, reason: str) -> None:
    with pytest.raises(FileError, match=reason):
        load(tmp_path, text)


def test_a_file_has_its_bounds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileError, match="cannot be read"):
        load_recording(tmp_path / "missing.csv")
    monkeypatch.setattr(recordings, "RECORDING_ROWS", 2)
    with pytest.raises(FileError, match="more than 2 rows"):
        load(tmp_path, "0,1\n1,1\n2,1\n")
    monkeypatch.setattr(recordings, "RECORDING_SIZE", 5)
    with pytest.raises(FileError, match="larger than 5"):
        load(tmp_path, "0,1\n1,1\n")


@given(st.binary(max_size=200))
def test_noise_is_a_file_error_or_a_recording(tmp_path_factory: pytest.TempPathFactory, noise: bytes) -> None:
    with suppress(FileError):
        load(tmp_path_factory.getbasetemp(), noise)


@pytest.mark.parametrize(
    ("rows", "length"),
    [([], 0), ([(1, 0), (1, 0)], 0), ([(-1, 0)], 0), ([(float("nan"), 0)], 0), ([(5, 0)], 5)],
    ids=str,
)
def test_rows_that_cannot_be_are_refused(rows: list[tuple[float, object]], length: float) -> None:
    with pytest.raises(LocalMisuse):
        Recording.of(rows, length=length)


def test_a_quality_has_a_name_or_a_number() -> None:
    assert [quality_named(text) for text in ("good", "Comm-Failure", "LAST_KNOWN", "0xD8", "20")] == [
        0xC0,
        0x18,
        0x14,
        0xD8,
        20,
    ]
