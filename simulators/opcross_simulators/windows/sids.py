"""Security identifiers: the well-known ones, and those that a host or a domain gives out."""

from __future__ import annotations

import hashlib
from typing import Final

__all__ = [
    "ADMINISTRATORS",
    "ANONYMOUS",
    "AUTHENTICATED_USERS",
    "DISTRIBUTED_COM_USERS",
    "EVERYONE",
    "GROUPS",
    "GUESTS",
    "INTERACTIVE",
    "LOCAL_SERVICE",
    "NETWORK",
    "NETWORK_SERVICE",
    "PERFORMANCE_LOG_USERS",
    "SELF",
    "SYSTEM",
    "USERS",
    "authority_sid",
    "relative_id",
]

EVERYONE: Final = "S-1-1-0"
NETWORK: Final = "S-1-5-2"
INTERACTIVE: Final = "S-1-5-4"
ANONYMOUS: Final = "S-1-5-7"
SELF: Final = "S-1-5-10"
AUTHENTICATED_USERS: Final = "S-1-5-11"
SYSTEM: Final = "S-1-5-18"
LOCAL_SERVICE: Final = "S-1-5-19"
NETWORK_SERVICE: Final = "S-1-5-20"
ADMINISTRATORS: Final = "S-1-5-32-544"
USERS: Final = "S-1-5-32-545"
GUESTS: Final = "S-1-5-32-546"
PERFORMANCE_LOG_USERS: Final = "S-1-5-32-559"
DISTRIBUTED_COM_USERS: Final = "S-1-5-32-562"

GROUPS: Final = {
    "Administrators": ADMINISTRATORS,
    "Users": USERS,
    "Guests": GUESTS,
    "Performance Log Users": PERFORMANCE_LOG_USERS,
    "Distributed COM Users": DISTRIBUTED_COM_USERS,
}
"""The groups of a host that an account may be put into, by their names."""

_WELL_KNOWN_RIDS: Final = {"administrator": 500, "guest": 501}
_FIRST_RID: Final = 1001
_RIDS: Final = 60_000


def authority_sid(name: str, seed: int = 0) -> str:
    """The identifier of a computer or a domain: always the same for one name and seed."""
    digest = hashlib.sha256(f"{seed}\0{name.casefold()}".encode()).digest()
    parts = (int.from_bytes(digest[at : at + 4], "little") for at in (0, 4, 8))
    return "S-1-5-21-" + "-".join(str(part) for part in parts)


def relative_id(user: str) -> int:
    """The last part of an account's identifier; Administrator and Guest have their fixed numbers."""
    word = user.casefold()
    if word in _WELL_KNOWN_RIDS:
        return _WELL_KNOWN_RIDS[word]
    return _FIRST_RID + int.from_bytes(hashlib.sha256(word.encode()).digest()[:4], "little") % _RIDS
