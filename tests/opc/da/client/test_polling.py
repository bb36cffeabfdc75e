"""Where callbacks do not come: the cache is polled, as slowly as may be, until they come again."""

from __future__ import annotations

import asyncio

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.dcom.interfaces_generated import IConnectionPointContainer
from opcross.errors import Fault, HResultError
from opcross.ndr import Variant, VarType
from opcross.opc.da.client import CallBudget, ClientOptions, NoticeKind
from opcross.opc.da.model import GroupChange
from tests.opc.da.client.bench import bench, group_of, no_way, now, plant, play
from tests.opc.da.client.fake_server import Script
from tests.opc.da.client.test_streams import content, silent


def test_without_a_way_for_callbacks_the_cache_is_polled() -> None:
    async def main() -> None:
        async with bench(callbacks=False) as made:
            group = await group_of(await made.session(), "a", "b", rate=500)
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0, 2: 2.0}
            assert len(made.noticed(NoticeKind.POLLING)) == 1
            assert "no address" in made.noticed(NoticeKind.POLLING)[0]
            made.script.values |= plant(b=5.0)
            assert content((await stream.next()).batch) == {2: 5.0}, "only what has changed"
            asked = made.script.count("cache")
            await silent(stream, 10.0)
            assert made.script.count("cache") - asked == pytest.approx(20, abs=1), "at the update rate"

    play(main())


@pytest.mark.parametrize(
    "error",
    [
        HResultError(Hresult.CONNECT_E_CANNOTCONNECT),
        HResultError(Hresult.E_ACCESSDENIED),
        Fault(5),
        HResultError(Hresult.CONNECT_E_ADVISELIMIT),
    ],
    ids=str,
)
def test_an_advise_that_fails_is_no_end(error: Exception) -> None:
    async def main() -> None:
        async with bench() as made:

            def refuse(result: object) -> object:
                raise error

            made.script.replace["IConnectionPoint.Advise"] = refuse
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0}
            assert "Advise failed" in made.noticed(NoticeKind.POLLING)[0]

    play(main())


def test_an_advise_that_hangs_is_given_up() -> None:
    """A server that cannot reach us, and does not say so, keeps Advise waiting for minutes."""

    async def main() -> None:
        script = Script(plant(a=1.0), delay={"IConnectionPoint.Advise": 300.0})
        async with bench(script, options=ClientOptions(advise_time=7.0)) as made:
            session = await made.session()
            await asyncio.sleep(20)  # the one for IOPCShutdown
            group = await group_of(session, "a")
            began = now()
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0}
            assert now() - began == pytest.approx(7.0, abs=0.5)
            assert made.noticed(NoticeKind.POLLING)
            assert not made.noticed(NoticeKind.LOST), "it answered GetStatus"

    play(main())


def test_a_group_without_connection_points_is_polled() -> None:
    async def main() -> None:
        script = Script(plant(a=1.0), without=frozenset({IConnectionPointContainer.iid}))
        async with bench(script) as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0}
            assert "no connection points" in made.noticed(NoticeKind.POLLING)[0]

    play(main())


def test_a_callback_host_that_cannot_listen_is_no_end() -> None:
    async def main() -> None:
        async with bench() as made:
            made.client._new_callbacks = no_way
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            assert content((await stream.next()).batch) == {1: 1.0}
            assert "port is taken" in made.noticed(NoticeKind.POLLING)[0]

    play(main())


@pytest.mark.parametrize(("rate", "expected"), [(1000, 10.0), (10_000, 30.0)])
def test_callbacks_that_never_come_are_noticed_in_the_stated_time(rate: int, expected: float) -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), callbacks=False)) as made:
            group = await group_of(await made.session(), "a", rate=rate)
            stream = await group.subscribe()
            await stream.next()
            made.script.values |= plant(a=2.0)
            assert content((await stream.next()).batch) == {1: 2.0}
            assert now() == pytest.approx(expected, abs=0.2)
            assert "no callback came" in made.noticed(NoticeKind.POLLING)[0]

    play(main())


def test_silence_is_no_trouble_while_there_is_nothing_to_tell() -> None:
    """The cache of a server whose device is dead holds nothing good either."""

    async def main() -> None:
        async with bench(Script(plant(a=1.0), qualities={"a": 0}, callbacks=False)) as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            await silent(stream, 60)
            assert not made.notices
            assert made.script.count("cache") < 10

    play(main())


def test_an_inactive_group_is_not_expected_to_say_anything() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), callbacks=False)) as made:
            group = await group_of(await made.session(), "a", active=False)
            stream = await group.subscribe()
            await silent(stream, 60)
            assert not made.notices
            assert "cache" not in made.script.asked
            await group.set_state(GroupChange(active=True))
            await stream.next()
            await asyncio.sleep(11)
            assert made.noticed(NoticeKind.POLLING)

    play(main())


def test_polling_stops_when_callbacks_come_again() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0, b=2.0), callbacks=False)) as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            await asyncio.sleep(15)
            assert made.noticed(NoticeKind.POLLING)
            fake = made.script.groups[0]
            made.script.values |= plant(b=7.0)
            await fake.tell(*fake.items)
            assert content((await stream.next()).batch)[2] == 7.0
            assert made.noticed(NoticeKind.CALLBACKS)
            asked = made.script.count("cache")
            await asyncio.sleep(40)
            assert made.script.count("cache") == asked

    play(main())


def test_callbacks_are_asked_for_again_from_time_to_time() -> None:
    async def main() -> None:
        options = ClientOptions(readvise_period=120.0)
        async with bench(options=options) as made:

            def refuse(result: object) -> object:
                raise HResultError(Hresult.CONNECT_E_CANNOTCONNECT)

            made.script.replace["IConnectionPoint.Advise"] = refuse
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            del made.script.replace["IConnectionPoint.Advise"]
            await asyncio.sleep(125)
            assert made.noticed(NoticeKind.CALLBACKS)
            assert made.script.groups[0].point.sink is not None
            await stream.close()
            assert made.script.groups[0].point.sink is None

    play(main())


def test_a_sink_that_the_server_lets_go_of_is_replaced() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            await made.script.groups[0].let_go()
            await asyncio.sleep(2)
            assert "let go of the sink" in made.noticed(NoticeKind.POLLING)[0]
            assert made.noticed(NoticeKind.CALLBACKS), "the new sink was called"
            made.script.values |= plant(a=4.0)
            await made.script.groups[0].tell(*made.script.groups[0].items)
            while content((await stream.next()).batch) != {1: 4.0}:
                pass

    play(main())


def test_a_keep_alive_that_stays_out_is_looked_into() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            await group.set_keep_alive(20_000)
            stream = await group.subscribe()
            await stream.next()
            await asyncio.sleep(55)
            assert not made.notices
            await asyncio.sleep(10)
            assert made.noticed(NoticeKind.POLLING)
            began = now()
            assert (await stream.next()).keep_alive, "polls keep the promise of the server"
            assert now() - began <= 21

    play(main())


def test_polls_keep_to_the_budget_and_cost_nothing_without_a_stream() -> None:
    async def main() -> None:
        budget = CallBudget(items_per_call=2, polls=0.5)
        async with bench(
            Script({f"i{n}": Variant(VarType.I4, n) for n in range(10)}), budget=budget, callbacks=False
        ) as made:
            group = await group_of(await made.session(), *made.script.values, rate=100)
            stream = await group.subscribe()
            batch = (await stream.next()).batch
            assert len(batch) == 10
            asked = made.script.count("cache")
            assert asked == 5, "two items a call"
            await asyncio.sleep(100)
            assert made.script.count("cache") - asked == pytest.approx(50, abs=5)
            await stream.close()
            asked = made.script.count("cache")
            await asyncio.sleep(100)
            assert made.script.count("cache") == asked

    play(main())


def test_a_poll_that_fails_is_told_once_and_tried_less_often() -> None:
    async def main() -> None:
        async with bench(callbacks=False) as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()

            def refuse(result: object) -> object:
                raise HResultError(Hresult.E_FAIL)

            made.script.replace["IOPCSyncIO.Read"] = refuse
            asked = made.script.count("IOPCSyncIO.Read")
            await asyncio.sleep(300)
            assert made.script.count("IOPCSyncIO.Read") - asked < 12
            assert len(made.noticed(NoticeKind.UNREADABLE)) == 1
            del made.script.replace["IOPCSyncIO.Read"]
            made.script.values |= plant(a=9.0)
            assert content((await stream.next()).batch) == {1: 9.0}

    play(main())


def test_activated_items_are_polled_even_if_unchanged() -> None:
    async def main() -> None:
        async with bench(callbacks=False) as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            await group.set_active(np.array([2]), active=False)
            await group.set_active(np.array([2]), active=True)
            assert content((await stream.next()).batch) == {2: 2.0}
            await group.set_active(np.array([1]), active=False)
            made.script.values |= plant(a=8.0)
            await silent(stream, 5.0)

    play(main())


def test_strings_are_compared_too() -> None:
    async def main() -> None:
        script = Script({"s": Variant(VarType.BSTR, "one"), "t": Variant(VarType.BSTR, "same")})
        async with bench(script, callbacks=False) as made:
            group = await group_of(await made.session(), "s", "t")
            stream = await group.subscribe()
            await stream.next()
            script.values["s"] = Variant(VarType.BSTR, "two")
            assert content((await stream.next()).batch) == {1: "two"}

    play(main())


def test_a_group_that_was_heard_and_then_falls_silent_is_compared_with_its_cache() -> None:
    """Callbacks that stop later do so without a word: a firewall was changed, a sink was dropped."""

    async def main() -> None:
        async with bench(options=ClientOptions(doubt_period=45.0)) as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            await stream.next()
            began = now()
            await asyncio.sleep(300)
            assert made.script.count("cache") == pytest.approx(300 / 45, abs=1)
            assert not made.notices, "nothing was different"
            made.script.callbacks = False
            made.script.values |= plant(b=9.0)
            assert content((await stream.next()).batch) == {2: 9.0}
            assert now() - began <= 300 + 45 + 4
            assert made.noticed(NoticeKind.POLLING)

    play(main())


def test_a_callback_that_is_only_late_is_no_reason_to_poll() -> None:
    async def main() -> None:
        async with bench(options=ClientOptions(doubt_period=45.0)) as made:
            group = await group_of(await made.session(), "a", rate=5000)
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            for value in range(20):
                await asyncio.sleep(46)
                made.script.values |= plant(a=float(value))
                await asyncio.sleep(5)
                await fake.tell(*fake.items)
                assert content((await stream.next()).batch) == {1: float(value)}
            assert not made.notices

    play(main())
