"""Sessions of the simulated server: who is there, how they end, and how much one of them may ask for."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from opcross.codes import Hresult
from opcross.errors import LocalMisuse
from opcross.opc.caller import NOBODY, Caller
from opcross.opc.codes import DaCode
from opcross.opc.da.model import GroupSettings, ItemDefinition, ServerState
from opcross_simulators.servers.da import DaServerSettings
from tests.simulators.servers.da.bench import Bench, add, refusal, virtual


@virtual
async def test_clients_are_known_by_the_names_that_they_give() -> None:
    async with Bench() as bench:
        await bench.service.open(Caller(user="PLANT\\anna", application="Trend"))
        operator = await bench.service.open(Caller(user="PLANT\\otto"))
        assert bench.service.clients()[1:] == ("Trend", "PLANT\\otto")
        await operator.set_client_name("Panel" + "x" * 5_000)
        assert bench.service.clients()[2].startswith("Panel")
        assert len(bench.service.clients()[2]) == 1_024
        await operator.close()
        await operator.close()
        assert len(bench.service.sessions) == 2


@virtual
async def test_every_client_is_asked_to_leave_and_those_that_come_later_too() -> None:
    async with Bench() as bench:
        second = await bench.service.open(NOBODY)
        waiting = [asyncio.ensure_future(each.shutdown()) for each in (bench.session, second, second)]
        await asyncio.sleep(60)
        assert not any(each.done() for each in waiting)
        bench.service.shutdown("maintenance")
        assert await asyncio.gather(*waiting) == ["maintenance"] * 3
        assert await (await bench.service.open(NOBODY)).shutdown() == "maintenance"


@virtual
async def test_waiting_for_a_shutdown_ends_with_the_session() -> None:
    async with Bench() as bench:
        waiting = asyncio.ensure_future(refusal(bench.session.shutdown()))
        await asyncio.sleep(1)
        await bench.session.close()
        assert await waiting == Hresult.E_ABORT
        assert await refusal(bench.session.shutdown()) == Hresult.E_ABORT


@virtual
async def test_a_closed_session_and_its_groups_take_no_calls() -> None:
    async with Bench() as bench:
        group, handles = await bench.group("Level")
        await bench.session.close()
        calls = [bench.session.status(), bench.session.read(["Level"], 0), group.read(handles), group.state()]
        for call in calls:
            assert await refusal(call) == Hresult.E_FAIL
        await group.remove()


@virtual
async def test_the_status_is_what_the_settings_say() -> None:
    settings = DaServerSettings(vendor="Somebody", version=(1, 2, 3), state=ServerState.TEST)
    async with Bench(settings) as bench:
        await bench.group()
        await asyncio.sleep(10)
        status = await bench.session.status()
        assert (status.vendor, status.version, status.state) == ("Somebody", (1, 2, 3), ServerState.TEST)
        assert status.current_time - status.start_time == 100_000_000
        assert status.group_count == 1


@pytest.mark.parametrize(
    "settings",
    [{"base_rate": 0}, {"base_rate": 100, "longest_rate": 50}, {"locales": ()}],
    ids=str,
)
def test_settings_of_no_server_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(LocalMisuse):
        DaServerSettings(**settings)


@virtual
async def test_a_locale_that_is_not_spoken_is_refused() -> None:
    async with Bench(DaServerSettings(locales=(0x409, 0x407))) as bench:
        assert await bench.session.locale() == 0x409
        assert await refusal(bench.session.set_locale(0x411)) == Hresult.E_INVALIDARG
        assert await refusal(bench.service.open(NOBODY, locale=0x411)) == Hresult.E_INVALIDARG
        german = await bench.service.open(NOBODY, locale=0x407)
        assert await german.locale() == 0x407
        assert "OPC_E_BADRIGHTS" in await german.error_text(DaCode.E_BADRIGHTS, 0x411)
        assert await german.error_text(0xDEADBEEF)


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ("sessions", Hresult.E_OUTOFMEMORY),
        ("groups_per_session", Hresult.E_OUTOFMEMORY),
        ("items_per_group", Hresult.E_OUTOFMEMORY),
        ("items_per_session", Hresult.E_OUTOFMEMORY),
        ("streams_per_group", Hresult.E_OUTOFMEMORY),
        ("items_per_call", Hresult.E_INVALIDARG),
        ("longest_name", Hresult.E_INVALIDARG),
    ],
)
def test_one_more_than_the_limit_is_refused(limit: str, code: int) -> None:
    """Whatever a client can ask for more and more of."""

    @virtual
    async def play() -> None:
        settings: dict[str, Any] = {limit: 2}
        async with Bench(DaServerSettings(**settings)) as bench:
            session, service = bench.session, bench.service
            group = await session.add_group(GroupSettings(name="A"))
            if limit == "sessions":
                await service.open(NOBODY)
                assert await refusal(service.open(NOBODY)) == code
                await service.sessions[1].close()
                await service.open(NOBODY)
            elif limit == "groups_per_session":
                await group.clone("B")
                assert await refusal(group.clone("C")) == code
                assert await refusal(session.add_group(GroupSettings())) == code
            elif limit == "items_per_group":
                await add(group, "Level", "Level")
                assert await refusal(group.add_items([ItemDefinition(item_id="Level")])) == code
                assert len(await group.items()) == 2
            elif limit == "items_per_session":
                await add(group, "Level")
                other = await group.clone("B")
                assert await refusal(other.add_items([ItemDefinition(item_id="Level")])) == code
                assert await refusal(group.clone("C")) == code
                await group.remove()
                await add(other, "Level")
            elif limit == "streams_per_group":
                streams = [await group.subscribe() for _ in range(2)]
                assert await refusal(group.subscribe()) == code
                await streams[0].close()
                await group.subscribe()
            elif limit == "items_per_call":
                three = ["Level"] * 3
                assert await refusal(session.read(three, 0)) == code
                assert await refusal(session.properties(three)) == code
                assert await refusal(session.validate([ItemDefinition(item_id="Level")] * 3)) == code
                assert await refusal(group.add_items([ItemDefinition(item_id="Level")] * 3)) == code
            else:
                assert await refusal(session.add_group(GroupSettings(name="ABC"))) == code
                assert await refusal(group.set_name("ABC")) == code
                assert await refusal(group.clone("ABC")) == code

    play()
