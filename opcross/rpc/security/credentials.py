"""Credentials: who logs on, and how the log-on should look on the wire."""

from __future__ import annotations

from dataclasses import dataclass, field

from opcross.errors import LocalMisuse
from opcross.rpc.security.md4 import md4
from opcross.rpc.security.ntlm.options import NtlmOptions

__all__ = ["Credentials", "nt_hash_of"]


def nt_hash_of(password: str) -> bytes:
    """The NT hash of a password: NTOWFv1 of [MS-NLMP] 3.3.1, 16 octets."""
    return md4(password.encode("utf-16-le", "surrogatepass"))


@dataclass(frozen=True, slots=True)
class Credentials:
    """A user's name and the secret that proves it: a password, or its NT hash (16 octets).

    ``workstation`` is the name that the client gives for itself; ``ntlm`` imitates the habits of a stack.
    An empty ``user`` without a secret means an anonymous log-on. The secrets never show in ``repr``.
    """

    user: str = ""
    password: str | None = field(default=None, repr=False)
    domain: str = ""
    workstation: str = ""
    nt_hash: bytes | None = field(default=None, repr=False)
    ntlm: NtlmOptions = field(default_factory=NtlmOptions)

    def __post_init__(self) -> None:
        if self.nt_hash is not None and len(self.nt_hash) != 16:
            raise LocalMisuse(f"an NT hash has 16 octets, not {len(self.nt_hash)}")
        if self.user and self.password is None and self.nt_hash is None:
            raise LocalMisuse(f"credentials of {self.user!r} need a password or an NT hash")

    @property
    def anonymous(self) -> bool:
        """Whether nobody in particular logs on."""
        return not self.user

    def response_key(self) -> bytes:
        """The NT hash, given or computed from the password."""
        if self.nt_hash is not None:
            return self.nt_hash
        return nt_hash_of(self.password or "")
