"""What the two sides of SPNEGO share: the mechanism underneath, and the mechListMIC.

A mechListMIC proves that nobody on the way changed the list of mechanisms. It is signed by the mechanism, so
it means something only when the mechanism negotiated signing: a client that did not is never sent one.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import Enum
from typing import Final, Generic, Protocol, TypeVar

from opcross.errors import BadValue, LocalMisuse, LogonFailed, OpcrossError, PeerViolation
from opcross.levels import AuthService
from opcross.rpc.call import Identity
from opcross.rpc.security.context import SecurityContext

__all__ = ["Mechanism", "NegotiatedContext"]

_DUMMY_MIC: Final = b"\x01" + bytes(15)
"""The signature of stacks that did not negotiate signing: for an acceptor that insists on one."""

State = TypeVar("State", bound=Enum)
Event = TypeVar("Event", bound=Enum)


class Mechanism(SecurityContext, Protocol):
    """A security context that SPNEGO can negotiate."""

    @property
    def mechanism(self) -> str:
        """Its OID in dotted form."""
        ...

    @property
    def integrity(self) -> bool:
        """Once complete: whether it negotiated signing."""
        ...

    @property
    def carries_mic(self) -> bool:
        """Once complete: whether its own messages carry a MIC; [MS-SPNG] then wants a mechListMIC."""
        ...

    def sign_list(self, mechanisms: bytes) -> bytes:
        """The mechListMIC over a DER list of mechanisms."""
        ...

    def verify_list(self, mechanisms: bytes, mic: bytes) -> None:
        """Check the peer's mechListMIC; raises :class:`~opcross.errors.BadValue`."""
        ...


class NegotiatedContext(Generic[State, Event]):
    """The part of SPNEGO's security context that does not depend on the side."""

    def __init__(self, start: State, failed: State, table: Mapping[tuple[State, Event], State]) -> None:
        self._state = start
        self._failed = failed
        self._table = table
        self._chosen: Mechanism | None = None
        self._list = b""
        self._mic_required = False
        self._mic_sent = False
        self._mic_received = False
        self._done = False

    @property
    def service(self) -> AuthService:
        """Always NEGOTIATE."""
        return AuthService.NEGOTIATE

    @property
    def complete(self) -> bool:
        """Whether the negotiation and the mechanism are done."""
        return self._done

    @property
    def identity(self) -> Identity | None:
        """Who logged on, at an acceptor that is complete."""
        return self._chosen.identity if self._chosen is not None and self._done else None

    @property
    def signature_size(self) -> int:
        """That of the mechanism; 16 until it is chosen."""
        return self._chosen.signature_size if self._chosen is not None else 16

    def step(self, token: bytes) -> bytes:
        """Take the peer's token and give ours; see :class:`~opcross.rpc.security.context.SecurityContext`."""
        try:
            return self._step(token)
        except OpcrossError:
            self._state = self._failed
            self._done = False
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

    def _ready(self) -> Mechanism:
        if self._chosen is None or not self._done:
            raise LocalMisuse(f"the SPNEGO exchange is {self._state.value}, not done", state=self._state)
        return self._chosen

    def _step(self, token: bytes) -> bytes:
        raise NotImplementedError

    def _move(self, event: Event) -> None:
        following = self._table.get((self._state, event))
        if following is None:
            raise PeerViolation(
                f"SPNEGO: {event.value} is not allowed when {self._state.value}",
                state=self._state,
                event=event,
            )
        self._state = following

    def _take_mic(self, mechanism: Mechanism, mic: bytes) -> None:
        if not mechanism.integrity:
            # RFC 4178 5: then no MIC is used. Stacks send all kinds of them, and nothing rests on one.
            return
        mechanism.verify_list(self._list, mic)
        self._mic_received = True

    def _give_mic(self, mechanism: Mechanism) -> bytes:
        self._mic_sent = True
        return mechanism.sign_list(self._list) if mechanism.integrity else _DUMMY_MIC


def no_common_mechanism(offered: str, wanted: str) -> LogonFailed:
    """A list without anything that this side knows."""
    return LogonFailed(reason=f"no common mechanism: the peer names {offered}, this side has {wanted}")


def check_token(token: bytes | None, path: str) -> bytes:
    """The mechanism's token, which the state of the exchange demands."""
    if token is None:
        raise BadValue("the mechanism's token is missing", path=path)
    return token
