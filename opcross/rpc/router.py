"""One dispatcher out of several: calls go to the first that accepts their interface."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.codes import RpcStatus
from opcross.errors import Fault

if TYPE_CHECKING:
    from opcross.rpc.call import Call, Dispatcher, SyntaxId

__all__ = ["Router"]


class Router:
    """A :class:`~opcross.rpc.call.Dispatcher` over others, fixed when it is made."""

    __slots__ = ("_dispatchers",)

    def __init__(self, *dispatchers: Dispatcher) -> None:
        self._dispatchers = dispatchers

    def accepts(self, interface: SyntaxId) -> bool:
        """Whether any of them accepts it."""
        return any(dispatcher.accepts(interface) for dispatcher in self._dispatchers)

    async def call(self, call: Call) -> bytes:
        """Answer one request."""
        for dispatcher in self._dispatchers:
            if dispatcher.accepts(call.interface):
                return await dispatcher.call(call)
        raise Fault(RpcStatus.UNK_IF, did_not_execute=True)
