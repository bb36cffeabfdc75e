"""A call that a server runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from opcross.rpc.association.protection import Binding
    from opcross.rpc.call import Call

__all__ = ["ActiveCall"]


class ActiveCall:
    """A call that runs or waits to run: the handle for its answer.

    Call ids repeat on live connections of some clients, so the handle, not the id, names a call.
    """

    __slots__ = ("binding", "call", "call_id", "context_id", "done", "maybe", "orphaned")

    def __init__(self, call: Call, context_id: int, binding: Binding | None, *, maybe: bool) -> None:
        self.call = call
        self.call_id = call.call_id
        self.context_id = context_id
        self.binding = binding
        self.maybe = maybe
        self.orphaned = False
        self.done = False
