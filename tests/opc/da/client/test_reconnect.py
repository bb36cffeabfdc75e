"""Losing the server, noticing it, and coming back whole: on a virtual clock."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import numpy as np
import pytest

from opcross.codes import Hresult, RpcStatus
from opcross.errors import Fault, HResultError, LocalMisuse, LogonFailed, TimedOut, TransportLost
from opcross.ndr import Variant, VarType
from opcross.opc.caller import Caller
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import ORPHAN_WINDOW, CallBudget, ClientOptions, NoticeKind, ReconnectPolicy
from opcross.opc.da.client.connection import gone
from opcross.opc.da.client.reconnect import HoldOff
from opcross.opc.da.client.stream import ClientStream
from opcross.opc.da.model import GroupChange, GroupSettings, ItemDefinition
from opcross.opc.quality import Quality
from tests.dcom.entropy import seeded
from tests.opc.da.client.bench import Bench, bench, group_of, now, plant, play
from tests.opc.da.client.fake_server import DA_3, Script
from tests.opc.da.client.test_streams import content, silent

PATIENT = ReconnectPolicy(first=4.0, longest=4.0)


async def drained(stream: ClientStream) -> None:
    """Pull until an error ends it."""
    while True:
        await stream.next()


async def back(made: Bench, times: int = 1) -> float:
    """When the session is back."""
    while len(made.noticed(NoticeKind.BACK)) < times:  # noqa: ASYNC110  (the clock is virtual)
        await asyncio.sleep(0.1)
    return now()


def test_a_server_that_dies_turns_streams_bad_once_and_then_comes_back() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b")
            stream = await group.subscribe()
            await stream.next()
            made.script.values |= plant(a=5.0)
            await made.host.restart()
            died = now()
            batch = (await stream.next()).batch
            assert now() - died <= 20.0, "watch_period and status_time"
            assert content(batch) == {1: 1.0, 2: 2.0}, "the last values"
            assert batch.qualities.tolist() == [Quality.COMM_FAILURE] * 2
            with pytest.raises(TransportLost):
                await session.read(["a"], 0)
            with pytest.raises(TransportLost):
                await group.read(np.array([1]), 0)
            batch = (await stream.next()).batch
            assert content(batch) == {1: 5.0, 2: 2.0}, "all items, changed or not"
            assert batch.qualities.tolist() == [Quality.GOOD] * 2
            assert (await group.read(np.array([2, 1]), 0)).handles.tolist() == [2, 1]
            assert (await session.status()).vendor == "a fake"
            assert [notice.kind for notice in made.notices] == [NoticeKind.LOST, NoticeKind.BACK]

    play(main())


def test_a_call_that_finds_the_server_gone_need_not_wait_for_the_watch() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            await stream.next()
            made.cut()
            began = now()
            with pytest.raises(TransportLost):
                await group.read(np.array([1]), 0)
            assert (await stream.next()).batch.qualities.tolist() == [Quality.COMM_FAILURE]
            assert now() == began
            with pytest.raises(TransportLost, match="tries to come back"):
                await group.subscribe()
            made.join()
            await back(made)

    play(main())


@pytest.mark.parametrize("delayed", ["IOPCServer.GetStatus", "both"])
def test_a_server_that_falls_silent_is_noticed_in_the_stated_time(delayed: str) -> None:
    """A cable that is cut brings no error: calls are just not answered."""

    async def main() -> None:
        options = ClientOptions(watch_period=10.0, status_time=8.0, call_time=25.0)
        async with bench(options=options) as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            await stream.next()
            made.script.delay["IOPCServer.GetStatus"] = 1000.0
            reading = None
            if delayed == "both":
                made.script.delay["IOPCSyncIO.Read"] = 1000.0
                reading = asyncio.ensure_future(group.read(np.array([1]), 0))
            began = now()
            assert (await stream.next()).batch.qualities.tolist() == [Quality.COMM_FAILURE]
            assert now() - began <= (18.1 if reading is None else 33.1)
            if reading is not None:
                with pytest.raises(TimedOut):
                    await reading
            made.script.delay.clear()
            await back(made)

    play(main())


def test_a_slow_call_alone_does_not_end_the_connection() -> None:
    async def main() -> None:
        async with bench(options=ClientOptions(call_time=20.0)) as made:
            session = await made.session()
            made.script.delay["IOPCItemIO.Read"] = 60.0
            with pytest.raises(TimedOut):
                await session.read(["a"], 0)
            await asyncio.sleep(1)
            assert (await session.status()).vendor == "a fake"
            assert not made.notices

    play(main())


def test_everything_of_a_group_comes_back() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.client.open(Caller(application="conformance"), locale=0x407)
            group = await session.add_group(
                GroupSettings(name="mine", update_rate=250, client=42, time_bias=60, deadband=2.5)
            )
            await group.add_items(
                [
                    ItemDefinition(item_id="a", client=7, access_path="wire", requested_type=8),
                    ItemDefinition(item_id="b", client=8, active=False),
                    ItemDefinition(item_id="c", client=9),
                ]
            )
            await group.remove_items(np.array([3]))
            await group.set_types(np.array([2]), np.array([4]))
            await group.set_deadbands(np.array([1]), np.array([12.5]))
            await group.set_sampling(np.array([1]), np.array([100]))
            await group.set_buffering(np.array([1]), np.array([True]))
            await group.set_keep_alive(7000)
            await group.set_state(GroupChange(update_rate=750, deadband=5.0))
            idle = await session.add_group(GroupSettings(name="idle", active=False))
            await made.host.restart()
            await back(made)
            server = made.script.servers[1]
            assert server.locale == 0x407
            assert server.names == ["conformance"]
            again = {g.name: g for g in server.groups.values()}
            assert set(again) == {"mine", "idle"}
            mine = again["mine"]
            assert (mine.active, mine.rate, mine.deadband, mine.keep_alive) == (True, 750, 5.0, 7000)
            assert not again["idle"].active
            assert [(i.item_id, i.access_path, i.active, i.requested) for i in mine.items.values()] == [
                ("a", "wire", True, 8),
                ("b", "", False, 4),
            ]
            first = next(iter(mine.items))
            assert (mine.deadbands, mine.rates, mine.buffered) == (
                {first: 12.5},
                {first: 100},
                {first: True},
            )
            state = await group.state()
            assert (state.client, state.keep_alive) == (42, 7000)
            assert [item.client for item in await group.items()] == [7, 8]
            assert (await group.deadbands(np.array([1])))[0].tolist() == [12.5]
            assert (await idle.state()).name == "idle"

    play(main())


def test_handles_stay_what_they_were() -> None:
    """Server handles change with every server object; the consumer never sees them."""

    async def main() -> None:
        async with bench(Script(plant(a=1.0, b=2.0), without=DA_3)) as made:
            session = await made.session()
            group = await group_of(session, "a")
            results = await group.add_items([ItemDefinition(item_id="b", client=5)])
            await made.host.restart()
            made.script.moved = 0x100
            with pytest.raises(TransportLost):
                await session.status()
            await back(made)
            assert min(made.script.groups[-1].items) > 0x100 * 0x1000
            assert content(await group.read(results.handles, 0)) == {5: 2.0}
            assert (await group.remove_items(results.handles)).tolist() == [0]
            assert [item.client for item in await group.items()] == [1]

    play(main())


def test_items_that_the_new_server_refuses_are_told_of_and_tried_again() -> None:
    """A server that has just started may not know all of its items yet."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b")
            stream = await group.subscribe()
            await stream.next()
            missing = made.script.values.pop("b")
            await made.host.restart()
            await stream.next()
            seen: dict[int, tuple[int, int]] = {}
            while 1 not in seen or seen[1][0] != Quality.GOOD:
                batch = (await stream.next()).batch
                seen |= {row.handle: (row.quality, row.error) for row in batch}
            assert seen[2] == (Quality.CONFIG_ERROR, DaCode.E_UNKNOWNITEMID)
            assert "1 items were refused" in made.noticed(NoticeKind.CHANGED)[0]
            assert (await group.read(np.array([2, 1]), 0)).errors.tolist() == [DaCode.E_UNKNOWNITEMID, 0]
            made.script.values["b"] = missing
            assert content((await stream.next()).batch) == {2: 2.0}
            assert (await group.read(np.array([2]), 0)).errors.tolist() == [0]

    play(main())


def test_a_group_that_the_new_server_refuses_does_not_keep_the_others_away() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            one, other = await group_of(session, "a", name="one"), await group_of(session, "b", name="two")

            def refuse(result: object) -> object:
                if made.script.count("IOPCServer.AddGroup") == 3:
                    raise HResultError(Hresult.E_OUTOFMEMORY)
                return result

            made.script.replace["IOPCServer.AddGroup"] = refuse
            await made.host.restart()
            await back(made)
            assert (await other.state()).name == "two"
            with pytest.raises(TransportLost):
                await one.state()
            assert "did not come back" in made.noticed(NoticeKind.CHANGED)[0]
            await asyncio.sleep(80)
            assert (await one.state()).active

    play(main())


def test_a_name_that_is_still_taken_is_given_up() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", name="taken")

            def refuse(result: object) -> object:
                if made.script.count("IOPCServer.AddGroup") == 2:
                    raise HResultError(DaCode.E_DUPLICATENAME)
                return result

            made.script.replace["IOPCServer.AddGroup"] = refuse
            await made.host.restart()
            await back(made)
            assert (await group.state()).name.startswith("Group")
            assert "is called" in made.noticed(NoticeKind.CHANGED)[0]

    play(main())


def test_activations_are_counted_over_the_orphan_window() -> None:
    """A server that dies whenever it is used must not be started over and over."""

    async def main() -> None:
        budget = CallBudget(activations=4)
        async with bench(budget=budget, options=ClientOptions(watch_period=1.0)) as made:
            session = await made.session()
            await group_of(session, "a")

            def die(result: object) -> object:
                raise Fault(Hresult.RPC_E_DISCONNECTED)

            made.script.replace["IOPCItemMgt.AddItems"] = die
            made.script.replace["IOPCServer.GetStatus"] = die
            began = now()
            times = []
            known = made.host.activations
            while now() - began < 2 * ORPHAN_WINDOW + 10:
                await asyncio.sleep(0.5)
                if made.host.activations > known:
                    known = made.host.activations
                    times.append(now())
            moments = [began, *times]
            for index in range(len(moments) - 4):
                assert moments[index + 4] - moments[index] >= ORPHAN_WINDOW - 2
            assert 5 <= len(moments) <= 12
            made.script.replace.clear()
            await back(made)

    play(main())


def test_a_host_that_is_not_there_is_knocked_at_and_not_activated() -> None:
    """Attempts that reach nobody count for nothing: the session is back soon after the host is."""

    async def main() -> None:
        async with bench(budget=CallBudget(activations=2)) as made:
            session = await made.session()
            made.cut()
            with pytest.raises(TransportLost):
                await session.status()
            await asyncio.sleep(3600)
            assert made.host.activations == 1
            assert len(made.noticed(NoticeKind.RETRYING)) < 140, "further and further apart"
            made.join()
            began = now()
            await back(made)
            assert now() - began <= 61

    play(main())


def test_what_the_lost_connection_held_is_given_back_where_the_server_lives() -> None:
    """After a cut cable the old objects are still there, kept for six minutes: no need to."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            await group_of(session, "a")
            made.cut()
            with pytest.raises(TransportLost):
                await session.status()
            await asyncio.sleep(30)
            assert made.script.servers[0].gone == 0
            made.join()
            await back(made)
            assert made.script.servers[0].gone == 1
            assert made.script.servers[1].gone == 0

    play(main())


def test_a_refused_log_on_is_not_repeated_soon() -> None:
    """Accounts lock after a few of them."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            made.cut()
            with pytest.raises(TransportLost):
                await session.status()
            attempts: list[float] = []
            honest = made.client._new_dcom

            def new_dcom() -> object:
                dcom = honest()

                async def activate(*args: object, **options: object) -> object:
                    attempts.append(now())
                    raise LogonFailed

                dcom.activate = activate  # type: ignore[method-assign, assignment]  # a wrong password
                return dcom

            for one in made.client._sessions:
                one._new_dcom = new_dcom  # type: ignore[assignment]
            made.join()
            await asyncio.sleep(1500)
            assert len(attempts) <= 5
            assert min(b - a for a, b in pairwise(attempts)) >= 360

    play(main())


def test_without_reconnecting_the_end_is_the_end() -> None:
    async def main() -> None:
        async with bench(options=ClientOptions(reconnect=None)) as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            await stream.next()
            await made.host.restart()
            assert (await stream.next()).batch.qualities.tolist() == [Quality.COMM_FAILURE]
            with pytest.raises(TransportLost, match="for good"):
                await stream.next()
            with pytest.raises(TransportLost, match="does not come back"):
                await session.status()
            await asyncio.sleep(600)
            assert made.host.activations == 1
            await session.close()

    play(main())


def test_a_session_may_be_closed_while_it_is_away() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            made.cut()
            await asyncio.sleep(30)
            await session.close()
            with pytest.raises(HResultError, match="E_ABORT"):
                await stream.next()
            made.join()
            await asyncio.sleep(600)
            assert made.host.activations == 1
            assert len(asyncio.all_tasks()) < 6, "of the host and this test"

    play(main())


def test_a_group_that_was_removed_while_away_does_not_come_back() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group, other = await group_of(session, "a", name="one"), await group_of(session, "b", name="two")
            made.cut()
            await asyncio.sleep(30)
            await group.remove()
            made.join()
            await back(made)
            assert [g.name for g in made.script.servers[1].groups.values()] == ["two"]
            assert (await other.state()).name == "two"

    play(main())


def test_losing_the_server_again_while_coming_back_is_no_end() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b")
            stream = await group.subscribe()
            await stream.next()
            fatal = [2, 3]

            def die(result: object) -> object:
                if made.script.count("IOPCItemMgt.AddItems") in fatal:
                    raise Fault(Hresult.RPC_E_DISCONNECTED)
                return result

            made.script.replace["IOPCItemMgt.AddItems"] = die
            await made.host.restart()
            await back(made)
            assert len(made.noticed(NoticeKind.RETRYING)) == 2
            assert made.host.activations == 4
            seen: dict[int, int] = {}
            while set(seen.values()) != {Quality.GOOD}:
                seen |= {row.handle: row.quality for row in (await stream.next()).batch}
            await silent(stream, 9.0)

    play(main())


def test_a_write_that_was_under_way_is_not_repeated() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            made.script.delay["IOPCItemIO.WriteVQT"] = 5.0
            writing = asyncio.ensure_future(session.write(["a"], WriteBatch.of(Variant(VarType.R8, 3.0))))
            await asyncio.sleep(1)
            for one in made.client._sessions:
                connection = one._connection
                assert connection is not None
                connection.fail(TransportLost("the cable was cut"))
            with pytest.raises(TransportLost):
                await writing
            await back(made)
            await asyncio.sleep(60)
            assert made.script.count("IOPCItemIO.WriteVQT") == 1

    play(main())


def test_two_sessions_lose_and_find_the_server_apart() -> None:
    async def main() -> None:
        async with bench(budget=CallBudget()) as made:
            one, other = await made.session(), await made.session()
            groups = [await group_of(one, "a"), await group_of(other, "b")]
            streams = [await group.subscribe() for group in groups]
            for stream in streams:
                await stream.next()
            await made.host.restart()
            await back(made, 2)
            for stream, values in zip(streams, ({1: 1.0}, {1: 2.0}), strict=True):
                batch = (await stream.next()).batch
                while batch.qualities.tolist() != [Quality.GOOD]:
                    batch = (await stream.next()).batch
                assert content(batch) == values

    play(main())


# -- the rules alone


def test_delays_double_up_to_the_longest_and_vary() -> None:
    policy = ReconnectPolicy(first=1.0, longest=60.0)
    entropy = seeded("delays")
    for attempt in range(100):
        whole = min(60.0, 2.0**attempt)
        assert whole / 2 <= policy.delay(attempt, entropy) <= whole
    assert policy.delay(3, lambda size: bytes(size)) == 8.0
    assert policy.delay(3, lambda size: b"\xff" * size) == pytest.approx(4.0)
    with pytest.raises(LocalMisuse):
        ReconnectPolicy(first=0.0)


def test_the_hold_off_opens_when_the_oldest_activation_is_old_enough() -> None:
    hold_off = HoldOff(2, 360.0)
    assert hold_off.wait(0.0) == 0.0
    hold_off.count(0.0)
    hold_off.count(100.0)
    assert hold_off.wait(100.0) == 260.0
    assert hold_off.wait(360.0) == 0.0
    hold_off.count(360.0)
    assert hold_off.wait(360.0) == 100.0


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TransportLost("x"), True),
        (TimedOut("x"), False),
        (Fault(Hresult.RPC_E_DISCONNECTED), True),
        (Fault(RpcStatus.OR_INVALID_OXID), True),
        (HResultError(Hresult.OR_INVALID_OXID), True),
        (HResultError(0x80010007), True),
        (Fault(RpcStatus.ACCESS_DENIED), False),
        (HResultError(DaCode.E_BADRIGHTS), False),
        (LogonFailed(), False),
    ],
    ids=str,
)
def test_errors_that_mean_that_the_server_is_gone(error: TransportLost, expected: bool) -> None:
    assert gone(error) is expected


def test_a_group_that_the_server_drops_alone_is_made_again() -> None:
    """RPC_E_DISCONNECTED of one object does not mean that the server is gone."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group, other = await group_of(session, "a", name="one"), await group_of(session, "b", name="two")
            stream, quiet = await group.subscribe(), await other.subscribe()
            await stream.next()
            await quiet.next()
            fake = made.script.groups[0]
            made.host.exporter.disconnect(fake)
            with pytest.raises(TransportLost, match="object is gone"):
                await group.read(np.array([1]), 0)
            assert (await stream.next()).batch.qualities.tolist() == [Quality.COMM_FAILURE]
            assert (await stream.next()).batch.qualities.tolist() == [Quality.GOOD]
            assert content(await group.read(np.array([1]), 0)) == {1: 1.0}
            assert made.host.activations == 1
            await silent(quiet, 5.0)
            assert [g.name for g in made.script.groups] == ["two", "one"]
            assert made.noticed(NoticeKind.LOST) == ["the server has dropped the group"]

    play(main())


def test_a_hidden_group_that_the_server_drops_is_made_again() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=DA_3)) as made:
            session = await made.session()
            await session.read(["a"], 0)
            (hidden,) = made.script.servers[0].groups.values()
            made.host.exporter.disconnect(hidden)
            with pytest.raises(TransportLost):
                await session.read(["a"], 0)
            assert content(await session.read(["a"], 0)) == {0: 1.0}
            assert made.host.activations == 1

    play(main())


def test_a_call_on_a_group_that_is_being_removed_does_no_harm() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            made.script.delay["IOPCServer.RemoveGroup"] = 1.0
            removing = asyncio.ensure_future(group.remove())
            await asyncio.sleep(0)
            with pytest.raises((HResultError, TransportLost)):
                await group.read(np.array([1]), 0)
            await removing
            assert (await session.status()).vendor == "a fake"
            assert not made.notices

    play(main())


@pytest.mark.parametrize("moment", [n * 0.7 for n in range(40)])
def test_a_session_may_be_closed_at_any_moment_of_its_return(moment: float) -> None:
    """Whatever was under way then, nothing of it stays: no task, no object, no group in the budget."""

    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            groups = [await group_of(session, "a", "b", name=name) for name in ("one", "two")]
            streams = [await group.subscribe() for group in groups]
            for stream in streams:
                await stream.next()
            await asyncio.sleep(1)
            before = len(asyncio.all_tasks())
            made.script.delay |= dict.fromkeys(
                ("IOPCServer.AddGroup", "IOPCItemMgt.AddItems", "IConnectionPoint.Advise"), 1.5
            )
            await made.host.restart()
            await asyncio.sleep(moment)
            await session.close()
            for stream in streams:
                with pytest.raises(HResultError, match="E_ABORT"):
                    await drained(stream)
            await asyncio.sleep(400)
            assert made.client._services.budget.groups == 0
            assert len(made.host.exporter.table) == 0
            assert len(asyncio.all_tasks()) < before

    play(main())
