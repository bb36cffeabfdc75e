"""What our client calls at servers and our server calls at clients, heard where it arrives.

``docs/reference/protocol-support.md`` has these methods from reading the source. Here both sides do whatever
a program may ask of them, over PDUs and log-ons: the page says neither more than is sent, nor less.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final

import pytest

from opcross.dcom.com_class import ComObject, InterfaceHandler
from opcross.dcom.exporter import ObjectExporter
from opcross.errors import TimedOut
from opcross.hardening import Month, operating_system
from opcross.ndr import Variant, VarType
from opcross.opc.caller import Caller
from opcross.opc.common.interfaces_generated import IOPCServerList2
from opcross.opc.common.server_list import CATID_DA_3, ServerList
from opcross.opc.da.batch import WriteBatch
from opcross.opc.da.client import ClientOptions, DaClient
from opcross.opc.da.conformance import Verdict, survey
from opcross.opc.da.exporter import DA_2, DA_3
from opcross.opc.da.model import GroupSettings, ItemDefinition
from opcross.rpc.security import Credentials
from opcross_simulators.network import Network, SimulatedLoop, run
from opcross_simulators.servers import OPC_DA, OPC_ENUM
from opcross_simulators.servers.da import DaServerSettings
from opcross_simulators.servers.opc_da import opc_da
from opcross_simulators.servers.opc_enum import OpcEnum
from opcross_simulators.windows import AccountConfig, HostConfig, Program, WindowsClient, WindowsHost
from opcross_simulators.windows.installation import InstalledClass, Objects, Surroundings
from tests.dcom.entropy import seeded
from tests.opc.da.test_conformance import on_the_simulated_network, two_computers
from tests.opc.da.test_every_opnum import KNOWN, OFFERED, SINKS
from tools.draw_protocol_support import Usage, sources

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.rpc.call import Call

SERVER, PANEL = "10.0.0.5", "10.0.0.9"
OPERATOR: Final = Credentials("OPERATOR", "plant")
ITEM: Final = "Bucket Brigade.Real8"
SLOW: Final = 2.0
"""Seconds that the device takes."""

Heard = set[tuple[str, str]]
NAMES: Final = {KNOWN[name].iid: name for name in OFFERED}


class OlderOpcEnum(OpcEnum):
    """An OPCEnum that has no IOPCServerList2."""

    def query(self, iid: UUID) -> InterfaceHandler | None:
        return None if iid == IOPCServerList2.iid else super().query(iid)


def _older(surroundings: Surroundings) -> Objects:
    def make() -> ComObject:
        return OlderOpcEnum(surroundings)

    return Objects(make)


@contextmanager
def listening() -> Iterator[Heard]:
    """Interface and method of each call that an object of either side has answered."""
    heard: Heard = set()
    answer = ObjectExporter.call

    async def call(self: ObjectExporter, call: Call) -> bytes:
        response = await answer(self, call)
        name = NAMES.get(call.interface.uuid)
        if name is not None:
            heard.add((name, KNOWN[name].by_opnum[call.opnum].name))
        return response

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ObjectExporter, "call", call)
        yield heard


@asynccontextmanager
async def two_hosts(*classes: InstalledClass) -> AsyncGenerator[Callable[[], WindowsClient]]:
    """A server's computer with these classes; each call of what is given makes a program on another one."""
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    wall_time = loop.wall_time

    def host(name: str, address: str) -> WindowsHost:
        config = HostConfig(
            name=name,
            address=address,
            os=operating_system("windows-server-2019"),
            phase=Month(2023, 3),
            accounts=(AccountConfig("OPERATOR", "plant"),),
        )
        return WindowsHost(config, entropy=seeded(name), wall_time=wall_time, classes=classes)

    server, panel = host("LINE1", SERVER), host("PANEL", PANEL)
    programs: list[WindowsClient] = []

    def program() -> WindowsClient:
        programs.append(panel.client(Program(), SERVER, credentials=OPERATOR))
        return programs[-1]

    await server.start()
    try:
        yield program
    finally:
        for one in programs:
            await one.close()
        await server.stop()


def play(main: Callable[[], Awaitable[None]]) -> None:
    network = Network(seed=11)
    network.host("LINE1", [SERVER])
    network.host("PANEL", [PANEL])

    async def whole() -> None:
        await main()

    run(whole(), network=network)


def everything_of_the_contract() -> None:
    """At a server of DA 2.05a, where the client goes other ways, and at one that has both specifications."""
    for specifications in (frozenset({DA_2}), frozenset({DA_2, DA_3})):
        make = partial(on_the_simulated_network, specifications=specifications)
        outcomes = run(survey(make), network=two_computers())
        assert [one.check.id for one in outcomes if one.verdict is Verdict.FAILED] == []


async def transactions() -> None:
    """Asynchronous reads and writes: they complete; or they take too long, and are cancelled."""
    async with two_hosts(opc_da(settings=DaServerSettings(device_latency=SLOW * 1_000))) as program:
        for patience in (10 * SLOW, SLOW / 2):
            client = DaClient(
                OPC_DA.clsid,
                lambda: program().dcom,
                entropy=seeded("jitter"),
                new_callbacks=lambda: program().open_callbacks(),
                options=ClientOptions(allow_write=True, asynchronous=True, call_time=patience),
            )
            group = await (await client.open(Caller())).add_group(GroupSettings(update_rate=1_000))
            added = await group.add_items([ItemDefinition(item_id=ITEM, client=1)])
            await (await group.subscribe()).next()
            number = WriteBatch.of(Variant(VarType.R8, 4.5))
            if patience > SLOW:
                assert (await group.write(added.handles, number)).tolist() == [0]
                assert (await group.read(added.handles, 0)).values[0] == Variant(VarType.R8, 4.5)
            else:
                with pytest.raises(TimedOut):
                    await group.read(added.handles, 0)
                await asyncio.sleep(SLOW)  # the sink hears that it was cancelled
            await client.close()


async def server_lists() -> None:
    """OPCEnum, and an old one."""
    for enum in (OPC_ENUM, replace(OPC_ENUM, launch_process=_older)):
        async with two_hosts(OPC_DA, enum) as program:
            listing = await ServerList.open(program().dcom)
            assert await listing.classes((CATID_DA_3,)) == (OPC_DA.clsid,)
            assert (await listing.details(OPC_DA.clsid)).prog_id == OPC_DA.prog_id
            assert await listing.clsid(OPC_DA.prog_id) == OPC_DA.clsid
            await listing.close()


def on_the_page() -> Heard:
    """What the page says that is called: by the server at sinks, by the client at everything else."""
    client, server = Usage().read(sources("client")), Usage().read(sources("exporter"))
    return {
        (name, method.name)
        for name in OFFERED
        for method in KNOWN[name].methods
        if (name, method.python_name) in (server if name in SINKS else client).called
    }


@pytest.fixture(scope="module")
def heard() -> Heard:
    with listening() as calls:
        everything_of_the_contract()
        play(transactions)
        play(server_lists)
    return calls


def test_what_the_page_says_is_sent_and_nothing_else(heard: Heard) -> None:
    """A method that only seems to be called, or that the page forgot, shows here."""
    said = on_the_page()
    assert sorted(said - heard) == []
    assert sorted(heard - said) == []


def test_our_server_calls_every_method_of_our_sinks(heard: Heard) -> None:
    expected = {(name, method.name) for name in SINKS for method in KNOWN[name].methods}
    assert {call for call in heard if call[0] in SINKS} == expected
