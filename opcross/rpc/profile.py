"""How a client behaves on the wire, as data: enough to imitate the stacks that meet servers in the field.

The values that a profile does not name are those of our own client.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum

__all__ = ["ClientProfile", "FinalLeg"]


class FinalLeg(Enum):
    """Which PDU carries the last token of an authentication."""

    AUTO = "auto"
    """auth3 where the mechanism expects no answer, alter_context where it does."""

    AUTH3 = "auth3"
    ALTER_CONTEXT = "alter_context"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientProfile:
    """Habits of a client stack. Sizes in octets.

    A server may answer the offer of NDR64 by choosing it, and we do not speak it: ``offer_ndr64`` is for
    imitating clients before servers that decline it, as ours does.
    """

    name: str = "opcross"
    max_fragment: int = 5840
    """Offered for both directions."""

    first_call_id: int = 1
    """Of the bind; each PDU that starts an exchange takes the next one."""

    offer_ndr64: bool = False
    bind_time_features: int | None = None
    header_signing: bool = True
    """Ask for it when authenticating."""

    concurrent: bool = True
    """Offer PFC_CONC_MPX; without it calls wait for each other or for further connections."""

    trailer_alignment: int = 16
    """Of the sec_trailer in requests: 16, or 4 as old stacks have it."""

    sign_requests: bool = True
    """Without it, requests at PKT carry no verifier."""

    connect_verifier: bool = False
    """Put a verifier, which nobody checks, on requests at CONNECT."""

    verification_trailer: bool = False
    """Vouch for header fields inside the stub of protected requests."""

    final_leg: FinalLeg = FinalLeg.AUTO
    send_objects: bool = True
    """Send object UUIDs that the caller names."""

    alter_context: bool = True
    """Bind further interfaces on the same connection; otherwise each has a connection of its own."""

    associate: bool = True
    """Name the association group when opening further connections."""

    max_connections: int = 8
    """Of one channel."""
