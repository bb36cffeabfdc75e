"""Good conversations with the host, recorded: what attacks are made of."""

from __future__ import annotations

import functools
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING
from uuid import UUID

from opcross.dcom.activation.request import ActivationMethod
from opcross.levels import AuthLevel, AuthService
from opcross.opc.common.interfaces_generated import IOPCCommonProxy, IOPCServerListProxy
from opcross.opc.da.interfaces_generated import IOPCServerProxy
from opcross.rpc.call import ChannelSecurity, Endpoint, SyntaxId
from opcross.rpc.endpoint_mapper import ENDPOINT_MAPPER
from opcross.rpc.management import MANAGEMENT
from opcross.rpc.pdu import AlterContext, Bind, Header, Request, unpack_pdu
from opcross_simulators.servers.opc_da import OPC_DA
from opcross_simulators.servers.opc_enum import OPC_ENUM
from tests.fuzz.target import ATTACKER, IID_IOPCSERVER, SERVER, Target, play

if TYPE_CHECKING:
    from opcross_simulators.network import Segment

__all__ = ["RecordedCall", "Session", "calls", "record", "sessions"]

IID_IOPCCOMMON = UUID("f31dfde2-07b6-11d2-b2d8-0060083ba1fb")
_CATEGORY = UUID("63d5f432-cfe4-11d1-b2c8-0060083ba1fb")


@dataclass(frozen=True)
class Session:
    """What one connection of a good client sent, PDU by PDU, and what the host answered."""

    name: str
    port: int
    pdus: tuple[bytes, ...] = field(repr=False)
    answers: tuple[bytes, ...] = field(repr=False)


@dataclass(frozen=True)
class RecordedCall:
    """A good call before protection; an ``object`` stands for one of its interface."""

    port: int
    interface: SyntaxId
    opnum: int
    stub: bytes = field(repr=False)
    object: UUID | None = None


async def _work(target: Target, level: AuthLevel, service: AuthService) -> None:
    """Everything that a client can ask of this host."""
    for method in (ActivationMethod.REMOTE_CREATE_INSTANCE, ActivationMethod.REMOTE_ACTIVATION):
        client = target.client(level, service=service, source=ATTACKER)
        await client.server_alive()
        await client.server_alive2()
        held = await client.activate(OPC_DA.clsid, [IID_IOPCSERVER], method=method)
        server = IOPCServerProxy(held.interface(IID_IOPCSERVER))
        await server.get_status()
        await server.get_error_string(error=0x80070005, locale=0x409)
        common = IOPCCommonProxy(await held.query_interface(IID_IOPCCOMMON))
        await common.set_locale_id(lcid=0x409)
        await common.set_client_name(name="fuzz")
        browser = await client.activate(OPC_ENUM.clsid, [IOPCServerListProxy.interface.iid], method=method)
        listing = IOPCServerListProxy(browser.interface(IOPCServerListProxy.interface.iid))
        await listing.get_class_details(clsid=OPC_DA.clsid)
        await client.importer.ping()
        await client.close()
    client = target.client(level, service=service, source=ATTACKER)
    await client.get_class_object(OPC_DA.clsid)
    await client.close()
    channel = await target.connector(ATTACKER).open(Endpoint(SERVER, 135), ChannelSecurity())
    nobody = bytes(20)
    for opnum, stub in ((2, bytes(4) + bytes(40) + (5).to_bytes(4, "little")), (6, nobody)):
        await channel.call(ENDPOINT_MAPPER, opnum, stub)
    for opnum, stub in ((0, b""), (1, (4).to_bytes(4, "little")), (2, b"")):
        await channel.call(MANAGEMENT, opnum, stub)
    await channel.close()


def record(label: str, work: Callable[[Target], Awaitable[None]]) -> tuple[Session, ...]:
    """The connections that ``work`` makes from the attacker's address."""
    streams: dict[int, tuple[int, bytearray, bytearray]] = {}

    def note(segment: Segment) -> None:
        if not segment.payload:
            return
        if segment.source == ATTACKER:
            new = (segment.destination_port, bytearray(), bytearray())
            streams.setdefault(segment.source_port, new)[1].extend(segment.payload)
        else:
            streams[segment.destination_port][2].extend(segment.payload)

    async def main(target: Target) -> None:
        target.loop.network.tap(note)
        await work(target)

    play(main)
    return tuple(
        Session(f"{label}-{number}", port, _pdus(bytes(sent)), _pdus(bytes(heard)))
        for number, (port, sent, heard) in enumerate(streams.values())
    )


def _pdus(octets: bytes) -> tuple[bytes, ...]:
    found = []
    while octets:
        length = Header.unpack(octets[:16]).frag_length
        found.append(octets[:length])
        octets = octets[length:]
    return tuple(found)


@functools.cache
def sessions() -> tuple[Session, ...]:
    """Sessions without security, and at integrity and privacy with NTLM and SPNEGO."""
    kinds = [(AuthLevel.NONE, AuthService.NTLM)]
    for level in (AuthLevel.INTEGRITY, AuthLevel.PRIVACY):
        kinds += [(level, AuthService.NTLM), (level, AuthService.NEGOTIATE)]
    found: list[Session] = []
    for level, service in kinds:
        work = functools.partial(_work, level=level, service=service)
        found += record(f"{level.word}-{service.name}", work)
    return tuple(found)


@functools.cache
def calls() -> tuple[RecordedCall, ...]:
    """Each kind of call once, as an unprotected session shows it."""
    found: dict[tuple[SyntaxId, int], RecordedCall] = {}
    for session in sessions():
        contexts: dict[int, SyntaxId] = {}
        for octets in session.pdus:
            pdu = unpack_pdu(octets)
            if isinstance(pdu, (Bind, AlterContext)):
                contexts |= {context.context_id: context.abstract for context in pdu.contexts}
            elif isinstance(pdu, Request) and pdu.verifier is None and pdu.context_id in contexts:
                interface = contexts[pdu.context_id]
                call = RecordedCall(session.port, interface, pdu.opnum, pdu.stub, pdu.object)
                found.setdefault((interface, pdu.opnum), call)
    return tuple(found.values())
