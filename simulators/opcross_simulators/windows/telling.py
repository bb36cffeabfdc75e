"""A dispatcher that tells of the calls that it had to refuse for security's sake."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from opcross.errors import Fault

if TYPE_CHECKING:
    from collections.abc import Callable

    from opcross.rpc.call import Call, Caller, Dispatcher, SyntaxId

__all__ = ["TellingDispatcher"]


class TellingDispatcher:
    """Passes calls on; ``refused`` hears of those that ended with access denied."""

    def __init__(self, inner: Dispatcher, refused: Callable[[Caller, str], None]) -> None:
        self._inner: Final = inner
        self._refused: Final = refused

    def accepts(self, interface: SyntaxId) -> bool:
        """What the dispatcher below accepts."""
        return self._inner.accepts(interface)

    async def call(self, call: Call) -> bytes:
        """Serve a call."""
        try:
            return await self._inner.call(call)
        except Fault as fault:
            if fault.access_denied:
                self._refused(call.caller, fault.reason)
            raise
