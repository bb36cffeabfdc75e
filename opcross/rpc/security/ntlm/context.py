"""What the two sides of NTLM share: the state, and the protection of PDUs once the log-on is done."""

from __future__ import annotations

from enum import Enum
from typing import Final

from opcross.codes import NtStatus
from opcross.errors import LocalMisuse, LogonFailed, OpcrossError, PeerViolation
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import Identity
from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.session import SIGNATURE_SIZE, Session

__all__ = ["NTLM_OID", "NtlmContext", "NtlmState", "missing_protection"]

NTLM_OID: Final = "1.3.6.1.4.1.311.2.2.10"


class NtlmState(Enum):
    """How far an exchange has come. A step leads to the next state or to FAILED, and never back."""

    START = "start"
    CHALLENGE = "challenge"
    DONE = "done"
    FAILED = "failed"


def missing_protection(level: AuthLevel, flags: int) -> str:
    """What ``level`` needs and ``flags`` lack, in a word; empty when all is there."""
    if level.effective >= AuthLevel.PRIVACY and not flags & NegotiateFlags.SEAL:
        return "sealing"
    if level.effective >= AuthLevel.PKT and not flags & (NegotiateFlags.SIGN | NegotiateFlags.SEAL):
        return "signing"
    return ""


class NtlmContext:
    """The part of :class:`~opcross.rpc.security.context.SecurityContext` that both sides of NTLM share."""

    mechanism: Final = NTLM_OID

    def __init__(self) -> None:
        self._state = NtlmState.START
        self._session: Session | None = None
        self._identity: Identity | None = None
        self._carries_mic = False

    @property
    def service(self) -> AuthService:
        """Always NTLM."""
        return AuthService.NTLM

    @property
    def complete(self) -> bool:
        """Whether the log-on is done."""
        return self._state is NtlmState.DONE

    @property
    def identity(self) -> Identity | None:
        """Who logged on; None at an initiator."""
        return self._identity

    @property
    def signature_size(self) -> int:
        """Always 16."""
        return SIGNATURE_SIZE

    @property
    def integrity(self) -> bool:
        """Whether signing was negotiated."""
        return self._session is not None and self._session.signs

    @property
    def carries_mic(self) -> bool:
        """Whether AUTHENTICATE carried a MIC; SPNEGO then wants a mechListMIC too."""
        return self._carries_mic

    def step(self, token: bytes) -> bytes:
        """Take the peer's token and give ours; see :class:`~opcross.rpc.security.context.SecurityContext`."""
        state = self._state
        if state is NtlmState.DONE or state is NtlmState.FAILED:
            raise PeerViolation(f"an NTLM token came to an exchange that is {state.value}", state=state)
        try:
            return self._start(token) if state is NtlmState.START else self._finish(token)
        except OpcrossError:
            self._state = NtlmState.FAILED
            raise

    def sign(self, header: bytes, body: bytes, trailer: bytes) -> bytes:
        """The signature of an outgoing PDU."""
        return self._ready().sign(header, body, trailer)

    def verify(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        """Check an incoming PDU."""
        self._ready().verify(header, body, trailer, signature)

    def seal(self, header: bytes, body: bytes, trailer: bytes) -> tuple[bytes, bytes]:
        """Seal an outgoing PDU."""
        return self._ready().seal(header, body, trailer)

    def unseal(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> bytes:
        """Open and check an incoming PDU."""
        return self._ready().unseal(header, body, trailer, signature)

    def sign_list(self, mechanisms: bytes) -> bytes:
        """The mechListMIC over a DER list of mechanisms."""
        return self._ready().sign_message(mechanisms)

    def verify_list(self, mechanisms: bytes, mic: bytes) -> None:
        """Check the peer's mechListMIC; raises :class:`~opcross.errors.BadValue`."""
        self._ready().verify_message(mechanisms, mic)

    def _ready(self) -> Session:
        if self._session is None or self._state is not NtlmState.DONE:
            raise LocalMisuse(f"the NTLM exchange is {self._state.value}, not done", state=self._state)
        return self._session

    def _start(self, token: bytes) -> bytes:
        raise NotImplementedError

    def _finish(self, token: bytes) -> bytes:
        raise NotImplementedError


def refuse(reason: str, code: int = NtStatus.LOGON_FAILURE) -> LogonFailed:
    """A log-on that is not accepted."""
    return LogonFailed(code, reason)
