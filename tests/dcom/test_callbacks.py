"""Servers that call their clients back: references, resolution, pings, nesting."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

import pytest

from opcross.codes import Hresult
from opcross.dcom.call_context import current_call
from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import IID_IUNKNOWN, InterfaceHandler
from opcross.dcom.importer import ImporterOptions
from opcross.dcom.interfaces_generated import (
    IConnectionPoint,
    IConnectionPointProxy,
    IEnumString,
    IEnumStringProxy,
    IRemUnknown,
    IRemUnknown2,
)
from opcross.dcom.objref import SORF_NOPING, StandardObjRef, unpack_objref
from opcross.dcom.resolver import IID_IOXIDRESOLVER
from opcross.dcom.table_handler import TableHandler
from opcross.errors import Fault, HResultError, LocalMisuse
from opcross.levels import AuthLevel
from opcross.rpc.call import ChannelSecurity
from tests.dcom.direct import DirectNet
from tests.dcom.entropy import seeded
from tests.dcom.plant import CLIENT, CLSID, OPERATOR, SERVER, UNSECURED, Plant

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

RESOLVE_OXID2, SIMPLE_PING, COMPLEX_PING = 4, 1, 2


@dataclass
class Sink:
    """A client's object; ``then`` runs in the course of each callback."""

    then: Callable[[], Awaitable[object]] | None = None
    calls: int = 0
    gone: int = 0
    causalities: list[UUID] = field(default_factory=list)

    def query(self, iid: UUID) -> InterfaceHandler | None:
        return TableHandler(IEnumString, self) if iid == IEnumString.iid else None

    def released(self) -> None:
        self.gone += 1

    async def reset(self) -> int:
        self.calls += 1
        self.causalities.append(current_call().causality)
        if self.then is not None:
            await self.then()
        return 0


class Client:
    """A client with a callback host, and an object of the plant."""

    def __init__(
        self, plant: Plant[DirectNet], *, level: AuthLevel = AuthLevel.NONE, address: str = CLIENT
    ) -> None:
        connector = plant.net.connector(address)
        options = ImporterOptions(security=ChannelSecurity(AuthLevel.INTEGRITY, credentials=OPERATOR))
        self.dcom = DcomClient(connector, SERVER, entropy=seeded(address), options=options)
        self.callbacks = CallbackHost(
            plant.net.server,
            [address, "CLIENT-PC"],
            entropy=seeded(f"callbacks of {address}"),
            now=plant.clock,
            level=level,
            importer=self.dcom.importer,
        )
        self.plant = plant

    async def open(self) -> None:
        await self.callbacks.open()
        self.remote = await self.dcom.activate(CLSID, [IEnumString.iid, IConnectionPoint.iid])
        self.words = IEnumStringProxy(self.remote.interface(IEnumString.iid))
        self.point = IConnectionPointProxy(self.remote.interface(IConnectionPoint.iid))

    async def close(self) -> None:
        await self.dcom.close()
        await self.plant.importer.close()
        await self.callbacks.close()


async def until(condition: Callable[[], bool]) -> None:
    """Let other tasks run until something has happened."""
    async with asyncio.timeout(30):
        while not condition():  # noqa: ASYNC110  (what is awaited has no event to offer)
            await asyncio.sleep(0.001)


async def new_client(
    plant_security: ChannelSecurity = UNSECURED, level: AuthLevel = AuthLevel.NONE
) -> Client:
    plant = Plant(DirectNet(), security=plant_security)
    await plant.open()
    client = Client(plant, level=level)
    await client.open()
    return client


async def test_a_sink_is_called_before_advise_returns_and_afterwards() -> None:
    client = await new_client()
    sink = Sink()
    advised = await client.point.advise(unk_sink=client.callbacks.marshal(sink, IID_IUNKNOWN))
    assert sink.calls == 1
    await client.plant.made[0].tell()
    assert sink.calls == 2
    net = client.plant.net
    assert net.opnums(IID_IOXIDRESOLVER) == [RESOLVE_OXID2], "one resolution, at the sink's own port"
    assert net.opnums(IRemUnknown.iid) == [3], "one query, and by the interface that all clients know"
    assert net.opnums(IRemUnknown2.iid) == []
    await client.point.unadvise(cookie=advised.cookie)
    assert sink.gone == 1
    with pytest.raises(HResultError, match="CONNECT_E_NOCONNECTION"):
        await client.point.unadvise(cookie=7)
    await client.close()


async def test_a_reference_names_the_port_of_its_own_resolver() -> None:
    client = await new_client()
    reference = unpack_objref(client.callbacks.marshal(Sink(), IID_IUNKNOWN))
    assert isinstance(reference, StandardObjRef)
    (endpoint, other) = reference.bindings.endpoints(135)
    assert (endpoint.host, other.host) == (CLIENT, "CLIENT-PC")
    assert endpoint.port == other.port != 135
    assert endpoint in client.plant.net.listeners
    await client.close()
    assert endpoint not in client.plant.net.listeners


async def test_a_callback_may_call_back() -> None:
    """Client calls server calls client calls server: nobody holds what another waits for."""
    client = await new_client()
    sink = Sink()
    sink.then = lambda: client.words.remote_next(celt=1)
    async with asyncio.timeout(10):
        await client.point.advise(unk_sink=client.callbacks.marshal(sink, IID_IUNKNOWN))
    assert client.plant.made[0].position == 1
    await client.close()


async def test_a_chain_of_calls_keeps_its_causality_id() -> None:
    client = await new_client()
    sink = Sink()
    sink.then = lambda: client.words.remote_next(celt=1)
    await client.point.advise(unk_sink=client.callbacks.marshal(sink, IID_IUNKNOWN))
    await client.words.remote_next(celt=1)
    nested, alone = client.plant.made[0].contexts
    assert nested.causality == sink.causalities[0]
    assert alone.causality != nested.causality
    await client.close()


async def test_the_server_pings_the_sink() -> None:
    client = await new_client()
    sink = Sink()
    await client.point.advise(unk_sink=client.callbacks.marshal(sink, IID_IUNKNOWN))
    for _ in range(6):
        client.plant.clock.seconds += 120
        await client.plant.importer.ping()
        client.callbacks.books.collect()
    assert client.plant.net.opnums(IID_IOXIDRESOLVER)[1:] == [COMPLEX_PING] + 5 * [SIMPLE_PING]
    assert sink.gone == 0
    client.plant.clock.seconds += 360
    client.callbacks.books.collect()
    assert sink.gone == 1, "a server that died has its sinks collected"
    with pytest.raises(Fault) as fault:
        await client.plant.made[0].tell()
    assert fault.value.code == Hresult.RPC_E_DISCONNECTED
    await client.close()


async def test_a_sink_that_needs_no_pings_gets_none_and_is_not_collected() -> None:
    client = await new_client()
    sink = Sink()
    objref = client.callbacks.marshal(sink, IID_IUNKNOWN, pinged=False)
    reference = unpack_objref(objref)
    assert isinstance(reference, StandardObjRef)
    assert reference.std.flags == SORF_NOPING
    await client.point.advise(unk_sink=objref)
    await client.plant.importer.ping()
    assert client.plant.net.opnums(IID_IOXIDRESOLVER) == [RESOLVE_OXID2]
    client.plant.clock.seconds += 3600
    client.callbacks.books.collect()
    await client.plant.made[0].tell()
    assert sink.calls == 2
    await client.close()


async def test_callbacks_come_at_the_level_that_the_client_hints_at() -> None:
    client = await new_client(
        ChannelSecurity(AuthLevel.CONNECT, credentials="PLANT\\opcserver"), AuthLevel.INTEGRITY
    )
    sink = Sink()
    await client.point.advise(unk_sink=client.callbacks.marshal(sink, IID_IUNKNOWN))
    carried = [call for call in client.plant.net.calls if call.to.host == CLIENT]
    assert [call.caller.level for call in carried] == [
        AuthLevel.NONE,
        AuthLevel.INTEGRITY,
        AuthLevel.INTEGRITY,
    ]
    assert str(carried[-1].caller.identity) == "PLANT\\opcserver"
    await client.close()


async def test_two_clients_are_called_side_by_side() -> None:
    client = await new_client()
    other = Client(client.plant, address="127.0.0.4")
    await other.open()
    sinks = Sink(), Sink()
    for each, sink in zip((client, other), sinks, strict=True):
        await each.point.advise(unk_sink=each.callbacks.marshal(sink, IID_IUNKNOWN))
    await asyncio.gather(*(made.tell() for made in client.plant.made))
    assert [sink.calls for sink in sinks] == [2, 2]
    await other.close()
    await client.close()


async def test_what_is_no_sink_is_refused() -> None:
    client = await new_client()
    with pytest.raises(HResultError, match="E_POINTER"):
        await client.point.advise(unk_sink=None)
    with pytest.raises(Fault, match="BAD_STUB"):
        await client.point.advise(unk_sink=b"MEOW")
    with pytest.raises(HResultError, match="E_NOINTERFACE"):
        client.callbacks.marshal(Sink(), IConnectionPoint.iid)
    await client.close()


async def test_a_callback_host_has_to_be_open_and_have_an_address() -> None:
    net = DirectNet()
    with pytest.raises(LocalMisuse, match="address"):
        CallbackHost(net.server, [], entropy=seeded(), now=lambda: 0.0)
    host = CallbackHost(net.server, ["127.0.0.1"], entropy=seeded(), now=lambda: 0.0)
    with pytest.raises(LocalMisuse, match="open"):
        host.marshal(Sink(), IID_IUNKNOWN)
    await host.close()


async def test_pings_go_out_by_themselves() -> None:
    plant = Plant(DirectNet())
    await plant.open()
    options = ImporterOptions(ping_period=0.001)
    client = DcomClient(plant.net.connector(CLIENT), SERVER, entropy=seeded(), options=options)
    await client.activate(CLSID)
    await until(lambda: SIMPLE_PING in plant.net.opnums(IID_IOXIDRESOLVER))
    assert len(plant.scm.books.ping_sets) == 1
    await client.close()


async def test_a_resolver_that_forgot_the_set_is_told_again() -> None:
    plant = Plant(DirectNet())
    await plant.open()
    reported: list[object] = []
    client = DcomClient(plant.net.connector(CLIENT), SERVER, entropy=seeded(), report=reported.append)
    await client.activate(CLSID)
    await client.importer.ping()
    plant.scm.books.ping_sets.expire(plant.clock.seconds + 360)
    await client.importer.ping()
    await client.importer.ping()
    assert plant.net.opnums(IID_IOXIDRESOLVER) == [COMPLEX_PING, SIMPLE_PING, COMPLEX_PING]
    assert len(reported) == 1
    assert len(plant.scm.books.ping_sets) == 1
    await client.close()


async def test_the_sweeper_collects_by_itself() -> None:
    plant = Plant(DirectNet())
    await plant.open()
    client = DcomClient(plant.net.connector(CLIENT), SERVER, entropy=seeded())
    await client.activate(CLSID)
    sweeper = asyncio.get_running_loop().create_task(plant.scm.run(0.001))
    plant.clock.seconds += 360
    await until(lambda: plant.made[0].gone > 0)
    sweeper.cancel()
    await client.close(release=False)
