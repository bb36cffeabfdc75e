"""A session of two Windows machines, played again at the simulated server: its answers have the same octets.

The capture (of the rules' tests of Suricata) shows one client that adds an item six times, each time to a
group of its own under the same handle, reads it from the cache, switches it off and on, and is told of it.
Its requests go out as they were recorded, only with the handles of our server.
"""

from __future__ import annotations

import asyncio
import struct
from collections.abc import Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import pytest

from opcross.ndr import HRESULT, VarType
from opcross.ndr._stream import Unpacker
from opcross.ndr.tables import load
from opcross.opc.da.model import AccessRights
from opcross_simulators.network import SimulatedLoop, run
from opcross_simulators.plant.model import PlantItem
from opcross_simulators.plant.signals import Behaviour, Signal, SignalKind
from opcross_simulators.plant.simulated import SimulatedPlant
from opcross_simulators.plant.table import SimulatedItem
from opcross_simulators.servers.opc_da import opc_da
from tests.data_files import data_file
from tests.ndr.captures import CapturedCall, calls
from tests.opc.da.java_client import Held, JavaClient, JavaSink, interface, java_bench
from tests.simulators.windows.calling_back import net

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from opcross.ndr import Method

CAPTURE = "captures/suricata-verify_opcda.pcap"
DA, COM = load("da"), load("com")
METHODS = {face.iid: face for face in DA.values()}
ITEM = "Channel_0_User_Defined.Sine.Sine5"
GROUP = 1324
"""The client's handle of each of its groups."""
# Where the captured SyncIO::Read answers have gaps, in which Windows leaves what its memory held.
GAP = slice(36, 40)


@dataclass(frozen=True)
class Recorded:
    """One recorded call, as it was and as it reads."""

    call: CapturedCall
    method: Method
    asked: dict[str, Any]
    answered: dict[str, Any]

    @classmethod
    def of(cls, call: CapturedCall) -> Recorded:
        assert call.interface is not None
        method = METHODS[call.interface][call.opnum]
        asked = method.read_request(behind("ORPCTHIS", call.request))
        answered = method.read_response(behind("ORPCTHAT", call.response), request=asked)
        return cls(call, method, asked, answered)


def behind(head: str, stub: bytes) -> Unpacker:
    unpacker = Unpacker(stub)
    COM.struct(head).read(unpacker)
    return unpacker


def recorded() -> list[Recorded]:
    return [Recorded.of(call) for call in calls(data_file(CAPTURE)) if call.interface is not None]


@dataclass(frozen=True)
class Episode:
    """What the client did with one group."""

    add: Recorded
    read: Recorded
    rest: tuple[Recorded, ...]
    change: Recorded

    @property
    def server(self) -> int:
        """The server's handle of the item, of then."""
        return int(self.add.answered["add_results"][0].server)

    @property
    def client(self) -> int:
        """The client's handle of the item."""
        return int(self.add.asked["item_array"][0].client)


def episodes() -> Iterator[Episode]:
    rows = recorded()
    changes = {int(row.asked["client_items"][0]): row for row in rows if row.method.name == "OnDataChange"}
    others = [row for row in rows if row.method.name != "OnDataChange"]
    assert len(others) == 5 * len(changes) == 30
    for at in range(0, len(others), 5):
        add, read, *rest = others[at : at + 5]
        assert (add.method.name, read.method.name) == ("AddItems", "Read")
        yield Episode(add, read, tuple(rest), changes[int(add.asked["item_array"][0].client)])


def sine_plant() -> SimulatedPlant:
    """The one item: a float that may be read, in branches of its own."""
    item = PlantItem(
        item_id=ITEM,
        path=tuple(ITEM.split(".")),
        vartype=int(VarType.R4),
        rights=AccessRights.READABLE,
        description="A sine.",
        scan_rate=10.0,
    )
    return SimulatedPlant(
        [SimulatedItem(item, Behaviour(signal=Signal(kind=SignalKind.SINE, low=-1, high=1)))]
    )


@dataclass
class Player:
    """Our server, and a client that holds a group and sends what was recorded."""

    client: JavaClient
    management: Held
    sync: Held
    sink: JavaSink

    async def play(self, row: Recorded, handles: dict[int, int]) -> tuple[bytes, dict[str, Any]]:
        """Send it with our handles in place of theirs; the answer with theirs in place of ours."""
        stub = row.call.request
        for theirs, ours in handles.items():
            stub = swapped(stub, theirs, ours)
        held = self.sync if row.method.interface == "IOPCSyncIO" else self.management
        assert row.call.interface is not None
        octets = await self.client.replay(held, row.call.interface, row.call.opnum, stub)
        answer = row.method.read_response(behind("ORPCTHAT", octets), request=row.asked, strict=True)
        return octets, answer


def swapped(octets: bytes, old: int, new: int) -> bytes:
    """A handle replaced wherever it stands, once or not at all."""
    assert octets.count(struct.pack("<I", old)) <= 1
    return octets.replace(struct.pack("<I", old), struct.pack("<I", new))


@asynccontextmanager
async def player(*, advised: bool = False) -> AsyncIterator[Player]:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    async with java_bench(classes=(opc_da(make_plant=sine_plant),)) as (_, client):
        group = await client.group(rate=100, client=GROUP)
        management = await client.as_it_does(group, "IOPCItemMgt")
        sink = JavaSink(loop)
        await sink.open()
        if advised:
            container = await client.as_it_does(group, "IConnectionPointContainer")
            found = await client.call(
                container,
                "IConnectionPointContainer",
                "FindConnectionPoint",
                riid=interface("IOPCDataCallback").iid,
            )
            await client.call(Held.of(found["cp"]), "IConnectionPoint", "Advise", unk_sink=sink.objref)
            assert client.hresult == 0
        yield Player(client, management, await client.as_it_does(group, "IOPCSyncIO"), sink)
        await sink.close()


async def added(here: Player, episode: Episode) -> int:
    """Our handle of the item, once it was added as recorded."""
    octets, answer = await here.play(episode.add, {})
    ours = int(answer["add_results"][0].server)
    assert swapped(octets, ours, episode.server) == episode.add.call.response
    return ours


@pytest.mark.parametrize("number", range(6))
def test_items_are_added_and_changed_in_the_very_octets_of_windows(number: int) -> None:
    """AddItems, SetActiveState, SetClientHandles: pointers, counts, types, rights and errors."""
    episode = list(episodes())[number]

    async def whole() -> None:
        async with player() as here:
            ours = await added(here, episode)
            for row in episode.rest:
                octets, _ = await here.play(row, {episode.server: ours})
                assert octets == row.call.response, row.method.name

    run(whole(), network=net())


@pytest.mark.parametrize("number", range(6))
def test_the_cache_is_read_in_the_shape_of_windows(number: int) -> None:
    """Five reads came before the first scan: then there is a row of bad quality with an empty VARIANT.

    The sixth has a float. Whichever ours gives, it lies as theirs of that kind does.
    """
    every = list(episodes())
    episode = every[number]
    of_type = {
        int(each.read.answered["item_values"][0].data_value.vt): each.read.call.response for each in every
    }
    assert set(of_type) == {VarType.EMPTY, VarType.R4}

    async def whole() -> None:
        async with player() as here:
            ours = await added(here, episode)
            seen = []
            for pause in (0.0, 1.0):
                await asyncio.sleep(pause)
                octets, answer = await here.play(episode.read, {episode.server: ours})
                assert answer[HRESULT] == episode.read.answered[HRESULT] == 0
                assert answer["errors"].tolist() == episode.read.answered["errors"].tolist() == [0]
                (row,) = answer["item_values"]
                seen.append(row.data_value.vt)
                assert row.client == episode.client
                assert row.time_stamp
                assert (row.quality >= 0x40) == (row.data_value.vt == VarType.R4)
                assert blank(octets) == blank(of_type[row.data_value.vt])
            assert seen[-1] == VarType.R4, "after a second there is a value"

    run(whole(), network=net())


def blank(response: bytes) -> bytes:
    """An answer of Read without handle, time, gap and value, which are never the same twice."""
    octets = bytearray(response)
    octets[16:28] = bytes(12)
    octets[GAP] = bytes(4)
    if struct.unpack_from("<H", octets, 48)[0] == VarType.R4:
        octets[60:64] = bytes(4)
    return bytes(octets)


@pytest.mark.parametrize("number", range(6))
def test_changes_are_told_in_the_octets_of_windows(number: int) -> None:
    episode = list(episodes())[number]

    async def whole() -> None:
        async with player(advised=True) as here:
            ours = await added(here, episode)
            for row in episode.rest:
                await here.play(row, {episode.server: ours})
            async with asyncio.timeout(60):
                while not here.sink.told:  # noqa: ASYNC110  (the clock is virtual)
                    await asyncio.sleep(0.05)
            name, told = here.sink.told[-1]
            assert name == "OnDataChange"
            assert told["client_items"].tolist() == [episode.client]
            assert told["values"][0].vt == VarType.R4
            octets = here.sink.stubs[-1]
            assert plain_change(octets) == plain_change(episode.change.call.request)

    run(whole(), network=net())


def plain_change(request: bytes) -> bytes:
    """OnDataChange without COM version (the sink's here is older), causality id, value and time."""
    octets = bytearray(request)
    octets[2:4] = bytes(2)
    octets[12:28] = bytes(16)
    octets[92:96] = bytes(4)
    octets[108:116] = bytes(8)
    return bytes(octets)
