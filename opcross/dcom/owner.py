"""Whose reference an IPID is: the client to which it was handed out.

A reference is a capability of one client. The check on every call is by principal: the user that
activated may call, from whichever of his addresses. Where neither side of the comparison is
authenticated, or only one (a server that works at level NONE, a client that activated anonymously),
the address decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from opcross.rpc.call import Caller

__all__ = ["Owner"]


@dataclass(frozen=True, slots=True)
class Owner:
    """A client as the object table knows it; ``principal`` is None when nobody was authenticated."""

    principal: str | None
    address: str

    @classmethod
    def of(cls, caller: Caller) -> Owner:
        """The owner of what is handed to this caller."""
        identity = caller.identity
        if identity is None or identity.anonymous:
            return cls(None, caller.address)
        return cls(str(identity).casefold(), caller.address)

    def admits(self, caller: Caller) -> bool:
        """Whether ``caller`` may use what belongs to this owner."""
        other = Owner.of(caller)
        if self.principal is not None and other.principal is not None:
            return self.principal == other.principal
        return self.address == other.address
