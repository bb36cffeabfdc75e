"""Plant files: what they say, and how they are told to be wrong."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import FileError
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights, Organization
from opcross.opc.quality import Quality
from opcross.yaml_files import load
from opcross_simulators.plant import (
    START,
    Behaviour,
    ItemSeries,
    PlantDescription,
    PlantItem,
    QualityScript,
    Signal,
    SignalKind,
    SimulatedItem,
    WriteRule,
    item_texts,
    load_plant,
    plant_kind,
)
from tests.simulators.plant.plants import at, real, value, write

WHOLE = """
format: 1
seed: 7
separator: /
case-sensitive: true
flat: true
items:
  - path: [Unit 1, "{n:03}", Level]
    id: "L{n}"
    type: Real4
    count: 12
    first: 5
    per-branch: 4
    rights: read-write
    description: Level of tank {n}
    units: cm
    range: [0, 400]
    scan: 250
    lag: 15
    signal: {shape: sine, low: 10, high: 30, period: 2.5, phase: 0.25, scatter: true, noise: 0.5, seed: 3}
    properties:
      - {id: 5001, type: String, value: tank}
      - {id: 102, type: Real8, value: 400}
    write: ignore
  - id: Setpoint
    type: Int2
    value: -4
    limits: [-10, 10]
    clamp: true
  - {id: Mode, type: UInt1, labels: [off, manual, auto], signal: random}
  - {id: Broken, type: Boolean, read-error: E_FAIL, write-error: "0xC0040007"}
  - {id: Names, type: ArrayOfString, value: [a, b]}
scripts:
  - {items: "L*", quality: comm failure, at: 10, for: 2, every: 60}
  - {items: Broken, error: OPC_E_UNKNOWNITEMID, at: 5}
"""


def parse(text: str, folder: Path = Path("/plants")) -> PlantDescription:
    return plant_kind().read(load(text, file=str(folder / "plant.yaml")))


def one_item(text: str) -> SimulatedItem:
    (entry,) = parse(f"format: 1\nitems:\n  - {{{text}}}\n").entries
    assert isinstance(entry, SimulatedItem)
    return entry


def test_every_key_is_read() -> None:
    both = AccessRights.READABLE | AccessRights.WRITEABLE
    tank = SimulatedItem(
        PlantItem(
            item_id="L{n}",
            path=("Unit 1", "{n:03}", "Level"),
            vartype=VarType.R4,
            rights=both,
            description="Level of tank {n}",
            units="cm",
            eu_range=(0, 400),
            scan_rate=250,
            properties={5001: Variant(VarType.BSTR, "tank"), 102: Variant(VarType.R8, 400.0)},
        ),
        Behaviour(
            signal=Signal(
                kind=SignalKind.SINE,
                low=10,
                high=30,
                period=2.5,
                phase=0.25,
                scatter=True,
                noise=0.5,
                seed=3,
            ),
            lag=15,
            write=WriteRule.IGNORE,
        ),
    )
    assert parse(WHOLE) == PlantDescription(
        entries=(
            ItemSeries(items=(tank,), count=12, first=5, per_branch=4),
            SimulatedItem(
                PlantItem(item_id="Setpoint", path=("Setpoint",), vartype=VarType.I2),
                Behaviour(signal=Signal(value="-4"), limits=(-10, 10), clamp=True),
            ),
            SimulatedItem(
                PlantItem(
                    item_id="Mode",
                    path=("Mode",),
                    vartype=VarType.UI1,
                    rights=AccessRights.READABLE,
                    eu_labels=("off", "manual", "auto"),
                ),
                Behaviour(signal=Signal(kind=SignalKind.RANDOM, high=2)),
            ),
            SimulatedItem(
                PlantItem(item_id="Broken", path=("Broken",), vartype=VarType.BOOL),
                Behaviour(
                    signal=Signal(high=1),
                    read_error=0x80004005,
                    write=WriteRule.FAIL,
                    write_error=0xC0040007,
                ),
            ),
            SimulatedItem(
                PlantItem(item_id="Names", path=("Names",), vartype=VarType.ARRAY | VarType.BSTR),
                Behaviour(signal=Signal(value=("a", "b"))),
            ),
        ),
        scripts=(
            QualityScript(items="L*", quality=Quality.COMM_FAILURE, at=10, duration=2, every=60),
            QualityScript(items="Broken", error=DaCode.E_UNKNOWNITEMID, at=5),
        ),
        seed=7,
        separator="/",
        case_sensitive=True,
        organization=Organization.FLAT,
    )


def test_a_plant_made_from_a_file_lives() -> None:
    plant = parse(WHOLE).make()
    assert len(plant.items) == 16
    assert plant.items[0].description == "Level of tank 5"
    assert plant.find("l5") is None
    assert at(plant, "L5", 11).quality == Quality.COMM_FAILURE
    assert value(plant, "Setpoint") == -4
    assert write(plant, "Setpoint", Variant(VarType.I2, 50)) == DaCode.S_CLAMP
    assert value(plant, "Names").values == ("a", "b")
    assert at(plant, "Broken", 1).error == 0x80004005


def test_a_seed_and_a_start_may_come_from_outside() -> None:
    description = parse("format: 1\nitems:\n  - {id: A, type: Real8, signal: random}\n")
    one, other = description.make(seed=1), description.make(seed=2)
    assert value(one, "A") != value(other, "A")
    assert description.make(start=START + 5).start == START + 5


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("signal: sine", 0, 100),
        ("signal: sine, range: [5, 7]", 5, 7),
        ("signal: {shape: sine, low: 6}, range: [5, 7]", 6, 7),
        ("signal: {shape: sine, low: 200}", 200, 200),
        ("signal: {shape: sine, amplitude: 3, offset: 10}", 7, 13),
        ("signal: {shape: sine, amplitude: 3}", -3, 3),
        ("signal: {shape: sine, offset: 3}", 2, 4),
    ],
)
def test_a_signal_goes_where_it_says_or_where_its_item_does(text: str, low: float, high: float) -> None:
    signal = one_item(f"id: A, type: Real8, {text}").behaviour.signal
    assert (signal.low, signal.high) == (low, high)


@pytest.mark.parametrize(
    ("text", "rights"),
    [
        ("type: Real8", 3),
        ("type: Real8, signal: process", 3),
        ("type: Real8, signal: walk", 1),
        ("type: Real8, signal: walk, write: take", 3),
        ("type: Real8, rights: write", 2),
        ("type: Real8, rights: none", 0),
    ],
)
def test_rights_follow_from_the_signal_unless_they_are_given(text: str, rights: int) -> None:
    assert one_item(f"id: A, {text}").item.rights == rights


@pytest.mark.parametrize("name", ["Real8", "real8", "VT_R8", "vt_r8"])
def test_types_have_two_names(name: str) -> None:
    assert one_item(f"id: A, type: {name}").item.vartype == VarType.R8


def test_recordings_lie_beside_the_file_and_are_read_once(tmp_path: Path) -> None:
    (tmp_path / "flow.csv").write_text("0,1\n2,3\n", encoding="utf-8")
    text = "format: 1\nitems:\n"
    text += "  - {id: A, type: Real8, signal: {recording: flow.csv}}\n"
    text += "  - {id: B, type: Real8, signal: {recording: flow.csv, loop: false}}\n"
    text += "  - {id: C, type: Real8, signal: {shape: recorded, recording: flow.csv, period: 10}}\n"
    (tmp_path / "plant.yaml").write_text(text, encoding="utf-8")
    plant = load_plant(tmp_path / "plant.yaml").make()
    assert [value(plant, "A", second) for second in (0, 3, 4)] == [1, 3, 1]
    assert [value(plant, "B", second) for second in (0, 3, 4)] == [1, 3, 3]
    assert [value(plant, "C", second) for second in (9, 10)] == [3, 1]


def test_a_recording_that_is_wrong_is_told_with_both_files(tmp_path: Path) -> None:
    (tmp_path / "flow.csv").write_text("0,1\nx,3\n", encoding="utf-8")
    text = "format: 1\nitems:\n  - {id: A, type: Real8, signal: {recording: flow.csv}}\n"
    with pytest.raises(FileError, match=r"plant.yaml:3: .*flow.csv:2: expected seconds"):
        parse(text, tmp_path)


def test_the_recordings_of_a_file_have_a_bound_together(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(item_texts, "RECORDING_ROWS", 3)
    text = "format: 1\nitems:\n"
    for name in "ab":
        (tmp_path / f"{name}.csv").write_text("0,1\n2,3\n", encoding="utf-8")
        text += f"  - {{id: {name}, type: Real8, signal: {{recording: {name}.csv}}}}\n"
    with pytest.raises(FileError, match=r"plant.yaml:4: .*up to 3 rows, not 4"):
        parse(text, tmp_path)


def test_generated_items_and_those_of_matrikon_come_along() -> None:
    plant = parse(
        "format: 1\nmatrikon: true\ngenerated: {count: 50, type: Int4, scan: 20, per-branch: 10}\n"
    ).make()
    assert plant.find("Random.Int4") is not None
    assert plant.tree.branch_of(["Simulation Items", "Random"]) == "Random"
    assert plant.item("Area005.Item000050").scan_rate == 20
    assert len(parse("format: 1\ngenerated: {count: 30}\n").make().items) == 30


def test_a_set_point_of_a_series_is_found_by_number() -> None:
    text = """
format: 1
items:
  - {path: "Loop{n:02}.SP", count: 3, type: Real8, value: 10}
  - path: "Loop{n:02}.PV"
    count: 3
    type: Real8
    signal: {shape: process, period: 1, follows: "Loop{n:02}.SP"}
"""
    plant = parse(text).make()
    write(plant, "Loop02.SP", real(90))
    assert [round(value(plant, f"Loop{n:02}.PV", 60)) for n in (1, 2, 3)] == [10, 90, 10]


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("itmes: []", r'plant.yaml:2: unknown key "itmes" \(did you mean "items"'),
        ("items: [{id: A}]", 'key "type" is missing'),
        ("items: [{type: Real8}]", 'has a "path" or an "id"'),
        ("items: [{id: A, type: Reel8}]", r'expected a type such as Real8.*mean "Real8"'),
        ("items: [{id: A, type: Real8, signal: sinus}]", 'expected one of .*did you mean "sine"'),
        (
            "items: [{id: A, type: Real8, signal: {shape: sine, low: 5, high: 1}}]",
            "plant.yaml:2: .*low to high",
        ),
        ("items: [{id: A, type: Real8, signal: {low: 5, amplitude: 1}}]", "either low and high, or"),
        ("items: [{id: A, type: Real8, signal: recorded}]", "has a recording"),
        ("items: [{id: A, type: Real8, signal: {recording: no.csv}}]", "no.csv: cannot be read"),
        ("items: [{id: A, type: Real8, signal: live}]", "expected one of"),
        (
            "items: [{id: A, type: Real8, value: warm}]",
            'plant.yaml:2: .*expected a number, found "warm"|warm',
        ),
        ("items: [{id: A, type: Real8, value: [1]}]", "expected a number"),
        ("items: [{id: A, type: Real8, range: [5]}]", "expected two numbers"),
        ("items: [{id: A, type: Real8, range: [5, 1]}]", r"expected \[low, high\]"),
        ("items: [{id: A, type: Real8, clamp: true}]", "nothing to clamp to"),
        ("items: [{id: A, type: Real8, read-error: E_FIAL}]", 'did you mean "E_FAIL"'),
        ("items: [{id: A, type: Real8, read-error: 5}]", "a failure is from"),
        ("items: [{id: 'A{n}', type: Real8}]", 'needs a "count"'),
        ("items: [{id: 'A{m}', count: 2, type: Real8}]", "expected {n} or {b}"),
        ("items: [{id: A, type: Real8, count: 2}]", 'plant.yaml: two items have the id "A"'),
        ("items: [{id: A, type: Real8, count: 1000001}]", "expected a number from 1"),
        ("items: [{id: A..B, type: Real8}]", "no name in it is empty"),
        ("items: [{id: A, type: Real8, properties: [{id: 5, type: String, value: x}]}]", "below 100"),
        ("items: [{id: A, type: Real8, properties: [{id: 500, type: Int1, value: 300}]}]", "does not fit"),
        ("scripts: [{items: A}]", 'plant.yaml: no item matches "A"'),
        ("scripts: [{items: A, quality: awful}]", 'no quality is called "awful"'),
        ("scripts: [{items: A, for: 6, every: 5}]", "plant.yaml:2: .*shorter"),
        ("generated: {count: 5, type: ArrayOfReal8}", "no arrays"),
    ],
)
def test_a_file_that_is_wrong_is_told_with_its_place(text: str, reason: str, tmp_path: Path) -> None:
    path = tmp_path / "plant.yaml"
    path.write_text(f"format: 1\n{text}\n", encoding="utf-8")
    with pytest.raises(FileError, match=reason):
        load_plant(path).make()


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.text(max_size=5),
        lambda inner: (
            st.lists(inner, max_size=3)
            | st.dictionaries(
                st.sampled_from(
                    [
                        "id",
                        "path",
                        "type",
                        "signal",
                        "shape",
                        "items",
                        "value",
                        "count",
                        "limits",
                        "low",
                        "period",
                    ]
                ),
                inner,
                max_size=4,
            )
        ),
        max_leaves=8,
    )
)
def test_no_file_does_worse_than_a_file_error(content: object) -> None:
    text = json.dumps({"format": 1, "items": content if isinstance(content, list) else [content]})
    with suppress(FileError):
        parse(text).make()


def test_editors_get_a_schema() -> None:
    schema = plant_kind().json_schema()
    assert json.loads(json.dumps(schema))["properties"]["items"]["items"]["required"] == ["type"]


def test_the_example_of_the_documentation_is_read_by_the_loader(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "simulate-a-plant.md").read_text(encoding="utf-8")
    blocks = re.findall(r"<!-- test: file (\S+) -->\n```[a-z]+\n(.*?)```", page, re.DOTALL)
    for name, text in blocks:
        (tmp_path / name).write_text(text, encoding="utf-8")
    plants = [load_plant(tmp_path / name).make() for name, _ in blocks if name.endswith(".yaml")]
    assert [len(plant.items) for plant in plants] == [2_006, 1]


def test_the_documentation_names_every_key() -> None:
    page = (Path(__file__).parents[3] / "docs" / "howto" / "simulate-a-plant.md").read_text(encoding="utf-8")

    def keys(schema: Any) -> Iterator[str]:
        if isinstance(schema, dict):
            yield from schema.get("properties", {})
            for inner in schema.values():
                yield from keys(inner)
        elif isinstance(schema, list):
            for inner in schema:
                yield from keys(inner)

    assert {key for key in keys(plant_kind().json_schema()) if f"`{key}`" not in page} == set()
