"""Browsing: pages over either interface, positions that nobody sees, and what a page costs."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.client import CallBudget, browsing
from opcross.opc.da.client.matching import Pattern
from opcross.opc.da.client.session import ClientSession
from opcross.opc.da.interfaces_generated import IOPCBrowse, IOPCBrowseServerAddressSpace
from opcross.opc.da.model import AccessRights, BrowseElement, BrowseFilter, BrowseRequest, Organization
from tests.opc.da.client.bench import bench, now, plant, play
from tests.opc.da.client.fake_server import DA_2, DA_3, Script

ITEMS = plant(top=0.0, north_pump=1.0, north_valve_open=2.0, north_valve_shut=3.0, south_pump=4.0)
EITHER = pytest.mark.parametrize("without", [DA_3, DA_2], ids=["2.05a", "3.0"])


async def everything(session: ClientSession, request: BrowseRequest) -> list[BrowseElement]:
    """All pages."""
    found: list[BrowseElement] = []
    while True:
        page = await session.browse(request)
        assert len(page.elements) <= (request.limit or 1000)
        found += page.elements
        if not page.continuation:
            return found
        request = replace(request, continuation=page.continuation)


def names(elements: list[BrowseElement]) -> list[str]:
    return [element.name for element in elements]


@EITHER
@pytest.mark.parametrize("limit", [0, 1, 2, 3])
def test_pages_add_up_to_the_branch(without: frozenset[object], limit: int) -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            root = await everything(session, BrowseRequest(limit=limit))
            assert names(root) == (["north", "south", "top"] if IOPCBrowse.iid in without else names(root))
            assert sorted(names(root)) == ["north", "south", "top"]
            assert {e.name: (e.is_item, e.has_children) for e in root}["north"] == (False, True)
            assert {e.name: (e.is_item, e.has_children) for e in root}["top"] == (True, False)
            north = next(e for e in root if e.name == "north")
            below = await everything(session, BrowseRequest(branch=north.item_id, limit=limit))
            assert sorted(names(below)) == ["pump", "valve"]
            assert {e.item_id for e in below} == {"north.pump", "north.valve"}

    play(main())


@EITHER
@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        (BrowseFilter.BRANCHES, ["valve"]),
        (BrowseFilter.ITEMS, ["pump"]),
        (BrowseFilter.LEAVES, ["pump"]),
        (BrowseFilter.ALL, ["pump", "valve"]),
    ],
)
def test_filters_choose_kinds(without: frozenset[object], kind: BrowseFilter, expected: list[str]) -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            await everything(session, BrowseRequest())
            found = await everything(session, BrowseRequest(branch="north", filter=kind))
            assert sorted(names(found)) == expected

    play(main())


@EITHER
def test_flat_gives_every_item_below(without: frozenset[object]) -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            flat = BrowseRequest(filter=BrowseFilter.FLAT, limit=2)
            assert {e.item_id for e in await everything(session, flat)} == set(ITEMS)
            north = replace(flat, branch="north", name_filter="*pen")
            assert [e.item_id for e in await everything(session, north)] == ["north.valve.open"]

    play(main())


def test_a_name_filter_counts_for_branches_and_items() -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3)) as made:
            session = await made.session()
            assert names(await everything(session, BrowseRequest(name_filter="[NT]o*"))) == ["north", "top"]

    play(main())


@pytest.mark.parametrize("moves_to", [True, False])
def test_positions_are_reached_either_way(moves_to: bool) -> None:
    """Servers of 2.0 have no OPC_BROWSE_TO: steps lead there, along what was seen."""

    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3, moves_to=moves_to)) as made:
            session = await made.session()
            await everything(session, BrowseRequest())
            await everything(session, BrowseRequest(branch="north"))
            deep = await everything(session, BrowseRequest(branch="north.valve", limit=1))
            assert [e.item_id for e in deep] == ["north.valve.open", "north.valve.shut"]
            other = await everything(session, BrowseRequest(branch="south"))
            assert [e.item_id for e in other] == ["south.pump"]

    play(main())


def test_a_position_that_is_right_already_costs_no_call() -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3)) as made:
            session = await made.session()
            await everything(session, BrowseRequest(branch="north", limit=1))
            assert made.script.count("IOPCBrowseServerAddressSpace.ChangeBrowsePosition") == 1

    play(main())


@EITHER
def test_a_branch_that_is_not_there_is_unknown(without: frozenset[object]) -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            with pytest.raises(HResultError) as caught:
                await session.browse(BrowseRequest(branch="nowhere"))
            assert caught.value.code == DaCode.E_UNKNOWNITEMID
            assert sorted(names(await everything(session, BrowseRequest()))) == ["north", "south", "top"]

    play(main())


def test_browsers_do_not_disturb_each_other() -> None:
    """The position belongs to the server object; pages go on where they belong."""

    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3)) as made:
            session = await made.session()
            first = await session.browse(BrowseRequest(branch="north.valve", limit=1))
            await everything(session, BrowseRequest(branch="south"))
            rest = await session.browse(
                BrowseRequest(branch="north.valve", limit=1, continuation=first.continuation)
            )
            assert [e.item_id for e in (*first.elements, *rest.elements)] == [
                "north.valve.open",
                "north.valve.shut",
            ]

    play(main())


def test_branches_without_item_ids_get_made_up_ones() -> None:
    """GetItemID fails for branches of some servers."""

    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3)) as made:

            def refuse(result: object) -> object:
                item_id = result.item_id  # type: ignore[attr-defined]  # it has one
                if item_id not in ITEMS:
                    raise HResultError(Hresult.E_INVALIDARG)
                return result

            made.script.replace["IOPCBrowseServerAddressSpace.GetItemID"] = refuse
            session = await made.session()
            root = await everything(session, BrowseRequest())
            north = next(e for e in root if e.name == "north")
            below = await everything(session, BrowseRequest(branch=north.item_id))
            valve = next(e for e in below if e.name == "valve")
            deep = await everything(session, BrowseRequest(branch=valve.item_id))
            assert [e.item_id for e in deep] == ["north.valve.open", "north.valve.shut"]

    play(main())


def test_leaves_without_item_ids_are_left_out() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0, b=2.0), without=DA_3)) as made:

            def refuse(result: Any) -> Any:
                return type(result)(item_id=None) if result.item_id == "a" else result

            made.script.replace["IOPCBrowseServerAddressSpace.GetItemID"] = refuse
            session = await made.session()
            assert names(await everything(session, BrowseRequest(limit=1))) == ["b"]

    play(main())


def test_a_flat_address_space_has_no_branches() -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3, flat=True)) as made:
            session = await made.session()
            assert await session.organization() is Organization.FLAT
            assert {e.item_id for e in await everything(session, BrowseRequest())} == set(ITEMS)
            assert await everything(session, BrowseRequest(filter=BrowseFilter.BRANCHES)) == []
            with pytest.raises(HResultError):
                await session.browse(BrowseRequest(branch="north"))
            assert "IOPCBrowseServerAddressSpace.ChangeBrowsePosition" not in made.script.asked

    play(main())


@EITHER
def test_a_continuation_is_good_once_and_for_its_own_branch(without: frozenset[object]) -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            page = await session.browse(BrowseRequest(limit=1))
            for bad in (
                BrowseRequest(limit=1, continuation="nonsense"),
                BrowseRequest(branch="north", continuation=page.continuation),
                BrowseRequest(limit=1, continuation=page.continuation),
            ):
                with pytest.raises(HResultError) as caught:
                    await session.browse(bad)
                assert caught.value.code == DaCode.E_INVALIDCONTINUATIONPOINT

    play(main())


def test_walks_that_nobody_continues_are_forgotten() -> None:
    async def main() -> None:
        async with bench(Script(dict(ITEMS), without=DA_3)) as made:
            session = await made.session()
            pages = [await session.browse(BrowseRequest(limit=1)) for _ in range(100)]
            assert len(session._browser._held) == browsing._MOST_WALKS
            with pytest.raises(HResultError):
                await session.browse(BrowseRequest(limit=1, continuation=pages[0].continuation))
            last = BrowseRequest(limit=1, continuation=pages[-1].continuation)
            assert (await session.browse(last)).elements

    play(main())


@EITHER
def test_types_and_rights_restrict_items_only(without: frozenset[object]) -> None:
    """IOPCBrowse has no such filters: properties tell. The old interface leaves it to the server."""

    async def main() -> None:
        script = Script(
            {**ITEMS, "text": Variant(VarType.BSTR, "x")},
            rights={"top": 1, "text": 3},
            without=without,  # type: ignore[arg-type]  # IIDs
        )
        async with bench(script) as made:
            session = await made.session()
            if IOPCBrowse.iid in without:
                return
            found = await everything(session, BrowseRequest(data_type=VarType.BSTR))
            assert sorted(names(found)) == ["north", "south", "text"]
            found = await everything(session, BrowseRequest(rights=AccessRights.WRITEABLE))
            assert sorted(names(found)) == ["north", "south", "text"]

    play(main())


@EITHER
def test_properties_come_along_when_asked_for(without: frozenset[object]) -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=without)) as made:  # type: ignore[arg-type]  # IIDs
            session = await made.session()
            (element,) = (await session.browse(BrowseRequest())).elements
            assert element.properties is None
            wanted = BrowseRequest(properties=(2,), property_values=True)
            if IOPCBrowse.iid in without:
                (element,) = (await session.browse(wanted)).elements
                assert element.properties is not None
                assert element.properties.properties[0].value == Variant(VarType.R8, 1.0)

    play(main())


def test_a_server_that_cannot_be_browsed_says_so() -> None:
    async def main() -> None:
        neither = frozenset({IOPCBrowse.iid, IOPCBrowseServerAddressSpace.iid})
        async with bench(Script(plant(a=1.0), without=neither)) as made:
            session = await made.session()
            with pytest.raises(HResultError, match="E_NOTIMPL"):
                await session.browse(BrowseRequest())
            assert await session.access_paths("a") == ()

    play(main())


def test_access_paths_are_none_where_the_server_has_none() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            assert await session.access_paths("a") == ()  # E_NOTIMPL: the fake has no such method

    play(main())


def test_browsing_keeps_to_the_budget_and_reads_nothing_ahead() -> None:
    """Item ids cost a call each in the old interface: only those of the page are asked for."""

    async def main() -> None:
        values = {f"i{n}": Variant(VarType.I4, n) for n in range(500)}
        async with bench(Script(values, without=DA_3), budget=CallBudget(browse_calls=20.0)) as made:
            session = await made.session()
            page = await session.browse(BrowseRequest(limit=100))
            assert len(page.elements) == 100
            assert made.script.count("IOPCBrowseServerAddressSpace.GetItemID") == 100
            assert now() == pytest.approx(5.0, abs=1.0), "a burst of 20, then 20 a second"

    play(main())


# -- MatchPattern


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("", "anything", True),
        ("*", "", True),
        ("abc", "ABC", True),
        ("abc", "abcd", False),
        ("a*c", "abbbc", True),
        ("a*c", "abbb", False),
        ("?", "", False),
        ("??", "ab", True),
        ("T#", "t5", True),
        ("T#", "tx", False),
        ("[a-c]x", "Bx", True),
        ("[a-c]x", "dx", False),
        ("[!a-c]x", "dx", True),
        ("[!a-c]x", "ax", False),
        ("[abc-]", "-", True),
        ("[", "[", True),
        ("a[", "a[", True),
        ("*a*b*", "xxaxxbxx", True),
        ("*a*b", "ab ba", False),
    ],
)
def test_patterns(pattern: str, name: str, expected: bool) -> None:
    assert Pattern(pattern).matches(name) is expected


@given(st.text(max_size=30), st.text(max_size=30))
def test_any_pattern_and_name_can_be_compared(pattern: str, name: str) -> None:
    Pattern(pattern).matches(name)
    plain = "".join(c for c in name if c not in "*?#[]")
    assert Pattern(plain).matches(plain)
    assert Pattern(f"*{plain}").matches(f"x{plain}")
    assert Pattern(f"{plain}*").matches(f"{plain}x")


def test_a_pattern_of_stars_takes_no_longer() -> None:
    """Backtracking without a bound would need longer than the universe is old."""
    assert not Pattern("*a" * 200 + "b").matches("a" * 2_000)
