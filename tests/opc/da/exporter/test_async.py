"""IOPCAsyncIO2 and IOPCAsyncIO3: calls whose ends are callbacks."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.errors import HResultError, TransportLost
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.exporter import CallbackOptions, ExporterOptions
from opcross.opc.da.interfaces_generated import (
    OPCDATASOURCE,
    OPCITEMVQT,
    IOPCAsyncIO2Proxy,
    IOPCAsyncIO3Proxy,
    IOPCGroupStateMgtProxy,
    IOPCItemMgtProxy,
)
from tests.opc.da.exporter.bench import Bench, Sink, Told, settled, until
from tests.opc.da.exporter.fake_service import number

if TYPE_CHECKING:
    from tests.opc.da.exporter.bench import Group

CACHE, DEVICE = OPCDATASOURCE.OPC_DS_CACHE, OPCDATASOURCE.OPC_DS_DEVICE


async def ready(bench: Bench, *sinks: Sink) -> tuple[Group, IOPCAsyncIO3Proxy, list[int]]:
    """A group with two items, whose sinks have heard of them and have forgotten it."""
    line = await bench.add_group()
    handles = await line.add("Area.Pump.Speed", "Clock")
    for sink in sinks:
        await line.advise(sink)
    await until(lambda: all(sink.told for sink in sinks))
    for sink in sinks:
        sink.told.clear()
    return line, await line.proxy(IOPCAsyncIO3Proxy), handles


async def test_a_read_ends_in_a_callback_to_every_sink() -> None:
    async with Bench() as bench:
        sinks = Sink(), Sink()
        _, group, handles = await ready(bench, *sinks)
        begun = await group.read(server=handles, transaction_id=5)
        assert begun.errors is not None
        assert (begun.errors.tolist(), begun.hresult, begun.cancel_id) == ([0, 0], Hresult.S_OK, 1)
        await until(lambda: all(sink.told for sink in sinks))
        for sink in sinks:
            (told,) = sink.told
            assert (told.method, told.transaction, told.group, told.clients) == ("read", 5, 77, [1, 2])
            assert told.values is not None
            assert told.values.numbers().tolist() == [1.0, 4.0]
            assert (told.quality, told.error) == (Hresult.S_OK, Hresult.S_OK)
        assert bench.group.ages == [0]


async def test_what_is_refused_at_once_is_not_in_the_callback() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        begun = await group.read(server=[9, handles[1]], transaction_id=5)
        assert begun.errors is not None
        assert (begun.errors.tolist(), begun.hresult) == ([DaCode.E_INVALIDHANDLE, 0], Hresult.S_FALSE)
        await until(lambda: sink.told)
        assert sink.told[0].clients == [2]


async def test_there_is_no_callback_where_all_is_refused() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        assert (await group.read(server=[9], transaction_id=5)).hresult == Hresult.S_FALSE
        refused = await group.write(
            server=[9, handles[0]], item_values=[number(1), Variant(VarType.UNKNOWN, None)], transaction_id=5
        )
        assert refused.errors is not None
        assert refused.errors.tolist() == [DaCode.E_INVALIDHANDLE, DaCode.E_BADTYPE]
        await settled()
        assert sink.told == []


async def test_errors_of_items_are_in_the_callback() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        del bench.service.values["Clock"]
        await group.read(server=handles, transaction_id=5)
        await until(lambda: sink.told)
        assert sink.told[0].errors == [0, DaCode.E_UNKNOWNITEMID]
        assert (sink.told[0].quality, sink.told[0].error) == (Hresult.S_FALSE, Hresult.S_FALSE)


async def test_a_write_ends_in_a_callback_with_the_clients_handles() -> None:
    async with Bench() as bench:
        sink = Sink()
        line, group, handles = await ready(bench, sink)
        items = await line.proxy(IOPCItemMgtProxy)
        await items.set_client_handles(server=[handles[0]], client=[91])
        begun = await group.write(server=handles, item_values=[number(7), number(8)], transaction_id=6)
        assert begun.hresult == Hresult.S_OK
        await until(lambda: sink.told)
        assert sink.told == [Told("write", 6, 77, [91, 2], None, [0, 0])]
        assert bench.service.written == [("Area.Pump.Speed", number(7)), ("Clock", number(8))]


async def test_ages_and_qualities_of_da_3() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        read = await group.read_max_age(server=handles, max_age=[10, 20], transaction_id=1)
        row = OPCITEMVQT(
            data_value=number(8), quality_specified=True, quality=4, time_stamp_specified=False, time_stamp=0
        )
        written = await group.write_vqt(server=handles[:1], item_vqt=[row], transaction_id=2)
        refreshed = await group.refresh_max_age(max_age=30, transaction_id=3)
        assert [read.hresult, written.hresult, refreshed.hresult] == [0, 0, 0]
        await until(lambda: len(sink.told) == 3)
        assert [(told.method, told.transaction) for told in sink.told] == [
            ("read", 1),
            ("write", 2),
            ("change", 3),
        ]
        assert np.array_equal(np.asarray(bench.group.ages[0]), [10, 20])
        assert bench.group.ages[1] == 30


async def test_a_refresh_is_a_change_with_a_transaction() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, _ = await ready(bench, sink)
        await group.refresh2(source=CACHE, transaction_id=11)
        await group.refresh2(source=DEVICE, transaction_id=12)
        await until(lambda: len(sink.told) == 2)
        assert [(told.method, told.transaction, told.clients) for told in sink.told] == [
            ("change", 11, [1, 2]),
            ("change", 12, [1, 2]),
        ]
        assert bench.group.ages == [None, 0]
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await group.refresh2(source=0, transaction_id=13)


async def test_what_is_inactive_is_not_refreshed() -> None:
    async with Bench() as bench:
        line, group, handles = await ready(bench, Sink())
        items, state = await line.proxy(IOPCItemMgtProxy), await line.proxy(IOPCGroupStateMgtProxy)
        await items.set_active_state(server=handles, active=False)
        with pytest.raises(HResultError, match="E_FAIL"):
            await group.refresh2(source=CACHE, transaction_id=1)
        await items.set_active_state(server=handles[:1], active=True)
        assert (await group.refresh2(source=CACHE, transaction_id=1)).hresult == Hresult.S_OK
        await state.set_state(active=False)
        with pytest.raises(HResultError, match="E_FAIL"):
            await group.refresh_max_age(max_age=0, transaction_id=1)


async def test_nothing_begins_where_nobody_would_hear_of_its_end() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        handles = await line.add("Clock")
        group = await line.proxy(IOPCAsyncIO2Proxy)
        for attempt in (
            group.read(server=handles, transaction_id=1),
            group.write(server=handles, item_values=[number(1)], transaction_id=1),
            group.refresh2(source=CACHE, transaction_id=1),
            group.set_enable(enable=True),
            group.get_enable(),
        ):
            with pytest.raises(HResultError, match="CONNECT_E_NOCONNECTION"):
                await attempt


async def test_a_transaction_that_is_cancelled_says_so_and_nothing_else() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        bench.service.hold = asyncio.Event()
        begun = await group.read(server=handles, transaction_id=5)
        other = await group.write(server=handles[:1], item_values=[number(1)], transaction_id=6)
        await settled()
        assert await group.cancel2(cancel_id=begun.cancel_id) == Hresult.S_OK
        await until(lambda: sink.told)
        bench.service.hold.set()
        await until(lambda: len(sink.told) == 2)
        assert [(told.method, told.transaction) for told in sink.told] == [("cancel", 5), ("write", 6)]
        for cancel_id in (begun.cancel_id, other.cancel_id, 99):
            with pytest.raises(HResultError, match="E_FAIL"):
                await group.cancel2(cancel_id=cancel_id)


@pytest.mark.parametrize(
    ("error", "code"),
    [(TransportLost("away"), Hresult.E_FAIL), (HResultError(Hresult.E_ACCESSDENIED), Hresult.E_ACCESSDENIED)],
    ids=["lost", "denied"],
)
async def test_a_service_that_fails_is_told_of_item_by_item(error: Exception, code: int) -> None:
    """The client waits for the end of its transaction; it always comes."""
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        bench.service.refusal = error
        await group.read(server=handles, transaction_id=1)
        await group.write(server=handles, item_values=[number(1), number(2)], transaction_id=2)
        await group.refresh2(source=DEVICE, transaction_id=3)
        await until(lambda: len(sink.told) == 3)
        assert [(told.method, told.clients, told.errors) for told in sink.told] == [
            ("read", [1, 2], [code, code]),
            ("write", [1, 2], [code, code]),
            ("change", [1, 2], [code, code]),
        ]


async def test_ends_and_changes_come_in_order_to_each_sink() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        for transaction in range(1, 6):
            await group.read(server=handles, transaction_id=transaction)
            bench.group.change((1, float(transaction)))
        await until(lambda: len(sink.told) == 10)
        assert [told.transaction for told in sink.told if told.method == "read"] == [1, 2, 3, 4, 5]
        changes = [told for told in sink.told if told.method == "change"]
        assert [told.values.numbers()[0] for told in changes if told.values is not None] == [
            1.0,
            2.0,
            3.0,
            4.0,
            5.0,
        ]


async def test_transactions_that_wait_are_bounded() -> None:
    """A client that does not take what it asked for can't have us keep any amount of it."""
    options = ExporterOptions(callbacks=CallbackOptions(transactions=3))
    async with Bench(options=options) as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        release = asyncio.Event()
        sink.then = lambda told: release.wait()
        for transaction in range(3):
            await group.read(server=handles, transaction_id=transaction)
        with pytest.raises(HResultError, match="E_FAIL"):
            await group.refresh2(source=CACHE, transaction_id=4)
        release.set()
        await until(lambda: len(sink.told) == 3)
        await settled()
        assert (await group.read(server=handles, transaction_id=5)).hresult == Hresult.S_OK
        await until(lambda: len(sink.told) == 4)


async def test_values_that_wait_are_bounded() -> None:
    options = ExporterOptions(callbacks=CallbackOptions(transaction_rows=3))
    async with Bench(options=options) as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        bench.service.hold = asyncio.Event()
        await group.read(server=handles, transaction_id=1)
        with pytest.raises(HResultError, match="E_FAIL"):
            await group.read(server=handles, transaction_id=2)
        bench.service.hold.set()
        await until(lambda: sink.told)
        await settled()
        big = [*handles, *handles]
        assert (await group.read(server=big, transaction_id=3)).hresult == Hresult.S_OK, (
            "one alone is always taken"
        )
        await until(lambda: len(sink.told) == 2)


async def test_a_completion_that_did_not_reach_the_sink_is_not_repeated() -> None:
    async with Bench() as bench:
        sink = Sink()
        _, group, handles = await ready(bench, sink)
        bench.net.unreachable.add("127.0.0.3")
        await group.read(server=handles, transaction_id=1)
        await until(lambda: bench.reported)
        bench.net.unreachable.clear()
        await group.read(server=handles, transaction_id=2)
        await until(lambda: sink.told)
        assert [told.transaction for told in sink.told] == [2]


async def test_transactions_end_with_their_group() -> None:
    async with Bench() as bench:
        sink = Sink()
        line, group, handles = await ready(bench, sink)
        bench.service.hold = asyncio.Event()
        await group.read(server=handles, transaction_id=1)
        await bench.server.remove_group(server_group=line.server_handle, force=True)
        bench.service.hold.set()
        await until(lambda: sink.gone)
        assert sink.told == []


async def test_removed_items_are_unknown_to_asynchronous_calls() -> None:
    async with Bench() as bench:
        line, group, handles = await ready(bench, Sink())
        await (await line.proxy(IOPCItemMgtProxy)).remove_items(server=handles[:1])
        begun = await group.read(server=handles, transaction_id=1)
        assert begun.errors is not None
        assert begun.errors.tolist() == [DaCode.E_INVALIDHANDLE, 0]
