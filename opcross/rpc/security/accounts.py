"""The accounts that an acceptor knows.

An NTLM acceptor needs the NT hash of every account that may call it; where the hashes come from
(a simulated Windows host, an owner-only hash store) is not its business.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Protocol

from opcross.codes import NtStatus

__all__ = ["Account", "AccountTable", "Accounts"]


class Accounts(Protocol):
    """Looks accounts up, without regard to the case of names, as Windows does."""

    def nt_hash(self, domain: str, user: str) -> bytes | None:
        """The NT hash (16 octets) of an account, or None where there is no such account."""
        ...

    def status(self, domain: str, user: str) -> int:
        """``NtStatus.OK`` when an account that proved its password may log on, else why it may not."""
        ...


@dataclass(frozen=True, slots=True)
class Account:
    """One account. Without a domain it answers for every domain, as local accounts of a workgroup host do.

    ``status`` is the NTSTATUS of a log-on whose password was right.
    """

    user: str
    nt_hash: bytes = field(repr=False)
    domain: str = ""
    status: int = NtStatus.OK


class AccountTable:
    """A fixed set of accounts: the plain implementation of :class:`Accounts`.

    A name of the form ``user@domain`` with an empty domain (a UPN) is looked up by its parts.
    """

    def __init__(self, accounts: Iterable[Account] = ()) -> None:
        self._accounts = MappingProxyType(
            {(account.domain.casefold(), account.user.casefold()): account for account in accounts}
        )

    def find(self, domain: str, user: str) -> Account | None:
        """The account of this name, or None."""
        found = self._accounts.get((domain.casefold(), user.casefold()))
        if found is None and domain:
            found = self._accounts.get(("", user.casefold()))
        if found is None and not domain and "@" in user:
            name, _, realm = user.rpartition("@")
            return self.find(realm, name)
        return found

    def nt_hash(self, domain: str, user: str) -> bytes | None:
        """See :meth:`Accounts.nt_hash`."""
        account = self.find(domain, user)
        return account.nt_hash if account else None

    def status(self, domain: str, user: str) -> int:
        """See :meth:`Accounts.status`."""
        account = self.find(domain, user)
        return account.status if account else NtStatus.NO_SUCH_USER
