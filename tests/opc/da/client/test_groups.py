"""Groups: items, states and values, with servers of either specification."""

from __future__ import annotations

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.errors import HResultError, TimedOut
from opcross.ndr import Variant, VarType
from opcross.opc.codes import DaCode
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import ClientOptions
from opcross.opc.da.model import ALWAYS_CACHE, GroupChange, GroupSettings, ItemDefinition
from opcross.opc.quality import Quality
from tests.opc.da.client.bench import bench, group_of, now, plant, play
from tests.opc.da.client.fake_server import DA_3, Script
from tests.opc.da.client.test_streams import content

FOREIGN = 999


def test_items_get_handles_of_the_client() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await (await made.session()).add_group(GroupSettings())
            results = await group.add_items(
                [ItemDefinition(item_id=item, client=9) for item in ("a", "nothing", "b", "a")]
            )
            assert results.errors.tolist() == [0, DaCode.E_UNKNOWNITEMID, 0, 0]
            assert results.types.tolist() == [VarType.R8, 0, VarType.R8, VarType.R8]
            assert results.handles[1] == 0
            assert len(set(results.handles.tolist())) == 4
            assert [item.server for item in await group.items()] == results.handles[[0, 2, 3]].tolist()
            again = await group.add_items([ItemDefinition(item_id="c")])
            assert again.handles[0] > results.handles.max(), "handles are never used twice"

    play(main())


def test_an_unknown_handle_fails_alone() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            three = np.array([2, FOREIGN, 1])
            bad = int(DaCode.E_INVALIDHANDLE)
            batch = await group.read(three, 0)
            assert batch.errors.tolist() == [0, bad, 0]
            assert batch.handles.tolist() == [2, 0, 1]
            assert batch.qualities.tolist() == [Quality.GOOD, Quality.BAD, Quality.GOOD]
            assert batch.values[1] == Variant(VarType.EMPTY)
            sent = WriteBatch.of(*[Variant(VarType.R8, float(n)) for n in range(3)])
            assert (await group.write(three, sent)).tolist() == [0, bad, 0]
            assert made.script.values["a"].value == 2.0
            assert (await group.set_active(three, active=False)).tolist() == [0, bad, 0]
            assert (await group.set_clients(three, three)).tolist() == [0, bad, 0]
            assert (await group.set_types(three, np.array([8, 8, 8]))).tolist() == [0, bad, 0]
            assert (await group.set_deadbands(three, np.ones(3))).tolist() == [0, bad, 0]
            assert (await group.deadbands(three))[1].tolist() == [0, bad, 0]
            assert (await group.clear_deadbands(three)).tolist() == [0, bad, 0]
            assert (await group.set_sampling(three, three)).errors.tolist() == [0, bad, 0]
            assert (await group.sampling(three)).rates.tolist() == [2, 0, 1]
            assert (await group.clear_sampling(three)).tolist() == [0, bad, 0]
            assert (await group.set_buffering(three, np.ones(3))).tolist() == [0, bad, 0]
            assert (await group.buffering(three))[0].tolist() == [True, False, True]
            assert (await group.remove_items(three)).tolist() == [0, bad, 0]
            assert await group.items() == ()

    play(main())


def test_a_handle_may_be_asked_for_twice() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            batch = await group.read(np.array([2, 1, 2, 2]), 0)
            assert batch.handles.tolist() == [2, 1, 2, 2]

    play(main())


def test_the_cache_says_nothing_of_inactive_items() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            await group.set_active(np.array([2]), active=False)
            batch = await group.read(np.array([1, 2]))
            assert batch.qualities.tolist() == [Quality.GOOD, Quality.OUT_OF_SERVICE]
            assert made.script.asked[-1] == "cache"

    play(main())


@pytest.mark.parametrize(
    ("age", "expected"),
    [(None, "cache"), (0, "device"), (999, "device"), (1000, "cache"), (ALWAYS_CACHE, "cache")],
)
def test_ages_choose_a_source_at_a_2_05a_server(age: int | None, expected: str) -> None:
    """What is in the cache is at most as old as the update rate."""

    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=DA_3)) as made:
            group = await group_of(await made.session(), "a", rate=1000)
            await group.read(np.array([1]), age)
            assert [word for word in made.script.asked if word in ("cache", "device")] == [expected]

    play(main())


def test_ages_of_inactive_items_mean_the_device_at_a_2_05a_server() -> None:
    """ReadMaxAge does not look at states; a cache that is not kept up is of no use."""

    async def main() -> None:
        async with bench(Script(plant(a=1.0, b=2.0), without=DA_3)) as made:
            group = await group_of(await made.session(), "a", "b")
            await group.set_active(np.array([2]), active=False)
            batch = await group.read(np.array([2, 1]), 60_000)
            assert content(batch) == {1: 1.0, 2: 2.0}
            assert batch.handles.tolist() == [2, 1]
            assert batch.qualities.tolist() == [Quality.GOOD] * 2
            assert [word for word in made.script.asked if word in ("cache", "device")] == ["cache", "device"]

    play(main())


def test_ages_go_to_the_server_that_knows_them() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            await group.read(np.array([1, 2]), np.array([500, ALWAYS_CACHE]))
            assert made.script.count("IOPCSyncIO2.ReadMaxAge") == 1
            await group.read(np.array([1, 2]), 0)
            assert made.script.asked[-1] == "device", "plain as it is, the old method does it"

    play(main())


def test_qualities_are_written_by_the_newer_interface_only() -> None:
    async def main() -> None:
        for script, expected in (
            (Script(plant(a=1.0, b=2.0)), [0, 0]),
            (Script(plant(a=1.0, b=2.0), without=DA_3), [DaCode.E_NOTSUPPORTED, 0]),
        ):
            async with bench(script) as made:
                group = await group_of(await made.session(), "a", "b")
                two = WriteBatch.of(*[Variant(VarType.R8, 5.0)] * 2).values
                sent = WriteBatch(two, qualities=64, has_quality=[True, False])
                assert (await group.write(np.array([1, 2]), sent)).tolist() == expected
                assert script.written[-1] == ("b", Variant(VarType.R8, 5.0), None)

    play(main())


def test_refresh_gives_all_active_items() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b", "c")
            await group.set_active(np.array([2]), active=False)
            for age in (None, 0, 500):
                assert (await group.refresh(age)).handles.tolist() == [1, 3]
            await group.set_active(np.array([1, 3]), active=False)
            with pytest.raises(HResultError, match="E_FAIL"):
                await group.refresh()
            await group.set_active(np.array([1]), active=True)
            await group.set_state(GroupChange(active=False))
            with pytest.raises(HResultError, match="E_FAIL"):
                await group.refresh()

    play(main())


def test_state_is_what_the_server_says_and_what_the_consumer_gave() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await session.add_group(GroupSettings(client=77, update_rate=3, deadband=1.5))
            state = await group.state()
            assert (state.client, state.update_rate, state.deadband) == (77, 10, 1.5)
            assert state.name.startswith("Group"), "the server's choice"
            assert await group.set_state(GroupChange(update_rate=2500)) == 2500
            asked = made.script.count("IOPCGroupStateMgt2.SetState")
            assert await group.set_state(GroupChange(client=78)) == 2500
            assert made.script.count("IOPCGroupStateMgt2.SetState") == asked, "that is ours alone"
            assert (await group.state()).client == 78
            assert made.script.groups[0].client not in (77, 78)
            await group.set_name("new")
            assert (await group.state()).name == "new"
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await group.set_name("")

    play(main())


@pytest.mark.parametrize("percent", [-0.1, 100.1, float("nan"), float("inf")])
def test_deadbands_outside_of_their_range_are_refused(percent: float) -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await session.add_group(GroupSettings(deadband=percent))
            group = await session.add_group(GroupSettings())
            with pytest.raises(HResultError, match="E_INVALIDARG"):
                await group.set_state(GroupChange(deadband=percent))

    play(main())


def test_what_a_server_has_no_interface_for_is_not_implemented() -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=DA_3)) as made:
            group = await group_of(await made.session(), "a")
            one = np.array([1])
            for call in (
                group.set_keep_alive(1000),
                group.set_deadbands(one, one),
                group.deadbands(one),
                group.clear_deadbands(one),
                group.set_sampling(one, one),
                group.sampling(one),
                group.clear_sampling(one),
                group.set_buffering(one, one),
                group.buffering(one),
            ):
                with pytest.raises(HResultError, match="E_NOTIMPL"):
                    await call
            assert (await group.state()).keep_alive == 0

    play(main())


def test_a_clone_has_the_items_and_nothing_else_in_common() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b", name="one", rate=300, client=5)
            await group.remove_items(np.array([1]))
            await group.add_items([ItemDefinition(item_id="c", client=3, active=False, requested_type=8)])
            await group.set_deadbands(np.array([2]), np.array([7.0]))
            await group.set_keep_alive(9000)
            twin = await group.clone("two")
            state = await twin.state()
            assert (state.active, state.update_rate, state.client, state.keep_alive) == (False, 300, 5, 0)
            rows = await twin.items()
            assert [(i.item_id, i.client, i.active, i.requested_type) for i in rows] == [
                ("b", 2, True, 0),
                ("c", 3, False, 8),
            ]
            handles = np.array([row.server for row in rows])
            assert (await twin.deadbands(handles))[0].tolist() == [7.0, 0.0]
            await twin.remove_items(handles)
            assert len(await group.items()) == 2
            with pytest.raises(HResultError):
                await group.clone("two")
            assert len(made.script.groups) == 2

    play(main())


def test_item_attributes_come_from_memory_where_the_server_has_no_enumerator() -> None:
    async def main() -> None:
        async with bench() as made:

            def refuse(result: object) -> object:
                raise HResultError(Hresult.E_NOTIMPL)

            made.script.replace["IOPCItemMgt.CreateEnumerator"] = refuse
            group = await group_of(await made.session(), "a")
            (row,) = await group.items()
            assert (row.item_id, row.client, row.canonical_type, int(row.rights)) == ("a", 1, VarType.R8, 3)

    play(main())


def test_nothing_is_asked_for_nothing() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            asked = len(made.script.asked)
            nothing = np.zeros(0, np.uint32)
            assert len(await group.add_items([])) == len(await group.validate_items([])) == 0
            assert len(await group.read(nothing, 0)) == len(await group.write(nothing, WriteBatch.of())) == 0
            assert len(await group.remove_items(nothing)) == 0
            assert len(await group.set_active(nothing, active=True)) == 0
            assert len(made.script.asked) == asked

    play(main())


# -- asynchronous calls


def test_the_device_is_read_and_written_by_transactions_where_that_is_wished() -> None:
    """The callback comes in another order than was asked for."""

    async def main() -> None:
        options = ClientOptions(asynchronous=True, allow_write=True)
        async with bench(options=options) as made:
            group = await group_of(await made.session(), "a", "b", "c")
            await group.read(np.array([1]), 0)
            assert "IOPCAsyncIO2.Read" not in made.script.asked, "nobody would hear the answer"
            await (await group.subscribe()).next()
            batch = await group.read(np.array([3, 1, FOREIGN, 3]), 0)
            assert "IOPCAsyncIO2.Read" in made.script.asked
            assert [(row.handle, row.value.value) for row in batch if row.value] == [
                (3, 3.0),
                (1, 1.0),
                (0, None),
                (3, 3.0),
            ]
            sent = WriteBatch.of(Variant(VarType.R8, 7.0), Variant(VarType.R8, 8.0))
            assert (await group.write(np.array([2, 1]), sent)).tolist() == [0, 0]
            assert "IOPCAsyncIO2.Write" in made.script.asked
            assert (made.script.values["b"].value, made.script.values["a"].value) == (7.0, 8.0)
            assert made.client.counts.ignored_calls == 0

    play(main())


def test_a_transaction_whose_callback_stays_out_is_cancelled() -> None:
    async def main() -> None:
        options = ClientOptions(asynchronous=True, call_time=12.0)
        async with bench(options=options) as made:
            session = await made.session()
            group = await group_of(session, "a")
            await (await group.subscribe()).next()
            made.script.callbacks = False
            began = now()
            with pytest.raises(TimedOut, match="callback"):
                await group.read(np.array([1]), 0)
            assert now() - began == pytest.approx(12.0)
            assert "IOPCAsyncIO2.Cancel2" in made.script.asked
            assert (await session.status()).vendor == "a fake"

    play(main())
