"""Who a server process is: its identity, logged on; and what it can prove to other computers.

A launching user's process has his token, but not his secret: he logged on over the network, and such a
log-on cannot be passed on. So it is nobody elsewhere. The same holds for a local service, and in a
workgroup for the local system and the network service; in a domain these two are their computer.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from opcross.codes import NtStatus
from opcross.rpc.security import Credentials, nt_hash_of
from opcross_simulators.windows import sids
from opcross_simulators.windows.accounts import machine_password
from opcross_simulators.windows.identities import IdentityKind

if TYPE_CHECKING:
    from opcross_simulators.windows.accounts import AccountDatabase, Principal, WindowsAccount
    from opcross_simulators.windows.identities import ServerIdentity

__all__ = [
    "ACCOUNT_DISABLED",
    "NOBODY_LOGGED_ON",
    "WRONG_LOGON",
    "ProcessAccount",
    "RunAsRefusal",
    "log_on",
]

WRONG_LOGON: Final = 1326
"""ERROR_LOGON_FAILURE: no such account, or the wrong password."""
ACCOUNT_DISABLED: Final = 1331
"""ERROR_ACCOUNT_DISABLED."""
NOBODY_LOGGED_ON: Final = 1312
"""ERROR_NO_SUCH_LOGON_SESSION; that Windows names this one where nobody sits at the console is inferred."""

_SERVICE_SIDS: Final = {
    IdentityKind.LOCAL_SYSTEM: sids.SYSTEM,
    IdentityKind.LOCAL_SERVICE: sids.LOCAL_SERVICE,
    IdentityKind.NETWORK_SERVICE: sids.NETWORK_SERVICE,
}


@dataclass(frozen=True, slots=True)
class ProcessAccount:
    """The account of a process; ``credentials`` None means that it is anonymous to other computers."""

    sid: str
    name: str
    credentials: Credentials | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class RunAsRefusal:
    """An identity that could not log on; ``error`` is a Win32 code."""

    error: int
    domain: str
    user: str


def log_on(
    identity: ServerIdentity,
    *,
    accounts: AccountDatabase,
    launching: Principal,
    console: WindowsAccount | None,
    password_known: bool,
) -> ProcessAccount | RunAsRefusal:
    """Log an identity on, to start a process.

    ``launching`` is who activates, ``console`` who sits there. ``password_known`` says whether the host
    keeps a password for THIS_USER, which ``identity`` then carries.
    """
    kind = identity.kind
    if kind is IdentityKind.LAUNCHING_USER:
        return ProcessAccount(launching.sid, f"{launching.domain}\\{launching.user}")
    if kind is IdentityKind.INTERACTIVE_USER:
        if console is None:
            return RunAsRefusal(NOBODY_LOGGED_ON, ".", "Interactive User")
        return _of(console, accounts)
    if kind is not IdentityKind.THIS_USER:
        return ProcessAccount(_SERVICE_SIDS[kind], str(identity), _of_service(kind, accounts))
    account = accounts.find(identity.domain, identity.user)
    shown = identity.domain or "."
    if account is None or not password_known:
        return RunAsRefusal(WRONG_LOGON, shown, identity.user)
    if identity.password is not None and nt_hash_of(identity.password) != account.nt_hash:
        return RunAsRefusal(WRONG_LOGON, shown, identity.user)
    if account.status != NtStatus.OK:
        return RunAsRefusal(ACCOUNT_DISABLED, shown, identity.user)
    return _of(account, accounts)


def _of(account: WindowsAccount, accounts: AccountDatabase) -> ProcessAccount:
    credentials = Credentials(
        account.user, nt_hash=account.nt_hash, domain=account.authority, workstation=accounts.computer
    )
    return ProcessAccount(account.sid, f"{account.authority}\\{account.user}", credentials)


def _of_service(kind: IdentityKind, accounts: AccountDatabase) -> Credentials | None:
    if kind is IdentityKind.LOCAL_SERVICE or not accounts.domain:
        return None
    return Credentials(
        f"{accounts.computer.upper()}$",
        machine_password(accounts.domain, accounts.computer),
        accounts.domain,
        accounts.computer,
    )
