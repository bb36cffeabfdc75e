"""impacket against our server: another team's stack activates, calls, queries, pings and releases."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import Any

import pytest

from opcross.dcom.gate import ACCESS_DENIED_FAULT, Gate
from opcross.levels import AuthLevel
from tests.dcom.plant import SERVER, Plant
from tests.dcom.sockets import SocketNet
from tests.dcom.test_client_and_server import Refusing

pytest.importorskip("impacket", reason="impacket is not installed (extra: strangers)")
pytestmark = pytest.mark.strangers("impacket")

PROGRAM = Path(__file__).with_name("impacket_program.py")
LEVELS = [AuthLevel.CONNECT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY]


async def impacket(plant: Plant[SocketNet], level: AuthLevel, method: str) -> dict[str, Any]:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        str(PROGRAM),
        SERVER,
        str(plant.resolver.port),
        str(int(level)),
        method,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    async with asyncio.timeout(30):
        out, errors = await process.communicate()
    assert process.returncode == 0, errors.decode()
    seen: dict[str, Any] = json.loads(out)
    return seen


async def new_plant(gate: Gate | None = None) -> Plant[SocketNet]:
    plant = Plant(SocketNet(), gate=gate)
    await plant.open(0)
    return plant


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.word)
@pytest.mark.parametrize("method", ["RemoteActivation", "RemoteCreateInstance"])
async def test_impacket_activates_calls_queries_pings_and_releases(method: str, level: AuthLevel) -> None:
    plant = await new_plant()
    try:
        seen = await impacket(plant, level, method)
        assert seen == {"reset": 0, "queried": True, "add_ref": 0, "release": 0}
        (entry,) = plant.exporter.table
        assert {held.public_refs for held in entry.interfaces.values()} == {5, 1}
        assert plant.scm.books.ping_sets.covers(entry.oid)
    finally:
        await plant.close()


async def test_impacket_gets_the_class_object() -> None:
    plant = await new_plant()
    try:
        assert await impacket(plant, AuthLevel.INTEGRITY, "RemoteGetClassObject") == {"release": 0}
        assert plant.made == []
    finally:
        await plant.close()


@pytest.mark.parametrize("method", ["RemoteActivation", "RemoteCreateInstance"])
async def test_impacket_is_refused_below_integrity(method: str) -> None:
    plant = await new_plant(Refusing(ACCESS_DENIED_FAULT, at="lookup"))
    try:
        assert await impacket(plant, AuthLevel.CONNECT, method) == {"error": "rpc_s_access_denied"}
        assert plant.made == []
    finally:
        await plant.close()
