"""The one error tree of Opcross.

Six branches, by whose fault it is:

======================== =====================================================================
:class:`WireError`       bytes that are not what they claim to be
:class:`PeerViolation`   legal bytes at a moment at which the protocol forbids them
:class:`LocalMisuse`     our own caller asked for something the protocol forbids
:class:`Refused`         the peer said no, properly; a scenario may expect it
:class:`TransportLost`   the wire went away, or stayed silent for too long
:class:`FileError`       a file that a user wrote is wrong
======================== =====================================================================

Each carries data beside its prose, so that callers never parse messages.
"""

from __future__ import annotations

from opcross.codes import Hresult, NtStatus, RpcStatus, hresult_name, ntstatus_name, rpc_status_name

__all__ = [
    "AccessDenied",
    "BadValue",
    "BindRejected",
    "Fault",
    "FileError",
    "HResultError",
    "LeftOver",
    "LimitExceeded",
    "LocalMisuse",
    "LogonFailed",
    "OpcrossError",
    "PeerViolation",
    "Refused",
    "TimedOut",
    "TransportLost",
    "Truncated",
    "WireError",
]


class OpcrossError(Exception):
    """The root: everything that Opcross raises on purpose derives from it."""


class WireError(OpcrossError, ValueError):
    """Bytes that are not what they claim to be.

    ``reason`` says what was expected and what came, ``offset`` counts octets from the start of the
    unit that was being unpacked, ``path`` names the field (``BindAck.results[1]``).
    """

    def __init__(self, reason: str, *, offset: int | None = None, path: str = "") -> None:
        self.reason = reason
        self.offset = offset
        self.path = path
        super().__init__(reason)

    def __str__(self) -> str:
        where = f" (offset {self.offset})" if self.offset is not None else ""
        return f"{self.path}: {self.reason}{where}" if self.path else f"{self.reason}{where}"

    def under(self, name: str) -> WireError:
        """Put ``name`` in front of the field path, as the error climbs out of a structure."""
        separator = "" if not self.path or self.path.startswith("[") else "."
        self.path = f"{name}{separator}{self.path}"
        return self


class Truncated(WireError):
    """The bytes end before the structure does."""


class BadValue(WireError):
    """A field holds a value that its type or its neighbours forbid."""


class LeftOver(WireError):
    """Bytes remain behind a structure that should have used them all."""


class LimitExceeded(WireError):
    """A count, depth or size that the peer controls is above the limit set for it."""


class PeerViolation(OpcrossError):
    """The peer sent legal bytes in a state in which they are illegal."""

    def __init__(self, reason: str, *, state: object = None, event: object = None) -> None:
        self.reason = reason
        self.state = state
        self.event = event
        super().__init__(reason)


class LocalMisuse(OpcrossError):
    """Our own caller asked for something that the protocol forbids in this state."""

    def __init__(self, reason: str, *, state: object = None, event: object = None) -> None:
        self.reason = reason
        self.state = state
        self.event = event
        super().__init__(reason)


class Refused(OpcrossError):
    """The peer said no, properly: ``code`` on the wire, ``name`` in the specification."""

    def __init__(self, code: int, name: str, reason: str = "") -> None:
        self.code = code
        self.name = name
        self.reason = reason
        super().__init__(f"{name} (0x{code:08x})" + (f": {reason}" if reason else ""))


class Fault(Refused):
    """A fault PDU ([C706] 12.6.4.7); ``code`` is its status.

    ``did_not_execute`` is the PFC_DID_NOT_EXECUTE flag: the callee promises that nothing ran.
    """

    def __init__(self, code: int, reason: str = "", *, did_not_execute: bool = False) -> None:
        self.did_not_execute = did_not_execute
        super().__init__(code, rpc_status_name(code), reason)

    @property
    def access_denied(self) -> bool:
        """Whether the status says that security refused the call, in any of its spellings."""
        return self.code in (RpcStatus.ACCESS_DENIED, Hresult.E_ACCESSDENIED, Hresult.RPC_E_ACCESS_DENIED)


class BindRejected(Refused):
    """A bind_nak, or a presentation context that was not accepted."""


class HResultError(Refused):
    """A failure HRESULT from a method."""

    def __init__(self, code: int, reason: str = "") -> None:
        super().__init__(code, hresult_name(code), reason)

    @property
    def access_denied(self) -> bool:
        """Whether the HRESULT says that security refused the call."""
        return self.code in (Hresult.E_ACCESSDENIED, Hresult.RPC_E_ACCESS_DENIED, RpcStatus.ACCESS_DENIED)


class AccessDenied(HResultError):
    """E_ACCESSDENIED from a method or an activation."""

    def __init__(self, reason: str = "") -> None:
        super().__init__(Hresult.E_ACCESSDENIED, reason)


class LogonFailed(Refused):
    """Credentials that were not accepted; ``code`` is the NTSTATUS."""

    def __init__(self, code: int = NtStatus.LOGON_FAILURE, reason: str = "") -> None:
        super().__init__(code, ntstatus_name(code), reason)


class TransportLost(OpcrossError):
    """The connection to ``endpoint`` could not be made, or broke after ``elapsed`` seconds."""

    def __init__(self, reason: str, *, endpoint: str = "", elapsed: float | None = None) -> None:
        self.reason = reason
        self.endpoint = endpoint
        self.elapsed = elapsed
        super().__init__(f"{endpoint}: {reason}" if endpoint else reason)


class TimedOut(TransportLost):
    """The peer stayed silent for longer than the caller was ready to wait."""


class FileError(OpcrossError):
    """A file that a user wrote is wrong; ``line`` counts from 1, ``near`` is the nearest known word."""

    def __init__(
        self, reason: str, *, file: str = "", line: int | None = None, near: str | None = None
    ) -> None:
        self.reason = reason
        self.file = file
        self.line = line
        self.near = near
        where = file + (f":{line}" if line is not None else "")
        hint = f' (did you mean "{near}"?)' if near else ""
        super().__init__(f"{where}: {reason}{hint}" if where else f"{reason}{hint}")
