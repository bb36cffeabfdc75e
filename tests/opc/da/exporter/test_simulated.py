"""The simulated server behind the exporter: the whole way from a plant to a client's sink."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IEnumString, IEnumStringProxy
from opcross.net import wall_time
from opcross.opc.codes import DaCode
from opcross.opc.da.exporter import DA_2, DA_3
from opcross.opc.da.interfaces_generated import (
    OPCBROWSETYPE,
    OPCDATASOURCE,
    IOPCAsyncIO2Proxy,
    IOPCBrowseServerAddressSpaceProxy,
    IOPCGroupStateMgtProxy,
    IOPCItemMgtProxy,
    IOPCItemPropertiesProxy,
    IOPCSyncIOProxy,
)
from opcross_simulators.plant import standard_plant
from opcross_simulators.servers import OPC_DA
from opcross_simulators.servers.da import SimulatedDaService
from opcross_simulators.servers.opc_da import opc_da
from tests.opc.da.exporter.bench import Bench, Sink, definition, until
from tests.opc.da.exporter.fake_service import number

RANDOM, BUCKET = "Random.Real8", "Bucket Brigade.Real8"


@asynccontextmanager
async def simulation() -> AsyncIterator[Bench]:
    service = SimulatedDaService(standard_plant(), wall_time=wall_time)
    async with Bench(service) as bench:
        yield bench
    await service.close()


async def test_values_of_the_plant_reach_a_sink() -> None:
    async with simulation() as bench:
        line = await bench.add_group(requested_update_rate=10)
        await line.add(RANDOM, BUCKET)
        sink = Sink()
        cookie = await line.advise(sink)
        await until(lambda: any(told.clients == [1] for told in sink.told[1:]))
        assert sink.told[0].clients == [1, 2]
        assert {error for told in sink.told for error in told.errors} == {0}
        await (await line.point()).unadvise(cookie=cookie)
        await until(lambda: sink.gone)


async def test_what_is_written_is_read_and_told() -> None:
    async with simulation() as bench:
        line = await bench.add_group(requested_update_rate=10)
        (handle,) = await line.add(BUCKET)
        sink = Sink()
        await line.advise(sink)
        sync = await line.proxy(IOPCSyncIOProxy)
        assert (await sync.write(server=[handle], item_values=[number(42)])).hresult == Hresult.S_OK
        read = await sync.read(source=OPCDATASOURCE.OPC_DS_DEVICE, server=[handle])
        assert read.item_values is not None
        assert read.item_values[0].data_value == number(42)
        await until(lambda: any(told.values and told.values[-1] == number(42) for told in sink.told))
        later = await line.proxy(IOPCAsyncIO2Proxy)
        await later.read(server=[handle], transaction_id=9)
        await until(lambda: any(told.transaction == 9 for told in sink.told))


async def test_a_group_that_is_activated_sends_everything() -> None:
    async with simulation() as bench:
        line = await bench.add_group(active=False, requested_update_rate=10)
        await line.add(BUCKET)
        sink = Sink()
        await line.advise(sink)
        await (await line.proxy(IOPCGroupStateMgtProxy)).set_state(active=True)
        await until(lambda: sink.told)
        assert sink.told[0].clients == [1]


async def test_items_are_judged_by_the_server() -> None:
    async with simulation() as bench:
        items = await (await bench.add_group()).proxy(IOPCItemMgtProxy)
        added = await items.add_items(
            item_array=[
                definition(BUCKET),
                definition("Nope"),
                definition(""),
                definition(RANDOM, access_path="x"),
            ]
        )
        assert added.errors is not None
        assert added.errors.tolist() == [
            0,
            DaCode.E_UNKNOWNITEMID,
            DaCode.E_INVALIDITEMID,
            DaCode.E_UNKNOWNPATH,
        ]


async def test_every_item_of_the_plant_is_found_and_described() -> None:
    async with simulation() as bench:
        space = await bench.on_server(IOPCBrowseServerAddressSpaceProxy)
        found = await space.browse_opc_item_ids(
            browse_filter_type=OPCBROWSETYPE.OPC_FLAT,
            filter_criteria="",
            data_type_filter=0,
            access_rights_filter=0,
        )
        strings = IEnumStringProxy(bench.client.unmarshal(found.enum_string).interface(IEnumString.iid))
        names = [name for name in (await strings.remote_next(celt=10_000)).elements if name]
        assert {RANDOM, BUCKET} <= set(names)
        properties = await bench.on_server(IOPCItemPropertiesProxy)
        described = await properties.query_available_properties(item_id=RANDOM)
        assert described.count
        assert all(described.descriptions or ())
        line = await bench.add_group()
        assert all(await line.add(*names)), "what is browsed can be added"


@pytest.mark.parametrize("specifications", [{DA_2}, {DA_3}, {DA_2, DA_3}], ids=[DA_2, DA_3, "both"])
def test_categories_follow_the_specifications(specifications: set[str]) -> None:
    """OPCEnum lists a server under what it says it can do."""
    installed = opc_da(specifications=frozenset(specifications))
    assert len(installed.categories) == len(specifications)
    assert installed.categories <= OPC_DA.categories
