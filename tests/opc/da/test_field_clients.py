"""What a j-Interop client demands of a Data Access server, in the very octets that it sends and expects.

What the stack was seen to do is listed among the facts of this project, as A. of the client stacks; not all
of it is held here:

========================================================  ====================================================
call id 0, AUTH3 with four octets, ALTER without trailer  tests/rpc/association/test_field_clients.py
call ids that jump back and repeat                        there, and here
one write for each PDU                                    tests/rpc/association/test_field_clients.py
the object on every fragment, trailers at offsets of 4    tests/rpc/association/test_field_clients.py
IOXIDResolver first, RemoteActivation, COM 5.2            tests/simulators/clients/test_habits.py, and here
five references, over-release, late release               tests/dcom/test_client_and_server.py, and here
levels of the way back, and what hardening does to it     tests/simulators/windows/test_calling_back.py
one context for each bind of a server at its client       tests/simulators/windows/test_calling_back.py
pings of a sink, calls in the midst of a callback         tests/simulators/windows/test_calling_back.py
a resolver that takes no log-on                           tests/simulators/clients/test_sinks.py, and here
every method with octets behind its parameters            tests/strangers/test_impacket_da.py; some here
VARIANTs of any size, any words in reserved fields        tests/ndr/test_variants.py, and here
node-opc-da, which has the same habits                    tests/strangers/test_node_opc_da.py
========================================================  ====================================================
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Awaitable, Callable
from typing import Any

import numpy as np
import pytest

from opcross.codes import Hresult
from opcross.hardening import Month
from opcross.levels import AuthLevel
from opcross.ndr import SafeArray, Variant, VarType
from opcross.ndr.tables import load
from opcross.opc.codes import DaCode
from opcross.opc.da.interfaces_generated import OPCITEMDEF
from opcross_simulators.network import SimulatedLoop, run
from opcross_simulators.servers import OPC_ENUM
from tests.opc.da.java_client import (
    IID_IDISPATCH,
    REFERENT,
    Held,
    JavaClient,
    JavaSink,
    bstr,
    interface,
    java_bench,
    variant,
    write_stub,
)
from tests.simulators.windows.calling_back import net

DA = load("da")
BUCKET = "Bucket Brigade."
RANDOM = "Random.Real8"
UNREADABLE = "Read Error.Int4"
DEVICE, CACHE = 2, 1
BROWSE_UP, BROWSE_DOWN, BROWSE_TO = 1, 2, 3
BRANCH, LEAF, FLAT = 1, 2, 3


def played(play: Callable[[Any, JavaClient], Awaitable[None]], phase: Month | None = None) -> None:
    """Play a session on the simulated network."""

    async def whole() -> None:
        async with java_bench(phase) as (host, client):
            await play(host, client)

    run(whole(), network=net())


def definition(item: str, client: int) -> OPCITEMDEF:
    return OPCITEMDEF(access_path="", item_id=item, active=True, client=client, requested_data_type=0)


async def group_with(client: JavaClient, *items: str) -> tuple[Held, Held, list[int]]:
    """A group's IOPCItemMgt and IOPCSyncIO, and the server handles of its items."""
    group = await client.group()
    management = await client.as_it_does(group, "IOPCItemMgt")
    array = tuple(definition(item, 100 + row) for row, item in enumerate(items))
    added = await client.call(management, "IOPCItemMgt", "AddItems", item_array=array)
    sync = await client.as_it_does(group, "IOPCSyncIO")
    return management, sync, [row.server for row in added["add_results"]]


# -- connection and calls ------------------------------------------------------------------------------


def test_a_query_adds_references_and_is_refused_for_idispatch_in_its_row() -> None:
    """Its whole way to an interface; all references have to be five, and IDispatch has to fail alone."""

    async def play(host: Any, client: JavaClient) -> None:
        assert client.activated.refs == 5
        server = await client.as_it_does(client.activated, "IOPCServer")
        common = await client.as_it_does(client.server, "IOPCCommon")
        assert server.oxid == common.oxid == client.server.oxid
        assert server.oid == common.oid == client.server.oid
        assert await client.query(server, IID_IDISPATCH) == Hresult.E_NOINTERFACE

    played(play)


def test_every_object_of_a_session_is_of_one_exporter() -> None:
    """An object of another OXID would make the client open a whole session more."""

    async def play(host: Any, client: JavaClient) -> None:
        management, _, _ = await group_with(client, RANDOM)
        points = await client.as_it_does(management, "IConnectionPointContainer")
        found = await client.call(
            points,
            "IConnectionPointContainer",
            "FindConnectionPoint",
            riid=interface("IOPCDataCallback").iid,
        )
        rows = await client.call(
            management, "IOPCItemMgt", "CreateEnumerator", riid=interface("IEnumOPCItemAttributes").iid
        )
        oxids = {management.oxid, Held.of(found["cp"]).oxid, Held.of(rows["unk"]).oxid, client.server.oxid}
        assert len(oxids) == 1

    played(play)


def test_call_ids_jump_back_and_repeat_on_both_connections() -> None:
    async def play(host: Any, client: JavaClient) -> None:
        for call_id in (70, 3, 3, 0, 0, 0xFFFFFFFF, 70):
            client.count_from(call_id)
            await client.call(client.server, "IOPCServer", "GetStatus")
            assert client.hresult == 0
            assert isinstance(await client.query(client.server, "IOPCCommon"), Held)

    played(play)


def test_references_are_released_too_often_and_behind_the_closed_connection() -> None:
    async def play(host: Any, client: JavaClient) -> None:
        group = await client.group()
        items = await client.as_it_does(group, "IOPCItemMgt")
        assert host.objects()
        await client.close()
        for _ in range(2):
            assert await client.release((items, 10), (items, 10), (group, 10), (group, 5)) == 0
        assert await client.release((client.server, 10), (client.server, 5), (items, 5)) == 0
        assert await client.release((client.activated, 10), (client.server, 5)) == 0
        assert host.objects() == ()

    played(play)


def test_an_object_lives_for_six_minutes_without_a_ping() -> None:
    """The client's first ping comes up to four minutes after its activation, whenever its timer began."""

    async def play(host: Any, client: JavaClient) -> None:
        await group_with(client, RANDOM)
        await asyncio.sleep(4 * 60)
        assert len(host.objects()) == 2
        await asyncio.sleep(2 * 60 - 5)
        await client.call(client.server, "IOPCServer", "GetStatus")
        assert client.hresult == 0

    played(play)


# -- stubs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "row", "read"),
    [
        ("Real8", variant(VarType.R8, bytes(4) + struct.pack("<d", 2.75)), 2.75),
        ("Int4", variant(VarType.I4, struct.pack("<i", -5)), -5),
        ("Int2", variant(VarType.I2, struct.pack("<h", -5)), -5),
        ("Real4", variant(VarType.R4, struct.pack("<f", 0.5)), 0.5),
        ("Boolean", variant(VarType.BOOL, struct.pack("<h", -1)), True),
        ("String", variant(VarType.BSTR, bstr("Ofen 3")), "Ofen 3"),
        ("String", variant(VarType.BSTR, bstr("")), ""),
    ],
    ids=["R8", "I4", "I2", "R4", "BOOL", "BSTR", "empty BSTR"],
)
def test_variants_as_it_lays_them_down_are_written(name: str, row: bytes, read: Any) -> None:
    """Reserved words of 0xCCCC, a size beyond the end, and no padding to it."""

    async def play(host: Any, client: JavaClient) -> None:
        _, sync, handles = await group_with(client, BUCKET + name)
        method = DA["IOPCSyncIO"]["Write"]
        stub = await client.send(sync, DA["IOPCSyncIO"].iid, method.opnum, write_stub(handles, [row]))
        answer = client.read(method, stub, {"server": handles, "count": 1})
        assert (client.hresult, answer["errors"].tolist()) == (0, [0])
        got = await client.call(sync, "IOPCSyncIO", "Read", source=DEVICE, server=handles)
        assert got["item_values"][0].data_value.value == read

    played(play)


def test_an_array_as_it_lays_it_down_is_written() -> None:
    """Discriminant 0x2000 and two pointer words, then counts, head, bounds, data."""
    array = struct.pack("<II", REFERENT, REFERENT)
    array += struct.pack("<IHHIHH", 1, 1, 0x80, 8, 0, VarType.R8)  # bounds, features, width, locks and type
    array += struct.pack("<IIIIi", 0x14, 2, REFERENT, 2, 0)  # discriminant, count, referent; one bound
    row = variant(VarType.ARRAY | VarType.R8, array + struct.pack("<I", 2), discriminant=VarType.ARRAY)

    async def play(host: Any, client: JavaClient) -> None:
        _, sync, handles = await group_with(client, BUCKET + "ArrayOfReal8")
        method = DA["IOPCSyncIO"]["Write"]
        head = write_stub(handles, [row])
        stub = head + bytes(-len(head) % 8) + struct.pack("<2d", 1.5, -2.5)
        answered = await client.send(sync, DA["IOPCSyncIO"].iid, method.opnum, stub)
        answer = client.read(method, answered, {"server": handles, "count": 1})
        assert (client.hresult, answer["errors"].tolist()) == (0, [0])
        got = await client.call(sync, "IOPCSyncIO", "Read", source=DEVICE, server=handles)
        value = got["item_values"][0].data_value.value
        assert isinstance(value, SafeArray)
        assert value.bounds == ((2, 0),)
        np.testing.assert_array_equal(value.values, [1.5, -2.5])

    played(play)


def test_several_variants_follow_each_other_without_the_padding_that_their_sizes_promise() -> None:
    rows = [
        variant(VarType.I2, struct.pack("<h", 7)),
        variant(VarType.BSTR, bstr("abc")),
        variant(VarType.R8, bytes(4) + struct.pack("<d", 1.25)),
        variant(VarType.BOOL, struct.pack("<h", 0)),
    ]

    async def play(host: Any, client: JavaClient) -> None:
        names = [BUCKET + name for name in ("Int2", "String", "Real8", "Boolean")]
        _, sync, handles = await group_with(client, *names)
        method = DA["IOPCSyncIO"]["Write"]
        stub = await client.send(sync, DA["IOPCSyncIO"].iid, method.opnum, write_stub(handles, rows))
        answer = client.read(method, stub, {"server": handles, "count": 4})
        assert answer["errors"].tolist() == [0] * 4
        got = await client.call(sync, "IOPCSyncIO", "Read", source=DEVICE, server=handles)
        values = [row.data_value.value for row in got["item_values"]]
        assert values == [7, "abc", 1.25, False]

    played(play)


def test_what_it_reads_has_its_own_referents() -> None:
    """It takes 0x72657355 for every VARIANT and BSTR, because Windows has no other."""

    async def play(host: Any, client: JavaClient) -> None:
        _, sync, handles = await group_with(client, BUCKET + "String", BUCKET + "Int4")
        method = DA["IOPCSyncIO"]["Read"]
        asked = method.pack_request({"source": DEVICE, "server": handles})
        stub = await client.send(sync, DA["IOPCSyncIO"].iid, method.opnum, asked)
        assert stub.count(struct.pack("<I", REFERENT)) == 3

    played(play)


def test_failed_items_of_a_read_still_have_a_row_with_a_value() -> None:
    """In every row a VARIANT that is not NULL, and a time; S_FALSE is what it expects of the call."""

    async def play(host: Any, client: JavaClient) -> None:
        _, sync, (good, bad) = await group_with(client, RANDOM, UNREADABLE)
        method = DA["IOPCSyncIO"]["Read"]
        handles = [good, bad, 0xDEAD]
        asked = method.pack_request({"source": DEVICE, "server": handles})
        stub = await client.send(sync, DA["IOPCSyncIO"].iid, method.opnum, asked)
        answer = client.read(method, stub, {"source": DEVICE, "server": handles, "count": 3})
        assert client.hresult == Hresult.S_FALSE
        assert answer["errors"].tolist() == [0, Hresult.E_FAIL, DaCode.E_INVALIDHANDLE]
        rows = answer["item_values"]
        assert all(row.data_value is not None for row in rows)
        assert [row.data_value.vt for row in rows] == [VarType.R8, VarType.EMPTY, VarType.EMPTY]
        assert [row.client for row in rows[:2]] == [100, 101]

    played(play)


def test_out_parameters_are_there_when_a_call_fails() -> None:
    """Null pointers and zero handles: it reads them before it looks at the HRESULT."""

    async def play(host: Any, client: JavaClient) -> None:
        await client.group("twice")
        answer = await client.call(
            client.server,
            "IOPCServer",
            "AddGroup",
            name="twice",
            active=1,
            requested_update_rate=100,
            client_group=1,
            time_bias=0,
            percent_deadband=0.0,
            lcid=0x409,
            riid=interface("IOPCGroupStateMgt").iid,
        )
        assert client.hresult == 0xC004000C
        assert answer == {"server_group": 0, "revised_update_rate": 0, "unk": None}

        answer = await client.call(
            client.server,
            "IOPCServer",
            "GetGroupByName",
            name="none of that name",
            riid=interface("IOPCGroupStateMgt").iid,
        )
        assert (client.hresult, answer) == (0x80070057, {"unk": None})

        management, sync, _ = await group_with_name(client, "third")
        calls: list[tuple[Held, str, str, dict[str, Any]]] = [
            (management, "IOPCItemMgt", "RemoveItems", {"server": []}),
            (management, "IOPCItemMgt", "AddItems", {"item_array": ()}),
            (sync, "IOPCSyncIO", "Read", {"source": DEVICE, "server": []}),
        ]
        for held, name, method, values in calls:
            answer = await client.call(held, name, method, **values)
            assert client.hresult == Hresult.E_INVALIDARG, method
            assert all(value is None for value in answer.values()), method

    played(play)


async def group_with_name(client: JavaClient, name: str) -> tuple[Held, Held, Held]:
    group = await client.group(name)
    return await client.as_it_does(group, "IOPCItemMgt"), await client.as_it_does(group, "IOPCSyncIO"), group


def test_an_unknown_prog_id_has_its_own_code() -> None:
    async def play(host: Any, client: JavaClient) -> None:
        enumerator = JavaClient(loop())
        listed = await enumerator.activate(OPC_ENUM.clsid)
        held = await enumerator.as_it_does(listed, "IOPCServerList")
        await enumerator.call(held, "IOPCServerList", "CLSIDFromProgID", prog_id="No.Such.Server.1")
        assert enumerator.hresult == 0x800401F3
        await enumerator.call(held, "IOPCServerList", "CLSIDFromProgID", prog_id="Opcross.Simulation.1")
        assert enumerator.hresult == 0
        await enumerator.close()
        await enumerator.hang_up()

    played(play)


def loop() -> SimulatedLoop:
    running = asyncio.get_running_loop()
    assert isinstance(running, SimulatedLoop)
    return running


# -- browsing ------------------------------------------------------------------------------------------


async def strings(client: JavaClient, held: Held) -> list[str]:
    """An IEnumString, read as it reads them: Reset, then ten by ten until there are fewer."""
    enumerator = await client.as_it_does(held, "IEnumString")
    await client.call(enumerator, "IEnumString", "Reset")
    found: list[str] = []
    while True:
        answer = await client.call(enumerator, "IEnumString", "RemoteNext", celt=10)
        assert client.hresult in (Hresult.S_OK, Hresult.S_FALSE)
        found += answer["elements"]
        assert (client.hresult == Hresult.S_OK) == (len(answer["elements"]) == 10)
        if len(answer["elements"]) < 10:
            return found


async def browsed(client: JavaClient, browser: Held, kind: int) -> list[str]:
    """BrowseOPCItemIDs as it asks: no filter, no type, no rights. S_FALSE comes with an enumerator, too."""
    answer = await client.call(
        browser,
        "IOPCBrowseServerAddressSpace",
        "BrowseOPCItemIDs",
        browse_filter_type=kind,
        filter_criteria="",
        data_type_filter=0,
        access_rights_filter=0,
    )
    found = await strings(client, Held.of(answer["enum_string"]))
    assert client.hresult == Hresult.S_FALSE
    return found


async def moved(client: JavaClient, browser: Held, direction: int, where: str) -> int:
    await client.call(
        browser,
        "IOPCBrowseServerAddressSpace",
        "ChangeBrowsePosition",
        browse_direction=direction,
        string=where,
    )
    return client.hresult


def test_the_address_space_is_walked_with_empty_texts() -> None:
    """BROWSE_TO "" is the root, UP carries "" as well, and an empty branch has an empty enumerator."""

    async def play(host: Any, client: JavaClient) -> None:
        browser = await client.as_it_does(client.server, "IOPCBrowseServerAddressSpace")
        assert await moved(client, browser, BROWSE_TO, "") == 0
        root = await browsed(client, browser, BRANCH)
        assert root == ["Configured Aliases", "Simulation Items"]
        assert await moved(client, browser, BROWSE_DOWN, "Simulation Items") == 0
        assert await moved(client, browser, BROWSE_DOWN, "Bucket Brigade") == 0
        assert {"Real8", "Int4"} <= set(await browsed(client, browser, LEAF))
        assert await browsed(client, browser, BRANCH) == []
        assert await moved(client, browser, BROWSE_UP, "") == 0
        assert "Bucket Brigade" in await browsed(client, browser, BRANCH)
        assert await moved(client, browser, BROWSE_TO, "") == 0
        assert await browsed(client, browser, BRANCH) == root
        assert len(await browsed(client, browser, FLAT)) > 80
        assert await moved(client, browser, BROWSE_UP, "") == Hresult.E_FAIL

    played(play)


def test_no_groups_are_an_enumerator_all_the_same() -> None:
    async def play(host: Any, client: JavaClient) -> None:
        for name in ("IEnumString", "IEnumUnknown"):
            answer = await client.call(
                client.server, "IOPCServer", "CreateGroupEnumerator", scope=6, riid=interface(name).iid
            )
            assert client.hresult == Hresult.S_FALSE
            held = Held.of(answer["unk"])
            await client.call(held, name, "Reset")
            assert client.hresult == 0
            rest = await client.call(held, name, "RemoteNext", celt=10)
            assert (client.hresult, list(rest["elements"])) == (Hresult.S_FALSE, [])

    played(play)


def test_what_it_reads_without_looking_is_never_null() -> None:
    async def play(host: Any, client: JavaClient) -> None:
        status = await client.call(client.server, "IOPCServer", "GetStatus")
        assert status["server_status"].vendor_info
        for code in (DaCode.E_UNKNOWNITEMID, 0x80004005, 0x12345678):
            words = await client.call(client.server, "IOPCServer", "GetErrorString", error=code, locale=0x409)
            assert client.hresult == 0
            assert words["string"]
        group = await client.group("named")
        state = await client.call(group, "IOPCGroupStateMgt", "GetState")
        assert state["name"] == "named"
        properties = await client.as_it_does(client.server, "IOPCItemProperties")
        known = await client.call(
            properties, "IOPCItemProperties", "QueryAvailableProperties", item_id=BUCKET + "Int4"
        )
        assert known["count"] > 0
        assert all(known["descriptions"])
        looked = await client.call(
            properties, "IOPCItemProperties", "LookupItemIDs", item_id=BUCKET + "Int4", property_ids=[101, 5]
        )
        assert all(text is not None for text in looked["new_item_ids"])
        values = await client.call(
            properties,
            "IOPCItemProperties",
            "GetItemProperties",
            item_id=BUCKET + "Int4",
            property_ids=[1, 2, 9999],
        )
        assert client.hresult == Hresult.S_FALSE
        assert all(value is not None for value in values["data"])

        enumerator = JavaClient(loop())
        held = await enumerator.as_it_does(await enumerator.activate(OPC_ENUM.clsid), "IOPCServerList")
        clsid = (
            await enumerator.call(held, "IOPCServerList", "CLSIDFromProgID", prog_id="Opcross.Simulation.1")
        )["clsid"]
        details = await enumerator.call(held, "IOPCServerList", "GetClassDetails", clsid=clsid)
        assert details["prog_id"]
        assert details["user_type"]
        await enumerator.close()
        await enumerator.hang_up()

    played(play)


def test_s_false_stands_for_bad_rows_where_it_knows_it() -> None:
    """Add, Validate, Remove, SetActiveState, SetClientHandles: the rows tell the rest."""

    async def play(host: Any, client: JavaClient) -> None:
        management, _, (first,) = await group_with(client, RANDOM)
        bad = (definition(RANDOM, 1), definition("No.Such.Item", 2))
        requests: dict[str, dict[str, Any]] = {
            "AddItems": {"item_array": bad},
            "ValidateItems": {"item_array": bad, "blob_update": 0},
            "SetActiveState": {"server": [first, 0xDEAD], "active": 0},
            "SetClientHandles": {"server": [first, 0xDEAD], "client": [5, 6]},
            "RemoveItems": {"server": [first, 0xDEAD]},
        }
        for method, values in requests.items():
            answer = await client.call(management, "IOPCItemMgt", method, **values)
            assert client.hresult == Hresult.S_FALSE, method
            assert answer["errors"][0] == 0, method
            assert answer["errors"][1] & 0x80000000, method

    played(play)


# -- callbacks -----------------------------------------------------------------------------------------


async def point_of(client: JavaClient, group: Held) -> Held:
    container = await client.as_it_does(group, "IConnectionPointContainer")
    found = await client.call(
        container,
        "IConnectionPointContainer",
        "FindConnectionPoint",
        riid=interface("IOPCDataCallback").iid,
    )
    return Held.of(found["cp"])


async def until(condition: Callable[[], object]) -> None:
    async with asyncio.timeout(120):
        while not condition():  # noqa: ASYNC110  (the clock is virtual)
            await asyncio.sleep(0.05)


def test_its_sink_is_called_the_plainest_way() -> None:
    """Its own resolver port without a log-on, the old IRemUnknown, callbacks, RemRelease of everything."""

    async def play(host: Any, client: JavaClient) -> None:
        sink = JavaSink(loop())
        await sink.open()
        management, _, (handle,) = await group_with(client, BUCKET + "Int4")
        point = await point_of(client, management)
        advised = await client.call(point, "IConnectionPoint", "Advise", unk_sink=sink.objref)
        assert client.hresult == 0
        assert advised["cookie"]
        await until(lambda: sink.told)
        name, told = sink.told[0]
        assert (name, told["transid"], told["group"]) == ("OnDataChange", 0, 7)
        assert told["client_items"].tolist() == [100]
        assert told["values"][0] == Variant(VarType.I4, 0)
        assert told["errors"].tolist() == [0]

        old, resolver = interface("IRemUnknown").iid, interface("IOXIDResolver").iid
        assert ("resolver", resolver) in sink.binds
        assert [iid for port, iid in sink.binds if port == "objects"] == [old, DA["IOPCDataCallback"].iid]
        assert sink.levels == {("resolver", AuthLevel.NONE), ("objects", AuthLevel.CONNECT)}
        assert sink.objects.connections == 1

        async_io = await client.as_it_does(management, "IOPCAsyncIO2")
        begun = await client.call(async_io, "IOPCAsyncIO2", "Read", server=[handle], transaction_id=0x77)
        assert begun["cancel_id"]
        await until(lambda: any(name == "OnReadComplete" for name, _ in sink.told))
        await client.call(async_io, "IOPCAsyncIO2", "Refresh2", source=DEVICE, transaction_id=0x78)
        await until(lambda: any(told.get("transid") == 0x78 for _, told in sink.told))

        await client.call(point, "IConnectionPoint", "Unadvise", cookie=advised["cookie"])
        assert client.hresult == 0
        await until(lambda: sink.released)
        # Five came with the OBJREF, five with the query.
        assert sink.released == 10
        await until(lambda: sink.objects.connections == 0)
        await sink.close()

    played(play)


@pytest.mark.parametrize("junk", [b"", b"\0" * 16, b"\xff" * 64], ids=["none", "zeros", "ones"])
def test_whatever_stands_behind_the_answers_of_its_sink_is_ignored(junk: bytes) -> None:
    async def play(host: Any, client: JavaClient) -> None:
        sink = JavaSink(loop(), junk=junk)
        await sink.open()
        management, _, _ = await group_with(client, RANDOM)
        point = await point_of(client, management)
        await client.call(point, "IConnectionPoint", "Advise", unk_sink=sink.objref)
        assert client.hresult == 0
        await until(lambda: len(sink.told) >= 3)
        assert {name for name, _ in sink.told} == {"OnDataChange"}
        await client.call(point, "IConnectionPoint", "Unadvise", cookie=1)
        await sink.close()

    played(play)


def test_a_host_of_october_2022_cannot_call_its_sink_which_hints_at_connect() -> None:
    """The gate is not the matter here, the activation has passed: the way back is raised to integrity."""

    async def play(host: Any, client: JavaClient) -> None:
        sink = JavaSink(loop())
        await sink.open()
        management, _, _ = await group_with(client, RANDOM)
        point = await point_of(client, management)
        answer = await client.call(point, "IConnectionPoint", "Advise", unk_sink=sink.objref)
        assert (client.hresult, answer) == (Hresult.CONNECT_E_CANNOTCONNECT, {"cookie": 0})
        assert sink.told == []
        await sink.close()

    async def whole() -> None:
        async with java_bench(Month(2022, 10), gate=False) as (host, client):
            await play(host, client)

    run(whole(), network=net())
