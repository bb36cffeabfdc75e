"""How a server core says no from wherever it is: a fault or a bind_nak, then the end of the connection."""

from __future__ import annotations

__all__ = ["RefuseBind", "RefusePdu"]


class RefusePdu(Exception):
    """Answer the PDU at hand with a fault.

    ``executed`` leaves DID_NOT_EXECUTE out of the flags: Windows sets it for PDUs that the state forbids, and
    not for requests that are wrong in themselves.
    """

    def __init__(
        self,
        status: int,
        reason: str,
        *,
        context_id: int = 0,
        call_id: int | None = None,
        executed: bool = False,
    ) -> None:
        self.status = status
        self.reason = reason
        self.context_id = context_id
        self.call_id = call_id
        self.executed = executed
        super().__init__(reason)


class RefuseBind(Exception):
    """Answer the bind at hand with a bind_nak."""

    def __init__(self, code: int, reason: str) -> None:
        self.code = code
        self.reason = reason
        super().__init__(reason)
