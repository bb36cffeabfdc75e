"""Authentication levels, impersonation levels and authentication services.

Every layer from the RPC trailer to the hardening rules speaks of them, so they stand below all layers.
Sources: [MS-RPCE] 2.2.1.1.7 and 2.2.1.1.8, [MS-DCOM] 2.2.
"""

from __future__ import annotations

from enum import IntEnum

__all__ = ["AuthLevel", "AuthService", "ImpersonationLevel"]


class AuthLevel(IntEnum):
    """How much of a call is protected; the names are those of scenario files and of the command line."""

    DEFAULT = 0
    NONE = 1
    CONNECT = 2
    CALL = 3
    PKT = 4
    INTEGRITY = 5
    PRIVACY = 6

    @property
    def word(self) -> str:
        """The fixed word for this level: ``none connect call pkt integrity privacy``."""
        return self.name.lower()

    @property
    def effective(self) -> AuthLevel:
        """What a connection-oriented transport does with it: CALL is processed as PKT."""
        return AuthLevel.PKT if self is AuthLevel.CALL else self


class AuthService(IntEnum):
    """Security providers, as the auth_type octet of a sec_trailer names them."""

    NONE = 0
    NEGOTIATE = 9
    NTLM = 10
    KERBEROS = 16


class ImpersonationLevel(IntEnum):
    """What a server may do in its caller's name."""

    DEFAULT = 0
    ANONYMOUS = 1
    IDENTIFY = 2
    IMPERSONATE = 3
    DELEGATE = 4
