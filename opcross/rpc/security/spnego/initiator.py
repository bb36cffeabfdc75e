"""The initiator of SPNEGO (RFC 4178 4 and 5, [MS-SPNG] 3.2).

The theory: the first token names our mechanisms and carries a token of the first. The acceptor may choose
another; then we begin again with that one, and MICs over our list become due. They are also due when the
acceptor asks, and when NTLM's own AUTHENTICATE carries a MIC. We are done when the acceptor says so, never
before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

from opcross.errors import BadValue, LocalMisuse, LogonFailed
from opcross.rpc.security.spnego.context import (
    Mechanism,
    NegotiatedContext,
    check_token,
    no_common_mechanism,
)
from opcross.rpc.security.spnego.tokens import NegState, NegTokenInit, NegTokenResp, unpack_token

__all__ = ["INITIATOR_TABLE", "InitiatorEvent", "InitiatorState", "SpnegoInitiator"]


class InitiatorState(Enum):
    """How far the initiator has come."""

    START = "start"
    OFFERED = "offered"
    RUNNING = "running"
    AWAITING_END = "awaiting the end"
    DONE = "done"
    FAILED = "failed"


class InitiatorEvent(Enum):
    """What came, or what the mechanism reached."""

    OPEN = "the first step"
    INCOMPLETE = "accept-incomplete"
    REQUEST_MIC = "request-mic"
    COMPLETED = "accept-completed"
    FINISHED = "the end of the mechanism"


_S, _E = InitiatorState, InitiatorEvent
INITIATOR_TABLE: Final[Mapping[tuple[InitiatorState, InitiatorEvent], InitiatorState]] = MappingProxyType(
    {
        (_S.START, _E.OPEN): _S.OFFERED,
        (_S.OFFERED, _E.INCOMPLETE): _S.RUNNING,
        (_S.OFFERED, _E.REQUEST_MIC): _S.RUNNING,
        (_S.RUNNING, _E.INCOMPLETE): _S.RUNNING,
        (_S.RUNNING, _E.FINISHED): _S.AWAITING_END,
        (_S.AWAITING_END, _E.INCOMPLETE): _S.AWAITING_END,
        (_S.AWAITING_END, _E.COMPLETED): _S.DONE,
    }
)
_EVENTS: Final = MappingProxyType(
    {
        NegState.ACCEPT_COMPLETED: _E.COMPLETED,
        NegState.ACCEPT_INCOMPLETE: _E.INCOMPLETE,
        NegState.REQUEST_MIC: _E.REQUEST_MIC,
    }
)


class SpnegoInitiator(NegotiatedContext[InitiatorState, InitiatorEvent]):
    """One negotiation as a client, over its mechanisms, the preferred one first."""

    def __init__(self, mechanisms: Sequence[Mechanism]) -> None:
        if not mechanisms:
            raise LocalMisuse("SPNEGO needs at least one mechanism")
        super().__init__(_S.START, _S.FAILED, INITIATOR_TABLE)
        self._mechanisms = tuple(mechanisms)

    def _step(self, token: bytes) -> bytes:
        awaiting = self._state is _S.AWAITING_END
        if not token and not awaiting:
            return self._open()
        # Once every MIC was exchanged an acceptor may end in silence.
        message = unpack_token(token) if token else NegTokenResp()
        if isinstance(message, NegTokenInit):
            raise BadValue("a NegTokenInit came from the acceptor", path="SPNEGO")
        if message.state is NegState.REJECT:
            raise LogonFailed(reason="the acceptor rejected the negotiation")
        # Only the first answer must say its state; later the state of the exchange tells (RFC 4178 4.2.2).
        silent = _E.COMPLETED if awaiting else _E.INCOMPLETE
        self._move(_EVENTS[message.state] if message.state is not None else silent)
        return self._concluded(message) if awaiting else self._continued(message)

    def _open(self) -> bytes:
        self._move(_E.OPEN)
        message = NegTokenInit(
            mechanisms=tuple(each.mechanism for each in self._mechanisms), token=self._mechanisms[0].step(b"")
        )
        self._list = message.list_octets()
        return message.pack()

    def _continued(self, message: NegTokenResp) -> bytes:
        if message.state is NegState.REQUEST_MIC:
            self._mic_required = True
        fresh = False
        if self._chosen is None:
            self._chosen = self._choose(message.mechanism)
            fresh = self._chosen is not self._mechanisms[0]
            self._mic_required |= fresh
        elif message.mechanism not in (None, self._chosen.mechanism):
            raise BadValue(
                f"the acceptor changed its mind to {message.mechanism}", path="SPNEGO.supportedMech"
            )
        chosen = self._chosen
        # A mechanism that was not our first choice has not spoken yet.
        answer = chosen.step(b"" if fresh else check_token(message.token, "SPNEGO.responseToken"))
        mic = None
        if chosen.complete:
            self._move(_E.FINISHED)
            if message.mic is not None:
                self._take_mic(chosen, message.mic)
            if chosen.integrity and (self._mic_required or chosen.carries_mic):
                mic = self._give_mic(chosen)
        return NegTokenResp(token=answer or None, mic=mic).pack()

    def _choose(self, oid: str | None) -> Mechanism:
        for mechanism in self._mechanisms:
            if oid is None or mechanism.mechanism == oid:
                return mechanism
        raise no_common_mechanism(str(oid), ", ".join(each.mechanism for each in self._mechanisms))

    def _concluded(self, message: NegTokenResp) -> bytes:
        chosen = self._chosen
        assert chosen is not None  # the table leads here only after a choice
        if message.mic is not None and not self._mic_received:
            self._take_mic(chosen, message.mic)
        if self._state is _S.DONE:
            if chosen.integrity and (self._mic_sent or self._mic_required) and not self._mic_received:
                raise BadValue("the acceptor's MIC is missing", path="SPNEGO.mechListMIC")
            self._done = True
            return b""
        if self._mic_sent or message.mic is None:
            raise BadValue("the acceptor wants more, and nothing is left to say", path="SPNEGO.negState")
        return NegTokenResp(mic=self._give_mic(chosen)).pack()
