"""The accounts of a host: local ones, and those of its domain.

On a workgroup host a local account answers whatever domain a client names, as long as it is not a
domain that the host knows. On a member of a domain the name decides.

Every computer of a domain has an account there, whose name ends in a dollar sign. No host of the bench is
a domain controller, so members of a domain know the accounts of all its computers by a rule:
:func:`machine_password`.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import Final

from opcross.codes import NtStatus
from opcross.errors import FileError
from opcross.rpc.call import Identity
from opcross.rpc.security import nt_hash_of
from opcross_simulators.windows import sids

__all__ = ["ANONYMOUS_LOGON", "AccountDatabase", "Principal", "WindowsAccount", "machine_password"]

_MAX_USER = 256
_MACHINE: Final = re.compile(r"[a-z0-9-]{1,15}\$")


def machine_password(domain: str, computer: str) -> str:
    """The password of a computer's account in its domain; the same for one domain and name, always."""
    return hashlib.sha256(f"{domain}\0{computer}".casefold().encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class WindowsAccount:
    """An account. ``authority`` is the computer or the domain that keeps it."""

    user: str
    authority: str
    sid: str
    nt_hash: bytes = field(repr=False)
    groups: frozenset[str] = frozenset()
    enabled: bool = True
    local: bool = True

    @property
    def status(self) -> int:
        """Whether it may log on."""
        return NtStatus.OK if self.enabled else NtStatus.ACCOUNT_DISABLED


@dataclass(frozen=True, slots=True)
class Principal:
    """Somebody as access lists and events see him: names, and all identifiers of his token."""

    domain: str
    user: str
    sid: str
    sids: frozenset[str]


ANONYMOUS_LOGON = Principal(
    "NT AUTHORITY", "ANONYMOUS LOGON", sids.ANONYMOUS, frozenset({sids.ANONYMOUS, sids.NETWORK})
)
"""Nobody in particular; not in Everyone, unless the host says so."""


class AccountDatabase:
    """Implements :class:`opcross.rpc.security.Accounts` for an acceptor, and makes principals of callers.

    ``domain`` is empty on a workgroup host. ``seed`` goes into the identifiers.
    """

    def __init__(self, computer: str, domain: str = "", *, seed: int = 0) -> None:
        self.computer = computer
        self.domain = domain
        self._seed = seed
        self._accounts: dict[tuple[str, str], WindowsAccount] = {}

    def add(
        self,
        user: str,
        password: str,
        *,
        domain: bool = False,
        groups: tuple[str, ...] = (),
        enabled: bool = True,
    ) -> WindowsAccount:
        """Add an account, local or (``domain``) of the host's domain.

        ``groups`` are names of :data:`opcross_simulators.windows.sids.GROUPS`; everybody is in Users.
        Raises :class:`~opcross.errors.FileError` for a name that no account can have.
        """
        if domain and not self.domain:
            raise FileError(f'account "{user}": {self.computer} is in no domain')
        if not user or len(user) > _MAX_USER or any(c in user for c in '"/\\[]:;|=,+*?<>'):
            raise FileError(f'no account can be called "{user}"')
        authority = self.domain if domain else self.computer
        place = (authority.casefold(), user.casefold())
        if place in self._accounts:
            raise FileError(f'account "{user}" exists already at {authority}')
        account = WindowsAccount(
            user=user,
            authority=authority,
            sid=self._new_sid(authority, user),
            nt_hash=nt_hash_of(password),
            groups=frozenset({sids.USERS, *(_group_sid(user, name) for name in groups)}),
            enabled=enabled,
            local=not domain,
        )
        self._accounts[place] = account
        return account

    def remove(self, user: str, *, domain: bool = False) -> None:
        """Remove an account; it is no error when there is none."""
        self._accounts.pop(((self.domain if domain else self.computer).casefold(), user.casefold()), None)

    def _new_sid(self, authority: str, user: str) -> str:
        rid = sids.relative_id(user)
        taken = {account.sid for account in self._accounts.values()}
        base = sids.authority_sid(authority, self._seed)
        while f"{base}-{rid}" in taken:
            rid += 1
        return f"{base}-{rid}"

    def find(self, domain: str, user: str) -> WindowsAccount | None:
        """The account that a log-on under these names means."""
        if not domain and "@" in user:
            user, _, domain = user.rpartition("@")
        word, name = domain.casefold(), user.casefold()
        local = self._accounts.get((self.computer.casefold(), name))
        if word in (self.computer.casefold(), "."):
            return local
        if self.domain and word:
            netbios = self.domain.casefold()
            same = word in (netbios, netbios.partition(".")[0]) or word.partition(".")[0] == netbios
            return (self._accounts.get((netbios, name)) or self._machine(name)) if same else None
        if local is None and self.domain:
            return self._accounts.get((self.domain.casefold(), name))
        return local

    def _machine(self, name: str) -> WindowsAccount | None:
        """The account of a computer of the domain."""
        if _MACHINE.fullmatch(name) is None:
            return None
        return WindowsAccount(
            user=name.upper(),
            authority=self.domain,
            sid=f"{sids.authority_sid(self.domain, self._seed)}-{sids.relative_id(name)}",
            nt_hash=nt_hash_of(machine_password(self.domain, name.removesuffix("$"))),
            local=False,
        )

    def nt_hash(self, domain: str, user: str) -> bytes | None:
        """The NT hash of an account, or None where there is no such account."""
        account = self.find(domain, user)
        return account.nt_hash if account else None

    def status(self, domain: str, user: str) -> int:
        """Whether an account that proved its password may log on."""
        account = self.find(domain, user)
        return account.status if account else NtStatus.NO_SUCH_USER

    def principal(
        self,
        identity: Identity | None,
        *,
        filter_administrators: bool = False,
        everyone_includes_anonymous: bool = False,
    ) -> Principal:
        """The principal of a caller; nobody, and whoever the host does not know, is anonymous.

        ``filter_administrators`` is the remote filter of User Account Control: local administrators,
        save the built-in one, come without their group.
        """
        account = None
        if identity is not None and not identity.anonymous:
            account = self.find(identity.domain, identity.user)
        if account is None:
            if not everyone_includes_anonymous:
                return ANONYMOUS_LOGON
            nobody = ANONYMOUS_LOGON
            return Principal(nobody.domain, nobody.user, nobody.sid, nobody.sids | {sids.EVERYONE})
        groups = account.groups
        if filter_administrators and account.local and not account.sid.endswith("-500"):
            groups -= {sids.ADMINISTRATORS}
        token = {account.sid, sids.EVERYONE, sids.AUTHENTICATED_USERS, sids.NETWORK, *groups}
        return Principal(account.authority, account.user, account.sid, frozenset(token))


def _group_sid(user: str, name: str) -> str:
    for known, sid in sids.GROUPS.items():
        if known.casefold() == name.casefold():
            return sid
    known = ", ".join(sids.GROUPS)
    raise FileError(f'account "{user}": no group is called "{name}"; there are {known}')
