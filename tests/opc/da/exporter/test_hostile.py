"""Requests that nobody makes in earnest: they are refused, and leave nothing behind."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from opcross.codes import Hresult
from opcross.errors import Fault, HResultError
from opcross.ndr import Variant
from opcross.opc.da.exporter import ExporterOptions
from opcross.opc.da.interfaces_generated import (
    TABLE,
    IOPCAsyncIO3Proxy,
    IOPCBrowseProxy,
    IOPCItemDeadbandMgtProxy,
    IOPCItemIOProxy,
    IOPCItemMgtProxy,
    IOPCItemPropertiesProxy,
    IOPCItemSamplingMgtProxy,
    IOPCSyncIO2Proxy,
)
from tests.opc.da.exporter.bench import Bench, Sink, definition, settled

if TYPE_CHECKING:
    from collections.abc import Awaitable

    from opcross.ndr import Method


async def calls_with(bench: Bench, count: int) -> list[Awaitable[object]]:
    """Every call that takes items, with so many of them."""
    line = await bench.add_group()
    await line.advise(Sink())
    handles, zeros = list(range(count)), [0] * count
    items = await line.proxy(IOPCItemMgtProxy)
    sync = await line.proxy(IOPCSyncIO2Proxy)
    later = await line.proxy(IOPCAsyncIO3Proxy)
    deadbands = await line.proxy(IOPCItemDeadbandMgtProxy)
    sampling = await line.proxy(IOPCItemSamplingMgtProxy)
    single = await bench.on_server(IOPCItemIOProxy)
    properties = await bench.on_server(IOPCItemPropertiesProxy)
    browser = await bench.on_server(IOPCBrowseProxy)
    values = [Variant(0)] * count
    definitions = [definition("Clock")] * count
    return [
        items.add_items(item_array=definitions),
        items.validate_items(item_array=definitions, blob_update=False),
        items.remove_items(server=handles),
        items.set_active_state(server=handles, active=True),
        items.set_client_handles(server=handles, client=zeros),
        items.set_datatypes(server=handles, requested_datatypes=zeros),
        sync.read(source=1, server=handles),
        sync.write(server=handles, item_values=values),
        sync.read_max_age(server=handles, max_age=zeros),
        sync.write_vqt(server=handles, item_vqt=[]) if not count else sync.read(source=2, server=handles),
        later.read(server=handles, transaction_id=1),
        later.write(server=handles, item_values=values, transaction_id=1),
        later.read_max_age(server=handles, max_age=zeros, transaction_id=1),
        deadbands.set_item_deadband(server=handles, percent_deadband=[0.0] * count),
        deadbands.get_item_deadband(server=handles),
        deadbands.clear_item_deadband(server=handles),
        sampling.set_item_sampling_rate(server=handles, requested_sampling_rate=zeros),
        sampling.get_item_sampling_rate(server=handles),
        sampling.clear_item_sampling_rate(server=handles),
        sampling.set_item_buffer_enable(server=handles, enable=zeros),
        sampling.get_item_buffer_enable(server=handles),
        single.read(item_ids=["Clock"] * count, max_age=zeros),
        properties.get_item_properties(item_id="Clock", property_ids=zeros),
        properties.lookup_item_ids(item_id="Clock", property_ids=zeros),
        browser.get_properties(item_ids=["Clock"] * count, return_property_values=False, property_ids=[]),
    ]


@pytest.mark.parametrize("count", [0, 11])
async def test_no_items_and_too_many_items_are_refused_everywhere(count: int) -> None:
    async with Bench(options=ExporterOptions(items_per_call=10)) as bench:
        for call in await calls_with(bench, count):
            with pytest.raises(HResultError) as refusal:
                await call
            assert refusal.value.code == Hresult.E_INVALIDARG


async def test_properties_of_items_multiply() -> None:
    """Ten items with ten properties each are a hundred values."""
    async with Bench(options=ExporterOptions(items_per_call=50)) as bench:
        browser = await bench.on_server(IOPCBrowseProxy)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await browser.get_properties(
                item_ids=["Clock"] * 10, return_property_values=False, property_ids=list(range(10))
            )


def every_method() -> list[Method]:
    server_side = [interface for interface in TABLE.values() if interface.role == "server"]
    return [method for interface in server_side for method in interface.methods]


async def test_a_call_without_parameters_is_a_bad_stub_or_is_answered() -> None:
    """A stub that ends too early is refused before anything is done."""
    async with Bench() as bench:
        line = await bench.add_group()
        names: set[str] = set()
        for remote in (bench.remote, line.remote):
            for method in every_method():
                iid = _iid_of(method)
                answers = await remote.query_interfaces([iid])
                if answers[iid] != Hresult.S_OK:
                    continue
                interface = remote.interface(iid)
                try:
                    await remote.importer.call(remote, interface._held, method.opnum, lambda writer: None)
                except Fault as fault:
                    names.add(fault.name)
        assert names == {"RPC_X_BAD_STUB_DATA"}
        await settled()
        assert len(bench.session.groups) == 1


def _iid_of(method: Method) -> UUID:
    name = method.qualified_name.split("::", maxsplit=1)[0].split(".", maxsplit=1)[0]
    return TABLE[name].iid


async def test_an_opnum_that_is_not_there_is_a_fault() -> None:
    async with Bench() as bench:
        interface = bench.server.invoker
        held = interface._held  # type: ignore[attr-defined]  # a RemoteInterface
        for opnum in (0, 1, 2, 9, 500):
            with pytest.raises(Fault):
                await bench.client.importer.call(bench.remote, held, opnum, lambda writer: None)


@given(stub=st.binary(max_size=200), opnum=st.integers(3, 9))
def test_noise_never_fails_unexpectedly(stub: bytes, opnum: int) -> None:
    """Whatever the octets say, the answer is a fault of the protocol, an HRESULT, or a success."""
    codes: set[int] = set()

    async def play() -> None:
        async with Bench() as bench:
            line = await bench.add_group()
            await line.add("Clock")
            for remote, iid in (
                (bench.remote, TABLE["IOPCServer"].iid),
                (bench.remote, TABLE["IOPCBrowse"].iid),
                (line.remote, TABLE["IOPCItemMgt"].iid),
                (line.remote, TABLE["IOPCSyncIO2"].iid),
                (line.remote, TABLE["IOPCAsyncIO3"].iid),
            ):
                held = (await remote.query_interface(iid))._held
                try:
                    await remote.importer.call(remote, held, opnum, lambda writer: writer.put(stub))
                except Fault as fault:
                    codes.add(fault.code)
            assert Hresult.RPC_E_SERVERFAULT not in codes

    asyncio.run(play())
