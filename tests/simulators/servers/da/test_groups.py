"""Groups of the simulated server: names, states, copies, deadbands of items, and what adding items says."""

from __future__ import annotations

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.ndr import VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.model import AccessRights, GroupChange, GroupSettings, ItemDefinition
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import NOBODY_THERE, Bench, add, refusal, shown, virtual


@virtual
async def test_names_are_unique_in_a_session_and_differ_by_case() -> None:
    async with Bench() as bench:
        await bench.group(name="Line")
        assert await refusal(bench.group(name="Line")) == DaCode.E_DUPLICATENAME
        other, _ = await bench.group(name="line")
        assert await refusal(other.set_name("Line")) == DaCode.E_DUPLICATENAME
        assert await refusal(other.set_name("")) == Hresult.E_INVALIDARG
        await other.set_name("line")
        await other.set_name("Another")
        await bench.group(name="line")
        await other.remove()
        await other.remove()
        await bench.group(name="Another")
        second = await bench.service.open(bench.session.caller)
        await second.add_group(GroupSettings(name="Line"))


@virtual
async def test_a_name_that_the_server_chooses_is_free() -> None:
    async with Bench() as bench:
        first, _ = await bench.group()
        taken = (await first.state()).name
        number = int(taken.removeprefix("Group")) + 1
        await bench.group(name=f"Group{number}")
        third, _ = await bench.group()
        assert (await third.state()).name not in (taken, f"Group{number}")


@virtual
async def test_a_state_is_revised_and_changed_piece_by_piece() -> None:
    async with Bench() as bench:
        group, _ = await bench.group(update_rate=1_004, client=5, deadband=2.5, locale=0x407)
        state = await group.state()
        assert (state.update_rate, state.client, state.time_bias) == (1_010, 5, 0)
        await group.set_state(GroupChange(client=6, time_bias=-60))
        assert await group.set_state(GroupChange()) == 1_010
        changed = await group.state()
        assert (changed.client, changed.time_bias, changed.deadband, changed.locale) == (6, -60, 2.5, 0x407)


@pytest.mark.parametrize("deadband", [-0.1, 100.5, float("nan"), float("inf")])
def test_a_deadband_is_a_percentage(deadband: float) -> None:
    @virtual
    async def play() -> None:
        async with Bench() as bench:
            assert await refusal(bench.group(deadband=deadband)) == Hresult.E_INVALIDARG
            group, _ = await bench.group()
            assert await refusal(group.set_state(GroupChange(deadband=deadband, client=8))) == (
                Hresult.E_INVALIDARG
            )
            assert (await group.state()).client == 0

    play()


@virtual
async def test_a_removed_group_takes_no_calls() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level")
        await group.remove()
        for call in (group.state(), group.read(handles), group.subscribe(), group.clone("copy")):
            assert await refusal(call) == Hresult.E_FAIL


@virtual
async def test_adding_says_of_each_item_what_it_is() -> None:
    async with Bench() as bench:
        group, _ = await bench.group()
        definitions = [
            ItemDefinition(item_id="level"),
            ItemDefinition(item_id="Secret"),
            ItemDefinition(item_id=""),
            ItemDefinition(item_id="Nowhere", access_path="COM1"),
            ItemDefinition(item_id="Level", access_path="COM1"),
            ItemDefinition(item_id="Numbers", requested_type=VarType.R8),
            ItemDefinition(item_id="Numbers", requested_type=VarType.ARRAY | VarType.BSTR),
            ItemDefinition(item_id="Level", requested_type=0xFFFF),
        ]
        validated = await group.validate_items(definitions)
        assert not (await group.items())
        results = await group.add_items(definitions)
        assert results.errors.tolist() == [
            0,
            0,
            DaCode.E_INVALIDITEMID,
            DaCode.E_UNKNOWNITEMID,
            DaCode.E_UNKNOWNPATH,
            DaCode.E_BADTYPE,
            0,
            DaCode.E_BADTYPE,
        ]
        assert results.errors.tolist() == validated.errors.tolist()
        assert results.types.tolist()[:2] == [VarType.R8, VarType.R8]
        assert results.rights.tolist()[1] == AccessRights.WRITEABLE
        assert (results.handles == 0).tolist() == results.errors.astype(bool).tolist()
        assert not validated.handles.any()


@virtual
async def test_an_access_path_is_ignored_where_the_server_has_none() -> None:
    async with Bench(DaServerSettings(ignore_access_paths=True)) as bench:
        group, _ = await bench.group()
        await add(group, "Level", access_path="COM1")
        assert [each.item_id for each in await group.items()] == ["Level"]


@virtual
async def test_item_ids_are_told_apart_by_case_where_the_plant_does() -> None:
    async with Bench(case_sensitive=True) as bench:
        results = await bench.session.validate([ItemDefinition(item_id=each) for each in ("Level", "level")])
        assert results.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID]


@virtual
async def test_a_copy_has_the_items_with_all_their_settings_and_a_life_of_its_own() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Other", "Level", "Clock", update_rate=500, deadband=3.0)
        await group.remove_items(handles[:1])
        await add(group, "Level", first=7, active=False, requested_type=VarType.BSTR)
        await group.set_keep_alive(1_000)
        await group.set_deadbands(handles[1:2], np.array([8.0]))
        await group.set_sampling(handles[2:], np.array([50]))
        await group.set_buffering(handles[2:], np.array([True]))
        copy = await group.clone("Copy")
        state = await copy.state()
        assert (state.name, state.active, state.update_rate, state.deadband) == ("Copy", False, 500, 3.0)
        assert state.keep_alive == 0
        copied = await copy.items()
        assert [(each.item_id, each.client, each.active, each.requested_type) for each in copied] == [
            ("Level", 2, True, 0),
            ("Clock", 3, True, 0),
            ("Level", 7, False, VarType.BSTR),
        ]
        mine = np.array([each.server for each in copied], np.uint32)
        assert (await copy.deadbands(mine[:1]))[0].tolist() == [8.0]
        assert (await copy.sampling(mine[1:2])).rates.tolist() == [50]
        assert (await copy.buffering(mine[1:2]))[0].tolist() == [True]
        await group.remove()
        assert shown(await copy.read(mine, 0))[2] == 50.0


@virtual
async def test_deadbands_of_items_are_for_analog_ones_and_go_before_the_group_s() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level", "Mode", "Level", deadband=50.0, update_rate=100)
        asked = np.append(handles, np.uint32(NOBODY_THERE))
        unsupported, unknown = DaCode.E_DEADBANDNOTSUPPORTED, DaCode.E_INVALIDHANDLE
        errors = await group.set_deadbands(asked, np.array([5.0, 5.0, 101.0, 5.0]))
        assert errors.tolist() == [0, unsupported, Hresult.E_INVALIDARG, unknown]
        percents, errors = await group.deadbands(asked)
        assert percents.tolist() == [5.0, 0.0, 0.0, 0.0]
        assert errors.tolist() == [0, unsupported, DaCode.E_DEADBANDNOTSET, unknown]
        stream = await group.subscribe()
        await stream.next()
        bench.put("Level", 56.0)
        assert shown((await stream.next()).batch) == {1: 56.0}
        assert (await group.clear_deadbands(handles[:1])).tolist() == [0]
        assert (await group.clear_deadbands(handles[:1])).tolist() == [DaCode.E_DEADBANDNOTSET]
        bench.put("Level", 101.0)
        assert shown((await stream.next()).batch) == {3: 101.0}
