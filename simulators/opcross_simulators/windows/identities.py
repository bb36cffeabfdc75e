"""The identity of a server application: in whose name its process runs (the Identity tab of dcomcnfg).

It stands in the registry: ``RunAs`` of the AppID is ``Interactive User`` or an account, and absent for the
launching user; a service has ``LocalService`` there, and its account in the ``ObjectName`` of its own key.
Passwords are no registry values: Windows keeps them as secrets of the LSA, a simulated host beside its
registry.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, Final

from opcross.errors import FileError
from opcross_simulators.windows.registry import app_id_key

if TYPE_CHECKING:
    from uuid import UUID

    from opcross_simulators.windows.registry import Registry, Snapshot

__all__ = [
    "INTERACTIVE_USER",
    "LAUNCHING_USER",
    "LOCAL_SERVICE",
    "LOCAL_SYSTEM",
    "NETWORK_SERVICE",
    "SERVICES_KEY",
    "IdentityKind",
    "ServerIdentity",
    "has_identity",
    "identity_of",
    "this_user",
    "write_identity",
]

SERVICES_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Services"
_RUN_AS: Final = "RunAs"
_LOCAL_SERVICE: Final = "LocalService"
_OBJECT_NAME: Final = "ObjectName"
_LONGEST: Final = 512


class IdentityKind(Enum):
    """The choices of dcomcnfg, and those of a service; the values are the words of files and options."""

    LAUNCHING_USER = "launching-user"
    INTERACTIVE_USER = "interactive-user"
    THIS_USER = "this-user"
    LOCAL_SYSTEM = "local-system"
    LOCAL_SERVICE = "local-service"
    NETWORK_SERVICE = "network-service"

    @property
    def is_service(self) -> bool:
        """Whether it is one of the accounts that only services have."""
        return self in _SERVICE_ACCOUNTS


_SERVICE_ACCOUNTS: Final = {
    IdentityKind.LOCAL_SYSTEM: "LocalSystem",
    IdentityKind.LOCAL_SERVICE: r"NT AUTHORITY\LocalService",
    IdentityKind.NETWORK_SERVICE: r"NT AUTHORITY\NetworkService",
}
_INTERACTIVE: Final = "Interactive User"


@dataclass(frozen=True, slots=True)
class ServerIdentity:
    """In whose name a server runs.

    ``account`` is ``DOMAIN\\name`` or a bare name, and only THIS_USER has one. ``password`` is what the
    administrator typed; None means that he typed the right one.
    """

    kind: IdentityKind
    account: str = ""
    password: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        if (self.kind is IdentityKind.THIS_USER) != bool(self.account):
            raise FileError("an identity is either an account or one of the others")
        if len(self.account) > _LONGEST:
            raise FileError(f"an account has at most {_LONGEST} characters")

    @property
    def domain(self) -> str:
        """The domain or computer in front of the account; empty where there is none, or a dot."""
        domain, separator, _ = self.account.rpartition("\\")
        return domain if separator and domain != "." else ""

    @property
    def user(self) -> str:
        """The account without its domain."""
        return self.account.rpartition("\\")[2]

    def __str__(self) -> str:
        return self.account or self.kind.value


LAUNCHING_USER: Final = ServerIdentity(IdentityKind.LAUNCHING_USER)
"""Whoever activates: each user has a process of his own."""
INTERACTIVE_USER: Final = ServerIdentity(IdentityKind.INTERACTIVE_USER)
"""Whoever sits at the console; without anybody there, no process starts."""
LOCAL_SYSTEM: Final = ServerIdentity(IdentityKind.LOCAL_SYSTEM)
"""A service with the usual account."""
LOCAL_SERVICE: Final = ServerIdentity(IdentityKind.LOCAL_SERVICE)
"""A service that is nobody on the network."""
NETWORK_SERVICE: Final = ServerIdentity(IdentityKind.NETWORK_SERVICE)
"""A service that is its computer on the network, as LOCAL_SYSTEM is."""


def this_user(account: str, password: str | None = None) -> ServerIdentity:
    """An account, as ``DOMAIN\\name`` or a bare name, with the password that the administrator typed."""
    return ServerIdentity(IdentityKind.THIS_USER, account, password)


def write_identity(identity: ServerIdentity, app_id: UUID, service: str, registry: Registry) -> None:
    """Write what dcomcnfg or a setup program writes; ``service`` is the name of the service, if it is one."""
    key = app_id_key(app_id)
    registry.delete(key, _RUN_AS)
    registry.delete(key, _LOCAL_SERVICE)
    if identity.kind.is_service:
        registry.set(key, _LOCAL_SERVICE, service)
        registry.set(rf"{SERVICES_KEY}\{service}", _OBJECT_NAME, _SERVICE_ACCOUNTS[identity.kind])
    elif identity.kind is IdentityKind.INTERACTIVE_USER:
        registry.set(key, _RUN_AS, _INTERACTIVE)
    elif identity.kind is IdentityKind.THIS_USER:
        registry.set(key, _RUN_AS, identity.account)


def has_identity(app_id: UUID, registry: Registry) -> bool:
    """Whether the registry says in whose name an application runs."""
    key = app_id_key(app_id)
    return registry.get(key, _RUN_AS) is not None or registry.get(key, _LOCAL_SERVICE) is not None


def identity_of(key: str, registry: Snapshot) -> ServerIdentity:
    """What the registry says of an AppID; its key is given. The password is not there."""
    service = registry.text(key, _LOCAL_SERVICE)
    if service:
        account = registry.text(rf"{SERVICES_KEY}\{service}", _OBJECT_NAME) or "LocalSystem"
    else:
        account = registry.text(key, _RUN_AS) or ""
    word = account.casefold().replace(" ", "").removeprefix("ntauthority\\")
    if not word:
        return LAUNCHING_USER
    known = _BY_WORD.get(word)
    return this_user(account) if known is None else ServerIdentity(known)


_BY_WORD: Final = {
    "interactiveuser": IdentityKind.INTERACTIVE_USER,
    "localsystem": IdentityKind.LOCAL_SYSTEM,
    "system": IdentityKind.LOCAL_SYSTEM,
    "localservice": IdentityKind.LOCAL_SERVICE,
    "networkservice": IdentityKind.NETWORK_SERVICE,
}
