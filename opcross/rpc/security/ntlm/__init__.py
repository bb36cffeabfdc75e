"""NTLM, client and acceptor ([MS-NLMP])."""

from __future__ import annotations

from opcross.rpc.security.ntlm.flags import NegotiateFlags
from opcross.rpc.security.ntlm.options import NtlmOptions
from opcross.rpc.security.ntlm.policy import NtlmPolicy, NtlmVersion, TargetNames

__all__ = ["NegotiateFlags", "NtlmOptions", "NtlmPolicy", "NtlmVersion", "TargetNames"]
