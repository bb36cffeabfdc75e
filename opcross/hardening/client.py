"""At which level a client on Windows really calls, whatever its application asked for.

[MS-DCOM] notes 37, 80, 81, 84 and 93; KB5004442.
"""

from __future__ import annotations

from dataclasses import dataclass

from opcross.hardening.appcompat import AppCompat, RaiseMode, logs_hardening, raise_mode
from opcross.hardening.operating_systems import Generation
from opcross.hardening.phases import Feature, PatchState
from opcross.levels import AuthLevel

__all__ = [
    "RESOLVER_LEVEL",
    "ActivationLevel",
    "activation_level",
    "call_level",
    "repeats_without_security",
]

RESOLVER_LEVEL = AuthLevel.INTEGRITY
"""OXID resolution and pings of every Windows ([MS-DCOM] notes 84 and 93)."""

_DISALLOW_UNSECURE_ACTIVATION = 0x2  # DCOMSCMRemoteCallFlags: ACTIVATION_DISALLOW_UNSECURE_CALL


@dataclass(frozen=True, slots=True)
class ActivationLevel:
    """The level on the wire, and the event that the client's own system logs: 10037, 10038 or None."""

    level: AuthLevel
    event: int | None


def activation_level(
    requested: AuthLevel,
    *,
    patch: PatchState,
    values: AppCompat,
    legacy: AuthLevel | None = None,
) -> ActivationLevel:
    """The level of an activation.

    ``requested`` is DEFAULT when the application gave none, NONE for an activation without security
    (COAUTHINFO), which nothing raises. ``legacy`` is LegacyAuthenticationLevel; None means absent.
    """
    if requested is AuthLevel.NONE:
        return ActivationLevel(AuthLevel.NONE, None)
    mode = raise_mode(patch, values)
    if requested is AuthLevel.DEFAULT:
        level, event = _default_level(patch, legacy), 10038
        raised = mode >= RaiseMode.DEFAULT
    else:
        level, event = requested, 10037
        raised = mode >= RaiseMode.ALL
    level = max(level.effective, AuthLevel.INTEGRITY) if raised else level.effective
    due = level < AuthLevel.INTEGRITY and logs_hardening(patch, values)
    return ActivationLevel(level, event if due else None)


def _default_level(patch: PatchState, legacy: AuthLevel | None) -> AuthLevel:
    """Before XP SP2 the level of a default activation was fixed; dcomcnfg could not help."""
    if patch.os.generation < Generation.XP_SP2:
        return AuthLevel.CONNECT
    return max(legacy or AuthLevel.CONNECT, AuthLevel.CONNECT)


def call_level(
    requested: AuthLevel, hint: AuthLevel, *, patch: PatchState, legacy: AuthLevel | None = None
) -> AuthLevel:
    """The level of ORPC calls: the higher of the client's own and the exporter's hint.

    ``requested`` is DEFAULT where the process gave no level of its own; LegacyAuthenticationLevel counts
    then. Since CVE-2022-37978 packet integrity is the least.
    """
    own = requested if requested is not AuthLevel.DEFAULT else legacy or AuthLevel.CONNECT
    floor = AuthLevel.INTEGRITY if patch.has(Feature.RAISE_CALLS) else AuthLevel.NONE
    return max(own.effective, hint.effective, floor)


def repeats_without_security(requested: AuthLevel, remote_call_flags: int = 0) -> bool:
    """Whether a failed activation is repeated without security.

    Windows does so for activations with default security only, unless DCOMSCMRemoteCallFlags says
    ACTIVATION_DISALLOW_UNSECURE_CALL.
    """
    return requested is AuthLevel.DEFAULT and not remote_call_flags & _DISALLOW_UNSECURE_ACTIVATION
