"""Makes the two sides of a log-on and lets them talk, without a socket between them."""

from __future__ import annotations

import hashlib
import itertools
from typing import TYPE_CHECKING, Any

from opcross.levels import AuthLevel, AuthService
from opcross.rpc.call import ChannelSecurity
from opcross.rpc.security import (
    Account,
    AccountTable,
    Credentials,
    NtlmOptions,
    NtlmPolicy,
    SecurityContext,
    TargetNames,
    acceptor,
    initiator,
    nt_hash_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = 133_800_000_000_000_000
USER, PASSWORD, DOMAIN = "opc", "Sw0rdfish!", "LAB"
TARGET = TargetNames(
    computer="OPCSRV",
    domain="LAB",
    dns_computer="opcsrv.lab.test",
    dns_domain="lab.test",
    dns_forest="lab.test",
)
ACCOUNTS = AccountTable([Account(USER, nt_hash_of(PASSWORD), DOMAIN), Account("local", nt_hash_of("local"))])
HEADER, BODY, TRAILER = b"\5\0\0\3" + bytes(20), b"sixteen octets!!" * 3, b"\x0a\6\0\0\0\0\0\0"


def entropy(seed: str = "") -> Callable[[int], bytes]:
    """Octets that look random and repeat from run to run."""
    counter = itertools.count()

    def take(size: int) -> bytes:
        return hashlib.shake_128(f"{seed}{next(counter)}".encode()).digest(size)

    return take


def client(
    level: AuthLevel = AuthLevel.INTEGRITY,
    service: AuthService = AuthService.NTLM,
    *,
    user: str = USER,
    password: str = PASSWORD,
    domain: str = DOMAIN,
    anonymous: bool = False,
    target: str = "RPCSS/opcsrv",
    **options: Any,
) -> SecurityContext:
    """Our initiator; ``options`` are those of NtlmOptions."""
    credentials = (
        Credentials(ntlm=NtlmOptions(**options))
        if anonymous
        else Credentials(user, password, domain, "CLIENT", ntlm=NtlmOptions(**options))
    )
    security = ChannelSecurity(level, service, credentials, target)
    return initiator(security, entropy=entropy("client"), wall_time=NOW)


def server(
    level: AuthLevel = AuthLevel.INTEGRITY,
    service: AuthService = AuthService.NTLM,
    *,
    accounts: AccountTable = ACCOUNTS,
    target: TargetNames = TARGET,
    **policy: Any,
) -> SecurityContext:
    """Our acceptor; ``policy`` is that of NtlmPolicy."""
    context = acceptor(
        service,
        level,
        accounts=accounts,
        target=target,
        entropy=entropy("server"),
        wall_time=NOW,
        policy=NtlmPolicy(**policy),
    )
    assert context is not None
    return context


def log_on(one: SecurityContext, other: SecurityContext) -> list[bytes]:
    """Let the client and the server talk until both have said all; the tokens, the client's first."""
    tokens: list[bytes] = []
    token, speaker, listener = b"", one, other
    while not (one.complete and other.complete):
        token = speaker.step(token)
        tokens.append(token)
        assert token or other.complete
        speaker, listener = listener, speaker
        assert len(tokens) < 10
    return tokens


def pair(level: AuthLevel, service: AuthService = AuthService.NTLM, **options: Any) -> tuple[Any, Any]:
    """Client and server that have logged on."""
    one, other = client(level, service, **options), server(level, service)
    log_on(one, other)
    return one, other


def check_protection(one: SecurityContext, other: SecurityContext, level: AuthLevel) -> None:
    """Both sides verify each other's PDUs, in both directions."""
    for sender, receiver in ((one, other), (other, one), (one, other), (one, other), (other, one)):
        if level is AuthLevel.PRIVACY:
            sealed, signature = sender.seal(HEADER, BODY, TRAILER)
            assert sealed != BODY
            assert receiver.unseal(HEADER, sealed, TRAILER, signature) == BODY
        elif level.effective >= AuthLevel.PKT:
            receiver.verify(HEADER, BODY, TRAILER, sender.sign(HEADER, BODY, TRAILER))
