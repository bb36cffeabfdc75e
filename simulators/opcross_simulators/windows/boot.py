"""What a host read from its registry when it started.

Windows keeps permissions as binary security descriptors; here their SDDL stands in text values of the
same names, which is also how Group Policy spells the machine-wide limits.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.errors import FileError
from opcross.hardening import (
    APPCOMPAT_KEY,
    DISABLE_LOG,
    RAISE_LEVEL,
    REQUIRE_INTEGRITY,
    AppCompat,
    Generation,
)
from opcross.hardening.suppression import SUPPRESSION_KEY, SUPPRESSION_VALUE
from opcross.levels import AuthLevel
from opcross_simulators.windows.identities import LAUNCHING_USER, ServerIdentity, identity_of
from opcross_simulators.windows.permissions import (
    DEFAULT_ACCESS,
    DEFAULT_LAUNCH,
    AccessList,
    access_limit,
    launch_limit,
    parse_sddl,
)
from opcross_simulators.windows.registry import OLE_KEY, Snapshot, app_id_key

if TYPE_CHECKING:
    from uuid import UUID

    from opcross.hardening import OperatingSystem

__all__ = ["LSA_KEY", "POLICY_KEY", "SYSTEM_POLICIES_KEY", "Application", "Boot"]

POLICY_KEY: Final = r"HKLM\SOFTWARE\Policies\Microsoft\Windows NT\DCOM"
"""Machine-wide limits by Group Policy; they win over those under Ole."""
LSA_KEY: Final = r"HKLM\SYSTEM\CurrentControlSet\Control\Lsa"
SYSTEM_POLICIES_KEY: Final = r"HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\Policies\System"

_NTLM_V2_ONLY: Final = 5  # LmCompatibilityLevel


@dataclass(frozen=True, slots=True)
class Application:
    """The settings of one AppID: its level, its identity, and its permissions or the machine's defaults."""

    level: AuthLevel
    launch: AccessList
    access: AccessList
    own_launch: bool = False
    identity: ServerIdentity = LAUNCHING_USER


@dataclass(frozen=True, slots=True)
class Boot:
    """The state of one start of the system. ``legacy`` is LegacyAuthenticationLevel, None where absent."""

    os: OperatingSystem
    registry: Snapshot
    values: AppCompat
    legacy: AuthLevel | None
    remote_call_flags: int
    dcom_enabled: bool
    suppress_seconds: int
    launch_limit: AccessList
    access_limit: AccessList
    launch: AccessList
    access: AccessList
    filters_administrators: bool
    everyone_includes_anonymous: bool
    ntlm_v2_only: bool

    @classmethod
    def read(cls, registry: Snapshot, os: OperatingSystem) -> Boot:
        """Start the system. Raises :class:`~opcross.errors.FileError` for a permission that is no SDDL."""

        def permission(name: str, default: AccessList) -> AccessList:
            for key in (POLICY_KEY, OLE_KEY):
                text = registry.text(key, name)
                if text:
                    return _sddl(text, key, name)
            return default

        return cls(
            os=os,
            registry=registry,
            values=AppCompat(
                require_integrity=registry.dword(APPCOMPAT_KEY, REQUIRE_INTEGRITY),
                raise_level=registry.dword(APPCOMPAT_KEY, RAISE_LEVEL),
                disable_log=registry.dword(APPCOMPAT_KEY, DISABLE_LOG),
            ),
            legacy=_level(registry.dword(OLE_KEY, "LegacyAuthenticationLevel")),
            remote_call_flags=registry.dword(OLE_KEY, "DCOMSCMRemoteCallFlags") or 0,
            dcom_enabled=(registry.text(OLE_KEY, "EnableDCOM") or "Y").casefold() != "n",
            suppress_seconds=registry.dword(SUPPRESSION_KEY, SUPPRESSION_VALUE) or 0,
            launch_limit=permission("MachineLaunchRestriction", launch_limit(os)),
            access_limit=permission("MachineAccessRestriction", access_limit(os)),
            launch=permission("DefaultLaunchPermission", DEFAULT_LAUNCH),
            access=permission("DefaultAccessPermission", DEFAULT_ACCESS),
            filters_administrators=os.generation >= Generation.VISTA
            and registry.dword(SYSTEM_POLICIES_KEY, "LocalAccountTokenFilterPolicy") != 1,
            everyone_includes_anonymous=bool(registry.dword(LSA_KEY, "everyoneincludesanonymous")),
            ntlm_v2_only=(registry.dword(LSA_KEY, "LmCompatibilityLevel") or 0) >= _NTLM_V2_ONLY,
        )

    def application(self, app_id: UUID | None) -> Application:
        """The settings of an application; a class without one has the machine's defaults."""
        key = None if app_id is None else app_id_key(app_id)
        own = _level(self.registry.dword(key, "AuthenticationLevel")) if key else None
        launch = self._own(key, "LaunchPermission")
        access = self._own(key, "AccessPermission")
        return Application(
            level=own or self.legacy or AuthLevel.CONNECT,
            launch=launch or self.launch,
            access=access or self.access,
            own_launch=launch is not None,
            identity=identity_of(key, self.registry) if key else LAUNCHING_USER,
        )

    def _own(self, key: str | None, name: str) -> AccessList | None:
        text = self.registry.text(key, name) if key else None
        return _sddl(text, key or "", name) if text else None


def _level(value: int | None) -> AuthLevel | None:
    """A level in the registry; 0 (default) and what is no level count as absent."""
    return AuthLevel(value) if value and value in tuple(AuthLevel) else None


def _sddl(text: str, key: str, name: str) -> AccessList:
    try:
        return parse_sddl(text)
    except FileError as error:
        raise FileError(f"{key}\\{name}: {error.reason}") from error
