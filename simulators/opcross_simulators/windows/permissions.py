"""Launch and access permissions of DCOM, as access lists, and their SDDL spelling.

A remote activation needs the machine-wide launch limit *and* the launch permission of the class; a
remote call the machine-wide access limit and the access permission. [MS-DCOM] 3.1.2.5.2.3; the
defaults are those that Windows documents for XP SP2 and 2003 SP1, which later systems kept.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import IntFlag
from typing import TYPE_CHECKING, Final

from opcross.errors import FileError
from opcross.hardening import Generation
from opcross_simulators.windows import sids

if TYPE_CHECKING:
    from collections.abc import Set as AbstractSet

    from opcross.hardening import OperatingSystem

__all__ = [
    "DEFAULT_ACCESS",
    "DEFAULT_LAUNCH",
    "EVERYONE_ACCESS",
    "EVERYONE_LAUNCH",
    "REMOTE_ACCESS",
    "REMOTE_ACTIVATION",
    "REMOTE_LAUNCH",
    "AccessControlEntry",
    "AccessList",
    "ComRights",
    "access_limit",
    "has_dcom_users",
    "launch_limit",
    "parse_sddl",
]


class ComRights(IntFlag):
    """What an entry can grant; for access permissions only the first three have a meaning."""

    EXECUTE = 1
    LOCAL = 2
    REMOTE = 4
    ACTIVATE_LOCAL = 8
    ACTIVATE_REMOTE = 16


REMOTE_LAUNCH: Final = ComRights.EXECUTE | ComRights.REMOTE
REMOTE_ACTIVATION: Final = ComRights.EXECUTE | ComRights.ACTIVATE_REMOTE
REMOTE_ACCESS: Final = ComRights.EXECUTE | ComRights.REMOTE
_ALL: Final = ComRights(31)


@dataclass(frozen=True, slots=True)
class AccessControlEntry:
    """Grants rights to an identifier, or denies them."""

    sid: str
    rights: ComRights
    allow: bool = True

    @property
    def meant(self) -> ComRights:
        """The rights; EXECUTE alone is the old form and means all of them."""
        return _ALL if self.rights == ComRights.EXECUTE else self.rights


@dataclass(frozen=True, slots=True)
class AccessList:
    """A security descriptor: entries in order, or None for a null list, which grants everything."""

    entries: tuple[AccessControlEntry, ...] | None

    def grants(self, token: AbstractSet[str], wanted: ComRights) -> bool:
        """Whether a token with these identifiers gets all the rights; entries count in their order."""
        if self.entries is None:
            return True
        missing = wanted
        for entry in self.entries:
            if entry.sid not in token:
                continue
            if not entry.allow and entry.meant & missing:
                return False
            if entry.allow:
                missing &= ~entry.meant
        return not missing

    @property
    def sddl(self) -> str:
        """The SDDL spelling, with Administrators as owner and group."""
        if self.entries is None:
            return "O:BAG:BAD:NO_ACCESS_CONTROL"
        return "O:BAG:BAD:" + "".join(_entry_sddl(entry) for entry in self.entries)


_RIGHTS: Final = {
    "CC": ComRights.EXECUTE,
    "DC": ComRights.LOCAL,
    "LC": ComRights.REMOTE,
    "SW": ComRights.ACTIVATE_LOCAL,
    "RP": ComRights.ACTIVATE_REMOTE,
}
_ALIASES: Final = {
    "AN": sids.ANONYMOUS,
    "AU": sids.AUTHENTICATED_USERS,
    "BA": sids.ADMINISTRATORS,
    "BG": sids.GUESTS,
    "BU": sids.USERS,
    "IU": sids.INTERACTIVE,
    "LU": sids.PERFORMANCE_LOG_USERS,
    "NU": sids.NETWORK,
    "PS": sids.SELF,
    "SY": sids.SYSTEM,
    "WD": sids.EVERYONE,
}
_NAMES: Final = {sid: alias for alias, sid in _ALIASES.items()}
_SID: Final = r"(?:S-1-[0-9-]+|[A-Z]{2})"
_DESCRIPTOR: Final = re.compile(
    rf"(?:O:{_SID})?(?:G:{_SID})?D:(?:P|AI|AR)*(NO_ACCESS_CONTROL|(?:\([^()]*\))*)"
)
_LONGEST: Final = 64 * 1024


def _entry_sddl(entry: AccessControlEntry) -> str:
    rights = "".join(letters for letters, right in _RIGHTS.items() if right in entry.rights)
    return f"({'A' if entry.allow else 'D'};;{rights};;;{_NAMES.get(entry.sid, entry.sid)})"


def parse_sddl(text: str) -> AccessList:
    """Read the subset of SDDL that DCOM permissions use: allow and deny entries without inheritance.

    Raises :class:`~opcross.errors.FileError` for anything else.
    """
    match = _DESCRIPTOR.fullmatch(text.strip()) if len(text) <= _LONGEST else None
    if match is None:
        raise FileError(
            f'expected a security descriptor like "O:BAG:BAD:(A;;CCDCLC;;;WD)", found "{text:.80}"'
        )
    if match[1] == "NO_ACCESS_CONTROL":
        return AccessList(None)
    return AccessList(tuple(_entry(part) for part in re.findall(r"\(([^()]*)\)", match[1])))


def _entry(text: str) -> AccessControlEntry:
    kind, flags, rights, *objects, sid = fields if len(fields := text.split(";")) == 6 else [""] * 6
    if kind not in ("A", "D") or flags or any(objects):
        raise FileError(f'expected an entry like (A;;CCDCLC;;;WD), found "({text:.80})"')
    sid = _ALIASES.get(sid, sid)
    if not re.fullmatch(r"S-1-\d+(-\d+)+", sid):
        raise FileError(f'"({text:.80})": "{sid}" is no identifier that we know')
    return AccessControlEntry(sid, _rights(rights, text), allow=kind == "A")


def _rights(text: str, entry: str) -> ComRights:
    if re.fullmatch(r"0x[0-9A-Fa-f]{1,8}", text):
        return ComRights(int(text, 16) & int(_ALL))
    pairs = [text[at : at + 2] for at in range(0, len(text), 2)]
    if not pairs or any(pair not in _RIGHTS for pair in pairs):
        raise FileError(f'"({entry:.80})": rights are {", ".join(_RIGHTS)} or a hexadecimal number')
    granted = ComRights(0)
    for pair in pairs:
        granted |= _RIGHTS[pair]
    return granted


def _allow(*entries: tuple[str, ComRights]) -> AccessList:
    return AccessList(tuple(AccessControlEntry(sid, rights) for sid, rights in entries))


_LOCAL_LAUNCH: Final = ComRights.EXECUTE | ComRights.LOCAL | ComRights.ACTIVATE_LOCAL
_FULL_ACCESS: Final = ComRights.EXECUTE | ComRights.LOCAL | ComRights.REMOTE
_LOCAL_ACCESS: Final = ComRights.EXECUTE | ComRights.LOCAL

DEFAULT_LAUNCH: Final = _allow((sids.ADMINISTRATORS, _ALL), (sids.SYSTEM, _ALL), (sids.INTERACTIVE, _ALL))
"""DefaultLaunchPermission where nobody changed it: OPC guides tell people to open it."""
DEFAULT_ACCESS: Final = _allow(
    (sids.SELF, _FULL_ACCESS), (sids.SYSTEM, _FULL_ACCESS), (sids.ADMINISTRATORS, _FULL_ACCESS)
)
"""DefaultAccessPermission where nobody changed it."""
EVERYONE_LAUNCH: Final = _allow((sids.EVERYONE, _ALL))
"""What many OPC servers set for themselves."""
EVERYONE_ACCESS: Final = _allow((sids.EVERYONE, _FULL_ACCESS))
"""What many OPC servers set for themselves."""


def launch_limit(os: OperatingSystem) -> AccessList:
    """The default MachineLaunchRestriction: remote activation is for administrators and DCOM users."""
    if not os.has_machine_limits:
        return AccessList(None)
    entries = [(sids.ADMINISTRATORS, _ALL), (sids.EVERYONE, _LOCAL_LAUNCH)]
    if has_dcom_users(os):
        entries.append((sids.DISTRIBUTED_COM_USERS, _ALL))
    return _allow(*entries)


def access_limit(os: OperatingSystem) -> AccessList:
    """The default MachineAccessRestriction: calls by everyone; by nobody only since 2003 SP1."""
    if not os.has_machine_limits:
        return AccessList(None)
    if not has_dcom_users(os):
        return _allow((sids.EVERYONE, _FULL_ACCESS), (sids.ANONYMOUS, _LOCAL_ACCESS))
    return _allow(
        (sids.EVERYONE, _FULL_ACCESS),
        (sids.ANONYMOUS, _FULL_ACCESS),
        (sids.DISTRIBUTED_COM_USERS, _FULL_ACCESS),
    )


def has_dcom_users(os: OperatingSystem) -> bool:
    """Whether there is a group Distributed COM Users: it came with 2003 SP1, and XP never had it."""
    server_2003 = os.generation is Generation.XP_SP2 and os.name.startswith("windows-server")
    return os.generation >= Generation.VISTA or server_2003
