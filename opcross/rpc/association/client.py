"""The client's side of one connection: commands and octets in; octets and events out.

As quiet as the server's side. A command is only allowed where the state table says so; what the server
sends is checked as strictly as we want our own PDUs to be checked: a response without the verifier that
the level demands, or with a wrong one, ends the connection.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final

from opcross.errors import LocalMisuse, LogonFailed, PeerViolation, WireError
from opcross.levels import AuthLevel
from opcross.rpc.association.events import (
    BindRefused,
    CallFailed,
    ClientEvent,
    Closed,
    ContextAccepted,
    ContextRefused,
    LogonRefused,
    PeerRefused,
    Ready,
    Responded,
    ShutdownAsked,
)
from opcross.rpc.association.limits import FRAGMENT_FLOOR, Limits
from opcross.rpc.association.protection import CONNECT_SIGNATURE, TRAILER, Binding
from opcross.rpc.association.states import CLIENT, ClientInput, ClientState, step
from opcross.rpc.call import Reply, SyntaxId
from opcross.rpc.pdu.bind import AlterContext, AlterContextResponse, Bind, BindAck, BindNak
from opcross.rpc.pdu.control import Auth3, CoCancel, Orphaned
from opcross.rpc.pdu.header import HEADER_SIZE, LITTLE_DREP, VERSION, WHOLE, PduType, PfcFlags
from opcross.rpc.pdu.presentation import (
    NDR20,
    NDR64,
    NO_SYNTAX,
    ContextElement,
    ContextVerdict,
    bind_time_syntax,
)
from opcross.rpc.pdu.request import CALL_HEAD, CALL_HEAD_SIZE, FAULT_SIZE, FaultPdu
from opcross.rpc.pdu.verifier import TRAILER_SIZE, AuthVerifier
from opcross.rpc.profile import ClientProfile, FinalLeg
from opcross.rpc.verification_trailer import request_trailer

if TYPE_CHECKING:
    from collections.abc import Sequence
    from uuid import UUID

    from opcross.rpc.security.context import SecurityContext

__all__ = ["ClientAssociation"]

_FIRST: Final = int(PfcFlags.FIRST)
_LAST: Final = int(PfcFlags.LAST)
_WHOLE: Final = int(WHOLE)
_HEADER_SIGN: Final = int(PfcFlags.SUPPORT_HEADER_SIGN)
_CONC_MPX: Final = int(PfcFlags.CONC_MPX)
_DID_NOT_EXECUTE: Final = int(PfcFlags.DID_NOT_EXECUTE)
_OBJECT: Final = int(PfcFlags.OBJECT_UUID)
_MAYBE: Final = int(PfcFlags.MAYBE)
_REQUEST: Final = int(PduType.REQUEST)
_RESPONSE: Final = int(PduType.RESPONSE)
_FAULT: Final = int(PduType.FAULT)

_HEAD: Final = CALL_HEAD[True]
_LENGTHS: Final = {True: Struct("<HHI"), False: Struct(">HHI")}
_AUTH_CONTEXT: Final = 79231
"""Our auth_context_id; any number would do."""

_INPUTS: Final = {
    int(PduType.BIND_ACK): ClientInput.BIND_ACK,
    int(PduType.BIND_NAK): ClientInput.BIND_NAK,
    int(PduType.ALTER_CONTEXT_RESPONSE): ClientInput.ALTER_RESPONSE,
    _RESPONSE: ClientInput.RESPONSE,
    _FAULT: ClientInput.FAULT,
    int(PduType.SHUTDOWN): ClientInput.SHUTDOWN,
}
_FAILURES: Final = (LogonFailed, WireError, PeerViolation)


class _Partial:
    """The fragments of a response so far."""

    __slots__ = ("pieces", "size")

    def __init__(self) -> None:
        self.pieces: list[bytes] = []
        self.size = 0

    def add(self, stub: bytes) -> None:
        """One more fragment; empty ones leave nothing behind."""
        if stub:
            self.pieces.append(stub)
            self.size += len(stub)


class ClientAssociation:
    """One connection of a client; see the module.

    ``context`` and ``level`` say how to authenticate; CALL travels as PKT. ``group`` joins an association
    group.
    """

    __slots__ = (
        "_binding",
        "_buffer",
        "_context",
        "_context_ids",
        "_events",
        "_fragment",
        "_last_id",
        "_limits",
        "_next_context",
        "_offers",
        "_out",
        "_partial",
        "_pending",
        "_setup_id",
        "_wanted",
        "concurrent",
        "group",
        "level",
        "profile",
        "state",
    )

    def __init__(
        self,
        profile: ClientProfile,
        *,
        context: SecurityContext | None = None,
        level: AuthLevel = AuthLevel.NONE,
        group: int = 0,
        limits: Limits | None = None,
    ) -> None:
        if (context is None) != (level <= AuthLevel.NONE):
            raise LocalMisuse(f"level {level.word} and a security context of {context!r} do not fit")
        self.profile = profile
        self.level = level.effective
        self.group = group
        self.state = ClientState.IDLE
        self.concurrent = False
        self._context = context
        self._binding: Binding | None = None
        self._limits = limits or Limits()
        self._fragment = profile.max_fragment
        self._last_id = profile.first_call_id - 1
        self._setup_id = 0
        self._next_context = 0
        self._offers: dict[int, SyntaxId] = {}
        self._context_ids: dict[SyntaxId, int] = {}
        self._pending: set[int] = set()
        self._partial: dict[int, _Partial] = {}
        self._buffer: bytearray | None = None
        self._wanted = HEADER_SIZE
        self._out: list[bytes] = []
        self._events: list[ClientEvent] = []

    # -- commands ----------------------------------------------------------------------------------

    def bind(self, interfaces: Sequence[SyntaxId]) -> None:
        """Open the association for ``interfaces``; :class:`Ready` or :class:`BindRefused` follows.

        Raises :class:`~opcross.errors.LocalMisuse` outside IDLE.
        """
        self._command(ClientInput.BIND)
        flags = _WHOLE | (_CONC_MPX if self.profile.concurrent else 0)
        verifier = None
        if self._context is not None:
            if self.profile.header_signing:
                flags |= _HEADER_SIGN
            self._binding = Binding(
                self._context, self._context.service, self.level, _AUTH_CONTEXT, covers_header=False
            )
            verifier = self._token_verifier(self._context.step(b""))
        self._setup_id = self._next_id()
        self._out.append(
            Bind(
                call_id=self._setup_id,
                flags=PfcFlags(flags),
                max_xmit_frag=self.profile.max_fragment,
                max_recv_frag=self.profile.max_fragment,
                association_group=self.group,
                contexts=self._offer(interfaces, features=True),
                verifier=verifier,
            ).pack()
        )

    def alter(self, interfaces: Sequence[SyntaxId]) -> int:
        """Ask for further interfaces: the call id. :class:`ContextAccepted` or its like follows for each.

        Nothing else may be started until the answer is here.
        """
        self._command(ClientInput.ALTER)
        self._setup_id = self._next_id()
        self._send_alter(self._offer(interfaces, features=False), None)
        return self._setup_id

    def call(
        self,
        interface: SyntaxId,
        opnum: int,
        stub: bytes,
        object_: UUID | None = None,
        *,
        maybe: bool = False,
    ) -> int:
        """Send a request: its call id.

        Raises :class:`~opcross.errors.LocalMisuse` for an interface that was not accepted, and for a second
        call at once without concurrent multiplexing.
        """
        if self.state is not ClientState.BOUND:
            self._command(ClientInput.CALL)
        context_id = self._context_ids.get(interface)
        if context_id is None:
            raise LocalMisuse(f"{interface} was not bound", state=self.state)
        if self._pending and not self.concurrent:
            raise LocalMisuse("a second call at once, without concurrent multiplexing", state=self.state)
        self._last_id = call_id = (self._last_id + 1) & 0xFFFFFFFF
        flags = _MAYBE if maybe else 0
        extra = b""
        if object_ is not None and self.profile.send_objects:
            extra = object_.bytes_le
            flags |= _OBJECT
        binding = self._binding
        if binding is not None and not (
            self.profile.connect_verifier
            if self.level == AuthLevel.CONNECT
            else self.profile.sign_requests or self.level > AuthLevel.PKT
        ):
            binding = None
        if binding is not None and binding.protects and self.profile.verification_trailer:
            stub += bytes(-len(stub) % 4) + request_trailer(interface, opnum, call_id, context_id)
        room = self._fragment - CALL_HEAD_SIZE - len(extra)
        if binding is not None:
            room = (room - TRAILER_SIZE - binding.context.signature_size) & -16
        total = len(stub)
        if total <= room:
            self._out.append(
                self._request(call_id, context_id, opnum, extra, stub, total, flags | _WHOLE, binding)
            )
        else:
            for position in range(0, total, room):
                part = flags | (0 if position else _FIRST) | (_LAST if position + room >= total else 0)
                piece = stub[position : position + room]
                self._out.append(
                    self._request(call_id, context_id, opnum, extra, piece, total - position, part, binding)
                )
        if not maybe:
            self._pending.add(call_id)
        return call_id

    def cancel(self, call_id: int) -> None:
        """Ask the server to cancel a call; its answer, whatever it is, is still expected."""
        if call_id in self._pending and self.state is not ClientState.CLOSED:
            self._out.append(CoCancel(call_id=call_id).pack())

    def orphan(self, call_id: int) -> None:
        """Tell the server that nobody waits for a call any more."""
        if call_id in self._pending and self.state is not ClientState.CLOSED:
            self._out.append(Orphaned(call_id=call_id).pack())

    def lose(self, reason: str = "connection lost") -> list[ClientEvent]:
        """The connection is gone, or is given up."""
        if self.state is not ClientState.CLOSED:
            self._close(ClientInput.LOSE, reason)
        return self._drain()

    # -- what the driver asks ----------------------------------------------------------------------

    @property
    def busy(self) -> bool:
        """Whether a call cannot be started at once."""
        return self.state is not ClientState.BOUND or bool(self._pending and not self.concurrent)

    @property
    def outstanding(self) -> int:
        """How many calls have no answer yet."""
        return len(self._pending)

    def speaks(self, interface: SyntaxId) -> bool:
        """Whether this interface was accepted."""
        return interface in self._context_ids

    def pdus_to_send(self) -> list[bytes]:
        """PDUs that wait to be written."""
        out = self._out
        if out:
            self._out = []
        return out

    def data_to_send(self) -> bytes:
        """The same, joined."""
        return b"".join(self.pdus_to_send())

    def receive_data(self, data: bytes) -> list[ClientEvent]:
        """Take octets from the wire. Never raises for what a peer sends."""
        if self._buffer is not None:
            self._buffer += data
            if len(self._buffer) < self._wanted:
                return self._drain()
            data = bytes(self._buffer)
            self._buffer = None
        offset, end = 0, len(data)
        while self.state is not ClientState.CLOSED:
            self._wanted = HEADER_SIZE
            if end - offset < HEADER_SIZE:
                break
            little = bool(data[offset + 4] & 0x10)
            length, auth_length, call_id = _LENGTHS[little].unpack_from(data, offset + 8)
            if data[offset] != VERSION or not HEADER_SIZE <= length <= self._largest():
                self._violate(f"fragment of {length} octets, RPC version {data[offset]}")
                break
            if length > end - offset:
                self._wanted = length
                break
            self._take(data[offset : offset + length], auth_length, call_id, little=little)
            offset += length
        if offset < end and self.state is not ClientState.CLOSED:
            self._buffer = bytearray(data[offset:])
        return self._drain()

    def _largest(self) -> int:
        return max(self.profile.max_fragment, FRAGMENT_FLOOR)

    # -- PDUs in -----------------------------------------------------------------------------------

    def _drain(self) -> list[ClientEvent]:
        events = self._events
        if events:
            self._events = []
        return events

    def _command(self, event: ClientInput) -> None:
        try:
            self.state = step(CLIENT, self.state, event)
        except PeerViolation as violation:
            raise LocalMisuse(violation.reason, state=self.state, event=event) from None

    def _close(self, event: ClientInput, reason: str) -> None:
        self.state = step(CLIENT, self.state, event)
        self._partial.clear()
        self._buffer = None
        self._events.append(Closed(reason))

    def _violate(self, reason: str) -> None:
        self._events.append(PeerRefused(reason, "close"))
        self._close(ClientInput.VIOLATE, reason)

    def _take(self, pdu: bytes, auth_length: int, call_id: int, *, little: bool) -> None:
        kind = pdu[2]
        try:
            if kind == _RESPONSE and self.state is ClientState.BOUND:
                # The table says that a response leaves BOUND as it is; this is the way of every call.
                self._response(pdu, auth_length, call_id, little=little)
                return
            event = _INPUTS.get(kind, ClientInput.FOREIGN)
            before = self.state
            self.state = step(CLIENT, before, event)
            if event is ClientInput.RESPONSE:
                self._response(pdu, auth_length, call_id, little=little)
            elif event is ClientInput.FAULT:
                self._fault(pdu, auth_length, call_id, before)
            elif event is ClientInput.BIND_ACK:
                self._concluded(BindAck.unpack(pdu))
            elif event is ClientInput.ALTER_RESPONSE:
                self._concluded(AlterContextResponse.unpack(pdu))
            elif event is ClientInput.BIND_NAK:
                self._events.append(BindRefused(BindNak.unpack(pdu).reason))
                self._events.append(Closed("bind refused"))
            else:
                self._events.append(ShutdownAsked())
        except PeerViolation as violation:
            self._violate(violation.reason)
        except WireError as error:
            self._violate(str(error))

    def _response(self, pdu: bytes, auth_length: int, call_id: int, *, little: bool) -> None:
        if len(pdu) < CALL_HEAD_SIZE:
            raise PeerViolation(f"response of {len(pdu)} octets")
        if call_id not in self._pending:
            raise PeerViolation(f"response to call {call_id}, which does not wait for one")
        stub = self._open(pdu, auth_length)
        flags = pdu[3]
        parts = self._partial.get(call_id)
        if flags & _FIRST:
            if parts is not None:
                raise PeerViolation(f"two first fragments in the response to call {call_id}")
            if flags & _LAST:
                self._pending.discard(call_id)
                self._events.append(Responded(call_id, Reply(stub, little)))
                return
            parts = self._partial[call_id] = _Partial()
        elif parts is None:
            raise PeerViolation(f"the response to call {call_id} has no first fragment")
        parts.add(stub)
        if parts.size > self._limits.response:
            raise PeerViolation(f"a response of more than {self._limits.response} octets")
        if flags & _LAST:
            self._pending.discard(call_id)
            del self._partial[call_id]
            self._events.append(Responded(call_id, Reply(b"".join(parts.pieces), little)))

    def _open(self, pdu: bytes, auth_length: int) -> bytes:
        binding = self._binding
        if binding is not None and binding.protects:
            if auth_length:
                return binding.unprotect(pdu, CALL_HEAD_SIZE, auth_length)
            if self.profile.sign_requests or self.level > AuthLevel.PKT:
                raise PeerViolation(f"a response without verifier at level {self.level.word}")
        if not auth_length:
            return pdu[CALL_HEAD_SIZE:]
        offset = len(pdu) - auth_length - TRAILER_SIZE
        end = offset - pdu[offset + 2] if offset >= CALL_HEAD_SIZE else -1
        if end < CALL_HEAD_SIZE:
            raise PeerViolation("no room for a verifier")
        return pdu[CALL_HEAD_SIZE:end]

    def _fault(self, pdu: bytes, auth_length: int, call_id: int, before: ClientState) -> None:
        """A fault answers a call, or refuses what the connection was doing. Windows does not sign faults."""
        binding = self._binding
        if binding is not None and binding.protects and binding.ready and auth_length:
            binding.unprotect(pdu, FAULT_SIZE, auth_length)
        fault = FaultPdu.unpack(pdu)
        did_not_execute = bool(fault.flags & _DID_NOT_EXECUTE)
        if before is ClientState.BOUND or call_id in self._pending:
            if call_id not in self._pending:
                # A fault for no call of ours: the server gives its reason for closing.
                self._violate(f"fault {fault.status:#010x} for call {call_id}, which does not wait")
                return
            self._pending.discard(call_id)
            self._partial.pop(call_id, None)
            self._events.append(CallFailed(call_id, fault.status, did_not_execute))
            return
        self._events.append(CallFailed(call_id, fault.status, did_not_execute))
        if before is ClientState.ALTERING:
            self._close(ClientInput.REFUSE, f"alter_context refused with fault {fault.status:#010x}")
        else:
            self._events.append(Closed(f"bind refused with fault {fault.status:#010x}"))

    # -- binding -----------------------------------------------------------------------------------

    def _concluded(self, answer: BindAck | AlterContextResponse) -> None:
        """A bind_ack or alter_context_resp: note what was accepted, go on with the authentication."""
        if answer.call_id != self._setup_id:
            raise PeerViolation(
                f"{type(answer).__name__} of call {answer.call_id}, expected {self._setup_id}"
            )
        offers, self._offers = self._offers, {}
        if len(answer.results) != len(offers):
            raise PeerViolation(f"{len(answer.results)} results for {len(offers)} presentation contexts")
        if isinstance(answer, BindAck):
            self.group = answer.association_group
            self.concurrent = bool(answer.flags & _CONC_MPX) and self.profile.concurrent
            self._fragment = max(min(answer.max_recv_frag, self.profile.max_fragment), FRAGMENT_FLOOR)
        if self._binding is not None and answer.flags & _HEADER_SIGN and self.profile.header_signing:
            self._binding.covers_header = True
        verdicts: list[ClientEvent] = []
        for (context_id, interface), result in zip(offers.items(), answer.results, strict=True):
            if interface == NO_SYNTAX or interface in self._context_ids:
                continue
            if result.result == ContextVerdict.ACCEPTANCE and result.transfer == NDR20:
                self._context_ids[interface] = context_id
                verdicts.append(ContextAccepted(interface))
            else:
                verdicts.append(ContextRefused(interface, result.result, result.reason))
        if not self._authenticate(answer):
            return
        self.state = step(CLIENT, self.state, ClientInput.FINISH)
        self._events += _one_verdict_each(verdicts)
        self._events.append(Ready(self.group))

    def _authenticate(self, answer: BindAck | AlterContextResponse) -> bool:
        """Take the server's token; whether the authentication is over (or there is none)."""
        binding = self._binding
        if binding is None or binding.ready:
            return True
        token = b"" if answer.verifier is None else answer.verifier.value
        if not token and binding.context.complete:
            binding.ready = True
            return True
        binding.legs += 1
        if not token or binding.legs > self._limits.authentication_legs:
            raise PeerViolation("the server does not answer the authentication, or without end")
        try:
            ours = binding.context.step(token)
        except _FAILURES as error:
            self._events.append(LogonRefused(error.code if isinstance(error, LogonFailed) else 0, str(error)))
            self._close(ClientInput.REFUSE, str(error))
            return False
        done = binding.context.complete
        if not ours and not done:
            raise PeerViolation("the authentication stopped half way")
        as_auth3 = (
            done if self.profile.final_leg is FinalLeg.AUTO else self.profile.final_leg is FinalLeg.AUTH3
        )
        if ours and as_auth3:
            binding.ready = True
            self._out.append(Auth3(call_id=self._setup_id, verifier=self._token_verifier(ours)).pack())
            return True
        if ours:
            self.state = step(CLIENT, self.state, ClientInput.CONTINUE)
            interface, context_id = next(iter(self._context_ids.items()), (None, 0))
            if interface is None:
                raise PeerViolation("no presentation context was accepted")
            self._offers = {context_id: NO_SYNTAX}
            self._send_alter((ContextElement(context_id, interface),), self._token_verifier(ours))
            return False
        binding.ready = True
        return True

    def _offer(self, interfaces: Sequence[SyntaxId], *, features: bool) -> tuple[ContextElement, ...]:
        """Number the interfaces; NDR64 and bind-time features go into offers of their own."""
        offers: list[ContextElement] = []
        for interface in interfaces:
            offers.append(self._numbered(interface, NDR20))
            if self.profile.offer_ndr64:
                offers.append(self._numbered(interface, NDR64))
        if features and interfaces and self.profile.bind_time_features is not None:
            offer = self._numbered(interfaces[-1], bind_time_syntax(self.profile.bind_time_features))
            self._offers[offer.context_id] = NO_SYNTAX
            offers.append(offer)
        return tuple(offers)

    def _numbered(self, interface: SyntaxId, transfer: SyntaxId) -> ContextElement:
        context_id = self._next_context
        self._next_context = (context_id + 1) & 0xFFFF
        self._offers[context_id] = interface
        return ContextElement(context_id, interface, (transfer,))

    def _send_alter(self, contexts: tuple[ContextElement, ...], verifier: AuthVerifier | None) -> None:
        self._out.append(
            AlterContext(
                call_id=self._setup_id,
                max_xmit_frag=self._fragment,
                max_recv_frag=self._fragment,
                association_group=self.group,
                contexts=contexts,
                verifier=verifier,
            ).pack()
        )

    def _token_verifier(self, token: bytes) -> AuthVerifier:
        assert self._binding is not None
        return AuthVerifier(
            service=self._binding.service,
            level=self._binding.level,
            context_id=self._binding.context_id,
            value=token,
        )

    # -- requests ----------------------------------------------------------------------------------

    def _next_id(self) -> int:
        self._last_id = (self._last_id + 1) & 0xFFFFFFFF
        return self._last_id

    def _request(
        self,
        call_id: int,
        context_id: int,
        opnum: int,
        extra: bytes,
        stub: bytes,
        hint: int,
        flags: int,
        binding: Binding | None,
    ) -> bytes:
        length = CALL_HEAD_SIZE + len(extra) + len(stub)
        pad = signature = 0
        if binding is not None:
            pad, signature = binding.sizes(len(stub), self.profile.trailer_alignment)
            if not binding.protects:
                signature = len(CONNECT_SIGNATURE)
            length += pad + TRAILER_SIZE + signature
        head = _HEAD.pack(
            VERSION, 0, _REQUEST, flags, LITTLE_DREP, length, signature, call_id, hint, context_id, opnum
        )
        if binding is None:
            return head + extra + stub if extra else head + stub
        if binding.protects:
            return binding.protect(head + extra, stub, pad)
        trailer = TRAILER[True].pack(binding.service, binding.level, pad, 0, binding.context_id)
        return b"".join((head, extra, stub, bytes(pad), trailer, CONNECT_SIGNATURE))


def _one_verdict_each(verdicts: list[ClientEvent]) -> list[ClientEvent]:
    """An interface that was accepted in one of its offers was not refused in another."""
    accepted = {verdict.interface for verdict in verdicts if isinstance(verdict, ContextAccepted)}
    seen: set[SyntaxId] = set()
    kept: list[ClientEvent] = []
    for verdict in verdicts:
        if isinstance(verdict, ContextRefused):
            if verdict.interface in accepted or verdict.interface in seen:
                continue
            seen.add(verdict.interface)
        kept.append(verdict)
    return kept
