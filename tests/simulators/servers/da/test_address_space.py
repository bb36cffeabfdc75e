"""Browsing and properties of the simulated server."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from opcross.codes import Hresult
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights, BrowseElement, BrowseFilter, BrowseRequest
from opcross.opc.filetime import date_of
from opcross.opc.quality import Quality
from opcross_simulators.plant import generated_items
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import Bench, item, refusal, virtual

FOREST = (
    item("Tank.Level", eu_range=(0.0, 100.0)),
    item("Tank.Valve.State", VarType.BOOL, value=False),
    item("Tank.Valve", VarType.I4, 0),
    item("Tank.Name", VarType.BSTR, "T1", rights=AccessRights.READABLE),
    item("Alone", VarType.I4, 0),
)


async def walk(bench: Bench, **request: Any) -> list[BrowseElement]:
    """All pages of a browse."""
    found: list[BrowseElement] = []
    continuation = ""
    while True:
        page = await bench.session.browse(BrowseRequest(**request, continuation=continuation))
        found.extend(page.elements)
        continuation = page.continuation
        if not continuation:
            return found


def names(elements: list[BrowseElement]) -> list[str]:
    return [element.name for element in elements]


@pytest.mark.parametrize(
    ("request_of", "expected"),
    [
        ({}, ["Alone", "Tank"]),
        ({"filter": BrowseFilter.BRANCHES}, ["Tank"]),
        ({"filter": BrowseFilter.ITEMS}, ["Alone"]),
        ({"branch": "Tank"}, ["Level", "Name", "Valve"]),
        ({"branch": "tank", "filter": BrowseFilter.BRANCHES}, ["Valve"]),
        ({"branch": "Tank", "filter": BrowseFilter.ITEMS}, ["Level", "Name", "Valve"]),
        ({"branch": "Tank", "filter": BrowseFilter.LEAVES}, ["Level", "Name"]),
        ({"branch": "Tank", "name_filter": "[LV]*"}, ["Level", "Valve"]),
        ({"branch": "Tank", "filter": BrowseFilter.ITEMS, "data_type": VarType.R8}, ["Level"]),
        (
            {"branch": "Tank", "filter": BrowseFilter.ITEMS, "rights": AccessRights.WRITEABLE},
            ["Level", "Valve"],
        ),
        ({"filter": BrowseFilter.FLAT, "data_type": VarType.I4}, ["Alone", "Tank.Valve"]),
        ({"branch": "Tank.Valve", "filter": BrowseFilter.FLAT}, ["Tank.Valve.State"]),
        ({"branch": "Alone"}, []),
    ],
    ids=str,
)
def test_a_browse_shows_what_was_asked_for(request_of: dict[str, Any], expected: list[str]) -> None:
    @virtual
    async def play() -> None:
        async with Bench(items=FOREST) as bench:
            whole = await walk(bench, **request_of)
            assert sorted(names(whole)) == sorted(expected)
            assert names(await walk(bench, **request_of, limit=1)) == names(whole)

    play()


@virtual
async def test_a_branch_that_is_not_there_is_unknown() -> None:
    async with Bench(items=FOREST) as bench:
        for branch in ("Nowhere", "Tank.", "\ud800", "T" * 100_000):
            assert await refusal(bench.session.browse(BrowseRequest(branch=branch))) == (
                DaCode.E_UNKNOWNITEMID
            )


@virtual
async def test_only_a_continuation_point_of_this_very_browse_goes_on() -> None:
    async with Bench(items=FOREST) as bench:
        point = (await bench.session.browse(BrowseRequest(branch="Tank", limit=1))).continuation
        assert names(await walk(bench, branch="Tank", limit=1))[1:] == names(
            list((await bench.session.browse(BrowseRequest(branch="Tank", continuation=point))).elements)
        )
        name = point.partition(":")[0]
        wrong: list[dict[str, Any]] = [
            {"continuation": point},
            {"branch": "Tank", "name_filter": "L*", "continuation": point},
            {"branch": "Tank", "filter": BrowseFilter.ITEMS, "continuation": point},
            *(
                {"branch": "Tank", "continuation": given}
                for given in ("0", "garbage", name, f"{name}:", f"{name}:-1", f"{name}:0", f"{name}:4")
            ),
            *({"branch": "Tank", "continuation": f"{name}:{end}"} for end in ("1e3", "²", "9" * 5_000)),
        ]
        for request in wrong:
            code = await refusal(bench.session.browse(BrowseRequest(**request)))
            assert code == DaCode.E_INVALIDCONTINUATIONPOINT, request


@virtual
async def test_filters_that_are_none_are_refused() -> None:
    async with Bench() as bench:
        wrong: list[dict[str, Any]] = [
            {"vendor_filter": "x"},
            {"name_filter": "x" * 2_000},
            {"name_filter": "[a"},
        ]
        for request in wrong:
            assert await refusal(bench.session.browse(BrowseRequest(**request))) == DaCode.E_INVALIDFILTER
        assert await refusal(bench.session.browse(BrowseRequest(limit=-1))) == Hresult.E_INVALIDARG


@virtual
async def test_a_long_search_that_finds_nothing_lets_others_work() -> None:
    async with Bench(items=[generated_items(20_000, per_branch=20_000)]) as bench:
        request = BrowseRequest(filter=BrowseFilter.FLAT, name_filter="nothing")
        searching = asyncio.ensure_future(bench.session.browse(request))
        turns = 0
        while not searching.done():
            await asyncio.sleep(0)
            turns += 1
        assert (await searching).elements == ()
        assert turns > 3


@virtual
async def test_pages_are_no_larger_than_the_server_likes() -> None:
    settings = DaServerSettings(page_size=3, largest_page=4, properties_per_call=6)
    async with Bench(settings) as bench:
        browse = bench.session.browse
        assert len((await browse(BrowseRequest())).elements) == 3
        assert len((await browse(BrowseRequest(limit=1_000_000))).elements) == 4
        assert len((await browse(BrowseRequest(properties=(1, 2, 3)))).elements) == 2
        assert await refusal(browse(BrowseRequest(properties=(1,) * 7))) == Hresult.E_INVALIDARG


@virtual
async def test_a_browse_with_properties_asks_the_device_once_for_the_page() -> None:
    async with Bench() as bench:
        page = await bench.session.browse(BrowseRequest(properties=(2, 3), property_values=True))
        assert len(bench.plant.asked) == 1
        told = {element.name: element.properties for element in page.elements}
        level = told["Level"]
        assert level is not None
        assert [each.value for each in level.properties] == [
            Variant(VarType.R8, 50.0),
            Variant(VarType.I2, int(Quality.GOOD)),
        ]
        await bench.session.browse(BrowseRequest(properties=(2, 3)))
        assert len(bench.plant.asked) == 1


@virtual
async def test_an_item_has_the_properties_that_follow_from_what_it_is() -> None:
    async with Bench() as bench:

        async def ids(item_id: str) -> list[int]:
            return [each.id for each in await bench.session.available_properties(item_id)]

        every = list(range(1, 9))
        assert await ids("Level") == [*every, 100, 101, 102, 103]
        assert await ids("Contact") == [*every, 106, 107]
        assert await ids("Text") == every
        (found,) = await bench.session.properties(["level"])
        values: dict[int, Any] = {each.id: each.value and each.value.value for each in found.properties}
        status = await bench.session.status()
        assert values[1] == VarType.R8
        assert values[2] == 50.0
        assert values[3] == Quality.GOOD
        assert values[4] <= date_of(status.current_time)
        assert values[5] == 3
        assert values[7] == 1
        assert (values[100], values[102], values[103]) == ("%", 100.0, 0.0)
        assert {each.item_id for each in found.properties} == {""}


@virtual
async def test_properties_fail_alone() -> None:
    async with Bench() as bench:
        found = await bench.session.properties(["Level", "", "Nowhere", "Secret"], [2, 999, 5])
        assert [each.error for each in found] == [0, DaCode.E_INVALIDITEMID, DaCode.E_UNKNOWNITEMID, 0]
        assert [each.error for each in found[0].properties] == [0, DaCode.E_INVALID_PID, 0]
        assert [each.error for each in found[3].properties] == [DaCode.E_BADRIGHTS, DaCode.E_INVALID_PID, 0]
        assert await refusal(bench.session.available_properties("Nowhere")) == DaCode.E_UNKNOWNITEMID
        assert await refusal(bench.session.access_paths("")) == DaCode.E_INVALIDITEMID
        assert await bench.session.access_paths("Level") == ()
