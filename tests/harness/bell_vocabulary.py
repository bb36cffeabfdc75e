"""A small vocabulary of its own, so that the bench is tested without the stacks that it tests.

A ``bell`` answers whoever rings it over TCP with the word that it was given.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from opcross.codes import Hresult
from opcross.errors import AccessDenied, Fault, HResultError
from opcross.yaml_files import BOOLEAN, TEXT, Key, Record
from opcross_harness.cast.base import Actor, CastKind, ClientRole
from opcross_harness.errors import Unsupported
from opcross_harness.outcomes import OK, Form, Outcome
from opcross_harness.stage import Stage
from opcross_harness.verbs.base import Action, Arguments, client, someone
from opcross_harness.vocabulary import STANDARD

PORT = 135
ANSWERS = {
    "ok": OK,
    "denied": Outcome.of(AccessDenied("the bell is locked")),
    "fault": Outcome.of(Fault(5)),
    "no-interface": Outcome.of(HResultError(Hresult.E_NOINTERFACE)),
}


@dataclass(frozen=True)
class BellSettings:
    says: str = "ok"
    breaks: str = ""
    needs_level: str = ""


class Ring(asyncio.Protocol):
    def __init__(self, says: str) -> None:
        self.says = says

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport

    def data_received(self, data: bytes) -> None:
        self.transport.write(self.says.encode())


class Bell(ClientRole):
    def __init__(self, name: str, settings: BellSettings, stage: Stage) -> None:
        super().__init__(name, stage.venue.address_for(name))
        self.port = stage.venue.scm_port(name)
        self.settings = settings
        self.server: asyncio.Server | None = None

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        self.server = await loop.create_server(lambda: Ring(self.settings.says), self.address, self.port)
        if self.settings.breaks == "open":
            raise RuntimeError("the rope is torn")

    async def close(self) -> None:
        if self.server is not None:
            self.server.close()
        if self.settings.breaks == "close":
            raise RuntimeError("the bell does not stop")

    async def ring(self, other: Bell) -> Outcome:
        if other.settings.breaks == "ring":
            raise ZeroDivisionError("the clapper fell out")
        if other.settings.breaks == "unsupported":
            raise Unsupported("a bell of bronze")
        reader, writer = await asyncio.open_connection(
            other.address, other.port, local_addr=(self.address, 0)
        )
        writer.write(b"ring")
        said = (await reader.read(100)).decode()
        writer.close()
        return ANSWERS.get(said, Outcome(Form.TRANSPORT))


class BellKind(CastKind):
    name = "bell"
    summary = "A bell."
    actor = Bell
    settings = Record(BellSettings, MappingProxyType({"says": Key(TEXT), "breaks": Key(TEXT)}))

    def create(self, name: str, settings: Any, stage: Stage) -> Actor:
        return Bell(name, settings, stage)


class CarillonKind(BellKind):
    name = "carillon"

    def missing(self) -> str | None:
        return "carillons need the extra towers"


class RingVerb(Action):
    name = "ring"
    summary = "Ring a bell."
    keys = MappingProxyType(
        {
            "by": Key(client(), required=True),
            "at": Key(someone(), required=True),
            "in-the-night": Key(BOOLEAN),
        }
    )

    def needs(self, arguments: Arguments) -> frozenset[str]:
        return frozenset({"a ladder"}) if arguments.get("in_the_night") else frozenset()

    async def act(self, stage: Stage, arguments: Arguments) -> Outcome:
        ringer = stage.actor(arguments["by"], Bell)
        return await ringer.ring(stage.actor(arguments["at"], Bell))


BELLS = STANDARD.extended(verbs=(RingVerb(),), cast=(BellKind(), CarillonKind()))
