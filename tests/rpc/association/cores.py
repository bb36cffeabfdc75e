"""Two cores and no network: what most association tests are made of."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association import (
    ActiveCall,
    CallReceived,
    ClientAssociation,
    ClientEvent,
    Limits,
    Peer,
    Responded,
    ServerAssociation,
    ServerConfig,
    ServerEvent,
)
from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu import AuthVerifier, Bind, ContextElement, Pdu, Request, unpack_pdu
from opcross.rpc.profile import ClientProfile
from tests.rpc.association import toy_security

ECHO = SyntaxId(UUID("00000131-0000-0000-c000-000000000046"))
OTHER = SyntaxId(UUID("00000143-0000-0000-c000-000000000046"))
UNKNOWN = SyntaxId(UUID("deadbeef-0000-0000-0000-000000000000"), 1)
PEER = Peer("10.0.0.9", 40000, "10.0.0.1", 1)


def new_server(now: float = 0.0, **config: Any) -> ServerAssociation:
    """A server that accepts ECHO and OTHER, with the toy security."""
    limits = config.pop("limits", None) or Limits()
    config.setdefault("new_acceptor", toy_security.acceptor)
    return ServerAssociation(
        ServerConfig(accepts=lambda interface: interface in (ECHO, OTHER), limits=limits, **config), PEER, now
    )


def new_client(
    level: AuthLevel = AuthLevel.NONE, service: AuthService = AuthService.NTLM, **profile: Any
) -> ClientAssociation:
    """A client with the toy security."""
    context = None if level is AuthLevel.NONE else toy_security.initiator(service)
    return ClientAssociation(ClientProfile(**profile), context=context, level=level)


class Pair:
    """A client and a server; :meth:`settle` carries octets until both are silent."""

    def __init__(self, client: ClientAssociation, server: ServerAssociation) -> None:
        self.client = client
        self.server = server
        self.heard: list[ClientEvent] = []
        self.seen: list[ServerEvent] = []
        self.wire: list[bytes] = []

    def settle(self, *, step: int = 0) -> Pair:
        """Carry everything; ``step`` octets at a time where it is not 0."""
        while True:
            there = self.client.pdus_to_send()
            for pdu in there:
                for piece in _pieces(pdu, step):
                    self.seen += self.server.receive_data(piece, 0.0)
            back = self.server.pdus_to_send()
            for pdu in back:
                for piece in _pieces(pdu, step):
                    self.heard += self.client.receive_data(piece)
            self.wire += there + back
            if not there and not back:
                return self

    def calls(self) -> list[ActiveCall]:
        """The calls that the server was given, taken out of what it saw."""
        calls = [event.call for event in self.seen if isinstance(event, CallReceived)]
        self.seen = [event for event in self.seen if not isinstance(event, CallReceived)]
        return calls

    def echo(self, stub: bytes, *, step: int = 0) -> bytes:
        """Call the echo and answer it with its own stub."""
        call_id = self.client.call(ECHO, 0, stub)
        self.settle(step=step)
        (active,) = self.calls()
        assert active.call.stub == stub
        self.seen += self.server.reply(active, active.call.stub)
        self.settle(step=step)
        answer = self.heard.pop()
        assert isinstance(answer, Responded)
        assert answer.call_id == call_id
        return answer.reply.stub


def _pieces(pdu: bytes, step: int) -> list[bytes]:
    return [pdu[at : at + step] for at in range(0, len(pdu), step)] if step else [pdu]


def bound(level: AuthLevel = AuthLevel.NONE, service: AuthService = AuthService.NTLM, **options: Any) -> Pair:
    """A pair that has bound ECHO; options named ``server_...`` are the server's, the others the profile's."""
    server = {
        name.removeprefix("server_"): options.pop(name) for name in list(options) if name[:7] == "server_"
    }
    pair = Pair(new_client(level, service, **options), new_server(**server))
    pair.client.bind((ECHO,))
    pair.settle()
    pair.heard.clear()
    return pair


# -- single PDUs against a server ------------------------------------------------------------------


def offer(*interfaces: SyntaxId) -> tuple[ContextElement, ...]:
    """Contexts 0, 1, ... for these interfaces."""
    return tuple(ContextElement(number, interface) for number, interface in enumerate(interfaces))


def bind_pdu(*interfaces: SyntaxId, **fields: Any) -> Bind:
    """A bind of ECHO, unless others are named."""
    fields.setdefault("contexts", offer(*(interfaces or (ECHO,))))
    return Bind(**fields)


def token(
    value: bytes, level: int = 5, service: int = 10, context_id: int = 1, **fields: Any
) -> AuthVerifier:
    """A verifier that carries a token."""
    return AuthVerifier(service=service, level=level, context_id=context_id, value=value, **fields)


def tell(server: ServerAssociation, *pdus: Pdu | bytes, now: float = 0.0) -> list[Pdu]:
    """Feed PDUs one by one; the server's answers."""
    return hear(server, *pdus, now=now)[0]


def hear(
    server: ServerAssociation, *pdus: Pdu | bytes, now: float = 0.0
) -> tuple[list[Pdu], list[ServerEvent]]:
    """The same, with the events."""
    events: list[ServerEvent] = []
    answers: list[Pdu] = []
    for pdu in pdus:
        events += server.receive_data(pdu if isinstance(pdu, bytes) else pdu.pack(), now)
        answers += [unpack_pdu(octets) for octets in server.pdus_to_send()]
    return answers, events


def request(stub: bytes = b"", **fields: Any) -> Request:
    """A request of one fragment."""
    return Request(stub=stub, alloc_hint=len(stub), **fields)
