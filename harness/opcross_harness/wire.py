"""What the wire showed: the calls in a recording, with the level and the answer of each.

This is evidence: it is read from the recorded octets alone, beside and after the stacks that made them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from uuid import UUID

from opcross.codes import rpc_status_name
from opcross.errors import WireError
from opcross.levels import AuthLevel, AuthService
from opcross.ndr.tables import load
from opcross.rpc.pdu import (
    HEADER_SIZE,
    AlterContext,
    Bind,
    BindNak,
    FaultPdu,
    Header,
    Pdu,
    PfcFlags,
    Request,
    Response,
    unpack_pdu,
)
from opcross_harness.recording import Entry, EntryKind

__all__ = ["CALL_NAMES", "SeenCall", "calls_seen", "name_of_interface"]

_COM = (
    "IRemoteActivation",
    "IRemoteSCMActivator",
    "IRemUnknown",
    "IRemUnknown2",
    "IConnectionPointContainer",
    "IConnectionPoint",
    "IEnumString",
)
INTERFACES = {
    load("com")["IOXIDResolver"].iid: "IObjectExporter",
    **{load("com")[name].iid: name for name in _COM},
    **{interface.iid: name for table in ("common", "da") for name, interface in load(table).items()},
}
_ACTIVATIONS = {("IRemoteActivation", 0), ("IRemoteSCMActivator", 3), ("IRemoteSCMActivator", 4)}

CALL_NAMES = ("activation", *INTERFACES.values())
"""Words that stand for some calls: all activations, or all calls of an interface."""


def name_of_interface(uuid: UUID | None) -> str:
    """The name of an interface that turns up on the wire, or its UUID."""
    return INTERFACES.get(uuid, str(uuid)) if uuid is not None else "an unknown interface"


@dataclass(slots=True)
class SeenCall:
    """A request and what answered it.

    ``level`` is NONE without a security context. ``fault`` is the status of a fault PDU; ``answered``
    says that a response came; neither means that the connection ended first.
    """

    time: float
    client: str
    server: str
    interface: UUID | None
    opnum: int
    level: AuthLevel
    service: AuthService
    fault: int | None = None
    answered: bool = False

    @property
    def is_activation(self) -> bool:
        """Whether it asks for an object, by any of the three methods."""
        return (name_of_interface(self.interface), self.opnum) in _ACTIVATIONS

    def __str__(self) -> str:
        call = f"{name_of_interface(self.interface)} opnum {self.opnum} at {self.level.word}"
        if self.fault is not None:
            return f"{call}: fault 0x{self.fault:08x} {rpc_status_name(self.fault)}"
        return f"{call}: {'response' if self.answered else 'no answer'}"


@dataclass(slots=True)
class _Conversation:
    """One connection as a listener on the wire follows it."""

    waiting: dict[int, SeenCall] = field(default_factory=dict)
    contexts: dict[int, UUID] = field(default_factory=dict)
    security: dict[int, tuple[AuthLevel, AuthService]] = field(default_factory=dict)
    halves: dict[bool, bytearray] = field(default_factory=lambda: {True: bytearray(), False: bytearray()})
    lost: bool = False
    """Not DCE/RPC, or no longer understood: the rest is left unread."""

    def pdus(self, entry: Entry) -> Iterator[Pdu]:
        """The PDUs that this entry completes."""
        half = self.halves[entry.from_client]
        half += entry.data
        while not self.lost and len(half) >= HEADER_SIZE:
            try:
                length = Header.unpack(bytes(half[:HEADER_SIZE])).frag_length
                if length < HEADER_SIZE:
                    self.lost = True
                    return
                if len(half) < length:
                    return
                pdu = unpack_pdu(bytes(half[:length]))
            except WireError:
                self.lost = True
                return
            del half[:length]
            yield pdu

    def hear(self, pdu: Pdu, entry: Entry) -> SeenCall | None:
        """Follow the conversation; the call that begins with this PDU, if one does."""
        match pdu:
            case Bind() | AlterContext():
                self.contexts |= {context.context_id: context.abstract.uuid for context in pdu.contexts}
                if pdu.verifier is not None:
                    self.security[pdu.verifier.context_id] = (
                        _level(pdu.verifier.level),
                        _service(pdu.verifier.service),
                    )
            case Request() if PfcFlags.FIRST in pdu.flags:
                context = (
                    pdu.verifier.context_id if pdu.verifier is not None else next(iter(self.security), None)
                )
                level, service = (
                    self.security.get(context, (AuthLevel.NONE, AuthService.NONE))
                    if context is not None
                    else (AuthLevel.NONE, AuthService.NONE)
                )
                call = SeenCall(
                    entry.time,
                    entry.client[0],
                    entry.server[0],
                    self.contexts.get(pdu.context_id),
                    pdu.opnum,
                    level,
                    service,
                )
                self.waiting[pdu.call_id] = call
                return call
            case FaultPdu():
                if (call_ := self.waiting.pop(pdu.call_id, None)) is not None:
                    call_.fault = pdu.status
            case Response() if PfcFlags.LAST in pdu.flags:
                if (call_ := self.waiting.pop(pdu.call_id, None)) is not None:
                    call_.answered = True
            case BindNak():
                self.waiting.clear()
            case _:
                pass
        return None


def calls_seen(entries: Iterable[Entry]) -> list[SeenCall]:
    """Every call of a recording, in the order of the requests."""
    conversations: dict[int, _Conversation] = {}
    calls = []
    for entry in entries:
        conversation = conversations.setdefault(entry.connection, _Conversation())
        if entry.kind is EntryKind.DATA:
            for pdu in conversation.pdus(entry):
                call = conversation.hear(pdu, entry)
                if call is not None:
                    calls.append(call)
    return calls


def _level(number: int) -> AuthLevel:
    return AuthLevel(number) if number in tuple(AuthLevel) else AuthLevel.DEFAULT


def _service(number: int) -> AuthService:
    return AuthService(number) if number in tuple(AuthService) else AuthService.NONE
