"""What an association core reports to whoever drives it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from opcross.levels import AuthLevel, AuthService
    from opcross.rpc.association.active_call import ActiveCall
    from opcross.rpc.call import Identity, Reply, SyntaxId

__all__ = [
    "Authenticated",
    "BindRefused",
    "Bound",
    "CallCancelled",
    "CallFailed",
    "CallOrphaned",
    "CallReceived",
    "ClientEvent",
    "Closed",
    "ContextAccepted",
    "ContextRefused",
    "LogonRefused",
    "PeerRefused",
    "Ready",
    "Responded",
    "ServerEvent",
    "ShutdownAsked",
]


class CallReceived(NamedTuple):
    """A request is whole, verified and decrypted: run it, then answer through ``call``."""

    call: ActiveCall


class CallCancelled(NamedTuple):
    """The client asks to cancel a running call; an answer is still expected."""

    call: ActiveCall


class CallOrphaned(NamedTuple):
    """Nobody waits for this running call any more; an answer will be dropped."""

    call: ActiveCall


@dataclass(frozen=True, slots=True)
class Bound:
    """Presentation contexts were accepted; ``interfaces`` names them."""

    interfaces: tuple[SyntaxId, ...]
    association_group: int


@dataclass(frozen=True, slots=True)
class Authenticated:
    """A log-on succeeded."""

    identity: Identity | None
    service: AuthService
    level: AuthLevel


@dataclass(frozen=True, slots=True)
class LogonRefused:
    """A log-on failed; ``code`` is the NTSTATUS, or 0 where the token was malformed."""

    code: int
    reason: str


@dataclass(frozen=True, slots=True)
class PeerRefused:
    """The peer broke a rule or a limit, and this is how it was answered.

    ``answer`` is ``fault``, ``bind_nak``, ``context`` (one presentation context) or ``close``; ``code`` is
    the status or reason on the wire.
    """

    reason: str
    answer: str
    code: int = 0


@dataclass(frozen=True, slots=True)
class Closed:
    """The association ends; close the connection once everything is written."""

    reason: str


@dataclass(frozen=True, slots=True)
class Ready:
    """Client: the bind, and every leg of its authentication, is done; calls may go out."""

    association_group: int


@dataclass(frozen=True, slots=True)
class ContextAccepted:
    """Client: this interface may be called."""

    interface: SyntaxId


@dataclass(frozen=True, slots=True)
class ContextRefused:
    """Client: the server does not offer this interface on this connection."""

    interface: SyntaxId
    result: int
    reason: int


@dataclass(frozen=True, slots=True)
class BindRefused:
    """Client: bind_nak."""

    reason: int


class Responded(NamedTuple):
    """Client: a response is whole, verified and decrypted."""

    call_id: int
    reply: Reply


class CallFailed(NamedTuple):
    """Client: a fault. ``call_id`` is that of a call, or of an alter_context."""

    call_id: int
    status: int
    did_not_execute: bool


@dataclass(frozen=True, slots=True)
class ShutdownAsked:
    """Client: the server wants this connection closed when it is idle."""


ServerEvent = (
    CallReceived | CallCancelled | CallOrphaned | Bound | Authenticated | LogonRefused | PeerRefused | Closed
)
ClientEvent = (
    Responded
    | CallFailed
    | Ready
    | ContextAccepted
    | ContextRefused
    | BindRefused
    | LogonRefused
    | PeerRefused
    | ShutdownAsked
    | Closed
)
