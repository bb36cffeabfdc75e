"""Servers that answer nonsense: an error of the tree, or nothing at all; never more than that."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.objref import CustomObjRef, StandardObjRef, StdObjRef, pack_objref
from opcross.errors import Fault, HResultError, OpcrossError, PeerViolation, TimedOut, WireError
from opcross.ndr import Variant, VariantColumn, VarType
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import ClientOptions, NoticeKind, browsing
from opcross.opc.da.interfaces_generated import OPCBROWSEELEMENT, OPCITEMPROPERTIES
from opcross.opc.da.model import BrowseFilter, BrowseRequest, GroupSettings, ItemDefinition
from opcross.opc.quality import Quality
from tests.opc.da.client.bench import Bench, bench, group_of, now, plant, play
from tests.opc.da.client.fake_server import DA_2, DA_3, FakeGroup, Script
from tests.opc.da.client.test_streams import content, silent

ONE = np.array([1])
RED = WriteBatch.of(Variant(VarType.R8, 1.0))


def without(*names: str) -> Callable[[Any], Any]:
    """The same result with null pointers in the place of these."""

    def change(result: Any) -> Any:
        kept = {name: getattr(result, name) for name in type(result).__dataclass_fields__}
        return type(result)(**{**kept, **dict.fromkeys(names)})

    return change


async def _status(made: Bench) -> object:
    return await (await made.session()).status()


async def _read(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).read(ONE, 0)


async def _read_old(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).read(ONE, 100)


async def _write(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).write(ONE, RED)


async def _read_items(made: Bench) -> object:
    return await (await made.session()).read(["a"], 0)


async def _write_items(made: Bench) -> object:
    return await (await made.session()).write(["a"], RED)


async def _add(made: Bench) -> object:
    return await group_of(await made.session(), "a")


async def _validate(made: Bench) -> object:
    group = await (await made.session()).add_group(GroupSettings())
    return await group.validate_items([ItemDefinition(item_id="a")])


async def _remove(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).remove_items(ONE)


async def _activate(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).set_active(ONE, active=True)


async def _types(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).set_types(ONE, np.array([8]))


async def _deadbands(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).deadbands(ONE)


async def _sampling(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).set_sampling(ONE, ONE)


async def _buffering(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).buffering(ONE)


async def _properties(made: Bench) -> object:
    return await (await made.session()).properties(["a"], [1])


async def _available(made: Bench) -> object:
    return await (await made.session()).available_properties("a")


async def _browse(made: Bench) -> object:
    return await (await made.session()).browse(BrowseRequest(filter=BrowseFilter.FLAT))


async def _items(made: Bench) -> object:
    return await (await group_of(await made.session(), "a")).items()


async def _group(made: Bench) -> object:
    return await (await made.session()).add_group(GroupSettings())


@pytest.mark.parametrize(
    ("attempt", "method", "names", "interfaces"),
    [
        (_status, "IOPCServer.GetStatus", ["server_status"], frozenset()),
        (_read, "IOPCSyncIO.Read", ["item_values"], frozenset()),
        (_read, "IOPCSyncIO.Read", ["errors"], frozenset()),
        (_read_old, "IOPCSyncIO2.ReadMaxAge", ["values"], frozenset()),
        (_read_old, "IOPCSyncIO2.ReadMaxAge", ["qualities"], frozenset()),
        (_read_old, "IOPCSyncIO2.ReadMaxAge", ["time_stamps"], frozenset()),
        (_write, "IOPCSyncIO.Write", ["errors"], frozenset()),
        (_read_items, "IOPCItemIO.Read", ["values"], frozenset()),
        (_read_items, "IOPCItemIO.Read", ["errors"], frozenset()),
        (_write_items, "IOPCItemIO.WriteVQT", ["errors"], frozenset()),
        (_write_items, "IOPCSyncIO.Write", ["errors"], DA_3),
        (_add, "IOPCItemMgt.AddItems", ["add_results"], frozenset()),
        (_add, "IOPCItemMgt.AddItems", ["errors"], frozenset()),
        (_validate, "IOPCItemMgt.ValidateItems", ["validation_results"], frozenset()),
        (_remove, "IOPCItemMgt.RemoveItems", ["errors"], frozenset()),
        (_activate, "IOPCItemMgt.SetActiveState", ["errors"], frozenset()),
        (_types, "IOPCItemMgt.SetDatatypes", ["errors"], frozenset()),
        (_deadbands, "IOPCItemDeadbandMgt.GetItemDeadband", ["percent_deadband"], frozenset()),
        (_sampling, "IOPCItemSamplingMgt.SetItemSamplingRate", ["revised_sampling_rate"], frozenset()),
        (_buffering, "IOPCItemSamplingMgt.GetItemBufferEnable", ["enable"], frozenset()),
        (_properties, "IOPCBrowse.GetProperties", ["item_properties"], frozenset()),
        (_properties, "IOPCItemProperties.GetItemProperties", ["data"], DA_3),
        (_available, "IOPCItemProperties.QueryAvailableProperties", ["descriptions"], DA_3),
        (_browse, "IOPCBrowseServerAddressSpace.BrowseOPCItemIDs", ["enum_string"], frozenset()),
        (_items, "IOPCItemMgt.CreateEnumerator", ["unk"], frozenset()),
        (_group, "IOPCServer.AddGroup", ["unk"], frozenset()),
    ],
)
def test_null_pointers_where_arrays_belong(
    attempt: Callable[[Bench], Any], method: str, names: list[str], interfaces: frozenset[UUID]
) -> None:
    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=interfaces)) as made:
            made.script.replace[method] = without(*names)
            with pytest.raises(PeerViolation, match="null"):
                await attempt(made)
            del made.script.replace[method]
            assert method in made.script.asked
            await attempt(made)

    play(main())


CUSTOM = pack_objref(CustomObjRef(iid=UUID(int=1), clsid=UUID(int=2), data=b"x"))
NOWHERE = pack_objref(
    StandardObjRef(
        iid=UUID(int=3),
        std=StdObjRef(flags=0, public_refs=5, oxid=77, oid=88, ipid=UUID(int=4)),
        bindings=DualStringArray.of(["127.0.0.99"]),
    )
)


@pytest.mark.parametrize("objref", [b"", b"MEOW", b"MEOW" + bytes(60), CUSTOM, NOWHERE], ids=range(5))
@pytest.mark.parametrize(
    ("attempt", "method", "name"),
    [
        (_group, "IOPCServer.AddGroup", "unk"),
        (_browse, "IOPCBrowseServerAddressSpace.BrowseOPCItemIDs", "enum_string"),
        (_items, "IOPCItemMgt.CreateEnumerator", "unk"),
    ],
)
def test_references_that_are_none(
    attempt: Callable[[Bench], Any], method: str, name: str, objref: bytes
) -> None:
    """References to nowhere, too: an unreachable object is not an unreachable server."""

    async def main() -> None:
        async with bench() as made:
            kept: dict[str, Any] = {}

            def change(result: Any) -> Any:
                kept.update({field: getattr(result, field) for field in type(result).__dataclass_fields__})
                return type(result)(**{**kept, name: objref})

            made.script.replace[method] = change
            with pytest.raises(OpcrossError):
                await attempt(made)
            assert not made.notices, "the session lives on"
            assert made.client._services.budget.groups <= 1

    play(main())


def test_failures_of_every_kind_stay_what_they_are() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            for error in (HResultError(0x8BADF00D), Fault(0x1C010014), Fault(0x12345678)):

                def fail(result: object, error: Exception = error) -> object:
                    raise error

                made.script.replace["IOPCSyncIO.Read"] = fail
                with pytest.raises(type(error)) as caught:
                    await group.read(ONE, 0)
                assert caught.value.code == error.code
            assert not made.notices

    play(main())


def test_an_enumerator_of_names_that_does_not_end_is_stopped() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()

            def endless(result: Any) -> Any:
                return type(result)(elements=("again",) * 1000, fetched=1000, hresult=Hresult.S_OK)

            made.script.replace["IEnumString.RemoteNext"] = endless
            with pytest.raises(PeerViolation, match="does not end"):
                await session.browse(BrowseRequest(filter=BrowseFilter.FLAT))
            assert made.script.count("IEnumString.RemoteNext") <= 201

    play(main())


def test_an_enumerator_of_items_that_does_not_end_is_stopped() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            rows: list[Any] = []

            def endless(result: Any) -> Any:
                rows.extend(result.item_array)
                return type(result)(item_array=tuple(rows[:1] * 500), hresult=Hresult.S_OK)

            made.script.replace["IEnumOPCItemAttributes.Next"] = endless
            with pytest.raises(PeerViolation, match="does not end"):
                await group.items()

    play(main())


@pytest.mark.parametrize("elements", [0, 1000])
def test_pages_that_do_not_end_are_stopped(elements: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """With elements the consumer decides how long he goes on; without any the client does."""

    async def main() -> None:
        async with bench(Script(plant(a=1.0), without=DA_2)) as made:
            session = await made.session()
            made.script.properties = {}
            row = OPCBROWSEELEMENT(
                name="x",
                item_id="x",
                flag_value=2,
                item_properties=OPCITEMPROPERTIES(error_id=0, item_properties=()),
            )

            monkeypatch.setattr(browsing, "_MOST_ELEMENTS", 10_000)

            def endless(result: Any) -> Any:
                return type(result)(
                    continuation_point="1", more_elements=1, browse_elements=(row,) * elements
                )

            made.script.replace["IOPCBrowse.Browse"] = endless

            async def go_on() -> None:
                request = BrowseRequest()
                while True:
                    page = await session.browse(request)
                    assert len(page.elements) <= 1000
                    request = BrowseRequest(continuation=page.continuation)

            with pytest.raises(PeerViolation, match="does not end"):
                await go_on()

    play(main())


def test_branches_that_lead_back_are_walked_once() -> None:
    async def main() -> None:
        async with bench(Script(plant(a_b=1.0), without=DA_2)) as made:
            session = await made.session()

            def circle(result: Any) -> Any:
                rows = tuple(
                    OPCBROWSEELEMENT(
                        name=name,
                        item_id=name,
                        flag_value=3,
                        item_properties=OPCITEMPROPERTIES(error_id=0, item_properties=()),
                    )
                    for name in ("up", "down")
                )
                return type(result)(continuation_point="", more_elements=0, browse_elements=rows)

            made.script.replace["IOPCBrowse.Browse"] = circle
            made.script.values |= plant(up=1.0, down=1.0)
            made.script.values["up.x"] = made.script.values["down.x"] = Variant(VarType.R8, 1.0)
            await session.browse(BrowseRequest(filter=BrowseFilter.FLAT))
            assert made.script.count("IOPCBrowse.Browse") == 3

    play(main())


def test_a_state_nobody_knows_is_told_as_a_number() -> None:
    async def main() -> None:
        async with bench() as made:

            def change(result: Any) -> Any:
                status = result.server_status
                kept = {name: getattr(status, name) for name in type(status).__dataclass_fields__}
                kept |= {"server_state": 77, "vendor_info": None}
                return type(result)(server_status=type(status)(**kept))

            made.script.replace["IOPCServer.GetStatus"] = change
            status = await (await made.session()).status()
            assert (status.state, status.vendor) == (77, "")

    play(main())


def test_rows_that_failed_are_never_good_and_absent_values_are_empty() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()

            def change(result: Any) -> Any:
                return type(result)(
                    values=VariantColumn.of([None]),
                    qualities=np.array([192], np.uint16),
                    time_stamps=np.zeros(1, np.uint64),
                    errors=np.array([0x80004005], np.uint32),
                    hresult=Hresult.S_FALSE,
                )

            made.script.replace["IOPCItemIO.Read"] = change
            (row,) = await session.read(["a"], 0)
            assert row.value == Variant(VarType.EMPTY)
            assert row.quality == Quality.BAD

    play(main())


# -- callbacks


def test_callbacks_that_belong_to_nothing_are_ignored_and_counted() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            nothing: dict[str, Any] = {
                "client_items": np.zeros(0, np.uint32),
                "values": VariantColumn(np.zeros(0, np.uint16)),
                "qualities": np.zeros(0, np.uint16),
                "time_stamps": np.zeros(0, np.uint64),
                "errors": np.zeros(0, np.uint32),
            }
            await fake.tell(*fake.items, transaction=55)
            await fake.tell(*fake.items, group=0xDEAD)
            await fake.sink.on_read_complete(
                transid=3, group=fake.client, masterquality=0, mastererror=0, **nothing
            )
            await fake.sink.on_write_complete(
                transid=3, group=fake.client, mastererr=0, clienthandles=ONE, errors=ONE
            )
            await fake.sink.on_cancel_complete(transid=3, group=fake.client)
            assert made.client.counts.ignored_calls == 5
            await silent(stream, 5.0)
            await _tell_unknown(fake)
            assert made.client.counts.ignored_rows == 3
            await silent(stream, 5.0)

    play(main())


async def _tell_unknown(fake: FakeGroup) -> None:
    await fake.sink.on_data_change(
        transid=0,
        group=fake.client,
        masterquality=0,
        mastererror=0,
        client_items=np.array([0, 2, 0xFFFFFFFF], np.uint32),
        values=VariantColumn.of_numbers(VarType.R8, [1.0, 2.0, 3.0]),
        qualities=np.full(3, 192, np.uint16),
        time_stamps=np.zeros(3, np.uint64),
        errors=np.zeros(3, np.uint32),
    )


def test_columns_of_different_lengths_are_a_fault_to_who_sends_them() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            with pytest.raises((Fault, WireError)):
                await fake.sink.on_data_change(
                    transid=0,
                    group=fake.client,
                    masterquality=0,
                    mastererror=0,
                    client_items=np.array([1], np.uint32),
                    values=VariantColumn.of_numbers(VarType.R8, [1.0, 2.0]),
                    qualities=np.full(3, 192, np.uint16),
                    time_stamps=np.zeros(1, np.uint64),
                    errors=np.zeros(1, np.uint32),
                )
            await silent(stream, 5.0)

    play(main())


def test_a_flood_of_callbacks_does_not_grow_anything() -> None:
    async def main() -> None:
        async with bench() as made:
            group = await group_of(await made.session(), "a", "b")
            stream = await group.subscribe()
            fake = made.script.groups[0]
            await asyncio.sleep(2)
            for _ in range(3000):
                await fake.tell(*list(fake.items) * 5)
            assert len(stream._pending) <= 5000
            assert content((await stream.next()).batch) == {1: 1.0, 2: 2.0}

    play(main())


def test_callbacks_after_the_end_are_ignored() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a")
            stream = await group.subscribe()
            await stream.next()
            fake = made.script.groups[0]
            sink = fake.sink
            await stream.close()
            with pytest.raises(OpcrossError):
                await sink.on_cancel_complete(transid=0, group=fake.client)

    play(main())


def test_a_server_that_hangs_in_everything_can_be_left() -> None:
    async def main() -> None:
        options = ClientOptions(call_time=5.0, status_time=5.0, advise_time=5.0, reconnect=None)
        async with bench(options=options) as made:
            session = await made.session()
            await asyncio.sleep(1)
            group = await group_of(session, "a")
            stream = await group.subscribe()
            await stream.next()
            for method in (
                "IOPCServer.GetStatus",
                "IOPCServer.RemoveGroup",
                "IConnectionPoint.Unadvise",
                "IOPCSyncIO.Read",
            ):
                made.script.delay[method] = 100_000.0
            with pytest.raises(TimedOut):
                await group.read(ONE, 0)
            began = now()
            await session.close()
            assert now() - began <= 30
            assert not made.noticed(NoticeKind.POLLING)

    play(main())


def test_interfaces_that_a_group_must_have_are_missed() -> None:
    async def main() -> None:
        from opcross.opc.da.interfaces_generated import IOPCSyncIO

        async with bench(Script(plant(a=1.0), without=frozenset({IOPCSyncIO.iid}))) as made:
            session = await made.session()
            with pytest.raises(HResultError, match="E_NOINTERFACE"):
                await session.add_group(GroupSettings())
            assert made.script.servers[0].groups == {}

    play(main())


def test_arguments_that_do_not_fit_are_refused_here() -> None:
    async def main() -> None:
        async with bench() as made:
            session = await made.session()
            group = await group_of(session, "a", "b")
            for call in (
                session.read(["a", "b"], [1, 2, 3]),
                session.read(["a"], -1),
                group.read(np.array([1, 2]), np.array([1, 2, 3])),
                group.write(np.array([1, 2]), RED),
                session.write(["a", "b"], RED),
                session.browse(BrowseRequest(limit=-1)),
            ):
                with pytest.raises(HResultError, match="E_INVALIDARG"):
                    await call

    play(main())
