"""Subjects for the conformance suite: a plant whose items play all the parts, behind one thing or another."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from math import inf
from typing import Any
from uuid import UUID

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.client import DcomClient
from opcross.dcom.com_class import ComClass
from opcross.dcom.dual_string_array import DualStringArray
from opcross.dcom.exporter import ObjectExporter
from opcross.dcom.importer import ImporterOptions, ObjectImporter
from opcross.dcom.scm import Scm
from opcross.levels import AuthLevel, AuthService
from opcross.ndr import VarType
from opcross.net import entropy
from opcross.opc.da.client import CallBudget, ClientOptions, DaClient
from opcross.opc.da.conformance import DaSubject
from opcross.opc.da.exporter import DA_2, DA_3, DaExporter, ExporterOptions
from opcross.opc.da.model import AccessRights
from opcross.opc.quality import Quality
from opcross_simulators.network import SimulatedLoop
from opcross_simulators.plant import (
    START,
    Behaviour,
    PlantItem,
    QualityScript,
    Signal,
    SignalKind,
    SimulatedItem,
    SimulatedPlant,
    WriteRule,
)
from opcross_simulators.servers.da import DaServerSettings, SimulatedDaService
from tests.dcom.sockets import SocketNet, security

BOTH = frozenset({DA_2, DA_3})
CLSID = UUID("6e6f7273-0002-4000-8000-0000000c0f0e")

_BOTH = AccessRights.READABLE | AccessRights.WRITEABLE
_FAST = Signal(kind=SignalKind.COUNTER, low=0.0, high=1e9, period=0.001)


def _item(
    item_id: str,
    vartype: int = VarType.R8,
    *,
    rights: AccessRights = _BOTH,
    signal: Signal | None = None,
    write: WriteRule = WriteRule.TAKE,
    **more: Any,
) -> SimulatedItem:
    item = PlantItem(item_id=item_id, path=tuple(item_id.split(".")), vartype=vartype, rights=rights, **more)
    return SimulatedItem(item, Behaviour(signal=signal or Signal(), write=write))


def conformance_plant(start: int = START) -> SimulatedPlant:
    """An item for every role, in branches of several depths."""
    return SimulatedPlant(
        [
            _item("Tank.Level", eu_range=(0.0, 100.0), units="%", description="Level of the tank"),
            _item("Tank.Set.Number"),
            _item("Tank.Set.Integer", VarType.I4),
            _item("Tank.Set.Text", VarType.BSTR),
            _item(
                "Tank.Set.Array",
                VarType.ARRAY | VarType.R8,
                signal=Signal(value=[1.0, 2.0, 3.0]),
            ),
            _item("Tank.Mode", VarType.I4, eu_labels=("off", "manual", "automatic")),
            _item("Sensors.Identity", VarType.BSTR, rights=AccessRights.READABLE),
            _item("Sensors.Clock", rights=AccessRights.READABLE, signal=_FAST),
            _item("Sensors.Broken", rights=AccessRights.READABLE),
            _item("Commands.Reset", VarType.I4, rights=AccessRights.WRITEABLE),
            _item("Commands.Locked", write=WriteRule.FAIL),
            _item("Alone", VarType.BOOL),
        ],
        start=start,
        scripts=[QualityScript(items="Sensors.Broken", quality=Quality.SENSOR_FAILURE)],
    )


@asynccontextmanager
async def simulated(
    wall_time: Callable[[], int] | None = None, settings: DaServerSettings | None = None
) -> AsyncGenerator[DaSubject]:
    """The simulated server itself, on the loop that runs; its wall clock is the loop's, if that has one."""
    if wall_time is None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, SimulatedLoop)
        wall_time = loop.wall_time
    service = SimulatedDaService(conformance_plant(wall_time()), wall_time=wall_time, settings=settings)

    async def shut_down(reason: str) -> None:
        service.shutdown(reason)

    try:
        yield DaSubject(
            service=service,
            number="Tank.Set.Number",
            analog="Tank.Level",
            integer="Tank.Set.Integer",
            text="Tank.Set.Text",
            array="Tank.Set.Array",
            read_only="Sensors.Identity",
            write_only="Commands.Reset",
            changing="Sensors.Clock",
            failing="Sensors.Broken",
            enumerated="Tank.Mode",
            write_error="Commands.Locked",
            branch="Tank",
            shut_down=shut_down,
        )
    finally:
        await service.close()


@asynccontextmanager
async def behind_dcom(
    server: str,
    client: str,
    *,
    wall_time: Callable[[], int],
    specifications: frozenset[str] = BOTH,
    allow_write: bool = True,
    callbacks: bool = True,
) -> AsyncGenerator[DaSubject]:
    """The same server behind the exporter, PDUs at packet integrity, and our client.

    ``server`` and ``client`` are addresses of the net that the running loop has.
    """
    net = SocketNet()
    clock = asyncio.get_running_loop().time
    async with AsyncExitStack() as stack:
        settings = DaServerSettings(writes_quality=DA_3 in specifications)
        subject = await stack.enter_async_context(simulated(wall_time, settings))
        importer = ObjectImporter(
            net.connector(server),
            entropy=entropy,
            options=ImporterOptions(security=security(AuthLevel.INTEGRITY, "opcserver")),
        )
        stack.push_async_callback(importer.close, release=False)
        objects = ObjectExporter(entropy=entropy, now=clock, level=AuthLevel.INTEGRITY, importer=importer)
        scm = Scm(entropy=entropy, now=clock)
        scm.add_exporter(objects)
        exporter = DaExporter(subject.service, ExporterOptions(specifications=specifications))
        scm.activator.register(ComClass(CLSID, "Conformance.1", exporter.create), objects)
        doors = [net.server(scm), net.server(objects)]
        stack.push_async_callback(exporter.aclose)
        resolver, port = [await door.open(server, 0) for door in doors]
        for door in doors:
            stack.push_async_callback(door.close)
        objects.bindings = DualStringArray.of([server], [AuthService.NTLM], port=port.port)
        objects.resolver_bindings = DualStringArray.of([server], [AuthService.NTLM], port=resolver.port)
        scm.resolver.bindings = objects.resolver_bindings

        def new_dcom() -> DcomClient:
            options = ImporterOptions(security=security(AuthLevel.INTEGRITY), resolver_port=resolver.port)
            return DcomClient(net.connector(client), server, entropy=entropy, options=options)

        async def new_callbacks() -> CallbackHost:
            host = CallbackHost(net.server, [client], entropy=entropy, now=clock, level=AuthLevel.INTEGRITY)
            await host.open()
            return host

        service = DaClient(
            CLSID,
            new_dcom,
            entropy=entropy,
            new_callbacks=new_callbacks if callbacks else None,
            options=ClientOptions(allow_write=allow_write),
            budget=CallBudget(concurrent_calls=8, device_reads=inf, polls=inf, browse_calls=inf),
        )
        stack.push_async_callback(service.close)
        da3 = DA_3 in specifications
        yield replace(
            subject,
            service=service,
            writable=allow_write,
            da3=da3,
            buffering=da3,
            keep_alive=da3,
        )
