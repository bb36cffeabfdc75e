"""When groups and sessions end."""

from __future__ import annotations

import asyncio

import pytest

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.errors import Fault, HResultError
from opcross.opc.codes import DaCode
from opcross.opc.common.interfaces_generated import IOPCShutdown
from opcross.opc.da.interfaces_generated import IOPCGroupStateMgtProxy, IOPCSyncIOProxy
from tests.opc.da.exporter.bench import Bench, Sink, settled, until


async def test_a_group_that_is_held_lives_until_it_is_released() -> None:
    """Its name is free at once, and it cannot be found any more."""
    async with Bench() as bench:
        line = await bench.add_group("Line")
        (handle,) = await line.add("Clock")
        removed = await bench.server.remove_group(server_group=line.server_handle, force=False)
        assert removed == DaCode.S_INUSE
        sync = await line.proxy(IOPCSyncIOProxy)
        assert (await sync.read(source=2, server=[handle])).hresult == Hresult.S_OK
        assert (await (await line.proxy(IOPCGroupStateMgtProxy)).get_state()).name == "Line"
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.server.get_group_by_name(name="Line", riid=IID_IUNKNOWN)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.server.remove_group(server_group=line.server_handle, force=False)
        other = await bench.add_group("Line")
        assert other.server_handle != line.server_handle
        await line.remote.release()
        await until(lambda: len(bench.session.groups) == 1)


async def test_force_takes_a_group_from_its_client() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        sink = Sink()
        await line.advise(sink)
        sync = await line.proxy(IOPCSyncIOProxy)
        removed = await bench.server.remove_group(server_group=line.server_handle, force=True)
        assert removed == Hresult.S_OK
        assert bench.session.groups == []
        with pytest.raises(Fault) as fault:
            await sync.read(source=1, server=[1])
        assert fault.value.code == Hresult.RPC_E_DISCONNECTED
        await until(lambda: sink.gone)


async def test_a_group_that_was_released_goes_when_it_is_removed() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        await line.remote.release()
        assert len(bench.session.groups) == 1
        removed = await bench.server.remove_group(server_group=line.server_handle, force=False)
        assert removed == Hresult.S_OK
        assert bench.session.groups == []


async def test_a_connection_point_holds_its_group() -> None:
    """Some clients keep the point alone, to unadvise by it."""
    async with Bench() as bench:
        line = await bench.add_group()
        point = await line.point()
        await line.remote.release()
        removed = await bench.server.remove_group(server_group=line.server_handle, force=False)
        assert removed == DaCode.S_INUSE
        await point.invoker.object.release()  # type: ignore[attr-defined]  # a RemoteInterface
        await until(lambda: not bench.session.groups)


async def test_an_unknown_group_is_not_removed() -> None:
    async with Bench() as bench:
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.server.remove_group(server_group=9, force=True)


async def test_a_session_ends_with_the_last_object_of_its_client() -> None:
    """A client may let go of the server before he lets go of his groups, and go on with these."""
    async with Bench() as bench:
        line = await bench.add_group()
        (handle,) = await line.add("Clock")
        sync = await line.proxy(IOPCSyncIOProxy)
        await bench.remote.release()
        await settled()
        assert not bench.session.closed
        assert (await sync.read(source=2, server=[handle])).hresult == Hresult.S_OK
        await line.remote.release()
        await until(lambda: bench.session.closed == 1)
        assert len(bench.da) == 0


async def test_a_client_that_dies_leaves_nothing_behind() -> None:
    """Pings tell, after six minutes; his sinks are not called any more."""
    async with Bench() as bench:
        line = await bench.add_group()
        await line.add("Clock")
        sink = Sink()
        await line.advise(sink)
        await until(lambda: sink.told)
        session = bench.session
        bench.net.unreachable.add("127.0.0.3")
        bench.client.importer.set_pinging(on=False)
        bench.clock.seconds += 1_000
        bench.scm.books.collect()
        await until(lambda: session.closed)
        assert len(bench.da) == 0
        assert session.groups == []
        assert len(bench.exporter.table) == 0
        await until(lambda: not bench.importer.objects)
        bench.net.unreachable.clear()


async def test_a_client_that_dies_in_the_midst_of_a_callback_is_cut_off() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        await line.add("Clock")
        never = asyncio.Event()
        sink = Sink(then=lambda told: never.wait())
        await line.advise(sink)
        await until(lambda: sink.told)
        bench.clock.seconds += 1_000
        bench.scm.books.collect()
        await until(lambda: len(bench.da) == 0)
        await until(lambda: not bench.importer.objects)
        never.set()


async def test_closing_the_exporter_ends_every_session() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        sink = Sink()
        await line.advise(sink)
        await bench.da.aclose()
        assert len(bench.da) == 0
        assert bench.session.closed == 1
        assert sink.gone == 1


async def test_a_service_that_shuts_down_asks_its_clients_to_leave() -> None:
    async with Bench() as bench:
        sinks = Sink(IOPCShutdown.iid), Sink(IOPCShutdown.iid, answer=Hresult.E_FAIL)
        point = await bench.point(bench.remote, IOPCShutdown.iid)
        for sink in sinks:
            await bench.advise(point, sink)
        leaving = bench.session.leaving
        assert leaving is not None
        leaving.set_result("maintenance")
        await until(lambda: all(sink.reasons for sink in sinks))
        assert [sink.reasons for sink in sinks] == 2 * [["maintenance"]]
        await until(lambda: bench.reported)


async def test_a_program_that_ends_asks_all_clients_to_leave() -> None:
    """One that cannot be told does not keep the others from hearing of it."""
    async with Bench() as bench:
        first = Sink(IOPCShutdown.iid)
        await bench.advise(await bench.point(bench.remote, IOPCShutdown.iid), first)
        await bench.connect("127.0.0.4")
        second = Sink(IOPCShutdown.iid)
        await bench.advise(await bench.point(bench.remote, IOPCShutdown.iid), second)
        await bench.da.shut_down("first")
        bench.net.unreachable.add("127.0.0.3")
        with pytest.raises(Exception, match=r"127\.0\.0\.3"):
            await bench.da.shut_down("second")
        assert (first.reasons, second.reasons) == (["first"], ["first", "second"])
        bench.net.unreachable.clear()


async def test_a_shutdown_sink_is_given_back() -> None:
    async with Bench() as bench:
        sink = Sink(IOPCShutdown.iid)
        point = await bench.point(bench.remote, IOPCShutdown.iid)
        await point.unadvise(cookie=await bench.advise(point, sink))
        await until(lambda: sink.gone)
