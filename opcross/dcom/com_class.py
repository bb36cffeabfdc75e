"""What a server application gives to DCOM: objects, interfaces on them, and classes that make them."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final, Protocol
from uuid import UUID

from opcross.ndr._octets import Reader, Writer

if TYPE_CHECKING:
    from opcross.dcom.call_context import CallContext

__all__ = ["IID_ICLASSFACTORY", "IID_IUNKNOWN", "ComClass", "ComObject", "InterfaceHandler"]

IID_IUNKNOWN: Final = UUID("00000000-0000-0000-c000-000000000046")
IID_ICLASSFACTORY: Final = UUID("00000001-0000-0000-c000-000000000046")


class InterfaceHandler(Protocol):
    """One interface of one object, as calls reach it."""

    async def invoke(self, opnum: int, request: Reader, response: Writer, context: CallContext) -> None:
        """Answer a call: read the parameters behind the ORPCTHIS, write those behind the ORPCTHAT.

        Raises :class:`~opcross.errors.Fault` with nca_s_op_rng_error for a method that is not there,
        and :class:`~opcross.errors.WireError` for parameters that make no sense.
        :class:`opcross.dcom.table_handler.TableHandler` does this for every interface of the tables.
        """
        ...


class ComObject(Protocol):
    """An object that may be exported."""

    def query(self, iid: UUID) -> InterfaceHandler | None:
        """The handler of an interface, or None when the object has no such interface.

        IUnknown needs no handler: every object has it, and the exporter answers for it.
        """
        ...

    def released(self) -> None:
        """No client holds the object any more; it was released or its clients died."""
        ...


@dataclass(frozen=True, slots=True)
class ComClass:
    """A class that clients can activate.

    ``create`` makes an instance; it may wait, and may raise :class:`~opcross.errors.HResultError`,
    which becomes the result of the activation.
    """

    clsid: UUID
    prog_id: str
    create: Callable[[CallContext], Awaitable[ComObject]] = field(compare=False)
    app_id: UUID | None = None
