"""Security contexts: NTLM and SPNEGO, client and acceptor, and the place of Kerberos.

:func:`initiator` and :func:`acceptor` make contexts that follow
:class:`~opcross.rpc.security.context.SecurityContext`; everything else here describes what they should do.
"""

from __future__ import annotations

from opcross.rpc.security._factories import acceptor, initiator
from opcross.rpc.security.accounts import Account, Accounts, AccountTable
from opcross.rpc.security.context import SecurityContext
from opcross.rpc.security.credentials import Credentials, nt_hash_of
from opcross.rpc.security.ntlm.options import NtlmOptions
from opcross.rpc.security.ntlm.policy import NtlmPolicy, NtlmVersion, TargetNames

__all__ = [
    "Account",
    "AccountTable",
    "Accounts",
    "Credentials",
    "NtlmOptions",
    "NtlmPolicy",
    "NtlmVersion",
    "SecurityContext",
    "TargetNames",
    "acceptor",
    "initiator",
    "nt_hash_of",
]
