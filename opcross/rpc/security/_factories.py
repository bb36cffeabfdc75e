"""From what a channel asks, or a listener offers, to a security context."""

from __future__ import annotations

from collections.abc import Callable

from opcross.errors import LocalMisuse
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security.accounts import Accounts
from opcross.rpc.security.context import SecurityContext
from opcross.rpc.security.credentials import Credentials
from opcross.rpc.security.kerberos import kerberos_context
from opcross.rpc.security.ntlm.acceptor import NtlmAcceptor
from opcross.rpc.security.ntlm.initiator import NtlmInitiator
from opcross.rpc.security.ntlm.policy import NtlmPolicy, TargetNames
from opcross.rpc.security.spnego.acceptor import SpnegoAcceptor
from opcross.rpc.security.spnego.initiator import SpnegoInitiator

__all__ = ["acceptor", "initiator"]


def initiator(
    security: ChannelSecurity, *, entropy: Callable[[int], bytes], wall_time: int
) -> SecurityContext:
    """A client's context for one connection.

    ``security.credentials`` are :class:`Credentials`, or None for an anonymous log-on; ``security.target``
    is the service's name (an SPN like ``RPCSS/host``). ``wall_time`` counts 100 ns ticks since 1601.
    Raises :class:`~opcross.errors.LocalMisuse` when the level is NONE or the service is not to be had.
    """
    credentials = security.credentials
    if credentials is not None and not isinstance(credentials, Credentials):
        raise LocalMisuse(f"expected Credentials, got {type(credentials).__name__}")
    if security.level <= AuthLevel.NONE:
        raise LocalMisuse(f"level {security.level.word} needs no security context")
    if security.service is AuthService.KERBEROS:
        kerberos_context()
    ntlm = NtlmInitiator(
        credentials, security.level, entropy=entropy, wall_time=wall_time, target=security.target
    )
    if security.service is AuthService.NTLM:
        return ntlm
    if security.service is AuthService.NEGOTIATE:
        return SpnegoInitiator([ntlm])
    raise LocalMisuse(f"no security provider {security.service!r}")


def acceptor(
    service: AuthService,
    level: AuthLevel = AuthLevel.CONNECT,
    *,
    accounts: Accounts,
    target: TargetNames,
    entropy: Callable[[int], bytes],
    wall_time: int,
    policy: NtlmPolicy | None = None,
) -> SecurityContext | None:
    """A server's context for one bind at ``level``, or None where the service is not offered.

    A log-on at PRIVACY without sealing raises :class:`~opcross.errors.BadValue`. Below that, as on Windows,
    it is the first protected request that fails where the client chose no signing.
    """
    ntlm = NtlmAcceptor(
        accounts, target, level, entropy=entropy, wall_time=wall_time, policy=policy or NtlmPolicy()
    )
    if service is AuthService.NTLM:
        return ntlm
    if service is AuthService.NEGOTIATE:
        return SpnegoAcceptor([ntlm])
    return None
