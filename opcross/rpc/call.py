"""A call as the layers above RPC see it: who calls, what, and what came back.

Server faces implement :class:`Dispatcher`; transports implement :class:`Channel` and :class:`Connector`
(see :mod:`opcross.net`), so nothing above this line knows of sockets.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from opcross.levels import AuthLevel, AuthService

__all__ = [
    "Call",
    "Caller",
    "Channel",
    "ChannelSecurity",
    "Connector",
    "Dispatcher",
    "Endpoint",
    "Identity",
    "Reply",
    "SyntaxId",
]


@dataclass(frozen=True, slots=True)
class SyntaxId:
    """An interface or transfer syntax: UUID and version ([C706] 12.6.3.1 p_syntax_id_t)."""

    uuid: UUID
    major: int = 0
    minor: int = 0

    def __str__(self) -> str:
        return f"{self.uuid} v{self.major}.{self.minor}"


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A host (name or address) and a TCP port."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"{self.host}[{self.port}]"


@dataclass(frozen=True, slots=True)
class Identity:
    """Whom a security context authenticated; an anonymous log-on has neither domain nor user."""

    domain: str = ""
    user: str = ""
    workstation: str = ""
    anonymous: bool = False

    def __str__(self) -> str:
        if self.anonymous:
            return "NT AUTHORITY\\ANONYMOUS LOGON"
        return f"{self.domain}\\{self.user}" if self.domain else self.user


@dataclass(frozen=True, slots=True)
class Caller:
    """Where a call came from and how it was protected.

    ``level`` is NONE when the connection has no security context; ``identity`` is None then.
    ``connection`` numbers the connection within its listener.
    """

    address: str
    port: int = 0
    local_address: str = ""
    level: AuthLevel = AuthLevel.NONE
    service: AuthService = AuthService.NONE
    identity: Identity | None = None
    connection: int = 0
    association_group: int = 0


@dataclass(frozen=True, slots=True)
class Call:
    """One request, whole, verified and decrypted."""

    interface: SyntaxId
    opnum: int
    stub: bytes
    caller: Caller
    object: UUID | None = None
    little: bool = True
    call_id: int = 0


@dataclass(frozen=True, slots=True)
class Reply:
    """One response, whole, verified and decrypted."""

    stub: bytes
    little: bool = True


class Dispatcher(Protocol):
    """A server face: it says which interfaces it speaks and answers calls.

    :meth:`call` returns the response stub (little-endian NDR) or raises :class:`opcross.errors.Fault`.
    """

    def accepts(self, interface: SyntaxId) -> bool:
        """Whether a presentation context for this interface may be accepted."""
        ...

    async def call(self, call: Call) -> bytes:
        """Answer one request."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelSecurity:
    """What a client asks of a channel: no credentials and a level above NONE mean an anonymous log-on."""

    level: AuthLevel = AuthLevel.NONE
    service: AuthService = AuthService.NTLM
    credentials: object | None = field(default=None, repr=False)
    target: str = ""


class Channel(Protocol):
    """A way to one endpoint, with one security context; opens connections as it needs them."""

    @property
    def endpoint(self) -> Endpoint:
        """Where the calls go."""
        ...

    @property
    def level(self) -> AuthLevel:
        """The level that the wire shows, after every raise."""
        ...

    async def call(
        self,
        interface: SyntaxId,
        opnum: int,
        stub: bytes,
        *,
        object: UUID | None = None,  # noqa: A002  (the word of [C706])
        timeout: float | None = None,
    ) -> Reply:
        """Send a request and wait for its response.

        Raises :class:`~opcross.errors.Fault`, :class:`~opcross.errors.BindRejected`,
        :class:`~opcross.errors.TransportLost` or :class:`~opcross.errors.TimedOut`.
        """
        ...

    async def close(self) -> None:
        """Close every connection."""
        ...


class Connector(Protocol):
    """Opens channels."""

    async def open(self, endpoint: Endpoint, security: ChannelSecurity) -> Channel:
        """A channel to ``endpoint``; connections follow with the first call."""
        ...
