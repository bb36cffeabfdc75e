"""From request fragments to whole calls: verifying, decrypting and joining them.

Fragments of one request follow each other; requests do not interleave, with concurrent multiplexing or
without it. The first fragment decides: in the later ones interface, opnum and the trailer's own fields
are not looked at, but their signature must be right under the context of the first: this is what Windows
does.
"""

from __future__ import annotations

from struct import Struct
from typing import TYPE_CHECKING, Final, NamedTuple, NoReturn
from uuid import UUID

from opcross.codes import RpcStatus
from opcross.errors import WireError
from opcross.rpc.association.refusal import RefusePdu
from opcross.rpc.call import SyntaxId
from opcross.rpc.pdu.header import HEADER_SIZE, PfcFlags
from opcross.rpc.pdu.request import CALL_HEAD_SIZE, OBJECT_SIZE
from opcross.rpc.pdu.verifier import TRAILER_SIZE
from opcross.rpc.verification_trailer import find_trailer

if TYPE_CHECKING:
    from opcross.rpc.association.protection import Binding
    from opcross.rpc.association.server_security import ServerSecurity

__all__ = ["RequestAssembler", "UnknownContext", "WholeRequest"]

# pfc_flags as plain numbers: enum arithmetic would cost more than the rest of a request.
_FIRST: Final = int(PfcFlags.FIRST)
_LAST: Final = int(PfcFlags.LAST)
_PENDING_CANCEL: Final = int(PfcFlags.PENDING_CANCEL)
_MAYBE: Final = int(PfcFlags.MAYBE)
_OBJECT: Final = int(PfcFlags.OBJECT_UUID)

_NO_CALL_ACTIVE: Final = 0x000006BD  # RPC_S_NO_CALL_ACTIVE
_BODY: Final = {True: Struct("<IHH"), False: Struct(">IHH")}


class WholeRequest(NamedTuple):
    """A request, joined and in clear. ``binding`` is its security context, ``maybe``: no answer is wanted."""

    call_id: int
    context_id: int
    interface: SyntaxId
    opnum: int
    object: UUID | None
    stub: bytes
    binding: Binding | None
    maybe: bool
    little: bool


class UnknownContext(Exception):
    """A request on a presentation context that was never bound: a fault, and the connection goes on."""

    def __init__(self, context_id: int) -> None:
        self.context_id = context_id
        super().__init__(context_id)


class _Incomplete:
    """What the first fragment said, and the pieces so far."""

    __slots__ = ("lenient", "parts", "request", "size")

    def __init__(self, request: WholeRequest, *, lenient: bool) -> None:
        self.request = request
        self.lenient = lenient
        self.parts: list[bytes] = []
        self.size = 0
        self.add(request.stub)

    def add(self, stub: bytes) -> None:
        """One more piece; empty ones leave nothing behind."""
        if stub:
            self.parts.append(stub)
            self.size += len(stub)


class RequestAssembler:
    """See the module. ``contexts`` is the live table of the connection's presentation contexts."""

    __slots__ = ("_contexts", "_incomplete", "_limit", "_security", "concurrent")

    def __init__(self, contexts: dict[int, SyntaxId], security: ServerSecurity, limit: int) -> None:
        self._contexts = contexts
        self._security = security
        self._limit = limit
        self._incomplete: _Incomplete | None = None
        self.concurrent = False

    def forget(self) -> None:
        """Drop a request that will never be whole."""
        self._incomplete = None

    def take(
        self, pdu: bytes, flags: int, call_id: int, auth_length: int, *, little: bool
    ) -> WholeRequest | None:
        """One request PDU: the request, if this was its last fragment.

        Raises :class:`RefusePdu` or :class:`UnknownContext`.
        """
        start = CALL_HEAD_SIZE + (OBJECT_SIZE if flags & _OBJECT else 0)
        if len(pdu) < start:
            raise RefusePdu(RpcStatus.PROTO_ERROR, f"request of {len(pdu)} octets", executed=True)
        if self._incomplete is not None:
            return self._continue(self._incomplete, pdu, flags, call_id, auth_length, start)
        if not flags & _FIRST and not self.concurrent:
            raise RefusePdu(RpcStatus.PROTO_ERROR, "a request without its first fragment", executed=True)
        if flags & _PENDING_CANCEL and flags & _FIRST:
            raise RefusePdu(_NO_CALL_ACTIVE, "a request that begins with its cancel")
        hint, context_id, opnum = _BODY[little].unpack_from(pdu, HEADER_SIZE)
        interface = self._contexts.get(context_id)
        if interface is None:
            # The verifier is still taken where that is possible, or the sequence numbers would part.
            self._open(
                pdu,
                start,
                auth_length,
                self._security.of_trailer(pdu, auth_length, start, little=little),
                context_id,
            )
            raise UnknownContext(context_id)
        binding = self._security.of_request(pdu, auth_length, start, context_id, little=little)
        lenient = binding is not None and binding.protects and not auth_length
        stub = self._open(pdu, start, auth_length, None if lenient else binding, context_id)
        if not flags & _FIRST:
            self._refuse(RpcStatus.PROTO_ERROR, "a request without its first fragment", context_id)
        object_: UUID | None = None
        if flags & _OBJECT:
            raw = pdu[CALL_HEAD_SIZE:start]
            object_ = UUID(bytes_le=raw) if little else UUID(bytes=raw)
        request = WholeRequest(
            call_id, context_id, interface, opnum, object_, stub, binding, bool(flags & _MAYBE), little
        )
        if flags & _LAST:
            return _without_trailer(request)
        if hint > self._limit:
            self._refuse(RpcStatus.ACCESS_DENIED, f"a request of {hint} octets announced", context_id)
        self._incomplete = _Incomplete(request, lenient=lenient)
        return None

    def _continue(
        self, incomplete: _Incomplete, pdu: bytes, flags: int, call_id: int, auth_length: int, start: int
    ) -> WholeRequest | None:
        request = incomplete.request
        context_id = request.context_id
        if call_id != request.call_id:
            reason = "a request inside another"
            if self.concurrent:
                raise RefusePdu(RpcStatus.PROTO_ERROR, reason, executed=True)
            raise RefusePdu(
                RpcStatus.PROTO_ERROR, reason, context_id=context_id, call_id=request.call_id, executed=True
            )
        binding = None if incomplete.lenient else request.binding
        if binding is not None and binding.protects and not auth_length:
            self._refuse(RpcStatus.PROTO_ERROR, "a fragment without verifier", context_id)
        stub = self._open(pdu, start, auth_length, binding, context_id)
        if flags & _FIRST:
            self._refuse(RpcStatus.PROTO_ERROR, "two first fragments", context_id)
        incomplete.add(stub)
        if incomplete.size > self._limit:
            self._refuse(RpcStatus.ACCESS_DENIED, f"a request of more than {self._limit} octets", context_id)
        if not flags & _LAST:
            return None
        self._incomplete = None
        return _without_trailer(request._replace(stub=b"".join(incomplete.parts)))

    def _open(
        self, pdu: bytes, start: int, auth_length: int, binding: Binding | None, context_id: int
    ) -> bytes:
        """The stub of a fragment, verified and decrypted as its security context says."""
        if binding is not None and binding.protects:
            try:
                return binding.unprotect(pdu, start, auth_length)
            except WireError as error:
                raise RefusePdu(
                    RpcStatus.SEC_PKG_ERROR, str(error), context_id=context_id, executed=True
                ) from error
        if not auth_length:
            return pdu[start:]
        offset = len(pdu) - auth_length - TRAILER_SIZE
        end = offset - pdu[offset + 2] if offset >= start else -1
        if end < start:
            raise RefusePdu(RpcStatus.PROTO_ERROR, "no room for a verifier", executed=True)
        return pdu[start:end]

    @staticmethod
    def _refuse(status: int, reason: str, context_id: int) -> NoReturn:
        raise RefusePdu(status, reason, context_id=context_id, executed=True)


def _without_trailer(request: WholeRequest) -> WholeRequest:
    """Check and cut off a verification trailer; it means something only under protection."""
    binding = request.binding
    if binding is None or not binding.protects:
        return request
    context_id = request.context_id
    try:
        trailer = find_trailer(request.stub)
    except WireError as error:
        raise RefusePdu(RpcStatus.ACCESS_DENIED, str(error), context_id=context_id, executed=True) from error
    if trailer is None:
        return request
    reason = trailer.mismatch(
        interface=request.interface, opnum=request.opnum, call_id=request.call_id, context_id=context_id
    )
    if reason:
        raise RefusePdu(RpcStatus.ACCESS_DENIED, reason, context_id=context_id, executed=True)
    return request._replace(stub=request.stub[: trailer.offset])
