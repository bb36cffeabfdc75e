"""The gate of a simulated host: hardening, machine-wide limits and the permissions of the class.

The order of the checks, as far as it shows from outside: authentication, hardening (10036), machine-wide
limits (10027), class look-up, launch permission (10016). The limits answer with ERROR_ACCESS_DENIED,
the permissions of the class with E_ACCESSDENIED, which tells a client which list refused it
([MS-DCOM] 3.1.2.5.2.3 and note 61).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final
from uuid import UUID

from opcross.codes import Hresult, RpcStatus
from opcross.dcom.gate import Refusal, WireForm
from opcross.hardening import LaunchRight, PatchState, RefusalForm, Switches, judge_activation
from opcross.hardening.events import activation_below_integrity, class_denied, machine_limits_denied
from opcross_simulators.windows.permissions import REMOTE_ACCESS, REMOTE_ACTIVATION, REMOTE_LAUNCH, AccessList

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.dcom.activation.request import ActivationRequest
    from opcross.dcom.com_class import ComClass
    from opcross.hardening import DcomEvent
    from opcross.rpc.call import Caller
    from opcross_simulators.windows.accounts import Principal
    from opcross_simulators.windows.boot import Boot

__all__ = ["HostGate"]

_NIL: Final = UUID(int=0)


def _is_anonymous(caller: Caller) -> bool:
    return caller.identity is None or caller.identity.anonymous


@dataclass(frozen=True, slots=True)
class HostGate:
    """Implements :class:`opcross.dcom.gate.Gate` for one start of a host.

    ``principal`` makes a principal of a caller, ``running`` says whether the process in which his objects of
    a class would live runs, ``log`` takes events, ``refused`` hears of every refusal in words.
    """

    boot: Boot
    patch: PatchState
    switches: Switches
    principal: Callable[[Caller], Principal]
    running: Callable[[UUID, Principal], bool]
    log: Callable[[DcomEvent], None]
    refused: Callable[[Caller, str], None]

    def before_lookup(self, caller: Caller, request: ActivationRequest) -> Refusal | None:
        """Hardening and machine-wide limits, in the order that the switch says."""
        if not self.boot.dcom_enabled:
            return self._deny(caller, "DCOM is disabled on this host (EnableDCOM is N)")
        if self.switches.gate_first:
            return self._harden(caller) or self._limit(caller, request.clsid)
        return self._limit(caller, request.clsid) or self._harden(caller)

    def before_launch(
        self, caller: Caller, com_class: ComClass, request: ActivationRequest
    ) -> Refusal | None:
        """The launch permission of the class, or the machine's default."""
        application = self.boot.application(com_class.app_id)
        who = self.principal(caller)
        right = self._missing(application.launch, who, com_class.clsid)
        if right is None:
            return None
        self.log(
            class_denied(
                self.boot.os,
                right=right,
                machine_default=not application.own_launch,
                clsid=com_class.clsid,
                app_id=com_class.app_id or _NIL,
                domain=who.domain,
                user=who.user,
                sid=who.sid,
                address=caller.address,
            )
        )
        reason = f"{com_class.prog_id} grants {who.domain}\\{who.user} no remote {right.word.lower()}"
        self.refused(caller, reason)
        return Refusal(Hresult.E_ACCESSDENIED, WireForm.HRESULT, reason)

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        """ResolveOxid and pings: the machine-wide access limit alone ([MS-DCOM] notes 53, 54 and 56)."""
        if self.switches.gate_resolver:
            refusal = self._harden(caller)
            if refusal is not None:
                return refusal
        who = self.principal(caller)
        if self.boot.access_limit.grants(who.sids, REMOTE_ACCESS):
            return None
        return self._deny(caller, f"{method}: the machine-wide limits grant {who.user} no remote access")

    def _harden(self, caller: Caller) -> Refusal | None:
        verdict = judge_activation(
            caller.level,
            anonymous=_is_anonymous(caller),
            patch=self.patch,
            values=self.boot.values,
            switches=self.switches,
        )
        if verdict.log:
            who = self.principal(caller)
            self.log(activation_below_integrity(who.domain, who.user, who.sid, caller.address))
        if verdict.allowed:
            return None
        if self.switches.refusal is RefusalForm.HRESULT:
            self.refused(caller, verdict.why)
            return Refusal(Hresult.E_ACCESSDENIED, WireForm.HRESULT, verdict.why)
        return self._deny(caller, verdict.why)

    def _limit(self, caller: Caller, clsid: UUID) -> Refusal | None:
        who = self.principal(caller)
        right = self._missing(self.boot.launch_limit, who, clsid)
        if right is None and self.boot.access_limit.grants(who.sids, REMOTE_ACCESS):
            return None
        if right is None:
            right = LaunchRight.ACTIVATION
        self.log(machine_limits_denied(right, who.domain, who.user, who.sid, caller.address))
        word = right.word.lower()
        return self._deny(caller, f"the machine-wide limits grant {who.domain}\\{who.user} no remote {word}")

    def _missing(self, acl: AccessList, who: Principal, clsid: UUID) -> LaunchRight | None:
        """What the list denies: to start the server when it does not run, or to attach to it."""
        if not acl.grants(who.sids, REMOTE_LAUNCH) and not self.running(clsid, who):
            return LaunchRight.LAUNCH
        return None if acl.grants(who.sids, REMOTE_ACTIVATION) else LaunchRight.ACTIVATION

    def _deny(self, caller: Caller, reason: str) -> Refusal:
        self.refused(caller, reason)
        return Refusal(RpcStatus.ACCESS_DENIED, WireForm.FAULT, reason)
