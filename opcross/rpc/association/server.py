"""The server's side of one connection: octets in; calls, octets and timers out.

What a server answers is decided here and in the modules beside: no socket, no clock, no task. Whoever
drives it feeds :meth:`ServerAssociation.receive_data`, runs the calls it reports, answers through
:meth:`~ServerAssociation.reply` or :meth:`~ServerAssociation.fault`, and writes what
:meth:`~ServerAssociation.pdus_to_send` gives.

Broken rules are answered as Windows answers them: a bind_nak to a bind, a fault with DID_NOT_EXECUTE to any
other PDU outside the state table, a fault without it to a request that is wrong in itself; then the
connection ends.
"""

from __future__ import annotations

from collections import deque
from struct import Struct
from typing import TYPE_CHECKING, Final

from opcross.codes import RpcStatus
from opcross.errors import LocalMisuse, PeerViolation, WireError
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association import answers
from opcross.rpc.association.active_call import ActiveCall
from opcross.rpc.association.events import (
    Bound,
    CallCancelled,
    CallOrphaned,
    CallReceived,
    Closed,
    PeerRefused,
    ServerEvent,
)
from opcross.rpc.association.limits import FRAGMENT_FLOOR
from opcross.rpc.association.negotiation import negotiate, negotiate_fragment
from opcross.rpc.association.refusal import RefuseBind, RefusePdu
from opcross.rpc.association.requests import RequestAssembler, UnknownContext, WholeRequest
from opcross.rpc.association.server_security import ServerSecurity
from opcross.rpc.association.states import SERVER, ServerInput, ServerState, step
from opcross.rpc.call import Call, Caller, SyntaxId
from opcross.rpc.pdu.bind import AlterContext, AlterContextResponse, Bind, BindAck, BindNak, RejectReason
from opcross.rpc.pdu.control import Auth3
from opcross.rpc.pdu.header import HEADER_SIZE, VERSION, WHOLE, PduType, PfcFlags
from opcross.rpc.pdu.presentation import ContextResult, ContextVerdict
from opcross.rpc.pdu.verifier import AuthVerifier

if TYPE_CHECKING:
    from opcross.rpc.association.config import Peer, ServerConfig
    from opcross.rpc.association.protection import Binding

__all__ = ["ServerAssociation"]

_HEADER_SIGN: Final = int(PfcFlags.SUPPORT_HEADER_SIGN)
_CONC_MPX: Final = int(PfcFlags.CONC_MPX)
_REMOTE_NO_MEMORY: Final = 0x1C00001B  # nca_s_fault_remote_no_memory
_REQUEST: Final = int(PduType.REQUEST)
_LENGTHS: Final = {True: Struct("<HHI"), False: Struct(">HHI")}
_INPUTS: Final = {
    int(PduType.BIND): ServerInput.BIND,
    int(PduType.ALTER_CONTEXT): ServerInput.ALTER,
    int(PduType.AUTH3): ServerInput.AUTH3,
    int(PduType.REQUEST): ServerInput.REQUEST,
    int(PduType.CO_CANCEL): ServerInput.CANCEL,
    int(PduType.ORPHANED): ServerInput.ORPHAN,
}


class ServerAssociation:
    """One connection of a server; see the module."""

    __slots__ = (
        "_active",
        "_bind_deadline",
        "_buffer",
        "_caller",
        "_contexts",
        "_events",
        "_fragment",
        "_last",
        "_octets",
        "_out",
        "_requests",
        "_security",
        "_waiting",
        "_wanted",
        "config",
        "group",
        "pdus_taken",
        "peer",
        "state",
    )

    def __init__(self, config: ServerConfig, peer: Peer, now: float) -> None:
        self.config = config
        self.peer = peer
        self.state = ServerState.UNBOUND
        self.group = 0
        self.pdus_taken = 0
        limits = config.limits
        self._bind_deadline = None if limits.bind_time is None else now + limits.bind_time
        self._last = now
        self._buffer: bytearray | None = None
        self._wanted = HEADER_SIZE
        self._out: list[bytes] = []
        self._events: list[ServerEvent] = []
        self._contexts: dict[int, SyntaxId] = {}
        self._security = ServerSecurity(config, self._emit)
        self._requests = RequestAssembler(self._contexts, self._security, limits.request)
        self._fragment = limits.fragment
        self._caller = self._caller_of(None)
        self._active: list[ActiveCall] = []
        self._waiting: deque[ActiveCall] | None = None
        self._octets = 0

    # -- what the driver calls ---------------------------------------------------------------------

    def receive_data(self, data: bytes, now: float) -> list[ServerEvent]:
        """Take octets from the wire; ``now`` is monotonic seconds. Never raises for what a peer sends."""
        self._last = now
        if self._buffer is not None:
            self._buffer += data
            if len(self._buffer) < self._wanted:
                return self._drain()
            data = bytes(self._buffer)
            self._buffer = None
        offset, end = 0, len(data)
        while self.state is not ServerState.CLOSED:
            self._wanted = HEADER_SIZE
            if end - offset < HEADER_SIZE:
                break
            length = self._measure(data, offset)
            if length > end - offset:
                self._wanted = length
                break
            if length:
                self._take(data[offset : offset + length], now)
                offset += length
        if offset < end and self.state is not ServerState.CLOSED:
            self._buffer = bytearray(data[offset:])
        return self._drain()

    def pdus_to_send(self) -> list[bytes]:
        """PDUs that wait to be written: one write each, for clients that read a PDU per read."""
        out = self._out
        if out:
            self._out = []
        return out

    def data_to_send(self) -> bytes:
        """The same, joined."""
        return b"".join(self.pdus_to_send())

    def reply(self, active: ActiveCall, stub: bytes) -> list[ServerEvent]:
        """Answer a call; the next one that waited comes back as an event."""
        if self._finish(active):
            binding = active.binding
            signed = binding if binding is not None and binding.protects else None
            try:
                pdus = answers.response(active.call_id, active.context_id, stub, signed, self._fragment)
            except LocalMisuse:
                # A context that cannot sign gets here only through leniency: then we are as lenient.
                pdus = answers.response(active.call_id, active.context_id, stub, None, self._fragment)
            self._out += pdus
        return self._drain()

    def fault(self, active: ActiveCall, status: int, *, did_not_execute: bool = False) -> list[ServerEvent]:
        """Answer a call with a fault; see :meth:`reply`."""
        if self._finish(active):
            self._send_fault(active.call_id, active.context_id, status, did_not_execute=did_not_execute)
        return self._drain()

    def lose(self, reason: str = "connection lost") -> list[ServerEvent]:
        """The connection is gone, or is given up: running calls are orphaned."""
        if self.state is not ServerState.CLOSED:
            self._end(ServerInput.LOSE, reason)
        for active in self._active:
            if not active.orphaned:
                active.orphaned = True
                self._emit(CallOrphaned(active))
        if self.group:
            self.config.groups.leave(self.group)
            self.group = 0
        return self._drain()

    def next_timer(self) -> float | None:
        """When :meth:`on_timer` wants to be called, on the clock of ``now``; None: not at all."""
        if self.state is ServerState.CLOSED:
            return None
        if self.state is not ServerState.BOUND:
            return self._bind_deadline
        idle = self.config.limits.idle_time
        if idle is None or self._active:
            return None
        return self._last + idle

    def on_timer(self, now: float) -> list[ServerEvent]:
        """Look at the clock: a bind that takes too long, a connection that nobody uses."""
        due = self.next_timer()
        if due is None or now < due:
            return self._drain()
        bound = self.state is ServerState.BOUND
        if bound and self.config.holds_objects(self.peer.connection):
            self._last = now
            return self._drain()
        self._abandon("idle for too long" if bound else "binding takes too long")
        return self._drain()

    @property
    def concurrent(self) -> bool:
        """Whether several calls may run at once on this connection."""
        return self._requests.concurrent

    @property
    def half_open(self) -> bool:
        """Whether the connection is open and not bound, or an authentication is under way."""
        return self.state not in (ServerState.BOUND, ServerState.CLOSED)

    @property
    def running(self) -> int:
        """How many calls run or wait."""
        return len(self._active) + (len(self._waiting) if self._waiting else 0)

    # -- PDUs in -----------------------------------------------------------------------------------

    def _emit(self, event: ServerEvent) -> None:
        self._events.append(event)

    def _drain(self) -> list[ServerEvent]:
        events = self._events
        if events:
            self._events = []
        return events

    def _enter(self, event: ServerInput) -> None:
        self.state = step(SERVER, self.state, event)

    def _measure(self, data: bytes, offset: int) -> int:
        """frag_length of the PDU at ``offset``; 0 and CLOSED when the header alone is reason to end."""
        length, _, call_id = _LENGTHS[bool(data[offset + 4] & 0x10)].unpack_from(data, offset + 8)
        binds = data[offset + 2] == PduType.BIND
        if data[offset] != VERSION:
            reason = f"RPC version {data[offset]}"
            if binds and self.state is ServerState.UNBOUND:
                self._nak(call_id, RefuseBind(RejectReason.PROTOCOL_VERSION_NOT_SUPPORTED, reason))
            else:
                self._abandon(reason)
            return 0
        if length < HEADER_SIZE:
            self._abandon(f"fragment of {length} octets")
            return 0
        limit = self.config.limits.fragment
        if length > limit:
            reason = f"fragment of {length} octets, limit {limit}"
            if binds:
                self._nak(call_id, RefuseBind(RejectReason.NOT_SPECIFIED, reason))
            else:
                self._refuse(call_id, RefusePdu(RpcStatus.PROTO_ERROR, reason, executed=True))
            return 0
        return int(length)

    def _take(self, pdu: bytes, now: float) -> None:
        self.pdus_taken += 1
        kind, flags = pdu[2], pdu[3]
        little = bool(pdu[4] & 0x10)
        _, auth_length, call_id = _LENGTHS[little].unpack_from(pdu, 8)
        try:
            # The table says that a request leaves BOUND as it is; this is the way of every call.
            if kind != _REQUEST or self.state is not ServerState.BOUND:
                self._transit(kind, pdu, flags, call_id, now)
                return
            request = self._requests.take(pdu, flags, call_id, auth_length, little=little)
            if request is not None:
                self._admit(request)
        except UnknownContext as unknown:
            self._send_fault(call_id, 0, RpcStatus.UNK_IF, did_not_execute=True)
            reason = f"presentation context {unknown.context_id} is unknown"
            self._emit(PeerRefused(reason, "fault", RpcStatus.UNK_IF))
        except RefusePdu as refusal:
            self._refuse(call_id, refusal)
        except RefuseBind as refusal:
            self._nak(call_id, refusal)

    def _transit(self, kind: int, pdu: bytes, flags: int, call_id: int, now: float) -> None:
        """A PDU that is no ordinary request: through the state table, then to its handler."""
        event = _INPUTS.get(kind, ServerInput.FOREIGN)
        try:
            self._enter(event)
        except PeerViolation as violation:
            if event is ServerInput.BIND:
                raise RefuseBind(RejectReason.NOT_SPECIFIED, violation.reason) from violation
            raise RefusePdu(RpcStatus.PROTO_ERROR, violation.reason) from violation
        if event is ServerInput.BIND:
            self._bind(pdu, flags, call_id)
        elif event is ServerInput.ALTER:
            self._alter(pdu, flags, call_id, now)
        elif event is ServerInput.AUTH3:
            self._auth3(pdu)
        elif event is ServerInput.CANCEL:
            self._cancel(call_id)
        else:
            self._orphan(call_id)

    # -- refusing ----------------------------------------------------------------------------------

    def _refuse(self, call_id: int, refusal: RefusePdu) -> None:
        """Answer with a fault and end."""
        self._send_fault(
            call_id if refusal.call_id is None else refusal.call_id,
            refusal.context_id,
            refusal.status,
            did_not_execute=not refusal.executed,
        )
        self._emit(PeerRefused(refusal.reason, "fault", refusal.status))
        self._end(self._refusing(), refusal.reason)

    def _nak(self, call_id: int, refusal: RefuseBind) -> None:
        """Answer a bind with bind_nak and end."""
        self._out.append(BindNak(call_id=call_id, reason=refusal.code).pack())
        self._emit(PeerRefused(refusal.reason, "bind_nak", refusal.code))
        self._end(self._refusing(), refusal.reason)

    def _abandon(self, reason: str) -> None:
        """End without a word."""
        self._emit(PeerRefused(reason, "close"))
        self._end(self._refusing(), reason)

    def _end(self, event: ServerInput, reason: str) -> None:
        self._enter(event)
        self._requests.forget()
        self._buffer = None
        self._waiting = None
        self._emit(Closed(reason))

    def _refusing(self) -> ServerInput:
        """What a refusal is in the table: the outcome of a judgement, or a broken rule."""
        return ServerInput.REFUSE if self.state is ServerState.NEGOTIATING else ServerInput.VIOLATE

    def _send_fault(self, call_id: int, context_id: int, status: int, *, did_not_execute: bool) -> None:
        self._out.append(answers.fault(call_id, context_id, status, did_not_execute=did_not_execute))

    # -- binding -----------------------------------------------------------------------------------

    def _bind(self, pdu: bytes, flags: int, call_id: int) -> None:
        try:
            bind = Bind.unpack(pdu)
        except WireError as error:
            raise RefuseBind(RejectReason.PROTOCOL_VERSION_NOT_SUPPORTED, str(error)) from error
        limits = self.config.limits
        if len(bind.contexts) > limits.offered_contexts:
            raise RefuseBind(RejectReason.LOCAL_LIMIT_EXCEEDED, f"{len(bind.contexts)} contexts offered")
        try:
            results, contexts = negotiate(
                bind.contexts, {}, accepts=self.config.accepts, limit=limits.contexts
            )
        except PeerViolation as violation:
            raise RefuseBind(RejectReason.NOT_SPECIFIED, violation.reason) from violation
        if flags & _HEADER_SIGN:
            self._security.sign_headers()
        token = b"" if bind.verifier is None else self._security.begin_with_bind(bind.verifier)
        group = self.config.groups.join(bind.association_group)
        if group is None:
            reason = f"unknown association group {bind.association_group:#x}"
            raise RefuseBind(RejectReason.NOT_SPECIFIED, reason)
        self.group = group
        self._caller = self._caller_of(None)
        self._requests.concurrent = concurrent = self.config.concurrent and bool(flags & _CONC_MPX)
        self._fragment = negotiate_fragment(
            bind.max_xmit_frag, bind.max_recv_frag, largest=limits.fragment, floor=FRAGMENT_FLOOR
        )
        self._note_contexts(results, contexts)
        self._out.append(
            BindAck(
                call_id=call_id,
                flags=PfcFlags(WHOLE | (flags & _HEADER_SIGN) | (_CONC_MPX if concurrent else 0)),
                max_xmit_frag=self._fragment,
                max_recv_frag=self._fragment,
                association_group=group,
                secondary_address=str(self.config.port).encode("ascii") + b"\0",
                results=tuple(results),
                verifier=_answer(bind.verifier, token),
            ).pack()
        )
        self._conclude()

    def _alter(self, pdu: bytes, flags: int, call_id: int, now: float) -> None:
        try:
            alter = AlterContext.unpack(pdu)
        except WireError as error:
            raise RefusePdu(RpcStatus.PROTO_ERROR, str(error)) from error
        verifier = alter.verifier
        limits = self.config.limits
        if verifier is not None and verifier.service == AuthService.NONE:
            raise RefusePdu(RpcStatus.ACCESS_DENIED, "a verifier of no service")
        if len(alter.contexts) > limits.offered_contexts:
            raise RefusePdu(RpcStatus.PROTO_ERROR, f"{len(alter.contexts)} contexts offered")
        try:
            results, contexts = negotiate(
                alter.contexts, self._contexts, accepts=self.config.accepts, limit=limits.contexts
            )
        except PeerViolation as violation:
            raise RefusePdu(RpcStatus.PROTO_ERROR, violation.reason) from violation
        if flags & _HEADER_SIGN:
            self._security.sign_headers()
        token = b""
        if verifier is not None:
            if limits.bind_time is not None and self._security.pending is None:
                self._bind_deadline = now + limits.bind_time
            token = self._security.continue_with_alter(verifier)
        self._note_contexts(results, contexts)
        self._out.append(
            AlterContextResponse(
                call_id=call_id,
                flags=PfcFlags(WHOLE | (flags & _HEADER_SIGN)),
                max_xmit_frag=self._fragment,
                max_recv_frag=self._fragment,
                association_group=self.group,
                results=tuple(results),
                verifier=_answer(verifier, token),
            ).pack()
        )
        self._conclude()

    def _auth3(self, pdu: bytes) -> None:
        try:
            verifier = Auth3.unpack(pdu).verifier
        except WireError as error:
            status = _REMOTE_NO_MEMORY if error.path.endswith("auth_pad_length") else RpcStatus.PROTO_ERROR
            raise RefusePdu(status, str(error)) from error
        if verifier is None:
            raise RefusePdu(RpcStatus.PROTO_ERROR, "auth3 without a token")
        self._security.end_with_auth3(verifier)
        self._conclude()

    def _conclude(self) -> None:
        """Leave NEGOTIATING: wait for another leg, or be bound."""
        if self._security.pending is not None:
            self._enter(ServerInput.CHALLENGE)
        else:
            self._enter(ServerInput.ACCEPT)
            self._security.completed(self._caller_of)

    def _caller_of(self, binding: Binding | None) -> Caller:
        return Caller(
            address=self.peer.address,
            port=self.peer.port,
            local_address=self.peer.local_address,
            level=AuthLevel.NONE if binding is None else binding.level,
            service=AuthService.NONE if binding is None else binding.service,
            identity=None if binding is None else binding.context.identity,
            connection=self.peer.connection,
            association_group=self.group,
        )

    def _note_contexts(self, results: list[ContextResult], contexts: dict[int, SyntaxId]) -> None:
        self._contexts.update(contexts)
        for result in results:
            if result.result == ContextVerdict.PROVIDER_REJECTION:
                self._emit(PeerRefused("presentation context refused", "context", result.reason))
        self._emit(Bound(tuple(self._contexts.values()), self.group))

    # -- calls -------------------------------------------------------------------------------------

    def _admit(self, request: WholeRequest) -> None:
        """A request is whole: hand it out, let it wait, or say that there are too many."""
        caller = self._caller
        if request.binding is not None and request.binding.caller is not None:
            caller = request.binding.caller
        call_id, context_id, interface, opnum, object_, stub, binding, maybe, little = request
        active = ActiveCall(
            Call(interface, opnum, stub, caller, object_, little, call_id), context_id, binding, maybe=maybe
        )
        limits = self.config.limits
        if self.running >= limits.calls or (
            self._active and self._octets + len(stub) > limits.waiting_octets
        ):
            self._send_fault(call_id, context_id, RpcStatus.SERVER_TOO_BUSY, did_not_execute=True)
            self._emit(PeerRefused("too many calls at once", "fault", RpcStatus.SERVER_TOO_BUSY))
            return
        self._octets += len(stub)
        if self._active and not self._requests.concurrent:
            if self._waiting is None:
                self._waiting = deque()
            self._waiting.append(active)
        else:
            self._active.append(active)
            self._emit(CallReceived(active))

    def _cancel(self, call_id: int) -> None:
        """A cancel means something only to a running call; one whose fragments arrive goes on."""
        for active in self._active:
            if active.call_id == call_id and not active.orphaned:
                self._emit(CallCancelled(active))
                return

    def _orphan(self, call_id: int) -> None:
        """The client gave a call up: a running one loses its answer, a waiting one is dropped."""
        for active in self._active:
            if active.call_id == call_id and not active.orphaned:
                active.orphaned = True
                self._emit(CallOrphaned(active))
                return
        for active in self._waiting or ():
            if active.call_id == call_id and self._waiting is not None:
                self._waiting.remove(active)
                self._octets -= len(active.call.stub)
                return

    def _finish(self, active: ActiveCall) -> bool:
        """The call is over; whether an answer should be written."""
        if active.done:
            raise LocalMisuse(f"call {active.call_id} was answered before", state=self.state)
        active.done = True
        self._active.remove(active)
        self._octets -= len(active.call.stub)
        if self._waiting and not self._active:
            following = self._waiting.popleft()
            self._active.append(following)
            self._emit(CallReceived(following))
        return self.state is not ServerState.CLOSED and not active.maybe and not active.orphaned


def _answer(verifier: AuthVerifier | None, token: bytes) -> AuthVerifier | None:
    """The verifier that carries our token; an empty token travels too, in a trailer of its own."""
    if verifier is None:
        return None
    return AuthVerifier(
        service=verifier.service, level=verifier.level, context_id=verifier.context_id, value=token
    )
