"""Connection points: who may be advised, who is refused, what is told of it."""

from __future__ import annotations

import asyncio

import pytest

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointContainer,
    IConnectionPointContainerProxy,
    IConnectionPointProxy,
    IEnumConnectionPoints,
    IEnumConnectionPointsProxy,
    IEnumConnections,
    IEnumConnectionsProxy,
)
from opcross.dcom.objref import StandardObjRef, unpack_objref
from opcross.errors import HResultError, TransportLost
from opcross.opc.common.connection_points import PointOptions
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.exporter import ExporterOptions
from opcross.opc.da.interfaces_generated import IOPCDataCallback, IOPCGroupStateMgtProxy
from tests.opc.da.exporter.bench import Bench, Sink, settled, until


async def test_points_are_found_and_enumerated() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        for remote, iid in ((line.remote, IOPCDataCallback.iid), (bench.remote, IOPCShutdown.iid)):
            container = await bench.proxy(remote, IConnectionPointContainerProxy)
            with pytest.raises(HResultError, match="CONNECT_E_NOCONNECTION"):
                await container.find_connection_point(riid=IID_IUNKNOWN)
            listed = await container.enum_connection_points()
            points = IEnumConnectionPointsProxy(
                bench.client.unmarshal(listed.enumerator).interface(IEnumConnectionPoints.iid)
            )
            page = await points.remote_next(connections=5)
            assert (len(page.cp), page.hresult) == (1, Hresult.S_FALSE)
            point = IConnectionPointProxy(bench.client.unmarshal(page.cp[0]).interface(IConnectionPoint.iid))
            assert (await point.get_connection_interface()).iid == iid
            back = (await point.get_connection_point_container()).cpc
            found = bench.client.unmarshal(back)
            assert found.oid == remote.oid, "one object, whichever way it is reached"
            assert IConnectionPointContainer.iid in found.iids
            await points.reset()
            assert await points.skip(connections=2) == Hresult.S_FALSE
            copied = await points.clone()
            assert copied.enumerator


async def test_the_point_of_a_group_leads_to_all_of_the_group() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        back = (await (await line.point()).get_connection_point_container()).cpc
        state = await bench.proxy(bench.client.unmarshal(back), IOPCGroupStateMgtProxy)
        assert (await state.get_state()).name == "Line"


async def test_connections_are_enumerated() -> None:
    """The sinks come home as references that carry none: who wants some asks for them."""
    async with Bench() as bench:
        line = await bench.add_group()
        point = await line.point()
        first, second = Sink(), Sink()
        cookies = [await bench.advise(point, sink) for sink in (first, second)]
        listed = await point.enum_connections()
        rows = IEnumConnectionsProxy(
            bench.client.unmarshal(listed.enumerator).interface(IEnumConnections.iid)
        )
        page = await rows.remote_next(connections=3)
        assert [row.cookie for row in page.connect_data] == cookies
        for row, sink in zip(page.connect_data, (first, second), strict=True):
            assert row.unk is not None
            reference = unpack_objref(row.unk)
            assert isinstance(reference, StandardObjRef)
            assert reference.std.public_refs == 0
            interface = bench.host.exporter.table.interface(reference.std.ipid)
            assert interface is not None
            assert interface.object.target is sink
        await rows.reset()
        assert await rows.skip(connections=1) == Hresult.S_OK
        copied = await rows.clone()
        assert len((await rows.remote_next(connections=3)).connect_data) == 1
        assert copied.enumerator
        await point.unadvise(cookie=cookies[0])
        await until(lambda: first.gone)
        assert not second.gone


async def test_a_sink_may_come_as_any_of_its_interfaces() -> None:
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        for iid in (IID_IUNKNOWN, IOPCDataCallback.iid):
            advised = await point.advise(unk_sink=bench.host.marshal(Sink(), iid))
            assert advised.cookie
        stranger = Sink(IOPCShutdown.iid)
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await bench.advise(point, stranger)
        await until(lambda: stranger.gone)


async def test_the_same_sink_may_be_advised_twice() -> None:
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        sink = Sink()
        first, second = await bench.advise(point, sink), await bench.advise(point, sink)
        assert first != second
        await point.unadvise(cookie=first)
        await settled()
        assert not sink.gone
        await point.unadvise(cookie=second)
        await until(lambda: sink.gone)


@pytest.mark.parametrize("objref", [b"", b"MEOW", bytes(100)], ids=len)
async def test_nonsense_is_no_sink(objref: bytes) -> None:
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await point.advise(unk_sink=objref)


async def test_no_sink_is_no_sink() -> None:
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        with pytest.raises(HResultError, match="E_POINTER"):
            await point.advise(unk_sink=None)


async def test_a_sink_that_cannot_be_reached_is_refused() -> None:
    """The client hears of it in Advise, and not never."""
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        bench.net.unreachable.add("127.0.0.3")
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await bench.advise(point, Sink())
        assert isinstance(bench.reported[0], TransportLost)
        bench.net.unreachable.clear()
        await until(lambda: not bench.importer.objects)


async def test_a_sink_that_never_answers_is_refused_in_time() -> None:
    options = ExporterOptions(points=PointOptions(advise_limit=0.01, release_limit=0.01))
    async with Bench(options=options) as bench:
        point = await (await bench.add_group()).point()
        never = asyncio.Event()

        async def hang(call: object) -> bytes:
            await never.wait()
            return b""

        call = bench.host.exporter.call
        bench.host.exporter.call = hang  # type: ignore[method-assign]
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await bench.advise(point, Sink())
        await until(lambda: len(bench.reported) == 2)
        bench.host.exporter.call = call  # type: ignore[method-assign]
        never.set()


async def test_a_server_that_cannot_call_out_takes_no_sinks() -> None:
    async with Bench(importing=False) as bench:
        point = await (await bench.add_group()).point()
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await bench.advise(point, Sink())


async def test_a_point_takes_so_many_sinks_and_no_more() -> None:
    async with Bench(options=ExporterOptions(points=PointOptions(sinks=2))) as bench:
        point = await (await bench.add_group()).point()
        results = await asyncio.gather(
            *(bench.advise(point, Sink()) for _ in range(3)), return_exceptions=True
        )
        refused = [result for result in results if isinstance(result, HResultError)]
        assert [error.name for error in refused] == ["CONNECT_E_ADVISELIMIT"]
        await point.unadvise(cookie=next(result for result in results if isinstance(result, int)))
        assert await bench.advise(point, Sink())


async def test_a_group_that_cannot_be_subscribed_to_takes_no_sinks() -> None:
    async with Bench() as bench:
        line = await bench.add_group()

        async def lost() -> None:
            raise TransportLost("away")

        bench.group.subscribe = lost  # type: ignore[assignment, method-assign]
        sink = Sink()
        with pytest.raises(HResultError, match="E_FAIL"):
            await line.advise(sink)
        await until(lambda: sink.gone)


async def test_a_session_that_ends_meanwhile_takes_no_sink() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        point = await line.point()
        subscribe, go = bench.group.subscribe, asyncio.Event()

        async def slowly() -> object:
            await go.wait()
            return await subscribe()

        bench.group.subscribe = slowly  # type: ignore[assignment, method-assign]
        sink = Sink()
        advising = asyncio.ensure_future(bench.advise(point, sink))
        await settled()
        bench.da.close()
        go.set()
        with pytest.raises(HResultError, match="CONNECT_E_CANNOTCONNECT"):
            await advising
        await until(lambda: sink.gone)


async def test_an_unknown_cookie_is_not_unadvised() -> None:
    async with Bench() as bench:
        point = await (await bench.add_group()).point()
        for cookie in (0, 1, 0xFFFFFFFF):
            with pytest.raises(HResultError, match="CONNECT_E_NOCONNECTION"):
                await point.unadvise(cookie=cookie)
