"""node-opc-da, the client of Node-RED, at the simulated server: served until the hardening, refused after.

The package never looks at a hint: its level is CONNECT, built in. What it cannot do is noted where a test
goes around it: it knows no VT_I8 and VT_UI8, and gives up on a whole read where one item fails.
"""

from __future__ import annotations

from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from opcross.ndr import VarType
from opcross.net import wall_time
from opcross.opc.caller import Caller
from opcross.opc.codes import DaCode
from opcross.opc.da.model import BrowseFilter, BrowseRequest
from opcross_harness.strangers.node import find_node_opc_da
from opcross_simulators.plant import standard_plant
from opcross_simulators.servers.da import SimulatedDaService
from tests.strangers.hosting import USER, HostInThread
from tests.strangers.node_program import NodeProgram

if TYPE_CHECKING:
    from collections.abc import Iterator

    from opcross_harness.strangers.node import NodeOpcDa

pytestmark = [pytest.mark.strangers("node-opc-da"), pytest.mark.usefixtures("port_135")]

BEFORE, HARDENED = "2022-05", ["2022-06", "2023-03"]
GOOD = 192
BUCKET, RANDOM = "Bucket Brigade.Real8", "Random.Real8"
# Types that the package can read, what it makes of them, and what a bucket holds before anybody wrote.
READABLE: dict[str, tuple[int, type | tuple[type, ...], Any]] = {
    "ArrayOfReal8": (VarType.ARRAY | VarType.R8, list, None),
    "ArrayOfString": (VarType.ARRAY | VarType.BSTR, list, None),
    "Boolean": (VarType.BOOL, bool, False),
    "Int1": (VarType.I1, int, 0),
    "Int2": (VarType.I2, int, 0),
    "Int4": (VarType.I4, int, 0),
    "Money": (VarType.CY, str, "[object Object]"),
    "Real4": (VarType.R4, (int, float), 0),
    "Real8": (VarType.R8, (int, float), 0),
    "String": (VarType.BSTR, str, ""),
    "Time": (VarType.DATE, str, "Sat Dec 30 1899"),
    "UInt1": (VarType.UI1, int, 0),
    "UInt2": (VarType.UI2, int, 0),
    "UInt4": (VarType.UI4, int, 0),
}
# The package's word for a type, the item, and a value that survives the way there and back.
WRITABLE: list[tuple[str, str, Any]] = [
    ("DOUBLE", "Real8", 2.75),
    ("INTEGER", "Int4", -123_456),
    ("SHORT", "Int2", -1_234),
    ("FLOAT", "Real4", 0.5),
    ("BOOLEAN", "Boolean", True),
    ("COMSTRING", "String", "Füllstand 7"),
]


@pytest.fixture
def node() -> NodeOpcDa:
    found = find_node_opc_da()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture
def host() -> Iterator[HostInThread]:
    with HostInThread(BEFORE) as server:
        yield server


@pytest.fixture
def client(host: HostInThread, node: NodeOpcDa) -> Iterator[NodeProgram]:
    """Connected, and closed at the end, which leaves nothing behind on the server."""
    with NodeProgram(node) as program:
        assert program.connect(host.address)["error"] is None
        yield program
        program.do("close")
        assert host.objects() == ()


async def plant_items() -> list[str]:
    """The ids of every item, as our own service browses them."""
    service = SimulatedDaService(standard_plant(), wall_time=wall_time)
    session = await service.open(Caller())
    ids, more = [], ""
    while True:
        page = await session.browse(BrowseRequest(filter=BrowseFilter.FLAT, continuation=more))
        ids += [element.item_id for element in page.elements]
        more = page.continuation
        if not more:
            break
    await session.close()
    await service.close()
    return ids


def leaves(tree: dict[str, Any], path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], str]]:
    for name, below in tree.items():
        if isinstance(below, str):
            yield (*path, name), below
        else:
            yield from leaves(below, (*path, name))


def test_the_status_is_read(client: NodeProgram) -> None:
    status = client.do("status")
    assert (status["state"], status["groups"]) == (1, 0)
    assert "Opcross" in status["vendor"]


async def test_every_item_of_the_plant_is_found_flat_and_in_the_tree(client: NodeProgram) -> None:
    """Position by position, with the item ids that our own service gives."""
    wanted = await plant_items()
    assert len(wanted) > 80
    assert sorted(client.do("browse", kind="flat")["items"]) == sorted(wanted)
    found = dict(leaves(client.do("browse", kind="tree")["tree"]))
    assert sorted(found.values()) == sorted(wanted)
    assert found["Simulation Items", "Bucket Brigade", "Real8"] == BUCKET
    assert all(item.endswith(path[-1]) for path, item in found.items())


@pytest.mark.parametrize("source", ["device", "cache"])
def test_items_of_every_type_that_it_knows_are_added_and_read(client: NodeProgram, source: str) -> None:
    for branch in ("Random", "Bucket Brigade"):
        names = [f"{branch}.{name}" for name in READABLE]
        added = client.do("add", group=branch, items=names)
        assert added["errors"] == [0] * len(names)
        assert added["types"] == [int(vartype) for vartype, _, _ in READABLE.values()]
        # What is in the cache, a read of the device has put there.
        client.do("read", group=branch, source="device")
        rows = client.do("read", group=branch, source=source)["rows"]
        assert [row["item"] for row in rows] == names
        assert [row["client"] for row in rows] == list(range(1, len(names) + 1))
        assert {(row["quality"], row["error"]) for row in rows} == {(GOOD, 0)}
        for row, (name, (_, kind, empty)) in zip(rows, READABLE.items(), strict=True):
            if branch == "Random":
                assert isinstance(row["value"], kind), (name, row)
            elif name == "Time":
                assert row["value"].startswith(empty)
            else:
                assert row["value"] == empty, name


@pytest.mark.parametrize(("word", "name", "value"), WRITABLE, ids=[row[0] for row in WRITABLE])
def test_what_it_writes_is_read_back(client: NodeProgram, word: str, name: str, value: Any) -> None:
    item = f"Bucket Brigade.{name}"
    client.do("add", group="g", items=[item])
    assert client.do("write", group="g", item=item, type=word, value=value) == {
        "error": None,
        "hresult": 0,
        "errors": [0],
    }
    for source in ("device", "cache"):
        (row,) = client.do("read", group="g", source=source)["rows"]
        assert (row["value"], row["quality"], row["error"]) == (value, GOOD, 0)


def test_a_value_in_another_type_is_converted_and_one_that_does_not_fit_refused(client: NodeProgram) -> None:
    """The package lets its user choose the type of what he writes, and users err."""
    client.do("add", group="g", items=["Bucket Brigade.Int2"])
    fits = client.do("write", group="g", item="Bucket Brigade.Int2", type="DOUBLE", value=41.0)
    assert (fits["hresult"], fits["errors"]) == (0, [0])
    too_big = client.do("write", group="g", item="Bucket Brigade.Int2", type="INTEGER", value=1_000_000)
    assert too_big["hresult"] == 1
    assert too_big["errors"][0] & 0x80000000
    assert client.do("read", group="g", source="device")["rows"][0]["value"] == 41


def test_an_item_that_may_not_be_written_says_so(client: NodeProgram) -> None:
    client.do("add", group="g", items=[RANDOM])
    answer = client.do("write", group="g", item=RANDOM, type="DOUBLE", value=1.0)
    assert (answer["hresult"], answer["errors"]) == (1, [DaCode.E_BADRIGHTS])


def test_bad_items_among_good_ones_do_not_spoil_them(client: NodeProgram) -> None:
    added = client.do("add", group="g", items=[RANDOM, "No.Such.Item", "Random.Int4", ""])
    assert added["errors"] == [0, DaCode.E_UNKNOWNITEMID, 0, DaCode.E_INVALIDITEMID]
    assert added["types"] == [VarType.R8, 0, VarType.I4, 0]
    rows = client.do("read", group="g", source="device")["rows"]
    assert [(row["item"], row["client"]) for row in rows] == [(RANDOM, 1), ("Random.Int4", 3)]


def test_a_read_in_which_one_item_fails_is_lost_to_it_and_the_session_goes_on(client: NodeProgram) -> None:
    """The package throws S_FALSE, and with it the values of the good items, which it has read by then."""
    client.do("add", group="g", items=[RANDOM, "Read Error.Int4"])
    assert client.ask("read", group="g", source="device")["error"] == "1"
    client.do("add", group="h", items=[RANDOM])
    assert client.do("read", group="h", source="device")["rows"][0]["quality"] == GOOD


def test_a_value_is_followed_by_reading_again_and_again(client: NodeProgram) -> None:
    """That is how the Node-RED node lives: the package takes no callbacks."""
    client.do("add", group="g", items=[RANDOM, BUCKET], rate=50)
    seen = client.do("cycle", group="g", times=4, pause=120, source="device")["seen"]
    assert all(before[0] != after[0] for before, after in pairwise(seen))
    assert [row[1] for row in seen] == [0] * 4
    cached = client.do("cycle", group="g", times=4, pause=120)["seen"]
    assert len({row[0] for row in cached}) > 1, "the cache follows the device"


def test_groups_are_listed_and_a_second_one_of_a_name_is_refused(host: HostInThread, node: NodeOpcDa) -> None:
    with NodeProgram(node) as program, NodeProgram(node) as other:
        for each in (program, other):
            assert each.connect(host.address)["error"] is None
        assert program.do("groups")["names"] == []
        for name in ("one", "two"):
            program.do("add", group=name, items=[RANDOM])
        assert program.do("groups")["names"] == ["one", "two"]
        assert program.do("status")["groups"] == 2
        assert other.do("groups")["names"] == [], "another client has groups of its own"
        program.do("close")
        other.do("close")
        assert host.objects() == ()


@pytest.mark.parametrize("phase", HARDENED)
def test_a_hardened_host_refuses_it_with_error_5_and_logs_event_10036(phase: str, node: NodeOpcDa) -> None:
    with HostInThread(phase) as server, NodeProgram(node) as program:
        assert program.connect(server.address)["error"] == "5"
        (event,) = server.events(10036)
        assert event.event.value("User Name") == USER
        assert server.objects() == ()


def test_a_wrong_password_reads_as_the_same_error_but_leaves_no_event(node: NodeOpcDa) -> None:
    """So only the log of the server tells one from the other."""
    with HostInThread(BEFORE) as server, NodeProgram(node) as program:
        assert program.connect(server.address, password="wrong")["error"] == "5"
        assert server.events(10036) == []
        assert any("log-on" in line for line in server.told)
