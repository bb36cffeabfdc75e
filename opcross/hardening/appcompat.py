"""The registry values of the hardening, and what they come to.

They stand in ``HKLM\\SOFTWARE\\Microsoft\\Ole\\AppCompat``, do not exist unless somebody made them, and
are read when the system starts. Source: KB5004442; DisableAuthenticationLevelHardeningLog is known
from Microsoft's own diagnostic script alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum

from opcross.hardening.phases import Feature, PatchState, Phase

__all__ = [
    "APPCOMPAT_KEY",
    "DISABLE_LOG",
    "RAISE_LEVEL",
    "REQUIRE_INTEGRITY",
    "AppCompat",
    "RaiseMode",
    "gate_is_on",
    "logs_hardening",
    "raise_mode",
]

APPCOMPAT_KEY = r"HKLM\SOFTWARE\Microsoft\Ole\AppCompat"
REQUIRE_INTEGRITY = "RequireIntegrityActivationAuthenticationLevel"
RAISE_LEVEL = "RaiseActivationAuthenticationLevel"
DISABLE_LOG = "DisableAuthenticationLevelHardeningLog"


class RaiseMode(IntEnum):
    """Which activations a client raises to packet integrity."""

    NONE = 0
    DEFAULT = 1
    ALL = 2


@dataclass(frozen=True, slots=True)
class AppCompat:
    """The three values as a system read them when it started; None means absent."""

    require_integrity: int | None = None
    raise_level: int | None = None
    disable_log: int | None = None


def gate_is_on(patch: PatchState, values: AppCompat) -> bool:
    """Whether the server refuses authenticated activations below packet integrity."""
    asked = values.require_integrity
    match patch.phase:
        case Phase.UNPATCHED:
            return False
        case Phase.OPTIONAL:
            return asked is not None and asked != 0
        case Phase.DEFAULT:
            return asked is None or asked != 0
        case Phase.ENFORCED:
            return True


def raise_mode(patch: PatchState, values: AppCompat) -> RaiseMode:
    """What the client side of the system raises.

    Only 1 and 2 are documented. 0 is seen in audits and taken as "raise nothing"; any other value
    counts as absent. Both are readings of ours, not Microsoft's.
    """
    if not patch.has(Feature.RAISE_DEFAULT):
        return RaiseMode.NONE
    if values.raise_level in tuple(RaiseMode):
        return RaiseMode(values.raise_level)
    return RaiseMode.ALL if patch.has(Feature.RAISE_EXPLICIT) else RaiseMode.DEFAULT


def logs_hardening(patch: PatchState, values: AppCompat) -> bool:
    """Whether events 10036, 10037 and 10038 are written."""
    return patch.has(Feature.EVENTS) and not values.disable_log
