"""IOPCServer and IOPCCommon, and how sessions begin."""

from __future__ import annotations

import asyncio

import pytest

from opcross.codes import Hresult
from opcross.dcom.com_class import IID_IUNKNOWN
from opcross.dcom.interfaces_generated import (
    IEnumString,
    IEnumStringProxy,
    IEnumUnknown,
    IEnumUnknownProxy,
)
from opcross.errors import HResultError, TransportLost
from opcross.levels import AuthLevel
from opcross.opc.caller import Caller
from opcross.opc.codes import DaCode
from opcross.opc.common.interfaces_generated import IOPCCommonProxy
from opcross.opc.da.exporter import ExporterOptions, service_caller
from opcross.opc.da.interfaces_generated import (
    OPCENUMSCOPE,
    IOPCGroupStateMgt,
    IOPCGroupStateMgtProxy,
    IOPCItemMgt,
    IOPCServer,
)
from opcross.rpc.call import Caller as RpcCaller
from opcross.rpc.call import Identity
from tests.opc.da.exporter.bench import CLIENT, CLSID, Bench, until


async def test_a_session_is_opened_in_the_name_of_the_caller() -> None:
    async with Bench() as bench:
        assert bench.session.caller == Caller(user="PLANT\\operator", address=CLIENT)


@pytest.mark.parametrize("identity", [None, Identity(anonymous=True)], ids=["none", "anonymous"])
def test_who_logged_on_as_nobody_is_nobody(identity: Identity | None) -> None:
    """Rights are given to users by name; no rule may match the name of the anonymous log-on by chance."""
    caller = RpcCaller("10.0.0.1", level=AuthLevel.CONNECT, identity=identity)
    assert service_caller(caller) == Caller(address="10.0.0.1")


@pytest.mark.parametrize(
    ("error", "name"),
    [(HResultError(Hresult.E_ACCESSDENIED), "E_ACCESSDENIED"), (TransportLost("away"), "E_FAIL")],
)
async def test_a_session_that_does_not_open_fails_the_activation(error: Exception, name: str) -> None:
    async with Bench() as bench:
        bench.service.refusal = error
        with pytest.raises(HResultError, match=name):
            await bench.client.activate(CLSID, [IOPCServer.iid])
        assert len(bench.da) == 1


async def test_an_activation_for_a_strange_interface_leaves_no_session() -> None:
    async with Bench() as bench:
        with pytest.raises(HResultError, match="E_NOINTERFACE"):
            await bench.client.activate(CLSID, [IOPCItemMgt.iid])
        await until(lambda: len(bench.da) == 1)
        assert bench.session.closed == 1


async def test_the_status_is_the_services() -> None:
    """The vendor's name is empty here, and never null: a client reads it without looking."""
    async with Bench() as bench:
        await bench.add_group()
        status = (await bench.server.get_status()).server_status
        assert status is not None
        assert (status.start_time, status.current_time, status.group_count) == (1, 2, 1)
        assert (status.major_version, status.minor_version, status.build_number) == (1, 2, 3)
        assert status.vendor_info == ""


async def test_a_server_has_words_for_codes() -> None:
    async with Bench() as bench:
        common = await bench.on_server(IOPCCommonProxy)
        assert (await bench.server.get_error_string(error=0xC0040007, locale=0)).string == "code c0040007"
        assert (await common.get_error_string(error=1)).string == "code 00000001"


async def test_locale_and_name_belong_to_the_session() -> None:
    async with Bench() as bench:
        common = await bench.on_server(IOPCCommonProxy)
        available = await common.query_available_locale_ids()
        assert available.lcid is not None
        assert available.lcid.tolist() == [0x409, 0]
        assert (await common.get_locale_id()).lcid == 0x409
        assert await common.set_locale_id(lcid=0) == Hresult.S_OK
        assert (await common.get_locale_id()).lcid == 0
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await common.set_locale_id(lcid=0x407)
        await common.set_client_name(name="watcher" * 1000)
        assert bench.session.client_name.startswith("watcher")
        assert len(bench.session.client_name) == 1_024


# -- groups -------------------------------------------------------------------------------------------


async def test_a_group_is_made_as_asked() -> None:
    async with Bench() as bench:
        added = await bench.server.add_group(
            name="Line",
            active=False,
            requested_update_rate=250,
            client_group=5,
            time_bias=-60,
            percent_deadband=2.5,
            lcid=0x409,
            riid=IOPCGroupStateMgt.iid,
        )
        assert (added.revised_update_rate, added.hresult) == (250, Hresult.S_OK)
        state = await IOPCGroupStateMgtProxy(
            bench.client.unmarshal(added.unk).interface(IOPCGroupStateMgt.iid)
        ).get_state()
        assert (state.name, state.active, state.update_rate) == ("Line", False, 250)
        assert (state.client_group, state.server_group) == (5, added.server_group)
        assert (state.time_bias, state.percent_deadband, state.lcid) == (-60, 2.5, 0x409)


async def test_a_revised_rate_is_told() -> None:
    async with Bench() as bench:
        added = await bench.server.add_group(
            name="", active=True, requested_update_rate=1, client_group=0, lcid=0, riid=IID_IUNKNOWN
        )
        assert (added.revised_update_rate, added.hresult) == (100, DaCode.S_UNSUPPORTEDRATE)


@pytest.mark.parametrize("deadband", [-1.0, 100.5, float("nan"), float("inf")])
async def test_a_deadband_is_a_percentage(deadband: float) -> None:
    async with Bench() as bench:
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.add_group(percent_deadband=deadband)
        state = await (await bench.add_group()).proxy(IOPCGroupStateMgtProxy)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await state.set_state(percent_deadband=deadband)


async def test_a_name_is_taken_once() -> None:
    async with Bench() as bench:
        await bench.add_group("Line")
        with pytest.raises(HResultError) as refusal:
            await bench.add_group("Line")
        assert refusal.value.code == DaCode.E_DUPLICATENAME
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.add_group("x" * 5_000)


async def test_groups_are_found_by_name_also_after_they_were_released() -> None:
    async with Bench() as bench:
        line = await bench.add_group("Line")
        await line.remote.release()
        found = await bench.server.get_group_by_name(name="Line", riid=IOPCItemMgt.iid)
        assert bench.client.unmarshal(found.unk).iids == {IOPCItemMgt.iid}
        with pytest.raises(HResultError) as refusal:
            await bench.server.get_group_by_name(name="line", riid=IOPCItemMgt.iid)
        assert refusal.value.code == Hresult.E_INVALIDARG


async def test_groups_are_enumerated_as_objects_and_as_names() -> None:
    async with Bench() as bench:
        for name in ("A", "B", "C"):
            await bench.add_group(name)
        found = await bench.server.create_group_enumerator(
            scope=OPCENUMSCOPE.OPC_ENUM_PRIVATE, riid=IEnumUnknown.iid
        )
        assert found.hresult == Hresult.S_OK
        objects = IEnumUnknownProxy(bench.client.unmarshal(found.unk).interface(IEnumUnknown.iid))
        page = await objects.remote_next(celt=5)
        assert (len(page.elements), page.hresult) == (3, Hresult.S_FALSE)
        first = await bench.proxy(bench.client.unmarshal(page.elements[0]), IOPCGroupStateMgtProxy)
        assert (await first.get_state()).name == "A"
        names = await bench.server.create_group_enumerator(
            scope=OPCENUMSCOPE.OPC_ENUM_ALL, riid=IEnumString.iid
        )
        strings = IEnumStringProxy(bench.client.unmarshal(names.unk).interface(IEnumString.iid))
        assert (await strings.remote_next(celt=3)).elements == ("A", "B", "C")


@pytest.mark.parametrize("scope", [OPCENUMSCOPE.OPC_ENUM_PUBLIC, OPCENUMSCOPE.OPC_ENUM_PUBLIC_CONNECTIONS])
async def test_there_are_no_public_groups(scope: int) -> None:
    """S_FALSE comes with a real enumerator: clients call it before they look at the HRESULT."""
    async with Bench() as bench:
        await bench.add_group()
        found = await bench.server.create_group_enumerator(scope=scope, riid=IEnumUnknown.iid)
        assert found.hresult == Hresult.S_FALSE
        objects = IEnumUnknownProxy(bench.client.unmarshal(found.unk).interface(IEnumUnknown.iid))
        assert (await objects.remote_next(celt=1)).elements == ()


async def test_groups_are_enumerated_in_no_other_way() -> None:
    async with Bench() as bench:
        with pytest.raises(HResultError, match="E_NOINTERFACE"):
            await bench.server.create_group_enumerator(scope=1, riid=IOPCItemMgt.iid)
        with pytest.raises(HResultError, match="E_INVALIDARG"):
            await bench.server.create_group_enumerator(scope=0, riid=IEnumString.iid)


async def test_a_client_has_so_many_groups_and_no_more() -> None:
    async with Bench(options=ExporterOptions(groups=2)) as bench:
        first = await bench.add_group("A")
        await bench.add_group("B")
        with pytest.raises(HResultError, match="E_OUTOFMEMORY"):
            await bench.add_group("C")
        state = await first.proxy(IOPCGroupStateMgtProxy)
        with pytest.raises(HResultError, match="E_OUTOFMEMORY"):
            await state.clone_group(name="C", riid=IID_IUNKNOWN)
        await first.remote.release()
        await bench.server.remove_group(server_group=first.server_handle, force=False)
        await bench.add_group("C")


async def test_two_clients_do_not_meet() -> None:
    """Names and handles are each client's own."""
    async with Bench() as bench:
        first = await bench.add_group("Line")
        server = bench.server
        await bench.connect("127.0.0.4")
        second = await bench.add_group("Line")
        assert first.server_handle == second.server_handle
        assert await server.remove_group(server_group=first.server_handle, force=True) == Hresult.S_OK
        assert (await bench.server.get_group_by_name(name="Line", riid=IID_IUNKNOWN)).hresult == Hresult.S_OK


async def test_a_service_that_is_lost_fails_calls_and_nothing_else() -> None:
    async with Bench() as bench:
        line = await bench.add_group()
        session = bench.session

        async def lost(*args: object) -> None:
            raise TransportLost("the line is cut")

        session.status = lost  # type: ignore[assignment, method-assign]
        with pytest.raises(HResultError, match="E_FAIL"):
            await bench.server.get_status()
        assert [str(error) for error in bench.reported] == ["the line is cut"]
        assert await asyncio.wait_for(line.add("Clock"), 5)
