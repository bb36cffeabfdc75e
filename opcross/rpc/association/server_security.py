"""The security contexts of one server connection: who authenticates how, and what a request is under.

A client may authenticate several times on one connection, each under an auth_context_id of its own. One
authentication is under way at a time. The rules for requests are those that Windows shows:

* A request with a verifier names its context; service and level must be those of that context.
* A request without one runs under the newest CONNECT context. As soon as any context was named by a
  verifier, that default is gone, and naming a CONNECT context keeps later ones from becoming the default.
* Otherwise a request without verifier has no security at all. If the bind itself asked for protected
  PDUs, such a request is refused, unless the listener is lenient towards clients that send none at PKT.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.codes import RpcStatus
from opcross.errors import LogonFailed, PeerViolation, WireError
from opcross.levels import AuthLevel, AuthService
from opcross.rpc.association.events import Authenticated, LogonRefused
from opcross.rpc.association.protection import PROTECTED, TRAILER, Binding
from opcross.rpc.association.refusal import RefuseBind, RefusePdu
from opcross.rpc.pdu.bind import RejectReason
from opcross.rpc.pdu.verifier import TRAILER_SIZE, AuthVerifier

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from opcross.rpc.association.config import ServerConfig
    from opcross.rpc.association.events import ServerEvent
    from opcross.rpc.call import Caller

__all__ = ["ServerSecurity"]

_LEVELS: Final = (AuthLevel.CONNECT, AuthLevel.PKT, AuthLevel.INTEGRITY, AuthLevel.PRIVACY)
_FAILURES: Final = (LogonFailed, WireError, PeerViolation)


_EMPTY_AUTHENTICATE: Final = b"NTLMSSP\0\3\0\0\0" + bytes(40)
"""node-dcom puts an AUTHENTICATE without a user or a proof on its alter_contexts, long after the log-on.

It says nothing, and at CONNECT nothing depends on it; elsewhere such a token is refused like any other.
"""


class ServerSecurity:
    """See the module. ``pending`` is the context whose authentication is under way."""

    __slots__ = (
        "_bindings",
        "_config",
        "_connect_default",
        "_connect_used",
        "_events",
        "_failed",
        "_of_bind",
        "header_signing",
        "pending",
    )

    def __init__(self, config: ServerConfig, events: Callable[[ServerEvent], None]) -> None:
        self._config = config
        self._events = events
        self._bindings: dict[int, Binding] = {}
        self._of_bind: Binding | None = None
        self._connect_default: Binding | None = None
        self._connect_used = False
        self._failed = False
        self.header_signing = False
        self.pending: Binding | None = None

    def sign_headers(self) -> None:
        """Header signing was asked for; it holds for the connection from here on, once and for all.

        Contexts made before it go on under it, but for those at PKT: all that PKT vouches for is where a PDU
        comes from, and they did so without the header. This last rule is ours; nobody knows that of Windows.
        """
        if self.header_signing:
            return
        self.header_signing = True
        for binding in self._bindings.values():
            binding.covers_header = True
            binding.overtaken = binding.ready and binding.level == AuthLevel.PKT

    # -- authentication ----------------------------------------------------------------------------

    def begin_with_bind(self, verifier: AuthVerifier) -> bytes:
        """The first leg, in a bind: our token. Raises :class:`RefuseBind`."""
        if not AuthLevel.CONNECT <= verifier.level <= AuthLevel.PRIVACY:
            raise RefuseBind(RejectReason.NOT_SPECIFIED, f"authentication level {verifier.level}")
        binding = self._new_binding(verifier)
        if binding is None:
            raise RefuseBind(
                RejectReason.AUTHENTICATION_TYPE_NOT_RECOGNIZED,
                f"authentication service {verifier.service} is not offered",
            )
        if verifier.level == AuthLevel.CALL:
            raise RefuseBind(RejectReason.INVALID_CHECKSUM, "authentication level CALL")
        self._bindings[verifier.context_id] = self.pending = self._of_bind = binding
        try:
            return self._leg(binding, verifier.value)
        except _FAILURES as error:
            self._log(error)
            raise RefuseBind(RejectReason.NOT_SPECIFIED, str(error)) from error

    def continue_with_alter(self, verifier: AuthVerifier) -> bytes:
        """The next leg of the authentication under way, or the first of another: our token.

        Raises :class:`RefusePdu`.
        """
        binding = self._bindings.get(verifier.context_id)
        if binding is None:
            binding = self._begin_with_alter(verifier)
        elif binding is not self.pending:
            if binding.level == AuthLevel.CONNECT and verifier.value.startswith(_EMPTY_AUTHENTICATE):
                return b""
            raise RefusePdu(RpcStatus.ACCESS_DENIED, f"security context {verifier.context_id} is complete")
        elif verifier.service != binding.service:
            raise RefusePdu(RpcStatus.SEC_PKG_ERROR, "another authentication service than in the first leg")
        elif verifier.level != binding.level:
            raise RefusePdu(RpcStatus.ACCESS_DENIED, "another authentication level than in the first leg")
        try:
            return self._leg(binding, verifier.value)
        except _FAILURES as error:
            self._log(error)
            status = RpcStatus.ACCESS_DENIED if isinstance(error, LogonFailed) else RpcStatus.SEC_PKG_ERROR
            raise RefusePdu(status, str(error)) from error

    def _begin_with_alter(self, verifier: AuthVerifier) -> Binding:
        if self.pending is not None:
            raise RefusePdu(RpcStatus.PROTO_ERROR, "a second authentication before the first has ended")
        if len(self._bindings) >= self._config.limits.security_contexts:
            raise RefusePdu(RpcStatus.PROTO_ERROR, "too many security contexts")
        if verifier.level not in _LEVELS:
            raise RefusePdu(RpcStatus.ACCESS_DENIED, f"authentication level {verifier.level}")
        binding = self._new_binding(verifier)
        if binding is None:
            raise RefusePdu(
                RpcStatus.SEC_PKG_ERROR, f"authentication service {verifier.service} is not offered"
            )
        self._bindings[verifier.context_id] = self.pending = binding
        return binding

    def end_with_auth3(self, verifier: AuthVerifier) -> None:
        """The last leg. Nobody answers it: where it fails, later requests are refused."""
        binding = self.pending
        assert binding is not None  # the state table lets auth3 in only while an authentication is under way
        try:
            self._end(binding, verifier)
        except _FAILURES as error:
            self._log(error)
            binding.ready = False
            self._failed = True
            self.pending = None

    def _end(self, binding: Binding, verifier: AuthVerifier) -> None:
        named = (verifier.service, verifier.level, verifier.context_id)
        if named != (binding.service, binding.level, binding.context_id):
            raise LogonFailed(reason=f"auth3 names service, level, context {named}")
        if self._leg(binding, verifier.value) or not binding.ready:
            raise LogonFailed(reason="the mechanism needs another leg after auth3")

    def completed(self, caller_of: Callable[[Binding], Caller]) -> None:
        """Make contexts that are ready usable: callers, events, the default for requests."""
        for binding in self._unannounced():
            binding.caller = caller_of(binding)
            self._events(Authenticated(binding.context.identity, binding.service, binding.level))
            if binding.level == AuthLevel.CONNECT and not self._connect_used:
                self._connect_default = binding

    def _unannounced(self) -> Iterator[Binding]:
        return (each for each in self._bindings.values() if each.ready and each.caller is None)

    def _new_binding(self, verifier: AuthVerifier) -> Binding | None:
        try:
            service = AuthService(verifier.service)
            level = AuthLevel(verifier.level)
        except ValueError:
            return None
        context = None if service is AuthService.NONE else self._config.new_acceptor(service, level)
        if context is None:
            return None
        return Binding(context, service, level, verifier.context_id, covers_header=self.header_signing)

    def _leg(self, binding: Binding, token: bytes) -> bytes:
        """Feed a token to a context; when that completes it, it is ready."""
        binding.legs += 1
        limit = self._config.limits.authentication_legs
        if binding.legs > limit:
            raise LogonFailed(reason=f"more than {limit} legs")
        answer = binding.context.step(token)
        if binding.context.complete:
            binding.ready = True
            self.pending = None
        return answer

    def _log(self, error: LogonFailed | WireError | PeerViolation) -> None:
        self._events(LogonRefused(error.code if isinstance(error, LogonFailed) else 0, str(error)))

    # -- requests ----------------------------------------------------------------------------------

    def of_request(
        self, pdu: bytes, auth_length: int, start: int, context_id: int, *, little: bool
    ) -> Binding | None:
        """The context that a request is under; None: no security. Raises :class:`RefusePdu`."""
        if auth_length and not self._failed:
            offset = len(pdu) - auth_length - TRAILER_SIZE
            if offset < start:
                raise RefusePdu(RpcStatus.PROTO_ERROR, "no room for a verifier", executed=True)
            service, level, _, _, auth_context = TRAILER[little].unpack_from(pdu, offset)
            binding = self._bindings.get(auth_context)
            if binding is not None and binding.ready and (service, level) == (binding.service, binding.level):
                self._connect_default = None
                if level == AuthLevel.CONNECT:
                    self._connect_used = True
                if binding.overtaken:
                    reason = "a context at PKT that is older than header signing"
                    raise RefusePdu(RpcStatus.SEC_PKG_ERROR, reason, context_id=context_id, executed=True)
                return binding
            reason = f"a verifier of security context {auth_context}, service {service}, level {level}"
        else:
            binding = self._of_bind
            if self._failed:
                reason = "a request after a failed authentication"
            elif self._connect_default is not None:
                return self._connect_default
            elif binding is None or not binding.protects:
                return None
            elif self._config.allow_missing_verifier and binding.level == PROTECTED:
                return binding
            else:
                reason = f"a request without verifier at level {binding.level.name}"
        raise RefusePdu(RpcStatus.ACCESS_DENIED, reason, context_id=context_id, executed=True)

    def of_trailer(self, pdu: bytes, auth_length: int, start: int, *, little: bool) -> Binding | None:
        """The protecting context that a verifier names, whatever else is wrong with its PDU."""
        offset = len(pdu) - auth_length - TRAILER_SIZE
        if not auth_length or offset < start:
            return None
        _, level, _, _, auth_context = TRAILER[little].unpack_from(pdu, offset)
        binding = self._bindings.get(auth_context)
        if binding is None or not binding.ready or level != binding.level:
            return None
        return binding
