"""What a listener tells its connections, and what it knows of their peers."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from opcross.rpc.association.groups import AssociationGroups
from opcross.rpc.association.limits import Limits

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.levels import AuthLevel, AuthService
    from opcross.rpc.call import SyntaxId
    from opcross.rpc.security.context import SecurityContext

__all__ = ["Peer", "ServerConfig"]


def _no_acceptor(service: AuthService, level: AuthLevel) -> SecurityContext | None:
    return None


def _spares_nobody(connection: int) -> bool:
    return False


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerConfig:
    """What a listener's connections have in common.

    ``accepts`` says which interfaces may be bound. ``new_acceptor`` makes a security context, or gives None
    for a service that is not offered. ``allow_missing_verifier`` accepts unsigned requests at PKT from
    clients known to send none. ``port`` is the text of the secondary address. ``holds_objects`` spares a
    connection, by its number, from the idle timer.
    """

    accepts: Callable[[SyntaxId], bool]
    new_acceptor: Callable[[AuthService, AuthLevel], SecurityContext | None] = _no_acceptor
    limits: Limits = field(default_factory=Limits)
    groups: AssociationGroups = field(default_factory=AssociationGroups)
    allow_missing_verifier: bool = False
    concurrent: bool = True
    port: int = 135
    holds_objects: Callable[[int], bool] = _spares_nobody


@dataclass(frozen=True, slots=True)
class Peer:
    """Who is at the other end of the connection, which its listener has numbered."""

    address: str
    port: int = 0
    local_address: str = ""
    connection: int = 0
