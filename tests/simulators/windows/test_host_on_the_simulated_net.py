"""The same host on a virtual clock: equal verdicts, and six minutes pass at once."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Callable

import pytest

from opcross.errors import Fault
from opcross.hardening import Month, operating_system
from opcross.levels import AuthLevel
from opcross.opc.da.interfaces_generated import IOPCServer, IOPCServerProxy
from opcross.rpc.security import Credentials
from opcross_simulators.network import Network, SimulatedLoop, run
from opcross_simulators.servers import OPC_DA, standard_classes
from opcross_simulators.windows import AccountConfig, HostConfig, Program, WindowsHost

SERVER, PANEL = "10.0.0.5", "10.0.0.9"
OPERATOR = Credentials("operator", "plant")


def entropy_of(seed: int) -> Callable[[int], bytes]:
    blocks = 0

    def draw(size: int) -> bytes:
        nonlocal blocks
        blocks += 1
        return hashlib.shake_256(f"{seed}:{blocks}".encode()).digest(size)

    return draw


def host(name: str, address: str, os: str, month: Month | None) -> WindowsHost:
    loop = asyncio.get_running_loop()
    assert isinstance(loop, SimulatedLoop)
    config = HostConfig(
        name=name,
        address=address,
        os=operating_system(os),
        phase=month,
        accounts=(AccountConfig("operator", "plant"),),
    )
    return WindowsHost(
        config, entropy=entropy_of(len(name)), wall_time=loop.wall_time, classes=standard_classes()
    )


def net() -> Network:
    network = Network(seed=7)
    network.host("SERVER", [SERVER])
    network.host("PANEL", [PANEL])
    return network


def logged(one: WindowsHost) -> list[int]:
    return [record.event.event_id for record in one.log]


async def play(month: Month | None, level: AuthLevel) -> tuple[bool, list[int], list[int]]:
    server = host("SERVER", SERVER, "windows-server-2019", month)
    panel = host("PANEL", PANEL, "windows-10-21h2", Month(2022, 6))
    await server.start()
    client = panel.client(Program(activation_level=level, call_level=level), SERVER, credentials=OPERATOR)
    works = True
    try:
        remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
        await IOPCServerProxy(remote.interface(IOPCServer.iid)).get_status()
    except Fault:
        works = False
    await client.close()
    await server.stop()
    return works, logged(server), logged(panel)


@pytest.mark.parametrize(
    ("month", "level", "outcome"),
    [
        (None, AuthLevel.CONNECT, (True, [], [10037])),
        (Month(2022, 6), AuthLevel.CONNECT, (False, [10036], [10037])),
        (Month(2023, 3), AuthLevel.PKT, (False, [10036], [10037])),
        (Month(2023, 3), AuthLevel.INTEGRITY, (True, [], [])),
    ],
)
def test_verdicts_are_those_of_the_loopback(
    month: Month | None, level: AuthLevel, outcome: tuple[bool, list[int], list[int]]
) -> None:
    assert run(play(month, level), network=net()) == outcome


async def vanish() -> tuple[int, int, float]:
    loop = asyncio.get_running_loop()
    server = host("SERVER", SERVER, "windows-server-2019", Month(2023, 3))
    panel = host("PANEL", PANEL, "windows-10-21h2", Month(2023, 3))
    await server.start()
    client = panel.client(Program(), SERVER, credentials=OPERATOR)
    await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
    await client.close(release=False)
    began = loop.time()
    before = len(server.objects())
    while server.objects():  # noqa: ASYNC110  (the clock is virtual)
        await asyncio.sleep(5.0)
    after = loop.time() - began
    await server.stop()
    return before, len(server.objects()), after


def test_the_objects_of_a_client_that_died_are_collected_after_six_minutes() -> None:
    before, after, waited = run(vanish(), network=net())
    assert (before, after) == (1, 0)
    assert 360.0 <= waited <= 380.0


async def port_of_the_server(os: str) -> int:
    server = host("SERVER", SERVER, os, None)
    panel = host("PANEL", PANEL, "windows-xp-sp3", None)
    await server.start()
    client = panel.client(Program(), SERVER, credentials=OPERATOR)
    remote = await client.activate(OPC_DA.clsid, (IOPCServer.iid,))
    address = await client.dcom.importer.resolver.resolve(remote.held.resolver, remote.oxid)
    (endpoint,) = address.bindings.endpoints(0)
    await client.close()
    await server.stop()
    return endpoint.port


@pytest.mark.parametrize("os", ["windows-xp-sp3", "windows-server-2003", "windows-7", "windows-server-2019"])
def test_applications_listen_where_their_windows_lets_them(os: str) -> None:
    assert run(port_of_the_server(os), network=net()) in operating_system(os).dynamic_ports
