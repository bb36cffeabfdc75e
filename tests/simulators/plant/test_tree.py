"""The address space as a tree, held against a plain dictionary of paths."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.errors import LocalMisuse
from opcross.opc.da.model import Organization
from opcross_simulators.plant import Entry, ItemSeries, SimulatedItem, SimulatedPlant
from tests.simulators.plant.plants import item

NAMES = st.text("abAB1", min_size=1, max_size=2)
PATHS = st.lists(
    st.lists(NAMES, min_size=1, max_size=4).map(tuple),
    min_size=1,
    max_size=25,
    unique_by=lambda path: ".".join(path).lower(),
)


def plant_of(paths: list[tuple[str, ...]], **more: object) -> SimulatedPlant:
    return SimulatedPlant([item(".".join(path), path=path) for path in paths], **more)  # type: ignore[arg-type]


def folded(path: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(name.lower() for name in path)


@given(PATHS)
def test_every_item_is_in_its_branch_once_and_nothing_else_is(paths: list[tuple[str, ...]]) -> None:
    plant = plant_of(paths)
    tree = plant.tree
    branches = {folded(path[:depth]) for path in paths for depth in range(len(path))}
    found: dict[tuple[str, ...], int | None] = {}
    waiting: list[tuple[tuple[str, ...], str]] = [((), "")]
    seen = set()
    while waiting:
        path, branch_id = waiting.pop()
        seen.add(path)
        assert folded(tree.path_of(branch_id)) == path
        assert tree.branch_of(path) == branch_id
        assert tree.branch_exists(branch_id.upper())
        for entry in tree.children(branch_id):
            below = (*path, entry.name.lower())
            assert below not in found, "an element stands twice"
            found[below] = entry.number
            assert entry.has_children == (below in branches)
            if entry.has_children:
                waiting.append((below, entry.item_id))
                assert tree.parent_of(entry.item_id) == branch_id
    assert seen == branches
    assert {path for path, number in found.items() if number is not None} == {folded(path) for path in paths}
    assert all(
        folded(plant.items.path(number)) == path for path, number in found.items() if number is not None
    )


@given(PATHS)
def test_a_walk_meets_every_item_below_a_branch_once(paths: list[tuple[str, ...]]) -> None:
    tree = plant_of(paths).tree
    for path in paths:
        for depth in range(len(path)):
            above = folded(path[:depth])
            branch_id = tree.branch_of(above)
            assert branch_id is not None
            below = {
                number
                for number, other in enumerate(paths)
                if folded(other)[:depth] == above and len(other) > depth
            }
            met = [entry.number for entry in tree.walk(branch_id)]
            assert len(met) == len(below)
            assert set(met) == below


@given(PATHS)
def test_elements_are_sorted_found_by_name_and_cut_into_pages(paths: list[tuple[str, ...]]) -> None:
    tree = plant_of(paths).tree
    elements = tree.children("")
    assert all(one.name.lower() <= other.name.lower() for one, other in pairwise(elements))
    assert [entry for start in range(0, len(elements), 3) for entry in elements[start : start + 3]] == list(
        elements
    )
    for entry in elements:
        assert tree.child("", entry.name.swapcase()) == entry
    assert tree.child("", "zz") is None
    assert tree.child("", "") is None


def test_an_item_with_items_below_is_one_element() -> None:
    tree = plant_of([("Pump",), ("Pump", "Speed"), ("Pump", "State")]).tree
    assert list(tree.children("")) == [Entry("Pump", "Pump", 0, has_children=True)]
    assert [entry.number for entry in tree.walk("")] == [0, 1, 2]
    assert [entry.number for entry in tree.walk("Pump")] == [1, 2]


def test_a_branch_may_have_an_id_of_its_own() -> None:
    plant = plant_of(
        [("Simulation", "Random", "Int4")],
        branch_ids={("Simulation", "Random"): "R"},
        branches=[("Empty", "Inner")],
    )
    tree = plant.tree
    assert [entry.item_id for entry in tree.children("simulation")] == ["R"]
    assert tree.path_of("r") == ("Simulation", "Random")
    assert not tree.branch_exists("Simulation.Random")
    assert tree.child("", "Empty") == Entry("Empty", "Empty", None, has_children=True)
    assert len(tree.children("Empty.Inner")) == 0


def test_a_branch_that_is_an_item_has_the_items_id() -> None:
    plant = SimulatedPlant([item("P1", path=("Area", "Pump")), item("P1.N", path=("Area", "Pump", "Speed"))])
    assert plant.tree.branch_of(("Area", "Pump")) == "P1"
    assert plant.tree.children("Area")[0] == Entry("Pump", "P1", 0, has_children=True)


def test_two_branches_with_one_id_are_refused() -> None:
    plant = plant_of([("A", "B", "x"), ("C", "y")], branch_ids={("C",): "a.b"})
    with pytest.raises(LocalMisuse, match="same id"):
        _ = plant.tree


def test_a_branch_that_is_not_there_is_a_key_error() -> None:
    tree = plant_of([("A", "x")]).tree
    for look in (tree.children, tree.walk, tree.path_of, tree.parent_of):
        with pytest.raises(KeyError):
            look("B")
    assert tree.branch_of(("B",)) is None
    assert tree.branch_of(("A", "x")) is None


def test_a_flat_address_space_has_ids_for_names_and_no_branches() -> None:
    tree = plant_of([("B", "x"), ("A", "y")], organization=Organization.FLAT).tree
    assert tree.organization is Organization.FLAT
    assert [entry.name for entry in tree.children("")] == ["A.y", "B.x"]
    assert [entry.number for entry in tree.walk("")] == [1, 0]
    assert not tree.branch_exists("A")
    assert tree.child("", "b.X") == Entry("B.x", "B.x", 0, has_children=False)


def test_names_may_hold_the_separator() -> None:
    plant = SimulatedPlant([item("T1", path=("Unit 1.2", "Level"))], separator="/")
    assert plant.tree.children("")[0].item_id == "Unit 1.2"
    assert plant.tree.branch_of(("unit 1.2",)) == "Unit 1.2"


def test_a_series_makes_ids_and_branches_from_its_numbers() -> None:
    one = item("", path=("Line {b}", "Tank{n:05}", "100 %"))
    series = ItemSeries(items=(one,), count=5, first=9, per_branch=2)
    plant = SimulatedPlant([item("X"), series], separator="/")
    assert [found.item_id for found in plant.items] == [
        "X",
        "Line 1/Tank00009/100 %",
        "Line 1/Tank00010/100 %",
        "Line 2/Tank00011/100 %",
        "Line 2/Tank00012/100 %",
        "Line 3/Tank00013/100 %",
    ]
    assert plant.items[-1].path == ("Line 3", "Tank00013", "100 %")
    assert [found.item_id for found in plant.items[1:3]] == [plant.items.item_id(1), plant.items.item_id(2)]
    with pytest.raises(IndexError):
        _ = plant.items[6]


def test_items_of_a_series_take_turns() -> None:
    series = ItemSeries(items=(item("A{n}"), item("B{n}")), count=3, first=0)
    assert [found.item_id for found in SimulatedPlant([series]).items] == ["A0", "B1", "A2"]


def test_braces_in_a_name_of_a_single_item_are_just_braces() -> None:
    one: SimulatedItem = item("{n}")
    assert SimulatedPlant([one]).find("{N}") == 0
