"""Puts a generated ``...Handler`` behind an interface of an exported object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from opcross.ndr import Interface, Reader, Servant, Writer

if TYPE_CHECKING:
    from opcross.dcom.call_context import CallContext

__all__ = ["TableHandler"]


class TableHandler:
    """An :class:`~opcross.dcom.com_class.InterfaceHandler` over a handler of the interface tables.

    The methods of the handler find the call that they answer with
    :func:`~opcross.dcom.call_context.current_call`.
    """

    def __init__(self, interface: Interface, handler: object) -> None:
        self._servant = Servant(interface, handler)

    async def invoke(self, opnum: int, request: Reader, response: Writer, context: CallContext) -> None:
        """Answer one call."""
        await self._servant.answer(opnum, request, response)
