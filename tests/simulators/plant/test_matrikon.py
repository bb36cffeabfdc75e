"""The address space of Matrikon's simulation server, as programs report it."""

from __future__ import annotations

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.ndr import SafeArray, Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights, Organization
from opcross.opc.quality import is_good
from opcross_simulators.plant import START, Entry, SimulatedPlant, standard_plant
from opcross_simulators.plant.values import variant_of
from tests.simulators.plant.plants import SECOND, at, value, write

# What a browse of the original gives (version 1.7, by its HDA face; the DA face gives the same names).
EVERY = ["ArrayOfReal8", "ArrayOfString", "Boolean", "Int1", "Int2", "Int4", "Money", "Real4", "Real8"]
EVERY += ["String", "Time", "UInt1", "UInt2", "UInt4"]
WAVE = ["Int1", "Int2", "Int4", "Money", "Real4", "Real8", "UInt1", "UInt2", "UInt4"]
ORIGINAL = {
    "Bucket Brigade": EVERY,
    "Random": sorted([*EVERY, "Qualities"]),
    "Read Error": EVERY,
    "Saw-toothed Waves": WAVE,
    "Square Waves": sorted([*(name for name in WAVE if name != "Money"), "Boolean"]),
    "Triangle Waves": WAVE,
    "Write Error": EVERY,
    "Write Only": EVERY,
}
OURS = {"Int8", "UInt8", "Enumeration"}


@pytest.fixture
def plant() -> SimulatedPlant:
    return standard_plant()


def test_the_root_is_that_of_the_original(plant: SimulatedPlant) -> None:
    assert [
        (entry.name, entry.number is not None, entry.has_children) for entry in plant.tree.children("")
    ] == [
        ("#MonitorACLFile", True, False),
        ("@ClientCount", True, False),
        ("@Clients", True, False),
        ("Configured Aliases", False, True),
        ("Simulation Items", False, True),
    ]


def test_the_branches_are_those_of_the_original_and_have_short_ids(plant: SimulatedPlant) -> None:
    assert list(plant.tree.children("Simulation Items")) == [
        Entry(name, name, None, has_children=True) for name in ORIGINAL
    ]


@pytest.mark.parametrize("branch", ORIGINAL)
def test_every_leaf_of_the_original_is_there_and_what_is_more_says_so(
    plant: SimulatedPlant, branch: str
) -> None:
    entries = plant.tree.children(branch)
    names = [entry.name for entry in entries]
    assert [name for name in names if name not in OURS] == ORIGINAL[branch]
    for entry in entries:
        assert entry.item_id == f"{branch}.{entry.name}"
        assert ("Not in the original" in plant.item(entry.item_id).description) == (entry.name in OURS)


def test_the_flat_address_space_has_the_same_items(plant: SimulatedPlant) -> None:
    flat = standard_plant(organization=Organization.FLAT)
    assert {entry.item_id for entry in flat.tree.children("")} == {found.item_id for found in plant.items}


@pytest.mark.parametrize(
    ("name", "vartype"),
    [
        ("Bucket Brigade.Boolean", VarType.BOOL),
        ("Random.Int1", VarType.I1),
        ("Random.Int4", VarType.I4),
        ("Triangle Waves.Real4", VarType.R4),
        ("Bucket Brigade.Money", VarType.CY),
        ("Bucket Brigade.Time", VarType.DATE),
        ("Write Only.ArrayOfReal8", VarType.ARRAY | VarType.R8),
        ("Random.UInt1", VarType.UI1),
        ("@Clients", VarType.ARRAY | VarType.BSTR),
    ],
)
def test_names_of_leaves_are_names_of_types(plant: SimulatedPlant, name: str, vartype: int) -> None:
    assert plant.item(name).vartype == vartype


def test_rights_are_those_that_programs_were_told(plant: SimulatedPlant) -> None:
    """The example of OpenOPC: waves take a write, random items do not."""
    assert plant.item("Random.Int4").rights == AccessRights.READABLE
    assert plant.item("Write Only.Int4").rights == AccessRights.WRITEABLE
    for name in ("Triangle Waves.Real4", "Square Waves.Real4", "Bucket Brigade.Int1", "Read Error.Int1"):
        assert plant.item(name).rights == AccessRights.READABLE | AccessRights.WRITEABLE
    assert plant.item("Random.Int4").scan_rate == 100
    assert plant.item("Random.Int4").description == "Random value."


def test_every_item_takes_or_refuses_a_write_as_its_branch_says(plant: SimulatedPlant) -> None:
    answers = {
        "Bucket Brigade": Hresult.S_OK,
        "Random": DaCode.E_BADRIGHTS,
        "Read Error": Hresult.S_OK,
        "Saw-toothed Waves": Hresult.S_OK,
        "Square Waves": Hresult.S_OK,
        "Triangle Waves": Hresult.S_OK,
        "Write Error": Hresult.E_FAIL,
        "Write Only": Hresult.S_OK,
    }
    for branch, answer in answers.items():
        for entry in plant.tree.children(branch):
            vartype = plant.item(entry.item_id).vartype
            assert write(plant, entry.item_id, variant_of(vartype, None)) == answer, entry


def test_every_item_can_be_read_as_its_branch_says(plant: SimulatedPlant) -> None:
    for branch in ORIGINAL:
        error = {"Read Error": Hresult.E_FAIL, "Write Only": DaCode.E_BADRIGHTS}.get(branch, Hresult.S_OK)
        for entry in plant.tree.children(branch):
            row = at(plant, entry.item_id, 5)
            assert row.error == error, entry
            if not error and entry.name != "Qualities":
                assert is_good(row.quality)
                assert row.value is not None
                assert row.value.vt == plant.item(entry.item_id).vartype


def test_analog_items_stay_within_their_range(plant: SimulatedPlant) -> None:
    numbers = np.array([n for n, found in enumerate(plant.items) if found.eu_range is not None])
    assert len(numbers) > 40
    for second in range(0, 200, 7):
        batch = plant.sample(numbers, START + second * SECOND)
        for number, row in zip(numbers.tolist(), batch, strict=True):
            found = plant.items[number]
            assert found.eu_range is not None
            assert row.value is not None
            shown = row.value.value / 10_000 if found.vartype == VarType.CY else row.value.value
            assert found.eu_range[0] <= shown <= found.eu_range[1], found.item_id


def test_an_enumerated_item_gives_numbers_of_its_states(plant: SimulatedPlant) -> None:
    states = {value(plant, "Random.Enumeration", second / 10) for second in range(200)}
    assert states == set(range(len(plant.item("Random.Enumeration").eu_labels)))


def test_a_wave_goes_on_after_a_write(plant: SimulatedPlant) -> None:
    before = value(standard_plant(), "Triangle Waves.Int4", 50)
    assert write(plant, "Triangle Waves.Int4", Variant(VarType.I4, 3), 10) == Hresult.S_OK
    assert value(plant, "Triangle Waves.Int4", 50) == before


def test_the_server_says_who_its_clients_are() -> None:
    plant = standard_plant(clients=lambda now: ["LINE1", "LINE2"], client_count=lambda now: 2)
    assert value(plant, "@Clients") == SafeArray.of(VarType.BSTR, ["LINE1", "LINE2"])
    assert value(plant, "@ClientCount") == 2
    assert value(standard_plant(), "@Clients").count == 0


def test_another_seed_gives_other_random_values_and_the_same_waves() -> None:
    one, other = standard_plant(1), standard_plant(2)
    assert value(one, "Random.Real8", 5) != value(other, "Random.Real8", 5)
    assert value(one, "Saw-toothed Waves.Real8", 5) == value(other, "Saw-toothed Waves.Real8", 5)
