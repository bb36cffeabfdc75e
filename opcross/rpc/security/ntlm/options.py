"""Options of an NTLM initiator: how the stacks of the field differ on the wire."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from opcross.rpc.security.ntlm.messages import version_field

__all__ = ["NtlmOptions"]

_WINDOWS_10: Final = version_field(10, 0, 19041)


@dataclass(frozen=True, slots=True, kw_only=True)
class NtlmOptions:
    """How a client logs on. The defaults are those of a present Windows client.

    * ``version``: ``v2`` is NTLMv2, with a MIC whenever the challenge carries a time stamp;
      ``v2-no-mic`` sends NTLMv2 and LMv2 responses and never a MIC; ``ntlm2-session`` is NTLMv1 with a
      client challenge (the NTLM2 session response); ``v1`` is NTLMv1 without extended session security.
    * ``version_field``: the eight octets of VERSION, or None for a client that sends none.
    * ``uppercase_domain``: send the domain in upper case.
    * ``channel_bindings``: the MD5 hash (16 octets) for MsvAvChannelBindings, or None to leave the pair out.
    * ``send_target_name``: put the channel's target into MsvAvTargetName.
    """

    version: Literal["v2", "v2-no-mic", "ntlm2-session", "v1"] = "v2"
    version_field: bytes | None = _WINDOWS_10
    uppercase_domain: bool = False
    channel_bindings: bytes | None = None
    send_target_name: bool = True
