"""The acceptor of SPNEGO (RFC 4178 4 and 5, [MS-SPNG] 3.2).

The theory: the client names its mechanisms and may send a first token for the one it prefers. If that is the
one we choose, the token is used; otherwise it is dropped, we name ours, ask for a MIC, and the client begins
again. When the mechanism is done, the MICs over the client's list are exchanged where they are due. A client
may also send a raw NTLM token and leave SPNEGO out; Windows accepts that, and so do we.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from types import MappingProxyType
from typing import Final

from opcross.errors import BadValue
from opcross.rpc.security.ntlm.context import NTLM_OID
from opcross.rpc.security.ntlm.messages import SIGNATURE
from opcross.rpc.security.spnego.context import (
    Mechanism,
    NegotiatedContext,
    check_token,
    no_common_mechanism,
)
from opcross.rpc.security.spnego.tokens import NegState, NegTokenInit, NegTokenResp, unpack_token

__all__ = ["ACCEPTOR_TABLE", "AcceptorEvent", "AcceptorState", "SpnegoAcceptor"]


class AcceptorState(Enum):
    """How far the acceptor has come."""

    START = "start"
    RUNNING = "running"
    RAW = "running without SPNEGO"
    AWAITING_MIC = "awaiting a MIC"
    DONE = "done"
    FAILED = "failed"


class AcceptorEvent(Enum):
    """What came, or what the mechanism reached."""

    INIT = "NegTokenInit"
    RESPONSE = "NegTokenResp"
    RAW = "a raw token"
    FINISHED = "the end of the mechanism"
    MIC_MISSING = "a missing MIC"


_S, _E = AcceptorState, AcceptorEvent
ACCEPTOR_TABLE: Final[Mapping[tuple[AcceptorState, AcceptorEvent], AcceptorState]] = MappingProxyType(
    {
        (_S.START, _E.INIT): _S.RUNNING,
        (_S.START, _E.RAW): _S.RAW,
        (_S.RUNNING, _E.RESPONSE): _S.RUNNING,
        (_S.RUNNING, _E.MIC_MISSING): _S.AWAITING_MIC,
        (_S.RUNNING, _E.FINISHED): _S.DONE,
        (_S.RAW, _E.RAW): _S.RAW,
        (_S.RAW, _E.FINISHED): _S.DONE,
        (_S.AWAITING_MIC, _E.RESPONSE): _S.AWAITING_MIC,
        (_S.AWAITING_MIC, _E.FINISHED): _S.DONE,
    }
)


class SpnegoAcceptor(NegotiatedContext[AcceptorState, AcceptorEvent]):
    """One negotiation as a server, over the mechanisms that it offers."""

    def __init__(self, mechanisms: Sequence[Mechanism]) -> None:
        super().__init__(_S.START, _S.FAILED, ACCEPTOR_TABLE)
        self._mechanisms = tuple(mechanisms)

    def _step(self, token: bytes) -> bytes:
        if token.startswith(SIGNATURE):
            return self._raw(token)
        message = unpack_token(token)
        if isinstance(message, NegTokenInit):
            return self._opened(message).pack()
        awaiting = self._state is _S.AWAITING_MIC
        self._move(_E.RESPONSE)
        return (self._last_mic(message) if awaiting else self._continued(message)).pack()

    def _raw(self, token: bytes) -> bytes:
        self._move(_E.RAW)
        if self._chosen is None:
            self._chosen = self._choose((NTLM_OID,))
        answer = self._chosen.step(token)
        if self._chosen.complete:
            self._finish()
        return answer

    def _choose(self, offered: Sequence[str]) -> Mechanism:
        ours = {mechanism.mechanism: mechanism for mechanism in self._mechanisms}
        for oid in offered:
            if oid in ours:
                return ours[oid]
        raise no_common_mechanism(", ".join(offered), ", ".join(ours))

    def _opened(self, message: NegTokenInit) -> NegTokenResp:
        self._move(_E.INIT)
        self._list = message.list_octets()
        self._chosen = chosen = self._choose(message.mechanisms)
        if message.mechanisms[0] != chosen.mechanism:
            self._mic_required = True
            return NegTokenResp(state=NegState.REQUEST_MIC, mechanism=chosen.mechanism)
        if message.token is None:
            return NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=chosen.mechanism)
        answer = chosen.step(message.token)
        if chosen.complete:
            return self._concluded(chosen, message.mic, answer, chosen.mechanism)
        return NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, mechanism=chosen.mechanism, token=answer)

    def _continued(self, message: NegTokenResp) -> NegTokenResp:
        chosen = self._chosen
        token = check_token(message.token, "SPNEGO.responseToken")
        assert chosen is not None  # the table leads here only after a choice
        answer = chosen.step(token)
        if not chosen.complete:
            return NegTokenResp(state=NegState.ACCEPT_INCOMPLETE, token=answer or None)
        # Some old initiators repeat their token where the MIC belongs.
        mic = message.mic if message.mic != token else None
        return self._concluded(chosen, mic, answer, None)

    def _concluded(
        self, chosen: Mechanism, mic: bytes | None, answer: bytes, named: str | None
    ) -> NegTokenResp:
        """The mechanism is done: judge the client's MIC and answer with ours where it is due."""
        own = None
        if mic is not None:
            self._take_mic(chosen, mic)
        if chosen.integrity and (self._mic_received or self._mic_required):
            own = self._give_mic(chosen)
        state = NegState.ACCEPT_COMPLETED
        if chosen.integrity and self._mic_required and not self._mic_received:
            state = NegState.ACCEPT_INCOMPLETE
            self._move(_E.MIC_MISSING)
        else:
            self._finish()
        return NegTokenResp(state=state, mechanism=named, token=answer or None, mic=own)

    def _last_mic(self, message: NegTokenResp) -> NegTokenResp:
        assert self._chosen is not None  # the table leads here only after a choice
        if message.mic is None:
            raise BadValue("the MIC that was asked for is missing", path="SPNEGO.mechListMIC")
        self._take_mic(self._chosen, message.mic)
        self._finish()
        return NegTokenResp(state=NegState.ACCEPT_COMPLETED)

    def _finish(self) -> None:
        self._move(_E.FINISHED)
        self._done = True
