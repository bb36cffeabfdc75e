"""Gates: where rules outside DCOM (hardening, permissions) judge a request before it is served.

The order is fixed by the activator: authentication, :meth:`Gate.before_lookup`, class look-up,
:meth:`Gate.before_launch`, creation. A gate decides from what it is given and at once; it may write
to an event log of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

from opcross.codes import Hresult, RpcStatus
from opcross.rpc.call import Caller

if TYPE_CHECKING:
    from opcross.dcom.activation.request import ActivationRequest
    from opcross.dcom.com_class import ComClass

__all__ = ["ACCESS_DENIED_FAULT", "ACCESS_DENIED_HRESULT", "Gate", "OpenGate", "Refusal", "WireForm"]


class WireForm(Enum):
    """How a refusal reaches the client; the specification leaves it to the implementation."""

    FAULT = "fault"
    """A fault PDU whose status is the code."""
    HRESULT = "hresult"
    """A response PDU in which the code is the method's result."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """A no: its code, how it is said, and why (for people; it does not travel)."""

    code: int
    form: WireForm = WireForm.FAULT
    reason: str = ""


ACCESS_DENIED_FAULT = Refusal(RpcStatus.ACCESS_DENIED, WireForm.FAULT)
ACCESS_DENIED_HRESULT = Refusal(Hresult.E_ACCESSDENIED, WireForm.HRESULT)


class Gate(Protocol):
    """Judges activations and resolver calls; None lets pass."""

    def before_lookup(self, caller: Caller, request: ActivationRequest) -> Refusal | None:
        """Judge an activation before its class is looked up ([MS-DCOM] 3.1.2.5.2.3)."""
        ...

    def before_launch(
        self, caller: Caller, com_class: ComClass, request: ActivationRequest
    ) -> Refusal | None:
        """Judge an activation of a class that exists."""
        ...

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        """Judge ResolveOxid(2), SimplePing or ComplexPing; the two ServerAlive are never judged."""
        ...


class OpenGate:
    """Lets everything pass."""

    def before_lookup(self, caller: Caller, request: ActivationRequest) -> Refusal | None:
        """Let it pass."""
        return None

    def before_launch(
        self, caller: Caller, com_class: ComClass, request: ActivationRequest
    ) -> Refusal | None:
        """Let it pass."""
        return None

    def before_resolve(self, caller: Caller, method: str) -> Refusal | None:
        """Let it pass."""
        return None
