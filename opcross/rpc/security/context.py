"""The security-context protocol: what an association needs of NTLM, SPNEGO or Kerberos.

A context is one side of one authentication. It exchanges tokens until it is complete, then protects
PDUs. It keeps the sequence numbers of both directions; the association decides by its level which of
:meth:`SecurityContext.sign` or :meth:`SecurityContext.seal` it calls.

[MS-RPCE] 2.2.2.11 to 2.2.2.13 and 3.3.1.5.2.2; [MS-NLMP] 3.4; RFC 4178 for SPNEGO.
"""

from __future__ import annotations

from typing import Protocol

from opcross.levels import AuthService
from opcross.rpc.call import Identity

__all__ = ["SecurityContext"]


class SecurityContext(Protocol):
    """One side of an authentication exchange, and the keys that come of it."""

    @property
    def service(self) -> AuthService:
        """The auth_type octet of the sec_trailer."""
        ...

    @property
    def complete(self) -> bool:
        """Whether both sides have said all that they have to say."""
        ...

    @property
    def identity(self) -> Identity | None:
        """At an acceptor that is complete: who logged on. At an initiator: None."""
        ...

    @property
    def signature_size(self) -> int:
        """Octets of the auth_value of a protected PDU (NTLM: 16)."""
        ...

    def step(self, token: bytes) -> bytes:
        """Take the peer's token (empty to start), give ours (empty when there is nothing to say).

        Raises :class:`~opcross.errors.WireError` on a malformed token and
        :class:`~opcross.errors.LogonFailed` when the peer's proof is wrong.
        """
        ...

    def sign(self, header: bytes, body: bytes, trailer: bytes) -> bytes:
        """The signature of an outgoing PDU; ``trailer`` is the 8 octets of the sec_trailer."""
        ...

    def verify(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        """Check an incoming PDU; raises :class:`~opcross.errors.BadValue` when it does not match."""
        ...

    def seal(self, header: bytes, body: bytes, trailer: bytes) -> tuple[bytes, bytes]:
        """Encrypt the body of an outgoing PDU: (sealed body, signature)."""
        ...

    def unseal(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> bytes:
        """Decrypt and check an incoming PDU; raises :class:`~opcross.errors.BadValue`."""
        ...
