"""How a client that is no Windows program takes callbacks: whom it believes, and what it can protect.

j-Interop's own server is the model of the careless kind. At CONNECT it leaves everything that would
protect a call out of its challenge, and believes whoever answers. So a server that insists on more than
CONNECT, as updated Windows hosts do, cannot agree with it, and gives up.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from opcross.dcom.callback_host import CallbackHost
from opcross.dcom.rem_unknown import IID_IREMUNKNOWN2
from opcross.errors import BadValue, PeerViolation
from opcross.levels import AuthLevel, AuthService
from opcross.net import RpcServer
from opcross.rpc.call import Identity
from opcross.rpc.security import Account, AccountTable, NtlmPolicy, TargetNames, acceptor
from opcross.rpc.security.ntlm.acceptor import NtlmAcceptor
from opcross.rpc.security.ntlm.messages import Authenticate

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.dcom.importer import ObjectImporter
    from opcross.rpc.call import Call, Dispatcher, SyntaxId
    from opcross.rpc.security import Accounts, Credentials, SecurityContext

__all__ = ["CAREFUL", "CARELESS", "SinkHabits", "TrustingContext", "accounts_of", "new_callback_host"]

_NAMES: Final = TargetNames(computer="CLIENT")
_NO_KEY: Final = "the log-on agreed on no key"


@dataclass(frozen=True, slots=True, kw_only=True)
class SinkHabits:
    """What a stack does as a server of its own objects.

    ``careless`` believes every log-on where its own level is CONNECT, and protects nothing then; above that
    it hints at PRIVACY, whatever its level. ``old_only`` refuses IRemUnknown2.
    """

    careless: bool = False
    old_only: bool = False

    def hint(self, level: AuthLevel) -> AuthLevel:
        """The hint that servers get from a client that calls at ``level``."""
        if not self.careless:
            return level
        return AuthLevel.CONNECT if level <= AuthLevel.CONNECT else AuthLevel.PRIVACY


CAREFUL: Final = SinkHabits()
"""Checks who logs on, and wants the level at which it calls itself."""
CARELESS: Final = SinkHabits(careless=True, old_only=True)
"""j-Interop's."""


def accounts_of(credentials: Credentials | None) -> Accounts:
    """What a stack without accounts of its own can check: the user that it has itself."""
    if credentials is None or credentials.anonymous:
        return AccountTable()
    return AccountTable([Account(user=credentials.user, nt_hash=credentials.response_key())])


def new_callback_host(
    habits: SinkHabits,
    level: AuthLevel,
    *,
    address: str,
    accounts: Accounts,
    entropy: Callable[[int], bytes],
    wall_time: Callable[[], int],
    importer: ObjectImporter,
) -> CallbackHost:
    """Where a program takes callbacks, not open yet; ``level`` is that of its own calls."""
    hint = habits.hint(level)
    trusting = habits.careless and hint is AuthLevel.CONNECT

    def new_context(service: AuthService, wanted: AuthLevel) -> SecurityContext | None:
        if service is not AuthService.NTLM:
            return None
        if trusting:
            # It challenges as for its own level, whatever the bind asks for.
            return TrustingContext(entropy=entropy, wall_time=wall_time())
        return acceptor(
            service, wanted, accounts=accounts, target=_NAMES, entropy=entropy, wall_time=wall_time()
        )

    def new_server(dispatcher: Dispatcher) -> RpcServer:
        return RpcServer(
            _OldOnly(dispatcher) if habits.old_only else dispatcher,
            new_acceptor=new_context,
            holds_objects=lambda connection: len(host.exporter.table) > 0,
        )

    host = CallbackHost(
        new_server,
        [address],
        entropy=entropy,
        now=asyncio.get_running_loop().time,
        level=hint,
        importer=importer,
    )
    return host


class _OldOnly:
    """A dispatcher that refuses IRemUnknown2."""

    def __init__(self, inner: Dispatcher) -> None:
        self._inner = inner

    def accepts(self, interface: SyntaxId) -> bool:
        return interface.uuid != IID_IREMUNKNOWN2 and self._inner.accepts(interface)

    async def call(self, call: Call) -> bytes:
        return await self._inner.call(call)


class TrustingContext:
    """An NTLM acceptor that challenges, and then takes the answer unread: a log-on that proves nothing.

    It is a :class:`~opcross.rpc.security.SecurityContext` without keys: nothing can be protected with it.
    """

    def __init__(self, *, entropy: Callable[[int], bytes], wall_time: int) -> None:
        self._challenger = NtlmAcceptor(
            AccountTable(),
            _NAMES,
            AuthLevel.CONNECT,
            entropy=entropy,
            wall_time=wall_time,
            policy=NtlmPolicy(unprotected_at_connect=True),
        )
        self._challenged = False
        self._identity: Identity | None = None

    @property
    def service(self) -> AuthService:
        """Always NTLM."""
        return self._challenger.service

    @property
    def complete(self) -> bool:
        """Whether somebody answered the challenge."""
        return self._identity is not None

    @property
    def identity(self) -> Identity | None:
        """Who he says he is."""
        return self._identity

    @property
    def signature_size(self) -> int:
        """Always 16, though nothing is signed."""
        return self._challenger.signature_size

    def step(self, token: bytes) -> bytes:
        """NEGOTIATE gets its challenge; AUTHENTICATE is believed."""
        if self._identity is not None:
            raise PeerViolation("an NTLM token came to an exchange that is done")
        if not self._challenged:
            self._challenged = True
            return self._challenger.step(token)
        said = Authenticate.unpack(token)
        self._identity = Identity(said.domain, said.user, said.workstation, anonymous=not said.user)
        return b""

    def sign(self, header: bytes, body: bytes, trailer: bytes) -> bytes:
        """There is no key."""
        raise BadValue(_NO_KEY)

    def verify(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> None:
        """There is no key."""
        raise BadValue(_NO_KEY)

    def seal(self, header: bytes, body: bytes, trailer: bytes) -> tuple[bytes, bytes]:
        """There is no key."""
        raise BadValue(_NO_KEY)

    def unseal(self, header: bytes, body: bytes, trailer: bytes, signature: bytes) -> bytes:
        """There is no key."""
        raise BadValue(_NO_KEY)
