"""IOPCDataCallback: changes of a group reach each of its sinks, whatever the others do."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.errors import HResultError, TransportLost
from opcross.ndr import VariantColumn, VarType
from opcross.opc.common.connection_points import PointOptions
from opcross.opc.da.batch import Batch
from opcross.opc.da.exporter import CallbackOptions, ExporterOptions
from opcross.opc.da.interfaces_generated import IOPCAsyncIO2Proxy, IOPCGroupStateMgtProxy
from tests.opc.da.exporter.bench import Bench, Sink, Told, settled, until

if TYPE_CHECKING:
    from tests.opc.da.exporter.bench import Group

FAST = CallbackOptions(retry_pause=0.001)


def options(*, call_limit: float = 30.0, callbacks: CallbackOptions = FAST) -> ExporterOptions:
    return ExporterOptions(points=PointOptions(call_limit=call_limit), callbacks=callbacks)


async def advised(bench: Bench, sink: Sink) -> tuple[Group, int]:
    line = await bench.add_group()
    await line.add("Area.Pump.Speed", "Clock")
    cookie = await line.advise(sink)
    await until(lambda: sink.told)
    return line, cookie


async def test_a_sink_hears_everything_first_and_then_what_changes() -> None:
    async with Bench() as bench:
        sink = Sink()
        await advised(bench, sink)
        bench.group.change((2, 8.0))
        await until(lambda: len(sink.told) == 2)
        first, second = sink.told
        assert (first.method, first.transaction, first.group, first.clients) == ("change", 0, 77, [1, 2])
        assert (second.clients, second.errors, second.quality, second.error) == ([2], [0], 0, 0)
        assert second.values is not None
        assert second.values.numbers().tolist() == [8.0]


async def test_masters_tell_of_bad_qualities_and_of_errors() -> None:
    async with Bench() as bench:
        sink = Sink()
        await advised(bench, sink)
        values = VariantColumn.of([None])
        bench.group.streams[0].give(Batch([1], values, 0, 0, 0xC0040007))
        await until(lambda: len(sink.told) == 2)
        assert (sink.told[1].quality, sink.told[1].error) == (Hresult.S_FALSE, Hresult.S_FALSE)
        assert sink.told[1].errors == [0xC0040007]
        assert sink.told[1].values is not None
        assert sink.told[1].values.vartypes.tolist() == [VarType.EMPTY], "never a null pointer"


async def test_a_keep_alive_is_a_change_of_nothing() -> None:
    async with Bench() as bench:
        sink = Sink()
        await advised(bench, sink)
        bench.group.change()
        await until(lambda: len(sink.told) == 2)
        assert (sink.told[1].method, sink.told[1].transaction, sink.told[1].clients) == ("change", 0, [])


async def test_a_group_is_called_by_its_newest_name() -> None:
    async with Bench() as bench:
        sink = Sink()
        line, _ = await advised(bench, sink)
        await (await line.proxy(IOPCGroupStateMgtProxy)).set_state(client_group=78)
        bench.group.change((1, 1.0))
        await until(lambda: len(sink.told) == 2)
        assert sink.told[1].group == 78


async def test_every_sink_has_a_stream_of_its_own_and_slow_ones_wait_alone() -> None:
    async with Bench() as bench:
        release = asyncio.Event()
        slow, fast = Sink(then=lambda told: release.wait()), Sink()
        line, _ = await advised(bench, slow)
        await line.advise(fast)
        for value in range(5):
            bench.group.change((1, float(value)))
        await until(lambda: len(fast.told) == 6)
        assert len(slow.told) == 1
        assert [stream.pulls for stream in bench.group.streams] == [1, 7], (
            "the slow one is not even asked for"
        )
        release.set()
        await until(lambda: len(slow.told) == 6)


async def test_unadvising_in_the_course_of_a_callback_works() -> None:
    """The server waits for the callback, and the client for the server: nobody may wait for both."""
    async with Bench() as bench:
        line = await bench.add_group()
        await line.add("Clock")
        point = await line.point()
        cookies: list[int] = []

        async def unadvise(told: Told) -> None:
            await until(lambda: cookies)
            await point.unadvise(cookie=cookies[0])

        sink = Sink(then=unadvise)
        async with asyncio.timeout(10):
            cookies.append(await bench.advise(point, sink))
            await until(lambda: sink.gone)
        bench.group.change((1, 1.0))
        await settled()
        assert len(sink.told) == 1
        assert bench.group.streams == []


async def test_a_client_may_call_anything_in_the_course_of_a_callback() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        await line.add("Clock")
        state = await line.proxy(IOPCGroupStateMgtProxy)
        point = await line.point()
        second = Sink()

        async def call(told: Told) -> None:
            if len(first.told) == 1:
                await state.set_state(client_group=5)
                await bench.advise(point, second)

        first = Sink(then=call)
        async with asyncio.timeout(10):
            await bench.advise(point, first)
            await until(lambda: second.told)
        assert second.told[0].group == 5


async def test_what_did_not_reach_the_sink_is_sent_again() -> None:
    async with Bench() as bench:
        sink = Sink()
        await advised(bench, sink)
        bench.net.unreachable.add("127.0.0.3")
        bench.group.change((1, 5.0))
        await until(lambda: bench.reported)
        bench.net.unreachable.clear()
        await until(lambda: len(sink.told) == 2)
        assert sink.told[1].clients == [1]


async def test_a_sink_that_cannot_be_reached_is_dropped_and_that_is_told() -> None:
    async with Bench(options=options()) as bench:
        dead, alive = Sink(), Sink()
        line, cookie = await advised(bench, dead)
        await line.advise(alive)
        point = await line.point()
        dead.then = lambda told: _fail()
        bench.group.change((1, 5.0))
        await until(lambda: len(bench.reported) == 3)
        await until(lambda: len(alive.told) == 2)
        assert "dropped after 3 calls" in str(bench.reported[-1])
        with pytest.raises(HResultError, match="CONNECT_E_NOCONNECTION"):
            await point.unadvise(cookie=cookie)
        await until(lambda: len(bench.group.streams) == 1)


async def _fail() -> None:
    raise RuntimeError("the client is broken")


async def test_a_call_that_does_not_return_counts_as_failed() -> None:
    async with Bench(options=options(call_limit=0.01)) as bench:
        never = asyncio.Event()
        sink = Sink()
        await advised(bench, sink)
        sink.then = lambda told: never.wait()
        bench.group.change((1, 5.0))
        await until(lambda: bench.group.streams == [])
        assert "dropped after 3 calls" in str(bench.reported[-1])
        assert isinstance(bench.reported[0], TransportLost)
        never.set()


async def test_failures_count_in_a_row_only() -> None:
    async with Bench(options=options()) as bench:
        sink = Sink()
        await advised(bench, sink)
        for attempt in range(5):
            bench.net.unreachable.add("127.0.0.3")
            bench.group.change((1, float(attempt)))
            await until(lambda: len(bench.reported) > attempt)  # noqa: B023  (awaited at once)
            bench.net.unreachable.clear()
            await until(lambda: len(sink.told) == attempt + 2)  # noqa: B023
        assert len(bench.group.streams) == 1


async def test_a_client_that_answers_with_an_error_got_the_call() -> None:
    """Some clients return nonsense from OnDataChange; they are called on, and it is told once."""
    async with Bench() as bench:
        sink = Sink(answer=Hresult.E_NOTIMPL)
        await advised(bench, sink)
        for value in range(5):
            bench.group.change((1, float(value)))
        await until(lambda: len(sink.told) == 6)
        assert len(bench.reported) == 1


async def test_changes_stop_while_they_are_disabled() -> None:
    async with Bench() as bench:
        sink = Sink()
        line, _ = await advised(bench, sink)
        callbacks = await line.proxy(IOPCAsyncIO2Proxy)
        assert (await callbacks.get_enable()).enable == 1
        await callbacks.set_enable(enable=False)
        assert (await callbacks.get_enable()).enable == 0
        for value in range(3):
            bench.group.change((1, float(value)))
        await settled()
        assert len(sink.told) == 1
        assert bench.group.streams[0].pulls == 2, "what waits is left to the stream, which conflates"
        await callbacks.refresh2(source=1, transaction_id=6)
        await until(lambda: len(sink.told) == 2)
        assert sink.told[1].transaction == 6
        await callbacks.set_enable(enable=True)
        await until(lambda: len(sink.told) == 5)


async def test_a_large_change_comes_in_several_calls() -> None:
    """A client accepts a request of some megabytes, not of any size."""
    async with Bench(options=options(callbacks=CallbackOptions(rows=1_000))) as bench:
        sink = Sink()
        await advised(bench, sink)
        handles = np.arange(2_500)
        bench.group.streams[0].give(Batch(handles, VariantColumn.of_numbers(VarType.R8, handles)))
        await until(lambda: len(sink.told) == 4)
        assert [len(told.clients) for told in sink.told[1:]] == [1_000, 1_000, 500]
        assert [client for told in sink.told[1:] for client in told.clients] == handles.tolist()


async def test_a_large_change_goes_on_where_it_was_broken() -> None:
    async with Bench(options=options(callbacks=CallbackOptions(rows=2, retry_pause=0.001))) as bench:
        sink = Sink()
        await advised(bench, sink)

        async def cut(told: Told) -> None:
            if told.clients == [2, 3] and not bench.reported:
                raise RuntimeError("once")

        sink.then = cut
        bench.group.streams[0].give(Batch(range(5), VariantColumn.of_numbers(VarType.R8, range(5))))
        await until(lambda: len(sink.told) == 5)
        assert [told.clients for told in sink.told[1:]] == [[0, 1], [2, 3], [2, 3], [4]]


@pytest.mark.parametrize("error", [TransportLost("the provider is gone"), HResultError(Hresult.E_ABORT)])
async def test_a_stream_that_ends_leaves_the_sink_to_completions(error: Exception) -> None:
    async with Bench() as bench:
        sink = Sink()
        line, cookie = await advised(bench, sink)
        bench.group.streams[0].fail(error)
        await settled()
        assert bench.reported == ([error] if isinstance(error, TransportLost) else [])
        callbacks = await line.proxy(IOPCAsyncIO2Proxy)
        await callbacks.refresh2(source=1, transaction_id=6)
        await until(lambda: len(sink.told) == 2)
        assert await (await line.point()).unadvise(cookie=cookie) == Hresult.S_OK


async def test_a_callback_begins_a_chain_of_calls_of_its_own() -> None:
    """It goes on long after the Advise from whose course it came."""
    from opcross.dcom.call_context import current_call

    causalities = []

    async def note(told: Told) -> None:
        causalities.append(current_call().causality)

    async with Bench() as bench:
        sink = Sink(then=note)
        await advised(bench, sink)
        bench.group.change((1, 1.0))
        await until(lambda: len(sink.told) == 2)
        assert len(set(causalities)) == 2
