"""Browsing in both manners, properties, and items without a group."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IEnumString, IEnumStringProxy
from opcross.errors import HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.common.enumerators import MOST_ELEMENTS
from opcross.opc.da.interfaces_generated import (
    OPCBROWSEDIRECTION,
    OPCBROWSEFILTER,
    OPCBROWSETYPE,
    OPCITEMVQT,
    OPCNAMESPACETYPE,
    IOPCBrowseProxy,
    IOPCBrowseServerAddressSpaceProxy,
    IOPCItemIOProxy,
    IOPCItemPropertiesProxy,
)
from opcross.opc.da.model import BrowsePage
from tests.opc.da.exporter.bench import Bench
from tests.opc.da.exporter.fake_service import number

if TYPE_CHECKING:
    from opcross.opc.da.model import BrowseRequest

UP, DOWN, TO = (
    OPCBROWSEDIRECTION.OPC_BROWSE_UP,
    OPCBROWSEDIRECTION.OPC_BROWSE_DOWN,
    OPCBROWSEDIRECTION.OPC_BROWSE_TO,
)
BRANCH, LEAF, FLAT = OPCBROWSETYPE.OPC_BRANCH, OPCBROWSETYPE.OPC_LEAF, OPCBROWSETYPE.OPC_FLAT


class Walker:
    """A client that browses as DA 2 has it."""

    def __init__(self, bench: Bench, space: IOPCBrowseServerAddressSpaceProxy) -> None:
        self.bench = bench
        self.space = space

    @classmethod
    async def of(cls, bench: Bench) -> Walker:
        return cls(bench, await bench.on_server(IOPCBrowseServerAddressSpaceProxy))

    async def ask(
        self, kind: int, pattern: str = "", vt: int = 0, rights: int = 0
    ) -> tuple[IEnumStringProxy, int]:
        found = await self.space.browse_opc_item_ids(
            browse_filter_type=kind,
            filter_criteria=pattern,
            data_type_filter=vt,
            access_rights_filter=rights,
        )
        remote = self.bench.client.unmarshal(found.enum_string)
        return IEnumStringProxy(remote.interface(IEnumString.iid)), found.hresult

    async def names(self, kind: int, pattern: str = "") -> list[str | None]:
        """All of them, as Java clients ask: Reset, then ten at a time until fewer come."""
        strings, _ = await self.ask(kind, pattern)
        await strings.reset()
        found: list[str | None] = []
        while True:
            page = await strings.remote_next(celt=10)
            found += page.elements
            if page.hresult == Hresult.S_FALSE:
                return found

    async def go(self, direction: int, where: str = "") -> None:
        assert await self.space.change_browse_position(browse_direction=direction, string=where) == 0

    async def item_id(self, name: str) -> str | None:
        return (await self.space.get_item_id(item_data_id=name)).item_id


async def test_an_address_space_is_walked() -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        kind = (await walker.space.query_organization()).name_space_type
        assert kind == OPCNAMESPACETYPE.OPC_NS_HIERARCHIAL
        assert await walker.names(BRANCH) == ["Area"]
        assert await walker.names(LEAF) == ["Clock"]
        await walker.go(DOWN, "Area")
        assert await walker.names(BRANCH) == ["Pump"]
        assert await walker.names(LEAF) == ["Valve"]
        assert await walker.names(FLAT) == ["Area.Pump.Speed", "Area.Pump.Level", "Area.Valve"]
        await walker.go(DOWN, "Pump")
        assert await walker.item_id("") == "Area.Pump"
        assert await walker.item_id("Speed") == "Area.Pump.Speed"
        await walker.go(UP)
        assert await walker.item_id("") == "Area"
        await walker.go(UP)
        assert await walker.names(LEAF, "clock") == ["Clock"]
        with pytest.raises(HResultError, match="E_FAIL"):
            await walker.go(UP)


async def test_a_client_jumps_and_goes_up_from_there() -> None:
    """The branches above are found although nobody walked through them."""
    async with Bench() as bench:
        walker = await Walker.of(bench)
        await walker.go(TO, "Area.Pump")
        assert await walker.names(LEAF) == ["Speed", "Level"]
        await walker.go(UP)
        assert await walker.item_id("") == "Area"
        await walker.go(UP)
        assert await walker.item_id("") == ""
        await walker.go(TO, "Area")
        await walker.go(DOWN, "Pump")
        await walker.go(UP)
        await walker.go(UP)
        assert await walker.item_id("") == ""
        await walker.go(DOWN, "Area")
        await walker.go(TO, "")
        assert await walker.item_id("") == ""


async def test_going_up_where_item_ids_tell_nothing_leads_to_the_root() -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        session, browse = bench.session, bench.session.browse

        async def unnamed(request: BrowseRequest) -> BrowsePage:
            if request.branch == "#17":
                return await browse(type(request)(branch="Area.Pump", filter=request.filter))
            return await browse(request)

        session.browse = unnamed  # type: ignore[method-assign]
        await walker.go(TO, "#17")
        await walker.go(UP)
        assert await walker.item_id("") == ""


async def test_the_branches_above_are_found_where_item_ids_do_not_tell_of_them() -> None:
    """Matrikon's server leaves the name of the topmost branch out of the item ids below it."""
    async with Bench() as bench:
        walker = await Walker.of(bench)
        session, browse = bench.session, bench.session.browse
        short = {"Area.Pump": "Pump"}

        async def shortened(request: BrowseRequest) -> BrowsePage:
            long = {new: old for old, new in short.items()}.get(request.branch, request.branch)
            page = await browse(replace(request, branch=long))
            elements = [replace(one, item_id=short.get(one.item_id, one.item_id)) for one in page.elements]
            return BrowsePage(tuple(elements), page.continuation)

        session.browse = shortened  # type: ignore[method-assign]
        await walker.go(TO, "Pump")
        await walker.go(UP)
        assert await walker.item_id("") == "Area"


@pytest.mark.parametrize(
    ("direction", "where"), [(DOWN, "Nope"), (DOWN, "Clock"), (DOWN, ""), (TO, "Nope.At.All"), (9, "")]
)
async def test_a_position_that_is_none_is_refused_and_the_old_one_stays(direction: int, where: str) -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        await walker.go(DOWN, "Area")
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await walker.space.change_browse_position(browse_direction=direction, string=where)
        assert await walker.item_id("") == "Area"


async def test_names_with_wildcards_are_found() -> None:
    async with Bench() as bench:
        bench.service.values = {"A*.x": number(1), "Ab.y": number(2), "a[1].z": number(3)}
        walker = await Walker.of(bench)
        await walker.go(DOWN, "A*")
        assert await walker.names(LEAF) == ["x"]
        await walker.go(UP)
        await walker.go(DOWN, "A[1]")
        assert await walker.names(LEAF) == ["z"], "case differs, but nothing else is meant"


async def test_item_ids_are_item_ids_of_themselves() -> None:
    """What a flat enumeration gave is asked for in the same way as names are."""
    async with Bench() as bench:
        walker = await Walker.of(bench)
        assert await walker.item_id("Area.Pump.Speed") == "Area.Pump.Speed"
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await walker.item_id("Nope")


async def test_names_that_were_enumerated_are_not_looked_up_again() -> None:
    """Clients ask for the item id of each name, one by one; a search for each would take for ever."""
    async with Bench() as bench:
        walker = await Walker.of(bench)
        await walker.go(DOWN, "Area")
        await walker.go(DOWN, "Pump")
        await walker.names(LEAF)
        asked: list[object] = []
        browse = bench.session.browse

        async def counted(request: BrowseRequest) -> BrowsePage:
            asked.append(request)
            return await browse(request)

        bench.session.browse = counted  # type: ignore[method-assign]
        assert await walker.item_id("Level") == "Area.Pump.Level"
        assert asked == []


async def test_an_enumerator_stays_with_the_branch_of_which_it_was_asked() -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        strings, hresult = await walker.ask(FLAT)
        assert hresult == Hresult.S_OK
        assert (await strings.remote_next(celt=1)).elements == ("Area.Pump.Speed",)
        copied = await strings.clone()
        await walker.go(DOWN, "Area")
        assert await strings.skip(celt=2) == Hresult.S_OK
        assert (await strings.remote_next(celt=5)).elements == ("Clock",)
        assert await strings.skip(celt=1) == Hresult.S_FALSE
        other = IEnumStringProxy(bench.client.unmarshal(copied.enumerator).interface(IEnumString.iid))
        rest = await other.remote_next(celt=9)
        assert (len(rest.elements), rest.hresult) == (3, Hresult.S_FALSE)


async def test_nothing_found_is_an_empty_enumerator_and_s_false() -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        strings, hresult = await walker.ask(LEAF, "Nope")
        assert hresult == Hresult.S_FALSE
        page = await strings.remote_next(celt=10)
        assert (page.elements, page.hresult) == ((), Hresult.S_FALSE)


async def test_more_elements_than_anybody_wants_are_refused() -> None:
    """S_FALSE would tell the client that this was all."""
    async with Bench() as bench:
        strings, _ = await (await Walker.of(bench)).ask(FLAT)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await strings.remote_next(celt=MOST_ELEMENTS + 1)
        assert (await strings.remote_next(celt=0)).hresult == Hresult.S_OK
        assert len((await strings.remote_next(celt=MOST_ELEMENTS)).elements) == 4


async def test_filters_are_handed_on_to_the_service() -> None:
    async with Bench() as bench:
        walker = await Walker.of(bench)
        asked: list[BrowseRequest] = []
        browse = bench.session.browse

        async def noted(request: BrowseRequest) -> BrowsePage:
            asked.append(request)
            return await browse(request)

        bench.session.browse = noted  # type: ignore[method-assign]
        await walker.ask(FLAT, "Clock", VarType.R8, 0xFFFFFFFE)
        assert (asked[0].name_filter, asked[0].data_type, asked[0].rights) == ("Clock", VarType.R8, 2)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await walker.ask(7)


async def test_access_paths_are_enumerated() -> None:
    async with Bench() as bench:
        space = (await Walker.of(bench)).space
        found = await space.browse_access_paths(item_id="Clock")
        strings = IEnumStringProxy(bench.client.unmarshal(found.enum_string).interface(IEnumString.iid))
        assert (await strings.remote_next(celt=1)).elements == ("COM1",)
        nothing = await space.browse_access_paths(item_id="Area.Valve")
        assert (nothing.hresult, bool(nothing.enum_string)) == (Hresult.S_FALSE, True)


# -- DA 3 ---------------------------------------------------------------------------------------------


async def _browse(bench: Bench, item_id: str = "", **other: object) -> Any:
    browser = await bench.on_server(IOPCBrowseProxy)
    asked = {
        "continuation_point": None,
        "max_elements_returned": 0,
        "browse_filter": OPCBROWSEFILTER.OPC_BROWSE_FILTER_ALL,
        "element_name_filter": "",
        "vendor_filter": "",
        "return_all_properties": False,
        "return_property_values": False,
        "property_ids": [],
        **other,
    }
    return await browser.browse(item_id=item_id, **asked)  # type: ignore[arg-type]


async def test_a_branch_is_browsed_page_by_page() -> None:
    async with Bench() as bench:
        first = await _browse(bench, max_elements_returned=1)
        assert [(one.name, one.item_id, one.flag_value) for one in first.browse_elements] == [
            ("Area", "Area", 1)
        ]
        assert (first.more_elements, first.continuation_point) == (0, "1")
        last = await _browse(bench, continuation_point=first.continuation_point)
        assert [(one.name, one.flag_value) for one in last.browse_elements] == [("Clock", 2)]
        assert last.continuation_point == "", "empty, and not null"
        with pytest.raises(HResultError) as refusal:
            await _browse(bench, continuation_point="nonsense")
        assert refusal.value.code == DaCode.E_INVALIDCONTINUATIONPOINT
        with pytest.raises(HResultError) as refusal:
            await _browse(bench, "Nope")
        assert refusal.value.code == DaCode.E_UNKNOWNITEMID
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await _browse(bench, browse_filter=4)


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        (OPCBROWSEFILTER.OPC_BROWSE_FILTER_ALL, ["Area", "Clock"]),
        (OPCBROWSEFILTER.OPC_BROWSE_FILTER_BRANCHES, ["Area"]),
        (OPCBROWSEFILTER.OPC_BROWSE_FILTER_ITEMS, ["Clock"]),
    ],
)
async def test_elements_are_filtered_by_kind(wanted: int, names: list[str]) -> None:
    async with Bench() as bench:
        found = await _browse(bench, browse_filter=wanted)
        assert [one.name for one in found.browse_elements] == names


async def test_properties_come_with_elements_where_they_are_asked_for() -> None:
    async with Bench() as bench:
        plain = await _browse(bench)
        assert {one.item_properties.item_properties for one in plain.browse_elements} == {()}
        chosen = await _browse(bench, "Area", property_ids=[2, 77], return_property_values=True)
        pump, valve = chosen.browse_elements
        assert chosen.hresult == Hresult.S_FALSE
        assert pump.item_properties.error_id == DaCode.E_UNKNOWNITEMID
        assert valve.item_properties.error_id == Hresult.S_FALSE
        good, bad = valve.item_properties.item_properties
        assert (good.property_id, good.value, good.error_id) == (2, number(3), 0)
        assert (bad.property_id, bad.value, bad.error_id) == (77, Variant(0), DaCode.E_INVALID_PID)
        assert (bad.description, bad.item_id) == ("", "")
        every = await _browse(bench, return_all_properties=True, property_ids=[2])
        clock = every.browse_elements[1]
        assert [one.property_id for one in clock.item_properties.item_properties] == [1, 2, 102]
        assert {one.value for one in clock.item_properties.item_properties} == {Variant(0)}


async def test_properties_of_many_items_are_read_at_once() -> None:
    async with Bench() as bench:
        browser = await bench.on_server(IOPCBrowseProxy)
        found = await browser.get_properties(
            item_ids=["Clock", None], return_property_values=True, property_ids=[102]
        )
        assert found.hresult == Hresult.S_FALSE
        assert found.item_properties is not None
        clock, nothing = found.item_properties
        assert clock.item_properties is not None
        assert [(one.value, one.item_id) for one in clock.item_properties] == [(number(9), "Clock.high")]
        assert nothing.error_id == DaCode.E_UNKNOWNITEMID
        every = await browser.get_properties(
            item_ids=["Clock"], return_property_values=False, property_ids=[]
        )
        assert (every.hresult, len((every.item_properties or ())[0].item_properties or ())) == (0, 3)


async def test_items_are_read_and_written_without_a_group() -> None:
    async with Bench() as bench:
        items = await bench.on_server(IOPCItemIOProxy)
        read = await items.read(item_ids=["Clock", None], max_age=[0, 0])
        assert read.values is not None
        assert list(read.values) == [number(4), Variant(VarType.EMPTY)]
        assert read.errors is not None
        assert (read.errors.tolist(), read.hresult) == ([0, DaCode.E_UNKNOWNITEMID], Hresult.S_FALSE)

        def row(value: Variant | None) -> OPCITEMVQT:
            return OPCITEMVQT(
                data_value=value, quality_specified=False, quality=0, time_stamp_specified=False, time_stamp=0
            )

        written = await items.write_vqt(
            item_ids=["Clock", None, "Area.Valve"], item_vqt=[row(number(1)), row(number(2)), row(None)]
        )
        assert written.errors is not None
        assert written.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID, DaCode.E_BADTYPE]
        assert bench.service.written == [("Clock", number(1))]


# -- IOPCItemProperties -------------------------------------------------------------------------------


async def test_properties_are_listed() -> None:
    async with Bench() as bench:
        properties = await bench.on_server(IOPCItemPropertiesProxy)
        found = await properties.query_available_properties(item_id="Clock")
        assert found.count == 3
        assert found.property_ids is not None
        assert found.data_types is not None
        assert found.property_ids.tolist() == [1, 2, 102]
        assert found.descriptions == ("data type", "value", "high")
        assert found.data_types.tolist() == [VarType.I2, VarType.R8, VarType.R8]
        with pytest.raises(HResultError) as refusal:
            await properties.query_available_properties(item_id="Nope")
        assert refusal.value.code == DaCode.E_UNKNOWNITEMID


async def test_properties_are_read_and_looked_up() -> None:
    """Ids of items are never null: Java clients read each of them."""
    async with Bench() as bench:
        properties = await bench.on_server(IOPCItemPropertiesProxy)
        read = await properties.get_item_properties(item_id="Clock", property_ids=[2, 77])
        assert read.data is not None
        assert read.errors is not None
        assert list(read.data) == [number(4), Variant(VarType.EMPTY)]
        assert (read.errors.tolist(), read.hresult) == ([0, DaCode.E_INVALID_PID], Hresult.S_FALSE)
        found = await properties.lookup_item_ids(item_id="Clock", property_ids=[102, 1, 77])
        assert found.new_item_ids == ("Clock.high", "", "")
        assert found.errors is not None
        assert found.errors.tolist() == [0, Hresult.E_FAIL, DaCode.E_INVALID_PID]
        for attempt in (properties.get_item_properties, properties.lookup_item_ids):
            with pytest.raises(HResultError) as refusal:
                await attempt(item_id="Nope", property_ids=[1])
            assert refusal.value.code == DaCode.E_UNKNOWNITEMID
