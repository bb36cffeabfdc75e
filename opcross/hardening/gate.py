"""The activation gate of a hardened server.

[MS-DCOM] note 81: an *authenticated* activation needs packet integrity at least. It concerns
IActivation::RemoteActivation, IRemoteSCMActivator::RemoteGetClassObject and ::RemoteCreateInstance;
never ServerAlive, and no ORPC call.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

from opcross.hardening.appcompat import AppCompat, gate_is_on, logs_hardening
from opcross.hardening.phases import PatchState
from opcross.levels import AuthLevel

__all__ = ["AnonymousRule", "RefusalForm", "Switches", "Verdict", "judge_activation"]


class RefusalForm(Enum):
    """How the refusal reaches the client: [MS-DCOM] 3.1.2.5.2.3 leaves it to the implementation."""

    FAULT = "fault"
    """A fault PDU with status 5, as clients in the field report."""
    HRESULT = "hresult"
    """A response with E_ACCESSDENIED."""


class AnonymousRule(Enum):
    """What the gate does with an activation in nobody's name."""

    EXEMPT = "exempt"
    """It passes the gate, and the access lists judge it: note 81 speaks of authenticated activation."""
    GATED = "gated"
    """It is refused like any other below packet integrity."""


@dataclass(frozen=True, slots=True)
class Switches:
    """Facts that no public capture settles; each default is the likelier reading.

    ``gate_first``: the gate judges before the machine-wide limits do. ``gate_resolver``: ResolveOxid and
    pings below packet integrity are refused, too, as one report from the field suggests.
    """

    refusal: RefusalForm = RefusalForm.FAULT
    anonymous: AnonymousRule = AnonymousRule.EXEMPT
    gate_first: bool = True
    gate_resolver: bool = False


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says: whether the activation passes, whether event 10036 is due, and why."""

    allowed: bool
    log: bool
    why: str


def judge_activation(
    level: AuthLevel,
    *,
    anonymous: bool,
    patch: PatchState,
    values: AppCompat,
    switches: Switches,
) -> Verdict:
    """Judge an activation by the level of its connection.

    ``anonymous`` says that nobody was authenticated: no verifier, or an anonymous log-on. While the gate
    is off, what it would refuse is logged all the same, as an audit.
    """
    nobody = anonymous or level <= AuthLevel.NONE
    if nobody and switches.anonymous is AnonymousRule.EXEMPT:
        return Verdict(allowed=True, log=False, why="the gate concerns authenticated activations only")
    level = level.effective
    if level >= AuthLevel.INTEGRITY:
        return Verdict(allowed=True, log=False, why=f"{level.word} is enough")
    on = gate_is_on(patch, values)
    phase = f"(phase {patch.phase.name.lower()})"
    why = "which a hardened server requires" if on else "but the gate is off"
    return Verdict(not on, logs_hardening(patch, values), f"{level.word} is below integrity, {why} {phase}")
