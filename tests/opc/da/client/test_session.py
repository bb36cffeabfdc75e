"""A session: connecting, status, locales, words, items without a group, and the end of it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.errors import AccessDenied, HResultError, LocalMisuse
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.common.interfaces_generated import IOPCCommon
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import CallBudget, ClientOptions
from opcross.opc.da.model import GroupSettings, ItemDefinition, ServerState
from opcross.opc.quality import Quality
from tests.dcom.plant import CLSID
from tests.opc.da.client.bench import OPERATOR, Bench, bench, group_of, plant, play
from tests.opc.da.client.fake_server import DA_2, DA_3, Script

SPECIFICATIONS = pytest.mark.parametrize(
    "without", [frozenset(), DA_3, DA_2], ids=["both", "2.05a only", "3.0 only"]
)


def values() -> Script:
    return Script(plant(a=1.0, b=2.0, c=3.0))


def test_a_session_asks_for_the_status() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            status = await session.status()
            assert (status.state, status.version, status.vendor) == (ServerState.RUNNING, (1, 2, 3), "a fake")
            assert made.script.servers[0].names == ["bench"], "the caller's program"

    play(main())


def test_a_closed_session_leaves_nothing_at_the_server() -> None:
    """Old servers leak groups that are not removed one by one."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b")
            stream = await group.subscribe()
            await stream.next()
            await session.read(["a"], 0)
            await session.close()
            await session.close()
            with pytest.raises(HResultError, match="E_ABORT"):
                await session.status()
            with pytest.raises(HResultError, match="E_ABORT"):
                await stream.next()
            server = made.script.servers[0]
            assert server.groups == {}
            assert server.gone == 1
            assert len(made.host.exporter.table) == 0

    play(main())


def test_the_interfaces_are_asked_for_once() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            for _ in range(3):
                await session.status()
                await session.organization()
            assert made.host.activations == 1
            assert made.script.count("IOPCBrowseServerAddressSpace.QueryOrganization") == 1

    play(main())


def test_locales_are_chosen_and_refused() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.client.open(OPERATOR, locale=0x407)
            assert await session.locales() == (0x407, 0x409)
            assert await session.locale() == 0x407
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await session.set_locale(0x7F7F)
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await made.client.open(OPERATOR, locale=0x7F7F)
            assert made.script.servers[1].gone == 1, "the session that was not opened is released"

    play(main())


def test_a_server_without_iopccommon_has_no_locales_and_still_has_words() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=frozenset({IOPCCommon.iid}))) as made:
            session = await made.client.open(OPERATOR, locale=0x407)
            assert await session.locales() == ()
            with pytest.raises(HResultError, match="E_NOTIMPL"):
                await session.locale()
            await session.set_client_name("x")
            assert await session.error_text(5) == "server words for 5 in 0"

    play(main())


def test_words_are_the_servers_or_ours() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            assert await session.error_text(0xC0040007) == "words for c0040007"
            assert await session.error_text(0xC0040007, 0x407) == "server words for c0040007 in 407"
            made.script.replace["IOPCCommon.GetErrorString"] = lambda result: type(result)(string=None)
            assert "OPC_E_UNKNOWNITEMID" in await session.error_text(0xC0040007)

    play(main())


@SPECIFICATIONS
def test_items_are_read_and_written_without_a_group(without: frozenset[object]) -> None:
    """A server of 2.05a has no IOPCItemIO: a hidden, inactive group stands in for it."""

    async def main() -> None:
        script = Script(plant(a=1.0, b=2.0), without=without)  # type: ignore[arg-type]  # IIDs
        async with bench(script) as made:
            session = await made.session()
            batch = await session.read(["a", "nothing", "b"], 0)
            assert batch.handles.tolist() == [0, 1, 2]
            assert [row.value.value for row in batch if row.value is not None] == [1.0, None, 2.0]
            assert batch.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID, 0]
            assert batch.qualities.tolist() == [Quality.GOOD, Quality.BAD, Quality.GOOD]
            sent = WriteBatch.of(*[Variant(VarType.R8, value) for value in (7.0, 8.0, 9.0)])
            errors = await session.write(["a", "nothing", "b"], sent)
            assert errors.tolist() == [0, DaCode.E_UNKNOWNITEMID, 0]
            assert script.values["b"].value == 9.0
            results = await session.validate([ItemDefinition(item_id="a"), ItemDefinition(item_id="x")])
            assert results.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID]
            assert results.handles.tolist() == [0, 0]
            assert len(await session.read([], 0)) == len(await session.write([], WriteBatch.of())) == 0
            hidden = [g for server in script.servers for g in server.groups.values() if not g.client]
            assert all(not group.active and not group.items for group in hidden)
            assert len(hidden) <= 1

    play(main())


def test_a_2_05a_server_cannot_write_qualities() -> None:
    async def main() -> None:
        script = Script(plant(a=1.0, b=2.0), without=DA_3)
        async with bench(script) as made:
            session = await made.session()
            two = WriteBatch.of(*[Variant(VarType.R8, 5.0)] * 2).values
            sent = WriteBatch(two, qualities=[192, 0], has_quality=[True, False])
            assert (await session.write(["a", "b"], sent)).tolist() == [DaCode.E_NOTSUPPORTED, 0]
            assert [name for name, *_ in script.written] == ["b"]

    play(main())


def test_qualities_are_written_where_the_server_can() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            one = WriteBatch.of(Variant(VarType.R8, 5.0)).values
            sent = WriteBatch(one, qualities=64, has_quality=True)
            assert (await session.write(["a"], sent)).tolist() == [0]
            assert made.script.written == [("a", Variant(VarType.R8, 5.0), 64)]

    play(main())


async def _write_item(made: Bench) -> None:
    session = await made.session()
    await session.write(["a"], WriteBatch.of(Variant(VarType.R8, 5.0)))


async def _write_in_group(made: Bench) -> None:
    group = await group_of(await made.session(), "a")
    await group.write(np.array([1]), WriteBatch.of(Variant(VarType.R8, 5.0)))


@pytest.mark.parametrize("attempt", [_write_item, _write_in_group])
def test_nothing_is_written_unless_it_was_allowed(attempt: Callable[[Bench], object]) -> None:
    async def main() -> None:
        async with bench(options=ClientOptions()) as made:
            with pytest.raises(AccessDenied, match="allow_write"):
                await attempt(made)  # type: ignore[misc]  # both are coroutines
            assert made.script.written == []

    play(main())


def test_a_read_asks_for_the_ages_it_was_given() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            asked: list[list[int]] = []
            server = made.script.servers[0]
            honest = server.read

            async def read(*, item_ids: tuple[str | None, ...], max_age: np.ndarray) -> object:
                asked.append(max_age.tolist())
                return await honest(item_ids=item_ids, max_age=max_age)

            server.read = read  # type: ignore[method-assign, assignment]  # to listen
            await session.read(["a", "b"], 500)
            await session.read(["a", "b"], [0, 0xFFFFFFFF])
            assert asked == [[500, 500], [0, 0xFFFFFFFF]]

    play(main())


def test_a_shutdown_request_reaches_who_waits_and_the_session_leaves_at_once() -> None:
    async def main() -> None:
        async with bench(budget=CallBudget(hold_off=45.0)) as made:
            session = await made.session()
            await group_of(session, "a")
            waiting = asyncio.ensure_future(session.shutdown())
            await asyncio.sleep(1)
            began = asyncio.get_running_loop().time()
            await made.script.servers[0].ask_to_leave("maintenance")
            assert await waiting == "maintenance"
            await asyncio.sleep(1)
            assert made.script.servers[0].groups == {}
            assert made.script.servers[0].gone == 1
            assert await session.shutdown() == "maintenance", "for as long as it stays away"
            while made.host.activations < 2:  # noqa: ASYNC110  (the clock is virtual)
                await asyncio.sleep(0.5)
            assert asyncio.get_running_loop().time() - began >= 45.0

    play(main())


def test_waiting_for_a_shutdown_may_be_given_up_and_ends_with_the_session() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(session.shutdown(), 5)
            waiting = asyncio.ensure_future(session.shutdown())
            await asyncio.sleep(1)
            await session.close()
            with pytest.raises(HResultError, match="E_ABORT"):
                await waiting

    play(main())


def test_a_reason_without_end_is_cut() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            waiting = asyncio.ensure_future(session.shutdown())
            await asyncio.sleep(1)
            await made.script.servers[0].ask_to_leave("x" * 100_000)
            assert len(await waiting) == 1_024

    play(main())


def test_sessions_have_servers_of_their_own() -> None:
    async def main() -> None:
        async with bench() as made:
            one, other = await made.session(), await made.session()
            await one.set_locale(0x407)
            assert await other.locale() == 0x409
            await one.add_group(GroupSettings(name="same"))
            await other.add_group(GroupSettings(name="same"))
            with pytest.raises(HResultError) as caught:
                await one.add_group(GroupSettings(name="same"))
            assert caught.value.code == DaCode.E_DUPLICATENAME
            await one.close()
            assert (await other.status()).group_count == 1

    play(main())


def test_the_activation_that_fails_is_told() -> None:
    async def main() -> None:
        async with bench() as made:
            made.host.scm.activator.unregister(CLSID)
            with pytest.raises(HResultError) as caught:
                await made.session()
            assert caught.value.code == Hresult.REGDB_E_CLASSNOTREG

    play(main())


def test_a_budget_in_which_nothing_may_be_done_is_refused() -> None:
    for bad in ({"concurrent_calls": 0}, {"browse_calls": 0.0}, {"hold_off": -1.0}):
        with pytest.raises(LocalMisuse):
            CallBudget(**bad)
