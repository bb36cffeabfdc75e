"""The phases of the hardening (KB5004442), and what else came with which month's updates.

=========  ============================================================================
2021-06    phase 1: the gate of the server exists, off unless a registry value turns it on
2021-09    events 10036 to 10038; clients raise their default level
2022-06    phase 2: on unless a registry value turns it off
2022-10    CVE-2022-37978: clients raise ordinary calls, too
2022-11    clients raise explicit levels, too
2023-03    phase 3: on, and nothing turns it off
=========  ============================================================================
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum

from opcross.hardening.months import Month
from opcross.hardening.operating_systems import OperatingSystem

__all__ = ["Feature", "PatchState", "Phase", "phase_of"]


class Phase(IntEnum):
    """How far the gate of a server has come; later phases compare greater."""

    UNPATCHED = 0
    OPTIONAL = 1
    DEFAULT = 2
    ENFORCED = 3

    @property
    def since(self) -> Month | None:
        """The month that brought it."""
        return _SINCE.get(self)


_SINCE = {
    Phase.OPTIONAL: Month(2021, 6),
    Phase.DEFAULT: Month(2022, 6),
    Phase.ENFORCED: Month(2023, 3),
}


class Feature(Enum):
    """What updates brought beside the gate."""

    EVENTS = "events"
    """Events 10036, 10037 and 10038 are written."""
    RAISE_DEFAULT = "raise-default"
    """RaiseActivationAuthenticationLevel is read, and acts as 1 when absent."""
    RAISE_CALLS = "raise-calls"
    """ORPC calls go out at packet integrity at least ([MS-DCOM] note 37)."""
    RAISE_EXPLICIT = "raise-explicit"
    """RaiseActivationAuthenticationLevel acts as 2 when absent."""


_FEATURES = {
    Feature.RAISE_DEFAULT: Month(2021, 9),
    Feature.RAISE_CALLS: Month(2022, 10),
    Feature.RAISE_EXPLICIT: Month(2022, 11),
}


@dataclass(frozen=True, slots=True)
class PatchState:
    """A system and the month of its last installed updates; None means none at all."""

    os: OperatingSystem
    month: Month | None = None

    @property
    def reached(self) -> Month | None:
        """The month whose state the system really has.

        A system that shipped later than the month asked for has the state in which it shipped; one whose
        updates ended earlier keeps the state of its last update.
        """
        if not self.os.serviced:
            return None
        month = self.month
        if self.os.first_month and (month is None or month < self.os.first_month):
            month = self.os.first_month
        if month and self.os.last_month and month > self.os.last_month:
            month = self.os.last_month
        return month

    @property
    def phase(self) -> Phase:
        """The phase that is in force."""
        return _phase_in(self.reached)

    def has(self, feature: Feature) -> bool:
        """Whether the updates brought this."""
        since = self.os.events_from if feature is Feature.EVENTS else _FEATURES[feature]
        return self.reached is not None and since is not None and self.reached >= since


def phase_of(month: Month | None, os: OperatingSystem) -> Phase:
    """The last phase in force on a system with the updates of this month; None means unpatched."""
    return PatchState(os, month).phase


def _phase_in(month: Month | None) -> Phase:
    if month is None:
        return Phase.UNPATCHED
    return max((phase for phase, since in _SINCE.items() if since <= month), default=Phase.UNPATCHED)
