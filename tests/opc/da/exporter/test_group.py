"""The synchronous interfaces of a group: state, items, reading, writing, deadbands, sampling."""

from __future__ import annotations

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.errors import HResultError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.interfaces_generated import (
    OPCDATASOURCE,
    OPCITEMVQT,
    IEnumOPCItemAttributes,
    IEnumOPCItemAttributesProxy,
    IOPCGroupStateMgt2Proxy,
    IOPCGroupStateMgtProxy,
    IOPCItemDeadbandMgtProxy,
    IOPCItemMgt,
    IOPCItemMgtProxy,
    IOPCItemSamplingMgtProxy,
    IOPCSyncIO2Proxy,
    IOPCSyncIOProxy,
)
from tests.opc.da.exporter.bench import Bench, Group, definition
from tests.opc.da.exporter.fake_service import number

CACHE, DEVICE = OPCDATASOURCE.OPC_DS_CACHE, OPCDATASOURCE.OPC_DS_DEVICE


# -- state --------------------------------------------------------------------------------------------


async def test_state_is_changed_where_something_is_given() -> None:
    async with Bench() as bench:
        state = await (await bench.add_group()).proxy(IOPCGroupStateMgtProxy)
        changed = await state.set_state(requested_update_rate=10, active=False, client_group=8)
        assert (changed.revised_update_rate, changed.hresult) == (100, DaCode.S_UNSUPPORTEDRATE)
        nothing = await state.set_state()
        assert (nothing.revised_update_rate, nothing.hresult) == (100, Hresult.S_OK)
        found = await state.get_state()
        assert (found.update_rate, found.active, found.client_group) == (100, False, 8)
        assert (found.name, found.percent_deadband) == ("Line", 0.0)


async def test_a_group_gets_another_name() -> None:
    async with Bench() as bench:
        state = await (await bench.add_group("Line")).proxy(IOPCGroupStateMgtProxy)
        await bench.add_group("Other")
        assert await state.set_name(name="Third") == Hresult.S_OK
        assert (await state.get_state()).name == "Third"
        with pytest.raises(HResultError) as refusal:
            await state.set_name(name="Other")
        assert refusal.value.code == DaCode.E_DUPLICATENAME
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await state.set_name(name="")
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await state.set_name(name="x" * 5_000)
        assert (await bench.server.get_group_by_name(name="Third", riid=IID_IUNKNOWN)).unk


async def test_a_clone_has_the_items_and_handles_of_its_own() -> None:
    async with Bench() as bench:
        line = await bench.add_group("Line")
        (handle,) = await line.add("Clock")
        state = await line.proxy(IOPCGroupStateMgtProxy)
        cloned = await state.clone_group(name="", riid=IOPCItemMgt.iid)
        copy = Group(bench, bench.client.unmarshal(cloned.unk), 0)
        found = await (await copy.proxy(IOPCGroupStateMgtProxy)).get_state()
        assert (found.active, found.server_group) == (False, line.server_handle + 1)
        assert found.name
        assert (await bench.server.get_group_by_name(name=found.name, riid=IID_IUNKNOWN)).unk
        sync = await copy.proxy(IOPCSyncIOProxy)
        assert (await sync.read(source=DEVICE, server=[500])).hresult == Hresult.S_OK
        assert (await sync.read(source=DEVICE, server=[handle])).hresult == Hresult.S_FALSE
        with pytest.raises(HResultError) as refusal:
            await state.clone_group(name="Line", riid=IOPCItemMgt.iid)
        assert refusal.value.code == DaCode.E_DUPLICATENAME


async def test_keep_alives_are_asked_for_and_revised() -> None:
    async with Bench() as bench:
        state = await (await bench.add_group()).proxy(IOPCGroupStateMgt2Proxy)
        assert (await state.get_keep_alive()).keep_alive_time == 0
        revised = await state.set_keep_alive(keep_alive_time=20)
        assert (revised.revised_keep_alive_time, revised.hresult) == (100, DaCode.S_UNSUPPORTEDRATE)
        assert (await state.set_keep_alive(keep_alive_time=0)).hresult == Hresult.S_OK
        assert (await state.get_keep_alive()).keep_alive_time == 0
        assert (await state.get_state()).name == "Line", "the newer interface has the older one's methods"


# -- items --------------------------------------------------------------------------------------------


async def test_items_are_added_one_by_one() -> None:
    """A failed one has zeros in its row, whatever the service left there, and an error beside it."""
    async with Bench() as bench:
        items = await (await bench.add_group()).proxy(IOPCItemMgtProxy)
        added = await items.add_items(
            item_array=[definition("Clock", 1), definition("Nope"), definition(None), definition("Clock", 2)]
        )
        assert added.hresult == Hresult.S_FALSE
        assert added.errors is not None
        assert added.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID, DaCode.E_INVALIDITEMID, 0]
        assert added.add_results is not None
        rows = [(row.server, row.canonical_data_type, row.access_rights) for row in added.add_results]
        assert rows == [(100, VarType.R8, 3), (0, 0, 0), (0, 0, 0), (101, VarType.R8, 3)]
        assert {row.blob for row in added.add_results} == {None}


async def test_validating_adds_nothing() -> None:
    async with Bench() as bench:
        items = await (await bench.add_group()).proxy(IOPCItemMgtProxy)
        found = await items.validate_items(
            item_array=[definition("Clock"), definition("Nope")], blob_update=True
        )
        assert found.hresult == Hresult.S_FALSE
        assert found.validation_results is not None
        assert [row.canonical_data_type for row in found.validation_results] == [VarType.R8, 0]
        assert bench.group.rows == {}


async def test_items_are_changed_and_removed() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        first, second = await line.add("Clock", "Area.Valve")
        items = await line.proxy(IOPCItemMgtProxy)
        for result in (
            await items.set_active_state(server=[first, 9], active=False),
            await items.set_client_handles(server=[first, 9], client=[44, 45]),
            await items.set_datatypes(server=[first, 9], requested_datatypes=[VarType.BSTR, 0]),
        ):
            assert result.errors is not None
            assert (result.errors.tolist(), result.hresult) == ([0, DaCode.E_INVALIDHANDLE], Hresult.S_FALSE)
        changed = bench.group.rows[first]
        assert (changed.active, changed.client, changed.requested) == (False, 44, VarType.BSTR)
        removed = await items.remove_items(server=[first, first + 50])
        assert removed.errors is not None
        assert removed.errors.tolist() == [0, DaCode.E_INVALIDHANDLE]
        assert (await items.remove_items(server=[second])).hresult == Hresult.S_OK


async def test_items_are_enumerated_with_their_attributes() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        items = await line.proxy(IOPCItemMgtProxy)
        empty = await items.create_enumerator(riid=IEnumOPCItemAttributes.iid)
        assert (empty.hresult, bool(empty.unk)) == (Hresult.S_FALSE, True)
        handles = await line.add("Clock", "Area.Valve", "Area.Pump.Speed")
        found = await items.create_enumerator(riid=IEnumOPCItemAttributes.iid)
        assert found.hresult == Hresult.S_OK
        remote = bench.client.unmarshal(found.unk)
        rows = IEnumOPCItemAttributesProxy(remote.interface(IEnumOPCItemAttributes.iid))
        page = await rows.next(celt=2)
        assert page.item_array is not None
        assert [(row.item_id, row.client, row.server) for row in page.item_array] == [
            ("Clock", 1, handles[0]),
            ("Area.Valve", 2, handles[1]),
        ]
        assert page.item_array[0].access_path == ""
        copied = await rows.clone()
        rest = await rows.next(celt=2)
        assert (len(rest.item_array or ()), rest.hresult) == (1, Hresult.S_FALSE)
        other = IEnumOPCItemAttributesProxy(
            bench.client.unmarshal(copied.enum_item_attributes).interface(IEnumOPCItemAttributes.iid)
        )
        assert await other.skip(celt=1) == Hresult.S_OK
        assert await other.skip(celt=1) == Hresult.S_FALSE
        await other.reset()
        assert len((await other.next(celt=3)).item_array or ()) == 3
        with pytest.raises(HResultError, match="E_NOINTERFACE"):
            await items.create_enumerator(riid=IOPCItemMgt.iid)


# -- values -------------------------------------------------------------------------------------------


async def test_reading_gives_a_row_for_each_item() -> None:
    """A failed one has a VARIANT, too: VT_EMPTY."""
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sync = await line.proxy(IOPCSyncIOProxy)
        read = await sync.read(source=CACHE, server=[handle, 9])
        assert read.hresult == Hresult.S_FALSE
        assert read.errors is not None
        assert read.errors.tolist() == [0, DaCode.E_INVALIDHANDLE]
        assert read.item_values is not None
        assert [row.data_value for row in read.item_values] == [number(4), Variant(VarType.EMPTY)]
        assert (read.item_values[0].client, read.item_values[0].quality) == (1, 0xC0)
        assert read.item_values[0].time_stamp == 1_000
        await sync.read(source=DEVICE, server=[handle])
        assert bench.group.ages == [None, 0]
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await sync.read(source=3, server=[handle])


async def test_reading_and_writing_ten_thousand_items_makes_no_objects_of_them() -> None:
    """Values cross as columns; this would take long otherwise."""
    async with Bench() as bench:
        line = await bench.add_group()
        service = bench.group

        async def echo(handles: np.ndarray, ages: object) -> object:
            from opcross.opc.da.batch import Batch

            return Batch(handles, VariantColumn.of_numbers(VarType.R8, handles))

        service.read = echo  # type: ignore[assignment, method-assign]
        sync = await line.proxy(IOPCSyncIOProxy)
        handles = np.arange(10_000, dtype=np.uint32)
        read = await sync.read(source=CACHE, server=handles)
        assert read.item_values is not None
        assert np.array_equal(read.item_values["data_value"].numbers(), handles.astype(float))
        assert np.array_equal(read.item_values["client"], handles)


async def test_writing_gives_an_error_for_each_item() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sync = await line.proxy(IOPCSyncIOProxy)
        written = await sync.write(
            server=[handle, handle, 9], item_values=[number(8), Variant(VarType.UNKNOWN, None), number(1)]
        )
        assert written.errors is not None
        assert written.errors.tolist() == [0, DaCode.E_BADTYPE, DaCode.E_INVALIDHANDLE]
        assert written.hresult == Hresult.S_FALSE
        assert bench.service.written == [("Clock", number(8))]


async def test_ages_are_handed_on_and_values_come_in_columns() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sync = await line.proxy(IOPCSyncIO2Proxy)
        read = await sync.read_max_age(server=[handle, 9], max_age=[5, 0xFFFFFFFF])
        assert read.values is not None
        assert list(read.values) == [number(4), Variant(VarType.EMPTY)]
        assert read.qualities is not None
        assert read.time_stamps is not None
        assert (read.qualities.tolist(), read.time_stamps.tolist()) == ([0xC0, 0], [1_000, 0])
        assert read.hresult == Hresult.S_FALSE
        assert np.array_equal(np.asarray(bench.group.ages[0]), [5, 0xFFFFFFFF])
        assert (await sync.read(source=CACHE, server=[handle])).hresult == Hresult.S_OK


async def test_qualities_and_times_are_written() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sync = await line.proxy(IOPCSyncIO2Proxy)
        row = OPCITEMVQT(
            data_value=number(8), quality_specified=True, quality=4, time_stamp_specified=True, time_stamp=7
        )
        written = await sync.write_vqt(server=[handle], item_vqt=[row])
        assert (written.hresult, bench.service.written) == (Hresult.S_OK, [("Clock", number(8))])


# -- deadbands and sampling ---------------------------------------------------------------------------


async def test_items_have_deadbands_of_their_own() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        deadbands = await line.proxy(IOPCItemDeadbandMgtProxy)
        unset = await deadbands.get_item_deadband(server=[handle])
        assert unset.errors is not None
        assert (unset.errors.tolist(), unset.hresult) == ([DaCode.E_DEADBANDNOTSET], Hresult.S_FALSE)
        done = await deadbands.set_item_deadband(server=[handle], percent_deadband=[2.5])
        assert done.hresult == Hresult.S_OK
        found = await deadbands.get_item_deadband(server=[handle])
        assert found.percent_deadband is not None
        assert found.percent_deadband.tolist() == [2.5]
        assert (await deadbands.clear_item_deadband(server=[handle])).hresult == Hresult.S_OK
        assert bench.group.rows[handle].deadband is None


async def test_items_are_sampled_at_rates_of_their_own() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sampling = await line.proxy(IOPCItemSamplingMgtProxy)
        unset = await sampling.get_item_sampling_rate(server=[handle])
        assert unset.errors is not None
        assert unset.errors.tolist() == [DaCode.E_RATENOTSET]
        revised = await sampling.set_item_sampling_rate(server=[handle, 9], requested_sampling_rate=[50, 50])
        assert revised.revised_sampling_rate is not None
        assert (revised.revised_sampling_rate.tolist(), revised.hresult) == ([50, 50], Hresult.S_FALSE)
        found = await sampling.get_item_sampling_rate(server=[handle])
        assert found.sampling_rate is not None
        assert found.sampling_rate.tolist() == [50]
        assert (await sampling.clear_item_sampling_rate(server=[handle])).hresult == Hresult.S_OK
        on = await sampling.set_item_buffer_enable(server=[handle], enable=[7])
        assert on.hresult == Hresult.S_OK
        buffered = await sampling.get_item_buffer_enable(server=[handle])
        assert buffered.enable is not None
        assert buffered.enable.tolist() == [1]
