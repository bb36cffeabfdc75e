"""What an NTLM acceptor demands, and the names it gives for itself."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

from opcross.rpc.security.ntlm.messages import AvId, AvPair, version_field

__all__ = ["NtlmPolicy", "NtlmVersion", "TargetNames"]

_WINDOWS_10: Final = version_field(10, 0, 19041)


class NtlmVersion(IntEnum):
    """The forms of the response, weakest first. A bare LM response is never accepted."""

    V1 = 1
    NTLM2_SESSION = 2
    V2 = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetNames:
    """The acceptor's names. Without a NetBIOS domain the computer's name stands in, as in a workgroup."""

    computer: str
    domain: str = ""
    dns_computer: str = ""
    dns_domain: str = ""
    dns_forest: str = ""

    def pairs(self) -> tuple[AvPair, ...]:
        """The AV_PAIRs of a challenge, in the order in which Windows sends them."""
        named = (
            (AvId.NB_DOMAIN_NAME, self.domain or self.computer),
            (AvId.NB_COMPUTER_NAME, self.computer),
            (AvId.DNS_DOMAIN_NAME, self.dns_domain),
            (AvId.DNS_COMPUTER_NAME, self.dns_computer or self.computer),
            (AvId.DNS_TREE_NAME, self.dns_forest),
        )
        return tuple(AvPair(identity, text.encode("utf-16-le")) for identity, text in named if text)


@dataclass(frozen=True, slots=True, kw_only=True)
class NtlmPolicy:
    """The acceptor's rules.

    * ``minimum``: the weakest response that is accepted (LmCompatibilityLevel 5 means ``V2``).
    * ``allow_anonymous``: whether nobody may log on.
    * ``require_mic``: refuse an AUTHENTICATE without a MIC. j-Interop never sends one.
    * ``send_timestamp``: put MsvAvTimestamp into the challenge, which makes Windows clients send a MIC.
    * ``unprotected_at_connect``: at CONNECT leave SIGN, SEAL and KEY_EXCH out of the challenge, as
      j-Interop does.
    * ``version_field``: the octets of VERSION, for clients that ask for it.
    """

    minimum: NtlmVersion = NtlmVersion.V1
    allow_anonymous: bool = True
    require_mic: bool = False
    send_timestamp: bool = True
    unprotected_at_connect: bool = False
    version_field: bytes = _WINDOWS_10
